"""Evidence is kept for ever; with a period set, only what nothing rests on goes, and leaves a tombstone."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.monitor.daemon import Work
from nianbao.monitor.replaying import replay
from nianbao.monitor.settings import Retention, Settings, load_settings
from nianbao.monitor.upholding import delete_old, months_before, turn_over
from nianbao.storage.archive import hashes, other_hashes
from nianbao.storage.audit import faults
from nianbao.storage.evidence import Deleted, DeletedError, Evidence, EvidenceError
from nianbao.storage.models import Document, ReportVersion
from nianbao.storage.registry import ConfigError
from nianbao.storage.retention import deletions, needed, prunable, prune
from nianbao.storage.second_hash import sm3_of
from nianbao.storage.store import looking, session
from tests.worlds.commands import run_here
from tests.worlds.recorded import ALL, World, at, item, report
from tests.worlds.stores import emptied

PUBLISHED = {"item": item(), "reading": report()}
LATER = at(2, 1) + timedelta(days=3650)


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    yield made
    emptied(made.engine)


def lived(world: World) -> None:
    """Looks before the deadline that differ, then two that prove who is missing, then others, on
    any of which a letter may rest.
    """
    for day, n in enumerate(range(21, 28), 1):
        world.sweep(at(1, day), {"item": item(n, f"第{n}号通知"), "unit": None, "kind": "other"})
    world.sweep(at(2, 1), PUBLISHED)
    world.sweep(at(2, 2), PUBLISHED)
    for n in range(31, 34):
        shown = {"item": item(n, f"第{n}号通知"), "unit": None, "kind": "other"}
        world.sweep(at(3, n - 30), PUBLISHED, shown)


def pruned(world: World, before: datetime = LATER) -> list[str]:
    archive = world.recorder.evidence
    gone = prune(world.engine, archive, before, who="王科长", why="期限已满", now=LATER)
    return [each.sha256 for each in gone]


def test_only_what_nothing_rests_on_goes(world: World) -> None:
    lived(world)
    with looking(world.engine) as s:
        all_of_them, rests = hashes(s), needed(s, LATER)
        of_list = select(Document.sha256).where(Document.url == ALL).order_by(Document.id)
        lists = list(s.scalars(of_list))
        reports = select(Document.sha256).join(ReportVersion)
        assert set(s.scalars(reports)) <= rests
    gone = pruned(world)
    assert set(gone) == all_of_them - rests
    assert gone == lists[:5]  # not the two before the report, nor what accuses
    told = world.told(at(2, 3)).lines
    for line in told:
        for proof in line.proofs:
            assert world.recorder.evidence.read(proof.document)
    assert pruned(world) == []


def test_nothing_that_is_younger_goes(world: World) -> None:
    lived(world)
    assert len(pruned(world, at(1, 3))) == 2
    assert pruned(world, at(1, 3)) == []
    with looking(world.engine) as s:
        assert len(prunable(s, world.recorder.evidence, at(1, 4), LATER)) == 1


def test_what_is_gone_is_known_by_all(world: World) -> None:
    lived(world)
    gone = pruned(world)
    archive = world.recorder.evidence
    for name in gone:
        with pytest.raises(DeletedError, match="王科长"):
            archive.read(name)
    with looking(world.engine) as s:
        wanted, others = hashes(s), other_hashes(s)
        assert list(archive.verify(wanted, others)) == []
        assert set(archive.tombstones()) == set(gone) == set(deletions(s))
        assert not faults(s)
    assert not archive.is_empty()


def test_without_its_tombstone_it_is_missing_and_without_its_entry_it_is_told(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(world)
    first, second, *_ = pruned(world)
    stones = sorted((tmp_path / "evidence").rglob("*.gone"))
    by_name = {path.stem: path for path in stones}
    by_name[first].unlink()
    by_name[second].write_text("{", encoding="utf-8")
    with looking(world.engine) as s:
        told = dict(world.recorder.evidence.verify(hashes(s)))
    assert "missing" in told[first]
    assert "damaged" in told[second]
    assert len(told) == 2


def test_bytes_that_come_again_are_whole_again(world: World) -> None:
    lived(world)
    (name, *_) = pruned(world)
    archive = world.recorder.evidence
    data = b"the same"
    there = archive.keep(data)
    archive.delete(Deleted(there, sm3_of(data), "2027-01-01", "x", "y"))
    with pytest.raises(DeletedError):
        archive.read(there)
    assert archive.keep(data) == there
    assert archive.read(there) == data
    assert there not in set(archive.tombstones())
    assert name in set(archive.tombstones())


def test_a_crash_between_tombstone_and_deletion_is_gone_on_with(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(world)
    kept = Path.unlink

    def dies(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".gz":
            raise KeyboardInterrupt
        kept(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", dies)
    with pytest.raises(KeyboardInterrupt):
        pruned(world)
    monkeypatch.undo()
    with looking(world.engine) as s:
        assert list(world.recorder.evidence.verify(hashes(s))) == []
    assert len(pruned(world)) == 5
    with looking(world.engine) as s:
        assert list(world.recorder.evidence.verify(hashes(s))) == []


def test_replay_passes_over_what_was_deleted(world: World) -> None:
    """Not that it ever is, of a report; but whoever did it is no fault of the archive."""
    lived(world)
    with looking(world.engine) as s:
        name = s.scalars(select(Document.sha256).join(ReportVersion)).one()
    world.recorder.evidence.delete(Deleted(name, "", "2027-01-01", "王科长", "依法删除"))
    (done,) = replay(world.engine, world.recorder.evidence, world.registry)
    assert (done.deleted, done.problem) == (True, "")


def test_the_daemon_deletes_where_a_period_is_set(world: World) -> None:
    lived(world)
    settings = Settings(evidence=str(world.folder / "evidence"))
    work = Work(world.engine, settings, world.folder, lambda: LATER)
    work.delete_old()
    with looking(world.engine) as s:
        assert not deletions(s)
    assert delete_old(world.engine, settings.evidence, Retention(evidence_months=600), LATER) == []
    gone = delete_old(world.engine, settings.evidence, Retention(evidence_months=12), LATER)
    assert len(gone) == 5


# ---- the second hash


def test_each_body_has_both_hashes(world: World) -> None:
    world.sweep(at(2, 1), PUBLISHED)
    with looking(world.engine) as s:
        for row in s.scalars(select(Document)):
            data = world.recorder.evidence.read(row.sha256)
            assert row.sha256 == hashlib.sha256(data).hexdigest()
            assert row.sm3 == sm3_of(data) != ""
    # GB/T 32905-2016, example 1
    assert sm3_of(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_another_sm3_is_told(world: World) -> None:
    world.sweep(at(2, 1), PUBLISHED)
    with session(world.engine) as s:
        row = s.scalars(select(Document)).first()
        assert row is not None
        row.sm3 = "0" * 64
        name = row.sha256
    with looking(world.engine) as s:
        told = dict(world.recorder.evidence.verify(hashes(s), other_hashes(s)))
    assert list(told) == [name]
    assert "SM3" in told[name]


def test_a_system_without_sm3_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes as made

    def lacking(*_: object) -> None:
        raise UnsupportedAlgorithm("SM3")

    monkeypatch.setattr(made, "Hash", lacking)
    assert sm3_of(b"abc") == ""
    world.sweep(at(2, 1), PUBLISHED)
    with looking(world.engine) as s:
        assert set(s.scalars(select(Document.sm3))) == {""}
        assert list(world.recorder.evidence.verify(hashes(s), other_hashes(s))) == []


# ---- the commands


def test_manifest_verify_and_prune(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    world = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    lived(world)
    with session(world.engine) as s:
        for row in s.scalars(select(Document)):
            row.sm3 = ""  # of an older release
    places = ("--store", f"sqlite:///{tmp_path}/n.db", "--evidence", f"{tmp_path}/evidence")
    refused = run_here(tmp_path, "evidence", "prune", "--who", "王", *places)
    assert (refused.returncode, "长期保存" in refused.stderr) == (2, True)
    assert run_here(tmp_path, "evidence", "prune", "--months", "6", *places).returncode == 2
    dry = ("evidence", "prune", "--months", "6", "--dry-run", *places)
    assert run_here(tmp_path, *dry).stdout.endswith("可删除 0 件\n")  # all of it is of the future
    with session(world.engine) as s:
        for row in s.scalars(select(Document)):
            row.fetched -= timedelta(days=3650)
    gone = prune(world.engine, Evidence(tmp_path / "evidence"), LATER, who="王", why="", now=LATER)
    assert len(gone) == 5
    said = run_here(tmp_path, "evidence", "verify", *places)
    assert (said.returncode, "按期限删除 5 件，问题 0 个" in said.stdout) == (0, True), said.stdout
    assert run_here(tmp_path, "evidence", "manifest", "m.csv", *places).returncode == 0
    with (tmp_path / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    states = {each["sha256"]: each["state"] for each in rows}
    assert sum(state == "deleted" for state in states.values()) == 5
    for listed in rows:
        assert (len(listed["sm3"]) == 64) == (listed["state"] == "kept")
    assert run_here(tmp_path, "evidence", "export", "x.warc.gz", *places).returncode == 0
    stone = next((tmp_path / "evidence").rglob("*.gone"))
    stone_told = json.loads(stone.read_text("utf-8"))
    forged = stone.with_name(f"{'0' * 64}.gone")
    forged = tmp_path / "evidence/00/00" / forged.name
    forged.parent.mkdir(parents=True)
    forged.write_text(json.dumps(stone_told | {"sha256": "0" * 64}), encoding="utf-8")
    wrong = run_here(tmp_path, "evidence", "verify", *places)
    assert (wrong.returncode, "日志中没有这次删除" in wrong.stderr) == (1, True)
    world.engine.dispose()


# ---- settings and logs


@pytest.mark.parametrize(
    ("line", "said"),
    [("log_months = 5", "至少为 6"), ("evidence_months = -1", "至少为 0"), ("log_months = 6", "")],
)
def test_logs_are_kept_for_half_a_year_at_least(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "nianbao.toml"
    file.write_text(f"[retention]\n{line}\n", encoding="utf-8")
    if not said:
        assert load_settings(file).retention.log_months == 6
        return
    with pytest.raises(ConfigError) as found:
        load_settings(file)
    assert said in found.value.faults[0]


def test_a_log_goes_on_in_a_new_file_each_month(tmp_path: Path) -> None:
    log = tmp_path / "sweep.log"
    log.write_text("of this month", encoding="utf-8")
    for month in ("2025-01", "2025-12", "2026-04", "2026-09"):
        (tmp_path / f"sweep-{month}.log").write_text(month, encoding="utf-8")
    now = datetime.fromtimestamp(log.stat().st_mtime, UTC)
    turn_over(log, Retention(), now)
    assert log.exists()
    then = now + timedelta(days=32)
    turn_over(log, Retention(), then)
    assert not log.exists()
    limit = f"{months_before(then, 6):%Y-%m}"
    left = sorted(path.stem.removeprefix("sweep-") for path in tmp_path.glob("sweep-*.log"))
    assert all(month >= limit for month in left)
    assert f"{now:%Y-%m}" in left
    turn_over(log, Retention(), then)  # there is nothing to turn over


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2027-03-31", 1, "2027-02-28"),
        ("2027-01-15", 1, "2026-12-15"),
        ("2027-01-15", 13, "2025-12-15"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2027-06-15", 6, "2026-12-15"),
    ],
)
def test_months_before(now: str, months: int, then: str) -> None:
    moment = datetime.fromisoformat(f"{now}T12:00:00+00:00")
    assert f"{months_before(moment, months):%Y-%m-%d}" == then


def test_a_tombstone_is_no_evidence_error_of_damage() -> None:
    assert issubclass(DeletedError, EvidenceError)
