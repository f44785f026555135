"""Rows as a workbook, with a filter over each column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any

from nianbao.monitor.paper.xlsx import Row, Sheet
from nianbao.monitor.paper.xlsx import write as write_sheets


def write(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], output: Path | IO[bytes]
) -> None:
    """Each row is written as it comes."""
    every = chain((Row(columns),), (_row(row, columns) for row in rows))
    sheet = Sheet("Sheet", every, titles=1, frozen="A2", widths=[0.0] * len(columns))
    write_sheets(output, (sheet,), datetime.now(UTC))


def _row(row: Mapping[str, Any], columns: Sequence[str]) -> Row:
    return Row([_value(row.get(column)) for column in columns])


def _value(value: object) -> object:
    return value if value is None or isinstance(value, (int, float)) else str(value)
