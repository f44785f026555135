"""Ten counties and what befalls their reports for years: who publishes when, what a portal shows on a day, and what must be known of it.

Everything is worked out from the number of a county, a unit and a year; nothing is kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from nianbao.monitor.demo.reports import COUNTY as DEMO
from nianbao.monitor.demo.reports import Filled, Mistake, as_html, fill
from nianbao.monitor.pages import Page, serving
from nianbao.monitor.standing import BEIJING

AREAS = "安平永宁清和太康长乐怀仁广信新丰石泉东明"  # two signs of a county's name
HILLS, ENDS = "松柏梅兰竹", ("镇", "乡", "镇", "街道", "镇")
EACH = 4  # units of a county
FAMILIES = (("trs-index", "/nb/"), ("ucap-list", "/ucap/list.shtml"), ("vsb", "/vsb/gknb.htm"))
NINE = time(9)
DEADLINE = (1, 31)
SETTLES = timedelta(days=20)
# What becomes of the reports of a year, of twenty units.
FATES = (
    *("good",) * 9,
    *("late",) * 2,
    *("missing",) * 2,
    *("mended",) * 2,
    *("wrong", "waived", "gone", "redated", "exempt"),
)
# By the rules that find them.
MISTAKES = {"F01": Mistake(sum=1), "G01": Mistake(told=2), "G03": Mistake(total=9)}


@dataclass(frozen=True)
class Life:
    """A unit's report of a year."""

    code: str
    town: str  # as it is called when it publishes
    county: str
    year: int
    fate: str
    out: date | None = None  # on the list from this day on
    printed: date | None = None
    gone: date | None = None
    edited: date | None = None  # its mistake is mended
    rule: str = ""  # that finds its mistake

    def listed(self, day: date) -> bool:
        return self.out is not None and self.out <= day and not self.is_gone(day)

    def is_gone(self, day: date) -> bool:
        return self.gone is not None and self.gone <= day

    def is_wrong(self, day: date) -> bool:
        """Whether what it shows has a mistake."""
        mended = self.edited is not None and self.edited <= day
        return self.rule != "" and not mended

    def report(self, day: date) -> Filled:
        return fill(self.town, self.year, MISTAKES[self.rule] if self.is_wrong(day) else None)


@dataclass(frozen=True)
class World:
    """The counties, from the first year whose reports are watched to the last."""

    first: int
    years: int = 3
    counties: int = 10
    seed: int = 19

    @property
    def begin(self) -> date:
        return date(self.first, 11, 1)

    @property
    def of_years(self) -> range:
        return range(self.first, self.first + self.years)

    def code(self, county: int) -> str:
        return f"9910{county + 10:02d}"

    def unit(self, county: int, n: int) -> str:
        return f"{self.code(county)}{100 + n}"

    def county(self, county: int, day: date) -> str:
        """The second is renamed in the middle of the second year."""
        name = AREAS[2 * county : 2 * county + 2]
        return f"{name}市" if county == 1 and day >= self.renamed else f"{name}县"

    @property
    def renamed(self) -> date:
        return date(self.first + 2, 6, 3)

    def town(self, county: int, n: int, day: date) -> str:
        """One of the third county's becomes a subdistrict on the same day."""
        stem = f"{AREAS[2 * county]}{HILLS[n]}"
        if (county, n) == (2, 1) and day >= self.renamed:
            return f"{stem}街道"
        return stem + ENDS[n]

    @property
    def closed(self) -> date:
        """The last day of a unit of the fourth county, which has no report of that year to publish."""
        return date(self.first + 2, 10, 31)

    def is_due(self, county: int, n: int, year: int) -> bool:
        return (county, n) != (3, 2) or date(year + 1, *DEADLINE) <= self.closed

    @cached_property
    def lives(self) -> dict[tuple[int, int, int], Life]:
        found = {}
        for year in self.of_years:
            chance = random.Random(f"{self.seed} {year}")
            count = self.counties * EACH
            fates = [*FATES * (count // len(FATES) + 1)][: max(count, len(FATES))]
            chance.shuffle(fates)
            for number in range(count):
                county, n = divmod(number, EACH)
                if self.is_due(county, n, year):
                    found[county, n, year] = self._life(county, n, year, fates[number], chance)
        return found

    def _life(self, county: int, n: int, year: int, fate: str, chance: random.Random) -> Life:
        def on(month: int, day: int) -> date:
            return date(year + 1, month, day)

        out: date | None = on(1, chance.randint(5, 26))
        printed, gone, edited, rule = out, None, None, ""
        match fate:
            case "late":
                out = printed = on(2, chance.randint(4, 24))
            case "missing" | "exempt":
                out = printed = None
            case "redated":
                out, printed = on(2, 10), on(1, 29)
            case "gone":
                gone = on(3, 1)
            case "mended" | "wrong" | "waived":
                rule = sorted(MISTAKES)[(county + n) % len(MISTAKES)]
                edited = on(2, 20) if fate == "mended" else None
        names = self.town(county, n, on(1, 1)), self.county(county, on(1, 1))
        return Life(self.unit(county, n), *names, year, fate, out, printed, gone, edited, rule)

    def dark(self, county: int, day: date) -> int:
        """What a portal that is down answers; 0: it is up. Each January one fails for three weeks
        over the deadline, and one asks for a browser from December to April.
        """
        if self.counties < 3:
            return 0
        for year in self.of_years:
            if county == (year * 3 + 1) % self.counties:
                if date(year + 1, 1, 20) <= day < date(year + 1, 2, 12):
                    return 500
            elif county == (year * 3 + 5) % self.counties and date(year, 12, 15) <= day < date(
                year + 1, 4, 30
            ):
                return 412
        return 0

    # ---- what must be known

    def seen(self, county: int, life: Life, day: date) -> date | None:
        """The first day up to this one on which the report could be seen."""
        if life.out is None:
            return None
        each = life.out
        while each <= day:
            if life.listed(each) and not self.dark(county, each):
                return each
            each += timedelta(days=1)
        return None

    def expected(self, county: int, life: Life, day: date) -> str:
        """Where a unit stands some days after anything happened."""
        deadline = date(life.year + 1, *DEADLINE)
        if life.fate == "exempt":
            return "exempt"
        seen = self.seen(county, life, day)
        if seen is None:
            since = max(
                (each for each in _days(deadline, day) if self.dark(county, each)), default=deadline
            )
            return "unknown" if day - since < timedelta(days=1) else "missing"
        if life.is_gone(day) and not self.dark(county, day):
            return "withdrawn"
        assert life.printed is not None
        return "late" if life.printed > deadline else "on_time"

    def settled(self, county: int, life: Life, day: date) -> str:
        """The same, where nothing has changed for so long that it must be known; else nothing."""
        early = day - (3 if life.fate == "gone" else 1) * SETTLES
        if early <= date(life.year + 1, *DEADLINE):
            return ""
        if any(self.dark(county, each) for each in _days(early, day)):
            return ""
        now, before = (self.expected(county, life, each) for each in (day, early))
        return now if now == before else ""

    def may_be_told(self, county: int, life: Life, name: str, day: date) -> bool:
        """Whether an accusation is true on the day on which it is made."""
        deadline = date(life.year + 1, *DEADLINE)
        match name:
            case "missing":
                return deadline < day and not life.listed(day - timedelta(days=1))
            case "late":
                return life.printed is not None and deadline < life.printed <= day
            case "withdrawn":
                return life.is_gone(day)
        return True

    # ---- what is there on a day

    def file(self, county: int, url: str, day: date) -> str:
        preset, path = FAMILIES[county % 3]
        lines = [
            f"county: {self.county(county, day)}",
            f'code: "{self.code(county)}"',
            f"host: {url.partition('://')[2]}",
            'deadline: "01-31"',
            f"recipients: [office{county}@ogi.example]",
            "columns:",
            f"  - {{url: {url}{path}, preset: {preset}}}",
            "units:",
        ]
        for n in range(EACH):
            name, old = self.town(county, n, day), self.town(county, n, self.begin)
            aliases = [f"{name}人民政府"]
            more = ""
            if name != old:
                more = f', former: [{{name: {old}, until: "{self.renamed}"}}]'
                aliases = [f"{name}办事处", *aliases]
            if (county, n) == (3, 2) and day >= self.closed - timedelta(days=60):
                more += f', until: "{self.closed}"'
            kind = "subdistrict" if name.endswith("街道") else "town"
            known = f'name: {name}, code: "{self.unit(county, n)}", kind: {kind}'
            lines.append(f"  - {{{known}, aliases: [{', '.join(aliases)}]{more}}}")
        return "\n".join(lines) + "\n"


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


# ---- portals


@dataclass
class Portals:
    """The portals of all counties on one day."""

    world: World
    day: date
    asked: int = field(default=0)

    def now(self) -> datetime:
        return datetime.combine(self.day, NINE, BEIJING)

    def answering(self, county: int) -> Callable[[str], Page | None]:
        lives = [life for (of, _, _), life in self.world.lives.items() if of == county]
        paths = {_path(county, n, life): life for n, life in enumerate(lives)}

        def answer(path: str) -> Page | None:
            self.asked += 1
            if path == "/robots.txt":
                return None
            if status := self.world.dark(county, self.day):
                return Page(
                    b"<script>$_ts={}</script>" if status == 412 else b"busy", status=status
                )
            if path == "/":
                return _page("<h1>人民政府</h1>", "人民政府")
            if path == FAMILIES[county % 3][1]:
                return _list([each for each in paths.items() if each[1].listed(self.day)])
            life = paths.get(path)
            if life is None or not life.listed(self.day):
                return None
            body = as_html(life.report(self.day), str(life.printed))
            return Page(body.replace(DEMO.encode(), life.county.encode()))

        return answer


def _path(county: int, n: int, life: Life) -> str:
    return (
        f"/nb/{life.year + 1}01/t{life.year + 1}0101_{n}.html",
        f"/ucap/{life.year + 1}01/{n:032x}.shtml",
        f"/info/1024/{n}.htm",
    )[county % 3]


def _title(life: Life) -> str:
    return f"{life.county}{life.town}人民政府{life.year}年政府信息公开工作年度报告"


def _list(shown: list[tuple[str, Life]]) -> Page:
    shown.sort(key=lambda each: (each[1].printed or each[1].out, each[0]), reverse=True)
    rows = "".join(
        f"<li><a href='{path}' title='{_title(life)}'>{_title(life)}</a><span>{life.printed}</span></li>"
        for path, life in shown
    )
    listed = f"<ul>{rows}</ul>" if rows else "<p>暂无相关信息</p>"
    menu = "".join(f"<li><a href='/c{n}/'>栏目{n}</a></li>" for n in range(8))
    body = f"<ul>{menu}</ul><div>首页 &gt; 政府信息公开年报</div>{listed}"
    return _page(body, "政府信息公开年报")


def _page(body: str, title: str) -> Page:
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return Page(f"<!DOCTYPE html><html>{head}<body>{body}</body></html>".encode())


def url_of(county: int, port: int) -> str:
    return f"http://127.1.0.{county + 1}:{port}"


@contextmanager
def shown(portals: Portals, port: int) -> Iterator[None]:
    """Each on an address of its own of this machine, in the time that it lives in."""

    def clock() -> float:
        return portals.now().timestamp()

    with ExitStack() as servers:
        for county in range(portals.world.counties):
            address = f"127.1.0.{county + 1}"
            servers.enter_context(serving(portals.answering(county), address, port, clock))
        yield


def written(world: World, folder: Path, port: int, day: date) -> None:
    """The counties' files as they are on a day; one that says nothing new stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for county in range(world.counties):
        file, text = (
            folder / f"{world.code(county)}.yaml",
            world.file(county, url_of(county, port), day),
        )
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
