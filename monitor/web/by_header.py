"""Sign-in by a proxy that knows whom it lets in, and says so in a header."""

from __future__ import annotations

import unicodedata

from sqlalchemy.orm import Session
from starlette.requests import Request

from nianbao.monitor.ledger.scope import ScopeError, scope_of
from nianbao.monitor.logs import log
from nianbao.monitor.networks import is_within, networks_of
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.shell import near_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import Visitor
from nianbao.monitor.web.words import say
from nianbao.storage.people import LONGEST_NAME, By, PeopleError, Person, add, person_named
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, session


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
    if len(told) != 1:
        return ""
    try:
        name = told[0].decode("utf-8").strip()
    except UnicodeDecodeError:
        return ""
    is_plain = name.isprintable() and unicodedata.normalize("NFKC", name) == name
    is_one = "," not in name  # as proxies join several
    return name if is_plain and is_one and len(name) <= LONGEST_NAME else ""


def welcomed(site: Site, name: str) -> Person | None:
    """Somebody new, as a viewer, where the settings say of what; else nobody."""
    of = site.settings.web.newcomers
    if not of:
        return None
    with session(site.engine) as s:
        try:
            registry = site.files.registry()
            scope = EVERYTHING if of == "all" else scope_of(s, of, registry)
            add(s, name, "viewer", scope, "", By(name, site.clock()))
        except ScopeError as error:
            log.error("newcomers", extra={"told": {"scope": of, "why": error.en}})
            return None
        except PeopleError:  # meanwhile made by another request; or a name that none may have
            pass
        return named(s, name)


def named(s: Session, name: str) -> Person | None:
    """Whose account it is, letter by letter: elsewhere two names may be two that are one to us."""
    person = person_named(s, name)
    return person if person is not None and person.name.lower() == name.lower() else None


def stranger(site: Site, name: str) -> AskedWronglyError:
    """Whom to ask, for somebody who has no account."""
    asks = site.settings.office.contact.strip()
    return AskedWronglyError(
        " ".join((say("stranger", "zh", name=name), asks)).strip(),
        " ".join((say("stranger", "en", name=name), asks)).strip(),
        403,
    )


def said(key: str, status: int, **named: object) -> AskedWronglyError:
    return AskedWronglyError(say(key, "zh", **named), say(key, "en", **named), status)
