"""Who a unit is, and what becomes of it when a county's file changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from nianbao.storage.audit import is_told_of, note_moved, take_turn
from nianbao.storage.doubts import Taken, remember, remembered
from nianbao.storage.findings import remark
from nianbao.storage.kinds import EventKind
from nianbao.storage.models import Base, Event, Region, ReportVersion, Sighting, StandingRow, Unit
from nianbao.storage.registry import CountyEntry, UnitEntry, date_or_none
from nianbao.storage.scope import EVERYTHING, Scope, units_in
from nianbao.storage.transfers import note_transfer


def unit_id(county: CountyEntry, unit: UnitEntry) -> str:
    return unit.code or f"{county.code}-{unit.name}"


def former_names(county: CountyEntry, key: str, name: str) -> tuple[str, ...]:
    """What a county's file says that a unit was called before, the latest first."""
    entry = entry_of(county, key, name)
    return tuple(old.name for old in reversed(entry.former)) if entry is not None else ()


def entry_of(county: CountyEntry, key: str, name: str) -> UnitEntry | None:
    """What a county's file says of a unit that is known by a key and a name, also before the file
    is registered: found as `register_units` will find it.
    """
    for entry in county.units:  # one after the other: it is asked of each unit that is told
        if entry.name == name:
            return entry
    for entry in county.units:
        if unit_id(county, entry) == key:
            return entry
    former = (entry for entry in county.units for old in entry.former if old.name == name)
    return next(former, None)


def register_units(s: Session, county: CountyEntry, now: datetime) -> dict[str, str]:
    """The units of a county's file; their ids by name.

    Who is no longer in it is accused of nothing. A unit is the one that had its name, for its
    reports were known by that; else the one that had its code, or a former name of its own.
    """
    ids = {entry.name: unit_id(county, entry) for entry in county.units}
    known = select(Unit.id, Unit.name).where(Unit.county == county.code).order_by(Unit.id)
    free = {name: key for key, name in s.execute(known)}
    added: datetime | None = None  # of units that are there from the beginning
    if free:
        added = now
    at_keys = dict(s.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids.values()))).all())
    if any(name not in free or free[name] != key for name, key in ids.items()):
        take_turn(s)
    same = _the_same(s, county, ids, free, at_keys, now)
    taken = {key for key in free.values() if key in ids.values()}
    away = (at_keys.keys() - set(same.values())) | taken
    moves = [(old, ids[name]) for name, old in same.items() if old != ids[name]]
    moves += [(old, f"{old[:26]}~{now:%y%m%d%H%M%S}") for old in away]
    for n, (old, _) in enumerate(moves):
        _renumber(s, old, f"~{n}~{county.code}", now)  # several may change places
    for n, (_, key) in enumerate(moves):
        _renumber(s, f"~{n}~{county.code}", key, now)
    s.expire_all()
    _write(s, county, ids, added, now)
    gone = update(Unit).where(
        Unit.county == county.code, Unit.id.not_in(ids.values()), Unit.dropped.is_(None)
    )
    s.execute(gone.values(dropped=now))
    return ids


def _the_same(
    s: Session,
    county: CountyEntry,
    ids: Mapping[str, str],
    free: dict[str, str],
    at_keys: dict[str, str],
    now: datetime,
) -> dict[str, str]:
    """The units that were known before, by the names that they have now: the ids that they had.

    What is found is taken out of those that are `free`; a unit that was another one all along is
    no longer at its key.
    """
    # Whose name another one has now, and says so under its own code.
    renamed = {
        key
        for entry in county.units
        for old in entry.former
        if (key := free.get(old.name)) == ids[entry.name]
    }
    same = {name: free.pop(name) for name in ids if free.get(name, "") not in {"", *renamed}}
    for name, key in ids.items():
        if name not in same and key in at_keys and key not in same.values():
            same[name] = key
            for other in [other for other, at in free.items() if at == key]:
                del free[other]
    for entry in county.units:
        former = next((old.name for old in entry.former if old.name in free), "")
        mine = same.get(entry.name)
        if former and (mine is None or _is_empty(s, mine)):
            if mine is not None:
                _fold(s, mine, free[former], now)
                at_keys.pop(mine, None)
            same[entry.name] = free.pop(former)
    return same


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _write(
    s: Session,
    county: CountyEntry,
    ids: Mapping[str, str],
    added: datetime | None,
    now: datetime,
) -> None:
    """The units as the file has them.

    Names are unique, and several may have changed theirs.
    """
    units = {unit.id: unit for unit in s.scalars(select(Unit).where(Unit.id.in_(ids.values())))}
    for entry in county.units:
        if (unit := units.get(ids[entry.name])) is not None and unit.name != entry.name:
            unit.name = f"{unit.id}*"
    s.flush()
    for entry in county.units:
        unit = units.get(ids[entry.name]) or Unit(id=ids[entry.name], added=added)
        moved = ids[entry.name] in units and unit.county != county.code
        if moved:
            note_transfer(s, unit, county.code, now)
        unit.county, unit.name = county.code, entry.name
        unit.kind, unit.aliases = entry.kind, list(entry.aliases)
        if ids[entry.name] in units:
            if not moved:
                _note_return(s, unit, now)
            _note_span(s, unit, entry, now)
        unit.since, unit.until = date_or_none(entry.since), date_or_none(entry.until)
        unit.dropped = None
        s.add(unit)
    s.flush()


def _note_span(s: Session, unit: Unit, entry: UnitEntry, now: datetime) -> None:
    """Since when and until when a unit is there, as its file says now."""
    since, until = date_or_none(entry.since), date_or_none(entry.until)
    if unit.since != since:
        days = {"since": _iso(since), "before": _iso(unit.since)}
        s.add(Event(at=now, kind="since", unit=unit.id, content=days))
    if unit.until != until:
        days = {"until": _iso(until), "before": _iso(unit.until)}
        s.add(Event(at=now, kind="until", unit=unit.id, content=days))
    unit.since, unit.until = since, until


def _note_return(s: Session, unit: Unit, now: datetime) -> None:
    """That its county's file has a unit again, which it had no longer for a while."""
    if unit.dropped is not None:
        told = {"county": unit.county, "dropped": unit.dropped.isoformat()}
        s.add(Event(at=now, kind="returned", unit=unit.id, content=told))


def note_spans(s: Session, county: CountyEntry, now: datetime) -> None:
    """The same of all units of a county that the file still has, before its next sweep."""
    known = select(Unit).where(Unit.county == county.code, Unit.dropped.is_(None))
    for unit in s.scalars(known.order_by(Unit.id)).all():
        entry = entry_of(county, unit.id, unit.name)
        if entry is not None:
            _note_span(s, unit, entry, now)
    s.flush()


def _is_empty(s: Session, unit: str) -> bool:
    """Whether nothing was ever seen of it."""
    return all(
        s.scalar(select(table.id).where(table.unit == unit).limit(1)) is None
        for table in (Sighting, ReportVersion)
    )


def _fold(s: Session, new: str, old: str, now: datetime) -> None:
    """One that nothing was seen of was another one all along."""
    s.execute(delete(StandingRow).where(StandingRow.unit == new))
    _point(s, new, old, now)
    s.execute(delete(Unit).where(Unit.id == new))


def _renumber(s: Session, old: str, new: str, now: datetime) -> None:
    """The same unit under another id, with all that is known of it."""
    table = Unit.__table__
    row = dict(s.execute(select(table).where(table.c.id == old)).one()._mapping)
    s.execute(insert(Unit).values({**row, "id": new, "name": f"{new}*"}))
    _point(s, old, new, now)
    s.execute(delete(Unit).where(Unit.id == old))
    s.execute(update(Unit).where(Unit.id == new).values(name=row["name"]))


def _point(s: Session, old: str, new: str, now: datetime) -> None:
    """Everything that names a unit names another one."""
    is_told = is_told_of(s, old)
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(foreign.column is Unit.__table__.c.id for foreign in column.foreign_keys):
                s.execute(update(table).where(column == old).values({column.name: new}))
    _point_doubts(s, old, new)
    marks = remark(s, new)
    if is_told or marks:
        note_moved(s, now, old, new, marks)


def _point_doubts(s: Session, old: str, new: str) -> None:
    """Links that may be a unit's, now or before, may be another one's."""
    in_doubt = or_(Sighting.review != "", Sighting.resolved.is_not(None))
    for row in s.scalars(select(Sighting).where(in_doubt)):
        if old in row.may_be:
            row.may_be = _swapped(row.may_be, old, new)
        taken = remembered(row)
        if any(old in (each.unit, *each.may_be) for each in taken):
            remember(row, [_of_another(each, old, new) for each in taken])
    s.flush()


def _of_another(taken: Taken, old: str, new: str) -> Taken:
    unit = new if taken.unit == old else taken.unit
    return taken._replace(unit=unit, may_be=_swapped(taken.may_be, old, new))


def _swapped(keys: Sequence[str], old: str, new: str) -> list[str]:
    return [new if key == old else key for key in keys]


def is_there(
    since: date | None, until: date | None, year: int, deadline: date | None = None
) -> bool:
    """Whether a unit had to publish a report of a year.

    It was there in that year, and still at the end of January, and on its deadline where that is
    later.
    """
    came = since is None or since.year <= year
    last = date(year + 1, 1, 31)
    return came and (until is None or until >= max(last, deadline or last))


def are_there(year: int) -> tuple[ColumnElement[bool], ...]:
    """The same, for a query, of units that are in their county's file."""
    return (Unit.dropped.is_(None), *in_span(year))


def in_span(year: int) -> tuple[ColumnElement[bool], ...]:
    """The same, for a query, of units that are or were."""
    return (
        or_(Unit.since.is_(None), Unit.since <= date(year, 12, 31)),
        or_(Unit.until.is_(None), Unit.until >= date(year + 1, 1, 31)),
    )


class UnitRef(NamedTuple):
    """A unit, and the county that it is of."""

    id: str
    name: str
    kind: str
    county: str
    county_name: str


def units_named(s: Session, named: str) -> list[UnitRef]:
    """The unit of a key, or those of a name: many counties have a 城关镇."""
    return _refs(s, Unit.id == named) or _refs(s, Unit.name == named)


def units_of(s: Session, scope: Scope) -> list[UnitRef]:
    return _refs(s, units_in(scope))


BATCH = 100  # units whose reports are loaded at once


def unit_batches(s: Session, scope: Scope) -> Iterator[list[UnitRef]]:
    """The units of a scope in their order, some at a time."""
    found = _refs(s, units_in(scope), BATCH)
    while found:
        yield found
        if len(found) < BATCH:
            return
        after = tuple_(Unit.county, Unit.id) > (found[-1].county, found[-1].id)
        found = _refs(s, and_(units_in(scope), after), BATCH)


def in_order(unit: UnitRef) -> tuple[str, str]:
    """In which every list tells them."""
    return unit.county, unit.id


def versions_of_units(
    s: Session, scope: Scope, numbers: Sequence[int]
) -> Iterator[tuple[UnitRef, int]]:
    """Whose some versions of reports are, of those that are of units of a scope."""
    chosen = select(*REF, ReportVersion.id).join(Region, Unit.county == Region.code)
    chosen = chosen.join(ReportVersion, ReportVersion.unit == Unit.id)
    for *ref, number in s.execute(chosen.where(ReportVersion.id.in_(numbers), units_in(scope))):
        yield UnitRef(*ref), number


REF = (Unit.id, Unit.name, Unit.kind, Unit.county, Region.name)


def _refs(s: Session, condition: ColumnElement[bool], most: int | None = None) -> list[UnitRef]:
    chosen = (
        select(*REF)
        .join(Region, Unit.county == Region.code)
        .where(condition)
        .order_by(Unit.county, Unit.id)
        .limit(most)
    )
    return [UnitRef(*row) for row in s.execute(chosen)]


class Spans(NamedTuple):
    """What became known of when units are or were there; of each unit the oldest first."""

    of_units: Mapping[str, Sequence[Event]]
    as_of: datetime | None

    def of(self, unit: str, since: date | None, until: date | None) -> Span:
        """Since when and until when a unit was there, by what its file said then."""
        if unit not in self.of_units:
            return since, until
        return self._before(unit, "since", since), self._before(unit, "until", until)

    def left(self, unit: str) -> datetime | None:
        """Since when the file did not have a unit then that it has again since."""
        if unit not in self.of_units:  # as of nearly all
            return None
        left = (left_at(event) for event in self._later(unit, "returned"))
        return next((when for when in left if self.as_of is not None and when <= self.as_of), None)

    def before(self) -> dict[str, dict[str, datetime]]:
        """Of which counties' files units were before, until when."""
        found: dict[str, dict[str, datetime]] = {}
        for unit, events in self.of_units.items():
            for event in events:
                if event.kind == "transferred":
                    found.setdefault(unit, {})[str(event.content["before"])] = event.at
        return found

    def _before(self, unit: str, kind: EventKind, day: date | None) -> date | None:
        first = next(self._later(unit, kind), None)
        return day if first is None else date_or_none(first.content["before"] or "")

    def _later(self, unit: str, kind: EventKind) -> Iterator[Event]:
        of = (event for event in self.of_units.get(unit, ()) if event.kind == kind)
        return (event for event in of if self.as_of is not None and event.at > self.as_of)


Span = tuple[date | None, date | None]
SPANS: tuple[EventKind, ...] = ("since", "until", "returned", "transferred")


def left_at(returned: Event) -> datetime:
    """When the file no longer had a unit that returned."""
    return datetime.fromisoformat(returned.content["dropped"])


def spans_known(s: Session, units: Sequence[str], as_of: datetime | None) -> Spans:
    told = select(Event).where(Event.kind.in_(SPANS), Event.unit.in_(units)).order_by(Event.id)
    found: dict[str, list[Event]] = {}
    for event in s.scalars(told):
        found.setdefault(event.unit or "", []).append(event)
    return Spans(found, as_of)


def due_among(s: Session, units: Mapping[str, Span], year: int, as_of: datetime) -> set[str]:
    """Units that had to publish for a year by what their files said at a time, of some with since
    when and until when they are there.
    """
    spans = spans_known(s, [*units], as_of)
    there = (unit for unit in units if spans.left(unit) is None)
    return {unit for unit in there if is_there(*spans.of(unit, *units[unit]), year)}


def names_like(s: Session, named: str, scope: Scope = EVERYTHING) -> list[str]:
    """Names of units that share a character with another, to guess what was meant."""
    parts = [Unit.name.contains(part, autoescape=True) for part in set(named[:2])]
    if not parts:
        return []
    return sorted(s.scalars(select(Unit.name).where(or_(*parts), units_in(scope)).distinct()))


def county_names(s: Session) -> dict[str, str]:
    """Every county that was ever registered, by its code."""
    chosen = select(Region.code, Region.name).where(Region.level == "county")
    chosen = chosen.order_by(Region.code)
    return dict(s.execute(chosen).all())


def unit_names(s: Session, units: Sequence[str]) -> dict[str, str]:
    """The names of some units, by their keys."""
    return dict(s.execute(select(Unit.id, Unit.name).where(Unit.id.in_(units))).all())
