"""A report's JSON: its cells, and what counts as changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import ndiff
from typing import Any, NamedTuple, cast

TABLES = ("proactive", "requests", "disputes")
# What makes two pages one report: they print titles as they like.
OF_COPIES = ("year", *TABLES)
COMPARED = ("title", "unit", "year", "form", "signed", *TABLES, "sections", "claims")


class Damaged(dict[str, Any]):
    """Instead of a report's JSON that can't be unpacked: nothing of it is known, and its
    neighbours are read. Where it is copied, what is kept is copied as it is.
    """

    def __init__(self, kept: str | bytes) -> None:
        super().__init__(
            {"title": None, "unit": None, "year": None, "form": None, "signed": None}
            | {"proactive": {}, "requests": {}, "disputes": {}, "claims": [], "sections": []}
            | {"unreadable": [{"cell": "*", "raw": "", "why": WHY}]}
        )
        self.kept = kept


WHY = (
    "数据库中的内容已损坏，请运行 nianbao replay 由存档重读"
    " / its content in the database is damaged: `nianbao replay` reads it again from the archive"
)


class Change(NamedTuple):
    """A cell or a text that differs between two readings or versions."""

    key: str
    before: object
    after: object


def plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from the database."""
    written = json.dumps(content)
    copied: dict[str, Any] = json.loads(written)
    return copied if is_storable(written) else cast(dict[str, Any], clean(copied))


def is_storable(written: str) -> bool:
    """Whether JSON surely holds nothing that `clean` takes out: hardly any holds it, and to go
    through each of its strings takes ten times longer.
    """
    return UNSTORABLE.search(written) is None and ESCAPED.search(written) is None


def clean(value: Any) -> Any:
    """Without what no database keeps: NUL, and halves of characters."""
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, (dict, Mapping)):
        return {clean(key): clean(below) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(below) for below in value]
    return value


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# As JSON writes it in ASCII; the halves of characters beyond the first 65,536 are so, too.
ESCAPED = re.compile(r"\\u(?:0000|d[89a-f])", re.I)


def has_unreadable(content: Mapping[str, Any]) -> bool:
    """Whether some of a report's cells could not be read."""
    return bool(content.get("unreadable"))


def why_unread(content: Mapping[str, Any]) -> str | None:
    """Why nothing is known of a damaged one; None of any other."""
    return WHY if isinstance(content, Damaged) else None


def same(
    first: Mapping[str, Any], second: Mapping[str, Any], keys: Sequence[str] = COMPARED
) -> bool:
    return all(first.get(key) == second.get(key) for key in keys)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Cell by cell, and the texts around them; of what is damaged nothing is known but that."""
    if isinstance(before, Damaged) or isinstance(after, Damaged):
        return [Change("unreadable", *(why_unread(content) for content in (before, after)))]
    first, second = _told(before), _told(after)
    return [
        Change(key, first.get(key), second.get(key))
        for key in dict.fromkeys((*first, *second))
        if first.get(key) != second.get(key)
    ]


def _told(content: Mapping[str, Any]) -> dict[str, object]:
    """Everything that is compared, by the key of its place."""
    compared: dict[str, object] = {}
    for key in COMPARED:
        if key in TABLES:
            compared |= _cells(key, content.get(key))
        elif key == "claims":
            for n, claim in enumerate(content.get(key) or ()):
                compared[f"prose {n}"] = claim.get("sentence")
        else:
            compared[key] = content.get(key)
    return compared


def cells_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a report's JSON by their full keys."""
    cells: dict[str, Any] = {}
    for table in TABLES:
        cells |= _cells(table, content.get(table))
    return cells


def _cells(place: str, value: Any) -> dict[str, Any]:
    """What stands at a place and below it."""
    if value is None and place in TABLES:
        return {}
    if not isinstance(value, Mapping):
        return {place: value}
    cells: dict[str, Any] = {}
    for key, below in value.items():
        cells |= _cells(f"{place}.{key}", below)
    return cells


def passage_changes(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    """Passages that were taken out (-) and put in (+), in their order."""
    return [(line[0], line[2:]) for line in ndiff(before, after) if line[0] in "+-"]
