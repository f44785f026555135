"""Word files and workbooks as clerks leave them: what a person sees is read, what may be seen
otherwise is unreadable, and nothing that is printed is lost.
"""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import openpyxl
import pytest

from nianbao.parser.document import Cell, Grid
from nianbao.parser.numbers import read_number
from nianbao.parser.readers.docx import read_docx
from nianbao.parser.readers.spreadsheet import read_spreadsheet
from nianbao.parser.report import Report, report_of
from tests.parser.test_shown import RELS, related, report_with, telling
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures
from tests.reportkit.printed import Printed, Table, Text
from tests.reportkit.write_docx import NAMESPACES, docx_of, with_parts
from tests.reportkit.write_raw_docx import _table
from tests.reportkit.write_spreadsheet import _placed, _value, write_xlsx

# ---- workbooks of several sheets


def book_of(sheets: dict[str, Printed]) -> bytes:
    """A workbook with a sheet for each part."""
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    for name, part in sheets.items():
        sheet = book.create_sheet(name)
        for row, col, box in _placed(part):
            sheet.cell(row + 1, col + 1).value = _value(box.text)
            if box.rowspan > 1 or box.colspan > 1:
                end = (row + box.rowspan, col + box.colspan)
                sheet.merge_cells(None, row + 1, col + 1, *end)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parts_of(numbers: Figures, year: int) -> dict[str, Printed]:
    """Title and prose, and the three tables, each with its heading."""
    printed = compose(numbers, year=year)
    at = [n for n, b in enumerate(printed) if isinstance(b, Text) and b.style == "heading"]
    return {
        "全文": (*printed[: at[1]], *printed[at[4] :]),
        "表二": printed[at[1] : at[2]],
        "表三": printed[at[2] : at[3]],
        "表四": printed[at[3] : at[4]],
    }


def report_of_book(sheets: dict[str, Printed]) -> Report:
    return report_of(read_spreadsheet(book_of(sheets)))


TITLE = Text("平安县柳树镇人民政府2023年政府信息公开工作年度报告", "title")


def test_a_sheet_for_each_table() -> None:
    numbers = telling(3)
    report = report_of_book(parts_of(numbers, 2023))
    assert report.year == 2023
    assert not wrong_cells(numbers, report.cells, lossless=True)


@pytest.mark.parametrize("tab", ["{}", "{}年", "{}年{}", "{}{}", "{}年度{}"])
def test_the_tabs_say_of_which_year_a_sheet_is(tab: str) -> None:
    """Only the tabs tell last year's tables from this year's."""
    numbers, other = telling(3), telling(4)
    mine = parts_of(numbers, 2023)
    last = parts_of(other, 2022)
    sheets = {"全文": mine["全文"]}
    for year, parts, names in (
        (2022, last, ("表三", "表四")),
        (2023, mine, ("表二", "表三", "表四")),
    ):
        if tab.count("{}") == 1:
            sheets[tab.format(year)] = tuple(block for name in names for block in parts[name])
        else:
            sheets |= {tab.format(year, name): parts[name] for name in names}
    report = report_of_book(sheets)
    assert report.year == 2023
    assert not wrong_cells(numbers, report.cells, lossless=True)


def test_last_years_sheet_alone_is_not_this_years() -> None:
    numbers, other = telling(3), telling(4)
    mine = parts_of(numbers, 2023)
    kept = {name: part for name, part in mine.items() if name != "表四"}
    report = report_of_book({**kept, "上年表四": parts_of(other, 2022)["表四"]})
    disputes = {value.state for key, value in report.cells.items() if key.startswith("disputes")}
    assert disputes <= {"unreadable"}


def test_the_year_of_most_tables_is_the_reports() -> None:
    numbers, other = telling(3), telling(4)
    mine, last = parts_of(numbers, 2023), parts_of(other, 2022)
    earlier = Text(TITLE.text.replace("2023", "2022"), "title")
    report = report_of_book(
        {
            "甲": (earlier, *last["表三"]),
            "乙": (TITLE, *mine["表二"]),
            "丙": (TITLE, *mine["表三"]),
            "丁": (TITLE, *mine["表四"]),
            "戊": (earlier, *last["表四"]),
        }
    )
    assert report.year == 2023
    assert not wrong_cells(numbers, report.cells, lossless=True)


# ---- the margins of Word's pages


@pytest.mark.parametrize("kind", ["header", "footer", "footnotes", "endnotes"])
@pytest.mark.parametrize("heading", ["（上年表三）", "2022年政府信息公开工作年度报告"])
def test_last_years_table_in_a_margin_leaves_this_years_alone(kind: str, heading: str) -> None:
    root = {"header": "hdr", "footer": "ftr"}.get(kind, kind)
    line = f"<w:p><w:r><w:t>{heading}</w:t></w:r></w:p>"
    margin = f"<w:{root} {NAMESPACES}>{line}TABLE</w:{root}>"
    changed = margin.encode().replace(b"TABLE", inner_table(telling(4)))
    numbers, document = report_with(
        "TABLE", {"word/margin.xml": changed, RELS: related(kind, "margin.xml")}
    )
    assert not wrong_cells(numbers, report_of(document).cells, lossless=True)


def inner_table(numbers: Figures) -> bytes:
    """The XML of a table of requests."""
    tables = [block for block in compose(numbers) if isinstance(block, Table)]
    return _table(max(tables, key=lambda table: len(table.rows)), random.Random(0)).encode()


# ---- what Word shows in a cell that holds more than plain runs


def word_cell(inner: str) -> Cell:
    """The second cell of a small table."""
    label = "<w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>"
    row = f"<w:tr>{label}<w:tc><w:p>{inner}</w:p></w:tc></w:tr>"
    document = read_docx(docx_of(f"<w:tbl>{row}{row}</w:tbl>"))
    (grid,) = [block for block in document.blocks if isinstance(block, Grid)]
    return grid.cells[1]


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def field(code: str, result: str = "", data: str = "") -> str:
    begin = f"<w:r><w:fldChar w:fldCharType='begin'>{data}</w:fldChar></w:r>"
    parted = f"<w:r><w:fldChar w:fldCharType='separate'/></w:r>{result}" if result else ""
    code = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return f"{begin}{code}{parted}<w:r><w:fldChar w:fldCharType='end'/></w:r>"


def choice(chosen: str, *lines: str) -> str:
    entries = "".join(f"<w:listEntry w:val='{line}'/>" for line in lines)
    return field(
        " FORMDROPDOWN ", data=f"<w:ffData><w:ddList>{chosen}{entries}</w:ddList></w:ffData>"
    )


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        (choice("<w:result w:val='1'/>", "3", "7"), "7"),
        (choice("<w:default w:val='1'/>", "3", "7"), "7"),
        (choice("", "3", "7"), "3"),
        (field(" =SUM(LEFT) ", run("12")), "12"),
        (field(" MERGEFIELD a ", run("12")), "12"),
        (field(" IF " + field(" PAGE ") + " = 1 ", run("12")), "12"),
        (field(" XE 1 ") + run("12"), "12"),
        (run("9", "<w:color w:val='000000' w:themeColor='background1'/>") + run("12"), "12"),
        (run("12", "<w:color w:val='000000' w:themeColor='text1'/>"), "12"),
        (run("12", "<w:rFonts w:ascii='Symbol'/>"), "12"),
    ],
)
def test_what_word_works_out_itself_is_read_where_it_is_sure(inner: str, shown: str) -> None:
    cell = word_cell(inner)
    assert (cell.text, cell.doubt) == (shown, "")


BOX = (
    "<w:r><w:pict xmlns:v='urn:schemas-microsoft-com:vml'><v:shape style='position:absolute'>"
    "<v:textbox><w:txbxContent><w:p><w:r><w:t>7</w:t></w:r></w:p></w:txbxContent></v:textbox>"
    "</v:shape></w:pict></w:r>"
)


@pytest.mark.parametrize(
    "inner",
    [
        field(" PAGE "),
        field(" SEQ a "),
        field(" FORMCHECKBOX ", data="<w:ffData><w:checkBox/></w:ffData>"),
        field(" SYMBOL 55 "),
        field(" =1+2 "),
        choice("<w:result w:val='5'/>", "3"),
        run("12", "<w:rFonts w:ascii='Wingdings'/>"),
        run("4", "<w:eastAsianLayout w:combine='1'/>") + run("12"),
        run("12", "<w:highlight w:val='black'/>"),
        BOX,
        run("12") + BOX,
    ],
)
def test_what_word_may_show_otherwise_is_neither_read_nor_blank(inner: str) -> None:
    cell = word_cell(inner)
    assert cell.doubt or read_number(cell.text).state == "unreadable"


# ---- what lies over the cells of a workbook


DRAWING = (
    "<d:wsDr xmlns:d='http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing' "
    "xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><d:twoCellAnchor>"
    "<d:from><d:col>{col}</d:col><d:colOff>0</d:colOff><d:row>{row}</d:row><d:rowOff>9</d:rowOff></d:from>"
    "<d:to><d:col>{right}</d:col><d:colOff>0</d:colOff><d:row>{row}</d:row><d:rowOff>99</d:rowOff></d:to>"
    "<d:sp><d:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:txBody></d:sp></d:twoCellAnchor></d:wsDr>"
)
SHEET = "xl/worksheets/sheet1.xml"


def with_box(data: bytes, row: int, col: int, text: str) -> bytes:
    """A text box over one cell, its right edge on the edge of the next one."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = package.read(SHEET).decode()
    named = f"<drawing xmlns:r='{office}' r:id='rId9'/></worksheet>"
    drawing = DRAWING.format(row=row, col=col, right=col + 1, text=text)
    parts = {
        SHEET: sheet.replace("</worksheet>", named).encode(),
        "xl/worksheets/_rels/sheet1.xml.rels": related("drawing", "../drawings/drawing1.xml"),
        "xl/drawings/drawing1.xml": drawing.encode(),
    }
    return with_parts(data, parts)


@pytest.mark.parametrize(("text", "doubted"), [("7", True), ("注", False)])
@pytest.mark.parametrize("filled", [True, False])
def test_a_number_or_blank_under_a_text_box_is_unreadable(
    text: str, doubted: bool, filled: bool
) -> None:
    rows = [["甲", "乙", "丙"], ["丁", 12 if filled else None, 34], ["戊", 56, 78]]
    book: Any = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    (grid,) = read_spreadsheet(with_box(target.getvalue(), 1, 1, text)).blocks
    assert isinstance(grid, Grid)
    told = {cell.text: bool(cell.doubt) for cell in grid.cells}
    assert told["12" if filled else ""] == doubted
    assert not any(told[other] for other in ("34", "56", "乙"))


def test_digits_in_a_font_of_pictures_are_unreadable() -> None:
    book: Any = openpyxl.Workbook()
    book.active.append(["甲", 12, 34])
    book.active["B1"].font = openpyxl.styles.Font(name="Wingdings")
    target = io.BytesIO()
    book.save(target)
    (grid,) = read_spreadsheet(target.getvalue()).blocks
    assert isinstance(grid, Grid)
    assert [bool(cell.doubt) for cell in grid.cells] == [False, True, False]


# ---- what a workbook hides


@pytest.mark.parametrize("hide", ["row", "column"])
def test_what_a_workbook_hides_is_unreadable_and_not_absent(hide: str) -> None:
    numbers = telling(6)
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(compose(numbers))))
    sheet: Any = book.active
    if hide == "column":
        sheet.column_dimensions["E"].hidden = True
    else:
        label = next(c for row in sheet.iter_rows() for c in row if "予以公开" in str(c.value))
        sheet.row_dimensions[label.row].hidden = True
    target = io.BytesIO()
    book.save(target)
    cells = report_of(read_spreadsheet(target.getvalue())).cells
    assert not wrong_cells(numbers, cells, lossless=False)
    assert cells["requests.granted.business"].state == "unreadable"
