"""Sweeps and looks: when each portal was visited, how that ended, and what waits for a person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nianbao.storage.facts import BEIJING, FRESH
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Column, Look, Portal, Region, Sighting, Sweep, Unit
from nianbao.storage.scope import Scope, portals_in

REMEMBERED = 12  # visits that tell how a portal is doing


class Visits(NamedTuple):
    """A portal's latest visits."""

    last: datetime | None  # when the latest ended; None where one was begun and not ended
    failures: int  # how many in a row, to the latest, read no column whole


def visits_of(s: Session, portal: str) -> Visits:
    """A portal is in trouble where none of its columns could be read: one alone does not slow
    down the others.
    """
    of_portal = select(Sweep).where(Sweep.portal == portal)
    ended = of_portal.where(Sweep.ended.is_not(None)).order_by(Sweep.id.desc())
    rows = list(s.scalars(ended.limit(REMEMBERED)))
    open_one = s.scalar(of_portal.where(Sweep.ended.is_(None)).limit(1))
    whole = select(Look.sweep).where(Look.sweep.in_([row.id for row in rows]), Look.complete)
    read = set(s.scalars(whole))
    failures = next((n for n, row in enumerate(rows) if row.id in read), len(rows))
    gone_on_with = open_one is not None  # what a crash left is gone on with at once
    return Visits(rows[0].ended if rows and not gone_on_with else None, failures)


def needs_fresh_look(s: Session, portal: str, since: datetime, now: datetime) -> bool:
    """Whether a column of a portal lacks fresh proven looks of two days in Beijing, and has none
    of today.
    """
    active = select(Column.id).where(Column.portal == portal, Column.active)
    return any(_needs_one(s, column, since, now) for column in s.scalars(active))


def _needs_one(s: Session, column: int, since: datetime, now: datetime) -> bool:
    fresh = select(func.min(Look.at)).where(Look.column == column, FRESH)
    first = s.scalar(fresh.where(Look.at >= since))
    if first is None:
        return True
    return day_after(first) <= now and s.scalar(fresh.where(Look.at >= day_after(first))) is None


def day_after(moment: datetime) -> datetime:
    """When the day after begins in Beijing."""
    midnight = moment.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


class Ends(NamedTuple):
    """When sweeps began and ended, of all portals."""

    first_began: datetime | None
    last_ended: datetime | None
    open: int


def ends_of_sweeps(s: Session) -> Ends:
    open_ones = select(func.count()).select_from(Sweep).where(Sweep.ended.is_(None))
    first, last = select(func.min(Sweep.began)), select(func.max(Sweep.ended))
    return Ends(s.scalar(first), s.scalar(last), s.scalar(open_ones) or 0)


def sweep_count(s: Session) -> int:
    return s.scalar(select(func.count()).select_from(Sweep)) or 0


class LastLook(NamedTuple):
    """How the latest look at a column ended."""

    url: str
    state: LookState
    read: int  # entries
    detail: str


def last_looks(s: Session, portals: Collection[str]) -> list[LastLook]:
    """Of each column of some portals that was ever looked at."""
    latest = select(func.max(Look.id)).group_by(Look.column)
    chosen = (
        select(Column.url, Look.state, Look.read, Look.detail)
        .join(Look, Look.column == Column.id)
        .where(Look.id.in_(latest), Column.portal.in_(portals), Column.active)
        .order_by(Column.id)
    )
    return [LastLook(*row) for row in s.execute(chosen)]


def counties_looked_at(s: Session, scope: Scope, until: datetime | None = None) -> set[str]:
    """Counties of which at least one column was ever looked at."""
    chosen = (
        select(Portal.county)
        .join(Column, Column.portal == Portal.id)
        .join(Look, Look.column == Column.id)
        .where(portals_in(scope))
    )
    if until is not None:
        chosen = chosen.where(Look.at <= until)
    return set(s.scalars(chosen.distinct()))


class InDoubt(NamedTuple):
    """A link that waits for a person."""

    id: int
    title: str
    url: str
    review: str  # why
    county: str
    county_name: str
    unit: str  # whose it was taken for, if anybody's
    column: str


def waiting_links(s: Session, scope: Scope) -> list[InDoubt]:
    """What could not be told for sure, the oldest first."""
    chosen = (
        select(Sighting, Portal.county, Region.name, Unit.name, Column.url)
        .join(Column, Sighting.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .join(Region, Portal.county == Region.code)
        .outerjoin(Unit, Sighting.unit == Unit.id)
        .where(Sighting.review != "", portals_in(scope))
        .order_by(Sighting.first_seen, Sighting.id)
    )
    return [
        InDoubt(row.id, row.title, row.url, row.review, county, region, unit or "", column)
        for row, county, region, unit, column in s.execute(chosen)
    ]


def waiting_count(s: Session) -> int:
    chosen = select(func.count()).select_from(Sighting).where(Sighting.review != "")
    return s.scalar(chosen) or 0
