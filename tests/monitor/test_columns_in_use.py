"""A column that shows nobody's report of the year, of many units: somebody is asked before anybody
is accused, and the answer holds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nianbao.monitor.ledger.asked import asked_columns
from nianbao.storage.decisions import DecisionError, check_column
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking
from tests.worlds.commands import run_here
from tests.worlds.recorded import ALL, OWN, World, at, item, report
from tests.worlds.stores import emptied

TOWNS = ("柳树镇", "石门镇", "河口镇", "北山镇", "东街镇", "清泉镇")
COUNTY = f"""\
county: 平安县
code: "140999"
host: a.gov.cn
columns:
  - {{url: "{ALL}"}}
units:
""" + "".join(f'  - {{name: {town}, code: "14099910{n}"}}\n' for n, town in enumerate(TOWNS))
OLD = [
    {
        "item": item(10 + n, f"{town}2025年政府信息公开工作年度报告"),
        "unit": f"14099910{n}",
        "year": 2025,
        "reading": report(10 + n, title=town, licences=n),
    }
    for n, town in enumerate(TOWNS)
]
NEW = {"item": item(), "unit": "140999100", "reading": report()}


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    made.file(COUNTY)
    yield made
    emptied(made.engine)


def told(world: World, month: int, day: int) -> Counter[str]:
    return Counter(world.mailed(at(month, day)).values())


def looked_twice(world: World) -> None:
    world.sweep(at(1, 20), *OLD)
    world.sweep(at(2, 1), *OLD)
    world.sweep(at(2, 2), *OLD)


def test_nobody_is_accused_by_a_column_without_a_report_of_the_year(world: World) -> None:
    looked_twice(world)
    assert told(world, 2, 3) == {"unknown": 6}
    world.sweep(at(2, 3), *OLD, NEW)
    assert told(world, 2, 4) == {"missing": 5, "late": 1}


def test_who_says_that_it_is_in_use_is_believed_from_then_on(world: World) -> None:
    looked_twice(world)
    asked = {"who": "李主任", "why": "打开看过", "now": at(2, 3)}
    found = check_column(world.engine, "a.gov.cn/all", 2026, undo=False, **asked)  # type: ignore[arg-type]
    assert found == [ALL]
    assert told(world, 2, 4) == {"missing": 6}
    assert told(world, 2, 2) == {"unknown": 6}  # what was told stays told
    asked["now"] = at(2, 5)
    check_column(world.engine, "a.gov.cn/all", 2026, undo=True, **asked)  # type: ignore[arg-type]
    assert told(world, 2, 6) == {"unknown": 6}


def test_what_is_said_of_one_column_tells_nothing_of_another(world: World) -> None:
    """A unit may publish in any of them."""
    other = f'  - {{url: "{ALL}"}}\n  - {{url: "{OWN}"}}\n'
    world.file(COUNTY.replace(f'  - {{url: "{ALL}"}}\n', other))
    both = (*OLD, *({**each, "at": OWN} for each in OLD))
    for moment in (at(1, 20), at(2, 1), at(2, 2)):
        world.sweep(moment, *both)
    asked = {"who": "李主任", "why": "打开看过", "now": at(2, 3)}
    assert told(world, 2, 3) == {"unknown": 6}
    check_column(world.engine, ALL, 2026, undo=False, **asked)  # type: ignore[arg-type]
    assert told(world, 2, 4) == {"unknown": 6}
    with looking(world.engine) as s:
        (left,) = asked_columns(s, EVERYTHING, 2026, at(2, 4), world.registry)
    assert left.url == OWN
    check_column(world.engine, OWN, 2026, undo=False, **asked)  # type: ignore[arg-type]
    assert told(world, 2, 4) == {"missing": 6}


def new(town: int) -> dict[str, Any]:
    title = f"{TOWNS[town]}2026年政府信息公开工作年度报告"
    reading = report(40 + town, title=TOWNS[town], licences=town)
    return {"item": item(40 + town, title), "unit": f"14099910{town}", "reading": reading}


def test_whose_reports_are_all_gone_is_asked_about_again(world: World) -> None:
    """An old copy of the column may have come back after somebody said that it is in use."""
    asked = {"who": "李主任", "why": "打开看过", "now": at(2, 1)}
    both = (new(1), new(2))
    world.sweep(at(1, 20), *OLD, *both)
    world.sweep(at(2, 1), *OLD, *both)
    world.sweep(at(2, 2), *OLD, *both)
    check_column(world.engine, "a.gov.cn/all", 2026, undo=False, **asked)  # type: ignore[arg-type]
    assert told(world, 2, 3) == {"missing": 4, "on_time": 2}
    world.sweep(at(2, 4), *OLD)
    world.sweep(at(2, 5), *OLD)
    assert told(world, 2, 6)["missing"] == 0
    assert told(world, 2, 3) == {"missing": 4, "on_time": 2}  # what was told stays told


def test_a_column_into_which_nothing_came_at_last_is_asked_about(world: World) -> None:
    early = (new(1), new(2))
    for day in (at(1, 20), at(2, 1), at(2, 2)):
        world.sweep(day, *OLD, *early)
    assert told(world, 2, 3) == {"unknown": 4, "on_time": 2}
    world.sweep(at(2, 3), *OLD, *early, new(3))
    assert told(world, 2, 4)["missing"] == 3  # it is alive


def test_it_is_said_of_a_column_that_there_is_by_somebody(world: World) -> None:
    looked_twice(world)
    for address, who in (("a.gov.cn/none", "李主任"), ("a.gov.cn/all", "")):
        with pytest.raises(DecisionError):
            check_column(world.engine, address, 2026, who=who, why="", now=at(2, 3), undo=False)


def test_coverage_shows_the_proof_and_the_units_against_the_year_before(
    world: World, tmp_path: Path, world_url: str
) -> None:
    world.sweep(at(2, 1), *OLD, NEW)
    config = ("--config", str(tmp_path), "--store", world_url, "--year", "2026")
    done = run_here(tmp_path, "coverage", *config, "--format", "json")
    (row,) = json.loads(done.stdout)
    assert (row["shown"], row["last_year"], row["proof"]) == (1, 6, "single")
    shown = run_here(tmp_path, "coverage", *config)
    assert "没有任何更多迹象" in "".join(shown.stdout.split())
