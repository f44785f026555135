"""Units that another county's file has since: of which county each was on days that are over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from nianbao.storage.models import Event, Region, Unit
from nianbao.storage.scope import Scope, units_in


class Was(NamedTuple):
    """Where a unit was before another county had it."""

    county: str
    dropped: datetime | None  # when that one's file no longer had it


Whose = Mapping[str, Was]  # by the units' keys


def note_transfer(s: Session, unit: Unit, county: str, now: datetime) -> None:
    """That another county's file has a unit from now on."""
    names = dict(s.execute(select(Region.code, Region.name)).all())
    told = {
        "before": unit.county,
        "before_name": names.get(unit.county, unit.county),
        "county": county,
        "county_name": names.get(county, county),
        "dropped": unit.dropped.isoformat() if unit.dropped is not None else None,
    }
    s.add(Event(at=now, kind="transferred", unit=unit.id, content=told))


def was_at(s: Session, as_of: datetime | None) -> Whose:
    """The units that were another county's at a time."""
    if as_of is None:
        return {}
    later = select(Event).where(Event.kind == "transferred", Event.at > as_of)
    found: dict[str, Was] = {}
    for event in s.scalars(later.order_by(Event.id)):
        dropped = event.content["dropped"]
        since = datetime.fromisoformat(dropped) if dropped else None
        found.setdefault(event.unit or "", Was(event.content["before"], since))
    return found


def whose(unit: Unit, was: Whose) -> Was:
    """Of which county a unit was, and when that one's file no longer had it."""
    return was.get(unit.id, Was(unit.county, unit.dropped))


def scope_at(scope: Scope, was: Whose) -> Scope:
    """The same, where a single unit was another county's."""
    counties = (
        was[unit].county if unit in was else county
        for unit, county in zip(scope.units, scope.of_units, strict=True)
    )
    return Scope(scope.prefixes, scope.units, tuple(counties))


def units_at(scope: Scope, was: Whose) -> ColumnElement[bool]:
    """The units that were meant, as a condition."""
    if not was:
        return units_in(scope)
    came = [unit for unit, each in was.items() if scope.holds(each.county, unit)]
    left = [unit for unit, each in was.items() if not scope.holds(each.county, unit)]
    return or_(and_(units_in(scope), Unit.id.not_in(left)), Unit.id.in_(came))
