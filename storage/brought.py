"""Rows that a question brings along.

As one value: however many they are, it is the same question, which is written once and then kept.
Written out as rows they would be a new one each time, and writing it takes longer than its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    TableValuedAlias,
    Text,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy import column as sql_column
from sqlalchemy.orm import Session

from nianbao.storage.models import Moment

Cell = int | datetime | Sequence[int]


def table_of(
    name: str, columns: Mapping[str, type], rows: ColumnElement[Any], *, on_postgresql: bool
) -> CTE:
    """A table of numbers, moments and lists of numbers, as its columns say, out of `told`."""
    row = _taken_apart(rows, on_postgresql).c.value
    cells = [_cell(row[n], kind, on_postgresql) for n, kind in enumerate(columns.values())]
    named = zip(columns, cells, strict=True)
    return select(*(cell.label(column) for column, cell in named)).cte(name)


def told(rows: Iterable[Iterable[Cell]]) -> list[list[Any]]:
    """Rows as one value of JSON."""
    return [[_told(cell) for cell in row] for row in rows]


def numbers_in(cell: ColumnElement[Any], *, on_postgresql: bool) -> Select[int]:
    """The numbers of a list that was brought along."""
    value = _taken_apart(cell, on_postgresql).c.value
    if on_postgresql:
        return select(cast(cast(value, Text), Integer))
    return select(type_coerce(value, Integer))


def on_postgresql(s: Session) -> bool:
    return s.get_bind().dialect.name == "postgresql"


def _taken_apart(listed: ColumnElement[Any], on_postgresql: bool) -> TableValuedAlias:
    taken_apart = func.json_array_elements if on_postgresql else func.json_each
    return taken_apart(listed).table_valued(sql_column("value", JSON()))


def _told(cell: Cell) -> int | str | Sequence[int]:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"  # as SQLite keeps it
    return cell


def _cell(value: Any, kind: type, on_postgresql: bool) -> Any:
    if kind is int:
        return value.as_integer()
    if kind is list:
        return value
    text = value.as_string()
    if on_postgresql:
        text = func.timezone("UTC", cast(text, DateTime))
    return type_coerce(text, Moment)
