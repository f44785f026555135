"""Which of several columns are in use: where next year's reports will stand.

A column that others have left behind is told and not written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nianbao.crawler.discovering.found import Column, Older

# Years by which a column is behind others: it may be closed, or out of use.
BEHIND = 2


class Compared(NamedTuple):
    """The columns that are in use, those that others took the place of, and those left behind."""

    columns: tuple[Column, ...]
    older: tuple[Older, ...]
    left_behind: tuple[Column, ...]


def in_use(columns: Sequence[Column]) -> Compared:
    older = [column for column in columns if _is_older(column, columns)]
    kept = [column for column in columns if column not in older]
    newest = max((column.newest for column in kept), default=0)
    behind = [column for column in kept if newest - column.newest >= BEHIND]
    return Compared(
        tuple(column for column in kept if column not in behind),
        tuple(Older(each.url, tuple(sorted(each.shown)), each.years) for each in older),
        tuple(behind),
    )


def _is_older(column: Column, columns: Sequence[Column]) -> bool:
    """Whether other columns show newer reports of everybody whose reports it shows.

    And what it shows, too, unless it ended years ago.
    """
    own = _years_of(column)
    others = [_years_of(other) for other in columns if other is not column]
    return bool(own) and all(
        any(_goes_on(years, other.get(name, frozenset())) for other in others)
        for name, years in own.items()
    )


def _goes_on(years: frozenset[int], other: frozenset[int]) -> bool:
    """Whether other years of a body's reports make these needless."""
    ahead = max(other, default=0) - max(years)
    return ahead > 0 and (years <= other or ahead >= BEHIND)


def _years_of(column: Column) -> Mapping[str, frozenset[int]]:
    """The years of the reports that it shows, by whose they are."""
    names = {name for name, _ in column.reports}
    return {name: frozenset(year for of, year in column.reports if of == name) for name in names}


def why_left_behind(column: Column, newest: int) -> str:
    zh = f"最新的是{column.newest}年的年报，其他栏目已有{newest}年的，可能已不再使用"
    en = f"its newest report is of {column.newest}, others show {newest}: it may be out of use"
    return f"{zh} / {en}"
