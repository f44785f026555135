"""What each family of content systems looks like: data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import yaml

from nianbao.storage.registry import yaml_loader

EngineName = Literal["links", "records", "fragment", "json", "document"]
Articles = Literal["anywhere", "below_column"]
RequestKind = Literal["filled", "param_json"]
PagingKind = Literal["script", "next", "template", "auto"]

FILE = "families.yaml"
# The family of a page that shows no signs of any other.
UNRECOGNISED = "static-auto"


@dataclass(frozen=True)
class Preset:
    """A family. What each key means stands at the head of the file."""

    name: str
    engine: EngineName
    item: str = ""
    articles: Articles = "anywhere"
    signs: tuple[str, ...] = ()
    paging: Mapping[str, Any] = field(default_factory=dict)
    request_kind: RequestKind = "filled"
    request: Mapping[str, Any] = field(default_factory=dict)
    # A pattern or several.
    page_values: Mapping[str, Any] = field(default_factory=dict)
    items: str = ""
    total: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    record: str = ""
    blob: str = ""
    column_number: str = ""
    names_column: str = ""
    next: str = ""
    path: str = ""
    pages: str = ""
    year_key: str = ""
    unit_key: str = ""


class PresetError(Exception):
    """The families' file has a fault.

    The sentence names the family and the key.
    """


@cache
def presets() -> Mapping[str, Preset]:
    return read_presets(resources.files(__name__).joinpath(FILE).read_text(encoding="utf-8"))


def read_presets(text: str) -> Mapping[str, Preset]:
    """The families of a file by their names.

    Raises PresetError for the first thing that is not known.
    """
    families = yaml.load(text, yaml_loader())
    for name, family in families.items():
        for fault in _faults(family):
            raise PresetError(f"{FILE}: {name}: {fault}")
    return {
        name: Preset(name, **{**family, "signs": tuple(family.get("signs", ()))})
        for name, family in families.items()
    }


def recognised(page: str, url: str) -> list[tuple[str, list[str]]]:
    """The families that a page may be of, best first, each with its signs."""
    ranked = []
    for preset in presets().values():
        seen = [re.search(sign, page) or re.search(sign, url) for sign in preset.signs]
        signs = [match[0][:60] for match in seen if match]
        if signs:
            ranked.append((preset.name, signs))
    return sorted(ranked, key=_surest_first)


def _surest_first(candidate: tuple[str, list[str]]) -> tuple[bool, int]:
    """A family with an engine of its own is surer than one told by links."""
    name, signs = candidate
    return presets()[name].engine == "links", -len(signs)


# ---- what may stand in the file

KEYS = tuple(known.name for known in fields(Preset) if known.name != "name")
CHOICES: Mapping[str, Sequence[str]] = {
    "engine": get_args(EngineName),
    "articles": get_args(Articles),
    "request_kind": get_args(RequestKind),
    "paging.kind": get_args(PagingKind),
    "request.method": ("GET", "POST"),
}
# Keys with keys of their own, where these are known.
BELOW: Mapping[str, Sequence[str]] = {
    "paging": ("kind", "base", "pattern"),
    "request": ("url", "method", "body", "first", "size"),
    "fields": ("title", "url", "date"),
}
NUMBERS = ("paging.base", "request.first", "request.size")
LISTS = ("signs",)
TABLES = (*BELOW, "page_values")
PATTERNS = ("item", "signs", "record", "column_number", "names_column", "next", "pages")
NEEDED: Mapping[EngineName, Sequence[str]] = {
    "links": (),
    "records": ("record", "total"),
    "fragment": ("request", "page_values"),
    "json": ("request", "items", "fields"),
    "document": ("year_key", "unit_key"),
}
# Before a pattern that is looked for in the address of the page.
ADDRESS = "url "


def _faults(family: object) -> Iterator[str]:
    if not isinstance(family, dict):
        yield "应为“键: 值”的表 / a table of keys is expected"
        return
    if "engine" not in family:
        yield "缺少 engine / engine is missing"
    for key, value in family.items():
        yield from _of_key(key, value)
    for key in NEEDED.get(family.get("engine", ""), ()):
        if key not in family:
            yield f"{family['engine']} 需要 {key} / {key} is missing"


def _of_key(key: str, value: object) -> Iterator[str]:
    if key not in KEYS:
        yield _unknown(f"未知的键 {key} / unknown key", key, KEYS)
    elif key in TABLES and not isinstance(value, dict):
        yield f"{key} 应为表 / {key} must be a table"
    elif key in LISTS and not isinstance(value, list):
        yield f"{key} 应为列表 / {key} must be a list"
    elif isinstance(value, dict):
        yield from _of_table(key, value)
    else:
        yield from _of_value(key, value)


def _of_table(key: str, table: Mapping[str, object]) -> Iterator[str]:
    for below, value in table.items():
        place = f"{key}.{below}"
        if key in BELOW and below not in BELOW[key]:
            known = [f"{key}.{name}" for name in BELOW[key]]
            yield _unknown(f"未知的键 {place} / unknown key", place, known)
        else:
            yield from _of_value(place, value)


def _of_value(place: str, value: object) -> Iterator[str]:
    if place in CHOICES and value not in CHOICES[place]:
        fault = f"{place} 不能是 {value} / unknown value of {place}"
        yield _unknown(fault, str(value), CHOICES[place])
    elif place in NUMBERS:
        if not isinstance(value, int):
            yield f"{place} 应为整数，现为 {value} / {place} must be a number"
    elif place in PATTERNS or place.startswith("page_values."):
        yield from _of_patterns(place, value)
    elif not isinstance(value, str):
        yield f"{place} 应为文字，现为 {value} / {place} must be text"


def _of_patterns(place: str, value: object) -> Iterator[str]:
    patterns = value if isinstance(value, list) else [value]
    for pattern in patterns:
        try:
            re.compile(str(pattern).removeprefix(ADDRESS))
        except re.error as error:
            yield f"{place} 不是有效的正则表达式（{error}）/ no valid pattern"


def _unknown(fault: str, told: str, known: Sequence[str]) -> str:
    near = get_close_matches(told, known, 1)
    meant = f"可用 / known: {', '.join(known)}"
    if near:
        meant = f"是否指 {near[0]}？/ did you mean {near[0]}?"
    return f"{fault}；{meant}"
