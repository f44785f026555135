"""What was told of a past day stays told, whatever portal and file say since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from nianbao.monitor.ledger.present import lines_now, units_due
from nianbao.monitor.ledger.upkeep import refresh_due
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.feeds import atom
from nianbao.monitor.mail.weekly import draft
from nianbao.monitor.settings import Mail, Recipient, Settings
from nianbao.monitor.standing import BEIJING, Standing
from nianbao.storage.queries import findings
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from tests.worlds.commands import run
from tests.worlds.rewritten import TOWNS, YEAR, World, end_of, on, six_towns


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], World]]:
    with six_towns(tmp_path_factory.mktemp("towns")) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], World], tmp_path: Path) -> World:
    return towns(tmp_path)


def told(world: World, day: date) -> dict[str, Standing]:
    return {town: world.line(town, day).standing for town in TOWNS}


# ---- a doubt begins when it begins


def test_a_unit_that_leaves_the_file_rewrites_no_past_day(world: World) -> None:
    days = (on(1, 30), on(2, 3), on(2, 5))
    before = [told(world, day) for day in days]
    world.without = frozenset(["丁卯镇"])
    world.look(on(3, 10))
    assert [told(world, day) for day in days] == before


def test_a_unit_of_another_name_rewrites_no_past_day(world: World) -> None:
    days = (on(1, 30), on(2, 3), on(2, 5))
    before = [world.line("己巳镇", day).standing for day in days]
    world.renamed = {"丁卯镇": "新城镇"}
    world.look(on(3, 10))
    assert [world.line("己巳镇", day).standing for day in days] == before


def test_a_doubt_that_ended_is_told_of_its_own_days_alone(world: World) -> None:
    before = told(world, on(2, 5))
    world.without = frozenset(["丁卯镇"])
    world.look(on(3, 10))
    doubtful = world.line("己巳镇", on(3, 10)).standing
    world.without = frozenset()
    world.look(on(3, 20))
    assert told(world, on(2, 5)) == before
    assert world.line("己巳镇", on(3, 10)).standing == doubtful
    assert world.line("丁卯镇", on(3, 20)).standing.name == "on_time"
    assert world.line("己巳镇", on(3, 20)).standing.name == "missing"


# ---- who was closed since


def wrong_with(world: World, town: str, day: date | None = None) -> list[str]:
    as_of = end_of(day) if day is not None else None
    with looking(open_store(world.store)) as s:
        found = findings(s, EVERYTHING, YEAR, as_of=as_of)
    return sorted(each.rule for each in found if each.name == town)


def test_what_was_wrong_is_told_of_the_days_before_it_was_closed(world: World) -> None:
    before = wrong_with(world, "甲子镇", on(2, 5))
    assert before
    world.until = "2025-12-31"
    world.look(on(3, 10))
    assert wrong_with(world, "甲子镇", on(2, 5)) == before
    assert wrong_with(world, "甲子镇", on(3, 10)) == wrong_with(world, "甲子镇") == []
    world.until = ""
    world.look(on(3, 20))
    assert wrong_with(world, "甲子镇", on(3, 10)) == []
    assert wrong_with(world, "甲子镇", on(3, 20)) == before


def test_a_file_that_was_changed_holds_for_everybody_since_it_is_known(world: World) -> None:
    """Past days are told as they were; whoever asks of now is told the same by each."""
    before = world.line("甲子镇", on(2, 5))
    world.until = "2026-01-15"
    assert world.line("甲子镇", on(2, 5)) == before
    engine, now = open_store(world.store), end_of(on(2, 6))
    registry = world.registry()
    with looking(engine) as s:
        assert "甲子镇" in [facts.name for facts in units_due(s, EVERYTHING, YEAR, now)]
    refresh_due(engine, registry, now)  # the daemon's own, long before the next sweep
    with looking(engine) as s:
        assert "甲子镇" not in [facts.name for facts in units_due(s, EVERYTHING, YEAR, now)]
        assert "甲子镇" not in [line.name for line in lines_now(s, EVERYTHING, YEAR, now, registry)]
    assert not wrong_with(world, "甲子镇")
    assert world.line("甲子镇", on(2, 5)) == before


def test_the_sum_says_whose_report_it_leaves_out_and_why(world: World) -> None:
    world.without = frozenset(["丁卯镇"])
    world.until = "2026-01-15"
    world.look(on(3, 10))
    summed = ("sum", "平安县", "--year", str(YEAR), "-o", "s.xlsx")
    world.cli(*summed)
    rows = load_workbook(world.folder / "s.xlsx")["汇总依据"].iter_rows(values_only=True)
    told = {row[0]: row[1:3] for row in rows}
    assert told["丁卯镇"] == ("未计入", "单位已不在县文件中，其已读取的年报未计入")
    assert told["甲子镇"] == ("未计入", "单位当年度不是应发布单位，其已读取的年报未计入")
    assert told["乙丑镇"][0] == "计入"


# ---- what a person brought


URL = "/xw/202601/t20260120_7.html"


def adopt(world: World, *more: str) -> None:
    said = ("--unit", "己巳镇", "--year", str(YEAR), "--who", "王五", "--why", "在新闻栏目", *more)
    places = ("--config", str(world.folder / "counties"), "--allow-private", "--pause", "0")
    done = run(world.folder, "adopt", world.url + URL, *said, *places)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_brought_is_told_by_whom_and_suspected_by_no_column(world: World) -> None:
    """Two looks since the day that it prints did not show it: no column does."""
    world.put("己巳镇", YEAR, on(1, 20), path=URL)
    world.unlisted = frozenset([URL])
    adopt(world)
    engine, now = open_store(world.store), datetime.now(UTC)
    assert "A05" not in wrong_with(world, "己巳镇")
    assert "己巳镇 2025：监测到发布（人工：王五）" in feed(world, "zh")
    assert "己巳镇 2025: published (by hand: 王五)" in feed(world, "en")
    assert "监测到发布（人工：王五）" in world.cli("history", "己巳镇")
    world.cli("sum", "平安县", "--year", str(YEAR), "-o", "s.xlsx")
    rows = load_workbook(world.folder / "s.xlsx")["汇总依据"].iter_rows(values_only=True)
    assert "人工提供：王五" in str(next(row[2] for row in rows if row[0] == "己巳镇"))
    told = Settings(store=world.store, mail=Mail(sender="a@example.org"))
    recipient = Recipient("office@example.org", "county:140999")
    with looking(engine) as s:
        mail = draft(s, recipient, now, told, world.registry(), YEAR).composed.text
    assert "己巳镇（人工：王五）" in mail
    adopt(world, "--undo")
    assert "己巳镇 2025：撤销人工提供（人工：王五）" in feed(world, "zh")


def feed(world: World, lang: Lang) -> str:
    with looking(open_store(world.store)) as s:
        return atom(s, datetime.now(UTC), EVERYTHING, lang=lang)


def test_what_was_brought_without_a_day_is_not_late_by_looks_at_columns(world: World) -> None:
    world.put("己巳镇", YEAR, on(1, 20), path=URL)
    world.undated = world.unlisted = frozenset([URL])
    adopt(world)
    assert world.line("己巳镇", datetime.now(BEIJING).date()).standing.name == "unknown"
