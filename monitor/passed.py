"""What was published, held against the draft that was passed: each cell of the form, each number of
the prose, and how much else of its words. Pure.

What could not be read on either side is not known, and no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from nianbao.storage.content import Damaged, cells_of
from nianbao.storage.drafts import Texts

# Of which each word is the writer's own: of others lines are put together, or pictures read.
EXACT = ("html", "docx", "doc", "text", "odt", "wps")
ALIKE = 0.8  # of two sentences that are taken for one
MOST_LETTERS = 400  # of a sentence that another one is looked for
MOST_SENTENCES = 300  # that are looked for on each side


class Cell(NamedTuple):
    """A cell of the form that differs; None: blank."""

    cell: str
    before: int | float | None
    after: int | float | None


class Number(NamedTuple):
    """A number of the prose that differs, and the sentence that says it now."""

    before: str
    after: str
    sentence: str


class Compared(NamedTuple):
    """A published report against the draft that was passed."""

    cells: Sequence[Cell] = ()
    numbers: Sequence[Number] = ()
    unknown: Sequence[str] = ()  # cells that could not be compared
    sentences: int | None = 0  # that differ in their words; None: not known

    @property
    def differs(self) -> bool:
        """Whether a number does."""
        return bool(self.cells or self.numbers)

    @property
    def is_same(self) -> bool:
        """Whether all of it is surely the same."""
        return not self.differs and not self.unknown and self.sentences == 0


def compared(draft: Texts, published: Texts) -> Compared:
    if isinstance(draft.content, Damaged) or isinstance(published.content, Damaged):
        return Compared(unknown=("*",), sentences=None)
    changed, unknown = _cells(draft.content, published.content)
    numbers: Sequence[Number] = ()
    sentences: int | None = None
    if _is_exact(draft) and _is_exact(published):
        numbers, sentences = _prose(draft.words, published.words)
    return Compared(changed, numbers, unknown, sentences)


def _is_exact(texts: Texts) -> bool:
    return texts.content.get("format") in EXACT and bool(texts.words)


def _cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[Cell], list[str]]:
    old, new = cells_of(before), cells_of(after)
    doubts = {each["cell"] for side in (before, after) for each in side.get("unreadable") or ()}
    changed, unknown = [], []
    for cell in dict.fromkeys((*old, *new, *sorted(doubts))):
        if cell in doubts or cell not in old or cell not in new:
            unknown.append(cell)
        elif old[cell] != new[cell]:
            changed.append(Cell(cell, old[cell], new[cell]))
    return changed, unknown


# ---- the prose

ENDS = re.compile("(?<=[。；！？;!?])")
DIGITS = re.compile(r"\d+(?:\.\d+)?%?")
BETWEEN = re.compile(r"(?<=\d),(?=\d{3})")  # 1,234


def sentences_of(words: str) -> list[str]:
    """However they are put into paragraphs."""
    whole = re.sub(r"\s", "", unicodedata.normalize("NFKC", words.replace("\n", "")))
    return [each for each in ENDS.split(BETWEEN.sub("", whole)) if each]


def _prose(before: str, after: str) -> tuple[list[Number], int]:
    """The numbers that differ, and how many sentences do otherwise."""
    old, new = Counter(sentences_of(before)), Counter(sentences_of(after))
    gone, come = [*(old - new).elements()], [*(new - old).elements()]
    numbers: list[Number] = []
    left = list(come)
    reworded = 0
    for is_wanted in (_is_but_numbers, _is_alike):
        unpaired = []
        for sentence in gone[:MOST_SENTENCES]:
            other = next(
                (each for each in left[:MOST_SENTENCES] if is_wanted(sentence, each)), None
            )
            if other is None:
                unpaired.append(sentence)
                continue
            left.remove(other)
            numbers += _changed(sentence, other)
            reworded += is_wanted is _is_alike
        gone = [*unpaired, *gone[MOST_SENTENCES:]]
    return numbers, reworded + max(len(gone), len(left))


def _is_but_numbers(one: str, other: str) -> bool:
    """Whether two sentences differ in their numbers alone."""
    return DIGITS.sub("#", one) == DIGITS.sub("#", other)


def _is_alike(one: str, other: str) -> bool:
    """Whether one is the other with other words, and says other numbers in the same order."""
    if max(len(one), len(other)) > MOST_LETTERS:
        return False
    numbers = DIGITS.findall(one), DIGITS.findall(other)
    if len(numbers[0]) != len(numbers[1]) or numbers[0] == numbers[1]:
        return False
    bare = DIGITS.sub("#", one), DIGITS.sub("#", other)
    return SequenceMatcher(None, *bare, autojunk=False).ratio() >= ALIKE


def _changed(before: str, after: str) -> list[Number]:
    pairs = zip(DIGITS.findall(before), DIGITS.findall(after), strict=True)
    return [Number(old, new, after) for old, new in pairs if old != new]
