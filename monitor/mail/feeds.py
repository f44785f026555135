"""Other ways to be told: an Atom feed of what happened, and an iCalendar of deadlines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from xml.sax.saxutils import escape

from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.ledger.first_look import late_look
from nianbao.monitor.ledger.scope import Registry, names_apart
from nianbao.monitor.ledger.words import EVENTS, STANDINGS, TAKEN_BACK, Lang, Word, by_hand
from nianbao.monitor.paper.sentences import why_of
from nianbao.monitor.standing import due_year
from nianbao.storage.facts import OF_STANDING, exempt_in, unit_facts
from nianbao.storage.kinds import EventKind
from nianbao.storage.queries import Happened, decided_last, events, findings
from nianbao.storage.registry import CountyEntry, date_or_none
from nianbao.storage.scope import Scope, of_unit
from nianbao.storage.standings import rows_of
from nianbao.storage.units import county_names, is_there

MONTH = timedelta(days=31)
TOLD: tuple[EventKind, ...] = (
    "published",
    "changed",
    "withdrawn",
    "restored",
    "standing",
    "brought",
)
NOT_HELD = Word("（经人工决定不作为问题）", " (not held against it, by a person's decision)")
NO_LONGER_DUE = Word("不再是应发布单位", "no longer due")


def atom(s: Session, now: datetime, scope: Scope, asked: str = "", lang: Lang = "zh") -> str:
    """Events of the last month, newest first; each entry keeps its id for ever."""
    happened = [event for event in events(s, scope, now - MONTH, now, TOLD) if _is_news(event)]
    happened = [event for event in happened if not _is_of_before(s, event)]
    free = _not_asked(s, happened, now)
    happened = [
        each for each in happened if each.kind != "withdrawn" or (each.unit, each.year) not in free
    ]
    names, decided = names_apart(county_names(s)), _decided(s, scope, happened, now)
    entries = [_entry(event, names[event.county], lang, decided) for event in reversed(happened)]
    name = "政府信息公开工作年度报告监测" if lang == "zh" else "OGI annual reports"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>urn:nianbao:{escape(asked) or 'all'}</id><title>{name}</title>"
        f"<updated>{now.isoformat()}</updated><author><name>nianbao</name></author>"
        f"{''.join(entries)}</feed>\n"
    )


def _is_news(event: Happened) -> bool:
    """What one look did not show is the office's business alone."""
    content = event.content
    if event.kind == "brought":  # that it was, what was published says
        return bool(content["undone"])
    if event.kind != "standing":
        return True
    unconfirmed = content["to"] == "missing" and not content.get("confirmed", True)
    if content["to"] in ("not_due", "awaiting"):  # what was held against it is taken back
        return content["from"] in ("missing", "late", "withdrawn")
    return not unconfirmed


def _not_asked(s: Session, happened: Iterable[Happened], now: datetime) -> set[tuple[str, int]]:
    """Units that need not publish, or were not there, each with the year, and those of which it is
    unknown, as where a link in doubt may be the report: that it is gone is held against nobody.
    """
    found: set[tuple[str, int]] = set()
    gone = [(x.unit, x.county, x.year) for x in happened if x.kind == "withdrawn"]
    for year in {year for unit, _, year in gone if unit and year}:
        units = {unit: county for unit, county, of in gone if unit and of == year}
        scope = Scope((), tuple(units), tuple(units.values()))
        due = {row.kept.unit for row in rows_of(s, scope, year) if row.kept.name != "unknown"}
        due -= exempt_in(s, [*units], year, now).keys()
        found |= {(unit, year) for unit in units.keys() - due}
    return found


def _is_of_before(s: Session, event: Happened) -> bool:
    """Whether it says that a report of a year before the one that was due is missing, whose columns
    nobody had looked at until long after: it may have been there before.
    """
    if event.kind != "standing" or event.content["to"] != "missing" or not event.unit:
        return False
    year = event.year or 0
    if year >= due_year(event.at):
        return False
    facts = unit_facts(s, of_unit(event.unit, event.county), year, event.at)
    places = [place for each in facts for place in each.places]
    return late_look(s, places, date(year + 1, *USUAL)) is not None


USUAL = (1, 31)  # month and day by which reports are due, where nothing else is said


class Decided(NamedTuple):
    """Of standings, by unit, year and standing: what a person decided not to hold against them,
    and when somebody last decided or took it back, so that no entry's last change goes back.
    """

    waived: Collection[tuple[str, int, str]]
    at: Mapping[tuple[str, int, str], datetime]


def _decided(s: Session, scope: Scope, happened: Iterable[Happened], now: datetime) -> Decided:
    years = {event.year for event in happened if _stands(event) in OF_STANDING and event.year}
    rules = {rule: name for name, rule in OF_STANDING.items()}
    found = {
        (each.unit, each.year, rules[each.rule])
        for year in years
        for each in findings(s, scope, year, rules=[*rules], as_of=now)
        if each.verdict == "waived"
    }
    last = {
        (unit, year, rules[rule]): at
        for year in years
        for (unit, rule), at in decided_last(s, year, [*rules], now).items()
    }
    return Decided(found, last)


def _stands(event: Happened) -> str:
    """Which standing it tells of."""
    return str(event.content["to"]) if event.kind == "standing" else event.kind


def _entry(event: Happened, county: str, lang: Lang, decided: Decided) -> str:
    what = EVENTS[event.kind]
    if event.kind == "standing":
        what = STANDINGS.get(event.content["to"], NO_LONGER_DUE)
    if event.kind == "brought":
        what = TAKEN_BACK
    told = what.said(lang) + by_hand(_who(event), lang)
    mine = event.unit or "", event.year or 0, _stands(event)
    told += NOT_HELD.said(lang) if mine in decided.waived else ""
    title = f"{county} {event.name} {event.year}: {told}"
    if lang == "zh":
        title = f"{county}{event.name} {event.year}：{told}"
    return (
        f"<entry><id>urn:nianbao:event:{event.id}</id><title>{escape(title)}</title>"
        f"<updated>{max(event.at, decided.at.get(mine, event.at)).isoformat()}</updated>"
        f"<summary>{escape(why_of(event.content, lang))}</summary></entry>"
    )


def _who(event: Happened) -> str:
    """The person on whose word it rests."""
    content = event.content
    return str(content["who"] if event.kind == "brought" else content.get("by_hand", ""))


# ---- deadlines


def icalendar(
    registry: Registry,
    scope: Scope,
    year: int,
    now: datetime,
    lang: Lang = "zh",
    exempt: Collection[tuple[str, str]] = (),
) -> str:
    """One event for each county and day: how many units are due on it.

    `exempt`: units that need not publish, each with its county's code.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//nianbao//deadlines//ZH"]
    lines.append("CALSCALE:GREGORIAN")
    for county in registry.meant(scope):
        free = {name for code, name in exempt if code == county.code}
        lines += _of_county(registry, county, year, now, lang, free)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _of_county(
    registry: Registry,
    county: CountyEntry,
    year: int,
    now: datetime,
    lang: Lang,
    free: Collection[str],
) -> Iterator[str]:
    days: dict[tuple[date, str], list[str]] = defaultdict(list)
    for unit in county.units:
        policy = policy_of(county, unit.name, year, registry.deadlines, kind=unit.kind)
        span = date_or_none(unit.since), date_or_none(unit.until)
        if not is_there(*span, year, policy.last_day(year)) or unit.name in free:
            continue
        days[policy.last_day(year), "due"].append(unit.name)
        if policy.hand_in is not None:
            days[policy.hand_in, "hand_in"].append(unit.name)
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for (day, kind), units in sorted(days.items()):
        title = _title(registry.called[county.code], year, kind, len(units), lang)
        yield "BEGIN:VEVENT"
        yield f"UID:{county.code}-{year}-{kind}-{day:%Y%m%d}@nianbao"
        yield f"DTSTAMP:{stamp}"
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
        yield f"SUMMARY:{_text(title)}"
        yield f"DESCRIPTION:{_text('、'.join(units[:60]))}"
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P2D")
        yield f"DESCRIPTION:{_text(title)}"
        yield from ("END:VALARM", "END:VEVENT")


def _title(county: str, year: int, kind: str, count: int, lang: Lang) -> str:
    if lang == "zh":
        what = "年报公布时限" if kind == "due" else "年报报送时限"
        return f"{county}{year}年度{what}（{count}个单位）"
    what = "annual reports due" if kind == "due" else "annual reports to be handed in"
    return f"{county}: {what} ({count})"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """At most 75 bytes a line, never through a character."""
    parts, part = [], ""
    for c in line:
        if len((part + c).encode()) > 73:
            parts.append(part)
            part = " "
        part += c
    return [*parts, part]
