"""Texts of others in tables that a spreadsheet opens."""

from __future__ import annotations

from typing import Any

# What begins with one of these a spreadsheet may take for a formula; full-width ones, too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def unformulated(value: Any) -> Any:
    """A text that would be taken for a formula has a ' before it. Numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
