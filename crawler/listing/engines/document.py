"""One report an address: each year's is asked for at its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.listed import (
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    fingerprint_of,
    once,
    publication_in,
)
from nianbao.crawler.page_state import empty_state, transport_state
from nianbao.crawler.presets import Preset, presets
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State


def read_document(source: Source, preset: Preset, answer: Answer) -> Reading:
    """Each address is the report of one unit and year.

    A year counts only if the answered one is the asked one.
    """
    others = [url for url in _other_years(answer, preset) if url != answer.url][:MOST_PAGES]
    item, state = _one_report(answer, answer.asked or source.url, preset)
    failed = state is not None and not state.complete
    if state is not None and failed and not others:
        return Listing(state)
    own = [known for known in (item,) if known is not None]
    mark = ""
    if own or others:
        mark = fingerprint_of([*own, *(Item("", url) for url in others)])
    if mark and mark == source.fingerprint and not failed:
        proof = Proof("unchanged")
        same = Listing(State("unchanged"), tuple(own), pages=(answer.url,), fingerprint=mark)
        return replace(same, proof=proof)
    collected, pages = list(own), [answer.url]
    answers: list[Answer] = []
    problem = ""
    if state is not None and failed:
        problem = f"{answer.url}: {state.name}"
    for url in others:
        reply = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(reply)
        if (trouble := transport_state(reply)) is not None:
            problem = f"{url}: {trouble.name}"
            continue
        pages.append(url)
        report, _ = _one_report(reply, url, preset)
        if report is not None:
            collected.append(report)
    outcome = _state_of(collected, state, problem)
    proof = Proof("document", answer.url) if outcome.complete else Proof()
    return Listing(
        outcome,
        tuple(once(iter(collected))),
        pages=tuple(pages),
        fingerprint=mark,
        answers=tuple(answers),
        proof=proof,
    )


def _state_of(collected: Sequence[Item], state: State | None, problem: str) -> State:
    if problem:
        return State("partial", problem)
    if collected:
        return State("ok")
    return state or State("ok_empty")


def of_year(url: str, year: int) -> str:
    """The address for another year, where it says its year; 0: any year."""
    if not year:
        return url
    for preset in presets().values():
        if preset.year_key:
            url = re.sub(rf"([?&]{preset.year_key}=)20\d\d", rf"\g<1>{year}", url)
    return url


def of_unit(url: str, unit: str, year: int) -> str:
    """The address of a unit's report of a year, where it names no unit."""
    for preset in presets().values():
        if preset.unit_key and f"{preset.unit_key}=" not in url:
            query = urlencode({preset.unit_key: unit, preset.year_key: str(year)})
            joint = "?"
            if joint in url:
                joint = "&"
            return url + joint + query
    return url


def _asked_year(asked: str, preset: Preset) -> str:
    """The year in an address: in its query, else among its folders."""
    query = dict(parse_qsl(split(asked).query))
    folders = ["", *re.findall(r"/(20\d\d)(?=[/.])", asked)]
    return query.get(preset.year_key) or folders[-1]


def _one_report(answer: Answer, asked: str, preset: Preset) -> tuple[Item | None, State | None]:
    """The report that a page shows, or what the page is instead."""
    heading = re.search(
        r"(20\d\d)\s*年度?[^。]{0,30}?报告", answer.title + " " + answer.opening[:800]
    )
    if heading is None:
        return None, empty_state(answer)
    years = [heading[1], *re.findall(r"统计期限[^。]{0,12}?(20\d\d)年", answer.shown)[:1]]
    year = _asked_year(asked, preset)
    if year and year not in years:
        return None, State("ok_empty", f"asked for {year}, answered {heading[1]}")
    title = " ".join((answer.page.xpath("string(//h1)") or answer.title or heading[0]).split())
    return Item(title, answer.url, publication_in(answer.shown)), None


def _other_years(answer: Answer, preset: Preset) -> list[str]:
    """Links of the page to the same unit's reports of other years."""
    own = split(answer.url)
    unit = dict(parse_qsl(own.query)).get(preset.unit_key)
    years = []
    for href in answer.page.xpath("//a/@href"):
        url = answer.joined(href)
        parts = split(url)
        query = dict(parse_qsl(parts.query))
        same_page = (parts.netloc, parts.path) == (own.netloc, own.path)
        if same_page and query.get(preset.unit_key) == unit and query.get(preset.year_key):
            years.append(url)
    return list(dict.fromkeys(years))
