"""What a list page is: its family, what it would give, and the lines to paste into a county's file."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from nianbao.crawler.answers import Ask, Task
from nianbao.crawler.client import Client
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.listed import Listing, Source
from nianbao.crawler.page_state import STATES
from nianbao.crawler.presets import recognised


@dataclass(frozen=True)
class Probe:
    listing: Listing
    ranked: tuple[tuple[str, tuple[str, ...]], ...]  # families and the signs that speak for each
    yaml: str
    warnings: tuple[str, ...]


Result = TypeVar("Result")


def converse(reading: Generator[Any, Any, Result], client: Client) -> Result:
    """Fetch and do what a conversation asks for until it has what it wanted."""
    said: Any = None
    try:
        while True:
            step: Ask | Task = reading.send(said)
            said = step.run() if isinstance(step, Task) else client.fetch(step)
    except StopIteration as end:
        result: Result = end.value
        return result


def probe(url: str, client: Client, preset: str = "") -> Probe:
    """One column looked at whole. Families are tried in the order of their signs until one reads it."""
    source = Source(url, preset)
    listing = converse(read_column(source), client)
    first = listing.answers[0] if listing.answers else None
    ranked = recognised(first.text, first.url) if first is not None and not first.error else []
    if not preset and not listing.items and listing.state.name in TRY_OTHERS:
        for name in [*(name for name, _ in ranked[1:3]), "static-auto"]:
            other = converse(read_column(Source(url, name)), client)
            if other.items:
                listing = other
                break
    warnings = list(_warnings(listing, url))
    return Probe(
        listing,
        tuple((name, tuple(signs)) for name, signs in ranked),
        _yaml(url, listing),
        tuple(warnings),
    )


TRY_OTHERS = frozenset(("structure_changed", "js_shell", "partial"))


def _warnings(listing: Listing, url: str) -> list[str]:
    found = []
    state = listing.state
    if state.name not in ("ok", "unchanged"):
        zh, en = STATES[state.name]
        found.append(f"{zh}（{state.detail}）/ {en}")
    if listing.declared is not None and listing.declared != len(listing.items):
        found.append(
            f"网站称有 {listing.declared} 条，读到 {len(listing.items)} 条 / declared against read"
        )
    undated = sum(item.date is None for item in listing.items)
    if listing.items and undated:
        found.append(f"{undated} 条没有列表日期 / entries without a printed date")
    if listing.items and not any(
        "年度报告" in item.title or "年报" in item.title for item in listing.items
    ):
        found.append("没有一条标题像年度报告 / no title looks like an annual report")
    if urlsplit(url).hostname and not str(urlsplit(url).hostname).endswith(".gov.cn"):
        found.append("不是 gov.cn 网站，请确认是官方网站 / not a gov.cn host")
    return found


def _yaml(url: str, listing: Listing) -> str:
    parts = urlsplit(url)
    lines = [
        f"host: {parts.netloc}",
        "columns:",
        f"  - url: {url}",
        f"    preset: {listing.preset or 'static-auto'}",
    ]
    expect = "政府信息公开年报"
    if any(expect in answer.text for answer in listing.answers[:1]):
        lines.append(f"    expect: {expect}")
    return "\n".join(lines) + "\n"
