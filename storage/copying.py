"""A whole store into another database: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    Dialect,
    Engine,
    Integer,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from nianbao.storage.content import Damaged
from nianbao.storage.lease import holder_of
from nianbao.storage.models import Base, Data, Lease
from nianbao.storage.store import StoreError, session, unmoved

BATCH = 500
# A lease is of a process that works now, on the database that it works on.
TABLES = tuple(table for table in Base.metadata.sorted_tables if table is not Lease.__table__)

Told = Callable[[str, int], None]


def copy(
    source: Engine,
    target: Engine,
    now: datetime,
    told: Told = lambda *_: None,
) -> int:
    """Every row as it is, into an empty store; all of them or none. Returns how many.

    Raises StoreError.
    """
    if holder := holder_of(source, "daemon", now):
        zh = f"守护进程 {holder} 还在运行，请先停止"
        raise StoreError(f"{zh} / the daemon {holder} works on it, stop it first")
    with unmoved(source) as old, session(target) as new:
        refuse_full(new)
        return carry(old, new, told).rows


class Carried(NamedTuple):
    rows: int
    marks: dict[str, str]  # of each table


def carry(old: Session, new: Session, told: Told = lambda *_: None) -> Carried:
    """Every row into empty tables, held against what it was before it counts."""
    count = 0
    for table in TABLES:
        rows = old.execute(_ordered(table), execution_options={"yield_per": BATCH})
        try:
            for part in rows.partitions():
                _put(new, table, [dict(row._mapping) for row in part])
                count += len(part)
                told(table.name, len(part))
        except ValueError as error:
            zh = f"数据库的 {table.name} 表已损坏（{error}）"
            raise StoreError(f"{zh} / the table {table.name} is damaged ({error})") from None
        _count_on(new, table)
    marks = marks_of(new)
    if differing := unlike(marks_of(old), marks):
        raise StoreError(f"复制后内容不同：{differing} / not the same after copying: {differing}")
    return Carried(count, marks)


def _put(new: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """A value of SQLite that is no JSON any more is put as it lies there; PostgreSQL has no place
    for one.
    """
    kept = [
        ({"of_" + key.name: row[key.name] for key in table.primary_key}, name, row[name])
        for row in rows
        for name in _json_of(table)
        if isinstance(row[name], Damaged)
    ]
    if kept and new.get_bind().dialect.name != "sqlite":
        raise ValueError(f"{kept[0][1]}: {str(kept[0][2].kept)[:80]!r}")
    broken = {name for _, name, _ in kept}
    new.execute(insert(table), [row | _instead(row, broken) for row in rows])
    for which, name, damaged in kept:
        at = [key == bindparam("of_" + key.name) for key in table.primary_key]
        value = {table.c[name]: bindparam("kept", type_=Text)}
        new.execute(update(table).where(*at).values(value), {**which, "kept": damaged.kept})


def _instead(row: Mapping[str, Any], broken: Iterable[str]) -> dict[str, Any]:
    """Something in the place of what can't be written as JSON."""
    return {name: [] for name in broken if isinstance(row[name], Damaged)}


def _json_of(table: Table) -> list[str]:
    return [column.name for column in table.c if isinstance(column.type, (JSON, Data))]


class _AsItLies(TypeDecorator[Any]):
    """JSON that may be none any more."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if dialect.name == "sqlite" else JSON()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name != "sqlite" or not isinstance(value, (str, bytes)):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return Damaged(value)


def refuse_full(s: Session) -> None:
    """Raises StoreError where anything is known."""
    if full := tables_with_rows(s):
        zh = f"目标数据库不是空的（{'、'.join(full)}）"
        raise StoreError(f"{zh} / the target is not empty: {', '.join(full)}")


def tables_with_rows(s: Session) -> list[str]:
    return [table.name for table in TABLES if s.execute(select(table).limit(1)).first()]


def marks_of(s: Session) -> dict[str, str]:
    """Of each table, how many rows it has and what they are, in whatever order."""
    return {table.name: _mark(s, table) for table in TABLES}


def unlike(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    return ", ".join(sorted(name for name in one if one[name] != other.get(name)))


def _mark(s: Session, table: Table) -> str:
    """Databases sort texts in their own ways: a sum has no order."""
    count = total = 0
    for row in s.execute(_ordered(table), execution_options={"yield_per": BATCH}):
        count += 1
        total += int.from_bytes(hashlib.sha256(_words(row)).digest()[:16])
    return f"{count}:{total % (1 << 128):032x}"


def _words(row: Iterable[object]) -> bytes:
    """A row as every database gives it: times in one zone."""
    return repr([_plain(value) for value in row]).encode()


def _plain(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _ordered(table: Table) -> Select[Any]:
    return select(*map(_told, table.c)).order_by(*table.primary_key)


def _told(column: Column[Any]) -> Any:
    if isinstance(column.type, (JSON, Data)):
        return type_coerce(column, _AsItLies()).label(column.name)
    return column


def _count_on(s: Session, table: Table) -> None:
    """PostgreSQL counts on behind the rows that have their numbers already."""
    counts = "id" in table.c and isinstance(table.c.id.type, Integer)
    if counts and s.get_bind().dialect.name == "postgresql":
        s.execute(text(COUNT_ON.format(table=table.name)))


NEXT = """(SELECT coalesce(max(id), 0) + 1 FROM "{table}")"""
COUNT_ON = f"""SELECT setval(pg_get_serial_sequence('"{{table}}"', 'id'), {NEXT}, false)"""
