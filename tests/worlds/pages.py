"""The pages of a store, served on a port of this machine as they are in earnest."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import Engine

from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.settings import Daemon, Settings
from nianbao.monitor.web.serving import server_of
from nianbao.monitor.web.site import LOOPBACK, Files, Site
from nianbao.storage.evidence import Evidence
from nianbao.storage.store import open_store
from tests.portals.server import Portal, Reply, Request, running
from tests.worlds.mailbox import receiving
from tests.worlds.seasons import Season, settings_for, step, work_of


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of this machine; a test that asks for it is skipped where Playwright is not installed."""
    playing = pytest.importorskip("playwright.sync_api")
    with playing.sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield opened
        opened.close()


# On which its portal is looked at, of a season.
DAYS = tuple(date(2027, *day) for day in ((1, 4), (1, 5), (1, 21), (1, 29), (2, 11), (2, 12)))


def lived(folder: Path, days: Sequence[date] = DAYS) -> datetime:
    """Some days of a season of twelve units, in a folder; returns the time on the last of them."""
    made, now = _lived_once(tuple(days))
    shutil.copytree(made.name, folder, dirs_exist_ok=True)
    return now


@cache
def _lived_once(days: tuple[date, ...]) -> tuple[TemporaryDirectory[str], datetime]:
    """By each process, for all that look at what came of it; it goes with the process."""
    made = TemporaryDirectory(prefix="nianbao-lived-", ignore_cleanup_errors=True)
    with living(Path(made.name), days) as season:
        return made, season.now() + timedelta(hours=1)


@contextmanager
def living(folder: Path, days: Sequence[date] = DAYS) -> Iterator[Season]:
    """The same, its portal still there."""
    season = Season(folder, days[0])
    with receiving() as box, running(_timed(season)) as site:
        season.config(site.url)
        work = work_of(season, settings_for(folder, box))
        for season.day in days:
            step(season, work)
        yield season


def _timed(season: Season) -> Portal:
    """It lives in its own time, and says so."""

    def answered(request: Request) -> Reply | None:
        reply = season(request)
        if reply is None:
            return None
        told = format_datetime(season.now(), usegmt=True)
        return replace(reply, headers={**reply.headers, "Date": told})

    return answered


def engine_of(folder: Path) -> Engine:
    return open_store(f"sqlite:///{folder}/n.db")


def site_of(folder: Path, now: datetime, lang: Lang = "zh", *names: str) -> Site:
    files = Files(folder / "counties", {})
    evidence = Evidence(folder / "evidence")
    told = Settings(daemon=Daemon(allow_private=True, pause=0.0))
    clock = lambda: now  # noqa: E731
    return Site(engine_of(folder), evidence, files, clock, lang, (*LOOPBACK, *names), settings=told)


@contextmanager
def served(site: Site, base: str = "") -> Iterator[str]:
    """Its address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = server_of(site, "127.0.0.1", 0, base)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{taken.getsockname()[1]}{base}"
        finally:
            server.should_exit = True
            thread.join(20)


def post(address: str, **fields: Any) -> requests.Response:
    """As a page of ours does."""
    parts = urlsplit(address)
    ours = {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
    return requests.post(address, fields, headers=ours, timeout=60)


def get(address: str, *, follow: bool = True, **headers: str) -> requests.Response:
    named: Mapping[str, str] = {key.replace("_", "-"): value for key, value in headers.items()}
    return requests.get(address, headers=dict(named), timeout=60, allow_redirects=follow)
