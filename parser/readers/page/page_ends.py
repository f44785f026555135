"""Page ends: lines that belong to the page, and tables that go on over it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from nianbao.parser.document import Cell
from nianbao.parser.labels import exact, squash
from nianbao.parser.readers.page.lattices import NEAR
from nianbao.parser.readers.page.lines import Line
from nianbao.parser.readers.page.shapes import NUMBERING, Extent, numberlike
from nianbao.parser.readers.page.sheets import BARE_NUMBER, PAGE_NUMBER
from nianbao.parser.readers.page.tables import Leaf, Table


def drop_running_lines(leaves: list[Leaf]) -> None:
    """Take away page numbers, and the lines that stand in the same place at
    the edge of most pages.
    """
    edges = [_edge_lines(leaf) for leaf in leaves]
    repeated: Counter[tuple[str, int]] = Counter()
    # of bare numbers from the pages' own count
    offsets: Counter[int] = Counter()
    for n, lines in enumerate(edges):
        repeated.update({_running_key(line) for line in lines})
        bare_lines = [line for line in lines if BARE_NUMBER.fullmatch(line.text.strip())]
        offsets.update({int(line.text) - n for line in bare_lines})
    for n, (leaf, lines) in enumerate(zip(leaves, edges, strict=True)):
        for line in lines:
            outermost = line is leaf.items[0] or line is leaf.items[-1]
            text = line.text.strip()
            bare = BARE_NUMBER.fullmatch(text) is not None
            counted = bare and (offsets[int(text) - n] > 1 or (len(leaves) == 1 and int(text) == 1))
            often = repeated[_running_key(line)] >= max(3, 0.6 * len(leaves))
            if (outermost and (PAGE_NUMBER.fullmatch(text) or counted)) or (
                often and not bare and "\t" not in text
            ):
                leaf.items.remove(line)


def _edge_lines(leaf: Leaf) -> list[Line]:
    head, foot = 0.09 * leaf.page.height, 0.88 * leaf.page.height
    lines = [item for item in leaf.items if isinstance(item, Line)]
    return [line for line in lines if line.bottom < head or line.top > foot]


def _running_key(line: Line) -> tuple[str, int]:
    return re.sub(r"[0-9０-９]+", "0", line.text), round(line.top / 6)


def join_tables(items: list[Line | Table]) -> list[Line | Table]:
    joined: list[Line | Table] = []
    for item in items:
        last = joined[-1] if joined else None
        if isinstance(item, Table) and isinstance(last, Table) and item.leaf != last.last_leaf:
            whole = _joined(last, item)
            if whole is not None:
                joined[-1] = whole
                continue
        joined.append(item)
    return joined


def _joined(above: Table, below: Table) -> Table | None:
    """Both pieces as one table when their columns stand at the same places."""
    shift = below.xs[0] - above.xs[0]
    theirs = [x - shift for x in below.xs]
    xs = max(above.xs, theirs, key=len)
    theirs_in_xs, ours_in_xs = _places_in(theirs, xs), _places_in(above.xs, xs)
    if theirs_in_xs is None or ours_in_xs is None:
        return None
    if theirs_in_xs[-1] != ours_in_xs[-1]:
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
    return Table(
        above.page,
        above.leaf,
        below.last_leaf,
        above.top,
        below.bottom,
        xs,
        height,
        cells,
        full,
        above.open_top,
        below.open_bottom,
    )


def _places_in(some: Sequence[float], all_: Sequence[float]) -> list[int] | None:
    places = []
    for x in some:
        n = min(range(len(all_)), key=lambda i: abs(all_[i] - x))
        if abs(all_[n] - x) > NEAR:
            return None
        places.append(n)
    if len(set(places)) == len(places):
        return places
    return None


def _moved(cell: Cell, places: list[int]) -> Cell:
    return cell._replace(
        col=places[cell.col], colspan=places[cell.col + cell.colspan] - places[cell.col]
    )


def _repeated_header(upper: list[Cell], lower: list[Cell]) -> int:
    """How many rows at the head of a piece only repeat those at the head of
    the table.
    """

    def rows(cells: list[Cell], height: int) -> list[Cell]:
        return sorted(
            cell._replace(text=re.sub(r"\s", "", cell.text), doubt="", spot=None)
            for cell in cells
            if cell.row < height
        )

    tallest = max(cell.row + cell.rowspan for cell in lower)
    for height in range(min(5, tallest - 1), 0, -1):
        mine, theirs = rows(upper, height), rows(lower, height)
        closed = all(cell.row + cell.rowspan <= height for cell in theirs)
        named = any(cell.text for cell in theirs) and not any(
            numberlike(cell.text) for cell in theirs
        )
        if closed and named and mine == theirs:
            return height
    return 0


def _stack(
    upper: list[Cell], height: int, full: set[tuple[int, int]], lower: list[Cell], open_edge: bool
) -> tuple[list[Cell], int, set[tuple[int, int]]]:
    """One table's cells from two pieces, with what the page end cut in two put
    together where that is sure.
    """
    last = {(c.col, c.colspan): c for c in upper if c.row + c.rowspan == height}
    first = {(c.col, c.colspan): c for c in lower if c.row == 0}
    values = min(
        (c.col for c in (*upper, *lower) if numberlike(c.text) and c.colspan == 1), default=None
    )
    verdict = _is_cut(last, first, full, values, open_edge)
    is_head = not any(numberlike(cell.text) for cell in upper)
    if is_head and _is_cut_header(last, first, full):
        verdict = "cut"
    offset = height - 1 if verdict == "cut" else height
    joins = set(last) if verdict == "cut" else _continued_groups(last, first, values)
    if is_head and verdict != "cut":
        joins |= _cut_labels(last, first)
    doubtful: set[Cell] = set()
    if verdict == "doubt":
        cut_rows = (*last.values(), *first.values())
        doubtful = {c for c in cut_rows if values is None or c.col >= values}
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
    kept = full - {(last[extent].row, last[extent].col) for extent in joins}
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
    if values is not None:
        labels = [extent for extent in last if extent[0] < values]
    else:
        both = (*last.items(), *first.items())
        labels = [extent for extent, cell in both if cell.text and not numberlike(cell.text)]
    if not labels:
        return "whole"
    place = max(labels)
    a, b = last[place], first[place]
    if a.rowspan > 1 or b.rowspan > 1:
        return "whole"
    heads = [cell.text for extent, cell in first.items() if extent[0] <= place[0]]
    if any(text and NUMBERING.match(text) for text in heads):
        return "whole"
    behind = [e for e in last if e > place]
    over = [last[e].text for e in behind]
    under = [first[e].text for e in behind]
    if any(text and not numberlike(text) for text in over):
        return "whole"  # a header
    if any(last[e].text and first[e].text for e in behind):
        # A row with numbers of its own, or the ends of numbers that are too
        # long for their lines: 　３４ on one page, ０件 on the next.
        is_rest = not b.text or (NUMBERING.match(a.text) and (a.row, a.col) in full)
        return "doubt" if is_rest else "whole"
    blank_over, blank_under = not any(over), not any(under)
    if not b.text and (blank_under or (blank_over and a.text)):
        return "cut"
    if not a.text and blank_over:
        return "cut"
    if open_edge and (blank_over or blank_under):
        return "cut"
    if (
        b.text
        and (blank_over or blank_under)
        and NUMBERING.match(a.text)
        and (a.row, a.col) in full
    ):
        return "cut"
    if blank_over and blank_under:
        return "whole"
    return "doubt"


def _is_cut_header(
    last: dict[Extent, Cell], first: dict[Extent, Cell], full: set[tuple[int, int]]
) -> bool:
    """Several labels that go on, side by side,
    above the first number of a table.
    """
    rests = [(last.get(extent), cell) for extent, cell in first.items() if cell.text]
    return (
        set(last) == set(first)
        and len(rests) > 1
        and all(above is not None and (above.row, above.col) in full for above, _ in rests)
        and not any(numberlike(cell.text) or NUMBERING.match(cell.text) for _, cell in rests)
    )


def _cut_labels(last: dict[Extent, Cell], first: dict[Extent, Cell]) -> set[Extent]:
    """The cells of a header that go on beside others that end: their parts make a label together.

    What is whole above and empty below stands beside them in the same rows.
    """
    both = [(extent, last[extent].text, first[extent].text) for extent in last if extent in first]
    rests = {extent: (above, below) for extent, above, below in both if above and below}
    if not rests or not all(_make_a_label(above, below) for above, below in rests.values()):
        return set()
    return set(rests) | {extent for extent, above, below in both if exact(above) and not below}


def _make_a_label(above: str, below: str) -> bool:
    """Together, and not the upper part alone."""
    return bool(squash(below) and exact(above + below)) and not exact(above)


def _continued_groups(
    last: dict[Extent, Cell], first: dict[Extent, Cell], values: int | None
) -> set[Extent]:
    """Labels of several rows that go on over a page end between two rows."""
    joins = set()
    for extent, cell in first.items():
        if extent not in last or (values is not None and extent[0] >= values):
            continue
        named = any(
            c.text and not numberlike(c.text) and e[0] > extent[0] for e, c in first.items()
        )
        starts_anew = bool(cell.text) and (
            NUMBERING.match(cell.text) is not None
            or not NUMBERING.match(last[extent].text)
            or cell.rowspan == 1
        )
        if named and not starts_anew and (cell.text == "" or last[extent].text):
            joins.add(extent)
    return joins
