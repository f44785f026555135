"""The jobs of watching: what the daemon decides is due, done by whichever worker takes it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from nianbao.crawler.reading import Reader
from nianbao.monitor.daemon import Work, start_sweep
from nianbao.monitor.engine.jobs import NOTHING_YET, JobError, Progress, Tell
from nianbao.monitor.engine.where import Where
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.replaying import replay_county
from nianbao.storage.registry import CountyEntry

OFTEN = 0.2  # seconds between two looks whether a sweep has ended
PATIENCE = 3.0  # seconds that it gets to end, where its worker ends

_engines: dict[str, Engine] = {}  # each store is opened once in a process
_turn = threading.Lock()


def work_of(where: Where) -> Work:
    """All that can be done at a place. Raises JobError where its store can't be used."""
    with _turn:
        if where.store not in _engines:
            _engines[where.store] = where.engine()
        engine = _engines[where.store]
    work = Work(engine, where.settings, Path(where.counties), where.clock, program=where.program)
    work.reload()
    return work


def sweep_now(tell: Tell, where: Where, county: str) -> None:
    """A process that ends with its worker; what it leaves, the next one goes on with."""
    work = work_of(where)
    work.running.append(start_sweep(work, [_county(work, county)], ends_with_us=True))
    try:
        while work.running:
            tell(NOTHING_YET)
            time.sleep(OFTEN)
            work.reap()
    finally:
        work.stop(PATIENCE)


def standings_now(tell: Tell, where: Where) -> int:
    return work_of(where).standings()


def judge_now(tell: Tell, where: Where, county: str) -> int:
    """Each report of a county that was not judged yet."""
    work = work_of(where)
    entry, now = _county(work, county), where.clock()
    with Reader(memory=where.reader_memory) as reader:
        judged = judge_county(work.engine, where.archive(), reader, entry, now)
    refresh(work.engine, work.registry, [entry], now)
    return judged


def replay_now(tell: Tell, where: Where, county: str) -> dict[str, Any]:
    """A county's archive read and judged again, and what is read differently."""
    work, changes, problems, count = work_of(where), [], [], 0
    entry = work.registry.county(county) or CountyEntry("", county)
    again = replay_county(work.engine, where.archive(), entry, where.clock, where.reader_memory)
    for done in again:
        count += 1
        tell(Progress(count, 0, f"已重读 {count} 份", f"{count} read again"))
        place = f"{done.version.unit} {done.version.year} v{done.version.number}"
        changes += [f"{place}: {change.key}" for change in done.changes]
        problems += [f"{place}: {done.problem}"] if done.problem else []
    return {"read": count, "changes": changes, "problems": problems}


def digests_now(tell: Tell, where: Where) -> int:
    return work_of(where).digests()


def hourly_now(tell: Tell, where: Where) -> int:
    return work_of(where).hourly()


def mail_now(tell: Tell, where: Where) -> None:
    work_of(where).mail()


def posts_now(tell: Tell, where: Where) -> None:
    work_of(where).posts()


def returned_now(tell: Tell, where: Where) -> None:
    work = work_of(where)
    work.returned()
    work.drafts()


def delete_now(tell: Tell, where: Where) -> None:
    work_of(where).delete_old()


def _county(work: Work, code: str) -> CountyEntry:
    """Raises JobError where its file is not on this machine."""
    entry = work.registry.county(code)
    if entry is None:
        raise JobError(f"本机没有县 {code} 的配置文件", f"this machine has no file of {code}")
    return entry
