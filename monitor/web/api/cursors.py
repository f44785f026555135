"""Where a list goes on. Whoever asks keeps the cursor as it is; what it says is checked like
anything else that is asked for, and opens nothing.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.shell import UNTYPED

Key = tuple[Any, ...]
LONGEST = 1000  # letters
MOST = 2**31 - 1  # of a number


def cursor_of(name: str, key: Key) -> str:
    """`name`: of the list."""
    told = json.dumps([name, *key], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(told.encode()).decode().rstrip("=")


def key_of(name: str, kinds: Sequence[type], said: str) -> Key:
    """Raises AskedWronglyError where it is none of this list."""
    try:
        whole = said.encode("ascii") + b"=" * (-len(said) % 4)
        told = json.loads(urlsafe_b64decode(whole)) if len(said) <= LONGEST else None
    except (ValueError, binascii.Error, RecursionError):
        told = None
    if not isinstance(told, list) or told[:1] != [name] or not _fits(told[1:], kinds):
        raise AskedWronglyError(
            "没有这个 cursor，请从头再取", "there is no such cursor: begin again without", 404
        )
    return tuple(told[1:])


def _fits(key: Sequence[object], kinds: Sequence[type]) -> bool:
    return len(key) == len(kinds) and all(
        type(part) is kind and _is_sound(part) for part, kind in zip(key, kinds, strict=True)
    )


def _is_sound(part: object) -> bool:
    if isinstance(part, int):
        return 0 <= part <= MOST
    return isinstance(part, str) and UNTYPED.search(part) is None
