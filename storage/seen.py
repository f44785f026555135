"""What a look at a column saw: its pages, as they are archived, and the links that stood there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, func, or_, select, true
from sqlalchemy.orm import Session

from nianbao.parser.private import masked
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Column, Document, Look, Portal, ReportVersion, Sighting, Unit
from nianbao.storage.scope import EVERYTHING, Scope, columns_in, units_in


class Page(NamedTuple):
    """An archived answer."""

    url: str
    sha256: str
    sm3: str  # empty where it was not asked for yet
    fetched: datetime  # when these bytes were first there
    status: int
    headers: dict[str, Any]


class Listed(NamedTuple):
    """A link that stood in a column."""

    title: str
    url: str
    day: date | None
    unit: str | None
    year: int | None


class LookSeen(NamedTuple):
    """One look at a column."""

    column: str  # its address
    unit: str | None  # whose column it is, if it is one unit's
    at: datetime  # when what it saw was there
    state: LookState
    proof: str  # why it is complete; empty where it is not
    declared: int | None
    read: int  # entries
    pages: tuple[Page, ...]
    listed: tuple[Listed, ...]
    by_hand: str = ""  # who saved the pages, if we did not ask for them


def looks_at(s: Session, columns: Collection[int], at: datetime) -> list[LookSeen]:
    """The looks at some columns that were made in the sweep in which one was made at a time."""
    then = or_(Look.at == at, Look.saved == at)
    of_sweep = select(Look.sweep).where(Look.column.in_(columns), then)
    chosen = (
        select(Look, Column)
        .join(Column, Look.column == Column.id)
        .where(Look.sweep.in_(of_sweep), Look.column.in_(columns))
        .order_by(Look.id)
    )
    return [_seen(s, look, column) for look, column in s.execute(chosen)]


def _seen(s: Session, look: Look, column: Column) -> LookSeen:
    numbers = [number for number in (look.document, *look.pages) if number is not None]
    rows = {row.id: row for row in s.scalars(select(Document).where(Document.id.in_(numbers)))}
    stood = (Sighting.column == column.id, Sighting.first_seen <= look.at)
    shown = select(Sighting).where(*stood, Sighting.last_seen >= look.at).order_by(Sighting.id)
    return LookSeen(
        column=column.url,
        unit=column.unit,
        at=look.saved or look.at,
        state=look.state,
        proof=look.proof or "",
        declared=look.declared,
        read=look.read,
        pages=tuple(_page(rows[number]) for number in numbers if number in rows),
        listed=tuple(
            Listed(masked(row.title), row.url, row.listed, row.unit, row.year)
            for row in s.scalars(shown)
        ),
        by_hand=look.witness,
    )


def _page(row: Document) -> Page:
    return Page(row.url, row.sha256, row.sm3, row.fetched, row.status, dict(row.headers))


class ColumnSeen(NamedTuple):
    """A column as it was looked at last."""

    at: datetime
    state: LookState
    is_whole: bool
    document: str  # the hash of its page in the archive; empty where it is not there
    listed: tuple[Listed, ...]  # the newest entries that it showed
    many: int  # entries that it showed in all


def columns_seen(s: Session, county: str, most: int) -> dict[str, ColumnSeen]:
    """Each column of a county that was ever looked at, by its address."""
    latest = (
        select(func.max(Look.id))
        .join(Column, Look.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .where(Portal.county == county, Column.active)
        .group_by(Look.column)
    )
    chosen = (
        select(Look, Column.url, Document.sha256)
        .join(Column, Look.column == Column.id)
        .outerjoin(Document, Look.document == Document.id)
        .where(Look.id.in_(latest))
    )
    place = func.row_number().over(
        partition_by=Sighting.column,
        order_by=(Sighting.listed.desc().nulls_last(), Sighting.id.desc()),
    )
    many = func.count().over(partition_by=Sighting.column)
    numbered = (
        select(Sighting.id, place.label("place"), many.label("many"))
        .join(Look, Look.column == Sighting.column)
        .where(Look.id.in_(latest), Sighting.last_seen >= Look.at, Sighting.first_seen <= Look.at)
        .subquery()
    )
    shown = (
        select(Sighting, numbered.c.many)
        .join(numbered, numbered.c.id == Sighting.id)
        .where(numbered.c.place <= most)
        .order_by(numbered.c.place)
    )
    listed: dict[int, list[Listed]] = {}
    counts: dict[int, int] = {}
    for row, count in s.execute(shown):
        told = Listed(masked(row.title), row.url, row.listed, row.unit, row.year)
        listed.setdefault(row.column, []).append(told)
        counts[row.column] = count
    return {
        url: ColumnSeen(
            look.saved or look.at,
            look.state,
            bool(look.proof),
            sha256 or "",
            tuple(listed.get(look.column, ())),
            counts.get(look.column, 0),
        )
        for look, url, sha256 in s.execute(chosen)
    }


def latest_at(s: Session, url: str) -> Page | None:
    """The latest answer of an address; None where nothing was archived of it."""
    chosen = select(Document).where(Document.url == url).order_by(Document.id.desc()).limit(1)
    row = s.scalar(chosen)
    return None if row is None else _page(row)


def page_of(s: Session, sha256: str, scope: Scope = EVERYTHING) -> Page | None:
    """The first answer that had these bytes, of those that somebody in a scope gave."""
    chosen = select(Document).where(Document.sha256 == sha256).order_by(Document.id)
    if scope.is_everything:
        row = s.scalar(chosen.limit(1))
    else:
        row = next((each for each in s.scalars(chosen).all() if _is_in(s, each, scope)), None)
    return None if row is None else _page(row)


def _is_in(s: Session, row: Document, scope: Scope) -> bool:
    """Whether an answer is a report of units that are meant, a link of theirs, or of a look at
    where their reports stand.
    """
    report = select(ReportVersion.id).join(Unit, ReportVersion.unit == Unit.id)
    if s.scalar(report.where(ReportVersion.document == row.id, units_in(scope)).limit(1)):
        return True
    columns = select(Column.id).join(Portal, Column.portal == Portal.id).where(columns_in(scope))
    # A list shows what others have published, too: of one unit its own links alone.
    whose = [Sighting.unit.in_(scope.units)] if not scope.prefixes else []
    links = select(Sighting.id).where(Sighting.url == row.url, Sighting.column.in_(columns))
    if s.scalar(links.where(*whose).limit(1)):
        return True
    looks = select(Look.document, Look.pages).where(Look.column.in_(columns))
    named = or_(Look.document == row.id, cast(Look.pages, Text).contains(str(row.id)))
    near = Look.at.between(row.fetched - DAY, row.fetched + DAY)
    return any(  # the look for which it was fetched is found at once, by an index
        row.id in (first, *pages)
        for when in (near, true())
        for first, pages in s.execute(looks.where(named, when))
    )


DAY = timedelta(days=1)


class ShownBy(NamedTuple):
    """A column whose looks were answered with the same bytes, from when to when."""

    column: str  # its address
    first: datetime
    last: datetime


def shown_by(s: Session, sha256: str, scope: Scope = EVERYTHING) -> list[ShownBy]:
    """The columns in a scope whose first page had these bytes; none where they are of no list."""
    chosen = (
        select(Column.url, func.min(Look.at), func.max(Look.at))
        .join(Look, Look.column == Column.id)
        .join(Document, Look.document == Document.id)
        .join(Portal, Column.portal == Portal.id)
        .where(Document.sha256 == sha256, columns_in(scope))
        .group_by(Column.id, Column.url)
        .order_by(Column.id)
    )
    return [ShownBy(*row) for row in s.execute(chosen)]
