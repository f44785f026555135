"""A Monday on which everything happens, ended at each of its steps in turn and gone on with: nothing is lost or told twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select

from nianbao.monitor.daemon import Work
from nianbao.storage.models import Event, ReportVersion, Sighting, StandingRow
from nianbao.storage.store import looking
from tests.amounts import PROVING, TIMES, more
from tests.portals.server import running
from tests.worlds.kills import Killed, commits_of, kill_at
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.seasons import Season, live, settings_for, step, text_of, work_of

BEFORE, MONDAY = date(2027, 1, 11), date(2027, 2, 1)


class Outcome(NamedTuple):
    mails: dict[str, str]  # by Message-ID
    content: list[tuple[object, ...]]


@dataclass
class Town:
    """The county as it was on the evening before, to be copied."""

    folder: Path
    url: str
    season: Season

    def copy(self, name: str, box: Mailbox) -> tuple[Season, Work]:
        there = self.folder.parent / name
        shutil.copytree(self.folder, there)
        self.season.folder, self.season.day, self.season.hour = there, MONDAY, time(9, 0)
        self.season.config(self.url)
        return self.season, work_of(self.season, settings_for(there, box))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town") / "before"
    folder.mkdir()
    season = Season(folder, BEFORE)
    with receiving() as box, running(season) as site:
        season.config(site.url)
        work = work_of(season, settings_for(folder, box))
        live(season, work, MONDAY - timedelta(days=14))
        work.engine.dispose()
        yield Town(folder, site.url, season)


def texts(box: Mailbox) -> dict[str, str]:
    return {mark_of(mail): text_of(mail) for mail in box.taken}


def mark_of(mail: EmailMessage) -> str:
    """An alert's own says since which minute something is so, which a kill may put off."""
    mark = str(mail["Message-ID"])
    return f"<alert. {mail['To']} {text_of(mail)}" if mark.startswith("<alert.") else mark


def content(work: Work) -> list[tuple[object, ...]]:
    with looking(work.engine) as s:
        return [
            *sorted(
                (row.unit, row.year, row.name, row.quality, row.days)
                for row in s.scalars(select(StandingRow))
            ),
            *sorted(
                (row.unit, row.year, row.number, row.text)
                for row in s.scalars(select(ReportVersion))
            ),
            *sorted(
                (row.url, str(row.unit), str(row.year), row.review)
                for row in s.scalars(select(Sighting))
            ),
            *sorted((row.kind, str(row.unit), str(row.year)) for row in s.scalars(select(Event))),
        ]


def lived(season: Season, work: Work, *hours: int) -> None:
    for hour in hours:
        season.hour = time(hour, 0)
        work.looked = None
        step(season, work)


@pytest.fixture(scope="module")
def undisturbed(town: Town) -> tuple[Outcome, int]:
    with receiving() as box:
        season, work = town.copy("undisturbed", box)
        count = commits_of(work.engine)
        lived(season, work, 9)
        steps = count[0]
        lived(season, work, 10, 13)
        found = Outcome(texts(box), content(work))
        assert len(box.taken) == len(found.mails)
        work.engine.dispose()
    return found, steps


def test_everything_happens_on_that_monday(undisturbed: tuple[Outcome, int]) -> None:
    mails = undisturbed[0].mails
    assert sum(mark.startswith("<digest.") for mark in mails) == 3  # 甲子镇 has nothing to be told
    assert any(mark.startswith("<alert.") for mark in mails)
    assert undisturbed[1] > 30


def kills(steps: int) -> Iterator[tuple[int, bool]]:
    """At which commit, and whether after it: before one, after the next, so that each gap between two is fallen into."""
    if not PROVING:
        yield from ((number, number % 2 == 0) for number in range(1, steps + 1, 11))
    else:
        for turn in range(TIMES):
            yield from ((number, (number + turn) % 2 == 0) for number in range(1, steps + 1))


@more
def test_killed_at_each_step_it_goes_on(town: Town, undisturbed: tuple[Outcome, int]) -> None:
    expected, steps = undisturbed
    for number, after in kills(steps):
        with receiving() as box:
            season, work = town.copy(f"{number}", box)
            kill_at(work.engine, number, after)
            with suppress(Killed):
                lived(season, work, 9)
                raise AssertionError(f"not killed at {number}")
            work.engine.dispose()
            work = work_of(season, settings_for(season.folder, box))
            lived(season, work, 10, 13)
            assert texts(box) == expected.mails, number
            assert len(box.taken) - len(expected.mails) <= 1, (
                number
            )  # at most the one that was on its way
            assert content(work) == expected.content, number
            work.engine.dispose()
        shutil.rmtree(season.folder)


@more
@pytest.mark.parametrize("answer", ["451 try later", "421 closing", "HANG UP"])
def test_a_server_that_fails_at_each_mail(
    town: Town, undisturbed: tuple[Outcome, int], answer: str
) -> None:
    expected, _ = undisturbed
    for number in range(0, len(expected.mails), 1 if PROVING else 4):
        with receiving() as box:
            season, work = town.copy(f"{answer[:3]}{number}", box)
            box.answers = [""] * number + [answer]
            lived(season, work, 9, 11, 13)
            assert texts(box) == expected.mails, number
            assert len(box.taken) == len(expected.mails), number
            assert content(work) == expected.content, number
            work.engine.dispose()
        shutil.rmtree(season.folder)
