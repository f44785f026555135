"""Jobs that workers on any machine do, carried by procrastinate in PostgreSQL.

They outlive whoever asked for them. Of arguments only what JSON can say goes along; what every
machine knows by itself, such as where its files are, each worker puts in.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import psycopg_pool
from procrastinate import App, JobContext, PsycopgConnector, RetryDecision, SyncPsycopgConnector
from procrastinate.exceptions import JobAborted, ProcrastinateException
from procrastinate.jobs import Job as Carried
from procrastinate.retry import BaseRetryStrategy
from procrastinate.schema import SchemaManager
from procrastinate.worker import Worker as Carrier
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from nianbao.monitor.engine.doing import BROKEN, DIED, CancelledError, Task, apart, here
from nianbao.monitor.engine.jobs import (
    NOTHING_YET,
    BusyError,
    Job,
    JobError,
    JobState,
    Kind,
    Progress,
)
from nianbao.monitor.engine.local import BUSY, MOST_WAITING
from nianbao.storage.advisory import in_turn
from nianbao.storage.jobs import (
    SCHEMA,
    STALLED,
    JobRow,
    all_rows,
    by_token,
    count_waiting,
    forget_old,
    had_by,
    hand_back,
    note,
    note_asked,
    open_locks,
    open_of,
    prepare,
    raw_of,
    take_up_again,
)
from nianbao.storage.store import looking, session

WAITS = (10, 60, 300)  # seconds before a job that went wrong is tried again
REST = 5.0  # seconds before a database that does not answer is asked again
ENDING = 9.5  # seconds in which a worker ends, whatever does not answer
PATIENCE = 1.0  # seconds that jobs get to end by themselves
HEARTBEAT = 10.0
OFTEN = 1.0  # seconds between two times that is written down how far a job is
GONE = (
    "没有这个任务：任务结束两小时后不再保留，请重新开始",
    "there is no such job: they are kept for two hours after their end; begin it again",
)
STATES: Mapping[str, JobState] = {
    "todo": "waiting",
    "doing": "running",
    "succeeded": "done",
    "failed": "failed",
}
log = logging.getLogger("nianbao")


def make_ready(engine: Engine) -> None:
    """The tables of jobs, as this release of procrastinate wants them. Raises StoreError."""
    steps = Path(SchemaManager.get_migrations_path()).glob("*.sql")
    told = {step.name: step.read_text("utf-8") for step in steps}
    prepare(engine, SchemaManager.get_schema(), told)


def _now() -> datetime:
    return datetime.now(UTC)


class Procrastinated:
    """Hands jobs to workers, and tells what became of them."""

    gone = GONE

    def __init__(
        self,
        engine: Engine,
        kinds: Iterable[Kind],
        *,
        own: Iterable[str] = ("where",),
        most_waiting: int = MOST_WAITING,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.engine, self.own = engine, frozenset(own)
        self.kinds = {kind.name: kind for kind in kinds}
        self.most_waiting, self.clock = most_waiting, clock
        self._app = App(connector=SyncPsycopgConnector())
        make_ready(engine)

    def submit(
        self, kind: str, arguments: Mapping[str, Any], lock: str = "", *, priority: int = 0
    ) -> Job:
        of, token = self.kinds[kind], secrets.token_urlsafe(16)
        named = f"{kind}:{lock or token}"
        with session(self.engine) as s:
            in_turn(s, f"job {named}")
            if (known := open_of(s, named)) is not None:
                return _job(known)
            if of.queue == "people" and count_waiting(s, kind) >= self.most_waiting:
                raise BusyError(*BUSY)
            told = {key: value for key, value in arguments.items() if key not in self.own}
            deferrer = self._app.configure_task(
                name=kind,
                queue=of.queue,
                lock=named,
                queueing_lock=named,
                priority=of.priority + priority,
                connection=raw_of(s),
            )
            note_asked(s, deferrer.defer(**told), token, self.clock())
            made = by_token(s, token)
        assert made is not None  # it was just written down
        return _job(made)

    def job(self, id: str) -> Job | None:
        with looking(self.engine) as s:
            row = by_token(s, id)
        return None if row is None else _job(row)

    def jobs(self, kind: str = "") -> Sequence[Job]:
        with looking(self.engine) as s:
            return [_job(row) for row in all_rows(s, [kind] if kind else [*self.kinds])]

    def open_locks(self) -> set[tuple[str, str]]:
        """Kind and lock of all that waits or runs."""
        with looking(self.engine) as s:
            parts = [each.partition(":") for each in open_locks(s)]
        return {(kind, lock) for kind, _, lock in parts}

    def cancel(self, id: str) -> Job | None:
        with session(self.engine) as s:
            row = by_token(s, id)
            if row is not None:
                raw = raw_of(s)
                self._app.job_manager.cancel_job_by_id(row.id, abort=True, connection=raw)
        return self.job(id)

    def take_up_again(self, seconds: float = STALLED) -> None:
        """What dead workers left, and away with what is over."""
        if left := take_up_again(self.engine, seconds):
            log.warning("jobs taken up again", extra={"told": {"jobs": left}})

    def forget_old(self) -> None:
        forget_old(self.engine)

    def close(self) -> None:
        """Jobs are the workers': none ends with whoever asked."""


def _job(row: JobRow) -> Job:
    state = STATES.get(row.status, "cancelled")
    why = ("", "")
    if state == "failed":  # one whose workers died could say nothing
        why = (row.why[0], row.why[1]) if row.why else DIED
    return Job(
        id=row.token,
        kind=row.kind,
        lock=_lock_of(row),
        arguments=row.arguments,
        asked=row.asked,
        state=state,
        began=row.began,
        ended=row.ended if state not in ("waiting", "running") else None,
        progress=Progress(*row.progress) if row.progress else NOTHING_YET,
        result=row.result if state == "done" else None,
        why=why,
    )


def _lock_of(row: JobRow) -> str:
    lock = row.lock.partition(":")[2]
    return "" if lock == row.token else lock


# ---- a worker


class Again(BaseRetryStrategy):
    """What was ended because its worker ends is begun again at once; what went wrong some times,
    after a wait; what can't be done is not.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Carried) -> RetryDecision | None:
        if isinstance(exception, JobAborted):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, JobError) or job.attempts >= len(WAITS):
            return None
        return RetryDecision(retry_in={"seconds": WAITS[job.attempts]})


class _Asked(threading.Event):
    """Whether a job is to be ended, as procrastinate says."""

    def __init__(self, context: JobContext) -> None:
        super().__init__()
        self.context = context

    def is_set(self) -> bool:
        return self.context.should_abort()


@dataclass
class Worker:
    """Does jobs until it is told to stop; whatever the database does meanwhile."""

    engine: Engine
    kinds: Sequence[Kind]
    own: Mapping[str, Any]  # arguments of every job that this machine knows by itself
    queues: Sequence[str] = ()  # none: all
    concurrency: int = 2
    clock: Callable[[], datetime] = _now
    _stop: bool = field(default=False, init=False)
    _at: set[int] = field(default_factory=set, init=False)  # the jobs that are being done here

    def run(self) -> None:
        make_ready(self.engine)
        asyncio.run(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self.concurrency + 2))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, asyncio.current_task())
        log.info("worker began", extra={"told": {"queues": [*self.queues]}})
        while not self._stop:
            try:
                await self._work()
            except asyncio.CancelledError:
                break
            except (ProcrastinateException, psycopg.Error, psycopg_pool.PoolTimeout) as error:
                log.error("worker", extra={"told": {"error": f"{type(error).__name__}: {error}"}})
            try:
                await asyncio.sleep(0 if self._stop else REST)
            except asyncio.CancelledError:
                break
        log.info("worker ended")

    def _end(self, task: asyncio.Task[Any] | None) -> None:
        if not self._stop:
            self._stop = True
            _end_at_last()
            if task is not None:
                task.cancel()

    async def _work(self) -> None:
        app = self.app()
        async with app.open_async():
            carrier: Any = Carrier(
                app,
                [*self.queues] or None,
                concurrency=self.concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=PATIENCE,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                fetch_job_polling_interval=2.0,
                abort_job_polling_interval=2.0,
            )
            minding = asyncio.create_task(self._mind(carrier))
            try:
                await carrier.run()
            finally:
                minding.cancel()

    async def _mind(self, carrier: Carrier) -> None:
        """Where the database did not answer when a job was taken or ended, it has it that we are at
        it still: nobody would take it up as long as we live.
        """
        lost: set[int] = set()
        while True:
            await asyncio.sleep(HEARTBEAT)
            if carrier.worker_id is not None:
                try:
                    lost = await asyncio.to_thread(self.hand_back, carrier.worker_id, lost)
                except SQLAlchemyError as error:
                    told = {"error": f"{type(error).__name__}: {error}"}
                    log.warning("worker", extra={"told": told})

    def hand_back(self, worker: int, lost: Collection[int]) -> set[int]:
        """What we were not at the last time either waits again; what else we are not at may just
        have been taken, or be about to end.
        """
        now = had_by(self.engine, worker) - self._at
        if again := now.intersection(lost):
            log.warning("jobs taken up again", extra={"told": {"jobs": sorted(again)}})
            hand_back(self.engine, worker, again)
        return now - again

    def app(self) -> App:
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = f"-c search_path={SCHEMA},public"
        connector = PsycopgConnector(
            conninfo=url, kwargs={"options": options}, min_size=1, max_size=4, timeout=15
        )
        app = App(connector=connector)
        for kind in self.kinds:
            named: dict[str, Any] = {"name": kind.name, "queue": kind.queue}
            app.task(**named, pass_context=True, retry=Again())(partial(self._do, kind))
        return app

    def _do(self, kind: Kind, context: JobContext, **arguments: Any) -> None:
        """One job, in a thread. What it raises is what procrastinate goes by."""
        number = context.job.id
        assert number is not None  # it was fetched
        self._at.add(number)
        try:
            self._do_now(kind, context, number, arguments)
        finally:
            self._at.discard(number)

    def _do_now(
        self, kind: Kind, context: JobContext, number: int, arguments: Mapping[str, Any]
    ) -> None:
        begun = time.monotonic()
        lock = (context.job.queueing_lock or "").partition(":")[2]
        given = {**arguments, **self.own}
        job = Job(str(number), kind.name, lock, given, self.clock(), "running")
        told = {"kind": kind.name, "lock": lock, "job": number}
        log.info("job began", extra={"told": told})
        note(self.engine, number, began=self.clock(), ended=None, why=None)
        state, said = "failed", ""
        try:
            task = Task(job, kind, _Asked(context))
            result = (apart if kind.apart else here)(task, self._telling(number))
            note(self.engine, number, ended=self.clock(), result=result)
            state = "done"
        except CancelledError:
            state = "cancelled"
            self._note_end(number, None)
            raise JobAborted from None
        except JobError as error:
            said = error.en
            self._note_end(number, [error.zh, error.en])
            raise
        except Exception:
            log.exception("job", extra={"told": told})
            self._note_end(number, [*BROKEN])
            raise
        finally:
            seconds = round(time.monotonic() - begun, 1)
            ended = {**told, "state": state, "seconds": seconds, "why": said}
            log.info("job ended", extra={"told": ended})

    def _note_end(self, number: int, why: list[str] | None) -> None:
        """Where the database is what went wrong, nothing can be written down."""
        try:
            note(self.engine, number, ended=self.clock(), why=why)
        except SQLAlchemyError:
            log.exception("job")

    def _telling(self, number: int) -> Callable[[Progress], None]:
        last = float("-inf")

        def tell(progress: Progress) -> None:
            nonlocal last
            if time.monotonic() - last >= OFTEN:
                last = time.monotonic()
                note(self.engine, number, progress=[*progress])

        return tell


def _end_at_last() -> None:
    """What does not end is left: another worker takes it up."""
    last = threading.Timer(ENDING, _leave)
    last.daemon = True
    last.start()


def _leave() -> None:
    log.error("ended while something did not answer")
    os._exit(1)
