"""Evidence that is missing or damaged stops no sweep; an edit on top of it is told with the damage."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from nianbao.storage.content import Damaged
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.models import Document, Event, ReportVersion, Sweep
from nianbao.storage.packing import PackedData, PackedWords
from nianbao.storage.store import looking, open_store
from tests.amounts import prove
from tests.crawler.test_transport import looks, sweep
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import run, run_here
from tests.worlds.county import county_file, planted, portal_of

BODY = "柳树镇2026年政府信息公开工作年度报告".encode() * 50


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def turned(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for n in range(20, len(data), 7):
        data[n] ^= 0x55
    path.write_bytes(data)


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def written(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def as_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere")


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": written(b""),
    "cut": cut,
    "turned bits": turned,
    "no gzip": written(b"x" * 100),
    "another's": written(gzip.compress(b"another")),
    "a link to nowhere": as_link,
    "a pipe": as_pipe,
}


@pytest.mark.parametrize("damage", [*DAMAGES, "a folder"])
def test_damage_is_told_by_one_error(tmp_path: Path, damage: str) -> None:
    evidence = Evidence(tmp_path)
    name = evidence.keep(BODY)
    (path,) = tmp_path.rglob("*.gz")
    {**DAMAGES, "a folder": as_folder}[damage](path)
    with pytest.raises(EvidenceError):
        evidence.read(name)


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_right_bytes_heal_it(tmp_path: Path, damage: str) -> None:
    evidence = Evidence(tmp_path)
    name = evidence.keep(BODY)
    (path,) = tmp_path.rglob("*.gz")
    DAMAGES[damage](path)
    assert evidence.keep(BODY) == name
    assert evidence.read(name) == BODY
    assert list(evidence.verify([name])) == []


def test_what_is_whole_is_not_written_again(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    evidence.keep(BODY)
    (path,) = tmp_path.rglob("*.gz")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    evidence.keep(BODY)
    assert before == (path.stat().st_mtime_ns, path.stat().st_ino)


@pytest.mark.parametrize("damage", ["gone", "cut", "turned bits"])
def test_a_sweep_over_damaged_evidence(tmp_path: Path, damage: str) -> None:
    """All of it is damaged; one report was edited, one was not, one is new."""
    edited = {"on": False}
    plants = planted(3)
    whole, fewer = portal_of(plants), portal_of(plants[:2])

    def portal(request: Request) -> Reply | None:
        if not edited["on"]:
            return fewer(request)
        reply = whole(request)
        if request.path == plants[0][0].path and reply is not None:
            body = reply.body.replace(
                "一、总体情况".encode(), "一、总体情况。现予更正。".encode(), 1
            )
            return Reply(body, reply.status, reply.headers)
        return reply

    with running(portal) as site:
        config = county_file(tmp_path, site.url)
        assert sweep(tmp_path, config).returncode == 0
        for path in (tmp_path / "evidence").rglob("*.gz"):
            DAMAGES[damage](path)
        edited["on"] = True
        done = sweep(tmp_path, config, "--recheck")
        assert done.returncode == 0, done.stdout + done.stderr
    assert looks(tmp_path)[-1][0] == "ok"
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with looking(engine) as s:
        assert set(s.scalars(select(Sweep.problem))) == {""}
        versions = [(row.unit, row.number) for row in s.scalars(select(ReportVersion))]
        changed = list(s.scalars(select(Event).where(Event.kind == "changed")))
        current = set(s.scalars(select(Document.sha256).where(Document.url.contains("zwgk/nb"))))
        assert current
    engine.dispose()
    assert len(versions) == 4
    (event,) = changed
    assert len(event.content["damaged"]) == 1
    told = run_here(tmp_path, "history", event.unit or "", "--store", f"sqlite:///{tmp_path}/n.db")
    assert "存证缺失或损坏" in told.stdout
    # What was fetched again is whole again: only the bytes that nobody publishes any more are lost.
    verified = run(tmp_path, "evidence", "verify")
    assert verified.returncode == 1
    assert event.content["damaged"][0] in verified.stdout + verified.stderr


def test_a_damaged_report_is_not_judged_and_its_neighbours_are(tmp_path: Path) -> None:
    with running(portal_of(planted(3))) as site:
        config = county_file(tmp_path, site.url)
        assert sweep(tmp_path, config).returncode == 0
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with looking(engine) as s:
        first = s.scalars(
            select(Document.sha256).join(ReportVersion, ReportVersion.document == Document.id)
        ).first()
    engine.dispose()
    next((tmp_path / "evidence").rglob(f"{first}.gz")).unlink()
    before = run_here(
        tmp_path,
        "flagged",
        "-f",
        "json",
        "--config",
        str(config),
        "--store",
        f"sqlite:///{tmp_path}/n.db",
    )
    done = run(tmp_path, "replay", "--config", str(config))
    assert "Traceback" not in done.stderr
    after = run_here(
        tmp_path,
        "flagged",
        "-f",
        "json",
        "--config",
        str(config),
        "--store",
        f"sqlite:///{tmp_path}/n.db",
    )
    assert json.loads(after.stdout or "[]") == json.loads(before.stdout or "[]")


def in_database(folder: Path, column: str, broken: Callable[[bytes], bytes]) -> int:
    """One report's packed value is no longer what was packed; its number."""
    with sqlite3.connect(folder / "n.db") as db:
        db.execute("DROP TRIGGER IF EXISTS report_words_changed")
        asked = f"SELECT id, {column} FROM report_version ORDER BY id LIMIT 1"
        number, kept = db.execute(asked).fetchone()
        db.execute(f"UPDATE report_version SET {column} = ? WHERE id = ?", (broken(kept), number))
    return int(number)


def one_bit(kept: bytes) -> bytes:
    half = len(kept) // 2
    return kept[:half] + bytes([kept[half] ^ 0x55]) + kept[half + 1 :]


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "one bit": one_bit,
    "cut": lambda kept: kept[: len(kept) * 2 // 3],
    "nothing": lambda kept: b"",
    "another's": lambda kept: b"x" * 100,
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("kind", [PackedData(), PackedWords()], ids=["data", "words"])
def test_what_cannot_be_unpacked_is_told_and_copied_as_it_is(
    kind: PackedData | PackedWords, how: str
) -> None:
    dialect = sqlite.dialect()
    whole = {"title": "柳树镇年报", "year": 2026} if isinstance(kind, PackedData) else "柳树镇" * 50
    kept = kind.process_bind_param(whole, dialect)  # type: ignore[arg-type]
    assert kind.process_result_value(kept, dialect) == whole
    read: Any = kind.process_result_value(BROKEN[how](kept), dialect)
    assert kind.process_bind_param(read, dialect) == BROKEN[how](kept)
    if isinstance(kind, PackedData):
        assert [cell["cell"] for cell in read["unreadable"]] == ["*"]
        assert not read["requests"]
    else:
        assert read == ""


@prove
def test_a_damaged_value_stops_neither_sweep_nor_backup_and_is_read_again(tmp_path: Path) -> None:
    plants = planted(3)
    now = {"portal": portal_of(plants[:2])}
    with running(lambda request: now["portal"](request)) as site:
        config = county_file(tmp_path, site.url)
        assert sweep(tmp_path, config).returncode == 0
        places = ("--store", f"sqlite:///{tmp_path}/n.db", "--config", str(config))
        added = ("sum", "平安县", "--year", "2023", *places)
        in_database(tmp_path, "content", one_bit)
        now["portal"] = portal_of(plants)
        done = sweep(tmp_path, config, "--recheck")
        assert done.returncode == 0, done.stdout + done.stderr
    assert looks(tmp_path)[-1][0] == "ok"
    assert run(tmp_path, "backup", "b.tar").returncode == 0
    exported = run_here(tmp_path, "export", "out", *places)
    assert exported.returncode == 0, exported.stderr
    assert "计入 2 个单位，未计入 1 个" in run_here(tmp_path, *added).stdout
    again = run(tmp_path, "replay", "--config", str(config))
    assert again.returncode == 0, again.stderr
    (tmp_path / "平安县2023年度年报汇总.xlsx").unlink()
    assert "计入 3 个单位" in run_here(tmp_path, *added).stdout
    with looking(engine := open_store(f"sqlite:///{tmp_path}/n.db")) as s:
        assert not any(isinstance(row.content, Damaged) for row in s.scalars(select(ReportVersion)))
        assert [row.kind for row in s.scalars(select(Event).where(Event.kind == "changed"))] == []
    engine.dispose()
