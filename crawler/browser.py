"""Portals whose lists only a browser can draw: the system's Chromium, where the extra `browser` is installed."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shutil
import socket
from typing import Any
from urllib.parse import urlsplit

from nianbao.crawler.client import is_public

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class BrowserError(Exception):
    """No browser can be used; the sentence says what to install."""


NOT_NEEDED = ("image", "media", "font")


def browser_settings(*, private: bool = False) -> dict[str, Any]:
    """Scrapy's settings for a crawl by a browser. It draws pages; it solves no challenges and pretends nothing."""
    try:
        import scrapy_playwright  # noqa: F401
    except ImportError:
        raise BrowserError(
            "需要浏览器组件：pip install 'nianbao[browser]' / the browser extra is not installed"
        ) from None
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise BrowserError("没有找到 Chromium，请安装 / Chromium is not installed")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": program,
            "args": arguments,
            "timeout": 30_000,
        },
        "PLAYWRIGHT_ABORT_REQUEST": _only_pictures if private else _unwanted,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "NIANBAO_BROWSER": True,
    }


async def _only_pictures(request: Any) -> bool:
    return request.resource_type in NOT_NEEDED


async def _unwanted(request: Any) -> bool:
    """Pictures, and whatever leads into a private network: a page's own requests are held to the same rule as ours."""
    return await _only_pictures(request) or not await _reaches_public(
        urlsplit(request.url).hostname or ""
    )


async def _reaches_public(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
        return is_public(host)
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(is_public(str(each[4][0])) for each in found)
