"""How long what is asked may take in all, and whom it may reach."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from nianbao.crawler.networks import is_public


@dataclass
class Bounds:
    """What one request may take, and whom it may reach."""

    seconds: float  # for all of it: name, connection, headers, body
    may_reach: Callable[[str], bool] = is_public  # an address
    ends: float = field(init=False)
    is_over: bool = field(default=False, init=False)
    sockets: list[socket.socket] = field(default_factory=list, init=False)
    lock: Any = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.ends = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        return max(0.001, self.ends - time.monotonic())

    def watch(self, connected: socket.socket) -> None:
        """From now on its end is the request's end. A copy: TLS takes the first one away."""
        with self.lock:
            copy = socket.fromfd(connected.fileno(), connected.family, connected.type)
            self.sockets.append(copy)
            if self.is_over:
                _shut(copy)

    def over(self) -> None:
        with self.lock:
            self.is_over = True
            for each in self.sockets:
                _shut(each)

    def release(self) -> None:
        with self.lock:
            for each in self.sockets:
                each.close()
            self.sockets.clear()


def _shut(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


ASKED: ContextVar[Bounds] = ContextVar("bounds")  # of what is asked now


@contextlib.contextmanager
def bounded(bounds: Bounds) -> Iterator[Bounds]:
    """What is asked inside ends with its time, whatever the other side does."""
    timer = threading.Timer(bounds.left, bounds.over)
    timer.daemon = True
    token = ASKED.set(bounds)
    timer.start()
    try:
        yield bounds
    finally:
        timer.cancel()
        ASKED.reset(token)
        bounds.release()


def watch(connected: socket.socket) -> None:
    """A connection that is made inside `bounded`, whoever makes it."""
    if bounds := ASKED.get(None):
        bounds.watch(connected)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[Bounds]:
    """What is said inside over watched connections; its end is a TimeoutError."""
    with bounded(Bounds(seconds)) as bounds:
        try:
            yield bounds
        except Exception as error:
            if not bounds.is_over:
                raise
            raise TimeoutError(f"{seconds:g} s") from error
        if bounds.is_over:  # half a line at the end looks like a whole one
            raise TimeoutError(f"{seconds:g} s")
