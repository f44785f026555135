"""The seasons of seventh_seasons.py, wider: units that go to another county's file, portals that are renewed, reports of two years on one page,
other titles, misprints, waivers taken back, appeals, holidays, and counties that are set up in the middle.

    python -m tests.attacks.field4.eighth_seasons FIRST LAST EVERY FOLDER

Every face is asked at the end of its day; what was told on an evening is told of it at the season's end, too.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import time as clock
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from docx import Document

from nianbao.monitor.ledger.faults import Told as Faults
from nianbao.monitor.ledger.faults import faults_of
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.year import Year, year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.urging import urging_one, urgings
from nianbao.monitor.paper.letters import NoLetterError, letter_due
from nianbao.monitor.paper.public_pages import County, county_of
from nianbao.monitor.settings import Office
from nianbao.monitor.web.unit import unit_page
from nianbao.storage.decisions import DecisionError
from nianbao.storage.queries import reports
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import EVERYTHING, of_unit
from nianbao.storage.store import looking, open_store, session
from nianbao.storage.ways import WayError, settle
from tests.attacks.field4 import seventh_seasons as before
from tests.attacks.field4.fifth import CODES
from tests.attacks.field4.seventh_seasons import (
    Known,
    May,
    Season,
    Visit,
    WrongError,
    must,
)
from tests.attacks.field4.sixth import COUNTY, at, everywhere
from tests.portals.families import CRUMBS, MENU, Truth, _entries
from tests.portals.server import Reply, Request, page, running
from tests.portals.ten import draft_of
from tests.worlds.rewritten import TOWNS, YEAR, Door, Piece, end_of

OTHER = "140998"
THERE = date(2026, 2, 10)  # the other county's deadline
TITLES = (
    "{county}{town}{year}年政府信息公开工作年度报告",
    "{town}人民政府信息公开年报（{year}年度）",
    "{town}{year}年度政府信息公开工作报告",
    "{county}{town}{before}—{year}年政府信息公开工作年度报告",  # of two years
    "{county}{town}{before}年、{year}年政府信息公开工作年度报告",
    "{county}{wrong}{year}年政府信息公开工作年度报告",  # misprinted
    "{town}{before}年政府信息公开工作年度报告",  # called by the year before
    "政府信息公开工作年度报告",
)
SURE = 3  # of these name it and its year, and nothing else
WRONGLY = {"甲子镇": "甲孑镇", "乙丑镇": "乙刃镇", "丙寅镇": "丙演镇", "丁卯镇": "丁卵镇", "戊辰镇": "戊晨镇", "己巳镇": "已巳镇"}  # fmt: skip


@dataclass
class Wide(Season):
    titles: dict[str, int] = field(default_factory=dict)
    column: str = "/nb/"  # where the portal has it
    told_of: str = "/nb/"  # where the file says
    crumbs: str = CRUMBS
    others: list[Visit] = field(default_factory=list)  # looks at the other county's column
    moved_at: dict[str, datetime] = field(default_factory=dict)
    former: dict[str, date] = field(default_factory=dict)
    taken_down: list[Piece] = field(default_factory=list)
    new_names: set[str] = field(default_factory=set)  # since the last look
    looked_with: str = ""

    def put(self, town: str, year: int, day: date, *, path: str = "", wrong: bool = False) -> None:
        there = town in self.away
        path = path.replace("/nb/", "/ps/") if there and path else path
        super().put(town, year, day, path=path, wrong=wrong)
        if there:
            piece = next(p for p in self.pieces.values() if p.path == path)
            report = draft_of("平顺县", town, year, TOWNS.index(town) + 11 + year % 7)
            if wrong:
                report = report.with_figures(requests__new__natural_person=99)
            self.pieces[path] = replace(piece, report=report)

    def titled(self, piece: Piece) -> str:
        name = self.renamed.get(piece.town, piece.town) if piece.path.endswith("n.html") else piece.town  # fmt: skip
        county = "平顺县" if piece.path.startswith("/ps/") else "平安县"
        form = TITLES[self.titles.get(piece.path, 0)]
        return form.format(county=county, town=name, wrong=WRONGLY[piece.town], year=piece.year, before=piece.year - 1)  # fmt: skip

    def on(self, there: bool) -> list[Piece]:
        return [p for p in self.shown() if p.path.startswith("/ps/") == there]

    def __call__(self, request: Request) -> Reply | None:
        if request.path in ("/nb/", "/xin/", "/ps/"):
            there = request.path == "/ps/"
            if not there and request.path != self.column:
                return None
            if self.fails == "down":
                return Reply(b"busy", 503)
            told = [Truth(self.titled(p), p.path, p.listed) for p in self.on(there)]
            if self.joint and not there:
                title = f"平安县{'、'.join(self.joint)}{YEAR}{before.OF}"
                told.insert(0, Truth(title, "/nb/joint.html", self.when.date()))
            if self.fails == "shell":
                return Reply(before.NOTICE.encode())
            if self.fails == "cut":
                script = '<script>createPageHTML(2, 0, "index", "html");</script>'
                return page(MENU + self.crumbs + _entries(told[: len(told) // 2]) + script)
            return page(MENU + self.crumbs + _entries(told))
        return super().__call__(request)

    def _says(self) -> None:
        """What the file says of each town."""
        for town in TOWNS:
            said = ""
            if town in self.closed:
                said += f', until: "{self.closed[town]}"'
            elif town in self.own:
                said += f', deadline: "{self.own[town]:%m-%d}"'
            if town in self.former:
                said += f', former: [{{name: {town}, until: "{self.former[town]}"}}]'
            self.more[town] = said

    def registry(self) -> Registry:
        super().registry()
        folder = self.folder / "counties"
        file = folder / f"{self.file}.yaml"
        text = file.read_text("utf-8").replace(f"{self.url}/nb/", f"{self.url}{self.told_of}")
        file.write_text(text, "utf-8")
        if (other := folder / "平顺县.yaml").exists():
            text = other.read_text("utf-8")
            text = text.replace("columns:", f'deadline: "{THERE:%m-%d}"\ncolumns:', 1)
            other.write_text(text, "utf-8")
        return Registry(load_counties(folder), self.above)

    def files(self) -> str:
        self.registry()
        return "".join(f.read_text("utf-8") for f in sorted((self.folder / "counties").iterdir()))

    def look_at(self, moment: datetime) -> None:
        super().look_at(moment)
        last = self.visits.pop()
        is_known = self.column == self.told_of
        mine = [p for p in self.on(False) if p.year == YEAR]
        theirs = [p for p in self.on(True) if p.year == YEAR]
        if self.fails == "cut":
            mine = [p for p in self.on(False)[: len(self.on(False)) // 2] if p.year == YEAR]
            theirs = [p for p in self.on(True)[: len(self.on(True)) // 2] if p.year == YEAR]
        if self.fails in ("down", "shell"):
            mine, theirs = [], []
        mine = mine if is_known else []
        theirs = theirs if self.beside or self.away else []
        joint = {*self.joint} if is_known and self.fails not in ("down", "shell") else set()
        self.visits.append(Visit(moment, last.is_whole and is_known, frozenset({p.town for p in mine} | joint), frozenset(p.path for p in mine)))  # fmt: skip
        if self.beside or self.away:
            self.others.append(Visit(moment, not self.fails, frozenset(p.town for p in theirs), frozenset(p.path for p in theirs)))  # fmt: skip
        self.new_names.clear()
        self.looked_with = self.files()

    def year_at(self, now: datetime) -> Year:
        """Of the six towns."""
        year = super().year_at(now)
        return replace(year, lines=tuple(x for x in year.lines if x.unit in CODES.values()))

    # -- each face, at the end of its day

    def county_of_town(self, town: str) -> str:
        return OTHER if town in self.away else COUNTY

    def letter(self, town: str, day: date) -> str:
        now, code, registry = end_of(day), CODES[town], self.registry()
        scope = of_unit(code, self.county_of_town(town))
        with looking(self.engine) as s:
            told = year_of(s, scope, YEAR, now, registry, asked=now)
            report = next(iter(reports(s, scope, YEAR)), None)
        if not told.lines:
            return "无"
        try:
            made = letter_due(told, Office(), has_report=report is not None)
        except NoLetterError as error:
            return f"不：{error.zh}"
        paper = Document(io.BytesIO(made.content))
        cells = [c.text for t in paper.tables for r in t.rows for c in r.cells]
        return "\n".join([*(p.text for p in paper.paragraphs), *cells])

    def public(self, day: date, hour: int = 12, county: str = COUNTY) -> County:
        registry = self.registry()
        with looking(self.engine) as s:
            made = [county_of(s, registry, each, end_of(day)) for each in registry.names]
        return replace(made[0], units=[unit for each in made for unit in each.units])

    def faults(self, day: date, hour: int = 12, *, past: bool = False) -> Faults:
        moment = end_of(day) if past or hour == 23 else at(day, hour)
        with looking(self.engine) as s:
            return faults_of(s, EVERYTHING, YEAR, moment, self.registry(), past=past)

    def unit(self, town: str, day: date, lang: Any = "zh") -> Any:
        with looking(self.engine) as s:
            return unit_page(s, self.registry(), CODES[town], YEAR, end_of(day), lang)


# ---- what may be told


def deadline(world: Wide, town: str) -> date:
    own = world.own.get(town)
    if own is None:
        return THERE if town in world.away else world.ends
    if town not in world.away and "working_day" in "".join(world.said):
        return WORKING.get(own, own)
    return own


# The working days after Sundays and the Spring Festival of 2026.
WORKING = {date(2026, 1, 25): date(2026, 1, 26), date(2026, 2, 15): date(2026, 2, 24)}


def may(world: Wide, town: str, now: datetime) -> list[May]:
    """As before; of one that went to another county's file only the looks there, since then, show that it is not there."""
    since = world.moved_at.get(town)
    visits = world.visits
    if since is not None:
        world.visits = [v for v in (world.others if town in world.away else visits) if v.at > since]
    try:
        found = MAY(world, town, now)
    finally:
        world.visits = visits
    if since is not None and world.known.get(town, Known()).first is not None:
        found += [x for x in MAY(world, town, now) if x.name in ("late", "on_time")]
    return found


MAY, NAME_ON, DEADLINE = before.may, before.name_on, before.deadline


def name_on(world: Wide, town: str, day: date, line: Line | None) -> str:
    """By the file of the last look, too."""
    if town in world.new_names and line is not None and line.name == town:
        return town
    return NAME_ON(world, town, day, line)


def evening(world: Wide, day: date) -> dict[str, tuple[str, bool, int]]:
    told = before.evening(world, day)
    now = end_of(day)
    year = world.year_at(now)
    lines = {line.unit: line for line in year.lines}
    english = compose(year, Office(), "en").text
    chinese = compose(year, Office()).text
    for line in year.lines:
        called = year.called(line.county, line.name)
        for lang, text in (("zh", chinese), ("en", english)):
            one = urging_one(line, "县", Office(), now, lang)  # type: ignore[arg-type]
            must(line.standing.name == "missing" or not one, "urged alone", called, one)
            if not line.is_accused:
                must(not any(w in one for w in ("已逾期", "overdue")), "urged as sure", called, one)
                must(f"{called}（逾期" not in text, "named overdue", called, text)
                must(f"{called} (overdue" not in text, "named overdue", called, text)
        many = "".join(urgings([line], {}, {line.county: "县"}, now, "zh"))
        must(bool(many) == (line.standing.name == "missing"), "urged", called, many)
    for unit in world.public(day, 23).units:
        if unit.key in lines and YEAR in unit.years and unit.years[YEAR][1] is not None:
            must(lines[unit.key].standing.name != "withdrawn", "shown though withdrawn", unit.name)
    return told


# ---- what happens


WIDER = (("move", 2), ("both", 1), ("title", 4), ("restore", 3), ("unwaive", 3), ("appeal", 3), ("renew", 1), ("know", 2), ("holiday", 1), ("head", 1))  # fmt: skip


def happens(world: Wide, rng: Random, day: date) -> str:
    if rng.random() < 0.65:
        names, gone = dict(world.renamed), dict(world.pieces)
        said = before.happens(world, rng, day)
        for town in world.renamed.keys() - names.keys():
            world.new_names.add(town)
            if said.endswith(f"former {town}") or "former" in world.more.get(town, ""):
                world.former[town] = day
        if "withdraw" in said:
            world.taken_down += [p for path, p in gone.items() if path not in world.pieces]
        world._says()
        return said
    what = rng.choices(*zip(*WIDER, strict=True))[0]
    town = rng.choice([t for t in TOWNS if t not in world.without])
    mine = [p for p in world.pieces.values() if p.year == YEAR and p.town == town]
    if what == "move" and town not in world.closed and not world.renamed.get(town):
        world.away = frozenset() if town in world.away else world.away | {town}
        world.beside = True
        for each in TOWNS:
            if each == town or (each in world.moved_at and each not in world.away):
                world.moved_at[each] = at(day, 0)
        world.odd.add(town)
    elif what == "both" and not mine:
        path = f"/nb/b{day:%m%d}{TOWNS.index(town)}.html"
        world.put(town, YEAR, day, path=path, wrong=rng.random() < 0.4)
        world.titles[path] = world.titles[path.replace("/nb/", "/ps/")] = rng.choice((3, 4))
    elif what == "title" and mine:
        world.titles[mine[0].path] = rng.randrange(len(TITLES))
        what += str(world.titles[mine[0].path])
    elif what == "restore" and world.taken_down:
        piece = world.taken_down.pop()
        world.pieces.setdefault(piece.path, piece)
        what += f" {piece.path}"
    elif what == "unwaive" and world.waived:
        town, name = sorted(world.waived)[rng.randrange(len(world.waived))]
        rule = {"late": "A02", "withdrawn": "A10"}.get(name, "F01")
        world.decide("cleared", town, day, rule=rule, undoes="waived")
        world.waived.discard((town, name))
    elif what == "appeal":
        ways = [x for x in world.faults(day, 10).of(CODES[town]) if x.state not in ("gone", "waived")]  # fmt: skip
        if ways:
            number = world.said_by(town, "appealed", day, [ways[0].key])
            now = next(x for x in world.faults(day, 14).of(CODES[town]) if x.key == ways[0].key)
            with session(world.engine) as s:
                settle(s, number, rng.choice(("accepted", "rejected")), "张三", "属实", now.marks, at(day, 15))  # fmt: skip
            name = {"A02": "late", "publish": "withdrawn"}.get(now.rule or now.key, now.rule)
            world.waived.add((town, name))
            what += f" {now.key}"
    elif what == "renew":
        world.column = "/xin/" if world.column == "/nb/" else "/nb/"
        if rng.random() < 0.5:
            world.told_of = world.column
    elif what == "know":
        world.told_of = world.column
    elif what == "holiday":
        world.ends = date(2026, 2, 2)
        world.said = ('deadline: "01-31"', "deadlines: {working_day: next}")
    elif what == "head":
        world.crumbs = CRUMBS.replace("政府信息公开年报", rng.choice(("年度报告", "政府信息公开年报", "信息公开年报")))  # fmt: skip
    else:
        return f"{day:%m-%d} nothing"
    world.odd.add(town)
    return f"{day:%m-%d} {what} {town}"


def season(world: Wide, seed: int, *, every: float = 0.0) -> int:
    """How many evenings were told. `every`: of which share each page is asked, too."""
    rng, done = Random(seed), [f"seed {seed}"]
    fewer = rng.randint(0, 3)
    for town in TOWNS[len(TOWNS) - fewer :]:
        world.without |= {town}
        world.odd.add(town)
    gone, many = world.without, 0
    day, told = date(2026, 1, 12), {}
    try:
        for _ in range(rng.randint(10, 22)):
            on = day + timedelta(days=rng.choice((0, 1, 1, 2, 3)))
            day, same = on, on == day
            if same:
                told.pop(day, None)
            for _ in range(rng.randint(1, 3)):
                with suppress(DecisionError, WayError):  # refused in words
                    done.append(happens(world, rng, day))
                world.without |= gone
            if rng.random() < 0.75:
                hour, minute = rng.choice(((0, 10), (1, 0), (12, 0), (23, 50)))
                moment = at(day, hour, minute)
                if not (world.visits and moment <= world.visits[-1].at):
                    world.look_at(moment)
                    done.append(f"look {hour} {world.fails}")
            if rng.random() < 0.5 and world.visits:
                is_known = world.files() == world.looked_with
                answered = evening(world, day)
                done.append("told")
                many += 1
                if is_known:
                    told[day] = answered
                if is_known and not world.away and not world.beside and rng.random() < every:
                    everywhere(world, day)
        for day, answered in told.items():
            with looking(world.engine) as s:
                past = year_of(s, EVERYTHING, YEAR, end_of(day), world.registry())
            later = {x.unit: (x.standing.name, x.standing.confirmed, x.standing.days) for x in past.lines if x.unit in CODES.values()}  # fmt: skip
            must(later == answered, "told otherwise of a past day", day, answered, later)
    except Exception as error:
        raise AssertionError("; ".join(done)) from error
    return many


def seasons(
    seeds: Iterable[int], folder: Path, *, every: float = 0.0
) -> Iterator[tuple[int, int, Exception | None]]:
    """Each in the same place: what was asked once is known."""
    before.may, before.name_on, before.deadline = may, name_on, deadline  # type: ignore[assignment]
    door = Door(Wide(folder))
    try:
        with running(door) as site:
            first = Wide(folder / "first")
            first.folder.mkdir(parents=True)
            first.url, door.world = site.url, first
            for n, town in enumerate(TOWNS):
                first.put(town, YEAR - 1, date(2025, 1, 10 + n))
            first.look_at(at(date(2026, 1, 8)))
            first.engine.dispose()
            young = Wide(folder / "young")
            young.folder.mkdir()
            open_store(young.store).dispose()
            engine = open_store(f"sqlite:///{folder}/now/n.db") if (folder / "now").mkdir() is None else None  # fmt: skip
            assert engine is not None
            for seed in seeds:
                engine.dispose()
                shutil.rmtree(folder / "now", ignore_errors=True)
                is_young = seed % 5 == 4
                shutil.copytree(folder / ("young" if is_young else "first"), folder / "now")
                visits = [] if is_young else list(first.visits)
                world = Wide(folder / "now", url=site.url, pieces=dict(first.pieces), visits=visits)
                world.engine, door.world = engine, world
                try:
                    yield seed, season(world, seed, every=every), None
                except Exception as error:
                    yield seed, 0, error
            engine.dispose()
    finally:
        before.may, before.name_on, before.deadline = MAY, NAME_ON, DEADLINE


if __name__ == "__main__":
    begun = clock.process_time()
    with tempfile.TemporaryDirectory(dir=sys.argv[4] if len(sys.argv) > 4 else None) as made:
        share = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
        asked = range(int(sys.argv[1]), int(sys.argv[2]))
        for seed, many, wrong in seasons(asked, Path(made) / "s", every=share):
            if wrong is None:
                print(seed, many, f"{clock.process_time() - begun:.0f}", flush=True)
                continue
            last = wrong.__cause__ or wrong
            at_fault = traceback.extract_tb(last.__traceback__)
            where = at_fault[-2 if isinstance(last, WrongError) else -1]
            print(f"--- {seed}: {wrong}\n    {type(last).__name__} {str(last)[:1500]} {where.line}", flush=True)  # fmt: skip
