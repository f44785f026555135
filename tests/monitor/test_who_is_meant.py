"""Names that are not there say whose they were; who was closed is told of as it was known then."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.monitor.ledger.present import units_due
from nianbao.monitor.ledger.year import year_of
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking
from tests.worlds.commands import ENVIRONMENT, run, run_here
from tests.worlds.recorded import COUNTY, World, at, item, report
from tests.worlds.stores import emptied

OLD = "140999103"
PUBLISHED = {"item": item(), "reading": report()}
CLOSED = COUNTY.replace("name: 老镇,", 'name: 老镇, until: "2026-06-30",')


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    yield made
    emptied(made.engine)


def told(world: World, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    store = world.engine.url.render_as_string(hide_password=False)
    given = ("--store", store, "--config", str(world.folder))
    return run_here(world.folder, *arguments, *given, **more)


# ---- names


@pytest.mark.parametrize("command", ["history", "show", "letter"])
def test_a_former_name_says_who_had_it(world: World, command: str) -> None:
    world.sweep(at(2, 1), PUBLISHED)
    former = COUNTY.replace(
        "name: 老镇,", 'name: 新镇, former: [{name: 老镇, until: "2027-02-01"}],'
    )
    world.file(former)
    world.sweep(at(2, 2), PUBLISHED)
    done = told(world, command, "老镇")
    assert done.returncode == 2
    assert f"平安县新镇（{OLD}）曾用此名" in done.stderr
    assert "was called so" in told(world, command, "老镇", NIANBAO_LANG="en").stderr


def test_another_name_says_whose_it_is(world: World) -> None:
    world.file(COUNTY.replace("name: 老镇,", "name: 老镇, aliases: [老镇人民政府],"))
    world.sweep(at(2, 1))
    assert "它是平安县老镇" in told(world, "history", "老镇人民政府").stderr


def test_before_the_first_sweep_nobody_is_said_not_to_be(world: World) -> None:
    done = told(world, "letter", "老镇")
    assert done.returncode == 2
    assert done.stderr.strip() == "平安县老镇还没有巡检过，先用 nianbao sweep"
    assert "nobody has looked for 老镇" in told(world, "letter", "老镇", NIANBAO_LANG="en").stderr


# ---- who was closed


def stood(world: World, month: int, day: int) -> dict[str, str]:
    with looking(world.engine) as s:
        lines = year_of(s, EVERYTHING, 2026, at(month, day, 20), world.registry).lines
    return {line.name: line.standing.name for line in lines}


def test_who_is_closed_later_was_told_of_before(world: World) -> None:
    for day in (1, 2):
        world.sweep(at(2, day), PUBLISHED)
    assert stood(world, 2, 2)["老镇"] == "missing"
    world.file(CLOSED)
    world.sweep(at(2, 5), PUBLISHED)
    assert "老镇" not in stood(world, 2, 5)
    assert stood(world, 2, 2)["老镇"] == "missing"  # as it was told then
    given = ("--year", "2026", "--as-of", "2027-02-02")
    assert "老镇" in told(world, "missing", *given).stdout
    world.file(COUNTY)
    world.sweep(at(2, 7), PUBLISHED)
    assert stood(world, 2, 7)["老镇"] == "missing"
    assert "老镇" not in stood(world, 2, 6)
    said = told(world, "history", OLD).stdout
    assert "撤并日期有变化：— → 2026-06-30" in said
    assert "2026-06-30 → —" in said


def test_who_is_closed_and_published_is_told_of_alike(world: World) -> None:
    """Its report is archived and found; nothing of it is held against anybody."""
    late = {"item": item(3), "unit": OLD, "reading": report(3, licences=3)}
    world.sweep(at(1, 20), PUBLISHED)
    world.sweep(at(2, 1), PUBLISHED)
    world.sweep(at(2, 2), PUBLISHED)
    world.sweep(at(2, 3), PUBLISHED, late)
    of_year = ("--year", "2026", "--format", "md")
    assert "老镇" in told(world, "flagged", *of_year).stdout
    assert "老镇" in told(world, "standing", *of_year).stdout
    world.file(CLOSED)
    world.sweep(at(2, 4), PUBLISHED, late)
    assert "老镇" not in told(world, "standing", *of_year).stdout
    assert "老镇" not in told(world, "flagged", *of_year).stdout
    with looking(world.engine) as s:  # whom the county's sum is of
        summed = [facts.name for facts in units_due(s, EVERYTHING, 2026, at(2, 5))]
    assert summed == ["柳树镇", "石门镇"]


# ---- the configuration, and terminals


def test_a_county_without_columns_is_not_called_sound(tmp_path: Path) -> None:
    bare = "\n".join(line for line in COUNTY.splitlines() if "url:" not in line)
    (tmp_path / "a.yaml").write_text(bare.replace("columns:\n", ""), "utf-8")
    done = run_here(tmp_path, "config", "check", str(tmp_path))
    assert done.returncode == 0
    assert "没有问题" not in done.stdout.replace("格式没有问题", "")
    assert "没有栏目、不会巡检的县 1 个：平安县" in done.stderr
    (tmp_path / "a.yaml").write_text(COUNTY, "utf-8")
    done = run_here(tmp_path, "config", "check", str(tmp_path))
    assert (done.stdout.count("没有问题"), done.stderr) == (1, "")


def test_a_terminal_of_another_encoding_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENVIRONMENT, "PYTHONIOENCODING", "ascii")
    done = run(tmp_path, "standing", "--config", str(tmp_path))
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    assert "没有" in done.stderr
