"""What pages are made of, found once for all who ask while nothing has changed: thirty who open
the same overview at nine in the morning cost what one does.

It holds for one state of the store, one reading of the counties' files, one minute and one scope.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.web.every import Told
from nianbao.monitor.web.shell import site_of
from nianbao.storage.revision import Revision
from nianbao.storage.store import looking

T = TypeVar("T")

# How many of a kind are kept, the latest asked for: an overview of the nation is 3 MB.
MOST: Mapping[str, int] = {"overview": 4, "waits": 2, "county": 16, "unit": 16, "data": 8}


class _Nothing(NamedTuple):
    """Nobody has found it out yet."""


NOTHING = _Nothing()


@dataclass
class _One:
    """One answer; who asks for it while it is being found waits for it."""

    registry: Registry  # kept, so that no other takes its place in memory
    lock: Lock = field(default_factory=Lock)
    told: Any = NOTHING


class Shared:
    """Of one process and one store."""

    def __init__(self, revision: Revision) -> None:
        self._revision, self._lock = revision, Lock()
        self._kept: dict[str, OrderedDict[Hashable, _One]] = {kind: OrderedDict() for kind in MOST}

    def mark(self) -> str | None:
        """It is asked before what it stands for: then that is at the least as new. None where it
        can't be told.
        """
        try:
            return self._revision.mark()
        except (OSError, SQLAlchemyError, sqlite3.Error):
            return None

    def one(self, kind: str, key: Hashable, registry: Registry) -> _One:
        with self._lock:
            kept = self._kept[kind]
            found = kept.setdefault(key, _One(registry))
            kept.move_to_end(key)
            while len(kept) > MOST[kind]:
                kept.popitem(last=False)
            return found


def shared(
    request: Request, asked: Told, kind: str, key: Hashable, find: Callable[[Session], T]
) -> T:
    """What `find` tells, or has told whoever asked before. `key`: all else that it rests on."""
    keeps, engine = cast(Shared, request.app.state.shared), site_of(request).engine
    mark = keeps.mark()
    if mark is None:
        with looking(engine) as s:
            return find(s)
    minute = asked.now.replace(second=0, microsecond=0)
    one = keeps.one(kind, (mark, id(asked.registry), minute, key), asked.registry)
    with one.lock:
        if one.told is NOTHING:
            with looking(engine) as s:
                one.told = find(s)
        return cast(T, one.told)
