"""Changes of counties' files that wait for a person's word: shown before they are written."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

MOST = 60  # changes; the oldest go
KEPT = 7200.0  # seconds


class Change(NamedTuple):
    """How a county's file would be, and of what bytes that was made."""

    county: str  # its code
    file: Path
    before: str
    text: str
    mark: str
    said: str  # what a person did: the key of its words
    changes: Sequence[str]  # a line each


class Pending:
    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Change]] = {}
        self._turn = Lock()

    def keep(self, change: Change) -> str:
        """Its name, which nobody can guess."""
        name = secrets.token_urlsafe(16)
        with self._turn:
            self._tidy()
            self._kept[name] = time.monotonic(), change
            for oldest in list(self._kept)[:-MOST]:
                del self._kept[oldest]
        return name

    def change(self, name: str) -> Change | None:
        """None where it is not known, or no more."""
        with self._turn:
            self._tidy()
            kept = self._kept.get(name)
            return None if kept is None else kept[1]

    def of(self, file: Path) -> list[Change]:
        """Those of a file that are kept, whether they were written or not."""
        with self._turn:
            self._tidy()
            return [kept for _, kept in self._kept.values() if kept.file == file]

    def _tidy(self) -> None:
        now = time.monotonic()
        self._kept = {name: kept for name, kept in self._kept.items() if now - kept[0] < KEPT}
