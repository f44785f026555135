"""Reading fetched documents in a child process, with bounded time and memory: a hostile file costs itself alone."""

from __future__ import annotations

import multiprocessing
import resource
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from parser.errors import ReadError
from parser.report import Report, read_many

MOST_MEMORY = 4 * 1024**3
MOST_SECONDS = 180.0

Outcomes = list[Report | ReadError]


def read_here(body: bytes) -> Outcomes:
    """The reports in some bytes: one for a page or file, several for an archive."""
    found: Outcomes = []
    for outcome in read_many([("", body)]):
        found.append(outcome.report or outcome.error or ReadError("not_a_report"))
    return found


class Reader:
    """One child that reads what it is sent; a new one takes its place where it dies or takes too long."""

    def __init__(self, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self.child: Any = None
        self.pipe: Connection | None = None

    def __call__(self, body: bytes) -> Outcomes:
        pipe = self._started()
        try:
            pipe.send_bytes(body)
            if pipe.poll(self.seconds):
                told: list[Report | tuple[str, str]] = pipe.recv()
                return [ReadError(each[0], detail=each[1]) if isinstance(each, tuple) else each for each in told]
            error = ReadError("timeout", detail=f"{self.seconds:g}")
        except (EOFError, OSError):
            error = ReadError("too_complex", detail="the reading process ended")
        self.close()
        return [error]

    def _started(self) -> Connection:
        if self.pipe is None or not self.child.is_alive():
            context = multiprocessing.get_context("spawn")
            self.pipe, theirs = context.Pipe()
            self.child = context.Process(target=_work, args=(theirs, self.memory), daemon=True)
            self.child.start()
            theirs.close()
        return self.pipe

    def close(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.join()
            self.child = None
        if self.pipe is not None:
            self.pipe.close()
            self.pipe = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _work(pipe: Connection, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            body = pipe.recv_bytes()
        except EOFError:
            return
        found = read_here(body)
        pipe.send([(each.code, each.en) if isinstance(each, ReadError) else each for each in found])
