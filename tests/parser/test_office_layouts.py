"""Word files and workbooks as clerks leave them: what a person sees is read, what may be seen
otherwise is unreadable, and nothing that is printed is lost.
"""

from __future__ import annotations

import io
import random

import openpyxl
import pytest

from nianbao.parser.readers.spreadsheet import read_spreadsheet
from nianbao.parser.report import Report, report_of
from tests.parser.test_shown import RELS, related, report_with, telling
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures
from tests.reportkit.printed import Printed, Table, Text
from tests.reportkit.write_docx import NAMESPACES
from tests.reportkit.write_raw_docx import _table
from tests.reportkit.write_spreadsheet import _placed, _value

# ---- workbooks of several sheets


def book_of(sheets: dict[str, Printed]) -> bytes:
    """A workbook with a sheet for each part."""
    book = openpyxl.Workbook()
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
