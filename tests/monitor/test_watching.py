"""Every rule of watching fires in a season that is recorded as sweeps record it; none of them in a season without faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from nianbao.monitor.rules.engine import WATCHED
from tests.worlds.recorded import ALL, OWN, WITH_OWN, World, at, item, report
from tests.worlds.stores import emptied


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    yield made
    emptied(made.engine)


def late(world: World) -> None:
    world.sweep(at(2, 2))
    world.sweep(at(2, 9), {"item": item(), "reading": report(printed=date(2027, 2, 9))})


def without_a_date(world: World) -> None:
    world.sweep(at(1, 20), {"item": item(), "reading": report()})


def in_another_column(world: World) -> None:
    """The town has a column of its own, which was read whole and does not show the report."""
    world.file(WITH_OWN)
    world.sweep(
        at(1, 20), {"item": item(), "reading": report(printed=date(2027, 1, 20)), "at": ALL}
    )
    world.sweep(
        at(1, 22), {"item": item(), "reading": report(printed=date(2027, 1, 20)), "at": ALL}
    )


def at_two_addresses(world: World) -> None:
    """Both are listed, and their numbers differ."""
    day = date(2027, 1, 20)
    for moment in (at(1, 21), at(1, 25)):
        world.sweep(
            moment,
            {"item": item(1), "reading": report(1, printed=day, licences=1)},
            {"item": item(2), "reading": report(2, printed=day, licences=7)},
        )


def edited(world: World) -> None:
    world.sweep(at(1, 20), {"item": item(), "reading": report(printed=date(2027, 1, 20))})
    changed = report(printed=date(2027, 1, 20), licences=3)
    world.sweep(at(2, 16), {"item": item(), "reading": changed})


def withdrawn(world: World) -> None:
    world.sweep(at(1, 20), {"item": item(), "reading": report(printed=date(2027, 1, 20))})
    (column,) = world.recorder.columns("140999")
    world.now = at(1, 25)
    world.recorder.checked(column.id, item().url, gone=True)
    for day in (26, 27, 28, 29):
        world.sweep(at(1, day))


def unreachable(world: World) -> None:
    world.sweep(at(1, 20), {"item": item(), "reading": report(printed=date(2027, 1, 20))})
    for day in (21, 22, 23):
        world.sweep(at(1, day), states={ALL: "unreachable"})


def as_it_should_be(world: World) -> None:
    world.file(WITH_OWN)
    told = {"item": item(), "reading": report(printed=date(2027, 1, 20)), "at": OWN}
    world.sweep(at(1, 20), told)
    world.sweep(at(2, 2), told)


SEASONS: dict[str, Callable[[World], None]] = {
    "A02": late,
    "A05": without_a_date,
    "A06": in_another_column,
    "A07": at_two_addresses,
    "A09": edited,
    "A10": withdrawn,
    "B01": unreachable,
}


@pytest.mark.parametrize("rule", sorted(WATCHED))
def test_a_rule_of_watching_fires_in_its_season(world: World, rule: str) -> None:
    assert rule in SEASONS, f"{rule} has no season: SEASONS in tests/monitor/test_watching.py"
    SEASONS[rule](world)
    raised = world.rules()
    assert rule in raised, f"{rule} wants a fact that watched_of in monitor/ledger/lines.py tells"


def test_a_season_without_faults_raises_none(world: World) -> None:
    as_it_should_be(world)
    assert world.rules() == []


def test_a_report_at_two_addresses_was_not_edited(world: World) -> None:
    at_two_addresses(world)
    assert "A09" not in world.rules()


def test_a_look_that_was_not_whole_shows_nobody_to_be_in_the_wrong_column(world: World) -> None:
    world.file(WITH_OWN)
    told = {"item": item(), "reading": report(printed=date(2027, 1, 20)), "at": ALL}
    world.sweep(at(1, 20), told, states={OWN: "partial"})
    world.sweep(at(1, 22), told, states={OWN: "unreachable"})
    assert "A06" not in world.rules()
