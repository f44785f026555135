"""Who does what only one may do at a time.

On its own machine a holder that died loses its lease at once; in PostgreSQL on any machine: there a
lock that dies with its connection vouches for it.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.storage.advisory import Locks, is_held
from nianbao.storage.models import Lease
from nianbao.storage.store import looking, session

SKEW = timedelta(minutes=10)  # between the clocks of machines


class HeldError(Exception):
    """Somebody else holds it; the sentence says who."""


def me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def take(engine: Engine, name: str, now: Callable[[], datetime], length: timedelta) -> None:
    """Take or renew a lease. Raises HeldError."""
    vouch(engine, name)
    with session(engine) as s:
        row = s.get(Lease, name, with_for_update=True)
        held = row is not None and row.holder != me() and _holds(row.until, now(), length)
        if row is not None and held and _lives(s, name, row.holder):
            until = f"{row.until:%Y-%m-%d %H:%M} UTC"
            raise HeldError(
                f"{name} 由 {row.holder} 持有，至 {until} / {row.holder} holds {name} until {until}"
            )
        row = row or Lease(name=name)
        if not _held_on(row, now()):
            row.since = now()
        row.holder, row.renewed, row.until = me(), now(), now() + length
        s.add(row)


def _held_on(row: Lease, now: datetime) -> bool:
    """Whether we have it without a break."""
    return row.holder == me() and row.since is not None and now < row.until


def _holds(until: datetime, now: datetime, length: timedelta) -> bool:
    """One that lapses later than it could was taken by a clock that was wrong."""
    return now < until <= now + length + SKEW


def give_back(engine: Engine, name: str) -> None:
    with session(engine) as s:
        row = s.get(Lease, name)
        if row is not None and row.holder == me():
            s.delete(row)
    if engine.dialect.name == "postgresql":
        _locks_of(engine).give(_mark(name, me()))


_locks: dict[str, Locks] = {}  # of this process, by their database
_turn = threading.Lock()


def vouch(engine: Engine, name: str, holder: str = "") -> None:
    """That a holder lives, for as long as this process does."""
    if engine.dialect.name == "postgresql":
        _locks_of(engine).take(_mark(name, holder or me()))


def _locks_of(engine: Engine) -> Locks:
    with _turn:
        where = engine.url.render_as_string(hide_password=False)
        return _locks.setdefault(where, Locks(engine))


def _mark(name: str, holder: str) -> str:
    return f"lease {name} {holder}"


def _lives(s: Session, name: str, holder: str) -> bool:
    """Whether a holder may be at work: in PostgreSQL one that no lock vouches for is not."""
    if s.get_bind().dialect.name == "postgresql":
        return is_held(s, _mark(name, holder))
    return lives(holder)


def holder_of(engine: Engine, name: str, now: datetime) -> str:
    """Who holds it now; empty if nobody does."""
    with looking(engine) as s:
        held = held_by(s, name, now)
    return held.holder if held is not None and held.holds else ""


class Held(NamedTuple):
    """Who has a lease, or had it and did not give it back."""

    holder: str
    holds: bool  # now
    since: datetime | None
    renewed: datetime | None  # its last sign of life


def held_by(s: Session, name: str, now: datetime) -> Held | None:
    """None where nobody has it: whoever ends as it should gives it back."""
    row = s.get(Lease, name)
    if row is None:
        return None
    holds = now < row.until and _lives(s, name, row.holder)
    return Held(row.holder, holds, row.since, row.renewed)


def lives(holder: str) -> bool:
    """Processes of other machines can't be looked at; their lease lapses."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return True
    return is_there(int(pid))


def is_there(pid: int) -> bool:
    """A process of this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
