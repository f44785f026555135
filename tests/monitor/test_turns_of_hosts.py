"""No host is asked by two at once, though the database that holds the locks is lost meanwhile."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine, create_engine, select, text

from nianbao.storage.hosts import LASTS, SILENT, Hosts
from nianbao.storage.models import Lease
from nianbao.storage.store import looking, open_store, session
from tests.amounts import prove
from tests.chaos.world import database
from tests.monitor.test_many_machines import two_counties, until
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.crowds import Crowd
from tests.worlds.seasons import Season
from tests.worlds.stores import emptied

SHORT = 10.0  # a busy machine may keep a thread from its turn for seconds


def at_hosts(engine: Engine) -> Hosts:
    """This process, which runs other tests too, is not ended where the machine is too busy for it to renew its turns."""
    return Hosts(engine, SHORT, lambda: None)


@pytest.fixture
def engine(postgres: str) -> Iterator[Engine]:
    found = open_store(postgres)
    yield found
    emptied(found)


def lose_all(engine: Engine) -> None:
    """All connections, as when the database starts anew."""
    with session(engine) as s:
        others = (
            "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        s.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))


def test_whoever_lost_its_lock_is_waited_for(engine: Engine) -> None:
    first, second = at_hosts(engine), at_hosts(engine)
    assert first.begin("a.cn")
    lose_all(engine)
    assert not second.begin("a.cn")  # its request may still be under way
    ends = time.monotonic() + SHORT * 1.2
    while time.monotonic() < ends:  # it is there, and says so
        assert not second.begin("a.cn")
        time.sleep(0.25)
    first.end("a.cn")
    assert second.begin("a.cn")
    second.end("a.cn")
    for each in (first, second):
        each.close()
    with looking(engine) as s:
        assert not s.scalars(select(Lease)).all()


def test_whoever_died_is_waited_for_no_longer_than_it_could_go_on(engine: Engine) -> None:
    first, second = at_hosts(engine), at_hosts(engine)
    assert first.begin("a.cn")
    begun = time.monotonic()
    first.close()  # as the end of its process does: nothing is given back
    until(lambda: second.begin("a.cn"), 3 * SHORT)
    assert time.monotonic() - begun > SHORT / 2
    second.close()


def test_whoever_was_killed_on_this_machine_is_not_waited_for(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    program = (
        "import sys, time; from nianbao.storage.hosts import Hosts;"
        "from nianbao.storage.store import open_store;"
        "print(Hosts(open_store(sys.argv[1])).begin('a.cn'), flush=True); time.sleep(60)"
    )
    line = [sys.executable, "-c", program, url]
    with subprocess.Popen(line, env=ENVIRONMENT, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        own = Hosts(engine)
        assert not own.begin("a.cn")
        other.kill()
        other.wait()
    until(lambda: own.begin("a.cn"), LASTS / 4)
    own.close()


def test_a_clock_that_went_back_holds_no_host_for_hours(engine: Engine) -> None:
    first, second = at_hosts(engine), at_hosts(engine)
    assert first.begin("a.cn")
    first.close()
    with session(engine) as s:
        s.execute(text("UPDATE lease SET until = until + interval '3 hours'"))
    assert second.begin("a.cn")
    second.close()


def test_whoever_can_t_say_that_it_asks_ends(engine: Engine) -> None:
    """The server does not answer any more: the way to it is gone, and nobody says so."""
    lost = threading.Event()
    frozen: list[psutil.Process] = []
    own = Hosts(engine, SHORT, lost.set)
    other = at_hosts(engine)
    assert own.begin("a.cn")
    try:
        with looking(engine) as s:
            pids = s.scalars(text("SELECT pid FROM pg_locks WHERE locktype = 'advisory'")).all()
        for pid in pids:
            frozen.append(psutil.Process(pid))
            frozen[-1].suspend()
        begun = time.monotonic()
        assert lost.wait(2 * SHORT)
        assert time.monotonic() - begun < SHORT
    finally:
        for each in frozen:
            each.resume()
    own.close()
    until(lambda: other.begin("a.cn"), 3 * SHORT)
    other.close()


def test_nobody_ends_who_asks_nothing(engine: Engine) -> None:
    lost = threading.Event()
    own = Hosts(engine, 0.4, lost.set)
    assert own.begin("a.cn")
    own.end("a.cn")
    gone = Hosts(create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none"), 0.4, lost.set)
    assert not gone.begin("a.cn")
    assert not lost.wait(0.6)
    own.close()
    gone.close()


class Slowly:
    """A host that takes its time, once, for whatever is asked next."""

    def __init__(self, season: Season) -> None:
        self.season, self.seconds = season, 0.0

    def __call__(self, request: Request) -> Reply | None:
        reply = self.season(request)
        if request.path == "/robots.txt" or reply is None:
            return reply
        seconds, self.seconds = self.seconds, 0.0
        return replace(reply, slow=max(0.05, seconds))


@contextmanager
def sweeping(folder: Path, url: str, county: str) -> Iterator[subprocess.Popen[bytes]]:
    line = [
        sys.executable,
        "-m",
        "nianbao.monitor.cli",
        "sweep",
        "--county",
        county,
        "--store",
        url,
    ]
    line += ["--config", f"{folder}/counties", "--evidence", f"{folder}/evidence"]
    line += ["--pause", "0.05", "--allow-private"]
    with (folder / "sweep.log").open("ab") as out:
        process = subprocess.Popen(line, env=ENVIRONMENT, cwd=folder, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def killed(server: Any) -> None:
    first = psutil.Process(server.get_pid())
    for each in [first, *first.children(recursive=True)]:
        with suppress(psutil.Error):
            each.kill()


def started(server: Any, url: str) -> None:
    def answers() -> bool:
        with suppress(Exception):
            server.ensure_postgres_running()
            open_store(url, upgrade=False).dispose()
            return True
        return False

    until(answers, 60)


@prove
@pytest.mark.parametrize("away", [0.0, SILENT + 5.0], ids=["starts at once", "stays away"])
def test_the_database_dies_in_the_middle_of_a_request(tmp_path: Path, away: float) -> None:
    """One sweep is in a slow request, another of the same host begins."""
    season, crowd = Season(tmp_path), Crowd()
    portal = Slowly(season)
    with ExitStack() as stack:
        kept = tempfile.TemporaryDirectory(prefix="nianbao-pg-", ignore_cleanup_errors=True)
        server = stack.enter_context(database(Path(stack.enter_context(kept))))
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        engine = open_store(url)
        site = stack.enter_context(running(portal, during=crowd.asks))
        two_counties(tmp_path, site.url)
        portal.seconds = LASTS + 15.0
        first = stack.enter_context(sweeping(tmp_path, url, "140999"))
        until(lambda: portal.seconds == 0.0)
        killed(server)
        begun = time.monotonic()
        if away:
            until(lambda: first.poll() is not None, away + LASTS)
            assert time.monotonic() - begun < LASTS
            assert first.returncode == 1
            told = (tmp_path / "sweep.log").read_text("utf-8")
            assert "数据库长时间没有回应" in told
            assert "Traceback" not in told
        started(server, url)
        asked = len(crowd.asked)
        stack.enter_context(sweeping(tmp_path, url, "140998"))
        until(lambda: not crowd.now, LASTS + 60.0)
        first.kill()  # else it goes on at its own pace, which is as slow as its host was
        first.wait()
        until(lambda: len(crowd.asked) > asked + 3, 60)
        assert crowd.met == []
        assert time.monotonic() - begun > LASTS / 2
        engine.dispose()
