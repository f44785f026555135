"""A plain, polite client for single looks (`nianbao probe`).

Bounded, honest, never into private networks.
"""

from __future__ import annotations

import ipaddress
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import connection, connectionpool, poolmanager
from urllib3.exceptions import HTTPError

from nianbao import __version__
from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.robots import Rules, robots_url

PURPOSE = "+annual report monitoring; polite; contact in the county's configuration"
AGENT = f"nianbao/{__version__} ({PURPOSE})"
MOST_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 60.0
MOST_REDIRECTS = 5


class ForbiddenAddressError(HTTPError):
    """A name that leads into a private network."""


def is_public(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    number = getattr(number, "ipv4_mapped", None) or number
    return number.is_global and not number.is_multicast


class _PublicHTTP(connection.HTTPConnection):
    """Looks at who was really reached, after names, redirects and all.

    Nothing is sent to a private address.
    """

    def _new_conn(self) -> Any:
        socket = super()._new_conn()
        if not is_public(socket.getpeername()[0]):
            socket.close()
            raise ForbiddenAddressError("a private address")
        return socket


class _PublicHTTPS(_PublicHTTP, connection.HTTPSConnection):
    pass


class _HTTPPool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _PublicHTTP


class _HTTPSPool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPS


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        self.poolmanager = poolmanager.PoolManager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class Client:
    """Fetches one answer at a time, with pauses, as robots.txt allows."""

    def __init__(
        self, *, allow_private: bool = False, pause: float = 1.0, timeout: float = 20.0
    ) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.max_redirects = MOST_REDIRECTS
        self.session.headers["User-Agent"] = AGENT
        if not allow_private:
            for scheme in ("http://", "https://"):
                self.session.mount(scheme, _PublicAdapter())
        self.pause, self.timeout = pause, timeout
        self.robots: dict[str, Rules] = {}
        self.last: dict[str, float] = {}
        self.count = 0

    def fetch(self, ask: Ask) -> Answer:
        rules = self._rules(ask.url)
        if refused := rules.refused(ask.url):
            return Answer(ask.url, error=refused, asked=ask.url)
        return self._fetch(ask, rules.pause)

    def _rules(self, url: str) -> Rules:
        where = robots_url(url)
        if where not in self.robots:
            self.robots[where] = Rules(self._fetch(Ask(where)))
        return self.robots[where]

    def _fetch(self, ask: Ask, pause: float = 0.0) -> Answer:
        host = urlsplit(ask.url).netloc
        wait = self.last.get(host, 0.0) + max(self.pause, pause) - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self.count += 1
        try:
            body = ask.body.encode() or None
            with self.session.request(
                ask.method,
                ask.url,
                data=body,
                headers=dict(ask.headers),
                timeout=self.timeout,
                stream=True,
            ) as response:
                return _answer(ask, response)
        except ForbiddenAddressError:
            return Answer(ask.url, error="forbidden_address", asked=ask.url)
        except requests.exceptions.RequestException as error:
            return Answer(ask.url, error=_kind_of(error), asked=ask.url)
        finally:
            self.last[host] = time.monotonic()


def _answer(ask: Ask, response: requests.Response) -> Answer:
    parts, size, began = [], 0, time.monotonic()
    headers = {key.lower(): value for key, value in response.headers.items()}
    for chunk in response.iter_content(65536):
        parts.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            return Answer(response.url, error="too_large", asked=ask.url)
        if time.monotonic() - began > MOST_SECONDS:
            return Answer(response.url, error="timeout", asked=ask.url)
    length = headers.get("content-length", "")
    whole = not length.isdigit() or "content-encoding" in headers or size >= int(length)
    error = "truncated"
    if whole:
        error = ""
    body = b"".join(parts)
    return Answer(response.url, response.status_code, headers, body, error, ask.url)


def _kind_of(error: requests.exceptions.RequestException) -> str:
    said = repr(error)
    for words, kind in (
        ("SSLError", "tls"),
        ("NameResolution", "dns"),
        ("Timeout", "timeout"),
        ("timed out", "timeout"),
        ("IncompleteRead", "truncated"),
        ("Connection reset", "reset"),
        ("TooManyRedirects", "redirects"),
    ):
        if words in said:
            return kind
    return "connect"
