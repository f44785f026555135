"""The same tables on both databases, up and down through every migration."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from nianbao.storage.models import Base, Event, Region, StandingRow, Unit
from nianbao.storage.search import is_of_models
from nianbao.storage.standings import Kept
from nianbao.storage.store import StoreError, looking, migrate, open_store, session
from tests.worlds.stores import emptied


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_store(store_url)
    yield opened
    emptied(opened)


def test_every_migration_up_and_down(engine: Engine) -> None:
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    migrate(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(engine)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())


def test_each_migration_is_taken_back_whole(engine: Engine) -> None:
    migrate(engine, "base")
    folder = Path(__file__).parents[2] / "storage/migrations/versions"
    for file in sorted(folder.glob("0*.py")):
        number = file.name.partition("_")[0]
        was = _shape(engine)
        migrate(engine, number)
        migrate(engine, "-1")
        place = f"storage/migrations/versions/{file.name}: downgrade leaves"
        left = {key for key, value in _shape(engine).items() if was.get(key) != value}
        assert not left - {"revision"}, f"{place} {left}"
        migrate(engine, number)


def test_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        told = {"include_object": is_of_models}  # the others are in the next test
        differing = compare_metadata(
            MigrationContext.configure(connection, opts=told), Base.metadata
        )
    places = "storage/models.py and storage/migrations/versions/ differ in"
    assert not differing, f"{places} {differing}"


def test_a_new_store_is_what_its_migrations_make(engine: Engine) -> None:
    made = _shape(engine)
    assert made["of searching"]
    migrate(engine, "base")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))  # which Alembic makes anew
    migrate(engine)
    assert _shape(engine) == made


def _shape(engine: Engine) -> dict[str, Any]:
    """Tables by name, whatever the order of their columns; a migration's defaults are for the
    rows that were there before it.
    """
    looked = inspect(engine)
    shape: dict[str, Any] = {}
    for name in looked.get_table_names():
        for column in looked.get_columns(name):
            place = f"{name}.{column['name']}"
            shape[place] = (
                str(column["type"]),
                column["nullable"],
                bool(column.get("primary_key")),
            )
        shape[f"{name} key"] = looked.get_pk_constraint(name)
        for part in ("indexes", "unique_constraints", "foreign_keys", "check_constraints"):
            found = getattr(looked, f"get_{part}")(name)
            shape[f"{name} {part}"] = sorted(map(_words, found))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            others = "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE %report_words%'"
        else:
            others = "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'report_words%'"
        shape["of searching"] = sorted(map(str, connection.execute(text(others))))
        shape["revision"] = MigrationContext.configure(connection).get_current_revision()
    return shape


def _words(part: dict[str, Any]) -> str:
    options = {name: str(option) for name, option in part.get("dialect_options", {}).items()}
    return str(part | {"dialect_options": options})


def test_all_that_is_kept_of_a_standing_has_its_column() -> None:
    without = set(Kept._fields) - set(StandingRow.__table__.columns.keys())
    assert not without, f"StandingRow in storage/models.py has no {without} of storage/standings.py"


def test_a_new_column_of_the_standings_is_worked_out_for_the_rows_there_are(engine: Engine) -> None:
    folder = Path(__file__).parents[2] / "storage/migrations/versions"
    migrate(engine, "base")
    known: set[str] = set()
    for file in sorted(folder.glob("0*.py")):
        migrate(engine, file.name.partition("_")[0])
        tables = MetaData()
        tables.reflect(engine)
        if "standing" not in tables.tables:
            continue
        standing = tables.tables["standing"]
        new = set(standing.columns.keys()) - known
        with engine.begin() as connection:
            if not known:
                region = {"code": "1", "name": "甲县", "level": "county"}
                unit = {"id": "u", "county": "1", "name": "柳树镇", "kind": "town", "aliases": []}
                texts: dict[str, Any] = dict.fromkeys(
                    ("quality", "zh", "en", "evidence", "url"), ""
                )
                days = {"deadline": date(2027, 1, 31), "since": datetime(2027, 1, 1, tzinfo=UTC)}
                row = {"unit": "u", "year": 2026, "name": "late", "days": 1, **days, **texts}
                for table, values in (("region", region), ("unit", unit), ("standing", row)):
                    connection.execute(tables.tables[table].insert().values(**values))
            elif new:
                due = connection.scalar(select(standing.c.next_change_at))
                place = f"storage/migrations/versions/{file.name} adds {new} to standing"
                assert due is not None, f"{place}: its rows need a next_change_at that is long ago"
            connection.execute(standing.update().values(next_change_at=None))
        known |= new


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


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_CN"])
def test_a_database_of_another_encoding_is_refused(postgres: str, encoding: str) -> None:
    """Chinese in it would be other letters, or none."""
    first = open_store(postgres)
    name = f"odd_{encoding.lower()}"
    made = f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'"
    with first.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(made))
    odd = first.url.set(database=name).render_as_string(hide_password=False)
    with pytest.raises(StoreError, match=f"编码是 {encoding}.*UTF8"):
        open_store(odd)
    first.dispose()


def test_the_machines_own_encoding_is_not_asked(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    opened = open_store(postgres)
    with looking(opened) as s:
        assert s.scalar(text("SELECT '年报'")) == "年报"
    opened.dispose()


def test_a_store_that_nobody_holds_any_more_is_given_up(tmp_path: Path) -> None:
    """Its connections, too: a process that opens many would use up the server's."""
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with engine.connect() as connection:
        connection.execute(text("select 1"))
    gone = weakref.ref(engine)
    del engine, connection
    gc.collect()
    assert gone() is None


def test_processes_that_begin_together_make_the_tables_once(store_url: str) -> None:
    """As the services of one machine are begun, on a database that is new."""
    together = Barrier(6)

    def opened(_: int) -> Engine:
        together.wait()
        return open_store(store_url)

    with ThreadPoolExecutor(6) as threads:
        engines = list(threads.map(opened, range(6)))
    for engine in engines[1:]:
        assert inspect(engine).has_table("report_version")
        engine.dispose()
    emptied(engines[0])
