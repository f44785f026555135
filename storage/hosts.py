"""Whose turn it is at a host, among all processes that ask: of PostgreSQL, where there are many.

A lock says it, which goes with whoever held it; and a row beside the lock, which stays where the
database lost all its locks, for as long as whoever lost one may still be in its request.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from nianbao.storage.advisory import Locks, key_of
from nianbao.storage.lease import is_there

SOON, LATER = 0.02, 0.5  # seconds between two tries
LASTS = 20.0  # seconds that a turn is nobody else's after the last sign of life of whoever has it
SILENT = LASTS / 2  # seconds without one after which it breaks off whatever it asks
SIGNS = 8  # of life, while a turn lasts
log = logging.getLogger("nianbao")

# By the clock of the database. A row that lapses later than it could is of a clock that was wrong.
TAKE = text(
    "INSERT INTO lease (name, holder, until) VALUES "
    "(:name, :me, clock_timestamp() + make_interval(secs => :lasts)) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE lease.holder = :me OR lease.until NOT BETWEEN clock_timestamp() AND excluded.until"
)
GIVE = text("DELETE FROM lease WHERE name = :name AND holder = :me")
WHOSE = text("SELECT holder FROM lease WHERE name = :name")


class Turns(Locks):
    """The locks of hosts, each with its row."""

    def __init__(self, engine: Engine, lasts: float) -> None:
        super().__init__(engine)
        self.lasts, self.me = lasts, f"{_machine()} {os.getpid()} {secrets.token_hex(4)}"

    def renew(self) -> bool:
        """Whether all that is ours still is; then it is for longer."""
        with self._turn:
            before = set(self.names)
            self._keep()
            return self.names == before and all(self._write(name) for name in before)

    def give(self, name: str) -> None:
        """Over another connection, where ours is lost."""
        with self._turn:
            self.names.discard(name)
            try:
                self._keep()
                assert self._connection is not None
                self._connection.execute(GIVE, {"name": _row(name), "me": self.me})
            except SQLAlchemyError:  # it lapses
                self._drop()
        super().give(name)

    def _ask(self, name: str) -> bool:
        if not super()._ask(name):
            return False
        ours = self._write(name) or (self._is_of_the_dead(name) and self._write(name))
        if not ours:
            self._let_go(name)
        return ours

    def _write(self, name: str) -> bool:
        assert self._connection is not None  # it is kept before
        told = {"name": _row(name), "me": self.me, "lasts": self.lasts}
        return self._connection.execute(TAKE, told).rowcount == 1

    def _is_of_the_dead(self, name: str) -> bool:
        """Whether whoever has it was a process of this machine, and is gone: it asks no more."""
        assert self._connection is not None
        holder = str(self._connection.scalar(WHOSE, {"name": _row(name)}) or "")
        machine, _, rest = holder.partition(" ")
        pid = rest.partition(" ")[0]
        if not machine or machine != _machine() or not pid.isdigit() or is_there(int(pid)):
            return False
        self._connection.execute(GIVE, {"name": _row(name), "me": holder})
        return True


@cache
def _machine() -> str:
    """Where a process's number means one process: this start of the machine, this container.

    Empty where nobody can tell.
    """
    try:
        began = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{began}:{Path('/proc/self/ns/pid').readlink()}"
    except (OSError, ValueError):
        return ""


def _row(name: str) -> str:
    """A host's name may be longer than that of a lease."""
    return f"host {key_of(name) & (2**64 - 1):016x}"


def end_at_once() -> None:
    """All that this process asks is broken off with it; the next one goes on where it was."""
    zh = "数据库长时间没有回应，无法确认只有本进程在访问网站，已中断；请检查数据库，之后会接着巡检"
    en = (
        "the database does not answer, and nobody else may ask the host meanwhile: ended at once; "
        "see that it runs, the next sweep goes on from here"
    )
    log.error(f"{zh} / {en}")
    handlers = (*log.handlers, *logging.getLogger().handlers)
    if not any(isinstance(each, logging.StreamHandler) for each in handlers):
        sys.stderr.write(f"{zh} / {en}\n")  # Scrapy has put there some that say nothing
    sys.stderr.flush()
    os._exit(1)


class Hosts:
    """One request at a time to each host, whichever process makes it. Who dies loses its turn."""

    def __init__(
        self, engine: Engine, lasts: float = LASTS, lost: Callable[[], object] = end_at_once
    ) -> None:
        self._locks = Turns(engine, lasts)
        self._ours: set[str] = set()  # hosts that this process asks now
        self._heard: dict[str, float] = {}  # of each, when its turn was surely ours
        self._turn = threading.Lock()
        self._lasts, self._lost = lasts, lost
        self._is_closed = threading.Event()
        self._watchers: list[threading.Thread] = []

    def begin(self, host: str) -> bool:
        """Whether it may be asked now. Where nobody can say, it is not."""
        with self._turn:
            if host in self._ours:
                return False
            self._ours.add(host)
            self._watch()
        begun = time.monotonic()
        try:
            mine = self._locks.take(_mark(host))
        except SQLAlchemyError:
            mine = False
        if mine and time.monotonic() - begun > self._lasts / 4:  # a server that is slow
            self._locks.give(_mark(host))
            mine = False
        if mine:
            self._heard[host] = begun
        else:
            self._ours.discard(host)
        return mine

    def end(self, host: str) -> None:
        self._heard.pop(host, None)
        self._locks.give(_mark(host))
        self._ours.discard(host)

    def close(self) -> None:
        self._is_closed.set()
        self._heard.clear()
        self._locks.close()

    def wait(self, host: str, pause: Callable[[float], object] = time.sleep) -> None:
        """Until it may be asked."""
        for wait in waits():
            if self.begin(host):
                return
            pause(wait)

    # ---- that a turn is ours while it lasts

    def _watch(self) -> None:
        """Two threads: one may wait for a server that does not answer."""
        if not self._watchers:
            for job in (self._renew, self._look):
                self._watchers.append(threading.Thread(target=job, daemon=True))
                self._watchers[-1].start()

    def _renew(self) -> None:
        while not self._is_closed.wait(self._lasts / SIGNS):
            asked, begun = list(self._heard), time.monotonic()
            if not asked:
                continue
            try:
                are_ours = self._locks.renew()
            except SQLAlchemyError:
                continue
            with self._turn:
                for host in asked:
                    if are_ours and host in self._heard:
                        self._heard[host] = begun
            if not are_ours and any(host in self._heard for host in asked):
                self._lost()

    def _look(self) -> None:
        while not self._is_closed.wait(self._lasts / SIGNS / 4):
            silent = time.monotonic() - self._lasts / 2
            if any(heard < silent for heard in list(self._heard.values())):
                self._lost()


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
