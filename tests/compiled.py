"""Each question to SQLite is compiled once for all the stores of a run.

The tests make a thousand stores, each with an engine of its own, and of what an engine is asked the
most part is asked once or twice: without this, SQLAlchemy spends more on writing the SQL than SQLite
on answering it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

COMPILED: dict[Any, Any] = {}


class Dialect(SQLiteDialect_pysqlite):
    """SQLite as it is; one is as good as another, so that what one wrote is found by all."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dialect)

    def __hash__(self) -> int:
        return hash(Dialect)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


def share() -> None:
    for name in ("sqlite", "sqlite.pysqlite"):
        registry.register(name, __name__, Dialect.__name__)
