"""Sweeping: every column of some counties is looked at, and what is new is
judged.

It may be done twice; whoever does it (the command, the daemon, a worker) is
not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import Progress
from nianbao.crawler.sweep import sweep as crawl
from nianbao.crawler.visit import Wanted
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry


def now() -> datetime:
    return datetime.now(UTC)


def sweep_counties(
    counties: Sequence[CountyEntry],
    engine: Engine,
    evidence: Evidence,
    *,
    wanted: Wanted | None = None,
    progress: Progress | None = None,
    settings: dict[str, Any] | None = None,
    regions: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = now,
) -> tuple[dict[str, bool], int]:
    """Look at every column, and judge what is new. Each county, and whether it
    was complete."""
    entries = {county.code: county for county in counties}
    judged = 0
    with Reader() as reader:

        def judge(portal: str) -> None:
            nonlocal judged
            judged += judge_county(engine, evidence, reader, entries[portal], clock())
            refresh(engine, [entries[portal]], clock(), regions=regions)

        complete = crawl(
            counties,
            Recorder(engine, evidence, clock),
            wanted=wanted,
            progress=progress,
            settings=settings,
            reader=reader,
            done=judge,
        )
    return complete, judged
