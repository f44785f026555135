"""Workbooks (xlsx, xls, et, ods) -> Document: rows that hold one text are
prose, the rest grids with their blanks.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from lxml import etree

from nianbao.parser.document import Block, Cell, Document, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.labels import exact
from nianbao.parser.readers.compound import MAGIC, Compound, compound_of
from nianbao.parser.readers.package import open_package, parse_xml, parts, unpack
from nianbao.parser.readers.sheet import MOST_CELLS, Sheet, value_text


def read_spreadsheet(data: bytes) -> Document:
    form, sheets, notes = _read_xls(data) if data.startswith(MAGIC) else _read_package(data)
    blocks = list(chain.from_iterable(map(_blocks, sheets)))
    if not blocks:
        raise ReadError("no_text", detail="; ".join(notes) or form)
    return Document(form, tuple(blocks), notes=tuple(notes))


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
    if at not in sheet.prose or exact(text):
        return False
    between = 0 < r < len(filled) - 1 and len(filled[r - 1]) > 1 and len(filled[r + 1]) > 1
    return (
        not between
        or at in sheet.spans
        or len(text) > LONG_LABEL
        or HEADING.match(text) is not None
    )


LONG_LABEL = 40
HEADING = re.compile(r"\s*[一二三四五六七八九十]+\s*[、.．]")


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
    surveyed = {name: _survey_part(part) for name, part in contents.items() if b"sheetData" in part}
    doubts = [surveyed.get(name, {}) for name in _sheet_parts(contents)]
    return "xlsx", *_through_calamine(data, "xlsx", doubts)


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
    return "xls", *_through_calamine(compound_of(name, stream), "xls", _survey_records(stream))


Doubts = dict[tuple[int, int], str]


def _through_calamine(
    data: bytes, form: str, doubts: list[Doubts]
) -> tuple[list[Sheet], list[str]]:
    """The sheets that a person sees.

    `doubts` are the cells that calamine shows as blank though they are not.
    """
    import python_calamine as calamine

    sheets, notes = [], []
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for i, about in enumerate(book.sheets_metadata[:MOST_SHEETS]):
                if about.visible != calamine.SheetVisibleEnum.Visible:
                    notes.append(f"hidden sheet {about.name} left out")
                elif about.typ == calamine.SheetTypeEnum.WorkSheet:
                    sheet = book.get_sheet_by_index(i)
                    known = doubts[i] if i < len(doubts) else {}
                    merged = sheet.merged_cell_ranges
                    sheets.append(_sheet_of(sheet.to_python(), sheet.start, merged, known))
    except calamine.PasswordError:
        raise ReadError("encrypted") from None
    except (ReadError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a panic of the Rust library is no Exception
        name = type(error).__name__
        if isinstance(error, Exception) or name == "PanicException":
            raise ReadError("broken", kind=form, detail=str(error)[:80] or name) from None
        raise
    return sheets, notes


def _sheet_of(
    values: list[list[Any]],
    start: tuple[int, int] | None,
    merged: list[tuple[tuple[int, int], tuple[int, int]]] | None,
    doubts: Doubts,
) -> Sheet:
    top, left = start or (0, 0)
    height, width = len(values), max(map(len, values), default=0)
    # The used part of a sheet ends with its last value, though a merged cell
    # at its edge may reach further.
    corners = [
        (a, b) for a, b in merged or () if 0 <= a[0] - top < height and 0 <= a[1] - left < width
    ]
    whole = (
        max([height, *(b[0] - top + 1 for _, b in corners)]),
        max([width, *(b[1] - left + 1 for _, b in corners)]),
    )
    if whole[0] * whole[1] <= MOST_CELLS:
        height, width = whole
    sheet = Sheet([[*map(value_text, row), *[""] * (width - len(row))] for row in values])
    sheet.texts += [[""] * width for _ in range(height - len(values))]
    for r, row in enumerate(values):
        sheet.prose |= {(r, c) for c, value in enumerate(row) if isinstance(value, str)}
    for (r, c), why in doubts.items():
        if 0 <= r - top < height and 0 <= c - left < width and not sheet.texts[r - top][c - left]:
            sheet.doubts[r - top, c - left] = why
    for (r, c), (last_r, last_c) in merged or ():
        sheet.merge(r - top, c - left, last_r - r + 1, last_c - c + 1)
    return sheet


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


def _sheet_parts(contents: dict[str, bytes]) -> list[str]:
    """The parts of the sheets, in the order of the workbook."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "").lower()
        for relation in parse_xml(
            contents.get("xl/_rels/workbook.xml.rels", b"<none/>"), "xlsx"
        ).iterchildren("{*}*")
    }
    book = parse_xml(contents.get("xl/workbook.xml", b"<none/>"), "xlsx")
    ids = [_relation_of(sheet) for sheet in book.iterfind("{*}sheets/{*}sheet")]
    paths = [posixpath.join("/xl", targets.get(name, "")) for name in ids]
    return [posixpath.normpath(path).lstrip("/") for path in paths]


def _relation_of(sheet: etree._Element) -> str:
    for key, value in sheet.attrib.items():
        if str(key).endswith("}id"):
            return str(value)
    return ""


def _survey_part(content: bytes) -> Doubts:
    """The cells of a sheet whose value calamine can't tell, and a refusal if
    the sheet is too large for it.
    """
    extent = _Extent()
    doubts: Doubts = {}
    row = col = -1
    try:
        walker = etree.iterparse(
            io.BytesIO(content),
            ("start", "end"),
            tag=("{*}row", "{*}c"),
            no_network=True,
            resolve_entities=False,
        )
        for event, element in walker:
            if etree.QName(element).localname == "row":
                if event == "start":
                    row, col = int(element.get("r", row + 2)) - 1, -1
                    extent.take(row, 0)
                else:
                    element.clear()
            elif event == "start":
                row, col = _place(element.get("r", ""), row, col + 1)
            elif len(element):
                extent.take(row, col)
                kinds = {
                    etree.QName(child).localname: child
                    for child in element.iterchildren(etree.Element)
                }
                value = kinds.get("v")
                if element.get("t") == "e":
                    doubts[row, col] = (
                        f"the workbook shows an error: {value.text if value is not None else ''}"
                    )
                elif "f" in kinds and (value is None or not value.text):
                    doubts[row, col] = "a formula whose result is not in the file"
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError("broken", kind="xlsx", detail=str(error)[:80]) from None
    return doubts


def _place(reference: str, row: int, col: int) -> tuple[int, int]:
    if not reference:
        return row, col
    match = re.fullmatch("([A-Za-z]{1,3})([0-9]{1,7})", reference)
    if match is None:
        raise ReadError("broken", kind="xlsx", detail=f"cell {reference[:20]}")
    col = 0
    for letter in match[1].upper():
        col = col * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, col - 1


@dataclass(slots=True)
class _Extent:
    """The rectangle between the outermost cells of a sheet."""

    top: int = 1 << 32
    left: int = 1 << 32
    bottom: int = 0
    right: int = 0

    def take(self, row: int, col: int) -> None:
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, col), max(self.right, col)
        if (self.bottom - self.top + 1) * (self.right - self.left + 1) > MOST_CELLS:
            raise ReadError("too_complex", detail=f"a sheet of more than {MOST_CELLS} cells")


def _survey_records(stream: bytes) -> list[Doubts]:
    """The same for the records of an xls file,
    sheet by sheet in the order of the workbook.
    """
    order: list[int] = []
    found: dict[int, Doubts] = {}
    doubts: Doubts = {}
    extent = _Extent()
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        record = stream[at + 4 : at + 4 + length]
        if kind == FILEPASS:
            raise ReadError("encrypted")
        if kind in BOF:
            doubts, extent = found.setdefault(at, {}), _Extent()
        elif kind == BOUNDSHEET and length >= 4:
            order.append(struct.unpack_from("<I", record)[0])
        elif (
            kind == SHARED_STRINGS
            and length >= 8
            and max(struct.unpack_from("<II", record)) > len(stream)
        ):
            raise ReadError("broken", kind="xls", detail="more texts than there is room for")
        elif kind in CELLS and length >= 6:
            row, col = struct.unpack_from("<HH", record)
            last = struct.unpack_from("<H", record, length - 2)[0] if kind == MULTIPLE else col
            extent.take(row, col)
            extent.take(row, max(col, min(last, col + length // 6)))
            if (kind == ERROR_OR_TRUTH and length >= 8 and record[7]) or (
                kind == FORMULA
                and length >= 14
                and record[12:14] == b"\xff\xff"
                and record[6] == ERROR_RESULT
            ):
                doubts[row, col] = "the workbook shows an error"
        at += 4 + length
    return [found.get(begin, {}) for begin in order]


FILEPASS, BOUNDSHEET, SHARED_STRINGS, FORMULA, ERROR_OR_TRUTH, MULTIPLE = (
    0x2F,
    0x85,
    0xFC,
    0x06,
    0x205,
    0xBD,
)
ERROR_RESULT = 2
BOF = frozenset((0x0009, 0x0209, 0x0409, 0x0809))
CELLS = frozenset(
    (FORMULA, ERROR_OR_TRUTH, MULTIPLE, 0x201, 0x203, 0x204, 0x27E, 0xFD, 0xD6, 0xBE, 0x206, 0x406)
)
