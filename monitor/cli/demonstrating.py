"""`nianbao demo`: the whole life of a season in two minutes."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.lazy import load
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.standings import counted, missing
from nianbao.monitor.demo.mailbox import Mailbox, receiving, shown
from nianbao.monitor.demo.season import Outcome, Told, last_day, live, lived, year_over
from nianbao.monitor.details import in_chinese
from nianbao.storage.standings import Stood

NEXT = """看自己的县：
  nianbao init 县名      # 写好全部乡镇
  nianbao probe 栏目网址  # 认出网站，给出配置
  nianbao sweep          # 看一遍
  nianbao daemon         # 一直看下去"""
NEXT_EN = """watch your own county:
  nianbao init NAME      # writes all its townships
  nianbao probe URL      # tells the site and what to configure
  nianbao sweep          # looks once
  nianbao daemon         # goes on looking"""


def demo(
    leave: Annotated[bool, typer.Option("--exit", help="Do not wait at the end.")] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help='{"units","sweeps","emails_sent","standings","findings"}, nothing else.'
        ),
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where everything is kept; a temporary folder if none is given."),
    ] = None,
) -> None:
    """A season of an invented county on this machine: twelve townships, three content systems,
    faults planted.

    December to April by a steered clock: sweeps, findings, Monday mails into a mail server of
    its own, the ledger, a letter.
    """
    console = Screen(stderr=as_json)
    year = year_over(date.today())
    where = folder or Path(tempfile.mkdtemp(prefix="nianbao-demo-"))
    if where.exists() and any(where.iterdir()):
        end(2, f"{where} 不是空的", f"{where} is not empty")
    with receiving() as box, shown(box, where) as page:
        if as_json:
            outcome = live(where, box, _silent, year)
            echo(json.dumps(outcome.as_json(), ensure_ascii=False))
        else:
            console.print(
                say(
                    f"青川县，12 个乡镇（街道），三种网站系统。邮件和文件：{page}",
                    f"青川县, 12 townships, three content systems. Mails and files: {page}",
                ),
                soft_wrap=True,
            )
            outcome = _lived(console, box, where, year, page, leave=leave)
    for fault in outcome.off:
        tell(f"不符：{in_chinese(fault)}", f"off: {fault}")
    if outcome.off:
        raise typer.Exit(1)


def _lived(
    console: Console, box: Mailbox, where: Path, year: int, page: str, *, leave: bool
) -> Outcome:
    """The season, told day by day; then its pages, until a person ends it."""
    with ExitStack() as stack:
        with _days_on(console, box) as told:
            outcome, clock = stack.enter_context(lived(where, box, told, year))
        _tell(console, outcome, where, year, page)
        if not leave:
            console.print(say("\n该县的网页：", "\nthe county's page:"))
            load("serving:show_season")(where, clock)
    return outcome


def _silent(day: date, counts: Mapping[Stood, int]) -> None:
    """Nobody watches."""


@contextlib.contextmanager
def _days_on(console: Console, box: Mailbox) -> Iterator[Told]:
    """Each day on a live line where a person watches; twice a month into a file."""
    if not sys.stdout.isatty():

        def printed(day: date, counts: Mapping[Stood, int]) -> None:
            if day.day in (1, 15):
                console.print(_of_day(day, box, counts))

        yield printed
        return
    with console.status("…") as line:

        def updated(day: date, counts: Mapping[Stood, int]) -> None:
            line.update(_of_day(day, box, counts))

        yield updated


def _of_day(day: date, box: Mailbox, counts: Mapping[Stood, int]) -> str:
    mails = len(box.taken)
    return say(
        f"{day}  邮件 {mails}  {counted(counts)}", f"{day}  {mails} mails  {counted(counts)}"
    )


def _tell(console: Console, outcome: Outcome, where: Path, year: int, page: str) -> None:
    sweeps, mails, standings = outcome.sweeps, outcome.emails_sent, counted(outcome.standings)
    findings = say("，", ", ").join(f"{rule}×{n}" for rule, n in outcome.findings.items())
    console.print(
        say(
            f"\n巡检 {sweeps} 次，邮件 {mails} 封，{standings}",
            f"\n{sweeps} sweeps, {mails} mails, {standings}",
        )
    )
    console.print(say(f"问题：{findings}", f"findings: {findings}"))
    as_of = last_day(year).isoformat()
    store, config = f"sqlite:///{where}/nianbao.db", where / "counties"
    asked = f"--year {year} --as-of {as_of} --store {store} --config {config}"
    console.print(f"\n$ nianbao missing {asked}", soft_wrap=True)
    missing(year=year, as_of=as_of, config=config, store=store)
    for path in sorted([*where.glob("*.xlsx"), *where.glob("*.docx")]):
        console.print(f"  {path}", soft_wrap=True)
    console.print(
        say(
            f"\n在浏览器中看邮件、台账和通知书：{page}",
            f"\nthe mails, the ledger and the letter, in a browser: {page}",
        ),
        soft_wrap=True,
    )
    console.print(say(NEXT, NEXT_EN), soft_wrap=True)
