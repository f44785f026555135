"""Which content system each county's portal is made with, as its columns are read."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nianbao.storage.models import Column, Portal
from nianbao.storage.scope import Scope, portals_in


def systems(s: Session, scope: Scope) -> dict[str, str]:
    """By county that of most of its columns; of as many the first by name."""
    chosen = (
        select(Portal.county, Column.preset, func.count())
        .join(Portal, Column.portal == Portal.id)
        .where(Column.active, portals_in(scope))
        .group_by(Portal.county, Column.preset)
    )
    found: dict[str, tuple[int, str]] = {}
    for county, preset, count in s.execute(chosen):
        one = (-count, preset)
        found[county] = min(found.get(county, one), one)
    return {county: preset for county, (_, preset) in found.items()}
