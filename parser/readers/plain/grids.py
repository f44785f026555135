"""Rows of cells, all as many, as a grid."""

from __future__ import annotations

from itertools import groupby

from nianbao.parser.document import Cell, Grid
from nianbao.parser.labels import exact, squash
from nianbao.parser.numbers import read_number
from nianbao.parser.readers.plain.marks import seen_in

Row = list[str]


def grid_of(rows: list[Row]) -> Grid | None:
    """The grid that rows of cells are; None where they are moved to the left, as merged cells
    are by some converters: then only their order is sure.
    """
    if not rows or min(map(len, rows)) < 2 or len(set(map(len, rows))) > 1 or _is_moved(rows):
        return None
    repeats = any(_repeats(row) for row in rows)
    cells: list[Cell] = []
    spans: list[tuple[int, int]] = []  # of the labels of the last header
    for r, row in enumerate(rows):
        labels = not any(map(_is_number, row))
        places = (
            _merged(row, spans, labels=labels) if repeats else [(c, 1) for c in range(len(row))]
        )
        if labels and any(map(_is_label, row[1:])):
            spans = [place for place in places if place[1] > 1]
        for c, width in places:
            text, doubt = seen_in(row[c])
            cells.append(Cell(text, r, c, 1, width, doubt))
    return Grid(tuple(cells))


def _repeats(row: Row) -> bool:
    """Whether a label stands in it again and again, once for each place of a merged cell."""
    return any(_is_label(text) and len(list(same)) > 1 for text, same in groupby(row))


def _merged(row: Row, spans: list[tuple[int, int]], *, labels: bool) -> list[tuple[int, int]]:
    """First column and width of each cell."""
    places: list[tuple[int, int]] = []
    c = 0
    while c < len(row):
        width = 1
        if _is_label(row[c]):
            while c + width < len(row) and row[c + width] == row[c]:
                width += 1
        elif not labels:
            under = dict(spans).get(c, 1)
            if set(row[c : c + under]) == {row[c]}:
                width = under
        places.append((c, width))
        c += width
    return places


def _is_moved(rows: list[Row]) -> bool:
    """Whether numbers stand in front of the first column of numbers."""
    first = 0
    for row in rows:
        for c, text in enumerate(row):
            if any(hit.key == "natural_person" for hit in exact(text)):
                first = c
        if first and any(_is_number(text) for text in row[1:first]):
            return True
    return False


def _is_number(text: str) -> bool:
    return read_number(seen_in(text).text).state == "value"


def _is_label(text: str) -> bool:
    """Words, and none of those that stand for an empty cell."""
    return bool(squash(text)) and read_number(seen_in(text).text).state == "unreadable"
