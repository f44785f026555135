"""A sheet of cells, whatever file it was in."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

from nianbao.parser.errors import ReadError

MOST_CELLS = 200_000


class Shown(NamedTuple):
    """What a cell shows."""

    text: str
    doubt: str = ""
    prose: bool = False  # it holds text, no number


Area = tuple[int, int, int, int]  # top, left, bottom, right


@dataclass(slots=True)
class Sheet:
    """A sheet before its rows are told apart.

    Places count from the top left cell that is used.
    """

    texts: list[list[str]]
    spans: dict[tuple[int, int], tuple[int, int]] = field(
        default_factory=dict
    )  # merged cells: rows and columns
    doubts: dict[tuple[int, int], str] = field(default_factory=dict)
    # cells that hold text, no number
    prose: set[tuple[int, int]] = field(default_factory=set)
    covered: dict[tuple[int, int], tuple[int, int]] = field(
        default_factory=dict
    )  # by which merged cell
    name: str = ""
    hides: bool = False  # some of its rows or columns that hold something

    def merge(self, row: int, col: int, rows: int, cols: int) -> None:
        """Join cells, as far as they lie in the used part of the sheet."""
        rows = min(rows, len(self.texts) - row)
        cols = min(cols, max(map(len, self.texts), default=0) - col)
        if row < 0 or col < 0 or rows < 1 or cols < 1 or rows * cols == 1:
            return
        if rows * cols + len(self.covered) > MOST_CELLS:
            raise ReadError("too_complex", detail=f"merged cells over more than {MOST_CELLS} cells")
        self.spans[row, col] = (rows, cols)
        for i, j in product(range(rows), range(cols)):
            if i or j:
                self.covered[row + i, col + j] = row, col


def value_text(value: Any) -> str:
    """A value as a person sees it: 5 and not 5.0,
    0.1 and not 0.1000000000000000055.
    """
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        if value:
            return "TRUE"
        return "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def sheet_of(
    cells: Mapping[tuple[int, int], Shown],
    merged: Sequence[Area],
    hidden_rows: set[int],
    hidden_cols: set[int],
) -> Sheet:
    """The rows and columns that are shown; a merged cell shows its text in those of them that it
    reaches.
    """
    rows, cols = _Shown(sorted(hidden_rows)), _Shown(sorted(hidden_cols))
    placed: dict[tuple[int, int], Shown] = {}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    anchors = set()
    for top, left, bottom, right in merged[:MOST_CELLS]:
        at = rows.place(top), cols.place(left)
        height, width = rows.place(bottom + 1) - at[0], cols.place(right + 1) - at[1]
        anchors.add((top, left))
        if height > 0 and width > 0:
            spans[at] = (height, width)
            if (top, left) in cells:
                placed[at] = cells[top, left]
    for (r, c), shown in cells.items():
        if (r, c) not in anchors and r not in hidden_rows and c not in hidden_cols:
            placed[rows.place(r), cols.place(c)] = shown
    sheet = _filled(placed, spans)
    sheet.hides = any(
        shown.text.strip() and (r in hidden_rows or c in hidden_cols)
        for (r, c), shown in cells.items()
    )
    return sheet


class _Shown:
    """Where a row or column stands among those that are shown."""

    def __init__(self, hidden: list[int]) -> None:
        self.hidden = hidden

    def place(self, at: int) -> int:
        return at - bisect_left(self.hidden, at)


def _filled(
    placed: Mapping[tuple[int, int], Shown], spans: Mapping[tuple[int, int], tuple[int, int]]
) -> Sheet:
    if not placed:
        return Sheet([])
    top, left = min(r for r, _ in placed), min(c for _, c in placed)
    height, width = max(r for r, _ in placed) - top + 1, max(c for _, c in placed) - left + 1
    if height * width > MOST_CELLS:
        raise ReadError("too_complex", detail=f"a sheet of more than {MOST_CELLS} cells")
    # The used part of a sheet ends with its last value, though a merged cell
    # at its edge may reach further.
    within = {at: s for at, s in spans.items() if _lies_in(at, (top, left, height, width))}
    reach = (
        max([height, *(r - top + rowspan for (r, _), (rowspan, _) in within.items())]),
        max([width, *(c - left + colspan for (_, c), (_, colspan) in within.items())]),
    )
    if reach[0] * reach[1] <= MOST_CELLS:
        height, width = reach
    sheet = Sheet([[""] * width for _ in range(height)])
    for (r, c), shown in placed.items():
        at = (r - top, c - left)
        sheet.texts[at[0]][at[1]] = shown.text
        if shown.doubt:
            sheet.doubts[at] = shown.doubt
        if shown.prose:
            sheet.prose.add(at)
    for (r, c), (rowspan, colspan) in within.items():
        sheet.merge(r - top, c - left, rowspan, colspan)
    return sheet


def _lies_in(at: tuple[int, int], box: Area) -> bool:
    top, left, height, width = box
    return 0 <= at[0] - top < height and 0 <= at[1] - left < width
