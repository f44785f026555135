"""A page that nothing comes of is told so; the next one is answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import MutableMapping
from typing import Any

import anyio.to_thread
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from nianbao.monitor.web.shell import in_time, patience_of


def answers(wait: threading.Event, seconds: float | None, *, late: float = 0.0) -> list[Any]:
    """What is sent of an answer that waits in a thread of its own, as our pages do."""
    sent: list[Any] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.to_thread.run_sync(wait.wait, 5)
        await PlainTextResponse("here")(scope, receive, send)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message.get("status") or message.get("body"))

    async def asked() -> None:
        await in_time(page, {"type": "http", "method": "GET", "path": "/"}, receive, send, seconds)
        wait.set()
        await asyncio.sleep(late)

    asyncio.run(asked())
    return sent


def test_what_comes_in_time_is_sent_whole() -> None:
    there = threading.Event()
    there.set()
    for seconds in (None, 4.0):
        assert answers(there, seconds) == [200, b"here"]


def test_what_does_not_is_told_once() -> None:
    status, told = answers(threading.Event(), 0.2, late=0.5)
    assert status == 503
    assert "请稍后再试 / no answer" in told.decode()


def test_what_is_handed_over_has_its_time() -> None:
    assert patience_of({"method": "POST", "path": "/check"}) is None
    page, sheet = ({"method": "GET", "path": path} for path in ("/c/1", "/p/1/2025/sheet.pdf"))
    assert (patience_of(page) or 0) < (patience_of(sheet) or 0)
