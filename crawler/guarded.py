"""Requests with bounds: whom they may reach, how long they take in all, how much is read.

Names are resolved once and looked at; then the very address that was looked at is connected to.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import connection, connectionpool, poolmanager
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError

from nianbao.crawler.networks import is_public, number_of

MOST_ADDRESSES = 4  # of one name, that are tried


class ForbiddenAddressError(HTTPError):
    """A name that leads into a private network."""


class TooLongError(HTTPError):
    """The time for all of it is over. (Its kind: a timeout.)"""


class TooLargeError(HTTPError):
    """More came than is read."""


@dataclass
class Bounds:
    """What one request may take, and whom it may reach."""

    seconds: float  # for all of it: name, connection, headers, body
    may_reach: Callable[[str], bool] = is_public  # an address
    ends: float = field(init=False)
    is_over: bool = field(default=False, init=False)
    sockets: list[socket.socket] = field(default_factory=list, init=False)
    lock: Any = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.ends = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        return max(0.001, self.ends - time.monotonic())

    def watch(self, connected: socket.socket) -> None:
        """From now on its end is the request's end. A copy: TLS takes the first one away."""
        with self.lock:
            copy = socket.fromfd(connected.fileno(), connected.family, connected.type)
            self.sockets.append(copy)
            if self.is_over:
                _shut(copy)

    def over(self) -> None:
        with self.lock:
            self.is_over = True
            for each in self.sockets:
                _shut(each)

    def release(self) -> None:
        with self.lock:
            for each in self.sockets:
                each.close()
            self.sockets.clear()


def _shut(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


_bounds: ContextVar[Bounds] = ContextVar("bounds")


@contextlib.contextmanager
def bounded(bounds: Bounds) -> Iterator[Bounds]:
    """What is asked inside ends with its time, whatever the other side does."""
    timer = threading.Timer(bounds.left, bounds.over)
    timer.daemon = True
    token = _bounds.set(bounds)
    timer.start()
    try:
        yield bounds
    finally:
        timer.cancel()
        _bounds.reset(token)
        bounds.release()


def watch(connected: socket.socket) -> None:
    """A connection that is made inside `bounded`, whoever makes it."""
    if bounds := _bounds.get(None):
        bounds.watch(connected)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[Bounds]:
    """What is said inside over watched connections; its end is a TimeoutError."""
    with bounded(Bounds(seconds)) as bounds:
        try:
            yield bounds
        except Exception as error:
            if not bounds.is_over:
                raise
            raise TimeoutError(f"{seconds:g} s") from error
        if bounds.is_over:  # half a line at the end looks like a whole one
            raise TimeoutError(f"{seconds:g} s")


def resolved(host: str, seconds: float) -> list[str]:
    """The addresses of a name, or of a number in any spelling."""
    number = number_of(host)
    if number is not None:
        return [str(number)]
    found: list[str] = []
    faults: list[OSError] = []

    def ask() -> None:
        try:
            told = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.extend(str(address[0]) for *_, address in told)
        except (OSError, UnicodeError) as error:
            faults.append(OSError(str(error)))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if faults:
        raise faults[0]
    return list(dict.fromkeys(found))


class _HTTP(connection.HTTPConnection):
    def _new_conn(self) -> Any:
        """Nothing is sent to an address that was not looked at."""
        bounds, name = _bounds.get(), self._dns_host
        try:
            addresses = resolved(name, bounds.left)
        except OSError as error:
            raise NameResolutionError(name, self, socket.gaierror(str(error))) from error
        reachable = [address for address in addresses if bounds.may_reach(address)]
        if addresses and not reachable:
            raise ForbiddenAddressError("a private address")
        fault: HTTPError = ConnectTimeoutError(self, "timed out")
        for address in reachable[:MOST_ADDRESSES]:
            try:
                return self._connected(address, bounds)
            except HTTPError as error:
                fault = error
        raise fault

    def _connected(self, address: str, bounds: Bounds) -> Any:
        name, timeout = self._dns_host, self.timeout
        self._dns_host = address
        self.timeout = min(bounds.left, float(timeout or bounds.left))
        try:
            reached = super()._new_conn()
        finally:
            self._dns_host, self.timeout = name, timeout
        bounds.watch(reached)
        return reached

    def putrequest(self, *arguments: Any, **named: Any) -> None:
        if self.sock is not None:  # kept from the request before
            _bounds.get().watch(self.sock)
        super().putrequest(*arguments, **named)


class _HTTPS(_HTTP, connection.HTTPSConnection):
    pass


class _HTTPPool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        self.poolmanager = poolmanager.PoolManager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Whoever asks reads where a redirect leads; here nobody goes, nor thinks of it."""


def guarded_session() -> requests.Session:
    """A session whose requests are made inside `bounded`; no proxy and no .netrc is heard."""
    session = _Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session


def body_of(response: requests.Response, most: int, bounds: Bounds) -> bytes:
    """All of a body. Raises where it is too large, or the time is over."""
    parts, size = [], 0
    for chunk in response.iter_content(65536):
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            raise TooLargeError("too large")
    if bounds.is_over:  # its end was made by us
        raise TooLongError("timed out")
    return b"".join(parts)
