"""Whose turn it is at a host, among all processes that ask: of PostgreSQL, where there are many."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from threading import Lock

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from nianbao.storage.advisory import Locks

SOON, LATER = 0.02, 0.5  # seconds between two tries


class Hosts:
    """One request at a time to each host, whichever process makes it. Who dies loses its turn."""

    def __init__(self, engine: Engine) -> None:
        self._locks = Locks(engine)
        self._ours: set[str] = set()  # hosts that this process asks now
        self._turn = Lock()

    def begin(self, host: str) -> bool:
        """Whether it may be asked now. Where nobody can say, it is not."""
        with self._turn:
            if host in self._ours:
                return False
            self._ours.add(host)
        try:
            mine = self._locks.take(_mark(host))
        except SQLAlchemyError:
            mine = False
        if not mine:
            self._ours.discard(host)
        return mine

    def end(self, host: str) -> None:
        self._locks.give(_mark(host))
        self._ours.discard(host)

    def close(self) -> None:
        self._locks.close()

    def wait(self, host: str, pause: Callable[[float], object] = time.sleep) -> None:
        """Until it may be asked."""
        for wait in waits():
            if self.begin(host):
                return
            pause(wait)


def _mark(host: str) -> str:
    return f"host {host}"


def waits() -> Iterator[float]:
    """Seconds between tries, without end: by chance, so that nobody always comes second."""
    wait = SOON
    while True:
        yield wait * random.uniform(0.5, 1.5)
        wait = min(wait * 1.5, LATER)


def hosts_of(engine: Engine) -> Hosts | None:
    """None where one machine does all."""
    return Hosts(engine) if engine.dialect.name == "postgresql" else None
