"""Signs of life of a long reading, for whoever waits: a page was read, a file was converted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Step = Callable[[str], None]


def _nobody(what: str) -> None:
    """Nobody waits."""


_told: ContextVar[Step] = ContextVar("told", default=_nobody)


def step(what: str) -> None:
    _told.get()(what)


@contextmanager
def told_to(listener: Step) -> Iterator[None]:
    before = _told.set(listener)
    try:
        yield
    finally:
        _told.reset(before)
