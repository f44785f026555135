"""Patterns that are compiled when they are first asked.

There are some eight hundred of them, and a process asks a third at most: to compile all of them
took a quarter of what a sweep spent before its first page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, AnyStr, cast

ASKED = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


class Late:
    """A pattern that nobody asked yet; once asked, it answers as one that is compiled."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self.pattern, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for asked in ASKED:
            setattr(self, asked, getattr(compiled, asked))
        return getattr(compiled, name)


def pattern_of(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, but compiled when it is first asked, and once for all who ask the same: most
    words of the prose are those of every year.
    """
    return cast("re.Pattern[AnyStr]", _late(text, flags))


@lru_cache(maxsize=8192)
def _late(text: str | bytes, flags: int) -> Late:
    return Late(text, flags)
