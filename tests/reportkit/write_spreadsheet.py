"""A printed report as a workbook: texts in rows of their own, tables with merged cells, numbers as numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import xlwt

from tests.reportkit.printed import Box, Printed, Table


def write_xlsx(printed: Printed) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row, col, box in _placed(printed):
        cell = sheet.cell(row + 1, col + 1)
        cell.value = _value(box.text)
        if isinstance(cell.value, str):
            cell.data_type = (
                "s"  # a text that looks like a formula or an error is a text all the same
            )
        if box.rowspan > 1 or box.colspan > 1:
            sheet.merge_cells(
                start_row=row + 1,
                start_column=col + 1,
                end_row=row + box.rowspan,
                end_column=col + box.colspan,
            )
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def write_xls(printed: Printed) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("年报")
    for row, col, box in _placed(printed):
        value = _value(box.text)
        if box.rowspan > 1 or box.colspan > 1:
            sheet.write_merge(row, row + box.rowspan - 1, col, col + box.colspan - 1, value)
        elif value is not None:
            sheet.write(row, col, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def write_ods(printed: Printed) -> bytes:
    """As OpenDocument: what a merged cell covers is there as a covered cell."""
    rows: dict[int, dict[int, str]] = {}
    for row, col, box in _placed(printed):
        for r in range(row, row + box.rowspan):
            for c in range(col, col + box.colspan):
                rows.setdefault(r, {})[c] = "<table:covered-table-cell/>"
        rows[row][col] = _ods_cell(box)
    content = "".join(_ods_row(rows.get(r, {})) for r in range(max(rows) + 1))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(zipfile.ZipInfo("mimetype"), f"application/vnd.{OASIS}.spreadsheet")
        package.writestr("content.xml", CONTENT.format(content))
    return target.getvalue()


OASIS = "oasis.opendocument"
CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="年报">{}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def _ods_row(cells: dict[int, str]) -> str:
    width = max(cells, default=0) + 1
    inside = "".join(cells.get(c, "<table:table-cell/>") for c in range(width))
    return f"<table:table-row>{inside}</table:table-row>"


def _ods_cell(box: Box) -> str:
    spans = ""
    if box.rowspan > 1 or box.colspan > 1:
        spans = (
            f' table:number-rows-spanned="{box.rowspan}"'
            f' table:number-columns-spanned="{box.colspan}"'
        )
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in box.text.split("\n"))
    return f"<table:table-cell{spans}>{lines}</table:table-cell>"


def _placed(printed: Printed) -> Iterator[tuple[int, int, Box]]:
    width = max((block.width for block in printed if isinstance(block, Table)), default=1)
    row = 0
    for block in printed:
        if isinstance(block, Table):
            yield from ((row + r, c, box) for r, c, box in block.placed)
            row += len(block.rows) + 1
        else:
            yield row, 0, Box(block.text, 1, width if block.style == "title" else 1)
            row += 1


def _value(text: str) -> str | int | None:
    if text.isascii() and text.isdigit() and str(int(text)) == text:
        return int(text)
    return text or None
