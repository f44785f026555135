"""`nianbao sweep`: what is seen and kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Engine

from nianbao.crawler.browser import BrowserError
from nianbao.crawler.limits import CHILD, end_with_parent
from nianbao.crawler.states import STATES
from nianbao.crawler.sweep import Progress
from nianbao.crawler.visit import Wanted
from nianbao.monitor.cli.asking import County, meant, registry_in
from nianbao.monitor.cli.bars import bar
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.details import in_words
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    EVIDENCE,
    Archive,
    Config,
    Store,
    settings_here,
)
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.logs import LOG, log, log_to
from nianbao.monitor.manners import manners
from nianbao.monitor.sweeping import sweep_counties
from nianbao.storage.emptied import is_emptied
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import StoreError, looking, open_store
from nianbao.storage.visits import last_looks, newest_sweeps, waiting_count

Swept = tuple[dict[str, bool], int]  # each county with whether it was seen whole; reports read


def sweep(
    county: County = None,
    year: Annotated[
        int | None, typer.Option(min=2008, max=2099, help="Read reports of this year only.")
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(min=2008, max=2099, help="Read reports of this year and later only."),
    ] = None,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Fetch every report again, to see whether it was edited."),
    ] = False,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also private addresses.")
    ] = False,
    pause: Annotated[float, typer.Option(help="Seconds between two requests to one host.")] = 1.0,
    retries: Annotated[
        int, typer.Option(help="How often a failed request is made again, after a growing wait.")
    ] = 2,
) -> None:
    """Look once at every column, keep and read what is new, and judge it. A second sweep of the
    same adds nothing.

    Reports that were read more than a week ago are fetched again, so that edits are seen (`http:
    {recheck: DAYS}`).
    """
    if CHILD in os.environ:
        end_with_parent()
    as_lines = os.environ.get(LOG) == "json"
    if as_lines:
        log_to()
    registry = registry_in(config)
    try:
        engine = open_store(store)
    except StoreError as error:
        end(2, str(error))
    if why := is_emptied(engine, evidence):
        end(2, why)
    counties = _chosen(engine, registry, county)
    progress = Progress()
    told = settings_here()
    settings = manners(allow_private, pause, retries, told.contact)

    def run() -> Swept:
        return sweep_counties(
            registry,
            counties,
            engine,
            Evidence(evidence),
            wanted=Wanted(year or since, year, recheck),
            progress=progress,
            settings=settings,
            memory=told.daemon.reader_memory * 1024**2,
        )

    try:
        complete, judged = _watched(progress, run)
    except BrowserError as error:
        end(2, str(error))
    if as_lines:
        _log(engine, progress, complete, judged)
    else:
        _tell_troubles(progress, counties, complete, registry)
        _tell(engine, complete, judged, registry)
    if progress.problems:
        raise typer.Exit(3)
    if not all(complete.values()):
        raise typer.Exit(1)


def _chosen(engine: Engine, registry: Registry, named: Sequence[str] | None) -> list[CountyEntry]:
    """The counties that are meant and have columns; ends the command where there are none."""
    with looking(engine) as s:
        scope = meant(s, named, registry)
    chosen = [county for county in registry.meant(scope) if county.columns]
    if not chosen:
        end(
            2,
            "没有可巡检的栏目，先用 nianbao probe 填写",
            "no columns to look at; see `nianbao probe`",
        )
    return chosen


def _watched(progress: Progress, run: Callable[[], Swept]) -> Swept:
    """The sweep with a live line on standard error, where a person watches."""
    if not sys.stderr.isatty():
        return run()
    with bar() as moving:
        task = moving.add_task(say("巡检", "Sweep"), total=None)

        def changed(now: Progress) -> None:
            said = say(f"巡检 {now.answers} 次请求", f"Sweep, {now.answers} requests")
            moving.update(task, total=now.columns, completed=now.done, description=said)

        progress.changed = changed
        return run()


def _tell_troubles(
    progress: Progress,
    counties: Sequence[CountyEntry],
    complete: Mapping[str, bool],
    registry: Registry,
) -> None:
    for busy in progress.busy:
        tell(busy)
    for county in counties:
        window = county.http.get("window")
        if county.code not in complete and window:
            name = registry.called[county.code]
            tell(
                f"{name}：不在允许的时段（{window}），未巡检",
                f"{name}: outside its window ({window}), not looked at",
            )
    tell_problems(progress.problems)


def tell_problems(problems: Sequence[str]) -> None:
    """What went wrong in ourselves."""
    for problem in problems:
        if "\n" in problem:
            tell(f"程序错误，请报告：\n{problem}", f"a fault of ours, please report:\n{problem}")
        else:
            tell(f"未能完成：{problem}", f"it could not be done: {problem}")


def _log(engine: Engine, progress: Progress, complete: Mapping[str, bool], judged: int) -> None:
    """The same for a server's log."""
    for problem in progress.problems:
        log.error("fault", extra={"told": {"problem": problem}})
    for busy in progress.busy:
        log.info("busy", extra={"told": {"why": busy}})
    with looking(engine) as s:
        for look in last_looks(s, complete):
            log.info("look", extra={"told": look._asdict()})
        sweeps = newest_sweeps(s, [*complete])
    told = {"counties": dict(complete), "sweeps": sweeps, "judged": judged}
    log.info("swept", extra={"told": told})


def _tell(engine: Engine, complete: Mapping[str, bool], judged: int, registry: Registry) -> None:
    table = Table(box=None, padding=(0, 1))
    for head in (("栏目", "Column"), ("结果", "Look"), ("条数", "Entries"), ("说明", "Detail")):
        table.add_column(say(*head))
    with looking(engine) as s:
        for look in last_looks(s, complete):
            detail = in_words(look.detail)
            table.add_row(look.url, say(*STATES[look.state]), str(look.read), detail)
        waiting = waiting_count(s)
    console = Screen()
    console.print(table)
    words = {True: say("完整", " whole"), False: say("不完整", " not whole")}
    parts = [f"{registry.called[code]}{words[whole]}" for code, whole in complete.items()]
    told = say("，", ", ").join(parts)
    console.print(
        say(
            f"{told}；新读年报 {judged} 份；待人工确认 {waiting} 条",
            f"{told}; {judged} reports read, {waiting} links wait for a person",
        )
    )
