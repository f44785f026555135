"""The articles that a list page links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from lxml import html as lxml_html

from nianbao.crawler.addresses import LONGEST, is_address, split
from nianbao.crawler.answers import Answer, sound
from nianbao.crawler.listing.listed import (
    DATE,
    Item,
    Source,
    dates_in,
    may_be_followed,
    once,
    over_http,
    titled_as_report,
    unescaped,
)
from nianbao.crawler.presets import Preset

NOT_ITEMS = re.compile(r"^(?:javascript:|mailto:|#|tel:)", re.I)
NAVIGATION = re.compile(
    "^(?:首页|上一?页|下一?页|尾页|末页|更多|返回|打印|关闭|[0-9]+|>|<|>>|<<|\\.\\.\\.)$"
)

Linked = tuple[Any, Item]  # an article with the anchor that leads there


def items_on(
    answer: Answer, source: Source, preset: Preset, *, records: bool = False
) -> list[Item]:
    """The articles that a list page links, in its order.

    Of `records` each is known to be one.
    """
    pattern = source.item or preset.item
    linked = []
    for anchor in answer.anchors:
        href = anchor.get("href", "").strip()
        if NOT_ITEMS.match(href):
            continue
        # One that leads nowhere is listed all the same: its unit is in doubt.
        url = over_http(answer.joined(href), source) or sound(href)[:LONGEST]
        elsewhere = is_address(url) and not may_be_followed(url, answer, source)
        if elsewhere or not url or (pattern and not re.search(pattern, url)):
            continue
        title = _title_of(anchor)
        if title and not NAVIGATION.match(title):
            linked.append((anchor, Item(title, url, _date_near(anchor))))
    if linked and not records:
        linked = _of_column(linked, answer, preset, pattern)
    return once(item for _, item in linked)


def _of_column(linked: list[Linked], answer: Answer, preset: Preset, pattern: str) -> list[Linked]:
    """The links that are the column's own."""
    if not pattern:
        return of_one_list(linked)
    if preset.articles == "below_column":
        return _of_own_path(linked, answer)
    return linked


def _title_of(anchor: lxml_html.HtmlElement) -> str:
    shown = " ".join("".join(anchor.itertext()).split())
    named = " ".join((anchor.get("title") or "").split())
    if named and (
        shown.endswith(("…", "..."))
        or (len(named) > len(shown) > 0 and named.startswith(shown[:4]))
    ):
        shown = named
    shown = unescaped(shown or named)
    if len(shown) <= 12:
        return shown
    return DATE.sub("", shown).strip(" []()·•")


def _row(anchor: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """The list entry of an anchor.

    The widest element around it that holds no other article.
    """
    row = anchor
    while (above := row.getparent()) is not None and above.tag not in AROUND_ROWS:
        if len([*islice(_anchors(above), 3)]) > 2:
            break
        row = above
        if row.tag in ("li", "tr", "dd"):
            break
    return row


def _anchors(element: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    """One by one: thousands may stand beside each other."""
    return (anchor for anchor in element.iter("a") if anchor.get("href") is not None)


AROUND_ROWS = ("body", "html", "ul", "ol", "tbody", "table")


def _date_near(anchor: lxml_html.HtmlElement) -> date | None:
    for text in ("".join(_row(anchor).itertext()), anchor.get("title") or ""):
        for day in reversed([*dates_in(text)]):
            return day
    return None


def of_one_list(linked: Sequence[Linked]) -> list[Linked]:
    """The entries under one parent that look most like a list of articles."""
    groups: dict[Any, list[Linked]] = {}
    for anchor, item in linked:
        parent = row = _row(anchor)
        if row.getparent() is not None:
            parent = row.getparent()
        groups.setdefault(parent, []).append((anchor, item))
    best = max(groups.values(), key=_likeness)
    if _likeness(best) < 2:
        return []
    return best


def _likeness(group: Sequence[Linked]) -> float:
    """How much some links look like a list of reports."""
    titled = sum(titled_as_report(item) for _, item in group)
    dated = sum(item.date is not None for _, item in group)
    long = sum(len(item.title) > 8 for _, item in group)
    return 3 * titled + 2 * dated + 0.1 * long


def _of_own_path(linked: Sequence[Linked], answer: Answer) -> list[Linked]:
    """Articles below their column: links elsewhere are of other columns."""
    folder = split(answer.url).path.rpartition("/")[0] + "/"
    below = [link for link in linked if split(link[1].url).path.startswith(folder)]
    return below or of_one_list(linked)


def from_markup(parts: Sequence[str], answer: Answer, source: Source, preset: Preset) -> list[Item]:
    """The articles that pieces of mark-up link, as on a page of their own."""
    entries = "".join(f"<div>{part}</div>" for part in parts)
    page = f"<html><body><ul>{entries}</ul></body></html>"
    inner = replace(
        answer, body=page.encode(), headers={"content-type": "text/html; charset=utf-8"}
    )
    return items_on(inner, source, preset, records=bool(preset.record))
