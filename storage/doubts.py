"""Links in doubt: why they are, and whose report of which year they may be; and what a link was
taken for at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import inspect

from nianbao.storage.models import Sighting

RETRY = "retry: "  # before the reason why an article could not be fetched
DEAD = (f"{RETRY}column_gone", f"{RETRY}soft_404")  # it answers that there is nothing


class Doubt(NamedTuple):
    """What a link in doubt is taken for."""

    unit: str | None
    year: int | None
    review: str  # why
    may_be: Collection[str]  # the units whose it may be; none: anybody's of its column

    @property
    def is_dead(self) -> bool:
        """Whether it is known whose report it names, and that it leads nowhere."""
        return self.unit is not None and self.review.startswith(DEAD)

    def is_of_year(self, year: int) -> bool:
        return self.year in (None, year) or f"{year}年" in self.review

    def is_of(self, unit: str, *, here: bool) -> bool:
        """Whether it may be a unit's, `here` where its report must stand."""
        if self.unit is not None:
            return self.unit == unit
        return unit in self.may_be if self.may_be else here


class Taken(NamedTuple):
    """What a link was taken for until a time."""

    unit: str | None
    year: int | None
    review: str
    may_be: list[str]
    sure: bool
    until: datetime | None  # None: a person said otherwise, and it was not read since


def in_doubt(row: Sighting) -> bool:
    return bool(row.review) or (row.page == "report" and row.checked is None)


def as_taken(row: Sighting) -> list[Any]:
    """What a link is taken for, to be remembered."""
    return [row.unit, row.year, row.review, row.may_be, not in_doubt(row)]


def remembered(row: Sighting) -> list[Taken]:
    """All that a link was taken for before, the oldest first.

    Of old ones only unit and year were kept, or the last doubt alone.
    """
    if row.before is None:
        return []
    unfilled: list[Any] = [None, None, row.review, [], False, []]
    unit, year, review, may_be, sure, earlier = row.before + unfilled[len(row.before) :]
    states = [Taken._make([*told[1:], datetime.fromisoformat(told[0])]) for told in earlier]
    ended = row.resolved
    if states and states[-1].until == ended:
        ended = None
    return [*states, Taken(unit, year, review or "", may_be or [], sure, ended)]


def remember(row: Sighting, states: Collection[Taken]) -> None:
    """What a link was taken for before, the oldest first; the last one's end is its own."""
    if not states:
        row.before = row.resolved = None
        return
    *earlier, last = states
    told = [[each.until.isoformat(), *each[:-1]] for each in earlier if each.until is not None]
    ends = [each.until for each in states if each.until is not None]
    row.before, row.resolved = [*last[:4]], max(ends, default=None)
    if last.sure or told:
        row.before = [*row.before, last.sure, told]


def set_apart(row: Sighting, taken: list[Any], until: datetime | None) -> None:
    """What a link was taken for is remembered, until now or until it is read.

    What waits for being read stays: it was a doubt all the while.
    """
    states = remembered(row)
    if states and states[-1].until is None:
        remember(row, [*states[:-1], states[-1]._replace(until=until)])
    else:
        remember(row, [*states, Taken._make([*taken, until])])


def was_sure(row: Sighting) -> Iterator[Taken]:
    """The reports that a link was surely taken for before, the latest first."""
    for state in reversed(remembered(row)):
        if state.sure and state.unit is not None and state.year is not None:
            yield state


def taken_at(row: Sighting, as_of: datetime | None) -> Taken | None:
    """What a link was taken for at a time; None where it is taken for that still."""
    if as_of is None:
        return None
    past = (each for each in remembered(row) if each.until is not None and as_of < each.until)
    return next(past, None)


def copy_of(row: Sighting, **other: Any) -> Sighting:
    """The same link, with something else of it."""
    names = [column.key for column in inspect(Sighting).column_attrs if column.key != "id"]
    return Sighting(**{name: getattr(row, name) for name in names} | other)


def as_it_was(row: Sighting, as_of: datetime | None) -> Sighting:
    """A link as it was surely taken at a time, where it is taken otherwise since."""
    taken = taken_at(row, as_of)
    if taken is None or not taken.sure:
        return row
    then: dict[str, Any] = {"unit": taken.unit, "year": taken.year, "may_be": taken.may_be}
    then |= {"review": "", "before": None, "resolved": None}
    return copy_of(row, **then, checked=row.checked or row.last_seen)


def doubt_of(row: Sighting, as_of: datetime | None) -> Doubt | None:
    """Why a link was in doubt, now or at a time; None where it was not."""
    if as_of is not None and row.first_seen > as_of:
        return None
    taken = taken_at(row, as_of)
    if taken is not None:
        return None if taken.sure else Doubt(*taken[:4])
    return Doubt(row.unit, row.year, row.review, row.may_be) if in_doubt(row) else None
