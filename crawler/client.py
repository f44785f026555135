"""A plain, polite client for single looks (`nianbao probe`).

Bounded, honest, never into private networks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import requests
from urllib3.exceptions import HTTPError

from nianbao.crawler.addresses import as_asked, host_of, joined
from nianbao.crawler.answers import Answer, Ask, number_in, sound
from nianbao.crawler.asking import MOST_BYTES, agent
from nianbao.crawler.bounds import Bounds, bounded
from nianbao.crawler.guarded import (
    ForbiddenAddressError,
    TooLargeError,
    body_of,
    guarded_session,
)
from nianbao.crawler.networks import is_public
from nianbao.crawler.page_state import has_end
from nianbao.crawler.robots import Rules, robots_url
from nianbao.storage.hosts import Hosts

MOST_SECONDS = 60.0
MOST_REDIRECTS = 5


class Client:
    """Fetches one answer at a time, with pauses, as robots.txt allows."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        pause: float = 1.0,
        timeout: float = 20.0,
        contact: str = "",
        seconds: float = MOST_SECONDS,
        seconds_in_all: float = float("inf"),
        hosts: Hosts | None = None,
    ) -> None:
        self.session = guarded_session()
        self.session.headers["User-Agent"] = agent(contact)
        self.may_reach = (lambda address: True) if allow_private else is_public
        self.pause, self.timeout = pause, timeout
        # For one request, with its name, headers and body; and for all that are made.
        self.seconds, self.ends = seconds, time.monotonic() + seconds_in_all
        self.hosts = hosts  # whose turn it is, where others ask too
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
        with self._turn(host, max(self.pause, pause)):
            return self._in_time(ask, host)

    def _in_time(self, ask: Ask, host: str) -> Answer:
        left = self.ends - time.monotonic()
        if left <= 0:
            return Answer(ask.url, error="timeout", asked=ask.url)
        bounds = Bounds(min(self.seconds, left), self.may_reach)
        try:
            with bounded(bounds):
                return self._asked(ask, bounds)
        except ForbiddenAddressError:
            return Answer(ask.url, error="forbidden_address", asked=ask.url)
        except TooLargeError:
            return Answer(ask.url, error="too_large", asked=ask.url)
        except (requests.exceptions.RequestException, HTTPError, ValueError) as error:
            kind = "timeout" if bounds.is_over else _kind_of(error)
            return Answer(ask.url, error=kind, asked=ask.url)
        finally:
            self.last[host] = time.monotonic()

    @contextmanager
    def _turn(self, host: str, pause: float) -> Iterator[None]:
        """Nobody else asks it meanwhile, nor at once behind us."""
        if self.hosts is None:
            yield
            return
        self.hosts.wait(host)
        try:
            yield
        finally:
            time.sleep(pause)
            self.hosts.end(host)

    def _asked(self, ask: Ask, bounds: Bounds) -> Answer:
        with self.session.request(
            ask.method,
            ask.url,
            data=ask.body.encode() or None,
            headers={name: _header(value) for name, value in ask.headers.items()},
            allow_redirects=False,
            timeout=self.timeout,
            stream=True,
        ) as response:
            return _answer(ask, response, bounds)


REDIRECTS = (301, 302, 303, 307, 308)


def _header(value: str) -> str:
    """An address is written in a header as it is asked for."""
    if value.isascii():
        return value
    return as_asked(value)


def _answer(ask: Ask, response: requests.Response, bounds: Bounds) -> Answer:
    headers = {key.lower(): sound(value) for key, value in response.headers.items()}
    body = body_of(response, MOST_BYTES, bounds)
    answer = Answer(response.url, response.status_code, headers, body, "", ask.url)
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
