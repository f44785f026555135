"""Tables without rules: where every row and column of a form stands beside its own label, in the
form's order, the places of the numbers tell which is which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from nianbao.parser.document import Cell
from nianbao.parser.forms import Form, Label, forms
from nianbao.parser.labels import SIMPLIFIED, squash
from nianbao.parser.readers.page.lines import lines_of
from nianbao.parser.readers.page.shapes import Glyph
from nianbao.parser.readers.page.tables import Leaf, Table

TOKEN_GAP = 0.07  # heights between two numbers, at least
NUMBER = re.compile(r"[0-9０-９][0-9０-９,，]*(?:[.．][0-9０-９]+)?|[-—/]")
UNNAMED = 2  # rows of which the label may be cut by a page end, or lost
HEADER = 140.0  # points above the first row, in which its columns are named


class Token(NamedTuple):
    text: str
    x0: float
    x1: float
    y: float
    doubt: str = ""


class Row(NamedTuple):
    leaf: int  # the place of its page in the list
    y: float
    high: float
    tokens: tuple[Token, ...]


Span = tuple[float, float]


def place_tables(leaves: list[Leaf]) -> None:
    """Put the tables that can be told for sure into the pages, in the place of their numbers."""
    glyphs = [leaf.outside for leaf in leaves]
    rows = [row for n, own in enumerate(glyphs) for row in _rows(n, own)]
    for form in forms():
        for found in (_requests(form, rows, glyphs), _disputes(form, rows, glyphs)):
            if found is not None:
                _put(found, leaves)
                rows = [row for row in rows if row not in found.rows]


class Found(NamedTuple):
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    top: float  # of what its header says


# ---- rows of numbers


def _rows(n: int, glyphs: list[Glyph]) -> Iterator[Row]:
    for line in lines_of(glyph for glyph in glyphs if glyph.turn == 0):
        tokens = tuple(token for token in _tokens(line) if NUMBER.fullmatch(token.text))
        if tokens:
            y = sum(token.y for token in tokens) / len(tokens)
            yield Row(n, y, max(map(_high, line)), tokens)


def _tokens(line: list[Glyph]) -> Iterator[Token]:
    word: list[Glyph] = []
    for glyph in [*line, None]:
        near = glyph and word and glyph.x0 - word[-1].x1 < TOKEN_GAP * _high(glyph)
        if word and not near:
            text = "".join(part.text for part in word)
            y = sum(part.top + part.bottom for part in word) / len(word) / 2
            doubt = next((part.doubt for part in word if part.doubt), "")
            yield Token(text, word[0].x0, word[-1].x1, y, doubt)
            word = []
        if glyph:
            word.append(glyph)


def _high(glyph: Glyph) -> float:
    return glyph.bottom - glyph.top


def _close_to(row: Row, rows: Iterable[Row]) -> list[Row]:
    """Numbers in the next lines may be the rest of those in this one."""
    on_page = (other for other in rows if other.leaf == row.leaf and other != row)
    return [other for other in on_page if abs(other.y - row.y) < CLOSE * row.high]


CLOSE = 1.9  # heights of a line


def _spans(rows: Sequence[Row], count: int) -> list[Span] | None:
    """From where to where the numbers of each column stand, if they stand apart."""
    full = [row for row in rows if len(row.tokens) == count]
    if not full:
        return None
    columns = list(zip(*(row.tokens for row in full), strict=True))
    spans = [(min(t.x0 for t in column), max(t.x1 for t in column)) for column in columns]
    return spans if all(a[1] < b[0] for a, b in pairwise(spans)) else None


def _placed(row: Row, spans: Sequence[Span]) -> list[Token | None] | None:
    """The numbers of a row by column; None where one stands in none, or two in one."""
    placed: list[Token | None] = [None] * len(spans)
    for token in row.tokens:
        at = [n for n, (x0, x1) in enumerate(spans) if token.x0 < x1 and x0 < token.x1]
        if len(at) != 1 or placed[at[0]] is not None:
            return None
        placed[at[0]] = token
    return placed


# ---- the tables


def _requests(form: Form, rows: list[Row], glyphs: list[list[Glyph]]) -> Found | None:
    count = len(form.request_columns)
    wide = [row for row in rows if len(row.tokens) == count]
    if len(wide) < len(form.request_rows) - UNNAMED:
        return None
    spans = _spans(wide, count)
    if spans is None:
        return None
    first = spans[0][0]
    between = rows[rows.index(wide[0]) : rows.index(wide[-1]) + 1]
    between += _close_to(wide[0], rows) + _close_to(wide[-1], rows)
    kept = [row for row in dict.fromkeys(between) if row.tokens[-1].x1 > first]
    placed = [_placed(row, spans) for row in kept]
    if len(kept) != len(form.request_rows) or any(row is None for row in placed):
        return None
    names = _named(kept, form.request_rows, glyphs, first)
    tops = _columns_named(form.request_columns, spans, kept[0], glyphs)
    if not names or tops is None:
        return None
    cells = [Cell(label.label, 0, n + 1) for n, label in enumerate(form.request_columns)]
    for r, (label, numbers) in enumerate(zip(form.request_rows, placed, strict=True), 1):
        mark = "、" if label.number.isalpha() else ""
        cells.append(Cell(f"{label.number}{mark}{label.label}", r, 0))
        cells += [_cell(token, r, n + 1) for n, token in enumerate(numbers or ())]
    return Found(tuple(kept), (Cell("", 0, 0), *cells), tops)


def _disputes(form: Form, rows: list[Row], glyphs: list[list[Glyph]]) -> Found | None:
    outcomes, groups = form.dispute_columns, form.dispute_groups
    count = len(outcomes) * len(groups)
    wide = [row for row in rows if len(row.tokens) == count]
    if len(wide) != 1 or _close_to(wide[0], rows):
        return None
    spans = _spans(wide, count)
    if spans is None:
        return None
    tops = _columns_named([*outcomes] * len(groups), spans, wide[0], glyphs)
    each = len(outcomes)
    wholes = [(spans[n * each][0], spans[n * each + each - 1][1]) for n in range(len(groups))]
    over = _columns_named(groups, wholes, wide[0], glyphs)
    if tops is None or over is None:
        return None
    cells = [Cell(group.label, 0, n * each, 1, each) for n, group in enumerate(groups)]
    cells += [Cell(outcomes[n % each].label, 1, n) for n in range(count)]
    cells += [_cell(token, 2, n) for n, token in enumerate(wide[0].tokens)]
    return Found(tuple(wide), tuple(cells), min(tops, over))


def _cell(token: Token | None, row: int, col: int) -> Cell:
    return Cell("", row, col) if token is None else Cell(token.text, row, col, 1, 1, token.doubt)


def _put(found: Found, leaves: list[Leaf]) -> None:
    """The table takes the place of all lines that it was made of."""
    first = found.rows[0]
    for n, leaf in enumerate(leaves):
        own = [row.y for row in found.rows if row.leaf == n]
        if not own:
            continue
        top = found.top if n == first.leaf else min(own) - 1
        leaf.items[:] = [
            item
            for item in leaf.items
            if isinstance(item, Table) or not top <= (item.top + item.bottom) / 2 <= max(own) + 1
        ]
        if n == first.leaf:
            height = max(cell.row for cell in found.cells) + 1
            table = Table(
                leaf.page.number, leaf.number, leaves[found.rows[-1].leaf].number,
                top, max(own), NOWHERE, height, list(found.cells), set(), False, False,
            )  # fmt: skip
            leaf.items.append(table)
            leaf.items.sort(key=lambda item: item.top)


NOWHERE = [0.0, 1.0]  # no other table stands under such columns


# ---- labels in their places


def _named(
    rows: Sequence[Row], labels: Sequence[Label], glyphs: list[list[Glyph]], right: float
) -> bool:
    """Whether each row has its own label beside it, nearer than to any other row."""
    unnamed = []
    for i, (row, label) in enumerate(zip(rows, labels, strict=True)):
        on_page = [other.y for other in rows if other.leaf == row.leaf]
        above = max((y for y in on_page if y < row.y), default=row.y - HEADER)
        below = min((y for y in on_page if y > row.y), default=row.y + HEADER)
        near = [
            glyph
            for glyph in glyphs[row.leaf]
            if glyph.x1 < right and above - 2 <= (glyph.top + glyph.bottom) / 2 <= below + 2
        ]
        middles = [_middle(path) for text in _spellings(label) for path in _paths(text, near)]
        if not any(min(on_page, key=lambda y: abs(y - at)) == row.y for at in middles):
            unnamed.append(i)
    close = any(b - a == 1 for a, b in pairwise(unnamed))
    return len(unnamed) <= UNNAMED and not close


def _columns_named(
    labels: Sequence[Label], spans: Sequence[Span], row: Row, glyphs: list[list[Glyph]]
) -> float | None:
    """The top of the header, if every column has its own label right above it, in their order."""
    head = _above(row, glyphs)
    tops = []
    last = float("-inf")
    for n, label in enumerate(labels):
        left = spans[n - 1][1] if n else spans[0][0] - SIDE
        right = spans[n + 1][0] if n + 1 < len(spans) else spans[n][1] + SIDE
        over = [glyph for glyph in head if left <= (glyph.x0 + glyph.x1) / 2 <= right]
        paths = [path for text in _spellings(label) for path in _paths(text, over)]
        apart = [(_across(path), path) for path in paths if _across(path) > last]
        if not apart:
            return None
        last, _ = min(apart, key=lambda at: at[0])
        tops.append(max(min(glyph.top for glyph in path) for _, path in apart))
    return min(tops)


SIDE = 60.0


def _across(path: Sequence[Glyph]) -> float:
    return (min(g.x0 for g in path) + max(g.x1 for g in path)) / 2


def _above(row: Row, glyphs: list[list[Glyph]]) -> list[Glyph]:
    """What stands over a row, at the foot of the page before too."""
    own = [g for g in glyphs[row.leaf] if (g.top + g.bottom) / 2 < row.y]
    near = [g for g in own if g.bottom > row.y - HEADER]
    before = glyphs[row.leaf - 1] if row.leaf else []
    if len(near) < len(own) or not before:
        return near
    top = min((g.top for g in own), default=row.y)
    foot = max(g.bottom for g in before)
    shift = top - foot - 1
    kept = [g for g in before if g.bottom > foot - HEADER]
    return [*near, *(g._replace(top=g.top + shift, bottom=g.bottom + shift) for g in kept)]


def _spellings(label: Label) -> list[str]:
    return [squash(text) for text in (label.label, *label.also)]


def _middle(path: Sequence[Glyph]) -> float:
    return (min(g.top for g in path) + max(g.bottom for g in path)) / 2


def _paths(text: str, glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """The ways in which a text can be read in a place: to the right, and on in the lines below."""
    chinese = [(squash(glyph.text.translate(SIMPLIFIED)), glyph) for glyph in glyphs]
    by_text: dict[str, list[Glyph]] = {}
    for character, glyph in chinese:
        if character:
            by_text.setdefault(character, []).append(glyph)
    for start in by_text.get(text[:1], []):
        path = [start]
        for character in text[1:]:
            following = min(
                by_text.get(character, []), key=lambda g: _step(path[-1], start, g), default=None
            )
            if following is None or _step(path[-1], start, following) == FAR:
                break
            path.append(following)
        else:
            yield path


FAR = 1e9


def _step(last: Glyph, start: Glyph, following: Glyph) -> float:
    """How far it is to a character that may be the next: beside the last one, or in a line below
    that begins about where the text did.
    """
    high = _high(last)
    down = (following.top + following.bottom - last.top - last.bottom) / 2
    right = following.x0 - last.x1
    if abs(down) < 0.35 * high:
        return right + high if -0.3 * high < right < 2.2 * high else FAR
    if 0.6 * high < down < 3.2 * high and following.x0 < last.x1:
        return 3 * high + down + 0.01 * abs(following.x0 - start.x0)
    return FAR
