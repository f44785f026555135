"""The pages on a port of this machine."""

from __future__ import annotations

import asyncio
import ctypes
import ipaddress
import re
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from nianbao.monitor.web.app import made
from nianbao.monitor.web.site import Site

AT_ONCE = 64  # connections; more are told to come again
ASKING = 20.0  # seconds in which whoever connects says what is asked
TAKING = 120.0  # in which an answer is taken
GIVING, LEAST = 20.0, 4096  # of what is handed over so many bytes come in so many seconds


def is_loopback(host: str) -> bool:
    """Whether only this machine is answered there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def base_of(said: str) -> str | None:
    """A path as pages stand under it; None where it can't be one."""
    base = "/" + said.strip("/") if said.strip("/") else ""
    own = (
        *("/c", "/u", "/p", "/r", "/check", "/seen", "/static", "/do", "/jobs", "/review"),
        *("/operations", "/setup", "/sign-in", "/sign-out", "/door", "/answered", "/public"),
        *("/api", "/data"),
    )
    is_path = re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)*", base) is not None
    is_ours = base.startswith(tuple(f"{path}/" for path in own)) or base in own
    return base if is_path and not is_ours and ".." not in base else None


class Patient(H11Protocol):
    """Not without end: who connects and asks nothing, hands over next to nothing, or takes no
    answer, keeps nobody else out.
    """

    asking, taking, giving, least = ASKING, TAKING, GIVING, LEAST
    _end: asyncio.TimerHandle | None = None
    _came = 0  # bytes of what is handed over, since it was last looked at
    _gives = False  # whether that is waited for

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(self.asking)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._came += len(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._look()
        elif self._end is None:
            self._wait(self.asking)

    def _look(self) -> None:
        """What is asked for is there; of what is handed over with it more may have to come."""
        is_all = self.conn.their_state is not h11.SEND_BODY
        if is_all:
            self._wait(None)
        elif not self._gives:
            self._came = 0
            self._wait(self.giving, self._given)
            self._gives = True

    def _given(self) -> None:
        """Where we ourselves take nothing yet, nobody is to blame."""
        self._gives = False
        is_ours = self.flow.read_paused or self.conn.they_are_waiting_for_100_continue
        if self._came < self.least and not is_ours:
            self.transport.abort()
        else:
            self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait(self.taking)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait(None)
            self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # none was asked for behind it
            self._wait(self.taking)
        else:
            self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait(None)

    def _wait(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
        self._gives = False
        if seconds is not None:
            self._end = self.loop.call_later(seconds, then or self.transport.abort)


ARENAS, FEW = -8, 2  # M_ARENA_MAX of glibc's mallopt


def few_arenas() -> bool:
    """Threads share the memory that they free: with one part for each, forty keep what the largest
    page took, each for itself. Whether this machine's C library could be told so.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(ARENAS, FEW))
    except (AttributeError, OSError, TypeError):  # another library than glibc
        return False


def server_of(site: Site, host: str, port: int, base: str = "") -> uvicorn.Server:
    """Ready to run; ends when it is asked to."""
    config = uvicorn.Config(
        made(site, base),
        host=host,
        port=port,
        http=Patient,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=16384,
        lifespan="off",
    )
    return uvicorn.Server(config)
