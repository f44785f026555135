"""What the rules of watching look at: what was seen of a unit, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Look(NamedTuple):
    """One look at where a report must be."""

    day: date
    complete: bool
    found: bool


@dataclass(frozen=True)
class Watched:
    """What was seen of one unit's report of one year. Every fact is dated."""

    today: date
    deadline: date
    deadline_source: str = ""  # the notice that sets it
    published: date | None = None  # the printed date, if it is late
    # Late without a printed date: the day of a complete look that did not show
    # it.
    unseen: date | None = None
    first_seen: date | None = None
    printed: date | None = None
    looks: tuple[Look, ...] = ()
    withdrawn: date | None = None
    # When the numbers or text changed after publication.
    changed: date | None = None
    changes: int = 0  # how many cells and passages
    column: str = ""  # where it stands, if that is not its own column
    expected_column: str = ""
    copies_differ: bool = False
    failures: int = 0  # visits in a row that could not reach the page
    closed: date | None = None  # since when it is listed and can't be opened
