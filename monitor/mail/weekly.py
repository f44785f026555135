"""Who is told what and when: digests, the check before a season, alerts, reminders. Each is queued
once, whoever asks and how often.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import NamedTuple, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.preflight import known_year, preflight
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.rot import OVER, News, RotKind, failing, grouped, news, state_of
from nianbao.monitor.ledger.scope import Registry, ScopeError, scope_of
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.ledger.year import WEEK, Year, deadline_of, year_of
from nianbao.monitor.mail import traced
from nianbao.monitor.mail.alerting import queue_posts
from nianbao.monitor.mail.digest import NOTHING_NEW, Composed, compose, day_of, say
from nianbao.monitor.mail.linked import county_at, page_at
from nianbao.monitor.mail.meant import say_nobody
from nianbao.monitor.mail.outbox import Attachment, build, message_id
from nianbao.monitor.mail.preflight import compose_preflight
from nianbao.monitor.paper.doors import Door, door_for
from nianbao.monitor.paper.ledger_workbook import workbook
from nianbao.monitor.settings import Recipient, Settings
from nianbao.monitor.standing import BEIJING, day_in_beijing, due_year
from nianbao.storage.outbox import alerted, is_queued, note_alerted, note_told, queue, told_to
from nianbao.storage.people import By
from nianbao.storage.queries import PortalFacts, events, portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import Scope, of_county, of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.visits import Crashed, counties_looked_at, crashed

log = logging.getLogger("nianbao")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATEST = timedelta(days=2)  # after which an issue is not sent any more: nobody gets a pile
# After which an issue tells what is known by now: who was exempted or seen since is not urged.
LATE = timedelta(hours=2)
LAST_WEEK = timedelta(days=7)  # before the deadline
SHORTLY = timedelta(days=3)  # after an event, in which it is told
SECOND_LOOK = timedelta(days=3)  # after a deadline, by which two looks are had where they can be
AFTER = timedelta(days=7)  # a deadline, in which it is told that it passed
LANGS: tuple[Lang, ...] = ("zh", "en")


def recipients_of(settings: Settings, registry: Registry) -> list[Recipient]:
    """Those of nianbao.toml, and each county's own for that county."""
    own = [
        Recipient(address, f"county:{county.code}", settings.lang)
        for county in registry.counties
        for address in county.recipients
    ]
    return list(dict.fromkeys([*settings.recipients, *own]))


# ---- digests


class Draft(NamedTuple):
    """A digest as it would be sent."""

    year: Year
    composed: Composed
    attachments: tuple[Attachment, ...]
    columns: News = NOTHING_NEW  # what it tells of them


def draft(
    s: Session,
    recipient: Recipient,
    at: datetime,
    settings: Settings,
    registry: Registry,
    year: int = 0,
    *,
    daily: bool = False,
    now: datetime | None = None,
    door: str = "",
    since: datetime | None = None,
    told_before: datetime | None = None,
) -> Draft:
    """As of `at`; `now`, where it is to be sent now. `door`: where a unit answers. `since`: what
    changed is told from then on, if not for a week. `told_before`: when this mail was queued
    first, where it was.

    Raises ScopeError where the recipient's scope means nobody.
    """
    scope = scope_of(s, recipient.scope, registry)
    told = year_of(s, scope, year or due_year(at), at, registry, asked=now, since=since)
    unit = bool(scope.units) and not scope.prefixes
    columns = NOTHING_NEW
    if not unit:
        known = told_to(s, _reader(recipient), told_before or at)
        columns = news(told.failing, told.columns, known, told.ends, at, lasting_of(settings))
    sender, lang = settings.mail.sender, lang_of(recipient)
    page = door or page_at(settings.web.public, scope, recipient.scope, told.year, registry)
    composed = compose(
        told, settings.office, lang, sender, unit=unit, daily=daily, columns=columns, page=page
    )
    if unit or not told.lines:
        return Draft(told, composed, (), columns)
    name = f"{told.name}{told.year}年度年报台账{at.astimezone(BEIJING):%Y%m%d}.xlsx"
    return Draft(told, composed, (Attachment(name, workbook(told)),), columns)


def _reader(recipient: Recipient) -> str:
    """Who reads which mails: what one of them told is not told again."""
    return f"{recipient.address} {recipient.scope} {recipient.lang}"


def lasting_of(settings: Settings) -> timedelta:
    """How long a column fails in season before it is told."""
    return timedelta(hours=settings.alerts.down_hours)


def lang_of(recipient: Recipient) -> Lang:
    return cast(Lang, recipient.lang)


def queue_digests(engine: Engine, settings: Settings, registry: Registry, now: datetime) -> int:
    """Queue the issue that is due for whoever has not got it."""
    count = 0
    for recipient in recipients_of(settings, registry):
        try:
            count += _queue_digest(engine, settings, registry, recipient, now)
        except ScopeError as error:
            say_nobody("digest", recipient, error)
        except (ValueError, LookupError, TypeError):  # must not cost the others
            told = {"recipient": recipient.address, "scope": recipient.scope}
            log.exception("digest", extra={"told": told})
    return count


def issue_mark(recipient: Recipient, at: datetime, sender: str) -> str:
    """Of the digest of a day to somebody."""
    about = f"{at.date()} {recipient.scope} {recipient.lang}"
    return message_id("digest", about, recipient.address, sender)


def _queue_digest(
    engine: Engine, settings: Settings, registry: Registry, recipient: Recipient, now: datetime
) -> bool:
    sender = settings.mail.sender
    with looking(engine) as s:
        scope = scope_of(s, recipient.scope, registry)
        daily = wants_daily(scope, registry, now)
        at = last_issue(settings, now, daily=daily)
        mark = issue_mark(recipient, at, sender)
        if now - at > LATEST or is_queued(s, recipient.address, mark):
            return False
        by = at if now - at < LATE else now
        of, since = (recipient, by, settings, registry), at - WEEK
        made = draft(s, *of, daily=daily, now=now, since=since)
    if is_silent(made.year) and not made.columns:
        return False
    if (door := _door_of(engine, settings, made.year, now)) is not None:
        with looking(engine) as s:
            made = draft(s, *of, daily=daily, now=now, since=since, door=door.address)
    body = build(made.composed, sender, recipient.address, mark, at, made.attachments)
    with session(engine) as s:
        queued = queue(s, "digest", recipient.address, mark, made.composed.subject, body, now)
        if queued:
            note_told(s, _reader(recipient), made.columns.keys, now)
            traced.queued(s, "digest", mark, made.year.names)
        return queued


def _door_of(engine: Engine, settings: Settings, told: Year, now: datetime) -> Door | None:
    """The link by which the one unit that is told answers; none where the pages have no address."""
    if not told.scope.units or told.scope.prefixes or len(told.lines) != 1:
        return None
    return _door_for(engine, settings, told.lines[0], now)


def _door_for(engine: Engine, settings: Settings, line: Line, now: datetime) -> Door | None:
    if not settings.web.public:
        return None
    with session(engine) as s:
        by = By(say("by_mail", "zh"), now)
        return door_for(s, settings.web, line.unit, line.year, line.deadline, by)


def is_silent(year: Year) -> bool:
    """Whether nothing changed in the last week, and nobody owes anything."""
    owed = year.owing("awaiting", "missing", "unknown", "withdrawn") or year.wrong
    return not (owed or year.new or year.changes)


def wants_daily(scope: Scope, registry: Registry, now: datetime) -> bool:
    """In the last week before the deadline, where the county wants it."""
    counties = registry.meant(scope)
    if len(counties) != 1 or counties[0].digest.get("last_week") != "daily":
        return False
    left = registry.deadline(counties[0], due_year(now)) - day_in_beijing(now)
    return timedelta(0) <= left < LAST_WEEK


def last_issue(settings: Settings, now: datetime, *, daily: bool = False) -> datetime:
    """The latest moment at which a digest was to go out."""
    local = now.astimezone(BEIJING)
    hour, _, minute = settings.digest.time.partition(":")
    back = 0 if daily else (local.weekday() - WEEKDAYS.index(settings.digest.weekday)) % 7
    day = local.date() - timedelta(days=back)
    moment = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=BEIJING)
    if moment <= local:
        return moment
    return moment - timedelta(days=1 if daily else 7)


# ---- before the season


FIRST, WAITS, LAST = 1, 8, 15  # days of December


def queue_preflights(engine: Engine, settings: Settings, registry: Registry, now: datetime) -> int:
    """Once before a season: to each recipient, whether the units of his counties can be verified.

    In the first days it waits for a look of December at each of his counties.
    """
    today = day_in_beijing(now)
    if today.month != 12 or not FIRST <= today.day <= LAST:
        return 0
    count = 0
    for recipient in recipients_of(settings, registry):
        try:
            count += _queue_preflight(engine, settings, registry, recipient, now)
        except ScopeError as error:
            say_nobody("preflight", recipient, error)
        except (ValueError, LookupError, TypeError):  # must not cost the others
            told = {"recipient": recipient.address, "scope": recipient.scope}
            log.exception("preflight", extra={"told": told})
    return count


def _queue_preflight(
    engine: Engine, settings: Settings, registry: Registry, recipient: Recipient, now: datetime
) -> bool:
    sender, year = settings.mail.sender, known_year(now)
    about = f"{year + 1} {recipient.scope} {recipient.lang}"
    mark = message_id("preflight", about, recipient.address, sender)
    with looking(engine) as s:
        scope = scope_of(s, recipient.scope, registry)
        if (scope.units and not scope.prefixes) or is_queued(s, recipient.address, mark):
            return False
        begun = now.astimezone(BEIJING).replace(day=FIRST, hour=0, minute=0, second=0)
        watched = {county.code for county in registry.meant(scope) if county.columns}
        waits = watched - counties_looked_at(s, scope, since=begun)
        if waits and day_in_beijing(now).day < WAITS:
            return False
        found = preflight(s, scope, year, now, registry)
    if not found:
        return False
    page = page_at(settings.web.public, scope, recipient.scope, year, registry)
    composed = compose_preflight(found, settings.office, lang_of(recipient), sender, now, page)
    body = build(composed, sender, recipient.address, mark, now)
    with session(engine) as s:
        queued = queue(s, "preflight", recipient.address, mark, composed.subject, body, now)
        if queued:
            traced.queued(s, "preflight", mark, sorted(watched))
        return queued


# ---- alerts


class Alert(NamedTuple):
    key: str  # the same is told once
    county: str
    text: Mapping[Lang, str]
    keys: Sequence[str] = ()  # of all that it tells, where it is more than one thing


def alerts(
    s: Session,
    settings: Settings,
    registry: Registry,
    now: datetime,
    *,
    told_before: datetime | None = None,
) -> Iterator[Alert]:
    """What has to be told at once: a deadline that passed, a report withdrawn, a column that has
    failed for days, or does no more. `told_before`: as if nothing had been told since.
    """
    wrong = {portal.portal: portal for portal in crashed(s)}
    year, today = due_year(now), day_in_beijing(now)
    known = alerted(s, before=told_before)
    for county in registry.counties:
        last = registry.last_days(county, year)
        if any(day < today <= day + AFTER for day in last):
            lines = lines_at(s, of_county(county.code), year, now, registry, asked=now)
            yield from _deadline_passed(lines, today, county, registry)
        yield from _withdrawn(s, county, registry, known, now)
        yield from _crashed(wrong.get(county.code), county, registry)
        columns = portals(s, of_county(county.code), now, year)
        ends = {county.code: registry.deadline(county, year)}
        found = failing(columns, ends, now)
        told = news(found, columns, known, ends, now, lasting_of(settings))
        yield from _columns(columns, county, registry, told)


def _deadline_passed(
    lines: Sequence[Line], today: date, county: CountyEntry, registry: Registry
) -> Iterator[Alert]:
    """With the second look, or on the third day with what is still unknown."""
    deadline = deadline_of(lines)
    if deadline is None or not deadline < today <= deadline + AFTER:
        return
    unconfirmed = sum(line.is_unconfirmed for line in lines)
    missing = sum(line.standing.name == "missing" for line in lines) - unconfirmed
    unknown = sum(line.standing.name == "unknown" and line.seen is None for line in lines)
    waiting = unconfirmed + unknown
    is_time = today >= deadline + SECOND_LOOK or (missing and not unconfirmed)
    if is_time and (missing or waiting):
        told = _both(
            "alert_deadline",
            county=registry.called[county.code],
            year=lines[0].year,
            deadline=deadline,
            missing=missing,
            open=waiting,
        )
        yield Alert(f"deadline {county.code} {lines[0].year} {deadline}", county.code, told)


def _withdrawn(
    s: Session,
    county: CountyEntry,
    registry: Registry,
    known: Collection[str],
    now: datetime,
) -> Iterator[Alert]:
    """What was withdrawn lately, and still is: it may be back, exempt or waived since."""
    for event in events(s, of_county(county.code), now - SHORTLY, now, ("withdrawn",)):
        key = f"withdrawn {event.unit} {event.year} {event.id}"
        if key in known or event.year is None or event.unit is None:
            continue
        scope = of_unit(event.unit, event.county)
        if year_of(s, scope, event.year, now, registry, asked=now).owing("withdrawn"):
            name = registry.called[county.code]
            told = _both("alert_withdrawn", county=name, unit=event.name, year=event.year)
            yield Alert(key, county.code, told)


OF_COLUMN: Mapping[RotKind, str] = {"unread": "alert_unread", "fallen": "alert_fallen"}


def _columns(
    columns: Sequence[PortalFacts], county: CountyEntry, registry: Registry, told: News
) -> Iterator[Alert]:
    name = registry.called[county.code]
    for group in grouped(told.new, columns):
        rot, column = group[0], group[0].column
        counts = {"shown": column.shown, "before": column.last_year, "count": len(group)}
        key = "alert_portal" if len(group) > 1 else OF_COLUMN[rot.kind]
        since = day_in_beijing(min(each.since for each in group))
        zh, en = state_of(column)
        texts = _both(key, county=name, url=column.url, since=since, state=(zh, en), **counts)
        yield Alert(rot.key, county.code, texts, [each.key for each in group])
    for rot in told.over:
        texts = _both("alert_over", county=name, url=rot.column.url)
        mine = [key for key in told.ended if key.split()[:2] == rot.key.split()[:2]]
        yield Alert(f"{OVER}{rot.key}", county.code, texts, [f"{OVER}{key}" for key in mine])


def _crashed(wrong: Crashed | None, county: CountyEntry, registry: Registry) -> Iterator[Alert]:
    """Once, with the first of the sweeps in a row that went wrong."""
    if wrong is not None:
        why = wrong.problem.partition("\n")[0]
        told = _both("alert_crashed", county=registry.called[county.code], why=why)
        yield Alert(f"crashed {county.code} {wrong.first}", county.code, told)


def _both(key: str, **named: object) -> dict[Lang, str]:
    """A sentence with its days, and what is given in both languages, in each of them."""
    said: dict[Lang, str] = {}
    for n, lang in enumerate(LANGS):
        days = {name: day_of(day, lang) for name, day in named.items() if isinstance(day, date)}
        pairs = {name: pair[n] for name, pair in named.items() if isinstance(pair, tuple)}
        said[lang] = say(key, lang, **{**named, **days, **pairs})
    return said


def queue_alerts(
    engine: Engine, settings: Settings, registry: Registry, now: datetime
) -> list[Alert]:
    """Tell what was not told yet, in one mail for each recipient. Returns what is new."""
    if not settings.alerts.on:
        return []
    with session(engine) as s:
        known = alerted(s)
        new = [alert for alert in alerts(s, settings, registry, now) if alert.key not in known]
        if not new:
            return []
        note_alerted(s, [key for alert in new for key in alert.keys or (alert.key,)], now)
        texts = [alert.text[cast(Lang, settings.lang)] for alert in new]
        about = " ".join(alert.key for alert in new)
        for kind, mark in queue_posts(s, settings.alerts, about, texts, now):
            traced.queued(s, kind, mark, [alert.county for alert in new])
        for recipient in recipients_of(settings, registry):
            _queue_alert(s, recipient, new, settings, registry, now)
    return new


def _queue_alert(
    s: Session,
    recipient: Recipient,
    new: Sequence[Alert],
    settings: Settings,
    registry: Registry,
    now: datetime,
) -> None:
    """Those of the counties that a recipient asked for; units are not told of others."""
    try:
        scope = scope_of(s, recipient.scope, registry)
    except ScopeError as error:
        say_nobody("alert", recipient, error)
        return
    mine = [alert for alert in new if scope.holds(alert.county)]
    if mine:
        subject, lines = alert_mail(mine, lang_of(recipient), settings, now)
        about = " ".join(alert.key for alert in mine)
        if mark := _queue_plain(s, "alert", about, recipient, subject, lines, settings, now):
            traced.queued(s, "alert", mark, dict.fromkeys(alert.county for alert in mine))


def alert_mail(
    mine: Sequence[Alert], lang: Lang, settings: Settings, now: datetime
) -> tuple[str, list[str]]:
    """Subject and lines, with the pages where they are shown."""
    codes = dict.fromkeys(alert.county for alert in mine)
    pages = (county_at(settings.web.public, code, due_year(now)) for code in codes)
    subject = say("alert_subject", lang, count=len(mine))
    return subject, [*(alert.text[lang] for alert in mine), *filter(None, pages)]


def _queue_plain(
    s: Session,
    kind: str,
    about: str,
    recipient: Recipient,
    subject: str,
    lines: Sequence[str],
    settings: Settings,
    now: datetime,
) -> str:
    """The mail's id; none where it was queued before."""
    mark = message_id(kind, about, recipient.address, settings.mail.sender)
    body = plain(recipient, mark, subject, lines, settings, now)
    return mark if queue(s, kind, recipient.address, mark, subject, body, now) else ""


def plain(
    recipient: Recipient,
    mark: str,
    subject: str,
    lines: Sequence[str],
    settings: Settings,
    now: datetime,
) -> bytes:
    """A mail of a few lines, as it is sent."""
    text = "\n".join([*lines, "", settings.office.name, settings.office.contact]).rstrip() + "\n"
    paragraphs = [
        f"<p style='font-size:15px;line-height:24px;'>{escape(line)}</p>"
        for line in text.splitlines()
        if line
    ]
    head = "<!DOCTYPE html><html><head><meta charset='utf-8'></head>"
    page = f"{head}<body>{''.join(paragraphs)}</body></html>"
    made = Composed(subject, text, page, {})
    return build(made, settings.mail.sender, recipient.address, mark, now)


# ---- reminders


def queue_reminders(engine: Engine, settings: Settings, registry: Registry, now: datetime) -> int:
    """To units' own recipients, some days before their deadline, if nothing was detected."""
    days, count = reminder_days(settings), 0
    for recipient in settings.recipients if days else ():
        try:
            count += _queue_reminder(engine, settings, registry, recipient, days, now)
        except ScopeError as error:
            say_nobody("reminder", recipient, error)
    return count


def reminder_days(settings: Settings) -> set[int]:
    words = settings.alerts.reminders.split(",")
    return {int(word) for word in words if word.strip().isdigit()}


def _queue_reminder(
    engine: Engine,
    settings: Settings,
    registry: Registry,
    recipient: Recipient,
    days: set[int],
    now: datetime,
) -> int:
    with looking(engine) as s:
        scope = scope_of(s, recipient.scope, registry)
        if not scope.units:
            return 0
        year, today = due_year(now), day_in_beijing(now)
        counties = registry.meant(scope)
        ends = {day for county in counties for day in registry.last_days(county, year)}
        if not any((day - today).days in days for day in ends):
            return 0
        lines = lines_at(s, scope, year, now, registry, asked=now)
    count, lang = 0, lang_of(recipient)
    for line in lines:
        left = (line.deadline - today).days
        if line.standing.name != "awaiting" or left not in days:
            continue
        about = f"{line.unit} {line.year} {left}"
        mark = reminder_mark(recipient, line, left, settings.mail.sender)
        with looking(engine) as s:
            if is_queued(s, recipient.address, mark):
                continue
        door = _door_for(engine, settings, line, now)
        subject, told = reminder(line, today, lang, door.address if door is not None else "")
        with session(engine) as s:
            of = (recipient, subject, told, settings, now)
            if mark := _queue_plain(s, "reminder", about, *of):
                traced.queued(s, "reminder", mark, [line.county])
                count += 1
    return count


def reminder(line: Line, today: date, lang: Lang, door: str) -> tuple[str, list[str]]:
    """Its subject and its lines, as they are written on a day."""
    before = line.deadline - timedelta(days=min(2, (line.deadline - today).days))
    named = {
        "unit": line.name,
        "year": line.year,
        "deadline": day_of(line.deadline, lang),
        "before": day_of(before, lang),
    }
    answered = [say("answer_at", lang), door] if door else []
    return say("reminder_subject", lang, **named), [say("reminder", lang, **named), *answered]


def reminder_mark(recipient: Recipient, line: Line, left: int, sender: str) -> str:
    """Of the reminder to somebody, so many days before a unit's deadline."""
    about = f"{line.unit} {line.year} {left}"
    return message_id("reminder", about, recipient.address, sender)
