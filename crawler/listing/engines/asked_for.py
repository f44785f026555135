"""Lists that the page fetches for itself, page by page.

As JSON, or as mark-up.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from nianbao.crawler.answers import Answer, Ask, number_in
from nianbao.crawler.listing.engines.requests import (
    absent_value,
    as_json,
    fragment_parts,
    markup_in,
    page_values,
    request_for,
    value_at,
)
from nianbao.crawler.listing.entries import another_site, from_markup, may_be_report
from nianbao.crawler.listing.listed import (
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    as_before,
    counted,
    date_in,
    fingerprint_of,
    may_be_followed,
    over_http,
    told_apart,
    unescaped,
)
from nianbao.crawler.listing.signs import USUAL_SIZES
from nianbao.crawler.page_state import empty_state, is_cut, transport_state
from nianbao.crawler.presets import Preset
from nianbao.crawler.proof import NONE, Proof
from nianbao.crawler.states import State


class Part(NamedTuple):
    """A page of a list that is asked for page by page."""

    entries: list[Item]
    declared: int | None = None  # how many there are in all


@dataclass
class _Gathered:
    """What the pages that were read so far held."""

    pages: list[str]
    answers: list[Answer] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    declared: int | None = None
    shortcut: Ask | None = None  # the first request that was answered

    @property
    def is_whole(self) -> bool:
        """Whether it is all that the portal says there is."""
        return bool(self.declared) and len(self.items) >= (self.declared or 0)

    def take(self, part: Part, ask: Ask, names: Sequence[str]) -> int:
        """Add a page; how many of its entries are new."""
        self.pages.append(ask.url)
        self.shortcut = self.shortcut or ask
        if part.declared is not None:
            self.declared = part.declared
        entries = told_apart(part.entries, names, self.items.values())
        fresh = {item.url: item for item in entries if item.url not in self.items}
        self.items |= fresh
        return len(fresh)

    def ended_by(self, problem: State) -> Listing:
        """The listing, where the next page could not be read."""
        state = problem
        if self.items:
            state = State("partial", problem.name)
        return Listing(
            state,
            tuple(self.items.values()),
            declared=self.declared,
            pages=tuple(self.pages),
            answers=tuple(self.answers),
        )


def _asked_for(
    source: Source,
    preset: Preset,
    answer: Answer,
    read: Callable[[Answer], Part | State],
    *,
    last: int = 0,
    may_end: bool = False,
) -> Reading:
    """A list whose pages are asked for until one brings nothing new.

    `last`: how many pages there are, where the page says so. `may_end`: one that
    can't be read after the first is the end of a list that does not say how long
    it is.
    """
    values = page_values(preset, answer, source)
    if (absent := absent_value(preset, values)) is not None:
        return Listing(State("structure_changed", f"no {absent} in the page"))
    so_far = _Gathered([answer.url])
    first = int(preset.request.get("first", 1))
    mark, ended = "", False
    for page in range(first, first + MOST_PAGES):
        ask = request_for(preset, values, page, answer, source)
        reply = replace((yield ask), asked=ask.url)
        so_far.answers.append(reply)
        part = read(reply)
        if isinstance(part, State):
            unsaid = so_far.declared is None or len(so_far.items) >= so_far.declared
            if may_end and page > first and unsaid and len(so_far.items) not in USUAL_SIZES:
                ended = True
                break
            return so_far.ended_by(part)
        fresh = so_far.take(part, ask, source.names)
        if page == first:
            before = as_before(source, part.entries, so_far.pages, so_far.answers)
            if before is not None:
                return before
            mark = fingerprint_of(part.entries)
        if not fresh or page - first + 1 == last or so_far.is_whole:
            ended = True
            break
    items = list(so_far.items.values())
    listing = counted(
        answer, source, items, so_far.declared, so_far.pages, so_far.answers, ended=ended
    )
    return replace(listing, fingerprint=mark, shortcut=so_far.shortcut)


# ---- JSON


def read_json(source: Source, preset: Preset, answer: Answer) -> Reading:
    def read(reply: Answer) -> Part | State:
        if (problem := transport_state(reply)) is not None:
            return problem
        content = as_json(reply.text)
        if content is None:
            return State("structure_changed", "no JSON in the answer")
        entries = json_entries(content, preset, answer, source) or []
        return Part(entries, number_in(str(value_at(content, preset.total))))

    return (yield from _asked_for(source, preset, answer, read, may_end=True))


def json_entries(content: Any, preset: Preset, answer: Answer, source: Source) -> list[Item] | None:
    """The entries of an interface's answer; None where it is not one."""
    listed = value_at(content, preset.items)
    if not isinstance(listed, list):
        return None
    entries = []
    for raw in listed:
        if (item := _field_item(raw, preset, answer)) is not None:
            entry = item._replace(url=over_http(item.url, source))
            if may_be_followed(entry.url, answer, source):
                entries.append(entry)
            elif may_be_report(entry.title, source.names):
                entries.append(entry._replace(doubt=another_site(entry.url)))
    return [*told_apart(entries, source.names)]


def _field_item(raw: Any, preset: Preset, answer: Answer) -> Item | None:
    if not isinstance(raw, dict):
        return None
    url = str(raw.get(preset.fields["url"]) or raw.get("url") or "")
    title = unescaped(str(raw.get(preset.fields["title"]) or raw.get("title") or ""))
    title = re.sub(r"<[^>]+>", "", entities.unescape(title)).strip()
    if not url or not title:
        return None
    day = date_in(str(raw.get(preset.fields["date"]) or raw.get("created_at") or ""))
    return Item(title, answer.joined(url), day)


# ---- mark-up


def read_fragment(source: Source, preset: Preset, answer: Answer) -> Reading:
    """Mark-up that the page would fetch for itself, page by page."""

    def read(reply: Answer) -> Part | State:
        if (problem := _unread(reply)) is not None:
            return problem
        markup = markup_in(reply, preset)
        if is_cut(markup):
            return State("truncated", "the list is not closed")
        entries = from_markup(fragment_parts(markup, preset), answer, source, preset)
        return Part(entries, _number(preset.total, markup))

    last = _number(preset.pages, answer.text) or 0
    listing = yield from _asked_for(source, preset, answer, read, last=last)
    if listing.items or len(listing.pages) < 2:
        return listing
    shown = listing.answers[-1]
    inner = replace(shown, body=markup_in(shown, preset).encode(), headers=MARKUP)
    state = empty_state(inner, source.accept_empty)
    proof = Proof("empty", state.detail) if state.complete else NONE
    return replace(listing, state=state, proof=proof, fingerprint="", shortcut=None)


MARKUP = {"content-type": "text/html; charset=utf-8"}


def _unread(reply: Answer) -> State | None:
    """Why an answer holds no mark-up.

    One that came holds what the page would take, whatever it is.
    """
    if reply.error or reply.status != 200:
        return transport_state(reply)
    return None


def _number(pattern: str, text: str) -> int | None:
    """The number that a pattern finds, where there is a pattern."""
    match = re.search(pattern, text)
    if not pattern or match is None:
        return None
    return number_in(match[1])
