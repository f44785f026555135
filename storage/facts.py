"""What is known of a unit's year, as plain data; where it stands is judged elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count, islice
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from nianbao.storage.dates import Printed, Stamp, days_told, in_beijing, out_by, possible
from nianbao.storage.doubts import doubt_of
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import LookState, Quality
from nianbao.storage.models import (
    Adoption,
    Column,
    Decision,
    Document,
    Event,
    FindingRow,
    Look,
    Region,
    ReportVersion,
    Sighting,
    Sweep,
    Unit,
)
from nianbao.storage.registry import COVERS, date_or_none
from nianbao.storage.scope import Scope, units_in
from nianbao.storage.units import closing_known

BEIJING = timezone(timedelta(hours=8))


class LookFacts(NamedTuple):
    """One sweep's look at all columns where a unit's report may be."""

    at: datetime
    proven: bool  # every one of them was read whole, and it is known why
    state: LookState  # the first that was not, else of the last one
    document: str = ""  # the hash of what was seen
    fresh: bool = False  # every one was asked for anew, and answered with content
    untimed: bool = False  # it was whole, and nobody knows when: our clock was in doubt
    by_hand: str = ""  # who saved what was seen, if it was not asked for by us


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
    # As of a time when its file said another `until` than now, which then held.
    closed_later: bool = False
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
    """The same of several years: what they have in common is asked for once."""
    chosen = (
        select(Unit, Region)
        .join(Region, Unit.county == Region.code)
        .where(units_in(scope), lasting(Unit.dropped, as_of), begun(Unit.added, as_of))
        .order_by(Unit.county, Unit.id)
    )
    by_county: dict[str, list[Unit]] = defaultdict(list)
    regions: dict[str, Region] = {}
    for unit, region in s.execute(chosen):
        by_county[region.code].append(unit)
        regions[region.code] = region
    found: dict[int, list[UnitFacts]] = {year: [] for year in years}
    proofs = [proof_at(s, year, as_of) for year in years]
    for code, units in by_county.items():
        common = _in_common(s, code, units, as_of, min(proofs), now)
        for year, proof in zip(years, proofs, strict=True):
            found[year] += _of_county(s, year, regions[code], units, common, proof)
    return found


def begun(
    since: InstrumentedAttribute[datetime | None], as_of: datetime | None
) -> ColumnElement[bool]:
    """Whether what may have come later was there already, now or at a time."""
    return true() if as_of is None else or_(since.is_(None), since <= as_of)


@dataclass(frozen=True)
class _Common:
    """What the facts of a county's units rest on, whatever the year."""

    as_of: datetime | None
    now: datetime | None
    columns: Sequence[Column]
    left: Mapping[str | None, datetime]
    stamps: Mapping[date, set[Stamp]]
    covering: Coverage
    closings: Mapping[str, Sequence[Event]]
    looks: _Looks

    def own(self, unit: Unit) -> frozenset[int]:
        return frozenset(column.id for column in self.columns if column.unit == unit.id)

    def happened(self, moment: datetime) -> datetime:
        """By now at the latest, whatever a clock said."""
        return min(moment, self.now) if self.now is not None else moment


def _in_common(
    s: Session,
    county: str,
    units: Sequence[Unit],
    as_of: datetime | None,
    first: Proof,
    now: datetime | None,
) -> _Common:
    """`first`: what proves anything in the first of the years."""
    columns, ids = _columns(s, county, as_of), [unit.id for unit in units]
    return _Common(
        as_of,
        now,
        columns,
        _left(s, county, as_of),
        _stamps(s, county, ids, as_of),
        coverage(s, county, columns, as_of),
        closing_known(s, ids),
        _Looks(s, as_of, first, now),
    )


def _of_county(
    s: Session, year: int, region: Region, units: Sequence[Unit], common: _Common, proof: Proof
) -> Iterable[UnitFacts]:
    """A handful of queries for a county's units together."""
    as_of, left, covering = common.as_of, common.left, common.covering
    ids = [unit.id for unit in units]
    versions = _versions(s, ids, year, as_of)
    gone = _gone(s, ids, year, as_of)
    exempt = _exempt(s, ids, year, as_of)
    quality = qualities(s, [mine[-1].id for mine in versions.values()], as_of)
    addresses = {column.id: column.url for column in common.columns}
    sightings = _sightings(s, region.code, year, as_of)
    there = [row for row in sightings if row.column in addresses]
    found = ((row.column, doubt_of(row, as_of)) for row in there)
    doubts = [(column, doubt) for column, doubt in found if doubt is not None]
    known = [row for row in there if row.year == year and _was_there(row, as_of)]
    listed = _listed(s, known, list(addresses), as_of)
    shown = {row.column for row in listed}
    checked = columns_checked(s, list(addresses), year, as_of)
    of_unit: dict[str | None, list[Sighting]] = defaultdict(list)
    for row in sightings:
        if row.year == year and _was_there(row, as_of):
            of_unit[row.unit].append(row)
    for unit in units:
        own = common.own(unit)
        places = own or covering.places(unit)
        if own and not proof.one_look:  # it may stand in a column for many instead
            places |= covering.showing(unit)
        seen = tuple(
            each._replace(seen=common.happened(each.seen)) for each in versions.get(unit.id, ())
        )
        mine = of_unit[unit.id]
        sighted = min((common.happened(_sighted(row)) for row in mine), default=None)
        first = _first_seen(seen, sighted)
        stamp = Stamp(unit.id, year, in_beijing(first)) if first is not None else None
        printed, reprinted = _printed(mine, seen, stamp, common.stamps, year, as_of)
        looks, failures = common.looks.at(places, proof)
        if first is not None and places:
            before = common.looks.before(places, first, proof)
            looks = tuple(sorted({*looks, *before}))
        mine_in_doubt = [
            doubt
            for column_id, doubt in doubts
            if doubt.is_of(unit.id, here=column_id in places) and doubt.is_of_year(year)
        ]
        dead = sum(doubt.is_dead for doubt in mine_in_doubt)
        renamed = sum(_renamed(row, unit, left, year) for row in there) if left else 0
        later = [event for event in common.closings.get(unit.id, ()) if as_of and event.at > as_of]
        until = date_or_none(later[0].content["before"] or "") if later else unit.until
        column = next((url for number, url in addresses.items() if number in places), "")
        yield UnitFacts(
            unit=unit.id,
            name=unit.name,
            kind=unit.kind,
            county=region.code,
            county_name=region.name,
            versions=seen,
            withdrawn=gone.get(unit.id, _Gone()).withdrawn,
            vanished=gone.get(unit.id, _Gone()).vanished,
            looks=looks,
            failures=failures,
            in_doubt=len(mine_in_doubt) - dead + renamed,
            url=mine[0].url.partition("#")[0] if mine else _brought_at(seen) or column,
            since=unit.since,
            until=until,
            dropped=unit.dropped,
            exempt=exempt.get(unit.id, ""),
            quality=quality.get(seen[-1].id, "clean") if seen else "",
            sighted=sighted,
            astray=_astray(mine, own, addresses),
            copies_differ=_copies_differ(mine, seen, looks),
            printed=printed,
            reprinted=reprinted,
            dead=dead,
            closed=_closed_since(mine, looks, as_of),
            covered=bool(own) or proof.one_look or covering.covers(unit, places),
            one_look=proof.one_look,
            unshown=not proof.one_look
            and len(units) >= MANY
            and (not shown if own else places.isdisjoint(shown))
            and (
                places.isdisjoint(checked)
                or _several(known if own else [row for row in known if row.column in places])
            ),
            still=(
                None
                if proof.one_look or not places.isdisjoint(checked)
                else _still(_in(listed, None if own else places), units, common)
            ),
            places=places,
            closed_later=bool(later),
        )


def _sighted(row: Sighting) -> datetime:
    """When a link was seen first; by whomever."""
    return row.first_seen if row.saved is None else min(row.saved, row.first_seen)


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


def _listed(
    s: Session, known: Sequence[Sighting], columns: Sequence[int], as_of: datetime | None
) -> list[Sighting]:
    """What columns still list, as they were last read whole."""
    chosen = select(Look.column, func.max(Look.at)).where(Look.column.in_(columns), Look.complete)
    if as_of is not None:
        chosen = chosen.where(Look.at <= as_of)
    whole = {**dict(s.execute(chosen.group_by(Look.column)).tuples().all())}
    return [row for row in known if row.last_seen >= whole.get(row.column, row.last_seen)]


def _was_there(row: Sighting, as_of: datetime | None) -> bool:
    return as_of is None or row.first_seen <= as_of


def columns_checked(
    s: Session, columns: Sequence[int], year: int, as_of: datetime | None
) -> set[int]:
    """Columns of which a person said that they are in use in a year, whatever they show."""
    marks = {column_mark(column, year): column for column in columns}
    return {marks[mark] for mark in verdicts(s, list(marks), as_of)}


def _columns(s: Session, portal: str, as_of: datetime | None) -> list[Column]:
    there = (lasting(Column.dropped, as_of), begun(Column.added, as_of))
    return list(
        s.scalars(select(Column).where(Column.portal == portal, *there).order_by(Column.id))
    )


def _sightings(s: Session, portal: str, year: int, as_of: datetime | None) -> list[Sighting]:
    """Links that are, may be, or were taken for a report of a year."""
    of_year = [
        Sighting.year == year,
        Sighting.year.is_(None),
        Sighting.review.contains(f"{year}年"),
    ]
    if as_of is not None:
        of_year.append(Sighting.resolved > as_of)
    chosen = (
        select(Sighting)
        .join(Column)
        .where(
            Column.portal == portal,
            or_(*of_year),
            or_(Sighting.page == "report", Sighting.resolved.is_not(None)),
        )
        .order_by(Sighting.id)
    )
    return list(s.scalars(chosen))


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
                    number, n, seen, published, days, sha, url, judged is not None, brought
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


def _stamps(
    s: Session, county: str, units: Sequence[str], as_of: datetime | None
) -> Mapping[date, set[Stamp]]:
    """The reports of all years on which each day is printed."""
    days: dict[tuple[str, int], set[date]] = defaultdict(set)
    seen: dict[tuple[str, int], datetime] = {}

    def note(unit: str, year: int, moment: datetime, printed: Iterable[Printed]) -> None:
        if as_of is None or moment <= as_of:
            days[unit, year].update(each.day for each in printed)
            seen[unit, year] = min(moment, seen.get((unit, year), moment))

    links = select(Sighting.unit, Sighting.year, Sighting.first_seen, Sighting.dates).join(Column)
    named = links.where(Sighting.unit.is_not(None), Sighting.year.is_not(None))
    for unit, year, moment, dates in s.execute(named.where(Column.portal == county)):
        note(unit or "", year or 0, moment, days_told(dates, as_of))
    read = select(
        ReportVersion.unit,
        ReportVersion.year,
        ReportVersion.seen,
        ReportVersion.published,
        ReportVersion.dates,
    ).where(ReportVersion.unit.in_(units), in_force(as_of))
    for unit, year, moment, published, dates in s.execute(read):
        note(unit, year, moment, _days_of(published, dates))
    stamps: dict[date, set[Stamp]] = defaultdict(set)
    for (unit, year), printed in days.items():
        for day in printed:
            stamps[day].add(Stamp(unit, year, in_beijing(seen[unit, year])))
    return stamps


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


def _gone(
    s: Session, units: Sequence[str], year: int, as_of: datetime | None
) -> dict[str | None, _Gone]:
    kinds = ("withdrawn", "vanished", "restored")
    told = select(Event).where(Event.kind.in_(kinds), Event.unit.in_(units), Event.year == year)
    gone: dict[str | None, _Gone] = {}
    for event in s.scalars(told.order_by(Event.id)):
        if as_of is None or event.at <= as_of:
            at = {event.kind: event.at} if event.kind != "restored" else {}
            gone[event.unit] = _Gone(**at)
    return gone


def _left(s: Session, county: str, as_of: datetime | None) -> dict[str | None, datetime]:
    """Units that the county's file no longer had, and since when."""
    chosen = select(Unit.id, Unit.dropped).where(Unit.county == county, Unit.dropped.is_not(None))
    return {
        key: when
        for key, when in s.execute(chosen)
        if when is not None and (as_of is None or when <= as_of)
    }


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


def _exempt(s: Session, units: Sequence[str], year: int, as_of: datetime | None) -> dict[str, str]:
    """Why a unit need not publish in a year, where somebody decided so."""
    found: dict[str, str] = {}
    chosen = select(Decision).where(
        Decision.unit.in_(units), Decision.year == year, Decision.fingerprint == ""
    )
    for row in s.scalars(chosen.order_by(Decision.id)):
        if row.unit is not None and (as_of is None or row.at <= as_of):
            if row.verdict == "exempt":
                found[row.unit] = row.why or "免于发布"
            elif row.verdict == "cleared":
                found.pop(row.unit, None)
    return found


def column_mark(column: int, year: int) -> str:
    """What a decision on a column hangs on."""
    return f"column {column} {year}"


def verdicts(
    s: Session, fingerprints: Sequence[str], as_of: datetime | None = None
) -> dict[str, Decision]:
    """The decision that holds on each finding."""
    chosen = select(Decision).where(
        Decision.fingerprint.in_(fingerprints), Decision.verdict != "note"
    )
    if as_of is not None:
        chosen = chosen.where(Decision.at <= as_of)
    held = {row.fingerprint: row for row in s.scalars(chosen.order_by(Decision.id))}
    return {key: row for key, row in held.items() if row.verdict != "cleared"}


NOT_OF_THE_TEXT = ("A02", "A09", "A10")  # told by the standing


def qualities(
    s: Session, versions: Sequence[int], as_of: datetime | None = None
) -> dict[int, Quality]:
    """Flagged by what is an error or to verify and was not waived; unreadable where cells could
    not be read; a version that is not told of is clean.
    """
    found: dict[int, Quality] = {}
    chosen_ones = select(ReportVersion.id).where(
        ReportVersion.id.in_(versions), ReportVersion.unreadable
    )
    found.update(dict.fromkeys(s.scalars(chosen_ones), "unreadable"))
    chosen = select(FindingRow.report, FindingRow.fingerprint).where(
        FindingRow.report.in_(versions),
        FindingRow.severity.in_(("error", "warning")),
        FindingRow.rule.not_in(NOT_OF_THE_TEXT),
        *holding(as_of),
    )
    rows = list(s.execute(chosen))
    held = verdicts(s, [fingerprint for _, fingerprint in rows], as_of) if rows else {}
    for number, fingerprint in rows:
        if fingerprint not in held or held[fingerprint].verdict != "waived":
            found[number] = "flagged"
    return found


def holding(as_of: datetime | None) -> list[ColumnElement[bool]]:
    """Findings that hold, or held at a time."""
    return [
        lasting(FindingRow.ended, as_of),
        *([FindingRow.since <= as_of] if as_of is not None else []),
    ]


UNREACHABLE = ("unreachable", "unreachable_tls")
BATCH = 60  # sweeps that are looked through at once


class Proof(NamedTuple):
    """What proves, as of a time, that a column did not show a report."""

    since: datetime  # looks before it prove nothing
    one_look: bool  # by the rule of then: any complete look did, and one was enough


def proof_at(s: Session, year: int, as_of: datetime | None) -> Proof:
    """No deadline of a year is before its end, no report before its last month."""
    begins = datetime(year, 12, 1, tzinfo=UTC)
    # Without unit and year there are few.
    of_store = (Event.unit.is_(None), Event.year.is_(None), Event.kind == "proof_begins")
    kept_since = s.scalar(select(Event.at).where(*of_store).order_by(Event.id).limit(1))
    one_look = as_of is not None and kept_since is not None and as_of < kept_since
    return Proof(begins, one_look)


Within = Sequence[ColumnElement[bool]]
# So written that their indexes are used.
PROVEN = Look.proof != literal_column("''")
FRESH = and_(Look.fresh, PROVEN)


def timed(as_of: datetime | None = None) -> ColumnElement[bool]:
    """Looks of which it is known when they were: our clock was not in doubt, or a person has said
    that it was right.
    """
    said = Look.trusted.is_not(None) if as_of is None else Look.trusted <= as_of
    return or_(Look.clock == "", and_(Look.clock == "apart", said))


class _Looks:
    """The looks at a county's columns, each asked for once."""

    def __init__(
        self, s: Session, as_of: datetime | None, first: Proof, now: datetime | None
    ) -> None:
        self.s, self.as_of, self.first = s, as_of, first
        self.until = as_of or now
        self.latest: dict[frozenset[int], tuple[LookFacts | None, int, set[LookFacts]]] = {}
        self.earlier: dict[tuple[frozenset[int], datetime, Proof], set[LookFacts]] = {}

    @property
    def known(self) -> list[ColumnElement[bool]]:
        return [Look.at <= self.until] if self.until is not None else []

    @property
    def proving(self) -> list[ColumnElement[bool]]:
        return [*self.known, timed(self.as_of)]

    def at(self, columns: frozenset[int], proof: Proof) -> tuple[tuple[LookFacts, ...], int]:
        """The latest look, and what is proven as of a time, oldest first; and how many looks in
        a row, to the latest, reached nobody.
        """
        if not columns:
            return (), 0
        if columns not in self.latest:
            self.latest[columns] = self._ask(columns)
        last, failures, proving = self.latest[columns]
        found = {look for look in proving if look.at >= proof.since}
        return tuple(sorted(found | ({last} if last is not None else set()))), failures

    def _ask(self, columns: frozenset[int]) -> tuple[LookFacts | None, int, set[LookFacts]]:
        last: LookFacts | None = None
        failures = 0
        for look in _sweeps(self.s, columns, self.known, self.as_of):
            last = last or look
            if look.state not in UNREACHABLE:
                break
            failures += 1
        return last, failures, _proving(self.s, columns, self.proving, self.first)

    def before(self, columns: frozenset[int], first_seen: datetime, proof: Proof) -> set[LookFacts]:
        """What is proven by the looks before a report was there."""
        key = columns, first_seen, proof
        if key not in self.earlier:
            within = [*self.proving, Look.at < first_seen]
            self.earlier[key] = _proving(self.s, columns, within, proof)
        return self.earlier[key]


def _proving(s: Session, columns: frozenset[int], within: Within, proof: Proof) -> set[LookFacts]:
    """The latest proven look, and the latest fresh ones of two days."""
    within = [*within, Look.at >= proof.since]
    if proof.one_look:
        return set(islice(_whole(s, columns, [*within, Look.complete.is_(True)]), 1))
    found = set(islice(_whole(s, columns, [*within, PROVEN]), 1))
    if not found:
        return found
    days: set[date] = set()
    for look in _whole(s, columns, [*within, FRESH]):
        if _day(look.at) not in days:
            days.add(_day(look.at))
            found.add(look)
        if len(days) == 2:
            break
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


FEW = 8


def _whole(s: Session, columns: frozenset[int], within: Within) -> Iterator[LookFacts]:
    """The looks of which each column's part is such, the latest first: found by the first column,
    so that a look costs the same after many.
    """
    first, *others = sorted(columns)
    chosen = select(Look).where(Look.column == first, *within)
    chosen = chosen.order_by(Look.at.desc(), Look.id.desc()).limit(FEW)
    hashes: dict[int, str] = {}
    for offset in count(0, FEW):
        rows = list(s.scalars(chosen.offset(offset)))
        sweeps = {row.sweep: [row] for row in rows}
        if others and rows:
            of_sweeps = (Look.sweep.in_(sweeps), Look.column.in_(others))
            for row in s.scalars(select(Look).where(*of_sweeps, *within)):
                sweeps[row.sweep].append(row)
        for looks in sweeps.values():
            if len(looks) == len(columns):
                yield _look_of(s, looks, whole=True, hashes=hashes)
        if len(rows) < FEW:
            return


def _sweeps(
    s: Session, columns: frozenset[int], known: Within, as_of: datetime | None
) -> Iterator[LookFacts]:
    """Each sweep's look at some columns, the latest first."""
    chosen = select(Look, Sweep.part).join(Sweep, Look.sweep == Sweep.id)
    chosen = chosen.where(Look.column.in_(columns), *known)
    chosen = chosen.order_by(Look.sweep.desc(), Look.id.desc()).limit(FEW * len(columns))
    hashes: dict[int, str] = {}
    looks: list[Look] = []
    in_part = False
    for offset in count(0, FEW * len(columns)):
        rows = list(s.execute(chosen.offset(offset)))
        for row, part in rows:
            if looks and looks[0].sweep != row.sweep:
                if _tells(looks, columns, part=in_part):
                    yield _last_of(s, looks, columns, as_of, hashes)
                looks = []
            looks.append(row)
            in_part = part
        if len(rows) < FEW * len(columns):
            break
    if looks and _tells(looks, columns, part=in_part):
        yield _last_of(s, looks, columns, as_of, hashes)


def _tells(looks: Sequence[Look], columns: frozenset[int], *, part: bool) -> bool:
    """Whether a sweep tells anything of all these columns: one that was to look at some alone, for
    another unit, and read them, does not.
    """
    return (
        not part
        or {look.column for look in looks} >= columns
        or not all(look.proof for look in looks)
    )


def _last_of(
    s: Session,
    looks: Sequence[Look],
    columns: frozenset[int],
    as_of: datetime | None,
    hashes: dict[int, str],
) -> LookFacts:
    """A sweep's look, which proves something only where it is known when it was."""
    is_whole = {look.column for look in looks if look.proof} >= columns
    untimed = not all(_is_timed(look, as_of) for look in looks)
    found = _look_of(s, looks, whole=is_whole and not untimed, hashes=hashes)
    return found._replace(untimed=is_whole and untimed)


def _is_timed(look: Look, as_of: datetime | None) -> bool:
    if look.clock != "apart":
        return look.clock == ""
    return look.trusted is not None and (as_of is None or look.trusted <= as_of)


def _look_of(
    s: Session, looks: Sequence[Look], *, whole: bool, hashes: dict[int, str]
) -> LookFacts:
    latest_first = sorted(looks, key=lambda look: -look.id)
    worst = next((look for look in latest_first if not look.complete), latest_first[0])
    document = worst.document
    if document is not None and document not in hashes:
        hashes[document] = s.get_one(Document, document).sha256
    return LookFacts(
        at=min(look.saved or look.at for look in looks),
        proven=whole,
        state=worst.state,
        document=hashes.get(document or 0, ""),
        fresh=all(look.fresh for look in looks),
        by_hand="、".join(dict.fromkeys(look.witness for look in looks if look.witness)),
    )


# ---- whom a column is for


@dataclass(frozen=True)
class Coverage:
    """Of a county's columns for many: whom the file says they are for, whom they have shown."""

    said: Mapping[int, Sequence[str]]  # column -> words of the file, keys of units
    shown: Mapping[int, Mapping[str, set[str]]]  # column -> kind -> keys
    many: Mapping[str, int]  # kind -> how many of it the file has
    unread: frozenset[int]  # never read whole: nobody knows what they show

    def places(self, unit: Unit) -> frozenset[int]:
        """Where the file does not say that a unit's report can't be."""
        return frozenset(
            column for column, words in self.said.items() if not words or _is_meant(unit, words)
        )

    def showing(self, unit: Unit) -> frozenset[int]:
        """Columns for many that are known to be for such a unit."""
        return frozenset(
            column
            for column, words in self.said.items()
            if (_is_meant(unit, words) if words else self._shows(column, unit))
        )

    def covers(self, unit: Unit, places: frozenset[int]) -> bool:
        """Whether one of these places is known to show such a unit's report, or none of them was
        ever read.
        """
        if places and places <= self.unread:
            return True
        return any(self.said[column] or self._shows(column, unit) for column in places)

    def _shows(self, column: int, unit: Unit) -> bool:
        """The unit itself; or its like and nothing else; or, among others, half of its kind, or
        several that are a third. Fewer went astray there, and streets beside departments are no
        towns.
        """
        by_kind = self.shown.get(column, {})
        like = LIKE.get(unit.kind, (unit.kind,))
        alike = set().union(*(by_kind.get(kind, ()) for kind in like))
        if unit.id in alike:
            return True
        if not {*by_kind} - {*like}:
            return bool(alike)
        same = alike if unit.kind == "department" else by_kind.get(unit.kind, set())
        share = 3 if len(same) > 1 else 2
        return bool(same) and share * len(same) >= self.many.get(unit.kind, 0)


def _is_meant(unit: Unit, words: Sequence[str]) -> bool:
    return any(word == unit.id or unit.kind in COVERS.get(word, ()) for word in words)


STRANGERS = "departments that the file does not know"
# Kinds that are shown together.
LIKE: Mapping[str, Sequence[str]] = {
    "town": ("town", "subdistrict"),
    "subdistrict": ("town", "subdistrict"),
    "department": ("department", STRANGERS),
}


def coverage(
    s: Session, portal: str, columns: Sequence[Column], as_of: datetime | None
) -> Coverage:
    general = [column for column in columns if column.unit is None]
    said = {column.id: _said(column, as_of) for column in general}
    shown: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for column, unit, kind in _shown_in(s, portal, as_of):
        shown[column][kind].add(unit)
    unread = {column for column in said if not shown[column] and not _was_read(s, column, as_of)}
    return Coverage(said, shown, _many(s, portal, as_of), frozenset(unread))


def _many(s: Session, county: str, as_of: datetime | None) -> Mapping[str, int]:
    """How many of each kind the county's file has, or had at a time."""
    chosen = select(Unit.kind, func.count().label("many")).where(Unit.county == county)
    if as_of is None:
        chosen = chosen.where(Unit.dropped.is_(None))
    else:
        added = or_(Unit.added.is_(None), Unit.added <= as_of)
        chosen = chosen.where(added, or_(Unit.dropped.is_(None), Unit.dropped > as_of))
    return {row.kind: row.many for row in s.execute(chosen.group_by(Unit.kind))}


def _said(column: Column, as_of: datetime | None) -> Sequence[str]:
    """Whom the file says, or said at a time, a column is for."""
    words: Sequence[str] = ()
    for since, told in column.covers:
        if as_of is None or datetime.fromisoformat(since) <= as_of:
            words = told
    return words


def _shown_in(s: Session, portal: str, as_of: datetime | None) -> list[tuple[int, str, str]]:
    """The units of which a column has shown a report of any year, as it was known at a time."""
    chosen = (
        select(Sighting.column, Unit.id, Unit.kind)
        .join(Column, Sighting.column == Column.id)
        .join(Unit, Sighting.unit == Unit.id)
        .where(Column.portal == portal, Column.unit.is_(None))
        .where(Sighting.page == "report", Sighting.review == "")
        .distinct()
    )
    if as_of is not None:
        sure = or_(Sighting.resolved.is_(None), Sighting.resolved <= as_of)
        chosen = chosen.where(Sighting.first_seen <= as_of, sure)
    known = [(column, unit, kind) for column, unit, kind in s.execute(chosen)]
    return [*known, *_others_in(s, portal, as_of)]


OF_DEPARTMENTS = ("局", "委员会", "办公室", "中心", "档案馆")


def _others_in(s: Session, portal: str, as_of: datetime | None) -> list[tuple[int, str, str]]:
    """Departments that the file does not know, whose reports a column has shown all the same."""
    chosen = (
        select(Sighting.column, Sighting.title)
        .join(Column, Sighting.column == Column.id)
        .where(Column.portal == portal, Column.unit.is_(None), Sighting.unit.is_(None))
        .where(or_(*(Sighting.title.contains(word) for word in OF_DEPARTMENTS)))
        .where(Sighting.title.contains("公开"))
    )
    if as_of is not None:
        chosen = chosen.where(Sighting.first_seen <= as_of)
    return [(column, title, STRANGERS) for column, title in s.execute(chosen)]


def _was_read(s: Session, column: int, as_of: datetime | None) -> bool:
    read = select(Look.id).where(Look.column == column, Look.complete)
    if as_of is not None:
        read = read.where(Look.at <= as_of)
    return s.scalar(read.limit(1)) is not None
