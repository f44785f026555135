"""A whole store into another database: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    delete,
    func,
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
from nianbao.storage.store import (
    StoreError,
    is_half,
    looking,
    say_half,
    say_whole,
    session,
    unmoved,
)

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
    """Every row as it is, into an empty store; returns how many. One that was stopped at any
    moment goes on where it was; until the end no program works on what is there.

    `told` hears of rows that were there already, too. Raises StoreError.
    """
    refuse_watched(source, now)
    with unmoved(source) as old:
        with session(target) as new:
            if not is_half(new):
                refuse_full(new)
                say_half(new)
        for n, table in enumerate(TABLES):
            _carry_on(old, target, table, TABLES[n + 1 :], told)
        with session(target) as new:
            for table in TABLES:
                _count_on(new, table)
            marks = marks_of(new)
            if differing := unlike(marks_of(old), marks):
                raise StoreError(_said_unlike(differing))
            say_whole(new)
    return sum(int(mark.partition(":")[0]) for mark in marks.values())


def rows_in(engine: Engine) -> int:
    with looking(engine) as s:
        return sum(s.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES)


def refuse_watched(source: Engine, now: datetime) -> None:
    """Raises StoreError where a daemon works on it."""
    if holder := holder_of(source, "daemon", now):
        zh = f"守护进程 {holder} 还在运行，请先停止"
        raise StoreError(f"{zh} / the daemon {holder} works on it, stop it first")


def begin_anew(target: Engine) -> None:
    """What an unfinished copy left is taken away. Raises StoreError where it is none."""
    with session(target) as s:
        if not is_half(s):
            refuse_full(s)
        for table in reversed(TABLES):
            s.execute(delete(table))


def _carry_on(
    old: Session, target: Engine, table: Table, later: Sequence[Table], told: Told
) -> None:
    """The rows of a table that are not there yet, some at a time."""
    asked = _ordered(table)
    if there := _begun(old, target, table, later):
        told(table.name, there.rows)
        if there.last is None:
            return
        asked = asked.where(table.c.id > there.last)
    rows = old.execute(asked, execution_options={"yield_per": BATCH})
    for part in rows.partitions():
        with session(target) as new, _telling_damage(table):
            _put(new, table, [dict(row._mapping) for row in part])
        told(table.name, len(part))


class Begun(NamedTuple):
    rows: int
    last: int | None  # the number of the last row; None where all are there


def _begun(old: Session, target: Engine, table: Table, later: Sequence[Table]) -> Begun | None:
    """What is there of a table; None where it is to be begun. Raises StoreError where something
    else is there.
    """
    with looking(target) as new:
        mark = _mark(new, table)
        last = new.scalar(select(func.max(table.c.id))) if _is_numbered(table) else None
        is_followed = any(_has_rows(new, each) for each in later)
    rows = int(mark.partition(":")[0])
    if not rows and not (is_followed and _has_rows(old, table)):
        return None
    if rows and mark == _mark(old, table):
        return Begun(rows, None)
    if rows and last is not None and mark == _mark(old, table, last):
        return Begun(rows, last)
    if last is not None or is_followed:
        raise StoreError(_said_unlike(table.name))
    with session(target) as new:  # without numbers nobody knows which are missing
        new.execute(delete(table))
    return None


def _has_rows(s: Session, table: Table) -> bool:
    return s.execute(select(table).limit(1)).first() is not None


def _said_unlike(tables: str) -> str:
    zh = f"目标与源数据库内容不同：{tables}；确要重新复制请加 --anew"
    return f"{zh} / not the same as the source: {tables}; `--anew` copies all of it again"


def _is_numbered(table: Table) -> bool:
    return "id" in table.c and isinstance(table.c.id.type, Integer)


@contextmanager
def _telling_damage(table: Table) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        zh = f"数据库的 {table.name} 表已损坏（{error}）"
        raise StoreError(f"{zh} / the table {table.name} is damaged ({error})") from None


class Carried(NamedTuple):
    rows: int
    marks: dict[str, str]  # of each table


def carry(old: Session, new: Session, told: Told = lambda *_: None) -> Carried:
    """Every row into empty tables, held against what it was before it counts."""
    count = 0
    for table in TABLES:
        rows = old.execute(_ordered(table), execution_options={"yield_per": BATCH})
        with _telling_damage(table):
            for part in rows.partitions():
                _put(new, table, [dict(row._mapping) for row in part])
                count += len(part)
                told(table.name, len(part))
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
    return [table.name for table in TABLES if _has_rows(s, table)]


def marks_of(s: Session) -> dict[str, str]:
    """Of each table, how many rows it has and what they are, in whatever order."""
    return {table.name: _mark(s, table) for table in TABLES}


def unlike(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    return ", ".join(sorted(name for name in one if one[name] != other.get(name)))


def _mark(s: Session, table: Table, until: int | None = None) -> str:
    """Of its rows, up to that of a number. Databases sort texts in their own ways: a sum has no
    order.
    """
    count = total = 0
    asked = _ordered(table)
    if until is not None:
        asked = asked.where(table.c.id <= until)
    for row in s.execute(asked, execution_options={"yield_per": BATCH}):
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
    if _is_numbered(table) and s.get_bind().dialect.name == "postgresql":
        s.execute(text(COUNT_ON.format(table=table.name)))


NEXT = """(SELECT coalesce(max(id), 0) + 1 FROM "{table}")"""
COUNT_ON = f"""SELECT setval(pg_get_serial_sequence('"{{table}}"', 'id'), {NEXT}, false)"""
