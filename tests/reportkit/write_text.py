"""A printed report as plain text, in each way that extractors and converters flatten tables."""

from __future__ import annotations

import re

from tests.reportkit.printed import Printed, Table

LAYOUTS = (
    "cell_lines",
    "tab_rows",
    "tab_rows_collapsed",
    "pipes",
    "pipes_broken",
    "pipes_alone",
    "markdown",
    "lines",
    "blanks",
)
KEEPS_BLANKS = frozenset(("cell_lines", "tab_rows", "pipes_broken", "markdown"))


def write_text(printed: Printed, layout: str = "cell_lines", *, encoding: str = "utf-8") -> bytes:
    parts = [
        _tables(block, layout) if isinstance(block, Table) else block.text + "\n"
        for block in printed
    ]
    return "\n".join(parts).encode(encoding, "replace")


def _tables(table: Table, layout: str) -> str:
    rows = [[box.text for box in row] for row in table.rows]
    if layout == "cell_lines":
        return "".join(
            "".join("\t" + text + "\n" for text in row) + "\n" for row in _with_merged(table)
        )
    if layout == "lines":
        return "\n\n".join(_flat(text) for row in rows for text in row if text.strip()) + "\n"
    if layout == "blanks":
        return (
            "\n".join(" ".join(_flat(text) for text in row if text.strip()) for row in rows) + "\n"
        )
    if layout == "tab_rows":
        return "\n".join("\t".join(_flat(text) for text in row) for row in _full_rows(table)) + "\n"
    if layout == "tab_rows_collapsed":
        return "\n".join("\t".join(map(_flat, row)) for row in _collapsed(table)) + "\n"
    if layout == "pipes":
        return "\n".join(" | ".join(_flat(text) for text in row) + " |" for row in rows) + "\n"
    if layout == "markdown":
        full = [[_flat(text) for text in row] for row in _full_rows(table)]
        rule = "|" + "---|" * table.width
        lines = ["| " + " | ".join(row) + " |" for row in full]
        return "\n".join([lines[0], rule, *lines[1:]]) + "\n"
    if layout == "pipes_broken":
        return "".join("|\n" + "".join(_flat(text) + " |\n" for text in row) for row in rows)
    if layout == "pipes_alone":
        return "".join("".join(text + "\n|\n" for text in row if text.strip()) for row in rows)
    raise ValueError(layout)


def _flat(text: str) -> str:
    return re.sub(r"\s*\n\s*", "", text)


def _with_merged(table: Table) -> list[list[str]]:
    """Each row with an empty cell where a cell merged from above reaches down: how Word converters write it."""
    rows: list[list[tuple[int, str]]] = [[] for _ in table.rows]
    for r, c, box in sorted(table.placed, key=lambda place: (place[0], place[1])):
        for i in range(box.rowspan):
            rows[r + i].append((c, box.text if i == 0 else ""))
    return [texts_of(row) for row in rows]


def texts_of(row: list[tuple[int, str]]) -> list[str]:
    return [text for _, text in sorted(row)]


def _full_rows(table: Table) -> list[list[str]]:
    """Every row as wide as the table, the text of a merged cell at its top left corner."""
    grid = [[""] * table.width for _ in table.rows]
    for r, c, box in table.placed:
        grid[r][c] = box.text
    return grid


def _collapsed(table: Table) -> list[list[str]]:
    """Rows padded to the table's width at the right, merged cells collapsed to the left."""
    rows = []
    for row in _with_merged(table):
        rows.append([*row, *[""] * (table.width - len(row))])
    return rows
