"""A disk that is full, a database that is away, few letters, no home: a sentence, a code, no traceback."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from nianbao.monitor.cli.faults import for_people
from nianbao.monitor.daemon import Work, start_sweep
from nianbao.monitor.doctor import checks
from nianbao.monitor.health import page_of
from nianbao.monitor.pages import serving
from nianbao.monitor.settings import Settings
from nianbao.storage.models import Region
from nianbao.storage.store import open_store, session
from tests.amounts import one_in, prove
from tests.crawler.test_transport import sweep
from tests.portals.server import running
from tests.worlds.commands import ENVIRONMENT, command, run, run_here
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.processes import process_of

NOW = datetime(2027, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EROFS, "Read-only", "/srv/x"),
        OSError(errno.EIO, "I/O error"), PermissionError(errno.EACCES, "no", "/srv"), MemoryError(),
        sqlite3.OperationalError("database is locked"), sqlite3.DatabaseError("file is not a database"),
        OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error")), SQLAlchemyError(""),
        OperationalError("SELECT 1", {}, Exception("")),
        UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
    ],
)  # fmt: skip
def test_what_is_wrong_outside_is_a_sentence(error: Exception) -> None:
    assert for_people(error)
    assert "\n" not in for_people(error)


def test_a_fault_of_ours_is_none() -> None:
    assert for_people(KeyError("x")) == ""


COMMANDS = (("sweep",), ("missing",), ("standing",), ("outbox",), ("status",), ("coverage",), ("digest",), ("doctor",), ("daemon",))  # fmt: skip


@one_in(3)
@pytest.mark.parametrize("asked", COMMANDS, ids=" ".join)
def test_a_database_that_is_none_or_away(tmp_path: Path, asked: tuple[str, ...]) -> None:
    (tmp_path / "config").mkdir()
    shutil.move(county_file(tmp_path, "http://127.0.0.1:1"), tmp_path / "config/counties")
    (tmp_path / "text.db").write_text("no database" * 100)
    (tmp_path / "folder.db").mkdir()
    stores = ("text.db", "folder.db", "text.db/n.db", "/proc/none/n.db")
    for store in [*(f"sqlite:///{name}" for name in stores), "postgresql://who@127.0.0.1:1/x"]:
        (tmp_path / "config/nianbao.toml").write_text(f'store = "{store}"\n')
        done = alone(tmp_path, *asked)
        assert done.returncode in (1, 2), (store, done)
        assert "Traceback" not in done.stdout + done.stderr
        assert done.stdout + done.stderr


def alone(folder: Path, *asked: str, **more: str) -> subprocess.CompletedProcess[str]:
    if not more:
        return process_of(asked, ENVIRONMENT, folder)
    return subprocess.run(  # what it is given may change how the interpreter begins
        [sys.executable, "-m", "nianbao.monitor.cli", *asked],
        capture_output=True, text=True, timeout=60, env={**ENVIRONMENT, **more}, cwd=folder, encoding="utf-8", errors="replace",
    )  # fmt: skip


@prove  # it waits for the lock
def test_a_database_that_is_locked(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    holder = sqlite3.connect(tmp_path / "n.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    done = run(tmp_path, "sweep", "--config", str(county_file(tmp_path, "http://127.0.0.1:1")))
    holder.close()
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stdout + done.stderr
    assert "locked" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    "asked", [("outbox", "-f", "json"), ("standing",), ("rules",)], ids=" ".join
)
def test_a_full_disk_behind_standard_output(tmp_path: Path, asked: tuple[str, ...]) -> None:
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nianbao.monitor.cli", *asked], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
            env={**ENVIRONMENT, "NIANBAO_STORE": f"sqlite:///{tmp_path}/n.db"}, cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_evidence_that_can_t_be_written(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("no folder")
    with running(portal_of(planted(1))) as site:
        done = sweep(tmp_path, county_file(tmp_path, site.url), "--retries", "0")
    assert done.returncode == 3
    assert "Traceback" not in done.stdout + done.stderr


def test_nothing_but_a_path_in_the_environment(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": ENVIRONMENT["PYTHONPATH"]}
    for asked in (
        ("outbox",),
        ("sweep", "--config", str(county_file(tmp_path, "http://127.0.0.1:1"))),
    ):
        done = subprocess.run(
            command(tmp_path, *asked)[: -2 if asked[0] == "outbox" else None], capture_output=True, timeout=90, env=bare, cwd=tmp_path
        )  # fmt: skip
        assert done.returncode in (0, 1)
        assert b"Traceback" not in done.stderr


def test_an_emptied_database_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    with running(portal_of(planted(1))) as site:
        config = county_file(tmp_path, site.url)
        assert sweep(tmp_path, config).returncode == 0
        for file in tmp_path.glob("n.db*"):
            file.unlink()
        before = len(site.requests)
        done = sweep(tmp_path, config)
        assert len(site.requests) == before
    assert done.returncode == 2
    assert "证据库" in done.stderr
    (tmp_path / "nianbao.toml").write_text(
        f'store = "sqlite:///{tmp_path}/n.db"\nevidence = "{tmp_path}/evidence"\ncounties = "counties"\n'
    )
    for asked in ("daemon", "doctor"):
        told = alone(tmp_path, asked, "--settings", "nianbao.toml")
        assert told.returncode in (1, 2)
        assert "证据库" in told.stdout + told.stderr
    shutil.rmtree(tmp_path / "evidence")
    with running(portal_of(planted(1))) as site:
        assert sweep(tmp_path, county_file(tmp_path, site.url)).returncode == 0


def test_healthz_says_that_the_database_is_down(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    engine.dispose()
    for file in tmp_path.glob("n.db*"):
        file.unlink()
    (tmp_path / "n.db").mkdir()
    for path in ("/healthz", "/metrics"):
        page = page_of(engine, NOW, path)
        assert page
        assert page.status == 503
        assert json.loads(page.body)["ok"] is False
    answered = serving(lambda path: page_of(engine, NOW, path))
    with answered as url, pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(f"{url}/healthz", timeout=5)
    assert told.value.code == 503


def test_a_countys_file_that_cant_be_read_is_told_until_it_is_whole(tmp_path: Path) -> None:
    folder = county_file(tmp_path, "http://127.0.0.1:1")
    (file,) = folder.glob("*.yaml")
    sound = file.read_text("utf-8")
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    work = Work(engine, Settings(), folder, lambda: NOW)
    work.reload()
    (watched,) = work.counties

    def problems() -> str:
        work.reload()
        page = page_of(engine, NOW, "/healthz", work.faults)
        assert page
        told: list[str] = json.loads(page.body)["problems"]
        return "\n".join(each for each in told if "县配置" in each or str(folder) in each)

    assert problems() == ""
    for words in (sound + "units: []\n", "county: [", "\x00"):
        file.write_text(words, encoding="utf-8")
        (fault,) = (line for line in problems().splitlines() if line.startswith(f"{file}:"))
        assert " / " in fault  # in both languages
        assert work.counties == [watched]
    settings = tmp_path / "nianbao.toml"
    settings.write_text(f'store = "sqlite:///{tmp_path}/n.db"\ncounties = "{folder}"\n', "utf-8")
    told = run_here(tmp_path, "status", "--settings", str(settings))
    assert (told.returncode, file.name in told.stdout) == (1, True)
    file.unlink()
    assert str(folder) in problems()
    file.mkdir()
    assert str(file) in problems()
    file.rmdir()
    file.symlink_to(tmp_path / "nowhere")
    assert str(file) in problems()
    file.unlink()
    file.write_text(sound, encoding="utf-8")
    assert problems() == ""
    engine.dispose()


def test_what_is_kept_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    try:
        engine = open_store(f"sqlite:///{tmp_path}/store/n.db")
        with session(engine) as s:
            s.add(Region(code="140999", name="平安县", level="county"))
            s.flush()
            files = [*(tmp_path / "store").iterdir()]
            assert {file.name for file in files} == {"n.db", "n.db-wal", "n.db-shm"}
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        work = Work(engine, Settings(store=f"sqlite:///{tmp_path}/store/n.db"), tmp_path)
        start_sweep(work, []).process.wait()
    finally:
        os.umask(before)
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "var/log").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "var/log/sweep.log").stat().st_mode) == 0o600
    settings = tmp_path / "nianbao.toml"
    settings.write_text(f'store = "sqlite:///{tmp_path}/store/n.db"\n', encoding="utf-8")
    name = "文件权限"

    def said() -> str:
        told = run_here(tmp_path, "doctor", "--settings", str(settings)).stdout
        return next(line for line in told.splitlines() if name in line)

    assert "仅所有者可读写" in said()
    (tmp_path / "store/n.db").chmod(0o640)
    assert f"{tmp_path}/store/n.db -rw-r-----" in said()


KEY = '[alerts]\nwecom = "https://qyapi.example/send?key=0123456789"\n'


@pytest.mark.parametrize(
    ("body", "mode", "folder", "told"),
    [
        ("", 0o644, 0o755, ""),
        ("", 0o664, 0o775, ""),
        (KEY, 0o640, 0o755, ""),
        ('store = "postgresql://n@localhost/n"\n', 0o644, 0o755, ""),
        (KEY, 0o644, 0o755, "nianbao.toml -rw-r--r--"),
        ('store = "postgresql://n:secret@localhost/n"\n', 0o604, 0o755, "-rw----r--"),
        ("", 0o666, 0o755, "nianbao.toml -rw-rw-rw-"),
        ("", 0o600, 0o777, "etc drwxrwxrwx"),
    ],
)
def test_whoever_may_write_or_read_what_is_the_operators_is_told(
    tmp_path: Path, body: str, mode: int, folder: int, told: str
) -> None:
    settings = tmp_path / "etc/nianbao.toml"
    settings.parent.mkdir()
    settings.write_text(body, encoding="utf-8")
    settings.chmod(mode)
    settings.parent.chmod(folder)
    check = next(checks(settings))
    assert check.well is not bool(told)
    assert told in check.told
    assert ("chmod o" in check.mend) is bool(told)
    assert "secret" not in check.told + check.mend


def test_every_line_of_a_log_is_json(tmp_path: Path) -> None:
    """Ours, the scheduler's, Twisted's, warnings, threads that died."""
    code = """
import logging, threading, warnings
from nianbao.monitor.logs import log, log_to
log_to()
from scrapy.utils.log import configure_logging
configure_logging({"LOG_ENABLED": False})
from twisted.internet.defer import fail
log.info("x", extra={"told": {"a": 1}})
logging.getLogger("apscheduler.executors").error("missed\\nrun")
fail(ValueError("lost"))
import gc; gc.collect()
from twisted.logger import Logger
Logger().error("said")
warnings.warn("old")
thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()
raise KeyError("end")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=ENVIRONMENT, cwd=tmp_path)  # fmt: skip
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"x", "missed\nrun", "uncaught"} <= {line["event"] for line in lines}
    assert len(lines) >= 6
    assert done.stdout == ""
