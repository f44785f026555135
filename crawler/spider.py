"""The one Scrapy spider: it carries conversations of columns to their portals and back."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.python.failure import Failure

from crawler.answers import Answer, Ask
from crawler.client import AGENT, MOST_BYTES, is_public

Conversation = Generator[Ask, Answer, Any]

SETTINGS: dict[str, Any] = {
    "USER_AGENT": AGENT,
    "ROBOTSTXT_OBEY": True,
    "ROBOTSTXT_USER_AGENT": "nianbao",
    "CONCURRENT_REQUESTS": 32,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "AUTOTHROTTLE_ENABLED": True,
    "AUTOTHROTTLE_START_DELAY": 1.0,
    "DOWNLOAD_DELAY": 1.0,
    "DOWNLOAD_TIMEOUT": 60,
    "DOWNLOAD_MAXSIZE": MOST_BYTES,
    "REDIRECT_MAX_TIMES": 5,
    "RETRY_TIMES": 2,
    "COOKIES_ENABLED": True,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_ENABLED": False,
    "TWISTED_DNS_RESOLVER": "crawler.spider.GuardedResolver",
    "DOWNLOADER_MIDDLEWARES": {"crawler.spider.Guard": 50},
    "HTTPERROR_ALLOW_ALL": True,
}


class GuardedResolver(CachingThreadedResolver):
    """Names that lead into private networks are not resolved, whatever they led to before."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        made = super().from_crawler(crawler, reactor)
        made.private = crawler.settings.getbool("NIANBAO_ALLOW_PRIVATE")  # type: ignore[attr-defined]
        return made

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Any:  # noqa: N802
        found = super().getHostByName(name, timeout)
        return found if getattr(self, "private", False) else found.addCallback(_checked)


def _checked(address: str) -> str:
    if not is_public(address):
        raise IgnoreRequest("forbidden_address")
    return address


class Guard:
    """Addresses written as numbers never reach the resolver; they are looked at here, redirects too."""

    def __init__(self, private: bool) -> None:
        self.private = private

    @classmethod
    def from_crawler(cls, crawler: Any) -> Guard:
        return cls(crawler.settings.getbool("NIANBAO_ALLOW_PRIVATE"))

    def process_request(self, request: scrapy.Request) -> None:
        host = urlsplit(request.url).hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return
        if not self.private and not is_public(host):
            raise IgnoreRequest("forbidden_address")


class PortalSpider(scrapy.Spider):
    """Each conversation goes on when its answer is there; conversations of other hosts go on meanwhile."""

    name = "portal"

    def __init__(self, conversations: Iterable[Conversation] = (), **named: Any) -> None:
        super().__init__(**named)
        self.conversations = conversations

    async def start(self) -> AsyncIterator[Any]:
        for conversation in self.conversations:
            for request in self._go_on(conversation, None):
                yield request

    def _go_on(self, conversation: Conversation, answer: Answer | None) -> Iterator[scrapy.Request]:
        try:
            ask = next(conversation) if answer is None else conversation.send(answer)
        except StopIteration:
            return
        yield scrapy.Request(
            ask.url,
            method=ask.method,
            body=ask.body or None,
            headers=dict(ask.headers),
            callback=self._answered,
            errback=self._failed,
            cb_kwargs={"conversation": conversation, "asked": ask.url},
            dont_filter=True,
        )

    def _answered(self, response: Response, conversation: Conversation, asked: str) -> Iterator[scrapy.Request]:
        headers = {key.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
                   for key, values in response.headers.items()}  # fmt: skip
        cut = "partial" in response.flags or "dataloss" in response.flags
        answer = Answer(response.url, response.status, headers, response.body, "truncated" if cut else "", asked)
        yield from self._go_on(conversation, answer)

    def _failed(self, failure: Failure) -> Iterator[scrapy.Request]:
        request = failure.request  # type: ignore[attr-defined]
        named = request.cb_kwargs
        answer = Answer(named["asked"], error=kind_of(failure), asked=named["asked"])
        yield from self._go_on(named["conversation"], answer)


def kind_of(failure: Failure) -> str:
    said = f"{failure.type.__name__ if failure.type else ''} {failure.value!r}"
    for words, kind in (
        ("forbidden_address", "forbidden_address"),
        ("robots", "robots"),
        ("IgnoreRequest", "robots"),
        ("DNSLookup", "dns"),
        ("Timeout", "timeout"),
        ("SSL", "tls"),
        ("Certificate", "tls"),
        ("DataLoss", "truncated"),
        ("PartialDownload", "truncated"),
        ("ConnectionLost", "reset"),
        ("ResponseNeverReceived", "reset"),
        ("DownloadCancelled", "too_large"),
    ):
        if words in said:
            return kind
    return "connect"
