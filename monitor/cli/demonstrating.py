"""`nianbao demo`: the whole life of a season in two minutes."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import typer


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
    """A season of an invented county on this machine: twelve townships, three content systems, faults planted.

    December to April by a steered clock: sweeps, findings, Monday mails into a mail server of its own, the ledger, a letter.
    Exit codes: 0 all is as planted, 1 something is off (it is told).
    """
    from rich.console import Console

    from nianbao.monitor.demo.mailbox import receiving, shown
    from nianbao.monitor.demo.season import live

    console = Console(stderr=as_json, highlight=False)
    year = date.today().year - 1
    where = folder or Path(tempfile.mkdtemp(prefix="nianbao-demo-"))
    if where.exists() and any(where.iterdir()):
        typer.echo(f"{where} 不是空的 / is not empty", err=True)
        raise typer.Exit(2)
    with receiving() as box, shown(box, where) as page:
        if not as_json:
            console.print(f"青川县，12 个乡镇（街道），三种网站系统。邮件和文件：{page}")
        live_line = console.status("…") if not as_json and sys.stdout.isatty() else None
        if live_line is not None:
            live_line.start()

        def told(day: date, counts: str) -> None:
            if live_line is not None:
                live_line.update(f"{day}  邮件 {len(box.taken)}  {counts}")
            elif not as_json and day.day in (1, 15):
                console.print(f"{day}  邮件 {len(box.taken)}  {counts}")

        found = live(where, box, told, year)
        if live_line is not None:
            live_line.stop()
        if as_json:
            print(json.dumps(found.as_json(), ensure_ascii=False))
        else:
            _tell(console, found, where, year, page)
            if not leave:
                console.print("\n按 Ctrl-C 结束 / Ctrl-C ends it")
                _wait()
    for each in found.off:
        typer.echo(f"不符：{each}", err=True)
    if found.off:
        raise typer.Exit(1)


def _tell(console, found, where, year, page):  # type: ignore[no-untyped-def]
    from nianbao.monitor.cli.standings import missing
    from nianbao.monitor.standing import NAMES

    console.print(
        f"\n巡检 {found.sweeps} 次，邮件 {found.emails_sent} 封，"
        + "，".join(f"{NAMES[name][0]} {count}" for name, count in found.standings.items())
    )
    console.print(f"问题：{'，'.join(f'{rule}×{count}' for rule, count in found.findings.items())}")
    console.print(
        f"\n$ nianbao missing --year {year} --as-of {year + 1}-04-30 --store sqlite:///{where}/nianbao.db --config {where}/counties"
    )
    missing(
        year=year,
        as_of=f"{year + 1}-04-30",
        config=where / "counties",
        store=f"sqlite:///{where}/nianbao.db",
    )
    for path in sorted([*where.glob("*.xlsx"), *where.glob("*.docx")]):
        console.print(f"  {path}", markup=False)
    console.print(f"\n在浏览器中看邮件、台账和通知书：{page}")
    console.print(
        "看自己的县 / watch your own county:\n  nianbao init 县名      # 写好全部乡镇\n  nianbao probe 栏目网址  # 认出网站，给出配置\n  nianbao sweep          # 看一遍\n  nianbao daemon         # 一直看下去"
    )


def _wait() -> None:
    import contextlib
    import time

    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)
