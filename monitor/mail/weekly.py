"""Who is told what and when: digests, alerts, reminders, each queued once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nianbao.monitor.mail.digest import Composed, compose, day_of, say
from nianbao.monitor.mail.facts import DigestFacts, UnitLine, gather, ledger_of
from nianbao.monitor.mail.outbox import Attachment, build, message_id
from nianbao.monitor.mail.posts import queue_posts
from nianbao.monitor.settings import Recipient, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.storage.models import Event
from nianbao.storage.outbox import is_queued, queue
from nianbao.storage.queries import events, portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, session

Counties = Sequence[CountyEntry]
log = logging.getLogger("nianbao")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def recipients_of(settings: Settings, counties: Counties) -> list[Recipient]:
    """Those of nianbao.toml, and each county's own for that county."""
    recipients = list(settings.recipients)
    for county in counties:
        for address in county.recipients:
            recipients.append(Recipient(address, f"county:{county.code}", settings.lang))
    return list(dict.fromkeys(recipients))


def due_year(now: datetime) -> int:
    """The year whose reports are told of: last year's."""
    return now.astimezone(BEIJING).year - 1


def last_issue(settings: Settings, now: datetime) -> datetime:
    """The latest moment at which a digest was to go out."""
    local = now.astimezone(BEIJING)
    hour, _, minute = settings.digest.time.partition(":")
    since = (local.weekday() - WEEKDAYS.index(settings.digest.weekday)) % 7
    day = local.date() - timedelta(days=since)
    moment = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=BEIJING)
    if moment > local:
        moment -= timedelta(days=7)
    return moment


class Draft(NamedTuple):
    """A digest as it would be sent."""

    facts: DigestFacts
    composed: Composed
    attachments: tuple[Attachment, ...]


def draft(
    s: Session,
    recipient: Recipient,
    at: datetime,
    settings: Settings,
    counties: Counties,
    year: int = 0,
) -> Draft:
    facts = gather(s, recipient.scope, year or due_year(at), at, counties, settings.deadlines)
    whole = not recipient.scope.startswith("unit:")
    composed = compose(facts, settings.office, recipient.lang, settings.mail.sender, ledger=whole)
    attached: tuple[Attachment, ...] = ()
    if whole and facts.lines:
        name = f"{facts.name}{facts.year}年度年报台账{at.astimezone(BEIJING):%Y%m%d}.xlsx"
        attached = (Attachment(name, ledger_of(facts, portals(s, recipient.scope, at))),)
    return Draft(facts, composed, attached)


def queue_digests(engine: Engine, settings: Settings, counties: Counties, now: datetime) -> int:
    """Queue this week's digest for whoever has not got it. After a pause
    nobody gets a pile."""
    at = last_issue(settings, now)
    if now - at > timedelta(days=2):
        return 0
    count = 0
    for recipient in recipients_of(settings, counties):
        try:
            count += _queue_digest(engine, settings, counties, recipient, at, now)
        except (ValueError, LookupError, TypeError):  # one recipient must not cost the others
            told = {"recipient": recipient.address, "scope": recipient.scope}
            log.exception("digest", extra={"told": told})
    return count


def _queue_digest(
    engine: Engine,
    settings: Settings,
    counties: Counties,
    recipient: Recipient,
    at: datetime,
    now: datetime,
) -> bool:
    sender, address = settings.mail.sender, recipient.address
    about = f"{at.date()} {recipient.scope} {recipient.lang}"
    mark = message_id("digest", about, address, sender)
    with looking(engine) as s:
        if is_queued(s, address, mark):
            return False
        made = draft(s, recipient, at, settings, counties)
    if not made.facts.lines:
        return False
    body = build(made.composed, sender, address, mark, at, made.attachments)
    with session(engine) as s:
        return queue(s, "digest", address, mark, made.composed.subject, body, now)


# ---- alerts


class Alert(NamedTuple):
    key: str  # the same is told once
    county: str
    text: Mapping[str, str]  # by language


def alerts(s: Session, settings: Settings, counties: Counties, now: datetime) -> Iterator[Alert]:
    """What is told at once: a deadline passed, a report withdrawn, a portal
    down in season."""
    year = due_year(now)
    for county in counties:
        facts = gather(s, f"county:{county.code}", year, now, counties, settings.deadlines)
        yield from _deadline_passed(facts, county)
        yield from _reports_withdrawn(s, county, now)
        yield from _columns_down(facts, county, settings.alerts.down_hours)


def _deadline_passed(facts: DigestFacts, county: CountyEntry) -> Iterator[Alert]:
    today, deadline = facts.now.astimezone(BEIJING).date(), facts.deadline
    if deadline is None or not deadline < today <= deadline + timedelta(days=3):
        return
    wanting = sum(line.seen is None for line in facts.standing_at("missing", "unknown"))
    if wanting:
        key = f"deadline {county.code} {facts.year}"
        named = {"county": county.county, "year": facts.year, "open": wanting}
        yield Alert(key, county.code, _both("alert_deadline", deadline=deadline, **named))


def _reports_withdrawn(s: Session, county: CountyEntry, now: datetime) -> Iterator[Alert]:
    scope = f"county:{county.code}"
    for event, unit, region in events(s, now - timedelta(days=3), now, ("withdrawn",), scope):
        key = f"withdrawn {unit.id} {event.year} {event.id}"
        text = _both("alert_withdrawn", county=region, unit=unit.name, year=event.year)
        yield Alert(key, county.code, text)


def _columns_down(facts: DigestFacts, county: CountyEntry, longest: int) -> Iterator[Alert]:
    if facts.now.astimezone(BEIJING).month not in (1, 2):
        return
    for column in facts.dark:
        since, hours = "never", 0
        if column.whole is not None:
            since = str(column.whole.date())
            hours = int((facts.now - column.whole).total_seconds() // 3600)
            if hours < longest:
                continue
        key = f"down {column.url} {since}"
        named = {"county": county.county, "hours": hours or "—", "url": column.url}
        yield Alert(key, county.code, _both("alert_down", **named))


def _both(key: str, **named: object) -> dict[str, str]:
    """In both languages, with days as each writes them."""
    texts = {}
    for lang in ("zh", "en"):
        words = dict(named)
        for name, value in named.items():
            if isinstance(value, date):
                words[name] = day_of(value, lang)
        texts[lang] = say(key, lang, **words)
    return texts


def queue_alerts(
    engine: Engine, settings: Settings, counties: Counties, now: datetime
) -> list[Alert]:
    """Tell what has not been told, in one mail for each
    recipient. Returns what is new."""
    if not settings.alerts.on:
        return []
    with session(engine) as s:
        keys = select(Event.content["key"].as_string()).where(Event.kind == "alerted")
        told = set(s.scalars(keys))
        new = [alert for alert in alerts(s, settings, counties, now) if alert.key not in told]
        if not new:
            return []
        for alert in new:
            s.add(Event(at=now, kind="alerted", content={"key": alert.key}))
        texts = [alert.text[settings.lang] for alert in new]
        queue_posts(s, settings.alerts, _about(new), texts, now)
        for recipient in recipients_of(settings, counties):
            reach = _reach(recipient.scope)
            mine = [alert for alert in new if f"county:{alert.county}".startswith(reach)]
            if mine and not recipient.scope.startswith("unit:"):
                lines = [alert.text[recipient.lang] for alert in mine]
                subject = say("alert_subject", recipient.lang, count=len(lines))
                letter = _Plain("alert", _about(mine), subject, lines)
                _queue_plain(s, letter, recipient, settings, now)
    return new


def _about(alerts: Sequence[Alert]) -> str:
    return " ".join(alert.key for alert in alerts)


def _reach(scope: str) -> str:
    kind, _, code = scope.partition(":")
    return f"county:{code}" if kind in ("county", "city", "province") else "county:"


class _Plain(NamedTuple):
    """A mail of a few lines."""

    kind: str
    about: str  # the same is sent once
    subject: str
    lines: Sequence[str]


def _queue_plain(
    s: Session, letter: _Plain, recipient: Recipient, settings: Settings, now: datetime
) -> bool:
    kind, about, subject, lines = letter
    sender, office = settings.mail.sender, settings.office
    text = "\n".join([*lines, "", office.name, office.contact]).rstrip() + "\n"
    paragraphs = "".join(
        f"<p style='font-size:15px;line-height:24px;'>{escape(line)}</p>"
        for line in text.splitlines()
        if line
    )
    head = "<head><meta charset='utf-8'></head>"
    page = f"<!DOCTYPE html><html>{head}<body>{paragraphs}</body></html>"
    mark = message_id(kind, about, recipient.address, sender)
    body = build(Composed(subject, text, page, {}), sender, recipient.address, mark, now)
    return queue(s, kind, recipient.address, mark, subject, body, now)


def queue_reminders(engine: Engine, settings: Settings, counties: Counties, now: datetime) -> int:
    """To units' own recipients, some days before their deadline, if nothing
    was detected."""
    days = {int(part) for part in settings.alerts.reminders.split(",") if part.strip().isdigit()}
    if not days:
        return 0
    count, year, today = 0, due_year(now), now.astimezone(BEIJING).date()
    for recipient in settings.recipients:
        if not recipient.scope.startswith("unit:"):
            continue
        with looking(engine) as s:
            lines = gather(s, recipient.scope, year, now, counties, settings.deadlines).lines
        for line in lines:
            left = (line.deadline - today).days
            if line.standing.name == "awaiting" and left in days:
                letter = _reminder(line, year, left, recipient.lang)
                with session(engine) as s:
                    count += _queue_plain(s, letter, recipient, settings, now)
    return count


def _reminder(line: UnitLine, year: int, left: int, lang: str) -> _Plain:
    named = {
        "unit": line.name,
        "year": year,
        "deadline": day_of(line.deadline, lang),
        "before": day_of(line.deadline - timedelta(days=min(2, left)), lang),
    }
    subject = say("reminder_subject", lang, **named)
    text = say("reminder", lang, **named)
    return _Plain("reminder", f"{line.unit} {year} {left}", subject, [text])
