"""A copy of a store that is stopped at any moment goes on where it was, in both directions."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from nianbao.storage import copying
from nianbao.storage.copying import begin_anew, copy
from nianbao.storage.copying_evidence import copy_evidence
from nianbao.storage.evidence import Deleted, Evidence
from nianbao.storage.models import Base, Lease, Region
from nianbao.storage.store import StoreError, open_store, session
from tests.amounts import amount, more
from tests.portals.server import running
from tests.worlds.commands import ENVIRONMENT, run_here
from tests.worlds.mailbox import receiving
from tests.worlds.seasons import Season, settings_for, step, work_of
from tests.worlds.stores import emptied, everything

NOW = datetime.now(UTC)
DAYS = (date(2027, 1, 4), date(2027, 1, 21), date(2027, 2, 1), date(2027, 2, 8), date(2027, 2, 22))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A season's store, with its evidence."""
    folder = tmp_path_factory.mktemp("season")
    season = Season(folder)
    with receiving() as box, running(season) as site:
        season.config(site.url)
        work = work_of(season, settings_for(folder, box))
        for season.day in DAYS:
            step(season, work)
        work.engine.dispose()
    return folder


@pytest.fixture
def source(folder: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{folder}/n.db")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/target.db"
    else:
        yield request.getfixturevalue("postgres")
        emptied(open_store(request.getfixturevalue("postgres"), half=True))


class StoppedError(Exception):
    pass


def stopping_after(count: int) -> copying.Told:
    left = [count]

    def told(table: str, rows: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StoppedError

    return told


def test_stopped_after_any_part_it_goes_on(
    source: Engine, target_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "BATCH", 7)
    known = everything(source)
    assert sum(map(len, known.values())) > 150
    target = open_store(target_url, half=True)
    stops, count = 0, -1
    while count < 0:
        try:
            count = copy(source, target, NOW, stopping_after(3 * stops + 1))
        except StoppedError:
            stops += 1
            with pytest.raises(StoreError, match="nianbao store copy"):
                open_store(target_url)
            if stops % 3 == 0:  # as a new process would
                target.dispose()
                target = open_store(target_url, half=True)
    assert stops > 3
    assert count == sum(map(len, known.values()))
    assert everything(target) == known
    target.dispose()
    open_store(target_url).dispose()  # it is a store like any other
    back = open_store(f"sqlite:///{tmp_path}/back.db")
    copy(open_store(target_url), back, NOW)
    assert everything(back) == known
    back.dispose()


@pytest.mark.parametrize("what", ["foreign", "changed", "more"])
def test_something_else_is_refused(source: Engine, target_url: str, what: str) -> None:
    target = open_store(target_url, half=True)
    if what == "foreign":
        with session(target) as s:
            s.execute(insert(Region).values(code="14", name="山西省", level="province", policy=""))
        before = everything(target)
        with pytest.raises(StoreError, match="不是空的"):
            copy(source, target, NOW)
        with pytest.raises(StoreError, match="不是空的"):
            begin_anew(target)
        assert everything(target) == before
        target.dispose()
        return
    with pytest.raises(StoppedError):
        copy(source, target, NOW, stopping_after(6))
    with session(target) as s:
        if what == "changed":
            s.execute(update(Base.metadata.tables["region"]).values(name="别省"))
        else:
            s.execute(insert(Region).values(code="15", name="内蒙古", level="province", policy=""))
    with pytest.raises(StoreError, match="--anew"):
        copy(source, target, NOW)
    begin_anew(target)
    copy(source, target, NOW)
    assert everything(target) == everything(source)
    target.dispose()


def test_every_table_is_copied() -> None:
    """New ones are in by themselves; only what is of a process that works now is not."""
    assert {*Base.metadata.sorted_tables} - {*copying.TABLES} == {Lease.__table__}


@more
def test_killed_at_any_moment_the_command_goes_on(folder: Path, tmp_path: Path) -> None:
    line = [
        sys.executable, "-m", "nianbao.monitor.cli", "store", "copy", f"sqlite:///{tmp_path}/t.db",
        "--store", f"sqlite:///{folder}/n.db", "--evidence", f"{folder}/evidence",
        "--evidence-to", f"{tmp_path}/pieces",
    ]  # fmt: skip
    chance = random.Random(5)
    for _ in range(amount(3, 8)):
        process = subprocess.Popen(line, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.6, 2.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(line, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode == 2:  # it was done before the last kill
        assert "不是空的" in done.stderr
    else:
        assert (done.returncode, "已核对" in done.stdout) == (0, True), done.stderr
    source, target = (
        open_store(f"sqlite:///{folder}/n.db"),
        open_store(f"sqlite:///{tmp_path}/t.db"),
    )
    assert everything(target) == everything(source)
    old, new = Evidence(folder / "evidence"), Evidence(tmp_path / "pieces")
    assert list(new.names()) == list(old.names())
    assert list(new.verify(old.names())) == []


# ---- evidence


def test_evidence_is_copied_with_tombstones_and_what_is_lost_is_told(tmp_path: Path) -> None:
    old, new = Evidence(tmp_path / "old"), Evidence(f"memory://{tmp_path.name}")
    names = [old.keep(f"{n}".encode()) for n in range(6)]
    old.delete(Deleted(names[0], "", "2027-01-01T00:00:00+00:00", "王", "期满"))
    old.shelf.put(old._path(names[1]), b"damaged")
    gone = "0" * 64
    moved = copy_evidence(old, new, {*names, gone})
    assert (moved.pieces, {*moved.lost}) == (4, {names[1], gone})
    assert sorted(new.names()) == sorted(names[2:])
    assert list(new.tombstones()) == [names[0]]
    told: list[int] = []
    new.shelf.put(new._path(names[2]), b"damaged meanwhile")
    assert copy_evidence(old, new, {*names, gone}, lambda _, n: told.append(n)) == moved
    assert list(new.verify(names[2:])) == []
    new.keep(b"of another store")
    with pytest.raises(StoreError, match="1 pieces"):
        copy_evidence(old, new, {*names})


def test_the_command_says_what_was_copied_and_what_was_not(folder: Path, tmp_path: Path) -> None:
    there = ("--store", f"sqlite:///{folder}/n.db", "--evidence", f"{folder}/evidence")
    line = ("store", "copy", f"sqlite:///{tmp_path}/t.db", "--evidence-to", f"{tmp_path}/p", *there)
    done = run_here(tmp_path, *line)
    assert (done.returncode, "证据" in done.stdout) == (0, True), done.stderr
    again = run_here(tmp_path, *line)
    assert (again.returncode, "不是空的" in again.stderr) == (2, True)
    same = run_here(tmp_path, "store", "copy", f"sqlite:///{folder}/n.db", *there)
    assert (same.returncode, "目标就是源数据库" in same.stderr) == (2, True)
