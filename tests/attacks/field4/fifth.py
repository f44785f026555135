"""What is said of units when things change between two days: the cases of fifth.yaml.

    python -m pytest tests/attacks/field4/fifth.py

Six townships: four published in time, two looks after the deadline (3 and 5 February) did not show 戊辰镇 and 己巳镇.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml
from docx import Document
from sqlalchemy import Engine, select

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.year import Year, year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.feeds import atom, icalendar
from nianbao.monitor.mail.urging import correcting_one, urging_one
from nianbao.monitor.mail.weekly import alerts
from nianbao.monitor.paper.letters import NoLetterError, letter_due
from nianbao.monitor.settings import Office, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.storage.decisions import DecisionError, decide
from nianbao.storage.models import Document as Model
from nianbao.storage.models import Sighting
from nianbao.storage.queries import FindingFacts, findings, reports
from nianbao.storage.registry import ConfigError, load_counties
from nianbao.storage.scope import EVERYTHING, of_unit
from nianbao.storage.settling import settle
from nianbao.storage.store import looking, open_store
from tests.portals.families import CRUMBS, MENU, Truth, _entries
from tests.portals.server import Reply, Request, page
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.rewritten import TOWNS, YEAR, Piece, World, end_of, on, towns_of

HERE = Path(__file__).parent
OPEN = HERE / "fifth_open.txt"
CASES = yaml.safe_load((HERE / "fifth.yaml").read_text(encoding="utf-8"))
CODES = {town: f"14099910{n}" for n, town in enumerate(TOWNS)}
OF = "2025年政府信息公开工作年度报告"


@dataclass
class Lived(World):
    more_links: list[Truth] = field(default_factory=list)  # in the column, beside
    bodies: dict[str, bytes] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)  # what other columns show
    columns: tuple[str, ...] = ()  # instead of its one
    down: bool = False

    def __call__(self, request: Request) -> Reply | None:
        if self.down:
            return Reply(b"busy", 503)
        if request.path in self.bodies:
            return Reply(self.bodies[request.path])
        if request.path in self.lists:
            told = [
                Truth(f"平安县{p.town}{p.year}年政府信息公开工作年度报告", p.path, p.listed)
                for p in self.pieces.values()
                if p.path in self.lists[request.path]
            ]
            return page(MENU + CRUMBS + _entries(told))
        if request.path == "/nb/" and self.more_links:
            told = [
                Truth(f"平安县{p.town}{p.year}年政府信息公开工作年度报告", p.path, p.listed)
                for p in self.pieces.values()
                if p.path not in self.unlisted and p.path.startswith("/nb/")
            ]
            return page(MENU + CRUMBS + _entries([*self.more_links, *told]))
        return super().__call__(request)

    def registry(self) -> Registry:
        made = super().registry()
        if not self.columns:
            return made
        file = self.folder / "counties" / f"{self.file}.yaml"
        text = file.read_text(encoding="utf-8")
        ours = "\n".join(f"  - {{{each.format(url=self.url)}}}" for each in self.columns)
        text = text.replace(f"  - {{url: {self.url}/nb/, preset: trs-index}}", ours)
        file.write_text(text, encoding="utf-8")
        return Registry(load_counties(self.folder / "counties"), self.above)

    @property
    def engine(self) -> Engine:
        return open_store(self.store)

    def year(self, day: date, hour: int = 12) -> Year:
        now = datetime.combine(day, time(hour), BEIJING).astimezone(UTC)
        with looking(self.engine) as s:
            return year_of(s, EVERYTHING, YEAR, now, self.registry(), asked=now)

    def past(self, day: date) -> Year:
        with looking(self.engine) as s:
            return year_of(s, EVERYTHING, YEAR, end_of(day), self.registry())

    def now(self, town: str, day: date, hour: int = 12) -> Line:
        return next(line for line in self.year(day, hour).lines if line.name == town)

    def stood(self, day: date) -> dict[str, str]:
        return {
            x.name: x.standing.name + ("?" if x.is_unconfirmed else "")
            for x in self.year(day).lines
        }

    def mail(self, day: date, **how: Any) -> str:
        return compose(self.year(day), Office(), **how).text

    def letter(self, town: str, day: date) -> str:
        """Its text; of what is refused why."""
        now = datetime.combine(day, time(12), BEIJING).astimezone(UTC)
        code, registry = CODES[town], self.registry()
        with looking(self.engine) as s:
            scope = of_unit(code, "140999")
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

    def alerts(self, day: date) -> list[str]:
        now = datetime.combine(day, time(12), BEIJING).astimezone(UTC)
        with looking(self.engine) as s:
            return [x.text["zh"] for x in alerts(s, Settings(), self.registry(), now)]

    def feed(self, day: date) -> str:
        with looking(self.engine) as s:
            return atom(s, end_of(day), EVERYTHING)

    def found(self, town: str, rule: str = "") -> list[FindingFacts]:
        with looking(self.engine) as s:
            found = findings(s, of_unit(CODES[town], "140999"), YEAR)
        return [x for x in found if x.rule == rule or not rule]

    def decide(self, verdict: Any, town: str, day: date, rule: str = "", undoes: Any = None, hour: int = 10, who: str = "张三") -> None:  # fmt: skip
        now = datetime.combine(day, time(hour), BEIJING).astimezone(UTC)
        decide(self.engine, verdict, CODES[town], YEAR, who=who, why="电话核实", now=now, rule=rule, undoes=undoes)  # fmt: skip

    def gone(self, town: str, year: int = YEAR) -> Piece:
        piece = next(p for p in self.pieces.values() if p.town == town and p.year == year)
        del self.pieces[piece.path]
        return piece

    def piece(self, town: str) -> Piece:
        return next(p for p in self.pieces.values() if p.town == town and p.year == YEAR)

    def change(self, town: str, **to: Any) -> None:
        piece = self.piece(town)
        self.pieces[piece.path] = replace(piece, **to)


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Lived]]:
    with towns_of(tmp_path_factory.mktemp("towns"), Lived) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], Lived], tmp_path: Path) -> Lived:
    made = towns(tmp_path)
    for each in ("more_links", "bodies", "lists"):
        setattr(made, each, type(getattr(made, each))())
    made.columns, made.down = (), False
    made.above, made.said = {}, ()
    return made


def days(first: int, last: int) -> list[date]:
    return [on(2, day) for day in range(first, last + 1)]


# ---- withdrawn and put back


def test_c01(world: Lived) -> None:
    gone = world.gone("丙寅镇")
    world.look(*days(6, 8))
    assert world.stood(on(2, 8))["丙寅镇"] == "withdrawn"
    world.pieces[gone.path] = gone
    world.look(on(2, 9))
    assert world.stood(on(2, 9))["丙寅镇"] == "on_time"
    assert not [each for each in world.alerts(on(2, 9)) if "丙寅镇" in each]


def test_c02(world: Lived) -> None:
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.decide("exempt", "丙寅镇", on(2, 8))
    assert not [each for each in world.alerts(on(2, 9)) if "丙寅镇" in each]


def test_c03(world: Lived) -> None:
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.decide("waived", "丙寅镇", on(2, 8), rule="A10")
    assert not [each for each in world.alerts(on(2, 9)) if "丙寅镇" in each]


def test_c04(world: Lived) -> None:
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.without = frozenset({"丙寅镇"})
    world.look(on(2, 9))
    assert not [each for each in world.alerts(on(2, 10)) if "丙寅镇" in each]
    world.without = frozenset()


def test_c05(world: Lived) -> None:
    gone = world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.pieces[gone.path] = gone
    world.look(on(2, 9))
    told = world.mail(on(2, 9))
    assert "已撤下（" not in told.partition("发布后有变化")[0]
    changes = told.partition("发布后有变化")[2]
    assert "丙寅镇" in changes
    assert "恢复" in changes


def test_c06(world: Lived) -> None:
    gone = world.gone("丙寅镇")
    moved = replace(gone, path="/nb/again.html", listed=on(2, 6), printed=on(2, 6), report=gone.report.with_figures(proactive__coercion__decisions=4321))  # fmt: skip
    world.pieces[moved.path] = moved
    world.look(*days(6, 10))
    for day in days(6, 10):
        assert world.past(day).standing_at("withdrawn", "late", "unknown") == []
    assert world.stood(on(2, 10))["丙寅镇"] == "on_time"
    assert "逾期" not in world.letter("丙寅镇", on(2, 10))


def test_c07(world: Lived) -> None:
    gone = world.gone("丙寅镇")
    world.look(*days(6, 8))
    moved = replace(gone, path="/nb/again.html", listed=on(2, 9), printed=on(2, 9))
    world.pieces[moved.path] = moved
    world.look(*days(9, 10))
    assert world.stood(on(2, 10))["丙寅镇"] == "on_time"
    assert world.past(on(2, 8)).standing_at("withdrawn")[0].name == "丙寅镇"
    assert not [each for each in world.alerts(on(2, 10)) if "丙寅镇" in each]


def test_c08(world: Lived) -> None:
    """Waived, back, and gone once more."""
    gone = world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.decide("waived", "丙寅镇", on(2, 8), rule="A10")
    world.pieces[gone.path] = gone
    world.look(on(2, 9))
    del world.pieces[gone.path]
    world.look(*days(10, 12))
    assert [line.name for line in world.year(on(2, 12)).owing("withdrawn")] == ["丙寅镇"]


def test_c09(world: Lived) -> None:
    world.gone("丙寅镇")
    world.look(*days(6, 7))
    assert world.stood(on(2, 7))["丙寅镇"] == "on_time"
    assert "丙寅镇" not in " ".join(world.alerts(on(2, 7)))
    assert "催办" not in world.letter("丙寅镇", on(2, 7))


# ---- deadlines that move


def test_c10(world: Lived) -> None:
    world.said = ('deadline: "02-28"',)
    assert world.stood(on(2, 6))["戊辰镇"] == "awaiting"
    assert world.letter("戊辰镇", on(2, 6)).startswith("不")
    assert not [x for x in world.alerts(on(2, 6)) if "未发布" in x]
    assert "逾期未发布（" not in world.mail(on(2, 6))
    assert world.past(on(2, 5)).overdue(confirmed=True)


def test_c11(world: Lived) -> None:
    """The public feed told it missing; what does it say then?"""
    assert "戊辰镇 2025：逾期未发布" in world.feed(on(2, 5))
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 6))
    told = world.feed(on(2, 6))
    entries = [each for each in told.split("<entry>") if "戊辰镇" in each]
    assert "逾期未发布" not in entries[0]


def test_c12(world: Lived) -> None:
    world.said = ('deadline: "02-10"',)
    world.put("戊辰镇", YEAR, on(2, 7))
    world.look(on(2, 7), on(2, 8))
    world.said = ()
    told = world.now("戊辰镇", on(2, 8))
    assert told.standing.name == "late"
    world.said = ('deadline: "02-10"',)
    assert world.now("戊辰镇", on(2, 8)).standing.name == "on_time"
    assert "逾期" not in world.letter("戊辰镇", on(2, 8))


def test_c13(world: Lived) -> None:
    """Moved earlier: who had published in time then."""
    world.said = ('deadline: "01-20"',)
    world.look(on(2, 6))
    assert world.past(on(2, 5)).standing_at("late") == []


def test_c14(world: Lived) -> None:
    """Moved after the alert: of the new day it is told, too."""
    world.said = ('deadline: "02-10"',)
    world.put("己巳镇", YEAR, on(2, 8))
    world.look(on(2, 6), on(2, 9), on(2, 11), on(2, 12))
    assert world.stood(on(2, 12))["戊辰镇"] == "missing"
    now = datetime.combine(on(2, 12), time(12), BEIJING).astimezone(UTC)
    then = datetime.combine(on(2, 5), time(12), BEIJING).astimezone(UTC)
    with looking(world.engine) as s:
        second = {x.key for x in alerts(s, Settings(), world.registry(), now)}
        world.said = ()
        first = {x.key for x in alerts(s, Settings(), world.registry(), then)}
    assert [x for x in first if x.startswith("deadline")]
    assert [x for x in second - first if x.startswith("deadline")]


def test_c15(world: Lived) -> None:
    world.more["戊辰镇"] = ', deadline: "03-20", until: "2026-02-15"'
    world.put("己巳镇", YEAR, on(3, 18))
    world.look(on(2, 6), on(3, 19), on(3, 21), on(3, 22))
    assert "戊辰镇" not in world.year(on(3, 22)).to_do()
    assert world.stood(on(3, 22)).get("戊辰镇") != "missing"
    assert not world.letter("戊辰镇", on(3, 22)).startswith("政府")


def test_c16(world: Lived) -> None:
    world.said = ('deadline: "03-20"',)
    world.more["戊辰镇"] = ', until: "2026-03-01"'
    world.put("丁卯镇", YEAR, on(3, 18), path="/nb/more.html")
    world.look(on(2, 6), on(3, 19), on(3, 21), on(3, 22))
    assert world.stood(on(3, 22)).get("戊辰镇") != "missing"
    assert "己巳镇" in {line.name for line in world.year(on(3, 22)).overdue(confirmed=True)}


def test_c17(world: Lived) -> None:
    """Born and named for a year of its own."""
    world.more["戊辰镇"] = ', since: "2026-01-05"'
    assert "戊辰镇" not in world.stood(on(2, 6))
    assert world.letter("戊辰镇", on(2, 6)) == "无"


@pytest.mark.parametrize("day", ["02-28", "02-29"])
def test_c18(world: Lived, day: str) -> None:
    """The last day of February, in a year without a 29th."""
    world.said = (f'deadline: "{day}"',)
    try:
        told = world.now("戊辰镇", on(2, 28)).deadline
    except ConfigError:  # refused in words
        return
    assert told == on(2, 28)


def test_c19(world: Lived) -> None:
    world.said = ('deadline: "02-05"',)  # looked at on the deadline itself
    world.look(on(2, 6))
    assert world.stood(on(2, 6))["戊辰镇"] == "missing?"
    assert world.letter("戊辰镇", on(2, 6)).startswith("不")


def test_c20(world: Lived) -> None:
    world.said = ("deadlines: {working_day: next}",)
    line = world.now("戊辰镇", on(2, 5))
    assert line.deadline == on(2, 2)  # 31 January 2026 is a Saturday
    assert line.standing.days == 3
    assert "2026年2月2日" in world.letter("戊辰镇", on(2, 5))


# ---- waived, exempt, accepted


def test_c21(world: Lived) -> None:
    world.put("戊辰镇", YEAR, on(2, 6), wrong=True)
    world.look(on(2, 7))
    assert "逾期6天" in world.letter("戊辰镇", on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    told = world.letter("戊辰镇", on(2, 8))
    assert "F01" in {x.rule for x in world.found("戊辰镇")}
    assert told.startswith("政府")
    assert "逾期" not in told


def test_c22(world: Lived) -> None:
    """Late by looks, and the page prints the day of a corrected edition."""
    world.put("戊辰镇", YEAR, date(2026, 9, 1), wrong=True)
    world.change("戊辰镇", listed=date(2026, 9, 1))
    world.look(on(2, 7))
    line = world.now("戊辰镇", on(2, 7))
    assert (line.standing.name, line.standing.days) == ("late", 5)
    told = world.letter("戊辰镇", on(2, 7))
    assert "9月1日，逾期5天" not in told
    assert "2026-09-01发布，晚" not in world.mail(on(2, 7))


def test_c23(world: Lived) -> None:
    """One waives, another takes back an acceptance that there is not."""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01", who="张三")
    with pytest.raises(DecisionError):
        world.decide("cleared", "甲子镇", on(2, 6), rule="F01", undoes="accepted", who="李四", hour=11)  # fmt: skip
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"waived"}


def test_c24(world: Lived) -> None:
    world.decide("accepted", "甲子镇", on(2, 6), rule="F01", who="张三")
    with pytest.raises(DecisionError):
        world.decide("cleared", "甲子镇", on(2, 6), rule="F01", undoes="waived", who="李四", hour=11)  # fmt: skip
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"accepted"}


def test_c25(world: Lived) -> None:
    """Taken back where nothing was decided."""
    with pytest.raises(DecisionError):
        world.decide("cleared", "戊辰镇", on(2, 6), undoes="exempt")


def test_c26(world: Lived) -> None:
    world.decide("exempt", "戊辰镇", on(2, 6), who="张三", hour=9)
    world.decide("exempt", "戊辰镇", on(2, 6), who="李四", hour=10)
    world.decide("cleared", "戊辰镇", on(2, 8), undoes="exempt", who="张三")
    assert world.past(on(2, 5)).overdue(confirmed=True)[0].name == "戊辰镇"
    assert "戊辰镇" in {x.name for x in world.past(on(2, 7)).standing_at("exempt")}
    assert world.stood(on(2, 8))["戊辰镇"] == "missing"


def test_c27(world: Lived) -> None:
    """Waived, then the figure changed to another wrong one."""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    piece = world.piece("甲子镇")
    world.change("甲子镇", report=piece.report.with_figures(requests__new__natural_person=555))
    world.look(on(2, 9))
    assert [x.verdict for x in world.found("甲子镇", "F01")] != ["waived"]
    assert world.past(on(2, 7)).by_unit.get(CODES["甲子镇"], ()) == () or "F01" not in {
        x.rule for x in world.past(on(2, 7)).by_unit[CODES["甲子镇"]]
    }


def test_c28(world: Lived) -> None:
    """Waived between two days: the mail as of each."""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    world.decide("cleared", "甲子镇", on(2, 8), rule="F01", undoes="waived")

    def told(day: date) -> bool:
        return "F01" in {x.rule for x in world.past(day).wrong if x.name == "甲子镇"}

    assert [told(day) for day in (on(2, 5), on(2, 7), on(2, 8))] == [True, False, True]


def test_c29(world: Lived) -> None:
    """A waived lateness in the mail."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    world.decide("waived", "戊辰镇", on(2, 7), rule="A02")
    told = world.mail(on(2, 8))
    row = [line for line in told.splitlines() if "逾期发布1" in line]
    assert not row or "逾期发布的有1个经核实不作为问题" in row[0]


def test_c30(world: Lived) -> None:
    """Exempt after the letter; the mail, the missing, the alert."""
    world.decide("exempt", "戊辰镇", on(2, 6))
    told = world.mail(on(2, 6))
    assert "逾期未发布（1）：己巳镇" in told
    assert "应发布单位5个" in told
    assert world.letter("戊辰镇", on(2, 6)).startswith("不")


# ---- pages, their days, their names


def test_c31(world: Lived) -> None:
    """A joint report of two units that both are not there yet."""
    title = f"平安县戊辰镇、己巳镇{OF}"
    draft = replace(draft_of("平安县", "戊辰镇", YEAR, 5), title=title)
    world.more_links = [Truth(title, "/nb/joint.html", on(2, 6))]
    world.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-02-06")}
    world.look(*days(6, 9))
    stood = world.stood(on(2, 9))
    assert stood["戊辰镇"] != "missing"
    assert stood["己巳镇"] != "missing"


@pytest.mark.parametrize(
    "title",
    [
        "平安县各乡镇2025年政府信息公开工作年度报告汇总",
        "平安县2025年各乡镇政府信息公开工作年度报告",
        "2025年乡镇政府信息公开工作年度报告（戊辰镇、己巳镇）",
        "戊辰镇 己巳镇2025年政府信息公开年报",
        "平安县戊辰镇和己巳镇2025年政府信息公开工作年度报告",
        "平安县戊辰镇等2个乡镇2025年政府信息公开工作年度报告",
    ],
)
def test_c32(world: Lived, title: str) -> None:
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    world.more_links = [Truth(title, "/nb/joint.html", on(1, 26))]
    world.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-01-26")}
    world.look(*days(6, 9))
    stood = world.stood(on(2, 9))
    assert stood["戊辰镇"] != "missing"
    assert stood["己巳镇"] != "missing"


def test_c33(world: Lived) -> None:
    """Under last year's title, with this year's content."""
    title = "平安县戊辰镇2024年政府信息公开工作年度报告"
    world.put("戊辰镇", YEAR, on(1, 28), path="/nb/x.html")
    piece = world.pieces.pop("/nb/x.html")
    world.more_links = [Truth(title, "/nb/x.html", on(2, 6))]
    world.bodies = {"/nb/x.html": write_html(print_draft(piece.report), published="2026-02-06")}
    world.look(*days(6, 9))
    assert world.stood(on(2, 9))["戊辰镇"] in ("unknown", "late")
    assert not world.letter("戊辰镇", on(2, 9)).startswith("政府信息公开工作年度报告催办")


def test_c34(world: Lived) -> None:
    """Under its old name, in a file that says nothing of that."""
    title = f"平安县老庙镇{OF}"
    draft = draft_of("平安县", "老庙镇", YEAR, 5)
    world.more_links = [Truth(title, "/nb/old.html", on(1, 26))]
    world.bodies = {"/nb/old.html": write_html(print_draft(draft), published="2026-01-26")}
    world.look(*days(6, 9))
    stood = world.stood(on(2, 9))
    assert {stood["戊辰镇"], stood["己巳镇"]} == {"unknown"}


def test_c35(world: Lived) -> None:
    """The day on the page is put back before the deadline, once the letter went out."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    assert world.stood(on(2, 7))["戊辰镇"] == "late"
    world.change("戊辰镇", listed=on(1, 29), printed=on(1, 29))
    world.look(on(2, 9))
    now = world.now("戊辰镇", on(2, 9)).standing
    assert now.name == "on_time"
    assert world.past(on(2, 7)).standing_at("late")[0].name == "戊辰镇"
    assert "逾期" not in world.letter("戊辰镇", on(2, 9))


def test_c36(world: Lived) -> None:
    """The day on the page of one that was in time is changed to one after it."""
    world.change("乙丑镇", listed=on(2, 8), printed=on(2, 8))
    world.look(on(2, 9))
    assert world.stood(on(2, 9))["乙丑镇"] == "on_time"
    assert "逾期" not in world.letter("乙丑镇", on(2, 9))
    assert "晚" not in world.mail(on(2, 9)).partition("乙丑镇")[2][:60]


def test_c37(world: Lived) -> None:
    """Out before the year, as its page says."""
    world.put("戊辰镇", YEAR, date(2025, 1, 28))
    world.look(on(2, 7))
    assert world.now("戊辰镇", on(2, 7)).standing.name in ("late", "unknown")


def test_c38(world: Lived) -> None:
    """Without a day, and first seen by a new column that nobody had looked at."""
    world.columns = ("url: {url}/nb/, preset: trs-index", "url: {url}/dept/, preset: trs-index")
    world.put("戊辰镇", YEAR, on(2, 8), path="/dept/a.html")
    world.undated = frozenset({"/dept/a.html"})
    world.lists = {"/dept/": ("/dept/a.html",)}
    world.pieces["/dept/a.html"].listed = ""  # type: ignore[assignment]
    world.look(on(2, 8), on(2, 9))
    assert world.stood(on(2, 9))["戊辰镇"] == "unknown"


def test_c39(world: Lived) -> None:
    """The column is replaced by another: nobody is missing or late by the looks at the old one."""
    world.columns = ("url: {url}/new/, preset: trs-index",)
    world.lists = {"/new/": tuple(p.path for p in world.pieces.values() if p.year == YEAR)}
    world.look(on(2, 8))
    stood = world.stood(on(2, 8))
    assert stood["戊辰镇"] in ("unknown", "missing?")
    assert world.letter("戊辰镇", on(2, 8)).startswith("不")
    world.look(*days(9, 13))
    assert world.stood(on(2, 13))["乙丑镇"] == "on_time"
    assert world.past(on(2, 5)).overdue(confirmed=True)


def test_c40(world: Lived) -> None:
    """Split by year: the column that is known keeps the year before."""
    for piece in [p for p in world.pieces.values() if p.year == YEAR]:
        world.unlisted |= {piece.path}
    world.look(*days(6, 11))
    stood = world.stood(on(2, 11))
    assert stood["戊辰镇"] == "unknown"
    assert "withdrawn" not in stood.values()
    assert not [x for x in world.alerts(on(2, 11)) if "不可见" in x]


def test_c41(world: Lived) -> None:
    """The site is gone for good since the second look."""
    world.down = True
    world.look(*days(6, 16))
    told = world.letter("戊辰镇", on(2, 16))
    assert world.stood(on(2, 16))["戊辰镇"] == "unknown"
    assert told.startswith("不")
    assert "withdrawn" not in world.stood(on(2, 16)).values()


def test_c42(world: Lived) -> None:
    """On the county's column first, on another site then."""
    gone = world.gone("丙寅镇")
    world.more_links = [Truth(f"平安县丙寅镇{OF}", "http://127.0.0.2:9/x.html", on(2, 6))]
    world.look(*days(6, 11))
    assert gone
    assert world.stood(on(2, 11))["丙寅镇"] != "withdrawn"


def test_c43(world: Lived) -> None:
    """Not there until then, and then as a link to another site."""
    world.more_links = [Truth(f"平安县戊辰镇{OF}", "http://127.0.0.2:9/x.html", on(2, 6))]
    world.look(*days(6, 9))
    assert world.stood(on(2, 9))["戊辰镇"] == "unknown"


def test_c44(world: Lived) -> None:
    """Two names change places."""
    world.renamed = {"甲子镇": "戊辰镇", "戊辰镇": "甲子镇"}
    world.look(*days(6, 8))
    lines = {line.unit: line.standing.name for line in world.year(on(2, 8)).lines}
    assert lines[CODES["甲子镇"]] != "missing"


# ---- counts against lists


def numbers(world: Lived, day: date) -> None:
    year = world.year(day)
    told = compose(year, Office()).text
    for key, lines in (
        ("逾期未发布", year.overdue(confirmed=True)),
        ("已撤下", year.owing("withdrawn")),
    ):
        if lines:
            row = next(x for x in told.splitlines() if f"{key}（{len(lines)}）" in x)
            assert all(line.name in row for line in lines)
    for line in year.lines:
        mine = [x for x in year.findings if x.unit == line.unit]
        text = world.letter(line.name, day)
        if "需要整改的问题" in text and mine:
            must = [x for x in mine if x.severity == "error" or x.verdict == "accepted"]
            ask = [x for x in mine if x not in must and x.severity == "warning"]
            if must:
                assert f"需要整改的问题{len(must)}项" in text
            if ask:
                assert f"请予核实的事项{len(ask)}项" in text


def test_c45(world: Lived) -> None:
    numbers(world, on(2, 6))


def test_c46(world: Lived) -> None:
    world.put("戊辰镇", YEAR, on(2, 6), wrong=True)
    world.gone("丙寅镇")
    world.look(*days(6, 9))
    world.decide("waived", "戊辰镇", on(2, 9), rule="F01")
    numbers(world, on(2, 9))


def test_c47(world: Lived) -> None:
    """What is told of now by the page of one unit, the list, the mail, the command."""
    world.put("戊辰镇", YEAR, on(2, 6), wrong=True)
    world.look(*days(6, 9))
    world.decide("exempt", "己巳镇", on(2, 9))
    listed = {x["unit"]: x["standing"] for x in json.loads(world.cli("standing", "--year", "2025", "--format", "json"))}  # fmt: skip
    assert listed == {x.name: x.standing.name for x in world.year(on(2, 9)).lines}


def test_c48(world: Lived) -> None:
    """Compared with a week before, over a moved deadline and one that was exempted."""
    world.decide("exempt", "戊辰镇", on(2, 9))
    world.look(on(2, 10))
    told = world.mail(on(2, 12))
    row = next((x for x in told.splitlines() if "与上周相比" in x), "")
    assert "已发布+0" in row
    assert "逾期未发布-1" in row


def test_c49(world: Lived) -> None:
    """An adjacent day: looked at on the same day twice."""
    world.put("戊辰镇", YEAR, on(2, 5))
    world.undated = frozenset({world.piece("戊辰镇").path})
    world.change("戊辰镇", listed="")
    world.look(on(2, 6))
    line = world.now("戊辰镇", on(2, 6))
    assert (line.standing.name, line.standing.days) == ("late", 5)
    assert "2月5日" not in world.letter("戊辰镇", on(2, 6))


def test_c50(world: Lived) -> None:
    """Of two years at once: last year's is corrected, this year's is still missing."""
    piece = next(p for p in world.pieces.values() if p.town == "戊辰镇")
    assert piece.year == YEAR - 1
    world.pieces[piece.path] = replace(piece, listed=on(2, 6), printed=on(2, 6), report=piece.report.with_figures(proactive__coercion__decisions=77))  # fmt: skip
    world.look(*days(6, 8))
    assert world.stood(on(2, 8))["戊辰镇"] == "missing"
    assert "戊辰镇" not in world.mail(on(2, 8)).partition("发布后有变化")[2]


def test_c51(world: Lived) -> None:
    """At last year's address stands this year's."""
    piece = next(p for p in world.pieces.values() if p.town == "戊辰镇")
    fresh = draft_of("平安县", "戊辰镇", YEAR, 12)
    world.pieces[piece.path] = replace(piece, year=YEAR, listed=on(2, 6), printed=on(2, 6), report=fresh)  # fmt: skip
    world.look(*days(6, 9))
    line = world.now("戊辰镇", on(2, 9))
    assert line.standing.name == "late"
    assert line.standing.days in (5, 6)


def test_c52(world: Lived) -> None:
    """The calendar names nobody who is closed before his day."""
    world.more["戊辰镇"] = ', deadline: "03-20", until: "2026-02-15"'
    told = icalendar(world.registry(), EVERYTHING, YEAR, end_of(on(2, 6)))
    assert "戊辰镇" not in told


def test_c53(world: Lived) -> None:
    """What an urging for a chat says, of one that was confirmed and waits since."""
    with looking(world.engine) as s:
        now = datetime.combine(on(2, 6), time(12), BEIJING).astimezone(UTC)
        lines = lines_now(s, EVERYTHING, YEAR, now, world.registry())
    (line,) = (x for x in world.year(on(2, 6)).lines if x.name == "戊辰镇")
    assert lines
    told = urging_one(line, "平安县", Office(), now, "zh")
    assert "已逾期6天" in told
    assert "2026-02-03、2026-02-05" in told


def test_c54(world: Lived) -> None:
    """A text on findings says as many as it tells."""
    (line,) = (x for x in world.year(on(2, 6)).lines if x.name == "甲子镇")
    mine = world.year(on(2, 6)).by_unit[line.unit]
    now = end_of(on(2, 6))
    told = correcting_one(line, mine, "平安县", Office(), now, "zh")
    must = [x for x in mine if x.must_be_corrected]
    assert f"有{len(must)}处" in told


def test_c55(world: Lived) -> None:
    """A unit in two columns, one of which shows it no more."""
    world.columns = ("url: {url}/nb/, preset: trs-index", "url: {url}/dept/, preset: trs-index")
    path = world.piece("丙寅镇").path
    world.lists = {"/dept/": (path,)}
    world.look(on(2, 6))
    world.unlisted |= {path}
    world.look(*days(7, 12))
    assert world.stood(on(2, 12))["丙寅镇"] == "on_time"
    assert "丙寅镇" not in " ".join(world.alerts(on(2, 12)))


def test_c56(world: Lived) -> None:
    """Moved to another county between two days: who is told withdrawn, missing, to whom."""
    world.away = frozenset({"戊辰镇"})
    world.look(on(2, 6))
    lines = [line for line in world.year(on(2, 6)).lines if line.name == "戊辰镇"]
    assert [line.standing.name for line in lines] in ([], ["unknown"], ["missing"])
    assert not any(line.standing.confirmed for line in lines)
    assert [x.county for x in world.past(on(2, 5)).lines if x.name == "戊辰镇"] == ["140999"]


def test_c57(world: Lived) -> None:
    """Split: its town was closed on 1 February, a new one is there since; none is accused for the other."""
    world.more["戊辰镇"] = ', until: "2026-02-01"'
    world.more["己巳镇"] = ', since: "2026-02-01"'
    stood = world.stood(on(2, 6))
    assert "己巳镇" not in stood
    assert stood.get("戊辰镇") in (None, "missing")
    if "戊辰镇" in stood:
        assert "逾期未发布（1）：戊辰镇" in world.mail(on(2, 6))


def test_c58(world: Lived) -> None:
    """Merged: 戊辰镇 became a part of 甲子镇 on 20 January, who publishes for both."""
    world.more["戊辰镇"] = ', until: "2026-01-20"'
    world.more["甲子镇"] = ', former: [{name: 戊辰镇, until: "2026-01-20"}]'
    world.look(on(2, 6))
    stood = world.stood(on(2, 6))
    assert stood["甲子镇"] == "on_time"
    assert "戊辰镇" not in stood


def test_c59(world: Lived) -> None:
    """The last look on the deadline's midnight."""
    world.said = ('deadline: "02-05"',)
    world.put("戊辰镇", YEAR, on(2, 6))
    world.undated = frozenset({world.piece("戊辰镇").path})
    world.change("戊辰镇", listed="")
    world.look(on(2, 6))  # at one o'clock of the day after
    line = world.now("戊辰镇", on(2, 6))
    assert line.standing.name == "unknown"


def test_c60(world: Lived) -> None:
    """The same mail of a day, made on that day and after it."""
    before = compose(world.past(on(2, 5)), Office()).text
    world.put("戊辰镇", YEAR, on(2, 6), wrong=True)
    world.gone("丙寅镇")
    world.look(*days(6, 10))
    world.decide("waived", "甲子镇", on(2, 9), rule="F01")
    world.decide("exempt", "己巳镇", on(2, 9))
    after = compose(world.past(on(2, 5)), Office()).text
    assert after == before


# ---- the second half, aimed


@pytest.mark.parametrize("how", ["dropped", "closed"])
def test_c61(world: Lived, how: str) -> None:
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    if how == "dropped":
        world.without = frozenset({"丙寅镇"})
    else:
        world.more["丙寅镇"] = ', until: "2026-01-20"'
    world.look(on(2, 9))
    told = world.mail(on(2, 9))
    world.without = frozenset()
    assert "丙寅镇" not in told


@pytest.mark.parametrize(
    "title",
    [
        "平安县乡镇（街道）2025年政府信息公开工作年度报告",
        "平安县2025年度乡镇政府信息公开工作年度报告汇总",
        "平安县所属乡镇2025年政府信息公开工作年度报告",
        "平安县2025年度镇街政府信息公开工作年度报告",
        "平安县戊辰镇等乡镇2025年政府信息公开工作年度报告",
        "平安县戊辰镇（含己巳镇）2025年政府信息公开工作年度报告",
        "平安县戊辰、己巳两镇2025年政府信息公开工作年度报告",
        "戊辰、己巳镇2025年政府信息公开工作年度报告",
        "平安县2025年六个乡镇政府信息公开工作年度报告",
        "平安县乡级政府2025年政府信息公开工作年度报告",
        "平安县基层单位2025年政府信息公开工作年度报告",
    ],
)
def test_c62(world: Lived, title: str) -> None:
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    world.more_links = [Truth(title, "/nb/joint.html", on(1, 26))]
    world.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-01-26")}
    world.look(*days(6, 7))
    stood = world.stood(on(2, 7))
    assert stood["戊辰镇"] != "missing"
    assert stood["己巳镇"] != "missing"


@pytest.mark.parametrize(
    "title",
    [
        "平安县人民政府2025年政府信息公开工作年度报告",
        "平安县2025年政府信息公开工作年度报告",
        "平安县己巳镇2025年全镇政府信息公开工作年度报告",
        "平安县教育局2025年政府信息公开工作年度报告",
    ],
)
def test_c63(world: Lived, title: str) -> None:
    """The county's own, a department's: nobody is unknown by it."""
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    world.more_links = [Truth(title, "/nb/own.html", on(1, 26))]
    world.bodies = {"/nb/own.html": write_html(print_draft(draft), published="2026-01-26")}
    world.look(*days(6, 7))
    assert world.stood(on(2, 7))["戊辰镇"] == "missing"


def test_c64(world: Lived) -> None:
    """A person said of a link that it is no report; then its page becomes one."""
    title = "平安县老庙镇2025年政府信息公开工作年度报告"
    draft = draft_of("平安县", "老庙镇", YEAR, 5)
    world.more_links = [Truth(title, "/nb/odd.html", on(2, 6))]
    world.bodies = {"/nb/odd.html": write_html(print_draft(draft), published="2026-02-06")}
    world.look(*days(6, 7))
    assert world.stood(on(2, 7))["戊辰镇"] == "unknown"
    now = datetime.combine(on(2, 7), time(12), BEIJING).astimezone(UTC)
    with looking(world.engine) as s:
        (number,) = s.scalars(select(Sighting.id).where(Sighting.url.endswith("odd.html")))
    settle(world.engine, number, who="张三", why="看过", now=now, not_a_report=True)
    world.look(*days(8, 9))
    assert world.stood(on(2, 9))["戊辰镇"] == "missing"
    real = draft_of("平安县", "戊辰镇", YEAR, 5)
    world.more_links = [Truth(real.title, "/nb/odd.html", on(2, 10))]
    world.bodies = {"/nb/odd.html": write_html(print_draft(real), published="2026-02-10")}
    world.look(*days(10, 12))
    assert world.stood(on(2, 12))["戊辰镇"] != "missing"


def test_c65(world: Lived) -> None:
    """Exempt, and moved to another county then."""
    world.decide("exempt", "戊辰镇", on(2, 6))
    world.away = frozenset({"戊辰镇"})
    world.look(on(2, 7), on(2, 8))
    assert {x.standing.name for x in world.year(on(2, 8)).lines if x.name == "戊辰镇"} == {"exempt"}


def test_c66(world: Lived) -> None:
    """Exempt, and renamed with a new code then."""
    world.decide("exempt", "戊辰镇", on(2, 6))
    world.renamed = {"戊辰镇": "戊辰街道"}
    world.more["戊辰镇"] = ', former: [{name: 戊辰镇, until: "2026-02-06"}]'
    world.look(on(2, 7), on(2, 8))
    assert world.stood(on(2, 8)).get("戊辰街道") == "exempt"
    then = {x.unit: x.standing.name for x in world.past(on(2, 5)).lines}
    assert then[CODES["戊辰镇"]] == "missing"


def test_c67(world: Lived) -> None:
    """A waived finding, and the same numbers published again elsewhere."""
    world.decide("waived", "甲子镇", on(2, 6), rule="F01")
    piece = world.gone("甲子镇")
    world.pieces["/nb/again.html"] = replace(piece, path="/nb/again.html", listed=on(2, 7))
    world.look(*days(7, 10))
    assert {x.verdict for x in world.found("甲子镇", "F01")} == {"waived"}


def test_c68(world: Lived) -> None:
    """The urging of one that was withdrawn says no deadline, and the day of the look that missed it."""
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    told = world.letter("丙寅镇", on(2, 8))
    assert "未见" in told
    assert "恢复发布" in told
    assert "逾期" not in told


def test_c69(world: Lived) -> None:
    """Late, and withdrawn then; exempt, and withdrawn."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 6))
    gone = world.gone("戊辰镇")
    world.look(*days(7, 9))
    assert world.stood(on(2, 9))["戊辰镇"] == "withdrawn"
    world.pieces[gone.path] = gone
    world.look(on(2, 10))
    assert world.now("戊辰镇", on(2, 10)).standing.days == 6
    world.decide("exempt", "戊辰镇", on(2, 11))
    assert "逾期" not in world.letter("戊辰镇", on(2, 11))


def test_c70(world: Lived) -> None:
    """A unit's own mail, while one look did not show it; and of others nothing."""
    told = world.mail(on(2, 3), unit=True)
    assert "逾期未发布（" not in told


def test_c71(world: Lived) -> None:
    """The proof of a letter stands in the archive, of each look that it names."""
    told = world.letter("戊辰镇", on(2, 6))
    marks = re.findall("日 ([0-9a-f]{16})", told)
    assert len(marks) == 2
    with looking(world.engine) as s:
        assert all(
            list(s.scalars(select(Model.id).where(Model.sha256.startswith(m)))) for m in marks
        )


def test_c72(world: Lived) -> None:
    """The report of next year's title is out while this year's is missing."""
    title = "平安县戊辰镇2026年政府信息公开工作年度报告"
    world.more_links = [Truth(title, "/nb/next.html", on(2, 6))]
    draft = draft_of("平安县", "戊辰镇", YEAR, 5)
    world.bodies = {"/nb/next.html": write_html(print_draft(draft), published="2026-02-06")}
    world.look(*days(6, 8))
    assert world.stood(on(2, 8))["戊辰镇"] in ("unknown", "late")


def test_c73(world: Lived) -> None:
    """The first report was in time, and a second one of the same year is another's by mistake."""
    other = draft_of("平安县", "己巳镇", YEAR, 16)
    world.more_links = [Truth(f"平安县乙丑镇{OF}（更正）", "/nb/wrong.html", on(2, 6))]
    world.bodies = {"/nb/wrong.html": write_html(print_draft(other), published="2026-02-06")}
    world.look(*days(6, 8))
    stood = world.stood(on(2, 8))
    assert stood["乙丑镇"] == "on_time"
    assert stood["己巳镇"] == "unknown"
