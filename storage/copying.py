"""A whole store into another database: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, Integer, Table, func, insert, select, text
from sqlalchemy.orm import Session

from nianbao.storage.lease import holder_of
from nianbao.storage.models import Base, Lease
from nianbao.storage.store import StoreError, looking, session

BATCH = 500


def copy(
    source: Engine,
    target: Engine,
    now: datetime,
    told: Callable[[str, int], None] = lambda *_: None,
) -> int:
    """Every row as it is, into an empty store; all of them or none. Returns how many.

    Raises StoreError.
    """
    tables = [table for table in Base.metadata.sorted_tables if table is not Lease.__table__]
    if holder := holder_of(source, "daemon", now):
        zh = f"守护进程 {holder} 还在运行，请先停止"
        raise StoreError(f"{zh} / the daemon {holder} works on it, stop it first")
    count = 0
    with looking(source) as old, session(target) as new:
        full = [table.name for table in tables if _has_rows(new, table)]
        if full:
            zh = f"目标数据库不是空的（{'、'.join(full)}）"
            raise StoreError(f"{zh} / the target is not empty: {', '.join(full)}")
        for table in tables:
            ordered = select(table).order_by(*table.primary_key)
            rows = old.execute(ordered, execution_options={"yield_per": BATCH})
            for part in rows.partitions():
                new.execute(insert(table), [dict(row._mapping) for row in part])
                count += len(part)
                told(table.name, len(part))
            counts = "id" in table.c and isinstance(table.c.id.type, Integer)
            if counts and target.dialect.name == "postgresql":
                new.execute(text(COUNT_ON.format(table=table.name)))
    return count


def _has_rows(s: Session, table: Table) -> bool:
    return bool(s.scalar(select(func.count()).select_from(table)))


NEXT = """(SELECT coalesce(max(id), 0) + 1 FROM "{table}")"""
COUNT_ON = f"""SELECT setval(pg_get_serial_sequence('"{{table}}"', 'id'), {NEXT}, false)"""
