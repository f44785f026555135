"""The sheets of an xlsx package: each cell as it is shown, by its value, format and looks."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from lxml import etree

from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.ink import BLACK, SYMBOLS, WHITE, Colour, hex_colour, ink
from nianbao.parser.readers.number_format import BUILT_IN, GENERAL
from nianbao.parser.readers.package import parse_xml
from nianbao.parser.readers.sheet import MOST_CELLS, Area, Sheet, Shown, sheet_of
from nianbao.parser.readers.sheet_looks import PLAIN, CellStyle, Font, number_seen, text_seen

Runs = list[tuple[str, Font | None]]  # None: the font of the cell


def read_sheets(contents: Mapping[str, bytes]) -> tuple[list[Sheet], list[str]]:
    book = _part(contents, "xl/workbook.xml")
    targets = {
        relation.get("Id", ""): _path(relation.get("Target", ""))
        for relation in _part(contents, "xl/_rels/workbook.xml.rels").iterchildren("{*}*")
    }
    looks = _Looks(contents)
    sheets, notes = [], []
    for about in book.iterfind("{*}sheets/{*}sheet"):
        path = targets.get(_relation_of(about), "")
        if about.get("state", "visible") != "visible":
            notes.append(f"hidden sheet {about.get('name', '')} left out")
        elif b"sheetData" in contents.get(path, b""):
            reader = _Reader(looks, boxes=_text_boxes(contents, path))
            sheets.append(reader.read(contents[path]))
            sheets[-1].name = about.get("name", "")
    return sheets, notes


def _text_boxes(contents: Mapping[str, bytes], path: str) -> list[Area]:
    """From which cell to which one the text boxes of a sheet lie."""
    folder, name = posixpath.split(path)
    found: list[Area] = []
    for relation in _part(contents, f"{folder}/_rels/{name}.rels").iterchildren("{*}*"):
        if not relation.get("Type", "").endswith("/drawing"):
            continue
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "").lower()))
        for anchor in _part(contents, target.lstrip("/")).iterchildren("{*}*"):
            texts = (text.text or "" for text in anchor.iterfind(".//{*}txBody//{*}t"))
            if re.search("[0-9０-９]", "".join(texts)) and len(found) < MOST_BOXES:
                found.append(_reach(anchor))
    return found


def _reach(anchor: etree._Element) -> Area:
    top, left = _corner(anchor.find("{*}from"), 0)
    bottom, right = _corner(anchor.find("{*}to"), 1)
    if anchor.find("{*}to") is None:
        bottom, right = top, left
    return top, left, max(bottom, top), max(right, left)


def _corner(corner: etree._Element | None, end: int) -> tuple[int, int]:
    """The cell in which a corner lies; an end on the edge of a cell is in the one before."""
    if corner is None:
        return 0, 0
    told = {etree.QName(child).localname: _whole(child.text) for child in corner}
    back = {side: end and not told.get(f"{side}Off") for side in ("row", "col")}
    return told.get("row", 0) - back["row"], told.get("col", 0) - back["col"]


def _part(contents: Mapping[str, bytes], name: str) -> etree._Element:
    return parse_xml(contents.get(name, b"<none/>"), "xlsx")


def _path(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target.lower())).lstrip("/")


def _relation_of(sheet: etree._Element) -> str:
    named = (str(text) for key, text in sheet.attrib.items() if str(key).endswith("}id"))
    return next(named, "")


# ---- what all sheets share


class _Looks:
    """The texts and styles that cells name by their numbers."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.themes = _theme(contents)
        styles = _part(contents, "xl/styles.xml")
        codes = {
            _whole(code.get("numFmtId")): code.get("formatCode", GENERAL)
            for code in styles.iterfind("{*}numFmts/{*}numFmt")
        }
        fonts = [self.font(font) for font in styles.iterfind("{*}fonts/{*}font")]
        grounds = [self._ground(fill) for fill in styles.iterfind("{*}fills/{*}fill")]
        self.styles = [
            CellStyle(
                _at(fonts, _whole(xf.get("fontId")), Font()),
                _at(grounds, _whole(xf.get("fillId")), WHITE),
                codes.get(number := _whole(xf.get("numFmtId")), BUILT_IN.get(number, GENERAL)),
                any(align.get("horizontal") == "fill" for align in xf.iterfind("{*}alignment")),
            )
            for xf in styles.iterfind("{*}cellXfs/{*}xf")
        ]
        self.changing = [self._changes(dxf) for dxf in styles.iterfind("{*}dxfs/{*}dxf")]
        shared = _part(contents, "xl/sharedstrings.xml")
        self.texts = [self.runs(item) for item in shared.iterfind("{*}si")]

    def font(self, font: etree._Element | None) -> Font:
        if font is None:
            return Font()
        kinds = {etree.QName(child).localname: child for child in font.iterchildren(etree.Element)}
        size = kinds["sz"].get("val", "") if "sz" in kinds else ""
        raised = kinds["vertAlign"].get("val", "baseline") if "vertAlign" in kinds else "baseline"
        struck = "strike" in kinds and kinds["strike"].get("val", "1") not in ("0", "false")
        colour = self._colour(kinds.get("color"))
        named = kinds.get("name", kinds.get("rFont"))
        symbols = named is not None and named.get("val", "").lower() in SYMBOLS
        return Font(_size(size), colour or BLACK, struck, raised != "baseline", symbols)

    def runs(self, item: etree._Element) -> Runs:
        """A text of one piece, or of runs with fonts of their own; readings above it left out."""
        found: Runs = []
        for child in item.iterchildren("{*}t", "{*}r"):
            if etree.QName(child).localname == "t":
                found.append((_unescaped(child.text or ""), None))
                continue
            own = child.find("{*}rPr")
            text = "".join(_unescaped(part.text or "") for part in child.iterfind("{*}t"))
            found.append((text, None if own is None else self.font(own)))
        return found

    def _colour(self, colour: etree._Element | None) -> Colour | None:
        """None for what can't be told; ink of that kind is taken for dark."""
        if colour is None or colour.get("auto") in ("1", "true"):
            return None
        if rgb := colour.get("rgb"):
            return hex_colour(rgb)
        if colour.get("theme") is not None:
            base = _at(self.themes, _whole(colour.get("theme")), None)
            return _tinted(base, colour.get("tint")) if base else None
        return PALETTE.get(_whole(colour.get("indexed")))

    def _ground(self, fill: etree._Element) -> Colour | None:
        pattern = fill.find("{*}patternFill")
        if pattern is None:
            return None if len(fill) else WHITE
        if pattern.get("patternType", "none") in ("none", "gray125"):
            return WHITE
        return self._colour(pattern.find("{*}fgColor"))

    def _changes(self, dxf: etree._Element) -> bool:
        """Whether what is seen of a number may be another one, or nothing."""
        font = dxf.find("{*}font")
        told = self.font(font)
        unseen = ink(told.colour, WHITE) != "shown" or told.struck or told.raised
        return dxf.find("{*}numFmt") is not None or (font is not None and unseen)


# as Office counts the colours of a theme
THEME = ("lt1", "dk1", "lt2", "dk2", *(f"accent{n}" for n in range(1, 7)))
PALETTE = {
    **dict.fromkeys((0, 8), BLACK),
    **dict.fromkeys((1, 9), WHITE),
    64: BLACK,
    65: WHITE,
    26: Colour(255, 255, 204),
    27: Colour(204, 255, 255),
    41: Colour(204, 255, 255),
    42: Colour(204, 255, 204),
    43: Colour(255, 255, 153),
    22: Colour(192, 192, 192),
}


def _theme(contents: Mapping[str, bytes]) -> list[Colour | None]:
    name = next((name for name in contents if name.startswith("xl/theme/")), "")
    root = _part(contents, name)
    found: list[Colour | None] = []
    for kind in THEME:
        colour = next(root.iter(f"{{*}}{kind}"), None)
        said = "" if colour is None or not len(colour) else _said_of(colour[0])
        found.append(hex_colour(said) or {"lt1": WHITE, "dk1": BLACK}.get(kind))
    return found


def _said_of(colour: etree._Element) -> str:
    return colour.get("lastClr", "") or colour.get("val", "")


def _tinted(base: Colour, tint: str | None) -> Colour:
    try:
        share = max(-1.0, min(1.0, float(tint or 0)))
    except ValueError:
        return base
    toward = 255 if share > 0 else 0
    red, green, blue = (round(c + (toward - c) * abs(share)) for c in base)
    return Colour(red, green, blue)


# ---- a sheet


@dataclass(slots=True)
class _Reader:
    looks: _Looks
    boxes: list[Area] = field(default_factory=list)  # that lie over the cells, with text in them
    cells: dict[tuple[int, int], Shown] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: list[tuple[int, int]] = field(default_factory=list)
    widths: list[tuple[int, int, float]] = field(default_factory=list)
    doubted: list[tuple[int, int, int, int]] = field(default_factory=list)
    usual_width: float = 8.43
    zeros: bool = True
    coloured: bool = False  # a style of a table may colour its cells
    row: int = -1
    col: int = -1

    def read(self, content: bytes) -> Sheet:
        if sum(map(content.count, A_CELL)) > MOST_CELLS:
            raise _too_many()
        self.coloured = b"<tablePart" in content or b":tablePart" in content
        take: dict[str, Callable[[etree._Element], None]] = {
            "sheetView": self._take_view,
            "sheetFormatPr": self._take_usual,
            "col": self._take_column,
            "c": self._take_cell,
            "mergeCell": self._take_merged,
            "conditionalFormatting": self._take_conditional,
        }
        try:
            walker = etree.iterparse(
                io.BytesIO(content),
                ("start", "end"),
                tag=[f"{{*}}{tag}" for tag in ("row", *take)],
                no_network=True,
                resolve_entities=False,
            )
            for event, element in walker:
                name = etree.QName(element).localname
                if event == "start":
                    self._begin(name, element)
                elif name == "row":
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
                elif name in take:
                    take[name](element)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise ReadError("broken", kind="xlsx", detail=str(error)[:80]) from None
        self._doubt_conditional()
        for box in self.boxes:
            self._doubt_under(box)
        hidden_cols = set[int]()
        for first, last in self.hidden_cols[:MOST_AREAS]:
            hidden_cols.update(range(first, last + 1))
        return sheet_of(self.cells, self.merged, self.hidden_rows, hidden_cols)

    def _begin(self, name: str, element: etree._Element) -> None:
        if name == "row":
            self.row, self.col = int(element.get("r", self.row + 2)) - 1, -1
            height = _number(element.get("ht"), 15)
            if element.get("hidden") in ("1", "true") or height < LEAST_HEIGHT:
                self.hidden_rows.add(self.row)
        elif name == "c":
            self.row, self.col = place(element.get("r", ""), self.row, self.col + 1)

    def _take_view(self, view: etree._Element) -> None:
        self.zeros = view.get("showZeros", "1") not in ("0", "false")

    def _take_usual(self, usual: etree._Element) -> None:
        self.usual_width = _number(usual.get("defaultColWidth"), self.usual_width)

    def _take_column(self, column: etree._Element) -> None:
        first, last = _whole(column.get("min"), 1) - 1, _whole(column.get("max"), 1) - 1
        last = min(last, first + MOST_COLUMNS)
        width = _number(column.get("width"), self.usual_width)
        self.widths.append((first, last, width))
        if column.get("hidden") in ("1", "true") or width < LEAST_WIDTH:
            self.hidden_cols.append((first, last))

    def _take_merged(self, merged: etree._Element) -> None:
        first, _, last = merged.get("ref", "").partition(":")
        top, left = place(first, 0, 0)
        bottom, right = place(last or first, 0, 0)
        self.merged.append((top, left, bottom, right))

    def _take_conditional(self, formatting: etree._Element) -> None:
        if any(map(self._may_hide, formatting.iterchildren("{*}cfRule"))):
            for area in formatting.get("sqref", "").split()[:MOST_AREAS]:
                first, _, last = area.partition(":")
                self.doubted.append((*place(first, 0, 0), *place(last or first, 0, 0)))

    def _may_hide(self, rule: etree._Element) -> bool:
        if any(child.get("showValue") in ("0", "false") for child in rule.iterchildren("{*}*")):
            return True
        number = rule.get("dxfId")
        return number is not None and _at(self.looks.changing, _whole(number), True)

    def _doubt_conditional(self) -> None:
        if len(self.doubted) * len(self.cells) > MOST_RULED:
            raise ReadError("too_complex", detail="too many rules for the looks of cells")
        for top, left, bottom, right in self.doubted:
            for (r, c), shown in self.cells.items():
                if top <= r <= bottom and left <= c <= right and shown.text.strip():
                    self.cells[r, c] = shown._replace(doubt=shown.doubt or CONDITIONAL)

    def _doubt_under(self, box: Area) -> None:
        """Numbers and blanks of a table over which a text box lies."""
        top, left, bottom, right = box
        rows, columns = {r for r, _ in self.cells}, {c for _, c in self.cells}
        for r in sorted(rows & set(range(top, min(bottom, top + MOST_UNDER) + 1))):
            for c in sorted(columns & set(range(left, min(right, left + MOST_UNDER) + 1))):
                shown = self.cells.get((r, c), Shown(""))
                if not shown.text.strip() or DIGITS.fullmatch(shown.text.strip()):
                    self.cells[r, c] = shown._replace(doubt=shown.doubt or OVER)

    def _take_cell(self, cell: etree._Element) -> None:
        if not len(cell):
            return
        if len(self.cells) >= MOST_CELLS:
            raise _too_many()
        at = (self.row, self.col)
        style = _at(self.looks.styles, _whole(cell.get("s")), PLAIN)
        if self.coloured and style.ground == WHITE:
            style = CellStyle(style.font, None, style.code, style.repeated)
        shown = self._shown(cell, style)
        if shown.text or shown.doubt:
            self.cells[at] = self._as_wide(shown, style)

    def _shown(self, cell: etree._Element, style: CellStyle) -> Shown:
        kinds = {etree.QName(c).localname: c for c in cell.iterchildren(etree.Element)}
        kind, value = cell.get("t", "n"), kinds.get("v")
        text = "" if value is None else value.text or ""
        if kind == "e":
            return Shown("", f"the workbook shows an error: {text}", True)
        if "f" in kinds and (value is None or not (text or kind == "str")):
            return Shown("", "a formula whose result is not in the file")
        if kind == "inlineStr":
            item = kinds.get("is")
            return self._text([] if item is None else self.looks.runs(item), style)
        if kind == "s":
            return self._text(_at(self.looks.texts, _whole(text, -1), LOST), style)
        if kind == "b":
            return Shown("TRUE" if text in ("1", "true") else "FALSE", "", True)
        if kind in ("str", "d"):
            return self._text([(_unescaped(text), None)], style)
        return self._number(text, style)

    def _number(self, text: str, style: CellStyle) -> Shown:
        if not text.strip():
            return Shown("")
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            return Shown(text, "it is no number")
        if not number.is_finite() or abs(number.adjusted()) > 400:
            return Shown(text, "it is no number")
        if not number and not self.zeros:
            return Shown("")
        return Shown(*number_seen(number, style))

    def _text(self, runs: Runs, style: CellStyle) -> Shown:
        told = text_seen([(text, font or style.font) for text, font in runs], style)
        return Shown(*told, prose=True)

    def _as_wide(self, shown: Shown, style: CellStyle) -> Shown:
        """A number too wide for its column is shown as ####, a text as far as there is room."""
        text = shown.text.strip()
        if shown.doubt or not DIGITS.fullmatch(text):
            return shown
        width = next((w for a, b, w in reversed(self.widths) if a <= self.col <= b), 99)
        room = 1 + WIDEST * width * 11 / max(style.font.size, 1)
        return shown if len(text) <= room else shown._replace(doubt="its column is too narrow")


OVER = "a text box lies over it"
LOST: Runs = [("\ufffd", None)]
CONDITIONAL = "how it is shown depends on a rule of the workbook"
DIGITS = pattern_of(r"[-0-9,.]+")
LEAST_HEIGHT, LEAST_WIDTH = 2.0, 0.3
WIDEST = 1.3  # digits in the width that a column is said to have
MOST_BOXES = 200
MOST_UNDER = 12  # rows and columns: a larger box is a note beside the table
A_CELL = (b"<c ", b"<c>", b":c ", b":c>")
MOST_COLUMNS = 1 << 14
MOST_AREAS = 1000
MOST_RULED = 5_000_000  # cells times areas


def place(reference: str, row: int, col: int) -> tuple[int, int]:
    if not reference:
        return row, col
    match = re.fullmatch(r"\$?([A-Za-z]{0,3})\$?([0-9]{0,7})", reference)
    if match is None:
        raise ReadError("broken", kind="xlsx", detail=f"cell {reference[:20]}")
    col = 0
    for letter in match[1].upper():
        col = col * 26 + ord(letter) - ord("A") + 1
    return int(match[2] or 1) - 1, max(col, 1) - 1


def _unescaped(text: str) -> str:
    """Characters that XML does not know are written as _x000D_."""
    plain = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.replace("\r\n", "\n").replace("\r", "\n")


ESCAPED = pattern_of("_x([0-9A-Fa-f]{4})_")


def _size(text: str) -> float:
    return _number(text, 11.0)


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default


def _whole(text: str | None, default: int = 0) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,7}", text) else default


T = TypeVar("T")


def _at(items: list[T], at: int, default: T) -> T:
    return items[at] if 0 <= at < len(items) else default


def _too_many() -> ReadError:
    return ReadError("too_complex", detail=f"a sheet of more than {MOST_CELLS} cells")
