"""Other ways to be told: an Atom feed of events, an iCalendar of deadlines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from xml.sax.saxutils import escape

from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.mail.digest import in_language
from nianbao.monitor.standing import NAMES
from nianbao.storage.kinds import EventKind
from nianbao.storage.queries import events
from nianbao.storage.registry import CountyEntry, date_or_none
from nianbao.storage.units import is_there

MONTH = timedelta(days=31)
KINDS: Mapping[EventKind, tuple[str, str]] = {
    "published": ("监测到发布", "published"),
    "changed": ("内容有变化", "edited"),
    "withdrawn": ("已撤下", "withdrawn"),
    "restored": ("恢复发布", "restored"),
    "standing": ("状态", "standing"),
}


def atom(s: Session, now: datetime, scope: str = "", lang: str = "zh") -> str:
    """Events of the last month, newest first; each entry keeps
    its id for ever."""
    entries = []
    for event, unit, region in reversed(events(s, now - MONTH, now, tuple(KINDS), scope)):
        what = in_language(lang, *KINDS[event.kind])
        if event.kind == "standing":
            to = event.content["to"]
            if to in ("not_due", "awaiting"):
                continue
            what = in_language(lang, *NAMES.get(to, NO_LONGER))
        title = in_language(
            lang,
            f"{region}{unit.name} {event.year}：{what}",
            f"{region} {unit.name} {event.year}: {what}",
        )
        why = escape(str(event.content.get("why", "")))
        entries.append(
            f"<entry><id>urn:nianbao:event:{event.id}</id><title>{escape(title)}</title>"
            f"<updated>{event.at.isoformat()}</updated><summary>{why}</summary></entry>"
        )
    name = in_language(lang, "政府信息公开工作年度报告监测", "OGI annual reports")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>urn:nianbao:{escape(scope) or 'all'}</id><title>{name}</title>"
        f"<updated>{now.isoformat()}</updated><author><name>nianbao</name></author>"
        f"{''.join(entries)}</feed>\n"
    )


NO_LONGER = ("不再是应发布单位", "no longer due")
CALENDAR = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//nianbao//deadlines//ZH",
    "CALSCALE:GREGORIAN",
)
DAYS = {
    "due": ("年报公布时限", "annual reports due"),
    "hand_in": ("年报报送时限", "annual reports to be handed in"),
}


def icalendar(
    counties: Sequence[CountyEntry],
    year: int,
    regions: Mapping[str, str],
    now: datetime,
    lang: str = "zh",
) -> str:
    """One event for each county and day: how many units are due on it."""
    lines = list(CALENDAR)
    for county in counties:
        for (kind, day), units in sorted(_days(county, year, regions).items(), key=_day_of):
            zh, en = DAYS[kind]
            title = in_language(
                lang,
                f"{county.county}{year}年度{zh}（{len(units)}个单位）",
                f"{county.county}: {en} ({len(units)})",
            )
            lines += [
                "BEGIN:VEVENT",
                f"UID:{county.code}-{year}-{kind}-{day:%Y%m%d}@nianbao",
                f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
                f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
                f"SUMMARY:{_text(title)}",
                f"DESCRIPTION:{_text('、'.join(units[:60]))}",
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                "TRIGGER:-P2D",
                f"DESCRIPTION:{_text(title)}",
                "END:VALARM",
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return "\r\n".join(chain.from_iterable(map(_folded, lines))) + "\r\n"


Days = dict[tuple[str, date], list[str]]


def _days(county: CountyEntry, year: int, regions: Mapping[str, str]) -> Days:
    """The units that are due on each day, and those that must
    hand in their text on it."""
    days: Days = defaultdict(list)
    for unit in county.units:
        if not is_there(date_or_none(unit.since), date_or_none(unit.until), year):
            continue
        policy = policy_of(county, unit.name, year, regions, kind=unit.kind)
        days["due", policy.last_day(year)].append(unit.name)
        if policy.hand_in is not None:
            days["hand_in", policy.hand_in].append(unit.name)
    return days


def _day_of(entry: tuple[tuple[str, date], list[str]]) -> date:
    (_, day), _ = entry
    return day


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """At most 75 bytes a line, never through a character."""
    parts, part = [], ""
    for c in line:
        if len((part + c).encode()) > 73:
            parts.append(part)
            part = " "
        part += c
    return [*parts, part]
