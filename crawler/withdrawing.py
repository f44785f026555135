"""Reports that were there and are not, and those that came back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.storage.kinds import EventKind
from nianbao.storage.models import Event, Look, Sighting

DAYS_GONE = 3


def note_restored(s: Session, column: int, now: datetime) -> None:
    """A report that was withdrawn and is seen again, here or elsewhere."""
    shown = select(Sighting).where(
        Sighting.column == column,
        Sighting.unit.is_not(None),
        Sighting.year.is_not(None),
        Sighting.review == "",
        Sighting.gone.is_(None),
        select(Event.id)
        .where(Event.kind == "withdrawn", Event.unit == Sighting.unit, Event.year == Sighting.year)
        .exists(),
    )
    for sighting in s.scalars(shown):
        last = _last_change(s, sighting.unit, sighting.year)
        if last is not None and last.kind == "withdrawn" and sighting.last_seen > last.at:
            s.add(_event("restored", sighting, {"url": sighting.url}, now))
            s.flush()


def _last_change(s: Session, unit: str | None, year: int | None) -> Event | None:
    changes = select(Event).where(
        Event.kind.in_(("withdrawn", "restored")), Event.unit == unit, Event.year == year
    )
    return s.scalar(changes.order_by(Event.id.desc()).limit(1))


def note_withdrawn(s: Session, column: int, now: datetime) -> None:
    """A report whose address is gone, and that looks of several days miss."""
    # One that no list shows, and that nobody has seen to be empty at its own
    # address, may still be there.
    sightings = select(Sighting).where(
        Sighting.column == column,
        Sighting.unit.is_not(None),
        Sighting.year.is_not(None),
        Sighting.gone.is_not(None),
    )
    for sighting in s.scalars(sightings):
        last = _last_change(s, sighting.unit, sighting.year)
        if last is not None and last.kind == "withdrawn":
            continue
        later = select(Look.at).where(
            Look.column == column, Look.complete, Look.at > sighting.last_seen
        )
        days = {at.date() for at in s.scalars(later)}
        elsewhere = select(Sighting.id).where(
            Sighting.unit == sighting.unit,
            Sighting.year == sighting.year,
            Sighting.last_seen > sighting.last_seen,
        )
        if len(days) >= DAYS_GONE and s.scalar(elsewhere.limit(1)) is None:
            content = {"url": sighting.url, "last_seen": sighting.last_seen.isoformat()}
            s.add(_event("withdrawn", sighting, content, now))


def _event(kind: EventKind, sighting: Sighting, content: dict[str, str], now: datetime) -> Event:
    return Event(at=now, kind=kind, unit=sighting.unit, year=sighting.year, content=content)
