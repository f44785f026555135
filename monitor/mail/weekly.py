"""Who is told what and when: weekly digests, alerts, reminders. Each is queued once, whoever asks and how often."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nianbao.monitor.mail.digest import Composed, compose, day_of, say
from nianbao.monitor.mail.facts import DigestFacts, gather, ledger_of
from nianbao.monitor.mail.outbox import Attachment, build, message_id
from nianbao.monitor.mail.posts import queue_posts
from nianbao.monitor.settings import Recipient, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.storage.models import Event
from nianbao.storage.outbox import is_queued, queue
from nianbao.storage.queries import events, portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, session

log = logging.getLogger("nianbao")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def recipients_of(settings: Settings, counties: Sequence[CountyEntry]) -> list[Recipient]:
    """Those of nianbao.toml, and each county's own for that county."""
    own = [
        Recipient(address, f"county:{county.code}", settings.lang)
        for county in counties
        for address in county.recipients
    ]
    return list(dict.fromkeys([*settings.recipients, *own]))


def due_year(now: datetime) -> int:
    """The year whose reports are told of: last year's."""
    return now.astimezone(BEIJING).year - 1


def last_issue(settings: Settings, now: datetime) -> datetime:
    """The latest moment at which a digest was to go out."""
    local = now.astimezone(BEIJING)
    hour, _, minute = settings.digest.time.partition(":")
    day = local.date() - timedelta(
        days=(local.weekday() - WEEKDAYS.index(settings.digest.weekday)) % 7
    )
    moment = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=BEIJING)
    return moment if moment <= local else moment - timedelta(days=7)


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
    counties: Sequence[CountyEntry],
    year: int = 0,
) -> Draft:
    facts = gather(s, recipient.scope, year or due_year(at), at, counties, settings.deadlines)
    whole = not recipient.scope.startswith("unit:")
    composed = compose(facts, settings.office, recipient.lang, settings.mail.sender, ledger=whole)
    attached = ()
    if whole and facts.lines:
        name = f"{facts.name}{facts.year}年度年报台账{at.astimezone(BEIJING):%Y%m%d}.xlsx"
        attached = (Attachment(name, ledger_of(facts, portals(s, recipient.scope, at))),)
    return Draft(facts, composed, attached)


def queue_digests(
    engine: Engine, settings: Settings, counties: Sequence[CountyEntry], now: datetime
) -> int:
    """Queue this week's digest for whoever has not got it. Only the latest issue: after a pause nobody gets a pile."""
    at = last_issue(settings, now)
    if now - at > timedelta(days=2):
        return 0
    count = 0
    for each in recipients_of(settings, counties):
        mark = message_id(
            "digest", f"{at.date()} {each.scope} {each.lang}", each.address, settings.mail.sender
        )
        try:
            with looking(engine) as s:
                if is_queued(s, each.address, mark):
                    continue
                made = draft(s, each, at, settings, counties)
                if not made.facts.lines:
                    continue
            body = build(
                made.composed, settings.mail.sender, each.address, mark, at, made.attachments
            )
            with session(engine) as s:
                count += queue(s, "digest", each.address, mark, made.composed.subject, body, now)
        except (ValueError, LookupError, TypeError):  # one recipient must not cost the others
            log.exception(
                "digest", extra={"told": {"recipient": each.address, "scope": each.scope}}
            )
    return count


# ---- alerts


class Alert(NamedTuple):
    key: str  # the same is told once
    county: str
    text: Mapping[str, str]  # by language


def alerts(
    s: Session, settings: Settings, counties: Sequence[CountyEntry], now: datetime
) -> Iterator[Alert]:
    """What has to be told at once: a deadline that passed, a report withdrawn, a portal that is down in season."""
    year = due_year(now)
    local = now.astimezone(BEIJING)
    for county in counties:
        facts = gather(s, f"county:{county.code}", year, now, counties, settings.deadlines)
        deadline = facts.deadline
        if deadline is not None and deadline < local.date() <= deadline + timedelta(days=3):
            open_ = sum(line.seen is None for line in facts.standing_at("missing", "unknown"))
            if open_:
                yield Alert(
                    f"deadline {county.code} {year}",
                    county.code,
                    _both(
                        "alert_deadline",
                        county=county.county,
                        year=year,
                        deadline=deadline,
                        open=open_,
                    ),
                )
        for event, unit, region in events(
            s, now - timedelta(days=3), now, ("withdrawn",), f"county:{county.code}"
        ):
            yield Alert(
                f"withdrawn {unit.id} {event.year} {event.id}",
                county.code,
                _both("alert_withdrawn", county=region, unit=unit.name, year=event.year),
            )
        if local.month in (1, 2):
            for column in facts.dark:
                hours = int((now - column.whole).total_seconds() // 3600) if column.whole else None
                if hours is None or hours >= settings.alerts.down_hours:
                    since = column.whole.date() if column.whole else "never"
                    yield Alert(
                        f"down {column.url} {since}",
                        county.code,
                        _both(
                            "alert_down", county=county.county, hours=hours or "—", url=column.url
                        ),
                    )


def _both(key: str, **named: object) -> dict[str, str]:
    said = {lang: dict(named) for lang in ("zh", "en")}
    for lang, each in said.items():
        each.update(
            {name: day_of(value, lang) for name, value in each.items() if isinstance(value, date)}
        )
    return {lang: say(key, lang, **each) for lang, each in said.items()}


def queue_alerts(
    engine: Engine, settings: Settings, counties: Sequence[CountyEntry], now: datetime
) -> list[Alert]:
    """Tell what has not been told, all of it in one mail for each recipient. Returns what is new."""
    if not settings.alerts.on:
        return []
    with session(engine) as s:
        told = set(
            s.scalars(select(Event.content["key"].as_string()).where(Event.kind == "alerted"))
        )
        new = [each for each in alerts(s, settings, counties, now) if each.key not in told]
        for each in new:
            s.add(Event(at=now, kind="alerted", content={"key": each.key}))
        if new:
            texts = [each.text[settings.lang] for each in new]
            queue_posts(s, settings.alerts, " ".join(each.key for each in new), texts, now)
        for recipient in recipients_of(settings, counties) if new else ():
            mine = [
                each for each in new if f"county:{each.county}".startswith(_reach(recipient.scope))
            ]
            if mine and not recipient.scope.startswith("unit:"):
                lines = [each.text[recipient.lang] for each in mine]
                subject = say("alert_subject", recipient.lang, count=len(lines))
                _queue_plain(
                    s,
                    "alert",
                    " ".join(each.key for each in mine),
                    recipient,
                    subject,
                    lines,
                    settings,
                    now,
                )
    return new


def _reach(scope: str) -> str:
    kind, _, code = scope.partition(":")
    return f"county:{code}" if kind in ("county", "city", "province") else "county:"


def _queue_plain(
    s: Session,
    kind: str,
    about: str,
    recipient: Recipient,
    subject: str,
    lines: Sequence[str],
    settings: Settings,
    now: datetime,
) -> bool:
    from html import escape

    sender = settings.mail.sender
    text = "\n".join([*lines, "", settings.office.name, settings.office.contact]).rstrip() + "\n"
    html = "".join(
        f"<p style='font-size:15px;line-height:24px;'>{escape(line)}</p>"
        for line in text.splitlines()
        if line
    )
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{html}</body></html>"
    mark = message_id(kind, about, recipient.address, sender)
    body = build(Composed(subject, text, page, {}), sender, recipient.address, mark, now)
    return queue(s, kind, recipient.address, mark, subject, body, now)


def queue_reminders(
    engine: Engine, settings: Settings, counties: Sequence[CountyEntry], now: datetime
) -> int:
    """To units' own recipients, some days before their deadline, if nothing was detected."""
    days = {int(part) for part in settings.alerts.reminders.split(",") if part.strip().isdigit()}
    count, year, today = 0, due_year(now), now.astimezone(BEIJING).date()
    for recipient in settings.recipients if days else ():
        if not recipient.scope.startswith("unit:"):
            continue
        with looking(engine) as s:
            lines = gather(s, recipient.scope, year, now, counties, settings.deadlines).lines
        for line in lines:
            left = (line.deadline - today).days
            if line.standing.name == "awaiting" and left in days:
                lang = recipient.lang
                named = {
                    "unit": line.name,
                    "year": year,
                    "deadline": day_of(line.deadline, lang),
                    "before": day_of(line.deadline - timedelta(days=min(2, left)), lang),
                }
                subject, text = (
                    say("reminder_subject", lang, **named),
                    say("reminder", lang, **named),
                )
                with session(engine) as s:
                    count += _queue_plain(
                        s,
                        "reminder",
                        f"{line.unit} {year} {left}",
                        recipient,
                        subject,
                        [text],
                        settings,
                        now,
                    )
    return count
