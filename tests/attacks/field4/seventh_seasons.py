"""Seasons by chance of a county's townships, and what may be told of them on each evening: by what its portal answered, and by nothing
that our code says.

    python -m tests.attacks.field4.seventh_seasons FIRST LAST

A portal answers and keeps what it answered. Of that an oracle tells, by the invariants alone, which standings of a unit may be
told, by how many days, and which words; whatever a face says must be among them. It may say unknown instead.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time as clock
import traceback
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Engine

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.ledger.year import Year, year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.urging import urgings
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.decisions import DecisionError
from nianbao.storage.evidence import Evidence
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from nianbao.storage.ways import WayError
from tests.attacks.field4.fifth import CODES
from tests.attacks.field4.sixth import COUNTY, Sixth, at, everywhere
from tests.portals.families import CRUMBS, MENU, Truth, _entries
from tests.portals.server import Reply, Request, page, running
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.rewritten import TOWNS, YEAR, Door, Piece, _itself, end_of

OF = "年政府信息公开工作年度报告"
NOTICE = "<html><head><meta charset=utf-8><title>提示</title></head><body><p>网站维护中，请稍后访问。</p></body></html>"
# How a portal may answer for its list; what is not whole proves nothing.
FAILS = ("down", "cut", "shell")


class Visit(NamedTuple):
    """What a portal answered when it was looked at."""

    at: datetime
    is_whole: bool
    listed: frozenset[str]  # towns of whose report of the year anything was shown
    paths: frozenset[str]


@dataclass
class Known:
    """What was ever answered of one town."""

    first: datetime | None = None  # when anything of it was listed
    opened: datetime | None = None  # when a page of it was answered
    days: set[date] = field(default_factory=set)  # that its pages and its entries printed
    is_undated: bool = False  # whether any page of it printed none
    wrong: dict[str, bool] = field(default_factory=dict)  # by address, as it was answered last


@dataclass
class Season(Sixth):
    """A portal that keeps what it answered."""

    fails: str = ""
    sick: frozenset[str] = frozenset()  # pages that show a notice
    joint: tuple[str, ...] = ()  # towns of a report of several
    visits: list[Visit] = field(default_factory=list)
    known: dict[str, Known] = field(default_factory=dict)
    ends: date = date(2026, 1, 31)
    own: dict[str, date] = field(default_factory=dict)
    until: str = ""
    closed: dict[str, date] = field(default_factory=dict)
    exempt: set[str] = field(default_factory=set)
    waived: set[tuple[str, str]] = field(default_factory=set)
    odd: set[str] = field(default_factory=set)  # towns to whom something happened
    when: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def titled(self, piece: Piece) -> str:
        return f"平安县{self.renamed.get(piece.town, piece.town) if piece.path.endswith('n.html') else piece.town}{piece.year}{OF}"

    def shown(self) -> list[Piece]:
        return [p for p in self.pieces.values() if p.path not in self.unlisted]

    def __call__(self, request: Request) -> Reply | None:
        if self.fails == "down":
            return Reply(b"busy", 503)
        if request.path == "/nb/":
            told = [Truth(self.titled(p), p.path, p.listed) for p in self.shown()]
            if self.joint:
                told.insert(
                    0,
                    Truth(
                        f"平安县{'、'.join(self.joint)}{YEAR}{OF}",
                        "/nb/joint.html",
                        self.when.date(),
                    ),
                )
            if self.fails == "shell":
                return Reply(NOTICE.encode())
            if self.fails == "cut":
                script = '<script>createPageHTML(2, 0, "index", "html");</script>'
                return page(MENU + CRUMBS + _entries(told[: len(told) // 2]) + script)
            return page(MENU + CRUMBS + _entries(told))
        if request.path == "/nb/joint.html" and self.joint:
            draft = replace(
                draft_of("平安县", "平安县", YEAR, 5),
                title=f"平安县{'、'.join(self.joint)}{YEAR}{OF}",
            )
            return Reply(write_html(print_draft(draft), published=str(self.when.date())))
        for piece in self.pieces.values():
            if request.path == piece.path:
                if piece.path in self.sick:
                    return Reply(NOTICE.encode())
                self._answered(piece)
                day = "" if piece.path in self.undated else str(piece.printed)
                return Reply(write_html(print_draft(piece.report), published=day))
        return None

    def _answered(self, piece: Piece) -> None:
        if piece.year != YEAR:
            return
        of = self.known.setdefault(piece.town, Known())
        of.opened = of.opened or self.when
        if piece.path in self.undated:
            of.is_undated = True
        else:
            of.days.add(piece.printed)
        of.wrong[piece.path] = piece.report.figures["requests.new.natural_person"] == 99

    @cached_property
    def engine(self) -> Engine:  # type: ignore[override]
        """One for all questions, which are worked out once."""
        return open_store(self.store)

    def year_at(self, now: datetime) -> Year:
        with looking(self.engine) as s:
            return year_of(s, EVERYTHING, YEAR, now, self.registry(), asked=now)

    def look_at(self, moment: datetime) -> None:
        """Somebody looks; what was answered is kept."""
        self.when = moment
        mine = [p for p in self.shown() if p.year == YEAR]
        seen = mine if not self.fails else []
        if self.fails == "cut":
            seen = [p for p in self.shown()[: len(self.shown()) // 2] if p.year == YEAR]
        listed = {p.town for p in seen} | (
            {*self.joint} if self.fails not in ("down", "shell") else set()
        )
        engine, evidence = self.engine, Evidence(self.folder / "evidence")
        registry = self.registry()
        for county in registry.counties:
            wanted = replace(wanted_of(engine, registry, county, moment), recheck=True)
            look_once(Recorder(engine, evidence, partial(_itself, moment)), county, wanted=wanted)
            judge_county(engine, evidence, ReadHere(), county, moment)
            refresh(engine, registry, [county], moment)
        for piece in seen:
            of = self.known.setdefault(piece.town, Known())
            of.first = of.first or moment
            if piece.listed:
                of.days.add(piece.listed)
        for town in self.joint if self.fails not in ("down", "shell") else ():
            self.known.setdefault(town, Known())
        self.visits.append(
            Visit(moment, not self.fails, frozenset(listed), frozenset(p.path for p in seen))
        )


def beijing(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


class May(NamedTuple):
    """What may be told of a unit: a standing, whether it is confirmed, by which days (None: any)."""

    name: str
    confirmed: bool
    days: frozenset[int] | None = None


def deadline(world: Season, town: str) -> date:
    return world.own.get(town, world.ends)


def may(world: Season, town: str, now: datetime) -> list[May]:
    """By what its portal answered until now."""
    last, of = deadline(world, town), world.known.get(town, Known())
    end = datetime.combine(last + timedelta(days=1), time(), BEIJING)
    visits = [v for v in world.visits if v.at <= now]
    found = [May("unknown", False), May("unknown", True)]
    if town in world.exempt:
        return [May("exempt", True)]
    if now < end:
        found += [May("awaiting", False)]
    shows = [v for v in visits if town in v.listed]
    without = [v for v in visits if v.is_whole and town not in v.listed and v.at >= end]
    if of.first is None and not (shows and shows[-1].at > (without[-1].at if without else end)):
        days = frozenset({(beijing(now) - last).days})
        if without:
            found.append(May("missing", False, days))
        if len({beijing(v.at) for v in without}) >= 2:
            found.append(May("missing", True, days))
    if of.first is None:
        return found
    before = [v for v in without if v.at < of.first]
    in_time = of.first < end or any(day <= last for day in of.days)
    if in_time:
        found.append(May("on_time", True))
    elif of.days and of.opened is not None:
        found.append(May("late", True, frozenset({(min(of.days) - last).days})))
    if not in_time and of.opened is not None and len({beijing(v.at) for v in before}) >= 2:
        found.append(May("late", True, frozenset({max((beijing(before[-1].at) - last).days, 1)})))
    since = [v for v in visits if v.is_whole and v.at > shows[-1].at] if shows else []
    if len({beijing(v.at) for v in since}) >= 2:
        found.append(May("withdrawn", True))
    return found


def is_due(world: Season, town: str) -> bool:
    until = world.closed.get(town)
    return town not in world.without and (until is None or until >= deadline(world, town))


def fits(line: Any, allowed: Sequence[May]) -> bool:
    stands = line.standing
    return any(
        (stands.name, stands.confirmed) == (each.name, each.confirmed)
        and (each.days is None or stands.days in each.days)
        for each in allowed
    )


class WrongError(AssertionError):
    pass


def must(is_so: bool, *told: Any) -> None:
    if not is_so:
        raise WrongError(" | ".join(map(str, told)))


def names_after(head: str, text: str) -> list[str]:
    """Who stands in a line of what is to be done."""
    found = re.search(rf"^\d+\. {head}（\d+）：(.*?)——", text, re.M)
    return re.findall(r"新?[甲乙丙丁戊己][子丑寅卯辰巳]镇", found[1]) if found else []


def name_on(world: Season, town: str, day: date, line: Line | None) -> str:
    """On the last day of a former name it may be called by either; else by the one of the file."""
    is_former_still = f'until: "{day}"' in world.more.get(town, "")
    if is_former_still and line is not None and line.name == town:
        return town
    return world.renamed.get(town, town)


def evening(world: Season, day: date) -> dict[str, tuple[str, bool, int]]:
    """Whatever is told at a day's end, held against what may be."""
    now = end_of(day)
    year = world.year_at(now)
    lines = {line.unit: line for line in year.lines}
    called = {CODES[t]: name_on(world, t, day, lines.get(CODES[t])) for t in TOWNS}
    allowed = {t: may(world, t, now) for t in TOWNS}
    accused: set[str] = set()
    for town in TOWNS:
        line = lines.get(CODES[town])
        if line is None:
            continue
        must(is_due(world, town), "not due and told", town, line.standing)
        must(line.deadline == deadline(world, town), "deadline", town, line.deadline)
        must(fits(line, allowed[town]), "standing", town, line.standing, allowed[town])
        if line.is_accused:
            accused.add(town)
    for town in TOWNS:
        if is_due(world, town) and town not in world.odd:
            must(CODES[town] in lines, "due and not told", town)
    held = {
        t
        for t in accused
        if (t, "withdrawn") not in world.waived or lines[CODES[t]].standing.name != "withdrawn"
    }
    mails(world, year, lines, called, accused)
    letters(world, lines, held, day)
    feeds(world, lines, day, now)
    publicly(world, lines, allowed, day)
    units(world, lines, accused, day)
    board(world, lines, accused, day)
    return {
        x.unit: (x.standing.name, x.standing.confirmed, x.standing.days) for x in lines.values()
    }


def mails(
    world: Season,
    year: Year,
    lines: dict[str, Line],
    called: dict[str, str],
    accused: Collection[str],
) -> None:
    text, english = compose(year, Office()).text, compose(year, Office(), "en").text
    missing = {
        called[u] for u, x in lines.items() if x.standing.name == "missing" and x.standing.confirmed
    }
    gone = {called[u] for u, x in lines.items() if x.standing.name == "withdrawn"}
    must({*names_after("逾期未发布", text)} <= missing, "mail missing", text)
    must({*names_after("已撤下", text)} <= gone, "mail withdrawn", text)
    wrong = {called[CODES[t]] for t in TOWNS if may_be_wrong(world, t)}
    must({*names_after("需整改", text)} <= wrong, "mail to mend", text)
    for unit, line in lines.items():
        for said, told in (("zh", text), ("en", english)):
            part = re.search(
                rf"^\d+\. {called[unit]}\n(.*?)(?=^\d+\. \S*镇\n|^【|\Z)", told, re.M | re.S
            )
            if part is None:
                continue
            sure = line.standing.name == "missing" and line.standing.confirmed
            must(sure or not re.search("逾期未发布，|Not published", part[1]), said, unit, part[1])
            must(line.standing.name == "withdrawn" or "已撤下" not in part[1], said, unit, part[1])
    texts = "".join(urgings(year.lines, {}, {COUNTY: "平安县"}, year.now, "zh"))
    for unit, line in lines.items():
        if line.standing.name != "missing":
            must(called[unit] not in texts, "urged", called[unit], texts)


def may_be_wrong(world: Season, town: str) -> bool:
    """Whether any page of it that was answered last had the planted error, or has another that the years show."""
    return town in world.known


def some(world: Season, day: date, first: Collection[str] = ()) -> list[str]:
    """Two towns of an evening: each face of each of them would take long."""
    n = day.toordinal() + len(world.visits)
    return list(dict.fromkeys([*sorted(first)[:1], TOWNS[n % 6], TOWNS[(n + 3) % 6]]))[:2]


def letters(world: Season, lines: dict[str, Line], held: Collection[str], day: date) -> None:
    for town in some(world, day, held):
        text = world.letter(town, day) if CODES[town] in lines else "无"
        if text.startswith(("不", "无")):
            continue
        if "催办" in text.splitlines()[0]:
            must(town in held, "urged by letter", town, text)
        else:
            must(town not in world.exempt, "letter to who is exempt", town, text)
            stands = lines[CODES[town]].standing
            must(
                "逾期" not in text
                or (stands.name == "late" and (town, "late") not in world.waived),
                "late by letter",
                town,
                text,
            )
            pages = world.known.get(town, Known()).wrong
            must("为99" not in text or any(pages.values()), "wrong by letter", town, text)
            must(
                "（现为99）" not in text or (town, "F01") not in world.waived or len(pages) > 1,
                "waived",
                town,
                text,
            )


def feeds(world: Season, lines: dict[str, Line], day: date, now: datetime) -> None:
    entries = world.feed(day).split("<entry>")[1:]
    for town in TOWNS:
        # The last word on where it stands is no accusation that does not hold.
        names = {town, world.renamed.get(town, town)}
        mine = [e for e in entries if any(f"县{n} {YEAR}：" in e for n in names)]
        told = [
            e
            for e in mine
            if re.search("未到期|待发布|按时发布|逾期|无法核实|已撤下|免于发布|不再是", e)
        ]
        if not told:
            continue
        last = re.search("<title>(.*?)</title>", told[0])
        assert last is not None
        line = lines.get(CODES[town])
        name = line.standing.name if line is not None else ""
        world_looked = any(beijing(v.at) == day for v in world.visits)
        for word, of in (("逾期未发布", "missing"), ("逾期发布", "late"), ("已撤下", "withdrawn")):
            if word in last[1] and world_looked and "不作为问题" not in last[1]:
                must(name == of, "feed", town, last[1], name)


def publicly(
    world: Season, lines: dict[str, Line], allowed: dict[str, list[May]], day: date
) -> None:
    county = world.public(day, 23)
    for town in TOWNS:
        unit = county.by_folder.get(CODES[town])
        if unit is None or YEAR not in unit.years:
            continue
        told = unit.years[YEAR][0]
        line = lines.get(CODES[town])
        must(line is not None, "in public and not inside", town)
        assert line is not None
        must(told.name in (line.standing.name, "unknown"), "public", town, told.name, line.standing)
        if told.name in ("missing", "late"):
            must(line.standing.confirmed and told.days == line.standing.days, "public days", town)
            must(bool(told.proofs), "public without proof", town)
        if told.name == "late":
            must((town, "late") not in world.waived, "public though waived", town)
        must(told.name != "withdrawn", "withdrawn in public", town)
        if told.name == "missing":
            whole = [v for v in world.visits if v.is_whole and v.at <= at(day, 23)]
            must(at(day, 23) - whole[-1].at < timedelta(days=15), "public by an old look", town)
        of = world.known.get(town, Known())
        last = deadline(world, town)
        end = datetime.combine(last + timedelta(days=1), time(), BEIJING)
        if told.name == "on_time" and of.first is not None and of.first >= end:
            after = [v for v in world.visits if v.is_whole and end <= v.at < of.first]
            must(
                not after,
                "on time in public by its page alone, though a look did not show it",
                town,
            )
        if told.published is not None:
            must(
                told.published in of.days
                or (of.first is not None and told.published == beijing(of.first)),
                "a day of publication",
                town,
                told.published,
                of,
            )


def units(world: Season, lines: dict[str, Line], accused: Collection[str], day: date) -> None:
    for town in some(world, day):
        line = lines.get(CODES[town])
        if line is None:
            continue
        for lang, words in (("zh", "已逾期|逾期未发布"), ("en", "overdue|[Nn]ot published")):
            told = world.unit(town, day, lang)
            sure = line.standing.name == "missing"
            must(sure or not re.search(words, told.sentence), "sentence", town, told.sentence)
            must(sure or not told.text, "text", town, told.text)
            must(town not in world.exempt or not told.to_mend, "to mend though exempt", town)


def board(world: Season, lines: dict[str, Line], accused: Collection[str], day: date) -> None:
    for way in world.faults(day, 23).ways:
        town = next(t for t in TOWNS if CODES[t] == way.unit)
        if way.key == "publish":
            asks = way.state in ("open", "sent", "answered", "still")
            must(not asks or town in accused, "board", town, way.state)
        elif way.state in ("open", "sent", "still"):
            must(town not in world.exempt, "board though exempt", town)


# ---- what happens


def happens(world: Season, rng: Random, day: date) -> str:
    here = [t for t in TOWNS if t not in world.without]
    town = rng.choice(here)
    mine = [p for p in world.pieces.values() if p.year == YEAR and p.town == town]
    what = rng.choices(*zip(*WHAT, strict=True))[0]
    odd = what not in ("publish", "calm", "edit", "fails", "whole")
    if what == "publish" and not mine:
        path = f"/nb/{day:%m%d}{TOWNS.index(town)}{'n' if rng.random() < 0.5 else ''}.html"
        world.put(town, YEAR, day, path=path, wrong=rng.random() < 0.4)
        how = rng.choice(("plain", "plain", "undated", "backdated", "listed", "unlinked"))
        what += f" {how}"
        if how == "undated":
            world.undated |= {path}
            world.change(town, listed="")
        elif how == "backdated":
            back = day - timedelta(days=rng.randint(1, 12))
            world.change(town, listed=back, printed=back)
        elif how == "listed":
            world.change(town, listed=day - timedelta(days=rng.randint(0, 3)))
    elif what == "withdraw" and mine:
        del world.pieces[mine[0].path]
    elif what == "repost" and mine:
        old = mine[0]
        if rng.random() < 0.7:
            del world.pieces[old.path]
        path = f"/nb/r{day:%m%d}{rng.randint(0, 99)}{TOWNS.index(town)}.html"
        report = old.report
        if rng.random() < 0.4:
            report = draft_of("平安县", town, YEAR, TOWNS.index(town) + 11 + YEAR % 7)
        world.pieces[path] = replace(old, path=path, listed=day, printed=day, report=report)
    elif what == "unlist" and mine:
        world.unlisted = world.unlisted ^ {mine[0].path}
    elif what == "edit" and mine:
        figure = rng.choice(
            (
                99,
                draft_of("平安县", town, YEAR, TOWNS.index(town) + 11 + YEAR % 7).figures[
                    "requests.new.natural_person"
                ],
            )
        )
        world.pieces[mine[0].path] = replace(
            mine[0], report=mine[0].report.with_figures(requests__new__natural_person=figure)
        )
    elif what == "redate" and mine and mine[0].path not in world.undated:
        to = day - timedelta(days=rng.randint(0, 20))
        world.pieces[mine[0].path] = replace(mine[0], listed=to, printed=to)
    elif what == "fails":
        world.fails = rng.choice(FAILS)
        what += f" {world.fails}"
    elif what == "whole":
        world.fails = ""
    elif what == "sick" and mine:
        world.sick = world.sick ^ {mine[0].path}
    elif what == "joint":
        world.joint = () if world.joint else tuple(sorted(rng.sample(TOWNS, 2)))
        world.odd |= {*world.joint}
        what += str(world.joint)
    elif what == "exempt":
        if town in world.exempt:
            world.decide("cleared", town, day, undoes="exempt")
            world.exempt.discard(town)
        else:
            world.decide("exempt", town, day)
            world.exempt.add(town)
    elif what == "waive":
        line = next((x for x in world.year_at(at(day, 9)).lines if x.unit == CODES[town]), None)
        name = line.standing.name if line is not None else ""
        rule = {"late": "A02", "withdrawn": "A10"}.get(name, "F01")
        world.decide("waived", town, day, rule=rule)
        world.waived.add((town, name if rule != "F01" else "F01"))
        what += f" {rule}"
    elif what == "until":
        to = rng.choice((date(2026, 1, 10), date(2026, 1, 20), date(2026, 2, 20)))
        world.closed[town] = to
        world.more[town] = f', until: "{to}"'
    elif what == "deadline":
        world.ends = rng.choice((date(2026, 1, 31), date(2026, 2, 10), date(2026, 1, 28)))
        world.said = (f'deadline: "{world.ends:%m-%d}"',)
        what += f" {world.ends}"
    elif what == "own" and town not in world.closed:
        world.own[town] = rng.choice((date(2026, 1, 25), date(2026, 2, 6), date(2026, 2, 15)))
        world.more[town] = f', deadline: "{world.own[town]:%m-%d}"'
        what += f" {world.own[town]}"
    elif (
        what == "rename"
        and town not in world.renamed
        and town not in world.closed
        and town not in world.own
    ):
        world.renamed = {**world.renamed, town: f"新{town}"}
        if rng.random() < 0.6:
            world.more[town] = f', former: [{{name: {town}, until: "{day}"}}]'
            what += " former"
    elif what == "leave":
        world.without = frozenset() if world.without else frozenset({town})
    elif what in ("answer", "send"):
        ways = [
            x for x in world.faults(day, 10).of(CODES[town]) if x.state not in ("gone", "waived")
        ]
        if ways and what == "send":
            world.sent(town, day, [x.key for x in ways])
        elif ways:
            world.said_by(town, rng.choice(("mended", "explained")), day, [x.key for x in ways])
    if odd:
        world.odd.add(town)
    return f"{day:%m-%d} {what} {town}"


WHAT = (
    ("publish", 10), ("calm", 4), ("withdraw", 2), ("repost", 2), ("unlist", 2), ("edit", 3), ("redate", 2), ("fails", 3), ("whole", 5),
    ("sick", 2), ("joint", 1), ("exempt", 2), ("waive", 3), ("until", 1), ("deadline", 2), ("own", 1), ("rename", 2), ("leave", 1),
    ("answer", 2), ("send", 2),
)  # fmt: skip


def season(world: Season, seed: int, *, every: float = 0.0) -> int:
    """How many evenings were told. `every`: of which share each page is asked, too."""
    rng, done = Random(seed), [f"seed {seed}"]
    fewer = rng.randint(0, 3)
    for town in TOWNS[len(TOWNS) - fewer :]:
        world.without |= {town}
        world.odd.add(town)
    gone = world.without
    day, told = date(2026, 1, 12), {}
    try:
        for _ in range(rng.randint(10, 22)):
            day += timedelta(days=rng.choice((0, 1, 1, 2, 3)))
            for _ in range(rng.randint(1, 3)):
                with suppress(DecisionError, WayError):  # refused in words
                    done.append(happens(world, rng, day))
                world.without |= gone
            if rng.random() < 0.75:
                hour, minute = rng.choice(((0, 10), (1, 0), (12, 0), (23, 50)))
                moment = at(day, hour, minute)
                if not world.visits or moment > world.visits[-1].at:
                    world.look_at(moment)
                    done.append(f"look {hour} {world.fails}")
            if rng.random() < 0.5:
                told[day] = evening(world, day)
                done.append("told")
                if rng.random() < every:
                    everywhere(world, day)
    except Exception as error:
        raise AssertionError("; ".join(done)) from error
    return len(told)


def world_of(folder: Path, url: str, door: Door) -> Season:
    """A county with last year's reports, looked at once."""
    folder.mkdir(parents=True)
    world = Season(folder)
    world.url, door.world = url, world
    for n, town in enumerate(TOWNS):
        world.put(town, YEAR - 1, date(2025, 1, 10 + n))
    world.look_at(at(date(2026, 1, 8)))
    return world


def seasons(
    seeds: Iterable[int], folder: Path, *, every: float = 0.0
) -> Iterator[tuple[int, int, Exception | None]]:
    """Each in the same place: what was asked once is known."""
    door = Door(Season(folder))
    with running(door) as site:
        first = world_of(folder / "first", site.url, door)
        pieces, visits = dict(first.pieces), list(first.visits)
        world = Season(folder / "now")
        engine = open_store(world.store)
        first.engine.dispose()
        for seed in seeds:
            engine.dispose()
            shutil.rmtree(folder / "now", ignore_errors=True)
            shutil.copytree(folder / "first", folder / "now")
            world = Season(folder / "now", url=site.url, pieces=dict(pieces), visits=list(visits))
            world.engine, door.world = engine, world
            try:
                yield seed, season(world, seed, every=every), None
            except Exception as error:
                yield seed, 0, error
        engine.dispose()


if __name__ == "__main__":
    begun = clock.process_time()
    with tempfile.TemporaryDirectory(dir=sys.argv[4] if len(sys.argv) > 4 else None) as made:
        for seed, many, wrong in seasons(
            range(int(sys.argv[1]), int(sys.argv[2])),
            Path(made),
            every=float(sys.argv[3]) if len(sys.argv) > 3 else 0.0,
        ):
            if wrong is not None:
                print(f"--- {seed}: {wrong}")
                last = wrong.__cause__ or wrong
                print(
                    "   ",
                    type(last).__name__,
                    str(last)[:1500],
                    traceback.extract_tb(last.__traceback__)[
                        -1 if not isinstance(last, WrongError) else -2
                    ].line,
                )
            else:
                print(seed, many, f"{clock.process_time() - begun:.0f}", flush=True)
