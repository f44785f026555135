"""Recipients whose scope means nobody: what is said of them; it costs no other mail."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.scope import Registry, ScopeError, scope_of
from nianbao.monitor.settings import Recipient, Settings

log = logging.getLogger("nianbao")


class Nobody(NamedTuple):
    """A recipient of nianbao.toml who gets nothing, and why."""

    recipient: Recipient
    zh: str
    en: str


def nobodies(s: Session, settings: Settings, registry: Registry) -> Sequence[Nobody]:
    found = []
    for each in settings.recipients:
        try:
            scope_of(s, each.scope, registry)
        except ScopeError as error:
            zh = f"{each.address} 未收邮件，其范围 {each.scope} 无所指：{error.zh}"
            en = f"no mail to {each.address}, whose scope {each.scope} means nobody: {error.en}"
            found.append(Nobody(each, zh, en))
    return found


def without(settings: Settings, left: Sequence[Nobody]) -> Settings:
    """The same settings without recipients who get nothing."""
    out = {each.recipient for each in left}
    kept = tuple(each for each in settings.recipients if each not in out)
    return replace(settings, recipients=kept)


def say_nobody(what: str, recipient: Recipient, error: ScopeError) -> None:
    """A line of the log: a fault of the settings, none of ours."""
    told = {"recipient": recipient.address, "scope": recipient.scope, "error": str(error)}
    log.warning(what, extra={"told": told})
