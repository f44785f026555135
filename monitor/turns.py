"""One's turn at a portal: whoever is there already is waited for, and nobody asks beside him."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from nianbao.crawler.hours import LEASE
from nianbao.storage.lease import HeldError, give_back, take

SECONDS = 1.0  # between two tries


@contextmanager
def turn_at(
    engine: Engine,
    county: str,
    clock: Callable[[], datetime],
    patience: float,
    told: Callable[[], object],
) -> Iterator[None]:
    """`told` is told once that somebody is there. Raises HeldError at the end of all patience."""
    name, ends = f"sweep:{county}", time.monotonic() + patience
    waits = False
    while True:
        try:
            take(engine, name, clock, LEASE)
            break
        except HeldError:
            if time.monotonic() >= ends:
                raise
        if not waits:
            told()
        waits = True
        time.sleep(SECONDS)
    try:
        yield
    finally:
        give_back(engine, name)
