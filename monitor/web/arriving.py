"""Somebody whom a proxy or a provider names: known here, new, or a stranger."""

from __future__ import annotations

import unicodedata

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.scope import ScopeError, scope_of
from nianbao.monitor.logs import log
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.words import say
from nianbao.storage.people import LONGEST_NAME, By, PeopleError, Person, add, person_named
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import session


def plain(name: str) -> str:
    """A name as it is told elsewhere; empty where it has letters that no name has, or too many: a
    name that only looks like another is none. Pure.
    """
    bare = name.strip()
    is_plain = bare.isprintable() and unicodedata.normalize("NFKC", bare) == bare
    return bare if is_plain and len(bare) <= LONGEST_NAME else ""


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
    log.warning("stranger", extra={"told": {"name": name}})
    asks = site.settings.office.contact.strip()
    return AskedWronglyError(
        " ".join((say("stranger", "zh", name=name), asks)).strip(),
        " ".join((say("stranger", "en", name=name), asks)).strip(),
        403,
    )


def said(key: str, status: int, **named: object) -> AskedWronglyError:
    return AskedWronglyError(say(key, "zh", **named), say(key, "en", **named), status)
