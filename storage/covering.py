"""Whom a column for many is for: what the file says, and whom it has shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import (
    Select,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from nianbao.storage.doubts import taken_at
from nianbao.storage.kinds import UnitKind
from nianbao.storage.models import (
    Column,
    Look,
    Moment,
    Sighting,
    Unit,
)
from nianbao.storage.registry import COVERS
from nianbao.storage.transfers import was_at
from nianbao.storage.units import spans_known


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
        return any(
            self.said[column] or (self._shows(column, unit) and not self._is_of_few(column, unit))
            for column in places
        )

    def _is_of_few(self, column: int, unit: Unit) -> bool:
        """Whether it has shown one other unit alone, or a few of many: it may be theirs."""
        like = LIKE.get(unit.kind, (unit.kind,))
        by_kind = self.shown.get(column, {})
        alike = set().union(*(by_kind.get(kind, ()) for kind in like))
        many = sum(self.many.get(kind, 0) for kind in like)
        if unit.id in alike or many < MANY:
            return False
        return len(alike) == 1 or 3 * len(alike) < many

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


MANY = 5  # units, of which a column for them shows more than one
STRANGERS = "departments that the file does not know"
# Kinds that are shown together.
LIKE: Mapping[str, Sequence[str]] = {
    "town": ("town", "subdistrict"),
    "subdistrict": ("town", "subdistrict"),
    "department": ("department", STRANGERS),
}


def coverages(
    s: Session, columns: Mapping[str, Sequence[Column]], as_of: datetime | None
) -> dict[str, Coverage]:
    """Of each of some counties, by their codes."""
    shown: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for column, unit, kind in _shown_in(s, [*columns], as_of):
        shown[column][kind].add(unit)
    general = {
        county: {column.id: _said(column, as_of) for column in mine if column.unit is None}
        for county, mine in columns.items()
    }
    silent = [column for said in general.values() for column in said if not shown[column]]
    unread = set(silent) - read_whole(s, silent, as_of).keys()
    many = _many(s, [*columns], as_of)
    return {
        county: Coverage(said, shown, many.get(county, {}), frozenset(unread & said.keys()))
        for county, said in general.items()
    }


def _many(
    s: Session, counties: Sequence[str], as_of: datetime | None
) -> Mapping[str, Mapping[str, int]]:
    """How many of each kind each county's file has, or had at a time."""
    chosen = select(Unit.county, Unit.kind, func.count()).where(Unit.county.in_(counties))
    if as_of is None:
        chosen = chosen.where(Unit.dropped.is_(None))
    else:
        added = or_(Unit.added.is_(None), Unit.added <= as_of)
        chosen = chosen.where(added, or_(Unit.dropped.is_(None), Unit.dropped > as_of))
    found: dict[str, dict[str, int]] = {}
    for county, kind, many in s.execute(chosen.group_by(Unit.county, Unit.kind)):
        found.setdefault(county, {})[kind] = many
    for county, like, more in (*_moved_since(s, as_of), *_away(s, counties, as_of)):
        mine = found.setdefault(county, {})
        mine[like] = mine.get(like, 0) + more
    return found


def _moved_since(s: Session, as_of: datetime | None) -> Iterator[tuple[str, str, int]]:
    """One less where a unit is, one more where it was."""
    was = was_at(s, as_of)
    if as_of is None or not was:
        return
    for unit in s.scalars(select(Unit).where(Unit.id.in_(was))):
        if unit.added is not None and unit.added > as_of:
            continue
        before = was[unit.id]
        if unit.dropped is None or unit.dropped > as_of:
            yield unit.county, unit.kind, -1
        if before.dropped is None or before.dropped > as_of:
            yield before.county, unit.kind, 1


def _away(
    s: Session, counties: Sequence[str], as_of: datetime | None
) -> Iterator[tuple[str, str, int]]:
    """One less for each that a county's file did not have then, and has again since."""
    if as_of is None:
        return
    units = s.execute(select(Unit.id, Unit.county, Unit.kind).where(Unit.county.in_(counties)))
    known = {unit: (county, kind) for unit, county, kind in units}
    spans = spans_known(s, [*known], as_of)
    for unit, (county, kind) in known.items():
        if spans.left(unit) is not None:
            yield county, kind, -1


def _said(column: Column, as_of: datetime | None) -> Sequence[str]:
    """Whom the file says, or said at a time, a column is for."""
    words: Sequence[str] = ()
    for since, told in column.covers:
        if as_of is None or datetime.fromisoformat(since) <= as_of:
            words = told
    return words


def _shown_in(
    s: Session, portals: Sequence[str], as_of: datetime | None
) -> list[tuple[int, str, str]]:
    """The units of which a column has shown a report of any year, as it was known at a time."""
    chosen = (
        select(Sighting.column, Unit.id, Unit.kind)
        .join(Column, Sighting.column == Column.id)
        .join(Unit, Sighting.unit == Unit.id)
        .where(Column.portal.in_(portals), Column.unit.is_(None))
        .where(Sighting.page == "report", Sighting.review == "")
        .distinct()
    )
    if as_of is not None:
        sure = or_(Sighting.resolved.is_(None), Sighting.resolved <= as_of)
        chosen = chosen.where(Sighting.first_seen <= as_of, sure)
    known = [(column, unit, kind) for column, unit, kind in s.execute(chosen)]
    if as_of is not None:
        known += _shown_then(s, portals, as_of)
    return [*known, *_others_in(s, portals, as_of)]


def _shown_then(
    s: Session, portals: Sequence[str], as_of: datetime
) -> list[tuple[int, str, UnitKind]]:
    """The same of links that were taken otherwise since."""
    chosen = select(Sighting).join(Column).where(Column.portal.in_(portals), Column.unit.is_(None))
    changed = chosen.where(Sighting.first_seen <= as_of, Sighting.resolved > as_of)
    taken = [(row.column, taken_at(row, as_of)) for row in s.scalars(changed)]
    shown = {(column, each.unit) for column, each in taken if each is not None and each.sure}
    if not shown:
        return []
    units = select(Unit.id, Unit.kind).where(Unit.id.in_({unit for _, unit in shown}))
    kinds = dict(s.execute(units).all())
    return [(column, unit, kinds[unit]) for column, unit in shown if unit in kinds]


OF_DEPARTMENTS = ("局", "委员会", "办公室", "中心", "档案馆")


def _others_in(
    s: Session, portals: Sequence[str], as_of: datetime | None
) -> list[tuple[int, str, str]]:
    """Departments that the file does not know, whose reports a column has shown all the same."""
    chosen = (
        select(Sighting.column, Sighting.title)
        .join(Column, Sighting.column == Column.id)
        .where(Column.portal.in_(portals), Column.unit.is_(None), Sighting.unit.is_(None))
        .where(or_(*(Sighting.title.contains(word) for word in OF_DEPARTMENTS)))
        .where(Sighting.title.contains("公开"))
    )
    if as_of is not None:
        chosen = chosen.where(Sighting.first_seen <= as_of)
    return [(column, title, STRANGERS) for column, title in s.execute(chosen)]


def read_whole(
    s: Session, columns: Sequence[int], as_of: datetime | None
) -> Mapping[int, datetime]:
    """When each column was last read whole."""
    if not columns:
        return {}
    known = {"as_of": as_of} if as_of is not None else {}
    told = s.execute(_last_read(in_all=as_of is None), {"columns": columns, **known})
    return {column: at for column, at in told if at is not None}


@cache
def _last_read(*, in_all: bool) -> Select[int, datetime | None]:
    whole = select(Look.at).where(Look.column == Column.id, Look.complete)
    if not in_all:
        whole = whole.where(Look.at <= bindparam("as_of", type_=Moment))
    last = whole.order_by(Look.at.desc()).limit(1).scalar_subquery()
    return select(Column.id, last).where(Column.id.in_(bindparam("columns", expanding=True)))
