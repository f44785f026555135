"""Tables whose cells are parted by commas or semicolons, or quoted and parted by tabs (CSV)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from nianbao.parser.document import Block, Paragraph
from nianbao.parser.labels import meanings
from nianbao.parser.readers.plain.grids import Row, grid_of


def blocks(lines: list[str]) -> list[Block] | None:
    """The tables and the prose of a text, if it is of this kind."""
    text = "\n".join(lines)
    often = [mark for mark in ",;\t" if text.count(mark) >= 2 * FEW_LINES]
    if QUOTED not in text:
        often = [mark for mark in often if mark != "\t"]
    mark = next((mark for mark in often if _parts_cells(lines, mark)), None)
    if mark is None:
        return None
    rows = list(csv.reader(StringIO("\n".join(lines)), delimiter=mark))
    return list(_blocks(rows))


FEW_LINES = 8
QUOTED = '"\t"'  # without quotes it is no more than text with tabs


def _parts_cells(lines: list[str], mark: str) -> bool:
    filled = [line for line in lines if line.strip()]
    parted = [line for line in filled if line.count(mark) >= 2]
    if mark == "\t":
        parted = [line for line in parted if QUOTED in line]
    return len(parted) >= FEW_LINES and len(parted) * 2 > len(filled)


def _blocks(rows: list[Row]) -> Iterator[Block]:
    table: list[Row] = []
    for row in rows:
        texts = [text.strip() for text in row]
        filled = [text for text in texts if text]
        alone = len(filled) == 1 and bool(texts[0]) and not meanings(texts[0])
        if table and (alone or not filled or len(texts) != len(table[0])):
            yield from _table(table)
            table = []
        if alone:
            yield Paragraph(texts[0])
        elif filled:
            table.append(texts)
    yield from _table(table)


def _table(rows: list[Row]) -> Iterator[Block]:
    """One grid, or, where the places of the cells can't be trusted, their order."""
    grid = grid_of(rows)
    if grid is not None:
        yield grid
        return
    for row in rows:
        yield Paragraph("\t".join(text.replace("\n", "") for text in row))
