"""Lists that are told part by part: each part is what stands behind a key, whatever was added
meanwhile, and costs what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from nianbao.parser.private import masked_in
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import LookState, UnitKind
from nianbao.storage.models import (
    Column,
    Document,
    Look,
    Portal,
    Region,
    ReportVersion,
    Unit,
)
from nianbao.storage.queries import Report, is_latest
from nianbao.storage.scope import Scope, columns_in, units_in
from nianbao.storage.units import REF, UnitRef

OfUnit = tuple[str, str]  # the county and key of a unit
OfYear = tuple[str, str, int]  # and a year
OfVersion = tuple[str, str, int, int]  # and a version's number


def units_after(
    s: Session,
    scope: Scope,
    after: OfUnit | None,
    most: int,
    kinds: Sequence[UnitKind] = (),
    named: str = "",
) -> list[UnitRef]:
    """Units in their order; `named`: with this in their names."""
    chosen = select(*REF).join(Region, Unit.county == Region.code)
    chosen = chosen.where(units_in(scope), *_kinds(kinds))
    if named:
        chosen = chosen.where(Unit.name.contains(named, autoescape=True))
    if after is not None:
        chosen = chosen.where(tuple_(Unit.county, Unit.id) > after)
    chosen = chosen.order_by(Unit.county, Unit.id).limit(most)
    return [UnitRef(*row) for row in s.execute(chosen)]


def _kinds(kinds: Sequence[UnitKind]) -> Sequence[ColumnElement[bool]]:
    return [Unit.kind.in_(kinds)] if kinds else []


BY_UNIT = (Unit.county, Unit.id, ReportVersion.year)


def _versions(told: Sequence[Any], scope: Scope, year: int | None) -> Select[Any]:
    chosen = (
        select(*REF, ReportVersion.year, *told)
        .select_from(Unit)
        .join(ReportVersion, ReportVersion.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .join(Document, ReportVersion.document == Document.id)
        .where(units_in(scope), in_force())
    )
    return chosen if year is None else chosen.where(ReportVersion.year == year)


READ = (
    *(ReportVersion.published, ReportVersion.content, Document.url, Document.sha256),
    *(ReportVersion.number, ReportVersion.seen, ReportVersion.id),
)


def reports_after(
    s: Session,
    scope: Scope,
    after: OfYear | None,
    most: int,
    year: int | None = None,
    *,
    itself: bool = False,
    unreadable: bool = False,
) -> list[Report]:
    """The latest version of each report, by unit and year; `itself`: the one at the key, too;
    `unreadable`: of which some cells could not be read.
    """
    chosen = _versions(READ, scope, year).where(is_latest())
    if unreadable:
        chosen = chosen.where(ReportVersion.unreadable.is_(True))
    if after is not None:
        place = tuple_(*BY_UNIT)
        chosen = chosen.where(place >= after if itself else place > after)
    found = []
    for row in s.execute(chosen.order_by(*BY_UNIT).limit(most)):
        of_unit, of_year, (published, content, *stands) = row[:5], row[5], row[6:]
        read = (of_year, published, masked_in(content), *stands)
        found.append(Report(*of_unit, *read))
    return found


class Kept(NamedTuple):
    """The bytes of one version of a report."""

    unit: str
    name: str
    kind: str
    county: str
    county_name: str
    year: int
    number: int
    seen: datetime
    url: str
    sha256: str
    sm3: str
    fetched: datetime
    status: int


BYTES = (
    *(ReportVersion.number, ReportVersion.seen, Document.url, Document.sha256),
    *(Document.sm3, Document.fetched, Document.status),
)


def evidence_after(
    s: Session, scope: Scope, after: OfVersion | None, most: int, year: int | None = None
) -> list[Kept]:
    """What each version of each report was read from."""
    order = (*BY_UNIT, ReportVersion.number)
    chosen = _versions(BYTES, scope, year)
    if after is not None:
        chosen = chosen.where(tuple_(*order) > after)
    return [Kept(*row) for row in s.execute(chosen.order_by(*order).limit(most))]


class Looked(NamedTuple):
    """One look at a column."""

    number: int
    county: str
    county_name: str
    url: str
    unit: str | None  # whose column it is, where it is one unit's
    at: datetime
    state: LookState
    detail: str
    complete: bool
    proof: str
    declared: int | None
    read: int
    document: str  # empty where nothing was archived
    by_hand: str


def looks_after(
    s: Session,
    scope: Scope,
    after: int | None,
    most: int,
    states: Sequence[LookState] = (),
    since: datetime | None = None,
) -> list[Looked]:
    """Looks in the order in which they were written down."""
    chosen = (
        select(
            *(Look.id, Portal.county, Region.name, Column.url, Column.unit, Look.at, Look.state),
            *(Look.detail, Look.complete, Look.proof, Look.declared, Look.read, Document.sha256),
            *(Look.witness, Look.saved),
        )
        .join(Column, Look.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .join(Region, Portal.county == Region.code)
        .outerjoin(Document, Look.document == Document.id)
        .order_by(Look.id)
        .limit(most)
    )
    if not scope.is_everything:
        meant = select(Column.id).join(Portal, Column.portal == Portal.id)
        chosen = chosen.where(Look.column.in_(meant.where(columns_in(scope))))
    if after is not None:
        chosen = chosen.where(Look.id > after)
    if states:
        chosen = chosen.where(Look.state.in_(states))
    if since is not None:
        chosen = chosen.where(Look.at >= since)
    found = []
    rows: Sequence[Any] = s.execute(chosen).all()
    for row in rows:
        sha256, witness, saved = row[-3:]
        look = Looked._make((*row[:-3], sha256 or "", witness))
        found.append(look._replace(at=saved or look.at, proof=look.proof or ""))
    return found
