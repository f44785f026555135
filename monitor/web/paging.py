"""A part of a long list, and where the parts before and behind it are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Pages(NamedTuple):
    """A part of a list, and where the parts before and behind it are."""

    many: int
    size: int
    first: int
    last: int
    before: str
    after: str


def paged(count: int, size: int, number: int, at: Callable[[int], str]) -> Pages:
    first = min((number - 1) * size, max(count - 1, 0) // size * size)
    here = first // size + 1
    before = at(here - 1) if here > 1 else ""
    after = at(here + 1) if first + size < count else ""
    return Pages(count, size, first + 1 if count else 0, min(first + size, count), before, after)
