"""What is known of a unit's year, as plain data; where it stands is judged elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
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
from nianbao.storage.doubts import RETRY, Doubt, as_it_was, doubt_of, taken_at
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
from nianbao.storage.printed import days_of, stamps_on
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
from nianbao.storage.units import Spans, spans_known


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
    # As of a time when its file said another `since` or `until` than now, which then held.
    span_moved: bool = False
    moved_later: bool = False  # as of a time when it was another county's
    vanished: datetime | None = None  # since when it is gone, with most of what stood beside it
    doubt_days: tuple[date, ...] = ()  # since when each link in doubt was there
    shut: int = 0  # those in doubt that a person has seen, and that can't be opened
    # The same two as they were before its report came, and others at once.
    unshown_before: bool = False
    still_before: Still | None = None

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
        common = _in_common(s, counties, as_of, now)
        asked = {
            code: units if scope.holds(code) else [each for each in units if each.id in single]
            for code, units in common.units.items()
        }
        cases = {year: _cases(s, year, asked, common, proofs[year]) for year in years}
        looks = _looks(s, cases, common, proofs)
        stamps = _stamps(s, common, (case for mine in cases.values() for case in mine))
        for year in years:
            found[year] += (_facts(case, regions, common, looks, stamps) for case in cases[year])
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


class _Former(NamedTuple):
    """Columns that a county's file has no longer."""

    columns: Sequence[Column]
    covering: Coverage

    def places(self, unit: Unit, *, own: bool) -> frozenset[int]:
        """Where a unit's report may have stood, as among those that the file has: `own`, whether
        it has one of its own there.
        """
        mine = frozenset(column.id for column in self.columns if column.unit == unit.id)
        many = self.covering.showing(unit) if own or mine else self.covering.places(unit)
        return mine | many


@dataclass(frozen=True)
class _Common:
    """What the facts of some counties' units rest on, whatever the year; by the counties' codes."""

    as_of: datetime | None
    now: datetime | None
    units: Mapping[str, Sequence[Unit]]
    columns: Mapping[str, Sequence[Column]]
    former: Mapping[str, _Former]  # where the files have some no longer
    left: Mapping[str, Mapping[str | None, datetime]]
    covering: Mapping[str, Coverage]
    spans: Spans
    # Of which counties' files units were, until when, by their keys.
    before: Mapping[str, Mapping[str, datetime]]

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
    as_of: datetime | None,
    now: datetime | None,
) -> _Common:
    spans = spans_known(s, _keys(counties), as_of)
    units = {
        code: [each for each in known if spans.left(each.id) is None]
        for code, known in counties.items()
    }
    columns, former = _columns(s, [*counties], as_of)
    covered = coverages(s, former, as_of) if former else {}
    return _Common(
        as_of,
        now,
        units,
        columns,
        {code: _Former(mine, covered[code]) for code, mine in former.items()},
        _left(s, counties, spans),
        coverages(s, columns, as_of),
        spans,
        spans.before(),
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
        _sightings(s, [*{*common.units}.union(*common.before.values())], year, as_of),
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
    doubts: Sequence[tuple[Sighting, Doubt]]
    left: Sequence[tuple[Sighting, Doubt]]  # in columns that its file has no longer
    told: Collection[str]  # addresses in its own columns, of which nothing is in doubt
    known: Sequence[Sighting]  # of the year
    listed: Sequence[Sighting]
    # Whether its columns were left for others, by the places; of all of them: None.
    still: dict[frozenset[int] | None, Still | None] = field(default_factory=dict)


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
    days: Collection[Printed]  # of what its page and lists say

    @property
    def stamp(self) -> Stamp | None:
        if self.first is None:
            return None
        return Stamp(self.unit.id, self.county.year, in_beijing(self.first))

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
    found = ((row, doubt_of(row, as_of)) for row in rows.sightings.get(code, ()))
    doubtful = [(row, doubt) for row, doubt in found if doubt is not None]
    there = [row for row in rows.sightings.get(code, ()) if row.column in addresses]
    doubts = [each for each in doubtful if each[0].column in addresses]
    left = [each for each in doubtful if each[0].column not in addresses]
    known = [row for row in there if row.year == year and _was_there(row, as_of)]
    whole = rows.whole
    listed = [row for row in known if row.last_seen >= whole.get(row.column, row.last_seen)]
    told = {_address(row) for row in there if _was_there(row, as_of)}
    told -= {_address(row) for row, _ in doubts}
    return _OfCounty(year, code, proof, rows, addresses, there, doubts, left, told, known, listed)


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
    days = _printed(mine, seen, county.year, common.as_of)
    return _Case(unit, county, own, places, seen, mine, sighted, _first_seen(seen, sighted), days)


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
    case: _Case,
    regions: Mapping[str, Region],
    common: _Common,
    known_looks: _Looks,
    stamps: Mapping[str, Mapping[date, set[Stamp]]],
) -> UnitFacts:
    unit, county, mine, places, own = case.unit, case.county, case.mine, case.places, case.own
    seen, year, code, proof = case.seen, county.year, county.code, county.proof
    as_of, covering, left = common.as_of, common.covering[code], common.left.get(code)
    units, checked = common.units[code], county.rows.checked
    looks, failures = known_looks.of(case)
    printed, reprinted = out_by(case.days, case.stamp, stamps.get(code, {}))
    reprinted = reprinted or _is_undated(mine, seen, case.stamp, year, as_of)
    in_doubt = [
        (row, doubt)
        for row, doubt in county.doubts
        if doubt.is_of(unit.id, here=row.column in places) and doubt.is_of_year(year)
    ]
    in_doubt += _in_doubt_before(unit.id, county, common)
    in_doubt_left = [*_in_doubt_left(case, common)]
    # What leads nowhere in a column that was left may lead somewhere now, until a person has seen.
    nowhere = [x for x in in_doubt_left if x[1].is_dead and x[0].settled]
    nowhere += [x for x in in_doubt if x[1].is_dead]
    every = [*in_doubt, *in_doubt_left]
    open_ = [row for row, doubt in every if not (doubt.is_dead and row.settled)]
    dead = len(nowhere)
    shut = sum(_is_shut(*each) for each in every if each not in nowhere)
    listed = county.rows.sightings.get(code, ())  # in columns that the file has no longer, too
    renamed = sum(_renamed(row, as_of, unit, left, year) for row in listed) if left else 0
    since, until = common.spans.of(unit.id, unit.since, unit.until)
    column = next((url for number, url in county.addresses.items() if number in places), "")
    # A printed day tells when it came; only of another are looks asked.
    before = _before(case, common) if printed is None or reprinted else None
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
        in_doubt=len(every) - dead + renamed,
        shut=shut,
        doubt_days=tuple(_there_since(row, common) for row in open_),
        url=_stands_at(mine, county) or _brought_at(seen) or next(read_at, column),
        since=since,
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
        still=None if proof.one_look or _is_answered(case) else _still_at(case, units, common),
        places=places,
        unsettled=places - checked or places,
        span_moved=(since, until) != (unit.since, unit.until),
        moved_later=unit.county != code,
        unshown_before=before is not None and len(units) >= MANY and _is_unshown(before),
        still_before=(
            None
            if before is None or _is_answered(before)
            else _still(_in(before.county.listed, None if own else places), units, common)
        ),
    )


def _before(case: _Case, common: _Common) -> _Case | None:
    """A case as it was before the report came; None where nothing is asked of that. One that comes
    shows that its column is in use; several that come at once may have come from another.
    """
    if case.first is None or case.county.proof.one_look:
        return None
    earlier, beside = [], False
    for row in case.county.known:
        sighted = common.happened(_sighted(row))
        if sighted < case.first:
            earlier.append(row)
        elif row.unit != case.unit.id and in_beijing(sighted) == in_beijing(case.first):
            beside = True
    if not beside:
        return None
    return replace(case, county=replace(case.county, known=earlier, listed=earlier))


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


def _in_doubt_before(
    unit: str, county: _OfCounty, common: _Common
) -> Iterator[tuple[Sighting, Doubt]]:
    """Links that may be a unit's, in columns of counties whose files had it before, and that were
    there when they had it.
    """
    for code, until in common.before.get(unit, {}).items():
        for row in county.rows.sightings.get(code, ()) if code != county.code else ():
            doubt = doubt_of(row, common.as_of)
            if doubt is None or not doubt.is_of_year(county.year):
                continue
            if doubt.is_of(unit, here=row.first_seen < until):
                yield row, doubt


def _is_shut(row: Sighting, doubt: Doubt) -> bool:
    """Whether a person has decided on a link that can't be opened: it is in no list any more."""
    return bool(row.settled) and doubt.review.startswith(RETRY)


def _in_doubt_left(case: _Case, common: _Common) -> Iterator[tuple[Sighting, Doubt]]:
    """Links of the season that may be a unit's, in columns that the county's file has no longer:
    that the file names another column settles none of them. What leads nowhere there may lead
    somewhere where the site is now. One that nobody could tell whose it is may be anybody's of
    its column. What stands in another column, and was told there, is told.
    """
    unit, county, former = case.unit, case.county, common.former.get(case.county.code)
    places = former.places(unit, own=bool(case.own)) if former is not None and county.left else ()
    for row, doubt in county.left:
        here = row.column in places
        if not doubt.is_of(unit.id, here=here) or not doubt.is_of_year(county.year):
            continue
        if _address(row) in county.told:
            continue
        if _there_since(row, common) >= begins(county.year):
            yield row, doubt


def _address(row: Sighting) -> str:
    """Where a link leads, by whichever scheme: columns that move to https move all their links."""
    return row.url.partition("#")[0].partition("://")[2]


def _there_since(row: Sighting, common: _Common) -> date:
    """The earliest day on which a link was there, by its list or as it was seen."""
    seen = in_beijing(common.happened(_sighted(row)))
    return min(seen, row.listed or seen)


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


def _still_at(case: _Case, units: Sequence[Unit], common: _Common) -> Still | None:
    """Of all units of the same places it is the same."""
    county, places = case.county, None if case.own else case.places
    if places not in county.still:
        county.still[places] = _still(_in(county.listed, places), units, common)
    return county.still[places]


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


Columns = dict[str, list[Column]]  # by the counties' codes


def _columns(s: Session, portals: Sequence[str], as_of: datetime | None) -> tuple[Columns, Columns]:
    """Those that the files have, and those that they have no longer."""
    known = select(Column).where(Column.portal.in_(portals), begun(Column.added, as_of))
    there: Columns = {portal: [] for portal in portals}
    former: Columns = {}
    for column in s.scalars(known.order_by(Column.id)):
        if column.dropped is None or (as_of is not None and column.dropped > as_of):
            there[column.portal].append(column)
        else:
            former.setdefault(column.portal, []).append(column)
    return there, former


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
            days = tuple(possible(days_of(published, dates), year))
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


def _stamps(
    s: Session, common: _Common, cases: Iterable[_Case]
) -> Mapping[str, Mapping[date, set[Stamp]]]:
    """The reports that print the earliest day of one of these, too."""
    wanted: dict[str, set[date]] = defaultdict(set)
    for case in cases:
        if case.stamp is not None and case.days:
            wanted[case.county.code].add(min(printed.day for printed in case.days))
    of = {unit.id: county for county in wanted for unit in common.units[county]}
    return stamps_on(s, wanted, of, common.as_of)


def _printed(
    mine: Sequence[Sighting], versions: Sequence[VersionFacts], year: int, as_of: datetime | None
) -> set[Printed]:
    """The days that all copies of a report print, where they can be true."""
    days = {day for version in versions for day in version.days}
    if versions:
        listed = (day for row in mine for day in days_told(row.dates, as_of))
        days.update(possible(listed, year))
    return days


def _is_undated(
    mine: Sequence[Sighting],
    versions: Sequence[VersionFacts],
    own: Stamp | None,
    year: int,
    as_of: datetime | None,
) -> bool:
    """Whether one of the copies that were there at first tells no day: it may have been out before
    the day that another one prints.
    """
    dated = {version.url for version in versions if version.days}
    undated: set[str] = set()
    for row in mine:
        address = row.url.partition("#")[0]
        if any(possible(days_told(row.dates, as_of), year)):
            dated.add(address)
        elif own is not None and row.checked and in_beijing(_sighted(row)) <= own.seen:
            undated.add(address)
    return bool(dated and undated - dated)


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
    s: Session, counties: Mapping[str, Sequence[Unit]], spans: Spans
) -> Mapping[str, Mapping[str | None, datetime]]:
    """Units that each county's file no longer had, and since when."""
    as_of = spans.as_of
    dropped = select(Unit.county, Unit.id, Unit.dropped).where(Unit.dropped.is_not(None))
    found: dict[str, dict[str | None, datetime]] = {}
    for county, key, when in s.execute(dropped.where(Unit.county.in_(counties))):
        if when is not None and (as_of is None or when <= as_of):
            found.setdefault(county, {})[key] = when
    for county, units in counties.items():
        away = {unit.id: when for unit in units if (when := spans.left(unit.id)) is not None}
        found.setdefault(county, {}).update(away)
    return found


RENAMING = timedelta(days=90)


def _renamed(
    row: Sighting,
    as_of: datetime | None,
    unit: Unit,
    left: Mapping[str | None, datetime],
    year: int,
) -> bool:
    """Whether a link is of a unit that left when this one came: they may be the same under
    another name.
    """
    taken = taken_at(row, as_of) or row
    when = left.get(taken.unit)
    return (
        when is not None
        and unit.added is not None
        and unit.added > when - RENAMING
        and taken.year == year
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
