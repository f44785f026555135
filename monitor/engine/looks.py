"""The job of looking again: a county's columns, or some of them, at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from nianbao.crawler.browser import BrowserError
from nianbao.crawler.hours import is_open
from nianbao.crawler.proof import PROOFS
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.states import STATES
from nianbao.crawler.sweep import Progress as Swept
from nianbao.monitor.engine.jobs import JobError, Progress, Tell
from nianbao.monitor.engine.where import Where, halves
from nianbao.monitor.ledger.happened import doubted
from nianbao.monitor.paper.sentences import what
from nianbao.monitor.sweeping import look_again
from nianbao.parser.private import masked
from nianbao.storage.lease import HeldError
from nianbao.storage.queries import Happened, events
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking
from nianbao.storage.visits import Looked, looks_since

PATIENCE = 600.0  # seconds for a sweep that is there
MOST_TOLD = 40  # changes


def look_now(
    tell: Tell, where: Where, county: str, year: int, columns: Collection[int] = ()
) -> dict[str, Any]:
    """Look at some columns of a county, or at all; what was seen and what it changed, as JSON can
    say it. Raises JobError.
    """
    registry, engine, archive = where.registry(), where.engine(), where.archive()
    entry = registry.county(county)
    if entry is None or not entry.columns:
        raise JobError("这个县没有登记栏目", "no column of this county is known")
    refuse_closed(entry, where)
    begun = where.clock()
    recorder = Recorder(engine, archive, where.clock)
    known = {column.id for column in recorder.columns(recorder.register(entry))}
    meant = frozenset(columns) & known
    if columns and not meant:
        raise JobError(
            "这个栏目已不在县配置文件中", "this column is in the county's file no longer"
        )
    name = registry.called[entry.code]
    swept = Swept(changed=lambda told: tell(_told(told, name)))
    tell(Progress(0, len(meant or known), f"连接{name}的网站", f"asking the portal of {name}"))
    try:
        look_again(
            registry,
            entry,
            engine,
            archive,
            year=year,
            columns=meant,
            patience=PATIENCE,
            waits=lambda: tell(_waiting(name)),
            progress=swept,
            settings=where.manners,
            clock=where.clock,
            memory=where.reader_memory,
        )
    except (HeldError, BrowserError) as error:
        raise JobError(*halves(str(error))) from None
    with looking(engine) as s:
        looks = looks_since(s, meant or known, begun)
        happened = doubted(s, events(s, of_county(entry.code), begun))
    return {
        "looks": [_look_row(each) for each in looks],
        "columns": len(meant or known),
        "changes": [_change_row(each) for each in happened[:MOST_TOLD]],
        "problems": len(swept.problems),
    }


def refuse_closed(county: CountyEntry, where: Where) -> None:
    """Raises JobError while a portal may not be visited."""
    if not is_open(county, where.clock()):
        window = county.http["window"]
        raise JobError(
            f"现在不在允许查看的时段（{window}）", f"it may be looked at only at {window}"
        )


def _told(swept: Swept, name: str) -> Progress:
    return Progress(
        swept.done,
        swept.columns,
        f"正在查看{name}的栏目，已取得{swept.answers}次回应",
        f"reading the columns of {name}, {swept.answers} answers so far",
    )


def _waiting(name: str) -> Progress:
    return Progress(
        0,
        0,
        f"{name}正在巡检，等它结束（最多10分钟）",
        f"a sweep is at {name}; waiting for its end, ten minutes at most",
    )


def _look_row(look: Looked) -> dict[str, Any]:
    words: Sequence[str] = PROOFS.get(look.proof, STATES[look.state])
    zh, en = words
    return {
        "url": look.url,
        "state": look.state,
        "complete": look.complete,
        "read": look.read,
        "zh": zh,
        "en": en,
    }


def _change_row(event: Happened) -> dict[str, Any]:
    zh, en = masked(what(event, "zh")), masked(what(event, "en"))
    return {"unit": event.unit, "name": event.name, "year": event.year, "zh": zh, "en": en}
