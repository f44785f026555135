"""The articles that a list page links."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import (
    DATE,
    Item,
    Source,
    canonical,
    may_be_followed,
    once,
    over_http,
)
from nianbao.crawler.presets import Preset

NOT_ITEMS = re.compile(r"^(?:javascript:|mailto:|#|tel:)", re.I)
NAVIGATION = re.compile(
    "^(?:首页|上一?页|下一?页|尾页|末页|更多|返回|打印|关闭|[0-9]+|>|<|>>|<<|\\.\\.\\.)$"
)


def items_on(
    answer: Answer, source: Source, preset: Preset, *, records: bool = False
) -> list[Item]:
    """The articles that a list page links, in its order. Of `records` each is known to be one."""
    pattern = source.item or preset.item
    found = []
    for anchor in answer.page.xpath("//a[@href]"):
        href = anchor.get("href", "").strip()
        if NOT_ITEMS.match(href):
            continue
        url = over_http(canonical(urljoin(answer.base, entities.unescape(href))), source)
        if not may_be_followed(url, answer, source) or (pattern and not re.search(pattern, url)):
            continue
        title = _title_of(anchor)
        if title and not NAVIGATION.match(title):
            found.append((anchor, Item(title, url, _date_near(anchor))))
    if not found:
        return []
    if records:
        return once(item for _, item in found)
    return once(
        item
        for _, item in (of_one_list(found) if not pattern else _of_own_path(found, answer, preset))
    )


def _title_of(anchor: lxml_html.HtmlElement) -> str:
    shown = " ".join("".join(anchor.itertext()).split())
    named = " ".join((anchor.get("title") or "").split())
    if named and (
        shown.endswith(("…", "..."))
        or (len(named) > len(shown) > 0 and named.startswith(shown[:4]))
    ):
        shown = named
    shown = re.sub(r"%u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), shown or named)
    return DATE.sub("", shown).strip(" []()·•") if len(shown) > 12 else shown


def _row(anchor: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """The list entry that an anchor stands in: the widest element around it that holds no other article."""
    row = anchor
    while (above := row.getparent()) is not None and above.tag not in (
        "body",
        "html",
        "ul",
        "ol",
        "tbody",
        "table",
    ):
        if len(above.xpath(".//a[@href]")) > 2:
            break
        row = above
        if row.tag in ("li", "tr", "dd"):
            break
    return row


def _date_near(anchor: lxml_html.HtmlElement) -> date | None:
    for text in ("".join(_row(anchor).itertext()), anchor.get("title") or ""):
        for match in reversed(list(DATE.finditer(text))):
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
    return None


def of_one_list(found: Sequence[tuple[Any, Item]]) -> list[tuple[Any, Item]]:
    """Without a pattern: the group of entries under one parent that looks most like a list of articles."""
    groups: dict[Any, list[tuple[Any, Item]]] = {}
    for anchor, item in found:
        row = _row(anchor)
        groups.setdefault(row.getparent() if row.getparent() is not None else row, []).append(
            (anchor, item)
        )

    def weight(group: Sequence[tuple[Any, Item]]) -> float:
        dated = sum(item.date is not None for _, item in group)
        titled = sum("年度报告" in item.title or "年报" in item.title for _, item in group)
        return 3 * titled + 2 * dated + 0.1 * sum(len(item.title) > 8 for _, item in group)

    best = max(groups.values(), key=weight)
    return best if weight(best) >= 2 else []


def _of_own_path(
    found: Sequence[tuple[Any, Item]], answer: Answer, preset: Preset
) -> list[tuple[Any, Item]]:
    """Families whose articles lie below their column: links elsewhere are promoted from other columns."""
    if preset.name not in ("trs-index", "gd-post"):
        return list(found)
    folder = urlsplit(answer.url).path.rpartition("/")[0] + "/"
    below = [each for each in found if urlsplit(each[1].url).path.startswith(folder)]
    return below or of_one_list(found)


def from_markup(parts: Sequence[str], answer: Answer, source: Source, preset: Preset) -> list[Item]:
    page = f"<html><body><ul>{''.join(f'<div>{part}</div>' for part in parts)}</ul></body></html>"
    inner = replace(
        answer, body=page.encode(), headers={"content-type": "text/html; charset=utf-8"}
    )
    return items_on(inner, source, preset, records=bool(preset.record))
