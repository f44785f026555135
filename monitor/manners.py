"""How hosts are asked, and by which clock: what whoever begins a visit says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nianbao.crawler.asking import agent


def now() -> datetime:
    return datetime.now(UTC)


def manners(allow_private: bool, pause: float, retries: int, contact: str) -> dict[str, Any]:
    """How hosts are asked, as Scrapy wants to be told."""
    return {
        "USER_AGENT": agent(contact),
        "NIANBAO_ALLOW_PRIVATE": allow_private,
        "DOWNLOAD_DELAY": pause,
        "AUTOTHROTTLE_ENABLED": pause > 0,
        "NIANBAO_RETRIES": retries,
        "NIANBAO_BACKOFF": 5.0 * min(pause, 1.0),
    }
