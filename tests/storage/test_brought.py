"""Rows that a question brings along come back as they were, and do not make it another question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Engine, event, literal, select

from nianbao.monitor.standing import BEIJING
from nianbao.storage.brought import Cell, numbers_in, on_postgresql, table_of, told
from nianbao.storage.proving import NEVER
from nianbao.storage.store import looking, open_store
from tests.worlds.stores import emptied

DAY = datetime(2027, 2, 1, tzinfo=UTC)
COLUMNS = {"number": int, "moment": datetime, "numbers": list}


def answered(engine: Engine, rows: list[tuple[Cell, ...]]) -> list[tuple[Any, ...]]:
    with looking(engine) as s:
        there = on_postgresql(s)
        table = table_of("told", COLUMNS, literal(told(rows), JSON), on_postgresql=there)
        many = numbers_in(table.c.numbers, on_postgresql=there).correlate(table).subquery()
        largest = select(many).order_by(many.c[0].desc()).limit(1).scalar_subquery()
        asked = select(table.c.number, table.c.moment, largest).order_by(table.c.number)
        return [tuple(row) for row in s.execute(asked)]


@pytest.mark.parametrize(
    "moment",
    [
        DAY,
        DAY + timedelta(microseconds=1),
        datetime(2027, 1, 31, 23, 59, 59, 999_999, tzinfo=BEIJING),
        NEVER,
    ],
)
def test_they_come_back_as_they_were(store_url: str, moment: datetime) -> None:
    engine = open_store(store_url)
    rows: list[tuple[Cell, ...]] = [(1, moment, [3, 20]), (2, DAY, [10, 9])]
    try:
        assert answered(engine, rows) == [(1, moment, 20), (2, DAY, 10)]
        assert answered(engine, []) == []
    finally:
        emptied(engine)


def test_many_are_the_same_question_as_one(store_url: str) -> None:
    engine = open_store(store_url)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *each: asked.append(each[2]))
    try:
        answered(engine, [(1, DAY, [1])])
        answered(engine, [(n, DAY, [*range(n)]) for n in range(1, 300)])
    finally:
        emptied(engine)
    first, second = (statement for statement in asked if "told" in statement)
    assert first == second
