"""The daemon of a season under a steered clock, to be hurt: `python -m tests.chaos.daemon FOLDER MAIL_PORT LAST_DAY STORE`.

Each day has two parts: at 6 a storm, in which it does what it can, and from 8 on, when all is well
again, the work of the day, which it does until it is done. Sweeps are processes of their own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import Reader, ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.visit import Wanted
from nianbao.monitor.daemon import Running, Work
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.mail import returned
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import StandingRow, Sweep
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store
from tests.chaos.places import CALM, STORM, TELLING, At, go_to, is_allowed, jumped, put, where
from tests.worlds.mailbox import Mailbox
from tests.worlds.seasons import YEAR, Season, exempted, settings_for

MOST_TRIES = 60
OF_DAYS = 43200.0  # seconds of a clock on another day


def say(what: str, **more: object) -> None:
    """Through a pipe: what is written to a full disk is lost."""
    os.write(2, (json.dumps({"what": what, **more}, ensure_ascii=False) + "\n").encode())


@dataclass
class Shaken(Season):
    """Its clock may be put off at any moment."""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=jumped(self.folder))


class Forked:
    """A sweep in a process of its own, as `Running` wants to ask it."""

    def __init__(self, work: Callable[[], int]) -> None:
        self.code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            code = 3
            try:
                code = work()
            except BaseException as error:
                say("sweep", error=f"{type(error).__name__}: {error}"[:300])
            os._exit(code)

    def poll(self) -> int | None:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def wait(self, timeout: float | None = None) -> int:
        while self.poll() is None:
            time.sleep(0.01)
        return cast(int, self.code)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


def sweep_of(season: Season, store: str, counties: Sequence[CountyEntry], work: Work) -> int:
    """0 if each look was complete, 1 if not."""
    work.engine.dispose(close=False)  # its connections are the parent's
    engine, evidence = open_store(store), Evidence(season.folder / "evidence")
    whole = True
    for county in counties:
        wanted = wanted_of(engine, work.registry, county, season.now())
        recorder = Recorder(engine, evidence, season.now)
        whole = _looked(recorder, county, wanted) and whole
        judge_county(engine, evidence, ReadHere(), county, season.now())
        refresh(engine, work.registry, [county], season.now())
    engine.dispose()
    return 0 if whole else 1


def _looked(recorder: Recorder, county: CountyEntry, wanted: Wanted) -> bool:
    return look_once(recorder, county, timeout=2.0, wanted=wanted, timed=True)


def work_of(season: Season, port: int, store: str) -> Work:
    settings = settings_for(season.folder, Mailbox(port), store)

    def start(work: Work, counties: Sequence[CountyEntry]) -> Running:
        process = Forked(lambda: sweep_of(season, store, counties, work))
        codes = tuple(county.code for county in counties)
        return Running(cast(Any, process), codes, time.monotonic(), Path("log"), season.now())

    return Work(open_store(store), settings, season.folder / "counties", season.now, start)


def tried(name: str, job: Callable[[], object]) -> bool:
    """As the daemon does each of its jobs: a failure stops nothing."""
    try:
        job()
    except Exception as error:
        say(name, error=f"{type(error).__name__}: {error}"[:300])
        return False
    return True


def last_sweep(work: Work) -> tuple[int, bool]:
    with looking(work.engine) as s:
        row = s.scalars(select(Sweep).order_by(Sweep.id.desc()).limit(1)).first()
    return (row.id, row.ended is not None) if row is not None else (0, True)


def sweeps(work: Work) -> None:
    """What is due, to its end."""
    work.sweeps()
    while work.running:
        time.sleep(0.01)
        work.sweeps()


def swept_by_hand(work: Work) -> None:
    """As an operator does after a mend: a whole sweep that begins now, whatever was left."""
    work.reload()
    before, _ = last_sweep(work)
    assert work.start_sweep is not None
    while True:
        started = work.start_sweep(work, work.counties)
        assert started is not None
        code = started.process.wait()
        newest, ended = last_sweep(work)
        if code in (0, 1) and newest > before and ended:
            return
        say("again", code=code, newest=newest)


def read_hostile(work: Work, inbox: Path, reader: Reader) -> None:
    """The inbox, as the daemon reads it; nothing in it is of ours."""
    for file in sorted(inbox.glob("*.eml")):
        found = returned.told_in_child(reader, file.read_bytes())
        if found is not None and returned.record(work.engine, found):
            say("marked", error=found.message_id)
        file.unlink()
        say("hostile mail")


def stood(work: Work) -> str:
    """Where units stand at the end of a day, for the season's year: of years before it a clock
    that was behind says that nobody has looked.
    """
    with looking(work.engine) as s:
        of_year = select(StandingRow).where(StandingRow.year == YEAR)
        rows = s.scalars(of_year.order_by(StandingRow.unit))
        told = [[row.unit, row.year, row.name, row.confirmed, row.quality] for row in rows]
    return json.dumps(told)


def storm(work: Work, season: Season, inbox: Path, reader: Reader) -> None:
    if abs(jumped(season.folder)) >= OF_DAYS:  # for one sweep; mail waits for a clock that is right
        if tried("swept", lambda: swept_by_hand(work)):
            say("of another day")
        return
    jobs: dict[str, Callable[[], object]] = {
        "standings": work.standings,
        "sweeps": lambda: sweeps(work),
        "tell": work.tell,
        "inbox": lambda: read_hostile(work, inbox, reader),
    }
    for name, job in jobs.items():
        tried(name, job)


def calm(work: Work, season: Season) -> None:
    jobs: dict[str, Callable[[], object]] = {
        "exempted": lambda: exempted(season, work),
        "standings": work.standings,
        "swept": lambda: swept_by_hand(work),
        "tell": work.tell,
    }
    for name, job in jobs.items():
        tries = 0
        season.hour = TELLING if name == "tell" else CALM
        while not tried(name, job):
            tries += 1
            if tries == MOST_TRIES:
                raise SystemExit(f"{name} can't be done")
            time.sleep(0.2)


def awaited(folder: Path, at: At) -> None:
    while not is_allowed(folder, at):
        time.sleep(0.01)


def main() -> None:
    folder, port, last = Path(sys.argv[1]), int(sys.argv[2]), date.fromisoformat(sys.argv[3])
    at = where(folder)
    season = Shaken(folder, at.day)
    with Reader(returned.READING, returned.MEMORY, children=1) as reader:
        work = work_of(season, port, sys.argv[4])
        say("ready")
        while at.day <= last:
            season.day, season.hour = at.day, STORM
            awaited(folder, at)
            if at.part == "storm":
                storm(work, season, folder.parent / "inbox", reader)
                at = At(at.day, "calm")
            else:
                calm(work, season)
                put(folder / f"stood {at.day}", stood(work))
                at = At(at.day + timedelta(days=1), "storm")
            work.looked = None
            go_to(folder, at)


if __name__ == "__main__":
    main()
