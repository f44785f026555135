"""`nianbao daemon`, `status`, `doctor`: running it for real."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import OperationalError

from nianbao.crawler.states import STATES
from nianbao.monitor.cli.asking import open_to_ask
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.deciding import Who, Why
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.faults import for_people
from nianbao.monitor.cli.language import one_of, say
from nianbao.monitor.cli.places import (
    DATABASE,
    TOML,
    WHERE,
    SettingsFile,
    Store,
    counties_in,
    settings_in,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.standings import counted
from nianbao.monitor.daemon import Work, run
from nianbao.monitor.deciding import Deciding
from nianbao.monitor.doctor import checks
from nianbao.monitor.engine.carriers import carried
from nianbao.monitor.engine.carriers import worker as worker_of
from nianbao.monitor.engine.kinds import QUEUES
from nianbao.monitor.health import Health, health
from nianbao.monitor.ledger.asked import asked_columns
from nianbao.monitor.ledger.present import counts_now, totals
from nianbao.monitor.logs import log_to
from nianbao.monitor.standing import BEIJING, due_year
from nianbao.storage.audit import note
from nianbao.storage.clocks import trust
from nianbao.storage.emptied import is_emptied
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import StoreError, file_of, looking, open_store, session


def daemon(
    settings: SettingsFile = TOML,
    standby: Annotated[
        bool, typer.Option("--standby", help="Wait while another daemon works, and take its place.")
    ] = False,
) -> None:
    """Watch: visit portals by season, judge, work out standings, mail the weekly digest. Ends
    within 10 s when asked to.

    Logs are lines of JSON on standard error; /healthz and /metrics on the port of [daemon].
    """
    told = settings_in(settings)
    os.environ[WHERE] = str(settings)  # for the sweeps, which are processes of their own
    folder = Path(told.counties)
    counties_in(folder)
    try:
        engine = open_store(told.store)
        why = is_emptied(engine, told.evidence)
    except StoreError as error:
        end(2, str(error))
    except OperationalError as error:
        if file_of(told.store) is not None:
            raise
        end(1, for_people(error))  # it may be up in a moment: whoever started this tries again
    if why:
        end(2, why)
    log_to()
    work = Work(engine, told, folder)
    if told.engine.kind == "procrastinate":
        try:
            work = Deciding(engine, told, folder, jobs=carried(engine))
        except StoreError as error:
            end(2, str(error))
    raise typer.Exit(run(work, standby=standby))


def worker(
    settings: SettingsFile = TOML,
    queues: Annotated[
        str,
        typer.Option(
            "--queues",
            help="Only jobs of these, parted by commas: people (what somebody waits for in the "
            "pages), sweeps, watch (standings), mail, archive.",
        ),
    ] = "",
    concurrency: Annotated[
        int,
        typer.Option("--concurrency", min=0, help="Jobs at a time; as nianbao.toml says if 0."),
    ] = 0,
) -> None:
    """Do what the daemon decides is due, on this or any other machine: [engine] of nianbao.toml
    is procrastinate. Ends within 10 s when asked to.

    Each machine has the same settings and counties' files. What a worker leaves when it is ended or
    killed, another one takes up.
    """
    told = settings_in(settings)
    os.environ[WHERE] = str(settings)
    chosen = [each.strip() for each in queues.split(",") if each.strip()]
    if unknown := [each for each in chosen if each not in QUEUES]:
        known = "、".join(QUEUES)
        end(
            2,
            f"--queues 没有 {unknown[0]}；可用：{known}",
            f"--queues: there is no {unknown[0]}; known: {', '.join(QUEUES)}",
        )
    if told.engine.kind != "procrastinate":
        end(
            2,
            f'{settings}：[engine] kind 为 "{told.engine.kind}"，由守护进程自己执行，无需执行进程',
            f'{settings}: [engine] kind is "{told.engine.kind}": the daemon itself does all, '
            "there is nothing for a worker",
        )
    counties_in(Path(told.counties))
    try:
        engine = open_store(told.store)
        why = is_emptied(engine, told.evidence)
        works = worker_of(engine, told, chosen, concurrency)
        if why:
            end(2, why)
        log_to()
        works.run()
    except StoreError as error:
        end(2, str(error))
    except OperationalError as error:
        if file_of(told.store) is not None:
            raise
        end(1, for_people(error))


def status(settings: SettingsFile = TOML, store: Store = DATABASE) -> None:
    """How it is doing: the daemon, last and next visits, portals in trouble, mail, what waits
    for a person.
    """
    told = settings_in(settings)
    engine, now = open_to_ask(store), datetime.now(UTC)
    doing = health(engine, now)
    work = Work(engine, told, Path(told.counties))
    work.reload()
    doing = doing._replace(files=tuple(work.faults))
    console = Screen()
    of_now = (EVERYTHING, due_year(now), now, work.registry)
    with looking(engine) as s:
        columns = asked_columns(s, *of_now)
        stood = totals(counts_now(s, *of_now).values())  # what people decided since is in it
    _print_health(console, doing._replace(standings=stood), len(columns))
    console.print(_visits(work, now))
    for portal in doing.trouble:
        name = work.registry.called.get(portal.county, portal.name)
        state, whole = say(*STATES[portal.state]), _when(portal.whole)
        said = say(f"{state}，最近一次完整读取 {whole}", f"{state}, last read whole {whole}")
        console.print(f"  ! {name} {portal.url} {said}")
    for problem in doing.problems:
        console.print(f"  ! {one_of(problem)}")
    if doing.problems:
        raise typer.Exit(1)


def _print_health(console: Console, doing: Health, columns: int) -> None:
    daemon, swept = doing.daemon or say("未运行", "none runs"), _when(doing.last_sweep)
    console.print(
        say(
            f"守护进程：{daemon}    最近完成巡检：{swept}",
            f"daemon: {daemon}    last sweep ended: {swept}",
        )
    )
    counts = counted(doing.standings)
    units = counts or say("尚无", "none yet")
    console.print(say(f"各单位：{units}", f"units: {units}"))
    waiting, refused = doing.mail.get("waiting", 0), doing.mail.get("refused", 0)
    console.print(
        say(
            f"待人工确认 {doing.review} 条链接、{columns} 个栏目，待判读 {doing.unjudged} 份，"
            f"邮件等待 {waiting} 封、被拒 {refused} 封",
            f"{doing.review} links and {columns} columns wait for a person, "
            f"{doing.unjudged} reports to be judged, "
            f"{waiting} mails waiting, {refused} refused",
        )
    )


def _visits(work: Work, now: datetime) -> Table:
    table = Table(box=None, padding=(0, 1))
    for head in (("县", "County"), ("上次", "Last"), ("下次", "Next"), ("连续未完整", "Failures")):
        table.add_column(say(*head), overflow="fold")
    visits = work.worked_out([county for county in work.counties if county.columns], now)
    called = work.registry.called
    for code, visit in visits.items():
        due, failures = _when(max(visit.due, now)), str(visit.failures or "")
        table.add_row(called[code], _when(visit.last), due, failures)
    return table


def _when(moment: datetime | None) -> str:
    if moment is None:
        return say("从未", "never")
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def doctor(
    settings: SettingsFile = TOML,
    portals: Annotated[
        bool, typer.Option("--portals", help="Also ask each portal for its robots.txt.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also private addresses.")
    ] = False,
    clock_is_right: Annotated[
        bool,
        typer.Option(
            "--clock-is-right",
            help="Say that this machine's clock is and was right, whatever portals say: looks in "
            "doubt because of it prove something again. Needs --who.",
        ),
    ] = False,
    who: Who = "",
    why: Why = "",
) -> None:
    """Look for what would go wrong: configuration, database, disk, clock, LibreOffice, fonts,
    mail, portals.

    Each line says what is wrong and how to mend it.
    """
    if clock_is_right:
        _trust_clock(settings, who, why)
    marks = {True: "✓", False: "✗"}
    console, wrong = Screen(), 0
    for check in checks(settings, portals=portals, allow_private=allow_private):
        lines = one_of(check.told).split("\n")
        name = f"{marks[check.well]} {one_of(check.name)}{say('：', ': ')}"
        console.print("\n    ".join([f"{name}{lines[0]}", *lines[1:]]))
        if check.well:
            continue
        wrong += 1
        if check.mend:
            console.print(f"    → {one_of(check.mend)}")
    if wrong:
        raise typer.Exit(1)


def _trust_clock(settings: Path, who: str, why: str) -> None:
    if not who:
        end(2, "请注明决定人 --who", "who decides? --who")
    engine, now = open_store(settings_in(settings).store, known=True), datetime.now(UTC)
    with session(engine) as s:
        count = trust(s, now)
        note(s, now, who, "clock_right", f"{count}", {"why": why, "looks": count})
    echo(
        say(
            f"已记录：时钟无误（{who}）；{count} 次查看恢复为依据",
            f"written down: the clock is right ({who}); {count} looks prove something again",
        )
    )
