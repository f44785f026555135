"""Tables without rules: where every row and column of a form stands beside its own label, in the
form's order, the places of the numbers tell which is which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from nianbao.parser.document import Cell
from nianbao.parser.forms import Form, Label, forms
from nianbao.parser.labels import SIMPLIFIED, squash
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.page.lines import Line, lines_of
from nianbao.parser.readers.page.shapes import Glyph
from nianbao.parser.readers.page.tables import Leaf, Table

TOKEN_GAP = 0.07  # heights between two numbers, at least
NUMBER = pattern_of(r"[0-9０-９][0-9０-９,，]*(?:[.．][0-9０-９]+)?|[-—/零〇无]")
NUMERALS = frozenset("零〇一二两三四五六七八九十百千万约余多无")  # a number in words, or about one
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
    glyphs = [_told(leaf) for leaf in leaves]
    rows = [row for n, own in enumerate(glyphs) for row in _rows(n, own)]
    placed: set[Row] = set()
    for form in forms():
        for find in (_requests, _disputes):
            found = find(form, rows, glyphs)
            if found is None or _is_cut_through(found, leaves):
                continue
            if placed.isdisjoint(found.rows):
                _put(found, leaves)
                placed.update(found.rows)


def _told(leaf: Leaf) -> list[Glyph]:
    """What stands outside of the tables, without the lines that belong to the page."""
    spans = [(item.top, item.bottom) for item in leaf.items if isinstance(item, Line)]
    middles = ((glyph, (glyph.top + glyph.bottom) / 2) for glyph in leaf.outside)
    return [glyph for glyph, y in middles if any(top <= y <= bottom for top, bottom in spans)]


def _is_cut_through(found: Found, leaves: list[Leaf]) -> bool:
    """Whether a sheet was parted where no page ends: its columns go on beyond the left side."""
    widths = {leaves[row.leaf].page.width for row in found.rows}
    return any(found.columns[0] < width < found.columns[1] for width in widths)


class Found(NamedTuple):
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    top: float  # of what its header says
    columns: Span  # from where to where they reach


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


def _more_digits(row: Row, glyphs: list[list[Glyph]], left: float, lines: float) -> bool:
    """Whether digits stand in a row's lines that are none of its numbers: 7件 is none, and the
    1234 of a wrapped 1234件 is.
    """
    for glyph in glyphs[row.leaf]:
        is_digit = glyph.text.isdigit() and glyph.text not in NUMERALS
        if not (is_digit or glyph.text in NUMERALS) or glyph.x1 <= left:
            continue
        reach = lines if is_digit else BESIDE
        far = abs((glyph.top + glyph.bottom) / 2 - row.y) >= reach * row.high
        if not far and not any(t.x0 - 1 < glyph.x1 and glyph.x0 < t.x1 + 1 for t in row.tokens):
            return True
    return False


BESIDE = 0.8  # of a line: the same one


def _whole(spans: Sequence[Span]) -> Span:
    return spans[0][0], spans[-1][1]


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
    """Rows of numbers, each of them beside its own label and under the columns' own."""
    found: dict[tuple[Row, ...], tuple[list[Span], float]] = {}
    for spans, must, begins in _column_spans(form.request_columns, rows, glyphs):
        first = spans[0][0]
        right = [row for row in rows if row.tokens[-1].x1 > first]
        for kept in _runs(right, must, spans, len(form.request_rows)):
            if begins and kept[0] != must[0]:
                continue
            if not _named(kept, right, form.request_rows, glyphs, first):
                continue
            if _others_stand_among(kept, form, glyphs, first):
                continue
            if any(_more_digits(row, glyphs, first, BESIDE) for row in kept):
                continue
            if (top := _columns_named(form.request_columns, spans, kept[0], glyphs)) is not None:
                found.setdefault(tuple(kept), (spans, top))
    if len(found) != 1:
        return None
    ((placed, (spans, top)),) = found.items()
    cells = [Cell(label.label, 0, n + 1) for n, label in enumerate(form.request_columns)]
    for r, (label, row) in enumerate(zip(form.request_rows, placed, strict=True), 1):
        mark = "、" if label.number.isalpha() else ""
        cells.append(Cell(f"{label.number}{mark}{label.label}", r, 0))
        cells += [_cell(token, r, n + 1) for n, token in enumerate(_placed(row, spans) or ())]
    return Found(placed, (Cell("", 0, 0), *cells), top, _whole(spans))


def _column_spans(
    columns: Sequence[Label], rows: list[Row], glyphs: list[list[Glyph]]
) -> Iterator[tuple[list[Span], list[Row], bool]]:
    """Where the columns may stand, by rows that are full or by the header's own labels; the
    rows that must then be among those of the table, and whether it begins with them.
    """
    full = [row for row in rows if len(row.tokens) == len(columns)]
    if len(full) >= FEWEST_FULL and (spans := _spans(full, len(columns))):
        yield spans, full, False
    for row in _may_be_first(columns, rows, glyphs):
        if spans := _label_spans(columns, _between(rows, row, glyphs)):
            yield spans, [row], True


FEWEST_FULL = 5  # rows with a number in every column


def _runs(
    rows: list[Row], must: Sequence[Row], spans: Sequence[Span], height: int
) -> Iterator[list[Row]]:
    """So many rows that follow each other, hold all that they must, and stand under the columns."""
    if not set(must) <= set(rows):
        return
    begin, end = rows.index(must[0]), rows.index(must[-1]) + 1
    for start in range(max(end - height, 0), begin + 1):
        kept = rows[start : start + height]
        if len(kept) == height and all(_placed(row, spans) for row in kept):
            yield kept


def _disputes(form: Form, rows: list[Row], glyphs: list[list[Glyph]]) -> Found | None:
    """One row of numbers, each of them under its own label."""
    outcomes, groups = form.dispute_columns, form.dispute_groups
    each = len(outcomes)
    labels = [*outcomes] * len(groups)
    found = []
    for row in _may_be_first(labels, rows, glyphs):
        spans = _label_spans(labels, _between(rows, row, glyphs))
        if spans is None or _close_to(row, rows) or not _placed(row, spans):
            continue
        if _more_digits(row, glyphs, spans[0][0], CLOSE):
            continue
        tops = _columns_named(labels, spans, row, glyphs)
        wholes = [(spans[n * each][0], spans[n * each + each - 1][1]) for n in range(len(groups))]
        over = _columns_named(groups, wholes, row, glyphs)
        if tops is not None and over is not None:
            found.append((row, spans, min(tops, over)))
    if len(found) != 1:
        return None
    row, spans, top = found[0]
    cells = [Cell(group.label, 0, n * each, 1, each) for n, group in enumerate(groups)]
    cells += [Cell(outcomes[n % each].label, 1, n) for n in range(len(labels))]
    cells += [_cell(token, 2, n) for n, token in enumerate(_placed(row, spans) or ())]
    return Found((row,), tuple(cells), top, _whole(spans))


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
    kept: Sequence[Row],
    rows: Sequence[Row],
    labels: Sequence[Label],
    glyphs: list[list[Glyph]],
    right: float,
) -> bool:
    """Whether each row has its own label beside it, nearer than to any other row.

    One that has none must have numbers in most columns: a page number never has.
    """
    unnamed = []
    most = max(len(row.tokens) for row in kept)
    for i, (row, label) in enumerate(zip(kept, labels, strict=True)):
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
            if 2 * len(row.tokens) < most:
                return False
            unnamed.append(i)
    close = any(b - a == 1 for a, b in pairwise(unnamed))
    return len(unnamed) <= UNNAMED and not close


def _others_stand_among(
    kept: Sequence[Row], form: Form, glyphs: list[list[Glyph]], right: float
) -> bool:
    """Whether there are labels of another form's rows: rows that hold no number."""
    own = _texts(form.request_rows) | _texts(form.request_groups)
    every = set().union(*(_texts(other.request_rows) for other in forms()))
    others = [text for text in every if not any(text in label for label in own)]
    for leaf in {row.leaf for row in kept}:
        ys = [row.y for row in kept if row.leaf == leaf]
        among = [
            glyph
            for glyph in glyphs[leaf]
            if glyph.x1 < right and min(ys) < (glyph.top + glyph.bottom) / 2 < max(ys)
        ]
        if any(True for text in others for _ in _paths(text, among)):
            return True
    return False


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
        over_it = [path for path in paths if _stands_over(path, spans[n])]
        if not over_it and not _others_over(spans[n], head, labels):
            over_it = paths  # labels to the left of their columns, numbers to the right
        apart = [(_across(path), path) for path in over_it if _across(path) > last]
        if not apart:
            return None
        last, _ = min(apart, key=lambda at: at[0])
        tops.append(max(min(glyph.top for glyph in path) for _, path in apart))
    return min(tops)


SIDE = 60.0


def _stands_over(path: Sequence[Glyph], span: Span) -> bool:
    return min(g.x0 for g in path) < span[1] and span[0] < max(g.x1 for g in path)


def _others_over(span: Span, head: Sequence[Glyph], labels: Sequence[Label]) -> bool:
    """Whether what is no label of these columns stands over one of them."""
    known = set(HEADS).union(*(text for label in labels for text in _spellings(label)))
    over = (glyph.text for glyph in head if _stands_over([glyph], span))
    return any(set(squash(text.translate(SIMPLIFIED))) - known for text in over)


HEADS = "申请人情况法人或其他组织"


def _may_be_first(
    labels: Sequence[Label], rows: Sequence[Row], glyphs: list[list[Glyph]]
) -> list[Row]:
    """The rows on pages where all labels may stand, or at whose head they go on."""
    wanted = set().union(*(label.label for label in labels))
    there = [{glyph.text.translate(SIMPLIFIED) for glyph in own} for own in glyphs]
    leaves = {n for n in range(len(there)) if wanted <= there[n].union(*there[max(n - 1, 0) : n])}
    counts = Counter(row.leaf for row in rows)
    crowded = {n for n in leaves if counts[n] > MOST_ROWS or len(glyphs[n]) > MOST_GLYPHS}
    return [row for row in rows if row.leaf in leaves - crowded]


MOST_ROWS = 100  # with numbers, on one page
MOST_GLYPHS = 8000


def _label_spans(labels: Sequence[Label], head: Sequence[Glyph]) -> list[Span] | None:
    """From where to where the label of each column reaches, if they stand apart in their order."""
    characters = {glyph.text.translate(SIMPLIFIED) for glyph in head}
    if not all(characters.issuperset(label.label) for label in labels):
        return None
    spans: list[Span] = []
    found = {
        label: [path for text in _spellings(label) for path in _paths(text, head, IN_NARROW_CELLS)]
        for label in set(labels)
    }
    for label in labels:
        last = spans[-1][1] if spans else float("-inf")
        next_ones = [path for path in found[label] if min(g.x0 for g in path) > last]
        if not next_ones:
            return None
        path = min(next_ones, key=_across)
        spans.append((min(g.x0 for g in path), max(g.x1 for g in path)))
    return spans


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


def _between(rows: Sequence[Row], row: Row, glyphs: list[list[Glyph]]) -> list[Glyph]:
    """What stands over a row, below the numbers above it."""
    above = [other.y for other in rows if other.leaf == row.leaf and other.y < row.y]
    top = max(above, default=float("-inf"))
    return [glyph for glyph in _above(row, glyphs) if (glyph.top + glyph.bottom) / 2 > top + 1]


IN_WIDE_CELLS, IN_NARROW_CELLS = 0.01, 1.0


def _spellings(label: Label) -> list[str]:
    return [squash(text) for text in (label.label, *label.also)]


def _texts(labels: Iterable[Label]) -> set[str]:
    return {text for label in labels for text in _spellings(label)}


def _middle(path: Sequence[Glyph]) -> float:
    return (min(g.top for g in path) + max(g.bottom for g in path)) / 2


def _paths(
    text: str, glyphs: Iterable[Glyph], aside: float = IN_WIDE_CELLS
) -> Iterator[list[Glyph]]:
    """The ways in which a text can be read in a place: to the right, and on in the lines below.

    `aside` is what it costs to begin a line elsewhere than the text began.
    """
    chinese = [(squash(glyph.text.translate(SIMPLIFIED)), glyph) for glyph in glyphs]
    by_text: dict[str, list[Glyph]] = {}
    for character, glyph in chinese:
        if character:
            by_text.setdefault(character, []).append(glyph)
    for start in by_text.get(text[:1], []):
        path = [start]
        for character in text[1:]:
            following = min(
                by_text.get(character, []),
                key=lambda g: _step(path[-1], start, g, aside),
                default=None,
            )
            if following is None or _step(path[-1], start, following, aside) == FAR:
                break
            path.append(following)
        else:
            yield path


FAR = 1e9


def _step(last: Glyph, start: Glyph, following: Glyph, aside: float) -> float:
    """How far it is to a character that may be the next: beside the last one, or in a line below
    that begins about where the text did.
    """
    high = _high(last)
    down = (following.top + following.bottom - last.top - last.bottom) / 2
    right = following.x0 - last.x1
    if abs(down) < 0.35 * high:
        return right + high if -0.3 * high < right < 2.2 * high else FAR
    if 0.6 * high < down < 3.2 * high and following.x0 < last.x1:
        return 3 * high + down + aside * abs(following.x0 - start.x0)
    return FAR
