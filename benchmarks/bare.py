"""A spider that only fetches: `benchmarks.bare COUNTIES PORT PAUSE`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from benchmarks.country import address_of
from nianbao.crawler.spider import SETTINGS

COUNT, PORT, PAUSE = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])


class Bare(scrapy.Spider):
    name = "bare"

    async def start(self) -> AsyncIterator[Any]:
        for n in range(COUNT):
            yield scrapy.Request(f"http://{address_of(n)}:{PORT}/nb/", callback=self.listed)

    def listed(self, response: Any) -> Iterator[scrapy.Request]:
        for href in response.css("a[href*='/t2026']::attr(href)").getall():
            yield response.follow(href, callback=self.done)

    def done(self, response: Any) -> None:
        pass


settings = {
    "DOWNLOAD_DELAY": PAUSE,
    "AUTOTHROTTLE_ENABLED": PAUSE > 0,
    "NIANBAO_ALLOW_PRIVATE": True,
}
process = AsyncCrawlerProcess({**SETTINGS, **settings})
process.crawl(Bare)
process.start()
