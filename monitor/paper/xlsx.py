"""Tables as a workbook (.xlsx), written row by row: nothing of it is kept, however many there are.

openpyxl writes the same in four times the time, and takes as long as a whole question to be
imported; it stays where workbooks are read, and where one is more than tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from nianbao.monitor.paper.cells import writable

A4 = 9
LONGEST = 32_767  # characters that a cell may hold
DAY_ONE = date(1899, 12, 30)  # days are counted from it
DAYS, GENERAL = 164, 0  # numbers of formats; those below 164 are built in
TOGETHER = 200  # rows that are handed on at once
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Style(NamedTuple):
    """How a cell looks."""

    font: str = ""
    size: int = 11
    bold: bool = False
    colour: str = ""  # of its letters, RRGGBB
    fill: str = ""
    line: str = ""  # the colour of the thin lines around it
    across: str = ""  # left, center, right
    down: str = ""
    wraps: bool = False


PLAIN = Style()


class Row(NamedTuple):
    values: Sequence[Any]  # texts, numbers, days; None where a cell is empty
    styles: Sequence[Style] = ()  # of each, if they have any
    height: float = 0  # 0: what the program takes


class Shade(NamedTuple):
    """Rows are shaded while a formula holds, which is written for the first below the titles."""

    formula: str
    colour: str


class Sheet(NamedTuple):
    name: str
    rows: Iterable[Row]
    titles: int  # the row of the titles: there the filters are
    frozen: str  # the first cell that moves
    widths: Sequence[float]  # of each column; 0: what the program takes
    whole: Sequence[int] = ()  # rows that are one cell
    shades: Sequence[Shade] = ()
    footer: str = ""  # with one it is made for A4 across, the titles on each page


@cache
def letter_of(column: int) -> str:
    """What a column is called, of its number from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def write(output: Path | IO[bytes], sheets: Sequence[Sheet], made: datetime) -> None:
    """All sheets; `made` is told as when the workbook was."""
    looks = _Looks()
    with ZipFile(output, "w", ZIP_DEFLATED) as parts:
        ends = [
            _put_sheet(parts, f"xl/worksheets/sheet{n}.xml", sheet, looks)
            for n, sheet in enumerate(sheets, 1)
        ]
        rest = {
            "xl/styles.xml": looks.xml(),
            "xl/workbook.xml": _workbook(sheets, ends),
            "xl/_rels/workbook.xml.rels": _links(
                [
                    *((f"{OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in _counted(ends)),
                    (f"{OFFICE}/styles", "styles.xml"),
                ]
            ),
            "docProps/core.xml": _core(made),
            "_rels/.rels": _links(
                [
                    (f"{OFFICE}/officeDocument", "xl/workbook.xml"),
                    (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
                ]
            ),
            "[Content_Types].xml": _types(len(ends)),
        }
        for name, xml in rest.items():
            parts.writestr(name, HEAD + xml)


def _counted(each: Sequence[object]) -> range:
    return range(1, len(each) + 1)


# ---- a sheet


def _put_sheet(parts: ZipFile, name: str, sheet: Sheet, looks: _Looks) -> int:
    """Returns the number of its last row."""
    cells, last = _Cells(looks), 0
    with closing(parts.open(name, "w")) as out:
        out.write((HEAD + _before(sheet)).encode())
        rows = enumerate(sheet.rows, 1)
        while some := list(islice(rows, TOGETHER)):
            out.write("".join([cells.row(at, row) for at, row in some]).encode())
            last = some[-1][0]
        out.write(_behind(sheet, last, looks).encode())
    return last


def _before(sheet: Sheet) -> str:
    letters, row = _parted(sheet.frozen)
    left, above = _number_of(letters) - 1, row - 1
    pane = "bottomRight" if left else "bottomLeft"
    split = f'xSplit="{left}" ' if left else ""
    fits = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' if sheet.footer else ""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width:g}" customWidth="1"/>'
        for n, width in enumerate(sheet.widths, 1)
        if width
    )
    return (
        f'<worksheet xmlns="{MAIN}">{fits}<sheetViews><sheetView workbookViewId="0">'
        f'<pane {split}ySplit="{above}" topLeftCell="{sheet.frozen}" activePane="{pane}" '
        f'state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"{f'<cols>{columns}</cols>' if columns else ''}<sheetData>"
    )


def _behind(sheet: Sheet, last: int, looks: _Looks) -> str:
    """In the order that programs want."""
    end = letter_of(len(sheet.widths))
    whole = "".join(f'<mergeCell ref="A{at}:{end}{at}"/>' for at in sheet.whole)
    shades = "".join(
        f'<cfRule type="expression" priority="{n}" dxfId="{looks.shade(shade.colour)}">'
        f"<formula>{escape(shade.formula)}</formula></cfRule>"
        for n, shade in enumerate(sheet.shades, 1)
    )
    where = f"A{sheet.titles + 1}:{end}{_below(sheet, last)}"
    page = (
        '<pageMargins left="0.4" right="0.4" top="0.4" bottom="0.4" header="0.5" footer="0.5"/>'
        f'<pageSetup paperSize="{A4}" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>&amp;C{escape(sheet.footer)}</oddFooter></headerFooter>"
    )
    return (
        f'</sheetData><autoFilter ref="{_filtered(sheet, last)}"/>'
        f"{f'<mergeCells>{whole}</mergeCells>' if whole else ''}"
        f"{_shaded(where, shades) if shades else ''}"
        f"{page if sheet.footer else ''}</worksheet>"
    )


def _shaded(where: str, shades: str) -> str:
    return f'<conditionalFormatting sqref="{where}">{shades}</conditionalFormatting>'


def _filtered(sheet: Sheet, last: int) -> str:
    return f"A{sheet.titles}:{letter_of(len(sheet.widths))}{_below(sheet, last)}"


def _below(sheet: Sheet, last: int) -> int:
    """The last row; without any an empty one below the titles."""
    return max(last, sheet.titles + 1)


def _parted(cell: str) -> tuple[str, int]:
    letters = cell.rstrip("0123456789")
    return letters, int(cell[len(letters) :])


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


class _Place:
    """A column of a sheet, as cells of one style know it; its numbers are given when the first of
    them is written.
    """

    def __init__(self, looks: _Looks, column: int, style: Style) -> None:
        self.looks, self.letter, self.style = looks, letter_of(column), style

    @cached_property
    def general(self) -> int:
        return self.looks.number(self.style, GENERAL)

    @cached_property
    def days(self) -> int:
        return self.looks.number(self.style, DAYS)

    def cell(self, at: int, value: Any) -> str:
        if isinstance(value, str) and value:
            return (
                f'<c r="{self.letter}{at}" s="{self.general}" t="inlineStr">'
                f'<is><t xml:space="preserve">{_text(value)}</t></is></c>'
            )
        if value is None or value == "":
            return f'<c r="{self.letter}{at}" s="{self.general}"/>'
        if isinstance(value, date) and not isinstance(value, datetime):
            number = (value - DAY_ONE).days
            return f'<c r="{self.letter}{at}" s="{self.days}"><v>{number}</v></c>'
        if isinstance(value, bool):
            number, kind = int(value), ' t="b"'
            return f'<c r="{self.letter}{at}" s="{self.general}"{kind}><v>{number}</v></c>'
        if isinstance(value, (int, float)):
            return f'<c r="{self.letter}{at}" s="{self.general}"><v>{value!r}</v></c>'
        raise TypeError(f"no cell holds {type(value).__name__}")


@cache
def _plain(many: int) -> Sequence[Style]:
    return (PLAIN,) * many


class _Cells:
    """Rows as they are written."""

    def __init__(self, looks: _Looks) -> None:
        self.looks = looks
        self.styles: Sequence[Style] = ()
        self.places: Sequence[_Place] = ()  # for rows of these styles

    def row(self, at: int, row: Row) -> str:
        styles = row.styles or _plain(len(row.values))
        if styles is not self.styles:  # most rows of a sheet have the same
            self.styles = styles
            self.places = [_Place(self.looks, n, style) for n, style in enumerate(styles, 1)]
        cells = [
            place.cell(at, value) for value, place in zip(row.values, self.places, strict=False)
        ]
        height = f' ht="{row.height:g}" customHeight="1"' if row.height else ""
        return f'<row r="{at}"{height}>{"".join(cells)}</row>'


AS_IT_IS = re.compile(r"[^&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]*")


def _text(value: str) -> str:
    """Never a formula; what XML can't hold is written as JSON would."""
    if AS_IT_IS.fullmatch(value):
        return value[:LONGEST]
    return escape(writable(value)[:LONGEST], {"\r": "&#13;"})


# ---- what all sheets share


class _Looks:
    """Styles by the numbers that cells know them by, in the order in which they came."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[Style, int], int] = {(PLAIN, GENERAL): 0}
        self.shades: dict[str, int] = {}

    def number(self, style: Style, of: int) -> int:
        return self.numbers.setdefault((style, of), len(self.numbers))

    def shade(self, colour: str) -> int:
        return self.shades.setdefault(colour, len(self.shades))

    def xml(self) -> str:
        fonts, fills, lines = _Told(), _Told(), _Told()
        fills.number("<fill><patternFill/></fill>")  # the first two are the program's own
        fills.number('<fill><patternFill patternType="gray125"/></fill>')
        cells = "".join(
            f'<xf numFmtId="{of}" fontId="{fonts.number(_font(style))}" '
            f'fillId="{fills.number(_fill(style))}" borderId="{lines.number(_line(style))}" '
            f'xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" '
            f'applyAlignment="1">{_alignment(style)}</xf>'
            for style, of in self.numbers
        )
        shades = "".join(
            '<dxf><fill><patternFill patternType="solid">'
            f'<bgColor rgb="FF{colour}"/></patternFill></fill></dxf>'
            for colour in self.shades
        )
        return (
            f'<styleSheet xmlns="{MAIN}"><numFmts count="1">'
            f'<numFmt numFmtId="{DAYS}" formatCode="yyyy-mm-dd"/></numFmts>'
            f"{fonts.xml('fonts')}{fills.xml('fills')}{lines.xml('borders')}"
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
            f'</cellStyleXfs><cellXfs count="{len(self.numbers)}">{cells}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            f'<dxfs count="{len(self.shades)}">{shades}</dxfs></styleSheet>'
        )


class _Told:
    """Each once, by its number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, xml: str) -> int:
        return self.numbers.setdefault(xml, len(self.numbers))

    def xml(self, name: str) -> str:
        return f'<{name} count="{len(self.numbers)}">{"".join(self.numbers)}</{name}>'


def _font(style: Style) -> str:
    bold = "<b/>" if style.bold else ""
    colour = f'<color rgb="FF{style.colour}"/>' if style.colour else ""
    name = f'<name val="{style.font or "Calibri"}"/>'
    return f'<font>{bold}<sz val="{style.size}"/>{colour}{name}</font>'


def _fill(style: Style) -> str:
    if not style.fill:
        return "<fill><patternFill/></fill>"
    colour = f'<fgColor rgb="FF{style.fill}"/>'
    return f'<fill><patternFill patternType="solid">{colour}</patternFill></fill>'


def _line(style: Style) -> str:
    sides = ("left", "right", "top", "bottom")
    if not style.line:
        return f"<border>{''.join(f'<{side}/>' for side in sides)}<diagonal/></border>"
    colour = f'<color rgb="FF{style.line}"/>'
    lined = "".join(f'<{side} style="thin">{colour}</{side}>' for side in sides)
    return f"<border>{lined}<diagonal/></border>"


def _alignment(style: Style) -> str:
    told = {"horizontal": style.across, "vertical": style.down, "wrapText": "1" * style.wraps}
    return (
        f"<alignment {' '.join(f'{name}={quoteattr(as_)}' for name, as_ in told.items() if as_)}/>"
    )


def _workbook(sheets: Sequence[Sheet], ends: Sequence[int]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, 1)
    )
    names = "".join(
        name
        for n, (sheet, last) in enumerate(zip(sheets, ends, strict=True))
        for name in _names(n, sheet, last)
    )
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr/><bookViews><workbookView/>'
        f"</bookViews><sheets>{listed}</sheets><definedNames>{names}</definedNames></workbook>"
    )


def _names(n: int, sheet: Sheet, last: int) -> Iterator[str]:
    """What is filtered, and what stands on each page."""
    of = escape(f"'{sheet.name}'!")
    first, end = (
        "${}${}".format(*_parted(cell)) for cell in _filtered(sheet, last).partition(":")[::2]
    )
    yield (
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{n}" hidden="1">'
        f"{of}{first}:{end}</definedName>"
    )
    if sheet.footer:
        rows = f"{of}$1:${sheet.titles}"
        yield f'<definedName name="_xlnm.Print_Titles" localSheetId="{n}">{rows}</definedName>'


def _links(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{of}" Target="{target}"/>'
        for n, (of, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def _types(sheets: int) -> str:
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    parts = {
        "/xl/workbook.xml": f"{TYPE}.sheet.main+xml",
        **{f"/xl/worksheets/sheet{n + 1}.xml": f"{TYPE}.worksheet+xml" for n in range(sheets)},
        "/xl/styles.xml": f"{TYPE}.styles+xml",
        "/docProps/core.xml": core,
    }
    links = "application/vnd.openxmlformats-package.relationships+xml"
    listed = "".join(
        f'<Override PartName="{name}" ContentType="{of}"/>' for name, of in parts.items()
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{links}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _core(made: datetime) -> str:
    moment = f"{made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    kind = 'xsi:type="dcterms:W3CDTF"'
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>nianbao</dc:creator>'
        f"<dcterms:created {kind}>{moment}</dcterms:created>"
        f"<dcterms:modified {kind}>{moment}</dcterms:modified></cp:coreProperties>"
    )
