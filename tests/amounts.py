"""How much is tried of what could be tried without end.

`make test` runs every test but those marked `prove`, with the first of two amounts. `make prove`
runs those marked `prove`, and again, with the second amount, those that take one (marked `more`). Of the
cases of a test that is marked `one_in(n)`, `make test` runs one in so many, `make prove` all others.
NIANBAO_FUZZ multiplies the second amount, and lets those run that are marked `fuzz`, of which
`make prove` runs some that say the same: `make fuzz` sets it, by hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TypeVar
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

PROVING = os.environ.get("NIANBAO_PROVE", "") == "1"
TIMES = int(os.environ.get("NIANBAO_FUZZ", "1"))

Test = TypeVar("Test", bound=Callable[..., object])

more = pytest.mark.more
prove = pytest.mark.prove
fuzz = pytest.mark.fuzz
one_in = pytest.mark.one_in


def amount(usual: int, proving: int) -> int:
    return proving * TIMES if PROVING else usual


def many(usual: int, proving: int) -> Callable[[Test], Test]:
    """A property that is held against generated cases. They are the same ones each time, but by hand."""
    bounds = settings(
        max_examples=amount(usual, proving),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=TIMES == 1,
        print_blob=True,
    )

    def bounded(test: Test) -> Test:
        return more(bounds(test))

    return bounded


def each_time(case: str, one_in: int) -> tuple[pytest.MarkDecorator, ...]:
    """Of cases by hand one in so many is tried each time, always the same; all are proved."""
    return () if crc32(case.encode()) % one_in == 0 else (prove,)


def thinned(rows: Iterable[str], columns: Iterable[str], one_in: int) -> list[object]:
    """Every row with every column, of which one in so many is tried each time: of each row and of each column some."""
    columns = list(columns)
    cases: list[object] = []
    for n, row in enumerate(rows):
        for m, column in enumerate(columns):
            marks = () if (n + m) % one_in == 0 else (prove,)
            cases.append(pytest.param(row, column, marks=marks, id=f"{row}-{column}"))
    return cases
