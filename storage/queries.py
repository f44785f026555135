"""What the database answers: facts as plain data; judging them is done elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.models import Column, Event, Look, Region, ReportVersion, Sighting, Unit


class UnitFacts(NamedTuple):
    unit: str
    name: str
    county: str
    county_name: str
    printed: date | None
    first_seen: datetime | None
    withdrawn: datetime | None
    looks: tuple[tuple[datetime, bool, str], ...]  # of the columns where its report must be
    url: str
    in_doubt: int  # links of its columns that nobody could tell the unit or content of


def unit_facts(s: Session, year: int, counties: Sequence[str] = (), as_of: datetime | None = None) -> list[UnitFacts]:
    """Everything known of each unit's report of a year, as it was known at a time."""
    chosen = select(Unit, Region).join(Region, Unit.county == Region.code).order_by(Unit.county, Unit.id)
    found = []
    for unit, region in s.execute(chosen).tuples():
        if counties and region.name not in counties and region.code not in counties:
            continue
        versions = [
            version
            for version in s.scalars(
                select(ReportVersion)
                .where(ReportVersion.unit == unit.id, ReportVersion.year == year)
                .order_by(ReportVersion.number)
            )
            if as_of is None or version.seen <= as_of
        ]
        withdrawn = select(Event.at).where(Event.kind == "withdrawn", Event.unit == unit.id, Event.year == year)
        gone = s.scalar(withdrawn.limit(1))
        printed = [version.published for version in versions if version.published is not None]
        url = s.scalar(select(Sighting.url).where(Sighting.unit == unit.id, Sighting.year == year).limit(1))
        found.append(
            UnitFacts(
                unit.id,
                unit.name,
                region.code,
                region.name,
                min(printed, default=None),
                min((version.seen for version in versions), default=None),
                gone,
                _looks(s, _columns(s, unit)),
                url or "",
                _in_doubt(s, unit, year, _columns(s, unit)),
            )
        )
    return found


def _columns(s: Session, unit: Unit) -> set[int]:
    """The columns that may hold a unit's report: its own, else those of the whole county."""
    own = set(s.scalars(select(Column.id).where(Column.unit == unit.id)))
    return own or set(s.scalars(select(Column.id).where(Column.portal == unit.county, Column.unit.is_(None))))


def _in_doubt(s: Session, unit: Unit, year: int, columns: set[int]) -> int:
    found = s.scalars(
        select(Sighting.id).where(
            Sighting.column.in_(columns),
            Sighting.review != "",
            or_(Sighting.unit.is_(None), Sighting.unit == unit.id),
            or_(Sighting.year.is_(None), Sighting.year == year),
        )
    )
    return len(list(found))


def _looks(s: Session, wanted: set[int]) -> tuple[tuple[datetime, bool, str], ...]:
    """One for each sweep: complete if every column that may hold the unit's report was."""
    sweeps: dict[int, list[Look]] = {}
    for look in s.scalars(select(Look).where(Look.column.in_(wanted)).order_by(Look.at)):
        sweeps.setdefault(look.sweep, []).append(look)
    result = []
    for looks in sweeps.values():
        whole = {look.column for look in looks if look.complete} >= wanted
        worst = next((look.state for look in looks if not look.complete), looks[-1].state)
        result.append((min(look.at for look in looks), whole, worst))
    return tuple(sorted(result))
