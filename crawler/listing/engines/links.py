"""Lists whose entries are the page's own links.

Page by page, a page a year, or one report alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.items import items_on
from nianbao.crawler.listing.listed import (
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    as_before,
    fingerprint_of,
    may_be_followed,
    once,
    publication_in,
    titled_as_report,
)
from nianbao.crawler.listing.paging import Pager, declared_items, pager_of
from nianbao.crawler.page_state import State, empty_state, transport_state
from nianbao.crawler.presets import Preset


def read_links(source: Source, preset: Preset, answer: Answer) -> Reading:
    items = items_on(answer, source, preset)
    if not items and (years := _year_pages(answer, source)):
        return (yield from _year_tree(source, preset, years))
    reports = sum(titled_as_report(item) for item in items)
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
        problem, items = _items_or_problem(reply, source, preset)
        known = {item.url for item in collected}
        fresh = [item for item in items if item.url not in known]
        if not fresh:
            state = _state_at_end(pager, len(pages), url, problem)
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


def _items_or_problem(
    answer: Answer, source: Source, preset: Preset
) -> tuple[State | None, list[Item]]:
    if (problem := transport_state(answer)) is not None:
        return problem, []
    return None, items_on(answer, source, preset)


def _state_at_end(pager: Pager, read: int, url: str, problem: State | None) -> State:
    """What a list is whose next page brought nothing new."""
    if read < pager.declared_pages:
        why = "nothing new"
        if problem is not None:
            why = problem.name
        return State("partial", f"page {read + 1} of {pager.declared_pages}: {why}")
    if problem is not None and pager.certain:
        return State("partial", f"{url}: {problem.name}")
    return State("ok")


YEAR_LINK = re.compile(r"(20[0-4]\d)\s*年?度?(?:年报)?")
MOST_YEARS = 25


def _year_pages(answer: Answer, source: Source) -> list[str]:
    """The links that are nothing but years, newest first.

    A column may hold a page a year.
    """
    years: dict[str, str] = {}
    for anchor in answer.anchors:
        url = answer.joined(anchor.get("href", ""))
        year = YEAR_LINK.fullmatch("".join(anchor.itertext()).strip())
        if year and url != answer.url and may_be_followed(url, answer, source):
            years.setdefault(url, year[1])
    if len(years) < 2:
        return []
    return sorted(years, key=lambda url: years[url], reverse=True)[:MOST_YEARS]


def _year_tree(source: Source, preset: Preset, years: Sequence[str]) -> Reading:
    """Each year's page read as a list of its own, and nothing below it."""
    collected: list[Item] = []
    answers: list[Answer] = []
    state, mark = State("ok"), ""
    for url in years:
        ask = Ask(url, headers={"Referer": source.url})
        answer = replace((yield ask), asked=url)
        answers.append(answer)
        problem, items = _items_or_problem(answer, source, preset)
        if url == years[0] and problem is None:
            mark = fingerprint_of(with_address(url, items))
        if not items:
            empty = problem or empty_state(answer, source.accept_empty)
            if not empty.complete:
                state = State("partial", f"{url}: {empty.name}")
            continue
        listing = yield from _paged(source, preset, answer, items)
        answers += listing.answers
        if not listing.state.complete:
            state = listing.state
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
    return Item(title, answer.url, publication_in(answer.shown))
