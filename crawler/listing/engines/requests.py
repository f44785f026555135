"""What a page asks its own interface for, and what is in the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from nianbao.crawler.addresses import joined
from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.listed import Source
from nianbao.crawler.presets import ADDRESS, Preset

PAGE_SIZE = 15


def page_values(preset: Preset, answer: Answer, source: Source) -> dict[str, str]:
    """What the page says of itself and its requests need.

    Read anew every time, for it may change.
    """
    values = {}
    for name, patterns in preset.page_values.items():
        values[name] = ""
        for pattern in _several(patterns):
            if (value := _value(pattern, answer, source)) is not None:
                values[name] = value
                break
    return values


def _several(patterns: str | list[str]) -> list[str]:
    if isinstance(patterns, str):
        return [patterns]
    return patterns


def _value(pattern: str, answer: Answer, source: Source) -> str | None:
    """What one pattern finds in the page, or in its address."""
    places = [answer.text]
    if pattern.startswith(ADDRESS):
        places = [source.url, answer.url]
    for place in places:
        if match := re.search(pattern.removeprefix(ADDRESS), place, re.S):
            return match[1]
    return None


def absent_value(preset: Preset, values: Mapping[str, str]) -> str | None:
    """A value without which nothing can be asked for.

    One that only the page tells, and does not.
    """
    asked = f"{preset.request['url']} {preset.request.get('body', '')}"
    if preset.request_kind == "param_json":
        asked = "{query}"
    for name, patterns in preset.page_values.items():
        only_here = isinstance(patterns, str) and not patterns.startswith(ADDRESS)
        if only_here and f"{{{name}}}" in asked and not values[name]:
            return name
    return None


def request_for(
    preset: Preset, values: Mapping[str, str], page: int, answer: Answer, source: Source
) -> Ask:
    """The request for a page of the list, as the family makes it."""
    if preset.request_kind == "param_json":
        return _param_json(preset, values, page, answer, source)
    size = int(preset.request.get("size", PAGE_SIZE))
    first = (page - 1) * size + 1
    filled = {**values, "page": page, "first": first, "last": first + size - 1}
    url = joined(answer.url, str(preset.request["url"]).format_map(filled))
    body = str(preset.request.get("body", "")).format_map(filled)
    headers = {"Referer": source.url}
    if body:
        headers["Content-Type"] = "application/json"
    return Ask(url, str(preset.request.get("method", "GET")), body, headers)


def _param_json(
    preset: Preset, values: Mapping[str, str], page: int, answer: Answer, source: Source
) -> Ask:
    """Page numbers count only inside of paramJson."""
    query = as_json(values.get("query", "").replace("'", '"')) or {}
    size = int(preset.request.get("size", PAGE_SIZE))
    query["paramJson"] = json.dumps({"pageNo": page, "pageSize": size}, separators=(",", ":"))
    endpoint = values.get("endpoint") or str(preset.request["url"])
    url = f"{joined(answer.url, endpoint)}?{urlencode(query)}"
    return Ask(url, headers={"Referer": source.url})


def as_json(text: str) -> Any:
    """JSON, with or without a function's name around it.

    None where it is neither.
    """
    bare = text
    if not text.lstrip().startswith(("{", "[")):
        bare = re.sub(r"^\s*[\w.$]*+\(|\)\s*+;?\s*+$", "", text)
    try:
        return json.loads(bare)
    except (ValueError, RecursionError):
        return None


def value_at(content: Any, path: str) -> Any:
    for key in filter(None, path.split(".")):
        if not isinstance(content, dict):
            return None
        content = content.get(key)
    return content


def markup_in(reply: Answer, preset: Preset) -> str:
    """The mark-up of an answer, also where it is kept in JSON."""
    if preset.path:
        content = as_json(reply.text)
        if isinstance(content, dict):
            return str(value_at(content, preset.path) or "")
    return reply.text


def fragment_parts(markup: str, preset: Preset) -> list[str]:
    if preset.record:
        return re.findall(preset.record, markup, re.S)
    return [markup]
