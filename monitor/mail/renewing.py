"""Mail that waited, because no server took it: it says what is known when it goes out at last, or
is not sent.

Who was urged in it may have published, been exempted or waived since it was written.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email import message_from_bytes
from typing import NamedTuple, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry, ScopeError, scope_of
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.ledger.year import WEEK
from nianbao.monitor.mail import traced
from nianbao.monitor.mail.channels import CHANNELS
from nianbao.monitor.mail.outbox import build
from nianbao.monitor.mail.weekly import (
    LATE,
    LATEST,
    Alert,
    alert_mail,
    alerts,
    draft,
    is_silent,
    issue_mark,
    lang_of,
    last_issue,
    plain,
    recipients_of,
    reminder,
    reminder_days,
    reminder_mark,
)
from nianbao.monitor.settings import Recipient, Settings
from nianbao.monitor.standing import day_in_beijing, due_year
from nianbao.storage.outbox import Due, alerted, later, rewrite, set_aside
from nianbao.storage.scope import Scope
from nianbao.storage.store import looking

log = logging.getLogger("nianbao")
OLD = "已过时，不再发送 / out of date, not sent"
NOT_YET = "无法按现状重写，稍后再试 / could not be written as things stand, to be tried again"


class New(NamedTuple):
    subject: str
    body: bytes


def renewed(
    engine: Engine, settings: Settings, registry: Registry, clock: Callable[[], datetime]
) -> Callable[[Due], Due | None]:
    """What turns something that is being sent into what is known now, where it was written some
    time ago; none where there is nothing left to say, which is set aside.
    """

    def anew(due: Due) -> Due | None:
        now = clock()
        if due.kind not in KINDS or due.created >= now - LATE:
            return due
        try:
            with looking(engine) as s:
                new = _anew(s, due, settings, registry, now)
        except ScopeError as error:  # a fault of the settings, none of ours
            told = {"kind": due.kind, "mail": due.mark, "recipient": due.recipient}
            log.warning("renewing", extra={"told": told | {"error": str(error)}})
            _not_yet(engine, due, now)
            return None
        except (ValueError, LookupError, TypeError):  # must not cost the others
            log.exception("renewing", extra={"told": {"kind": due.kind, "mail": due.mark}})
            _not_yet(engine, due, now)
            return None
        if new is None:
            set_aside(engine, due.id, OLD)
            traced.refused(due, OLD, lasting=True)
            return None
        rewrite(engine, due.id, *new)
        return due._replace(subject=new.subject, body=new.body)

    return anew


def _not_yet(engine: Engine, due: Due, now: datetime) -> None:
    later(engine, due.id, now, NOT_YET)
    traced.refused(due, NOT_YET, lasting=False)


KINDS = ("digest", "alert", "reminder", *CHANNELS)


def _anew(
    s: Session, row: Due, settings: Settings, registry: Registry, now: datetime
) -> New | None:
    """None where there is nothing left to say."""
    if row.kind == "digest":
        return _digest(s, row, settings, registry, now)
    if row.kind == "reminder":
        return _reminder(s, row, settings, registry, now)
    holding = list(_holding(s, row, settings, registry, now))
    if row.kind == "alert":
        return _alert(s, row, holding, settings, registry, now)
    texts = [each.text[cast(Lang, settings.lang)] for each in holding]
    return New(texts[0], json.dumps(texts, ensure_ascii=False).encode()) if texts else None


def _to(row: Due, settings: Settings, registry: Registry) -> list[Recipient]:
    """Those that may be meant: one address may have several mails."""
    return [each for each in recipients_of(settings, registry) if each.address == row.recipient]


def _meant(
    s: Session, row: Due, settings: Settings, registry: Registry
) -> Iterator[tuple[Recipient, Scope]]:
    """The same, each with its scope; one that means nobody costs the others nothing."""
    failed = None
    for each in _to(row, settings, registry):
        try:
            scope = scope_of(s, each.scope, registry)
        except ScopeError as error:
            failed = failed or error
        else:
            yield each, scope
    if failed is not None:
        raise failed


def _digest(
    s: Session, row: Due, settings: Settings, registry: Registry, now: datetime
) -> New | None:
    for recipient in _to(row, settings, registry):
        for daily in (False, True):
            at = last_issue(settings, row.created, daily=daily)
            mark = issue_mark(recipient, at, settings.mail.sender)
            if _about(mark) != _about(row.mark) or now - at > LATEST:
                continue
            made = draft(
                *(s, recipient, now, settings, registry),
                daily=daily,
                now=now,
                door=_door_in(row.body),
                since=at - WEEK,
                told_before=row.created,
            )
            if is_silent(made.year) and not made.columns:
                return None
            sender, to = settings.mail.sender, recipient.address
            body = build(made.composed, sender, to, row.mark, now, made.attachments)
            return New(made.composed.subject, body)
    return None


def _about(mark: str) -> str:
    """Whatever the sender's domain was then."""
    return mark.partition("@")[0]


def _door_in(body: bytes) -> str:
    """The link by which a unit answers, as the mail has it."""
    for part in message_from_bytes(body).walk():
        if part.get_content_type() == "text/plain":
            said = part.get_payload(decode=True)
            found = re.search(rb"https?://\S+/door/\S+", said if isinstance(said, bytes) else b"")
            return found[0].decode() if found else ""
    return ""


def _holding(
    s: Session, row: Due, settings: Settings, registry: Registry, now: datetime
) -> Iterator[Alert]:
    """Those of the alerts that were told together with it which would be told now, too."""
    told = alerted(s, at=row.created)
    for each in alerts(s, settings, registry, now, told_before=row.created):
        if not told.isdisjoint((each.key, *each.keys)):
            yield each


def _alert(
    s: Session,
    row: Due,
    holding: Sequence[Alert],
    settings: Settings,
    registry: Registry,
    now: datetime,
) -> New | None:
    for recipient, scope in _meant(s, row, settings, registry):
        mine = [each for each in holding if scope.holds(each.county)]
        if mine:
            subject, lines = alert_mail(mine, lang_of(recipient), settings, now)
            return New(subject, plain(recipient, row.mark, subject, lines, settings, now))
    return None


def _reminder(
    s: Session, row: Due, settings: Settings, registry: Registry, now: datetime
) -> New | None:
    """While nothing was seen, until the deadline passed or the next one says the same."""
    written, today = day_in_beijing(row.created), day_in_beijing(now)
    for recipient, scope in _meant(s, row, settings, registry):
        for line in lines_at(s, scope, due_year(now), now, registry, asked=now):
            then, left = ((line.deadline - day).days for day in (written, today))
            mark = reminder_mark(recipient, line, then, settings.mail.sender)
            if line.standing.name != "awaiting" or _about(mark) != _about(row.mark) or left < 0:
                continue
            if any(left <= day < then for day in reminder_days(settings)):
                continue
            subject, told = reminder(line, today, lang_of(recipient), _door_in(row.body))
            return New(subject, plain(recipient, row.mark, subject, told, settings, now))
    return None
