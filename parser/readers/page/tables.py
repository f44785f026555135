"""Glyphs -> cells of the lattices that they stand in."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from nianbao.parser.document import Cell, Spot
from nianbao.parser.readers.page.lattices import lattices
from nianbao.parser.readers.page.lines import (
    Field,
    Line,
    lines_of,
    text_lines,
    text_of,
    upright_glyph,
)
from nianbao.parser.readers.page.shapes import (
    NUMBERLIKE,
    Box,
    Glyph,
    Lattice,
    Page,
    Region,
    in_reading_frame,
)


@dataclass(slots=True)
class Table:
    page: int
    leaf: int
    last_leaf: int
    top: float
    bottom: float
    xs: list[float]
    height: int
    cells: list[Cell]
    # cells whose last line reaches their right border
    full: set[tuple[int, int]]
    open_top: bool
    open_bottom: bool


@dataclass(slots=True)
class Leaf:
    number: int
    page: Page
    items: list[Line | Table]
    outside: list[Glyph]  # of all tables


def lay_out(page: Page, leaf: int, *, is_whole: bool = False) -> Leaf:
    """`is_whole`: the page as it is in the file, neither turned nor taken apart."""
    glyphs = [glyph for glyph in page.glyphs if not glyph.text.isspace()]
    # what has but one column is a frame around text
    found = [lattice for lattice in lattices(page.rules) if len(lattice.xs) > 2]
    inside, outside = _assign(glyphs, found, page.height)
    drawings = _drawings_in(page.drawings, found)
    items: list[Line | Table] = []
    for lattice, placed, drawn in zip(found, inside, drawings, strict=True):
        cells, full = _cells(lattice, placed, drawn, page.number if is_whole else 0)
        box = lattice.box
        height = max(region.row + region.rowspan for region in lattice.regions)
        table = Table(
            page.number,
            leaf,
            leaf,
            box.top,
            box.bottom,
            list(lattice.xs),
            height,
            cells,
            full,
            False,
            False,
        )
        table.open_top, table.open_bottom = lattice.open_top, lattice.open_bottom
        items.append(table)
    margins = [(lattice.xs[0], lattice.xs[-1]) for lattice in found]
    items.extend(text_lines(outside, page.number, leaf, margins))
    items += [
        Line(page.number, leaf, box.top, box.bottom, [Field("", box.x0, box.x1, PICTURE)])
        for box in page.holes
    ]
    items.sort(key=lambda item: item.top)
    return Leaf(leaf, page, items, outside)


def _assign(
    glyphs: list[Glyph], found: list[Lattice], height: float
) -> tuple[list[dict[Region, list[Glyph]]], list[Glyph]]:
    """Each glyph into the cell its middle lies in,
    of the smallest table there.
    """
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
            for band in range(
                int(found[n].ys[0] // self.BAND), int(found[n].ys[-1] // self.BAND) + 1
            ):
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
    """The cells that hold a drawing of their own, not one that goes over many
    of them like a seal or a watermark.
    """
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


PICTURE = "a picture that is not read"
CROSSES = "the text crosses the border of its cell"


def _cells(
    lattice: Lattice, placed: dict[Region, list[Glyph]], drawn: set[Region], page: int
) -> tuple[list[Cell], set[tuple[int, int]]]:
    crossing = _crossing(lattice, placed)
    padding = _padding(placed)
    cells, full = [], set()
    for region in lattice.regions:
        glyphs = placed.get(region, [])
        text, doubt, is_full = _cell_text(glyphs, region, padding)
        doubt = region.doubt or doubt or (CROSSES if region in crossing else "")
        if not glyphs and region in drawn:
            doubt = "something is drawn in this cell that is not text"
        spot = Spot(page, *region[4:8]) if page else None
        cells.append(Cell(text, *region[:4], doubt, spot))
        if is_full:
            full.add((region.row, region.col))
    return cells, full


def _crossing(lattice: Lattice, placed: dict[Region, list[Glyph]]) -> set[Region]:
    """Cells whose text runs over into the next one, or gets text from it:
    whose digits are whose can't be told.
    """
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
            if region.x1 - glyph.x1 <= slack and glyph.text[-1].isdigit():
                at_right[region.x1, 0].append((glyph, region))
            if glyph.x0 - region.x0 <= slack and glyph.text[0].isdigit():
                at_left.append((glyph, region))
    for glyph, region in at_left:
        for other, neighbour in at_right.get((region.x0, 0), ()):
            if abs(other.bottom - glyph.bottom) < 2 and glyph.x0 - other.x1 < 0.12 * (
                glyph.bottom - glyph.top
            ):
                crossing.update((region, neighbour))
    return crossing


def _padding(placed: dict[Region, list[Glyph]]) -> float:
    """How near to the rules the words of a table come: no nearer is a number written."""
    gaps = [
        min(glyph.x0 - region.x0, region.x1 - glyph.x1)
        for region, glyphs in placed.items()
        if any(glyph.text.isalpha() for glyph in glyphs)
        for glyph in glyphs
    ]
    least = min(gaps, default=0.0)
    return max(least, 0.0) if least < MOST_PADDING else 0.0


MOST_PADDING = 9.0


def _cell_text(glyphs: list[Glyph], region: Region, padding: float = 0.0) -> tuple[str, str, bool]:
    """A cell's text, why it may be wrong, and whether its last line is full."""
    if not glyphs:
        return "", "", False
    turns = Counter(glyph.turn for glyph in glyphs)
    turn = turns.most_common(1)[0][0]
    box = Box(region.x0, region.top, region.x1, region.bottom)
    if len(turns) > 1:
        # Upright characters in a vertical line between turned digits: one
        # column after the other.
        turned, frame = (
            [upright_glyph(glyph._replace(turn=90)) for glyph in glyphs],
            in_reading_frame(box, 90),
        )
    elif turn:
        turned, frame = [upright_glyph(glyph) for glyph in glyphs], in_reading_frame(box, turn)
    elif _stands_in_columns(glyphs):
        turned, frame = (
            [upright_glyph(glyph._replace(turn=90)) for glyph in glyphs],
            in_reading_frame(box, 90),
        )
    else:
        turned, frame = glyphs, box
    lines = lines_of(turned)
    texts = [text_of(line) for line in lines]
    doubt = next((glyph.doubt for glyph in chain.from_iterable(lines) if glyph.doubt), "")
    em = lines[-1][-1].bottom - lines[-1][-1].top
    full = frame.x1 - lines[-1][-1].x1 < 2.2 * em
    if len(texts) > 1 and NUMBERLIKE.fullmatch("".join(texts)):
        return *_wrapped_number(texts, lines, frame, padding, doubt), full
    return "\n".join(texts), doubt, full


def _wrapped_number(
    texts: list[str], lines: list[list[Glyph]], frame: Box, padding: float, doubt: str
) -> tuple[str, str]:
    """A number too long for its column goes on in the next line;
    else there are two.
    """
    digit = max(g.x1 - g.x0 for g in lines[0])
    room = (frame.x1 - frame.x0) - min(line[-1].x1 - line[0].x0 for line in lines[:-1])
    if not _may_be_one(texts) or room >= digit + 12:
        return "\n".join(texts), doubt or "numbers in several lines of one cell"
    sure = room < digit + 2 or (len(texts[0]) > 1 and room < digit + 2 * padding)
    return "".join(texts), doubt or ("" if sure else "the number stands in two lines")


def _may_be_one(texts: list[str]) -> bool:
    """Only the last line of a number may be shorter than the first, and none is longer."""
    *whole, last = map(len, texts)
    return (
        len(texts) <= MOST_LINES
        and set(whole) == {len(texts[0])}
        and last <= whole[0]
        and all(" " not in text for text in texts)
    )


MOST_LINES = 3


def _stands_in_columns(glyphs: list[Glyph]) -> bool:
    """Vertical writing with upright characters: they are closer below each
    other than beside each other.
    """
    if len(glyphs) < 4 or any(g.text.isdigit() for g in glyphs):
        return False
    columns: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: g.x0 + g.x1):
        middle = (glyph.x0 + glyph.x1) / 2
        if columns and middle - (columns[-1][0].x0 + columns[-1][0].x1) / 2 < 0.3 * (
            glyph.x1 - glyph.x0
        ):
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
