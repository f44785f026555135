"""`nianbao web`: the pages, on a port of this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

import typer

from nianbao.crawler.limits import CHILD
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, reason, say
from nianbao.monitor.cli.lazy import load
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
from nianbao.monitor.cli.publishing import refuse_unknown
from nianbao.monitor.engine.carriers import jobs_of
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.logs import log, log_to
from nianbao.monitor.manners import now
from nianbao.monitor.settings import Settings, Web
from nianbao.monitor.sign_in import faults
from nianbao.monitor.web.serving import base_of, few_arenas, is_loopback, server_of
from nianbao.monitor.web.site import LOOPBACK, Files, Site
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import open_store

ENDING = 4.0  # seconds, after those that the server gives its pages


def web(
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, help="Its port; 0: one that is free; else that of [web]."
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", help="The address of this machine that answers."),
    ] = None,
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

    They answer on this machine alone; proxies are answered too where people sign in. What a button
    does is written into the log of decisions.
    """
    here = settings_here()
    settings = replace(here, store=store, evidence=evidence, counties=str(config))
    where = _where(settings.web, port, host, base, name or ())
    if demo:
        with tempfile.TemporaryDirectory(prefix="nianbao-web-") as folder:
            _show_demo(Path(folder), where)
        return
    is_first = _is_first(config, here)
    if not is_first:
        registry = Registry(counties_in(config))  # a fault in them is told before anybody looks
        refuse_unknown(registry, settings.public)
    files = Files(config, settings.deadlines)
    engine = open_store(store, known=not is_first)
    parts = engine, Evidence(evidence), files, now, current()
    jobs = jobs_of(settings, engine)
    _serve(Site(*parts, names=where.names, settings=settings, jobs=jobs), where)


class Where(NamedTuple):
    """Where it answers, and by which names it is called."""

    host: str
    port: int
    base: str
    names: tuple[str, ...]


def _where(told: Web, port: int | None, host: str | None, base: str, named: Sequence[str]) -> Where:
    """As it is asked for, else as the settings say; ends the command where that can't be."""
    host, base = told.address if host is None else host, base or told.base
    for wrong in faults(told, host, is_elsewhere=not is_loopback(host)):
        end(2, wrong.zh, wrong.en)
    under = base_of(base)
    if under is None:
        zh = f"--base {base}：应为 /nianbao 一类的路径"
        end(2, zh, f"--base {base}: say a path like /nianbao")
    public = urlsplit(told.public).hostname or ""
    names = filter(None, (public, *(each.lower() for each in named)))
    return Where(host, told.port if port is None else port, under, (*LOOPBACK, *names))


def _is_first(counties: Path, here: Settings) -> bool:
    """Whether nothing was set up yet. A folder that is named and not there is a mistake."""
    is_meant = counties.is_dir() or counties == Path(here.counties)
    return is_meant and not any(counties.glob("*.yaml"))


def _show_demo(folder: Path, where: Where) -> None:
    """A season up to a day, which goes on; its portal can be looked at again."""
    told = say("正在准备青川县的一季（约一分钟）", "living a season of 青川县, about a minute")
    Screen(stderr=True).print(f"{told}…")
    with load("living:living")(folder) as clock:
        _show(folder, clock, where)


def show_season(folder: Path, clock: Callable[[], datetime]) -> None:
    """The pages of a season that was lived in a folder, until Ctrl-C."""
    _show(folder, clock, Where("127.0.0.1", 0, "", LOOPBACK))


def _show(folder: Path, clock: Callable[[], datetime], where: Where) -> None:
    settings: Settings = load("living:settings_in")(folder)
    files = Files(Path(settings.counties), {})
    parts = open_store(settings.store, known=True), Evidence(settings.evidence), files, clock
    _serve(Site(*parts, current(), names=where.names, settings=settings), where, is_demo=True)


def _serve(site: Site, where: Where, *, is_demo: bool = False) -> None:
    is_child = CHILD in os.environ
    few_arenas()
    with _listening(where.host, where.port) as taken:
        shown = f"[{where.host}]" if ":" in where.host else where.host
        at = f"http://{shown}:{taken.getsockname()[1]}{where.base}/"
        if is_demo:  # letters lead to its units' doors, on this machine
            web = replace(site.settings.web, public=at.rstrip("/"))
            site = replace(site, settings=replace(site.settings, web=web))
        if is_child:
            log_to()
            log.info("pages", extra={"told": {"at": at}})
            threading.Thread(target=_until_alone, daemon=True).start()
        else:
            told = say(
                f"请在浏览器打开 {at}（Ctrl-C 结束）", f"open {at} in a browser (Ctrl-C ends it)"
            )
            Screen(stderr=True).print(told, soft_wrap=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it as asked
        with contextlib.suppress(KeyboardInterrupt):
            server_of(site, where.host, where.port, where.base).run(sockets=[taken])
        site.jobs.close()
        _end_at_last()


def _until_alone() -> None:
    """A child ends when the daemon that began it is gone: then nobody writes to it any more."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _end_at_last() -> None:
    """A page that still waits for a database that never answers is waited for no longer: what
    it has not written whole is not written.
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
