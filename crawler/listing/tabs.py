"""Tabs beside a list: years, or kinds of bodies, of which it shows one at a time.

A tab that is a link leads to a part of the column; one that only a script opens holds what
nobody read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from nianbao.crawler.belonging import years_in
from nianbao.crawler.listing.entries import ListPage
from nianbao.crawler.listing.labels import ALL_LABEL, KIND_LABEL, YEAR_LABEL
from nianbao.parser.patterns import pattern_of

Element = Any

ACTIVE = pattern_of(
    r"(?:^|[\s_-])(?:on|act(?:ive)?|curr?(?:ent)?|sel(?:ect(?:ed)?)?|checked|this|now|hover|focus)"
    r"(?:$|[\s_-])",
    re.I,
)
TABS = pattern_of(r"tab|nav|switch|menu|qh|tit|year|nian", re.I)
TAGS = ("a", "li", "span", "button", "option", "td", "dd", "div", "p", "label", "em", "b", "i")
SCRIPTED = pattern_of(r"(?:javascript:|#|$)", re.I)


class Tab(NamedTuple):
    label: str
    href: str  # empty where only a script opens it
    shown: bool  # whether it is the one whose part stands on the page


def unread_tab(page: ListPage, year: int) -> str:
    """What a tab is called that only a script opens, and that may hold reports of the year."""
    if page.container is None:
        return ""
    tabs = [tab for element in page.zone for tab in _tabs_in(element)]
    of_year = _unread_year(tabs, page, year) if year else ""
    return of_year or _unread_kind(tabs, page)


def unread_year(body: Element, year: int) -> str:
    """The same of the years on a page without a list."""
    return _unread_year([*_tabs_in(body)], None, year) if year else ""


def _unread_year(tabs: Sequence[Tab], page: ListPage | None, year: int) -> str:
    """The newest year, where the page shows another one."""
    of_years = [tab for tab in tabs if YEAR_LABEL.match(tab.label)]
    closed = [tab for tab in of_years if not tab.href]
    if len({tab.label for tab in of_years}) < 2 or not closed:
        return ""
    newest = max(closed, key=lambda tab: tab.label)
    shown = [tab.label for tab in of_years if tab.shown]
    if int(newest.label[:4]) < year or newest.label in shown:
        return ""
    entries = page.entries if page is not None else ()
    listed = {named for entry in entries for named in years_in(entry.item.title)}
    return newest.label if shown or (page is not None and year not in listed) else ""


def _unread_kind(tabs: Sequence[Tab], page: ListPage) -> str:
    """A kind of bodies, where the page shows another one and not all of them side by side."""
    of_kinds = [tab for tab in tabs if KIND_LABEL.match(tab.label)]
    closed = [tab for tab in of_kinds if not tab.href and not tab.shown]
    labels = {tab.label for tab in of_kinds}
    if len(labels) < 2 or not closed or _parts_side_by_side(page) >= len(labels):
        return ""
    return closed[0].label


def _parts_side_by_side(page: ListPage) -> int:
    """How many lists stand side by side in the page's list, shown or not."""
    container = page.container
    if container is None or container.tag in ("ul", "ol", "tbody", "table", "dl"):
        return 0
    return sum(len(child) > 0 and child.find(".//a") is not None for child in container)


def _tabs_in(element: Element) -> Iterator[Tab]:
    if not isinstance(element.tag, str):
        return
    for select in element.iter("select"):
        yield from _options_of(select)
    for inner in element.iter(*TAGS):
        if inner.tag == "option" or len(inner) > 2:
            continue
        label = _words(inner)
        if not (YEAR_LABEL.match(label) or KIND_LABEL.match(label)):
            continue
        if inner.find(".//a") is not None:
            continue
        href = next(filter(None, map(_leads, (inner, *inner.iterancestors("a")))), "")
        if href or _is_tab(inner):
            yield Tab(label, href, _is_active(inner))


def _options_of(select: Element) -> Iterator[Tab]:
    """The options of a select, but where the one that is chosen is all of them."""
    options = [*select.iter("option")]
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    labels = [_words(option) for option in options]
    if any(ALL_LABEL.match(_words(option)) for option in chosen):
        return
    for option, label in zip(options, labels, strict=True):
        value = (option.get("value") or "").strip()
        yield Tab(label, value if re.search(r"[/.?=]", value) else "", option in chosen)


def _words(element: Element) -> str:
    """The words of a small element without blanks; of most the text is all."""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return "".join(text.split())


def _leads(element: Element) -> str:
    href = (element.get("href") or "").strip() if element.tag == "a" else ""
    return "" if SCRIPTED.match(href) else href


def _is_tab(element: Element) -> bool:
    """Whether something that is no link is there to be clicked."""
    if element.tag in ("a", "button"):
        return True
    if any(name == "onclick" or name.startswith("data-") for name in element.attrib):
        return True
    around = [element, *list(element.iterancestors())[:2]]
    return any(TABS.search(f"{el.get('class') or ''} {el.get('id') or ''}") for el in around)


def _is_active(element: Element) -> bool:
    near = (element, element.getparent())
    return any(
        ACTIVE.search(el.get("class") or "") or el.get("aria-selected") == "true"
        for el in near
        if el is not None
    )
