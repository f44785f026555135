"""Seasons by chance: counties of one name, births, endings, renamings, deadlines that move,
looks that fail.

Recorded as a sweep records; the same seed gives the same season.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Engine

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.proof import Proof
from nianbao.crawler.recorder import Reading, Recorder
from nianbao.crawler.states import State
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh, refresh_due
from nianbao.monitor.standing import BEIJING
from nianbao.storage.decisions import decide
from nianbao.storage.evidence import Evidence
from nianbao.storage.kinds import LookState
from nianbao.storage.registry import CountyEntry, load_counties
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from nianbao.storage.units import units_of

PROOF = Proof("single")

YEAR = date.today().year - 2  # wholly over, whenever the test runs
BEGIN, END = date(YEAR + 1, 1, 4), date(YEAR + 1, 3, 20)
# The first two have one name, and so have their first towns.
COUNTIES = {"130104": "桥西区", "130703": "桥西区", "140924": "繁峙县"}
MOVED = "移交镇"  # as the county calls it that has it since
FAILURES: tuple[LookState, ...] = (
    "unreachable",
    "blocked_challenge",
    "partial",
    "structure_changed",
)


@dataclass
class Town:
    """A unit, and what becomes of its report."""

    county: str
    code: str
    name: str
    former: str = ""
    since: str = ""
    until: str = ""
    deadline: str = ""
    out: date | None = None  # on the list from this day on
    printed: date | None = None
    gone: date | None = None
    edited: bool = False


class Told(NamedTuple):
    """What somebody was told who asked on a day how it is."""

    county: str
    standing: str
    confirmed: bool
    days: int
    deadline: date


def told_of(line: Line) -> Told:
    stands = line.standing
    return Told(line.county, stands.name, stands.confirmed, stands.days, line.deadline)


@dataclass
class ByChance:
    """A season of three counties."""

    folder: Path
    store: str
    rng: Random
    day: date = BEGIN
    towns: list[Town] = field(default_factory=list)
    deadlines: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    # What was told at the end of some days, by the units' codes.
    told: dict[date, dict[str, Told]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine: Engine = open_store(self.store)
        self.recorder = Recorder(self.engine, Evidence(self.folder / "evidence"), self.clock)
        if self.towns:
            return
        (self.folder / "counties").mkdir(parents=True)
        for county in COUNTIES:
            for n in range(self.rng.randint(3, 5)):
                self.towns.append(self._town(county, n))
        self.write()

    def copied(self, folder: Path, store: str) -> ByChance:
        """The same season, its files and its store in another folder."""
        self.engine.dispose()
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(
            self,
            folder=folder,
            store=store,
            towns=[replace(town) for town in self.towns],
            deadlines=dict(self.deadlines),
        )

    def clock(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=BEIJING)

    def _town(self, county: str, n: int) -> Town:
        town = Town(
            county, f"{county}{100 + n}", ("城关镇", "柳树镇", "石门乡", "北山镇", "东街镇")[n]
        )
        chance = self.rng.random()
        if chance < 0.12:
            town.since = f"{YEAR + 1}-01-02"  # founded after the year: nothing was due
        elif chance < 0.24:
            town.until = f"{YEAR}-11-30"
        elif chance < 0.34:
            town.since = f"{YEAR}-06-01"
        if self.rng.random() < 0.15:
            town.deadline = self.rng.choice(("01-20", "02-10"))
        if self.rng.random() < 0.7:
            town.out = BEGIN + timedelta(days=self.rng.randint(2, 60))
            if self.rng.random() < 0.7:
                town.printed = town.out - timedelta(days=self.rng.choice((0, 0, 1, 9)))
        if town.out is not None and self.rng.random() < 0.15:
            town.gone = town.out + timedelta(days=8)
        return town

    def write(self) -> None:
        """The counties' files as they are now."""
        for code, name in COUNTIES.items():
            lines = [f"county: {name}", f'code: "{code}"', f"host: c{code}.gov.cn"]
            if code in self.deadlines:
                lines.append(f'deadline: "{self.deadlines[code]}"')
            lines += ["columns:", f'  - {{url: "http://c{code}.gov.cn/nb/"}}', "units:"]
            for town in self.towns:
                if town.county == code:
                    lines.append(f"  - {{{self._entry(town)}}}")
            file = self.folder / "counties" / f"{code}.yaml"
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @staticmethod
    def _entry(town: Town) -> str:
        parts = [f"name: {town.name}", f'code: "{town.code}"']
        for key in ("since", "until", "deadline"):
            if value := getattr(town, key):
                parts.append(f'{key}: "{value}"')
        if town.former:
            parts.append(f'former: [{{name: {town.former}, until: "{YEAR + 1}-01-31"}}]')
        return ", ".join(parts)

    @property
    def registry(self) -> Registry:
        return Registry(load_counties(self.folder / "counties"), self.regions)

    def live(self) -> None:
        while self.day <= END:
            self._something_happens()
            registry = self.registry
            refresh_due(self.engine, registry, self.clock())
            for county in registry.counties:
                if self.rng.random() < 0.3:
                    self.sweep(registry, county)
            if self.day.day % 4 == 0:
                self.told[self.day] = self._told(registry)
            self.day += timedelta(days=1)

    def _told(self, registry: Registry) -> dict[str, Told]:
        moment = self.clock().replace(hour=23, minute=59, second=59)
        with looking(self.engine) as s:
            lines = lines_at(s, EVERYTHING, YEAR, moment, registry, asked=moment)
        return {line.unit: told_of(line) for line in lines}

    def _something_happens(self) -> None:
        chance = self.rng.random()
        town = self.rng.choice(self.towns)
        if chance < 0.02 and not town.former:
            town.former, town.name = town.name, f"{town.name[0]}新镇"
        elif chance < 0.05:
            self.deadlines[town.county] = self.rng.choice(("01-25", "01-31", "02-15"))
        elif chance < 0.07:
            if any(unit.code == town.code for unit in self._registered()):
                now = self.clock()
                decide(self.engine, "exempt", town.code, YEAR, who="李主任", why="新设", now=now)
        elif chance < 0.09 and town.out is not None:
            town.edited = True
        elif chance < 0.11:
            self._moves(town)
        self.write()

    def _moves(self, town: Town) -> None:
        """Into another county's file, where nobody has its name."""
        county = self.rng.choice([code for code in COUNTIES if code != town.county])
        if not town.former and all(each.name != MOVED for each in self.towns):
            town.former, town.name, town.county = town.name, MOVED, county

    def _registered(self) -> list[Town]:
        with looking(self.engine) as s:
            known = {unit.id for unit in units_of(s, EVERYTHING)}
        return [town for town in self.towns if town.code in known]

    def sweep(self, registry: Registry, county: CountyEntry, *, whole: bool = False) -> None:
        portal = self.recorder.register(county)
        sweep = self.recorder.begin(portal)
        (column,) = self.recorder.columns(portal)
        state: LookState = "ok"
        if not whole and self.rng.random() < 0.25:
            state = self.rng.choice(FAILURES)
        shown: list[Item] = []
        if state == "ok":
            shown = [
                self._seen(column.id, town) for town in self.towns if self._is_out(town, county)
            ]
        page = Answer(url=column.url, status=200, headers={}, body=f"{self.day}{shown}".encode())
        self.recorder.look(
            sweep, column.id, Listing(State(state), tuple(shown), answers=(page,), proof=PROOF)
        )
        self.recorder.end(sweep)
        refresh(self.engine, registry, [county], self.clock())

    def _is_out(self, town: Town, county: CountyEntry) -> bool:
        if town.county != county.code or town.out is None or town.out > self.day:
            return False
        return town.gone is None or self.day < town.gone

    def _seen(self, column: int, town: Town) -> Item:
        item = Item(
            f"{town.name}{YEAR}年年报", f"http://c{town.county}.gov.cn/{town.code}.html", None
        )
        self.recorder.sighted(
            column,
            item,
            kind="report",
            unit=town.code,
            year=YEAR,
            reading=self._reading(town, item),
        )
        return item

    def _reading(self, town: Town, item: Item) -> Reading:
        decisions = 2 if town.edited else 1
        content: dict[str, Any] = {
            "title": item.title, "unit": town.former or town.name, "year": YEAR, "form": "2021", "signed": None,
            "proactive": {"licensing": {"decisions": decisions}}, "requests": {}, "disputes": {},
            "claims": [], "unreadable": [], "sections": [],
        }  # fmt: skip
        page = Answer(url=item.url, status=200, headers={}, body=f"{content}".encode())
        dates = [["list", town.printed.isoformat()]] if town.printed else []
        return Reading(
            content, "", str(decisions), (page,), town.printed, "page", dates, lambda _: None
        )
