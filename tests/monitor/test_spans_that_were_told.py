"""Who had to publish on a day that is over is told as it was told then, whatever the county's file
says later: since when a unit is there, and whether the file had it at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.storage.facts import unit_facts
from nianbao.storage.queries import findings
from nianbao.storage.scope import EVERYTHING, of_unit
from nianbao.storage.store import looking, open_store
from tests.worlds.rewritten import YEAR, World, end_of, on, six_towns

TOWN, KEY, COUNTY = "己巳镇", "140999105", "140999"
LATE = ', since: "2026-01-10"'


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], World]]:
    with six_towns(tmp_path_factory.mktemp("towns")) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], World], tmp_path: Path) -> World:
    return towns(tmp_path)


def lines(world: World, day: date) -> dict[str, Line]:
    with looking(open_store(world.store)) as s:
        found = lines_at(s, EVERYTHING, YEAR, end_of(day), world.registry())
    return {line.unit: line for line in found}


def test_since_is_written_later(world: World) -> None:
    before = lines(world, on(2, 5))
    world.more[TOWN] = LATE
    world.look(on(2, 8))
    assert KEY not in lines(world, on(2, 8))
    assert lines(world, on(2, 5)) == before
    assert TOWN in world.cli("missing", "--year", str(YEAR), "--as-of", "2026-02-05")
    assert TOWN not in world.cli("missing", "--year", str(YEAR), "--as-of", "2026-02-08")
    assert "设立日期有变化：— → 2026-01-10" in world.cli("history", KEY)


def test_since_is_taken_away_later(world: World) -> None:
    """Nobody was told to be missing on the days before."""
    world.more[TOWN] = LATE
    world.look(on(2, 8), on(2, 9))
    del world.more[TOWN]
    world.look(on(2, 10))
    assert KEY not in lines(world, on(2, 9))
    assert lines(world, on(2, 10))[KEY].standing.name == "missing"
    assert lines(world, on(2, 5))[KEY].standing.name == "missing"


def test_since_is_changed_before_the_next_look(world: World) -> None:
    """By whoever works out what is told, before anybody looks again."""
    before = lines(world, on(2, 6))
    world.more[TOWN] = LATE
    registry = world.registry()
    refresh(open_store(world.store), registry, registry.counties, end_of(on(2, 7)))
    assert lines(world, on(2, 6)) == before
    assert KEY not in lines(world, on(2, 7))


def test_a_unit_leaves_the_file_and_comes_back(world: World) -> None:
    before = lines(world, on(2, 5))
    world.without = frozenset({TOWN})
    world.look(on(2, 8))
    between = lines(world, on(2, 8))
    assert KEY not in between
    world.without = frozenset()
    world.look(on(2, 10))
    world.without = frozenset({TOWN})
    world.look(on(2, 12))
    world.without = frozenset()
    world.look(on(2, 14))
    assert lines(world, on(2, 5)) == before
    assert lines(world, on(2, 8)) == between
    assert lines(world, on(2, 10))[KEY].standing.name == "missing"
    assert KEY not in lines(world, on(2, 13))
    assert lines(world, on(2, 14))[KEY].standing.name == "missing"
    with looking(open_store(world.store)) as s:
        assert not unit_facts(s, of_unit(KEY, COUNTY), YEAR, end_of(on(2, 8)))
    assert TOWN not in world.cli("missing", "--year", str(YEAR), "--as-of", "2026-02-08")
    said = world.cli("history", KEY)
    assert said.count("重新列入本县文件") == 2


def test_what_is_found_of_it_is_of_the_days_on_which_the_file_had_it(world: World) -> None:
    world.without = frozenset({"甲子镇"})
    world.look(on(2, 8))
    world.without = frozenset()
    world.look(on(2, 10))
    with looking(open_store(world.store)) as s:
        for day, is_told in ((on(2, 5), True), (on(2, 8), False), (on(2, 10), True)):
            stored = findings(s, EVERYTHING, YEAR, as_of=end_of(day))
            registry = world.registry()
            all_told = findings_told(s, EVERYTHING, YEAR, end_of(day), registry, past=True)
            assert ("甲子镇" in {each.name for each in stored}) is is_told
            assert ("甲子镇" in {each.name for each in all_told}) is is_told


def test_a_new_name_is_in_doubt_on_the_days_before_the_old_one_came_back(world: World) -> None:
    """A link of a unit that left may be of one that came: that it came back later does not make
    the other one missing on the days between.
    """
    world.put(TOWN, YEAR, on(2, 6))
    world.look(on(2, 6))
    world.without = frozenset({TOWN})
    world.more["丁卯镇"] = '}\n  - {name: 新河街道, code: "140999109"'
    world.look(on(2, 8))
    then = lines(world, on(2, 8))
    assert then["140999109"].standing.name == "unknown"
    world.without = frozenset()
    world.look(on(2, 10))
    assert lines(world, on(2, 8)) == then
