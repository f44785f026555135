"""`nianbao sweep`: what is seen and kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from sqlalchemy import Engine, select

from nianbao.crawler.browser import BrowserError
from nianbao.crawler.page_state import STATES
from nianbao.crawler.sweep import Progress
from nianbao.crawler.visit import Wanted
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    EVIDENCE,
    Archive,
    Config,
    Store,
    counties_in,
    settings_here,
)
from nianbao.monitor.sweeping import sweep_counties
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Column, Look, Sighting
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import StoreError, open_store, session

Swept = tuple[dict[str, bool], int]  # each county with whether it was seen whole; reports read


def sweep(
    county: Annotated[
        list[str] | None, typer.Option(help="Only these counties; may be given several times.")
    ] = None,
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

    Reports that were read more than a week ago are fetched again, so that edits are seen
    (`http: {recheck: DAYS}`).
    """
    known = counties_in(config)
    try:
        engine = open_store(store)
    except StoreError as error:
        end(2, str(error))
    counties = _chosen(known, county or (), str(config))
    progress = Progress()
    settings = _manners(allow_private, pause, retries)

    def run() -> Swept:
        return sweep_counties(
            counties,
            engine,
            Evidence(evidence),
            wanted=Wanted(year or since, year, recheck),
            progress=progress,
            settings=settings,
            regions=settings_here().deadlines,
        )

    try:
        complete, judged = _watched(progress, run)
    except BrowserError as error:
        end(2, str(error))
    _tell_troubles(progress, counties, complete)
    _tell(engine, complete, judged)
    if not all(complete.values()) or progress.problems:
        raise typer.Exit(1)


def _manners(allow_private: bool, pause: float, retries: int) -> dict[str, object]:
    """How hosts are asked, as Scrapy wants to be told."""
    return {
        "NIANBAO_ALLOW_PRIVATE": allow_private,
        "DOWNLOAD_DELAY": pause,
        "AUTOTHROTTLE_ENABLED": pause > 0,
        "NIANBAO_RETRIES": retries,
        "NIANBAO_BACKOFF": 5.0 * min(pause, 1.0),
    }


def _chosen(known: Sequence[CountyEntry], named: Sequence[str], folder: str) -> list[CountyEntry]:
    """The counties that are meant and have columns; ends the command where there are none."""
    names = {entry.county for entry in known}
    for name in named:
        if name not in names:
            end(2, f"{folder} 中没有 {name}；先用 nianbao init {name} / not among the counties")
    chosen = [entry for entry in known if entry.columns and (not named or entry.county in named)]
    if not chosen:
        end(2, "没有可巡检的栏目，先用 nianbao probe 填写 / no columns to look at")
    return chosen


def _watched(progress: Progress, run: Callable[[], Swept]) -> Swept:
    """The sweep with a live line on standard error, where a person watches."""
    if not sys.stderr.isatty():
        return run()
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("巡检", total=None)

        def changed(now: Progress) -> None:
            said = f"巡检 {now.answers} 次请求"
            bar.update(task, total=now.columns, completed=now.done, description=said)

        progress.changed = changed
        return run()


def _tell_troubles(
    progress: Progress, counties: Sequence[CountyEntry], complete: Mapping[str, bool]
) -> None:
    for busy in progress.busy:
        typer.echo(busy, err=True)
    for county in counties:
        window = county.http.get("window")
        if county.county not in complete and window:
            typer.echo(
                f"{county.county}：不在允许的时段（{window}），未巡检 / outside its window",
                err=True,
            )
    for problem in progress.problems:
        typer.echo(f"程序错误，请报告 / a fault of ours, please report:\n{problem}", err=True)


def _tell(engine: Engine, complete: Mapping[str, bool], judged: int) -> None:
    table = Table(box=None, padding=(0, 1))
    for name in ("栏目", "结果", "条数", "说明"):
        table.add_column(name)
    with session(engine) as s:
        for column in s.scalars(select(Column).order_by(Column.id)):
            latest = select(Look).where(Look.column == column.id).order_by(Look.id.desc()).limit(1)
            look = s.scalar(latest)
            if look is not None:
                table.add_row(column.url, STATES[look.state][0], str(look.read), look.detail)
        waiting = len(list(s.scalars(select(Sighting.id).where(Sighting.review != ""))))
    console = Console(highlight=False)
    console.print(table)
    words = {True: "完整", False: "不完整"}
    parts = [f"{name}{words[whole]}" for name, whole in complete.items()]
    console.print(f"{'，'.join(parts)}；新读年报 {judged} 份；待人工确认 {waiting} 条")
