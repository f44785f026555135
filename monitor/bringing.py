"""A report that a person brings by its address: fetched, kept, read and judged at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from nianbao.crawler.bringing import Asked, Outcome
from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import adopt
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.turns import turn_at
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry


def brought(
    registry: Registry,
    county: CountyEntry,
    engine: Engine,
    evidence: Evidence,
    asked: Asked,
    *,
    patience: float,
    waits: Callable[[], object],
    settings: dict[str, Any],
    clock: Callable[[], datetime],
    memory: int,
) -> tuple[Outcome | None, list[str]]:
    """What came of it, and what went wrong in ourselves; after a sweep that is there. Raises
    HeldError at the end of all `patience`, BrowserError.
    """
    with Reader(memory=memory) as reader:

        def judge() -> None:
            judge_county(engine, evidence, reader, county, clock())
            refresh(engine, registry, [county], clock())

        recorder = Recorder(engine, evidence, clock)
        with turn_at(engine, county.code, clock, patience, waits):
            return adopt(county, recorder, asked, reader=reader, settings=settings, done=judge)
