"""The same tables on both databases, up and down through every migration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError

from nianbao.storage.models import Base, Event, Region, Unit
from nianbao.storage.store import StoreError, migrate, open_store, session


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_store(store_url)
    yield opened
    migrate(opened, "base")
    opened.dispose()


def test_every_migration_up_and_down(engine: Engine) -> None:
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    migrate(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(engine)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())


def test_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_opening_twice_changes_nothing(engine: Engine, store_url: str) -> None:
    with session(engine) as opened:
        opened.add(Region(code="140924", name="平安县", level="county"))
    again = open_store(store_url)
    with session(again) as opened:
        assert [region.name for region in opened.scalars(select(Region))] == ["平安县"]
    again.dispose()


def test_times_keep_their_moment(engine: Engine) -> None:
    beijing = timezone(timedelta(hours=8))
    with session(engine) as opened:
        opened.add(Event(at=datetime(2027, 2, 1, 0, 0, 1, tzinfo=beijing), kind="changed"))
    with session(engine) as opened:
        (event,) = opened.scalars(select(Event))
        assert event.at == datetime(2027, 1, 31, 16, 0, 1, tzinfo=UTC)
    with pytest.raises(StatementError), session(engine) as opened:
        opened.add(Event(at=datetime(2027, 2, 1), kind="changed"))


def test_work_is_kept_whole_or_not_at_all(engine: Engine) -> None:
    def work() -> None:
        with session(engine) as opened:
            opened.add(Region(code="1", name="甲县", level="county"))
            opened.flush()
            opened.add(Unit(id="u", county="nowhere", name="柳树镇", kind="town", aliases=[]))

    with pytest.raises(IntegrityError):
        work()
    with session(engine) as opened:
        assert opened.scalars(select(Region)).all() == []


def test_two_units_of_a_county_never_share_a_name(engine: Engine) -> None:
    with session(engine) as opened:
        opened.add(Region(code="1", name="甲县", level="county"))
        opened.flush()
        opened.add(Unit(id="a", county="1", name="柳树镇", kind="town", aliases=["柳树乡"]))
    with pytest.raises(IntegrityError), session(engine) as opened:
        opened.add(Unit(id="b", county="1", name="柳树镇", kind="town", aliases=[]))
    with session(engine) as opened:
        assert opened.scalars(select(Unit)).one().aliases == ["柳树乡"]


def test_other_databases_are_refused_with_a_sentence() -> None:
    with pytest.raises(StoreError, match="sqlite"):
        open_store("mysql://localhost/x")
