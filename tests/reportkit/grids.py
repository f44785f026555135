"""What a printed table must look like when it is read back: its cells by place, blanks and merges included."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nianbao.parser.document import Block, Grid
from tests.reportkit.printed import Printed, Table

Placed = set[tuple[int, int, int, int, str]]


def printed_grids(printed: Printed) -> list[Placed]:
    return [printed_grid(part) for part in printed if isinstance(part, Table)]


def printed_grid(table: Table) -> Placed:
    """Rows and columns that no cell begins or ends in can't be seen on paper, and don't count."""
    placed = table.placed
    rows = sorted({r for r, _, _ in placed} | {r + box.rowspan for r, _, box in placed})
    cols = sorted({c for _, c, _ in placed} | {c + box.colspan for _, c, box in placed})
    row, col = {r: n for n, r in enumerate(rows)}, {c: n for n, c in enumerate(cols)}
    return {
        (
            row[r],
            col[c],
            row[r + box.rowspan] - row[r],
            col[c + box.colspan] - col[c],
            bare(box.text),
        )
        for r, c, box in placed
    }


def read_grids(blocks: Iterable[Block]) -> list[Placed]:
    return [
        {(c.row, c.col, c.rowspan, c.colspan, bare(c.text)) for c in block.cells}
        for block in blocks
        if isinstance(block, Grid)
    ]


def doubts(blocks: Iterable[Block]) -> list[str]:
    return [
        f"{c.text!r}: {c.doubt}"
        for block in blocks
        if isinstance(block, Grid)
        for c in block.cells
        if c.doubt
    ]


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)
