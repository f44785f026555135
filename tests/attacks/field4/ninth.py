"""What is said of units through every face, on each day: the cases of ninth.yaml.

    python -m pytest tests/attacks/field4/ninth.py

The county of fifth.py: four published in time, two looks after the deadline (3 and 5 February) did not show 戊辰镇 and 己巳镇.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.monitor.ledger.year import year_of
from nianbao.storage.decisions import check_column
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.settling import settle as settle_link
from nianbao.storage.store import looking, session
from nianbao.storage.visits import waiting_links
from nianbao.storage.ways import settle
from tests.attacks.field4.eighth import (
    DOUBTFUL,
    again,
    api,
    begun,
    in_january,
    last_word,
    late,
    mended,
    not_late,
)
from tests.attacks.field4.fifth import CODES, OF, days
from tests.attacks.field4.sixth import Sixth, anew, at, everywhere, towns, world
from tests.portals.families import Truth
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.rewritten import TOWNS, YEAR, on

__all__ = ("towns", "world")
HERE = Path(__file__).parent
OPEN = HERE / "ninth_open.txt"
CASES = yaml.safe_load((HERE / "ninth.yaml").read_text(encoding="utf-8"))
NEW_COLUMN = ("url: {url}/xin/, preset: trs-index",)


def to_another_column(made: Sixth) -> None:
    """The file names another column instead, which shows every report but what is in doubt."""
    made.columns = NEW_COLUMN
    made.lists = {"/xin/": tuple(made.pieces)}


def fresh(world: Sixth) -> Sixth:
    return again(world) if (world.folder / "anew").exists() else anew(world)


def not_missing(made: Sixth, day: date, what: str) -> None:
    assert made.stood(day)["戊辰镇"] == "unknown", what
    assert made.publicly("戊辰镇", day) == "unknown"
    assert "戊辰镇（逾期" not in made.mail(day)
    assert made.letter("戊辰镇", day).startswith("不")
    assert "逾期" not in last_word(made, "戊辰镇", day)
    everywhere(made, day)


def in_year(made: Sixth, year: int, day: date) -> dict[str, Any]:
    with looking(made.engine) as s:
        told = year_of(s, EVERYTHING, year, at(day), made.registry(), asked=at(day))
    return {x.name: x for x in told.lines}


# ---- columns that move


def test_g01(world: Sixth) -> None:
    for title in DOUBTFUL:
        made = in_january(world, title)
        made.put("戊辰镇", YEAR, on(2, 6))
        to_another_column(made)
        made.look(*days(6, 8))
        not_late(made, on(2, 8), title)


def test_g02(world: Sixth) -> None:
    for title in DOUBTFUL:
        made = in_january(world, title)
        to_another_column(made)
        made.look(*days(6, 8))
        not_missing(made, on(2, 8), title)


def test_g03(world: Sixth) -> None:
    made = fresh(world)
    made.more_links = [Truth(f"平安县戊辰镇{OF}", "/nb/sick.html", on(1, 28))]
    made.bodies = {"/nb/sick.html": "<html><head><meta charset=utf-8></head><body>网站维护中，请稍后访问。</body></html>".encode()}  # fmt: skip
    begun(made)
    made.more_links, made.bodies = [], {}
    to_another_column(made)
    made.look(*days(6, 8))
    not_missing(made, on(2, 8), "sick")


# ---- looks that could not accuse then


def undated(made: Sixth, towns: tuple[str, ...], day: date) -> None:
    for town in towns:
        made.put(town, YEAR, day)
        made.undated |= {made.piece(town).path}
        made.change(town, listed="")


def test_g04(world: Sixth) -> None:
    made = fresh(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))
    assert {*made.stood(on(2, 5)).values()} == {"unknown"}
    undated(made, TOWNS, on(2, 8))
    made.look(on(2, 8), on(2, 9))
    assert {*made.stood(on(2, 9)).values()} == {"unknown"}
    assert "逾期发布（" not in made.mail(on(2, 9))
    everywhere(made, on(2, 9))


def test_g05(world: Sixth) -> None:
    made = fresh(world)
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:3]):
        made.put(town, YEAR, on(1, 6 + n))
    made.look(on(1, 10), on(1, 30), on(2, 3), on(2, 5))
    assert made.stood(on(2, 5))["戊辰镇"] == "unknown"
    undated(made, TOWNS[3:], on(2, 8))
    made.look(on(2, 8), on(2, 9))
    assert made.stood(on(2, 9))["戊辰镇"] == "unknown"
    everywhere(made, on(2, 9))


# ---- links that come and go


def test_g06(world: Sixth) -> None:
    undated(world, ("戊辰镇",), on(2, 6))
    world.look(on(2, 6))
    piece = world.gone("戊辰镇")
    world.look(on(2, 7))
    world.pieces[piece.path] = piece
    world.look(on(2, 8))
    piece = world.gone("戊辰镇")
    world.look(on(2, 9))
    world.pieces[piece.path] = piece
    world.look(on(2, 10))
    assert world.stood(on(2, 10))["戊辰镇"] in ("unknown", "late")
    assert "撤下" not in world.mail(on(2, 10)).partition("您好")[0]
    everywhere(world, on(2, 10))


# ---- days that can't be


def test_g07(world: Sixth) -> None:
    for printed in (date(2026, 12, 28), date(2027, 1, 28), on(2, 26)):
        made = fresh(world)
        made.put("戊辰镇", YEAR, on(1, 20))
        for each in TOWNS[:4]:
            made.put(each, YEAR, on(1, 20))
        made.change("戊辰镇", listed=printed, printed=printed)
        made.look(on(2, 3), on(2, 5))
        assert made.stood(on(2, 5))["戊辰镇"] == "unknown", printed
        made.look(on(2, 7))
        assert made.publicly("戊辰镇", on(2, 7)) == "unknown"
        everywhere(made, on(2, 7))


CORRECTED = (
    "平安县戊辰镇2025年政府信息公开工作年度报告（更正）",
    "平安县戊辰镇2025年政府信息公开工作年度报告（修订版）",
    "【更正】平安县戊辰镇2025年政府信息公开工作年度报告",
    "平安县戊辰镇2025年政府信息公开工作年度报告（更新）",
    "平安县戊辰镇2025年政府信息公开工作年度报告（重新发布）",
    "关于更正平安县戊辰镇2025年政府信息公开工作年度报告的公告",
    "平安县戊辰镇2025年政府信息公开工作年度报告（修改后）",
    "平安县戊辰镇2025年政府信息公开工作年度报告（勘误）",
)


@pytest.mark.parametrize("title", CORRECTED)
def test_g08(world: Sixth, title: str) -> None:
    made = fresh(world)
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n))
    made.more_links = [Truth(title, "/nb/again.html", on(2, 20))]
    draft = replace(mended("戊辰镇"), title=title)
    made.bodies = {"/nb/again.html": write_html(print_draft(draft), published="2026-02-20")}
    made.look(on(2, 23), on(2, 24))
    assert made.stood(on(2, 24))["戊辰镇"] == "unknown", made.now("戊辰镇", on(2, 24)).standing
    assert made.publicly("戊辰镇", on(2, 24)) == "unknown"
    everywhere(made, on(2, 24))


@pytest.mark.parametrize("title", CORRECTED[:2])
def test_g09(world: Sixth, title: str) -> None:
    """Last year's, corrected now: its first edition is taken down."""
    title = title.replace("2025", "2024")
    old = world.gone("戊辰镇", YEAR - 1)
    draft = replace(old.report.with_figures(proactive__coercion__decisions=4321), title=title)
    world.more_links = [Truth(title, "/nb/again.html", on(2, 6))]
    world.bodies = {"/nb/again.html": write_html(print_draft(draft), published="2026-02-06")}
    world.look(*days(6, 9))
    assert in_year(world, YEAR - 1, on(2, 9))["戊辰镇"].standing.name in ("on_time", "unknown")
    assert world.stood(on(2, 9))["戊辰镇"] in ("missing", "unknown")


# ---- whose and which year's


def test_g10(world: Sixth) -> None:
    title = f"平顺县戊辰镇{OF}"
    draft = replace(draft_of("平顺县", "戊辰镇", YEAR, 23), title=title)
    world.more_links = [Truth(title, "/nb/theirs.html", on(2, 6))]
    world.bodies = {"/nb/theirs.html": write_html(print_draft(draft), published="2026-02-06")}
    world.look(*days(6, 8))
    assert world.stood(on(2, 8))["戊辰镇"] in ("unknown", "missing")
    assert world.publicly("戊辰镇", on(2, 8)) in ("unknown", "missing")
    everywhere(world, on(2, 8))


def test_g11(world: Sixth) -> None:
    before = world.piece("丁卯镇")
    world.change("丁卯镇", report=draft_of("平安县", "丁卯镇", YEAR - 1, TOWNS.index("丁卯镇") + 12 + YEAR % 7))  # fmt: skip
    world.look(*days(6, 9))
    assert before.path == world.piece("丁卯镇").path
    assert world.stood(on(2, 9))["丁卯镇"] in ("on_time", "unknown")
    line = in_year(world, YEAR - 1, on(2, 9))["丁卯镇"]
    assert line.standing.name == "on_time"
    assert "丁卯镇" not in "".join(world.alerts(on(2, 9)))
    everywhere(world, on(2, 9))


def test_g12(world: Sixth) -> None:
    """Two towns become one: a report under either name, in time by its day."""
    for name in ("戊辰镇", "己巳镇"):
        made = fresh(world)
        made.more["戊辰镇"] = ', until: "2026-01-20"'
        made.more["己巳镇"] = ', former: [{name: 戊辰镇, until: "2026-01-20"}]'
        begun(made)
        made.put(name, YEAR, on(1, 28), path="/nb/one.html")
        made.look(*days(6, 8))
        assert "戊辰镇" not in made.stood(on(2, 8))
        assert made.stood(on(2, 8))["己巳镇"] in ("on_time", "unknown"), name
        everywhere(made, on(2, 8))


# ---- decisions that outlive what they were about


def test_g13(world: Sixth) -> None:
    late(world)
    world.decide("accepted", "戊辰镇", on(2, 7), rule="A02")
    world.said = ('deadline: "02-10"',)
    world.look(on(2, 8))
    assert world.stood(on(2, 8))["戊辰镇"] == "on_time"
    assert "A02" not in {x["rule"] for x in api(world, on(2, 8), f"findings?year={YEAR}&scope={CODES['戊辰镇']}")}  # fmt: skip
    assert "A02" not in {x.rule for x in world.found("戊辰镇")}
    ways = world.faults(on(2, 8)).of(CODES["戊辰镇"])
    assert not [x for x in ways if x.state != "gone" and (x.key == "publish" or x.rule == "A02")]
    assert "逾期" not in world.letter("戊辰镇", on(2, 8))


def test_g14(world: Sixth) -> None:
    number = world.said_by("戊辰镇", "appealed", on(2, 6), ["publish"])
    way = world.publish_way("戊辰镇", on(2, 6))
    assert way is not None
    with session(world.engine) as s:
        settle(s, number, "rejected", "张三", "属实", way.marks, at(on(2, 6), 15))
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 7))
    found = world.publish_way("戊辰镇", on(2, 7))
    assert found is None or found.state == "gone"
    assert "逾期" not in last_word(world, "戊辰镇", on(2, 7))


# ---- days that move


def test_g15(world: Sixth) -> None:
    """Its page prints the day on which it is asked for, each day another."""
    made = fresh(world)
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n))
    undated(made, ("戊辰镇",), on(1, 28))
    made.undated = frozenset()
    for day in days(3, 7):
        made.change("戊辰镇", printed=day)
        made.look(day)
    assert made.stood(on(2, 7))["戊辰镇"] == "unknown"
    everywhere(made, on(2, 7))


def test_g16(world: Sixth) -> None:
    """A link in doubt of the last days of December."""
    made = fresh(world)
    made.more_links = [Truth(DOUBTFUL[1], "/nb/early.html", date(2025, 12, 30))]
    made.bodies = {"/nb/early.html": write_html(print_draft(replace(mended("戊辰镇"), title=DOUBTFUL[1])), published="2025-12-30")}  # fmt: skip
    for n, town in enumerate(TOWNS):
        made.put(town, YEAR - 1, date(2025, 1, 10 + n))
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n))
    made.look(date(2025, 12, 31), on(1, 30), on(2, 3), on(2, 5))
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(on(2, 6), on(2, 7))
    not_late(made, on(2, 7), "December")


# ---- what outlives a county, a scope


def test_g17(world: Sixth) -> None:
    """`nianbao site` written again where it was, after the deadline was moved, a unit left, the county is public no more."""
    out = world.folder / "out"
    settings = world.folder / "nianbao.toml"
    settings.write_text('[public]\ncounties = ["140999"]\n', "utf-8")

    def written() -> dict[str, str]:
        world.cli("site", str(out), "--settings", str(settings))
        return {str(f.relative_to(out)): f.read_text("utf-8-sig") for f in out.rglob("*") if f.is_file() and f.suffix in (".html", ".json", ".csv")}  # fmt: skip

    assert f"u/{CODES['戊辰镇']}/{YEAR}/index.html" in written()
    world.without = frozenset({"戊辰镇"})
    world.look(on(2, 6))
    for path, text in written().items():
        assert "戊辰镇" not in text or str(YEAR) not in path, path
    world.without = frozenset()


def test_g18(world: Sixth) -> None:
    """A joint report and the own one, the joint one's day is in time: never late; settled by the person: as said."""
    title = f"平安县戊辰镇、己巳镇{OF}"
    draft = replace(draft_of("平安县", "平安县", YEAR, 5), title=title)
    made = fresh(world)
    made.more_links = [Truth(title, "/nb/joint.html", on(1, 28))]
    made.bodies = {"/nb/joint.html": write_html(print_draft(draft), published="2026-01-28")}
    begun(made)
    made.more_links, made.bodies = [], {}
    made.put("戊辰镇", YEAR, on(2, 6))
    to_another_column(made)
    made.look(*days(6, 10))
    not_late(made, on(2, 10), title)
    assert made.stood(on(2, 10))["己巳镇"] == "unknown"


# ---- aimed, the code read


def test_g19(world: Sixth) -> None:
    registry = type(world).registry

    def more() -> Any:
        made = registry(world)
        file = world.folder / "counties" / "平安县.yaml"
        file.write_text(file.read_text("utf-8") + "  - {name: 新丙镇}\n", "utf-8")
        return replace(made, counties=load_counties(file.parent))

    world.without = frozenset({"丙寅镇"})
    world.registry = more  # type: ignore[method-assign]
    to_another_column(world)
    world.lists = {"/xin/": tuple(p for p in world.pieces if world.pieces[p].town != "丙寅镇")}
    world.look(*days(6, 9))
    line = next(x for x in world.year(on(2, 9)).lines if x.name == "新丙镇")
    assert line.standing.name == "unknown", line.standing
    assert "新丙镇（逾期" not in world.mail(on(2, 9))
    world.without = frozenset()


def test_g20(world: Sixth) -> None:
    """It says no year."""
    made = fresh(world)
    title = "平安县戊辰镇政府信息公开工作年度报告"
    made.more_links = [Truth(title, "/nb/none.html", on(1, 28))]
    begun(made)
    assert made.stood(on(2, 5))["戊辰镇"] == "unknown"
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(*days(6, 8))
    not_late(made, on(2, 8), title)


def test_g21(world: Sixth) -> None:
    """At the address of a link in doubt stands something else since."""
    made = in_january(world, DOUBTFUL[1])
    made.more_links = [Truth("戊辰镇召开政务公开工作会议", "/nb/early.html", on(2, 6))]
    made.bodies = {"/nb/early.html": "<html><head><meta charset=utf-8></head><body><p>2月6日，戊辰镇召开会议，学习条例。</p></body></html>".encode()}  # fmt: skip
    made.put("戊辰镇", YEAR, on(2, 6))
    made.look(*days(6, 10))
    not_late(made, on(2, 10), "reused")


@pytest.mark.parametrize("same", [True, False])
def test_g22(world: Sixth, same: bool) -> None:
    """Two copies, one of which prints no day; the watch began after the deadline."""
    made = fresh(world)
    for n, town in enumerate(TOWNS[:4]):
        made.put(town, YEAR, on(1, 25 + n))
    undated(made, ("戊辰镇",), on(2, 6))
    piece = made.piece("戊辰镇")
    report = (
        piece.report if same else piece.report.with_figures(proactive__coercion__decisions=4321)
    )
    made.pieces["/nb/two.html"] = replace(piece, path="/nb/two.html", listed=on(2, 6), printed=on(2, 6), report=report)  # fmt: skip
    made.look(*days(8, 10))
    assert made.stood(on(2, 10))["戊辰镇"] == "unknown"
    assert made.publicly("戊辰镇", on(2, 10)) == "unknown"
    everywhere(made, on(2, 10))


def test_g23(world: Sixth) -> None:
    """Late, and told so; then a link with a day of January comes that may be it."""
    late(world)
    world.sent("戊辰镇", on(2, 7), [x.key for x in world.faults(on(2, 7)).of(CODES["戊辰镇"])], hour=14)  # fmt: skip
    world.more_links = [Truth(DOUBTFUL[0], "/nb/early.html", on(1, 28))]
    world.bodies = {"/nb/early.html": write_html(print_draft(replace(mended("戊辰镇"), title=DOUBTFUL[0])), published="2026-01-28")}  # fmt: skip
    world.look(on(2, 8), on(2, 9))
    not_late(world, on(2, 9), "after")
    assert world.past(on(2, 7)).standing_at("late")


def test_g24(world: Sixth) -> None:
    """Who says that the column was in use is believed."""
    test_g04(world)
    made = world.other
    check_column(made.engine, "/nb/", YEAR, who="李主任", why="打开看过", now=at(on(2, 10)), undo=False)  # fmt: skip
    made.look(on(2, 11))
    assert {*made.stood(on(2, 11)).values()} == {"late"}
    everywhere(made, on(2, 11))
    assert {x.standing.name for x in made.past(on(2, 9)).lines} == {"unknown"}


def test_g25(world: Sixth) -> None:
    """What waits in a column that the file has no longer is asked for, and settled."""
    made = in_january(world, DOUBTFUL[0])
    to_another_column(made)
    made.look(*days(6, 8))
    with looking(made.engine) as s:
        (link,) = (x for x in waiting_links(s, EVERYTHING) if x.url.endswith("/nb/early.html"))
    assert ("戊辰镇", YEAR) in link.holds
    settle_link(made.engine, link.id, who="张三", why="查看", now=at(on(2, 8), 15), not_a_report=True)  # fmt: skip
    made.look(on(2, 9))
    assert made.stood(on(2, 9))["戊辰镇"] == "missing"
    assert made.stood(on(2, 9))["己巳镇"] == "missing"
    everywhere(made, on(2, 9))


def test_g26(world: Sixth) -> None:
    """A link of which nothing tells whose it is, in a column that the file has no longer."""
    made = in_january(world, "政府信息公开工作年度报告")
    made.put("戊辰镇", YEAR, on(2, 6))
    to_another_column(made)
    made.look(*days(6, 8))
    not_late(made, on(2, 8), "nameless")


def test_g27(world: Sixth) -> None:
    """The new column shows the same entries, and the one in doubt under its right title."""
    made = in_january(world, DOUBTFUL[1])
    made.more_links = []
    made.put("戊辰镇", YEAR, on(1, 28), path="/nb/early.html")
    made.bodies = {}
    to_another_column(made)
    made.look(*days(6, 8))
    assert made.stood(on(2, 8))["戊辰镇"] == "on_time"
    everywhere(made, on(2, 8))
