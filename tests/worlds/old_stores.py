"""A store as an earlier release wrote it, to be brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, MetaData, insert

from nianbao.storage.store import migrate, open_store
from tests.worlds.stores import emptied


@contextmanager
def store_of(revision: str, url: str) -> Iterator[Engine]:
    """An empty store of an earlier revision; taken away at the end."""
    engine = open_store(url, upgrade=False)
    migrate(engine, revision)
    yield engine
    emptied(engine)


class Filler:
    """Rows as a release wrote them, by the tables that it had."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.tables = engine, MetaData()
        self.tables.reflect(engine)

    def __call__(self, table: str, **row: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(self.tables.tables[table]).values(**row))

    def county(self, code: str, name: str, units: dict[str, str], kind: str = "town") -> None:
        """A county and its units by their keys."""
        self("region", code=code, name=name, level="county", policy="")
        for key, called in units.items():
            self("unit", id=key, county=code, name=called, kind=kind, aliases=[])
