"""The daemon: decides when; what is done is in jobs, mail and the sweeps."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from nianbao.crawler.hours import is_open
from nianbao.crawler.limits import CHILD, before_start
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.cadence import Visit, visit_of
from nianbao.monitor.engine.where import COMMAND
from nianbao.monitor.handing_in import judge_waiting
from nianbao.monitor.health import page_in_time
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh_due
from nianbao.monitor.logs import LOG
from nianbao.monitor.mail.handed_in import answering, collect_drafts
from nianbao.monitor.mail.outbox import Anew, MailError, deliver
from nianbao.monitor.mail.posts import post
from nianbao.monitor.mail.renewing import renewed
from nianbao.monitor.mail.returned import collect
from nianbao.monitor.mail.weekly import (
    queue_alerts,
    queue_digests,
    queue_preflights,
    queue_reminders,
)
from nianbao.monitor.manners import now as wall_clock
from nianbao.monitor.pages import Page, serving
from nianbao.monitor.settings import EVIDENCE as EVIDENCE_AT
from nianbao.monitor.settings import STORE, Settings
from nianbao.monitor.showing import Pages
from nianbao.monitor.upholding import delete_old, turn_over
from nianbao.storage.drafts import waiting
from nianbao.storage.evidence import Evidence
from nianbao.storage.lease import HeldError, give_back, take
from nianbao.storage.outbox import tidy
from nianbao.storage.registry import ConfigError, CountyEntry, load_counties
from nianbao.storage.store import hurried, looking
from nianbao.storage.visits import in_short, last_visits, visits_of

HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=90)
BEAT = 30.0
REST = timedelta(minutes=15)  # of a county whose crash could not be written down
ASKED_AT_ONCE = 200  # portals of a question
MOST_AT_ONCE = 60  # portals that one sweep process visits
STOPPING = 8.0  # seconds that children get to end
ENDING = 9.5  # seconds for all of the end
ASKING = 30  # seconds for a question about the lease
log = logging.getLogger("nianbao")


@dataclass
class Running:
    """A sweep in its own process."""

    process: subprocess.Popen[bytes]
    counties: tuple[str, ...]
    began: float
    log: Path
    at: datetime  # when it began, as it saw the time itself


@dataclass
class Work:
    """All that is done again and again. Its clock is given: a
    test can live a season."""

    engine: Engine
    settings: Settings
    folder: Path
    clock: Callable[[], datetime] = wall_clock
    start_sweep: Callable[[Work, Sequence[CountyEntry]], Running | None] | None = None
    running: list[Running] = field(default_factory=list)
    counties: Sequence[CountyEntry] = ()
    stamp: list[tuple[str, tuple[int, ...]]] | None = None  # of the files that were read
    faults: list[str] = field(default_factory=list)  # of the files that are there now
    # When each portal is due, as it was last worked out.
    plan: dict[str, Visit] = field(default_factory=dict)
    # Those in whose company a sweep died: the next one is of each alone.
    alone: set[str] = field(default_factory=set)
    # When alerts and reminders were last thought of.
    looked: datetime | None = None
    # When old evidence was last looked for.
    pruned: datetime | None = None
    # By what its sweeps are begun.
    program: Sequence[str] = COMMAND

    def reload(self) -> None:
        """The counties' files, where they have changed; if faulty, the last
        sound ones stay."""
        stamp = sorted((path.name, _stamp(path)) for path in self.folder.glob("*.yaml"))
        if stamp == self.stamp:
            return
        self.stamp = stamp
        self.plan.clear()
        try:
            self.counties = load_counties(self.folder)
            self.faults = []
        except ConfigError as error:
            self.faults = list(error.faults)
            log.error("config", extra={"told": {"faults": error.faults}})

    @property
    def registry(self) -> Registry:
        return Registry(self.counties, self.settings.deadlines)

    def standings(self) -> int:
        self.reload()
        return refresh_due(self.engine, self.registry, self.clock())

    def due(self) -> list[Visit]:
        """Portals to be visited now, the longest overdue first."""
        now, busy = self.clock(), self.busy()
        may = [
            county
            for county in self.counties
            if county.columns and county.code not in busy and is_open(county, now)
        ]
        self.plan |= self.worked_out(
            [each for each in may if self.must_be_asked(each.code, now)], now
        )
        planned = (self.plan[county.code] for county in may)
        return sorted((each for each in planned if each.due <= now), key=lambda each: each.due)

    def must_be_asked(self, county: str, now: datetime) -> bool:
        """Somebody may have looked meanwhile; or our clock was ahead and was put right."""
        known = self.plan.get(county)
        return known is None or known.due <= now or known.asked > now

    def worked_out(self, counties: Sequence[CountyEntry], now: datetime) -> dict[str, Visit]:
        """When each is to be visited; asked of many at once."""
        cadence, registry = self.settings.cadence, self.registry
        found = {}
        for first in range(0, len(counties), ASKED_AT_ONCE):
            some = counties[first : first + ASKED_AT_ONCE]
            with looking(self.engine) as s:
                visits = last_visits(s, [county.code for county in some])
            for county in some:
                known = in_short(visits[county.code], now)
                found[county.code] = visit_of(county, known, cadence, registry, now)
        return found

    def busy(self) -> set[str]:
        """Counties whose portals are visited now."""
        return set(chain.from_iterable(each.counties for each in self.running))

    def sweeps(self) -> int:
        """End what takes too long, and begin sweeps of what is due."""
        self.reload()
        self.reap()
        begun = 0
        while len(self.running) < self.settings.daemon.sweeps and (due := self.due()):
            chosen = self.together([each.county for each in due])
            started = (self.start_sweep or start_sweep)(self, chosen)
            begun += len(chosen)
            if started is None:
                break
            self.running.append(started)
            told = {"counties": [county.county for county in chosen]}
            log.info("sweep began", extra={"told": told})
        return begun

    def together(self, due: Sequence[CountyEntry]) -> list[CountyEntry]:
        """Whom one process visits."""
        if due[0].code in self.alone:
            return [due[0]]
        return [county for county in due if county.code not in self.alone][:MOST_AT_ONCE]

    def reap(self) -> None:
        """What became of the sweeps that have ended."""
        longest = self.settings.daemon.sweep_hours * 3600
        for each in list(self.running):
            code = each.process.poll()
            if code is None and time.monotonic() - each.began > longest:
                log.error("sweep took too long", extra={"told": {"counties": each.counties}})
                _end(each.process, 0.0)
                code = each.process.wait()
            if code is not None:
                self.running.remove(each)
                told = {
                    "counties": each.counties,
                    "code": code,
                    "seconds": round(time.monotonic() - each.began),
                }
                log.info("sweep ended", extra={"told": told})
                if code != 0:
                    self._ended_badly(each, code)

    def _ended_badly(self, each: Running, code: int) -> None:
        """What a process left open when it died is written down, each county by itself."""
        left = [code for code in each.counties if not self._has_ended(code, each.at)]
        self.alone.difference_update(each.counties)
        if code not in (0, 1, 3) or left:
            told = {"code": code, "counties": left, "log": str(each.log)}
            log.error("sweep failed", extra={"told": told})
        if len(each.counties) > 1:
            self.alone.update(left)
            return
        problem = f"process ended with {code}"
        for county in self.counties:
            if county.code in left:
                self._note_crash(county, problem, at_once=code == 2)

    def _has_ended(self, county: str, since: datetime) -> bool:
        with looking(self.engine) as s:
            last = visits_of(s, county).last
        return last is not None and last >= since

    def _note_crash(self, county: CountyEntry, problem: str, *, at_once: bool) -> None:
        """Where not even that can be written it is not begun again at once."""
        self.plan.pop(county.code, None)
        try:
            recorder = Recorder(self.engine, Evidence(self.settings.evidence), self.clock)
            recorder.crashed(county, problem, at_once=at_once)
        except Exception:
            log.exception("crash")
            now = self.clock()
            self.plan[county.code] = Visit(county, now + REST, None, 1, now)

    def tell(self) -> None:
        """Queue what is to be told, and send what waits."""
        queued = self.digests()
        # What costs a look at every county.
        if is_full := self.is_due("looked", HOUR):
            queued += self.hourly()
        if self.is_due("pruned", 24 * HOUR):
            self.delete_old()
        self.mail(queued)
        self.posts()
        if is_full:  # mail out goes before mail in
            self.returned()
            self.drafts()

    def is_due(self, what: str, every: timedelta) -> bool:
        """Whether something was last done long ago, or later than now; it counts as done."""
        last, now = getattr(self, what), self.clock()
        if last is not None and timedelta(0) <= now - last < every:
            return False
        setattr(self, what, now)
        return True

    def digests(self) -> int:
        return queue_digests(self.engine, self.settings, self.registry, self.clock())

    def hourly(self) -> int:
        now = self.clock()
        tidy(self.engine, now)
        queued = queue_reminders(self.engine, self.settings, self.registry, now)
        queued += queue_preflights(self.engine, self.settings, self.registry, now)
        queue_alerts(self.engine, self.settings, self.registry, now)
        return queued

    def delete_old(self) -> None:
        """Where the settings set a period."""
        now, where = self.clock(), self.settings.evidence
        if gone := delete_old(self.engine, where, self.settings.retention, now):
            log.info("evidence deleted", extra={"told": {"count": len(gone)}})

    def mail(self, queued: int = 0) -> None:
        if not self.settings.mail.host:
            return
        of = (self.settings.mail, self.settings.password, self.clock)
        result = deliver(self.engine, *of, anew=self.anew())
        if queued or result.sent or result.refused:
            log.info("mail", extra={"told": {"queued": queued, **result._asdict()}})

    def anew(self) -> Anew:
        return renewed(self.engine, self.settings, self.registry, self.clock)

    def posts(self) -> None:
        result = post(self.engine, self.settings.alerts, self.clock, anew=self.anew())
        if result.sent or result.refused:
            log.info("posts", extra={"told": result._asdict()})

    def returned(self) -> None:
        """What came back is marked; an inbox that can't be read
        stops no mail."""
        if not self.settings.inbox.host:
            return
        try:
            password = self.settings.inbox_password
            count = collect(self.engine, self.settings.inbox, password, self.clock)
        except (OSError, MailError) as error:
            log.error("inbox", extra={"told": {"error": str(error)}})
        else:
            if count:
                log.warning("mail returned", extra={"told": {"count": count}})

    def drafts(self) -> None:
        """What units sent is taken in and judged; so is what a page left that ended."""
        now, evidence = self.clock(), Evidence(self.settings.evidence)
        try:
            if self.settings.inbox.host:
                collect_drafts(self.engine, evidence, self.settings, self.registry, self.clock)
        except (OSError, MailError) as error:
            log.error("inbox", extra={"told": {"error": str(error)}})
        back = answering(self.settings, self.registry, now)
        with looking(self.engine) as s:
            waits = bool(waiting(s, 1))
        if waits and (count := judge_waiting(self.engine, evidence, self.registry, answer=back)):
            log.info("drafts judged", extra={"told": {"count": count}})

    def stop(self, patience: float = STOPPING) -> None:
        """Children are asked to end, then ended: the next sweep
        does what they had not."""
        until = time.monotonic() + patience
        for each in self.running:
            each.process.terminate()
        for each in self.running:
            _end(each.process, max(0.0, until - time.monotonic()))
        self.running.clear()


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes with a file, with its rights, and with what a link leads to."""
    try:
        told = path.stat()
    except OSError:
        return ()
    return told.st_mtime_ns, told.st_ctime_ns, told.st_size


def start_sweep(
    work: Work, counties: Sequence[CountyEntry], *, ends_with_us: bool = False
) -> Running:
    """A sweep as its own process group, with bounds on memory;
    its output is in var/log."""
    settings = work.settings
    command = [
        *work.program,
        "sweep",
        "--config",
        str(work.folder),
        "--pause",
        str(settings.daemon.pause),
    ]
    if settings.daemon.allow_private:
        command.append("--allow-private")
    for county in counties:
        command += ["--county", county.code]
    # Everybody on a machine reads command lines; addresses may hold passwords.
    told = {STORE: settings.store, EVIDENCE_AT: settings.evidence, LOG: "json"}
    if ends_with_us:
        told[CHILD] = "1"
    where = Path("var/log")
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = where / "sweep.log"
    turn_over(path, settings.retention, wall_clock())
    limit = settings.daemon.sweep_memory * 1024 * 1024

    with open(path, "ab", opener=partial(os.open, mode=0o600)) as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=out,
            stdin=subprocess.PIPE if ends_with_us else subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=before_start(limit),
            env={**os.environ, **told},
        )
    codes = tuple(county.code for county in counties)
    return Running(process, codes, time.monotonic(), path, work.clock())


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Whoever does not end in time is ended, with all that it started."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
        process.wait()


# ---- the process


# Jobs that are kept in the database are named, not pickled with what they work
# on.
_work: Work | None = None


def job(name: str) -> None:
    """One of Work's methods by its name; a failure is written
    down and stops nothing."""
    if _work is None:
        return
    try:
        getattr(_work, name)()
    except Exception:
        log.exception(name)


def run(work: Work, *, standby: bool = False) -> int:
    """Until it is told to stop. 3 if another daemon works on the
    same store."""
    global _work
    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()
        _end_at_last(work)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if not _lease(work, stop, standby):
        return 3
    if stop.is_set():
        return 0
    _work = work
    work.reload()
    scheduler = scheduler_of(work)
    with ExitStack() as pages:
        daemon = work.settings.daemon
        if daemon.port:
            pages.enter_context(serving(_page, daemon.address, daemon.port))
        shown = Pages(work.settings, work.folder)
        pages.callback(shown.stop)
        scheduler.start()
        shown.keep()

        def pace() -> None:
            keep_pace(scheduler, wall_clock)
            shown.keep()

        told = {"counties": len(work.counties), "port": daemon.port}
        log.info("started", extra={"told": told})
        notify("READY=1")
        is_held = _hold(work, stop, pace)
        notify("STOPPING=1")
        scheduler.shutdown(wait=False)
        work.stop()
    if is_held:
        give_back(work.engine, "daemon")
    log.info("stopped")
    return 0 if is_held else 3


def _end_at_last(work: Work) -> None:
    """Whoever waits for a database that never answers, or for a mail server, waits no longer: the
    next start finishes the work.
    """
    last = threading.Timer(ENDING, _leave, [work])
    last.daemon = True
    last.start()


def _leave(work: Work) -> None:
    log.error("ended while something did not answer")
    for each in work.running:
        with suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
    os._exit(1)


def _page(path: str) -> Page | None:
    if _work is None:
        return None
    return page_in_time(_work.engine, _work.clock(), path, files=_work.faults)


def _lease(work: Work, stop: threading.Event, standby: bool) -> bool:
    """Wait for the lease, or for the end. False if another has it and we are
    not to stand by."""
    while not stop.is_set():
        try:
            take(hurried(work.engine, ASKING), "daemon", wall_clock, LEASE)
            break
        except HeldError as error:
            if not standby:
                log.error("another daemon", extra={"told": {"why": str(error)}})
                return False
            notify("STATUS=standing by")
            stop.wait(5.0)
        except SQLAlchemyError as error:  # the other one was stopped while it wrote
            if not standby:
                raise
            log.warning("standing by", extra={"told": {"error": type(error).__name__}})
            notify("STATUS=standing by")
            stop.wait(5.0)
    return True


def _hold(work: Work, stop: threading.Event, pace: Callable[[], object]) -> bool:
    """Keep the lease until the end. False if somebody else has taken it."""
    beat = BEAT
    if _watchdog():
        beat = min(BEAT, _watchdog() / 2)
    while not stop.wait(beat):
        notify("WATCHDOG=1")
        try:
            pace()
            take(hurried(work.engine, ASKING), "daemon", wall_clock, LEASE)
        except HeldError:
            return False
        except Exception:
            log.exception("lease")
    return True


def scheduler_of(work: Work) -> Any:
    """Jobs in the store: missed runs are made up for once, and
    none runs twice at a time."""
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=work.engine, tablename="scheduled")},
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        timezone="Asia/Shanghai",
    )
    soon = wall_clock() + timedelta(seconds=1)
    for name, seconds in (("standings", 60), ("sweeps", 20), ("tell", 20)):
        scheduler.add_job(
            job,
            "interval",
            seconds=seconds,
            args=[name],
            id=name,
            replace_existing=True,
            next_run_time=soon,
            jitter=2,
        )
    return scheduler


def keep_pace(scheduler: Any, clock: Callable[[], datetime]) -> int:
    """What is to be done again only in a long time was put off by a clock that was ahead.
    Returns how many jobs were.
    """
    now = clock()
    late = [each for each in scheduler.get_jobs() if each.next_run_time > now + 3 * EVERY]
    for each in late:
        each.modify(next_run_time=now)
    return len(late)


EVERY = timedelta(seconds=60)  # within which each job is done again


def _watchdog() -> float:
    """Seconds within which systemd wants to hear from us; 0 if it does not."""
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000


def notify(state: str) -> None:
    """Tell systemd, where it listens."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where:
        return
    if where.startswith("@"):  # an abstract socket
        where = f"\0{where[1:]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect(where)
        out.sendall(state.encode())
