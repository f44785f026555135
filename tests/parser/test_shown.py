"""A number is what a person sees in its cell: marks before, between and behind its digits never count,
in any format and in any way that the format has to draw them.
"""

from __future__ import annotations

import io
import random
import shutil
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from reportlab.pdfgen import canvas

from nianbao.parser.document import Document, Grid, Paragraph
from nianbao.parser.fill import Sheet, Where
from nianbao.parser.numbers import read_number
from nianbao.parser.readers.docx import read_docx
from nianbao.parser.readers.legacy_word import read_word
from nianbao.parser.readers.ofd import read_ofd
from nianbao.parser.readers.pdf import read_pdf
from nianbao.parser.readers.spreadsheet import read_spreadsheet
from nianbao.parser.report import read_tables, report_of
from tests.amounts import many, one_in
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.hostile import ofd
from tests.reportkit.marks import with_marks
from tests.reportkit.printed import Box, Printed, Table
from tests.reportkit.write_docx import NAMESPACES, converted, docx_of, with_parts, write_word
from tests.reportkit.write_raw_docx import WAYS, write_raw_docx
from tests.reportkit.write_raw_pdf import write_raw_pdf
from tests.reportkit.write_raw_xlsx import (
    FONTS,
    FORMATS,
    MAIN,
    OTHER_FONTS,
    styles_xml,
    write_raw_xlsx,
)
from tests.reportkit.write_spreadsheet import write_xlsx

MARKED = [(before, behind) for before in ("", "4", "46") for behind in ("", "3", "37")][1:]


def telling(seed: int, form: str = "2021", most: int = 99_999) -> Figures:
    """Every number another one, none of them zero, so that a digit from elsewhere shows."""
    chance = random.Random(seed)
    return {key: chance.randint(1, most) for key in blank_figures(form)}


def told(document: Document) -> tuple[str, object]:
    """What the second cell of the only table says."""
    cell = next(block for block in document.blocks if isinstance(block, Grid)).cells[1]
    reading = read_number(cell.text)
    return ("unreadable", cell.doubt) if cell.doubt else (reading.state, reading.number)


def row(cell: str) -> str:
    return f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>总计</w:t></w:r></w:p></w:tc><w:tc>{cell}</w:tc></w:tr></w:tbl>"


def words(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>" if text else ""


# ---- Word

WORD_STYLES = (
    f"<w:styles {NAMESPACES}>"
    "<w:style w:type='character' w:styleId='Struck'><w:rPr><w:strike/></w:rPr></w:style>"
    "<w:style w:type='character' w:styleId='Below'><w:basedOn w:val='Struck'/></w:style>"
    "<w:style w:type='character' w:styleId='Raised'><w:rPr><w:vertAlign w:val='superscript'/></w:rPr></w:style>"
    "<w:style w:type='character' w:styleId='Hidden'><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='StruckLine'><w:rPr><w:strike/></w:rPr></w:style>"
    "<w:style w:type='table' w:styleId='StruckTable'><w:rPr><w:strike/></w:rPr></w:style></w:styles>"
)
SURE = [
    pytest.param(properties, id=f"{look}-{n}")
    for look in ("struck", "raised", "hidden")
    for n, properties in enumerate(WAYS[look])
]


@pytest.mark.parametrize(("before", "behind"), MARKED)
@pytest.mark.parametrize("properties", SURE)
def test_marks_in_word_are_no_digits(before: str, behind: str, properties: str) -> None:
    cell = f"<w:p>{words(before)}{words('8', properties)}{words(behind)}</w:p>"
    document = read_docx(docx_of(row(cell), {"word/styles.xml": WORD_STYLES.encode()}))
    assert told(document) == ("value", int(before + behind))


W14 = "xmlns:w14='http://schemas.microsoft.com/office/word/2010/wordml'"
UNSURE = [
    "<w:sz w:val='10'/>",  # small, on the line
    "<w:position w:val='6'/>",  # off the line, of full size
    "<w:color w:val='D8D8D8'/>",  # faint
    "<w:w w:val='10'/>",  # squeezed
    f"<w14:textFill {W14}><w14:noFill/></w14:textFill>",  # no ink, or an outline alone
    f"<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val='000000'><w14:alpha w14:val='95000'/>"
    "</w14:srgbClr></w14:solidFill></w14:textFill>",
]


@pytest.mark.parametrize("properties", UNSURE)
def test_digits_unlike_their_neighbours_make_no_number(properties: str) -> None:
    cell = f"<w:p>{words('4')}{words('8', properties)}{words('3')}</w:p>"
    assert told(read_docx(docx_of(row(cell))))[0] == "unreadable"


ALONE = [
    ("<w:p>{}</w:p>", "<w:strike/>", "unreadable"),
    ("<w:p>{}</w:p>", "<w:vertAlign w:val='superscript'/>", "unreadable"),
    ("<w:p>{}</w:p>", "<w:vanish/>", "blank"),
    ("<w:p>{}</w:p>", "<w:position w:val='6'/>", "value"),
    ("<w:p><w:pPr><w:pStyle w:val='StruckLine'/></w:pPr>{}</w:p>", "", "unreadable"),
    (
        "<w:p><w:pPr><w:pStyle w:val='StruckLine'/></w:pPr>{}</w:p>",
        "<w:strike w:val='0'/>",
        "value",
    ),
]


@pytest.mark.parametrize(("cell", "properties", "state"), ALONE)
def test_a_mark_alone_is_told(cell: str, properties: str, state: str) -> None:
    body = row(cell.format(words("8", properties)))
    document = read_docx(docx_of(body, {"word/styles.xml": WORD_STYLES.encode()}))
    assert told(document)[0] == state


def test_a_struck_line_gives_way_to_the_next() -> None:
    cell = f"<w:p>{words('48', '<w:strike/>')}</w:p><w:p>{words('20')}</w:p>"
    assert told(read_docx(docx_of(row(cell)))) == ("value", 20)


def test_white_on_a_dark_ground_is_read() -> None:
    ground = "<w:tcPr><w:shd w:val='clear' w:fill='1F3864'/></w:tcPr>"
    cell = f"{ground}<w:p>{words('48', '''<w:color w:val='FFFFFF'/>''')}</w:p>"
    assert told(read_docx(docx_of(row(cell)))) == ("value", 48)


@pytest.mark.parametrize(
    "colour", ["<w14:srgbClr w14:val='FFFFFF'/>", "<w14:schemeClr w14:val='bg1'/>"]
)
def test_the_fill_of_a_text_counts_before_its_colour(colour: str) -> None:
    fill = f"<w14:textFill {W14}><w14:solidFill>{colour}</w14:solidFill></w14:textFill>"
    properties = f"<w:color w:val='000000'/>{fill}"
    cell = f"<w:p>{words('4')}{words('8', properties)}{words('3')}</w:p>"
    assert told(read_docx(docx_of(row(cell)))) == ("value", 43)


def test_what_cannot_be_read_in_a_cell_makes_it_unreadable() -> None:
    field = "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>EQ \\o(4,8)</w:instrText></w:r>"
    cell = f"<w:p>{field}<w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
    assert told(read_docx(docx_of(row(cell))))[0] == "unreadable"
    turned = f"<w:p><w:bdo w:val='rtl'>{words('48')}</w:bdo></w:p>"
    assert told(read_docx(docx_of(row(turned))))[0] == "unreadable"
    note = f"<w:p>{words('4')}<w:r><w:footnoteReference w:id='1'/></w:r></w:p>"
    assert told(read_docx(docx_of(row(note))))[0] == "unreadable"
    raised = "<w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:footnoteReference w:id='1'/>"
    note = f"<w:p>{words('4')}<w:r>{raised}</w:r></w:p>"
    assert told(read_docx(docx_of(row(note)))) == ("value", 4)


# ---- whole reports


def printed_with_marks(seed: int) -> tuple[Figures, Printed]:
    numbers = telling(seed)
    return numbers, with_marks(compose(numbers), seed)


@given(st.integers(0, 10**6))
@many(8, 150)
def test_word_reports_with_marks(seed: int) -> None:
    numbers, printed = printed_with_marks(seed)
    document = read_docx(write_raw_docx(printed, seed))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=True)


@one_in(3)
@pytest.mark.libreoffice
@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
@pytest.mark.parametrize("extension", ["doc", "rtf", "odt"])
def test_old_word_reports_with_marks(extension: str) -> None:
    numbers, printed = printed_with_marks(5)
    old = write_word([write_raw_docx(printed, 5)], extension)[0]
    wrong = wrong_cells(numbers, read_tables(read_word(old)).values, lossless=False)
    assert not wrong


# ---- workbooks


def sheet_of_one(cell: str, style: str = "", columns: str = "") -> bytes:
    """A workbook with 总计 and one cell beside it."""
    book = write_raw_xlsx((Table(((Box("总计"), Box("1")),)),))
    sheet = (
        f"<worksheet xmlns='{MAIN}'>{columns}<sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>总计</t></is></c>"
        f"{cell}<c r='C1' t='inlineStr'><is><t>x</t></is></c></row></sheetData></worksheet>"
    )
    parts = {"xl/worksheets/sheet1.xml": sheet.encode()}
    return with_parts(book, parts | ({"xl/styles.xml": style.encode()} if style else {}))


@pytest.mark.parametrize(("before", "behind"), MARKED)
@pytest.mark.parametrize(
    "font",
    [
        pytest.param(font, id=f"{look}-{n}")
        for look in ("struck", "raised", "hidden")
        for n, font in enumerate([FONTS[look], *OTHER_FONTS[look]])
    ]
    + ["<sz val='11'/><color theme='0'/>"],
)
def test_marks_in_workbooks_are_no_digits(before: str, behind: str, font: str) -> None:
    runs = f"<r><t>{before}</t></r><r><rPr>{font}</rPr><t>8</t></r><r><rPr><sz val='11'/></rPr><t>{behind}</t></r>"
    cell = f"<c r='B1' t='inlineStr'><is>{runs}</is></c>"
    assert told(read_spreadsheet(sheet_of_one(cell))) == ("value", int(before + behind))


@pytest.mark.parametrize(
    ("code", "stored", "state", "number"),
    [
        ("General", "48", "value", 48),
        ("0.00", "12.345678", "value", Decimal("12.35")),
        ("0", "74.6", "unreadable", None),
        (";;;", "48", "blank", None),
        ('0;-0;""', "0", "blank", None),
        ("#", "0", "blank", None),
        ("0%", "0.5", "unreadable", None),
        ('0"件"', "48", "value", 48),
        ('"第"0"号"', "48", "unreadable", None),
        ("yyyy-mm-dd", "45296", "unreadable", None),
        ('yyyy"年"m"月"', "45296", "unreadable", None),
        ("[h]:mm", "2", "unreadable", None),
        ("#,##0", "12345", "value", 12345),
        ("#,##0,", "12345", "unreadable", None),
        ("000", "48", "value", 48),
        ("G/通用格式", "48", "value", 48),
        ("[DBNum1]0", "48", "unreadable", None),
        ('[>9]"很多";0', "48", "unreadable", None),
        ("# ?/?", "0.5", "unreadable", None),
        ("0.00E+00", "48", "unreadable", None),
        ("0;0", "-48", "unreadable", None),
        ("[Red]0", "48", "value", 48),
        ("[White]0", "48", "unreadable", None),
        ("[白色]0", "48", "unreadable", None),
        ("[Color2]0", "48", "unreadable", None),
        ("[Color22]0", "48", "value", 48),
        ("[$-804]0", "48", "value", 48),
        ('_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)', "0", "blank", None),
        ("0000-0000", "4812", "unreadable", None),
        ("@", "48", "value", 48),
        ("0.0", "48", "value", 48),
    ],
)
def test_what_a_format_shows_is_the_number(
    code: str, stored: str, state: str, number: object
) -> None:
    cell = f"<c r='B1' s='1'><v>{stored}</v></c>"
    assert told_or_blank(sheet_of_one(cell, styles_xml(codes=["General", code]))) == (state, number)


@pytest.mark.parametrize(
    ("code", "number"), [("@", 48), ('@"9"', 489), ('0;-0;0;"7"@', 748), ("0", 48), ('0;@"9"', 489)]
)
def test_what_a_format_writes_beside_a_text_is_seen(code: str, number: int) -> None:
    cell = "<c r='B1' s='1' t='inlineStr'><is><t>48</t></is></c>"
    book = sheet_of_one(cell, styles_xml(codes=["General", code]))
    assert told_or_blank(book) == ("value", number)


def told_or_blank(data: bytes) -> tuple[str, object]:
    state, number = told(read_spreadsheet(data))
    return state, None if state == "unreadable" else number


XFS = {  # style -> what is seen of 48
    "<xf fontId='1'/>": ("unreadable", None),  # struck, with nothing in its place
    "<xf fontId='2'/>": ("blank", None),  # white on white
    "<xf fontId='2' fillId='2'/>": ("value", 48),  # white on blue
    "<xf fontId='0' fillId='3'/>": ("blank", None),  # black on black
    "<xf fontId='3'/>": ("blank", None),  # of one point
    "<xf fontId='0'><alignment horizontal='fill'/></xf>": ("unreadable", None),  # 484848
}


@pytest.mark.parametrize("xf", XFS)
@pytest.mark.parametrize("cell", ["<v>48</v>", "<is><t>48</t></is>"])
def test_the_looks_of_a_whole_cell(xf: str, cell: str) -> None:
    fonts = "<font><strike/></font><font><color rgb='FFFFFFFF'/></font><font><sz val='1'/></font>"
    fills = "".join(
        f"<fill><patternFill patternType='solid'><fgColor rgb='{colour}'/></patternFill></fill>"
        for colour in ("FF1F3864", "FF000000")
    )
    kind = "inlineStr" if "is" in cell else "n"
    style = styles_xml(fonts, fills, xf)
    found = told_or_blank(
        sheet_of_one(f"<c r='B1' s='{len(FORMATS)}' t='{kind}'>{cell}</c>", style)
    )
    assert found == XFS[xf]


def test_hidden_zeros_columns_and_narrow_cells() -> None:
    zeros = "<sheetViews><sheetView showZeros='0'/></sheetViews>"
    assert told_or_blank(sheet_of_one("<c r='B1'><v>0</v></c>", "", zeros)) == ("blank", None)
    hidden = "<cols><col min='2' max='2' hidden='1' width='9'/></cols>"
    document = read_spreadsheet(sheet_of_one("<c r='B1'><v>48</v></c>", "", hidden))
    grid = next(block for block in document.blocks if isinstance(block, Grid))
    assert [cell.text for cell in grid.cells] == ["总计", "x"]
    narrow = "<cols><col min='2' max='2' width='1.5'/></cols>"
    assert told_or_blank(sheet_of_one("<c r='B1'><v>4812</v></c>", "", narrow))[0] == "unreadable"


def test_what_a_rule_may_hide_is_unsure() -> None:
    rule = (
        "<conditionalFormatting sqref='B1:B9'><cfRule type='cellIs' dxfId='0' operator='equal'>"
        "<formula>0</formula></cfRule></conditionalFormatting>"
    )
    data = sheet_of_one("<c r='B1'><v>48</v></c>", styles_xml(dxfs=WHITE_RULE))
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    ruled = sheet.replace("</sheetData>", f"</sheetData>{rule}").encode()
    changed = with_parts(data, {"xl/worksheets/sheet1.xml": ruled})
    assert told_or_blank(changed) == ("unreadable", None)


WHITE_RULE = "<dxf><font><color rgb='FFFFFFFF'/></font></dxf>"


def test_old_workbooks() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "总计")
    struck = xlwt.easyfont("struck_out true")
    raised = xlwt.easyfont("escapement superscript")
    plain = xlwt.easyfont("")
    sheet.write_rich_text(0, 1, [("4", plain), ("8", struck), ("3", plain), ("1", raised)])
    sheet.write(0, 2, 7.0, xlwt.easyxf(num_format_str='0"件"'))
    sheet.write(0, 3, 7, xlwt.easyxf(num_format_str=";;;"))
    sheet.write(0, 4, 7, xlwt.easyxf("font: struck_out true"))
    sheet.write(0, 5, 7, xlwt.easyxf("font: colour white"))
    sheet.write(0, 6, 0.5, xlwt.easyxf(num_format_str="0%"))
    sheet.write(0, 7, 9)
    sheet.write(0, 8, 10)
    sheet.col(7).hidden = True
    sheet.write(1, 0, 11)
    sheet.row(1).hidden = True
    sheet.write(2, 0, "合计")
    sheet.write(2, 1, 12)
    target = io.BytesIO()
    book.save(target)
    document = read_spreadsheet(target.getvalue())
    found = next(block for block in document.blocks if isinstance(block, Grid)).cells
    assert [(cell.text, bool(cell.doubt)) for cell in found if cell.row == 0] == [
        ("总计", False),
        ("43", False),
        ("7件", False),
        ("", False),
        ("7", True),
        ("", False),
        ("50%", False),
        ("10", False),
    ]
    assert [cell.text for cell in found if cell.row == 1][:2] == ["合计", "12"]


@given(st.integers(0, 10**6))
@many(8, 150)
def test_workbooks_with_marks(seed: int) -> None:
    numbers, printed = printed_with_marks(seed)
    document = read_spreadsheet(write_raw_xlsx(printed, seed))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=True)


@pytest.mark.libreoffice
@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
@pytest.mark.parametrize("extension", ["xls", "ods"])
def test_workbooks_that_libreoffice_wrote(extension: str) -> None:
    numbers, printed = printed_with_marks(7)
    other = converted(write_raw_xlsx(printed, 7), "xlsx", extension)
    wrong = wrong_cells(numbers, read_tables(read_spreadsheet(other)).values, lossless=True)
    assert not wrong


# ---- pages


def unlike(numbers: Figures, document: Document) -> list[str]:
    """What is not read as it was printed; cells of other forms were given up, and do not count."""
    values = read_tables(document).values
    own = {key: value for key, value in values.items() if key in numbers}
    return wrong_cells(numbers, own, lossless=True)


@given(st.integers(0, 10**6))
@many(6, 100)
def test_pages_with_marks(seed: int) -> None:
    """Where a hidden digit leaves a gap, or a mark looks like a digit, the number may be unreadable."""
    numbers, printed = printed_with_marks(seed)
    values = read_tables(read_pdf(write_raw_pdf(printed, seed))).values
    assert not wrong_cells(numbers, values, lossless=False)
    assert sum(value.state == "unreadable" for value in values.values()) < 0.25 * len(numbers)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_pages_without_marks_are_read_to_the_last_number(rotate: int) -> None:
    numbers = telling(rotate)
    document = read_pdf(write_raw_pdf(compose(numbers), rotate=rotate))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=True)


@pytest.mark.parametrize("frame", [True, False])
@given(st.integers(0, 10**6))
@many(2, 30)
def test_tables_without_inner_rules_are_read(frame: bool, seed: int) -> None:
    numbers = telling(seed)
    document = read_pdf(write_raw_pdf(compose(numbers), seed, inner=False, frame=frame))
    assert not unlike(numbers, document)


@given(st.integers(0, 10**6))
@many(4, 60)
def test_tables_without_rules_give_no_wrong_number(seed: int) -> None:
    numbers, printed = printed_with_marks(seed)
    document = read_pdf(write_raw_pdf(printed, seed, inner=False))
    assert not wrong_cells(numbers, read_tables(document).values, lossless=False)


@pytest.mark.libreoffice
@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
@pytest.mark.parametrize("centred", [True, False])
def test_a_printed_workbook_is_read(centred: bool) -> None:
    numbers = telling(4, most=99)
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(compose(numbers))))
    sheet: Any = book.active
    for col in range(1, 16):
        sheet.column_dimensions[get_column_letter(col)].width = 20 if col < 4 else 10
    for row in sheet.iter_rows():
        longest = max(len(str(cell.value or "")) for cell in row if cell.column == 3)
        sheet.row_dimensions[row[0].row].height = 15 * (longest // 9 + 1)
        for cell in row:
            cell.alignment = Alignment(
                wrap_text=True, vertical="center", horizontal="center" if centred else None
            )
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target = io.BytesIO()
    book.save(target)
    assert not unlike(numbers, read_pdf(converted(target.getvalue(), "xlsx", "pdf")))


@pytest.mark.parametrize("swap", [("商业企业", "科研机构"), ("自然人", "总计")])
def test_columns_in_another_order_are_never_taken_for_the_usual_ones(swap: tuple[str, str]) -> None:
    numbers = telling(3)
    printed = compose(numbers)
    other = {swap[0]: swap[1], swap[1]: swap[0]}
    swapped = tuple(
        Table(
            tuple(
                tuple(box._replace(text=other.get(box.text, box.text)) for box in row)
                for row in block.rows
            )
        )
        if isinstance(block, Table)
        else block
        for block in printed
    )
    values = read_tables(read_pdf(write_raw_pdf(swapped, inner=False))).values
    requests = {k: v for k, v in values.items() if k.startswith("requests.")}
    named = {"商业企业": "business", "科研机构": "research", "自然人": "natural_person"}
    named["总计"] = "total"
    for key, value in requests.items():
        column = key.rpartition(".")[2]
        if column in (named[swap[0]], named[swap[1]]) and value.state == "value":
            assert value.number != numbers[key]


def ofd_text(x: float, text: str, more: str = "", size: float = 4, y: float = 24) -> str:
    """`more` holds attributes, and elements behind a |."""
    attributes, _, inner = more.partition("|")
    return (
        f"<TextObject Boundary='0 0 210 297' Size='{size}' {attributes}>{inner}"
        f"<TextCode X='{x}' Y='{y}'>{text}</TextCode></TextObject>"
    )


def ofd_path(data: str, more: str = "") -> str:
    attributes, _, inner = more.partition("|")
    return (
        f"<PathObject Boundary='0 0 210 297' LineWidth='0.3' {attributes}>{inner}"
        f"<AbbreviatedData>{data}</AbbreviatedData></PathObject>"
    )


WHITE_INK = "<FillColor Value='255 255 255'/>"
FRAMES = ofd_path(
    "M 20 18 L 100 18 M 20 28 L 100 28 M 20 18 L 20 28 M 60 18 L 60 28 M 100 18 L 100 28"
)
OFD_MARKS = {
    "struck": ofd_text(72, "8") + ofd_path("M 72 22.6 L 74 22.6"),
    "raised": ofd_text(72, "8", size=2.2, y=22.2),
    "unseen": ofd_text(72, "8", "Visible='false'"),
    "white": ofd_text(72, "8", f"|{WHITE_INK}"),
    "without ink": ofd_text(72, "8", "Fill='false'"),
    "faint": ofd_text(72, "8", "|<FillColor Value='0 0 0' Alpha='5'/>"),
    "covered": ofd_text(72, "8")
    + ofd_path("M 72 20 L 74 20 L 74 25 L 72 25 C", f"Fill='true' Stroke='false'|{WHITE_INK}"),
    "in an unseen block": f"<PageBlock Visible='false'>{ofd_text(72, '8')}</PageBlock>",
    "in an unseen layer": f"</Layer><Layer Visible='false'>{ofd_text(72, '8')}</Layer><Layer>",
    "tiny": ofd_text(72, "8", size=0.3),
}


@pytest.mark.parametrize("mark", OFD_MARKS)
def test_marks_in_ofd_are_no_digits(mark: str) -> None:
    rest = ofd_text(70, "4") + ofd_text(74, "3")
    page = FRAMES + ofd_text(25, "总计") + OFD_MARKS[mark] + rest
    state, number = told_of(read_ofd(ofd(page)))
    assert (state, number) == ("value", 43) or (state == "unreadable" and mark == "faint")


def told_of(document: Document) -> tuple[str, object]:
    state, number = told(document)
    if state == "value":
        return state, number
    cell = next(block for block in document.blocks if isinstance(block, Grid)).cells[1]
    spaced = cell.text.replace(" ", "")  # a gap where the mark was
    return ("value", int(spaced)) if spaced.isdigit() and not cell.doubt else (state, number)


# ---- tables in unusual places of Word files


def report_with(requests: str, more: dict[str, bytes]) -> tuple[Figures, Document]:
    """A report whose table of requests is written in another way."""
    numbers = telling(9)
    printed = compose(numbers)
    at = next(n for n, b in enumerate(printed) if isinstance(b, Table) and len(b.rows) > 20)
    first, second = (
        zipfile.ZipFile(io.BytesIO(write_raw_docx(part))).read("word/document.xml").decode()
        for part in (printed[:at], printed[at + 1 :])
    )
    table_xml = zipfile.ZipFile(io.BytesIO(write_raw_docx((printed[at],)))).read(
        "word/document.xml"
    )
    table = inner(table_xml.decode())
    more = {name: data.replace(b"TABLE", table.encode()) for name, data in more.items()}
    body = inner(first) + requests.replace("TABLE", table) + inner(second)
    return numbers, read_docx(docx_of(body, more))


def inner(document: str) -> str:
    return document.partition("<w:body>")[2].partition("</w:body>")[0]


def related(kind: str, target: str) -> bytes:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        f"<Relationship Id='c' Target='{target}' Type='{office}/{kind}'/></Relationships>"
    ).encode()


RELS = "word/_rels/document.xml.rels"


def test_a_table_within_a_number_cell_leaves_the_rest_in_place() -> None:
    nested = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>48</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/>"
    labels = "".join(
        f"<w:tr><w:tc><w:p><w:r><w:t>行{n}</w:t></w:r></w:p></w:tc><w:tc>{nested if n == 3 else '<w:p/>'}</w:tc></w:tr>"
        for n in range(9)
    )
    document = read_docx(docx_of(f"<w:tbl>{labels}</w:tbl>"))
    grid = next(block for block in document.blocks if isinstance(block, Grid))
    assert [cell.text for cell in grid.cells if cell.col == 1] == ["", "", "", "48"] + [""] * 5


def test_a_table_in_the_head_of_the_pages_is_unreadable_and_not_absent() -> None:
    head = f"<w:hdr {NAMESPACES}>TABLE</w:hdr>".encode()
    numbers, document = report_with(
        "", {"word/head.xml": head, RELS: related("header", "head.xml")}
    )
    values = read_tables(document).values
    assert not wrong_cells(numbers, values, lossless=False)
    assert values["requests.new.total"].state == "unreadable"


@pytest.mark.parametrize(("name", "data"), [("a.xlsx", b"PK"), ("a.docx", b"x"), ("none", b"")])
def test_what_is_shown_from_elsewhere_and_not_read_is_unreadable(name: str, data: bytes) -> None:
    parts = {RELS: related("aFChunk", name), f"word/{name}": data}
    numbers, document = report_with("<w:altChunk r:id='c'/>", parts)
    report = report_of(document)
    own = {key: value for key, value in report.cells.items() if key in numbers}
    assert not wrong_cells(numbers, own, lossless=False)
    assert report.cells["requests.new.total"].state == "unreadable"


def test_an_embedded_workbook_is_unreadable_and_not_absent() -> None:
    numbers, document = report_with("<w:p><w:r><w:object/></w:r></w:p>", {})
    report = report_of(document)
    assert report.cells["requests.new.total"].state == "unreadable"
    assert report.cells["disputes.review.total"].number == numbers["disputes.review.total"]


@pytest.mark.parametrize("text", ["0.5", "12.35", "1,234.5", "３.５"])
def test_a_count_with_a_fraction_is_unreadable(text: str) -> None:
    sheet = Sheet()
    sheet.put_row("requests.new.", [("total", text, 0)], Where())
    sheet.put_row("proactive.fees.", [("amount", text, 0)], Where())
    assert sheet.values["requests.new.total"].state == "unreadable"
    assert sheet.values["proactive.fees.amount"].state == "value"


@pytest.mark.parametrize("old", ["311", "31", "25", "7", "9325", "325", "5"])
@pytest.mark.parametrize("new", ["325", "91", "7", "4"])
def test_a_number_written_over_a_covered_one_is_what_is_read(old: str, new: str) -> None:
    """Also where both have a digit in one place."""
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.drawString(100, 700, old)
    page.setFillColorRGB(1, 1, 1)
    page.rect(90, 690, 60, 30, stroke=0, fill=1)
    page.setFillColorRGB(0, 0, 0)
    page.drawString(100, 700, new)
    page.save()
    told = [block for block in read_pdf(out.getvalue()).blocks if isinstance(block, Paragraph)]
    assert [(block.text, block.doubt) for block in told] == [(new, "")]
