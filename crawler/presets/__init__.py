"""What each family of content systems looks like: data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class Preset:
    name: str
    engine: str
    item: str = ""
    signs: tuple[str, ...] = ()
    paging: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    page_values: Mapping[str, Any] = field(default_factory=dict)  # a pattern or several
    items: str = ""
    total: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    record: str = ""
    next: str = ""
    path: str = ""
    pages: str = ""
    url: str = ""


@cache
def presets() -> Mapping[str, Preset]:
    text = resources.files(__name__).joinpath("families.yaml").read_text(encoding="utf-8")
    return {
        name: Preset(name, **{**raw, "signs": tuple(raw.get("signs", ()))})
        for name, raw in yaml.safe_load(text).items()
    }


def recognised(page: str, url: str) -> list[tuple[str, list[str]]]:
    """The families that a page may be of, best first, each with the signs that speak for it."""
    found = []
    for preset in presets().values():
        signs = [
            match[0][:60]
            for sign in preset.signs
            if (match := re.search(sign, page) or re.search(sign, url))
        ]
        if signs:
            found.append((preset.name, signs))
    # A family with an engine of its own is surer than one that is told by the look of its links.
    return sorted(found, key=lambda each: (presets()[each[0]].engine == "links", -len(each[1])))
