"""Pages without content of their own, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from nianbao.crawler.addresses import key_of, split
from nianbao.crawler.answers import Answer, number_in
from nianbao.crawler.listing.entries import may_be_report
from nianbao.parser.patterns import pattern_of

META_REFRESH = pattern_of(
    r"<meta(?=[^>]+http-equiv\s*=\s*[\"']?refresh)[^>]+content\s*=\s*[\"'][^\"'>]*url\s*=\s*'?([^\"'>]+)",
    re.I,
)
LOCATION = pattern_of(
    r"(?:window\.|top\.|self\.|document\.)?location(?:\.href)?\s*(?:=|\.replace\()\s*[\"']([^\"']+)[\"']"
)
# Frames that hold no list.
BESIDE = pattern_of(r"tree\.jsp|login|count|share", re.I)
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


def goes_on(answer: Answer) -> str:
    """That a page with a list sends everybody on, so that nobody sees it; empty where it does not.

    One that asks for itself anew stays where it is; after minutes people have seen it.
    """
    told = [tag.get("content") or "" for tag in _refreshing(answer)]
    said = (answer.headers.get("refresh", ""), *told)
    found = [AFTER.match(re.sub(r"\s+", " ", text)) for text in said]
    targets = [match[2] for match in found if match and float(f"0{match[1]}") <= SOON]
    scripts = (script.text or "" for script in answer.page.iter("script"))
    targets += [match[1] for match in map(SENDS_ON.fullmatch, scripts) if match]
    for full in filter(None, map(answer.joined, targets)):
        if key_of(full) not in (key_of(answer.url), key_of(answer.asked)):
            return f"页面自动转到 {full} / the page goes on to {full}"
    return ""


SOON = 60  # seconds
AFTER = pattern_of(
    r"\s*(\d{0,9}(?:\.\d*)?)\s*(?:[;,]\s*url\s*=|[;,]|\surl\s*=)\s*['\"]?([^'\"]+)", re.I
)
# Nothing but that: what stands in a function or behind an `if` is not for everybody.
# Blanks are given back to nobody: a thousand of them, and another letter, took minutes.
SENDS_ON = pattern_of(
    rf"\s*+(?:<!--\s*+)?{LOCATION.pattern}\s*+\)?\s*+;?\s*+(?:(?://)?\s*+-->)?\s*+"
)


def _refreshing(answer: Answer) -> Iterator[Any]:
    """What is for all browsers, and not only for those without scripts."""
    for tag in answer.page.iter("meta"):
        named = (tag.get("http-equiv") or "").strip().lower()
        if named == "refresh" and next(tag.iterancestors("noscript"), None) is None:
            yield tag


def told_of_before(answers: Iterable[Answer]) -> str:
    """That a store on the way gave what the site said long ago; empty where none did."""
    for answer in answers:
        age = number_in(answer.headers.get("age", "")) or 0
        if age > OLD:
            hours = age // 3600
            return f"网站给出的是{hours}小时前的副本 / what came is a copy of {hours} hours ago"
    return ""


OLD = 3600  # seconds


def _lists_reports(answer: Answer) -> bool:
    titles = ("".join(anchor.itertext()) for anchor in answer.page.iter("a"))
    return any(may_be_report(title, dated=False) for title in titles)
