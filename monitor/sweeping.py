"""Sweeping: every column of some counties is looked at, and what is new is judged.

It may be done twice; whoever does it (the command, the daemon, a worker) is not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.crawler.reading import MOST_MEMORY, Reader
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import Progress
from nianbao.crawler.sweep import sweep as crawl
from nianbao.crawler.visit import Wanted
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.manners import now
from nianbao.monitor.standing import Policy, due_year
from nianbao.monitor.turns import turn_at
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking
from nianbao.storage.visits import needs_fresh_look


def wanted_of(engine: Engine, registry: Registry, county: CountyEntry, now: datetime) -> Wanted:
    """What a look at a county asks for."""
    return Wanted(unconditional=bool(anew(engine, registry, [county], now)))


def anew(
    engine: Engine, registry: Registry, counties: Sequence[CountyEntry], now: datetime
) -> set[str]:
    """Counties, by their codes, whose lists are asked for as if nothing were known of them: after
    a deadline of a unit, once a day, until fresh looks of two days are there.

    Whoever is looked at late, or could not be read for weeks, needs them no less.
    """
    with looking(engine) as s:
        return {county.code for county in counties if _needs_looks(s, registry, county, now)}


def _needs_looks(s: Session, registry: Registry, county: CountyEntry, now: datetime) -> bool:
    year = due_year(now)
    ends = (Policy(on=day).ends(year) for day in registry.last_days(county, year))
    past = [end for end in ends if end <= now]
    return bool(past) and needs_fresh_look(s, county.code, max(past), now)


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
    memory: int = MOST_MEMORY,
) -> tuple[dict[str, bool], int]:
    """Look at every column of some counties, and judge what is new.

    Each county, by its code, with whether its sweep was complete; and how many reports were
    judged.
    """
    judged = 0
    with Reader(memory=memory) as reader:

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
            anew=anew(engine, registry, counties, clock()),
            progress=progress,
            settings=settings,
            reader=reader,
            done=judge,
        )
    return complete, judged


def look_again(
    registry: Registry,
    county: CountyEntry,
    engine: Engine,
    evidence: Evidence,
    *,
    year: int,
    columns: Collection[int],
    patience: float,
    waits: Callable[[], object] = lambda: None,
    progress: Progress,
    settings: dict[str, Any],
    clock: Callable[[], datetime] = now,
    memory: int = MOST_MEMORY,
) -> None:
    """Look at some columns of a county at once, or at all where none is named; after a sweep that
    is there. Raises HeldError at the end of all `patience`.
    """
    with turn_at(engine, county.code, clock, patience, waits):
        sweep_counties(
            registry,
            [county],
            engine,
            evidence,
            # With the year before: what is told of a report is held against it.
            wanted=Wanted(year - 1, year, unconditional=True, columns=frozenset(columns)),
            progress=progress,
            settings=settings,
            clock=clock,
            memory=memory,
        )
