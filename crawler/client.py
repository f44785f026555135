"""A plain, polite client for single looks (`nianbao probe`).

Bounded, honest, never into private networks.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import replace
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import connection, connectionpool, poolmanager
from urllib3.exceptions import HTTPError

from nianbao import __version__
from nianbao.crawler.addresses import as_asked, host_of, joined
from nianbao.crawler.answers import Answer, Ask, number_in, sound
from nianbao.crawler.page_state import has_end
from nianbao.crawler.robots import NAME, Rules, robots_url

PURPOSE = "annual reports of open government information"
MOST_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 60.0
MOST_REDIRECTS = 5


def agent(contact: str = "") -> str:
    """Who asks, for what, and where the operator is reached: an address or a page."""
    told = ("+" + contact, PURPOSE) if contact else (PURPOSE,)
    return f"{NAME}/{__version__} ({'; '.join(told)})"


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
        self,
        *,
        allow_private: bool = False,
        pause: float = 1.0,
        timeout: float = 20.0,
        contact: str = "",
    ) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["User-Agent"] = agent(contact)
        if not allow_private:
            for scheme in ("http://", "https://"):
                self.session.mount(scheme, _PublicAdapter())
        self.pause, self.timeout = pause, timeout
        self.robots: dict[str, Rules] = {}
        self.last: dict[str, float] = {}
        self.count = 0

    def fetch(self, ask: Ask) -> Answer:
        step = ask
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._allowed(step)
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return replace(answer, asked=ask.url)
            url = joined(answer.url, answer.headers["location"])
            if not url:
                return Answer(answer.url, error="bad_redirect", asked=ask.url)
            step = Ask(url, headers=ask.headers)
            if answer.status in (307, 308):
                step = ask._replace(url=url)
        return Answer(step.url, error="redirects", asked=ask.url)

    def _allowed(self, ask: Ask) -> Answer:
        """What is asked for where robots.txt allows it, and with its pauses."""
        url = as_asked(ask.url)
        if not url:
            return Answer(ask.url, error="bad_address")
        rules = self._rules(url)
        if refused := rules.refused(url):
            return Answer(url, error=refused)
        return self._fetch(ask._replace(url=url), rules.pause)

    def _rules(self, url: str) -> Rules:
        """The host's rules; redirects of robots.txt are followed to wherever they lead."""
        where = robots_url(url)
        if where not in self.robots:
            answer = self._fetch(Ask(where))
            for _ in range(MOST_REDIRECTS):
                following = joined(answer.url, answer.headers.get("location", ""))
                if answer.status not in REDIRECTS or not following:
                    break
                answer = self._fetch(Ask(following))
            self.robots[where] = Rules(answer)
        return self.robots[where]

    def _fetch(self, ask: Ask, pause: float = 0.0) -> Answer:
        host = host_of(ask.url)
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
                headers={name: _header(value) for name, value in ask.headers.items()},
                allow_redirects=False,
                timeout=self.timeout,
                stream=True,
            ) as response:
                return _answer(ask, response)
        except ForbiddenAddressError:
            return Answer(ask.url, error="forbidden_address", asked=ask.url)
        except (requests.exceptions.RequestException, HTTPError, ValueError) as error:
            return Answer(ask.url, error=_kind_of(error), asked=ask.url)
        finally:
            self.last[host] = time.monotonic()


REDIRECTS = (301, 302, 303, 307, 308)


def _header(value: str) -> str:
    """An address is written in a header as it is asked for."""
    if value.isascii():
        return value
    return as_asked(value)


def _answer(ask: Ask, response: requests.Response) -> Answer:
    parts, size, began = [], 0, time.monotonic()
    headers = {key.lower(): sound(value) for key, value in response.headers.items()}
    for chunk in response.iter_content(65536):
        parts.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            return Answer(response.url, error="too_large", asked=ask.url)
        if time.monotonic() - began > MOST_SECONDS:
            return Answer(response.url, error="timeout", asked=ask.url)
    answer = Answer(response.url, response.status_code, headers, b"".join(parts), "", ask.url)
    if _is_whole(answer):
        return answer
    return replace(answer, error="truncated")


def _is_whole(answer: Answer) -> bool:
    """Whether all of a body came.

    Its length tells it, or its last chunk; else only itself.
    """
    headers = answer.headers
    length = number_in(headers.get("content-length", ""))
    if length is not None:
        return "content-encoding" in headers or len(answer.body) >= length
    return "transfer-encoding" in headers or has_end(answer)


def _kind_of(error: Exception) -> str:
    said = repr(error)
    for words, kind in (
        ("SSLError", "tls"),
        ("NameResolution", "dns"),
        ("Timeout", "timeout"),
        ("timed out", "timeout"),
        ("IncompleteRead", "truncated"),
        ("Connection reset", "reset"),
        ("InvalidURL", "bad_address"),
        ("LocationParse", "bad_address"),
    ):
        if words in said:
            return kind
    return "connect"
