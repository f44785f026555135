"""Plain text -> Document.

Each paragraph is a line of prose or a table row with its cells parted by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.parser.document import Document, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.labels import exact, squash
from nianbao.parser.readers.charset import decode


def read_text(data: bytes) -> Document:
    text, _ = decode(data)
    if not text.strip():
        raise ReadError("empty")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise ReadError("too_complex", detail=f"{len(lines)} lines")
    rows = _pipes_to_tabs(lines) if sum("|" in line for line in lines) >= 5 else lines
    return Document(
        "text",
        tuple(Paragraph(row) for row in _cell_lines_to_rows(rows) if row.strip(" \xa0\u3000\n")),
    )


MOST_LINES = 200_000
RULE = re.compile(r"\|?(?: *:?-{3,}:? *\|)* *:?-{3,}:? *\|?")


# ---- a cell a line: TAB begins a cell, an empty line ends the row,
# a line without TAB goes on with the cell above


def _cell_lines_to_rows(lines: list[str]) -> Iterator[str]:
    row: list[str] = []
    for i, line in enumerate(lines):
        if line.startswith("\t") and "\t" not in line[1:]:
            row.append(line[1:].strip(" "))
        elif row and line.strip(" ") and _continues_cell(row, lines, i):
            row[-1] += line.strip()
        elif row and not line.strip(" ") and _cell_goes_on_below(row, lines, i):
            continue
        else:
            if row:
                yield _as_row(row)
                row = []
            yield line if "\t" in line else line.strip()
    if row:
        yield _as_row(row)


def _as_row(cells: list[str]) -> str:
    return "\t".join(cells)


def _continues_cell(row: list[str], lines: list[str], i: int) -> bool:
    """A line without a tab inside a row: part of the cell above, unless the
    text of the report goes on there.
    """
    line = lines[i].strip()
    return (
        len(line) <= LONGEST_PART
        and not line.endswith(("。", "；"))
        and not _looks_like_heading(line)
    )


def _cell_goes_on_below(row: list[str], lines: list[str], i: int) -> bool:
    """An empty line ends a row, but it may also stand inside a broken label
    (结果, empty line, 纠正).
    """
    below = lines[i + 1] if i + 1 < len(lines) else ""
    return (
        bool(below.strip())
        and not below.startswith("\t")
        and bool(squash(row[-1]))
        and bool(exact(row[-1] + below.strip()))
    )


def _looks_like_heading(line: str) -> bool:
    return HEADING.match(line) is not None and not exact(line)


LONGEST_PART = 60
HEADING = re.compile(r"[一二三四五六七八九十]+\s*[、.．]")


# ---- pipes: rows on one line, a cell a line, or the pipes on lines of their own


def _pipes_to_tabs(lines: list[str]) -> list[str]:
    out: list[str] = []
    run: list[str] = []
    for line in [*lines, ""]:
        bare = line.strip(" \t\xa0\u3000")
        if "|" in bare or "｜" in bare or (run and _may_stand_between_pipes(bare, run)):
            run.append(bare.replace("｜", "|"))
            continue
        if run:
            out.extend(_rows_of(run))
            run = []
        out.append(line)
    return out[:-1]


def _may_stand_between_pipes(bare: str, run: list[str]) -> bool:
    """In the layouts that break rows over lines,
    the cells stand on lines without a pipe.
    """
    if not bare:
        return False
    broken = any(line == "|" for line in run)
    return (
        broken
        and len(bare) <= LONGEST_PART
        and not bare.endswith(("。", "；", "："))
        and not _looks_like_heading(bare)
    )


def _rows_of(run: list[str]) -> list[str]:
    while run and "|" not in run[-1]:
        run.pop()
    if any(line == "|" for line in run):
        # Pipes on lines of their own: whether one ends a row or parts two
        # cells, and whether blank cells left
        # a trace, can't be told. What is sure is the order of the cells.
        return [
            cell.replace("\n", "").strip() for cell in "\n".join(run).split("|") if cell.strip()
        ]
    run = [line for line in run if not RULE.fullmatch(line)]
    opened = sum(line.startswith("|") for line in run) * 2 > len(run)
    closed = sum(line.endswith("|") for line in run) * 2 > len(run)
    return [_cells(line, opened, closed) for line in run]


def _cells(line: str, opened: bool, closed: bool) -> str:
    cells = [cell.strip() for cell in line.split("|")]
    if opened and line.startswith("|"):
        cells = cells[1:]
    if closed and line.endswith("|"):
        cells = cells[:-1]
    return "\t".join(cells)
