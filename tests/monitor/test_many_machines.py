"""A daemon that decides and workers that do, each a process of its own, on one PostgreSQL."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from nianbao.monitor.daemon import Work
from nianbao.monitor.deciding import Deciding
from nianbao.monitor.engine.kinds import WATCH
from nianbao.monitor.engine.procrastinate_engine import Procrastinated
from nianbao.storage import lease
from nianbao.storage.hosts import Hosts
from nianbao.storage.models import FindingRow, Lease, Portal, StandingRow, Sweep
from nianbao.storage.store import looking, open_store, session
from tests.amounts import prove
from tests.portals.server import running
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.crowds import crowded
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.seasons import Season, exempted, settings_for, step, text_of, work_of
from tests.worlds.stores import emptied

Process = subprocess.Popen[bytes]


@pytest.fixture
def engine(postgres: str) -> Iterator[Engine]:
    found = open_store(postgres)
    yield found
    emptied(found)


def settings_in(folder: Path, engine: Engine) -> Path:
    url = engine.url.render_as_string(hide_password=False)
    lines = [
        f'store = "{url}"', f'evidence = "{folder}/evidence"', f'counties = "{folder}/counties"',
        "[engine]", 'kind = "procrastinate"',
        "[daemon]", "port = 0", "pause = 0.05", "allow_private = true",
    ]  # fmt: skip
    file = folder / "nianbao.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def two_counties(folder: Path, url: str) -> None:
    """Both on one host, as a city's portal shows them."""
    file = Season(folder).config(url) / "平安县.yaml"
    more = [f"  - {{url: {url}/nb/?more={n}, preset: trs-index}}" for n in range(12)]
    told = file.read_text("utf-8").replace("columns:\n", "\n".join(["columns:", *more, ""]))
    file.write_text(told, "utf-8")
    other = told.replace("140999", "140998").replace("平安县", "永宁县").replace("more=", "other=")
    file.with_name("永宁县.yaml").write_text(other, "utf-8")


@contextmanager
def command(folder: Path, name: str, *arguments: str) -> Iterator[Process]:
    line = [
        sys.executable,
        "-m",
        "nianbao.monitor.cli",
        name,
        "--settings",
        str(folder / "nianbao.toml"),
    ]
    with (folder / f"{name}.log").open("ab") as out:
        process = subprocess.Popen(
            [*line, *arguments], env=ENVIRONMENT, cwd=folder, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(holds: Callable[[], object], seconds: float = 120.0) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError("it did not come about in time")


def ended(engine: Engine) -> set[str]:
    """Counties whose portals were looked at to the end."""
    with looking(engine) as s:
        chosen = select(Portal.county).join(Sweep, Sweep.portal == Portal.id)
        return set(s.scalars(chosen.where(Sweep.ended.is_not(None))))


def holder(engine: Engine) -> str:
    return lease.holder_of(engine, "daemon", datetime.now(UTC))


def test_a_host_is_asked_by_one_at_a_time(engine: Engine) -> None:
    first, second = Hosts(engine), Hosts(engine)
    assert first.begin("a.cn")
    assert not first.begin("a.cn")  # nor twice by itself
    assert not second.begin("a.cn")
    assert second.begin("b.cn")
    first.end("a.cn")
    assert second.begin("a.cn")
    with session(engine) as s:  # all connections are lost, as when the database starts anew
        s.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
        )
    assert not first.begin("b.cn")  # whoever lost its lock may still be asking
    second.end("b.cn")
    assert first.begin("b.cn")
    first.close()
    second.close()
    with looking(engine) as s:
        assert not s.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))


def test_a_lease_of_a_machine_that_is_gone_is_nobody_s(engine: Engine) -> None:
    now, hours = datetime.now(UTC), timedelta(hours=6)
    lease.take(engine, "sweep:1", lambda: now, hours)
    with session(engine) as s:
        s.get_one(Lease, "sweep:1").holder = "elsewhere:1"
    assert holder(engine) == ""
    lease.take(engine, "sweep:1", lambda: now, hours)  # no lock vouches for it
    with session(engine) as s:
        s.get_one(Lease, "sweep:1").holder = "elsewhere:1"
    lease.vouch(engine, "sweep:1", "elsewhere:1")
    with pytest.raises(lease.HeldError):
        lease.take(engine, "sweep:1", lambda: now, hours)


@prove
def test_workers_ask_a_host_one_after_the_other_whoever_is_killed(
    engine: Engine, tmp_path: Path
) -> None:
    settings_in(tmp_path, engine)
    with ExitStack() as stack:
        crowd = stack.enter_context(crowded(Season(tmp_path)))
        two_counties(tmp_path, crowd.url)
        stack.enter_context(command(tmp_path, "daemon"))
        sweeping = ("worker", "--queues", "sweeps", "--concurrency", "1")
        workers = [stack.enter_context(command(tmp_path, *sweeping)) for _ in range(2)]
        until(lambda: len(crowd.asked) > 12)
        os.kill(workers[0].pid, signal.SIGKILL)
        until(lambda: ended(engine) == {"140998", "140999"})
        until(
            lambda: (
                "sweep failed" not in (log := (tmp_path / "worker.log").read_text())
                and '"done"' in log
            ),
            20,
        )
        workers[1].terminate()
        assert workers[1].wait(15) == 0
    assert crowd.met == []
    assert len(crowd.asked) > 30
    with looking(engine) as s:
        assert s.scalars(select(Sweep.id).order_by(Sweep.id)).all() == [
            1,
            2,
        ]  # what was begun was gone on with


@prove
def test_the_daemon_that_is_killed_is_replaced(engine: Engine, tmp_path: Path) -> None:
    settings_in(tmp_path, engine)
    Season(tmp_path).config("http://127.0.0.1:9")
    line = ("daemon", "--standby")
    with command(tmp_path, *line) as first, command(tmp_path, *line) as second:
        until(lambda: holder(engine) != "")
        active, other = (
            (first, second) if holder(engine).endswith(f":{first.pid}") else (second, first)
        )
        active.send_signal(signal.SIGKILL)
        begun = time.monotonic()
        until(lambda: holder(engine).endswith(f":{other.pid}"))
        assert time.monotonic() - begun < 30
        other.terminate()
        assert other.wait(15) == 0
    assert holder(engine) == ""


# ---- a season, by one process and by many


def days() -> list[date]:
    """Those of a season on which most is told."""
    january = [date(2027, 1, day) for day in (4, 5, 24, 29)]
    february = [date(2027, 2, day) for day in (1, 2, 3, 8, 15)]
    return [*january, *february, date(2027, 3, 1)]


DEADLY = (date(2027, 1, 29), date(2027, 2, 1), date(2027, 2, 2), date(2027, 2, 8))


Mails = dict[str, tuple[str, str, str]]  # to whom, when, what


def told(box: Mailbox) -> Mails:
    """Each mail by its name: it is the same however often it came."""
    return {
        str(mail["Message-ID"]): (str(mail["To"]), str(mail["Date"]), text_of(mail))
        for mail in box.taken
    }


def without(mails: Mails, waited: Collection[str]) -> Mails:
    return {mark: mail for mark, mail in mails.items() if mark not in waited}


def is_soon_after(sent: str, meant: str) -> bool:
    """What was on its way when its worker was killed goes out the next time, as things stand then."""
    later, then = (parsedate_to_datetime(each) for each in (sent, meant))
    following = [day for day in days() if day > then.date()]
    return then < later and later.date() in (then.date(), *following[:1])


def kept(engine: Engine) -> list[tuple[object, ...]]:
    """Where everybody stands, and what is wrong in whose report."""
    with looking(engine) as s:
        rows: list[tuple[object, ...]] = [
            (row.unit, row.year, row.name, row.confirmed, row.quality, row.days, row.zh)
            for row in s.scalars(select(StandingRow))
        ]
        rows += [
            (row.rule, row.fingerprint, row.ended is None) for row in s.scalars(select(FindingRow))
        ]
        return sorted(rows, key=str)


@dataclass
class Hands:
    """Two workers, of which now and then one is killed; another takes its place."""

    folder: Path
    box: Mailbox
    jobs: Procrastinated
    running: list[Process] = field(default_factory=list)
    kills: int = 0

    def begin(self) -> None:
        store = self.jobs.engine.url.render_as_string(hide_password=False)
        line = [
            sys.executable,
            "-m",
            "tests.worlds.season_worker",
            str(self.folder),
            str(self.box.port),
            store,
        ]
        with (self.folder / "workers.log").open("ab") as out:
            self.running.append(
                subprocess.Popen(line, env=ENVIRONMENT, cwd=self.folder, stdout=out, stderr=out)
            )

    def kill(self) -> None:
        first = self.running.pop(0)
        first.kill()
        first.wait()
        self.kills += 1
        self.begin()

    def rest(self) -> None:
        """Until nothing is left to do; what a dead one left is taken up with less patience."""

        def idle() -> bool:
            self.jobs.take_up_again(12)
            return not self.jobs.open_locks()

        until(idle)

    def end(self) -> None:
        for each in self.running:
            each.kill()
            each.wait()


@prove
def test_a_season_is_the_same_by_many_hands_of_which_some_die(
    engine: Engine, tmp_path: Path
) -> None:
    alone, many = Season(tmp_path / "alone"), Season(tmp_path / "many")
    alone.folder.mkdir()
    many.folder.mkdir()
    seasons, chance = [alone], random.Random(19)
    with receiving() as box, running(lambda request: seasons[-1](request)) as site:
        alone.config(site.url)
        work = work_of(alone, settings_for(alone.folder, box))
        for alone.day in days():
            step(alone, work)
        alone.hour = clock(23, 0)
        work.mail()
        expected, standings = told(box), kept(work.engine)
        box.taken.clear()

        seasons.append(many)
        many.config(site.url)
        store = engine.url.render_as_string(hide_password=False)
        settings = settings_for(many.folder, box, store)
        (many.folder / "day").write_text(days()[0].isoformat())
        jobs = Procrastinated(engine, WATCH)
        deciding = Deciding(engine, settings, many.folder / "counties", many.now, jobs=jobs)
        hands = Hands(many.folder, box, jobs)
        try:
            for _ in range(2):
                hands.begin()
            for many.day in days():
                (many.folder / "day").write_text(many.day.isoformat())
                exempted(many, deciding)
                asks = (deciding.standings, deciding.sweeps, deciding.tell, deciding.tell)
                last = chance.choice(asks[1:]) if many.day in DEADLY else None
                for ask in asks:
                    ask()
                    if ask == last:
                        last = None
                        time.sleep(chance.uniform(0.2, 1.5))
                        hands.kill()
                    hands.rest()
        finally:
            hands.end()
        many.hour = clock(23, 0)
        last_one = Work(engine, settings, many.folder / "counties", many.now)
        last_one.reload()
        last_one.mail()  # on its way when one died
        assert hands.kills == len(DEADLY)
        by_many = told(box)
        assert by_many.keys() == expected.keys()
        waited = {mark for mark in by_many if by_many[mark][1] != expected[mark][1]}
        assert len(waited) <= hands.kills
        assert all(is_soon_after(by_many[mark][1], expected[mark][1]) for mark in waited)
        assert without(by_many, waited) == without(expected, waited)
        assert len(box.taken) <= len(expected) + hands.kills
        assert kept(engine) == standings
        assert sum("missing" in row for row in standings) == 1
