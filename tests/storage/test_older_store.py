"""Who only asks changes no store of an older release: it says so, and what to do."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from nianbao.storage.store import HEAD, migrate, open_store
from tests.storage.test_reading_a_store import ASKING, COUNTY
from tests.worlds.commands import run_here

WRITES = {"review column", "note", "review settle"}  # what they are asked to
MORE = [
    ("audit", "verify"), ("audit", "export", "a.jsonl"), ("evidence", "export", "e.warc.gz"), ("evidence", "manifest", "m.csv"),
    ("evidence", "prune", "--dry-run", "--months", "12"), ("user", "list"), ("drafts",), ("faults",),
    ("review", "settle", "1", "--is-it", "--preview"), ("compare", "l.xlsx"), ("calendar", "c.ics"), ("backup", "b.tar"),
]  # fmt: skip
LINES = [each for each in ASKING if " ".join(each[:2]) not in WRITES and each[0] != "note"] + MORE


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("older")
    engine = open_store(f"sqlite:///{folder}/n.db")
    migrate(engine, "-1")
    engine.dispose()
    (folder / "counties").mkdir()
    (folder / "counties/a.yaml").write_text(COUNTY, "utf-8")
    lines = [f'store = "sqlite:///{folder}/n.db"', f'counties = "{folder}/counties"']
    (folder / "nianbao.toml").write_text("\n".join([*lines, ""]), "utf-8")
    return folder


def revision(file: Path) -> str:
    with sqlite3.connect(file) as there:
        return str(there.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize("command", LINES, ids=" ".join)
def test_whoever_asks_leaves_it_as_it_is(older: Path, command: tuple[str, ...]) -> None:
    before = revision(older / "n.db")
    assert before < HEAD
    told = {"NIANBAO_SETTINGS": str(older / "nianbao.toml")}
    for lang, words in (
        ("zh", f"旧版本写成（{before}）"),
        ("en", f"of an older release ({before})"),
    ):
        done = run_here(older, *command, NIANBAO_LANG=lang, **told)
        assert revision(older / "n.db") == before
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert "nianbao sweep" in done.stderr


def test_the_doctor_says_that_it_will_be_brought_up_to_date(older: Path) -> None:
    told = {"NIANBAO_SETTINGS": str(older / "nianbao.toml")}
    done = run_here(older, "doctor", NIANBAO_LANG="zh", **told)
    assert "✓ 数据库：数据库由旧版本写成" in done.stdout
    assert revision(older / "n.db") < HEAD


def test_whoever_writes_brings_it_up_to_date(older: Path, tmp_path: Path) -> None:
    shutil.copy(older / "n.db", tmp_path)
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    assert revision(tmp_path / "n.db") == HEAD
