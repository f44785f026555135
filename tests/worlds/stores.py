"""What a store holds, to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, select, text

from nianbao.storage.jobs import SCHEMA
from nianbao.storage.models import (
    Base,
    Document,
    FindingRow,
    Lease,
    Look,
    Moment,
    Portal,
    ReportVersion,
    Sighting,
    Sweep,
)
from nianbao.storage.store import looking, open_store, session


def emptied(engine: Engine) -> None:
    """The one PostgreSQL is left without tables; SQLite's file goes with its folder."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    engine.dispose()


@contextmanager
def beside(store: str, folder: Path, name: str, like: str = "") -> Iterator[str]:
    """Another database of its own on the same server, or a file in the folder; filled as `like`
    is, to which nobody may be connected. A file is copied with its folder.
    """
    url = make_url(store)
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder}/store/nianbao.db"
        return
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    template = f' TEMPLATE "{make_url(like).database}"' if like else ""
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"{template}'))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def backwards(engine: Engine) -> Engine:
    """Rows that are asked for without an order come as PostgreSQL may give them: in any other
    than that in which they were written. Of SQLite alone.
    """

    @event.listens_for(engine, "connect")
    def turned(connection: Any, _: object) -> None:
        connection.execute("PRAGMA reverse_unordered_selects = ON")

    engine.dispose()
    return engine


def stored(folder: Path) -> dict[str, Any]:
    """Everything that is known, but for the times."""
    engine = open_store(f"sqlite:///{folder}/n.db", upgrade=False)
    with session(engine) as s:
        result = {
            "sightings": sorted(
                (
                    x.url.partition("/zw")[2],
                    x.title,
                    str(x.listed),
                    x.unit,
                    x.year,
                    x.page,
                    x.review,
                )
                for x in s.scalars(select(Sighting))
            ),
            "versions": sorted(
                (
                    x.unit,
                    x.year,
                    x.number,
                    str(x.published),
                    str(x.content["requests"]),
                    str(x.content["disputes"]),
                )
                for x in s.scalars(select(ReportVersion))
            ),
            "documents": sorted(
                (x.url.partition("/zw")[2], x.sha256)
                for x in s.scalars(select(Document))
                if "/t2" in x.url
            ),
            "findings": sorted((x.rule, x.severity) for x in s.scalars(select(FindingRow))),
            "looks": [(x.state, x.complete) for x in s.scalars(select(Look))],
            "sweeps": [x.complete for x in s.scalars(select(Sweep))],
        }
    engine.dispose()
    return result


def a_day_later(folder: Path, days: int = 1) -> None:
    """As if all that is known had come a day earlier, or several."""
    engine = open_store(f"sqlite:///{folder}/n.db")
    moments = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Moment)
    ]
    with session(engine) as s:
        for column in moments:
            known = select(column).where(column.is_not(None)).distinct()
            for at in sorted(s.scalars(known)):
                moved = column.table.update().where(column == at)
                s.execute(moved.values({column.name: at - timedelta(days=days)}))
    engine.dispose()


def known_until(store: str, moment: datetime) -> None:
    """As if somebody had come by at a time and seen nothing: the days before it may be asked for."""
    engine = open_store(store)
    with session(engine) as s:
        for portal in s.scalars(select(Portal.id).limit(1)):
            s.add(Sweep(portal=portal, began=moment, ended=moment))
    engine.dispose()


def everything(engine: Engine) -> dict[str, list[dict[str, object]]]:
    with looking(engine) as s:
        return {
            table.name: [
                dict(row._mapping) for row in s.execute(select(table).order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
            if table is not Lease.__table__
        }
