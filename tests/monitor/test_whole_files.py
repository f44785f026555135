"""What a command writes is there whole, or what was there before is."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from nianbao.monitor import cli
from nianbao.monitor.cli.whole import whole, write_whole
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Document
from nianbao.storage.store import open_store, session
from tests.monitor.test_words_of_others import NOW
from tests.worlds.commands import ENVIRONMENT, command
from tests.worlds.pages import lived

SMALL = 64 * 1024


def test_an_archive_that_no_disk_holds_leaves_the_one_before(tmp_path: Path) -> None:
    engine, archive = open_store(f"sqlite:///{tmp_path}/n.db"), Evidence(f"{tmp_path}/evidence")
    with session(engine) as s:
        for n in range(4):
            sha256 = archive.keep(os.urandom(SMALL))
            s.add(Document(url=f"http://x.example/{n}", sha256=sha256, fetched=NOW, status=200, headers={}, sm3=""))  # fmt: skip
    engine.dispose()
    target = tmp_path / "all.warc.gz"
    target.write_bytes(b"before")
    asked = command(tmp_path, "evidence", "export", str(target))
    size = resource.RLIM_INFINITY
    for limit, code in ((SMALL * 2, 2), (size, 0)):
        full = f"import resource,runpy,sys;resource.setrlimit(resource.RLIMIT_FSIZE,({limit},-1));sys.argv=['n',*sys.argv[1:]];runpy.run_module('nianbao.monitor.cli',run_name='__main__')"  # fmt: skip
        done = subprocess.run([sys.executable, "-c", full, *asked[3:]], env=ENVIRONMENT, capture_output=True, text=True, timeout=120)  # fmt: skip
        assert done.returncode == code, done.stderr
        assert (target.read_bytes() == b"before") is (code != 0)
        assert not [*tmp_path.glob(".new-*")]


def stopped(file: Path) -> None:
    with whole(file) as out:
        out.write(b"half")
        raise KeyboardInterrupt


def test_what_ends_halfway_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"
    for before in (None, b"before"):
        if before is not None:
            file.write_bytes(before)
        with pytest.raises(KeyboardInterrupt):
            stopped(file)
        assert [path.read_bytes() for path in tmp_path.iterdir()] == ([before] if before else [])


def test_rights_and_links_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "a", tmp_path / "b"
    before = os.umask(0o027)
    try:
        write_whole(file, b"one")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o640
    file.chmod(0o604)
    link.symlink_to(file)
    write_whole(link, b"two")
    assert link.is_symlink()
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o604
    write_whole(Path("/dev/null"), b"three")
    with pytest.raises(FileNotFoundError, match="nowhere/x"):
        write_whole(tmp_path / "nowhere" / "x", b"")


EACH = "import resource,runpy,sys;resource.setrlimit(resource.RLIMIT_FSIZE,({limit},-1));sys.argv=['n',*sys.argv[1:]];runpy.run_module('nianbao.monitor.cli',run_name='__main__')"  # fmt: skip
FULL = 48 * 1024  # what SQLite writes beside a store fits


def asks(folder: Path, limit: int, *said: str) -> int:
    """Its exit code where no file may be longer."""
    full, asked = EACH.format(limit=limit), command(folder, *said)[3:-2]
    asked += ["--config", f"{folder}/counties"]
    done = subprocess.run([sys.executable, "-c", full, *asked], env=ENVIRONMENT, capture_output=True, text=True, timeout=120)  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode


def test_an_export_that_no_disk_holds_leaves_the_one_before(tmp_path: Path) -> None:
    lived(tmp_path)
    target, made = tmp_path / "package", tmp_path / "all.sqlite"
    assert asks(tmp_path, resource.RLIM_INFINITY, "export", str(target)) == 0
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    assert max(map(len, before.values())) > FULL
    assert asks(tmp_path, FULL, "export", str(target)) == 2
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert asks(tmp_path, FULL, "export", str(made), "--format", "sqlite") != 0
    assert not made.exists()
    assert not [*tmp_path.glob(".new-*"), *target.glob(".new-*")]


def test_no_command_writes_a_file_that_is_half_there() -> None:
    """Each by one of these; what brings a backup back writes where nothing was."""
    own = {"whole.py", "whole_folder.py", "keeping.py"}
    writes = re.compile(r"\.write_(?:text|bytes)\(|\bopen\([^)]*[\"'][wx]b?[\"']")
    files = {path.name: path.read_text("utf-8") for path in Path(cli.__path__[0]).glob("*.py")}
    assert {name for name, text in files.items() if writes.search(text)} <= own


def test_units_that_no_disk_holds_leave_the_county_s_file(tmp_path: Path) -> None:
    file, listed = tmp_path / "a.yaml", tmp_path / "list.csv"
    units = "".join(f'  - {{name: 柳树{n}镇, code: "{n}"}}\n' for n in range(140999101, 140999400))
    file.write_text(f'county: 平安县\ncode: "140999"\nhost: a.gov.cn\nunits:\n{units}', "utf-8")
    before = file.read_bytes()
    listed.write_text("单位名称,代码\n新镇,140999901\n", encoding="utf-8-sig")
    asked = ["units", "import", str(listed), "--county", str(file)]
    for limit in (len(before) - 100, resource.RLIM_INFINITY):
        assert file.read_bytes() == before
        full = EACH.format(limit=limit)
        subprocess.run([sys.executable, "-c", full, *asked], env=ENVIRONMENT, capture_output=True, timeout=120)  # fmt: skip
    assert "新镇" in file.read_text("utf-8")
