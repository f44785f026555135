"""Which counties and units a question is about. No question of the store can be asked without
saying so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from nianbao.storage.models import Column, Portal, Region, Unit


@dataclass(frozen=True, slots=True)
class Scope:
    """Counties by what their codes begin with (2 digits a province, 4 a city, 6 a county), and
    single units.
    """

    prefixes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()  # their keys
    of_units: tuple[str, ...] = ()  # the county of each

    def holds(self, county: str, unit: str = "") -> bool:
        """Whether a county is meant with all its units, or this unit of it."""
        return county.startswith(self.prefixes) or unit in self.units

    def touches(self, county: str) -> bool:
        """Whether anything of a county is meant."""
        return county.startswith(self.prefixes) or county in self.of_units

    def within(self, counties: Iterable[str]) -> Scope:
        """What of it lies in some counties."""
        chosen = set(counties)
        single = [
            (unit, county)
            for unit, county in zip(self.units, self.of_units, strict=True)
            if county in chosen and not county.startswith(self.prefixes)
        ]
        return Scope(
            tuple(sorted(code for code in chosen if code.startswith(self.prefixes))),
            tuple(unit for unit, _ in single),
            tuple(county for _, county in single),
        )

    def cut(self, to: Scope) -> Scope:
        """What lies in both."""
        if to.is_everything:
            return self
        pairs = [(mine, other) for mine in self.prefixes for other in to.prefixes]
        longer = [max(pair, key=len) for pair in pairs if _is_of(*pair)]
        mine = zip(self.units, self.of_units, strict=True)
        others = zip(to.units, to.of_units, strict=True)
        single = {
            **{unit: county for unit, county in mine if to.holds(county, unit)},
            **{unit: county for unit, county in others if self.holds(county, unit)},
        }
        return Scope(tuple(dict.fromkeys(longer)), tuple(single), tuple(single.values()))

    @property
    def whole(self) -> Scope:
        """The counties of which anything is meant, with all their units."""
        return Scope(tuple(dict.fromkeys((*self.prefixes, *self.of_units))))

    def __bool__(self) -> bool:
        return bool(self.prefixes or self.units)

    @property
    def is_everything(self) -> bool:
        return "" in self.prefixes


def _is_of(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


EVERYTHING = Scope(("",))


def of_county(code: str) -> Scope:
    return Scope((code,))


def of_unit(unit: str, county: str) -> Scope:
    return Scope((), (unit,), (county,))


def units_in(scope: Scope) -> ColumnElement[bool]:
    """The units that are meant, as a condition."""
    return _any(
        [*_prefixed(scope, Unit.county), *([Unit.id.in_(scope.units)] if scope.units else [])]
    )


def counties_in(scope: Scope) -> ColumnElement[bool]:
    """The counties of which anything is meant."""
    single = [Region.code.in_(scope.of_units)] if scope.of_units else []
    return _any([*_prefixed(scope, Region.code), *single])


def portals_in(scope: Scope) -> ColumnElement[bool]:
    """The portals of which anything is meant."""
    single = [Portal.county.in_(scope.of_units)] if scope.of_units else []
    return _any([*_prefixed(scope, Portal.county), *single])


def columns_in(scope: Scope) -> ColumnElement[bool]:
    """The columns where the reports of those who are meant stand, beside their portals."""
    whole_ones = _prefixed(scope, Portal.county)
    if not scope.units:
        return _any(whole_ones)
    theirs = or_(Column.unit.is_(None), Column.unit.in_(scope.units))
    return _any([*whole_ones, and_(Portal.county.in_(scope.of_units), theirs)])


DIGITS = 6  # of a county's code


def _prefixed(scope: Scope, column: InstrumentedAttribute[str]) -> list[ColumnElement[bool]]:
    """Whole counties in one list: of thousands in a chain of "or" SQLite makes a tree too deep."""
    whole = [prefix for prefix in scope.prefixes if _is_county(prefix)]
    above = [_begins(column, prefix) for prefix in scope.prefixes if not _is_county(prefix)]
    return [*([column.in_(whole)] if whole else []), *above]


def _is_county(prefix: str) -> bool:
    return len(prefix) == DIGITS and prefix.isascii() and prefix.isdigit()


def _begins(column: InstrumentedAttribute[str], prefix: str) -> ColumnElement[bool]:
    """So said that an index finds them: a database does not look for LIKE in one."""
    if not prefix:
        return true()
    like = column.startswith(prefix, autoescape=True)
    if not prefix.isascii() or not prefix.isdigit() or len(prefix) > DIGITS:
        return like
    return and_(column.between(prefix, prefix.ljust(DIGITS, "9")), like)


def _any(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*conditions) if conditions else false()
