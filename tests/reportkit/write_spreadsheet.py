"""A printed report as a workbook: texts in rows of their own, tables with merged cells, numbers as numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator

import openpyxl
import xlwt

from tests.reportkit.printed import Box, Printed, Table


def write_xlsx(printed: Printed) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
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
