"""Which of several columns are in use: where next year's reports will stand.

A column that others have left behind is told and not written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from nianbao.crawler.discovering.found import Column, Older

# Years by which a column is behind others: it may be closed, or out of use.
BEHIND = 2

Years = frozenset[int]


class Compared(NamedTuple):
    """The columns that are in use, those that others took the place of, and those left behind."""

    columns: tuple[Column, ...]
    older: tuple[Older, ...]
    left_behind: tuple[Column, ...]


def in_use(columns: Sequence[Column], named: Collection[str] = ()) -> Compared:
    """`named`: the addresses of columns that a person has named: these are in use."""
    shown = [_years_by_body(column) for column in columns]
    of_all: dict[str, list[Years]] = {}
    for own in shown:
        for name, years in own.items():
            of_all.setdefault(name, []).append(years)
    pairs = zip(columns, shown, strict=True)
    older = [each for each, own in pairs if each.url not in named and _is_older(own, of_all)]
    kept = [column for column in columns if column not in older]
    newest = max((column.newest for column in kept), default=0)
    late = [column for column in kept if newest - column.newest >= BEHIND]
    behind = [column for column in late if column.url not in named]
    return Compared(
        tuple(column for column in kept if column not in behind),
        tuple(Older(each.url, tuple(sorted(each.shown)), each.years) for each in older),
        tuple(behind),
    )


def _years_by_body(column: Column) -> Mapping[str, Years]:
    """The years of the reports that it shows, by whose they are."""
    found: dict[str, set[int]] = {}
    for name, year in column.reports:
        found.setdefault(name, set()).add(year)
    return {name: frozenset(years) for name, years in found.items()}


def _is_older(own: Mapping[str, Years], of_all: Mapping[str, Sequence[Years]]) -> bool:
    """Whether other columns show newer reports of everybody whose reports a column shows.

    And what it shows, too, unless it ended years ago. Whom nobody can name, none can show.
    """
    return bool(own) and all(
        name != "" and any(_goes_on(years, other) for other in of_all[name])
        for name, years in own.items()
    )


def _goes_on(years: Years, other: Years) -> bool:
    """Whether other years of a body's reports make these needless."""
    ahead = max(other) - max(years)
    return ahead > 0 and (years <= other or ahead >= BEHIND)


def why_left_behind(column: Column, newest: int) -> str:
    zh = f"最新的是{column.newest}年的年报，其他栏目已有{newest}年的，可能已不再使用"
    en = f"its newest report is of {column.newest}, others show {newest}: it may be out of use"
    return f"{zh} / {en}"
