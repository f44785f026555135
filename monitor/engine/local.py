"""Jobs in the process that takes them, each in a limited child. They are gone when it ends."""

from __future__ import annotations

import atexit
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any

from nianbao.monitor.engine.doing import BROKEN, STOPPING, CancelledError, Task, apart, here
from nianbao.monitor.engine.jobs import BusyError, Job, JobError, Kind, Progress

MOST_WAITING = 30  # jobs; more are refused
KEPT = 100  # jobs that have ended
KEEPS = timedelta(hours=2)  # that they are kept
log = logging.getLogger("nianbao")

GONE = (
    "没有这个任务：任务只在运行期间保留，页面服务重启或结束两小时后不再保留，请重新开始",
    "there is no such job: they are kept for two hours after their end, and not when the pages' "
    "process starts anew; begin it again",
)
BUSY = ("等待的任务太多，请稍后再试", "too many jobs are waiting; try again later")


def _now() -> datetime:
    return datetime.now(UTC)


class Local:
    """Does jobs on this machine, some at a time, in the order in which they are asked for."""

    gone = GONE

    def __init__(
        self,
        kinds: Iterable[Kind],
        *,
        at_once: int = 2,
        most_waiting: int = MOST_WAITING,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.at_once, self.most_waiting, self.clock = at_once, most_waiting, clock
        self._tasks: dict[str, Task] = {}
        self._turn = threading.RLock()
        self._threads: list[threading.Thread] = []
        self._is_closed = False
        atexit.register(self.close)

    def submit(
        self, kind: str, arguments: Mapping[str, Any], lock: str = "", *, priority: int = 0
    ) -> Job:
        of = self.kinds[kind]
        with self._turn:
            for task in self._tasks.values():
                same = (task.job.kind, task.job.lock) == (kind, lock)
                if lock and same and not task.job.has_ended:
                    return task.job
            waiting = sum(task.job.state == "waiting" for task in self._tasks.values())
            if self._is_closed or waiting >= self.most_waiting:
                raise BusyError(*BUSY)
            job = Job(secrets.token_urlsafe(16), kind, lock, dict(arguments), self.clock())
            self._tasks[job.id] = Task(job, of)
            self._begin()
            return self._tasks[job.id].job

    def job(self, id: str) -> Job | None:
        with self._turn:
            self._forget()
            task = self._tasks.get(id)
            return None if task is None else task.job

    def jobs(self, kind: str = "") -> Sequence[Job]:
        with self._turn:
            self._forget()
            told = [task.job for task in self._tasks.values() if kind in ("", task.job.kind)]
            return told[::-1]

    def cancel(self, id: str) -> Job | None:
        with self._turn:
            task = self._tasks.get(id)
            if task is None:
                return None
            task.is_cancelled.set()
            if task.job.state == "waiting":
                task.job = replace(task.job, state="cancelled", ended=self.clock())
            return task.job

    def close(self) -> None:
        with self._turn:
            self._is_closed = True
            for id in list(self._tasks):
                self.cancel(id)
            threads = list(self._threads)
        until = time.monotonic() + 2 * STOPPING
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        atexit.unregister(self.close)

    def __enter__(self) -> Local:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    # ---- who is next; held by whoever has the turn

    def _begin(self) -> None:
        """Those that wait, as far as there is room for them."""
        if self._is_closed:
            return
        for task in self._tasks.values():
            running = [each.kind.name for each in self._tasks.values() if _runs(each)]
            if len(running) >= self.at_once:
                return
            has_room = running.count(task.kind.name) < task.kind.at_once
            if task.job.state == "waiting" and has_room:
                task.job = replace(task.job, state="running", began=self.clock())
                thread = threading.Thread(target=self._run, args=(task,), daemon=True)
                self._threads = [each for each in self._threads if each.is_alive()] + [thread]
                thread.start()

    def _forget(self) -> None:
        """Jobs that ended long ago, or that many others have ended since."""
        oldest = self.clock() - KEEPS
        ended = [id for id, task in self._tasks.items() if task.job.has_ended]
        many = set(ended[: max(0, len(ended) - KEPT)])
        for id in ended:
            at = self._tasks[id].job.ended
            if id in many or (at is not None and at < oldest):
                del self._tasks[id]

    # ---- a job

    def _run(self, task: Task) -> None:
        begun, told = time.monotonic(), {"kind": task.kind.name, "lock": task.job.lock}
        log.info("job began", extra={"told": told})
        do, note = apart if task.kind.apart else here, partial(self._told, task)
        ended: Job
        try:
            result = do(task, note)
            ended = replace(task.job, state="done", result=result)
        except CancelledError:
            ended = replace(task.job, state="cancelled")
        except JobError as error:
            ended = replace(task.job, state="failed", why=(error.zh, error.en))
        except Exception:
            log.exception("job")
            ended = replace(task.job, state="failed", why=BROKEN)
        with self._turn:
            task.job = replace(ended, ended=self.clock())
            self._begin()
        seconds = round(time.monotonic() - begun, 1)
        said = {**told, "state": task.job.state, "seconds": seconds, "why": task.job.why[1]}
        log.info("job ended", extra={"told": said})

    def _told(self, task: Task, progress: Progress) -> None:
        with self._turn:
            task.job = replace(task.job, progress=progress)


def _runs(task: Task) -> bool:
    return task.job.state == "running"
