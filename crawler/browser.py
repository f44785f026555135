"""Portals whose lists only a browser can draw.

The system's Chromium, with the extra `browser`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shutil
import socket
from typing import Any

from nianbao.crawler.addresses import host_of
from nianbao.crawler.client import is_public

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class BrowserError(Exception):
    """No browser can be used; the sentence says what to install."""


NOT_NEEDED = ("image", "media", "font")


def browser_settings(*, private: bool = False) -> dict[str, Any]:
    """Scrapy's settings for a crawl by a browser.

    It draws pages; it solves no challenges and pretends nothing.
    """
    try:
        import scrapy_playwright  # noqa: F401
    except ImportError:
        raise BrowserError(
            "需要浏览器组件：pip install 'nianbao[browser]' / the browser extra is not installed"
        ) from None
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise BrowserError("没有找到 Chromium，请安装 / Chromium is not installed")
    launch: dict[str, Any] = {"executable_path": program, "args": [], "timeout": 30_000}
    if os.geteuid() == 0:
        launch["args"] = ["--no-sandbox"]
    unwanted = _is_unwanted
    if private:
        unwanted = _is_picture
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_ABORT_REQUEST": unwanted,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "NIANBAO_BROWSER": True,
    }


async def _is_picture(request: Any) -> bool:
    return request.resource_type in NOT_NEEDED


async def _is_unwanted(request: Any) -> bool:
    """Pictures, and whatever leads into a private network.

    A page's requests keep our rule, too.
    """
    if await _is_picture(request):
        return True
    return not await _reaches_public(host_of(request.url))


async def _reaches_public(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
        return is_public(host)
    except ValueError:
        pass
    try:
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(is_public(str(address[0])) for *_, address in addresses)
