"""Plain text -> Document.

Tables with places (Markdown, drawn lines, CSV, mark-up) are grids. Else each paragraph is a line of
prose or a table row with its cells parted by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from nianbao.parser.document import Block, Document, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.labels import exact, squash
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.answers import article_in
from nianbao.parser.readers.charset import decode
from nianbao.parser.readers.plain import aligned, drawn, separated
from nianbao.parser.readers.plain.marks import shown
from nianbao.parser.readers.plain.tags import tagged


def read_text(data: bytes) -> Document:
    text, _ = decode(data)
    if not text.strip():
        raise ReadError("empty")
    if (article := article_in(text)) is not None:
        return _read_page(article)
    text = _with_tabs(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = _without_page_numbers(text)
    if len(lines) > MOST_LINES:
        raise ReadError("too_complex", detail=f"{len(lines)} lines")
    if len(CELL.findall(text)) >= FEW_CELLS:
        return _read_fragments(lines)
    blocks = separated.blocks(lines)
    return Document("text", tuple(_blocks(lines) if blocks is None else blocks))


def _with_tabs(text: str) -> str:
    """Word's marks of cells are tabs where each row has its line; on one line they end rows as well
    as cells, and which is which can't be told.
    """
    if CELL_MARK not in text or "\t" in text:
        return text
    rows = [line.count(CELL_MARK) for line in text.split("\n")]
    return text.replace(CELL_MARK, "\t") if max(rows) <= MOST_MARKS else text


CELL_MARK = "\x07"
MOST_MARKS = 20


def _without_page_numbers(text: str) -> list[str]:
    """The lines of a text; those that number its pages are no cells."""
    pages = [page.split("\n") for page in text.split("\f")]
    for at in (0, -1) if len(pages) > 1 else ():
        found = [_number_at(page, at) for page in pages]
        told = [(n, number) for n, (_, number) in enumerate(found) if number is not None]
        if len(told) > 1 and len({number - n for n, number in told}) == 1:
            for page, (i, number) in zip(pages, found, strict=True):
                if number is not None:
                    page[i] = ""
    lines = [line for page in pages for line in page if not PAGE_NUMBER.fullmatch(line)]
    for i in _regular_numbers(lines):
        lines[i] = (
            f"（第{lines[i].strip()}页）"  # what stands in front of it and behind it is parted
        )
    return lines


def _regular_numbers(lines: list[str]) -> list[int]:
    """Where the lines 1, 2, 3, … stand that are as far apart as pages are."""
    places: dict[int, list[int]] = {}
    for i, line in enumerate(lines):
        if BARE_NUMBER.fullmatch(line) and not any(map(str.strip, lines[i - 1 : i + 2 : 2])):
            places.setdefault(int(line), []).append(i)
    for first in places.get(1, ())[:MANY]:
        for second in places.get(2, ())[:MANY]:
            run = [first, second]
            apart = second - first
            while apart >= SHORT_PAGE and (below := _near(places, run, apart)) is not None:
                run.append(below)
            if (
                len(run) >= MANY_PAGES
                and first < 1.5 * apart
                and len(lines) - run[-1] < 1.5 * apart
            ):
                return run
    return []


def _near(places: dict[int, list[int]], run: list[int], apart: int) -> int | None:
    wanted = run[-1] + apart
    found = places.get(len(run) + 1, ())
    return next((i for i in found if abs(i - wanted) <= apart // 10), None)


SHORT_PAGE = 15  # lines
MANY_PAGES = 5
MANY = 50  # cells that hold a small number


def _number_at(page: list[str], at: int) -> tuple[int, int | None]:
    """Where the first or last line that is not empty stands, and the number that it is."""
    filled = [i for i, line in enumerate(page) if line.strip()]
    if not filled or not BARE_NUMBER.fullmatch(page[filled[at]]):
        return 0, None
    return filled[at], int(page[filled[at]])


BARE_NUMBER = pattern_of(r"\s*[0-9]{1,3}\s*")
PAGE_NUMBER = pattern_of(
    r"\s*(?:[-—–―－·]+\s*[0-9]{1,3}\s*[-—–―－·]+|第\s*[0-9]{1,3}\s*页.{0,12}|[0-9]{1,3}\s*/\s*[0-9]{1,3}\s*页)\s*"
)
MOST_LINES = 200_000
RULE = pattern_of(
    r"\|?(?: *(?::-+:?|-+:|-{3,}) *\|)* *(?::-+:?|-+:|-{3,}) *\|?"
    r"|\|-"  # the end of a row, in the mark-up of wikis
)
CELL = pattern_of(r"<t[dh][\s>]", re.I)
FEW_CELLS = 5


def _read_fragments(lines: list[str]) -> Document:
    """Text with the mark-up of tables left in it."""
    return _read_page(tagged("\n".join(lines)))


def _read_page(page: str) -> Document:
    from nianbao.parser.readers.html import document_of

    return replace(document_of(page.encode()), format="text")


def _blocks(lines: list[str]) -> Iterator[Block]:
    for part in drawn.parts(lines):
        if isinstance(part, Grid):
            yield part
            continue
        rows = _pipes_to_tabs(part) if sum("|" in line for line in part) >= 5 else part
        for row in _cell_lines_to_rows(aligned.whole_heads(rows)):
            if row.strip(" \xa0\u3000\n"):
                yield Paragraph(row)


# ---- a cell a line: TAB begins a cell, an empty line ends the row,
# a line without TAB goes on with the cell above


def _cell_lines_to_rows(lines: list[str]) -> Iterator[str]:
    row: list[str] = []
    for i, line in enumerate(lines):
        if line.startswith("\t") and "\t" not in line[1:]:
            row.append(line[1:].strip(" "))
        elif row and line.strip(" ") and _continues_cell(row, lines, i):
            # a number that goes on in the next line may be another one
            apart = row[-1][-1:].isdigit() and line.strip()[:1].isdigit()
            row[-1] += "\n" + line.strip() if apart else line.strip()
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
HEADING = pattern_of(r"[一二三四五六七八九十]+\s*[、.．]")


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
    run = [line for line in run if not RULE.fullmatch(line)]
    while run and "|" not in run[-1]:
        run.pop()
    if rows := _a_cell_a_line(run):
        return rows
    if any(line == "|" for line in run):
        # Pipes on lines of their own: whether one ends a row or parts two
        # cells, and whether blank cells left
        # a trace, can't be told. What is sure is the order of the cells.
        return [
            cell.replace("\n", "").strip() for cell in "\n".join(run).split("|") if cell.strip()
        ]
    opened = sum(line.startswith("|") for line in run) * 2 > len(run)
    closed = sum(line.endswith("|") for line in run) * 2 > len(run)
    return [_cells(line, opened, closed) for line in run]


def _a_cell_a_line(run: list[str]) -> list[str]:
    """The rows of a run in which each line is a cell with its bar, a bar alone a blank one; none
    where the rows of requests do not bear it out.
    """
    if not all(line.endswith("|") and line.count("|") == 1 for line in run):
        return []
    rows: list[list[str]] = []
    for line in run:
        cell = shown(line[:-1].strip())
        if not rows or (squash(cell) and not squash(rows[-1][-1])):
            rows.append([])
        rows[-1].append(cell)
    counts = {_cells_behind(row) for row in rows if _names_a_request(row)}
    if len(counts) != 1 or counts != {COLUMNS}:
        return []
    return ["\t".join(row) for row in rows]


def _names_a_request(row: list[str]) -> bool:
    hits = [hit for cell in row if squash(cell) for hit in exact(cell)]
    return any(hit.table == "requests" and hit.role == "row" for hit in hits) and not any(
        hit.role == "head" for hit in hits
    )


def _cells_behind(row: list[str]) -> int:
    last = max(i for i, cell in enumerate(row) if squash(cell))
    return len(row) - last - 1


COLUMNS = 7


def _cells(line: str, opened: bool, closed: bool) -> str:
    cells = [shown(cell.strip()) for cell in line.split("|")]
    if opened and line.startswith("|"):
        cells = cells[1:]
    if closed and line.endswith("|"):
        cells = cells[:-1]
    return "\t".join(cells)
