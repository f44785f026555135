"""Pages without content of their own, and where they lead."""

from __future__ import annotations

import re

from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.entries import may_be_report

META_REFRESH = re.compile(
    r"<meta(?=[^>]+http-equiv\s*=\s*[\"']?refresh)[^>]+content\s*=\s*[\"'][^\"'>]*url\s*=\s*'?([^\"'>]+)",
    re.I,
)
LOCATION = re.compile(
    r"(?:window\.|top\.|self\.|document\.)?location(?:\.href)?\s*(?:=|\.replace\()\s*[\"']([^\"']+)[\"']"
)
# Frames that hold no list.
BESIDE = re.compile(r"tree\.jsp|login|count|share", re.I)
SHELL_SIZE = 2048
FEW_CHARACTERS = 80
FEW_LINKS = 2  # 如未跳转请点击这里


def shell_target(answer: Answer) -> str | None:
    """Where a page without content of its own leads.

    Literal addresses of the same host only.
    """
    if answer.status != 200 or answer.error:
        return None
    target = sent_to(answer)
    if not target and not _lists_reports(answer):
        frames = [src for src in answer.page.xpath("//iframe/@src") if not BESIDE.search(src)]
        if len(frames) == 1:
            target = frames[0]
    if not target:
        return None
    full = answer.joined(target)
    if split(full).netloc != answer.host or full == answer.url:
        return None
    return full


def sent_to(answer: Answer) -> str:
    """Where a page sends on that shows nothing itself; empty where it does not."""
    if len(answer.body) >= SHELL_SIZE or len(answer.opening) >= FEW_CHARACTERS:
        return ""
    if len(answer.anchors) > FEW_LINKS:
        return ""
    scripts = [script.text or "" for script in answer.page.iter("script")]
    loading = answer.page.xpath("//body/@onload")
    match = META_REFRESH.search(answer.text) or LOCATION.search("\n".join([*scripts, *loading]))
    return match[1].strip() if match else ""


def _lists_reports(answer: Answer) -> bool:
    titles = ("".join(anchor.itertext()) for anchor in answer.page.iter("a"))
    return any(may_be_report(title, dated=False) for title in titles)
