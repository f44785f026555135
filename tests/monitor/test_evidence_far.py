"""A season whose evidence lies in S3-compatible storage, which refuses, cuts and stalls: it ends as one whose
evidence lies in a folder; and what else asks for evidence finds it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from nianbao.monitor.daemon import Work
from nianbao.monitor.doctor import checks_of
from nianbao.monitor.settings import Settings
from nianbao.monitor.web.site import LOOPBACK, Files, Site
from nianbao.storage import shelves
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import FindingRow, ReportVersion, StandingRow
from nianbao.storage.shelves import AwayError, objects_at
from nianbao.storage.store import looking, open_store
from tests.portals.server import running
from tests.worlds.commands import ENVIRONMENT, run_here
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.object_store import KEYS, Objects, storing
from tests.worlds.pages import served
from tests.worlds.processes import process_of
from tests.worlds.seasons import Season, settings_for, step, text_of, work_of

PORT = re.compile(r":\d{4,5}/")
DAYS = [
    *(date(2027, 1, day) for day in (4, 12, 20, 29)),
    *(date(2027, 2, day) for day in (1, 2, 3, 8, 9)),
    *(date(2027, 3, day) for day in (1, 2, 3)),
]
MOODS = {date(2027, 1, 12): "403", date(2027, 2, 2): "cut", date(2027, 2, 8): "stall", date(2027, 3, 2): "short"}  # fmt: skip


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[Objects]:
    for key, value in KEYS.items():
        monkeypatch.setenv(key, value)
    with storing() as found:
        objects_at(found.at("any"))._done("makedirs", "proofs", True)
        yield found


def known(work: Work) -> list[str]:
    with looking(work.engine) as s:
        rows: list[object] = [
            (row.unit, row.year, row.name, row.confirmed, row.quality, row.days, row.zh)
            for row in s.scalars(select(StandingRow))
        ]
        rows += [
            (row.rule, row.fingerprint, row.ended is None) for row in s.scalars(select(FindingRow))
        ]
        rows += [(row.unit, row.year, row.number) for row in s.scalars(select(ReportVersion))]
        return sorted(map(repr, rows))


def mails(box: Mailbox) -> dict[str, str]:
    """Each by its name, without the portal's port."""
    return {str(mail["Message-ID"]): PORT.sub("/", text_of(mail)) for mail in box.taken}


def through(
    folder: Path, archive: str, objects: Objects | None
) -> tuple[list[str], dict[str, str], list[str], int]:
    """What is known at the end, the mails, what is kept, and how often the store was missed."""
    folder.mkdir()
    season, missed = Season(folder), 0
    with receiving() as box, running(season) as site:
        season.config(site.url)
        work = work_of(season, settings_for(folder, box), archive=archive)
        for season.day in DAYS:
            if objects is not None and season.day in MOODS:
                objects.mood = MOODS[season.day]
                objects.moody = lambda method, path: method in ("GET", "PUT")
                with suppress(AwayError):
                    step(season, work)
                missed += len(objects.asked)
                objects.mood = ""
                objects.awake.set()
                # What was begun is gone on with, as by the next process.
                work = work_of(season, settings_for(folder, box), archive=archive)
            step(season, work)
        told = mails(box)
        kept = sorted(Evidence(archive or folder / "evidence").names())
        assert list(Evidence(archive or folder / "evidence").verify(kept)) == []
        return known(work), told, kept, missed


def test_a_season_whose_store_of_objects_fails_ends_as_in_a_folder(
    tmp_path: Path, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "SECONDS", 2.0)
    near = through(tmp_path / "near", "", None)
    far = through(tmp_path / "far", objects.at("season"), objects)
    assert far[0] == near[0]
    assert far[1] == near[1]
    assert len(near[0]) > 20
    assert len(far[2]) > 8
    assert far[3] > 4


def test_every_command_finds_it_there(tmp_path: Path, objects: Objects) -> None:
    keys = dict(KEYS)
    store, archive = f"sqlite:///{tmp_path}/n.db", objects.at("county")
    with running(portal_of(planted(3))) as site:
        config = str(county_file(tmp_path, site.url))
        manner = ("--config", config, "--allow-private", "--pause", "0")
        line = ["sweep", *manner, "--store", store, "--evidence", archive]
        done = process_of(line, {**ENVIRONMENT, **keys}, tmp_path)
        assert done.returncode == 0, done.stderr

    def asked(*arguments: str, at: str = archive, of: str = store) -> str:
        done = run_here(tmp_path, *arguments, "--store", of, "--evidence", at, **keys)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    pieces = sorted(Evidence(archive).names())
    assert len(pieces) >= 4
    asked("evidence", "verify")
    asked("evidence", "export", f"{tmp_path}/all.warc.gz")
    asked("evidence", "manifest", f"{tmp_path}/m.csv")
    asked("evidence", "prune", "--months", "12", "--who", "王", "--why", "期满")
    asked("replay")
    asked("backup", f"{tmp_path}/b.tar", "--config", config)
    again, there = objects.at("again"), f"sqlite:///{tmp_path}/again.db"
    asked("restore", f"{tmp_path}/b.tar", "--config", f"{tmp_path}/elsewhere", at=again, of=there)
    assert sorted(Evidence(again).names()) == pieces
    asked("evidence", "verify", at=again, of=there)

    clock, files = lambda: datetime.now(UTC), Files(Path(config), {})
    site_of_it = Site(open_store(store), Evidence(archive), files, clock, "zh", LOOPBACK)
    with served(site_of_it) as pages:
        address = f"{pages}/seen/{pieces[0]}"
        seen = requests.get(address, timeout=30)
        assert seen.status_code == 200
        objects.mood = "403"
        refused = requests.get(address, timeout=30)
        assert (refused.status_code, "稍后再试" in refused.text) == (503, True)
    refused_too = run_here(tmp_path, "evidence", "verify", "--store", store, "--evidence", archive)
    assert (refused_too.returncode, "未能应答" in refused_too.stderr) == (2, True)
    assert "s3cret" not in refused_too.stderr + refused_too.stdout
    told = Settings(store=store, evidence=archive)
    assert not next(check for check in checks_of(told) if "evidence" in check.name).well
    objects.mood = ""
    assert next(check for check in checks_of(told) if "evidence" in check.name).well
