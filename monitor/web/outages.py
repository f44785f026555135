"""What the log says of pages that could not be answered: of an outage the whole story once, then a
line for each request, until it is over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger("nianbao")
OVER = 60.0  # seconds without such a fault: the next one begins another outage


class Outages:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self._turn = clock, threading.Lock()
        self._last: dict[str, float] = {}  # when a kind of fault was met

    def begins(self, kind: str) -> bool:
        """Whether this is the first of its kind for a while."""
        with self._turn:
            now, last = self.clock(), self._last.get(kind)
            self._last[kind] = now
        return last is None or now > last + OVER

    def tell(self, path: str, status: int, zh: str, en: str, error: Exception) -> None:
        """A fault outside of the program: what happened, where, what to do."""
        why, kind = first_line(error), type(error).__name__
        told = {"path": path, "status": status, "error": f"{kind}: {why}"}
        line = f"{zh} / {en} ({status} {path}; {kind}: {why})"
        log.error(line, exc_info=error if self.begins(kind) else None, extra={"told": told})


def first_line(error: Exception) -> str:
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0][:200] if said else "—"
