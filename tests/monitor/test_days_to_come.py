"""What was known on a day may be asked for when the day is over, and not sooner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from nianbao.monitor.standing import BEIJING
from tests.worlds.commands import run_here
from tests.worlds.recorded import COUNTY, World, at
from tests.worlds.stores import a_day_later, emptied, known_until

COMMANDS = (
    *("standing", "missing", "late", "unknown", "flagged", "missing --text"),
    *("ledger l.xlsx", "compare own.csv", "evidence sheet 石门镇 -o s.pdf"),
    *("rules --rates", "digest --preview d.eml --no-open"),
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Looked at a year ago."""
    made = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    made.sweep(at(2, 2))
    a_day_later(tmp_path, 400)
    (tmp_path / "own.csv").write_text("单位,发布日期\n石门镇,\n", encoding="utf-8")
    (tmp_path / "counties").mkdir()
    (tmp_path / "counties" / "a.yaml").write_text(COUNTY, encoding="utf-8")
    yield made
    emptied(made.engine)


def today() -> date:
    return datetime.now(BEIJING).date()


def asked(world: World, command: str, day: date, lang: str = "zh") -> tuple[int, str]:
    words = (*command.split(), "--year", "2024", "--as-of", str(day), "--config", "counties")
    store = ("--store", f"sqlite:///{world.folder}/n.db")
    done = run_here(world.folder, *words, *store, NIANBAO_LANG=lang)
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_day_that_is_not_over_is_refused(world: World, command: str) -> None:
    yesterday = today() - timedelta(days=1)
    for day in (today(), today() + timedelta(days=1), date(2099, 1, 1)):
        code, said = asked(world, command, day)
        assert (code, f"--as-of 最晚可写 {yesterday}" in said) == (2, True), said
        code, said = asked(world, command, day, "en")
        assert (code, f"--as-of {yesterday} is the latest" in said) == (2, True), said


@pytest.mark.parametrize("command", COMMANDS)
def test_one_that_is_over_is_answered(world: World, command: str) -> None:
    _, said = asked(world, command, today() - timedelta(days=1))
    assert "最晚可写" not in said


def test_what_a_clock_that_was_ahead_wrote_down_is_asked_for_by_its_days(world: World) -> None:
    ahead = datetime.now(BEIJING) + timedelta(days=90)
    known_until(f"sqlite:///{world.folder}/n.db", ahead)
    assert asked(world, "standing", ahead.date())[0] == 0
    code, said = asked(world, "standing", ahead.date() + timedelta(days=1))
    assert (code, f"最晚可写 {ahead.date()}" in said) == (2, True), said


def test_where_nothing_is_known_it_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    (tmp_path / "counties" / "a.yaml").write_text(COUNTY, encoding="utf-8")
    line = ("standing", "--as-of", "2099-01-01", "--config", "counties")
    done = run_here(tmp_path, *line, "--store", f"sqlite:///{tmp_path}/none.db", NIANBAO_LANG="zh")
    assert (done.returncode, "还没有过完" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["ledger l.xlsx", "digest --preview x.eml --no-open"])
def test_a_day_before_all_reports_is_refused(world: World, command: str) -> None:
    code, said = asked(world, command, date(1, 1, 1))
    assert (code, "0001-01-01 时还没有年报" in said) == (2, True), said
