"""The ledger of standings as it was last worked out, and the events of what changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, or_, select, union, update
from sqlalchemy.orm import Session

from nianbao.storage.models import Event, Region, StandingRow, Unit
from nianbao.storage.scope import EVERYTHING, Scope, counties_in, units_in
from nianbao.storage.steering import beside
from nianbao.storage.units import are_there


class Kept(NamedTuple):
    """A unit's year as it is written down."""

    unit: str
    name: str  # of the standing
    confirmed: bool
    quality: str
    zh: str  # why
    en: str
    days: int  # late; an overdue unit's days are counted when they are told
    deadline: date
    evidence_at: datetime | None
    evidence: str
    url: str
    next_change_at: datetime | None
    printed: date | None
    seen: datetime | None
    sighted: datetime | None
    by_hand: str


class Row(NamedTuple):
    """What is written down of a unit's year, with whose it is."""

    kept: Kept
    unit_name: str
    kind: str
    county: str
    county_name: str


def rows_of(s: Session, scope: Scope, year: int, names: Sequence[str] = ()) -> list[Row]:
    """As it was last worked out; costs what it returns."""
    kept = (getattr(StandingRow, name) for name in Kept._fields)
    chosen = (
        select(*kept, Unit.name, Unit.kind, Unit.county, Region.name)
        .join(Unit, StandingRow.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .where(beside(StandingRow.year, scope) == year, units_in(scope))
        .order_by(Unit.county, Unit.id)
    )
    if names:
        chosen = chosen.where(StandingRow.name.in_(names))
    many = len(Kept._fields)
    return [Row(Kept(*row[:many]), *row[many:]) for row in s.execute(chosen)]


def settled_since(s: Session, scope: Scope, year: int, moment: datetime) -> set[str]:
    """Units that are written down as on time, as they were at a moment already, with a report that
    had been read by then.
    """
    chosen = (
        select(StandingRow.unit)
        .join(Unit, StandingRow.unit == Unit.id)
        .where(beside(StandingRow.year, scope) == year, units_in(scope))
        .where(StandingRow.name == "on_time")
        .where(beside(StandingRow.since, scope) <= moment, StandingRow.seen <= moment)
        .where(StandingRow.sighted <= moment)
    )
    return {*s.scalars(chosen)}


def without(s: Session, scope: Scope, units: Set[str]) -> Scope:
    """A scope's other units, each for itself; those that are no longer there, too."""
    chosen = select(Unit.id, Unit.county).where(units_in(scope)).order_by(Unit.county, Unit.id)
    rest = [(unit, county) for unit, county in s.execute(chosen) if unit not in units]
    return Scope((), tuple(unit for unit, _ in rest), tuple(county for _, county in rest))


OF_COUNTY = (
    select(StandingRow)
    .join(Unit, StandingRow.unit == Unit.id)
    .where(Unit.county == bindparam("county"), StandingRow.year == bindparam("year"))
)


def keep(s: Session, county: str, year: int, lines: Iterable[Kept], now: datetime) -> int:
    """Write down where the units of a county stand; who is not among them owes nothing any more.

    Returns how many changed: each is an event.
    """
    of_county = s.scalars(OF_COUNTY, {"county": county, "year": year})
    known = {row.unit: row for row in of_county}
    changed = 0
    for line in lines:
        row = known.pop(line.unit, None)
        before, after = _stood(row), Stood(line.name, line.confirmed)
        if before != after:
            changed += 1
            _note(s, line.unit, year, now, (before, after), (line.zh, line.en))
        if row is None:
            row = StandingRow(unit=line.unit, year=year)
            s.add(row)
        # Later than now it was by a clock that was wrong.
        row.since = now if before.name != line.name else min(row.since, now)
        for name, value in line._asdict().items():
            setattr(row, name, value)
    for unit, row in known.items():  # closed, or no longer in the county's file
        _note(s, unit, year, now, (_stood(row), NOWHERE), NO_LONGER_DUE)
        s.delete(row)
    return changed + len(known)


class Stood(NamedTuple):
    """A standing's name, and whether it is confirmed."""

    name: str
    confirmed: bool


NOWHERE = Stood("", False)
NO_LONGER_DUE = ("不再是应发布单位", "no longer due")


def _stood(row: StandingRow | None) -> Stood:
    if row is None:
        return NOWHERE
    return Stood(row.name, row.confirmed)


def _note(
    s: Session,
    unit: str,
    year: int,
    now: datetime,
    change: tuple[Stood, Stood],
    why: tuple[str, str],
) -> None:
    before, after = change
    content: dict[str, Any] = {"from": before.name, "to": after.name}
    content |= {"why": why[0], "why_en": why[1]}
    # Of an event without it everything was told for sure.
    content |= {"was_confirmed": before.confirmed, "confirmed": after.confirmed}
    s.add(Event(at=now, kind="standing", unit=unit, year=year, content=content))


def changed_by(s: Session, scope: Scope, now: datetime) -> set[tuple[str, int]]:
    """Counties and years of which the calendar has changed a row by now; or in which one rests on
    what is yet to come, by a clock that was wrong.
    """
    rows = select(StandingRow.unit, StandingRow.year)
    # Each by its own index: of conditions that are joined by "or" all rows would be looked at.
    stale = union(*(rows.where(each) for each in _is_stale(now))).subquery()
    chosen = select(Unit.county, stale.c.year).join(stale, stale.c.unit == Unit.id)
    found = s.execute(chosen.where(units_in(scope)).distinct())
    return {(county, year) for county, year in found}


def _is_stale(now: datetime) -> Sequence[ColumnElement[bool]]:
    """What makes a row so, one or the other."""
    moments = (StandingRow.since, StandingRow.evidence_at)
    return (StandingRow.next_change_at <= now, *(moment > now for moment in moments))


class Closing(NamedTuple):
    """A unit that is closed in the year in which its report is due."""

    county: str
    unit: str
    name: str
    kind: str
    until: date | None


def without_rows(
    s: Session, scope: Scope, year: int, is_due: Callable[[Closing], bool] = lambda unit: True
) -> set[str]:
    """Counties that have a unit of which nothing is written down for a year, though it is due."""
    # Of each unit, by its key: a list of all rows of the year would be made first.
    known = select(StandingRow.unit).where(StandingRow.unit == Unit.id, StandingRow.year == year)
    without = (~known.exists(), units_in(scope), *are_there(year))
    last = date(year + 1, 12, 31)
    lasting = or_(Unit.until.is_(None), Unit.until >= last)
    found = set(s.scalars(select(Unit.county).where(*without, lasting).distinct()))
    few = select(Unit.county, Unit.id, Unit.name, Unit.kind, Unit.until)
    closing = (Closing(*row) for row in s.execute(few.where(*without, Unit.until < last)))
    return found | {each.county for each in closing if is_due(each)}


def policy_marks(s: Session, scope: Scope) -> dict[str, str | None]:
    """What each county's deadlines were when its rows were worked out, by its code."""
    chosen = select(Region.code, Region.policy).where(counties_in(scope))
    return {**dict(s.execute(chosen).all())}


def mark_policy(s: Session, county: str, mark: str) -> None:
    region = s.get(Region, county)
    if region is not None:
        region.policy = mark


def due_again(s: Session, units: Iterable[str], now: datetime) -> None:
    """What a decision changes is worked out anew before it is told."""
    changed = update(StandingRow).where(StandingRow.unit.in_(set(units)))
    s.execute(changed.values(next_change_at=now))


def has_rows(s: Session, year: int) -> bool:
    chosen = select(StandingRow.unit).where(StandingRow.year == year)
    return s.scalar(chosen.limit(1)) is not None


def counts_of(s: Session, year: int) -> dict[Stood, int]:
    """How many units stand where, of all."""
    stood = (StandingRow.name, StandingRow.confirmed)
    chosen = select(*stood, func.count()).where(StandingRow.year == year).group_by(*stood)
    return {Stood(name, confirmed): count for name, confirmed, count in s.execute(chosen)}


class Alike(NamedTuple):
    """Units that stand alike, with or without a report that was read."""

    stood: Stood
    has_report: bool
    many: int


def counts_by_county(
    s: Session, scope: Scope, year: int, kinds: Sequence[str] = ()
) -> dict[str, list[Alike]]:
    """How many units stand where, by their county's code."""
    alike = (StandingRow.name, StandingRow.confirmed, StandingRow.seen.is_not(None))
    chosen = (
        select(Unit.county, *alike, func.count())
        .join(Unit, StandingRow.unit == Unit.id)
        .where(beside(StandingRow.year, scope) == year, units_in(scope))
        .group_by(Unit.county, *alike)
    )
    if kinds:
        chosen = chosen.where(Unit.kind.in_(kinds))
    found: dict[str, list[Alike]] = {}
    for county, name, confirmed, has_report, count in s.execute(chosen):
        alike_here = Alike(Stood(name, confirmed), bool(has_report), count)
        found.setdefault(county, []).append(alike_here)
    return found


def years_known(s: Session, scope: Scope = EVERYTHING) -> list[int]:
    """The years of which anything is known of anybody who is meant."""
    chosen = select(StandingRow.year).distinct()
    if not scope.is_everything:
        chosen = chosen.join(Unit, StandingRow.unit == Unit.id).where(units_in(scope))
    return sorted(set(s.scalars(chosen)))
