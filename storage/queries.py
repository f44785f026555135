"""What the database answers: lists to show, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from nianbao.storage.facts import holding, lasting, verdicts
from nianbao.storage.kinds import EventKind, LookState, Severity, UnitKind, Verdict
from nianbao.storage.models import (
    Column,
    Document,
    Event,
    FindingRow,
    Look,
    Portal,
    Region,
    ReportVersion,
    StandingRow,
    Unit,
)
from nianbao.storage.units import in_regions


class FindingFacts(NamedTuple):
    """A finding of the latest version of a report."""

    unit: str
    name: str
    county_name: str
    year: int
    rule: str
    severity: Severity
    fingerprint: str
    content: dict[str, Any]
    document: str
    url: str
    verdict: Verdict | Literal[""] = ""  # waived or accepted
    decided: str = ""  # by whom and why


def findings(
    s: Session,
    year: int,
    counties: Sequence[str] = (),
    severities: Sequence[str] = (),
    rules: Sequence[str] = (),
    as_of: datetime | None = None,
) -> list[FindingFacts]:
    """What is wrong with a year's reports, gravest first within a unit."""
    chosen = (
        select(ReportVersion, FindingRow, Unit, Region.name, Document)
        .join(FindingRow, FindingRow.report == ReportVersion.id)
        .join(Unit, ReportVersion.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .join(Document, ReportVersion.document == Document.id)
        .where(
            ReportVersion.year == year,
            _is_latest(as_of),
            lasting(Unit.dropped, as_of),
            *holding(as_of),
        )
        .order_by(Unit.county, Unit.id, FindingRow.rule, FindingRow.id)
    )
    if counties:
        chosen = chosen.where(in_regions(counties))
    if severities:
        chosen = chosen.where(FindingRow.severity.in_(severities))
    if rules:
        chosen = chosen.where(FindingRow.rule.in_(rules))
    if as_of is not None:
        chosen = chosen.where(ReportVersion.seen <= as_of)
    rows = list(s.execute(chosen))
    held = verdicts(s, [row.fingerprint for _, row, *_ in rows], as_of)
    facts = []
    for _, row, unit, region, document in rows:
        finding = FindingFacts(
            unit.id,
            unit.name,
            region,
            year,
            row.rule,
            row.severity,
            row.fingerprint,
            row.content,
            document.sha256,
            document.url,
        )
        if decision := held.get(row.fingerprint):
            decided = f"{decision.who}：{decision.why}"
            finding = finding._replace(verdict=decision.verdict, decided=decided)
        facts.append(finding)
    return sorted(facts, key=_gravest_first)


def _is_latest(as_of: datetime | None = None) -> ColumnElement[bool]:
    """Whether a version is the latest of its report, or was at a time."""
    newer = aliased(ReportVersion)
    later = select(newer.id).where(
        newer.unit == ReportVersion.unit,
        newer.year == ReportVersion.year,
        newer.number > ReportVersion.number,
    )
    if as_of is not None:
        later = later.where(newer.seen <= as_of)
    return ~later.exists()


def _gravest_first(finding: FindingFacts) -> tuple[str, str, int]:
    return finding.county_name, finding.unit, RANKS[finding.severity]


RANKS: Mapping[Severity, int] = {"error": 0, "warning": 1, "notice": 2}


class Standing(NamedTuple):
    """A row of the ledger of standings."""

    unit: str
    name: str
    kind: UnitKind
    county: str
    county_name: str
    row: StandingRow


def standings(
    s: Session, year: int, names: Sequence[str] = (), counties: Sequence[str] = (), scope: str = ""
) -> list[Standing]:
    """The ledger of a year as it was last worked out.

    Costs what it returns.
    """
    chosen = (
        select(StandingRow, Unit, Region.name)
        .join(Unit, StandingRow.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .where(StandingRow.year == year)
        .order_by(Unit.county, Unit.id)
    )
    if names:
        chosen = chosen.where(StandingRow.name.in_(names))
    if counties:
        chosen = chosen.where(in_regions(counties))
    kind, _, code = scope.partition(":")
    if kind == "unit":
        chosen = chosen.where(Unit.id == code)
    elif code:
        chosen = chosen.where(Unit.county.startswith(code))
    return [
        Standing(unit.id, unit.name, unit.kind, unit.county, region, row)
        for row, unit, region in s.execute(chosen)
    ]


def due_years(s: Session, county: str) -> list[int]:
    """The years of which a county has reports."""
    chosen = (
        select(ReportVersion.year)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(Unit.county == county)
        .distinct()
    )
    return sorted(s.scalars(chosen))


def events(
    s: Session, since: datetime, until: datetime, kinds: Sequence[EventKind], scope: str = ""
) -> list[tuple[Event, Unit, str]]:
    """What changed in a span of time, with the unit and its county's name."""
    chosen = (
        select(Event, Unit, Region.name)
        .join(Unit, Event.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .where(Event.at > since, Event.at <= until, Event.kind.in_(kinds))
        .order_by(Event.id)
    )
    kind, _, code = scope.partition(":")
    if kind == "unit":
        chosen = chosen.where(Unit.id == code)
    elif code:
        chosen = chosen.where(Unit.county.startswith(code))
    return [(event, unit, region) for event, unit, region in s.execute(chosen)]


class PortalFacts(NamedTuple):
    """How a portal is doing."""

    county: str
    name: str
    url: str
    state: LookState  # of the latest look at the column
    at: datetime
    whole: datetime | None  # the latest complete look


def portals(
    s: Session, scope: str = "", as_of: datetime | None = None, counties: Sequence[str] = ()
) -> list[PortalFacts]:
    """Each column with its latest look and its latest complete one."""
    chosen = select(Column, Portal, Region.name).join(Portal, Column.portal == Portal.id)
    chosen = (
        chosen.join(Region, Portal.county == Region.code)
        .where(Column.active)
        .order_by(Portal.county, Column.id)
    )
    code = scope.partition(":")[2][:6]
    if code:
        chosen = chosen.where(Portal.county.startswith(code))
    if counties:
        chosen = chosen.where(in_regions(counties))
    facts = []
    for column, portal, region in s.execute(chosen):
        looks = select(Look).where(Look.column == column.id)
        looks = looks.order_by(Look.at.desc(), Look.id.desc()).limit(1)
        if as_of is not None:
            looks = looks.where(Look.at <= as_of)
        last, whole = s.scalar(looks), s.scalar(looks.where(Look.complete))
        if last is None:
            continue
        line = PortalFacts(portal.county, region, column.url, last.state, last.at, None)
        if whole is not None:
            line = line._replace(whole=whole.at)
        facts.append(line)
    return facts


class Report(NamedTuple):
    """The latest version of a unit's report of a year."""

    unit: str
    name: str
    kind: UnitKind
    county_name: str
    year: int
    published: date | None
    content: dict[str, Any]
    url: str
    document: str


def reports(
    s: Session,
    year: int | None = None,
    counties: Sequence[str] = (),
    units: Sequence[str] = (),
    text: str = "",
) -> Iterable[Report]:
    """The latest version of each report; with a text, of those with it."""
    chosen = (
        select(ReportVersion, Unit, Region.name, Document.url, Document.sha256)
        .join(Unit, ReportVersion.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .join(Document, ReportVersion.document == Document.id)
        .where(_is_latest())
        .order_by(Unit.county, Unit.id, ReportVersion.year)
    )
    if year is not None:
        chosen = chosen.where(ReportVersion.year == year)
    if counties:
        chosen = chosen.where(in_regions(counties))
    if units:
        chosen = chosen.where(or_(Unit.id.in_(units), Unit.name.in_(units)))
    if text:
        chosen = chosen.where(ReportVersion.words.contains("".join(text.split()), autoescape=True))
    for version, unit, region, url, sha in s.execute(chosen.execution_options(yield_per=200)):
        yield Report(
            unit.id,
            unit.name,
            unit.kind,
            region,
            version.year,
            version.published,
            version.content,
            url,
            sha,
        )


def words_of(s: Session, unit: str, year: int) -> list[str]:
    """The passages of a report's latest version."""
    chosen = select(ReportVersion.words).where(
        ReportVersion.unit == unit, ReportVersion.year == year
    )
    return (s.scalar(chosen.order_by(ReportVersion.number.desc()).limit(1)) or "").splitlines()
