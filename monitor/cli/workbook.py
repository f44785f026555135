"""Rows as a workbook, with a filter over each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook


def write(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], output: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_cell(row.get(column)) for column in columns])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text, even where it begins with =
    book.save(output)


def _cell(value: object) -> object:
    if value is None or isinstance(value, (int, float)):
        return value
    return str(value)
