"""What of the writing on a page counts: digits that are struck, raised or unlike their neighbours
are found by their places.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from nianbao.parser.readers.page.shapes import Box, Glyph, Page
from nianbao.parser.seen import Look, Run, seen

SMALL = 0.8  # of the height of the digits beside it
OFF = 0.18  # heights above or below their line
LEAST_HEIGHT = 2.5  # points: less is a dot at best
WORD_GAP = 0.6  # heights between two words
MIDDLE = (0.25, 0.75)  # of a character: there a rule strikes it, above and below it only borders it
COVERED = 0.55  # of a rule that strikes what it goes through
LONGEST_STROKE = 60.0  # points, of what is drawn over single digits


def without_marks(page: Page) -> Page:
    """The page with what a person sees of its numbers.

    What stands alone and may be nothing but a mark is doubted.
    """
    page = _without_watermarks(page)
    level = [glyph for glyph in page.glyphs if glyph.turn == 0]
    if not any(_has_digit(glyph) for glyph in level):
        return page
    struck, rules = _struck(level, page.rules)
    crossed = _crossed(level, page.drawings)
    looks = {
        i: _look(glyph, i in struck, i in crossed or i in struck.others)
        for i, glyph in enumerate(level)
    }
    told: list[Glyph] = [glyph for glyph in page.glyphs if glyph.turn]
    for word in _words(level):
        told += _told([level[i] for i in word], [looks[i] for i in word])
    return replace(page, glyphs=told, rules=rules)


def _without_watermarks(page: Page) -> Page:
    """Without large letters that lie over or under the writing; what they may hide is doubted."""
    heights = sorted(glyph.bottom - glyph.top for glyph in page.glyphs)
    tall = LARGE * heights[len(heights) // 2] if heights else 0.0
    large = [glyph for glyph in page.glyphs if glyph.bottom - glyph.top > tall]
    if not large:
        return page
    small = [glyph for glyph in page.glyphs if glyph.bottom - glyph.top <= tall]
    if len(large) * len(small) > MOST_PAIRS:
        return page
    lines = {_line_of(mark) for mark in large if any(_lies_on(mark, g) for g in small)}
    marks = {glyph for glyph in large if _line_of(glyph) in lines}
    dark = [mark for mark in marks if mark.look == "shown"]
    kept = [glyph for glyph in page.glyphs if glyph not in marks]
    told = [g._replace(look="odd") if any(_lies_on(m, g) for m in dark) else g for g in kept]
    return replace(page, glyphs=told)


LARGE = 2.2  # heights of the usual writing
MOST_PAIRS = 1_000_000


def _line_of(mark: Glyph) -> tuple[int, int]:
    return round(mark.top), round(mark.bottom)


def _lies_on(mark: Glyph, glyph: Glyph) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    return mark.x0 < x < mark.x1 and mark.top < y < mark.bottom


def _look(glyph: Glyph, struck: bool, crossed: bool) -> Look:
    if glyph.bottom - glyph.top < LEAST_HEIGHT:
        return "hidden"
    if struck:
        return "struck"
    return "odd" if crossed and glyph.look == "shown" else glyph.look


def _has_digit(glyph: Glyph) -> bool:
    return any(c.isdigit() for c in glyph.text)


# ---- words


def _words(glyphs: Sequence[Glyph]) -> Iterator[list[int]]:
    """Characters that stand close beside each other, whatever their height, by their numbers."""
    order = sorted(range(len(glyphs)), key=lambda i: (glyphs[i].x0, glyphs[i].top))
    open_words: list[list[int]] = []
    for i in order:
        glyph = glyphs[i]
        still: list[list[int]] = []
        home: list[int] | None = None
        for word in open_words:
            last = glyphs[word[-1]]
            if glyph.x0 - last.x1 > 3 and glyph.x0 - last.x1 > WORD_GAP * _taller(last, glyph):
                yield word
                continue
            still.append(word)
            if home is None and _beside(last, glyph):
                home = word
        open_words = still
        if home is None:
            open_words.append([i])
        else:
            home.append(i)
    yield from open_words


def _taller(one: Glyph, other: Glyph) -> float:
    return max(one.bottom - one.top, other.bottom - other.top)


def _beside(last: Glyph, glyph: Glyph) -> bool:
    if last.bottom <= glyph.top or glyph.bottom <= last.top:  # nearly all that are asked about
        return False
    height = _taller(last, glyph)
    shared = min(last.bottom, glyph.bottom) - max(last.top, glyph.top)
    least = min(last.bottom - last.top, glyph.bottom - glyph.top)
    # what is as tall stands in another line when it is half a line lower
    wanted = 0.35 if least < SMALL * height else 0.6
    return shared > wanted * least and glyph.x0 - last.x1 <= WORD_GAP * height


def _told(word: list[Glyph], looks: list[Look]) -> Iterator[Glyph]:
    looks = _by_neighbours(word, looks)
    told = seen(Run(glyph.text, look) for glyph, look in zip(word, looks, strict=True))
    gone = {"hidden"}
    if any(look in ("shown", "odd") for look in looks):
        gone |= {"struck", "raised"}
    for glyph, look in zip(word, looks, strict=True):
        if look not in gone:
            yield glyph._replace(doubt=glyph.doubt or (told.doubt if _has_digit(glyph) else ""))


def _by_neighbours(word: list[Glyph], looks: list[Look]) -> list[Look]:
    """A digit that is smaller than the others and off their line is a mark; either alone is odd."""
    digits = [
        glyph
        for glyph, look in zip(word, looks, strict=True)
        if _has_digit(glyph) and look in ("shown", "odd")
    ]
    if len(digits) < 2:
        return looks
    tall = max(glyph.bottom - glyph.top for glyph in digits)
    line = [glyph for glyph in digits if glyph.bottom - glyph.top >= SMALL * tall]
    base = sorted(glyph.bottom for glyph in line)[len(line) // 2]
    told: list[Look] = []
    for glyph, look in zip(word, looks, strict=True):
        small = glyph.bottom - glyph.top < SMALL * tall
        off = abs(glyph.bottom - base) > OFF * tall
        if not _has_digit(glyph) or look not in ("shown", "odd") or not (small or off):
            told.append(look)
        else:
            told.append("raised" if small and off else "odd")
    return told


# ---- rules and strokes through digits


class _Struck(set[int]):
    """The characters that a rule strikes; `others` are those that a longer one goes through."""

    others: set[int]


def _struck(glyphs: Sequence[Glyph], rules: Iterable[Box]) -> tuple[_Struck, list[Box]]:
    """What is struck, and the rules that are left."""
    by_middle = sorted(range(len(glyphs)), key=lambda i: glyphs[i].top + glyphs[i].bottom)
    middles = [(glyphs[i].top + glyphs[i].bottom) / 2 for i in by_middle]
    tallest = max(glyph.bottom - glyph.top for glyph in glyphs)
    far = (MIDDLE[1] - MIDDLE[0]) * tallest  # twice as far from a rule as what it goes through
    struck = _Struck()
    struck.others = set()
    left: list[Box] = []
    for rule in rules:
        if rule.x1 - rule.x0 <= rule.bottom - rule.top:
            left.append(rule)
            continue
        y = (rule.top + rule.bottom) / 2
        first, last = bisect_left(middles, y - far), bisect_right(middles, y + far)
        through = [i for i in by_middle[first:last] if _goes_through(rule, y, glyphs[i])]
        covered = sum(_shared(rule, glyphs[i]) for i in through)
        if through and covered >= COVERED * (rule.x1 - rule.x0):
            struck.update(through)
        else:
            struck.others.update(through)
            left.append(rule)
    return struck, left


def _goes_through(rule: Box, y: float, glyph: Glyph) -> bool:
    height = glyph.bottom - glyph.top
    low, high = glyph.top + MIDDLE[0] * height, glyph.top + MIDDLE[1] * height
    return low <= y <= high and _shared(rule, glyph) > 0.4 * (glyph.x1 - glyph.x0)


def _shared(rule: Box, glyph: Glyph) -> float:
    return max(0.0, min(rule.x1, glyph.x1) - max(rule.x0, glyph.x0))


def _crossed(glyphs: Sequence[Glyph], drawings: Iterable[Box]) -> set[int]:
    """Digits with a small drawing over them: a cross, a stroke, a ring."""
    small = sorted(
        (box for box in drawings if max(box.x1 - box.x0, box.bottom - box.top) < LONGEST_STROKE),
        key=lambda box: box.top,
    )
    tops = [box.top for box in small]
    crossed = set()
    for i, glyph in enumerate(glyphs):
        if not small or not _has_digit(glyph):
            continue
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        first, last = bisect_left(tops, y - LONGEST_STROKE), bisect_right(tops, y)
        if any(box.x0 <= x <= box.x1 and y <= box.bottom for box in small[first:last]):
            crossed.add(i)
    return crossed
