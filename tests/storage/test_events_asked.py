"""What changed is told without looking through all reports for those that a person brought."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from nianbao.storage.models import Event, Region, Unit
from nianbao.storage.queries import events
from nianbao.storage.scope import EVERYTHING, Scope
from nianbao.storage.standings import without_rows
from nianbao.storage.store import looking, open_store, session

AT = datetime(2027, 1, 20, 1, tzinfo=UTC)


def test_where_nobody_brought_a_report_none_is_looked_at(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    told = {"number": 1}
    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Unit(id="140999100", county="140999", name="甲子镇", kind="town"))
        s.flush()
        s.add(Event(unit="140999100", year=2026, at=AT, kind="published", content=told))
    asked: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    with looking(engine) as s:
        (happened,) = events(s, EVERYTHING)
    assert happened.content == told
    assert not [each for each in asked if "report_version" in each]


def test_thousands_of_counties_are_asked_about_at_once(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Unit(id="140999100", county="140999", name="甲子镇", kind="town"))
    counties = tuple(f"{code:06}" for code in range(139000, 142000))
    with looking(engine) as s:
        assert without_rows(s, Scope(counties), 2026) == {"140999"}
        assert without_rows(s, Scope(counties[:100]), 2026) == set()
