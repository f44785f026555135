"""What is known of a unit's year, as plain data; where it stands is judged elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from nianbao.storage.dates import Printed, Stamp, days_told, in_beijing, out_by, possible
from nianbao.storage.doubts import doubt_of
from nianbao.storage.kinds import LookState, Quality
from nianbao.storage.models import (
    Column,
    Decision,
    Document,
    Event,
    FindingRow,
    Look,
    Region,
    ReportVersion,
    Sighting,
    Unit,
)
from nianbao.storage.scope import Scope, units_in


class LookFacts(NamedTuple):
    """One sweep's look at all columns where a unit's report may be."""

    at: datetime
    complete: bool  # every one of them was read whole
    state: LookState  # the first that was not, else of the last one
    document: str = ""  # the hash of what was seen


class VersionFacts(NamedTuple):
    id: int
    number: int
    seen: datetime
    published: date | None  # as its page says
    days: tuple[Printed, ...]  # of what page and list say, where it can be true
    document: str  # the hash of the page or file
    url: str
    judged: bool


class UnitFacts(NamedTuple):
    """Everything known of a unit's report of one year."""

    unit: str
    name: str
    kind: str
    county: str
    county_name: str
    versions: tuple[VersionFacts, ...]
    withdrawn: datetime | None
    looks: tuple[
        LookFacts, ...
    ]  # the latest, the latest whole one, and the latest whole one before the report was seen
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
    s: Session, scope: Scope, year: int, as_of: datetime | None = None
) -> list[UnitFacts]:
    """The facts of each unit's report of a year, as they were known at a time."""
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
    found: list[UnitFacts] = []
    for code, units in by_county.items():
        found += _of_county(s, year, regions[code], units, as_of)
    return found


def begun(
    since: InstrumentedAttribute[datetime | None], as_of: datetime | None
) -> ColumnElement[bool]:
    """Whether what may have come later was there already, now or at a time."""
    return true() if as_of is None else or_(since.is_(None), since <= as_of)


def _of_county(
    s: Session, year: int, region: Region, units: Sequence[Unit], as_of: datetime | None
) -> Iterable[UnitFacts]:
    """A handful of queries for a county's units together."""
    ids = [unit.id for unit in units]
    versions = _versions(s, ids, year, as_of)
    gone = _withdrawn(s, ids, year, as_of)
    exempt = _exempt(s, ids, year, as_of)
    quality = qualities(s, [mine[-1].id for mine in versions.values()], as_of)
    columns = _columns(s, region.code, as_of)
    addresses = {column.id: column.url for column in columns}
    left = _left(s, region.code, as_of)
    sightings = _sightings(s, region.code, year, as_of)
    there = [row for row in sightings if row.column in addresses]
    found = ((row.column, doubt_of(row, as_of)) for row in there)
    doubts = [(column, doubt) for column, doubt in found if doubt is not None]
    stamps = _stamps(s, region.code, ids, as_of)
    looked: dict[tuple[frozenset[int], datetime | None], tuple[tuple[LookFacts, ...], int]] = {}
    for unit in units:
        own = frozenset(column.id for column in columns if column.unit == unit.id)
        places = own or frozenset(column.id for column in columns if column.unit is None)
        seen = versions.get(unit.id, ())
        mine = [
            row
            for row in sightings
            if row.unit == unit.id
            and row.year == year
            and (as_of is None or row.first_seen <= as_of)
        ]
        sighted = min((row.first_seen for row in mine), default=None)
        first = _first_seen(seen, sighted)
        stamp = Stamp(unit.id, year, in_beijing(first)) if first is not None else None
        printed, reprinted = _printed(mine, seen, stamp, stamps, year, as_of)
        if (places, first) not in looked:
            looked[places, first] = _looks(s, places, first, as_of)
        looks, failures = looked[places, first]
        mine_in_doubt = [
            doubt
            for column_id, doubt in doubts
            if doubt.is_of(unit.id, here=column_id in places) and doubt.is_of_year(year)
        ]
        dead = sum(doubt.is_dead for doubt in mine_in_doubt)
        renamed = sum(_renamed(row, unit, left, year) for row in there)
        column = next((url for number, url in addresses.items() if number in places), "")
        yield UnitFacts(
            unit=unit.id,
            name=unit.name,
            kind=unit.kind,
            county=region.code,
            county_name=region.name,
            versions=seen,
            withdrawn=gone.get(unit.id),
            looks=looks,
            failures=failures,
            in_doubt=len(mine_in_doubt) - dead + renamed,
            url=mine[0].url.partition("#")[0] if mine else column,
            since=unit.since,
            until=unit.until,
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
        )


def _columns(s: Session, portal: str, as_of: datetime | None) -> list[Column]:
    there = (lasting(Column.dropped, as_of), begun(Column.added, as_of))
    return list(s.scalars(select(Column).where(Column.portal == portal, *there)))


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
        )
        .join(Document, ReportVersion.document == Document.id)
        .where(ReportVersion.unit.in_(units), ReportVersion.year == year)
        .order_by(ReportVersion.unit, ReportVersion.number)
    )
    found: dict[str, list[VersionFacts]] = defaultdict(list)
    for unit, number, n, seen, published, dates, sha, url, judged in rows:
        if as_of is None or seen <= as_of:
            days = tuple(possible(_days_of(published, dates), year))
            found[unit].append(
                VersionFacts(number, n, seen, published, days, sha, url, judged is not None)
            )
    return {unit: tuple(versions) for unit, versions in found.items()}


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
    ).where(ReportVersion.unit.in_(units))
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


def _withdrawn(
    s: Session, units: Sequence[str], year: int, as_of: datetime | None
) -> dict[str, datetime]:
    told = (
        select(Event)
        .where(Event.kind.in_(("withdrawn", "restored")), Event.unit.in_(units), Event.year == year)
        .order_by(Event.id)
    )
    gone: dict[str, datetime] = {}
    for event in s.scalars(told):
        if event.unit is not None and (as_of is None or event.at <= as_of):
            if event.kind == "withdrawn":
                gone[event.unit] = event.at
            else:
                gone.pop(event.unit, None)
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
    unread = select(ReportVersion.id, ReportVersion.content).where(ReportVersion.id.in_(versions))
    for number, content in s.execute(unread):
        if content.get("unreadable"):
            found[number] = "unreadable"
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


BATCH = 60
UNREACHABLE = ("unreachable", "unreachable_tls")


def _looks(
    s: Session, columns: frozenset[int], first_seen: datetime | None, as_of: datetime | None
) -> tuple[tuple[LookFacts, ...], int]:
    """Only the looks that can matter, oldest first; and how many in a row, to the latest,
    reached nobody.
    """
    if not columns:
        return (), 0
    latest: LookFacts | None = None
    found: set[LookFacts] = set()
    failures, down = 0, True
    for look in _sweeps(s, columns, as_of):
        latest = latest or look
        down = down and look.state in UNREACHABLE
        failures += down
        if look.complete:
            found.add(look)
            break
    if latest is not None:
        found.add(latest)
    if first_seen is not None:
        earlier = (
            look
            for look in _sweeps(s, columns, first_seen)
            if look.complete and look.at < first_seen
        )
        found |= {look for look in [next(earlier, None)] if look is not None}
    return tuple(sorted(found)), failures


def _sweeps(s: Session, columns: frozenset[int], until: datetime | None) -> Iterable[LookFacts]:
    """Each sweep's look at some columns, the latest first."""
    offset = 0
    open_sweep: dict[int, list[Look]] = {}
    hashes: dict[int, str] = {}
    while True:
        chosen = (
            select(Look).where(Look.column.in_(columns)).order_by(Look.sweep.desc(), Look.id.desc())
        )
        if until is not None:
            chosen = chosen.where(Look.at <= until)
        rows = list(s.scalars(chosen.limit(BATCH * len(columns)).offset(offset)))
        offset += len(rows)
        for look in rows:
            if look.sweep not in open_sweep:
                yield from _closed(s, open_sweep, columns, hashes)
            open_sweep.setdefault(look.sweep, []).append(look)
        if len(rows) < BATCH * len(columns):
            yield from _closed(s, open_sweep, columns, hashes)
            return


def _closed(
    s: Session, sweeps: dict[int, list[Look]], columns: frozenset[int], hashes: dict[int, str]
) -> Iterable[LookFacts]:
    for looks in list(sweeps.values()):
        whole = {look.column for look in looks if look.complete} >= columns
        worst = next((look for look in looks if not look.complete), looks[0])
        document = worst.document
        if document is not None and document not in hashes:
            hashes[document] = s.get_one(Document, document).sha256
        yield LookFacts(
            min(look.at for look in looks), whole, worst.state, hashes.get(document or 0, "")
        )
    sweeps.clear()
