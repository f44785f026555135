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
    literal,
    select,
    type_coerce,
)
from sqlalchemy import column as sql_column
from sqlalchemy.orm import Session

from nianbao.storage.models import Moment

Cell = int | datetime | Sequence[int]


def brought(
    s: Session, name: str, columns: Mapping[str, type], rows: Iterable[Iterable[Cell]]
) -> CTE:
    """A table of numbers, moments and lists of numbers, as its columns say."""
    told = [[_told(cell) for cell in row] for row in rows]
    row = _taken_apart(s, literal(told, JSON), JSON()).c.value
    cells = [_cell(s, row[n], kind) for n, kind in enumerate(columns.values())]
    named = zip(columns, cells, strict=True)
    return select(*(cell.label(column) for column, cell in named)).cte(name)


def numbers_in(s: Session, cell: ColumnElement[Any]) -> Select[int]:
    """The numbers of a list that was brought along."""
    value = _taken_apart(s, cell, JSON()).c.value
    if _on_postgresql(s):
        return select(cast(cast(value, Text), Integer))
    return select(type_coerce(value, Integer))


def _on_postgresql(s: Session) -> bool:
    return s.get_bind().dialect.name == "postgresql"


def _taken_apart(s: Session, listed: ColumnElement[Any], kind: JSON) -> TableValuedAlias:
    taken_apart = func.json_array_elements if _on_postgresql(s) else func.json_each
    return taken_apart(listed).table_valued(sql_column("value", kind))


def _told(cell: Cell) -> int | str | Sequence[int]:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"  # as SQLite keeps it
    return cell


def _cell(s: Session, value: Any, kind: type) -> Any:
    if kind is int:
        return value.as_integer()
    if kind is list:
        return value
    text = value.as_string()
    if _on_postgresql(s):
        text = func.timezone("UTC", cast(text, DateTime))
    return type_coerce(text, Moment)
