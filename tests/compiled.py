"""Each question is compiled once for all the stores of a run, and what makes each table once.

The tests make a thousand stores, each with an engine of its own, and of what an engine is asked the
most part is asked once or twice: without this, SQLAlchemy spends more on writing the SQL than a
database on answering it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteDDLCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.compiler import DDLCompiler

from nianbao.storage.models import Base

COMPILED: dict[Any, Any] = {}
WRITTEN: dict[Any, str] = {}


class Tables(DDLCompiler):
    """What makes a table of ours, or an index on it, is written once for as many columns as it has."""

    def process(self, obj: Any, **how: Any) -> str:
        if type(obj) not in (CreateTable, CreateIndex):
            return super().process(obj, **how)
        table = obj.element if type(obj) is CreateTable else obj.element.table
        if table.metadata is not Base.metadata:
            return super().process(obj, **how)
        size = len(table.columns), len(table.constraints)
        told = (type(self), type(obj), obj.element, size, obj.if_not_exists, *how.items())
        if told not in WRITTEN:
            WRITTEN[told] = super().process(obj, **how)
        return WRITTEN[told]


class OfSqlite(Tables, SQLiteDDLCompiler):
    pass


class OfPostgresql(Tables, PGDDLCompiler):
    pass


class Shared:
    """A dialect as it is; one is as good as another, so that what one wrote is found by all."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


class Sqlite(Shared, SQLiteDialect_pysqlite):
    supports_statement_cache = True
    ddl_compiler = OfSqlite


class Postgresql(Shared, PGDialect_psycopg):
    supports_statement_cache = True
    ddl_compiler = OfPostgresql


def share() -> None:
    for name in ("sqlite", "sqlite.pysqlite"):
        registry.register(name, __name__, Sqlite.__name__)
    registry.register("postgresql.psycopg", __name__, Postgresql.__name__)
