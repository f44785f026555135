"""Entries and the next page as a county's file points at them, in a browser's CSS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import DATE, Item, dates_in, once, unescaped

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

ROWS = ":is(li, tr, dd):has(a[href])"
LINKS = "a[href]"
SCRIPTS = ("javascript:", "#", "mailto:", "tel:")
# Shorter words (查看, 下载) are no titles: the row around them is.
SHORTEST_TITLE = 4


def entries_by(answer: Answer, *, list: str = "", item: str = "") -> list[Item]:
    """The entries of a page, in its order: of the elements `item`, inside of the elements `list`.

    Without `item`: the rows of the list, or its links where it has no rows.
    """
    page = _page_of(answer)
    places = page.select(list) if list else [page]
    rows = (row for place in places for row in _rows(place, item))
    return once(entry for row in rows for entry in _of(row, answer))


def next_by(answer: Answer, *, paging: str) -> str:
    """The address of the next page; empty where there is none, or only a script's."""
    for place in _page_of(answer).select(paging):
        for link in _links(place):
            url = answer.joined(str(link["href"]))
            if url and url != answer.url:
                return url
    return ""


def has(answer: Answer, selector: str) -> bool:
    """Whether a selector fits anything on a page."""
    return _page_of(answer).select_one(selector) is not None


def _page_of(answer: Answer) -> BeautifulSoup:
    """The page as a browser repairs it."""
    from bs4 import (
        BeautifulSoup,  # few counties need it, and it takes as long to import as the store
    )

    return BeautifulSoup(answer.text, "lxml")


def _rows(place: Tag, item: str) -> list[Tag]:
    if item:
        return [*place.select(item)]
    rows = place.select(ROWS)
    around = {id(other) for row in rows for other in row.parents}
    innermost = [row for row in rows if id(row) not in around]
    return innermost or [*place.select(LINKS)]


def _links(place: Tag) -> Iterator[Tag]:
    """The links of an element, itself among them, that lead to a page."""
    own = [place] if place.name == "a" and place.has_attr("href") else []
    for link in (*own, *place.select(LINKS)):
        if not str(link["href"]).strip().lower().startswith(SCRIPTS):
            yield link


def _of(row: Tag, answer: Answer) -> Iterator[Item]:
    """The articles that a row links: each by its title, or one by the row's words."""
    days = [*dates_in(row.get_text(" "))]
    day = days[-1] if days else None
    links = [*_links(row)]
    titled = [link for link in links if len(_title(link)) >= SHORTEST_TITLE]
    for link in titled:
        yield Item(_title(link), _address(link, answer), day)
    for link in links[:1]:
        title = _words(DATE.sub("", row.get_text(" ")).replace(link.get_text(), ""))
        if not titled and (title or _title(link)):
            yield Item(title or _title(link), _address(link, answer), day)


def _address(link: Tag, answer: Answer) -> str:
    """Where it leads; as it is printed where it leads nowhere."""
    href = str(link["href"])
    return answer.joined(href) or unescaped(href)


def _title(link: Tag) -> str:
    """What a link is called: whole in its title where its text is cut."""
    return max(_words(link.get_text()), _words(str(link.get("title") or "")), key=len)


def _words(text: str) -> str:
    return unescaped(" ".join(text.split()))
