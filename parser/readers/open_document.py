"""The sheets of an OpenDocument workbook (ods): calamine would not tell which
of its cells are merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from lxml import etree

from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.ink import BLACK, WHITE, Colour, hex_colour
from nianbao.parser.readers.package import parse_xml
from nianbao.parser.readers.sheet import MOST_CELLS, Area, Sheet, Shown, sheet_of, value_text
from nianbao.parser.readers.sheet_looks import CellStyle, Font, texts_seen

Place = tuple[int, int]


def read_sheets(contents: Mapping[str, bytes]) -> tuple[list[Sheet], list[str]]:
    if b"encryption-data" in contents.get("meta-inf/manifest.xml", b""):
        raise ReadError("encrypted")
    root = parse_xml(contents.get("content.xml", b""), "ods")
    named = parse_xml(contents.get("styles.xml", b"<none/>"), "ods")
    styles = {
        style.get(f"{STYLE}name", ""): style
        for style in (*named.iter(f"{STYLE}style"), *root.iter(f"{STYLE}style"))
    }
    looks = _Looks(styles)
    sheets, notes = [], []
    for table in root.iterfind(f"{OFFICE}body/{OFFICE}spreadsheet/{TABLE}table"):
        if looks.hides(table.get(f"{TABLE}style-name", "")):
            notes.append(f"hidden sheet {table.get(f'{TABLE}name', '')} left out")
        else:
            sheets.append(_sheet(table, looks))
            sheets[-1].name = table.get(f"{TABLE}name", "")
    return sheets, notes


OFFICE, STYLE, TABLE, TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "style", "table", "text")
)
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"


class _Looks:
    """What styles say, those that they come from included."""

    def __init__(self, styles: Mapping[str, etree._Element]) -> None:
        self.styles = styles

    def chain(self, name: str) -> list[etree._Element]:
        found: list[etree._Element] = []
        while name in self.styles and len(found) < MOST_ANCESTORS:
            found.append(self.styles[name])
            name = found[-1].get(f"{STYLE}parent-style-name", "")
        return found

    def said(self, name: str, kind: str) -> dict[str, str]:
        told: dict[str, str] = {}
        for style in reversed(self.chain(name)):
            for properties in style.iterfind(f"{STYLE}{kind}-properties"):
                told |= {str(key): str(value) for key, value in properties.attrib.items()}
        return told

    def hides(self, name: str) -> bool:
        return self.said(name, "table").get(f"{TABLE}display") == "false"

    def font(self, *names: str) -> Font | None:
        """None for what is not displayed at all."""
        told: dict[str, str] = {}
        for name in names:
            told |= self.said(name, "text")
        if told.get(f"{TEXT}display") == "none":
            return None
        line = told.get(f"{STYLE}text-line-through-style", "none")
        line_type = told.get(f"{STYLE}text-line-through-type", "none")
        position = told.get(f"{STYLE}text-position", "0%").split()[0]
        size = told.get(f"{FO}font-size", "10pt").removesuffix("pt")
        return Font(
            float(size) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", size) else 10.0,
            hex_colour(told.get(f"{FO}color")) or BLACK,
            line != "none" or line_type != "none",
            position not in ("0%", "0"),
        )

    def ground(self, name: str) -> Colour | None:
        said = self.said(name, "table-cell").get(f"{FO}background-color", "transparent")
        return WHITE if said == "transparent" else hex_colour(said)

    def changes(self, name: str) -> bool:
        """Whether a rule of the workbook may show the cell in another way."""
        return any(style.find(f"{STYLE}map") is not None for style in self.chain(name))


MOST_ANCESTORS = 20


def _sheet(table: etree._Element, looks: _Looks) -> Sheet:
    places: dict[Place, etree._Element] = {}
    hidden_rows: set[int] = set()
    row = 0
    for element in _rows(table):
        cells, col = [], 0
        for cell in element.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            times = _count(cell, "number-columns-repeated")
            if (
                len(cell)
                or cell.get(f"{TABLE}number-columns-spanned")
                or cell.get(f"{TABLE}number-rows-spanned")
            ):
                if times * _count(element, "number-rows-repeated") + len(places) > MOST_CELLS:
                    raise _too_large()
                cells += [(col + i, cell) for i in range(times)]
            col += times
        times = _count(element, "number-rows-repeated")
        if element.get(f"{TABLE}visibility", "visible") != "visible" and times <= MOST_CELLS:
            hidden_rows.update(range(row, row + times))
        if cells:
            if len(cells) * times + len(places) > MOST_CELLS:
                raise _too_large()
            for i in range(times):
                places |= {(row + i, c): cell for c, cell in cells}
        row += times
    columns, hidden_cols = _columns(table)
    shown: dict[Place, Shown] = {}
    merged: list[Area] = []
    for (r, c), cell in places.items():
        if cell.tag == f"{TABLE}table-cell":
            usual = next((style for first, last, style in columns if first <= c <= last), "")
            told = _shown(cell, cell.get(f"{TABLE}style-name", usual), looks)
            shown[r, c] = told
            high, wide = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            if high * wide > 1:
                merged.append((r, c, r + high - 1, c + wide - 1))
    return sheet_of(shown, merged, hidden_rows, hidden_cols)


def _columns(table: etree._Element) -> tuple[list[tuple[int, int, str]], set[int]]:
    """The usual style of the cells of each column, and the columns that are not shown."""
    usual: list[tuple[int, int, str]] = []
    hidden: set[int] = set()
    col = 0
    for column in table.iter(f"{TABLE}table-column"):
        last = min(col + _count(column, "number-columns-repeated"), MOST_COLUMNS) - 1
        usual.append((col, last, column.get(f"{TABLE}default-cell-style-name", "")))
        if column.get(f"{TABLE}visibility", "visible") != "visible":
            hidden.update(range(col, last + 1))
        col = last + 1
    return usual, hidden


MOST_COLUMNS = 1 << 14


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table.iterchildren(etree.Element):
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in GROUPS:
            yield from _rows(child)


GROUPS = frozenset(TABLE + name for name in ("table-rows", "table-header-rows", "table-row-group"))


def _shown(cell: etree._Element, style: str, looks: _Looks) -> Shown:
    """The text of a cell is what is shown of its value; some programs leave it out."""
    kind = cell.get(f"{OFFICE}value-type", "string")
    runs = _runs(cell, style, looks)
    number = _number(cell) if kind in NUMBERS else None
    if number is not None and not runs:
        runs = [(value_text(float(number)), looks.font(style))]
    fonts = [(text, font) for text, font in runs if font is not None]
    text, doubt = texts_seen(fonts, CellStyle(ground=looks.ground(style)))
    if kind == "date" and not text.strip():
        text = cell.get(f"{OFFICE}date-value", "").removesuffix("T00:00:00")
    text = text.strip("\n")
    if number is not None and number != int(number) and WHOLE.fullmatch(text.strip()):
        doubt = doubt or f"it is shown rounded: the workbook holds {number}"
    if looks.changes(style) and text.strip():
        doubt = doubt or "how it is shown depends on a rule of the workbook"
    return Shown(text, doubt, kind == "string")


NUMBERS = ("float", "percentage", "currency")
WHOLE = pattern_of(r"-?[0-9,]+")


def _number(cell: etree._Element) -> Decimal | None:
    try:
        number = Decimal(cell.get(f"{OFFICE}value", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 300 else None


def _runs(cell: etree._Element, style: str, looks: _Looks) -> list[tuple[str, Font | None]]:
    runs: list[tuple[str, Font | None]] = []
    for paragraph in cell.iterchildren(f"{TEXT}p"):
        if runs:
            runs.append(("\n", looks.font(style)))
        _take_runs(paragraph, (style,), looks, runs)
    return runs


def _take_runs(
    element: etree._Element,
    names: tuple[str, ...],
    looks: _Looks,
    runs: list[tuple[str, Font | None]],
) -> None:
    font = looks.font(*names)
    runs.append((element.text or "", font))
    for child in element.iterchildren(etree.Element):
        if child.tag == f"{TEXT}s":
            runs.append((" " * min(_count(child, "c", TEXT), 100), font))
        elif child.tag in MARKS:
            runs.append((MARKS[child.tag], font))
        elif child.tag == f"{TEXT}ruby":
            for base in child.iterchildren(f"{TEXT}ruby-base"):
                _take_runs(base, names, looks, runs)
        elif child.tag != f"{OFFICE}annotation":
            _take_runs(child, (*names, child.get(f"{TEXT}style-name", "")), looks, runs)
        runs.append((child.tail or "", font))


MARKS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}


def _count(element: etree._Element, name: str, space: str = TABLE) -> int:
    value = element.get(space + name, "1")
    if value.isascii() and value.isdigit() and 0 < len(value) <= 7:
        return int(value)
    return 1


def _too_large() -> ReadError:
    return ReadError("too_complex", detail=f"a sheet of more than {MOST_CELLS} cells")
