"""Days on which reports print that they came out, of all years, where a day is asked for."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select
from sqlalchemy.orm import Session

from nianbao.storage.dates import Printed, Stamp, days_told, in_beijing
from nianbao.storage.in_force import in_force
from nianbao.storage.models import Column, ReportVersion, Sighting


def days_of(published: date | None, dates: Sequence[Sequence[str]]) -> list[Printed]:
    """What a version's page and list printed; of old ones only one day was kept."""
    days = list(days_told(dates))
    if published is not None and not any(printed.day == published for printed in days):
        days.append(Printed(published, all(printed.first for printed in days)))
    return days


Key = tuple[str, str, int]  # a county, a unit of it, a year


def stamps_on(
    s: Session,
    wanted: Mapping[str, set[date]],
    of: Mapping[str, str],
    as_of: datetime | None,
) -> Mapping[str, Mapping[date, set[Stamp]]]:
    """The reports of all years on which one of some days is printed, by county: what a day proves
    rests on them. `of`: the counties of the units.

    Most print none: the database looks for those that may, and tells of them alone when they were
    seen.
    """
    if not wanted:
        return {}
    written = {county: {day.isoformat() for day in days} for county, days in wanted.items()}
    first = min(min(days) for days in wanted.values())
    # By their numbers: of days in a text PostgreSQL expects next to none, and would look for them
    # among all links there are.
    shelves = select(Column.id, Column.portal).where(Column.portal.in_(wanted))
    portals: dict[int, str] = {**dict(s.execute(shelves).all())}
    named = [
        *(Sighting.column.in_(portals), Sighting.unit.is_not(None), Sighting.year.is_not(None)),
        *([Sighting.first_seen <= as_of] if as_of is not None else []),
    ]
    read = [
        *(ReportVersion.unit.in_(of), in_force(as_of)),
        *([ReportVersion.seen <= as_of] if as_of is not None else []),
    ]
    days: dict[Key, set[date]] = defaultdict(set)
    text = cast(Sighting.dates, Text)
    links = select(Sighting.column, Sighting.unit, Sighting.year, text)
    may = _may_tell_since(s, first, text)
    for column, unit, year, told in s.execute(links.where(may, *named)):
        county = portals[column]
        if days_in(told) & written[county]:
            printed = {each.day for each in days_told(json.loads(told), as_of)}
            if beside := printed & wanted[county]:
                days[county, unit or "", year or 0] |= beside
    text = cast(ReportVersion.dates, Text)
    tells = or_(ReportVersion.published >= first, _may_tell_since(s, first, text))
    versions = select(ReportVersion.unit, ReportVersion.year, ReportVersion.published, text)
    for unit, year, published, told in s.execute(versions.where(tells, *read)):
        if published in wanted[of[unit]] or days_in(told) & written[of[unit]]:
            printed = {each.day for each in days_of(published, json.loads(told))}
            if beside := printed & wanted[of[unit]]:
                days[of[unit], unit, year] |= beside
    years = {year for _, _, year in days}
    seen: dict[Key, datetime] = {}
    for column, unit, year, moment in s.execute(_first_links(years).where(*named)):
        key = portals[column], unit or "", year or 0
        seen[key] = min(moment, seen.get(key, moment))
    for unit, year, moment in s.execute(_first_readings(years).where(*read)):
        key = of[unit], unit, year
        seen[key] = min(moment, seen.get(key, moment))
    stamps: dict[str, dict[date, set[Stamp]]] = defaultdict(lambda: defaultdict(set))
    for (county, unit, year), printed_days in days.items():
        stamp = Stamp(unit, year, in_beijing(seen[county, unit, year]))
        for day in printed_days:
            stamps[county][day].add(stamp)
    return stamps


def _first_links(years: Collection[int]) -> Select[int, str | None, int | None, datetime]:
    """When each column first showed each report of some years."""
    report = (Sighting.column, Sighting.unit, Sighting.year)
    chosen = select(*report, func.min(Sighting.first_seen)).where(Sighting.year.in_(years))
    return chosen.group_by(*report)


def _first_readings(years: Collection[int]) -> Select[str, int, datetime]:
    report = (ReportVersion.unit, ReportVersion.year)
    chosen = select(*report, func.min(ReportVersion.seen)).where(ReportVersion.year.in_(years))
    return chosen.group_by(*report)


A_DAY = re.compile(r'"(\d{4}-\d\d-\d\d)"')


@lru_cache(maxsize=4096)
def days_in(text: str) -> frozenset[str]:
    """The days that may be told in what is kept as JSON, as they are written there: of most of it
    none is asked for, and to read it costs more than all else here.
    """
    return frozenset(A_DAY.findall(text))


def _may_tell_since(s: Session, first: date, text: ColumnElement[str]) -> ColumnElement[bool]:
    """The same for the database: a day of that year or a later one. For a pattern with
    alternatives SQLite asks Python about each row.
    """
    if s.get_bind().dialect.name == "sqlite":
        return or_(*(text.bool_op("GLOB")(f"*{day}*") for day in since_its_year(first)))
    return text.regexp_match("|".join(since_its_year(first)))


def since_its_year(first: date) -> list[str]:
    """Patterns of the quoted days of its year and of all later ones, alike for both databases."""
    year = f"{first.year:04}"
    digits = [(year[:n], int(digit), 3 - n) for n, digit in enumerate(year)]
    later = [f"{kept}[{digit + 1}-9]{'[0-9]' * rest}" for kept, digit, rest in digits if digit < 9]
    return [f'"{of}-[0-9][0-9]-[0-9][0-9]"' for of in (year, *later)]
