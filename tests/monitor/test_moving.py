"""A season that is backed up while it is worked on, by hands that are killed, and goes on elsewhere."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select

from nianbao.monitor.daemon import Work
from nianbao.monitor.standing import BEIJING
from nianbao.storage.archive import hashes
from nianbao.storage.backup import Backup, back_up, bring_back, look_through
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Event, FindingRow, Outgoing, ReportVersion, StandingRow, Sweep
from nianbao.storage.store import looking, open_store
from tests.amounts import PROVING, TIMES, more, prove
from tests.portals.server import Reply, Request, Running, running
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.seasons import Season, live, settings_for, text_of, work_of
from tests.worlds.stores import backwards, emptied, everything


class Days(NamedTuple):
    begin: date
    middle: date
    last: date


FEW = Days(date(2027, 1, 29), date(2027, 2, 1), date(2027, 2, 4))
SEASON = Days(date(2027, 1, 4), date(2027, 2, 10), date(2027, 4, 12))
WORKED_ON = Days(date(2027, 1, 18), date(2027, 2, 10), date(2027, 2, 22))
WHOLE = 2 if TIMES == 1 else 3  # backups, each of which is brought back
# Which database it came from, which it is brought back into, and what is lived through.
MOVES = [("sqlite", "postgresql", FEW)]
if PROVING:
    MOVES = [
        ("sqlite", "postgresql", SEASON),
        ("postgresql", "sqlite", SEASON if TIMES > 1 else FEW),
    ]
    MOVES += [("sqlite", "sqlite", FEW), ("postgresql", "postgresql", FEW)]
    MOVES += [("sqlite", "backwards", FEW)]


@dataclass
class Place:
    """A machine: where one works, with its database."""

    folder: Path
    store: str

    def work(self, season: Season, box: Mailbox) -> Work:
        season.folder = self.folder
        return work_of(season, settings_for(self.folder, box, self.store))

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.folder / "evidence")


def place_of(name: str, database: str, folder: Path, request: pytest.FixtureRequest) -> Place:
    here = folder / name
    here.mkdir()
    if database != "postgresql":
        return Place(here, f"sqlite:///{here}/n.db")
    return Place(here, str(request.getfixturevalue("postgres")))


def known(work: Work) -> dict[str, Any]:
    """What is told of the county, and what was sent."""
    with looking(work.engine) as s:
        return {
            "standings": sorted((row.unit, row.year, row.name, row.confirmed, row.quality, row.days, row.evidence)
                                for row in s.scalars(select(StandingRow))),
            "findings": sorted((row.fingerprint, row.rule, row.ended is None) for row in s.scalars(select(FindingRow))),
            "versions": sorted((row.unit, row.year, row.number, row.text) for row in s.scalars(select(ReportVersion))),
            "events": sorted((row.kind, str(row.unit), str(row.year)) for row in s.scalars(select(Event))),
            "mails": sorted((row.recipient, row.message_id, row.state) for row in s.scalars(select(Outgoing))),
            "evidence": sorted(hashes(s)),
        }  # fmt: skip


def mails(box: Mailbox) -> list[tuple[str, str, str]]:
    return [(str(mail["Message-ID"]), str(mail["To"]), text_of(mail)) for mail in box.taken]


def moved(file: Path, place: Place) -> Backup:
    found = look_through(file, place.folder / "looked")
    engine = open_store(place.store)
    bring_back(found, engine, place.evidence)
    engine.dispose()
    shutil.rmtree(place.folder / "looked")
    return found


@more
@pytest.mark.parametrize(("before", "after", "days"), MOVES)
def test_it_goes_on_elsewhere_as_it_would_have_here(
    before: str, after: str, days: Days, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The same days twice: on the machine where they began, and on the one that it was moved to."""
    here, there = (place_of(*name, tmp_path, request) for name in (("here", before), ("there", after)))  # fmt: skip
    season = Season(here.folder, days.begin)
    stay, go = f"{before}-{after}", "twice" if before == after == "postgresql" else ""
    with receiving() as box, receiving() as other, running(season) as site:
        season.config(site.url)
        work = here.work(season, box)
        live(season, work, days.middle)
        file = tmp_path / "b.tar"
        back_up(work.engine, here.evidence, file, {}, "1", season.now())
        sent, all_known = len(box.taken), everything(work.engine)
        live(season, work, days.last)
        stayed, told = known(work), mails(box)[sent:]
        if go:
            emptied(work.engine)
        season.day = days.middle + timedelta(days=1)
        shutil.copytree(here.folder / "counties", there.folder / "counties")
        moved(file, there)
        work = there.work(season, other)
        if after == "backwards":
            backwards(work.engine)
        try:
            assert everything(work.engine) == all_known, stay
            assert set(there.evidence.names()) >= set(known(work)["evidence"])
            live(season, work, days.last)
            assert known(work) == stayed
            assert mails(other) == told
            assert told
        finally:
            for store in {here.store, there.store}:
                emptied(open_store(store))


@pytest.fixture
def worked_on(
    tmp_path: Path, world_url: str
) -> Iterator[tuple[Place, Season, Running, subprocess.Popen[bytes], Mailbox]]:
    """A season that a process of its own lives through."""
    place = Place(tmp_path / "here", world_url)
    place.folder.mkdir()
    (place.folder / "day").write_text(WORKED_ON.begin.isoformat())
    season = Season(place.folder, WORKED_ON.begin)
    process: list[subprocess.Popen[bytes]] = []

    def portal(request: Request) -> Reply | None:
        if process and process[0].poll() is None:
            season.day = date.fromisoformat((place.folder / "day").read_text())
        return season(request)

    with receiving() as box, running(portal) as site:
        season.config(site.url)
        program = [sys.executable, "-m", "tests.worlds.season_process", str(place.folder)]
        process.append(subprocess.Popen([*program, str(box.port), WORKED_ON.last.isoformat(), place.store],
                                        env=ENVIRONMENT, start_new_session=True))  # fmt: skip
        yield place, season, site, process[0], box
        if process[0].poll() is None:
            os.killpg(process[0].pid, signal.SIGKILL)
            process[0].wait()
        emptied(open_store(place.store))


def begun(place: Place, process: subprocess.Popen[bytes]) -> None:
    """Waits until the first day is done: before it there is nothing to bring back."""
    while (
        process.poll() is None and (place.folder / "day").read_text() == WORKED_ON.begin.isoformat()
    ):
        time.sleep(0.1)


def day_of(work: Work) -> date:
    """The day on which it was last worked: its standings may be worked out and its portals not looked at yet."""
    with looking(work.engine) as s:
        known = [s.scalar(select(func.max(at))) for at in (Sweep.began, Event.at)]
    return max(at for at in known if at is not None).astimezone(BEIJING).date()


@prove
def test_backups_of_a_store_that_is_worked_on(
    tmp_path: Path,
    worked_on: tuple[Place, Season, Running, subprocess.Popen[bytes], Mailbox],
) -> None:
    """Begun and killed at random moments; from each whole one the season ends as it did."""
    place, season, _, process, box = worked_on
    chance, kills = random.Random(11), 0
    whole: list[Path] = []
    where = ("--store", place.store, "--evidence", str(place.evidence.root), "--config",
             str(place.folder / "counties"))  # fmt: skip
    begun(place, process)
    while process.poll() is None and (len(whole) < WHOLE or not kills):
        file = tmp_path / f"{len(whole)}-{kills}.tar"
        asked = subprocess.Popen(
            [sys.executable, "-m", "nianbao.monitor.cli", "backup", str(file), *where],
            cwd=tmp_path, env=ENVIRONMENT, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait = chance.uniform(0.2, 1.5) if kills <= len(whole) else 60.0
        try:
            if asked.wait(wait) == 0:
                whole.append(file)
        except subprocess.TimeoutExpired:
            os.killpg(asked.pid, signal.SIGKILL)
            asked.wait()
            kills += 1
            if file.exists():
                whole.append(file)
        time.sleep(0.2)
    assert process.wait(200) == 0
    assert kills
    assert whole
    season.day = WORKED_ON.last + timedelta(days=1)
    ended = place.work(season, box)
    ended.tell()
    expected = known(ended)
    ended.engine.dispose()
    for n, file in enumerate(whole):
        there = tmp_path / f"there{n}"
        there.mkdir()
        shutil.copytree(place.folder / "counties", there / "counties")
        new = Place(there, f"sqlite:///{there}/n.db")
        moved(file, new)
        assert not list(new.evidence.verify())
        with receiving() as other:
            work = new.work(season, other)
            season.day = day_of(work)
            live(season, work, WORKED_ON.last)
            season.day = WORKED_ON.last + timedelta(days=1)
            work.tell()
            found = known(work)
            work.engine.dispose()
        for what, value in expected.items():
            assert found[what] == value, (what, n)
