"""A county of six townships whose portal and file are rewritten while it is watched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import TypeVar

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from tests.portals import families
from tests.portals.families import CRUMBS, MENU, Truth
from tests.portals.server import Reply, Request, page, running
from tests.portals.ten import draft_of
from tests.reportkit.drafts import Draft, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.commands import run_here

YEAR = 2025
TOWNS = ("甲子镇", "乙丑镇", "丙寅镇", "丁卯镇", "戊辰镇", "己巳镇")


@dataclass
class Piece:
    """A link, and the page behind it."""

    town: str
    year: int
    path: str
    listed: date
    printed: date
    report: Draft


@dataclass
class World:
    folder: Path
    url: str = ""
    pieces: dict[str, Piece] = field(default_factory=dict)
    without: frozenset[str] = frozenset()  # towns that the file does not have
    unlisted: frozenset[str] = frozenset()  # pages that no column shows
    undated: frozenset[str] = frozenset()  # pages that print no day
    until: str = ""  # of 甲子镇
    renamed: dict[str, str] = field(default_factory=dict)  # as the file calls towns now
    more: dict[str, str] = field(default_factory=dict)  # that the file says of a town
    said: tuple[str, ...] = ()  # lines that the file says beside
    file: str = "平安县"
    above: dict[str, str] = field(default_factory=dict)  # deadlines of provinces and cities
    away: frozenset[str] = frozenset()  # towns that another county's file has
    beside: bool = False  # whether that file is there without them

    def __call__(self, request: Request) -> Reply | None:
        for piece in self.pieces.values():
            if request.path == piece.path:
                day = "" if piece.path in self.undated else str(piece.printed)
                return Reply(write_html(print_draft(piece.report), published=day))
        if request.path in ("/nb/", "/ps/"):
            told = [
                Truth(f"平安县{p.town}{p.year}年政府信息公开工作年度报告", p.path, p.listed)
                for p in self.pieces.values()
                if p.path not in self.unlisted and p.path.startswith(request.path)
            ]
            return page(MENU + CRUMBS + (families._entries(told) or ""))
        return None

    def put(self, town: str, year: int, day: date, *, path: str = "", wrong: bool = False) -> None:
        n = TOWNS.index(town)
        report = draft_of("平安县", town, year, n + 11 + year % 7)
        if wrong:
            report = report.with_figures(requests__new__natural_person=99)
        path = path or f"/nb/{year}01/t{year}0101_{n}.html"
        self.pieces[path] = Piece(town, year, path, day, day, report)

    def registry(self) -> Registry:
        folder = self.folder / "counties"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        lines = ["county: 平安县", 'code: "140999"', *self.said, "columns:"]
        lines += [f"  - {{url: {self.url}/nb/, preset: trs-index}}", "units:"]
        here = [*self._units(TOWNS, self.without | self.away)]
        text = "\n".join([*lines, *here])
        (folder / f"{self.file}.yaml").write_text(f"{text}\n", encoding="utf-8")
        there = [*self._units(TOWNS, {*TOWNS} - self.away)]
        if there or self.beside:
            lines = ["county: 平顺县", 'code: "140998"', "columns:"]
            lines += [f"  - {{url: {self.url}/ps/, preset: trs-index}}", "units:"]
            lines.append("  - {name: 平顺镇, code: '140998100'}")
            text = "\n".join([*lines, *there])
            (folder / "平顺县.yaml").write_text(f"{text}\n", encoding="utf-8")
        return Registry(load_counties(folder), self.above)

    def _units(self, towns: Sequence[str], without: Collection[str]) -> Iterator[str]:
        for n, town in enumerate(towns):
            if town not in without:
                until = f', until: "{self.until}"' if self.until and n == 0 else ""
                name = self.renamed.get(town, town)
                more = f"{until}{self.more.get(town, '')}"
                yield f'  - {{name: {name}, code: "14099910{n}"{more}}}'

    def look(self, *days: date) -> None:
        engine, evidence = open_store(self.store), Evidence(self.folder / "evidence")
        for day in days:
            now = datetime.combine(day, time(1), BEIJING).astimezone(UTC)
            registry = self.registry()
            for county in registry.counties:
                wanted = replace(wanted_of(engine, registry, county, now), recheck=True)
                look_once(Recorder(engine, evidence, partial(_itself, now)), county, wanted=wanted)
                judge_county(engine, evidence, ReadHere(), county, now)
                refresh(engine, registry, [county], now)
        engine.dispose()

    @property
    def store(self) -> str:
        return f"sqlite:///{self.folder}/n.db"

    def line(self, town: str, day: date) -> Line:
        engine = open_store(self.store)
        with looking(engine) as s:
            found = lines_at(s, EVERYTHING, YEAR, end_of(day), self.registry())
        return next(line for line in found if line.name == town)

    def cli(self, *words: str) -> str:
        done = run_here(
            self.folder, *words, "--store", self.store, "--config", str(self.folder / "counties")
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _itself(moment: datetime) -> datetime:
    return moment


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), BEIJING).astimezone(UTC)


def on(month: int, day: int) -> date:
    return date(2026, month, day)


@dataclass
class Door:
    """Where the county's portal answers: whichever world stands behind it."""

    world: World

    def __call__(self, request: Request) -> Reply | None:
        return self.world(request)


W = TypeVar("W", bound=World)


@contextmanager
def towns_of(folder: Path, kind: type[W]) -> Iterator[Callable[[Path], W]]:
    """Four published in time, and two looks after the deadline did not show 戊辰镇 and 己巳镇; to
    be copied.
    """
    made = kind(folder)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n), wrong=town == "甲子镇")
    door = Door(made)
    with running(door) as site:
        made.url = site.url
        made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))

        def copied(there: Path) -> W:
            shutil.copytree(folder, there, dirs_exist_ok=True)
            world = replace(made, folder=there, pieces=dict(made.pieces), renamed={}, more={})
            door.world = world
            return world

        yield copied


def six_towns(folder: Path) -> AbstractContextManager[Callable[[Path], World]]:
    return towns_of(folder, World)
