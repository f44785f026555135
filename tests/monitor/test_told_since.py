"""What was told of a past day stays told, whatever portal and file say since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from nianbao.monitor.standing import Standing
from tests.worlds.rewritten import TOWNS, World, on, six_towns


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with six_towns(tmp_path) as made:
        yield made


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
