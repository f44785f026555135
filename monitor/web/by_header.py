"""Sign-in by a proxy that knows whom it lets in, and says so in a header."""

from __future__ import annotations

import re
from typing import cast

from starlette.requests import Request

from nianbao.monitor.logs import log
from nianbao.monitor.networks import is_within, networks_of
from nianbao.monitor.web.arriving import named, plain, said, stranger, welcomed
from nianbao.monitor.web.shell import near_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import Visitor
from nianbao.storage.kinds import Role
from nianbao.storage.store import looking


def visitor_of(site: Site, request: Request) -> Visitor:
    """Who the proxy says that asks. Raises AskedWronglyError."""
    header, near = site.settings.web.header.name, near_of(request.scope)
    told = said_in(request, header)
    if told and not is_within(near, networks_of(site.settings.web.proxies)):
        log.warning("header dropped", extra={"told": {"header": header, "address": near}})
        told = []
    if not told:
        raise said("header_none", 403, header=header)
    name = name_in(told)
    if not name:
        log.warning("header refused", extra={"told": {"header": header, "address": near}})
        raise said("header_odd", 400, header=header)
    with looking(site.engine) as s:
        person = named(s, name)
    person = person or welcomed(site, name)
    if person is None:
        raise stranger(site, name)
    of = site.settings.web.header
    is_grouped = bool(of.groups) and person.role != "unit"  # a unit's own stays that
    by_group = role_in(said_in(request, of.groups), of.roles) if is_grouped else None
    return Visitor(person.name, by_group or person.role, person.scope)


def said_in(request: Request, header: str) -> list[bytes]:
    wanted = header.lower().encode("ascii")
    return [value for key, value in request.scope["headers"] if key == wanted]


def role_in(told: list[bytes], roles: str) -> Role | None:
    """The role of the first group of the settings that somebody is in; None where they are in none
    of them. Pure.
    """
    said = ",".join(each.decode("utf-8", "replace") for each in told)
    groups = {each.strip() for each in re.split("[,;|]", said)}
    for part in filter(None, roles.split(",")):
        group, _, role = part.strip().rpartition("=")
        if group.strip() in groups:
            return cast(Role, role)
    return None


def name_in(told: list[bytes]) -> str:
    """The one name that is said; empty where there are several, or letters that no name has.
    Pure.
    """
    if len(told) != 1 or b"," in told[0]:  # as proxies join several
        return ""
    try:
        return plain(told[0].decode("utf-8"))
    except UnicodeDecodeError:
        return ""
