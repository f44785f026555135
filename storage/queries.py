"""What the database answers: lists to show, as plain data; each of the units that a scope means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from nianbao.parser.private import masked, masked_in
from nianbao.storage.facts import begun, columns_checked, holding, lasting, verdicts
from nianbao.storage.kinds import EventKind, LookState, Severity
from nianbao.storage.models import (
    Column,
    Document,
    Event,
    FindingRow,
    Look,
    Portal,
    Region,
    ReportVersion,
    Sighting,
    Unit,
)
from nianbao.storage.scope import Scope, portals_in, units_in
from nianbao.storage.units import in_span

RANK = {"error": 0, "warning": 1, "notice": 2}


class FindingFacts(NamedTuple):
    """A finding of the latest version of a report."""

    unit: str
    name: str
    county: str
    county_name: str
    year: int
    rule: str
    severity: Severity
    fingerprint: str
    content: dict[str, Any]
    document: str
    url: str
    verdict: str = ""  # waived or accepted
    decided: str = ""  # by whom and why
    why: str = ""

    @property
    def must_be_corrected(self) -> bool:
        """Certain, or confirmed by a person."""
        return self.severity == "error" or self.verdict == "accepted"


def findings(
    s: Session,
    scope: Scope,
    year: int,
    severities: Sequence[str] = (),
    rules: Sequence[str] = (),
    as_of: datetime | None = None,
) -> list[FindingFacts]:
    """What is wrong with the latest versions of a year's reports, gravest first within a unit."""
    chosen = (
        select(ReportVersion, FindingRow, Unit, Region.name, Document)
        .join(FindingRow, FindingRow.report == ReportVersion.id)
        .join(Unit, ReportVersion.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .join(Document, ReportVersion.document == Document.id)
        .where(
            ReportVersion.year == year,
            units_in(scope),
            _is_latest(as_of),
            lasting(Unit.dropped, as_of),
            *in_span(year),
            *holding(as_of),
        )
        .order_by(Unit.county, Unit.id, FindingRow.rule, FindingRow.id)
    )
    if severities:
        chosen = chosen.where(FindingRow.severity.in_(severities))
    if rules:
        chosen = chosen.where(FindingRow.rule.in_(rules))
    if as_of is not None:
        chosen = chosen.where(ReportVersion.seen <= as_of)
    rows = list(s.execute(chosen))
    held = verdicts(s, [row.fingerprint for _, row, *_ in rows], as_of) if rows else {}
    found = []
    for _, row, unit, region, document in rows:
        decision = held.get(row.fingerprint)
        found.append(
            FindingFacts(
                unit=unit.id,
                name=unit.name,
                county=unit.county,
                county_name=region,
                year=year,
                rule=row.rule,
                severity=row.severity,
                fingerprint=row.fingerprint,
                content=masked_in(row.content),
                document=document.sha256,
                url=document.url,
                verdict=decision.verdict if decision else "",
                decided=f"{decision.who}：{decision.why}" if decision else "",
                why=decision.why if decision else "",
            )
        )
    return sorted(found, key=lambda each: (each.county, each.unit, RANK[each.severity]))


def years_of_reports(s: Session, scope: Scope) -> list[int]:
    """The years of which there is a report, the newest first."""
    chosen = (
        select(ReportVersion.year)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(units_in(scope), ReportVersion.year.is_not(None))
        .distinct()
    )
    return sorted((year for year in s.scalars(chosen) if year), reverse=True)


def _is_latest(as_of: datetime | None = None) -> ColumnElement[bool]:
    """Whether a version of a report is the one that holds, now or at a time."""
    newer = aliased(ReportVersion)
    replaced = select(newer.id).where(
        newer.unit == ReportVersion.unit,
        newer.year == ReportVersion.year,
        newer.number > ReportVersion.number,
    )
    if as_of is not None:
        replaced = replaced.where(newer.seen <= as_of)
    return ~replaced.exists()


class Happened(NamedTuple):
    """Something that changed."""

    id: int
    at: datetime
    kind: EventKind
    unit: str
    name: str
    county: str
    county_name: str
    year: int | None
    content: dict[str, Any]


def events(
    s: Session,
    scope: Scope,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[EventKind] = (),
) -> list[Happened]:
    """What changed in a span of time, in its order."""
    chosen = (
        select(Event, Unit, Region.name)
        .join(Unit, Event.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .where(units_in(scope))
        .order_by(Event.at, Event.id)
    )
    if since is not None:
        chosen = chosen.where(Event.at > since)
    if until is not None:
        chosen = chosen.where(Event.at <= until)
    if kinds:
        chosen = chosen.where(Event.kind.in_(kinds))
    return [
        Happened(
            event.id,
            event.at,
            event.kind,
            unit.id,
            unit.name,
            unit.county,
            region,
            event.year,
            event.content,
        )
        for event, unit, region in s.execute(chosen)
    ]


class PortalFacts(NamedTuple):
    """How a portal is doing."""

    county: str
    name: str
    url: str
    state: LookState  # of the latest look at the column
    at: datetime
    whole: datetime | None  # the latest complete look
    proof: str = ""  # why the latest look is complete
    detail: str = ""  # what it says else
    shown: int = 0  # units whose report of the year stands in the column
    last_year: int = 0  # of the year before
    number: int = 0  # the column's
    host: str = ""
    failing: datetime | None = None  # since which look none read all of it; None: the latest did
    failed: int = 0  # looks since then
    answered: bool = False  # a person said that it is in use in the year, whatever it shows

    @property
    def is_whole(self) -> bool:
        """Whether the latest look read all of it."""
        return self.whole is not None and self.whole >= self.at

    @property
    def has_fallen(self) -> bool:
        """Whether it shows under half of the units that it showed of the year before."""
        return self.last_year > 1 and 2 * self.shown < self.last_year


def portals(
    s: Session, scope: Scope, as_of: datetime | None = None, year: int = 0
) -> list[PortalFacts]:
    """Each column with its latest look and its latest complete one."""
    chosen = (
        select(Column, Portal, Region.name)
        .join(Portal, Column.portal == Portal.id)
        .join(Region, Portal.county == Region.code)
        .where(lasting(Column.dropped, as_of), begun(Column.added, as_of), portals_in(scope))
        .order_by(Portal.county, Column.id)
    )
    columns = list(s.execute(chosen))
    numbers = [column.id for column, _, _ in columns]
    shown = _units_shown(s, numbers, as_of)
    answered = columns_checked(s, numbers, year, as_of)
    found = []
    for column, portal, region in columns:
        looks = select(Look).where(Look.column == column.id)
        if as_of is not None:
            looks = looks.where(Look.at <= as_of)
        latest = looks.order_by(Look.at.desc(), Look.id.desc()).limit(1)
        last, whole = s.scalar(latest), s.scalar(latest.where(Look.complete))
        if last is None:
            continue
        failing, failed = None, 0
        if whole is None or whole.id != last.id:
            failing, failed = _failing(s, looks, whole)
        found.append(
            PortalFacts(
                county=portal.county,
                name=region,
                url=column.url,
                state=last.state,
                at=last.at,
                whole=whole.at if whole is not None else None,
                proof=last.proof or "",
                detail=last.detail,
                shown=shown.get((column.id, year), 0),
                last_year=shown.get((column.id, year - 1), 0),
                number=column.id,
                host=portal.host,
                failing=failing,
                failed=failed,
                answered=column.id in answered,
            )
        )
    return found


def _failing(s: Session, looks: Select[Look], whole: Look | None) -> tuple[datetime | None, int]:
    """When the first look after the last whole one was, and how many there were since."""
    since = looks.where(Look.at > whole.at) if whole is not None else looks
    counted = since.with_only_columns(func.min(Look.at), func.count(Look.id)).order_by(None)
    first, count = s.execute(counted).one()
    return first, count


def _units_shown(
    s: Session, columns: Sequence[int], as_of: datetime | None
) -> dict[tuple[int, int | None], int]:
    """Of how many units each column has shown the report of a year."""
    chosen = (
        select(Sighting.column, Sighting.year, func.count(Sighting.unit.distinct()))
        .where(Sighting.column.in_(columns), Sighting.unit.is_not(None), Sighting.review == "")
        .group_by(Sighting.column, Sighting.year)
    )
    if as_of is not None:
        chosen = chosen.where(Sighting.first_seen <= as_of)
    return {(column, year): count for column, year, count in s.execute(chosen)}


def listed_in(s: Session, columns: Sequence[PortalFacts], year: int) -> dict[int, set[str]]:
    """The units whose report of a year each column still lists, as it was last read whole."""
    whole = {column.number: column.whole for column in columns}
    chosen = select(Sighting.column, Sighting.unit, Sighting.last_seen).where(
        Sighting.column.in_(whole),
        Sighting.unit.is_not(None),
        Sighting.year == year,
        Sighting.review == "",
        Sighting.gone.is_(None),
    )
    found: dict[int, set[str]] = {number: set() for number in whole}
    for column, unit, seen in s.execute(chosen):
        moment = whole[column]
        if unit is not None and moment is not None and seen >= moment:
            found[column].add(unit)
    return found


def addresses_of(s: Session, columns: Sequence[int]) -> dict[int, str]:
    chosen = select(Column.id, Column.url).where(Column.id.in_(columns))
    return {**dict(s.execute(chosen).all())}


class Report(NamedTuple):
    """The latest version of a unit's report of a year."""

    unit: str
    name: str
    kind: str
    county: str
    county_name: str
    year: int
    published: date | None
    content: dict[str, Any]
    url: str
    document: str


def reports(s: Session, scope: Scope, year: int | None = None, text: str = "") -> Iterable[Report]:
    """The latest version of each report, of those that hold a text where one is given."""
    chosen = (
        select(ReportVersion, Unit, Region.name, Document.url, Document.sha256)
        .join(Unit, ReportVersion.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .join(Document, ReportVersion.document == Document.id)
        .where(units_in(scope), _is_latest())
        .order_by(Unit.county, Unit.id, ReportVersion.year)
    )
    if year is not None:
        chosen = chosen.where(ReportVersion.year == year)
    if text:
        bare = "".join(text.split())
        chosen = chosen.where(ReportVersion.words.contains(bare, autoescape=True))
    for version, unit, region, url, sha in s.execute(chosen.execution_options(yield_per=200)):
        yield Report(
            unit.id,
            unit.name,
            unit.kind,
            unit.county,
            region,
            version.year,
            version.published,
            masked_in(version.content),
            url,
            sha,
        )


def words_of(s: Session, unit: str, year: int) -> list[str]:
    """The passages of a report's latest version, as they may be shown."""
    chosen = select(ReportVersion.words).where(
        ReportVersion.unit == unit, ReportVersion.year == year
    )
    words = s.scalar(chosen.order_by(ReportVersion.number.desc()).limit(1)) or ""
    return masked(words).splitlines()
