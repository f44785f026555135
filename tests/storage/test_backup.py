"""A backup is whole or is none; what it brings back is what was there."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import tarfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import JSON, Engine, text

from nianbao.storage.archive import hashes
from nianbao.storage.backup import MOST_CONFIG, BackupError, back_up, bring_back, look_through
from nianbao.storage.copying import TABLES
from nianbao.storage.decisions import decide
from nianbao.storage.evidence import Deleted, DeletedError, Evidence
from nianbao.storage.models import Data, Document
from nianbao.storage.people import By, add, begin, give_token, who_asks, who_sits
from nianbao.storage.retention import prune
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import StoreError, looking, migrate, open_store, session
from tests.amounts import amount, more
from tests.conftest import url_of
from tests.worlds.commands import ENVIRONMENT, run_here
from tests.worlds.processes import begun, process_of
from tests.worlds.recorded import World, at, item, report
from tests.worlds.stores import emptied, everything

NOW = datetime(2027, 2, 3, tzinfo=UTC)
LATER = NOW + timedelta(days=3650)
CONFIG = {"counties/a.yaml": b"county: x\n", "nianbao.toml": b"# settings\n"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county that was looked at before and after its deadline; to be copied."""
    folder = tmp_path_factory.mktemp("lived")
    made = World(folder, f"sqlite:///{folder}/n.db")
    made.sweep(at(1, 10), {"item": item(), "reading": report()})
    made.sweep(at(2, 1))
    made.sweep(at(2, 2))
    decide(made.engine, "note", "石门镇", 2026, who="王", why="已核\n=1+1", now=NOW)
    made.engine.dispose()
    return folder


@pytest.fixture
def world(lived: Path, tmp_path: Path) -> Iterator[World]:
    made = copied(lived, tmp_path / "world")
    yield made
    made.engine.dispose()


def copied(lived: Path, folder: Path) -> World:
    shutil.copytree(lived, folder)
    return World(folder, f"sqlite:///{folder}/n.db")


def evidence_of(world: World) -> Evidence:
    return Evidence(world.folder / "evidence")


def backed(world: World, file: Path) -> Path:
    back_up(world.engine, evidence_of(world), file, CONFIG, "1", NOW)
    return file


def brought(file: Path, store: str, evidence: Path) -> Engine:
    engine = open_store(store)
    bring_back(look_through(file, evidence.parent / "looked"), engine, Evidence(evidence))
    return engine


@pytest.mark.parametrize("through", ["sqlite", "postgresql"])
def test_what_comes_back_is_what_was_there(
    world: World, tmp_path: Path, through: str, request: pytest.FixtureRequest
) -> None:
    """From SQLite into the other one, and back again."""
    known, pieces = everything(world.engine), set(evidence_of(world).names())
    first = backed(world, tmp_path / "first.tar")
    assert first.stat().st_mode & 0o077 == 0
    middle = brought(first, url_of(through, request, tmp_path), tmp_path / "there/evidence")
    try:
        assert everything(middle) == known
        there = Evidence(tmp_path / "there/evidence")
        assert set(there.names()) == pieces
        second = tmp_path / "second.tar"
        back_up(middle, there, second, CONFIG, "1", NOW)
        last = brought(second, f"sqlite:///{tmp_path}/last.db", tmp_path / "last/evidence")
        assert everything(last) == known
        last.dispose()
        decide(middle, "note", "柳树镇", 2026, who="李", why="再核", now=NOW)  # its own number
    finally:
        emptied(middle)


OF_JSON = [
    (table.name, column.name)
    for table in TABLES
    for column in table.c
    if isinstance(column.type, (JSON, Data))
]


def test_a_value_that_is_no_json_any_more_is_kept_as_it_lies(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database = world.folder / "n.db"
    broken = {}
    with sqlite3.connect(database) as db:
        for table, column in OF_JSON:
            rows = db.execute(f'SELECT rowid, "{column}" FROM "{table}" LIMIT 1').fetchall()
            for number, value in rows:
                broken[table, column] = f"{value}"[:-1] + "\x07[{"
                db.execute(
                    f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?',
                    (broken[table, column], number),
                )
    db.close()
    assert len(broken) > 8
    file = backed(world, tmp_path / "b.tar")
    brought(file, f"sqlite:///{tmp_path}/again.db", tmp_path / "there/evidence").dispose()
    with sqlite3.connect(database) as old, sqlite3.connect(tmp_path / "again.db") as new:
        for table, column in OF_JSON:
            asked = f'SELECT rowid, "{column}" FROM "{table}" ORDER BY rowid'
            assert [*new.execute(asked)] == [*old.execute(asked)]
    with pytest.raises((BackupError, StoreError), match="已损坏"):
        brought(file, url_of("postgresql", request, tmp_path), tmp_path / "other/evidence")


def test_a_file_of_that_name_is_left_alone(world: World, tmp_path: Path) -> None:
    file = backed(world, tmp_path / "b.tar")
    before = file.read_bytes()
    with pytest.raises(BackupError, match="已存在"):
        backed(world, file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.glob("*.tar*")] == ["b.tar"]


def test_what_was_lost_before_is_told_and_costs_nothing_else(world: World, tmp_path: Path) -> None:
    evidence = evidence_of(world)
    damaged, missing = sorted(evidence.names())[:2]
    paths = {path.name.removesuffix(".gz"): path for path in world.folder.rglob("*.gz")}
    paths[damaged].write_bytes(gzip.compress(b"other"))
    paths[missing].unlink()
    made = back_up(world.engine, evidence, tmp_path / "b.tar", {}, "1", NOW)
    assert set(made.lost) == {damaged, missing}
    engine = brought(tmp_path / "b.tar", f"sqlite:///{tmp_path}/n.db", tmp_path / "new/evidence")
    assert everything(engine) == everything(world.engine)
    engine.dispose()


# ---- what was deleted as the settings say


def lists_deleted(world: World) -> set[str]:
    """Looks that nothing rests on any more are deleted, ten years later."""
    for day in range(21, 26):
        shown = {"item": item(day, f"第{day}号通知"), "unit": None, "kind": "other"}
        world.sweep(at(1, day - 10), {"item": item(), "reading": report()}, shown)
    world.sweep(at(2, 1), {"item": item(), "reading": report()})
    world.sweep(at(2, 2), {"item": item(), "reading": report()})
    gone = prune(world.engine, evidence_of(world), LATER, who="王", why="期限已满", now=LATER)
    return {each.sha256 for each in gone}


def stones_of(evidence: Evidence) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(evidence.root).rglob("*.gone")}


@pytest.mark.parametrize("through", ["sqlite", "postgresql"])
def test_what_was_deleted_comes_back_deleted(
    world: World, tmp_path: Path, through: str, request: pytest.FixtureRequest
) -> None:
    """Not as lost, and not again: its tombstone comes along, as it was."""
    gone, here = lists_deleted(world), evidence_of(world)
    assert len(gone) > 2
    file = tmp_path / "b.tar"
    made = back_up(world.engine, here, file, {}, "1", NOW)
    assert (made.lost, set(made.deleted), made.pieces) == ({}, gone, set(here.names()))
    engine = brought(file, url_of(through, request, tmp_path), tmp_path / "new/evidence")
    try:
        there = Evidence(tmp_path / "new/evidence")
        assert stones_of(there) == stones_of(here)
        assert set(there.tombstones()) == gone
        with looking(engine) as s:
            assert list(there.verify(hashes(s))) == []
        with pytest.raises(DeletedError, match="王"):
            there.read(min(gone))
        again = back_up(engine, there, tmp_path / "again.tar", {}, "1", NOW)
        assert (again.lost, set(again.deleted)) == ({}, gone)
    finally:
        emptied(engine)


def test_what_was_deleted_and_nobody_names_is_carried_too(world: World, tmp_path: Path) -> None:
    """That it has no entry in the log is told there as it is here."""
    here = evidence_of(world)
    name = here.keep(b"of no document")
    here.delete(Deleted(name, "", "2037-01-01", "王", "期限已满"))
    brought(backed(world, tmp_path / "b.tar"), f"sqlite:///{tmp_path}/n.db", tmp_path / "new/evidence").dispose()  # fmt: skip
    assert set(Evidence(tmp_path / "new/evidence").tombstones()) == {name}


def test_what_came_again_after_it_was_deleted_is_a_piece(world: World, tmp_path: Path) -> None:
    here = evidence_of(world)
    name = here.keep(b"the same")
    here.delete(Deleted(name, "", "2037-01-01", "王", "期限已满"))
    here.keep(b"the same")
    made = back_up(world.engine, here, tmp_path / "b.tar", {}, "1", NOW)
    assert (name in made.pieces, set(made.deleted)) == (True, set())


def test_a_damaged_tombstone_explains_nothing(world: World, tmp_path: Path) -> None:
    gone, here = lists_deleted(world), evidence_of(world)
    damaged, of_another, *_ = sorted(gone)
    paths = {path.stem: path for path in Path(here.root).rglob("*.gone")}
    paths[of_another].write_bytes(paths[damaged].read_bytes())
    paths[damaged].write_bytes(b"{")
    made = back_up(world.engine, here, tmp_path / "b.tar", {}, "1", NOW)
    assert set(made.lost) == {damaged, of_another}
    assert set(made.deleted) == gone - {damaged, of_another}


def test_deleted_while_it_is_written_it_is_deleted(world: World, tmp_path: Path) -> None:
    """The daemon deletes when it is time to, whoever reads."""
    here = evidence_of(world)
    last = max(here.names())
    deleted: list[str] = []

    def told(what: str, _: int) -> None:
        if what == "evidence" and not deleted:
            deleted.append(last)
            here.delete(Deleted(last, "", "2037-01-01", "王", "期限已满"))

    made = back_up(world.engine, here, tmp_path / "b.tar", {}, "1", NOW, told)
    assert (made.lost, set(made.deleted)) == ({}, {last})


def test_where_a_piece_is_still_there_it_has_no_tombstone(world: World, tmp_path: Path) -> None:
    """Its own evidence, of before it was deleted: it is deleted again when it is time to."""
    here = evidence_of(world)
    name = here.keep(b"of no document")
    shutil.copytree(here.root, tmp_path / "old/evidence")
    here.delete(Deleted(name, "", "2037-01-01", "王", "期限已满"))
    file = backed(world, tmp_path / "b.tar")
    brought(file, f"sqlite:///{tmp_path}/n.db", tmp_path / "old/evidence").dispose()
    old = Evidence(tmp_path / "old/evidence")
    assert (name in set(old.names()), stones_of(old)) == (True, {})


# ---- what is no backup


def cut(body: bytes) -> bytes:
    return body[: len(body) * 2 // 3]


def without_end(body: bytes) -> bytes:
    return rewritten(body, lambda name: name != "backup.json")


def without_one(ending: str) -> Callable[[bytes], bytes]:
    """Of the evidence, one file less."""

    def without(body: bytes) -> bytes:
        dropped: list[str] = []

        def kept(name: str) -> bool:
            if name.startswith("evidence/") and name.endswith(ending) and not dropped:
                dropped.append(name)
                return False
            return True

        made = rewritten(body, kept)
        assert dropped
        return made

    return without


def flipped_in(part: str, ending: str = "") -> Callable[[bytes], bytes]:
    def flipped(body: bytes) -> bytes:
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            entry = next(each for each in tar if each.name.startswith(part) and each.name.endswith(ending))  # fmt: skip
        place = entry.offset_data + entry.size // 2
        return body[:place] + bytes([body[place] ^ 0xFF]) + body[place + 1 :]

    return flipped


def rewritten(body: bytes, kept: Callable[[str], bool]) -> bytes:
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(body)) as old,
        tarfile.open(fileobj=out, mode="w") as new,
    ):
        for entry in old:
            if kept(entry.name):
                new.addfile(entry, old.extractfile(entry))
    return out.getvalue()


def other_end(body: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as new:
        entry = tarfile.TarInfo("backup.json")
        entry.size = 2
        new.addfile(entry, io.BytesIO(b"[]"))
    return out.getvalue()


def leading_out(body: bytes) -> bytes:
    """Names that lead out of its place; nothing is ever written by a name of the file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as new:
        for name in ("../out.gz", "config/counties/../../out.yaml", "/tmp/out"):
            entry = tarfile.TarInfo(name)
            new.addfile(entry, io.BytesIO(b""))
        link = tarfile.TarInfo("nianbao.db.gz")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        new.addfile(link)
    return out.getvalue()


def flipped_bit(*places: bytes) -> Callable[[bytes], bytes]:
    """One bit of what stands behind the words; the words are looked for one behind the other."""

    def flipped(body: bytes) -> bytes:
        place = 0
        for words in places:
            place = body.index(words, place) + len(words)
        return body[:place] + bytes([body[place] ^ 2]) + body[place + 1 :]

    return flipped


def with_more(*members: tuple[str, bytes], first: bool = False) -> Callable[[bytes], bytes]:
    """What else may stand in it, at its beginning or at its end."""

    def with_them(body: bytes) -> bytes:
        out = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(body)) as old,
            tarfile.open(fileobj=out, mode="w") as new,
        ):
            own = [(entry, old.extractfile(entry)) for entry in old]
            added = []
            for name, content in members:
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                added.append((entry, io.BytesIO(content)))
            for each, data in (*added, *own) if first else (*own, *added):
                new.addfile(each, data)
        return out.getvalue()

    return with_them


def told_otherwise(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """What it says of itself, changed; and marked anew, as one would who knows how."""

    def changed(body: bytes) -> bytes:
        out = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(body)) as old,
            tarfile.open(fileobj=out, mode="w") as new,
        ):
            for entry in old:
                content = old.extractfile(entry)
                assert content is not None
                data = content.read()
                if entry.name == "backup.json":
                    told = json.loads(data)
                    told.pop("mark", None)
                    change(told)
                    if told.get("config") is not None:
                        mark = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
                        told["mark"] = mark
                    data = json.dumps(told, ensure_ascii=False).encode()
                    entry.size = len(data)
                new.addfile(entry, io.BytesIO(data))
        return out.getvalue()

    return changed


def as_of_before(body: bytes) -> bytes:
    """As the release before wrote it."""
    return told_otherwise(lambda told: [told.pop(key) for key in ("config", "named", "size")])(body)


def link_in(kind: bytes) -> Callable[[bytes], bytes]:
    def linked(body: bytes) -> bytes:
        out = io.BytesIO(body)
        with tarfile.open(fileobj=out, mode="a") as tar:
            link = tarfile.TarInfo("config/counties/b.yaml")
            link.type, link.linkname = kind, "/etc/passwd"
            tar.addfile(link)
        return out.getvalue()

    return linked


PIECE = "aa" * 32
SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "cut": cut,
    "no end": without_end,
    "a piece less": without_one(".gz"),
    "a tombstone less": without_one(".gone"),
    "another piece": flipped_in("evidence/"),
    "another tombstone": flipped_in("evidence/", ".gone"),
    "another database": flipped_in("nianbao.db.gz"),
    "another end": other_end,
    "leading out": leading_out,
    "a bit of its configuration": flipped_bit(b"county: "),
    "a bit of its settings": flipped_bit(b"# se"),
    "a bit of what it says": flipped_bit(b"backup.json", b'"made": "20'),
    "a bit of a number that it says": flipped_bit(b"backup.json", b'"size": '),
    "a bit of a name that it says": flipped_bit(b"backup.json", b'"confi'),
    "a file of the configuration less": lambda body: rewritten(
        body, lambda name: name != "config/counties/a.yaml"
    ),
    "a file of the configuration more": with_more(("config/counties/b.yaml", b"county: y\n")),
    "a file of the configuration twice": with_more(("config/counties/a.yaml", b"county: x\n")),
    "a second database": with_more(("nianbao.db.gz", gzip.compress(b"x"))),
    "a second end": with_more(("backup.json", b"{}")),
    "a foreign file": with_more(("README", b"x")),
    "a foreign file first": with_more(("config/other.toml", b"x"), first=True),
    "a name that writes on the screen": with_more(
        ("config/counties/\x1b[2Ja.yaml", b"x"), first=True
    ),
    "a name of two lines": with_more(("config/counties/a\nb.yaml", b"x"), first=True),
    "a name that turns": with_more(("config/counties/\u202ea.yaml", b"x"), first=True),
    "a piece in another's place": with_more((f"evidence/bb/aa/{PIECE}.gz", b"x")),
    "a file that is too large": with_more(("config/counties/b.yaml", bytes(MOST_CONFIG + 1))),
    "a soft link": link_in(tarfile.SYMTYPE),
    "a hard link": link_in(tarfile.LNKTYPE),
    "a pipe": link_in(tarfile.FIFOTYPE),
    "a folder": link_in(tarfile.DIRTYPE),
    "a sparse file": link_in(tarfile.GNUTYPE_SPARSE),
    "an end that nests": told_otherwise(
        lambda told: told.update(lost=json.loads("[" * 900 + "]" * 900))
    ),
    "numbers that are texts": told_otherwise(lambda told: told.update(pieces=str(told["pieces"]))),
    "tables that are lists": told_otherwise(lambda told: told.update(lost=[])),
    "texts that are none": told_otherwise(lambda told: told.update(made=None)),
    "a configuration that is none": told_otherwise(lambda told: told.update(config=[])),
    "what nobody knows": told_otherwise(lambda told: told.update(other=1)),
    "a database that is larger": told_otherwise(lambda told: told.update(size=told["size"] - 1)),
    "other pieces": told_otherwise(lambda told: told.update(named="0")),
    "unmarked": told_otherwise(lambda told: told.update(config=None)),
    "nothing": lambda _: b"",
    "something else": lambda _: b"PK\x03\x04" + bytes(5000),
}


@pytest.fixture(scope="module")
def whole(lived: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a county of which lists were deleted."""
    folder = tmp_path_factory.mktemp("whole")
    made = copied(lived, folder / "world")
    lists_deleted(made)
    file = backed(made, folder / "b.tar")
    made.engine.dispose()
    return file.read_bytes()


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_not_whole_is_not_brought_back(whole: bytes, tmp_path: Path, how: str) -> None:
    spoilt = tmp_path / "spoilt.tar"
    spoilt.write_bytes(SPOILT[how](whole))
    with pytest.raises(BackupError) as refusal:
        look_through(spoilt, tmp_path / "looked")
    assert str(refusal.value).replace("\n", "").isprintable()


FOREIGN = (
    "a foreign file",
    "a soft link",
    "a second end",
    "a file that is too large",
    "a second database",
)


@pytest.mark.parametrize("how", FOREIGN)
def test_what_has_no_place_in_it_is_told_before_it_is_unpacked(
    world: World, tmp_path: Path, how: str
) -> None:
    spoilt = tmp_path / "spoilt.tar"
    spoilt.write_bytes(SPOILT[how](backed(world, tmp_path / "b.tar").read_bytes()))
    with pytest.raises(BackupError):
        look_through(spoilt, tmp_path / "looked")
    assert not (tmp_path / "looked").exists()


def test_one_of_the_release_before_is_brought_back(world: World, tmp_path: Path) -> None:
    """But its configuration is not proven."""
    known, file = everything(world.engine), backed(world, tmp_path / "b.tar")
    assert look_through(file, tmp_path / "new").is_config_proven
    older = tmp_path / "older.tar"
    older.write_bytes(as_of_before(file.read_bytes()))
    assert not look_through(older, tmp_path / "old").is_config_proven
    engine = brought(older, f"sqlite:///{tmp_path}/n.db", tmp_path / "there/evidence")
    assert everything(engine) == known
    engine.dispose()


@pytest.mark.parametrize("older", [False, True])
def test_a_database_that_unpacks_without_end_is_left_soon(
    world: World, tmp_path: Path, older: bool
) -> None:
    whole = backed(world, tmp_path / "b.tar").read_bytes()
    bomb = gzip.compress(bytes(256 * 1024 * 1024), 9)
    mark = sha256(bomb).hexdigest()
    other = told_otherwise(lambda told: told.update(database=mark))(whole)
    without = rewritten(
        as_of_before(other) if older else other, lambda name: name != "nianbao.db.gz"
    )
    file = tmp_path / "bomb.tar"
    file.write_bytes(with_more(("nianbao.db.gz", bomb), first=True)(without))
    with pytest.raises(BackupError, match="比应有的大"):
        look_through(file, tmp_path / "looked")
    assert (tmp_path / "looked/nianbao.db").stat().st_size < 128 * 1024 * 1024


@pytest.mark.parametrize("name", ["counties/a\x1b[2J.yaml", "counties/a\n.yaml", "other.toml"])
def test_a_name_that_could_not_be_brought_back_is_told_when_it_is_made(
    world: World, tmp_path: Path, name: str
) -> None:
    with pytest.raises(BackupError, match="不属于备份") as refusal:
        back_up(world.engine, evidence_of(world), tmp_path / "b.tar", {name: b"x"}, "1", NOW)
    assert str(refusal.value).isprintable()


def test_only_an_empty_place_is_written_to(world: World, tmp_path: Path) -> None:
    file = backed(world, tmp_path / "b.tar")
    found = look_through(file, tmp_path / "looked")
    with pytest.raises(BackupError, match="--store"):
        bring_back(found, world.engine, Evidence(tmp_path / "new"))
    empty, other = open_store(f"sqlite:///{tmp_path}/e.db"), Evidence(tmp_path / "other")
    other.keep(b"of somebody else")
    with pytest.raises(BackupError, match="--evidence"):
        bring_back(found, empty, other)
    assert not any(everything(empty).values())
    empty.dispose()


def test_a_database_that_was_lost_comes_back_to_its_evidence(world: World, tmp_path: Path) -> None:
    """Which knows more by now than the backup."""
    file, known = backed(world, tmp_path / "b.tar"), everything(world.engine)
    later = evidence_of(world).keep(b"fetched after the backup")
    engine = open_store(f"sqlite:///{tmp_path}/new.db")
    bring_back(look_through(file, tmp_path / "looked"), engine, evidence_of(world))
    assert everything(engine) == known
    assert later in set(evidence_of(world).names())
    engine.dispose()


def test_one_of_an_older_release_is_brought_up_to_date(world: World, tmp_path: Path) -> None:
    file = backed(world, tmp_path / "b.tar")
    found = look_through(file, tmp_path / "looked")
    older = open_store(f"sqlite:///{found.database}")
    migrate(older, "0010")
    older.dispose()
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    assert bring_back(found, engine, Evidence(tmp_path / "evidence")) > 10
    engine.dispose()


def test_one_of_a_newer_release_asks_for_it(world: World, tmp_path: Path) -> None:
    found = look_through(backed(world, tmp_path / "b.tar"), tmp_path / "looked")
    newer = open_store(f"sqlite:///{found.database}")
    with newer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer.dispose()
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with pytest.raises(StoreError, match="请升级"):
        bring_back(found, engine, Evidence(tmp_path / "evidence"))
    engine.dispose()


# ---- kills


def code_of(*arguments: str, cwd: Path) -> int:
    return process_of(arguments, ENVIRONMENT, cwd).returncode


def seconds_of(*arguments: str, cwd: Path) -> float:
    began = time.monotonic()
    assert code_of(*arguments, cwd=cwd) == 0
    return time.monotonic() - began


def places_in(folder: Path) -> tuple[str, ...]:
    store, counties = f"sqlite:///{folder}/n.db", f"{folder}/counties"
    return ("--store", store, "--evidence", f"{folder}/evidence", "--config", counties)


def killed_within(seconds: float, *arguments: str, cwd: Path) -> bool:
    """Whether it was ended before it had ended."""
    process = begun(arguments, ENVIRONMENT, cwd)
    process.join(seconds)
    if process.exitcode is not None:
        return False
    process.kill()
    process.join()
    return True


def fill(world: World) -> None:
    """So much that it takes a moment."""
    evidence, chance = evidence_of(world), Random(3)
    names = [evidence.keep(chance.randbytes(20_000)) for _ in range(300)]
    with session(world.engine) as s:
        s.add_all(
            Document(url=f"http://a.gov.cn/{n}", sha256=name, fetched=NOW, status=200, headers={})
            for n, name in enumerate(names)
        )


@more
def test_killed_at_any_moment_there_is_a_whole_one_or_none(world: World, tmp_path: Path) -> None:
    fill(world)
    known, pieces = everything(world.engine), set(evidence_of(world).names())
    where = ("--store", f"sqlite:///{world.folder}/n.db", "--evidence",
             f"{world.folder}/evidence", "--config", str(world.folder))  # fmt: skip
    whole = tmp_path / "whole.tar"
    code_of("--version", cwd=tmp_path)  # what all of them begin from is there
    took, chance, kills = seconds_of("backup", str(whole), *where, cwd=tmp_path), Random(7), 0
    for n in range(amount(3, 10)):
        file = tmp_path / f"{n}.tar"
        kills += killed_within(took * chance.uniform(0.4, 1), "backup", str(file), *where, cwd=tmp_path)  # fmt: skip
        if file.exists():
            look_through(file, tmp_path / f"looked{n}")
        assert not list(tmp_path.glob(f"{n}.tar?*"))
    assert kills
    file = tmp_path / "0.tar"
    file.unlink(missing_ok=True)
    assert code_of("backup", str(file), *where, cwd=tmp_path) == 0
    assert not list(tmp_path.glob(".0.tar.*")), "what a dead one left is taken away"

    new = tmp_path / "new"
    there = places_in(new)
    took = seconds_of("restore", str(whole), *places_in(tmp_path / "timed"), cwd=tmp_path)
    kills = 0
    for _ in range(amount(3, 10)):
        if killed_within(took * chance.uniform(0.4, 1), "restore", str(whole), *there, cwd=tmp_path):  # fmt: skip
            kills += 1
            continue
        if kills:
            break
        shutil.rmtree(new)  # it was quicker than the one that was timed
        took /= 2
    assert kills
    done = run_here(tmp_path, "restore", str(whole), *there)
    assert done.returncode in (0, 2), done.stderr  # 2: the last one had ended by itself
    engine = open_store(f"sqlite:///{new}/n.db")
    assert everything(engine) == known
    assert set(Evidence(new / "evidence").names()) == pieces
    engine.dispose()


# ---- the commands


@pytest.fixture
def server(tmp_path: Path, world: World) -> Path:
    """As a county's server has it: settings, counties, database and evidence."""
    place = tmp_path / "server"
    (place / "config/counties").mkdir(parents=True)
    (place / "config/nianbao.toml").write_text(
        'store = "sqlite:///var/n.db"\nevidence = "var/pieces"\ncounties = "config/counties"\n'
        '[[recipients]]\naddress = "office@pingan.example"\n', "utf-8"
    )  # fmt: skip
    (place / "config/counties/a.yaml").write_bytes((world.folder / "a.yaml").read_bytes())
    (place / "var").mkdir()
    world.engine.dispose()
    (world.folder / "n.db").rename(place / "var/n.db")
    (world.folder / "evidence").rename(place / "var/pieces")
    return place


def test_on_a_bare_machine_all_is_as_it_was(server: Path, tmp_path: Path) -> None:
    done = run_here(server, "backup", "../b.tar")
    assert (done.returncode, "已核对" in done.stdout) == (0, True), done.stderr
    bare = tmp_path / "bare"
    bare.mkdir()
    done = run_here(bare, "restore", "../b.tar")
    assert (done.returncode, "已恢复并核对" in done.stdout) == (0, True), done.stderr
    for name in ("config/nianbao.toml", "config/counties/a.yaml"):
        assert (bare / name).read_bytes() == (server / name).read_bytes()
    told = [run_here(place, "missing", "--year", "2026", "--format", "json", "--as-of", "2027-02-01")
            for place in (server, bare)]  # fmt: skip
    assert json.loads(told[0].stdout)
    assert told[0].stdout == told[1].stdout
    assert run_here(bare, "evidence", "verify").returncode == 0
    again = run_here(bare, "restore", "../b.tar")
    assert (again.returncode, "--store" in again.stderr) == (2, True)


def test_who_was_put_out_since_is_told_of(server: Path, tmp_path: Path) -> None:
    """Whoever was signed in signs in anew; what lets people in otherwise is as it was, and is told."""
    now = datetime.now(UTC)
    engine = open_store(f"sqlite:///{server}/var/n.db")
    with session(engine) as s:
        by = By("王某", now)
        add(s, "李某", "admin", EVERYTHING, "", by)
        sits = begin(s, "李某", "127.0.0.1", now)
        asks = give_token(s, "李某", "x", now + timedelta(days=9), by)
    engine.dispose()
    assert run_here(server, "backup", "../b.tar").returncode == 0
    bare = tmp_path / "bare"
    bare.mkdir()
    done = run_here(bare, "restore", "../b.tar")
    assert (done.returncode, "用户1个、令牌1个" in done.stderr) == (0, True), done.stderr
    engine = open_store(f"sqlite:///{bare}/var/n.db")
    with looking(engine) as s:
        assert (who_sits(s, sits, now), who_asks(s, asks, now) is None) == (None, False)
    engine.dispose()


def test_a_backup_of_before_says_that_its_configuration_is_not_proven(
    server: Path, tmp_path: Path
) -> None:
    assert run_here(server, "backup", "../b.tar").returncode == 0
    file = tmp_path / "b.tar"
    file.write_bytes(as_of_before(file.read_bytes()))
    bare = tmp_path / "bare"
    bare.mkdir()
    done = run_here(bare, "restore", "../b.tar")
    assert (done.returncode, "未能核对配置" in done.stderr) == (0, True), done.stderr


def test_what_stands_there_is_left_and_told(server: Path, tmp_path: Path) -> None:
    assert run_here(server, "backup", "../b.tar").returncode == 0
    bare = tmp_path / "bare"
    (bare / "config/counties").mkdir(parents=True)
    own = bare / "config/nianbao.toml"
    own.write_text('store = "sqlite:///mine.db"\n', "utf-8")
    done = run_here(bare, "restore", "../b.tar")
    assert (done.returncode, "未改动" in done.stderr) == (0, True), done.stderr
    assert own.read_text("utf-8") == 'store = "sqlite:///mine.db"\n'
    assert (bare / "mine.db").exists()
    assert not (bare / "var/n.db").exists()


def test_an_emptied_store_makes_no_backup(server: Path) -> None:
    (server / "var/n.db").unlink()
    open_store(f"sqlite:///{server}/var/n.db").dispose()
    done = run_here(server, "backup", "b.tar")
    assert (done.returncode, (server / "b.tar").exists()) == (2, False)


@pytest.mark.parametrize("line", [("backup", "/proc/none/b.tar"), ("restore", "gone.tar"), ("restore", "config/nianbao.toml")])  # fmt: skip
def test_what_can_not_be_done_is_told_in_a_sentence(server: Path, line: tuple[str, str]) -> None:
    done = run_here(
        server, *line, *(("--store", "sqlite:///new.db") if line[0] == "restore" else ())
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert line[1].rpartition("/")[0] in done.stderr
