"""What the database answers: lists to show, as plain data; each of the units that a scope means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from nianbao.parser.private import masked, masked_in
from nianbao.storage.doubts import as_it_was
from nianbao.storage.facts import begun, columns_checked, holding, lasting, verdicts
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import GONE, EventKind, LookState, Severity
from nianbao.storage.models import (
    Adoption,
    Column,
    Decision,
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
from nianbao.storage.proving import batched, timed
from nianbao.storage.scope import Scope, portals_in, units_in
from nianbao.storage.search import candidates
from nianbao.storage.steering import beside
from nianbao.storage.transfers import Whose, units_at, was_at
from nianbao.storage.units import (
    BATCH,
    UnitRef,
    due_among,
    in_order,
    in_span,
    unit_batches,
    versions_of_units,
)
from nianbao.storage.visits import latest_look

# So written that its index is used.
SURE = Sighting.review == literal_column("''")
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
    verdict: str = ""  # waived or accepted; exempt where its unit need not publish
    decided: str = ""  # by whom and why
    why: str = ""

    @property
    def must_be_corrected(self) -> bool:
        """Certain, or confirmed by a person."""
        return self.severity == "error" or self.verdict == "accepted"

    @property
    def is_held(self) -> bool:
        """Whether anything is asked of its unit for it."""
        return self.verdict not in ("waived", "exempt")

    def freed(self, why: str) -> FindingFacts:
        """The same of a unit that need not publish."""
        return self._replace(verdict="exempt", decided=why, why=why)


def decided_last(
    s: Session, year: int, rules: Sequence[str], until: datetime
) -> dict[tuple[str, str], datetime]:
    """When a person last decided on what some rules found of a year's reports, or took a decision
    back, whether it holds or not: by unit and rule.
    """
    chosen = (
        select(ReportVersion.unit, FindingRow.rule, func.max(Decision.at))
        .join(FindingRow, FindingRow.fingerprint == Decision.fingerprint)
        .join(ReportVersion, FindingRow.report == ReportVersion.id)
        .where(ReportVersion.year == year, FindingRow.rule.in_(rules))
        .where(Decision.verdict != "note", Decision.at <= until)
        .group_by(ReportVersion.unit, FindingRow.rule)
    )
    return {(unit, rule): at for unit, rule, at in s.execute(chosen)}


MOST_NAMED = 500  # units in one question


def waivers_of(
    s: Session,
    year: int,
    rules: Sequence[str],
    units: Collection[str],
    as_of: datetime | None = None,
) -> dict[tuple[str, str], str]:
    """Why what some rules find of a year's reports is not held against units, by unit and rule:
    few of many. Of more units than it can name it asks about all.
    """
    chosen = (
        select(ReportVersion.unit, FindingRow.rule, Decision.verdict, Decision.why)
        .join(FindingRow, FindingRow.fingerprint == Decision.fingerprint)
        .join(ReportVersion, FindingRow.report == ReportVersion.id)
        .where(
            ReportVersion.year == year,
            FindingRow.rule.in_(rules),
            is_latest(as_of),
            in_force(as_of),
            *holding(as_of),
        )
        .order_by(Decision.id)
    )
    if len(units) <= MOST_NAMED:
        chosen = chosen.where(ReportVersion.unit.in_(sorted(units)))
    if as_of is not None:
        chosen = chosen.where(ReportVersion.seen <= as_of, Decision.at <= as_of)
    last = {(unit, rule): (verdict, why) for unit, rule, verdict, why in s.execute(chosen)}
    return {key: why for key, (verdict, why) in last.items() if verdict == "waived"}


def findings(
    s: Session,
    scope: Scope,
    year: int,
    severities: Sequence[str] = (),
    rules: Sequence[str] = (),
    as_of: datetime | None = None,
) -> list[FindingFacts]:
    """What is wrong with the latest versions of a year's reports, gravest first within a unit."""
    was = was_at(s, as_of)
    chosen = (
        select(
            *(Unit.id, Unit.name, Unit.county, Region.name, Unit.since, Unit.until),
            *(FindingRow.rule, FindingRow.severity, FindingRow.fingerprint, FindingRow.content),
            *(Document.sha256, Document.url),
        )
        .select_from(ReportVersion)
        .join(FindingRow, FindingRow.report == ReportVersion.id)
        .join(Unit, ReportVersion.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .join(Document, ReportVersion.document == Document.id)
        .where(
            beside(ReportVersion.year, scope) == year,
            units_at(scope, was),
            is_latest(as_of),
            in_force(as_of),
            lasting(Unit.dropped, as_of),
            *(in_span(year) if as_of is None else ()),
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
    if as_of is not None:
        due = due_among(s, {row[0]: (row[4], row[5]) for row in rows}, year, as_of)
        rows = [row for row in rows if row[0] in due]
    held = verdicts(s, [mark for *_, mark, _, _, _ in rows], as_of) if rows else {}
    names = _names_of(s, was)
    found = []
    for unit, name, county, region, _, _, rule, severity, mark, content, document, url in rows:
        decision = held.get(mark)
        if unit in was:
            county, region = names[unit]
        found.append(
            FindingFacts(
                unit=unit,
                name=name,
                county=county,
                county_name=region,
                year=year,
                rule=rule,
                severity=severity,
                fingerprint=mark,
                content=masked_in(content),
                document=document,
                url=url,
                verdict=decision.verdict if decision else "",
                decided=f"{decision.who}：{decision.why}" if decision else "",
                why=decision.why if decision else "",
            )
        )
    return sorted(found, key=lambda each: (each.county, each.unit, RANK[each.severity]))


def _names_of(s: Session, was: Whose) -> dict[str, tuple[str, str]]:
    """The county that each unit was of, with its name."""
    codes = {each.county for each in was.values()}
    names = dict(s.execute(select(Region.code, Region.name).where(Region.code.in_(codes))).all())
    return {unit: (each.county, names[each.county]) for unit, each in was.items()}


def years_of_reports(s: Session, scope: Scope) -> list[int]:
    """The years of which there is a report, the newest first."""
    chosen = (
        select(ReportVersion.year)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(units_in(scope), ReportVersion.year.is_not(None), in_force())
        .distinct()
    )
    return sorted((year for year in s.scalars(chosen) if year), reverse=True)


def is_latest(as_of: datetime | None = None) -> ColumnElement[bool]:
    """Whether a version of a report is the one that holds, now or at a time."""
    newer = aliased(ReportVersion)
    replaced = select(newer.id).where(
        newer.unit == ReportVersion.unit,
        newer.year == ReportVersion.year,
        newer.number > ReportVersion.number,
        in_force(as_of, newer),
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
    *,
    year: int | None = None,
    after: tuple[datetime, int] | None = None,
    most: int | None = None,
) -> list[Happened]:
    """What changed in a span of time, in its order; `after`: behind an event by its time and
    number, so many at the `most`.
    """
    was = was_at(s, until)
    chosen = (
        select(
            *(Event.id, Event.at, Event.kind, Unit.id, Unit.name),
            *(Unit.county, Region.name, Event.year, Event.content),
        )
        .select_from(Event)
        .join(Unit, Event.unit == Unit.id)
        .join(Region, Unit.county == Region.code)
        .where(units_at(scope, was))
        .order_by(Event.at, Event.id)
        .limit(most)
    )
    if after is not None:
        behind = or_(Event.at > after[0], Event.id > after[1])
        chosen = chosen.where(Event.at >= after[0], behind)
    if year is not None:
        chosen = chosen.where(Event.year == year)
    if since is not None:  # so many of all, in their order, are found by their time
        at = Event.at.expression if most is not None else beside(Event.at, scope)
        chosen = chosen.where(at > since)
    if until is not None:
        chosen = chosen.where(Event.at <= until)
    if kinds:
        chosen = chosen.where(Event.kind.in_(kinds))
    rows = [Happened(*row) for row in s.execute(chosen)]
    found = [each._replace(content=masked_in(each.content)) for each in rows]
    names = _names_of(s, was)
    for n, each in enumerate(found):
        if each.unit in names:
            county, name = names[each.unit]
            found[n] = each._replace(county=county, county_name=name)
    by = _brought(s, [each for each in found if each.kind in ("published", "changed")])
    return [
        each._replace(content=each.content | {"by_hand": by[each.id]}) if each.id in by else each
        for each in found
    ]


def _brought(s: Session, happened: Sequence[Happened]) -> dict[int, str]:
    """By whom what was published was brought, where that was by its address."""
    if not happened:
        return {}
    # Few were ever brought: of versions there are many, and they are asked for by their units.
    told = s.execute(select(Adoption.id, Adoption.unit, Adoption.who))
    meant = {each.unit for each in happened}
    who = {(unit, number): name for number, unit, name in told if unit in meant}
    chosen = select(
        *(ReportVersion.unit, ReportVersion.year, ReportVersion.number, ReportVersion.adoption)
    ).where(ReportVersion.adoption.is_not(None))
    by: dict[tuple[str, int | None, Any], str] = {}
    for some in batched({unit for unit, _ in who}, UNITS):
        for unit, year, number, adoption in s.execute(chosen.where(ReportVersion.unit.in_(some))):
            if adoption is not None and (unit, adoption) in who:
                by[unit, year, number] = who[unit, adoption]
    keys = {each.id: (each.unit, each.year, each.content.get("number")) for each in happened}
    return {number: by[key] for number, key in keys.items() if key in by}


UNITS = 500  # that are asked about at once


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
    by_hand: str = ""  # who saved what the latest look saw, if we did not ask for it
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
    last, whole = aliased(Look), aliased(Look)
    chosen = (
        select(Column, Portal.county, Portal.host, Region.name, last, whole)
        .join(Portal, Column.portal == Portal.id)
        .join(Region, Portal.county == Region.code)
        .join(last, last.id == latest_look(as_of))
        .outerjoin(whole, whole.id == latest_look(as_of, Look.complete.is_(True)))
        .where(lasting(Column.dropped, as_of), begun(Column.added, as_of), portals_in(scope))
        .order_by(Portal.county, Column.id)
    )
    columns = list(s.execute(chosen))
    numbers = [column.id for column, *_ in columns]
    shown = _units_shown(s, numbers, (year - 1, year), as_of)
    answered = columns_checked(s, numbers, year, as_of)
    failing = _failing(s, [row[0].id for row in columns if row[4] is not row[5]], as_of)
    return [
        PortalFacts(
            county=county,
            name=region,
            url=column.url,
            state=latest.state,
            at=latest.at,
            whole=read.at if read is not None else None,
            proof=latest.proof or "",
            detail=latest.detail,
            shown=shown.get((column.id, year), 0),
            last_year=shown.get((column.id, year - 1), 0),
            number=column.id,
            host=host,
            failing=failing.get(column.id, NEVER)[0],
            failed=failing.get(column.id, NEVER)[1],
            by_hand=latest.witness,
            answered=column.id in answered,
        )
        for column, county, host, region, latest, read in columns
    ]


NEVER = (None, 0)


def _failing(
    s: Session, columns: Sequence[int], as_of: datetime | None
) -> dict[int, tuple[datetime | None, int]]:
    """When the first look at each column after its last whole one was, and how many since, of
    those of which it is known when they were.
    """
    if not columns:
        return {}
    whole = aliased(Look)
    chosen = (
        select(Look.column, func.min(Look.at), func.count(Look.id))
        .join(Column, Look.column == Column.id)
        .outerjoin(whole, whole.id == latest_look(as_of, Look.complete.is_(True)))
        .where(Look.column.in_(columns), or_(whole.id.is_(None), Look.at > whole.at))
        .where(timed(as_of))
        .group_by(Look.column)
    )
    if as_of is not None:
        chosen = chosen.where(Look.at <= as_of)
    return {column: (first, count) for column, first, count in s.execute(chosen)}


def day_doubted(s: Session, scope: Scope, year: int) -> set[str]:
    """Units of whose report of a year it is asked on which day it was published."""
    found = findings(s, scope, year, rules=(DAY_DOUBTED,))
    return {each.unit for each in found if each.verdict != "waived"}


DAY_DOUBTED = "A05"


def first_whole(s: Session, columns: Collection[int]) -> datetime | None:
    """Since when each of some columns was read whole at least once; None where one never was."""
    at = func.coalesce(Look.saved, Look.at)
    whole = (Look.column.in_(columns), Look.complete.is_(True))
    found = s.scalars(select(func.min(at)).where(*whole).group_by(Look.column)).all()
    return max(found) if found and len(found) == len({*columns}) else None


def _units_shown(
    s: Session, columns: Sequence[int], years: Sequence[int], as_of: datetime | None
) -> dict[tuple[int, int | None], int]:
    """Of how many units each column has shown the report of a year."""
    chosen = (
        select(Sighting.column, Sighting.year, func.count(Sighting.unit.distinct()))
        .where(Sighting.column.in_(columns), Sighting.year.in_(years))
        .where(Sighting.unit.is_not(None), SURE)
        .group_by(Sighting.column, Sighting.year)
    )
    if as_of is None:
        return {(column, year): count for column, year, count in s.execute(chosen)}
    known = (Sighting.column.in_(columns), Sighting.first_seen <= as_of)
    as_now = or_(Sighting.resolved.is_(None), Sighting.resolved <= as_of)
    sure = select(Sighting.column, Sighting.year, Sighting.unit)
    sure = sure.where(*known, Sighting.year.in_(years), SURE, as_now).distinct()
    units = {(column, year, unit) for column, year, unit in s.execute(sure) if unit}
    changed = s.scalars(select(Sighting).where(*known, Sighting.resolved > as_of))
    shown = [as_it_was(row, as_of) for row in changed]
    units |= {(row.column, row.year, row.unit) for row in shown if row.unit and not row.review}
    return Counter((column, year) for column, year, _ in units if year in years)


def counties_idle(s: Session, scope: Scope, year: int) -> set[str]:
    """Counties that have a column in which nobody's report of a year stands for sure."""
    shown = select(Sighting.id).where(Sighting.column == Column.id, Sighting.year == year, SURE)
    chosen = (
        select(Portal.county)
        .join(Column, Column.portal == Portal.id)
        .where(Column.dropped.is_(None), portals_in(scope), ~shown.exists())
    )
    return set(s.scalars(chosen.distinct()))


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


def columns_of(s: Session, county: str) -> set[int]:
    """The columns of a county."""
    chosen = select(Column.id).join(Portal, Column.portal == Portal.id)
    return set(s.scalars(chosen.where(Portal.county == county)))


def addresses_of(s: Session, columns: Sequence[int]) -> dict[int, str]:
    chosen = select(Column.id, Column.url).where(Column.id.in_(columns))
    return {**dict(s.execute(chosen).all())}


class Gone(NamedTuple):
    """That a report which was there is so no more."""

    kind: EventKind
    at: datetime


def gone(s: Session, scope: Scope, year: int | None = None) -> dict[tuple[str, int], Gone]:
    """Since when reports are gone, and how, by unit and year: few of many."""
    chosen = (
        select(Event.unit, Event.year, Event.kind, Event.at)
        .join(Unit, Event.unit == Unit.id)
        .where(Event.kind.in_((*GONE, "restored")), units_in(scope))
        .order_by(Event.id)
    )
    if year is not None:
        chosen = chosen.where(Event.year == year)
    found: dict[tuple[str, int], Gone] = {}
    for key, of_year, kind, at in s.execute(chosen):
        found[key or "", of_year or 0] = Gone(kind, at)
    return {key: each for key, each in found.items() if each.kind != "restored"}


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
    number: int  # of the version
    seen: datetime  # since when it is that
    version: int  # its id


def reports(s: Session, scope: Scope, year: int | None = None) -> Iterator[Report]:
    """The latest version of each report: some units' together, so that no more is held than is
    shown.
    """
    told = (ReportVersion.year, ReportVersion.published, ReportVersion.content)
    chosen = _latest((*told, ReportVersion.id), year)
    for units in unit_batches(s, scope):
        rows = _of_units(s, chosen, units)
        for unit, of_year, published, content, version, url, document, *which in rows:
            named = (unit.id, unit.name, unit.kind, unit.county, unit.county_name)
            stands = (of_year, published, masked_in(content), url, document)
            number, seen = which
            yield Report(*named, *stands, number, seen, version)


class Passages(NamedTuple):
    """A report that holds a text, by its passages."""

    unit: UnitRef
    year: int
    lines: list[str]
    url: str
    document: str
    number: int  # of the version
    seen: datetime
    gone: Gone | None  # since when it is so no more


def passages(s: Session, scope: Scope, text: str, year: int | None = None) -> Iterator[Passages]:
    """The latest version of each report that holds a text, without regard to spaces: found as
    they are asked for.
    """
    bare = "".join(text.split())
    numbers = candidates(s, bare) if bare else None
    chosen = _latest((ReportVersion.year, ReportVersion.words), year)
    looked_at = _all_units(s, scope) if numbers is None else _units_with(s, scope, numbers)
    for units, condition in looked_at:
        keys, counties = (tuple(unit.id for unit in units), tuple(unit.county for unit in units))
        left = gone(s, Scope((), keys, counties), year)
        for unit, of_year, words, url, *which in _of_units(s, chosen.where(condition), units):
            if bare in words:
                document, number, seen = which
                stands = (url, document, number, seen, left.get((unit.id, of_year)))
                yield Passages(unit, of_year, masked(words).splitlines(), *stands)


Batch = tuple[Sequence[UnitRef], ColumnElement[bool]]  # units, and which versions of theirs


def _all_units(s: Session, scope: Scope) -> Iterator[Batch]:
    for units in unit_batches(s, scope):
        yield units, true()


def _units_with(s: Session, scope: Scope, numbers: Sequence[int]) -> Iterator[Batch]:
    """The units that some versions are of, in their order."""
    theirs: defaultdict[UnitRef, list[int]] = defaultdict(list)
    for part in batched(numbers, TOGETHER):
        for unit, number in versions_of_units(s, scope, part):
            theirs[unit].append(number)
    for units in batched(sorted(theirs, key=in_order), BATCH):
        together = [number for unit in units for number in theirs[unit]]
        yield units, ReportVersion.id.in_(together)


TOGETHER = 1000  # versions whose units are asked for at once


def _latest(told: Sequence[InstrumentedAttribute[Any]], year: int | None) -> Select[Any]:
    """What the latest versions of the reports tell, and where they stand."""
    chosen = (
        select(
            *(ReportVersion.unit, *told, Document.url, Document.sha256),
            *(ReportVersion.number, ReportVersion.seen),
        )
        .join(Document, ReportVersion.document == Document.id)
        .where(is_latest(), in_force())
        .order_by(ReportVersion.unit, ReportVersion.year)
    )
    return chosen if year is None else chosen.where(ReportVersion.year == year)


def _of_units(
    s: Session, chosen: Select[Any], units: Sequence[UnitRef]
) -> Iterator[tuple[Any, ...]]:
    """The same of some units, in their order."""
    rows: dict[str, list[tuple[Any, ...]]] = {unit.id: [] for unit in units}
    for key, *row in s.execute(chosen.where(ReportVersion.unit.in_(rows))):
        rows[key].append(tuple(row))
    for unit in units:
        yield from ((unit, *row) for row in rows[unit.id])


def phones(s: Session, scope: Scope, as_of: datetime) -> dict[str, str]:
    """The telephone that each unit's last report prints, by the unit's key; where it prints that
    of an office, and none of a person's.
    """
    chosen = (
        select(ReportVersion.unit, ReportVersion.id)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(units_at(scope, was_at(s, as_of)), ReportVersion.seen <= as_of, in_force(as_of))
        .order_by(ReportVersion.unit, ReportVersion.year, ReportVersion.number)
    )
    last = dict(s.execute(chosen).all())
    printed: dict[str, str] = {}
    for part in batched(list(last.values()), BATCH):
        told = select(ReportVersion.unit, ReportVersion.content).where(ReportVersion.id.in_(part))
        for unit, content in s.execute(told):
            printed[unit] = (content.get("contact") or {}).get("phone") or ""
    return {unit: phone for unit, phone in printed.items() if phone and masked(phone) == phone}
