"""Whether anything of some counties may have changed, asked cheaply."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nianbao.storage.models import (
    Adoption,
    Column,
    Decision,
    Event,
    FindingRow,
    Look,
    Portal,
    ReportVersion,
    Sighting,
    StandingRow,
    Unit,
)
from nianbao.storage.scope import Scope, portals_in, units_in


def mark_of(s: Session, scope: Scope) -> str:
    """Another one where anything that is told of a scope has changed. Findings, decisions and
    what was brought are few, and are asked of all counties together.
    """
    units = select(Unit.id).where(units_in(scope))
    columns = select(Column.id).join(Portal, Column.portal == Portal.id).where(portals_in(scope))
    asked = (
        select(func.count(), func.max(Unit.name)).where(units_in(scope)),
        select(func.max(Event.id)).where(Event.unit.in_(units)),
        select(func.max(Look.id)).where(Look.column.in_(columns)),
        select(func.max(ReportVersion.id), func.count()).where(ReportVersion.unit.in_(units)),
        select(func.max(Sighting.id), func.count()).where(Sighting.unit.in_(units)),
        select(func.count(), func.max(StandingRow.next_change_at)).where(
            StandingRow.unit.in_(units)
        ),
        select(func.max(FindingRow.id), func.count(FindingRow.ended)),
        select(func.max(Decision.id)),
        select(func.max(Adoption.id), func.count(Adoption.ended)),
    )
    told = [tuple(s.execute(each).one()) for each in asked]
    return hashlib.sha256(repr(told).encode()).hexdigest()
