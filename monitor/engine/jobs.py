"""A job: work that somebody begins and comes back to. What is asked of whoever does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
Sentence = tuple[str, str]  # in Chinese, in English


class JobError(Exception):
    """Why a job can't be done: what its function raises, to be told as it stands."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh, en)  # both, so that it comes whole out of a child


class BusyError(JobError):
    """So many jobs wait that no more are taken."""


class Progress(NamedTuple):
    """How far a job is, and at what."""

    done: int = 0
    total: int = 0  # 0: nobody knows how much there is
    zh: str = ""
    en: str = ""


Tell = Callable[[Progress], None]
NOTHING_YET = Progress()


@dataclass(frozen=True)
class Kind:
    """A kind of job. `run(tell, **arguments)` is a function that can be imported by its name."""

    name: str
    run: Callable[..., Any]
    apart: bool = True  # in a limited process; False: in ours, where it starts such a one itself
    at_once: int = 1
    seconds: float = 3600.0
    memory: int = 2048 * 1024**2  # bytes that its process may take, and each that it starts
    queue: str = "people"  # which workers do it, where there are several
    priority: int = 0  # what is more is begun sooner, where the engine can


@dataclass(frozen=True)
class Job:
    """A job as it stands now."""

    id: str  # nobody can guess it
    kind: str
    lock: str  # what it is about
    arguments: Mapping[str, Any] = field(repr=False)
    asked: datetime
    state: JobState = "waiting"
    began: datetime | None = None
    ended: datetime | None = None
    progress: Progress = NOTHING_YET
    result: Any = field(default=None, repr=False)
    why: Sentence = ("", "")  # it failed

    @property
    def has_ended(self) -> bool:
        return self.state not in ("waiting", "running")


class Jobs(Protocol):
    """Whoever does jobs.

    Arguments and results are what JSON can say, if another machine may do the job; one on this
    machine takes whatever can be pickled.
    """

    gone: Sentence  # why a job that was there may be no more

    def submit(
        self, kind: str, arguments: Mapping[str, Any], lock: str = "", *, priority: int = 0
    ) -> Job:
        """Begin a job, or find the one of this kind that waits or runs under the same lock.
        What has more `priority` than its kind is begun sooner, where the engine can.

        Raises BusyError.
        """

    def job(self, id: str) -> Job | None:
        """None where it is not known, or no more."""

    def jobs(self, kind: str = "") -> Sequence[Job]:
        """All that are known, the latest first."""

    def cancel(self, id: str) -> Job | None:
        """End it. One that has ended stays as it is."""

    def close(self) -> None:
        """End all that runs."""
