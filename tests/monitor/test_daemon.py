"""The daemon as its operator runs it: it sweeps, mails, tells how it is, ends when asked, and is alone."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from nianbao.monitor.cadence import NIGHT, next_visit, season_of
from nianbao.monitor.daemon import Work, _lease
from nianbao.monitor.settings import Cadence, Settings, load_settings
from nianbao.monitor.standing import BEIJING
from nianbao.storage.models import Look, ReportVersion
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store
from tests.portals.server import Reply, Request, running
from tests.worlds.commands import ENVIRONMENT, run_here
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.daemons import asked, daemon, free_port, settings_file, until
from tests.worlds.mailbox import receiving
from tests.worlds.processes import process_of
from tests.worlds.stores import stored


def logged(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_it_sweeps_mails_tells_how_it_is_and_ends_when_asked(tmp_path: Path) -> None:
    port = free_port()
    with receiving() as box, running(portal_of(planted(6))) as site:
        county_file(tmp_path, site.url)
        file = settings_file(tmp_path, box, port)
        with daemon(tmp_path, file) as process:
            until(lambda: asked(port, "/healthz")[0])
            until(lambda: (tmp_path / "n.db").exists() and len(stored(tmp_path)["versions"]) == 6)
            until(lambda: box.taken, 90)
            until(lambda: asked(port, "/healthz")[0] == 200)
            status, told = asked(port, "/metrics")
            assert status == 200
            assert "nianbao_columns 1.0" in told
            assert 'nianbao_mail{state="sent"} 1.0' in told
            second = process_of(("daemon", "--settings", str(file)), ENVIRONMENT, tmp_path)
            assert second.returncode == 3
            shown = run_here(tmp_path, "status", "--settings", str(file))
            assert shown.returncode == 0, shown.stdout
            assert "平安县" in shown.stdout
            until(lambda: "sweep ended" in (tmp_path / "daemon.log").read_text(encoding="utf-8"))
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            assert time.monotonic() - began < 10
        lines = logged(tmp_path / "daemon.log")
        assert {"started", "sweep began", "sweep ended", "mail", "stopped"} <= {
            line["event"] for line in lines
        }
        # From a mail to the sweeps that it stands on.
        (queued,) = [line for line in lines if line["event"] == "queued"]
        (swept,) = [
            line for line in logged(tmp_path / "var/log/sweep.log") if line["event"] == "swept"
        ]
        assert [queued["mail"]] == box.ids()
        assert queued["sweeps"] == [swept["sweeps"]["140999"]]
        assert [line["mail"] for line in lines if line["event"] == "handed over"] == box.ids()
        # Killed and begun again it neither repeats the mail nor the visit.
        visits, mails = len(site.paths()), box.ids()
        with daemon(tmp_path, file) as process:
            until(lambda: asked(port, "/healthz")[0] == 200)
            time.sleep(4)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        with daemon(tmp_path, file):
            until(lambda: asked(port, "/healthz")[0] == 200)
            time.sleep(3)
        assert len(site.paths()) == visits
        assert box.ids() == mails


def test_one_that_stands_by_takes_over(tmp_path: Path) -> None:
    port = free_port()
    with running(portal_of(planted(1))) as site:
        county_file(tmp_path, site.url)
        file = settings_file(tmp_path, None, port)
        with daemon(tmp_path, file) as first:
            until(lambda: asked(port, "/healthz")[0])
            with daemon(tmp_path, file, "--standby") as second:
                time.sleep(3)
                assert second.poll() is None
                first.kill()
                first.wait()
                until(lambda: asked(port, "/healthz")[0], 30)
                assert second.poll() is None


def test_one_that_stands_by_waits_while_the_other_is_stopped_inside_a_write(
    tmp_path: Path,
) -> None:
    """What it asks for is refused, and not because somebody else holds it."""
    engine = open_store(f"sqlite:///{tmp_path}/n.db")

    def hurry(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=100")

    event.listen(engine, "connect", hurry)
    engine.dispose()
    work, stop = Work(engine, Settings(), tmp_path), threading.Event()
    other = sqlite3.connect(tmp_path / "n.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        _lease(work, stop, standby=False)
    with ThreadPoolExecutor(1) as pool:
        standing_by = pool.submit(_lease, work, stop, standby=True)
        time.sleep(1)
        assert not standing_by.done()
        other.execute("ROLLBACK")
        assert standing_by.result(30)
    other.close()
    engine.dispose()


def test_systemd_is_told_that_it_is_ready_and_lives(tmp_path: Path) -> None:
    with (
        running(portal_of(planted(1))) as site,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd,
    ):
        county_file(tmp_path, site.url)
        file = settings_file(tmp_path, None, 0)
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        told: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(ENVIRONMENT, "NOTIFY_SOCKET", str(tmp_path / "notify"))
            patch.setitem(ENVIRONMENT, "WATCHDOG_USEC", "2000000")
            with daemon(tmp_path, file) as process:
                while told.count("WATCHDOG=1") < 3:
                    told.append(systemd.recv(200).decode())
                process.send_signal(signal.SIGTERM)
                assert process.wait(15) == 0
        systemd.settimeout(1)
        while "STOPPING=1" not in told:
            told.append(systemd.recv(200).decode())
    assert told[0] == "READY=1"


COUNTY = CountyEntry("平安县", "140999")


@pytest.mark.parametrize(
    ("day", "season"),
    [(date(2027, 1, 10), "season"), (date(2027, 1, 24), "last_week"), (date(2027, 1, 31), "last_week"),
     (date(2027, 2, 1), "season"), (date(2027, 3, 1), "rest"), (date(2026, 12, 31), "rest")],
)  # fmt: skip
def test_the_cadence_follows_the_season(day: date, season: str) -> None:
    assert season_of(day, date(2027, 1, 31)) == season


def test_a_portal_in_trouble_is_visited_less_and_less() -> None:
    last = datetime(2027, 1, 10, 8, tzinfo=UTC)
    waits = [
        next_visit(COUNTY, Cadence(jitter=0.0), last, n, last, date(2027, 1, 31)) - last
        for n in range(6)
    ]
    assert waits[:3] == [timedelta(days=1), timedelta(days=1), timedelta(days=2)]
    assert waits == sorted(waits)
    assert max(waits) == timedelta(days=7)
    assert next_visit(COUNTY, Cadence(), None, 0, last, date(2027, 1, 31)) == last
    own = CountyEntry("平安县", "140999", cadence={"season": 6})
    assert next_visit(
        own, Cadence(jitter=0.0), last, 0, last, date(2027, 1, 31)
    ) - last == timedelta(hours=6)


NEVER = Cadence(last_week=24 * 7, season=24 * 7, rest=24 * 30, jitter=0.0)


@pytest.mark.parametrize(
    ("last", "failures", "others", "soonest"),
    [
        # Before the end of the deadline's day: as its season has it, or as soon as it is over.
        ("01-20 12:00", 0, (), "01-27 12:00"),
        ("01-30 12:00", 0, (), "02-01 00:00"),
        ("01-31 23:59", 0, (), "02-01 00:00"),
        # Then on each day for two weeks, in trouble too.
        ("02-01 00:30", 0, (), "02-02 00:00"),
        ("02-02 23:00", 0, (), "02-03 00:00"),
        ("02-05 09:00", 9, (), "02-06 00:00"),
        ("02-13 09:00", 0, (), "02-14 00:00"),
        ("02-14 09:00", 0, (), "02-21 09:00"),
        # Of a unit whose deadline is its own, whatever the season.
        ("03-31 09:00", 0, ("03-31",), "04-01 00:00"),
        ("04-13 09:00", 0, ("03-31",), "04-14 00:00"),
        ("04-14 09:00", 0, ("03-31",), "05-14 09:00"),
        ("02-20 09:00", 0, ("02-20", "03-31"), "02-21 00:00"),
    ],
)
def test_after_each_deadline_a_portal_is_looked_at_daily(
    last: str, failures: int, others: Sequence[str], soonest: str
) -> None:
    def moment(told: str) -> datetime:
        return datetime.strptime(f"2027-{told}", "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)

    days = [date.fromisoformat(f"2027-{day}") for day in others]
    due = next_visit(COUNTY, NEVER, moment(last), failures, moment(last), date(2027, 1, 31), days)
    assert moment(soonest) <= due <= moment(soonest) + NIGHT


def test_both_looks_are_had_by_the_second_working_morning() -> None:
    """Whenever the last one before the deadline was, and by whatever chance portals are spread."""
    for hour in range(48):
        last = datetime(2027, 1, 30, tzinfo=BEIJING) + timedelta(hours=hour)
        for county in (CountyEntry("平安县", str(code)) for code in range(140900, 140960)):
            now, looks = last, []
            while now < datetime(2027, 2, 2, 8, tzinfo=BEIJING):
                now = next_visit(county, NEVER, now, 0, now, date(2027, 1, 31))
                looks.append(now)
            of_days = {look.date() for look in looks if look.hour < 8}
            assert {date(2027, 2, 1), date(2027, 2, 2)} <= of_days


def test_the_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    with receiving() as box, running(portal_of(planted(1))) as site:
        county_file(tmp_path, site.url)
        file = settings_file(tmp_path, box, 0)
        command = ("doctor", "--settings", str(file), "--portals", "--allow-private")
        well = run_here(tmp_path, *command)
        assert "✓ 邮件" in well.stdout
        assert "✓ 数据库" in well.stdout
        assert "✓ 文字识别" in well.stdout
        assert "✗ 门户" in well.stdout  # this portal has no home page
        text = file.read_text(encoding="utf-8")
        inbox = f'\n[inbox]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        file.write_text(
            text.replace('security = "none"', 'security = "starttls"') + inbox, encoding="utf-8"
        )
        ill = run_here(tmp_path, *command)
        assert ill.returncode == 1
        assert "✗ 邮件" in ill.stdout
        assert "✗ 退信" in ill.stdout
        file.write_text(text.replace("[mail]", "[mial]"), encoding="utf-8")
        typo = run_here(tmp_path, *command)
        assert "是否指 mail" in typo.stdout
        assert f"nianbao.toml:{text.splitlines().index('[mail]') + 1}" in typo.stdout
    assert open_store(f"sqlite:///{tmp_path}/n.db")


def work_in(folder: Path, **bounds: float) -> Work:
    settings = load_settings(settings_file(folder, None, 0))
    own = replace(settings, daemon=replace(settings.daemon, **bounds))  # type: ignore[arg-type]
    return Work(open_store(own.store), own, Path(own.counties))


def ended(work: Work, seconds: float = 60.0) -> bool:
    """Swept once; whether it ended by itself."""
    assert work.sweeps() == 1
    (sweep,) = work.running

    def gone() -> bool:
        work.reap()
        return not work.running

    until(gone, seconds)
    return sweep.process.returncode >= 0


def looked_whole(work: Work) -> list[bool]:
    with looking(work.engine) as s:
        return list(s.scalars(select(Look.complete)))


OUT_OF_MEMORY = (
    *("MemoryError", "内存不足"),  # Python's, ours
    *("failed to map segment", "Cannot allocate memory"),  # the loader's, the system's
)


def test_a_sweep_that_wants_too_much_memory_or_time_is_ended_and_accuses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "os.environ", ENVIRONMENT | {"NIANBAO_SETTINGS": str(tmp_path / "nianbao.toml")}
    )
    slow = {"on": False}
    portal = portal_of(planted(2))

    def answer(request: Request) -> Reply | None:
        if slow["on"]:
            time.sleep(5)
        return portal(request)

    with running(answer) as site:
        county_file(tmp_path, site.url)
        small = work_in(tmp_path, sweep_memory=40)
        assert ended(small)
        told = (tmp_path / "var" / "log" / "sweep.log").read_text("utf-8", "replace")
        # Whose word it is depends on what asked for the last of it.
        assert any(word in told for word in OUT_OF_MEMORY)
        assert True not in looked_whole(small)
        slow["on"] = True
        short = work_in(tmp_path, sweep_hours=2.5 / 3600)
        assert short.sweeps() == 0  # it counts as a visit that failed
        short = replace(short, clock=lambda: datetime.now(UTC) + timedelta(days=20))
        began = time.monotonic()
        assert not ended(short)
        assert time.monotonic() - began < 20
        assert True not in looked_whole(short)
        slow["on"] = False
        sound = replace(work_in(tmp_path), clock=lambda: datetime.now(UTC) + timedelta(days=40))
        assert ended(sound)
        assert looked_whole(sound) == [False, False, True]
        with looking(sound.engine) as s:
            assert len(list(s.scalars(select(ReportVersion.id)))) == 2
