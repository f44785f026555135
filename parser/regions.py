"""The names of provinces, cities and counties: where one ends and a body's own name begins."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

Level = Literal["province", "city", "county"]


@cache
def regions() -> Mapping[str, Level]:
    """Each name with its level: regions.txt, which is made from the packed list of units."""
    text = (resources.files("nianbao.parser") / "regions.txt").read_text(encoding="utf-8")
    pairs = (line.split(" ") for line in text.splitlines())
    return {name: LEVELS[level] for name, level in pairs}


LEVELS: Mapping[str, Level] = {"province": "province", "city": "city", "county": "county"}


LONGEST = 15


def region_at(text: str, at: int = 0) -> str:
    """The longest name of a region that stands there; empty where none does."""
    known = regions()
    for end in range(min(len(text), at + LONGEST), at + 1, -1):
        if text[at:end] in known:
            return text[at:end]
    return ""
