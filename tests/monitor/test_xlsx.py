"""What the tables of a workbook hold must be what openpyxl reads, whatever others wrote."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.monitor.cli.tables import Form, stream
from nianbao.monitor.paper.cells import writable
from nianbao.monitor.paper.workbook import write as write_plain
from nianbao.monitor.paper.xlsx import PLAIN, Row, Shade, Sheet, Style, letter_of, write

MADE = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
HEAD = Style("宋体", 16, bold=True, colour="FFFFFF", fill="1F4E78", across="center", wraps=True)
LINED = Style("宋体", line="BFBFBF", across="left", down="center", wraps=True)
NAMES = {"a & b's <1>": "'a & b''s <1>'", "发布情况": "'发布情况'"}


def written(*sheets: Sheet) -> bytes:
    out = io.BytesIO()
    write(out, sheets, MADE)
    return out.getvalue()


def rows_of(made: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(made)).worksheets[0]
    return [*sheet.iter_rows(values_only=True)]


def table(rows: Sequence[Sequence[Any]], width: int) -> bytes:
    every = (Row(row) for row in rows)
    return written(Sheet("表", every, titles=1, frozen="A2", widths=[0] * width))


TEXTS = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(
        ["=1+1", " 前后 ", "\t", "a\nb", "a\r\nb", "]]>", "&amp;", "<t>", "\ud800", "\x07"]
    ),
)
VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.dates(date(1950, 1, 1), date(2100, 12, 31)),
)


@settings(max_examples=40)
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_written_is_read(rows: list[list[Any]]) -> None:
    read = rows_of(table([["题", "a", "b"], *rows], 3))[1:]
    for row, found in zip(rows, [*read, *[(None,) * 3] * (len(rows) - len(read))], strict=True):
        assert [told(value) for value in found] == [told(writable(value)) for value in row]


def told(value: Any) -> Any:
    """openpyxl reads a day with its midnight, a whole number without a point, and ends of lines as
    XML has them."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def test_a_text_is_never_a_formula() -> None:
    sheet = load_workbook(io.BytesIO(table([["题"], ["=HYPERLINK(1)"]], 1))).worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=HYPERLINK(1)", "s")


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), ["a"], b"x"])
def test_what_no_cell_holds_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no cell holds"):
        table([["题"], [value]], 1)


def test_a_text_is_cut_where_a_cell_ends() -> None:
    assert len(rows_of(table([["题"], ["年" * 40_000]], 1))[1][0]) == 32_767


@settings(max_examples=40)
@given(st.integers(1, 16_384))
def test_columns_are_called_as_programs_call_them(column: int) -> None:
    assert letter_of(column) == get_column_letter(column)


def sheet_of(name: str, count: int) -> Sheet:
    rows = [Row(["标题"], [HEAD], 34), Row(["甲", "日"], [HEAD, HEAD], 30)]
    rows += [Row([f"{n}镇", date(2026, 1, 31)], [LINED, LINED], 20) for n in range(count)]
    shades = (Shade('$A3="0镇"', "F8CBAD"), Shade('$A3="1镇"', "C6E0B4"), Shade("1=2", "F8CBAD"))
    return Sheet(
        name, iter(rows), 2, "B3", [18, 12.5], whole=(1,), shades=shades, footer="第 &P 页"
    )


def test_it_looks_as_it_is_told_to() -> None:
    book = load_workbook(io.BytesIO(written(*(sheet_of(name, 3) for name in NAMES))))
    assert book.sheetnames == list(NAMES)
    assert book.properties.creator == "nianbao"
    assert book.properties.created == book.properties.modified == MADE.replace(tzinfo=None)
    for sheet in book.worksheets:
        _looks(sheet)
        assert sheet.print_title_rows == "$1:$2"


def _looks(sheet: Worksheet) -> None:
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref == "A2:B5"
    assert [str(each) for each in sheet.merged_cells.ranges] == ["A1:B1"]
    assert [sheet.column_dimensions[letter].width for letter in "AB"] == [18, 12.5]
    assert [sheet.row_dimensions[at].height for at in (1, 2, 3)] == [34, 30, 20]
    page, fits, foot = sheet.page_setup, sheet.sheet_properties.pageSetUpPr, sheet.oddFooter
    assert (page.orientation, str(page.paperSize), page.fitToHeight) == ("landscape", "9", 0)
    assert fits is not None
    assert fits.fitToPage
    assert foot is not None
    assert foot.center.text == "第 &P 页"
    title, cell = sheet["A1"], sheet["B3"]
    assert (title.font.name, title.font.sz, title.font.b) == ("宋体", 16, True)
    assert (title.font.color.rgb, title.fill.fgColor.rgb) == ("FFFFFFFF", "FF1F4E78")
    assert (title.alignment.horizontal, title.alignment.wrap_text) == ("center", True)
    assert (cell.number_format, cell.value) == ("yyyy-mm-dd", datetime(2026, 1, 31))
    assert (cell.border.top.style, cell.border.top.color.rgb) == ("thin", "FFBFBFBF")
    shaded = {
        rule.formula[0]: (str(of.sqref), rule.dxf.fill.bgColor.rgb)
        for of in sheet.conditional_formatting
        for rule in of.rules
    }
    assert shaded == {
        '$A3="0镇"': ("A3:B5", "FFF8CBAD"),
        '$A3="1镇"': ("A3:B5", "FFC6E0B4"),
        "1=2": ("A3:B5", "FFF8CBAD"),
    }


def test_without_rows_the_filter_has_one() -> None:
    sheet = load_workbook(io.BytesIO(written(sheet_of("空", 0)))).worksheets[0]
    assert sheet.auto_filter.ref == "A2:B3"
    assert [str(each.sqref) for each in sheet.conditional_formatting] == ["A3:B3"]


def test_a_style_is_written_once() -> None:
    styles = zipfile.ZipFile(io.BytesIO(written(sheet_of("表", 500)))).read("xl/styles.xml")
    assert (
        len(etree.fromstring(styles).findall(".//{*}cellXfs/{*}xf")) == 4
    )  # the default, HEAD, LINED twice
    assert Style() == PLAIN


def test_rows_are_written_as_they_come(tmp_path: Path) -> None:
    """None of them is kept: what the zip holds back is less than a piece of them."""
    output, sizes = tmp_path / "long.xlsx", list[int]()

    def rows() -> Any:
        for n in range(6_000):
            if n % 2_000 == 0:
                sizes.append(output.stat().st_size)
            yield {"a": n, "b": f"{n * 7919 % 100_003}", "c": None}

    write_plain(rows(), ["a", "b", "c"], output)
    assert sizes == sorted(set(sizes))
    read = load_workbook(output, read_only=True).worksheets[0]
    last = [*read.iter_rows(min_row=6_001, values_only=True)]
    assert last == [(5_999, str(5_999 * 7919 % 100_003), None)]


def test_a_table_that_ends_halfway_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    output = tmp_path / "a.xlsx"
    output.write_bytes(b"before")

    def rows() -> Any:
        yield {"a": 1}
        raise KeyboardInterrupt

    told: dict[str, Any] = {"heads": ["a"], "shown": lambda row: ["a"], "summary": str}
    with pytest.raises(KeyboardInterrupt):
        stream(rows(), ["a"], Form.xlsx, output, **told)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_every_part_is_known_and_each_link_leads_somewhere() -> None:
    book = zipfile.ZipFile(io.BytesIO(written(*(sheet_of(name, 1) for name in NAMES))))
    parts = {*book.namelist()} - {"[Content_Types].xml"}
    assert {part.extract_version for part in book.infolist()} == {20}  # Excel reads no ZIP64
    named = {*re.findall('PartName="/([^"]+)"', book.read("[Content_Types].xml").decode())}
    assert named == {part for part in parts if not part.endswith(".rels")}
    links = book.read("xl/_rels/workbook.xml.rels").decode()
    assert {f"xl/{to}" for to in re.findall('Target="([^"]+)"', links)} <= parts
