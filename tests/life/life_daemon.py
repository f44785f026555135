"""The daemon and the pages of a long life, each a process of its own under a steered clock.

It imports nothing of the tests: put beside the packages of an older release it lives with those.

`python -c "import life_daemon; life_daemon.watch()" FOLDER`, `… life_daemon.show()" FOLDER PORT`.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED

ENDED = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED
FORKING = multiprocessing.get_context("forkserver")
# What a sweep imports; nothing that begins a reactor.
PRELOADED = [
    "life_daemon",
    "nianbao.monitor.sweeping",
    "nianbao.crawler.spider",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.downloader.contextfactory",
    "scrapy.downloadermiddlewares.cookies",
    "scrapy.downloadermiddlewares.httpcompression",
    "scrapy.downloadermiddlewares.redirect",
    "scrapy.extensions.corestats",
    "scrapy.spidermiddlewares.httperror",
    "tldextract",
]
LIMIT = 2048 * 1024**2  # bytes that a sweep may take
MOST_SWEEPS = 6  # of a day
PATIENCE = 600.0  # seconds for a job
log = logging.getLogger("nianbao")


class Steered:
    """A clock that stands until it is put on."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "at"

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self.file.read_text()).astimezone(UTC)


# ---- sweeps


class Child:
    """A sweep in a process of its own, as `Running` wants to ask it."""

    def __init__(self, process: Any) -> None:
        self.process, self.pid = process, process.pid

    def poll(self) -> int | None:
        code: int | None = self.process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("sweep", timeout or 0.0)
        return code

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()


def sweep(folder: str, store: str, evidence: str, counties: Sequence[str]) -> None:
    """As `nianbao sweep` does it, at the time that the clock says."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))
    from nianbao.crawler.sweep import Progress
    from nianbao.monitor.ledger.scope import Registry
    from nianbao.monitor.logs import log_to
    from nianbao.monitor.sweeping import sweep_counties
    from nianbao.storage.evidence import Evidence
    from nianbao.storage.registry import load_counties
    from nianbao.storage.store import open_store

    try:
        from nianbao.monitor.manners import manners
    except ImportError:  # of a release before
        from nianbao.monitor.sweeping import manners  # type: ignore[attr-defined,no-redef]
    log_to()
    registry = Registry(load_counties(Path(folder, "counties")), {})
    chosen = [county for county in registry.counties if county.code in counties]
    engine, progress = open_store(store), Progress()
    complete, _ = sweep_counties(
        registry,
        chosen,
        engine,
        Evidence(evidence),
        progress=progress,
        settings=manners(True, 0.0, 1, ""),
        clock=Steered(Path(folder)),
    )
    engine.dispose()
    for problem in progress.problems:
        log.error("problem", extra={"told": {"problem": problem}})
    sys.exit(3 if progress.problems else 0 if all(complete.values()) else 1)


# ---- the daemon


class Heard:
    """How often each of the daemon's jobs was done."""

    def __init__(self) -> None:
        self.done, self.turn = Counter[str](), threading.Condition()

    def __call__(self, event: Any) -> None:
        with self.turn:
            self.done[event.job_id] += 1
            self.turn.notify_all()


class Steering:
    """What is asked of the daemon on each day; it is begun as its scheduler does."""

    def __init__(self, folder: Path, work: Any) -> None:
        self.folder, self.work, self.heard = folder, work, Heard()
        self.scheduler: Any = None
        self.is_there = threading.Event()

    def known(self, scheduler: Any) -> Any:
        scheduler.add_listener(self.heard, ENDED)
        self.scheduler = scheduler
        self.is_there.set()
        return scheduler

    def do(self, name: str) -> None:
        """A job, now, by the scheduler; waits for its end."""
        before = self.heard.done[name]
        self.scheduler.modify_job(name, next_run_time=datetime.now(UTC))
        with self.heard.turn:
            if not self.heard.turn.wait_for(lambda: self.heard.done[name] > before, PATIENCE):
                raise TimeoutError(name)

    def step(self, told: dict[str, Any]) -> None:
        beside = self.folder / "at.new"
        beside.write_text(told["at"])
        beside.replace(self.folder / "at")
        for each in told["decided"]:
            self.decide(**each)
        self.do("standings")
        self.do("sweeps")
        for _ in range(MOST_SWEEPS):
            while any(each.process.poll() is None for each in [*self.work.running]):
                time.sleep(0.02)
            if not self.work.running:
                break
            self.do("sweeps")  # it writes down what became of them, and begins what is due
        self.do("tell")

    def decide(self, verdict: Any, target: str, year: int, why: str, rule: str) -> None:
        from nianbao.storage.decisions import decide

        said: Any = {"who": "李四", "why": why, "rule": rule, "now": self.work.clock()}
        decide(self.work.engine, verdict, target, year, **said)

    def listen(self) -> None:
        """A line for each day on standard input; one is answered when the day is over."""
        self.is_there.wait()
        for line in sys.stdin:
            try:
                self.step(json.loads(line))
                told = ""
            except Exception as error:
                log.exception("step")
                told = f"{type(error).__name__}: {error}"
            print(json.dumps({"wrong": told}), flush=True)
        os.kill(os.getpid(), signal.SIGTERM)


def watch() -> None:
    """`nianbao daemon`, with a clock of its own and sweeps that have it, too."""
    from nianbao.monitor import daemon
    from nianbao.monitor.logs import log_to
    from nianbao.monitor.settings import load_settings
    from nianbao.storage.store import open_store

    log_to()
    folder = Path(sys.argv[1])
    settings = load_settings(folder / "nianbao.toml")
    FORKING.set_forkserver_preload(PRELOADED)

    def start(work: Any, counties: Any) -> Any:
        codes = tuple(county.code for county in counties)
        process = FORKING.Process(
            target=sweep, args=(str(folder), settings.store, settings.evidence, codes)
        )
        process.start()
        child: Any = Child(process)
        return daemon.Running(child, codes, time.monotonic(), Path("log"), work.clock())

    counties = folder / "counties"
    work = daemon.Work(open_store(settings.store), settings, counties, Steered(folder), start)
    steering = Steering(folder, work)
    make = daemon.scheduler_of
    daemon.scheduler_of = lambda work: steering.known(make(work))
    threading.Thread(target=steering.listen, daemon=True).start()
    sys.exit(daemon.run(work))


# ---- the pages


def show() -> None:
    """`nianbao web`, with the same clock."""
    from nianbao.monitor.logs import log_to
    from nianbao.monitor.settings import load_settings
    from nianbao.monitor.web.serving import server_of
    from nianbao.monitor.web.site import LOOPBACK, Files, Site
    from nianbao.storage.evidence import Evidence
    from nianbao.storage.store import open_store

    try:
        from nianbao.monitor.web.serving import few_arenas

        few_arenas()
    except ImportError:  # of a release before
        pass
    log_to()
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    settings = load_settings(folder / "nianbao.toml")
    threading.Thread(target=_until_alone, daemon=True).start()
    site = Site(
        open_store(settings.store),
        Evidence(settings.evidence),
        Files(folder / "counties", {}),
        Steered(folder),
        "zh",
        LOOPBACK,
        settings=settings,
    )
    server_of(site, "127.0.0.1", port).run()
    site.jobs.close()
    os._exit(0)


def _until_alone() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
