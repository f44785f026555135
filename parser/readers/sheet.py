"""A sheet of cells, whatever file it was in."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

from nianbao.parser.errors import ReadError

MOST_CELLS = 200_000


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
