"""Texts of others in tables that a spreadsheet opens, and in all that is written as XML."""

from __future__ import annotations

import re
from typing import Any

# What begins with one of these a spreadsheet may take for a formula; full-width ones, too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def unformulated(value: Any) -> Any:
    """A text that would be taken for a formula has a ' before it. Numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value


# What no XML may hold: a workbook or a letter with one of these can't be written, or not opened.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(value: Any) -> Any:
    """A text with what XML can't hold as JSON writes it. Numbers stay numbers."""
    if isinstance(value, str):
        return UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    return value
