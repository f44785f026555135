"""What waits for a person: whom it holds up, what an answer would change, and taking it back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.monitor.cli.reviewing import foreseen
from nianbao.storage.decisions import DecisionError
from nianbao.storage.models import Sighting
from nianbao.storage.settling import Said, settle_all
from nianbao.storage.store import looking, session
from tests.worlds.commands import run_here
from tests.worlds.recorded import WILLOW, World, at, item, report

STONE = "140999102"
MISSED = ["柳树镇", "石门镇", "老镇"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    yield made
    made.engine.dispose()


def doubtful(world: World) -> None:
    """One link of nobody, one of either of two, one dead link, one of an unknown year."""
    world.sweep(
        at(2, 2),
        {"item": item(1, "某年报"), "unit": None, "review": "没有认出单位 / nobody"},
        {"item": item(2), "unit": None, "review": "两个单位 / two", "may_be": [WILLOW, STONE]},
        {"item": item(3), "review": "retry: column_gone HTTP 404"},
        {"item": item(4), "year": None, "review": "没有认出年份 / no year"},
    )


def number_of(world: World, n: int) -> int:
    with looking(world.engine) as s:
        rows = s.scalars(select(Sighting).where(Sighting.url == item(n).url))
        return rows.one().id


def said(world: World, n: int, *more: int, **answer: object) -> None:
    numbers = [number_of(world, each) for each in (n, *more)]
    with session(world.engine) as s:
        settle_all(s, numbers, Said(**answer), who="王", why="", now=at(2, 3))  # type: ignore[arg-type]


def told(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    store = f"sqlite:///{world.folder}/n.db"
    config = ("--config", str(world.folder))
    return run_here(world.folder, *arguments, "--store", store, *config)


def test_it_tells_county_column_reason_and_whom_each_holds_up(world: World) -> None:
    doubtful(world)
    shown = told(world, "review").stdout
    for words in (
        "平安县",
        "http://a.gov.cn/all/",
        "没有认出单位",
        "已列出但打不开",
        "可能是：柳树镇、石门镇",
    ):
        assert words in shown
    assert shown.count("因此无法核实") == 4
    assert "待确认 4 条" in shown


def test_several_are_settled_at_once(world: World) -> None:
    doubtful(world)
    said(world, 1, 2, 3, 4, not_a_report=True)
    assert world.mailed(at(2, 3)) == dict.fromkeys(MISSED, "missing")
    assert told(world, "review").stdout.startswith("待确认 0 条")


def test_a_preview_tells_who_would_be_accused_and_changes_nothing(world: World) -> None:
    doubtful(world)
    numbers = [number_of(world, n) for n in (1, 2, 3, 4)]
    refused = Said(not_a_report=True)
    with looking(world.engine) as s:
        _, changes = foreseen(s, world.registry, numbers, refused, at(2, 3))
        assert {line.name: then.name for line, then in changes} == dict.fromkeys(MISSED, "missing")
        _, changes = foreseen(s, world.registry, numbers[1:2], refused, at(2, 3))
        assert not [line for line, _ in changes if line.name == "老镇"]
    shown = told(world, "review", "settle", str(numbers[0]), "--not-a-report", "--preview")
    assert shown.returncode == 0, shown.stderr
    assert "不是年报" in shown.stdout
    assert set(world.mailed(at(2, 3)).values()) == {"unknown"}


@pytest.mark.parametrize("answer", [{"not_a_report": True}, {"unit": "石门镇", "year": 2026}])
def test_an_answer_is_taken_back(world: World, answer: dict[str, object]) -> None:
    doubtful(world)
    before = world.mailed(at(2, 3))
    said(world, 1, **answer)
    said(world, 1, undo=True)
    assert world.mailed(at(2, 3)) == before
    assert "没有认出单位" in told(world, "review").stdout
    with pytest.raises(DecisionError):
        said(world, 1, undo=True)


def test_an_answer_by_which_a_report_was_read_is_not_taken_back(world: World) -> None:
    doubtful(world)
    said(world, 1, unit="柳树镇", year=2026)
    world.sweep(at(2, 4), {"item": item(1, "某年报"), "reading": report(1)})
    with pytest.raises(DecisionError):
        said(world, 1, undo=True)


def test_the_unit_that_is_known_need_not_be_said(world: World) -> None:
    doubtful(world)
    said(world, 4, year=2026)
    said(world, 3, is_it=True)
    with looking(world.engine) as s:
        rows = {row.url: (row.unit, row.year, row.review) for row in s.scalars(select(Sighting))}
    assert rows[item(4).url] == rows[item(3).url] == (WILLOW, 2026, "")
    for n, answer in ((2, {"is_it": True}), (4, {"unit": "石门镇"}), (1, {"year": 2026})):
        with pytest.raises(DecisionError):
            said(world, n, **answer)


def test_a_dead_link_waits_for_nobody_and_accuses_nobody(world: World) -> None:
    world.sweep(at(2, 2), {"item": item(3), "review": "retry: column_gone HTTP 404"})
    said(world, 3, dead=True)
    assert told(world, "review").stdout.startswith("待确认 0 条")
    assert world.mailed(at(2, 3))["柳树镇"] == "unknown"
    line = next(line for line in world.told(at(2, 3)).lines if line.name == "柳树镇")
    assert "已列出但打不开" in line.standing.zh
    with pytest.raises(DecisionError):
        said(world, 3, undo=True, dead=True)


def test_only_one_answer_at_a_time(world: World) -> None:
    doubtful(world)
    with pytest.raises(DecisionError):
        said(world, 1, not_a_report=True, is_it=True)
