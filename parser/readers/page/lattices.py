"""Rules -> lattices: the rows, columns and merged regions of ruled tables."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from nianbao.parser.errors import ReadError
from nianbao.parser.readers.page.shapes import Box, Lattice, Region

# Rules closer than this are one: double strokes, sloppy corners. No row or
# column is that narrow.
NEAR = 4.0
SHORTEST = 6.0  # of a rule that can part cells
MOST_CROSSINGS = 4_000_000  # pairs of rules looked at in a page
MOST_PLACES = 100_000  # rows times columns of a table


class _Stroke(NamedTuple):
    at: float  # y of a horizontal one, x of a vertical one
    start: float
    end: float


class _Ends(NamedTuple):
    """At which sides a table has no rule of its own."""

    left: bool
    right: bool
    top: bool
    bottom: bool


Drawn = list[list[bool]]  # which stretches of which rule are drawn
Place = tuple[int, int, int, int, str]  # row, column, how many of each, and a doubt
Group = tuple[list[_Stroke], list[_Stroke]]  # level ones and upright ones


def lattices(rules: Iterable[Box]) -> list[Lattice]:
    """The ruled tables of a page.

    A box with nothing but one cell is no table.
    """
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
    """Pieces of one line made one: borders are drawn cell by cell,
    dash by dash, dot by dot.
    """
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


def _connected(level: list[_Stroke], upright: list[_Stroke]) -> Iterator[Group]:
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
        first = bisect_left(xs, row.start - NEAR)
        last = bisect_right(xs, row.end + NEAR)
        looked += last - first
        if looked > MOST_CROSSINGS:
            lines = len(level) + len(upright)
            raise ReadError("too_complex", detail=f"more than {lines} lines on a page")
        for j in range(first, last):
            if upright[j].start - NEAR <= row.at <= upright[j].end + NEAR:
                parent[root(len(level) + j)] = root(i)
    groups: dict[int, Group] = defaultdict(lambda: ([], []))
    for i, row in enumerate(level):
        groups[root(i)][0].append(row)
    for j, column in enumerate(upright):
        groups[root(len(level) + j)][1].append(column)
    for rows, columns in groups.values():
        if rows and columns and len(rows) + len(columns) > 2:
            yield rows, columns


def _lattice(rows: list[_Stroke], columns: list[_Stroke]) -> Lattice | None:
    ys = _positions([row.at for row in rows])
    xs = _positions([column.at for column in columns])
    # A table may lack its outer rules on some sides: there the ends of the
    # others close it.
    wide, tall = xs, len(ys)
    xs = _with_ends(xs, rows)
    sides = xs[0] < wide[0], xs[-1] > wide[-1]
    low, high = ys[0], ys[-1]
    # where neither side has a rule the outermost row may be parted by a single one
    ys = _with_ends(ys, columns, 1 if all(sides) else 2)
    ends = _Ends(*sides, ys[0] < low, ys[-1] > high)
    open_top = len(ys) > tall and min(row.at for row in rows) > ys[0] + NEAR
    open_bottom = len(ys) > tall and max(row.at for row in rows) < ys[-1] - NEAR
    if len(xs) < 2 or len(ys) < 2:
        return None
    if len(xs) * len(ys) > MOST_PLACES:
        raise ReadError("too_complex", detail=f"a table of {len(ys)} by {len(xs)} lines")
    # level[j][i]: a rule at ys[j] between xs[i] and xs[i + 1]
    level = _cover(rows, ys, xs)
    # upright[i][j]: a rule at xs[i] between ys[j] and ys[j + 1]
    upright = _cover(columns, xs, ys)
    places: list[Place] = []
    seen: set[tuple[int, int]] = set()
    for j in range(len(ys) - 1):
        for i in range(len(xs) - 1):
            if (j, i) not in seen:
                places.extend(_regions_from(j, i, level, upright, seen))
    kept = [place for place in places if _is_enclosed(place, level, upright, ends)]
    if not kept:
        return None
    used_ys: set[int] = set()
    used_xs: set[int] = set()
    for j, i, rowspan, colspan, _ in kept:
        used_ys |= {j, j + rowspan}
        used_xs |= {i, i + colspan}
    starts, lefts = sorted(used_ys), sorted(used_xs)
    row_of = {j: n for n, j in enumerate(starts)}
    col_of = {i: n for n, i in enumerate(lefts)}
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
        tuple(xs[i] for i in lefts),
        tuple(ys[j] for j in starts),
        tuple(sorted(regions)),
        open_top,
        open_bottom,
    )


def _positions(values: list[float]) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][0] <= NEAR:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _with_ends(positions: list[float], crossing: list[_Stroke], least: int = 2) -> list[float]:
    """`least`: how many rules must end where nothing closes them."""
    first, last = min(s.start for s in crossing), max(s.end for s in crossing)
    if (not positions or positions[0] - first > 2 * NEAR) and sum(
        s.start - first < NEAR for s in crossing
    ) >= least:
        positions = [first, *positions]
    if last - positions[-1] > 2 * NEAR and sum(last - s.end < NEAR for s in crossing) >= least:
        positions = [*positions, last]
    return positions


def _cover(strokes: list[_Stroke], positions: list[float], across: list[float]) -> Drawn:
    """Which stretches of which line are drawn."""
    drawn: list[list[list[tuple[float, float]]]] = []
    for _ in positions:
        drawn.append([[] for _ in across[:-1]])
    for stroke in strokes:
        near = bisect_left(positions, stroke.at)
        j = min(
            range(max(0, near - 1), min(len(positions), near + 2)),
            key=lambda n: abs(positions[n] - stroke.at),
        )
        if abs(positions[j] - stroke.at) > NEAR:
            continue
        first = max(0, bisect_right(across, stroke.start) - 1)
        for i in range(first, min(bisect_left(across, stroke.end), len(across) - 1)):
            start, end = max(stroke.start, across[i]), min(stroke.end, across[i + 1])
            drawn[j][i].append((start, end))
    least = [0.6 * (end - start) for start, end in pairwise(across)]
    covered = []
    for stretch in drawn:
        lengths = map(_length, stretch)
        covered.append([length > wanted for length, wanted in zip(lengths, least, strict=True)])
    return covered


def _length(parts: list[tuple[float, float]]) -> float:
    total, end = 0.0, float("-inf")
    for a, b in sorted(parts):
        total += max(0.0, b - max(a, end))
        end = max(end, b)
    return total


def _regions_from(
    j: int, i: int, level: Drawn, upright: Drawn, seen: set[tuple[int, int]]
) -> list[Place]:
    """The places that no rule parts from one place: a cell,
    if they make a rectangle.
    """
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
    height = max(r for r, _ in members) - top + 1
    width = max(c for _, c in members) - left + 1
    if height * width == len(members):
        return [(top, left, height, width, "")]
    why = "the rules of the table leave this cell open"
    return [(r, c, 1, 1, why) for r, c in members]


def _is_enclosed(place: Place, level: Drawn, upright: Drawn, ends: _Ends) -> bool:
    """Not the room beside a narrower table that stands on a wider one: but the corner of a table
    without a frame, which two rules enclose.
    """
    j, i, rowspan, colspan, doubt = place
    columns, rows = range(i, i + colspan), range(j, j + rowspan)
    above = all(level[j][c] for c in columns)
    below = all(level[j + rowspan][c] for c in columns)
    left = all(upright[i][r] for r in rows)
    right = all(upright[i + colspan][r] for r in rows)
    if (above and below) or (left and right):
        return True
    outer = (
        (i == 0 and ends.left)
        + (i + colspan == len(upright) - 1 and ends.right)
        + (j == 0 and ends.top)
        + (j + rowspan == len(level) - 1 and ends.bottom)
    )
    if outer == 2 and above + below + left + right == 2:
        return True
    return bool(doubt) and above + below + left + right >= 2
