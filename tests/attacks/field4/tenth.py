"""What is said of units through every face, on each day: the cases of tenth.yaml.

    python -m pytest tests/attacks/field4/tenth.py

The county of fifth.py: four published in time, two looks after the deadline (3 and 5 February) did not show 戊辰镇 and 己巳镇.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.mail.outbox import deliver
from nianbao.monitor.mail.posts import post
from nianbao.monitor.mail.renewing import renewed
from nianbao.monitor.mail.weekly import queue_alerts, queue_digests
from nianbao.monitor.settings import Alerts, Recipient, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.decisions import decide
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Outgoing
from nianbao.storage.outbox import again as put_again
from nianbao.storage.outbox import mark_returned
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.settling import Said, settle_all
from nianbao.storage.settling import settle as settle_link
from nianbao.storage.store import looking, session
from nianbao.storage.visits import waiting_links
from tests.attacks.field4.eighth import DOUBTFUL, begun, in_january
from tests.attacks.field4.fifth import CODES, OF, days
from tests.attacks.field4.ninth import fresh, not_missing, to_another_column, undated
from tests.attacks.field4.seventh import mail_settings, taken
from tests.attacks.field4.sixth import Sixth, at, towns, world
from tests.portals.families import CRUMBS, MENU, Truth, _entries
from tests.portals.server import Reply, Request, page, running
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.mailbox import receiving
from tests.worlds.rewritten import TOWNS, YEAR, on

__all__ = ("towns", "world")
HERE = Path(__file__).parent
OPEN = HERE / "tenth_open.txt"
CASES = yaml.safe_load((HERE / "tenth.yaml").read_text(encoding="utf-8"))
STRANGE = f"平安县戊晨镇{OF}"  # a name that the file does not know


def report_page(town: str, title: str, day: date, year: int = YEAR, **figures: int) -> bytes:
    draft = draft_of("平安县", town, year, TOWNS.index(town) + 11 + year % 7)
    return write_html(
        print_draft(replace(draft.with_figures(**figures), title=title)), published=str(day)
    )


def alike(made: Sixth, day: date) -> None:
    """The faces that cost little: of now, of the evening, the board, for everybody."""
    now, past = made.year(day, 23), made.past(day)
    truth = {x.unit: (*x.standing[:5], x.standing.confirmed) for x in now.lines}
    assert {x.unit: (*x.standing[:5], x.standing.confirmed) for x in past.lines} == truth
    board = {x.unit for x in made.faults(day, 23).ways if x.key == "publish" and x.state in ("open", "sent", "answered", "still", "waived")}  # fmt: skip
    assert board == {x.unit for x in now.lines if x.is_accused}
    for line in now.lines:
        mine = made.publicly(line.name, day)
        assert mine in (line.standing.name, "unknown")


@contextmanager
def second_host(made: Sixth) -> Iterator[tuple[str, dict[str, Any]]]:
    """Another host of the county: what its lists show, by path."""
    lists: dict[str, Any] = {}

    def answer(request: Request) -> Reply | None:
        shown = lists.get(request.path)
        if shown is None:
            return None
        return shown if isinstance(shown, Reply) else page(MENU + CRUMBS + _entries(shown))

    with running(answer) as site:
        yield site.url, lists


def of_both(url: str, more: str = "") -> tuple[str, ...]:
    return ("url: {url}/nb/, preset: trs-index", f"url: {url}/nb/, preset: trs-index{more}")


DOWN = Reply(b"busy", 503)


# ---- columns of two hosts


@pytest.mark.parametrize("own", ["", ", unit: 戊辰镇"])
def test_h01(world: Sixth, own: str) -> None:
    """The second host is down since the deadline."""
    made = fresh(world)
    with second_host(made) as (url, lists):
        lists["/nb/"] = [
            Truth("平安县戊辰镇2024年政府信息公开工作年度报告", "/nb/w.html", date(2025, 1, 14))
        ]
        lists["/nb/w.html"] = Reply(
            report_page(
                "戊辰镇", "平安县戊辰镇2024年政府信息公开工作年度报告", date(2025, 1, 14), YEAR - 1
            )
        )
        made.columns = of_both(url, own)
        for n, town in enumerate(TOWNS):
            made.put(town, YEAR - 1, date(2025, 1, 10 + n))
        for n, town in enumerate(TOWNS[:4]):
            made.put(town, YEAR, on(1, 25 + n))
        made.look(on(1, 10), on(1, 30))
        lists["/nb/"] = DOWN
        made.look(on(2, 3), on(2, 5))
        assert made.stood(on(2, 5))["戊辰镇"] == "unknown"
        assert made.stood(on(2, 5))["己巳镇"] == ("missing" if own else "unknown")
        assert made.letter("戊辰镇", on(2, 5)).startswith("不")
        alike(made, on(2, 5))


def test_h02(world: Sixth) -> None:
    """It stands at the second host alone, in its own column, dated in time."""
    made = fresh(world)
    with second_host(made) as (url, lists):
        made.columns = of_both(url, ", unit: 戊辰镇")
        lists["/nb/"] = [Truth(f"平安县戊辰镇{OF}", "/nb/w.html", on(1, 28))]
        lists["/nb/w.html"] = Reply(report_page("戊辰镇", f"平安县戊辰镇{OF}", on(1, 28)))
        begun(made)
        assert made.stood(on(2, 5))["戊辰镇"] == "on_time"
        lists["/nb/"] = DOWN
        made.look(*days(6, 9))
        assert made.stood(on(2, 9))["戊辰镇"] == "on_time"
        alike(made, on(2, 9))


def test_h03(world: Sixth) -> None:
    """Two reports of one year at two hosts, in other numbers, one of them wrong."""
    made = fresh(world)
    with second_host(made) as (url, lists):
        made.columns = of_both(url, ", unit: 戊辰镇")
        lists["/nb/"] = [Truth(f"平安县戊辰镇{OF}", "/nb/w.html", on(1, 28))]
        lists["/nb/w.html"] = Reply(
            report_page("戊辰镇", f"平安县戊辰镇{OF}", on(1, 28), requests__new__natural_person=99)
        )
        made.put("戊辰镇", YEAR, on(1, 27))
        begun(made)
        line = made.now("戊辰镇", on(2, 5))
        assert line.standing.name == "on_time"
        found = made.found("戊辰镇")
        assert {x.rule for x in found} & {"A07"}, [x.rule for x in found]
        alike(made, on(2, 5))


# ---- columns that never showed such units


@pytest.mark.parametrize("came", [on(1, 28), on(1, 12)])
def test_h04(world: Sixth, came: date) -> None:
    """The file names, as the county's, the column of one town alone."""
    made = fresh(world)
    made.put("甲子镇", YEAR - 1, date(2025, 1, 10))
    made.put("甲子镇", YEAR, came)
    made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))
    assert {*list(made.stood(on(2, 5)).values())[1:]} == {"unknown"}
    assert "逾期未发布（" not in made.mail(on(2, 5))
    alike(made, on(2, 5))


def test_h05(world: Sixth) -> None:
    """The same of two towns of six."""
    made = fresh(world)
    for n, town in enumerate(TOWNS[:2]):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
        made.put(town, YEAR, on(1, 28 + n))
    made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))
    assert {*list(made.stood(on(2, 5)).values())[2:]} <= {"unknown"}
    alike(made, on(2, 5))


# ---- withdrawn, and published again


@pytest.mark.parametrize(
    "title",
    [
        "丙寅镇关于2025年度政府信息公开工作情况的报告",
        "丙寅镇2025年度信息公开年报",
        "平安县丙寅镇人民政府2025年法治政府建设暨政府信息公开工作年度报告",
        "2025年度报告",
    ],
)
def test_h06(world: Sixth, title: str) -> None:
    world.gone("丙寅镇")
    world.look(*days(6, 8))
    world.more_links = [Truth(title, "/nb/anew.html", on(2, 9))]
    body_title = title if "丙寅" in title else f"平安县丙寅镇{OF}"
    world.bodies = {"/nb/anew.html": report_page("丙寅镇", body_title, on(2, 9), proactive__coercion__decisions=4321)}  # fmt: skip
    world.look(*days(9, 12))
    assert world.stood(on(2, 12))["丙寅镇"] in ("on_time", "unknown"), title
    assert "恢复发布" not in world.letter("丙寅镇", on(2, 12))
    assert "逾期发布（" not in world.mail(on(2, 12))
    assert not [x for x in world.alerts(on(2, 12)) if "丙寅镇" in x]
    alike(world, on(2, 12))


# ---- links that name nobody, in columns that were left


def test_h07(world: Sixth) -> None:
    made = in_january(world, STRANGE)
    to_another_column(made)
    made.look(*days(6, 8))
    not_missing(made, on(2, 8), STRANGE)


def test_h08(world: Sixth) -> None:
    """A person settles it."""
    made = in_january(world, STRANGE)
    to_another_column(made)
    made.look(*days(6, 8))
    with looking(made.engine) as s:
        (link,) = (x for x in waiting_links(s, EVERYTHING) if x.url.endswith("/nb/early.html"))
    assert {("戊辰镇", YEAR), ("己巳镇", YEAR)} <= {*link.holds}
    settle_link(made.engine, link.id, who="张三", why="查看", now=at(on(2, 8), 15), not_a_report=True)  # fmt: skip
    made.look(on(2, 9))
    assert made.stood(on(2, 9))["戊辰镇"] == "missing"
    assert made.stood(on(2, 9))["己巳镇"] == "missing"
    alike(made, on(2, 9))


def test_h09(world: Sixth) -> None:
    """The new column shows the same address under its right title."""
    made = in_january(world, STRANGE)
    made.more_links, made.bodies = [], {}
    made.put("戊辰镇", YEAR, on(1, 28), path="/nb/early.html")
    to_another_column(made)
    made.look(*days(6, 8))
    assert made.stood(on(2, 8))["戊辰镇"] == "on_time"
    assert made.stood(on(2, 8))["己巳镇"] == "missing"
    alike(made, on(2, 8))


def test_h10(world: Sixth) -> None:
    """The column that was left was of the departments."""
    made = fresh(world)
    made.columns = (
        *of_both("{url}")[:1],
        "url: {url}/bm/, preset: trs-index, covers: [departments]",
    )
    made.lists = {"/bm/": ()}
    made.bodies = {
        "/bm/": page(MENU + CRUMBS + _entries([Truth("平安县某某单位2025年政府信息公开工作年度报告", "/bm/x.html", on(1, 28))])).body,
        "/bm/x.html": report_page("戊辰镇", "平安县某某单位2025年政府信息公开工作年度报告", on(1, 28)),
    }  # fmt: skip
    begun(made)
    made.columns = made.columns[:1]
    made.look(*days(6, 8))
    assert made.stood(on(2, 8))["己巳镇"] == "missing"
    alike(made, on(2, 8))


def test_h11(world: Sixth) -> None:
    """The file names the first column again."""
    made = in_january(world, STRANGE)
    to_another_column(made)
    made.look(*days(6, 7))
    made.columns = ()
    made.look(*days(8, 9))
    assert made.stood(on(2, 9))["戊辰镇"] == "unknown"
    assert {x.name: x.standing.name for x in made.past(on(2, 7)).lines}["戊辰镇"] == "unknown"
    alike(made, on(2, 9))


# ---- clocks


def test_h12(world: Sixth) -> None:
    """Two looks by a clock three weeks ahead, of 20 January; then one right look after the deadline."""
    made = fresh(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 10 + n))
    made.look(on(1, 15))
    made.look(on(2, 9), on(2, 10))
    made.look(on(1, 20))
    assert made.stood(on(1, 21))["戊辰镇"] == "awaiting"
    made.look(on(2, 3))
    assert made.stood(on(2, 4))["戊辰镇"] in ("missing?", "unknown")
    assert made.stood(on(2, 11))["戊辰镇"] in ("missing?", "unknown")


def look_at(made: Sixth, moment: datetime) -> None:
    registry = made.registry()
    for county in registry.counties:
        wanted = replace(wanted_of(made.engine, registry, county, moment), recheck=True)
        look_once(Recorder(made.engine, Evidence(made.folder / "evidence"), lambda: moment), county, wanted=wanted)  # fmt: skip
        judge_county(made.engine, Evidence(made.folder / "evidence"), ReadHere(), county, moment)
        refresh(made.engine, registry, [county], moment)


def beijing(day: date, *of: int) -> datetime:
    return datetime.combine(day, time(*of), BEIJING)


def test_h13(world: Sixth) -> None:
    """Seen in the last second of the deadline, and in the first after it, without a day."""
    for moment, words in ((beijing(on(1, 31), 23, 59, 59), {"on_time"}), (beijing(on(2, 1)), {"unknown"})):  # fmt: skip
        made = fresh(world)
        for n, town in enumerate(TOWNS):
            made.put(town, YEAR - 1, date(2025, 1, 10 + n))
        for n, town in enumerate(TOWNS[:4]):
            made.put(town, YEAR, on(1, 25 + n))
        made.look(on(1, 10), on(1, 30))
        undated(made, ("戊辰镇",), on(1, 31))
        look_at(made, moment)
        made.look(on(2, 3))
        assert made.stood(on(2, 4))["戊辰镇"] in words
        assert {x.name: x.standing.name for x in made.past(on(1, 31)).lines}["己巳镇"] == "awaiting"
        alike(made, on(2, 4))


def test_h14(world: Sixth) -> None:
    """Published in the last half hour of its own year; asked of that evening without a year."""
    made = fresh(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    made.put("戊辰镇", YEAR, date(2025, 12, 31))
    made.look(date(2025, 1, 20))
    look_at(made, beijing(date(2025, 12, 31), 23, 30))
    assert {x.name: x.standing.name for x in made.past(date(2025, 12, 31)).lines}["戊辰镇"] == "on_time"  # fmt: skip
    rows = yaml.safe_load(made.cli("standing", "--as-of", "2025-12-31", "--format", "json"))
    assert {x["year"] for x in rows} == {YEAR - 1}
    assert {x["standing"] for x in rows} == {"on_time"}
    look_at(made, beijing(on(1, 1)))
    rows = yaml.safe_load(made.cli("standing", "--as-of", "2026-01-01", "--format", "json"))
    assert {x["unit"]: x["standing"] for x in rows} == {**dict.fromkeys(TOWNS, "awaiting"), "戊辰镇": "on_time"}  # fmt: skip
    assert {x["year"] for x in rows} == {YEAR}


# ---- gone at one host, there at the other


@pytest.mark.parametrize("down", [False, True])
def test_h15(world: Sixth, down: bool) -> None:
    made = fresh(world)
    with second_host(made) as (url, lists):
        made.columns = of_both(url)
        title = f"平安县丙寅镇{OF}"
        lists["/nb/"] = [Truth(title, "/nb/w.html", on(1, 28))]
        lists["/nb/w.html"] = Reply(report_page("丙寅镇", title, on(1, 28)))
        begun(made)
        made.gone("丙寅镇")
        if down:
            lists["/nb/"] = lists["/nb/w.html"] = DOWN
        made.look(*days(6, 9))
        assert made.stood(on(2, 9))["丙寅镇"] in ("on_time", *(["unknown"] if down else []))
        assert not [x for x in made.alerts(on(2, 9)) if "丙寅镇" in x]
        alike(made, on(2, 9))


# ---- a county that is watched no longer


def test_h16(world: Sixth) -> None:
    """Its file is taken away on 6 February."""
    world.beside = True
    world.look(on(2, 6))
    registry = type(world).registry

    def without() -> Any:
        made = registry(world)
        (world.folder / "counties" / "平安县.yaml").unlink()
        return replace(made, counties=load_counties(world.folder / "counties"))

    world.registry = without  # type: ignore[method-assign]
    world.look(on(2, 7), on(2, 9))
    now = world.year(on(2, 9))
    assert not [x for x in now.lines if x.county == "140999" and x.is_accused]
    assert "戊辰镇" not in world.mail(on(2, 9))
    assert not [x for x in world.alerts(on(2, 9)) if "平安县" in x]
    rows = world.rows("missing")
    assert not [x for x in rows if x["code"].startswith("140999")]


def test_h20(world: Sixth) -> None:
    """The same, asked of a day before."""
    test_h16(world)
    assert {x.name: x.standing.name for x in world.past(on(2, 5)).lines}["戊辰镇"] == "missing"


# ---- mail that came back


def test_h17(world: Sixth) -> None:
    """Monday's mail came back on Monday; the address is another from Tuesday on."""
    old, new = (Recipient(f"{who}@wuchen.example", "county:140999") for who in ("old", "new"))
    world.look(on(2, 8))
    monday, tuesday = at(on(2, 9), 9), at(on(2, 10), 8)
    with receiving() as box:
        for moment, to in ((monday, old), (tuesday, new), (tuesday, new)):
            said = mail_settings(box.port, to)
            queue_digests(world.engine, said, world.registry(), moment)
            as_now = renewed(world.engine, said, world.registry(), lambda moment=moment: moment)
            deliver(world.engine, said.mail, "", lambda moment=moment: moment, anew=as_now)
            if to is old:
                with looking(world.engine) as s:
                    (mark,) = s.scalars(select(Outgoing.message_id))
                assert mark_returned(world.engine, mark, "550 no such user")
        assert [x["To"] for x in taken(box)] == [old.address, new.address]
        put_again(world.engine, tuesday)
        as_now = renewed(world.engine, said, world.registry(), lambda: tuesday)
        deliver(world.engine, said.mail, "", lambda: tuesday, anew=as_now)
        assert [x["To"] for x in taken(box)] == [old.address, new.address]


# ---- half past midnight in Beijing


def test_h18(world: Sixth) -> None:
    """Exempt at half past midnight, when it is still the day before in UTC; taken back at noon of the next day."""
    for undone, moment in ((None, beijing(on(2, 6), 0, 30)), ("exempt", beijing(on(2, 7), 12))):
        decide(world.engine, "cleared" if undone else "exempt", CODES["戊辰镇"], YEAR, who="张三", why="撤并", now=moment, undoes=undone)  # fmt: skip
    for day, name in ((5, "missing"), (6, "exempt"), (7, "missing")):
        rows = {
            x["unit"]: x["standing"] for x in world.rows("standing", "--as-of", str(on(2, day)))
        }
        assert rows["戊辰镇"] == name, day
        told = {x.name: x.standing.name for x in world.past(on(2, day)).lines}
        assert told["戊辰镇"] == name
    alike(world, on(2, 7))


# ---- said of a link in a column that was left


@pytest.mark.parametrize("title", [STRANGE, DOUBTFUL[0]])
def test_h19(world: Sixth, title: str) -> None:
    """A person says whose it is: it is read, or the person is told what else to do."""
    made = in_january(world, title)
    to_another_column(made)
    made.look(*days(6, 8))
    with looking(made.engine) as s:
        (link,) = (x for x in waiting_links(s, EVERYTHING) if x.url.endswith("/nb/early.html"))
    settle_link(made.engine, link.id, who="张三", why="查看", now=at(on(2, 8), 15), unit="戊辰镇", year=YEAR)  # fmt: skip
    made.look(*days(9, 10))
    assert made.stood(on(2, 10))["戊辰镇"] == "on_time"
    assert made.stood(on(2, 10))["己巳镇"] == "missing"
    alike(made, on(2, 10))


def test_h21(world: Sixth) -> None:
    """The same, by the command."""
    made = in_january(world, STRANGE)
    to_another_column(made)
    made.look(*days(6, 8))
    with looking(made.engine) as s:
        (link,) = (x for x in waiting_links(s, EVERYTHING) if x.url.endswith("/nb/early.html"))
    settle_link(made.engine, link.id, who="张三", why="查看", now=at(on(2, 8), 15), unit="戊辰镇", year=YEAR)  # fmt: skip
    made.registry()
    made.cli("sweep", "--allow-private")
    stood = {x["unit"]: x["standing"] for x in made.rows("standing")}
    assert (stood["戊辰镇"], stood["己巳镇"]) == ("on_time", "missing")


@pytest.mark.parametrize("answer", ["not_a_report", "unit"])
def test_h22(world: Sixth, answer: str) -> None:
    """The new column shows the link, too: what is said of it there holds of both."""
    made = in_january(world, STRANGE)
    to_another_column(made)
    told = [Truth(f"平安县{p.town}{p.year}年政府信息公开工作年度报告", p.path, p.listed) for p in made.pieces.values()]  # fmt: skip
    made.bodies["/xin/"] = page(MENU + CRUMBS + _entries([*made.more_links, *told])).body
    made.look(*days(6, 8))
    not_missing(made, on(2, 8), STRANGE)
    with looking(made.engine) as s:
        found = [x for x in waiting_links(s, EVERYTHING) if x.url.endswith("/nb/early.html")]
    (link,) = (x for x in found if x.column.endswith("/xin/"))
    how: dict[str, Any] = {"not_a_report": True} if answer == "not_a_report" else {"unit": "戊辰镇", "year": YEAR}  # fmt: skip
    settle_link(made.engine, link.id, who="张三", why="查看", now=at(on(2, 8), 15), **how)
    made.look(on(2, 9))
    stood = made.stood(on(2, 9))
    assert stood["己巳镇"] == "missing"
    assert stood["戊辰镇"] == ("missing" if answer == "not_a_report" else "on_time")
    assert {x.name: x.standing.name for x in made.past(on(2, 7)).lines}["己巳镇"] == "unknown"
    alike(made, on(2, 9))


# ---- a site that moves, a waiver that outlives an address


def test_h23(world: Sixth) -> None:
    """The file names the column of another host since, which shows what came since then alone."""
    with second_host(world) as (url, lists):
        title = f"平安县戊辰镇{OF}"
        lists["/nb/"] = [Truth(title, "/nb/w.html", on(2, 6))]
        lists["/nb/w.html"] = Reply(report_page("戊辰镇", title, on(2, 6)))
        world.columns = of_both(url)[1:]
        world.look(*days(6, 9))
        stood = world.stood(on(2, 9))
        assert {stood[town] for town in TOWNS[:4]} == {"on_time"}
        assert stood["戊辰镇"] in ("late", "unknown")
        assert stood["己巳镇"] == "unknown"
        assert not world.alerts(on(2, 9)) or "撤下" not in "".join(world.alerts(on(2, 9)))
        alike(world, on(2, 9))


@pytest.mark.parametrize("figure", [99, 98])
def test_h24(world: Sixth, figure: int) -> None:
    """A wrong sum is waived; the report moves to another address under another title, in the same numbers, or in others that are wrong."""
    for each in world.found("甲子镇"):
        world.decide("waived", "甲子镇", on(2, 6), rule=each.rule)
    world.gone("甲子镇")
    title = "甲子镇2025年度信息公开年报"
    world.more_links = [Truth(title, "/nb/moved.html", on(2, 7))]
    world.bodies = {"/nb/moved.html": report_page("甲子镇", title, on(2, 7), requests__new__natural_person=figure)}  # fmt: skip
    world.look(*days(7, 9))
    assert world.stood(on(2, 9))["甲子镇"] == "on_time"
    if figure == 99:
        assert "F01" not in world.mail(on(2, 9))
        assert "需整改" not in world.mail(on(2, 9))
        assert world.way("甲子镇", on(2, 9)).state == "waived"
    else:
        assert "98" in world.letter("甲子镇", on(2, 9))
    assert world.way("甲子镇", on(2, 6), past=True).state == "waived"
    alike(world, on(2, 9))


@pytest.mark.parametrize("answers", [True, False])
def test_h25(world: Sixth, answers: bool) -> None:
    """A link in doubt is on the list no longer, its page is there still or not; a person says whose it is."""
    made = in_january(world, STRANGE)
    made.more_links = []
    if not answers:
        made.bodies = {}
    made.look(on(2, 6))
    with looking(made.engine) as s:
        (link,) = (x for x in waiting_links(s, EVERYTHING) if x.url.endswith("/nb/early.html"))
    settle_link(made.engine, link.id, who="张三", why="查看", now=at(on(2, 6), 15), unit="戊辰镇", year=YEAR)  # fmt: skip
    made.look(*days(7, 9))
    line = made.now("戊辰镇", on(2, 9))
    if answers:
        assert line.standing.name == "on_time"
    else:
        assert line.standing.name in ("unknown", "on_time", "withdrawn")
        with looking(made.engine) as s:  # somebody is told why
            asked = [x for x in waiting_links(s, EVERYTHING) if ("戊辰镇", YEAR) in x.holds]
        assert line.standing.name != "unknown" or asked or "打不开" in line.standing.zh
    assert made.stood(on(2, 9))["己巳镇"] == "missing"
    alike(made, on(2, 9))


def test_h26(world: Sixth) -> None:
    """Towns have columns of their own; a column of departments, of which the file says nothing, was left with a link in doubt."""
    made = fresh(world)
    own = tuple(f"url: {{url}}/o{n}/, preset: trs-index, unit: {town}" for n, town in enumerate(TOWNS))  # fmt: skip
    made.columns = (*own, "url: {url}/bm/, preset: trs-index")
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
        if n < 4:
            made.put(town, YEAR, on(1, 25 + n))
        made.lists[f"/o{n}/"] = tuple(p for p, piece in made.pieces.items() if piece.town == town)
    bureaus = [Truth(f"平安县{who}局2025年政府信息公开工作年度报告", f"/bm/{who}.html", on(1, 20)) for who in ("水利", "财政", "教育")]  # fmt: skip
    odd = Truth(STRANGE, "/bm/odd.html", on(1, 28))
    made.bodies = {"/bm/": page(MENU + CRUMBS + _entries([odd, *bureaus])).body, "/bm/odd.html": report_page("戊辰镇", STRANGE, on(1, 28))}  # fmt: skip
    made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))
    assert made.stood(on(2, 5))["己巳镇"] == "missing"
    made.columns = own
    made.look(*days(6, 8))
    assert made.stood(on(2, 8))["己巳镇"] == "missing"
    alike(made, on(2, 8))


# ---- webhooks


def test_h27(world: Sixth) -> None:
    """A receiver takes an alert and answers 500; in the evening it is told again, when one of the two is exempt."""
    heard: list[Request] = []

    def receiver(request: Request) -> Reply:
        heard.append(request)
        return Reply(b"", 500 if len(heard) == 1 else 200)

    with running(receiver) as site:
        said = Settings(alerts=Alerts(on=True, webhook=f"{site.url}/hook"))
        morning, evening = at(on(2, 5), 10), at(on(2, 5), 20)

        def goes(moment: datetime) -> None:
            queue_alerts(world.engine, said, world.registry(), moment)
            as_now = renewed(world.engine, said, world.registry(), lambda: moment)
            post(world.engine, said.alerts, lambda: moment, anew=as_now)

        goes(morning)
        world.decide("exempt", "戊辰镇", on(2, 5), hour=15)
        goes(evening)
        goes(at(on(2, 6), 10))
    told = [json.loads(x.body)["alerts"] for x in heard]
    assert [len(x) for x in told] == [1, 1]
    assert ["2" in told[0][0], "2" in re.sub(r"\d+月\d+日|20\d\d年", "", told[1][0])] == [
        True,
        False,
    ]
    assert len({x.headers["X-Nianbao-Id"] for x in heard}) == 1


# ---- links that lead nowhere, and what a person says of them


def freed(made: Sixth, day: date) -> None:
    """Who is still held up by a link is told by which, or that it can't be opened."""
    with looking(made.engine) as s:
        asked = {unit for x in waiting_links(s, EVERYTHING) for unit, _ in x.holds}
    for line in made.year(day).lines:
        if "待人工确认" in line.standing.zh:
            assert line.name in asked, line


@pytest.mark.parametrize("title", [STRANGE, DOUBTFUL[0], f"平安县戊辰镇{OF}"])
@pytest.mark.parametrize("left", [True, False])
def test_h28(world: Sixth, title: str, left: bool) -> None:
    """A person says that nobody need look at it again."""
    made = fresh(world)
    made.more_links = [Truth(title, "/nb/early.html", on(1, 28))]
    begun(made)
    if left:
        to_another_column(made)
    made.look(on(2, 6))
    with looking(made.engine) as s:
        (link,) = (x for x in waiting_links(s, EVERYTHING) if x.url.endswith("/nb/early.html"))
    with session(made.engine) as s:
        settle_all(s, [link.id], Said(dead=True), who="张三", why="已打不开", now=at(on(2, 6), 15))
    made.look(*days(7, 9))
    freed(made, on(2, 9))
    alike(made, on(2, 9))
