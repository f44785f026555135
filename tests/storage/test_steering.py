"""A question about some units costs what is known of them, however many there are of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nianbao.storage.findings import rule_counts
from nianbao.storage.models import Event, Look, StandingRow
from nianbao.storage.queries import events, findings, waivers_of
from nianbao.storage.scope import EVERYTHING, Scope, of_county
from nianbao.storage.standings import counts_by_county, rows_of, settled_since
from nianbao.storage.steering import beside, newest
from nianbao.storage.store import looking, open_store
from nianbao.storage.units import units_named

AT = datetime(2026, 1, 31, tzinfo=UTC)
PROVINCE, A_COUNTY, A_UNIT = Scope(("13",)), of_county("130525"), Scope((), ("u",), ("130525",))
QUESTIONS: dict[str, Callable[[Session, Scope], object]] = {
    "rows": lambda s, scope: rows_of(s, scope, 2025),
    "named": lambda s, scope: rows_of(s, scope, 2025, ("late",)),
    "counts": lambda s, scope: counts_by_county(s, scope, 2025),
    "settled": lambda s, scope: settled_since(s, scope, 2025, AT),
    "findings": lambda s, scope: findings(s, scope, 2025, ("error",), as_of=AT),
    "rules": lambda s, scope: rule_counts(s, scope, 2025),
    "events": lambda s, scope: events(s, scope, AT, AT, ("changed",)),
}
# Indexes by which the rows of all units would be found.
OF_ALL = (
    "ix_standing_year_name",
    "ix_standing_since",
    "ix_report_version_year_unit",
    "ix_event_at",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('steering')}/nianbao.db")
    yield engine
    engine.dispose()


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """How SQLite finds the rows of whatever it is asked meanwhile."""
    found: list[str] = []

    def note(_: Any, cursor: Any, statement: str, told: Any, *__: Any) -> None:
        if statement.startswith("SELECT"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", told)
            found.extend(row[3] for row in plan.fetchall())

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("scope", [PROVINCE, A_COUNTY, A_UNIT], ids=["province", "county", "unit"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_of_some_units_their_own_rows_are_looked_at(store: Engine, name: str, scope: Scope) -> None:
    with plans(store) as found, looking(store) as s:
        QUESTIONS[name](s, scope)
    assert found
    assert not [step for step in found if any(index in step for index in OF_ALL)]


def test_of_all_units_a_year_is_found_by_its_index(store: Engine) -> None:
    with plans(store) as found, looking(store) as s:
        rows_of(s, EVERYTHING, 2025)
    assert any("ix_standing_year_name" in step for step in found)


def test_why_one_unit_is_let_off_is_not_asked_of_all_reports_of_a_year(store: Engine) -> None:
    with plans(store) as found, looking(store) as s:
        waivers_of(s, 2025, ("C01",), {"u"})
    assert any("report_version" in step and "unit=?" in step for step in found), found
    with plans(store) as found, looking(store) as s:
        waivers_of(s, 2025, ("C01",), {str(n) for n in range(10_000)})
    assert found


def test_a_unit_of_a_key_is_not_looked_for_by_its_name(store: Engine) -> None:
    with plans(store) as found, looking(store) as s:
        units_named(s, "140999101")
    assert any("unit" in step and "id=?" in step for step in found), found


def test_postgresql_which_counts_its_rows_is_told_nothing() -> None:
    chosen = select(Event.id).where(
        beside(StandingRow.year, PROVINCE) == 2025, beside(Event.at, PROVINCE) > AT
    )
    said = str(chosen.compile(dialect=postgresql.dialect()))
    assert "standing.year = " in said
    assert "+" not in said
    of_sqlite = str(chosen.compile(dialect=sqlite.dialect()))
    assert "+standing.year = " in of_sqlite
    assert "+event.at > " in of_sqlite


def test_the_newest_of_some_are_sorted_and_not_looked_for_among_all(store: Engine) -> None:
    last = select(Look.sweep).where(Look.column == 1).order_by(newest(Look.sweep)).limit(1)
    with plans(store) as found, looking(store) as s:
        s.scalar(last)
    assert any("ix_look_column_at" in step for step in found)
    assert "ORDER BY look.sweep + " in str(last.compile(dialect=postgresql.dialect()))
