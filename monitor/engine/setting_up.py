"""The jobs of set-up: a search for a county's columns, a report that a person brings by its
address, a look with pages that a person saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from nianbao.crawler.bringing import Asked
from nianbao.crawler.browser import BrowserError
from nianbao.crawler.client import Client
from nianbao.crawler.discovering.driving import kept_in
from nianbao.crawler.discovering.found import MOST_ASKED
from nianbao.crawler.discovering.found import Progress as Searching
from nianbao.crawler.hours import is_open
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.saved import Saved, SavedError, saved_in
from nianbao.monitor.bringing import brought
from nianbao.monitor.counties import CountyFileError, here_of
from nianbao.monitor.engine.found import Found
from nianbao.monitor.engine.jobs import JobError, Progress, Tell
from nianbao.monitor.engine.where import Where, halves
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.saved_looks import Said, Shown, look_with
from nianbao.monitor.searching import Wish, is_right, keep, proposed_of, searched
from nianbao.storage.adopting import Bringing
from nianbao.storage.lease import HeldError
from nianbao.storage.registry import ConfigError, CountyEntry
from nianbao.storage.units import entry_of

PATIENCE = 600.0  # seconds for a sweep that is there
WAITS = Progress(0, 0, "正在巡检，等它结束", "a sweep is at it, waiting for its end")


def discover_now(
    tell: Tell, where: Where, county: str, url: str, host_is_right: bool, departments: bool
) -> Found:
    """Raises JobError."""
    wish, now, settings = Wish(host_is_right, departments), where.clock(), where.settings
    try:
        here = here_of(county, Path(where.counties))
    except ConfigError as error:
        raise JobError(*halves(error.faults[0])) from None
    except CountyFileError as error:
        raise JobError(error.zh, error.en) from None
    refuse_closed(here.county, now)
    pause = max(settings.daemon.pause, float(here.county.http.get("delay", 0.0)))
    private = settings.daemon.allow_private
    client = Client(
        allow_private=private, pause=pause, contact=settings.contact, hosts=where.hosts()
    )
    kept, progress, units = kept_in(here.kept, now), Searching(), len(here.county.units)

    def changed() -> None:
        columns, seen = progress.columns, progress.units
        zh = f"{columns} 个栏目，{seen}/{units} 个单位"
        en = f"{columns} columns, {seen} of {units} units"
        tell(Progress(client.count, MOST_ASKED, zh, en))

    try:
        found = searched(here, url, client, kept, now, wish, progress, changed)
        told = proposed_of(here, found, wish)
        keep(kept, found, told, is_written=False)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise JobError(f"{error.filename}：{why}", f"{error.filename}: {why}") from None
    before = here.text if here.stands else ""
    mark, file = here.mark, str(here.file)
    return Found(found, told, before, mark, file, client.count, is_right(found, wish))


def refuse_closed(county: CountyEntry, now: datetime) -> None:
    if not is_open(county, now):
        window = county.http.get("window")
        raise JobError(f"不在允许的时段（{window}）", f"outside its window ({window})")


def adopt_now(
    tell: Tell,
    where: Where,
    county: str,
    unit: str,
    year: int,
    url: str,
    who: str,
    why: str,
    insist: bool,
) -> dict[str, Any]:
    """`unit`: its key. Raises JobError."""
    registry, engine, archive = where.registry(), where.engine(), where.archive()
    own = registry.county(county)
    entry = entry_of(own, unit, "") if own is not None else None
    if own is None or entry is None:
        raise JobError("这个单位不在县配置文件中", "it is not in its county's file")
    refuse_closed(own, where.clock())
    Recorder(engine, archive, where.clock).register(own)
    tell(Progress(0, 0, "正在读取", "being read"))
    asked = Asked(Bringing(unit, year, url, "", who, why, insisted=False), entry, insist)
    try:
        outcome, problems = brought(
            registry,
            own,
            engine,
            archive,
            asked,
            patience=PATIENCE,
            waits=lambda: tell(WAITS),
            settings=where.manners,
            clock=where.clock,
            memory=where.reader_memory,
        )
    except (HeldError, BrowserError) as error:
        raise JobError(*halves(str(error))) from None
    if outcome is None:
        raise JobError("程序出错，没有完成", f"a fault of ours: {''.join(problems)[:200]}")
    return {"outcome": outcome.name, "zh": outcome.zh, "en": outcome.en}


def saved_now(
    tell: Tell,
    where: Where,
    county: str,
    files: Sequence[tuple[str, str]],
    url: str,
    when: datetime | None,
    who: str,
) -> Shown:
    """`files`: what each is called, and where it lies meanwhile. Raises JobError."""
    registry, engine, archive = where.registry(), where.engine(), where.archive()
    own = registry.county(county)
    tell(Progress(0, len(files), "正在读取", "being read"))
    try:
        if own is None:
            raise JobError("这个县没有配置文件", "this county has no file")
        pages = [_page(name, Path(path)) for name, path in files]
        shown = look_with(
            pages,
            Said(who, url, when),
            Registry([own], where.deadlines),
            engine,
            archive,
            patience=PATIENCE,
            waits=lambda county: tell(WAITS),
            clock=where.clock,
            memory=where.reader_memory,
        )
        unused = [page._replace(file=b"", page=b"") for page in shown.unused]
        return shown._replace(unused=unused)
    except SavedError as error:
        raise JobError(error.zh, error.en) from None
    except HeldError as error:
        raise JobError(*halves(str(error))) from None
    finally:
        for _, path in files:
            with suppress(OSError):
                Path(path).unlink()


def _page(name: str, path: Path) -> Saved:
    try:
        return saved_in(name, path.read_bytes())
    except SavedError as error:
        raise JobError(f"{name}：{error.zh}", f"{name}: {error.en}") from None
