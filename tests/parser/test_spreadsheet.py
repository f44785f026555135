"""Workbooks: every cell in its place, blanks too, and nothing that makes the reader run out of memory."""

from __future__ import annotations

import datetime
import io
import struct
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import assume, given
from hypothesis import strategies as st

from nianbao.parser.document import Cell, Document, Grid, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.sheet import value_text
from nianbao.parser.readers.spreadsheet import read_spreadsheet
from nianbao.parser.report import read_tables
from nianbao.parser.sniff import sniff
from tests.amounts import many
from tests.parser.test_docx import printed_blocks, tables
from tests.reportkit.compare import wrong_cells
from tests.reportkit.compose import compose
from tests.reportkit.figures import Figures, blank_figures
from tests.reportkit.hostile import cut
from tests.reportkit.printed import Box, Printed, Table, Text
from tests.reportkit.write_compound import write_compound
from tests.reportkit.write_docx import with_parts
from tests.reportkit.write_spreadsheet import write_xls, write_xlsx

WRITERS = {"xlsx": write_xlsx, "xls": write_xls}


def xlsx(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def one_row(*values: object) -> bytes:
    return xlsx(lambda book: book.active.append(list(values)))


def cells(document: Document) -> list[Cell]:
    return [cell for block in document.blocks if isinstance(block, Grid) for cell in block.cells]


# ---- round trips


@pytest.mark.parametrize("form", ["xlsx", "xls"])
@many(15, 80)
@given(table=tables())
def test_tables_come_back_cell_by_cell(form: str, table: Table) -> None:
    # A sheet has no border where a table ends, so its outer cells are filled; a row of one cell would be prose.
    last = table.width
    rows = []
    placed = {(r, c): box for r, c, box in table.placed}
    for r in range(len(table.rows)):
        row = []
        for (at, c), box in sorted(placed.items()):
            if at == r:
                row.append(
                    box._replace(text=box.text.strip() or "x")
                    if c == 0 or c + box.colspan == last
                    else box
                )
        rows.append(tuple(row))
    assume(all(sum(bool(box.text.strip()) for box in row) > 1 for row in rows))
    printed: Printed = (Text("表前"), Table(tuple(rows)), Text("表后"))
    document = read_spreadsheet(WRITERS[form](printed))
    assert [
        block._replace(cells=tuple(c._replace(text=c.text.strip(" ")) for c in block.cells))
        if isinstance(block, Grid)
        else block
        for block in printed_blocks(printed)
    ] == list(document.blocks)


@pytest.mark.parametrize("form", ["xlsx", "xls"])
@pytest.mark.parametrize("year_form", ["2021", "2019"])
@pytest.mark.parametrize("blank", [0, 2, 7])
def test_statutory_report(form: str, year_form: str, blank: int) -> None:
    figures: Figures = {key: number for number, key in enumerate(blank_figures(year_form))}
    figures |= dict.fromkeys(list(figures)[::blank] if blank else [])
    printed = compose(figures, form_id=year_form)
    data = WRITERS[form](printed)
    assert sniff(data) == form
    document = read_spreadsheet(data)
    assert document.format == form
    assert not wrong_cells(figures, read_tables(document).values, lossless=True)
    read = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert read == [block.text for block in printed if isinstance(block, Text)]


def test_a_report_without_any_number_keeps_its_rows() -> None:
    figures = blank_figures("2021", None)
    document = read_spreadsheet(write_xlsx(compose(figures)))
    values = read_tables(document).values
    assert not wrong_cells(figures, values, lossless=False)
    assert sum(value.state == "blank" for value in values.values()) > 150


# ---- values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (0.1 + 0.2, "0.3"),
        (12.5, "12.5"),
        (1e20, "100000000000000000000"),
        (1e-7, "0.0000001"),
        (-3.0, "-3"),
        (True, "TRUE"),
        (datetime.date(2024, 1, 5), "2024-01-05"),
        (datetime.datetime(2024, 1, 5), "2024-01-05"),
        (datetime.datetime(2024, 1, 5, 9, 30), "2024-01-05T09:30:00"),
        (datetime.time(9, 30), "09:30:00"),
        ("甲\r\n乙", "甲\n乙"),
    ],
)
def test_values_as_people_see_them(value: object, text: str) -> None:
    assert value_text(value) == text


def test_values_through_a_file() -> None:
    document = read_spreadsheet(
        one_row("总计", 5, 0.1, None, "５", 0.25, datetime.date(2024, 1, 5))
    )
    assert [cell.text for cell in cells(document)] == [
        "总计",
        "5",
        "0.1",
        "",
        "５",
        "0.25",
        "2024-01-05",
    ]


def test_what_has_no_value_in_the_file_is_not_blank() -> None:
    def fill(book: Any) -> None:
        book.active.append(["总计", "=1+1", None])
        book.active["C1"].value = "#REF!"
        book.active["C1"].data_type = "e"

    total, formula, error = cells(read_spreadsheet(xlsx(fill)))
    assert not total.doubt
    assert formula.text == error.text == ""
    assert formula.doubt == "a formula whose result is not in the file"
    assert error.doubt == "the workbook shows an error: #REF!"


def test_errors_in_xls() -> None:
    book = xlwt.Workbook()
    row = book.add_sheet("a").row(2)
    row.write(3, "总计")
    row.set_cell_error(4, "#DIV/0!")
    row.write(5, 7)
    target = io.BytesIO()
    book.save(target)
    assert [(c.text, bool(c.doubt)) for c in cells(read_spreadsheet(target.getvalue()))] == [
        ("总计", False), ("", True), ("7", False)
    ]  # fmt: skip


def test_hidden_sheets_are_left_out_with_a_note() -> None:
    def fill(book: Any) -> None:
        book.active.append(["总计", 1])
        hidden = book.create_sheet("草稿")
        hidden.append(["总计", 2])
        hidden.sheet_state = "hidden"
        book.create_sheet("空")

    document = read_spreadsheet(xlsx(fill))
    assert [cell.text for cell in cells(document)] == ["总计", "1"]
    assert document.notes == ("hidden sheet 草稿 left out",)


def test_prose_and_tables_are_told_apart() -> None:
    def fill(book: Any) -> None:
        for values in (
            ["标题", None, None],
            ["一、总体情况"],
            ["第一段\n第二段"],
            ["项目", "数"],
            ["注释"],
            ["甲", 1],
        ):
            book.active.append(values)
        book.active.merge_cells("A1:C1")

    blocks = read_spreadsheet(xlsx(fill)).blocks
    assert [b.text for b in blocks if isinstance(b, Paragraph)] == [
        "标题",
        "一、总体情况",
        "第一段",
        "第二段",
    ]
    assert [c.text for b in blocks if isinstance(b, Grid) for c in b.cells] == [
        "项目",
        "数",
        "注释",
        "",
        "甲",
        "1",
    ]


ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:automatic-styles>
 <style:style style:name="h"><style:table-properties table:display="false"/></style:style>
 </office:automatic-styles><office:body><office:spreadsheet>
 <table:table table:name="隐" table:style-name="h"/><table:table>{}</table:table>
 </office:spreadsheet></office:body></office:document-content>"""


def ods(rows: str, manifest: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", ODS.format(rows))
        package.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()


def test_open_document() -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="1048000"/><table:table-row>'
        '<table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>总<text:s/>计</text:p>'
        '</table:table-cell><table:covered-table-cell/><table:table-cell office:value-type="float" office:value="5">'
        '<text:p>5.00</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/>'
        "</table:table-row>"
    )
    data = ods(rows)
    assert sniff(data) == "xlsx"
    document = read_spreadsheet(data)
    assert document.format == "ods"
    assert cells(document) == [Cell("总 计", 0, 0, 1, 2), Cell("5.00", 0, 2)]
    assert document.notes == ("hidden sheet 隐 left out",)


# ---- hostile and broken files


def sheet_xml(body: str) -> bytes:
    return (
        f"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{body}</worksheet>"
    ).encode()


def with_sheet(body: str) -> bytes:
    return with_parts(one_row("总计", 1), {"xl/worksheets/sheet1.xml": sheet_xml(body)})


def number(reference: str) -> str:
    return f"<c r='{reference}'><v>1</v></c>"


def record(kind: int, *values: int, form: str) -> bytes:
    content = struct.pack(form, *values)
    return struct.pack("<HH", kind, len(content)) + content


def xls_records(*records: bytes) -> bytes:
    begin = record(0x809, 0x600, 5, 0, 0, 0, 0, form="<HHHHII")
    end = record(0x0A, form="<")
    sheet = len(begin + end) + 12 + 1
    listed = struct.pack("<HHIBBBB", 0x85, 9, sheet, 0, 0, 1, 0) + b"a"
    return write_compound({"Workbook": begin + listed + end + begin + b"".join(records) + end})


def hostile() -> dict[str, tuple[Callable[[], bytes], set[str]]]:
    """By what is wrong with them: what makes them, when they are wanted, and what may be said."""
    good, old = one_row("总计", 1), write_xls(compose(blank_figures()))
    far = (
        "<sheetData><row r='1'>"
        + number("A1")
        + "</row><row r='1048576'>"
        + number("XFD1048576")
        + "</row></sheetData>"
    )
    thousand = "<c><v>1</v></c>" * 1000
    rows = [f"<row r='{r}'>{thousand}</row>" for r in range(1, 1001)]
    head = "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
    string = "<si><t>x</t></si>"
    wide = "<table:table-cell office:value-type='float' office:value='1' table:number-columns-repeated='16384'><text:p/>"
    return {
        **{f"xlsx cut at {share}%": (partial(cut, good, share), {"truncated"}) for share in (5, 50, 95)},
        **{f"xls cut at {share}%": (partial(cut, old, share), {"truncated", "broken"}) for share in (1, 30, 90)},
        "declared size": (lambda: with_sheet("<dimension ref='A1:XFD1048576'/><sheetData/>"), {"no_text"}),
        "cells far apart": (lambda: with_sheet(far), {"too_complex"}),
        "a million cells": (lambda: with_sheet(f"<sheetData>{''.join(rows)}</sheetData>"), {"too_complex"}),
        "merge over everything": (
            lambda: with_sheet(
                f"<sheetData><row>{number('A1')}</row></sheetData>"
                "<mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>"
            ),
            {""},
        ),
        "impossible cell": (lambda: with_sheet(f"<sheetData><row>{number('A99999999')}</row></sheetData>"), {"broken"}),
        "no XML": (lambda: with_sheet("<sheetData>"), {"broken"}),
        "strings of 100 MB": (lambda: with_parts(good, {"xl/sharedStrings.xml": (head + string * 6_000_000).encode()}), {"bomb"}),
        "no sheets": (lambda: with_parts(good, {"xl/worksheets/sheet1.xml": None}), {"broken", "no_text"}),
        "no workbook": (lambda: with_parts(good, {"xl/workbook.xml": None}), {"broken", "no_text"}),
        "nothing in it": (lambda: xlsx(lambda book: None), {"no_text"}),
        "xlsb": (lambda: with_parts(good, {"xl/workbook.bin": b"x"}), {"unsupported"}),
        "xlsx with password": (lambda: write_compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), {"encrypted"}),
        "xls with password": (lambda: xls_records(record(0x2F, 0, form="<H")), {"encrypted"}),
        "xls cells far apart": (
            lambda: xls_records(*(record(0x203, at, at, 0, 0, form="<HHHQ") for at in (0, 65535))),
            {"too_complex"},
        ),
        "xls of countless strings": (lambda: xls_records(record(0xFC, 0x7FFFFFFF, 0x7FFFFFFF, form="<II")), {"broken"}),
        "xls of nothing": (lambda: write_compound({"Workbook": b"\0"}), {"broken", "no_text"}),
        "xls of noise": (lambda: write_compound({"Workbook": bytes(range(256)) * 40}), {"broken", "no_text", "too_complex"}),
        "other compound file": (lambda: write_compound({"Catalog": b"x"}), {"broken"}),
        "ods bomb": (
            lambda: ods(f"<table:table-row table:number-rows-repeated='1048576'>{wide}</table:table-cell></table:table-row>"),
            {"too_complex"},
        ),
        "ods with password": (lambda: ods("", "<x encryption-data='1'/>"), {"encrypted"}),
        "random": (lambda: b"PK\x03\x04" + bytes(range(256)), {"truncated"}),
    }  # fmt: skip


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    make, codes = HOSTILE[name]
    data = make()
    begin = time.process_time()
    try:
        read_spreadsheet(data)
        code = ""
    except ReadError as error:
        code = error.code
    assert code in codes
    assert time.process_time() - begin < 5


@many(40, 300)
@given(st.sampled_from(["xlsx", "xls", "xlsx sheet"]), st.data())
def test_changed_bytes_give_a_document_or_a_sentence(form: str, draw: st.DataObject) -> None:
    changed = bytearray(CHANGEABLE[form])
    for _ in range(draw.draw(st.integers(1, 10))):
        changed[draw.draw(st.integers(0, len(changed) - 1))] = draw.draw(st.integers(0, 255))
    data = bytes(changed)
    with suppress(ReadError):
        read_spreadsheet(
            with_parts(GOOD, {"xl/worksheets/sheet1.xml": data}) if form == "xlsx sheet" else data
        )


GOOD = one_row("总计", 1, 2.5, None, "甲")
CHANGEABLE = {
    "xlsx": GOOD,
    "xls": write_xls((Table(((Box("总计"), Box("1")), (Box("甲", 1, 2),))),)),
    "xlsx sheet": zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/worksheets/sheet1.xml"),
}
