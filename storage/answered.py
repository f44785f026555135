"""What a portal answered, sweep by sweep, as far as it is archived; and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import LookState, PageKind
from nianbao.storage.models import Column, Document, Look, Portal, ReportVersion, Sighting, Sweep
from nianbao.storage.models import Unit as UnitRow
from nianbao.storage.replaced import is_past


class Kept(NamedTuple):
    """An answer whose bytes are archived."""

    url: str
    sha256: str
    fetched: datetime
    status: int
    headers: dict[str, Any]


class Looked(NamedTuple):
    """How a column was found."""

    column: str  # its address
    state: LookState
    proof: str
    read: int
    pages: tuple[Kept, ...]


class Swept(NamedTuple):
    """One sweep."""

    began: datetime
    ended: datetime
    looks: tuple[Looked, ...]
    is_part: bool = False  # it was to look at some columns alone


class Link(NamedTuple):
    """A link that stood in a column, and what became of it."""

    url: str
    title: str
    kind: PageKind
    checked: datetime | None
    gone: datetime | None


class Told(NamedTuple):
    """The latest version of a report."""

    unit: str
    year: int
    content: dict[str, Any]
    url: str  # of the bytes that it was read from


def sweeps(s: Session, county: str, since: datetime | None = None) -> list[Swept]:
    """Those that came to their end, the oldest first; none with pages that a person saved."""
    by_hand = select(Look.id).where(Look.sweep == Sweep.id, Look.witness != "").exists()
    chosen = (
        select(Sweep)
        .join(Portal, Sweep.portal == Portal.id)
        .where(Portal.county == county, Sweep.ended.is_not(None), ~by_hand)
        .order_by(Sweep.began, Sweep.id)
    )
    if since is not None:
        chosen = chosen.where(Sweep.began >= since)
    return [_swept(s, row) for row in s.scalars(chosen)]


def _swept(s: Session, row: Sweep) -> Swept:
    chosen = select(Look, Column.url).join(Column, Look.column == Column.id)
    looks = list(s.execute(chosen.where(Look.sweep == row.id).order_by(Look.id)))
    numbers = {number for look, _ in looks for number in (look.document, *look.pages) if number}
    kept = {each.id: _kept(each) for each in s.scalars(_documents(Document.id.in_(numbers)))}
    return Swept(
        row.began,
        row.ended or row.began,
        tuple(
            Looked(
                url,
                look.state,
                look.proof or "",
                look.read,
                tuple(kept[n] for n in (look.document, *look.pages) if n in kept),
            )
            for look, url in looks
        ),
        row.part,
    )


def _documents(such: ColumnElement[bool]) -> Any:
    return select(Document).where(such).order_by(Document.fetched, Document.id)


def _kept(row: Document) -> Kept:
    return Kept(row.url, row.sha256, row.fetched, row.status, dict(row.headers))


def answers_of(s: Session, hosts: Collection[str]) -> list[Kept]:
    """All that some hosts ever answered, the oldest first."""
    such = [
        Document.url.startswith(f"{scheme}://{host}{end}", autoescape=True)
        for host in hosts
        for scheme in ("http", "https")
        for end in ("/", ":")
    ]
    return [_kept(row) for row in s.scalars(_documents(or_(*such)))] if such else []


def links_of(s: Session, county: str) -> list[Link]:
    chosen = (
        select(Sighting)
        .join(Column, Sighting.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .where(Portal.county == county)
        .order_by(Sighting.id)
    )
    return [
        Link(row.url.partition("#")[0], row.title, row.page, row.checked, row.gone)
        for row in s.scalars(chosen)
        if not is_past(row.url)
    ]


def reports_told(s: Session, county: str) -> Iterator[Told]:
    """The latest version of each report of a county."""
    chosen = (
        select(ReportVersion, Document.url)
        .join(UnitRow, ReportVersion.unit == UnitRow.id)
        .join(Document, ReportVersion.document == Document.id)
        .where(UnitRow.county == county, in_force())
        .order_by(ReportVersion.unit, ReportVersion.year, ReportVersion.number)
    )
    latest = {(row.unit, row.year): (row, url) for row, url in s.execute(chosen)}
    for row, url in latest.values():
        yield Told(row.unit, row.year, row.content, url)
