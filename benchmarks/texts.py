"""Reports as they are published, read by our reader: what a store of the nation is filled with."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from statistics import quantiles
from typing import Any, NamedTuple

from nianbao.monitor.judging import found_of
from nianbao.monitor.rules.engine import assess
from nianbao.parser import Report, read, to_json
from nianbao.parser.passages import words_of
from nianbao.storage.packing import as_json
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.plants import PLANTS
from tests.reportkit.write_html import write_html

NAME = "无名镇"
KINDS = 64  # texts a year
YEARS = range(2018, 2026)
A_FINDING = 20  # one in so many has one
UNREAD = 33  # one in so many has a cell that can't be read
LETTERS = "山水田林路桥村社区居民办事流程清单台账入户宣讲季度通报"


class Text(NamedTuple):
    """One report, of a unit whose name is put in later."""

    year: int
    page: bytes
    content: str  # its JSON
    words: str
    fingerprint: str
    unreadable: bool
    findings: tuple[tuple[str, str, str, str], ...]  # rule, severity, basis, content as JSON


def texts() -> list[Text]:
    return [text_of(n, year) for year in YEARS for n in range(KINDS)]


def text_of(n: int, year: int) -> Text:
    chance = random.Random(n * 10_000 + year)
    draft = _long(clean(n * 10_000 + year, unit=f"{NAME}人民政府", year=year), chance)
    if n % A_FINDING == 1:
        draft = PLANTS[chance.choice(sorted(PLANTS))](draft, chance)
    page = write_html(print_draft(draft), word=True, published=f"{year + 1}-01-15")
    if n % UNREAD == 2:
        page = page.replace(b">0<", ">0？<".encode(), 1)
    report = read(page)
    found = found_of(assess(report).findings) if n % A_FINDING == 1 else []
    passages, fingerprint = _words(report)
    content = to_json(report)
    return Text(
        year,
        page,
        _json(content),
        passages,
        fingerprint,
        bool(content["unreadable"]),
        tuple((each.rule, each.severity, each.basis, _json(each.content)) for each in found),
    )


def _words(report: Report) -> tuple[str, str]:
    words, fingerprint = sorted(words_of(report), key=len, reverse=True)
    return words, fingerprint


def _json(value: Any) -> str:
    return as_json(value)


def _long(draft: Draft, chance: random.Random) -> Draft:
    """With as much prose as real ones have: 3 to 5 KB of it."""
    told = ("".join(chance.choices(LETTERS, k=9)) for _ in range(chance.randint(20, 130)))
    return replace(draft, overview=(*draft.overview, f"{'，'.join(told)}。"))


def sizes_of(made: Sequence[Text]) -> str:
    contents = quantiles([len(text.content.encode()) for text in made], n=20)
    words = quantiles([len(text.words.encode()) for text in made], n=20)
    return (
        f"{len(made)} texts, content p50 {contents[9] / 1024:.1f} KB, "
        f"p95 {contents[18] / 1024:.1f} KB, words p50 {words[9] / 1024:.1f} KB, "
        f"p95 {words[18] / 1024:.1f} KB"
    )
