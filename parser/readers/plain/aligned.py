"""Columns that are kept by spaces."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from nianbao.parser.labels import exact, spelt
from nianbao.parser.patterns import pattern_of


class Word(NamedTuple):
    text: str
    left: int  # in half-width places
    right: int


def whole_heads(lines: list[str]) -> list[str]:
    """The words of headers that are broken over two lines (社会公益 / 组织) made whole."""
    done: list[str] = []
    if not any("  " in line for line in lines):
        return list(lines)
    for line in lines:
        above = done[-1] if done else ""
        joined = None
        if len(line) <= LONGEST and WORDS_ALONE.fullmatch(line) and _is_spaced(above):
            joined = _joined(_words(above), _words(line))
        if joined is None:
            done.append(line)
        else:
            done[-1] = joined
    return done


def _is_spaced(line: str) -> bool:
    return (
        len(line) <= LONGEST
        and "\t" not in line
        and GAP.search(line.strip()) is not None
        and not DIGIT.search(line)
    )


def _joined(above: list[Word], below: list[Word]) -> str | None:
    """A line of words with those below them, if every one of these ends one of those."""
    if not below or len(below) > len(above):
        return None
    texts = [word.text for word in above]
    for word in below:
        over = [i for i, upper in enumerate(above) if _overlap(upper, word)]
        if len(over) != 1 or exact(word.text):
            return None
        texts[over[0]] += word.text
        if not spelt(texts[over[0]]):
            return None
    return "  ".join(texts)


def _overlap(one: Word, other: Word) -> bool:
    return one.left < other.right and other.left < one.right


def _words(line: str) -> list[Word]:
    words = []
    for found in WORD.finditer(line):
        left = _width(line[: found.start()])
        words.append(Word(found[0], left, left + _width(found[0])))
    return words


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


LONGEST = 400  # characters of a line of a header
GAP = pattern_of(r"\S {2,}\S")
DIGIT = pattern_of(r"[0-9]")
WORDS_ALONE = pattern_of(r"[一-龥()（）、，,\s]+")  # no numbers, nor what may be one (〇, Ｏ)
WORD = pattern_of(r"\S+(?: \S+)*")
