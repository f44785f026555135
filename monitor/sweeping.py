"""Sweeping: every column of some counties is looked at, and what is new is judged.

It may be done twice; whoever does it (the command, the daemon, a worker) is not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import Progress
from nianbao.crawler.sweep import sweep as crawl
from nianbao.crawler.visit import Wanted
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry


def now() -> datetime:
    return datetime.now(UTC)


def sweep_counties(
    registry: Registry,
    counties: Sequence[CountyEntry],
    engine: Engine,
    evidence: Evidence,
    *,
    wanted: Wanted | None = None,
    progress: Progress | None = None,
    settings: dict[str, Any] | None = None,
    clock: Callable[[], datetime] = now,
) -> tuple[dict[str, bool], int]:
    """Look at every column of some counties, and judge what is new.

    Each county, by its code, with whether its sweep was complete; and how many reports were
    judged.
    """
    judged = 0
    with Reader() as reader:

        def judge(code: str) -> None:
            nonlocal judged
            county = registry.county(code)
            if county is not None:
                judged += judge_county(engine, evidence, reader, county, clock())
                refresh(engine, registry, [county], clock())

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
