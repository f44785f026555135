"""Other ways to be told: an Atom feed of what happened, and an iCalendar of deadlines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from xml.sax.saxutils import escape

from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import policy_of
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
    """Events of the last month, newest first; each entry keeps its id for ever."""
    n = 0 if lang == "zh" else 1
    entries = []
    for event, unit, region in reversed(events(s, now - MONTH, now, tuple(KINDS), scope)):
        what = KINDS[event.kind][n]
        if event.kind == "standing":
            what = (
                NAMES[to][n]
                if (to := event.content["to"])
                else ("不再是应发布单位", "no longer due")[n]
            )
            if event.content["to"] in ("not_due", "awaiting"):
                continue
        title = (
            f"{region}{unit.name} {event.year}：{what}"
            if lang == "zh"
            else f"{region} {unit.name} {event.year}: {what}"
        )
        entries.append(
            f"<entry><id>urn:nianbao:event:{event.id}</id><title>{escape(title)}</title>"
            f"<updated>{event.at.isoformat()}</updated><summary>{escape(str(event.content.get('why', '')))}</summary></entry>"
        )
    name = "政府信息公开工作年度报告监测" if lang == "zh" else "OGI annual reports"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>urn:nianbao:{escape(scope) or 'all'}</id><title>{name}</title><updated>{now.isoformat()}</updated>"
        f"<author><name>nianbao</name></author>{''.join(entries)}</feed>\n"
    )


def icalendar(
    counties: Sequence[CountyEntry],
    year: int,
    regions: Mapping[str, str],
    now: datetime,
    lang: str = "zh",
) -> str:
    """One event for each county and day: how many units are due on it."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//nianbao//deadlines//ZH",
        "CALSCALE:GREGORIAN",
    ]
    for county in counties:
        days: dict[tuple[str, date], list[str]] = defaultdict(list)
        for unit in county.units:
            if not is_there(date_or_none(unit.since), date_or_none(unit.until), year):
                continue
            policy = policy_of(county, unit.name, year, regions, kind=unit.kind)
            days["due", policy.last_day(year)].append(unit.name)
            if policy.hand_in is not None:
                days["hand_in", policy.hand_in].append(unit.name)
        for (kind, day), units in sorted(days.items(), key=lambda each: each[0][1]):
            zh = "年报公布时限" if kind == "due" else "年报报送时限"
            en = "annual reports due" if kind == "due" else "annual reports to be handed in"
            title = (
                f"{county.county}{year}年度{zh}（{len(units)}个单位）"
                if lang == "zh"
                else f"{county.county}: {en} ({len(units)})"
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
    return (
        "\r\n".join(folded for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))
        + "\r\n"
    )


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
