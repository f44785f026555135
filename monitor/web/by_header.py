"""Sign-in by a proxy that knows whom it lets in, and says so in a header."""

from __future__ import annotations

from starlette.requests import Request

from nianbao.monitor.logs import log
from nianbao.monitor.networks import is_within, networks_of
from nianbao.monitor.web.arriving import named, plain, said, stranger, welcomed
from nianbao.monitor.web.shell import near_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import Visitor
from nianbao.storage.store import looking


def visitor_of(site: Site, request: Request) -> Visitor:
    """Who the proxy says that asks. Raises AskedWronglyError."""
    header, near = site.settings.web.header.name, near_of(request.scope)
    told = [
        value for key, value in request.scope["headers"] if key == header.lower().encode("ascii")
    ]
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
    return Visitor(person.name, person.role, person.scope)


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
