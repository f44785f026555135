"""Rows as a workbook, with a filter over each column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from nianbao.monitor.paper.cells import writable


def write(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], output: Path | IO[bytes]
) -> None:
    """Each row is written as it comes."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet")
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    last = 1
    for row in rows:
        last += 1
        sheet.append([_cell(sheet, row.get(column)) for column in columns])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    book.save(output)


def _cell(sheet: Any, value: object) -> object:
    if value is None or isinstance(value, (int, float)):
        return value
    cell = WriteOnlyCell(sheet, writable(str(value)))
    cell.data_type = "s"  # text, even where it begins with =
    return cell
