"""Portals whose lists only a browser can draw.

The system's Chromium, with the extra `browser`. It speaks to nobody but through our gate.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from nianbao.crawler.gate import Gate

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class BrowserError(Exception):
    """No browser can be used; the sentence says what to install."""


NOT_NEEDED = ("image", "media", "font")
# Loopback goes through the gate, too; what can't go through it (WebRTC's UDP, QUIC) goes nowhere.
WAYS_OUT = (
    "--proxy-server=http://127.0.0.1:{port}",
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def browser_settings(portals: Collection[str], *, private: bool = False) -> dict[str, Any]:
    """Scrapy's settings for a crawl of some portals' addresses by a browser.

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
    gate = Gate(portals, private=private)
    launch: dict[str, Any] = {"executable_path": program, "args": [], "timeout": 30_000}
    launch["args"] = [way.format(port=gate.port) for way in WAYS_OUT]
    if os.geteuid() == 0:
        launch["args"].append("--no-sandbox")
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_ABORT_REQUEST": _unwanted(gate),
        "PLAYWRIGHT_CONTEXTS": {"default": {"service_workers": "block"}},
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "NIANBAO_BROWSER": True,
    }


def _unwanted(gate: Gate) -> Callable[[Any], Awaitable[bool]]:
    """Pictures are not fetched; where else a page asks for anything the gate is told."""

    async def is_unwanted(request: Any) -> bool:
        if request.resource_type in NOT_NEEDED:
            return True
        gate.need(request.url)
        return False

    return is_unwanted
