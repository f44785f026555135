"""How a question is said, so that the database begins where the fewest rows are."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from nianbao.storage.scope import Scope

T = TypeVar("T")


class Beside(FunctionElement[T]):
    """A column that is looked at in the rows which something else has found."""

    inherit_cache = True

    def __init__(self, column: InstrumentedAttribute[T]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Beside)
def _as_it_is(element: Beside[Any], compiler: SQLCompiler, **kept: Any) -> str:
    return compiler.process(element.clauses, **kept)


@compiles(Beside, "sqlite")
def _without_index(element: Beside[Any], compiler: SQLCompiler, **kept: Any) -> str:
    """By its sign SQLite looks for it in no index."""
    return f"+{compiler.process(element.clauses, **kept)}"


def beside(column: InstrumentedAttribute[T], scope: Scope) -> ColumnElement[T]:
    """A column of rows of the units of a scope, which the same question tells.

    SQLite counts nothing beforehand: it takes a year, or whatever is later than a day, for a few
    rows, and would look at those of all units there are to keep those of some. So it is told to
    begin with the units.
    """
    return column.expression if scope.is_everything else Beside(column)


def newest(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """The highest first, of rows that something else finds: for the first few PostgreSQL would go
    through the index of this column, past everybody else's rows, until it met one of these.
    """
    return (column + 0).desc()
