"""A chain of hashes: what an entry says, bound to all that was said before it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

BEGINNING = "0" * 64  # what the first entry follows


class Said(NamedTuple):
    """What a person did, as it is bound into the chain."""

    at: datetime
    who: str
    action: str
    about: str
    content: Mapping[str, Any]


def as_told(number: int, said: Said, previous: str) -> dict[str, Any]:
    """An entry as it is hashed and exported."""
    told = said._asdict() | {"at": in_words(said.at), "content": dict(said.content)}
    return {"number": number, **told, "previous": previous}


def in_words(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def digest_of(told: Mapping[str, Any]) -> str:
    """Of an entry as it is told, whatever the order of its keys."""
    line = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()
