"""Who only asks makes no store, and needs none that can be written to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.monitor.doctor import checks
from nianbao.storage.models import Region
from nianbao.storage.store import StoreError, looking, open_store, session
from tests.worlds.commands import run_here

NOBODY = 65534
COUNTY = """\
county: 平安县
code: "140999"
units:
  - {name: 柳树镇, code: "140999101"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    counties = tmp_path / "counties"
    counties.mkdir()
    (counties / "a.yaml").write_text(COUNTY, "utf-8")
    return tmp_path


ASKING = [
    ("missing",),
    ("standing",),
    ("late",),
    ("unknown",),
    ("coverage",),
    ("preflight",),
    ("flagged",),
    ("history", "柳树镇"),
    ("show", "柳树镇"),
    ("find", "公开"),
    ("review",),
    ("review", "column", "http://a/", "--who", "王"),
    ("review", "settle", "1", "--is-it", "--who", "王"),
    ("ledger", "l.xlsx"),
    ("letter", "柳树镇"),
    ("sum", "平安县"),
    ("export", "out"),
    ("status",),
    ("outbox",),
    ("feed", "f.xml"),
    ("digest", "--preview", "p.eml", "--no-open"),
    ("note", "柳树镇", "备注", "--who", "王"),
    ("evidence", "verify"),
    ("store", "copy", "sqlite:///other.db"),
]


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
def test_a_store_that_is_not_there_is_told_and_not_made(
    folder: Path, command: tuple[str, ...]
) -> None:
    store = folder / "mistyped" / "n.db"
    settings = f'store = "sqlite:///{store}"\ncounties = "counties"\n'
    (folder / "nianbao.toml").write_text(settings, "utf-8")
    told = {"NIANBAO_SETTINGS": str(folder / "nianbao.toml")}
    for lang, words in (("zh", "没有数据库"), ("en", "there is no database")):
        done = run_here(folder, *command, NIANBAO_LANG=lang, **told)
        assert words in done.stderr
        assert str(store) in done.stderr
    assert not store.parent.exists()
    assert not (folder / "other.db").exists()


def test_a_calendar_needs_no_store_and_makes_none(folder: Path) -> None:
    given = ("--store", f"sqlite:///{folder}/none.db", "--config", "counties")
    done = run_here(folder, "calendar", "c.ics", *given)
    assert done.returncode == 0
    assert "没有数据库" in done.stderr
    assert "平安县" in (folder / "c.ics").read_text("utf-8")
    assert not (folder / "none.db").exists()


@contextmanager
def as_nobody() -> Iterator[None]:
    """One for whom what others own is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A store in a folder that can only be read; pytest's own folders are open to nobody else."""
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
    engine.dispose()
    shared = Path(tempfile.gettempdir()).resolve()
    outer = [tmp_path, *(place for place in tmp_path.parents if shared in place.parents)]
    modes = [folder.stat().st_mode for folder in outer]
    for folder in outer:
        folder.chmod(0o755)
    (tmp_path / "n.db").chmod(0o444)
    tmp_path.chmod(0o555)
    yield tmp_path
    for folder, mode in zip(outer, modes, strict=True):
        folder.chmod(mode)


def names(url: str) -> list[str]:
    engine = open_store(url, known=True)
    try:
        with looking(engine) as s:
            return list(s.scalars(select(Region.name)))
    finally:
        engine.dispose()


def test_a_store_that_is_read_only_is_read(locked: Path) -> None:
    url = f"sqlite:///{locked}/n.db"
    assert names(url) == ["平安县"]
    with as_nobody():
        assert names(url) == ["平安县"]
    assert sorted(path.name for path in locked.iterdir()) == ["n.db"]


def test_nobody_writes_to_a_store_that_is_only_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{tmp_path}/n.db", known=True)
    assert list(tmp_path.iterdir()) == []


def test_doctor_tells_an_evidence_folder_that_is_read_only(locked: Path) -> None:
    (locked / "evidence").exists()
    settings = f'store = "sqlite:///{locked}/n.db"\nevidence = "{locked}/evidence"\n'
    locked.chmod(0o755)
    (locked / "nianbao.toml").write_text(settings, "utf-8")
    assert told_of(locked, "证据库")  # its probe is kept from now on
    for place in (locked / "evidence", *(locked / "evidence").rglob("*")):
        if place.is_dir():
            place.chmod(0o555)
    with as_nobody():
        assert not told_of(locked, "证据库")
    assert not list((locked / "evidence").glob("doctor*"))


def told_of(folder: Path, name: str) -> bool:
    found = {check.name: check for check in checks(folder / "nianbao.toml")}
    return next(check.well for key, check in found.items() if key.startswith(name))


def test_doctor_makes_no_store(folder: Path) -> None:
    store = folder / "var" / "n.db"
    (folder / "nianbao.toml").write_text(f'store = "sqlite:///{store}"\n', "utf-8")
    assert told_of(folder, "数据库")
    assert not store.parent.exists()
