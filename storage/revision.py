"""Whether a store has changed: the same mark, the same content, whoever writes to it."""

from __future__ import annotations

import sqlite3
from itertools import count
from secrets import token_hex
from threading import Lock

from sqlalchemy import Engine, event, text

from nianbao.storage.store import file_of, looking

SNAPSHOT = text("SELECT pg_current_snapshot()::text")


class Revision:
    """One for each process that asks, closed with its engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = file_of(engine.url.render_as_string(hide_password=False))
        self._lock, self._never = Lock(), count()
        self._watching: sqlite3.Connection | None = None
        event.listen(engine, "engine_disposed", lambda _: self.close())
        self._watched: tuple[int, int] = (0, 0)  # which file
        self._own = ""  # of this connection: another one counts from elsewhere

    def mark(self) -> str:
        """Another one after whatever was written by anybody; sometimes another without that."""
        if self._engine.dialect.name == "postgresql":
            with looking(self._engine) as s:
                return str(s.scalar(SNAPSHOT))
        if self._file is None:  # of a store in memory nobody can tell
            return f"{next(self._never)}"
        with self._lock:
            version = self._version()
            return f"{self._own} {version}"

    def _version(self) -> int:
        """SQLite's count of what others wrote: this connection writes nothing."""
        assert self._file is not None
        found = self._file.stat()
        if self._watching is None or self._watched != (found.st_dev, found.st_ino):
            self.close()
            address = f"{self._file.absolute().as_uri()}?mode=ro"
            self._watching = sqlite3.connect(address, uri=True, check_same_thread=False)
            self._watched, self._own = (found.st_dev, found.st_ino), token_hex(8)
        return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.close()
