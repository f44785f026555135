"""One report an address: each year's is asked for at its own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.listed import (
    DATE,
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    canonical,
    fingerprint_of,
    once,
)
from nianbao.crawler.page_state import State, empty_state, transport_state
from nianbao.crawler.presets import Preset


def read_document(source: Source, preset: Preset, answer: Answer) -> Reading:
    """Each address is the report of one unit and year. A year counts only if the answered one is the asked one."""
    others = [url for url in _other_years(answer) if url != answer.url][:MOST_PAGES]
    item, state = _one_report(answer, answer.asked or source.url)
    if state is not None and not state.complete and not others:
        return Listing(state)
    own = [item] if item is not None else []
    mark = fingerprint_of([*own, *(Item("", url) for url in others)]) if own or others else ""
    if mark and mark == source.fingerprint and (state is None or state.complete):
        return Listing(State("unchanged"), tuple(own), pages=(answer.url,), fingerprint=mark)
    collected, pages = list(own), [answer.url]
    answers: list[Answer] = []
    problem = f"{answer.url}: {state.name}" if state is not None and not state.complete else ""
    for url in others:
        reply = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(reply)
        if (failed := transport_state(reply)) is not None:
            problem = f"{url}: {failed.name}"
            continue
        pages.append(url)
        if (found := _one_report(reply, url)[0]) is not None:
            collected.append(found)
    whole = State("ok") if collected else state or State("ok_empty")
    return Listing(
        State("partial", problem) if problem else whole,
        tuple(once(iter(collected))),
        pages=tuple(pages),
        fingerprint=mark,
        answers=tuple(answers),
    )


def of_year(url: str, year: int) -> str:
    """The same address for another year, where the year stands in its query."""
    return re.sub(r"([?&]fbtime=)20\d\d", rf"\g<1>{year}", url)


def _one_report(answer: Answer, asked: str) -> tuple[Item | None, State | None]:
    year = (
        dict(parse_qsl(urlsplit(asked).query)).get("fbtime")
        or (re.findall(r"/(20\d\d)(?=[/.])", asked) or [""])[-1]
    )
    told = re.search(r"(20\d\d)\s*年度?[^。]{0,30}?报告", answer.title + " " + answer.opening[:800])
    if told is None:
        return None, empty_state(answer)
    period = re.search(r"统计期限[^。]{0,12}?(20\d\d)年", answer.shown)
    if year and year not in (told[1], period[1] if period else ""):
        return None, State("ok_empty", f"asked for {year}, answered {told[1]}")
    title = " ".join((answer.page.xpath("string(//h1)") or answer.title or told[0]).split())
    match = (
        DATE.search(re.split("发布(?:时间|日期)", answer.shown, maxsplit=1)[-1][:40])
        if "发布" in answer.shown
        else None
    )
    day = date(*map(int, match.groups())) if match else None
    return Item(title, canonical(answer.url), day), None


def _other_years(answer: Answer) -> list[str]:
    """Links of the page to the same unit's reports of other years."""
    own = urlsplit(answer.url)
    area = dict(parse_qsl(own.query)).get("area")
    found = []
    for href in answer.page.xpath("//a/@href"):
        parts = urlsplit(urljoin(answer.base, href))
        query = dict(parse_qsl(parts.query))
        if (
            (parts.netloc, parts.path) == (own.netloc, own.path)
            and query.get("area") == area
            and query.get("fbtime")
        ):
            found.append(canonical(urlunsplit(parts)))
    return list(dict.fromkeys(found))
