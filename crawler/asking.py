"""Who asks, and how much is taken of an answer: of every client of ours the same."""

from __future__ import annotations

from nianbao import __version__
from nianbao.crawler.robots import NAME

PURPOSE = "annual reports of open government information"
MOST_BYTES = 20 * 1024 * 1024


def agent(contact: str = "") -> str:
    """Who asks, for what, and where the operator is reached: an address or a page."""
    told = ("+" + contact, PURPOSE) if contact else (PURPOSE,)
    return f"{NAME}/{__version__} ({'; '.join(told)})"
