"""Where the lines of a curve go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from nianbao.monitor.ledger.year import Share

WIDTH, HEIGHT = 600, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 24
DAYS = 90  # January to March


class Curve(NamedTuple):
    """A year's shares by day, and those of the year before."""

    points: str
    last: str
    deadline: float | None  # where its line stands
    shares: Sequence[tuple[float, str]]  # level lines, with what they say
    months: Sequence[tuple[float, int]]
    now: float  # the share by now
    then: float | None  # of the year before, by the same day


def curve_of(
    progress: Sequence[Share], last: Sequence[Share], deadline: date | None
) -> Curve | None:
    """None where nothing was due."""
    if not progress:
        return None
    begin = progress[0].day
    had_any = any(each.share for each in last)
    line = None
    if deadline is not None and begin.year == deadline.year:
        line = _x((deadline - begin).days + 1)
    months = [(_x((date(begin.year, month, 1) - begin).days), month) for month in (1, 2, 3)]
    return Curve(
        points=_points(progress),
        last=_points(last) if had_any else "",
        deadline=line,
        shares=[(_y(share / 100), f"{share}%") for share in (0, 50, 100)],
        months=months,
        now=progress[-1].share,
        then=last[-1].share if had_any else None,
    )


def _points(shares: Sequence[Share]) -> str:
    begin = shares[0].day
    return " ".join(f"{_x((each.day - begin).days)},{_y(each.share)}" for each in shares)


def _x(day: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * day / DAYS, 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share, 1)
