"""The ledger as it is now: which of its rows are out of date."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.monitor.standing import BEIJING
from nianbao.storage.models import Region, StandingRow, Unit
from nianbao.storage.registry import CountyEntry
from nianbao.storage.units import are_there


def policy_mark(county: CountyEntry, regions: Mapping[str, str]) -> str:
    """Of everything that a county's deadlines rest on."""
    own = [(unit.name, unit.kind, unit.deadline, unit.deadlines) for unit in county.units]
    told = repr(
        (county.deadline, sorted(county.deadlines.items(), key=str), own, sorted(regions.items()))
    )
    return hashlib.sha256(told.encode()).hexdigest()


def out_of_date(
    s: Session,
    counties: Sequence[CountyEntry],
    day: datetime,
    regions: Mapping[str, str],
    *,
    new: bool,
    year: int = 0,
) -> tuple[set[tuple[str, int]], list[CountyEntry]]:
    """Counties and years whose rows the calendar has changed, or that have none; and counties with other deadlines.

    To ask for units without rows costs a look at the whole registry: `new` says whether to. `year`: another wanted one.
    """
    due = {
        (code, of)
        for code, of in s.execute(
            select(Unit.county, StandingRow.year)
            .join(StandingRow, StandingRow.unit == Unit.id)
            .where(StandingRow.next_change_at <= day)
            .distinct()
        )
    }
    last = day.astimezone(BEIJING).year - 1
    for of in {last, year or last}:
        known = select(StandingRow.unit).where(StandingRow.year == of)
        if new or of != last or s.scalar(known.limit(1)) is None:
            without = select(Unit.county).where(Unit.id.not_in(known), *are_there(of)).distinct()
            due |= {(code, of) for code in s.scalars(without)}
    marks = dict(s.execute(select(Region.code, Region.policy)).all())
    return due, [
        each
        for each in counties
        if each.code in marks and marks[each.code] != policy_mark(each, regions)
    ]
