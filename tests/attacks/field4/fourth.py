"""A season of two counties, lived by whole commands under a clock that is steered from outside, and every question asked twice: on its evening, and later with
--as-of.

    FAKETIME=/path/to/libfaketime.so.1 python -m tests.attacks.field4.fourth FOLDER

Without libfaketime it says so. The folder keeps the store, the evidence, what was told each evening (told/), and what is told of it later (later/).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.portals.server import Reply, Request, page, running
from tests.portals.ten import draft_of
from tests.reportkit.drafts import Draft, print_draft
from tests.reportkit.write_html import write_html

BEIJING = ZoneInfo("Asia/Shanghai")
ROOT = Path(__file__).parents[3]


def on(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=BEIJING)


@dataclass
class Town:
    name: str
    code: str
    out: datetime | None = None  # listed from then on
    printed: date | None = None
    gone: datetime | None = None
    back: datetime | None = None
    edited: datetime | None = None
    more: str = ""  # of its line in the county's file
    wrong: bool = False  # its first version does not add up
    published_as: str = ""
    known: bool = True  # its report of the year before is listed
    kind: str = "town"

    def listed(self, now: datetime) -> bool:
        if self.out is None or now < self.out:
            return False
        return not (self.gone and self.gone <= now and not (self.back and self.back <= now))

    def report(self, county: str, now: datetime, year: int) -> Draft:
        draft = draft_of(county, self.published_as or self.name, year, int(self.code[-4:]) + year)
        if self.kind == "subdistrict":
            draft = draft_of(county, self.name, year, int(self.code[-4:]) + year)
        edited = self.edited is not None and self.edited <= now
        if year == 2026 and self.wrong and not edited:
            draft = draft.with_figures(requests__new__natural_person=97)
        if year == 2026 and edited:
            draft = draft.with_figures(proactive__coercion__decisions=4321)
        return draft


@dataclass
class County:
    name: str
    code: str
    towns: list[Town]
    extra: str = ""
    down: tuple[datetime, datetime] | None = None

    def entries(self, now: datetime) -> Iterable[tuple[Town, int, date]]:
        for town in self.towns:
            if town.listed(now):
                assert town.out is not None
                yield town, 2026, town.printed or town.out.date()
        for year in (2025, 2024):
            for n, town in enumerate(self.towns):
                if town.known:
                    yield town, year, date(year + 1, 1, 28 - n)

    def title(self, town: Town, year: int) -> str:
        return f"{self.name}{town.published_as or town.name}{year}年政府信息公开工作年度报告"

    def path(self, town: Town, year: int) -> str:
        return f"/{self.code}/t{year}0301_{town.code}.html"

    def answer(self, request: Request, now: datetime) -> Reply | None:
        if not request.path.startswith(f"/{self.code}/"):
            return None
        if self.down and self.down[0] <= now < self.down[1]:
            return Reply(b"busy", 500)
        if request.path == f"/{self.code}/":
            rows = "".join(
                f'<li><a href="{self.path(t, y)}">{self.title(t, y)}</a><span>{d}</span></li>'
                for t, y, d in self.entries(now)
            )
            return page(
                f'<div class="position">您的位置：首页 &gt; 政府信息公开 &gt; 政府信息公开年报</div><h2>政府信息公开年报</h2><ul class="list">{rows}</ul>',
                f"政府信息公开年报-{self.name}人民政府",
            )
        for town, year, day in self.entries(now):
            if request.path == self.path(town, year):
                return Reply(
                    write_html(print_draft(town.report(self.name, now, year)), published=str(day))
                )
        return None

    def yaml(self, url: str) -> str:
        lines = [f"county: {self.name}", f'code: "{self.code}"', f"host: {url.partition('://')[2]}", "columns:",
                 f"  - {{url: {url}/{self.code}/, covers: all}}", self.extra or "deadline: \"01-31\"", "units:"]  # fmt: skip
        lines += [
            f'  - {{name: {t.name}, code: "{t.code}", kind: {t.kind}{", " + t.more if t.more else ""}}}'
            for t in self.towns
        ]
        return "\n".join(lines) + "\n"


def counties() -> list[County]:
    first = County("青原县", "140991", [
        Town("安平镇", "140991100", on(1, 15), wrong=True, edited=on(2, 8)),
        Town("北坪镇", "140991101", on(2, 3)),
        Town("城关镇", "140991102"),
        Town("城关街道", "140991001", on(1, 20), kind="subdistrict"),
        Town("东岭乡", "140991200", on(1, 22), gone=on(2, 5), back=on(2, 20)),
        Town("峨口镇", "140991103", more='until: "2026-12-31"'),
        Town("枫林镇", "140991104"),
        Town("高洼乡", "140991201", on(1, 25)),
        Town("河湾镇", "140991105", on(2, 6), printed=date(2027, 1, 30)),
        Town("静乐乡", "140991202", more='since: "2027-01-15"', known=False),
        Town("开阳镇", "140991106"),
        Town("龙泉镇", "140991107", more='deadline: "02-10"'),
        Town("民权镇", "140991108", on(1, 21), more='deadline: "01-20"'),
        Town("南庄镇", "140991109", on(1, 31, 8)),
        Town("欧村镇", "140991110", on(2, 1, 8)),
        Town("平川镇", "140991111", more='until: "2027-06-30"'),
        Town("清溪镇", "140991112", on(1, 18), wrong=True),
    ])  # fmt: skip
    second = County("白河县", "140992", [
        Town("城关镇", "140992100", on(1, 18)),
        Town("柳林镇", "140992101"),
        Town("桃园镇", "140992102", on(1, 19), wrong=True),
    ], down=(on(2, 2, 0), on(2, 4, 0)))  # fmt: skip
    return [first, second]


@dataclass
class World:
    folder: Path
    library: str
    counties: list[County] = field(default_factory=counties)
    now: datetime = field(default_factory=lambda: on(1, 5))
    url: str = ""
    also: Callable[[Request, datetime], Reply | None] = lambda request, now: None

    def __call__(self, request: Request) -> Reply | None:
        stamp = {"Date": format_datetime(self.now.astimezone(UTC), usegmt=True)}
        if request.path == "/robots.txt":
            return Reply(b"", 404, {"Content-Type": "text/plain", **stamp})
        for ask in (*(c.answer for c in self.counties), self.also):
            reply = ask(request, self.now)
            if reply is not None:
                reply.headers = {**reply.headers, **stamp}
                return reply
        lost = page("<h1>404 Not Found</h1>", "404")
        lost.status, lost.headers = 404, {**lost.headers, **stamp}
        return lost

    def write(self) -> None:
        folder = self.folder / "counties"
        folder.mkdir(parents=True, exist_ok=True)
        for county in self.counties:
            (folder / f"{county.code}.yaml").write_text(county.yaml(self.url), encoding="utf-8")
        (self.folder / "nianbao.toml").write_text(
            f'store = "sqlite:///{self.folder}/n.db"\nevidence = "{self.folder}/evidence"\ncounties = "{folder}"\n',
            encoding="utf-8",
        )

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("NIANBAO_")},
            "PYTHONPATH": str(ROOT), "COLUMNS": "300", "TZ": "UTC", "NIANBAO_SETTINGS": str(self.folder / "nianbao.toml"),
            "LD_PRELOAD": self.library, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
            "FAKETIME": self.now.astimezone(UTC).strftime("@%Y-%m-%d %H:%M:%S"), **more,
        }  # fmt: skip

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "nianbao.monitor.cli", *arguments], env=self.environment(**more), cwd=self.folder,
                              capture_output=True, text=True, timeout=300, check=False)  # fmt: skip

    def sweep(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("sweep", "--allow-private", "--pause", "0", "--retries", "0", *arguments)

    def ask(self, *questions: list[str], **more: str) -> list[dict[str, object]]:
        """Many commands in one process, each as a person would type it."""
        done = subprocess.run([sys.executable, "-m", "tests.attacks.field4.fourth_asked"], env=self.environment(**more), cwd=self.folder,
                              input=json.dumps(questions), capture_output=True, text=True, timeout=570, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        answers: list[dict[str, object]] = json.loads(done.stdout)
        return answers


def questions(folder: Path, day: date | None) -> list[list[str]]:
    folder.mkdir(parents=True, exist_ok=True)
    of = ["--as-of", str(day)] if day else []
    found = [[word, "--format", "json", *of] for word in ("standing", "missing", "late", "unknown")]
    found.append(["flagged", "--waived", "--format", "json", *of])
    found.append(["digest", "--preview", str(folder / "digest.eml"), "--no-open", *of])
    found.append(["ledger", str(folder / "ledger.xlsx"), *of])
    found.append(["ledger", str(folder / "ledger1.xlsx"), "--county", "青原县", *of])
    found.append(
        [
            "digest",
            "--preview",
            str(folder / "unit.eml"),
            "--no-open",
            "--scope",
            "unit:140991100",
            *of,
        ]
    )
    return found


def told(world: World, folder: Path, day: date | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for question, answer in zip(
        questions(folder, day), world.ask(*questions(folder, day)), strict=True
    ):
        (
            folder / f"{question[0]}-{'-'.join(q for q in question[1:3] if q.isalpha())}.json"
        ).write_text(
            json.dumps({**answer, "asked": question}, ensure_ascii=False, indent=1),
            encoding="utf-8",
        )


SWEEPS = [on(1, 10), on(1, 16), on(1, 22), on(1, 26), on(1, 31), on(2, 1), on(2, 2), on(2, 3), on(2, 4), on(2, 5), on(2, 6),
          on(2, 7), on(2, 8), on(2, 9), on(2, 10), on(2, 11), on(2, 12), on(2, 13)]  # fmt: skip


def decided(world: World) -> None:
    """What people do on that day, behind the sweep."""
    day = (world.now.month, world.now.day)
    who = ["--who", "张三", "--why", "电话核实"]
    acts: list[list[str]] = []
    if day == (2, 4):
        acts += [
            ["exempt", "140991104", "--year", "2026", *who],
            ["waive", "140991112", "--year", "2026", "--rule", "F01", *who],
        ]
        acts += [["waive", "140992102", "--year", "2026", "--rule", "F01", *who]]
    if day == (2, 5):
        acts += [
            [
                "adopt",
                f"{world.url}/else/kaiyang.html",
                "--unit",
                "140991106",
                "--year",
                "2026",
                "--allow-private",
                "--pause",
                "0",
                *who,
            ]
        ]
    if day == (2, 6):
        acts += [["waive", "140991112", "--year", "2026", "--rule", "F01", "--undo", *who]]
    if day == (2, 8):
        acts += [
            [
                "adopt",
                f"{world.url}/else/kaiyang.html",
                "--unit",
                "140991106",
                "--year",
                "2026",
                "--undo",
                *who,
            ]
        ]
    if day == (2, 9):
        acts += [["exempt", "140991104", "--year", "2026", "--undo", *who]]
    for act in acts:
        done = world.run(*act)
        print(
            world.now.date(),
            done.returncode,
            act[0],
            act[1],
            (done.stdout + done.stderr).strip()[:300].replace("\n", " | "),
        )


def elsewhere(county: County) -> Callable[[Request, datetime], Reply | None]:
    town = next(t for t in county.towns if t.name == "开阳镇")

    def answer(request: Request, now: datetime) -> Reply | None:
        if request.path != "/else/kaiyang.html":
            return None
        return Reply(
            write_html(print_draft(town.report(county.name, now, 2026)), published="2027-01-29")
        )

    return answer


def live(world: World) -> None:
    world.write()
    for moment in SWEEPS:
        world.now = moment
        if moment.date() == date(2027, 2, 6):  # renamed, in the file
            town = next(t for t in world.counties[0].towns if t.name == "高洼乡")
            town.published_as, town.name, town.more = (
                "高洼乡",
                "高洼镇",
                'former: [{name: 高洼乡, until: "2027-02-01"}]',
            )
            world.write()
        done = world.sweep()
        print(
            moment,
            done.returncode,
            done.stdout.strip()[-200:].replace("\n", " | "),
            done.stderr.strip()[-200:] if done.returncode > 1 else "",
        )
        world.now = moment + timedelta(hours=2)
        decided(world)
        world.now = moment.replace(hour=23, minute=50)
        told(world, world.folder / "told" / str(moment.date()))


def main() -> int:
    library = os.environ.get("FAKETIME_LIB", "")
    if not library:
        print("FAKETIME_LIB: libfaketime.so.1")
        return 2
    folder = Path(sys.argv[1]).resolve()
    world = World(folder, library)
    world.also = elsewhere(world.counties[0])
    with running(world) as server:
        world.url = server.url
        (folder).mkdir(parents=True, exist_ok=True)
        (folder / "url").write_text(server.url)
        live(world)
        world.now = on(2, 14, 12)
        for moment in SWEEPS:
            told(world, folder / "later" / str(moment.date()), moment.date())
    return 0


if __name__ == "__main__":
    sys.exit(main())
