"""The sheets of an xls file: the values that calamine finds, shown as their records say."""

from __future__ import annotations

import datetime
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from nianbao.parser.errors import ReadError
from nianbao.parser.readers.ink import BLACK, WHITE, Colour
from nianbao.parser.readers.number_format import BUILT_IN, GENERAL
from nianbao.parser.readers.sheet import MOST_CELLS, Area, Sheet, Shown, sheet_of, value_text
from nianbao.parser.readers.sheet_looks import PLAIN, CellStyle, Font, number_seen, text_seen

MOST_SHEETS = 200
Place = tuple[int, int]


def read_sheets(data: bytes, stream: bytes) -> tuple[list[Sheet], list[str]]:
    """`data` is a compound file with nothing but the stream of the workbook in it."""
    import python_calamine as calamine

    book = _survey(stream)
    sheets, notes = [], []
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as opened:
            for i, about in enumerate(opened.sheets_metadata[:MOST_SHEETS]):
                if about.visible != calamine.SheetVisibleEnum.Visible:
                    notes.append(f"hidden sheet {about.name} left out")
                elif about.typ == calamine.SheetTypeEnum.WorkSheet:
                    sheet = opened.get_sheet_by_index(i)
                    known = book.sheets[i] if i < len(book.sheets) else _Records()
                    areas = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
                    values = sheet.to_python()
                    sheets.append(_sheet(values, sheet.start or (0, 0), areas, book, known))
                    sheets[-1].name = about.name
    except calamine.PasswordError:
        raise ReadError("encrypted") from None
    except (ReadError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a panic of the Rust library is no Exception
        name = type(error).__name__
        if isinstance(error, Exception) or name == "PanicException":
            raise ReadError("broken", kind="xls", detail=str(error)[:80] or name) from None
        raise
    return sheets, notes


def _sheet(
    values: list[list[Any]], start: Place, merged: list[Area], book: _Book, records: _Records
) -> Sheet:
    cells = {}
    for r, row in enumerate(values, start[0]):
        for c, value in enumerate(row, start[1]):
            shown = _shown(value, (r, c), book, records)
            if shown.text or shown.doubt:
                cells[r, c] = shown
    for at, why in records.doubts.items():
        if not (at in cells and cells[at].text):
            cells[at] = Shown("", why)
    hidden_cols = set[int]()
    for first, last in records.hidden_cols:
        hidden_cols.update(range(first, last + 1))
    return sheet_of(cells, merged, records.hidden_rows, hidden_cols)


def _shown(value: Any, at: Place, book: _Book, records: _Records) -> Shown:
    style = book.style(records.formats.get(at, -1))
    if isinstance(value, (bool, datetime.date, datetime.time)):
        return Shown(value_text(value), "", True)
    if isinstance(value, (int, float)):
        if not value and not records.zeros:
            return Shown("")
        return Shown(*number_seen(Decimal(repr(value)), style))
    text = value_text(value)
    if not text:
        return Shown("")
    return Shown(*text_seen(_runs_of(text, at, style, book, records), style), prose=True)


def _runs_of(
    text: str, at: Place, style: CellStyle, book: _Book, records: _Records
) -> list[tuple[str, Font]]:
    fonts = book.runs.get(records.texts.get(at, -1))
    if not fonts:
        return [(text, style.font)]
    bounds = [0, *(begin for begin, _ in fonts), len(text)]
    named = [style.font, *(book.font(number) for _, number in fonts)]
    return [(text[a:b], font) for a, b, font in zip(bounds, bounds[1:], named, strict=False)]


# ---- the records


class _Format(NamedTuple):
    font: int
    code: int
    ground: Colour | None
    repeated: bool


@dataclass(slots=True)
class _Records:
    """What the records of a sheet say of its cells."""

    doubts: dict[Place, str] = field(default_factory=dict)
    formats: dict[Place, int] = field(default_factory=dict)
    texts: dict[Place, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: list[Place] = field(default_factory=list)
    zeros: bool = True
    extent: list[int] = field(default_factory=lambda: [1 << 32, 1 << 32, 0, 0])

    def take(self, row: int, col: int) -> None:
        top, left, bottom, right = self.extent
        self.extent = [min(top, row), min(left, col), max(bottom, row), max(right, col)]
        top, left, bottom, right = self.extent
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise ReadError("too_complex", detail=f"a sheet of more than {MOST_CELLS} cells")


@dataclass(slots=True)
class _Book:
    fonts: list[Font] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    formats: list[_Format] = field(default_factory=list)
    runs: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    sheets: list[_Records] = field(default_factory=list)

    def font(self, number: int) -> Font:
        number -= number > MISSING_FONT  # nobody has the fourth
        return self.fonts[number] if 0 <= number < len(self.fonts) else Font()

    def style(self, number: int) -> CellStyle:
        if not 0 <= number < len(self.formats):
            return PLAIN
        known = self.formats[number]
        code = self.codes.get(known.code, BUILT_IN.get(known.code, GENERAL))
        return CellStyle(self.font(known.font), known.ground, code, known.repeated)


MISSING_FONT = 4


def _survey(stream: bytes) -> _Book:
    """What the records tell that calamine does not, sheet by sheet in the order of the workbook."""
    book = _Book()
    order: list[int] = []
    found: dict[int, _Records] = {}
    records = _Records()
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        record = stream[at + 4 : at + 4 + length]
        if kind == FILEPASS:
            raise ReadError("encrypted")
        if kind in BOF:
            records = found.setdefault(at, _Records())
        elif kind == BOUNDSHEET and length >= 4:
            order.append(struct.unpack_from("<I", record)[0])
        elif kind == SHARED_STRINGS and length >= 8:
            if max(struct.unpack_from("<II", record)) > len(stream):
                raise ReadError("broken", kind="xls", detail="more texts than there is room for")
            book.runs = dict(_runs_in(_continued(stream, at)))
        elif len(record) == length:
            _take_looks(kind, record, book)
            _take_cell(kind, record, records)
        at += 4 + length
    book.sheets = [found.get(begin, _Records()) for begin in order]
    return book


def _take_looks(kind: int, record: bytes, book: _Book) -> None:
    if kind == FONT and len(record) >= 14:
        height, flags, colour, _, raised = struct.unpack_from("<HHHHH", record)
        font = Font(height / 20, PALETTE.get(colour, BLACK), bool(flags & 0x08), raised in (1, 2))
        book.fonts.append(font)
    elif kind == FORMAT and len(record) >= 5:
        number, length, wide = struct.unpack_from("<HHB", record)
        code = record[5 : 5 + length * (1 + (wide & 1))]
        book.codes[number] = code.decode("utf-16-le" if wide & 1 else "latin-1", "replace")
    elif kind == XF and len(record) >= 20:
        font, code = struct.unpack_from("<HH", record)
        pattern, ground = record[17] >> 2, struct.unpack_from("<H", record, 18)[0] & 0x7F
        colour = WHITE if not pattern else PALETTE.get(ground)
        book.formats.append(_Format(font, code, colour, record[6] & 7 == FILLED))


PALETTE = {**dict.fromkeys((0, 8), BLACK), **dict.fromkeys((1, 9, 65), WHITE)}
FILLED = 4  # a text that is repeated over the width of its cell


def _take_cell(kind: int, record: bytes, records: _Records) -> None:
    length = len(record)
    if kind == ROW and length >= 16:
        row, height, flags = record[0:2], struct.unpack_from("<H", record, 6)[0], record[12]
        if flags & 0x20 or height & 0x7FFF < LEAST_HEIGHT:
            records.hidden_rows.add(int.from_bytes(row, "little"))
    elif kind == COLUMNS and length >= 10:
        first, last, width, _, flags = struct.unpack_from("<HHHHH", record)
        if flags & 1 or width < LEAST_WIDTH:
            records.hidden_cols.append((first, min(last, MOST_COLUMNS)))
    elif kind == WINDOW and length >= 2:
        records.zeros = bool(record[0] & 0x10)
    if kind not in CELLS or length < 6:
        return
    row, col, code = struct.unpack_from("<HHH", record)
    many = struct.unpack_from("<H", record, length - 2)[0] if kind in MULTIPLE else col
    last_col = max(col, min(many, col + length // 2))
    records.take(row, col)
    if kind == NUMBERS:
        for n in range(min(last_col - col + 1, (length - 6) // 6)):
            records.take(row, col + n)
            records.formats[row, col + n] = struct.unpack_from("<H", record, 4 + 6 * n)[0]
        return
    if kind in MULTIPLE:
        return
    records.formats[row, col] = code
    if kind == SHARED_TEXT and length >= 10:
        records.texts[row, col] = struct.unpack_from("<I", record, 6)[0]
    if (kind == ERROR_OR_TRUTH and length >= 8 and record[7]) or (
        kind == FORMULA
        and length >= 14
        and record[12:14] == b"\xff\xff"
        and record[6] == ERROR_RESULT
    ):
        records.doubts[row, col] = "the workbook shows an error"


LEAST_HEIGHT = 40  # twentieths of a point
LEAST_WIDTH = 77  # 256ths of a digit
MOST_COLUMNS = 256


# ---- the fonts within shared texts


def _continued(stream: bytes, at: int) -> list[bytes]:
    """A record and those that go on with it."""
    parts: list[bytes] = []
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if parts and kind != CONTINUE:
            break
        parts.append(stream[at + 4 : at + 4 + length])
        at += 4 + length
    return parts


@dataclass(slots=True)
class _Strings:
    """Walks over the bytes of the shared texts, which go over from one record into the next."""

    parts: list[bytes]
    part: int = 0
    at: int = 8

    def take(self, size: int) -> bytes:
        taken = b""
        while size > 0 and self.part < len(self.parts):
            piece = self.parts[self.part][self.at : self.at + size]
            taken, size = taken + piece, size - len(piece)
            self.at += len(piece)
            if size:
                self.part, self.at = self.part + 1, 0
        return taken

    def skip_letters(self, count: int, wide: int) -> None:
        """In each record the letters begin anew with how wide they are."""
        while count > 0 and self.part < len(self.parts):
            room = (len(self.parts[self.part]) - self.at) >> wide
            taken = min(count, room)
            self.at += taken << wide
            count -= taken
            if count:
                self.part, self.at = self.part + 1, 1
                wide = self.parts[self.part][0] & 1 if self.ends_well else wide

    @property
    def ends_well(self) -> bool:
        return self.part < len(self.parts) and bool(self.parts[self.part])


def _runs_in(parts: list[bytes]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    count = struct.unpack_from("<I", parts[0], 4)[0]
    strings = _Strings(parts)
    for number in range(count):
        head = strings.take(3)
        if len(head) < 3:
            return
        length, flags = struct.unpack("<HB", head)
        runs = int.from_bytes(strings.take(2), "little") if flags & 8 else 0
        extra = int.from_bytes(strings.take(4), "little") if flags & 4 else 0
        strings.skip_letters(length, flags & 1)
        fonts = strings.take(4 * runs)
        strings.take(extra)
        if runs:
            yield number, [struct.unpack_from("<HH", fonts, n) for n in range(0, len(fonts) - 3, 4)]


FILEPASS, BOUNDSHEET, SHARED_STRINGS, CONTINUE = 0x2F, 0x85, 0xFC, 0x3C
FONT, FORMAT, XF = 0x31, 0x41E, 0xE0
ROW, COLUMNS, WINDOW = 0x208, 0x7D, 0x23E
FORMULA, ERROR_OR_TRUTH, SHARED_TEXT, NUMBERS = 0x06, 0x205, 0xFD, 0xBD
OTHERS = (0x201, 0x203, 0x204, 0x27E, 0xD6, 0x206, 0x406)  # numbers, texts, blanks
ERROR_RESULT = 2
MULTIPLE = frozenset((NUMBERS, 0xBE))
BOF = frozenset((0x0009, 0x0209, 0x0409, 0x0809))
CELLS = frozenset((FORMULA, ERROR_OR_TRUTH, SHARED_TEXT, *MULTIPLE, *OTHERS))
