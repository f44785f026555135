"""Pages that are asked for again while nothing has changed are answered as they were.

A page of these routes says what the store, the counties' files and the minute make of it, for
whoever asks from one browser. Whatever is written, by whomever, makes them new.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from threading import Lock
from typing import NamedTuple
from urllib.parse import unquote

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from nianbao.monitor.web.shell import COOKIE, browser_secret, root_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import who
from nianbao.storage.registry import ConfigError
from nianbao.storage.revision import Revision

BEGINNINGS = ("/overview.", "/c/", "/u/", "/r/", "/sum/")
NOT_WITH = ("where",)  # what begins a job, or tells of one
MOST_BYTES = 8 * 1024 * 1024  # of all of them, packed
MOST_OF_ONE = 1024 * 1024


class Answer(NamedTuple):
    headers: Sequence[tuple[bytes, bytes]]
    packed: bytes


class Answers:
    """The latest, as many as fit."""

    def __init__(self) -> None:
        self.found: OrderedDict[Hashable, Answer] = OrderedDict()
        self.size, self.lock = 0, Lock()

    def known(self, key: Hashable) -> Answer | None:
        with self.lock:
            if key not in self.found:
                return None
            self.found.move_to_end(key)
            return self.found[key]

    def keep(
        self, key: Hashable, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> None:
        """Unless something was wrong, or it is too large."""
        if status != 200 or len(body) > MOST_OF_ONE:
            return
        answer = Answer(tuple(headers), zlib.compress(body, 1))
        with self.lock:
            before = self.found.pop(key, None)
            self.found[key] = answer
            self.size += len(answer.packed) - (len(before.packed) if before else 0)
            while self.size > MOST_BYTES:
                _, oldest = self.found.popitem(last=False)
                self.size -= len(oldest.packed)


class Remembering:
    def __init__(self, app: Starlette, site: Site, revision: Revision) -> None:
        self.app, self.state = app, app.state
        self.site, self.revision = site, revision
        self.answers = Answers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_of_these(scope):
            await self.app(scope, receive, send)
            return
        key = await run_in_threadpool(self._key, Request({**scope, "app": self.app}))
        known = self.answers.known(key)
        if known is not None:
            body = zlib.decompress(known.packed)
            await send({"type": "http.response.start", "status": 200, "headers": [*known.headers]})
            await send({"type": "http.response.body", "body": body})
            return
        told: list[Message] = []

        async def sending(message: Message) -> None:
            told.append(message)
            await send(message)

        await self.app(scope, receive, sending)
        if key is not None and told and not told[-1].get("more_body") and not _gives(told[0]):
            body = b"".join(message.get("body", b"") for message in told[1:])
            self.answers.keep(key, told[0]["status"], told[0]["headers"], body)

    def _key(self, request: Request) -> Hashable | None:
        """All that a page is made of; none where that can't be told."""
        site = self.site
        try:
            site.files.registry()
            files, mark = site.files.number, self.revision.mark()
        except (OSError, SQLAlchemyError, sqlite3.Error, ConfigError):
            return None
        minute = site.clock().replace(second=0, microsecond=0)
        address = request.scope["path"], request.scope["query_string"], root_of(request)
        # Its forms are of one browser alone.
        asks = request.cookies.get(COOKIE), who(request), browser_secret(request)
        return (mark, files, minute, *address, *asks)


def _gives(begun: Message) -> bool:
    """Whether a browser is given a cookie that is nobody else's: any but the address's language.
    Pure.
    """
    return any(
        name.lower() == b"set-cookie" and not value.startswith(f"{COOKIE}=".encode())
        for name, value in begun["headers"]
    )


def is_of_these(scope: Scope) -> bool:
    """Whether it is a page that is made of the store alone. Pure."""
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    asked = unquote(scope["query_string"].decode("latin-1"))
    is_one = path == "/" or path.startswith(BEGINNINGS)
    return scope["method"] == "GET" and is_one and not any(word in asked for word in NOT_WITH)
