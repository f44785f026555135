"""Lists that the page fetches for itself, page by page: as JSON, or as mark-up."""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.items import from_markup
from nianbao.crawler.listing.listed import (
    DATE,
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    as_before,
    canonical,
    counted,
    fingerprint_of,
    may_be_followed,
    over_http,
)
from nianbao.crawler.page_state import State, empty_state, is_cut, transport_state
from nianbao.crawler.presets import Preset


def _page_values(preset: Preset, answer: Answer, source: Source) -> dict[str, str]:
    """What the page says of itself and its requests need; read anew every time, for it may change."""
    found = {}
    for name, patterns in preset.page_values.items():
        found[name] = ""
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            of_url = pattern.startswith("url ")
            places = (source.url, answer.url) if of_url else (answer.text,)
            match = next(
                (
                    m
                    for place in places
                    if (m := re.search(pattern.removeprefix("url "), place, re.S))
                ),
                None,
            )
            if match is not None:
                found[name] = match[1]
                break
    return found


def _absent_value(preset: Preset, values: Mapping[str, str]) -> str | None:
    """A value without which nothing can be asked for: one that only the page tells, and does not."""
    asked = f"{preset.request.get('url', '{query}')} {preset.request.get('body', '')}"
    needed = (
        name
        for name, told in preset.page_values.items()
        if isinstance(told, str) and not told.startswith("url ")
    )
    return next((name for name in needed if f"{{{name}}}" in asked and not values[name]), None)


class Part(NamedTuple):
    """A page of a list that is asked for page by page."""

    entries: list[Item]
    declared: int | None = None  # how many there are in all


def _asked_for(
    source: Source,
    preset: Preset,
    answer: Answer,
    values: Mapping[str, str],
    read: Callable[[Answer], Part | State],
    *,
    last: int | None = None,
    may_end: bool = False,
) -> Reading:
    """A list whose pages are asked for one after the other, until one brings nothing new or all that there is was seen.

    `may_end`: one that can't be read after the first is the end of a list that does not say how long it is.
    """
    if (absent := _absent_value(preset, values)) is not None:
        return Listing(State("structure_changed", f"no {absent} in the page"))
    collected: dict[str, Item] = {}
    pages, answers = [answer.url], []
    declared: int | None = None
    first = int(preset.request.get("first", 1))
    mark = ""
    shortcut: Ask | None = None
    for page in range(first, first + MOST_PAGES):
        ask = (
            _jpaas_request(values, page, answer, source)
            if preset.name == "jpaas"
            else _request(preset, values, page, answer, source)
        )
        reply = replace((yield ask), asked=ask.url)
        answers.append(reply)
        part = read(reply)
        if isinstance(part, State):
            if may_end and page > first and (declared is None or len(collected) >= declared):
                break
            state = State("partial", part.name) if collected else part
            return Listing(
                state, tuple(collected.values()), "", declared, tuple(pages), answers=tuple(answers)
            )
        pages.append(ask.url)
        declared = part.declared if part.declared is not None else declared
        shortcut = shortcut or ask
        if page == first:
            if (before := as_before(source, part.entries, pages, answers)) is not None:
                return before
            mark = fingerprint_of(part.entries)
        fresh = [item for item in part.entries if item.url not in collected]
        collected |= {item.url: item for item in fresh}
        if not fresh or page - first + 1 == last or (declared and len(collected) >= declared):
            break
    listing = counted(answer, source, list(collected.values()), declared, pages, answers)
    return replace(listing, fingerprint=mark, shortcut=shortcut)


def read_json(source: Source, preset: Preset, answer: Answer) -> Reading:
    def read(reply: Answer) -> Part | State:
        problem = transport_state(reply)
        content = as_json(reply.text) if problem is None else None
        if content is None:
            return problem or State("structure_changed", "no JSON in the answer")
        total = _at(content, preset.total)
        entries = json_entries(content, preset, answer, source) or []
        return Part(entries, int(total) if str(total).isdigit() else None)

    values = _page_values(preset, answer, source)
    return (yield from _asked_for(source, preset, answer, values, read, may_end=True))


def json_entries(content: Any, preset: Preset, answer: Answer, source: Source) -> list[Item] | None:
    """The entries of an interface's answer; None where it is not one."""
    listed = _at(content, preset.items)
    if not isinstance(listed, list):
        return None
    found = [item for raw in listed if (item := _field_item(raw, preset, answer))]
    plain = [item._replace(url=over_http(item.url, source)) for item in found]
    return [item for item in plain if may_be_followed(item.url, answer, source)]


def _request(
    preset: Preset, values: Mapping[str, str], page: int, answer: Answer, source: Source
) -> Ask:
    size = int(preset.request.get("size", 15))
    first = (page - 1) * size + 1
    filled = {**values, "page": page, "first": first, "last": first + size - 1}
    url = urljoin(answer.url, str(preset.request["url"]).format_map(filled))
    body = str(preset.request.get("body", "")).format_map(filled)
    headers = {"Referer": source.url, **({"Content-Type": "application/json"} if body else {})}
    return Ask(url, str(preset.request.get("method", "GET")), body, headers)


def as_json(text: str) -> Any:
    bare = (
        re.sub(r"^\s*[\w.$]*\(|\)\s*;?\s*$", "", text)
        if not text.lstrip().startswith(("{", "["))
        else text
    )
    try:
        return json.loads(bare)
    except ValueError:
        return None


def _at(content: Any, path: str) -> Any:
    for key in filter(None, path.split(".")):
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _field_item(raw: Any, preset: Preset, answer: Answer) -> Item | None:
    if not isinstance(raw, dict):
        return None
    url = str(raw.get(preset.fields["url"]) or raw.get("url") or "")
    title = str(raw.get(preset.fields["title"]) or raw.get("title") or "")
    title = re.sub(r"%u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), title)
    title = re.sub(r"<[^>]+>", "", entities.unescape(title)).strip()
    if not url or not title:
        return None
    match = DATE.search(str(raw.get(preset.fields["date"]) or raw.get("created_at") or ""))
    day = date(*map(int, match.groups())) if match else None
    return Item(title, canonical(urljoin(answer.url, url)), day)


def read_fragment(source: Source, preset: Preset, answer: Answer) -> Reading:
    """Mark-up that the page would fetch for itself, page by page."""

    def read(reply: Answer) -> Part | State:
        problem = transport_state(reply) if reply.error or reply.status != 200 else None
        markup = markup_in(reply, preset)
        if problem is None and is_cut(markup):
            problem = State("truncated", "the list is not closed")
        if problem is not None:
            return problem
        declared = re.search(preset.total, markup) if preset.total else None
        entries = from_markup(fragment_parts(markup, preset), answer, source, preset)
        return Part(entries, int(declared[1]) if declared else None)

    count = re.search(preset.pages, answer.text) if preset.pages else None
    values = _page_values(preset, answer, source)
    listing = yield from _asked_for(
        source, preset, answer, values, read, last=int(count[1]) if count else None
    )
    if listing.items or len(listing.pages) < 2:
        return listing
    shown = listing.answers[-1]
    markup = replace(
        shown,
        body=markup_in(shown, preset).encode(),
        headers={"content-type": "text/html; charset=utf-8"},
    )
    return replace(
        listing, state=empty_state(markup, source.accept_empty), fingerprint="", shortcut=None
    )


def fragment_parts(markup: str, preset: Preset) -> list[str]:
    return re.findall(preset.record, markup, re.S) if preset.record else [markup]


def markup_in(reply: Answer, preset: Preset) -> str:
    content = as_json(reply.text) if preset.path or preset.name == "truecms" else None
    if isinstance(content, dict):
        return str(_at(content, preset.path) if preset.path else content.get("result", ""))
    return reply.text


def _jpaas_request(values: Mapping[str, str], page: int, answer: Answer, source: Source) -> Ask:
    """Page numbers count only inside of paramJson."""
    query = as_json(values.get("query", "").replace("'", '"')) or {}
    query["paramJson"] = json.dumps({"pageNo": page, "pageSize": 15}, separators=(",", ":"))
    endpoint = values.get("endpoint") or "/api-gateway/jpaas-publish-server/front/page/build/unit"
    return Ask(
        f"{urljoin(answer.url, endpoint)}?{urlencode(query)}", headers={"Referer": source.url}
    )
