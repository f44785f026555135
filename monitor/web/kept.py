"""What takes long to find out: a page shows how it was last and when, and does not wait for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Thread
from typing import Any, NamedTuple

log = logging.getLogger("nianbao")


class Answer(NamedTuple):
    """What was found out last."""

    told: Any  # None where it went wrong, or nobody knows yet
    at: datetime | None  # None where nobody knows yet
    is_asking: bool  # a newer one is being found out


NOTHING_YET = Answer(None, None, False)


@dataclass
class _Question:
    answer: Answer = NOTHING_YET
    found: float = float("-inf")  # when, by a clock that nobody sets
    changed: Condition = field(default_factory=Condition)


class Kept:
    """The last answer to each question; one that is old is asked again, beside the page."""

    def __init__(self) -> None:
        self._questions: dict[str, _Question] = {}

    def told(
        self,
        name: str,
        ask: Callable[[], Any],
        clock: Callable[[], datetime],
        *,
        fresh: float,
        patience: float,
    ) -> Answer:
        """`fresh`: seconds for which an answer holds; `patience`: seconds that a page waits for
        one that is not there.
        """
        of = self._questions.setdefault(name, _Question())
        with of.changed:
            is_old = time.monotonic() - of.found >= fresh
            if is_old and not of.answer.is_asking:
                of.answer = of.answer._replace(is_asking=True)
                Thread(target=_find_out, args=(of, ask, clock), daemon=True).start()
            if of.answer.is_asking:
                of.changed.wait_for(lambda: not of.answer.is_asking, patience)
            return of.answer


def _find_out(of: _Question, ask: Callable[[], Any], clock: Callable[[], datetime]) -> None:
    told = None
    try:
        told = ask()
    except Exception:  # whatever went wrong: the page says that it is not known
        log.exception("kept")
    with of.changed:
        of.answer, of.found = Answer(told, clock(), False), time.monotonic()
        of.changed.notify_all()
