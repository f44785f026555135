"""By when a unit must have published: the most particular rule that is written down holds.

The unit's own for that year, its own, the county's for that year, by the kind of unit, the
county's, its city's or province's, else: 31 January for townships (by custom and local notice)
and departments (art. 49), 31 March for the county itself (art. 49).

Up to the reports of 2018 the regulation before held, with 31 March for everybody (art. 31): what
is written down without a year is of the one of now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from nianbao.monitor.standing import Policy
from nianbao.storage.registry import CountyEntry, UnitEntry

DEFAULTS = {"county": "03-31"}
DEFAULT = "01-31"
BEFORE = 2018  # the last year whose reports were due by the regulation before
OF_BEFORE = "03-31"


def policy_of(
    county: CountyEntry | None,
    unit: str,
    year: int,
    regions: Mapping[str, str] | None = None,
    *,
    kind: str = "town",
) -> Policy:
    """The rule for one unit's report of a year, resolved to a day."""
    if county is None:
        day = OF_BEFORE if year <= BEFORE else _regional("", regions or {}, kind)
        return _policy(day, year, {})
    entry = next((each for each in county.units if each.name == unit), None)
    if entry is not None:
        kind = entry.kind
    if year <= BEFORE:
        written = _written_of(entry, county, year)
        return _policy(written or OF_BEFORE, year, county.deadlines if written else {})
    said = _of_county(county, kind, year)
    of_all = said or _regional(county.code, regions or {}, kind)
    named = _own(entry, year) or of_all
    policy = _policy(named, year, county.deadlines)
    # The county's notice sets the day of its units; whoever has another one, and the county itself,
    # has it by something else.
    is_by_notice = named == of_all and (said or kind not in DEFAULTS)
    return policy if is_by_notice else replace(policy, source="")


def last_days(
    county: CountyEntry, year: int, regions: Mapping[str, str] | None = None
) -> frozenset[date]:
    """Every day by which a unit of a county must have published."""
    named = (("", "town"), *((unit.name, unit.kind) for unit in county.units))
    policies = (policy_of(county, name, year, regions, kind=kind) for name, kind in named)
    return frozenset(policy.last_day(year) for policy in policies)


def _written_of(entry: UnitEntry | None, county: CountyEntry, year: int) -> str:
    """What is written down of the year itself."""
    own = _of_year(dict(entry.deadlines), year) if entry is not None else ""
    return own or _of_year(county.deadlines.get("years", {}), year)


def _own(entry: UnitEntry | None, year: int) -> str:
    if entry is None:
        return ""
    return _of_year(dict(entry.deadlines), year) or entry.deadline


def _of_county(county: CountyEntry, kind: str, year: int) -> str:
    rules = county.deadlines
    named = _of_year(rules.get("years", {}), year) or str(rules.get(kind, ""))
    if not named and kind != "county":
        return county.deadline
    return named


def _of_year(days: Mapping[Any, Any], year: int) -> str:
    return str(days.get(year) or days.get(str(year)) or "")


def _regional(code: str, regions: Mapping[str, str], kind: str) -> str:
    return DEFAULTS[kind] if kind in DEFAULTS else prevailing(code, regions)


def prevailing(code: str, regions: Mapping[str, str]) -> str:
    """The day that is set for the city or province of a county, or for all."""
    for length in (6, 4, 2):
        if code and (day := regions.get(code[:length])):
            return day
    return regions.get("default", DEFAULT)


def _policy(month_day: str, year: int, rules: Mapping[str, Any]) -> Policy:
    day = _day(month_day, year)
    if rules.get("working_day") == "next":
        while not is_working_day(day):
            day += timedelta(days=1)
    hand_in = None
    if rules.get("hand_in"):
        hand_in = _before(str(rules["hand_in"]), day)
    return Policy(
        month_day,
        grace_days=int(rules.get("grace_days", 0)),
        on=day,
        hand_in=hand_in,
        source=str(rules.get("source", "")),
    )


def _day(month_day: str, year: int) -> date:
    month, _, day = month_day.partition("-")
    return date(year + 1, int(month), int(day))


def _before(month_day: str, last: date) -> date | None:
    """The latest such day that is not after another: 12-15 is in the year that
    the report is of. None where that is no day of this season: 01-10, of a unit that is due on
    5 January."""
    days = (_day(month_day, last.year - 1), _day(month_day, last.year - 2))
    return next((day for day in days if timedelta() <= last - day < SEASON), None)


SEASON = timedelta(days=183)


def is_working_day(day: date) -> bool:
    """By the State Council's calendar of holidays and of weekends that are
    worked instead."""
    return bool(_calendar().is_working_day(day))


def add_working_days(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


@cache
def _calendar() -> Any:
    import holidays  # half a tenth of what a question takes, which mostly needs none

    return holidays.country_holidays("CN")
