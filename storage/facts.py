"""What is known of a unit's year, as plain data.

Where it stands is judged elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from nianbao.storage.kinds import LookState, Quality, UnitKind
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
from nianbao.storage.units import in_regions


class LookFacts(NamedTuple):
    """One sweep's look at all columns where a unit's report may be."""

    at: datetime
    complete: bool  # every one of them was read whole
    state: LookState  # of the first that was not, else of the last one
    document: str = ""  # the hash of what was seen


class VersionFacts(NamedTuple):
    id: int
    number: int
    seen: datetime
    published: date | None  # as its page says
    earliest: date | None  # of what page and list say, where it can be true
    document: str  # the hash of the page or file
    url: str
    judged: bool


class UnitFacts(NamedTuple):
    """Everything known of a unit's report of one year."""

    unit: str
    name: str
    kind: UnitKind
    county: str
    county_name: str
    versions: tuple[VersionFacts, ...]
    withdrawn: datetime | None
    # The latest, the latest whole one, and the latest whole one before the report was seen.
    looks: tuple[LookFacts, ...]
    # Looks in a row, to the latest, that could not reach the portal.
    failures: int
    # Links of its columns that nobody could tell the unit or content of.
    in_doubt: int
    url: str  # of the report, or of the column where it must be
    since: date | None = None  # when the unit came to be
    until: date | None = None
    exempt: str = ""  # why it need not publish
    quality: Quality = ""
    # When a link to it was first seen; its page may have been read later.
    sighted: datetime | None = None

    @property
    def printed(self) -> date | None:
        """The earliest publication date that page or list told of it.

        A site that moved prints new ones.
        """
        days = [version.earliest for version in self.versions]
        return min((day for day in days if day is not None), default=None)

    @property
    def dated(self) -> date | None:
        """The earliest that its own page printed."""
        days = [version.published for version in self.versions]
        return min((day for day in days if day is not None), default=None)

    @property
    def first_read(self) -> datetime | None:
        return min((version.seen for version in self.versions), default=None)

    @property
    def first_seen(self) -> datetime | None:
        """When it was first there, as far as is known.

        Its link may have been seen before its page could be read.
        """
        if not self.versions:
            return None
        known = (self.first_read, self.sighted)
        return min((moment for moment in known if moment is not None), default=None)


def lasting(
    until: InstrumentedAttribute[datetime | None], as_of: datetime | None
) -> ColumnElement[bool]:
    """Whether what may have ended still was so, now or at a time."""
    if as_of is None:
        return until.is_(None)
    return or_(until.is_(None), until > as_of)


def unit_facts(
    s: Session,
    year: int,
    counties: Sequence[str] = (),
    as_of: datetime | None = None,
    units: Sequence[str] = (),
) -> list[UnitFacts]:
    """The facts of each unit's report of a year, as known at a time."""
    chosen = select(Unit, Region).join(Region, Unit.county == Region.code)
    chosen = chosen.order_by(Unit.county, Unit.id).where(lasting(Unit.dropped, as_of))
    if as_of is not None:
        chosen = chosen.where(or_(Unit.added.is_(None), Unit.added <= as_of))
    if counties:
        chosen = chosen.where(in_regions(counties))
    if units:
        chosen = chosen.where(or_(Unit.id.in_(units), Unit.name.in_(units)))
    facts: list[UnitFacts] = []
    by_county: dict[str, list[tuple[Unit, Region]]] = defaultdict(list)
    for unit, region in s.execute(chosen):
        by_county[region.code].append((unit, region))
    for members in by_county.values():
        facts += _of_county(s, year, members, as_of)
    return facts


def _of_county(
    s: Session, year: int, members: Sequence[tuple[Unit, Region]], as_of: datetime | None
) -> Iterable[UnitFacts]:
    """A handful of queries for a county's units together."""
    ids = [unit.id for unit, _ in members]
    county = members[0][1].code
    versions = _versions(s, ids, year, as_of)
    gone = _withdrawn(s, ids, year, as_of)
    exempt = _exempt(s, ids, year, as_of)
    quality = _qualities(s, [known[-1].id for known in versions.values()], as_of)
    columns = _columns_of(s, county, as_of)
    left = _left(s, county, as_of)
    sightings = _sightings_of(s, county, year, as_of)
    looked: dict[tuple[frozenset[int], datetime | None], tuple[tuple[LookFacts, ...], int]] = {}
    for unit, region in members:
        places = _places_of(unit, columns)
        seen = versions.get(unit.id, ())
        mine = [row for row in sightings if _is_of(row, unit, year, as_of)]
        sighted = min((row.first_seen for row in mine), default=None)
        first = _first_seen(seen, sighted)
        if (places, first) not in looked:
            looked[places, first] = _looks(s, places, first, as_of)
        looks, failures = looked[places, first]
        doubtful = sum(
            _may_be(row, unit, row.column in places, year, as_of) or _renamed(row, unit, left, year)
            for row in sightings
            if row.column in columns
        )
        where = next((url for number, (url, _) in columns.items() if number in places), "")
        for row in mine[:1]:
            where = row.url.partition("#")[0]
        own_quality: Quality = ""
        if seen:
            own_quality = quality.get(seen[-1].id, "clean")
        yield UnitFacts(
            unit.id,
            unit.name,
            unit.kind,
            region.code,
            region.name,
            seen,
            gone.get(unit.id),
            looks,
            failures,
            doubtful,
            where,
            unit.since,
            unit.until,
            exempt.get(unit.id, ""),
            own_quality,
            sighted,
        )


# By their numbers: address, and whose it is.
Columns = Mapping[int, tuple[str, str | None]]


def _columns_of(s: Session, county: str, as_of: datetime | None) -> Columns:
    """The columns that a county's file has, or had at a time."""
    own = select(Column).where(Column.portal == county, lasting(Column.dropped, as_of))
    if as_of is not None:
        own = own.where(or_(Column.added.is_(None), Column.added <= as_of))
    return {column.id: (column.url, column.unit) for column in s.scalars(own)}


def _places_of(unit: Unit, columns: Columns) -> frozenset[int]:
    """Where a unit's report may be.

    In columns of its own, else in those of nobody.
    """
    own = frozenset(number for number, (_, owner) in columns.items() if owner == unit.id)
    return own or frozenset(number for number, (_, owner) in columns.items() if owner is None)


def _sightings_of(s: Session, county: str, year: int, as_of: datetime | None) -> list[Sighting]:
    """Links that are, may be or were taken for reports of a year."""
    of_year = [
        Sighting.year == year,
        Sighting.year.is_(None),
        Sighting.review.contains(f"{year}年"),
    ]
    if as_of is not None:
        of_year.append(Sighting.resolved > as_of)
    reports = or_(Sighting.page == "report", Sighting.resolved.is_not(None))
    links = select(Sighting).join(Column).where(Column.portal == county, or_(*of_year), reports)
    return list(s.scalars(links))


def _is_of(row: Sighting, unit: Unit, year: int, as_of: datetime | None) -> bool:
    """Whether a link is taken for a unit's report, and was there then."""
    if as_of is not None and row.first_seen > as_of:
        return False
    return row.unit == unit.id and row.year == year


def _first_seen(versions: Sequence[VersionFacts], sighted: datetime | None) -> datetime | None:
    """When a report was first there; None where there is none."""
    if not versions:
        return None
    moments = (*(version.seen for version in versions), sighted)
    return min(moment for moment in moments if moment is not None)


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
    by_unit: dict[str, list[VersionFacts]] = defaultdict(list)
    for unit, key, number, seen, published, dates, sha, url, judged in rows:
        if as_of is None or seen <= as_of:
            earliest = _earliest(published, dates, year)
            is_judged = judged is not None
            by_unit[unit].append(
                VersionFacts(key, number, seen, published, earliest, sha, url, is_judged)
            )
    return {unit: tuple(versions) for unit, versions in by_unit.items()}


def _earliest(published: date | None, dates: Sequence[Sequence[str]], year: int) -> date | None:
    """No report of a year was out before its last month."""
    days = [date.fromisoformat(day) for source, day in dates if _tells_publication(source)]
    if published is not None:
        days.append(published)
    return min((day for day in days if day >= date(year, 12, 1)), default=None)


def _tells_publication(source: str) -> bool:
    return any(word in source.lower() for word in PUBLISHING)


PUBLISHING = ("list", "发布", "公布", "公开", "pub")


def _withdrawn(
    s: Session, units: Sequence[str], year: int, as_of: datetime | None
) -> dict[str, datetime]:
    changes = (
        select(Event)
        .where(Event.kind.in_(("withdrawn", "restored")), Event.unit.in_(units), Event.year == year)
        .order_by(Event.id)
    )
    gone: dict[str, datetime] = {}
    for event in s.scalars(changes):
        if event.unit is not None and (as_of is None or event.at <= as_of):
            if event.kind == "withdrawn":
                gone[event.unit] = event.at
            else:
                gone.pop(event.unit, None)
    return gone


def _left(s: Session, county: str, as_of: datetime | None) -> dict[str | None, datetime]:
    """Units that the county's file no longer had, and since when."""
    chosen = select(Unit.id, Unit.dropped).where(Unit.county == county, Unit.dropped.is_not(None))
    if as_of is not None:
        chosen = chosen.where(Unit.dropped <= as_of)
    return {key: when for key, when in s.execute(chosen) if when is not None}


RENAMING = timedelta(days=90)


def _renamed(row: Sighting, unit: Unit, left: Mapping[str | None, datetime], year: int) -> bool:
    """Whether a link is of a unit that left when this one came.

    They may be the same under another name.
    """
    when = left.get(row.unit)
    if when is None or unit.added is None:
        return False
    return unit.added > when - RENAMING and row.year == year


def _may_be(row: Sighting, unit: Unit, here: bool, year: int, as_of: datetime | None) -> bool:
    """Whether a link may be a unit's.

    Nobody knows, or knew then, for sure; or it is not yet read.
    """
    if as_of is not None and row.first_seen > as_of:
        return False
    taken_for, of_year = row.unit, row.year
    if as_of is not None and row.resolved is not None and row.resolved > as_of:
        taken_for, of_year = row.before or (taken_for, of_year)
    elif row.review == "" and row.checked is not None:
        return False
    if taken_for != unit.id and not (taken_for is None and here):
        return False
    return of_year in (None, year) or f"{year}年" in row.review


def _exempt(s: Session, units: Sequence[str], year: int, as_of: datetime | None) -> dict[str, str]:
    """Why a unit need not publish in a year, where somebody decided so."""
    why: dict[str, str] = {}
    chosen = select(Decision).where(
        Decision.unit.in_(units), Decision.year == year, Decision.fingerprint == ""
    )
    for row in s.scalars(chosen.order_by(Decision.id)):
        if row.unit is not None and (as_of is None or row.at <= as_of):
            if row.verdict == "exempt":
                why[row.unit] = row.why or "免于发布"
            elif row.verdict == "cleared":
                why.pop(row.unit, None)
    return why


def verdicts(
    s: Session, fingerprints: Sequence[str], as_of: datetime | None = None
) -> dict[str, Decision]:
    """The decision that holds on each finding."""
    if not fingerprints:
        return {}
    chosen = select(Decision).where(
        Decision.fingerprint.in_(fingerprints), Decision.verdict != "note"
    )
    if as_of is not None:
        chosen = chosen.where(Decision.at <= as_of)
    held = {row.fingerprint: row for row in s.scalars(chosen.order_by(Decision.id))}
    return {key: row for key, row in held.items() if row.verdict != "cleared"}


NOT_OF_THE_TEXT = ("A01", "A02", "A03", "A09", "A10")  # told by the standing


def _qualities(s: Session, versions: Sequence[int], as_of: datetime | None) -> dict[int, Quality]:
    """Flagged by what is an error or to verify and was not waived.

    Unreadable where cells could not be read.
    """
    qualities: dict[int, Quality] = {}
    unread = select(ReportVersion.id, ReportVersion.content).where(ReportVersion.id.in_(versions))
    for number, content in s.execute(unread):
        if content.get("unreadable"):
            qualities[number] = "unreadable"
    chosen = select(FindingRow.report, FindingRow.fingerprint).where(
        FindingRow.report.in_(versions),
        FindingRow.severity.in_(("error", "warning")),
        FindingRow.rule.not_in(NOT_OF_THE_TEXT),
        *holding(as_of),
    )
    rows = list(s.execute(chosen))
    held = verdicts(s, [fingerprint for _, fingerprint in rows], as_of)
    for number, fingerprint in rows:
        if fingerprint not in held or held[fingerprint].verdict != "waived":
            qualities[number] = "flagged"
    return qualities


def holding(as_of: datetime | None) -> list[ColumnElement[bool]]:
    """Findings that hold, or held at a time."""
    conditions = [lasting(FindingRow.ended, as_of)]
    if as_of is not None:
        conditions.append(FindingRow.since <= as_of)
    return conditions


BATCH = 60
UNREACHABLE = ("unreachable", "unreachable_tls")


def _looks(
    s: Session, columns: frozenset[int], first_seen: datetime | None, as_of: datetime | None
) -> tuple[tuple[LookFacts, ...], int]:
    """Only the looks that can matter, oldest first.

    And how many in a row, to the latest, reached nobody.
    """
    if not columns:
        return (), 0
    latest: LookFacts | None = None
    matter: set[LookFacts] = set()
    failures, down = 0, True
    for look in _sweeps(s, columns, as_of):
        latest = latest or look
        down = down and look.state in UNREACHABLE
        failures += down
        if look.complete:
            matter.add(look)
            break
    if latest is not None:
        matter.add(latest)
    if first_seen is not None:
        for look in _sweeps(s, columns, first_seen):
            if look.complete and look.at < first_seen:
                matter.add(look)
                break
    return tuple(sorted(matter)), failures


def _sweeps(s: Session, columns: frozenset[int], until: datetime | None) -> Iterable[LookFacts]:
    """Each sweep's look at some columns, the latest first."""
    offset = 0
    open_sweep: dict[int, list[Look]] = {}
    hashes: dict[int, str] = {}
    while True:
        chosen = select(Look).where(Look.column.in_(columns))
        chosen = chosen.order_by(Look.sweep.desc(), Look.id.desc())
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
        began = min(look.at for look in looks)
        yield LookFacts(began, whole, worst.state, hashes.get(document or 0, ""))
    sweeps.clear()
