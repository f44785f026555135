"""`nianbao web`: the pages, on a port of this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, reason, say
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
from nianbao.monitor.demo.mailbox import receiving
from nianbao.monitor.demo.season import begun, year_over
from nianbao.monitor.web.serving import base_of, is_loopback, server_of
from nianbao.monitor.web.site import LOOPBACK, Files, Site
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import open_store

ENDING = 4.0  # seconds, after those that the server gives its pages
DEMO_ENDS = (2, 12)  # a day on which something is to be done


def web(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Its port; 0: one that is free.")
    ] = 8080,
    host: Annotated[
        str, typer.Option("--host", help="The address of this machine that answers; loopback only.")
    ] = "127.0.0.1",
    base: Annotated[
        str, typer.Option("--base", help="The path under which a proxy shows it, such as /nianbao.")
    ] = "",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="A name by which a proxy calls it, beside those of loopback."),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="A season of an invented county instead.")
    ] = False,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
) -> None:
    """Pages in a browser: whom to call, why something can't be seen, what to mend, each with its
    proof.

    They answer on this machine alone, without accounts, and change nothing.
    """
    if not is_loopback(host):
        end(
            2,
            f"{host}：没有账户，只在本机回答（127.0.0.1 或 ::1）；他人要看请由反向代理转发",
            f"{host}: there are no accounts, so only this machine is answered (127.0.0.1 or ::1); "
            "put a proxy before it",
        )
    under = base_of(base)
    if under is None:
        zh = f"--base {base}：应为 /nianbao 一类的路径"
        end(2, zh, f"--base {base}: say a path like /nianbao")
    names = (*LOOPBACK, *(each.lower() for each in name or ()))
    if demo:
        with tempfile.TemporaryDirectory(prefix="nianbao-web-") as folder:
            clock = _lived(Path(folder))
            store, evidence = f"sqlite:///{folder}/nianbao.db", f"{folder}/evidence"
            _serve(store, evidence, Path(folder) / "counties", clock, names, host, port, under)
        return
    counties_in(config)  # a fault in them is told before anybody looks
    _serve(store, evidence, config, _now, names, host, port, under)


def _now() -> datetime:
    return datetime.now(UTC)


def _lived(folder: Path) -> Callable[[], datetime]:
    """A season up to a day, which stays."""
    year = year_over(date.today())
    told = say("正在准备青川县的一季（约一分钟）", "living a season of 青川县, about a minute")
    Screen(stderr=True).print(f"{told}…")
    with receiving() as box:
        until = date(year + 1, *DEMO_ENDS)
        moment = begun(folder, box, lambda day, counts: None, year, until)
    return lambda: moment


def _serve(
    store: str,
    evidence: str,
    counties: Path,
    clock: Callable[[], datetime],
    names: tuple[str, ...],
    host: str,
    port: int,
    base: str,
) -> None:
    files = Files(counties, settings_here().deadlines)
    site = Site(open_store(store, known=True), Evidence(evidence), files, clock, current(), names)
    with _listening(host, port) as taken:
        shown = f"[{host}]" if ":" in host else host
        at = f"http://{shown}:{taken.getsockname()[1]}{base}/"
        told = say(
            f"请在浏览器打开 {at}（Ctrl-C 结束）", f"open {at} in a browser (Ctrl-C ends it)"
        )
        Screen(stderr=True).print(told, soft_wrap=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it as asked
        with contextlib.suppress(KeyboardInterrupt):
            server_of(site, host, port, base).run(sockets=[taken])
        _end_at_last()


def _end_at_last() -> None:
    """A page that still waits for a database that never answers is waited for no longer: nothing
    is written by it.
    """
    last = threading.Timer(ENDING, os._exit, [0])
    last.daemon = True
    last.start()


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The port, which nobody else has."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
            taken.listen()  # whoever comes before the pages are ready waits for them
        except OSError as error:
            why = reason(error)
            end(1, f"端口 {port} 无法使用：{why}", f"port {port} can't be used: {why}")
        yield taken
