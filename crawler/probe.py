"""What a list page is.

Its family, what it would give, and the lines for a county's file.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from nianbao.crawler.addresses import host_of, split
from nianbao.crawler.answers import Answer, Ask, Task
from nianbao.crawler.belonging import names_of
from nianbao.crawler.client import Client
from nianbao.crawler.likeness import Likeness, Taken, likeness_of, taken_for
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.listed import Listing, Source, titled_as_report
from nianbao.crawler.presets import UNRECOGNISED, recognised
from nianbao.crawler.states import STATES
from nianbao.storage.registry import UnitEntry


@dataclass(frozen=True)
class Probe:
    listing: Listing
    # Families and the signs that speak for each.
    ranked: tuple[tuple[str, tuple[str, ...]], ...]
    yaml: str  # empty where there is nothing to paste
    warnings: tuple[str, ...]
    likeness: Likeness  # what the page is for people
    taken: tuple[Taken, ...]  # what each entry would be taken for


Result = TypeVar("Result")


class Fetches(Protocol):
    """Whoever answers what is asked for."""

    def fetch(self, ask: Ask) -> Answer: ...


def converse(reading: Generator[Any, Any, Result], client: Fetches) -> Result:
    """Fetch and do what a conversation asks for until it is over."""
    said: Any = None
    try:
        while True:
            step: Ask | Task = reading.send(said)
            said = step.run() if isinstance(step, Task) else client.fetch(step)
    except StopIteration as end:
        result: Result = end.value
        return result


def probe(url: str, client: Client, preset: str = "", units: Sequence[UnitEntry] = ()) -> Probe:
    """One column looked at whole, with the county's units where they are known."""
    return converse(probing(Source(url, preset, names=all_names(units)), units), client)


def all_names(units: Sequence[UnitEntry]) -> tuple[str, ...]:
    return tuple(name for unit in units for name in names_of(unit))


def probing(
    source: Source, units: Sequence[UnitEntry], county: str = ""
) -> Generator[Ask, Answer, Probe]:
    """The same as a conversation. Families are tried by their signs until one reads the page."""
    listing = yield from read_column(source)
    ranked: list[tuple[str, list[str]]] = []
    for first in listing.answers[:1]:
        if not first.error:
            ranked = recognised(first.text, first.url)
    if not source.preset and not listing.items and listing.state.name in TRY_OTHERS:
        for name in [*(name for name, _ in ranked[1:3]), UNRECOGNISED]:
            other = yield from read_column(replace(source, preset=name))
            if other.items:
                listing = other
                break
    taken = tuple(taken_for(item, units, county) for item in listing.items)
    likeness = likeness_of(next(iter(listing.answers), None), listing, taken)
    yaml = ""
    if likeness.is_column:
        yaml = _yaml(source.url, listing)
    return Probe(
        listing,
        tuple((name, tuple(signs)) for name, signs in ranked),
        yaml,
        tuple(_warnings(listing, source.url)),
        likeness,
        taken,
    )


TRY_OTHERS = frozenset(("structure_changed", "js_shell", "partial"))


def _warnings(listing: Listing, url: str) -> list[str]:
    warnings = []
    state, declared, read = listing.state, listing.declared, len(listing.items)
    if state.name not in ("ok", "unchanged"):
        zh, en = STATES[state.name]
        warnings.append(f"{zh}（{state.detail}）/ {en} ({state.detail})")
    if declared is not None and declared != read:
        zh = f"网站称有 {declared} 条，读到 {read} 条"
        warnings.append(f"{zh} / the site declares {declared} entries, {read} were read")
    undated = sum(item.date is None for item in listing.items)
    if listing.items and undated:
        warnings.append(f"{undated} 条没有列表日期 / {undated} entries without a printed date")
    if listing.items and not any(map(titled_as_report, listing.items)):
        warnings.append("没有一条标题像年度报告 / no title looks like an annual report")
    host = host_of(url)
    if host and not host.endswith(".gov.cn"):
        warnings.append("不是 gov.cn 网站，请确认是官方网站 / not a gov.cn host")
    return warnings


def _yaml(url: str, listing: Listing) -> str:
    parts = split(url)
    lines = [
        f"host: {parts.netloc}",
        "columns:",
        f"  - url: {url}",
        f"    preset: {listing.preset or UNRECOGNISED}",
    ]
    expect = "政府信息公开年报"
    if any(expect in answer.text for answer in listing.answers[:1]):
        lines.append(f"    expect: {expect}")
    return "\n".join(lines) + "\n"
