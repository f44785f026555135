"""Who judges what was handed in on a page: one thread, and in it one limited child."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger("nianbao")


@dataclass
class Judging:
    """Begun when something came; whoever looks at what still waits begins it again."""

    _turn: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _again: bool = False

    def begin(self, judge: Callable[[], object]) -> None:
        with self._turn:
            if self._thread is not None:
                self._again = True
                return
            self._thread = threading.Thread(target=self._run, args=(judge,), daemon=True)
            self._thread.start()

    def _run(self, judge: Callable[[], object]) -> None:
        while True:
            try:
                judge()
            except Exception:  # whatever went wrong: it still waits, and is begun again
                log.exception("drafts")
            with self._turn:
                if not self._again:
                    self._thread = None
                    return
                self._again = False

    def wait(self, seconds: float) -> None:
        """Until it is done, or for some seconds."""
        with self._turn:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
