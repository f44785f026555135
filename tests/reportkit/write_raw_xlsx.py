"""A printed report as a workbook, its XML written by hand: shared texts with runs, styles, formats, and marks."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

from tests.reportkit.marks import Piece, pieces
from tests.reportkit.printed import Box, Printed, Table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# each look in the ways that a run of a workbook has for it
FONTS = {
    "shown": "<sz val='11'/><color rgb='FF000000'/>",
    "struck": "<strike/><sz val='11'/>",
    "raised": "<vertAlign val='superscript'/><sz val='11'/>",
    "hidden": "<sz val='11'/><color rgb='FFFFFFFF'/>",
}
OTHER_FONTS = {
    "shown": ["<sz val='11'/>", "<strike val='0'/><sz val='11'/><color theme='1'/>"],
    "struck": ["<strike val='1'/><sz val='11'/><color indexed='10'/>"],
    "raised": ["<vertAlign val='subscript'/><sz val='11'/>"],
    "hidden": ["<sz val='1'/>", "<color indexed='9'/>"],
}
# formats that show a whole number as it is, for a number of any length
FORMATS = ["General", "0", "#,##0", "0_ ;[Red]\\-0\\ ", '0"件"', "0.00", "#,##0_);(#,##0)", "@"]


def write_raw_xlsx(printed: Printed, seed: int = 0) -> bytes:
    """Some rows and columns that nobody sees stand between the others."""
    chance = random.Random(seed)
    texts: list[str] = []
    hidden = {n for n in range(2000) if chance.random() < 0.05}
    rows: dict[int, list[str]] = {}
    merged = []
    for r, c, box in _placed(printed, hidden):
        rows.setdefault(r, []).append(_cell(f"{_letters(c)}{r + 1}", box, texts, chance))
        if box.rowspan > 1 or box.colspan > 1:
            merged.append(
                f"<mergeCell ref='{_letters(c)}{r + 1}:{_letters(c + box.colspan - 1)}{r + box.rowspan}'/>"
            )
    last = max(rows) + 1
    body = []
    for r in range(last + 1):
        if r in hidden and r not in rows:
            body.append(f"<row r='{r + 1}' hidden='1'><c r='B{r + 1}'><v>77</v></c></row>")
        elif r in rows:
            body.append(f"<row r='{r + 1}'>{''.join(rows[r])}</row>")
    sheet = f"<worksheet xmlns='{MAIN}'><sheetData>{''.join(body)}</sheetData>"
    sheet += f"<mergeCells>{''.join(merged)}</mergeCells></worksheet>" if merged else "</worksheet>"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("xl/workbook.xml", WORKBOOK)
        package.writestr("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS)
        package.writestr("xl/styles.xml", styles_xml())
        package.writestr("xl/sharedStrings.xml", f"<sst xmlns='{MAIN}'>{''.join(texts)}</sst>")
        package.writestr("xl/worksheets/sheet1.xml", sheet)
    return target.getvalue()


def _placed(printed: Printed, hidden: set[int]) -> Iterator[tuple[int, int, Box]]:
    """Where the boxes stand; a hidden row is left free, but for the merged cells that reach over it."""
    row = 0
    for block in printed:
        if not isinstance(block, Table):
            row = _free(row, hidden)
            yield row, 0, Box(block.text)
            row += 1
            continue
        at = []
        for _ in block.rows:
            row = _free(row, hidden)
            at.append(row)
            row += 1
        for r, c, box in block.placed:
            yield at[r], c, box._replace(rowspan=at[r + box.rowspan - 1] - at[r] + 1)
        row += 1


def _free(row: int, hidden: set[int]) -> int:
    while row in hidden:
        row += 1
    return row


def _cell(place: str, box: Box, texts: list[str], chance: random.Random) -> str:
    if not box.text:
        return ""
    found = pieces(box.text)
    if len(found) == 1 and box.text.isdigit() and str(int(box.text)) == box.text:
        style = chance.randrange(len(FORMATS))
        return f"<c r='{place}' s='{style}'><v>{box.text}</v></c>"
    runs = "".join(_run(piece, chance) for piece in found)
    if chance.random() < 0.3:
        return f"<c r='{place}' t='inlineStr'><is>{runs}</is></c>"
    texts.append(f"<si>{runs}</si>")
    return f"<c r='{place}' t='s'><v>{len(texts) - 1}</v></c>"


def _run(piece: Piece, chance: random.Random) -> str:
    font = chance.choice([FONTS[piece.look], *OTHER_FONTS[piece.look]])
    return f"<r><rPr>{font}</rPr><t xml:space='preserve'>{escape(piece.text)}</t></r>"


def _letters(col: int) -> str:
    name = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        name = chr(65 + rest) + name
    return name


def styles_xml(
    fonts: str = "", fills: str = "", xfs: str = "", dxfs: str = "", codes: list[str] = FORMATS
) -> str:
    """The formats of this module, and what a test adds behind them."""
    named = "".join(
        f"<numFmt numFmtId='{200 + n}' formatCode='{escape(code, {chr(39): '&apos;'})}'/>"
        for n, code in enumerate(codes)
    )
    own = "".join(f"<xf numFmtId='{200 + n}' fontId='0' fillId='0'/>" for n in range(len(codes)))
    return (
        f"<styleSheet xmlns='{MAIN}'><numFmts>{named}</numFmts>"
        f"<fonts><font><sz val='11'/><name val='宋体'/></font>{fonts}</fonts>"
        f"<fills><fill><patternFill patternType='none'/></fill><fill><patternFill patternType='gray125'/></fill>{fills}</fills>"
        f"<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs>{own}{xfs}</cellXfs><dxfs>{dxfs}</dxfs></styleSheet>"
    )


TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT_TYPES = (
    "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
    "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
    f"<Override PartName='/xl/workbook.xml' ContentType='{TYPE}.sheet.main+xml'/>"
    f"<Override PartName='/xl/styles.xml' ContentType='{TYPE}.styles+xml'/>"
    f"<Override PartName='/xl/sharedStrings.xml' ContentType='{TYPE}.sharedStrings+xml'/>"
    f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{TYPE}.worksheet+xml'/></Types>"
)
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONS = f"<Relationships xmlns='{PACKAGE}'><Relationship Id='w' Type='{OFFICE}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
WORKBOOK = f"<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets><sheet name='年报' sheetId='1' r:id='a'/></sheets></workbook>"
WORKBOOK_RELATIONS = (
    f"<Relationships xmlns='{PACKAGE}'><Relationship Id='a' Type='{OFFICE}/worksheet' Target='worksheets/sheet1.xml'/>"
    f"<Relationship Id='b' Type='{OFFICE}/styles' Target='styles.xml'/>"
    f"<Relationship Id='c' Type='{OFFICE}/sharedStrings' Target='/xl/sharedStrings.xml'/></Relationships>"
)
