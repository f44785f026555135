"""A store that is moved to another database knows what it knew, and goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from nianbao.monitor.daemon import LEASE
from nianbao.storage.copying import copy
from nianbao.storage.decisions import decide
from nianbao.storage.lease import give_back, take
from nianbao.storage.store import StoreError, open_store
from tests.portals.server import running
from tests.worlds.commands import run_here, swept
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.stores import emptied, everything

NOW = datetime.now(UTC)


def test_it_knows_what_it_knew_and_goes_on(tmp_path: Path, postgres: str) -> None:
    with running(portal_of(planted(4))) as site:
        config = county_file(tmp_path, site.url)
        assert swept(tmp_path, config).returncode == 0
        first = open_store(f"sqlite:///{tmp_path}/n.db")
        decide(first, "note", "柳树镇", 2023, who="王", why="已核", now=NOW)
        known = everything(first)
        assert sum(map(len, known.values())) > 30
        second = open_store(postgres)
        try:
            told: list[str] = []
            assert copy(first, second, NOW, lambda table, rows: told.append(table)) == sum(
                map(len, known.values())
            )
            assert everything(second) == known
            assert "sighting" in told
            with pytest.raises(StoreError, match="不是空的"):
                copy(first, second, NOW)
            decide(
                second, "note", "柳树镇", 2023, who="李", why="再核", now=NOW + timedelta(days=1)
            )  # a number of its own
            third = open_store(f"sqlite:///{tmp_path}/third.db")
            copy(second, third, NOW)
            assert everything(third) == everything(second)
            third.dispose()
        finally:
            emptied(second)


def test_a_daemon_is_to_be_stopped_first(tmp_path: Path) -> None:
    first, second = (open_store(f"sqlite:///{tmp_path}/{name}.db") for name in ("a", "b"))
    take(first, "daemon", lambda: NOW, LEASE)
    with pytest.raises(StoreError, match="请先停止"):
        copy(first, second, NOW)
    give_back(first, "daemon")
    assert copy(first, second, NOW) == 0


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("mysql://x/y", "不受支持"),
        ("nonsense", "--store 应为 sqlite:///"),
        ("postgresql://nobody@127.0.0.1:1/x", "数据库无法使用"),
        ("sqlite:////proc/none/n.db", "/proc/none"),
    ],
)
@pytest.mark.parametrize(
    "command", [("history", "柳树镇"), ("outbox",), ("store", "copy", "sqlite:///t.db")]
)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path, store: str, said: str, command: tuple[str, ...]
) -> None:
    done = run_here(tmp_path, *command, "--store", store)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False), (
        done.stderr
    )


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="请升级"):
        open_store(f"sqlite:///{tmp_path}/n.db")
