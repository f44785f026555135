"""By when units had to publish, as it was told on days that are over: what a county's file and the
settings said of deadlines, each with since when it was used.

Of a day before the first that is known, the first is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nianbao.storage.content import clean
from nianbao.storage.models import DeadlinesRow, Region
from nianbao.storage.registry import CountyEntry, UnitEntry
from nianbao.storage.scope import Scope, counties_in


class Held(NamedTuple):
    """What held for a county."""

    county: CountyEntry  # of which nothing is known but its deadlines and those of its units
    prevailing: str  # month-day, of its city or province
    is_of_then: bool = True  # False: nobody wrote down what held before


def note_deadlines(s: Session, county: CountyEntry, prevailing: str, now: datetime) -> None:
    """Write down what holds from now on, if it is another than held until now."""
    if s.get(Region, county.code) is None:
        return  # nothing was told of it yet
    rules = _rules(county, prevailing)
    of_county = select(DeadlinesRow.rules).where(DeadlinesRow.county == county.code)
    if s.scalar(of_county.order_by(DeadlinesRow.id.desc()).limit(1)) != rules:
        s.add(DeadlinesRow(county=county.code, since=now, rules=rules))
        s.flush()


def without_deadlines(s: Session) -> set[str]:
    """Counties of which nothing is written down yet."""
    known = select(DeadlinesRow.county)
    chosen = select(Region.code).where(Region.level == "county", Region.code.not_in(known))
    return set(s.scalars(chosen))


def held_at(s: Session, scope: Scope, moment: datetime) -> dict[str, Held]:
    """What held at a time, by the counties' codes; of a county of which nothing is written down
    nobody knows.
    """
    of = select(DeadlinesRow.county).join(Region, Region.code == DeadlinesRow.county)
    by_county = of.where(counties_in(scope)).group_by(DeadlinesRow.county)
    first = by_county.add_columns(func.min(DeadlinesRow.id))
    # The last that was written: not every clock was right.
    last = by_county.add_columns(func.max(DeadlinesRow.id)).where(DeadlinesRow.since <= moment)
    then: dict[str, int] = dict(s.execute(last).all())
    numbers = {**dict(s.execute(first).all()), **then}
    found: dict[str, Held] = {}
    for some in _some([*numbers.values()]):
        rows = select(DeadlinesRow).where(DeadlinesRow.id.in_(some))
        for row in s.scalars(rows):
            found[row.county] = _held(row.county, row.rules, is_of_then=row.county in then)
    return found


TOGETHER = 500


def _some(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[n : n + TOGETHER] for n in range(0, len(numbers), TOGETHER))


def _rules(county: CountyEntry, prevailing: str) -> Any:
    """As JSON keeps it."""
    units = sorted(
        (unit.name, unit.code, unit.kind, unit.deadline, sorted(unit.deadlines))
        for unit in county.units
    )
    told = {
        "deadline": county.deadline,
        "deadlines": {**county.deadlines},
        "prevailing": prevailing,
        "units": units,
    }
    return clean(json.loads(json.dumps(told, default=str)))


def _held(code: str, rules: dict[str, Any], *, is_of_then: bool) -> Held:
    units = (
        UnitEntry(name, key, kind=kind, deadline=day, deadlines=tuple((y, d) for y, d in days))
        for name, key, kind, day, days in rules["units"]
    )
    days = {"deadline": rules["deadline"], "deadlines": rules["deadlines"]}
    return Held(CountyEntry("", code, units=tuple(units), **days), rules["prevailing"], is_of_then)
