"""Sweeps and looks: when each portal was visited, how that ended, and what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Engine,
    ScalarSelect,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from nianbao.parser.private import masked
from nianbao.storage.dates import BEIJING
from nianbao.storage.doubts import RETRY, Doubt, doubt_of
from nianbao.storage.kinds import LookState
from nianbao.storage.models import (
    Column,
    Look,
    Moment,
    Portal,
    Region,
    Sighting,
    StandingRow,
    Sweep,
    Unit,
)
from nianbao.storage.proving import FRESH, timed
from nianbao.storage.scope import Scope, portals_in
from nianbao.storage.store import looking

REMEMBERED = 12  # visits that tell how a portal is doing


class Visits(NamedTuple):
    """A portal's latest visits."""

    last: datetime | None  # when the latest ended; None where one was begun and not ended
    failures: int  # how many in a row, to the latest, read no column whole or went wrong in us


def visits_of(s: Session, portal: str, now: datetime | None = None) -> Visits:
    """A portal is in trouble where none of its columns could be read: one alone does not slow
    down the others, and a look at some is no visit to all. What ended later than now did so by
    a clock that was wrong.
    """
    return in_short(last_visits(s, [portal])[portal], now)


class Visited(NamedTuple):
    """One visit to a portal, and how its looks ended."""

    began: datetime
    ended: datetime | None
    problem: str  # what went wrong in ourselves
    whole: int  # looks
    partial: Mapping[LookState, int]  # looks that were not whole, by how they ended


ASKED_AT_ONCE = 500  # portals, as many as a statement takes

STRIP = 28  # visits that are told of a portal


def last_visits(
    s: Session, portals: Collection[str], most: int = STRIP
) -> dict[str, list[Visited]]:
    """The latest visits to all of each portal, the oldest first: two questions, however many."""
    number = func.row_number().over(partition_by=Sweep.portal, order_by=Sweep.id.desc())
    of_portals = (Sweep.portal.in_(portals), ~Sweep.part)
    told = (Sweep.id, Sweep.portal, Sweep.began, Sweep.ended, Sweep.problem)
    numbered = select(*told, number.label("number")).where(*of_portals).subquery()
    latest = numbered.c.number <= most
    columns = (numbered.c[column.key] for column in told)
    sweeps = s.execute(select(*columns).where(latest).order_by(numbered.c.id)).all()
    counted = (
        select(Look.sweep, Look.state, Look.complete, func.count())
        .where(Look.sweep.in_(select(numbered.c.id).where(latest)))
        .group_by(Look.sweep, Look.state, Look.complete)
    )
    whole: dict[int, int] = {}
    partial: dict[int, dict[LookState, int]] = {}
    for sweep, state, complete, count in s.execute(counted):
        if complete:
            whole[sweep] = whole.get(sweep, 0) + count
        else:
            partial.setdefault(sweep, {})[state] = count
    found: dict[str, list[Visited]] = {portal: [] for portal in portals}
    for id, portal, began, ended, problem in sweeps:
        looks = whole.get(id, 0), partial.get(id, {})
        found[portal].append(Visited(began, ended, problem, *looks))
    return found


def newest_sweeps(s: Session, portals: Sequence[str]) -> dict[str, int]:
    """The number of each portal's last sweep: one that has not ended has told something, too."""
    found: dict[str, int] = {}
    for first in range(0, len(portals), ASKED_AT_ONCE):
        some = Sweep.portal.in_(portals[first : first + ASKED_AT_ONCE])
        newest = select(Sweep.portal, func.max(Sweep.id)).where(some).group_by(Sweep.portal)
        found.update((portal, id) for portal, id in s.execute(newest))
    return found


def in_short(visits: Sequence[Visited], now: datetime | None = None) -> Visits:
    """What `last_visits` told of a portal, as whoever plans the next visit asks for it."""
    ends = [(each.ended, each) for each in reversed(visits) if each.ended is not None]
    known = [(end, each) for end, each in ends if now is None or end <= now][:REMEMBERED]
    well = (n for n, (_, each) in enumerate(known) if each.whole and not each.problem)
    failures = next(well, len(known))
    gone_on_with = any(each.ended is None for each in visits)  # what a crash left, at once
    return Visits(known[0][0] if known and not gone_on_with else None, failures)


ACTIVE = select(Column.id).where(Column.portal == bindparam("portal"), Column.active)
FIRST_FRESH = (
    select(func.min(Look.at))
    .where(Look.column == bindparam("of"), FRESH, timed())
    .where(Look.at <= bindparam("now", type_=Moment), Look.at >= bindparam("since", type_=Moment))
    .where(Look.witness == "")  # a person's look is none of ours
)


def needs_fresh_look(s: Session, portal: str, since: datetime, now: datetime) -> bool:
    """Whether a column of a portal lacks fresh proven looks of two days in Beijing, and has none
    of today. One that was made when our clock was in doubt is none.
    """
    active = s.scalars(ACTIVE, {"portal": portal}).all()
    return any(_needs_one(s, column, since, now) for column in active)


def _needs_one(s: Session, column: int, since: datetime, now: datetime) -> bool:
    asked = {"of": column, "now": now}
    first = s.scalar(FIRST_FRESH, {**asked, "since": since})
    if first is None or day_after(first) > now:
        return first is None
    return s.scalar(FIRST_FRESH, {**asked, "since": day_after(first)}) is None


def day_after(moment: datetime) -> datetime:
    """When the day after begins in Beijing."""
    midnight = moment.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


class Ends(NamedTuple):
    """When sweeps began and ended, of all portals."""

    first_began: datetime | None
    last_ended: datetime | None
    open: int
    open_since: datetime | None  # the oldest of those


def ends_of_sweeps(s: Session) -> Ends:
    open_ones = select(func.count(), func.min(Sweep.began)).where(Sweep.ended.is_(None))
    first, last = select(func.min(Sweep.began)), select(func.max(Sweep.ended))
    count, since = s.execute(open_ones).one()
    return Ends(s.scalar(first), s.scalar(last), count, since)


def sweep_count(s: Session) -> int:
    return s.scalar(select(func.count()).select_from(Sweep)) or 0


class Crashed(NamedTuple):
    """A portal whose latest sweep went wrong in ourselves."""

    portal: str
    name: str
    first: int  # the sweep with which it began
    problem: str


def crashed(s: Session) -> list[Crashed]:
    of_portal = select(Sweep.id).where(Sweep.portal == Portal.id, ~Sweep.part)
    newest = of_portal.order_by(Sweep.began.desc(), Sweep.id.desc()).limit(1)
    latest = newest.correlate(Portal).scalar_subquery()
    chosen = (
        select(Sweep, Region.name)
        .select_from(Portal)
        .join(Region, Portal.county == Region.code)
        .join(Sweep, Sweep.id == latest)
        .where(Sweep.problem != "")
        .order_by(Sweep.portal)
    )
    return [
        Crashed(sweep.portal, name, first_of(s, sweep.portal, sweep.id), sweep.problem)
        for sweep, name in s.execute(chosen)
    ]


def first_of(s: Session, portal: str, last: int) -> int:
    """The first of the sweeps in a row that went wrong, to `last`: meanwhile another worker may
    have begun the next one.
    """
    of_portal = and_(Sweep.portal == portal, ~Sweep.part, Sweep.id <= last)
    well = select(func.max(Sweep.id)).where(of_portal, Sweep.problem == "")
    last_well = s.scalar(well) or 0
    return s.scalar(select(func.min(Sweep.id)).where(of_portal, Sweep.id > last_well)) or 0


class LastLook(NamedTuple):
    """How the latest look at a column ended."""

    url: str
    state: LookState
    read: int  # entries
    detail: str


class Looked(NamedTuple):
    """How a look at a column ended, and what proves it."""

    url: str
    state: LookState
    complete: bool
    proof: str  # why it is; empty where it is not
    read: int  # entries
    detail: str
    at: datetime


def looks_since(s: Session, columns: Collection[int], since: datetime) -> list[Looked]:
    """At some columns since a time, in their order."""
    chosen = (
        select(Column.url, Look)
        .join(Look, Look.column == Column.id)
        .where(Column.id.in_(columns), Look.at >= since)
        .order_by(Look.id)
    )
    return [
        Looked(url, row.state, row.complete, row.proof or "", row.read, row.detail, row.at)
        for url, row in s.execute(chosen)
    ]


def last_whole(engine: Engine, column: int) -> datetime | None:
    """When a column was last seen whole, by whomever."""
    moment = func.max(func.coalesce(Look.saved, Look.at))
    with looking(engine) as s:
        return s.scalar(select(moment).where(Look.column == column, Look.complete))


def latest_look(as_of: datetime | None = None, *such: ColumnElement[bool]) -> ScalarSelect[int]:
    """The number of a column's latest look, or of the latest such one: found by its index,
    however many there are.
    """
    chosen = select(Look.id).where(Look.column == Column.id, *such)
    if as_of is not None:
        chosen = chosen.where(Look.at <= as_of)
    latest = chosen.order_by(Look.at.desc(), Look.id.desc()).limit(1)
    return latest.correlate(Column).scalar_subquery()


def last_looks(s: Session, portals: Collection[str]) -> list[LastLook]:
    """Of each column of some portals that was ever looked at."""
    last = aliased(Look)
    chosen = (
        select(Column.url, last.state, last.read, last.detail)
        .join(last, last.id == latest_look())
        .where(Column.portal.in_(portals), Column.active)
        .order_by(Column.id)
    )
    return [LastLook(*row) for row in s.execute(chosen)]


def counties_looked_at(
    s: Session, scope: Scope, until: datetime | None = None, *, since: datetime | None = None
) -> set[str]:
    """Counties of which at least one column was looked at, ever or in a span of time."""
    looks = select(Look.id).where(Look.column == Column.id)
    if until is not None:
        looks = looks.where(Look.at <= until)
    if since is not None:
        looks = looks.where(Look.at >= since)
    columns = select(Portal.county).join(Column, Column.portal == Portal.id)
    return set(s.scalars(columns.where(portals_in(scope), looks.exists()).distinct()))


class Age(NamedTuple):
    """When a column was last read whole, and how the look after that ended."""

    county: str  # its code
    url: str
    state: LookState  # of the latest look
    whole: datetime


def ages(s: Session, scope: Scope, as_of: datetime) -> list[Age]:
    """Of each column of a scope that was ever read whole."""
    last, whole = aliased(Look), aliased(Look)
    chosen = (
        select(Portal.county, Column.url, last.state, whole.at)
        .join(Column, Column.portal == Portal.id)
        .join(last, last.id == latest_look(as_of))
        .join(whole, whole.id == latest_look(as_of, Look.complete.is_(True)))
        .where(portals_in(scope), Column.active)
        .order_by(Portal.county, Column.id)
    )
    return [Age(*row) for row in s.execute(chosen)]


def never_whole(s: Session, scope: Scope, as_of: datetime) -> dict[str, int]:
    """How many columns of each county were never read whole."""
    read = select(Look.id).where(Look.column == Column.id, Look.complete.is_(True))
    chosen = (
        select(Portal.county, func.count(Column.id))
        .join(Column, Column.portal == Portal.id)
        .where(portals_in(scope), Column.active, ~read.where(Look.at <= as_of).exists())
        .group_by(Portal.county)
    )
    return {**dict(s.execute(chosen).all())}


class InDoubt(NamedTuple):
    """A link that waits for a person."""

    id: int
    title: str
    url: str
    review: str  # why
    county: str
    county_name: str
    unit: str  # whose it was taken for, if anybody's
    column: str
    year: int | None
    may_be: tuple[str, ...]  # names of the units whose it may be; none: anybody's
    holds: tuple[tuple[str, int], ...]  # units, and years, that can't be told because of it
    first_seen: datetime


def waiting_links(s: Session, scope: Scope) -> list[InDoubt]:
    """What could not be told for sure, the oldest first."""
    chosen = (
        select(Sighting, Portal.county, Region.name, Column.url)
        .join(Column, Sighting.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .join(Region, Portal.county == Region.code)
        .where(*WAITING, portals_in(scope))
        .order_by(Sighting.first_seen, Sighting.id)
    )
    found = list(s.execute(chosen))
    counties = _held_in(s, {row[1] for row in found})
    return [
        _in_doubt(row, county, region, column, counties[county])
        for row, county, region, column in found
    ]


def links_by_county(s: Session, scope: Scope) -> dict[str, int]:
    """How many of them each county has, where there are any."""
    chosen = (
        select(Portal.county, func.count())
        .select_from(Sighting)
        .join(Column, Sighting.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .where(*WAITING, portals_in(scope))
        .group_by(Portal.county)
    )
    return {**dict(s.execute(chosen).all())}


# One that was decided on and could not be opened since waits for its portal.
WAITING = (
    Sighting.review != literal_column("''"),  # so written that its index is used
    or_(Sighting.settled == "", not_(Sighting.review.startswith(RETRY))),
)


class _Held(NamedTuple):
    """A county's units, where each one's report must stand, and those that can't be told."""

    names: dict[str, str]
    columns: dict[str | None, set[int]]
    former: dict[int, str | None]  # columns that the file has no longer, and whose they were
    unknown: list[tuple[str, int]]

    def by(self, doubt: Doubt, column: int) -> Iterator[tuple[str, int]]:
        """Whom a doubt about a link of a column holds up."""
        everybodys = self.columns.get(None, set())
        for unit, year in self.unknown:
            here = column in self.columns.get(unit, everybodys)
            here = here or (column in self.former and self.former[column] in (None, unit))
            if doubt.is_of(unit, here=here) and doubt.is_of_year(year):
                yield self.names[unit], year


def _held_in(s: Session, counties: Collection[str]) -> Mapping[str, _Held]:
    """The same of some counties, each thing asked for once."""
    found = {county: _Held({}, {}, {}, []) for county in counties}
    units = select(Unit.county, Unit.id, Unit.name).where(Unit.county.in_(counties))
    for county, unit, name in s.execute(units):
        found[county].names[unit] = name
    columns = select(Portal.county, Column.unit, Column.id, Column.active)
    columns = columns.join(Portal, Column.portal == Portal.id)
    for county, of, number, active in s.execute(columns.where(Portal.county.in_(counties))):
        if active:
            found[county].columns.setdefault(of, set()).add(number)
        else:
            found[county].former[number] = of
    unknown = select(Unit.county, StandingRow.unit, StandingRow.year)
    unknown = unknown.join(Unit, StandingRow.unit == Unit.id)
    meant_ones = unknown.where(Unit.county.in_(counties), StandingRow.name == "unknown")
    for county, unit, year in s.execute(meant_ones.order_by(StandingRow.unit, StandingRow.year)):
        found[county].unknown.append((unit, year))
    return found


def _in_doubt(row: Sighting, county: str, region: str, column: str, held: _Held) -> InDoubt:
    doubt = Doubt(row.unit, row.year, row.review, row.may_be)
    return InDoubt(
        row.id,
        masked(row.title),
        row.url,
        masked(row.review),
        county,
        region,
        held.names.get(row.unit or "", ""),
        column,
        row.year,
        tuple(held.names[key] for key in row.may_be if key in held.names),
        tuple(sorted(held.by(doubt, row.column))),
        row.first_seen,
    )


def waiting_at(s: Session, scope: Scope, as_of: datetime) -> int:
    """How many links of a scope waited for a person at a time."""
    chosen = (
        select(Sighting)
        .join(Column, Sighting.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .where(portals_in(scope), Sighting.first_seen <= as_of)
    )
    # Each by its index.
    waits, waited = chosen.where(*WAITING), chosen.where(Sighting.resolved > as_of)
    rows = {row.id: row for part in (waits, waited) for row in s.scalars(part)}
    doubts = (doubt_of(row, as_of) for row in rows.values())
    return sum(doubt is not None and doubt.review != "" for doubt in doubts)


def waiting_count(s: Session) -> int:
    return s.scalar(select(func.count()).select_from(Sighting).where(*WAITING)) or 0
