"""Drawn pages, kept as long as what they tell is so."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, NamedTuple

MOST = 48 * 1024**2  # bytes of pages that are kept
MOST_COUNTIES = 16


class Page(NamedTuple):
    """What an address answers."""

    body: bytes
    tag: str
    kind: str


def page_of(body: bytes, kind: str) -> Page:
    return Page(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', kind)


class _Kept(NamedTuple):
    page: Page
    of: str  # whose it is


@dataclass
class Shelf:
    """Pages by their paths. Each is of something whose mark is asked anew now and then; where it
    is another one, all pages of that are gone.
    """

    lock: RLock = field(default_factory=RLock)  # held while something is asked and drawn
    _pages: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)
    _size: int = 0
    _marks: dict[str, str] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)
    _known: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    _files: object = None

    def fresh(self, path: str) -> Page | None:
        """A page that may be answered as it is, without asking anything."""
        kept = self._pages.get(path)
        if kept is None or time.monotonic() >= self._until.get(kept.of, 0.0):
            return None
        return kept.page

    def kept(self, path: str, of: str) -> Page | None:
        """The same where the mark of what it is of was just asked."""
        kept = self._pages.get(path)
        return kept.page if kept is not None and kept.of == of else None

    def rests_on(self, files: object) -> None:
        """Everything is gone where other files hold than a moment ago."""
        if self._files is not files:
            self._files = files
            for of in [*self._marks]:
                self._forget(of)
            self._marks.clear()
            self._until.clear()

    def holds(self, of: str, mark: Callable[[], str], seconds: float) -> None:
        """Asks for the mark of something, unless that was done a moment ago."""
        if time.monotonic() < self._until.get(of, 0.0):
            return
        now = mark()
        if self._marks.get(of) != now:
            self._forget(of)
        self._marks[of] = now
        self._until[of] = time.monotonic() + seconds

    def known(self, of: str, ask: Callable[[], Any]) -> Any:
        """What is known of it, asked once for each mark."""
        if of not in self._known:
            self._known[of] = ask()
        self._known.move_to_end(of)
        while len(self._known) > MOST_COUNTIES:
            self._known.popitem(last=False)
        return self._known[of]

    def keep(self, path: str, of: str, page: Page) -> None:
        if path in self._pages:
            self._drop(path)
        self._pages[path] = _Kept(page, of)
        self._size += len(page.body)
        while self._size > MOST and len(self._pages) > 1:
            self._drop(next(iter(self._pages)))

    def _forget(self, of: str) -> None:
        self._known.pop(of, None)
        for path in [path for path, kept in self._pages.items() if kept.of == of]:
            self._drop(path)

    def _drop(self, path: str) -> None:
        self._size -= len(self._pages.pop(path).page.body)
