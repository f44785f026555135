"""Reports that were there and are not, and those that came back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.storage.models import Event, Look, Sighting

DAYS_GONE = 3


def note_restored(s: Session, column: int, now: datetime) -> None:
    """A report that was withdrawn and is seen again, here or at another address, is back."""
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
            s.add(
                Event(
                    at=now,
                    kind="restored",
                    unit=sighting.unit,
                    year=sighting.year,
                    content={"url": sighting.url},
                )
            )
            s.flush()


def _last_change(s: Session, unit: str | None, year: int | None) -> Event | None:
    told = select(Event).where(
        Event.kind.in_(("withdrawn", "restored")), Event.unit == unit, Event.year == year
    )
    return s.scalar(told.order_by(Event.id.desc()).limit(1))


def note_withdrawn(s: Session, column: int, now: datetime) -> None:
    """A report whose address is gone, and that complete looks of several days no longer showed, is withdrawn."""
    sightings = select(
        Sighting
    ).where(
        Sighting.column == column,
        Sighting.unit.is_not(None),
        Sighting.year.is_not(None),
        Sighting.gone.is_not(None),
    )  # one that no list shows, and that nobody has seen to be empty at its own address, may still be there
    for sighting in s.scalars(sightings):
        own = (sighting.unit, sighting.year)
        last = _last_change(s, *own)
        gone = last is not None and last.kind == "withdrawn"
        looks = s.scalars(
            select(Look.at).where(
                Look.column == column, Look.complete, Look.at > sighting.last_seen
            )
        )
        days = {at.date() for at in looks}
        elsewhere = select(Sighting.id).where(
            Sighting.unit == own[0],
            Sighting.year == own[1],
            Sighting.last_seen > sighting.last_seen,
        )
        if len(days) >= DAYS_GONE and not gone and s.scalar(elsewhere.limit(1)) is None:
            content = {"url": sighting.url, "last_seen": sighting.last_seen.isoformat()}
            s.add(Event(at=now, kind="withdrawn", unit=own[0], year=own[1], content=content))
