"""Locks that PostgreSQL keeps for as long as a connection lives: whoever dies has none any more."""

from __future__ import annotations

import hashlib
from threading import Lock

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

# A machine that is gone without a word is found out by the server in 20 seconds.
WATCHED = {
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "statement_timeout": 30_000,  # of a server that is up and slow
}
TRY = text("SELECT pg_try_advisory_lock(:key)")
GIVE = text("SELECT pg_advisory_unlock(:key)")
IN_TURN = text("SELECT pg_advisory_xact_lock(:key)")
HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid = :high AND objid = :low AND granted"
)


def key_of(name: str) -> int:
    """What PostgreSQL calls a lock: 64 bits, with a sign."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


class Locks:
    """The locks of this process, on a connection of their own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.names: set[str] = set()
        self._turn = Lock()
        self._connection: Connection | None = None

    def take(self, name: str) -> bool:
        """Whether it is ours from now on, or still. One connection asks for all: in this process
        nobody is kept out.
        """
        with self._turn:
            self._keep()
            if name not in self.names and not self._ask(name):
                return False
            self.names.add(name)
            return True

    def give(self, name: str) -> None:
        """Nothing is raised: a connection that is lost holds none any more."""
        with self._turn:
            self.names.discard(name)
            if self._connection is not None:
                try:
                    self._let_go(name)
                except SQLAlchemyError:
                    self._drop()

    def close(self) -> None:
        with self._turn:
            self.names.clear()
            self._drop()

    def _keep(self) -> None:
        """See that the connection lives. On a new one all that we had is asked for again; what
        somebody else has by now is ours no longer.
        """
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                return
            except SQLAlchemyError:
                self._drop()
        self._connection = _apart(self.engine)
        self.names = {name for name in self.names if self._ask(name)}

    def _ask(self, name: str) -> bool:
        assert self._connection is not None  # it is kept before
        return bool(self._connection.scalar(TRY, {"key": key_of(name)}))

    def _let_go(self, name: str) -> None:
        assert self._connection is not None
        self._connection.execute(GIVE, {"key": key_of(name)})

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                connection.invalidate()


def _apart(engine: Engine) -> Connection:
    """A connection that no pool has; each statement by itself."""
    connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    connection.detach()
    for name, value in WATCHED.items():
        connection.exec_driver_sql(f"SET {name} = {value}")
    return connection


def is_held(s: Session, name: str) -> bool:
    """Whether any process has it."""
    key = key_of(name) & (2**64 - 1)
    return bool(s.scalar(HELD, {"high": key >> 32, "low": key & (2**32 - 1)}))


def in_turn(s: Session, name: str) -> None:
    """Until the end of this unit of work, nobody else is at it."""
    s.execute(IN_TURN, {"key": key_of(name)})
