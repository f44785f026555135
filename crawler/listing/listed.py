"""What a column is, and what it held."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from nianbao.crawler.addresses import LONGEST, host_of, key_of, split
from nianbao.crawler.answers import Answer, Ask, sound
from nianbao.crawler.belonging import years_in
from nianbao.crawler.page_state import empty_state
from nianbao.crawler.proof import NONE, Proof
from nianbao.crawler.states import State
from nianbao.parser.patterns import pattern_of

MOST_PAGES = 60
Reading = Generator[Ask, Answer, "Listing"]


class Item(NamedTuple):
    title: str
    url: str
    date: date | None = None  # as the list prints it; never from the address
    doubt: str = ""  # why it can't be followed, though it may be a report


@dataclass(frozen=True)
class Source:
    """A column as a county's file describes it."""

    url: str
    preset: str = ""
    allow: tuple[str, ...] = ()  # hosts beside the column's own
    expect: str = ""
    accept_empty: str = ""
    # Where the county's file points, in CSS: the list, each entry, the link to the next page.
    list: str = ""
    item: str = ""
    paging: str = ""
    # Of the list as it was last read completely: where it is the same, one page is enough.
    fingerprint: str = ""
    # If-None-Match, If-Modified-Since.
    validators: Mapping[str, str] = field(default_factory=dict)
    # The interface that lately held the list: asked instead of the page around it.
    shortcut: Ask | None = None
    # The year whose report is due: an address of one year is asked for it first.
    year: int = 0
    # The portal's https is broken: its own links are asked for over http.
    plain: bool = False
    # What the county's units are and were called.
    names: tuple[str, ...] = ()
    # An earlier look saw a report in it.
    had_reports: bool = False


@dataclass(frozen=True)
class Listing:
    """What a column held."""

    state: State
    items: tuple[Item, ...] = ()
    preset: str = ""
    declared: int | None = None  # items that the portal says there are
    pages: tuple[str, ...] = ()  # addresses of the list pages that were read
    fingerprint: str = ""  # of the first entries
    answers: tuple[Answer, ...] = field(default=(), repr=False)
    # The first request to the interface that held the list.
    shortcut: Ask | None = None
    proof: Proof = NONE  # why it is all
    by_year: bool = False  # years have pages of their own, of which some were read


def fingerprint_of(items: Sequence[Item]) -> str:
    """The same for the same entries in the same order."""
    text = "\n".join(f"{item.url} {item.title} {item.date}" for item in items)
    return hashlib.sha256(text.encode()).hexdigest()


def as_before(
    source: Source,
    items: Sequence[Item],
    pages: Sequence[str],
    answers: Sequence[Answer],
    mark: str = "",
) -> Listing | None:
    """The listing of a column whose first entries are as they were.

    None where they are not.
    """
    if not items:
        return None
    mark = mark or fingerprint_of(items)
    if mark != source.fingerprint:
        return None
    return Listing(
        State("unchanged"),
        tuple(items),
        pages=tuple(pages),
        fingerprint=mark,
        answers=tuple(answers),
        proof=Proof("unchanged"),
    )


DATE = pattern_of(r"(20[0-4]\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")


def dates_in(text: str) -> Iterator[date]:
    """The dates in a text; a thirtieth of February is none."""
    for match in DATE.finditer(text):
        year, month, day = map(int, match.groups())
        with suppress(ValueError):
            yield date(year, month, day)


def date_in(text: str) -> date | None:
    """The first date in a text."""
    return next(dates_in(text), None)


def publication_in(shown: str) -> date | None:
    """The date that a page prints behind its 发布时间 or 发布日期."""
    if "发布" not in shown:
        return None
    return date_in(re.split("发布(?:时间|日期)", shown, maxsplit=1)[-1][:40])


def unescaped(title: str) -> str:
    """A title whose characters a script's escape() wrote: %u5e74."""
    return sound(re.sub(r"%u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), title))


def titled_as_report(item: Item) -> bool:
    return "年度报告" in item.title or "年报" in item.title


def may_be_followed(url: str, answer: Answer, source: Source) -> bool:
    parts = split(url)
    return parts.scheme in ("http", "https") and is_own_host(parts.netloc, answer.host, source)


def is_own_host(host: str, here: str, source: Source) -> bool:
    """Whether a host is the portal's: its own, one that the county allows, or a neighbour in the
    county's own part of gov.cn.
    """
    column = split(source.url).netloc
    if host in (here, column, *source.allow):
        return True
    own = county_domain(column)
    return bool(own) and county_domain(host) == own


def county_domain(host: str) -> str:
    """qingxi.gov.cn of www.qingxi.gov.cn; empty outside of gov.cn."""
    match = re.search(r"([\w-]+\.gov\.cn)(?::\d+)?$", host)
    return match[1] if match else ""


def over_http(url: str, source: Source) -> str:
    """The portal's own links over http, where its https is broken."""
    if not source.plain or host_of(url) != host_of(source.url):
        return url
    return re.sub("^https://", "http://", url)


def entry_key(item: Item) -> str:
    """The same for one article; of those that can't be followed each is one of its own."""
    return item.url if item.doubt else key_of(item.url)


def once(items: Iterable[Item]) -> list[Item]:
    """Each article once, as it is listed first."""
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(entry_key(item), item)
    return list(found.values())


SHARED = "另一条目也链接这一页 / another entry leads to the same page"


def told_apart(
    items: Iterable[Item], names: Sequence[str], before: Iterable[Item] = ()
) -> Iterator[Item]:
    """The same entries; one that leads to the page of another unit's or year's is in doubt.

    Somebody copied the link: what its title names is published, and nobody knows where.
    """
    first = {entry_key(item): item for item in before}
    for item in items:
        if _differ(item, first.setdefault(entry_key(item), item), names):
            yield item._replace(url=f"{item.url}#{sound(item.title)}"[:LONGEST], doubt=SHARED)
        else:
            yield item


def _differ(one: Item, other: Item, names: Sequence[str]) -> bool:
    """Whether two titles name different units or years."""
    if one.title == other.title:
        return False
    units = [{name for name in names if name in item.title} for item in (one, other)]
    years = [years_in(item.title) for item in (one, other)]
    return any(all(named) and not set.intersection(*named) for named in (units, years))


def counted(
    answer: Answer,
    source: Source,
    items: list[Item],
    declared: int | None,
    pages: list[str],
    answers: list[Answer],
    *,
    ended: bool = False,
) -> Listing:
    """What was read against what the portal says there is.

    `ended`: its parts were read until none brought anything new.
    """
    state, proof = State("ok"), Proof()
    if not items and declared == 0:
        state, proof = State("ok_empty", "0"), Proof("empty", "0")
    elif not items:
        state = empty_state(answer, source.accept_empty)
        if state.complete:
            proof = Proof("empty", state.detail)
    elif declared is not None and declared > len(items):
        state = State("partial", f"{len(items)} of {declared} items")
    elif declared is not None:
        proof = Proof("declared", str(declared))
    elif ended:
        proof = Proof("ended", str(len(pages)))
    else:
        state = State("partial", "列表没有说明总数 / the list does not say how long it is")
    return Listing(
        state, tuple(items), "", declared, tuple(pages), answers=tuple(answers), proof=proof
    )
