"""`nianbao daemon`, `status`, `doctor`: running it for real."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.places import (
    DATABASE,
    TOML,
    WHERE,
    SettingsFile,
    Store,
    counties_in,
    settings_in,
)


def daemon(
    settings: SettingsFile = TOML,
    standby: Annotated[
        bool, typer.Option("--standby", help="Wait while another daemon works, and take its place.")
    ] = False,
) -> None:
    """Watch: visit portals by season, judge, work out standings, mail the weekly digest. Ends within 10 s when asked to.

    Logs are lines of JSON on standard error; /healthz and /metrics on the port of [daemon].
    Exit codes: 0 ended as asked, 2 a fault in the configuration, 3 another daemon works on the same store.
    """
    from nianbao.monitor.daemon import Work, log_to, run
    from nianbao.storage.store import StoreError, open_store

    told = settings_in(settings)
    os.environ[WHERE] = str(settings)  # for the sweeps, which are processes of their own
    folder = Path(told.counties)
    counties_in(folder)
    try:
        engine = open_store(told.store)
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    log_to()
    raise typer.Exit(run(Work(engine, told, folder), standby=standby))


def status(settings: SettingsFile = TOML, store: Store = DATABASE) -> None:
    """How it is doing: the daemon, last and next visits, portals in trouble, mail, what waits for a person.

    Exit codes: 0 well, 1 something is wrong (it is told).
    """
    from rich.console import Console
    from rich.table import Table

    from nianbao.crawler.page_state import STATES
    from nianbao.monitor.daemon import Work
    from nianbao.monitor.health import health
    from nianbao.monitor.standing import BEIJING, NAMES
    from nianbao.storage.store import open_store

    told = settings_in(settings)
    engine, now = open_store(store), datetime.now(UTC)
    found = health(engine, now)
    work = Work(engine, told, Path(told.counties))
    work.reload()
    console = Console(highlight=False)

    def when(moment: datetime | None) -> str:
        return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}" if moment else "从未"

    console.print(f"守护进程：{found.daemon or '未运行'}    最近完成巡检：{when(found.last_sweep)}")
    console.print(
        "各单位："
        + (
            "，".join(f"{NAMES[name][0]} {count}" for name, count in found.standings.items())
            or "尚无"
        )
    )
    console.print(
        f"待人工确认 {found.review} 条，待判读 {found.unjudged} 份，邮件等待 {found.mail.get('waiting', 0)} 封、被拒 {found.mail.get('refused', 0)} 封"
    )
    table = Table(box=None, padding=(0, 1))
    for name in ("县", "上次", "下次", "连续未完整"):
        table.add_column(name, overflow="fold")
    for county in work.counties:
        if county.columns:
            visit = work.visit_of(county, now)
            table.add_row(
                county.county,
                when(visit.last),
                when(max(visit.due, now)),
                str(visit.failures or ""),
            )
    console.print(table)
    for each in found.trouble:
        console.print(
            f"  ! {each.name} {each.url}：{STATES[each.state][0]}，最近一次完整读取 {when(each.whole)}",
            markup=False,
        )
    for problem in found.problems:
        console.print(f"  ! {problem}", markup=False)
    if found.problems:
        raise typer.Exit(1)


store_app = typer.Typer(help="The database.", no_args_is_help=True)


@store_app.command("copy")
def copy_store(
    target: Annotated[
        str, typer.Argument(help="The empty database to copy to: postgresql://… or sqlite:///FILE.")
    ],
    store: Store = DATABASE,
) -> None:
    """Copy everything that is known into another database. Stop the daemon first. The evidence stays where it is.

    Exit codes: 0 copied, 2 the target is not empty, or a database can't be used.
    """
    from rich.progress import Progress

    from nianbao.storage.copying import copy
    from nianbao.storage.store import open_store

    with Progress(transient=True) as progress:
        bar = progress.add_task("", total=None)
        count = copy(
            open_store(store),
            open_store(target),
            datetime.now(UTC),
            lambda table, rows: progress.update(bar, description=table, advance=rows),
        )
    typer.echo(f"{count} 行。请在 nianbao.toml 中把 store 改为新数据库 / set `store` to it")


def doctor(
    settings: SettingsFile = TOML,
    portals: Annotated[
        bool, typer.Option("--portals", help="Also ask each portal for its robots.txt.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also private addresses.")
    ] = False,
) -> None:
    """Look for what would go wrong: configuration, database, disk, clock, LibreOffice, fonts, mail, portals.

    Each line says what is wrong and how to mend it. Exit codes: 0 all well, 1 something is wrong.
    """
    from rich.console import Console

    from nianbao.monitor.doctor import checks

    console, wrong = Console(highlight=False), 0
    for check in checks(settings, portals=portals, allow_private=allow_private):
        wrong += not check.well
        console.print(f"{'✓' if check.well else '✗'} {check.name}：{check.told}", markup=False)
        if check.mend and not check.well:
            console.print(f"    → {check.mend}", markup=False)
    if wrong:
        raise typer.Exit(1)
