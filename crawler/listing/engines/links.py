"""Lists whose entries are the page's own links, page by page; a page a year; one report on the page itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urljoin

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.items import items_on
from nianbao.crawler.listing.listed import (
    DATE,
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    as_before,
    canonical,
    fingerprint_of,
    may_be_followed,
    once,
)
from nianbao.crawler.listing.paging import declared_items, pager_of
from nianbao.crawler.page_state import State, empty_state, transport_state
from nianbao.crawler.presets import Preset


def read_links(source: Source, preset: Preset, answer: Answer) -> Reading:
    items = items_on(answer, source, preset)
    if not items and (years := _year_pages(answer, source)):
        return (yield from _year_tree(source, preset, years))
    reports = sum("年度报告" in item.title or "年报" in item.title for item in items)
    if reports < 3 and (own := _own_report(answer)) is not None:
        return Listing(State("ok"), (own,), pages=(answer.url,), fingerprint=fingerprint_of([own]))
    if not items:
        return Listing(empty_state(answer, source.accept_empty))
    if (before := as_before(source, items, [answer.url], ())) is not None:
        return before
    return (yield from _paged(source, preset, answer, items))


def _paged(source: Source, preset: Preset, answer: Answer, items: list[Item]) -> Reading:
    """A list whose first page was just read, to its last page."""
    mark = fingerprint_of(items)
    pager = pager_of(answer, preset, len(items))
    collected, pages = list(items), [answer.url]
    answers: list[Answer] = []
    state = State("ok")
    while pager.next_url and len(pages) < MOST_PAGES:
        url = pager.next_url
        if url in pages:
            break
        reply = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(reply)
        problem = transport_state(reply)
        items = [] if problem else items_on(reply, source, preset)
        fresh = [item for item in items if item.url not in {old.url for old in collected}]
        if not fresh:
            if pager.declared_pages and len(pages) < pager.declared_pages:
                why = f"page {len(pages) + 1} of {pager.declared_pages}: {problem.name if problem else 'nothing new'}"
                state = State("partial", why)
            elif problem and pager.certain:
                state = State("partial", f"{url}: {problem.name}")
            break
        pages.append(reply.url)
        collected += fresh
        pager = pager.after(reply, len(pages), preset)
    if len(pages) >= MOST_PAGES:
        state = State("partial", f"more than {MOST_PAGES} pages")
    declared = declared_items(answer) or pager.declared_items
    if declared is not None and declared > len(collected) and state.name == "ok":
        state = State("partial", f"{len(collected)} of {declared} items")
    return Listing(
        state,
        tuple(collected),
        declared=declared,
        pages=tuple(pages),
        fingerprint=mark,
        answers=tuple(answers),
    )


YEAR_LINK = re.compile(r"(20[0-4]\d)\s*年?度?(?:年报)?")
MOST_YEARS = 25


def _year_pages(answer: Answer, source: Source) -> list[str]:
    """A column may hold a page a year instead of articles: the links that are nothing but years, newest first."""
    found: dict[str, str] = {}
    for anchor in answer.page.xpath("//a[@href]"):
        url = canonical(urljoin(answer.base, anchor.get("href", "").strip()))
        year = YEAR_LINK.fullmatch("".join(anchor.itertext()).strip())
        if year and url != answer.url and may_be_followed(url, answer, source):
            found.setdefault(url, year[1])
    newest = sorted(found, key=lambda url: found[url], reverse=True)
    return newest[:MOST_YEARS] if len(newest) >= 2 else []


def _year_tree(source: Source, preset: Preset, years: Sequence[str]) -> Reading:
    """Each year's page read as a list of its own, one step down and no further."""
    collected: list[Item] = []
    answers: list[Answer] = []
    state, mark = State("ok"), ""
    for url in years:
        ask = Ask(url, headers={"Referer": source.url})
        answer = replace((yield ask), asked=url)
        answers.append(answer)
        problem = transport_state(answer)
        items = [] if problem else items_on(answer, source, preset)
        if url == years[0] and problem is None:
            mark = fingerprint_of(with_address(url, items))
        if not items:
            empty = problem or empty_state(answer, source.accept_empty)
            state = state if empty.complete else State("partial", f"{url}: {empty.name}")
            continue
        listing = yield from _paged(source, preset, answer, items)
        answers += listing.answers
        state = listing.state if not listing.state.complete else state
        collected += listing.items
    listed = tuple(once(iter(collected)))
    return Listing(
        state,
        listed,
        pages=tuple(years),
        fingerprint=mark,
        answers=tuple(answers),
        shortcut=Ask(years[0], headers={"Referer": source.url}),
    )


def with_address(url: str, items: Sequence[Item]) -> list[Item]:
    """For the mark of a list that may be empty."""
    return [Item("", url), *items]


def _own_report(answer: Answer) -> Item | None:
    """A column that shows its one article itself."""
    title = " ".join((answer.page.xpath("string(//h1)") or answer.title).split())
    is_report = (
        re.search("公开.{0,8}(?:年度报告|年报)", title)
        and "总体情况" in answer.shown
        and re.search("20[0-9]{2}年", title)
    )
    if not is_report:
        return None
    match = (
        DATE.search(re.split("发布(?:时间|日期)", answer.shown, maxsplit=1)[-1][:40])
        if "发布" in answer.shown
        else None
    )
    return Item(title, canonical(answer.url), date(*map(int, match.groups())) if match else None)
