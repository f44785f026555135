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
from typing import Any

import pytest
from sqlalchemy import func, select

from nianbao.monitor.daemon import Work
from nianbao.monitor.standing import BEIJING
from nianbao.storage.archive import hashes
from nianbao.storage.backup import Backup, back_up, bring_back, look_through
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Event, FindingRow, Outgoing, ReportVersion, StandingRow, Sweep
from nianbao.storage.store import looking, open_store
from tests.amounts import PROVING, more, prove
from tests.portals.server import Reply, Request, Running, running
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.seasons import Season, live, settings_for, text_of, work_of
from tests.worlds.stores import backwards, emptied, everything

BEGIN, MIDDLE, LAST = date(2027, 1, 29), date(2027, 2, 1), date(2027, 2, 4)
if PROVING:
    BEGIN, MIDDLE, LAST = date(2027, 1, 4), date(2027, 2, 10), date(2027, 4, 12)
# Which database it is brought back into, and which it came from.
MOVES = [("sqlite", "postgresql")]
if PROVING:
    MOVES += [("postgresql", "sqlite"), ("sqlite", "sqlite"), ("postgresql", "postgresql")]
    MOVES += [("sqlite", "backwards")]


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
@pytest.mark.parametrize(("before", "after"), MOVES)
def test_it_goes_on_elsewhere_as_it_would_have_here(
    before: str, after: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The same days twice: on the machine where they began, and on the one that it was moved to."""
    here, there = (place_of(*name, tmp_path, request) for name in (("here", before), ("there", after)))  # fmt: skip
    season = Season(here.folder, BEGIN)
    stay, go = f"{before}-{after}", "twice" if before == after == "postgresql" else ""
    with receiving() as box, receiving() as other, running(season) as site:
        season.config(site.url)
        work = here.work(season, box)
        live(season, work, MIDDLE)
        file = tmp_path / "b.tar"
        back_up(work.engine, here.evidence, file, {}, "1", season.now())
        sent, all_known = len(box.taken), everything(work.engine)
        live(season, work, LAST)
        stayed, told = known(work), mails(box)[sent:]
        if go:
            emptied(work.engine)
        season.day = MIDDLE + timedelta(days=1)
        shutil.copytree(here.folder / "counties", there.folder / "counties")
        moved(file, there)
        work = there.work(season, other)
        if after == "backwards":
            backwards(work.engine)
        try:
            assert everything(work.engine) == all_known, stay
            assert set(there.evidence.names()) >= set(known(work)["evidence"])
            live(season, work, LAST)
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
    (place.folder / "day").write_text(BEGIN.isoformat())
    season = Season(place.folder, BEGIN)
    process: list[subprocess.Popen[bytes]] = []

    def portal(request: Request) -> Reply | None:
        if process and process[0].poll() is None:
            season.day = date.fromisoformat((place.folder / "day").read_text())
        return season(request)

    with receiving() as box, running(portal) as site:
        season.config(site.url)
        program = [sys.executable, "-m", "tests.worlds.season_process", str(place.folder)]
        process.append(subprocess.Popen([*program, str(box.port), LAST.isoformat(), place.store],
                                        env=ENVIRONMENT, start_new_session=True))  # fmt: skip
        yield place, season, site, process[0], box
        if process[0].poll() is None:
            os.killpg(process[0].pid, signal.SIGKILL)
            process[0].wait()
        emptied(open_store(place.store))


def begun(place: Place, process: subprocess.Popen[bytes]) -> None:
    """Waits until the first day is done: before it there is nothing to bring back."""
    while process.poll() is None and (place.folder / "day").read_text() == BEGIN.isoformat():
        time.sleep(0.1)


def day_of(work: Work) -> date:
    """The day on which it was last worked."""
    with looking(work.engine) as s:
        began = s.scalar(select(func.max(Sweep.began)))
    assert began is not None
    return began.astimezone(BEIJING).date()


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
    while process.poll() is None and (len(whole) < 3 or not kills):
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
    season.day = LAST + timedelta(days=1)
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
            live(season, work, LAST)
            season.day = LAST + timedelta(days=1)
            work.tell()
            found = known(work)
            work.engine.dispose()
        for what, value in expected.items():
            assert found[what] == value, (what, n)
