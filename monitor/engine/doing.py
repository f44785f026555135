"""A job while it is done: in this process, or in a limited child that ends with it."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from pickle import PicklingError
from typing import Any

from nianbao.crawler.limits import limit_memory, safe_path
from nianbao.monitor.engine.jobs import Job, JobError, Kind, Progress

OFTEN = 0.2  # seconds between two looks whether a job is to be ended
STOPPING = 3.0  # seconds that a child gets to end
DIED = (
    "任务进程意外结束（内存超限或被系统终止），已做的已保存，可以重新开始",
    "its process ended (too much memory, or ended by the system); what was done is kept, begin "
    "it again",
)
LONG = ("任务用时过长，已终止", "it took too long and was ended")
BROKEN = ("程序出错，已记入日志", "a fault of ours; it is written down in the log")
log = logging.getLogger("nianbao")


class CancelledError(Exception):
    """Raised where a job tells how far it is, once it is to be ended."""


@dataclass
class Task:
    """A job, with what is needed to do it."""

    job: Job
    kind: Kind
    is_cancelled: threading.Event = field(default_factory=threading.Event)


Note = Callable[[Progress], None]


def here(task: Task, note: Note) -> Any:
    """In this process: it ends where it tells how far it is."""
    ends = time.monotonic() + task.kind.seconds

    def tell(progress: Progress) -> None:
        if task.is_cancelled.is_set():
            raise CancelledError
        if time.monotonic() > ends:
            raise JobError(*LONG)
        note(progress)

    return task.kind.run(tell, **task.job.arguments)


def apart(task: Task, note: Note) -> Any:
    """In a process of its own, with bounds on memory and time."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, task.kind.memory))
    try:
        with safe_path():
            process.start()
        theirs.close()
        ours.send((task.kind.run, task.job.arguments))
        return _heard(task, ours, note)
    except (EOFError, OSError):
        raise JobError(*DIED) from None
    finally:
        _end(process)
        ours.close()


def _heard(task: Task, pipe: Connection, note: Note) -> Any:
    """What a child tells, until it is done."""
    ends = time.monotonic() + task.kind.seconds
    while True:
        if task.is_cancelled.is_set():
            raise CancelledError
        if time.monotonic() > ends:
            raise JobError(*LONG)
        if not pipe.poll(OFTEN):
            continue
        what, value = pipe.recv()
        match what:
            case "step":
                note(value)
            case "done":
                return value
            case "failed":
                raise JobError(*value)
            case _:
                log.error("job", extra={"told": {"kind": task.kind.name, "error": value}})
                raise JobError(*BROKEN)


def _end(process: Any) -> None:
    """With all that it started. One that has done its work gets the time to go by itself."""
    if process.pid is None:
        return
    if not wait([process.sentinel], OFTEN):
        process.terminate()
        wait([process.sentinel], STOPPING)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody is left; or it had no group yet
        process.kill()
    process.join()


# ---- in the child


def _work(pipe: Connection, memory: int) -> None:
    os.setsid()  # what is typed at our terminal is none of its; and it is ended with its children
    limit_memory(memory, "data")
    function, arguments = pipe.recv()
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    what, value = _outcome(partial(function, partial(_step, pipe), **arguments))
    try:
        _tell(pipe, what, value)
    except OSError:  # nobody listens any more: what it started has nobody else to end it
        os.killpg(0, signal.SIGKILL)


def _tell(pipe: Connection, what: str, value: object) -> None:
    try:
        pipe.send((what, value))
    except (TypeError, AttributeError, PicklingError):  # a result that can't be handed over
        pipe.send(("broken", traceback.format_exc(limit=-3)))


def _step(pipe: Connection, progress: Progress) -> None:
    pipe.send(("step", progress))


def _outcome(do: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return "done", do()
    except JobError as error:
        return "failed", (error.zh, error.en)
    except MemoryError:
        return "failed", DIED
    except Exception:
        return "broken", traceback.format_exc(limit=-8)


def _end_with(pipe: Connection) -> None:
    """Nobody may be left at work when those who asked for it are gone."""
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    os.killpg(0, signal.SIGKILL)
