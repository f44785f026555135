"""Reports that were there and are not, and those that came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from nianbao.crawler.addresses import key_of
from nianbao.storage.dates import in_beijing
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import GONE, EventKind
from nianbao.storage.models import Column, Document, Event, Look, ReportVersion, Sighting
from nianbao.storage.proving import timed

DAYS_GONE = 3


def note_restored(s: Session, column: int, now: datetime) -> None:
    """A report that was gone and is seen again, here or elsewhere."""
    shown = select(Sighting).where(
        Sighting.column == column,
        Sighting.unit.is_not(None),
        Sighting.year.is_not(None),
        Sighting.review == "",
        Sighting.gone.is_(None),
        select(Event.id)
        .where(Event.kind.in_(GONE), Event.unit == Sighting.unit, Event.year == Sighting.year)
        .exists(),
    )
    for sighting in s.scalars(shown.order_by(Sighting.id)):
        last = last_change(s, sighting.unit, sighting.year)
        seen = max(sighting.last_seen, sighting.checked or sighting.last_seen)
        # Later than now it was called gone by a clock that was ahead: it is there again by now.
        if last is not None and last.kind in GONE and (seen > last.at or last.at > now):
            s.add(_event("restored", sighting, {"url": sighting.url}, now))
            s.flush()


def last_change(s: Session, unit: str | None, year: int | None) -> Event | None:
    changes = select(Event).where(
        Event.kind.in_((*GONE, "restored")), Event.unit == unit, Event.year == year
    )
    return s.scalar(changes.order_by(Event.id.desc()).limit(1))


def note_withdrawn(s: Session, column: int, now: datetime) -> None:
    """A report whose address is gone, and that looks of several days miss.

    One that a list still shows is a dead link; one that nobody has seen to be empty at
    its own address may still be there. Where most are gone with it, nobody can tell why.
    """
    gone = select(Sighting).where(
        Sighting.column == column,
        Sighting.unit.is_not(None),
        Sighting.year.is_not(None),
        Sighting.review == "",
        Sighting.gone.is_not(None),
    )
    for sighting in s.scalars(gone.order_by(Sighting.id)):
        last = last_change(s, sighting.unit, sighting.year)
        if last is not None and last.kind == "withdrawn":
            continue
        if _days_missed(s, sighting, now) < DAYS_GONE:
            continue
        if _is_elsewhere(s, sighting):
            _give_way(s, sighting, now)
            continue
        kind: EventKind = "withdrawn" if _is_in_order(s, sighting) else "vanished"
        if last is None or last.kind != kind:
            content = {"url": sighting.url, "last_seen": sighting.last_seen.isoformat()}
            s.add(_event(kind, sighting, content, now))
            s.flush()


def _days_missed(s: Session, sighting: Sighting, now: datetime) -> int:
    """On how many days whole looks of ours at its column did not show it, since the one that did:
    by their order too, for the clock of that one may have been behind.
    """
    here = Look.column == sighting.column
    shown = select(func.max(Look.id)).where(here, Look.at == sighting.last_seen)
    since = (Look.id > (s.scalar(shown) or 0), Look.at > sighting.last_seen)
    # What a person saved may be older than it was brought.
    whole = (here, Look.complete, timed(), Look.witness == "")
    later = select(Look.at).where(*whole, *since, Look.at <= now)
    return len({in_beijing(at) for at in s.scalars(later)})


def _is_elsewhere(s: Session, sighting: Sighting) -> bool:
    """Whether another link to the same unit's report of that year may still be there."""
    other = (
        select(Sighting.id)
        .join(Column, Sighting.column == Column.id)
        .where(
            Column.active,
            Sighting.unit == sighting.unit,
            Sighting.year == sighting.year,
            Sighting.id != sighting.id,
            or_(Sighting.last_seen > sighting.last_seen, Sighting.gone.is_(None)),
        )
    )
    portal = select(Column.portal).where(Column.id == sighting.column).scalar_subquery()
    in_doubt = (  # nobody knows whose it is: it may have taken the place of this one
        select(Sighting.id)
        .join(Column, Sighting.column == Column.id)
        .where(Column.portal == portal, Column.active)
        .where(Sighting.unit.is_(None), Sighting.page == "report", Sighting.review != "")
        .where(or_(Sighting.year == sighting.year, Sighting.year.is_(None)))
        .where(Sighting.first_seen > sighting.first_seen)
        .where(Sighting.last_seen > sighting.last_seen)
    )
    return any(s.scalar(found.limit(1)) is not None for found in (other, in_doubt))


def _give_way(s: Session, sighting: Sighting, now: datetime) -> None:
    """Where the latest version of a report stood at an address that is gone, the one that stands
    at another address holds again: it is a version anew.
    """
    unit, year = sighting.unit, sighting.year
    rows = select(ReportVersion, Document.url).join(Document, ReportVersion.document == Document.id)
    mine = rows.where(ReportVersion.unit == unit, ReportVersion.year == year, in_force())
    read = [(row, key_of(url)) for row, url in s.execute(mine.order_by(ReportVersion.number))]
    if not read or read[-1][1] != _key(sighting.url):
        return
    others = select(Sighting.url).where(Sighting.unit == unit, Sighting.year == year)
    others = others.where(Sighting.review == "", Sighting.gone.is_(None))
    shown = others.where(Sighting.last_seen > sighting.last_seen)
    there = {_key(url) for url in s.scalars(shown)}
    standing = [row for row, key in read if key in there]
    if not standing:
        return
    of_year = (ReportVersion.unit == unit, ReportVersion.year == year)
    number = (s.scalar(select(func.max(ReportVersion.number)).where(*of_year)) or 0) + 1
    kept = {name: getattr(standing[-1], name) for name in SAME}
    s.add(ReportVersion(**kept, number=number, seen=now))
    s.add(Event(at=now, kind="changed", unit=unit, year=year, content={"number": number}))
    s.flush()


def _key(url: str) -> str:
    return key_of(url.partition("#")[0])


# What a version that holds again has in common with the one that it was.
SAME = (
    *("unit", "year", "document", "published", "published_source", "dates"),
    *("content", "words", "text", "adoption", "witness", "saved", "found"),
)


def _is_in_order(s: Session, sighting: Sighting) -> bool:
    """Whether the portal still shows the reports that it showed beside this one.

    Where most of a year's are gone together, the site was rebuilt, and nobody has withdrawn
    anything.
    """
    beside = _beside(s, sighting)
    of_year = [row for row in beside if row.year == sighting.year]
    peers = of_year or beside
    there = [row for row in peers if row.gone is None and row.last_seen > sighting.last_seen]
    return 2 * len(there) >= len(peers)


def _beside(s: Session, sighting: Sighting) -> Sequence[Sighting]:
    """The reports of others that were listed on the portal when this one last was."""
    portal = select(Column.portal).where(Column.id == sighting.column).scalar_subquery()
    rows = select(Sighting).join(Column, Sighting.column == Column.id)
    listed = rows.where(
        Column.portal == portal,
        Column.active,
        Sighting.unit.is_not(None),
        Sighting.unit != sighting.unit,
        Sighting.year.is_not(None),
        Sighting.review == "",
        Sighting.first_seen <= sighting.last_seen,
        Sighting.last_seen >= sighting.last_seen,
    )
    return list(s.scalars(listed))


def _event(kind: EventKind, sighting: Sighting, content: dict[str, str], now: datetime) -> Event:
    return Event(at=now, kind=kind, unit=sighting.unit, year=sighting.year, content=content)
