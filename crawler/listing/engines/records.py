"""Lists kept as mark-up in a script; the rest is where the script says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from nianbao.crawler.answers import Answer, Ask, number_in
from nianbao.crawler.listing.empty import fetches
from nianbao.crawler.listing.entries import from_markup
from nianbao.crawler.listing.listed import (
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    as_before,
    counted,
    fingerprint_of,
    told_apart,
)
from nianbao.crawler.listing.ordered import read_back_by_script
from nianbao.crawler.page_state import transport_state
from nianbao.crawler.presets import Preset
from nianbao.crawler.states import State


def read_records(source: Source, preset: Preset, answer: Answer) -> Reading:
    """The entries of the page's own script, and those that it leads to."""
    collected: dict[str, Item] = {}
    pages: list[str] = [answer.url]
    answers: list[Answer] = []
    number = _column_number(answer.url, preset)
    declared: int | None = None
    mark, doubled = "", 0
    current = answer
    while True:
        blob = _own_blob(current.text, number, preset)
        if declared is None:
            declared = _total(blob, preset) or _total(current.text, preset)
        records = re.findall(preset.record, blob, re.S)
        entries = from_markup(records, answer, source, preset)
        mine = [item for item in entries if _is_own(item.url, number, preset)]
        if not mark:
            if (before := as_before(source, mine, pages, ())) is not None:
                return before
            mark = fingerprint_of(mine)
        apart = told_apart(mine, source.names, collected.values())
        fresh = {item.url: item for item in apart if item.url not in collected}
        collected |= fresh
        if fresh:  # what one part lists twice, in the same words, the portal counts twice
            doubled += len(records) - len(set(records))
        left = declared is None or len(collected) + doubled < declared
        url = _following(blob, preset, answer)
        if not fresh and len(pages) == 2 and left:
            url = _page_after(pages[-1])  # the first part that was named was the page's own
        elif not fresh:
            break
        if not url and declared is not None and left:
            url = _page_after(pages[-1])
        if not url or url in pages or len(pages) >= MOST_PAGES:
            break
        current = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(current)
        pages.append(url)
        if (problem := transport_state(current)) is not None:
            return _broken_off(problem, collected, declared, pages, answers)
    items = list(collected.values())
    listed = declared - doubled if declared else declared
    listing = counted(answer, source, items, listed, pages, answers, ended=len(pages) > 1)
    proof = read_back_by_script(items, source.year, source.names)
    if declared is None and not listing.state.complete and proof.kind and not fetches(answer):
        listing = replace(listing, state=State("ok"), proof=proof)
    return replace(listing, fingerprint=mark, declared=declared)


def _broken_off(
    problem: State,
    collected: Mapping[str, Item],
    declared: int | None,
    pages: list[str],
    answers: list[Answer],
) -> Listing:
    return Listing(
        State("partial", problem.name),
        tuple(collected.values()),
        declared=declared,
        pages=tuple(pages),
        answers=tuple(answers),
    )


def _column_number(url: str, preset: Preset) -> str:
    """The column's number, where the family has one in its address."""
    match = re.search(preset.column_number, url)
    if not preset.column_number or match is None:
        return ""
    return match[1]


def _is_own(url: str, number: str, preset: Preset) -> bool:
    """Whether an article is the column's.

    Its address has the number, or names no column at all.
    """
    return not number or number in url or not re.search(preset.names_column, url)


def _own_blob(text: str, number: str, preset: Preset) -> str:
    """Of several blobs on a page the one with most of the column's own."""
    if not preset.blob:
        return text

    def likeness(blob: str) -> tuple[int, int]:
        own = 0
        if number:
            own = blob.count(number)
        return own, len(re.findall(preset.record, blob, re.S))

    return max(re.split(f"(?={preset.blob})", text), key=likeness)


def _total(blob: str, preset: Preset) -> int | None:
    match = re.search(preset.total, blob)
    if match is None:
        return None
    return number_in(next(filter(None, match.groups()), ""))


def _following(blob: str, preset: Preset, answer: Answer) -> str:
    """The address of the next part; empty where none is named."""
    match = re.search(preset.next, blob, re.S)
    if not preset.next or match is None:
        return ""
    return answer.joined(match[1])


def _page_after(url: str) -> str:
    """The same address with its page one higher; empty where it has none."""
    match = re.search("([?&]page=)([0-9]{1,9})", url)
    if match is None:
        return ""
    return f"{url[: match.start()]}{match[1]}{int(match[2]) + 1}{url[match.end() :]}"
