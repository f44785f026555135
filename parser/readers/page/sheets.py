"""Whole pages: turned upright, and two on a sheet taken apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.page.lattices import lattices
from nianbao.parser.readers.page.lines import fields_of, lines_of, text_of
from nianbao.parser.readers.page.shapes import Box, Glyph, Page, in_reading_frame


def upright(page: Page) -> Page:
    """A page whose writing lies on its side, turned so that it can be read."""
    turns = Counter(glyph.turn for glyph in page.glyphs if not glyph.text.isspace())
    if not turns:
        return page
    turn, count = turns.most_common(1)[0]
    if not turn or count < 0.7 * turns.total():
        return page
    dx = {90: 0.0, 180: page.width, 270: page.height}[turn]
    dy = {90: page.width, 180: page.height, 270: 0.0}[turn]

    def turned(box: Box) -> Box:
        x0, top, x1, bottom = in_reading_frame(box, turn)
        return Box(x0 + dx, top + dy, x1 + dx, bottom + dy)

    glyphs = [
        Glyph(g.text, *turned(Box(*g[1:5])), (g.turn - turn) % 360, g.doubt, g.look)
        for g in page.glyphs
    ]
    width, height = page.width, page.height
    if turn != 180:
        width, height = height, width
    rules = [turned(rule) for rule in page.rules]
    drawings = [turned(box) for box in page.drawings]
    holes = [turned(box) for box in page.holes]
    return Page(page.number, width, height, glyphs, rules, drawings, holes)


def single_pages(pages: list[Page]) -> Iterator[Page]:
    """Sheets with two pages side by side become two pages."""
    gutters = {page.number: _gutter(page) for page in pages}
    for page in pages:
        gutter = gutters[page.number]
        if gutter is not None:
            for left, right in ((0.0, gutter), (gutter, page.width)):
                yield Page(
                    page.number,
                    right - left,
                    page.height,
                    _side(page.glyphs, left, right),
                    _side(page.rules, left, right),
                    _side(page.drawings, left, right),
                    _side(page.holes, left, right),
                )
        else:
            yield page


def _side(things: Sequence[Placed], left: float, right: float) -> list[Placed]:
    """What stands on one side of a sheet, as far from its own edge as on a page."""
    own = (thing for thing in things if left <= (thing.x0 + thing.x1) / 2 < right)
    return [thing._replace(x0=thing.x0 - left, x1=thing.x1 - left) for thing in own]


def _gutter(page: Page) -> float | None:
    """Where a sheet with two pages side by side is to be cut; None when it is
    one page, or may be.
    """
    if page.width < 1.15 * page.height or len(page.glyphs) < 40:
        return None
    middle, reach = page.width / 2, page.width * 0.08
    spans = sorted((box[1], box[3]) for box in page.glyphs if not box.text.isspace())
    spans = sorted([*spans, *((rule.x0, rule.x1) for rule in page.rules)])
    gaps, edge = [], 0.0
    for x0, x1 in spans:
        if x0 - edge >= 14:
            gaps.append((edge, x0))
        edge = max(edge, x1)
    gaps = [
        (a, b)
        for a, b in gaps
        if a < middle + reach and b > middle - reach and a > page.width * 0.2
    ]
    if len(gaps) != 1 or gaps[0][1] > page.width * 0.8:
        return None
    gutter = (gaps[0][0] + gaps[0][1]) / 2
    sides = _parted(page.glyphs, gutter)
    if _are_numbered(*sides):
        return gutter
    rules = _parted(page.rules, gutter)
    if all(map(_is_a_page_of_its_own, sides, rules)):
        return gutter
    return None


def _parted(things: Sequence[Placed], gutter: float) -> tuple[list[Placed], list[Placed]]:
    left = [thing for thing in things if thing.x0 < gutter]
    return left, [thing for thing in things if not thing.x0 < gutter]


Placed = TypeVar("Placed", Glyph, Box)


def _are_numbered(left: list[Glyph], right: list[Glyph]) -> bool:
    """At the foot of both halves stands a page number,
    and they follow each other.
    """
    numbers = []
    for side in (left, right):
        if not side:
            return False
        foot = text_of(lines_of(side)[-1])
        number = re.search(r"[0-9]+", foot)
        if number is None or not (PAGE_NUMBER.fullmatch(foot) or BARE_NUMBER.fullmatch(foot)):
            return False
        numbers.append(int(number[0]))
    return numbers[1] == numbers[0] + 1


def _is_a_page_of_its_own(glyphs: list[Glyph], rules: list[Box]) -> bool:
    """Full lines of prose, or a ruled table as wide as the lines: columns of
    one table have neither.
    """
    if not glyphs:
        return False
    left, right = min(g.x0 for g in glyphs), max(g.x1 for g in glyphs)
    if rules and any(
        lattice.xs[-1] - lattice.xs[0] > 0.6 * (right - left) for lattice in lattices(rules)
    ):
        return True
    full = 0
    for line in lines_of(glyphs):
        fields = fields_of(line)
        full += any(f.x1 - f.x0 > 0.7 * (right - left) and len(f.text) > 12 for f in fields)
    return full >= 4


BARE_NUMBER = pattern_of(r"[0-9]{1,3}")
PAGE_NUMBER = pattern_of(
    r"[-—–－_·•~\s]+[0-9０-９]{1,3}\s*[-—–－_·•~]+|"
    r"第\s*[0-9０-９一二三四五六七八九十]+\s*页([\s,，/]*共\s*[0-9０-９一二三四五六七八九十]+\s*页)?|"
    r"(Page\s*)?[0-9]{1,3}\s*(/|of)\s*[0-9]{1,3}"
)
