"""它在这里: what a person brings is read, judged and told as what a sweep finds, and is marked; nothing else is taken."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from nianbao.crawler.bringing import Asked, Outcome, bring, look_again, refused_at_once
from nianbao.crawler.client import Client
from nianbao.crawler.once import look_once
from nianbao.crawler.probe import converse
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.storage.adopting import Bringing, take_back
from nianbao.storage.answered import reports_told
from nianbao.storage.audit import faults
from nianbao.storage.decisions import DecisionError
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Adoption, Event, ReportVersion
from nianbao.storage.queries import phones
from nianbao.storage.registry import load_county
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store, session
from tests.amounts import prove
from tests.portals.families import Truth
from tests.portals.server import Portal, Reply, Request, page, running
from tests.reportkit.drafts import Draft, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.commands import run, run_here, swept
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.recorded import World, at, item, report
from tests.worlds.stores import emptied, stored

STONE = "140999101"
(STONES, STONES_DRAFT) = planted()[1]
YEAR = ("--year", "2023")
WHO = ("--who", "李四", "--why", "街道来电告知")


def unlisted(*more: tuple[str, Reply]) -> Portal:
    """石门镇's report of 2023 is there, and no list leads to it."""
    plants = planted()
    listed = portal_of([plant for n, plant in enumerate(plants) if n != 1])
    there = {STONES.path: Reply(body_of(STONES, STONES_DRAFT)), **dict(more)}

    def portal(request: Request) -> Reply | None:
        if request.path == "/away":  # the same server by another name
            port = request.headers["Host"].partition(":")[2]
            return Reply(b"", 302, {"Location": f"http://localhost:{port}{STONES.path}"})
        return there.get(request.path) or listed(request)

    return portal


def body_of(truth: Truth, draft: Draft) -> bytes:
    return write_html(print_draft(draft), published=str(truth.day))


# ---- by the command


def told(folder: Path, command: str) -> Any:
    store = ("--store", f"sqlite:///{folder}/n.db", "--config", str(folder / "counties"))
    return json.loads(run_here(folder, command, *YEAR, *store, "--format", "json").stdout)


def of_stone(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """But for what says how it is known."""
    mine = [row for row in rows if row["code"] == STONE]
    return [{**row, "by_hand": "", "evidence": "", "why": "", "url": ""} for row in mine]


def test_an_adopted_report_is_as_one_that_a_sweep_finds(tmp_path: Path) -> None:
    by_sweep, by_hand = tmp_path / "sweep", tmp_path / "hand"
    for folder in (by_sweep, by_hand):
        folder.mkdir()
    with running(portal_of(planted())) as site:
        assert swept(by_sweep, county_file(by_sweep, site.url)).returncode == 0
    with running(unlisted()) as site:
        config = county_file(by_hand, site.url)
        assert swept(by_hand, config).returncode == 0
        before = told(by_hand, "standing")
        told_at = ("--unit", "石门镇", *YEAR, "--config", str(config), "--allow-private")
        url = f"{site.url}{STONES.path}"
        done = run(by_hand, "adopt", url, *told_at, *WHO, "--pause", "0")
        assert done.returncode == 0, done.stdout + done.stderr
        again = run(by_hand, "adopt", url, *told_at, *WHO, "--pause", "0")
        assert "库中已有这份年报" in again.stdout
        assert [request.path for request in site.requests].count("/robots.txt") == 3
    assert "（人工：李四）" in done.stdout
    assert stored(by_hand)["versions"] == stored(by_sweep)["versions"]
    for command in ("standing", "flagged"):
        assert of_stone(told(by_hand, command)) == of_stone(told(by_sweep, command))
    (row,) = (row for row in told(by_hand, "standing") if row["code"] == STONE)
    assert (row["by_hand"], row["url"]) == ("李四", url)
    assert "李四" in row["why"]
    store = ("--store", f"sqlite:///{by_hand}/n.db", "--config", str(config))
    history = run_here(by_hand, "history", "石门镇", *store).stdout
    assert "人工提供：李四 街道来电告知" in history
    shown = run_here(by_hand, "show", "石门镇", *YEAR, *store, "--evidence", f"{by_hand}/evidence")
    assert "人工提供（" in shown.stdout
    archive = ("--evidence", f"{by_hand}/evidence")
    undone = run_here(by_hand, "adopt", url, *told_at[:4], "--undo", *WHO, *store, *archive)
    assert undone.returncode == 0, undone.stderr
    assert told(by_hand, "standing") == before
    assert "撤销人工提供：李四" in run_here(by_hand, "history", "石门镇", *store).stdout
    assert run_here(by_hand, "audit", "verify", *store[:2]).returncode == 0


def test_a_sweep_sees_that_it_was_edited_or_is_gone(tmp_path: Path) -> None:
    edited = STONES_DRAFT.with_figures(proactive__licensing__decisions=777)
    replies = [Reply(body_of(STONES, STONES_DRAFT)), Reply(body_of(STONES, edited)), None]

    def portal(request: Request) -> Reply | None:
        return replies[0] if request.path == STONES.path else unlisted()(request)

    with running(portal) as site:
        config = county_file(tmp_path, site.url)
        url = f"{site.url}{STONES.path}"
        told_at = ("--unit", "石门镇", *YEAR, "--config", str(config), "--allow-private")
        assert run(tmp_path, "adopt", url, *told_at, *WHO, "--pause", "0").returncode == 0
        for _ in range(2):
            replies.pop(0)
            sweep = ("sweep", "--config", str(config), "--allow-private", "--pause", "0")
            assert run(tmp_path, *sweep, "--recheck").returncode == 0
    versions = [version for version in stored(tmp_path)["versions"] if version[0] == STONE]
    assert [version[2] for version in versions if version[1] == 2023] == [1, 2]
    store = ("--store", f"sqlite:///{tmp_path}/n.db", "--config", str(config))
    shown = run_here(
        tmp_path, "show", "石门镇", *YEAR, *store, "--evidence", f"{tmp_path}/evidence"
    )
    assert "起无法打开" in shown.stdout


def test_who_and_why_are_needed(tmp_path: Path) -> None:
    config = str(county_file(tmp_path, "http://a.gov.cn"))
    store = ("--store", f"sqlite:///{tmp_path}/n.db", "--evidence", f"{tmp_path}/evidence")
    line = ("adopt", "http://a.gov.cn/1", "--unit", "石门镇", *YEAR, "--config", config, *store)
    for lacking in ((), ("--who", "李四"), ("--why", "来电")):
        done = run_here(tmp_path, *line, *lacking)
        assert (done.returncode, done.stderr) == (2, "请注明提供人 --who 和理由 --why\n")
    assert run_here(tmp_path, *line, "--undo", "--who", "李四").returncode == 2


# ---- what an address may be


@dataclass
class Bench:
    """A county and its portal, by a clock."""

    folder: Path
    url: str
    now: datetime = field(default_factory=lambda: at(2, 20))
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = open_store(f"sqlite:///{self.folder}/n.db")
        file = county_file(self.folder, self.url) / "平安县.yaml"
        self.county = load_county(file)
        self.recorder = Recorder(self.engine, Evidence(self.folder / "evidence"), lambda: self.now)
        self.recorder.register(self.county)

    def adopt(
        self, url: str, name: str = "石门镇", year: int = 2023, *, insist: bool = False
    ) -> Outcome:
        (unit,) = (unit for unit in self.county.units if unit.name == name)
        said = Bringing(unit.code, year, url, "", "李四", "来电", insisted=False)
        asked = Asked(said, unit, insist)
        client = Client(allow_private=True, pause=0.0)
        outcome = refused_at_once(self.recorder, self.county, url)
        if outcome is None:
            outcome = converse(bring(self.recorder, self.county, asked, ReadHere()), client)
        refresh(self.engine, self.registry, [self.county], self.now)
        return outcome

    def undo(self, url: str) -> None:
        with session(self.engine) as s:
            take_back(s, STONE, 2023, url, who="王五", why="有误", now=self.now)
        refresh(self.engine, self.registry, [self.county], self.now)

    def sweep(self) -> None:
        assert look_once(self.recorder, self.county)
        refresh(self.engine, self.registry, [self.county], self.now)

    @property
    def registry(self) -> Registry:
        return Registry([self.county])

    def stood(self, moment: datetime | None = None) -> str:
        """As it is told, and as it is written down where no time is named."""
        with looking(self.engine) as s:
            lines = lines_at(s, EVERYTHING, 2023, moment or self.now, self.registry)
            if moment is None:
                kept = lines_now(s, EVERYTHING, 2023, self.now, self.registry)
                assert [said(line) for line in kept] == [said(line) for line in lines]
        return next(said(line) for line in lines if line.unit == STONE)

    def kept(self) -> tuple[int, int, int]:
        with looking(self.engine) as s:
            tables = (Adoption, ReportVersion, Event)
            one, two, three = (len(list(s.scalars(select(table)))) for table in tables)
        return one, two, three


def said(line: Line) -> str:
    return f"{line.standing.name} {line.standing.zh} {line.by_hand} {line.url}"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(unlisted(*ODD.items())) as site:
        made = Bench(tmp_path, site.url)
        yield made
        made.engine.dispose()


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("setup.exe", b"MZ" + bytes(range(256)) * 20)
    return packed.getvalue()


WHOLE_SITE = "<p>栏目导航 通知公告 政策文件 机构设置 联系我们 网站地图 无障碍浏览</p>" * 30
ODD = {
    "/login": page("<p>请先登录</p>"),
    "/soft": page("<p>您访问的页面不存在</p>"),
    "/softer": page(f"{WHOLE_SITE}<p>该信息不存在或已被删除</p>"),
    "/home": Reply(b"", 302, {"Location": "/"}),
    "/": page(WHOLE_SITE),
    "/round": Reply(b"", 302, {"Location": "/round"}),
    "/challenge": Reply(b"<script>$_ts={}</script>", 412),
    "/file.zip": Reply(zipped(), headers={"Content-Type": "application/zip"}),
    "/file.exe": Reply(bytes(range(256)) * 50, headers={"Content-Type": "application/x-msdownload"}),
    "/large": page("<p>新闻</p>" * 50_000),
    "/larger": page("<p>新闻</p>" * 500_000),
    "/news": page("<h1>石门镇召开年报工作会议</h1><p>会议指出…</p>" + WHOLE_SITE),
    "/read": Reply(
        write_html(print_draft(STONES_DRAFT)).replace(
            STONES.title.encode(), f"{STONES.title}解读".encode()
        )
    ),
    "/report.docx": Reply(
        write_docx(print_draft(STONES_DRAFT)), headers={"Content-Type": "application/msword"}
    ),
}  # fmt: skip

REFUSED = {
    "/none": "请核对网址",
    "/login": "登录后才能看到的不算公开",
    "/soft": "请核对网址",
    "/softer": "请核对网址",
    "/home": "没有读到",
    "/away": "不是平安县的网站",
    "/round": "请用它最终打开的网址",
    "/challenge": "需要浏览器验证",
    "/file.zip": "不是一份年报",
    "/file.exe": "不是一份年报",
    "/large": "不是一份年报",
    "/larger": "不是一份年报",
    "/news": "不是一份年报",
    "/read": "不是一份年报",
    "/zwgk/nb/": "请写入县配置的 columns",
}


@pytest.mark.parametrize(
    "path", [*sorted(REFUSED.keys() - {"/larger"}), pytest.param("/larger", marks=prove)]
)
def test_what_is_no_report_is_refused_in_words(bench: Bench, path: str) -> None:
    before = bench.kept()
    for insist in (False, True):
        outcome = bench.adopt(f"{bench.url}{path}", insist=insist)
        assert outcome.name == "refused"
        assert REFUSED[path] in outcome.zh
        assert outcome.en
        assert bench.kept()[:2] == before[:2] == (0, 0)


def test_an_address_of_another_site_is_never_taken(bench: Bench) -> None:
    for url in ("http://copies.example.cn/1.html", "http://www.qingxi.gov.cn/1.html"):
        outcome = bench.adopt(url, insist=True)
        assert outcome.name == "refused"
        assert "allow" in outcome.zh


def test_another_unit_or_year_must_be_insisted_on(bench: Bench) -> None:
    url = f"{bench.url}{STONES.path}"
    unit = bench.adopt(url, "柳树镇")
    assert (unit.name, unit.zh.partition("，")[0]) == ("refused", "页面是石门镇的年报")
    year = bench.adopt(url, year=2022)
    assert (year.name, year.zh.partition("，")[0]) == ("refused", "页面是2023年度的年报")
    assert "--insist" in year.zh
    assert bench.kept()[0] == 0
    assert bench.adopt(url, "柳树镇", insist=True).name == "adopted"
    with looking(bench.engine) as s:
        (row,) = s.scalars(select(Adoption))
        assert (row.unit, row.year, row.insisted) == ("140999100", 2023, True)
        assert not faults(s)


def test_a_file_that_is_a_report_is_one(bench: Bench) -> None:
    assert bench.adopt(f"{bench.url}/report.docx").name == "adopted"
    assert bench.stood().startswith(("unknown 已发布", "on_time"))


# ---- what becomes of it


def test_what_was_told_of_each_day_stays_told(bench: Bench) -> None:
    url = f"{bench.url}{STONES.path}"
    bench.sweep()
    first, told = bench.now, bench.stood()
    assert told.startswith("missing")
    bench.now += timedelta(days=1)
    assert bench.adopt(url).name == "adopted"
    second, adopted = bench.now, bench.stood()
    assert adopted.startswith("on_time 页面标注2024-01-11发布（人工：李四）")
    bench.now += timedelta(days=1)
    bench.undo(url)
    assert bench.stood() == told
    assert bench.stood(second) == adopted
    assert bench.stood(first) == told
    with looking(bench.engine) as s:
        printed = [phones(s, EVERYTHING, each)[STONE] for each in (first, second, bench.now)]
        assert printed[0] == printed[2] != printed[1]
        assert (STONE, 2023) not in {each[:2] for each in reports_told(s, "140999")}
    with pytest.raises(DecisionError):
        bench.undo(url)
    assert bench.adopt(url).name == "adopted"  # and once more
    assert bench.stood() == adopted


def test_what_a_column_shows_later_rests_on_nobody(tmp_path: Path) -> None:
    shown = [unlisted()]
    with running(lambda request: shown[0](request)) as site:
        bench = Bench(tmp_path, site.url)
        url = f"{site.url}{STONES.path}"
        assert bench.adopt(url).name == "adopted"
        first = bench.now
        bench.now += timedelta(days=3)
        shown[0] = portal_of(planted())
        bench.sweep()
        assert "人工" not in bench.stood()
        assert "人工" in bench.stood(first)
        bench.undo(url)
        assert bench.stood().startswith("on_time")
        with looking(bench.engine) as s:
            mine = select(ReportVersion).where(
                ReportVersion.unit == STONE, ReportVersion.year == 2023
            )
            (version,) = s.scalars(mine)
            assert version.found == bench.now
        bench.engine.dispose()


def test_what_a_column_shows_need_not_be_brought(tmp_path: Path) -> None:
    with running(portal_of(planted())) as site:
        bench = Bench(tmp_path, site.url)
        bench.sweep()
        before = bench.kept()
        assert bench.adopt(f"{site.url}{STONES.path}").name == "known"
        assert bench.kept() == before
        bench.engine.dispose()


def test_it_is_looked_at_again(bench: Bench) -> None:
    url = f"{bench.url}{STONES.path}"
    bench.adopt(url)
    bench.now += timedelta(days=8)
    (brought,) = bench.recorder.brought("140999")
    client = Client(allow_private=True, pause=0.0)
    converse(look_again(bench.recorder, bench.county, brought, ReadHere()), client)
    (again,) = bench.recorder.brought("140999")
    assert (again.checked, again.gone) == (bench.now, None)
    assert bench.kept()[1] == 1


def test_one_that_was_withdrawn_is_there_again(tmp_path: Path, world_url: str) -> None:
    """At another address, which a person brings; taken back it is gone again."""
    world = World(tmp_path, world_url)
    link = {"item": item(), "reading": report()}
    world.sweep(at(1, 20), link)
    with session(world.engine) as s:
        s.add(Event(at=at(2, 10), kind="withdrawn", unit="140999101", year=2026, content={}))
    refresh(world.engine, world.registry, [world.county], at(2, 10))
    assert world.mailed(at(2, 11))["柳树镇"] == "withdrawn"
    world.now = at(2, 12)
    url = "http://a.gov.cn/9.html"
    said = Bringing("140999101", 2026, url, "", "李四", "移到新栏目", insisted=False)
    assert world.recorder.adopt(said, report(9))
    assert world.mailed(at(2, 13))["柳树镇"] == "on_time"
    with session(world.engine) as s:
        take_back(s, "140999101", 2026, url, who="李四", why="", now=at(2, 14))
    assert world.mailed(at(2, 15))["柳树镇"] == "withdrawn"
    assert world.mailed(at(2, 13))["柳树镇"] == "on_time"
    emptied(world.engine)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(Adoption).values(who="张"), [(1, "its decision was changed in the database")]),
        (
            update(Adoption).values(ended=at(3, 1)),  # taken back, and nobody said so
            [(1, "its decision was changed in the database")],
        ),
        (delete(Adoption), [(1, "its decision is there no longer")]),
    ],
    ids=["who", "ended", "gone"],
)
def test_the_log_shows_what_was_tampered_with(
    bench: Bench, change: Any, found: list[tuple[int, str]]
) -> None:
    bench.adopt(f"{bench.url}{STONES.path}")
    with session(bench.engine) as s:
        s.execute(change)
    with looking(bench.engine) as s:
        assert [(fault.number, fault.en) for fault in faults(s)] == found
