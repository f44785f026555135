"""From glyphs and rules on pages to paragraphs and grids in reading order. Lengths are points, y grows downwards."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from parser.document import Block, Cell, Grid, Paragraph
from parser.errors import ReadError


class Box(NamedTuple):
    x0: float
    top: float
    x1: float
    bottom: float


class Glyph(NamedTuple):
    """A character, or a word that was recognised as one, in the box that its font gives it."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0  # degrees that it is turned clockwise: 0, 90, 180 or 270
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    width: float
    height: float
    glyphs: Sequence[Glyph] = ()
    rules: Sequence[Box] = ()  # straight lines, all but without thickness
    drawings: Sequence[Box] = ()  # what else is drawn and may be writing: pictures, curves


class Region(NamedTuple):
    """A cell before anything stands in it."""

    row: int
    col: int
    rowspan: int
    colspan: int
    x0: float
    top: float
    x1: float
    bottom: float
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Lattice:
    """The cells that rules enclose."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    regions: tuple[Region, ...]
    open_top: bool = False  # no rule closes the first row above: it goes on from the page before
    open_bottom: bool = False

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def blocks_of(pages: Iterable[Page]) -> tuple[Block, ...]:
    """The blocks of a whole document. Tables and sentences that a page end cuts are put together again."""
    leaves = [_lay_out(page, n) for n, page in enumerate(_single_pages([_upright(page) for page in pages]))]
    _drop_running_lines(leaves)
    items: list[_Line | _Table] = [item for leaf in leaves for item in leaf.items]
    return tuple(_as_blocks(_keep_blanks_in_place(_join_tables(items))))


NEAR = 4.0  # rules closer than this are one: double strokes, sloppy corners. No row or column is that narrow.
SHORTEST = 6.0  # of a rule that can part cells
MOST_CROSSINGS = 4_000_000  # pairs of rules looked at in a page
MOST_PLACES = 100_000  # rows times columns of a table
FIELD_GAP = 1.2  # ems between two fields of a line
SPACE_GAP = 0.25
NUMBERING = re.compile(
    r"\s*([0-9０-９]+\s*[.．、)）]|[（(]\s*[0-9０-９一二三四五六七八九十]+\s*[)）]|[一二三四五六七八九十]+\s*[、.．]|第)"
)
NUMBERLIKE = re.compile(r"[+＋\-－]?\s*[0-9０-９][0-9０-９,，.．\s]*\s*[件条项元个次万]*|[-—－/／–]+|无|零|〇")


# ---- whole pages


def _upright(page: Page) -> Page:
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
        x0, top, x1, bottom = _in_reading_frame(box, turn)
        return Box(x0 + dx, top + dy, x1 + dx, bottom + dy)

    glyphs = [Glyph(g.text, *turned(Box(*g[1:5])), turn=(g.turn - turn) % 360, doubt=g.doubt) for g in page.glyphs]
    width, height = (page.width, page.height) if turn == 180 else (page.height, page.width)
    rules, drawings = [turned(rule) for rule in page.rules], [turned(box) for box in page.drawings]
    return Page(page.number, width, height, glyphs, rules, drawings)


def _in_reading_frame(box: Box, turn: int) -> Box:
    """The box as seen by a reader who turns the head to read what is turned by so much."""
    if turn == 90:
        return Box(box.top, -box.x1, box.bottom, -box.x0)
    if turn == 180:
        return Box(-box.x1, -box.bottom, -box.x0, -box.top)
    if turn == 270:
        return Box(-box.bottom, box.x0, -box.top, box.x1)
    return box


def _single_pages(pages: list[Page]) -> Iterator[Page]:
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
                    [g for g in page.glyphs if left <= (g.x0 + g.x1) / 2 < right],
                    [r for r in page.rules if left <= (r.x0 + r.x1) / 2 < right],
                    [d for d in page.drawings if left <= (d.x0 + d.x1) / 2 < right],
                )
        else:
            yield page


def _gutter(page: Page) -> float | None:
    """Where a sheet with two pages side by side is to be cut; None when it is one page, or may be."""
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
    gaps = [(a, b) for a, b in gaps if a < middle + reach and b > middle - reach and a > page.width * 0.2]
    if len(gaps) != 1 or gaps[0][1] > page.width * 0.8:
        return None
    gutter = (gaps[0][0] + gaps[0][1]) / 2
    sides = [[g for g in page.glyphs if (g.x0 < gutter) == left] for left in (True, False)]
    if _are_numbered(*sides):
        return gutter
    rules = [[r for r in page.rules if (r.x0 < gutter) == left] for left in (True, False)]
    return gutter if all(map(_is_a_page_of_its_own, sides, rules)) else None


def _are_numbered(left: list[Glyph], right: list[Glyph]) -> bool:
    """At the foot of both halves stands a page number, and they follow each other."""
    numbers = []
    for side in (left, right):
        foot = "".join(f.text for f in _fields(_lines(side)[-1], float("inf"))) if side else ""
        number = re.search(r"[0-9]+", foot)
        if number is None or not (PAGE_NUMBER.fullmatch(foot) or BARE_NUMBER.fullmatch(foot)):
            return False
        numbers.append(int(number[0]))
    return numbers[1] == numbers[0] + 1


def _is_a_page_of_its_own(glyphs: list[Glyph], rules: list[Box]) -> bool:
    """Full lines of prose, or a ruled table as wide as the lines: columns of one table have neither."""
    if not glyphs:
        return False
    left, right = min(g.x0 for g in glyphs), max(g.x1 for g in glyphs)
    if rules and any(lattice.xs[-1] - lattice.xs[0] > 0.6 * (right - left) for lattice in lattices(rules)):
        return True
    full = 0
    for line in _lines(glyphs):
        fields = _fields(line)
        full += any(f.x1 - f.x0 > 0.7 * (right - left) and len(f.text) > 12 for f in fields)
    return full >= 4


# ---- a page: its tables and its lines


class _Field(NamedTuple):
    text: str
    x0: float
    x1: float
    doubt: str = ""


@dataclass(slots=True)
class _Line:
    page: int
    leaf: int
    top: float
    bottom: float
    fields: list[_Field]
    full: bool = False  # the next line may go on with its sentence
    starts_at_margin: bool = False

    @property
    def text(self) -> str:
        return "\t".join(f.text for f in self.fields)

    @property
    def doubt(self) -> str:
        return next((f.doubt for f in self.fields if f.doubt), "")


@dataclass(slots=True)
class _Table:
    page: int
    leaf: int
    last_leaf: int
    top: float
    bottom: float
    xs: list[float]
    height: int
    cells: list[Cell]
    full: set[tuple[int, int]]  # cells whose last line reaches their right border
    open_top: bool
    open_bottom: bool


@dataclass(slots=True)
class _Leaf:
    number: int
    page: Page
    items: list[_Line | _Table]


def _lay_out(page: Page, leaf: int) -> _Leaf:
    glyphs = [glyph for glyph in page.glyphs if not glyph.text.isspace()]
    found = lattices(page.rules)
    inside, outside = _assign(glyphs, found, page.height)
    drawings = _drawings_in(page.drawings, found)
    items: list[_Line | _Table] = []
    for lattice, placed, drawn in zip(found, inside, drawings, strict=True):
        cells, full = _cells(lattice, placed, drawn)
        box = lattice.box
        height = max(region.row + region.rowspan for region in lattice.regions)
        table = _Table(
            page.number, leaf, leaf, box.top, box.bottom, list(lattice.xs), height, cells, full, False, False
        )
        table.open_top, table.open_bottom = lattice.open_top, lattice.open_bottom
        items.append(table)
    margins = [(lattice.xs[0], lattice.xs[-1]) for lattice in found]
    items.extend(_text_lines(outside, page.number, leaf, margins))
    items.sort(key=lambda item: item.top)
    return _Leaf(leaf, page, items)


def _text_lines(glyphs: list[Glyph], page: int, leaf: int, tables: list[tuple[float, float]]) -> list[_Line]:
    found: list[_Line] = []
    for turn in (0, 90, 180, 270):
        own = [glyph for glyph in glyphs if glyph.turn == turn]
        if turn:
            for line in _lines([_turned(glyph) for glyph in own]):
                fields = _fields(line)
                top = min(g.top for g in own)
                found.append(_Line(page, leaf, top, max(g.bottom for g in own), fields))
            continue
        lines = _lines(own)
        prose = [(line[0].x0, line[-1].x1) for line in lines if len(line) > 20]
        left = min((x0 for x0, _ in prose), default=0.0)
        right = max((x1 for _, x1 in (*prose, *tables)), default=0.0)
        for line in lines:
            top, bottom = min(g.top for g in line), max(g.bottom for g in line)
            em = bottom - top
            fields = _numbers_apart(line)
            made = _Line(page, leaf, top, bottom, fields)
            made.full = len(fields) == 1 and len(line) > 12 and line[-1].x1 > right - 1.6 * em
            made.starts_at_margin = len(fields) == 1 and line[0].x0 < left + 0.7 * em
            found.append(made)
    return found


def _turned(glyph: Glyph) -> Glyph:
    return Glyph(glyph.text, *_in_reading_frame(Box(*glyph[1:5]), glyph.turn), doubt=glyph.doubt)


def _lines(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs that stand beside each other, from left to right; lines from top to bottom."""
    lines: list[list[Glyph]] = []
    middle, height = 0.0, 0.0
    for glyph in sorted(glyphs, key=lambda g: g.top + g.bottom):
        at, size = (glyph.top + glyph.bottom) / 2, glyph.bottom - glyph.top
        if lines and at - middle < 0.45 * min(height, max(size, 0.5 * height)):
            line = lines[-1]
            line.append(glyph)
            middle += (at - middle) / len(line)
            height = max(height, size)
        else:
            lines.append([glyph])
            middle, height = at, size
    for line in lines:
        line.sort(key=lambda g: g.x0)
    return [_once(line) for line in lines]


def _once(line: list[Glyph]) -> list[Glyph]:
    """A line without the second strokes of characters that were drawn twice to look bold."""
    kept: list[Glyph] = []
    for glyph in line:
        em = glyph.bottom - glyph.top
        double = next(
            (k for k in kept[-3:] if k.text == glyph.text and glyph.x0 - k.x0 < 0.15 * em and _overlap(k, glyph) > 0.6),
            None,
        )
        if double is None:
            if kept and kept[-1].text != glyph.text and _overlap(kept[-1], glyph) > 0.6:
                doubt = "characters lie upon each other"
                kept[-1] = kept[-1]._replace(doubt=kept[-1].doubt or doubt)
                glyph = glyph._replace(doubt=glyph.doubt or doubt)
            kept.append(glyph)
    return kept


def _overlap(a: Glyph, b: Glyph) -> float:
    """The share of the narrower one that the other one covers in width."""
    return (min(a.x1, b.x1) - max(a.x0, b.x0)) / max(min(a.x1 - a.x0, b.x1 - b.x0), 0.1)


def _fields(line: list[Glyph], gap: float = FIELD_GAP) -> list[_Field]:
    fields: list[_Field] = []
    for glyph in line:
        em = glyph.bottom - glyph.top
        if fields and glyph.x0 - fields[-1].x1 < gap * em:
            last = fields[-1]
            space = " " if glyph.x0 - last.x1 > SPACE_GAP * em else ""
            fields[-1] = _Field(
                last.text + space + glyph.text, last.x0, max(last.x1, glyph.x1), last.doubt or glyph.doubt
            )
        else:
            fields.append(_Field(glyph.text, glyph.x0, glyph.x1, glyph.doubt))
    return fields


def _numbers_apart(line: list[Glyph]) -> list[_Field]:
    """The fields of a line; in a row of a table, numbers need less room between them than words."""
    fields, fine = _fields(line), _fields(line, 0.4)
    if len(fields) < 2:
        return fields
    apart: list[_Field] = []
    for wide in fields:
        parts = [part for part in fine if wide.x0 <= part.x0 <= wide.x1]
        apart.extend(parts if all(_numberlike(part.text) for part in parts) else [wide])
    return apart


# ---- rules -> lattices


class _Stroke(NamedTuple):
    at: float  # y of a horizontal one, x of a vertical one
    start: float
    end: float


def lattices(rules: Iterable[Box]) -> list[Lattice]:
    """The ruled tables of a page. A box with nothing but one cell is no table."""
    level, upright = [], []
    for rule in rules:
        width, height = rule.x1 - rule.x0, rule.bottom - rule.top
        if width >= height:
            level.append(_Stroke((rule.top + rule.bottom) / 2, rule.x0, rule.x1))
        if height >= width:
            upright.append(_Stroke((rule.x0 + rule.x1) / 2, rule.top, rule.bottom))
    level, upright = _merged(level), _merged(upright)
    found = []
    for rows, columns in _connected(level, upright):
        lattice = _lattice(rows, columns)
        if lattice is not None and len(lattice.regions) > 1:
            found.append(lattice)
    return sorted(found, key=lambda lattice: lattice.ys[0])


def _merged(strokes: list[_Stroke]) -> list[_Stroke]:
    """Pieces of one line made one: borders are drawn cell by cell, dash by dash, dot by dot."""
    merged: list[_Stroke] = []
    band: list[_Stroke] = []

    def close() -> None:
        band.sort(key=lambda s: s.start)
        open_end: _Stroke | None = None
        for stroke in band:
            if open_end is not None and stroke.start <= open_end.end + NEAR:
                open_end = _Stroke(open_end.at, open_end.start, max(open_end.end, stroke.end))
            else:
                if open_end is not None:
                    merged.append(open_end)
                open_end = stroke
        if open_end is not None:
            merged.append(open_end)

    for stroke in sorted(strokes):
        if band and stroke.at - band[0].at > 1.5:
            close()
            band = []
        band.append(stroke)
    close()
    return [stroke for stroke in merged if stroke.end - stroke.start >= SHORTEST]


def _connected(level: list[_Stroke], upright: list[_Stroke]) -> Iterator[tuple[list[_Stroke], list[_Stroke]]]:
    """The strokes in groups that touch each other."""
    upright = sorted(upright)
    xs = [stroke.at for stroke in upright]
    parent = list(range(len(level) + len(upright)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    looked = 0
    for i, row in enumerate(level):
        first, last = bisect_left(xs, row.start - NEAR), bisect_right(xs, row.end + NEAR)
        looked += last - first
        if looked > MOST_CROSSINGS:
            raise ReadError("too_complex", detail=f"more than {len(level) + len(upright)} lines on a page")
        for j in range(first, last):
            if upright[j].start - NEAR <= row.at <= upright[j].end + NEAR:
                parent[root(len(level) + j)] = root(i)
    groups: dict[int, tuple[list[_Stroke], list[_Stroke]]] = defaultdict(lambda: ([], []))
    for i, row in enumerate(level):
        groups[root(i)][0].append(row)
    for j, column in enumerate(upright):
        groups[root(len(level) + j)][1].append(column)
    for rows, columns in groups.values():
        if rows and columns and len(rows) + len(columns) > 2:
            yield rows, columns


def _lattice(rows: list[_Stroke], columns: list[_Stroke]) -> Lattice | None:
    ys, xs = _positions([row.at for row in rows]), _positions([column.at for column in columns])
    # A table may lack its outer rules on some sides: there the ends of the others close it.
    xs = _with_ends(xs, rows)
    tall = len(ys)
    ys = _with_ends(ys, columns)
    open_top = len(ys) > tall and min(row.at for row in rows) > ys[0] + NEAR
    open_bottom = len(ys) > tall and max(row.at for row in rows) < ys[-1] - NEAR
    if len(xs) < 2 or len(ys) < 2:
        return None
    if len(xs) * len(ys) > MOST_PLACES:
        raise ReadError("too_complex", detail=f"a table of {len(ys)} by {len(xs)} lines")
    level = _cover(rows, ys, xs)  # level[j][i]: a rule at ys[j] between xs[i] and xs[i + 1]
    upright = _cover(columns, xs, ys)  # upright[i][j]: a rule at xs[i] between ys[j] and ys[j + 1]
    places: list[tuple[int, int, int, int, str]] = []
    seen: set[tuple[int, int]] = set()
    for j in range(len(ys) - 1):
        for i in range(len(xs) - 1):
            if (j, i) not in seen:
                places.extend(_regions_from(j, i, level, upright, seen))
    kept = [place for place in places if _is_enclosed(place, level, upright)]
    if not kept:
        return None
    starts = sorted({j for j, _, rowspan, _, _ in kept} | {j + rowspan for j, _, rowspan, _, _ in kept})
    lefts = sorted({i for _, i, _, colspan, _ in kept} | {i + colspan for _, i, _, colspan, _ in kept})
    row_of, col_of = {j: n for n, j in enumerate(starts)}, {i: n for n, i in enumerate(lefts)}
    regions = [
        Region(
            row_of[j],
            col_of[i],
            row_of[j + rowspan] - row_of[j],
            col_of[i + colspan] - col_of[i],
            xs[i],
            ys[j],
            xs[i + colspan],
            ys[j + rowspan],
            doubt,
        )
        for j, i, rowspan, colspan, doubt in kept
    ]
    return Lattice(
        tuple(xs[i] for i in lefts), tuple(ys[j] for j in starts), tuple(sorted(regions)), open_top, open_bottom
    )


def _positions(values: list[float]) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][0] <= NEAR:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _with_ends(positions: list[float], crossing: list[_Stroke]) -> list[float]:
    first, last = min(s.start for s in crossing), max(s.end for s in crossing)
    if (not positions or positions[0] - first > 2 * NEAR) and sum(s.start - first < NEAR for s in crossing) > 1:
        positions = [first, *positions]
    if last - positions[-1] > 2 * NEAR and sum(last - s.end < NEAR for s in crossing) > 1:
        positions = [*positions, last]
    return positions


def _cover(strokes: list[_Stroke], positions: list[float], across: list[float]) -> list[list[bool]]:
    """Which stretches of which line are drawn."""
    drawn: list[list[list[tuple[float, float]]]] = [[[] for _ in across[:-1]] for _ in positions]
    for stroke in strokes:
        near = bisect_left(positions, stroke.at)
        j = min(range(max(0, near - 1), min(len(positions), near + 2)), key=lambda n: abs(positions[n] - stroke.at))
        if abs(positions[j] - stroke.at) > NEAR:
            continue
        first = max(0, bisect_right(across, stroke.start) - 1)
        for i in range(first, min(bisect_left(across, stroke.end), len(across) - 1)):
            drawn[j][i].append((max(stroke.start, across[i]), min(stroke.end, across[i + 1])))
    return [
        [_length(parts) > 0.6 * (across[i + 1] - across[i]) for i, parts in enumerate(stretch)] for stretch in drawn
    ]


def _length(parts: list[tuple[float, float]]) -> float:
    total, end = 0.0, float("-inf")
    for a, b in sorted(parts):
        total += max(0.0, b - max(a, end))
        end = max(end, b)
    return total


def _regions_from(
    j: int, i: int, level: list[list[bool]], upright: list[list[bool]], seen: set[tuple[int, int]]
) -> list[tuple[int, int, int, int, str]]:
    """The places that no rule parts from one place: a cell, if they make a rectangle."""
    members = [(j, i)]
    seen.add((j, i))
    last_row, last_col = len(level) - 2, len(upright) - 2
    for r, c in members:
        for nr, nc, closed in (
            (r - 1, c, r == 0 or level[r][c]),
            (r + 1, c, r == last_row or level[r + 1][c]),
            (r, c - 1, c == 0 or upright[c][r]),
            (r, c + 1, c == last_col or upright[c + 1][r]),
        ):
            if not closed and (nr, nc) not in seen:
                seen.add((nr, nc))
                members.append((nr, nc))
    top, left = min(r for r, _ in members), min(c for _, c in members)
    height, width = max(r for r, _ in members) - top + 1, max(c for _, c in members) - left + 1
    if height * width == len(members):
        return [(top, left, height, width, "")]
    return [(r, c, 1, 1, "the rules of the table leave this cell open") for r, c in members]


def _is_enclosed(place: tuple[int, int, int, int, str], level: list[list[bool]], upright: list[list[bool]]) -> bool:
    """Not the room beside a narrower table that stands on a wider one."""
    j, i, rowspan, colspan, doubt = place
    columns, rows = range(i, i + colspan), range(j, j + rowspan)
    above, below = all(level[j][c] for c in columns), all(level[j + rowspan][c] for c in columns)
    left, right = all(upright[i][r] for r in rows), all(upright[i + colspan][r] for r in rows)
    return (above and below) or (left and right) or (bool(doubt) and above + below + left + right >= 2)


# ---- glyphs into cells


def _assign(
    glyphs: list[Glyph], found: list[Lattice], height: float
) -> tuple[list[dict[Region, list[Glyph]]], list[Glyph]]:
    """Each glyph into the cell its middle lies in, of the smallest table there."""
    inside: list[dict[Region, list[Glyph]]] = [{} for _ in found]
    outside: list[Glyph] = []
    finders = _Finders(found)
    for glyph in glyphs:
        n, region = finders.at((glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2)
        if region is None:
            outside.append(glyph)
        else:
            inside[n].setdefault(region, []).append(glyph)
    return inside, outside


class _Finders:
    """Looks up the cell at a point."""

    BAND = 24.0

    def __init__(self, found: list[Lattice]) -> None:
        self.found = found
        self.bands: dict[int, list[int]] = defaultdict(list)
        self.places: list[dict[tuple[int, int], Region]] = []
        by_area = sorted(range(len(found)), key=lambda n: _area(found[n].box))
        for n in by_area:
            for band in range(int(found[n].ys[0] // self.BAND), int(found[n].ys[-1] // self.BAND) + 1):
                self.bands[band].append(n)
        for lattice in found:
            places: dict[tuple[int, int], Region] = {}
            for region in lattice.regions:
                for r in range(region.row, region.row + region.rowspan):
                    for c in range(region.col, region.col + region.colspan):
                        places[r, c] = region
            self.places.append(places)

    def at(self, x: float, y: float) -> tuple[int, Region | None]:
        for n in self.bands.get(int(y // self.BAND), ()):
            lattice = self.found[n]
            if lattice.xs[0] <= x < lattice.xs[-1] and lattice.ys[0] <= y < lattice.ys[-1]:
                place = bisect_right(lattice.ys, y) - 1, bisect_right(lattice.xs, x) - 1
                region = self.places[n].get(place)
                if region is not None:
                    return n, region
        return 0, None


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.bottom - box.top)


def _drawings_in(drawings: Sequence[Box], found: list[Lattice]) -> list[set[Region]]:
    """The cells that hold a drawing of their own, not one that goes over many of them like a seal or a watermark."""
    inside: list[set[Region]] = [set() for _ in found]
    finders = _Finders(found)
    for box in drawings:
        n, region = finders.at((box.x0 + box.x1) / 2, (box.top + box.bottom) / 2)
        if region is None:
            continue
        width = min(box.x1, region.x1) - max(box.x0, region.x0)
        height = min(box.bottom, region.bottom) - max(box.top, region.top)
        if width * height >= 0.6 * _area(box):
            inside[n].add(region)
    return inside


CROSSES = "the text crosses the border of its cell"


def _cells(
    lattice: Lattice, placed: dict[Region, list[Glyph]], drawn: set[Region]
) -> tuple[list[Cell], set[tuple[int, int]]]:
    crossing = _crossing(lattice, placed)
    cells, full = [], set()
    for region in lattice.regions:
        glyphs = placed.get(region, [])
        text, doubt, is_full = _cell_text(glyphs, region)
        doubt = region.doubt or doubt or (CROSSES if region in crossing else "")
        if not glyphs and region in drawn:
            doubt = "something is drawn in this cell that is not text"
        cells.append(Cell(text, region.row, region.col, region.rowspan, region.colspan, doubt))
        if is_full:
            full.add((region.row, region.col))
    return cells, full


def _crossing(lattice: Lattice, placed: dict[Region, list[Glyph]]) -> set[Region]:
    """Cells whose text runs over into the next one, or gets text from it: whose digits are whose can't be told."""
    crossing: set[Region] = set()
    finder = _Finders([lattice])
    at_right: dict[tuple[float, float], list[tuple[Glyph, Region]]] = defaultdict(list)
    at_left: list[tuple[Glyph, Region]] = []
    for region, glyphs in placed.items():
        for glyph in glyphs:
            width, height = glyph.x1 - glyph.x0, glyph.bottom - glyph.top
            slack = max(1.5, 0.2 * width)
            x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
            others = []
            if glyph.x1 > region.x1 + slack:
                others.append((region.x1 + 0.5, y))
            if glyph.x0 < region.x0 - slack:
                others.append((region.x0 - 0.5, y))
            if y + 0.2 * height > region.bottom:
                others.append((x, region.bottom + 0.5))
            if y - 0.2 * height < region.top:
                others.append((x, region.top - 0.5))
            for point in others:
                crossing.add(region)
                touched = finder.at(*point)[1]
                if touched is not None:
                    crossing.add(touched)
            if region.x1 - glyph.x1 < 0.1 * height and glyph.text[-1].isdigit():
                at_right[region.x1, 0].append((glyph, region))
            if glyph.x0 - region.x0 < 0.1 * height and glyph.text[0].isdigit():
                at_left.append((glyph, region))
    for glyph, region in at_left:
        for other, neighbour in at_right.get((region.x0, 0), ()):
            if abs(other.bottom - glyph.bottom) < 2 and glyph.x0 - other.x1 < 0.12 * (glyph.bottom - glyph.top):
                crossing.update((region, neighbour))
    return crossing


def _cell_text(glyphs: list[Glyph], region: Region) -> tuple[str, str, bool]:
    """A cell's text, why it may be wrong, and whether its last line is full."""
    if not glyphs:
        return "", "", False
    turns = Counter(glyph.turn for glyph in glyphs)
    turn = turns.most_common(1)[0][0]
    box = Box(region.x0, region.top, region.x1, region.bottom)
    if len(turns) > 1:
        # Upright characters in a vertical line between turned digits: one column after the other.
        turned, frame = [_turned(glyph._replace(turn=90)) for glyph in glyphs], _in_reading_frame(box, 90)
    elif turn:
        turned, frame = [_turned(glyph) for glyph in glyphs], _in_reading_frame(box, turn)
    elif _stands_in_columns(glyphs):
        turned, frame = [_turned(glyph._replace(turn=90)) for glyph in glyphs], _in_reading_frame(box, 90)
    else:
        turned, frame = glyphs, box
    lines = _lines(turned)
    texts = ["".join(f.text for f in _fields(line, float("inf"))) for line in lines]
    doubt = next((g.doubt for line in lines for g in line if g.doubt), "")
    em = lines[-1][-1].bottom - lines[-1][-1].top
    full = frame.x1 - lines[-1][-1].x1 < 2.2 * em
    if len(texts) > 1 and NUMBERLIKE.fullmatch("".join(texts)):
        return *_wrapped_number(texts, lines, frame, doubt), full
    return "\n".join(texts), doubt, full


def _wrapped_number(texts: list[str], lines: list[list[Glyph]], frame: Box, doubt: str) -> tuple[str, str]:
    """A number too long for its column goes on in the next line; else there are two."""
    digit = max(g.x1 - g.x0 for g in lines[0])
    room = (frame.x1 - frame.x0) - (lines[0][-1].x1 - lines[0][0].x0)
    if len(texts) == 2 and room < digit + 12 and all(" " not in text for text in texts):
        return "".join(texts), doubt or ("" if room < digit + 2 else "the number stands in two lines")
    return "\n".join(texts), doubt or "numbers in several lines of one cell"


def _stands_in_columns(glyphs: list[Glyph]) -> bool:
    """Vertical writing with upright characters: they are closer below each other than beside each other."""
    if len(glyphs) < 4 or any(g.text.isdigit() for g in glyphs):
        return False
    columns: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: g.x0 + g.x1):
        middle = (glyph.x0 + glyph.x1) / 2
        if columns and middle - (columns[-1][0].x0 + columns[-1][0].x1) / 2 < 0.3 * (glyph.x1 - glyph.x0):
            columns[-1].append(glyph)
        else:
            columns.append([glyph])
    if len(columns) < 2 or max(map(len, columns)) < 3:
        return False
    beside = [(b[0].x0 + b[0].x1 - a[0].x0 - a[0].x1) / 2 for a, b in pairwise(columns)]
    below = []
    for column in columns:
        column.sort(key=lambda g: g.top)
        below += [b.top - a.top for a, b in pairwise(column)]
    return bool(below) and min(beside) > 1.15 * max(below)


# ---- lines that belong to the page, not to the report


def _drop_running_lines(leaves: list[_Leaf]) -> None:
    """Take away page numbers, and the lines that stand in the same place at the edge of most pages."""
    edges = [[item for item in leaf.items if isinstance(item, _Line) and _at_edge(item, leaf)] for leaf in leaves]
    repeated = Counter(
        key for leaf, lines in zip(leaves, edges, strict=True) for key in {_running_key(line, leaf) for line in lines}
    )
    offsets = Counter(
        number - n
        for n, lines in enumerate(edges)
        for number in {int(line.text) for line in lines if BARE_NUMBER.fullmatch(line.text.strip())}
    )
    for n, (leaf, lines) in enumerate(zip(leaves, edges, strict=True)):
        for line in lines:
            outermost = line is leaf.items[0] or line is leaf.items[-1]
            text = line.text.strip()
            bare = BARE_NUMBER.fullmatch(text) is not None
            counted = bare and (offsets[int(text) - n] > 1 or (len(leaves) == 1 and int(text) == 1))
            often = repeated[_running_key(line, leaf)] >= max(3, 0.6 * len(leaves))
            if (outermost and (PAGE_NUMBER.fullmatch(text) or counted)) or (often and not bare and "\t" not in text):
                leaf.items.remove(line)


BARE_NUMBER = re.compile(r"[0-9]{1,3}")
PAGE_NUMBER = re.compile(
    r"[-—–－_·•~\s]+[0-9０-９]{1,3}\s*[-—–－_·•~]+|"
    r"第\s*[0-9０-９一二三四五六七八九十]+\s*页([\s,，/]*共\s*[0-9０-９一二三四五六七八九十]+\s*页)?|"
    r"(Page\s*)?[0-9]{1,3}\s*(/|of)\s*[0-9]{1,3}"
)


def _at_edge(line: _Line, leaf: _Leaf) -> bool:
    return line.bottom < 0.09 * leaf.page.height or line.top > 0.88 * leaf.page.height


def _running_key(line: _Line, leaf: _Leaf) -> tuple[str, int]:
    return re.sub(r"[0-9０-９]+", "0", line.text), round(line.top / 6)


# ---- tables over page ends


def _join_tables(items: list[_Line | _Table]) -> list[_Line | _Table]:
    joined: list[_Line | _Table] = []
    for item in items:
        last = joined[-1] if joined else None
        if isinstance(item, _Table) and isinstance(last, _Table) and item.leaf != last.last_leaf:
            whole = _joined(last, item)
            if whole is not None:
                joined[-1] = whole
                continue
        joined.append(item)
    return joined


def _joined(above: _Table, below: _Table) -> _Table | None:
    """Both pieces as one table when their columns stand at the same places."""
    shift = below.xs[0] - above.xs[0]
    xs = above.xs
    theirs = [x - shift for x in below.xs]
    if len(theirs) > len(xs):
        xs, theirs_in_xs, ours_in_xs = theirs, _places_in(theirs, theirs), _places_in(xs, theirs)
    else:
        theirs_in_xs, ours_in_xs = _places_in(theirs, xs), _places_in(xs, xs)
    if theirs_in_xs is None or ours_in_xs is None or theirs_in_xs[-1] != ours_in_xs[-1]:
        return None
    upper = [_moved(cell, ours_in_xs) for cell in above.cells]
    lower = [_moved(cell, theirs_in_xs) for cell in below.cells]
    upper_full = {(row, ours_in_xs[col]) for row, col in above.full}
    lower_full = {(row, theirs_in_xs[col]) for row, col in below.full}
    header = _repeated_header(upper, lower)
    lower = [cell._replace(row=cell.row - header) for cell in lower if cell.row >= header]
    lower_full = {(row - header, col) for row, col in lower_full if row >= header}
    open_edge = above.open_bottom or (below.open_top and not header)
    cells, height, kept_full = _stack(upper, above.height, upper_full, lower, open_edge)
    offset = height - (below.height - header)
    full = kept_full | {(row + offset, col) for row, col in lower_full}
    return _Table(
        above.page, above.leaf, below.last_leaf, above.top, below.bottom, xs, height, cells, full,
        above.open_top, below.open_bottom,
    )  # fmt: skip


def _places_in(some: Sequence[float], all_: Sequence[float]) -> list[int] | None:
    places = []
    for x in some:
        n = min(range(len(all_)), key=lambda i: abs(all_[i] - x))
        if abs(all_[n] - x) > NEAR:
            return None
        places.append(n)
    return places if len(set(places)) == len(places) else None


def _moved(cell: Cell, places: list[int]) -> Cell:
    return cell._replace(col=places[cell.col], colspan=places[cell.col + cell.colspan] - places[cell.col])


def _repeated_header(upper: list[Cell], lower: list[Cell]) -> int:
    """How many rows at the head of a piece only repeat those at the head of the table."""

    def rows(cells: list[Cell], height: int) -> list[Cell]:
        return sorted(cell._replace(text=re.sub(r"\s", "", cell.text), doubt="") for cell in cells if cell.row < height)

    tallest = max(cell.row + cell.rowspan for cell in lower)
    for height in range(min(5, tallest - 1), 0, -1):
        mine, theirs = rows(upper, height), rows(lower, height)
        closed = all(cell.row + cell.rowspan <= height for cell in theirs)
        named = any(cell.text for cell in theirs) and not any(_numberlike(cell.text) for cell in theirs)
        if closed and named and mine == theirs:
            return height
    return 0


def _numberlike(text: str) -> bool:
    return NUMBERLIKE.fullmatch(text.strip()) is not None


Extent = tuple[int, int]  # column and colspan


def _stack(
    upper: list[Cell], height: int, full: set[tuple[int, int]], lower: list[Cell], open_edge: bool
) -> tuple[list[Cell], int, set[tuple[int, int]]]:
    """One table's cells from two pieces, with what the page end cut in two put together where that is sure."""
    last = {(c.col, c.colspan): c for c in upper if c.row + c.rowspan == height}
    first = {(c.col, c.colspan): c for c in lower if c.row == 0}
    values = min((c.col for c in (*upper, *lower) if _numberlike(c.text) and c.colspan == 1), default=None)
    verdict = _is_cut(last, first, full, values, open_edge)
    if not any(_numberlike(c.text) for c in upper) and _is_cut_header(last, first, full):
        verdict = "cut"
    offset = height - 1 if verdict == "cut" else height
    joins = set(last) if verdict == "cut" else _continued_groups(last, first, values)
    doubtful: set[Cell] = set()
    if verdict == "doubt":
        doubtful = {c for row in (last, first) for c in row.values() if values is None or c.col >= values}
    cells: list[Cell] = []
    for cell in upper:
        extent = (cell.col, cell.colspan)
        if extent in joins and cell is last.get(extent):
            rest = first[extent]
            text = "\n".join(part for part in (cell.text, rest.text) if part)
            cell = cell._replace(text=text, doubt=cell.doubt or rest.doubt)
            cell = cell._replace(rowspan=offset + rest.rowspan - cell.row)
        elif cell in doubtful:
            cell = cell._replace(doubt=cell.doubt or CUT)
        cells.append(cell)
    for cell in lower:
        if cell.row == 0 and (cell.col, cell.colspan) in joins:
            continue
        if cell in doubtful and cell.row == 0:
            cell = cell._replace(doubt=cell.doubt or CUT)
        cells.append(cell._replace(row=cell.row + offset))
    kept = {place for place in full if not any(place == (last[e].row, last[e].col) for e in joins)}
    cells.sort(key=lambda c: (c.row, c.col))
    return cells, offset + max(c.row + c.rowspan for c in lower), kept


CUT = "the page end may have cut this row in two"


def _is_cut(
    last: dict[Extent, Cell],
    first: dict[Extent, Cell],
    full: set[tuple[int, int]],
    values: int | None,
    open_edge: bool,
) -> str:
    """Whether the page end goes through a row: "cut", "whole", or "doubt"."""
    if set(last) != set(first):
        return "whole"
    if not any(cell.text for cell in first.values()):
        return "cut"
    labelled = [e for e, c in (*last.items(), *first.items()) if c.text and not _numberlike(c.text)]
    labels = [e for e in last if e[0] < values] if values is not None else labelled
    if not labels:
        return "whole"
    place = max(labels)
    a, b = last[place], first[place]
    if a.rowspan > 1 or b.rowspan > 1:
        return "whole"
    if any(first[e].text and NUMBERING.match(first[e].text) for e in first if e[0] <= place[0]):
        return "whole"
    over = [last[e].text for e in last if e > place]
    under = [first[e].text for e in first if e > place]
    if any(text and not _numberlike(text) for text in over) or any(
        x and y for x, y in zip(over, (first[e].text for e in last if e > place), strict=True)
    ):
        return "whole"  # a header, or a row with numbers of its own
    blank_over, blank_under = not any(over), not any(under)
    if not b.text and (blank_under or (blank_over and a.text)):
        return "cut"
    if not a.text and blank_over:
        return "cut"
    if open_edge and (blank_over or blank_under):
        return "cut"
    if b.text and (blank_over or blank_under) and NUMBERING.match(a.text) and (a.row, a.col) in full:
        return "cut"
    return "whole" if blank_over and blank_under else "doubt"


def _is_cut_header(last: dict[Extent, Cell], first: dict[Extent, Cell], full: set[tuple[int, int]]) -> bool:
    """Several labels that go on, side by side, above the first number of a table."""
    rests = [(last.get(extent), cell) for extent, cell in first.items() if cell.text]
    return (
        set(last) == set(first)
        and len(rests) > 1
        and all(above is not None and (above.row, above.col) in full for above, _ in rests)
        and not any(_numberlike(cell.text) or NUMBERING.match(cell.text) for _, cell in rests)
    )


def _continued_groups(last: dict[Extent, Cell], first: dict[Extent, Cell], values: int | None) -> set[Extent]:
    """Labels of several rows that go on over a page end between two rows."""
    joins = set()
    for extent, cell in first.items():
        if extent not in last or (values is not None and extent[0] >= values):
            continue
        named = any(c.text and not _numberlike(c.text) and e[0] > extent[0] for e, c in first.items())
        starts_anew = bool(cell.text) and (
            NUMBERING.match(cell.text) is not None or not NUMBERING.match(last[extent].text) or cell.rowspan == 1
        )
        if named and not starts_anew and (cell.text == "" or last[extent].text):
            joins.add(extent)
    return joins


# ---- tables without rules


def _keep_blanks_in_place(items: list[_Line | _Table]) -> list[_Line | _Table]:
    """Give the rows of tables without rules an empty field where other rows have a number and they have none."""
    run: list[_Line] = []
    for item in [*items, None]:
        if isinstance(item, _Line) and _may_stand_in_a_run(item) and not (run and run[-1].leaf != item.leaf):
            run.append(item)
            continue
        _align(run)
        run = [item] if isinstance(item, _Line) and _may_stand_in_a_run(item) else []
    return items


def _may_stand_in_a_run(line: _Line) -> bool:
    """A row with its numbers, or a line of a label that is broken over several lines."""
    if _values(line.fields) < len(line.fields):
        return True
    return len(line.fields) == 1 and not line.full and not line.fields[0].text.startswith("第")


def _values(fields: list[_Field]) -> int:
    """Where the numbers at the end of a line begin."""
    start = len(fields)
    while start and _numberlike(fields[start - 1].text):
        start -= 1
    return start


def _align(run: list[_Line]) -> None:
    rows = [line for line in run if _values(line.fields) < len(line.fields)]
    spans = sorted((f.x0, f.x1) for line in rows for f in line.fields[_values(line.fields) :])
    columns: list[list[float]] = []
    for x0, x1 in spans:
        if columns and x0 <= columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], x1)
        else:
            columns.append([x0, x1])
    if len(rows) < 2 or len(columns) < 2 or any(b[0] - a[1] < 5 for a, b in pairwise(columns)):
        return
    starts = [column[0] for column in columns]
    for line in rows:
        start = _values(line.fields)
        places = [bisect_right(starts, f.x0) - 1 for f in line.fields[start:]]
        labels_end = max((f.x1 for f in line.fields[:start]), default=0.0)
        if len(set(places)) < len(places) or labels_end > starts[0]:
            continue
        fields = [_Field("", column[0], column[1]) for column in columns]
        for place, found in zip(places, line.fields[start:], strict=True):
            fields[place] = found
        line.fields = [*line.fields[:start], *fields]


# ---- blocks


def _as_blocks(items: list[_Line | _Table]) -> Iterator[Block]:
    open_line: _Line | None = None
    for item in items:
        if isinstance(item, _Table):
            if open_line is not None:
                yield _paragraph(open_line)
                open_line = None
            yield Grid(tuple(item.cells), item.page)
        elif open_line is not None and _goes_on(open_line, item):
            last, rest = open_line.fields[-1], item.fields[0]
            space = " " if last.text[-1:].isascii() and last.text[-1:].isalpha() and rest.text[:1].isascii() else ""
            merged = _Field(last.text + space + rest.text, last.x0, rest.x1, last.doubt or rest.doubt)
            open_line = _Line(open_line.page, item.leaf, item.top, item.bottom, [merged], item.full)
        else:
            if open_line is not None:
                yield _paragraph(open_line)
            open_line = item
    if open_line is not None:
        yield _paragraph(open_line)


def _goes_on(line: _Line, below: _Line) -> bool:
    """A sentence that fills its line and goes on at the left margin of the next."""
    if not (line.full and below.starts_at_margin and len(line.fields) == len(below.fields) == 1):
        return False
    if line.text.endswith(("。", "！", "？")) or NUMBERING.match(below.text):
        return False
    size, next_size = line.bottom - line.top, below.bottom - below.top
    return abs(size - next_size) < 0.25 * size and (line.leaf != below.leaf or below.top - line.bottom < 1.6 * size)


def _paragraph(line: _Line) -> Paragraph:
    return Paragraph(line.text, line.page, line.doubt)
