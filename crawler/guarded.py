"""Requests with bounds: whom they may reach, how long they take in all, how much is read.

Names are resolved once and looked at; then the very address that was looked at is connected to.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import connection, connectionpool, poolmanager
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError

from nianbao.crawler.bounds import ASKED, Bounds
from nianbao.crawler.networks import number_of

MOST_ADDRESSES = 4  # of one name, that are tried


class ForbiddenAddressError(HTTPError):
    """A name that leads into a private network."""


class TooLongError(HTTPError):
    """The time for all of it is over. (Its kind: a timeout.)"""


class TooLargeError(HTTPError):
    """More came than is read."""


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
        bounds, name = ASKED.get(), self._dns_host
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
            ASKED.get().watch(self.sock)
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
