"""What is known of a unit's year, as plain data; where it stands is judged elsewhere."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from nianbao.storage.covering import Coverage, coverages, read_whole
from nianbao.storage.dates import (
    Printed,
    Stamp,
    begins,
    days_told,
    in_beijing,
    out_by,
    possible,
)
from nianbao.storage.doubts import Doubt, as_it_was, doubt_of
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import Checked, Quality
from nianbao.storage.models import (
    Adoption,
    Column,
    Decision,
    Document,
    Event,
    FindingRow,
    Look,
    Moment,
    Region,
    ReportVersion,
    Sighting,
    Unit,
)
from nianbao.storage.proving import (
    NEVER,
    Ask,
    Conditions,
    LookFacts,
    Proof,
    Within,
    batched,
    latest_of,
    proof_at,
    proving,
)
from nianbao.storage.replaced import Stood, as_its_own, stood_at
from nianbao.storage.scope import Scope, units_in
from nianbao.storage.transfers import Was, scope_at, units_at, was_at, whose
from nianbao.storage.units import closing_known, until_at


class VersionFacts(NamedTuple):
    id: int
    number: int
    seen: datetime
    published: date | None  # as its page says
    days: tuple[Printed, ...]  # of what page and list say, where it can be true
    document: str  # the hash of the page or file
    url: str
    judged: bool
    brought: str = ""  # by whom, where a person brought it
    adopted: bool = False  # by its address, and that holds


class Still(NamedTuple):
    """Columns that show some reports of the year, and of many units none."""

    newest: date  # the day of the last that came
    absent: int  # units that they show none of


class UnitFacts(NamedTuple):
    """Everything known of a unit's report of one year."""

    unit: str
    name: str
    kind: str
    county: str
    county_name: str
    versions: tuple[VersionFacts, ...]
    withdrawn: datetime | None
    # The latest; of the proven ones, and of those before the report was seen, the latest and the
    # latest fresh ones of two days.
    looks: tuple[LookFacts, ...]
    failures: int  # looks in a row, to the latest, that could not reach the portal
    in_doubt: int  # links of its columns that nobody could tell the unit or content of
    url: str  # of the report, or of the column where it must be
    since: date | None = None  # when the unit came to be
    until: date | None = None
    dropped: datetime | None = None  # when it was no longer in its county's file
    exempt: str = ""  # why it need not publish
    quality: Quality = ""  # clean, flagged or unreadable; empty where there is no report
    sighted: datetime | None = None  # when a link to it was first seen; its page may be read later
    astray: tuple[str, str] | None = None  # the column that it stands in, instead of its own
    copies_differ: bool = False  # it stands at two addresses, with different numbers
    # The earliest publication date that any page or list told of any copy of it.
    printed: date | None = None
    reprinted: bool = False  # that date proves nothing of the days before it
    dead: int = 0  # links that name it and could not be opened; its report was never read
    closed: datetime | None = None  # since when it is listed, was read, and can't be opened
    covered: bool = True  # a column is known that may show it
    one_look: bool = False  # as of a day when one complete look was proof enough
    # Where it must be nobody's report of the year stands, of many.
    unshown: bool = False
    still: Still | None = None
    places: frozenset[int] = frozenset()  # the columns where it must be
    unsettled: frozenset[int] = frozenset()  # those of which no person said that they are in use
    # As of a time when its file said another `until` than now, which then held.
    closed_later: bool = False
    moved_later: bool = False  # as of a time when it was another county's
    vanished: datetime | None = None  # since when it is gone, with most of what stood beside it

    @property
    def dated(self) -> date | None:
        """The earliest that its own page printed."""
        return min(
            (version.published for version in self.versions if version.published is not None),
            default=None,
        )

    @property
    def first_read(self) -> datetime | None:
        return min((version.seen for version in self.versions), default=None)

    @property
    def first_seen(self) -> datetime | None:
        """When it was first there, as far as is known: its link may have been seen before its
        page could be read.
        """
        return _first_seen(self.versions, self.sighted)


def lasting(
    until: InstrumentedAttribute[datetime | None], as_of: datetime | None
) -> ColumnElement[bool]:
    """Whether what may have ended still was so, now or at a time."""
    return until.is_(None) if as_of is None else or_(until.is_(None), until > as_of)


def unit_facts(
    s: Session,
    scope: Scope,
    year: int,
    as_of: datetime | None = None,
    *,
    now: datetime | None = None,
) -> list[UnitFacts]:
    """The facts of each unit's report of a year, as they were known at a time.

    Without `as_of`: all that is known; `now`: what was written down as later was so by a clock
    that was wrong, and it has happened by now.
    """
    return facts_of_years(s, scope, (year,), as_of, now=now)[year]


def facts_of_years(
    s: Session,
    scope: Scope,
    years: Sequence[int],
    as_of: datetime | None = None,
    *,
    now: datetime | None = None,
) -> dict[int, list[UnitFacts]]:
    """The same of several years: what they have in common is asked for once.

    A unit's facts rest on what its county's other units have published, too: whoever asks about
    one alone is told the same.
    """
    was = was_at(s, as_of)
    scope = scope_at(scope, was)
    chosen = (
        select(Unit)
        .where(units_at(scope.whole, was), lasting(Unit.dropped, as_of), begun(Unit.added, as_of))
        .order_by(Unit.county, Unit.id)
    )
    there = [(whose(unit, was), unit) for unit in s.scalars(chosen)]
    if was:
        lasted = [each for each in there if _had(each[0], as_of)]
        there = sorted(lasted, key=lambda each: (each[0].county, each[1].id))
    by_county: dict[str, list[Unit]] = defaultdict(list)
    for each, unit in there:
        by_county[each.county].append(unit)
    regions: dict[str, Region] = {}
    for some in batched(by_county, COUNTIES):
        of = select(Region).where(Region.code.in_(some))
        regions |= {region.code: region for region in s.scalars(of)}
    found: dict[int, list[UnitFacts]] = {year: [] for year in years}
    single = frozenset(scope.units)
    proofs = {year: proof_at(s, year, as_of) for year in years}
    for some in batched(by_county, COUNTIES):
        counties = {code: by_county[code] for code in some}
        common = _in_common(s, counties, min(years), as_of, now)
        asked = {
            code: units if scope.holds(code) else [each for each in units if each.id in single]
            for code, units in counties.items()
        }
        cases = {year: _cases(s, year, asked, common, proofs[year]) for year in years}
        looks = _looks(s, cases, common, proofs)
        for year in years:
            found[year] += (_facts(case, regions, common, looks) for case in cases[year])
    return found


def _had(was: Was, as_of: datetime | None) -> bool:
    """Whether the county's file had a unit at a time."""
    return was.dropped is None or (as_of is not None and was.dropped > as_of)


class Reports(NamedTuple):
    """What a unit has published for a year, and nothing of how that was watched."""

    unit: str
    name: str
    county_name: str
    versions: tuple[VersionFacts, ...]


def reports_of(s: Session, scope: Scope, year: int) -> list[Reports]:
    """Of the units that have published for a year."""
    chosen = (
        select(Unit.id, Unit.name, Region.name)
        .join(Region, Unit.county == Region.code)
        .where(units_in(scope), lasting(Unit.dropped, None))
        .order_by(Unit.county, Unit.id)
    )
    units = {unit: (name, county) for unit, name, county in s.execute(chosen)}
    versions = _versions(s, [*units], year, None)
    return [
        Reports(unit, *named, versions[unit]) for unit, named in units.items() if unit in versions
    ]


COUNTIES = 200  # of which all is asked for at once


def begun(
    since: InstrumentedAttribute[datetime | None], as_of: datetime | None
) -> ColumnElement[bool]:
    """Whether what may have come later was there already, now or at a time."""
    return true() if as_of is None else or_(since.is_(None), since <= as_of)


@dataclass(frozen=True)
class _Common:
    """What the facts of some counties' units rest on, whatever the year; by the counties' codes."""

    as_of: datetime | None
    now: datetime | None
    units: Mapping[str, Sequence[Unit]]
    columns: Mapping[str, Sequence[Column]]
    left: Mapping[str, Mapping[str | None, datetime]]
    stamps: Mapping[str, Mapping[date, set[Stamp]]]
    covering: Mapping[str, Coverage]
    closings: Mapping[str, Sequence[Event]]  # by the units' keys

    def happened(self, moment: datetime) -> datetime:
        """By now at the latest, whatever a clock said."""
        return min(moment, self.now) if self.now is not None else moment

    @property
    def known(self) -> Conditions:
        """Looks of which it is known by then that they were."""
        until = self.as_of or self.now
        return [Look.at <= until] if until is not None else []


def _in_common(
    s: Session,
    counties: Mapping[str, Sequence[Unit]],
    first: int,
    as_of: datetime | None,
    now: datetime | None,
) -> _Common:
    """`first`: the first of the years."""
    columns = _columns(s, [*counties], as_of)
    return _Common(
        as_of,
        now,
        counties,
        columns,
        _left(s, [*counties], as_of),
        _stamps(s, counties, begins(first), as_of),
        coverages(s, columns, as_of),
        closing_known(s, _keys(counties)),
    )


def _keys(counties: Mapping[str, Sequence[Unit]]) -> list[str]:
    return [unit.id for units in counties.values() for unit in units]


@dataclass(frozen=True)
class _Rows:
    """What is written down of some counties' reports of a year."""

    versions: Mapping[str, Sequence[VersionFacts]]
    gone: Mapping[str | None, _Gone]
    exempt: Mapping[str, str]
    quality: Mapping[int, Quality]
    sightings: Mapping[str, Sequence[Sighting]]  # by the counties' codes
    whole: Mapping[int, datetime]  # when each column was last read whole
    stood: Mapping[str, Sequence[Stood]]  # where several reports were read
    checked: set[int]


def _rows(s: Session, year: int, ids: Sequence[str], common: _Common) -> _Rows:
    """`ids`: the units that are asked about."""
    as_of = common.as_of
    columns = [column.id for columns in common.columns.values() for column in columns]
    versions = _versions(s, ids, year, as_of)
    return _Rows(
        versions,
        _gone(s, ids, year, as_of),
        exempt_in(s, ids, year, as_of),
        qualities(s, [mine[-1].id for mine in versions.values()], as_of),
        _sightings(s, [*common.units], year, as_of),
        read_whole(s, columns, as_of),
        stood_at(s, ids, year),
        columns_checked(s, columns, year, as_of),
    )


@dataclass(frozen=True)
class _OfCounty:
    """What a county's columns show of a year."""

    year: int
    code: str
    proof: Proof
    rows: _Rows
    addresses: Mapping[int, str]
    there: Sequence[Sighting]  # in columns that are still its own
    doubts: Sequence[tuple[int, Doubt]]
    known: Sequence[Sighting]  # of the year
    listed: Sequence[Sighting]


@dataclass(frozen=True)
class _Case:
    """A unit's year, and what must be known of looks to tell of it."""

    unit: Unit
    county: _OfCounty
    own: frozenset[int]
    places: frozenset[int]
    seen: tuple[VersionFacts, ...]
    mine: Sequence[Sighting]
    sighted: datetime | None
    first: datetime | None  # when its report was first there

    @property
    def ask(self) -> Ask | None:
        """The looks before it was there."""
        return Ask(self.places, self.first) if self.first is not None and self.places else None


def _cases(
    s: Session,
    year: int,
    asked: Mapping[str, Sequence[Unit]],
    common: _Common,
    proof: Proof,
) -> list[_Case]:
    rows = _rows(s, year, _keys(asked), common)
    cases: list[_Case] = []
    for code, units in asked.items():
        county = _of_county(year, code, common, proof, rows)
        of_unit: dict[str | None, list[Sighting]] = defaultdict(list)
        for row in rows.sightings.get(code, ()):
            if row.year == year and _was_there(row, common.as_of):
                of_unit[row.unit].append(row)
        cases += (_case(unit, county, of_unit[unit.id], common) for unit in units)
    return cases


def _of_county(year: int, code: str, common: _Common, proof: Proof, rows: _Rows) -> _OfCounty:
    as_of = common.as_of
    addresses = {column.id: column.url for column in common.columns.get(code, ())}
    there = [row for row in rows.sightings.get(code, ()) if row.column in addresses]
    found = ((row.column, doubt_of(row, as_of)) for row in there)
    doubts = [(column, doubt) for column, doubt in found if doubt is not None]
    known = [row for row in there if row.year == year and _was_there(row, as_of)]
    whole = rows.whole
    listed = [row for row in known if row.last_seen >= whole.get(row.column, row.last_seen)]
    return _OfCounty(year, code, proof, rows, addresses, there, doubts, known, listed)


def _case(unit: Unit, county: _OfCounty, mine: Sequence[Sighting], common: _Common) -> _Case:
    columns, covering = common.columns.get(county.code, ()), common.covering[county.code]
    own = frozenset(column.id for column in columns if column.unit == unit.id)
    places = own or covering.places(unit)
    if own and not county.proof.one_look:  # it may stand in a column for many instead
        places |= covering.showing(unit)
    seen = tuple(
        each._replace(seen=common.happened(each.seen))
        for each in county.rows.versions.get(unit.id, ())
    )
    first = min((each.seen for each in seen), default=None)
    mine = [as_its_own(row, first, county.rows.stood) for row in mine]
    sighted = min((common.happened(_sighted(row)) for row in mine), default=None)
    return _Case(unit, county, own, places, seen, mine, sighted, _first_seen(seen, sighted))


@dataclass(frozen=True)
class _Looks:
    """What is proven by looks at some columns, and before some moments; and the latest ones."""

    latest: Mapping[frozenset[int], tuple[LookFacts | None, int]]
    proven: Mapping[frozenset[int], set[LookFacts]]
    before: Mapping[int, Mapping[Ask, set[LookFacts]]]  # by year

    def of(self, case: _Case) -> tuple[tuple[LookFacts, ...], int]:
        """The latest look, and what is proven as of a time and before the report was there,
        oldest first; and how many looks in a row, to the latest, reached nobody.
        """
        if not case.places:
            return (), 0
        last, failures = self.latest[case.places]
        since = case.county.proof.since
        found = {look for look in self.proven[case.places] if look.at >= since}
        if last is not None:
            found.add(last)
        if case.ask is not None:
            found |= self.before[case.county.year][case.ask]
        return tuple(sorted(found)), failures


def _looks(
    s: Session,
    cases: Mapping[int, Sequence[_Case]],
    common: _Common,
    proofs: Mapping[int, Proof],
) -> _Looks:
    wanted = {case.places for mine in cases.values() for case in mine if case.places}
    within = Within(common.as_of, common.as_of or common.now, NEVER)
    always = {places: Ask(places) for places in wanted}
    proven = proving(s, always.values(), within, min(proofs.values()))
    before: dict[int, Mapping[Ask, set[LookFacts]]] = {}
    for year, mine in cases.items():
        asks = {case.ask for case in mine} - {None}
        before[year] = proving(s, [ask for ask in asks if ask], within, proofs[year])
    return _Looks(
        latest_of(s, wanted, common.known, common.as_of),
        {places: proven[ask] for places, ask in always.items()},
        before,
    )


def _facts(
    case: _Case, regions: Mapping[str, Region], common: _Common, known_looks: _Looks
) -> UnitFacts:
    unit, county, mine, places, own = case.unit, case.county, case.mine, case.places, case.own
    seen, year, code, proof = case.seen, county.year, county.code, county.proof
    as_of, covering, left = common.as_of, common.covering[code], common.left.get(code)
    units, checked = common.units[code], county.rows.checked
    looks, failures = known_looks.of(case)
    stamp = Stamp(unit.id, year, in_beijing(case.first)) if case.first is not None else None
    stamps = common.stamps.get(code, {})
    printed, reprinted = _printed(mine, seen, stamp, stamps, year, as_of)
    mine_in_doubt = [
        doubt
        for column_id, doubt in county.doubts
        if doubt.is_of(unit.id, here=column_id in places) and doubt.is_of_year(year)
    ]
    dead = sum(doubt.is_dead for doubt in mine_in_doubt)
    renamed = sum(_renamed(row, unit, left, year) for row in county.there) if left else 0
    until = until_at(unit.until, common.closings.get(unit.id, ()), as_of)
    column = next((url for number, url in county.addresses.items() if number in places), "")
    gone = county.rows.gone.get(unit.id, _Gone())
    read_at = (version.url for version in reversed(seen))  # by another county, which had it
    return UnitFacts(
        unit=unit.id,
        name=unit.name,
        kind=unit.kind,
        county=code,
        county_name=regions[code].name,
        versions=seen,
        withdrawn=gone.withdrawn,
        vanished=gone.vanished,
        looks=looks,
        failures=failures,
        in_doubt=len(mine_in_doubt) - dead + renamed,
        url=_stands_at(mine, county) or _brought_at(seen) or next(read_at, column),
        since=unit.since,
        until=until,
        dropped=unit.dropped,
        exempt=county.rows.exempt.get(unit.id, ""),
        quality=county.rows.quality.get(seen[-1].id, "clean") if seen else "",
        sighted=case.sighted,
        astray=_astray(mine, own, county.addresses),
        copies_differ=_copies_differ(mine, seen, looks),
        printed=printed,
        reprinted=reprinted,
        dead=dead,
        closed=_closed_since(mine, looks, as_of),
        covered=bool(own) or proof.one_look or covering.covers(unit, places),
        one_look=proof.one_look,
        unshown=not proof.one_look and len(units) >= MANY and _is_unshown(case),
        still=(
            None
            if proof.one_look or _is_answered(case)
            else _still(_in(county.listed, None if own else places), units, common)
        ),
        places=places,
        unsettled=places - checked or places,
        closed_later=until != unit.until,
        moved_later=unit.county != code,
    )


def _is_unshown(case: _Case) -> bool:
    """Whether where it must be nobody's report of the year stands, and no person said that this is
    so: what stood there before, that person has not seen gone.
    """
    county, places = case.county, case.places
    shown = {row.column for row in county.listed}
    if shown if case.own else not places.isdisjoint(shown):
        return False
    return not _is_answered(case) or _several(_in(county.known, None if case.own else places))


def _is_answered(case: _Case) -> bool:
    """Whether a person said of each column where it may stand that it is in use: what is said of
    one tells nothing of another.
    """
    return bool(case.places) and case.places <= case.county.rows.checked


def _sighted(row: Sighting) -> datetime:
    """When a link was seen first; by whomever."""
    return row.first_seen if row.saved is None else min(row.saved, row.first_seen)


def _stands_at(mine: Sequence[Sighting], county: _OfCounty) -> str:
    """The first of its links that its column still shows; of those that none does the first."""
    whole, there = county.rows.whole, [row for row in mine if row.column in county.addresses]
    shown = (row for row in there if row.last_seen >= whole.get(row.column, row.last_seen))
    return next((row.url.partition("#")[0] for row in (*shown, *mine)), "")


def _brought_at(versions: Sequence[VersionFacts]) -> str:
    """Where what a person brought stands."""
    return next((version.url for version in versions if version.brought), "")


MANY = 5  # units, of whose reports of a year a column in use shows one at least


def _in(rows: Sequence[Sighting], places: frozenset[int] | None) -> Sequence[Sighting]:
    return rows if places is None else [row for row in rows if row.column in places]


def _several(known: Iterable[Sighting]) -> bool:
    """Whether several units' reports were listed: where none is now, who said of the columns that
    they are in use has not seen that.
    """
    return len({row.unit for row in known} - {None}) > 1


def _still(shown: Sequence[Sighting], units: Sequence[Unit], common: _Common) -> Still | None:
    """Whether columns that show some of a year may have been left for others."""
    absent = len({unit.id for unit in units} - {row.unit for row in shown})
    if not shown or len(units) < MANY or absent * 3 < len(units):
        return None
    days = (row.listed or in_beijing(common.happened(row.first_seen)) for row in shown)
    return Still(max(days), absent)


def _was_there(row: Sighting, as_of: datetime | None) -> bool:
    return as_of is None or row.first_seen <= as_of


def columns_checked(
    s: Session, columns: Sequence[int], year: int, as_of: datetime | None
) -> set[int]:
    """Columns of which a person said that they are in use in a year, whatever they show."""
    marks = {column_mark(column, year): column for column in columns}
    return {marks[mark] for mark in verdicts(s, list(marks), as_of)}


def _columns(s: Session, portals: Sequence[str], as_of: datetime | None) -> dict[str, list[Column]]:
    there = (lasting(Column.dropped, as_of), begun(Column.added, as_of))
    chosen = select(Column).where(Column.portal.in_(portals), *there).order_by(Column.id)
    found: dict[str, list[Column]] = {portal: [] for portal in portals}
    for column in s.scalars(chosen):
        found[column.portal].append(column)
    return found


@cache
def _links_of_year(*, past: bool) -> Select[Sighting, str]:
    of_year = [
        Sighting.year == bindparam("year"),
        Sighting.year.is_(None),
        Sighting.review.like(bindparam("named")),
    ]
    if past:
        of_year.append(Sighting.resolved > bindparam("as_of", type_=Moment))
    return (
        select(Sighting, Column.portal)
        .join(Column)
        .where(
            Column.portal.in_(bindparam("portals", expanding=True)),
            or_(*of_year),
            or_(Sighting.page == "report", Sighting.resolved.is_not(None)),
        )
        .order_by(Sighting.id)
    )


def _sightings(
    s: Session, portals: Sequence[str], year: int, as_of: datetime | None
) -> dict[str, list[Sighting]]:
    """Links that are, may be, or were taken for a report of a year."""
    asked = {"portals": portals, "year": year, "named": f"%{year}年%"}
    asked |= {"as_of": as_of} if as_of is not None else {}
    found: dict[str, list[Sighting]] = defaultdict(list)
    for row, portal in s.execute(_links_of_year(past=as_of is not None), asked):
        found[portal].append(as_it_was(row, as_of))
    return found


def _first_seen(versions: Sequence[VersionFacts], sighted: datetime | None) -> datetime | None:
    """When a report was first there, as far as is known; None where it was never read."""
    if not versions:
        return None
    moments = [version.seen for version in versions]
    return min([*moments, sighted] if sighted is not None else moments)


def _astray(
    mine: Sequence[Sighting], own: frozenset[int], addresses: Mapping[int, str]
) -> tuple[str, str] | None:
    """A report that stands in another column than its unit's own: that column, and its own."""
    places = [row.column for row in mine if not row.review and row.column in addresses]
    if not own or not places or own.intersection(places):
        return None
    return addresses[places[0]], addresses[min(own)]


def _copies_differ(
    mine: Sequence[Sighting], versions: Sequence[VersionFacts], looks: Sequence[LookFacts]
) -> bool:
    """Whether the same report stands at two addresses that are both still listed, with different
    numbers.
    """
    if not looks:
        return False
    listed = {
        row.url.partition("#")[0]
        for row in mine
        if row.gone is None and row.last_seen >= looks[-1].at
    }
    return len(listed.intersection(version.url for version in versions)) > 1


def _closed_since(
    mine: Sequence[Sighting], looks: Sequence[LookFacts], as_of: datetime | None
) -> datetime | None:
    """Since when every copy of a report that is still listed can't be opened."""
    listed = [row for row in mine if row.checked and looks and row.last_seen >= looks[-1].at]
    gone = [row.gone for row in listed if row.gone is not None]
    if not gone or len(gone) < len(listed) or (as_of is not None and max(gone) > as_of):
        return None
    return max(gone)


def _versions(
    s: Session, units: Sequence[str], year: int, as_of: datetime | None
) -> dict[str, tuple[VersionFacts, ...]]:
    if not units:
        return {}
    rows = s.execute(
        select(
            ReportVersion.unit,
            ReportVersion.id,
            ReportVersion.number,
            ReportVersion.seen,
            ReportVersion.published,
            ReportVersion.dates,
            Document.sha256,
            Document.url,
            ReportVersion.judged,
            ReportVersion.found,
            ReportVersion.witness,
            ReportVersion.saved,
            Adoption,
        )
        .join(Document, ReportVersion.document == Document.id)
        .outerjoin(Adoption, ReportVersion.adoption == Adoption.id)
        .where(ReportVersion.unit.in_(units), ReportVersion.year == year, in_force(as_of))
        .order_by(ReportVersion.unit, ReportVersion.number)
    )
    versions: dict[str, list[VersionFacts]] = defaultdict(list)
    for unit, number, n, seen, published, dates, sha, url, judged, *by in rows:
        found, witness, saved, adoption = by
        known = found if found is not None and (as_of is None or found <= as_of) else None
        holds = adoption is not None and _holds(adoption, as_of)
        if adoption is not None and known is not None and not holds:
            seen = known  # by a column of its portal
        brought = (adoption.who if holds else witness) if known is None else ""
        if as_of is None or seen <= as_of:
            seen = min(seen, saved) if saved is not None else seen
            days = tuple(possible(_days_of(published, dates), year))
            versions[unit].append(
                VersionFacts(
                    *(number, n, seen, published, days, sha, url, judged is not None),
                    *(brought, holds),
                )
            )
    return {unit: tuple(mine) for unit, mine in versions.items()}


def _holds(adoption: Adoption, as_of: datetime | None) -> bool:
    """Whether it is not taken back, or was not at a time."""
    return adoption.ended is None or (as_of is not None and adoption.ended > as_of)


def _days_of(published: date | None, dates: Sequence[Sequence[str]]) -> list[Printed]:
    """What a version's page and list printed; of old ones only one day was kept."""
    days = list(days_told(dates))
    if published is not None and not any(printed.day == published for printed in days):
        days.append(Printed(published, all(printed.first for printed in days)))
    return days


Key = tuple[str, str, int]  # a county, a unit of it, a year


def _stamps(
    s: Session, counties: Mapping[str, Sequence[Unit]], first: date, as_of: datetime | None
) -> Mapping[str, Mapping[date, set[Stamp]]]:
    """The reports of all years on which each day from the first on is printed, by county.

    Most print none: the database looks for those that do, and tells of them alone when they were
    seen.
    """
    of = {unit.id: county for county, units in counties.items() for unit in units}
    named = [
        *(Column.portal.in_(counties), Sighting.unit.is_not(None), Sighting.year.is_not(None)),
        *([Sighting.first_seen <= as_of] if as_of is not None else []),
    ]
    read = [
        *(ReportVersion.unit.in_(of), in_force(as_of)),
        *([ReportVersion.seen <= as_of] if as_of is not None else []),
    ]
    days: dict[Key, set[date]] = defaultdict(set)
    text = cast(Sighting.dates, Text)
    links = select(Column.portal, Sighting.unit, Sighting.year, text)
    links = links.join(Column, Sighting.column == Column.id)
    may = _may_tell_since(s, first, text)
    for county, unit, year, told in s.execute(links.where(may, *named)):
        if _tells_since(first, told):
            printed = days_told(json.loads(told), as_of)
            days[county, unit or "", year or 0].update(each.day for each in printed)
    text = cast(ReportVersion.dates, Text)
    tells = or_(ReportVersion.published >= first, _may_tell_since(s, first, text))
    versions = select(ReportVersion.unit, ReportVersion.year, ReportVersion.published, text)
    for unit, year, published, told in s.execute(versions.where(tells, *read)):
        if (published is not None and published >= first) or _tells_since(first, told):
            printed = iter(_days_of(published, json.loads(told)))
            days[of[unit], unit, year].update(each.day for each in printed)
    years = {year for _, _, year in days}
    first_link = select(Column.portal, Sighting.unit, Sighting.year, func.min(Sighting.first_seen))
    first_link = first_link.join(Column, Sighting.column == Column.id)
    first_link = first_link.where(*named, Sighting.year.in_(years))
    first_link = first_link.group_by(Column.portal, Sighting.unit, Sighting.year)
    seen: dict[Key, datetime] = {
        (county, unit or "", year or 0): moment
        for county, unit, year, moment in s.execute(first_link)
    }
    first_read = select(ReportVersion.unit, ReportVersion.year, func.min(ReportVersion.seen))
    first_read = first_read.where(*read, ReportVersion.year.in_(years))
    first_read = first_read.group_by(ReportVersion.unit, ReportVersion.year)
    for unit, year, moment in s.execute(first_read):
        key = of[unit], unit, year
        seen[key] = min(moment, seen.get(key, moment))
    stamps: dict[str, dict[date, set[Stamp]]] = defaultdict(lambda: defaultdict(set))
    for (county, unit, year), printed_days in days.items():
        stamp = Stamp(unit, year, in_beijing(seen[county, unit, year]))
        for day in printed_days:
            stamps[county][day].add(stamp)
    return stamps


A_DAY = re.compile(r'"(\d{4}-\d\d-\d\d)"')


def _tells_since(first: date, text: str) -> bool:
    """Whether such a day may stand in what is kept as JSON; most tells of earlier years, and to
    read it costs more than all else here.
    """
    return max(A_DAY.findall(text), default="") >= first.isoformat()


def _may_tell_since(s: Session, first: date, text: ColumnElement[str]) -> ColumnElement[bool]:
    """The same for the database: a day of that year or a later one. For a pattern with
    alternatives SQLite asks Python about each row.
    """
    if s.get_bind().dialect.name == "sqlite":
        return or_(*(text.bool_op("GLOB")(f"*{day}*") for day in since_its_year(first)))
    return text.regexp_match("|".join(since_its_year(first)))


def since_its_year(first: date) -> list[str]:
    """Patterns of the quoted days of its year and of all later ones, alike for both databases."""
    year = f"{first.year:04}"
    digits = [(year[:n], int(digit), 3 - n) for n, digit in enumerate(year)]
    later = [f"{kept}[{digit + 1}-9]{'[0-9]' * rest}" for kept, digit, rest in digits if digit < 9]
    return [f'"{of}-[0-9][0-9]-[0-9][0-9]"' for of in (year, *later)]


def _printed(
    mine: Sequence[Sighting],
    versions: Sequence[VersionFacts],
    own: Stamp | None,
    stamps: Mapping[date, set[Stamp]],
    year: int,
    as_of: datetime | None,
) -> tuple[date | None, bool]:
    """The earliest day over all copies of a report, and whether it proves nothing before it."""
    days = {day for version in versions for day in version.days}
    if versions:
        listed = (day for row in mine for day in days_told(row.dates, as_of))
        days.update(possible(listed, year))
    return out_by(days, own, stamps)


class _Gone(NamedTuple):
    """Since when a report is gone, and whether by its publisher's will."""

    withdrawn: datetime | None = None
    vanished: datetime | None = None


GONE = (
    select(Event)
    .where(Event.kind.in_(("withdrawn", "vanished", "restored")))
    .where(Event.unit.in_(bindparam("units", expanding=True)), Event.year == bindparam("year"))
    .order_by(Event.id)
)


def _gone(
    s: Session, units: Sequence[str], year: int, as_of: datetime | None
) -> dict[str | None, _Gone]:
    gone: dict[str | None, _Gone] = {}
    for event in s.scalars(GONE, {"units": units, "year": year}):
        if as_of is None or event.at <= as_of:
            at = {event.kind: event.at} if event.kind != "restored" else {}
            gone[event.unit] = _Gone(**at)
    return gone


def _left(
    s: Session, counties: Sequence[str], as_of: datetime | None
) -> Mapping[str, Mapping[str | None, datetime]]:
    """Units that each county's file no longer had, and since when."""
    dropped = select(Unit.county, Unit.id, Unit.dropped).where(Unit.dropped.is_not(None))
    found: dict[str, dict[str | None, datetime]] = {}
    for county, key, when in s.execute(dropped.where(Unit.county.in_(counties))):
        if when is not None and (as_of is None or when <= as_of):
            found.setdefault(county, {})[key] = when
    return found


RENAMING = timedelta(days=90)


def _renamed(row: Sighting, unit: Unit, left: Mapping[str | None, datetime], year: int) -> bool:
    """Whether a link is of a unit that left when this one came: they may be the same under
    another name.
    """
    when = left.get(row.unit)
    return (
        when is not None
        and unit.added is not None
        and unit.added > when - RENAMING
        and row.year == year
    )


EXEMPTIONS = (
    select(Decision)
    .where(Decision.unit.in_(bindparam("units", expanding=True)))
    .where(Decision.year == bindparam("year"), Decision.fingerprint == "")
    .order_by(Decision.id)
)


def exempt_in(
    s: Session, units: Sequence[str], year: int, as_of: datetime | None = None
) -> dict[str, str]:
    """Why a unit need not publish in a year, where somebody decided so."""
    found: dict[str, str] = {}
    for row in s.scalars(EXEMPTIONS, {"units": units, "year": year}):
        if row.unit is not None and (as_of is None or row.at <= as_of):
            if row.verdict == "exempt":
                found[row.unit] = row.why or "免于发布"
            elif row.verdict == "cleared":
                found.pop(row.unit, None)
    return found


def column_mark(column: int, year: int) -> str:
    """What a decision on a column hangs on."""
    return f"column {column} {year}"


# Written once, here and elsewhere: to write a question takes longer than to answer it.
DECIDED = (
    select(Decision)
    .where(Decision.fingerprint.in_(bindparam("fingerprints", expanding=True)))
    .where(Decision.verdict != "note")
    .order_by(Decision.id)
)


def verdicts(
    s: Session, fingerprints: Sequence[str], as_of: datetime | None = None
) -> dict[str, Decision]:
    """The decision that holds on each finding."""
    if not fingerprints:
        return {}
    chosen = DECIDED if as_of is None else DECIDED.where(Decision.at <= as_of)
    held = {row.fingerprint: row for row in s.scalars(chosen, {"fingerprints": fingerprints})}
    return {key: row for key, row in held.items() if row.verdict != "cleared"}


# The rule that only repeats a standing: it is in no list of findings.
OF_STANDING: Mapping[str, str] = {"late": "A02", "withdrawn": "A10"}


def qualities(
    s: Session, versions: Sequence[int], as_of: datetime | None = None
) -> dict[int, Quality]:
    """Flagged by what is an error or to verify and was not waived; unreadable where cells could
    not be read; a version that is not told of is clean.
    """
    if not versions:
        return {}
    asked = {"versions": versions}
    found: dict[int, Quality] = dict.fromkeys(s.scalars(UNREADABLE, asked), "unreadable")
    chosen = FLAWED if as_of is None else FLAWS.where(*holding(as_of))
    rows = list(s.execute(chosen, asked))
    held = verdicts(s, [fingerprint for _, fingerprint in rows], as_of)
    for number, fingerprint in rows:
        if fingerprint not in held or held[fingerprint].verdict != "waived":
            found[number] = "flagged"
    return found


def checked(s: Session, versions: Sequence[int]) -> dict[int, Checked]:
    """How the check of each version ended: failed by what is certain or a person confirmed, to be
    verified by what else is told of it, as `qualities` counts; else nobody can tell where cells
    could not be read, or it was not judged yet.
    """
    if not versions:
        return {}
    asked = {"versions": versions}
    found: dict[int, Checked] = dict.fromkeys(versions, "cannot")
    found |= dict.fromkeys(s.scalars(SOUND, asked), "pass")
    rows = list(s.execute(STATES_OF_FLAWS, asked))
    held = verdicts(s, [fingerprint for _, fingerprint, _ in rows])
    for number, fingerprint, content in rows:
        verdict = held[fingerprint].verdict if fingerprint in held else ""
        if verdict == "accepted" or (verdict != "waived" and content["state"] == "fail"):
            found[number] = "fail"
        elif verdict != "waived" and found[number] != "fail":
            found[number] = "verify"
    return found


def holding(as_of: datetime | None) -> list[ColumnElement[bool]]:
    """Findings that hold, or held at a time."""
    return [
        lasting(FindingRow.ended, as_of),
        *([FindingRow.since <= as_of] if as_of is not None else []),
    ]


OF_VERSIONS: BindParameter[int] = bindparam("versions", expanding=True)
UNREADABLE = select(ReportVersion.id).where(
    ReportVersion.id.in_(OF_VERSIONS), ReportVersion.unreadable
)
FLAWS = select(FindingRow.report, FindingRow.fingerprint).where(
    FindingRow.report.in_(OF_VERSIONS),
    FindingRow.severity.in_(("error", "warning")),
    FindingRow.rule.not_in(OF_STANDING.values()),
)
FLAWED = FLAWS.where(*holding(None))
STATES_OF_FLAWS = FLAWED.add_columns(FindingRow.content)
SOUND = select(ReportVersion.id).where(
    ReportVersion.id.in_(OF_VERSIONS),
    ReportVersion.unreadable.is_(False),
    ReportVersion.judged.is_not(None),
)
