"""Workbooks (xlsx, xls, et, ods) -> Document: rows that hold one text are
prose, the rest grids with their blanks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from nianbao.parser.document import Block, Cell, Document, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.labels import exact
from nianbao.parser.numbers import stands_for_a_number
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.compound import MAGIC, Compound, compound_of
from nianbao.parser.readers.package import open_package, parts, unpack
from nianbao.parser.readers.sheet import Sheet


def read_spreadsheet(data: bytes) -> Document:
    form, sheets, notes = _read_xls(data) if data.startswith(MAGIC) else _read_package(data)
    filled = [sheet for sheet in sheets if sheet.texts]
    blocks: list[Block] = []
    for sheet in filled:
        if len(filled) > 1 and (heading := _year_on_tab(sheet.name)):
            blocks.append(Paragraph(heading))
        blocks += _blocks(sheet)
    if not blocks:
        raise ReadError("no_text", detail="; ".join(notes) or form)
    if any(sheet.hides for sheet in filled):
        notes.append(HIDDEN_CELLS)
    return Document(form, tuple(blocks), notes=tuple(notes))


HIDDEN_CELLS = "hidden rows or columns left out"


def _year_on_tab(name: str) -> str:
    """The name of a sheet, where it says the year of its tables."""
    return A_YEAR.sub(r"\1年", name) if A_YEAR.search(name) or LAST_YEAR.match(name) else ""


A_YEAR = pattern_of(r"(?<![0-9])(20[0-9]{2})(?![0-9])年?")
LAST_YEAR = pattern_of("去年|上年|上一年")
MOST_SHEETS = 200
MOST_STREAM = 6 * 1024 * 1024
MOST_PACKAGE = 64 * 1024 * 1024


def _blocks(sheet: Sheet) -> Iterator[Block]:
    filled = [_filled(sheet, r) for r in range(len(sheet.texts))]
    # A merged cell holds the rows that it reaches together, unless there is
    # nothing else in them.
    joined = set()
    for (r, _), corner in sheet.covered.items():
        if r > corner[0] and any(filled[reached] for reached in _reach(sheet, corner)):
            joined.add(r)
    rows: list[int] = []
    for r in range(len(sheet.texts)):
        if r not in joined and _is_prose(sheet, filled, joined, r):
            yield from _grid(sheet, filled, rows)
            rows = []
            col = filled[r][0]
            yield from (
                Paragraph(line.strip(" "))
                for line in sheet.texts[r][col].split("\n")
                if line.strip(BLANKS)
            )
        elif not filled[r] and r not in joined:
            yield from _grid(sheet, filled, rows)
            rows = []
        else:
            rows.append(r)
    yield from _grid(sheet, filled, rows)


BLANKS = " \xa0\u3000"


def _reach(sheet: Sheet, corner: tuple[int, int]) -> range:
    """The rows under the first one that a merged cell reaches."""
    return range(corner[0] + 1, corner[0] + sheet.spans[corner][0])


def _filled(sheet: Sheet, r: int) -> list[int]:
    """The columns in which a row shows something, or may."""
    columns = []
    for c, text in enumerate(sheet.texts[r]):
        shown = text.strip() or (r, c) in sheet.doubts
        if shown and (r, c) not in sheet.covered:
            columns.append(c)
    return columns


ONE = (1, 1)


def _is_prose(sheet: Sheet, filled: list[list[int]], joined: set[int], r: int) -> bool:
    """A title, a heading or a paragraph,
    and not a row whose label alone is filled in.
    """
    if len(filled[r]) != 1 or r + 1 in joined:
        return False
    at = (r, filled[r][0])
    text = sheet.texts[r][at[1]]
    if at not in sheet.prose or exact(text) or NUMBER.fullmatch(text.strip()):
        return False
    if r > 0 and len(filled[r - 1]) > 1 and at not in sheet.spans and stands_for_a_number(text):
        return False
    between = 0 < r < len(filled) - 1 and len(filled[r - 1]) > 1 and len(filled[r + 1]) > 1
    return (
        not between
        or at in sheet.spans
        or len(text) > LONG_LABEL
        or HEADING.match(text) is not None
    )


LONG_LABEL = 40
NUMBER = pattern_of(r"[0-9０-９][0-9０-９.,，]*[件条项]?")
HEADING = pattern_of(r"\s*[一二三四五六七八九十]+\s*[、.．]")


def _grid(sheet: Sheet, filled: list[list[int]], rows: list[int]) -> Iterator[Grid]:
    used = list(chain.from_iterable(filled[r] for r in rows))
    if not used:
        return
    reach = []
    for r in rows:
        reach += [c + sheet.spans.get((r, c), ONE)[1] - 1 for c in filled[r]]
    left, right = min(used), max(reach)
    cells = []
    for r in rows:
        for c in range(left, right + 1):
            if (r, c) not in sheet.covered:
                rowspan, colspan = sheet.spans.get((r, c), (1, 1))
                doubt = sheet.doubts.get((r, c), "")
                text = sheet.texts[r][c].strip(" ")
                text = text if text.strip(BLANKS) else ""
                cells.append(Cell(text, r - rows[0], c - left, rowspan, colspan, doubt))
    yield Grid(tuple(cells))


def _read_package(data: bytes) -> tuple[str, list[Sheet], list[str]]:
    contents = _contents(data)
    if contents.get("mimetype", b"").startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        from nianbao.parser.readers.open_document import read_sheets

        return "ods", *read_sheets(contents)
    if "xl/workbook.bin" in contents:
        raise ReadError("unsupported", detail="xlsb")
    from nianbao.parser.readers import workbook_xml

    return "xlsx", *workbook_xml.read_sheets(contents)


def _read_xls(data: bytes) -> tuple[str, list[Sheet], list[str]]:
    compound = Compound(data)
    if "EncryptedPackage" in compound.streams:
        raise ReadError("encrypted")
    name = next((name for name in ("Workbook", "Book") if name in compound.streams), None)
    if name is None:
        raise ReadError("broken", kind="xls", detail="no workbook in it")
    if compound.streams[name].size > MOST_STREAM:
        raise ReadError(
            "too_complex", detail=f"more than {MOST_STREAM // 1024 // 1024} MB of tables"
        )
    stream = compound.content(name, MOST_STREAM)
    from nianbao.parser.readers import workbook_records

    return "xls", *workbook_records.read_sheets(compound_of(name, stream), stream)


def _contents(data: bytes) -> dict[str, bytes]:
    package = open_package(data, "xlsx")
    members = parts(package)
    if len(members) != len(package.infolist()):
        raise ReadError("broken", kind="xlsx", detail="two parts of the same name")
    left = MOST_PACKAGE
    contents = {}
    for name, entry in members.items():
        contents[name] = unpack(package, entry, left)
        left -= len(contents[name])
    return contents
