"""The one Scrapy spider.

It carries conversations to their portals and back.
"""

from __future__ import annotations

import asyncio
import random
import traceback
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, cast

import scrapy
from scrapy import signals
from scrapy.core.downloader import Slot
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.resolver import CachingThreadedResolver

from nianbao.crawler.addresses import as_asked, host_of
from nianbao.crawler.answers import Answer, Ask, Task, number_in, sound
from nianbao.crawler.asking import MOST_BYTES, agent
from nianbao.crawler.networks import is_public, number_of
from nianbao.crawler.page_state import has_end, header_state
from nianbao.crawler.robots import Rules, robots_url
from nianbao.storage.hosts import Hosts, waits

Conversation = Generator[Ask | Task, Any, Any]

SETTINGS: dict[str, Any] = {
    "USER_AGENT": agent(),
    # The middleware below obeys it, and tells why it could not be had.
    "ROBOTSTXT_OBEY": False,
    "CONCURRENT_REQUESTS": 32,
    # There are none; Scrapy makes a worker for each that there might be.
    "CONCURRENT_ITEMS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "AUTOTHROTTLE_ENABLED": True,
    "AUTOTHROTTLE_START_DELAY": 1.0,
    "DOWNLOAD_DELAY": 1.0,
    # What was agreed is the least.
    "DOWNLOAD_DELAY_JITTER": 0.0,
    # Seconds between two requests, by host, as the counties' files say.
    "NIANBAO_DELAYS": {},
    "EXTENSIONS": {
        "scrapy.extensions.throttle.AutoThrottle": None,
        "nianbao.crawler.spider.Throttle": 0,
    },
    "DOWNLOAD_TIMEOUT": 60,
    "DOWNLOAD_MAXSIZE": MOST_BYTES,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "REDIRECT_MAX_TIMES": 5,
    # Pages that only lead elsewhere are followed by those who read columns.
    "METAREFRESH_ENABLED": False,
    # The spider waits before it tries again; see RETRIES.
    "RETRY_ENABLED": False,
    "COOKIES_ENABLED": True,
    "TELNETCONSOLE_ENABLED": False,
    # Since 2.19 it would run code for whoever reads a file of the user's.
    "REMOTE_CONTROL_ENABLED": False,
    "LOG_ENABLED": False,
    "TWISTED_DNS_RESOLVER": "nianbao.crawler.spider.GuardedResolver",
    "DOWNLOADER_MIDDLEWARES": {
        "nianbao.crawler.spider.Guard": 50,
        "nianbao.crawler.spider.Robots": 100,
        # Next to the network: what others answer or refuse by themselves asks no host.
        "nianbao.crawler.spider.Turns": 1000,
    },
    "HTTPERROR_ALLOW_ALL": True,
    "NIANBAO_RETRIES": 2,
    # Seconds before the first retry; thrice as long before each next one.
    "NIANBAO_BACKOFF": 5.0,
}
COMPATIBLE_TLS = {"DOWNLOAD_HANDLERS": {"https": "nianbao.crawler.old_tls.OldTLSHandler"}}
# Conversations under way at a time: what a crawl of the whole country holds in
# memory.
OPEN = 32
# Failures in a row after which a host is left alone for the rest of the sweep.
BREAKER = 3
LONGEST_WAIT = 120.0
TRY_AGAIN = frozenset(("dns", "connect", "timeout", "reset", "truncated"))


FORBIDDEN = "forbidden_address"
refused: set[str] = set()  # names that led into private networks


class GuardedResolver(CachingThreadedResolver):
    """Names that lead into private networks are not resolved."""

    private = False  # whether they may be

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        resolver: Any = super().from_crawler(crawler, reactor)
        resolver.private = crawler.settings.getbool("NIANBAO_ALLOW_PRIVATE")
        return cast(GuardedResolver, resolver)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Any:  # noqa: N802
        resolved = super().getHostByName(name, timeout)
        if self.private:
            return resolved
        return resolved.addCallback(self._looked_at, name)

    def _looked_at(self, address: str, name: str) -> str:
        if is_public(address):
            return address
        # What is raised here is told as a name that can't be resolved.
        refused.add(name)
        raise IgnoreRequest(FORBIDDEN)


class Guard:
    """Addresses written as numbers never reach the resolver.

    They are looked at here, redirects too.
    """

    def __init__(self, private: bool) -> None:
        self.private = private

    @classmethod
    def from_crawler(cls, crawler: Any) -> Guard:
        return cls(crawler.settings.getbool("NIANBAO_ALLOW_PRIVATE"))

    def process_request(self, request: scrapy.Request) -> None:
        host = host_of(request.url)
        if number_of(host) is None:
            return
        if not self.private and not is_public(host):
            raise IgnoreRequest(FORBIDDEN)


class Robots:
    """Asks for each host's robots.txt once and keeps to it.

    The longest of the pauses that we, the county and the host want is kept.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.rules: dict[str, asyncio.Future[Rules]] = {}
        self.pause = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self.pauses: dict[str, float] = dict(crawler.settings.getdict("NIANBAO_DELAYS"))

    @classmethod
    def from_crawler(cls, crawler: Any) -> Robots:
        made = cls(crawler)
        crawler.signals.connect(made.answered, signals.response_downloaded)
        return made

    def answered(self, request: scrapy.Request) -> None:
        """The pause begins with the answer: when a request was handed over says little of when it
        got there, on a machine that had other things to do.
        """
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot"))
        if slot is not None:
            slot.lastseen = monotonic()

    async def process_request(self, request: scrapy.Request) -> None:
        host = host_of(request.url)
        if request.meta.get("robots"):
            self._keep(host, 0.0)
            return
        where = robots_url(request.url)
        if where not in self.rules:
            self.rules[where] = asyncio.ensure_future(self._rules(where))
        rules = await self.rules[where]
        if refused := rules.refused(request.url):
            raise IgnoreRequest(refused)
        self._keep(host, rules.pause)

    async def _rules(self, where: str) -> Rules:
        request = scrapy.Request(where, priority=1000, meta={"robots": True}, callback=NO_CALLBACK)
        try:
            return Rules(answer_of(await self.crawler.engine.download_async(request), where))
        except Exception as error:
            return Rules(Answer(where, error=kind_of(error, where), asked=where))

    def _keep(self, host: str, asked_for: float) -> None:
        """From now on no two requests to a host are nearer to each other."""
        pause = max(self.pause, self.pauses.get(host, 0.0), asked_for)
        self.pauses[host] = pause
        downloader = self.crawler.engine.downloader
        # Of a host that was not asked yet; of one that was.
        downloader.per_slot_settings[host] = {"delay": pause}
        if host in downloader.slots:
            slot = downloader.slots[host]
            slot.delay = max(slot.delay, pause)


class Turns:
    """One request at a time to each host, among all processes that ask; and between two of them
    its pause.
    """

    def __init__(self, crawler: Any, hosts: Hosts) -> None:
        self.crawler, self.hosts = crawler, hosts

    @classmethod
    def from_crawler(cls, crawler: Any) -> Turns:
        hosts: Hosts | None = getattr(crawler, "hosts", None)
        if hosts is None:
            raise NotConfigured
        return cls(crawler, hosts)

    async def process_request(self, request: scrapy.Request) -> None:
        host = host_of(request.url)
        for wait in waits():
            if await asyncio.to_thread(self.hosts.begin, host):
                break
            await asyncio.sleep(wait)
        request.meta["turn"] = host

    def process_response(self, request: scrapy.Request, response: Response) -> Response:
        self._end(request)
        return response

    def process_exception(self, request: scrapy.Request, exception: Exception) -> None:
        self._end(request)

    def _end(self, request: scrapy.Request) -> None:
        host = request.meta.pop("turn", "")
        if host:
            agreed = self.crawler.engine.downloader.per_slot_settings.get(host, {})
            pause = agreed.get("delay", self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
            asyncio.get_running_loop().call_later(pause, self._give, host)

    def _give(self, host: str) -> None:
        asyncio.get_running_loop().run_in_executor(None, self.hosts.end, host)


class Throttle(AutoThrottle):
    """Slower where a server is slow; never faster than what was agreed."""

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        host = host_of(response.url)
        agreed = self.crawler.engine.downloader.per_slot_settings.get(host, {})
        slot.delay = max(slot.delay, agreed.get("delay", 0.0))


class PortalSpider(scrapy.Spider):
    """Each conversation goes on when its answer is there.

    Conversations of other hosts go on meanwhile.
    """

    name = "portal"

    def __init__(self, conversations: Iterable[Conversation] = (), **named: Any) -> None:
        super().__init__(**named)
        self.waiting: Iterator[Conversation] = iter(conversations)
        self.failures: dict[str, int] = {}
        self.problems: list[str] = []

    async def start(self) -> AsyncIterator[Any]:
        for _ in range(OPEN):
            async for request in self._next():
                yield request

    async def _next(self) -> AsyncIterator[scrapy.Request]:
        """Begin the next conversation that asks for anything."""
        for conversation in self.waiting:
            asked = False
            async for request in self._go_on(conversation, None, begin_next=False):
                asked = True
                yield request
            if asked:
                return

    async def _go_on(
        self, conversation: Conversation, answer: Answer | None, *, begin_next: bool = True
    ) -> AsyncIterator[scrapy.Request]:
        said: Any = answer
        try:
            while True:
                step = conversation.send(said)
                if isinstance(step, Task):
                    said = await asyncio.to_thread(step.run)
                elif not as_asked(step.url):
                    said = Answer(step.url, error="bad_address", asked=step.url)
                elif self._rests(step.url):
                    said = Answer(step.url, error="resting", asked=step.url)
                else:
                    yield self._request(step, conversation)
                    return
        except StopIteration:
            pass
        except Exception:  # a fault of ours costs one portal's sweep, which then stays unfinished
            self.problems.append(traceback.format_exc(limit=-4))
        if begin_next:
            async for request in self._next():
                yield request

    def _request(self, ask: Ask, conversation: Conversation, tries: int = 0) -> scrapy.Request:
        meta = {}
        if ask.method == "GET" and self.settings.getbool("NIANBAO_BROWSER"):
            meta["playwright"] = True
        return scrapy.Request(
            as_asked(ask.url),
            method=ask.method,
            body=ask.body or None,
            headers=dict(ask.headers),
            callback=self._answered,
            errback=self._failed,
            cb_kwargs={"conversation": conversation, "ask": ask, "tries": tries},
            meta=meta,
            dont_filter=True,
        )

    async def _answered(
        self, response: Response, conversation: Conversation, ask: Ask, tries: int
    ) -> AsyncIterator[scrapy.Request]:
        async for request in self._take(answer_of(response, ask.url), conversation, ask, tries):
            yield request

    async def _failed(self, failure: Any) -> AsyncIterator[scrapy.Request]:
        named = failure.request.cb_kwargs
        url = named["ask"].url
        error = kind_of(failure.value or Exception(), url)
        async for request in self._take(Answer(url, error=error, asked=url), **named):
            yield request

    async def _take(
        self, answer: Answer, conversation: Conversation, ask: Ask, tries: int
    ) -> AsyncIterator[scrapy.Request]:
        wait = self._wait(answer, tries)
        if wait is not None:
            await asyncio.sleep(wait)
            yield self._request(ask, conversation, tries + 1)
            return
        host = host_of(ask.url)
        if _failed(answer):
            self.failures[host] = self.failures.get(host, 0) + 1
        else:
            self.failures[host] = 0
        async for request in self._go_on(conversation, answer):
            yield request

    def _wait(self, answer: Answer, tries: int) -> float | None:
        """Seconds before the same is asked once more; None if it is not."""
        again = answer.error in TRY_AGAIN or answer.status in (429, 500, 502, 503, 504)
        if not again or tries >= self.settings.getint("NIANBAO_RETRIES"):
            return None
        told = number_in(answer.headers.get("retry-after", ""))
        wait: float = self.settings.getfloat("NIANBAO_BACKOFF") * 3**tries
        if told is not None:
            wait = float(told)
        if wait > LONGEST_WAIT:
            return None
        return wait * random.uniform(1.0, 1.25)

    def _rests(self, url: str) -> bool:
        return self.failures.get(host_of(url), 0) >= BREAKER


def _failed(answer: Answer) -> bool:
    """Whether the host as a whole may be in trouble.

    A page that is not there is none.
    """
    state = header_state(answer)
    return state is not None and state.name in IN_TROUBLE


IN_TROUBLE = ("unreachable", "unreachable_tls", "rate_limited", "blocked_challenge")


def answer_of(response: Response, asked: str) -> Answer:
    headers = {
        key.decode("latin-1").lower(): sound(b", ".join(values).decode("latin-1"))
        for key, values in response.headers.items()
    }
    answer = Answer(response.url, response.status, headers, response.body, "", asked)
    # The first: the connection was closed, and nobody said how long the body is.
    lost = "partial" in response.flags and not has_end(answer)
    if lost or "dataloss" in response.flags:
        return replace(answer, error="truncated")
    return answer


def kind_of(error: BaseException, url: str = "") -> str:
    if host_of(url) in refused:
        return FORBIDDEN
    said = f"{type(error).__name__} {error!r} {error.__cause__!r} {error.__context__!r}"
    if "max redirections" in said:
        return "redirects"
    if isinstance(error, IgnoreRequest):
        return str(error) or "robots"
    for words, kind in (
        ("DNSLookup", "dns"),
        ("CannotResolveHost", "dns"),
        ("Timeout", "timeout"),
        ("SSL", "tls"),
        ("VerificationError", "tls"),
        ("Certificate", "tls"),
        ("DataLoss", "truncated"),
        ("PartialDownload", "truncated"),
        ("ConnectionLost", "reset"),
        ("ResponseNeverReceived", "reset"),
        ("ResponseFailed", "reset"),
        ("DownloadFailed", "reset"),
        ("DownloadCancelled", "too_large"),
        ("ResponseDataExceeded", "too_large"),
    ):
        if words in said:
            return kind
    if isinstance(error, ValueError):
        return "bad_redirect"
    return "connect"
