"""Whether anything in the store has changed, told without reading it."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from nianbao.storage.models import StandingRow


@dataclass
class Pulse:
    """Another mark, whenever somebody has written. It is asked before what it is told with: then
    the answer is at the least as new as its mark.
    """

    engine: Engine
    _own: str = field(default_factory=lambda: secrets.token_hex(8))
    _lock: Lock = field(default_factory=Lock)
    _kept: sqlite3.Connection | None = None

    def mark(self, s: Session, now: datetime) -> str:
        return f"{self._written(s)} {_of_calendar(s, now)}"

    def _written(self, s: Session) -> str:
        if self.engine.dialect.name == "postgresql":
            # Which transactions are seen; each that ends is in it.
            return str(s.scalar(text("SELECT CAST(pg_current_snapshot() AS text)")))
        with self._lock:
            if self._kept is None:
                # Of one connection it counts what all others wrote, and holds for it alone.
                (file,), named = self.engine.dialect.create_connect_args(self.engine.url)
                self._kept = sqlite3.connect(
                    str(file),
                    uri=bool(named.get("uri")),
                    check_same_thread=False,
                    isolation_level=None,
                )
                self._own = secrets.token_hex(8)
                event.listen(self.engine, "engine_disposed", self._close, once=True)
            (version,) = self._kept.execute("PRAGMA data_version").fetchone()
        return f"{self._own} {version}"

    def _close(self, _: Engine) -> None:
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None


def _of_calendar(s: Session, now: datetime) -> str:
    """What the calendar has changed by now though nobody wrote it down yet: each by an index."""
    due = select(func.max(StandingRow.next_change_at)).where(StandingRow.next_change_at <= now)
    ahead = (
        select(func.min(moment)).where(moment > now)
        for moment in (StandingRow.since, StandingRow.evidence_at)
    )
    told = s.execute(select(*(each.scalar_subquery() for each in (due, *ahead)))).one()
    return " ".join(str(each) for each in told)
