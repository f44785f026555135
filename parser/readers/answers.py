"""Answers to scripts: JSON, a call or an assignment with the article's mark-up as a string."""

from __future__ import annotations

import html as entities
import re
from itertools import islice

from nianbao.parser.patterns import pattern_of


def article_in(text: str) -> str | None:
    """The article as a page, or None where the text is no such answer.

    Read with its escapes, spans in quotes would be lost, and with them the places of numbers.
    """
    if WRAPPED.match(text) is None or MAY_HOLD_CELLS.search(text) is None:
        return None
    parts = [_part(literal) for literal in _literals(text)]
    if not any(HAS_CELLS.search(part) for part in parts):
        return None
    return f"<html><body>{''.join(parts)}</body></html>"


WRAPPED = pattern_of(
    r"[\s\ufeff]*(?:/\*.{0,200}?\*/\s*)?(?:(?:var|let|const)\s+)?(?:[\w.$]{1,60}\s*(?:=|\()\s*)?"
    r"[\[{\"'(]"
)
# One that does not end goes on to the end, and is not looked through again.
STRING = pattern_of(
    r""" "((?:[^"\\]++|\\[\s\S]?)*+)("?)|'((?:[^'\\]++|\\[\s\S]?)*+)('?) """.strip()
)
MAY_HOLD_CELLS = pattern_of(r"(?i)(?:<|&lt;|\\u003c|\\x3c)t[dh](?:\s|>|&gt;|\\)")
MOST_STRINGS = 100_000
SHORTEST = 6  # characters; shorter ones are keys and figures
DEEPEST = 3  # strings within strings
HAS_CELLS = pattern_of(r"(?i)<t[dh][\s>]")
ESCAPED_CELLS = pattern_of(r"(?i)&lt;t[dh](?:\s|&gt;)")
LONGEST_TITLE = 100
TITLE = "年度报告"


def _literals(text: str, depth: int = 1) -> list[str]:
    """What its strings say, in their order; strings within strings once more."""
    found: list[str] = []
    for match in islice(STRING.finditer(text), MOST_STRINGS):
        literal = match[1] if match[2] else match[3] if match[4] else ""
        if literal is None or len(literal) < SHORTEST:
            continue
        said = _unescaped(literal)
        again = said.lstrip().startswith(("{", "[")) and depth < DEEPEST
        found += (_literals(said, depth + 1) if again else []) or [said]
    return found


def _unescaped(literal: str) -> str:
    said = ESCAPE.sub(_meant, literal)
    return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _meant(escape: re.Match[str]) -> str:
    if code := escape[1] or escape[2]:
        return chr(int(code, 16))
    return CONTROLS.get(escape[3], escape[3])


ESCAPE = pattern_of(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([\s\S]))")
CONTROLS = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": "", "\n": ""}


def _part(said: str) -> str:
    if "<" not in said and ESCAPED_CELLS.search(said):
        said = entities.unescape(said)
    if "<" in said:
        return said
    if TITLE in said and len(said) <= LONGEST_TITLE:
        return f"<h1>{entities.escape(said)}</h1>"
    return ""
