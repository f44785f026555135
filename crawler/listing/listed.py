"""What a column is, and what it held."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.page_state import State, empty_state

MOST_PAGES = 60
Reading = Generator[Ask, Answer, "Listing"]


class Item(NamedTuple):
    title: str
    url: str
    date: date | None = None  # as the list prints it; never from the address


@dataclass(frozen=True)
class Source:
    """A column as a county's file describes it."""

    url: str
    preset: str = ""
    allow: tuple[str, ...] = ()  # hosts beside the column's own
    expect: str = ""
    accept_empty: str = ""
    item: str = ""  # overrides the preset's
    fingerprint: str = (
        ""  # of the list as it was last read completely: where it is the same, one page is enough
    )
    validators: Mapping[str, str] = field(default_factory=dict)  # If-None-Match, If-Modified-Since
    shortcut: Ask | None = (
        None  # the interface that lately held the list: asked instead of the page around it
    )
    year: int = 0  # the year whose report is due; an address of one year is asked for it first
    plain: bool = False  # the portal's https is broken: its own links are asked for over http


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
    shortcut: Ask | None = None  # the first request to the interface that held the list


def fingerprint_of(items: Sequence[Item]) -> str:
    """The same for the same entries in the same order."""
    text = "\n".join(f"{item.url} {item.title} {item.date}" for item in items)
    return hashlib.sha256(text.encode()).hexdigest()


def as_before(
    source: Source, items: Sequence[Item], pages: Sequence[str], answers: Sequence[Answer]
) -> Listing | None:
    mark = fingerprint_of(items) if items else ""
    if not mark or mark != source.fingerprint:
        return None
    return Listing(
        State("unchanged"),
        tuple(items),
        pages=tuple(pages),
        fingerprint=mark,
        answers=tuple(answers),
    )


DATE = re.compile(r"(20[0-4]\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")


def may_be_followed(url: str, answer: Answer, source: Source) -> bool:
    parts = urlsplit(url)
    hosts = {answer.host, urlsplit(source.url).netloc, *source.allow}
    return parts.scheme in ("http", "https") and parts.netloc in hosts


def canonical(url: str) -> str:
    """One address for one article: no fragment, no mobile twin, no default port."""
    parts = urlsplit(url)
    netloc = parts.netloc.removesuffix(":80" if parts.scheme == "http" else ":443")
    path = re.sub(r"_wap(?=\.s?html?$)", "", parts.path)
    query = urlencode(
        [
            (k, v)
            for k, v in parse_qsl(parts.query, keep_blank_values=True)
            if k.lower() != "ismobile"
        ]
    )
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def over_http(url: str, source: Source) -> str:
    """Where the county's file says that https is broken, the portal's own links are asked for over http."""
    own = source.plain and urlsplit(url).hostname == urlsplit(source.url).hostname
    return re.sub("^https://", "http://", url) if own else url


def once(items: Iterator[Item]) -> list[Item]:
    return list({item.url: item for item in reversed(list(items))}.values())[::-1]


def counted(
    answer: Answer,
    source: Source,
    items: list[Item],
    declared: int | None,
    pages: list[str],
    answers: list[Answer],
) -> Listing:
    """What was read against what the portal says there is."""
    if not items:
        state = (
            State("ok_empty", "0") if declared == 0 else empty_state(answer, source.accept_empty)
        )
    elif declared is not None and declared > len(items):
        state = State("partial", f"{len(items)} of {declared} items")
    else:
        state = State("ok")
    return Listing(state, tuple(items), "", declared, tuple(pages), answers=tuple(answers))
