"""Where a unit stands does not hang on who else is asked about: alone, among some, or with its county."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.storage.scope import EVERYTHING, Scope, of_unit
from nianbao.storage.store import looking
from tests.worlds.recorded import ALL, World, at, item, report

TOWNS = ("甲子镇", "乙丑镇", "丙寅镇", "丁卯镇", "戊辰镇", "己巳镇")
CODES = {town: f"14099910{n}" for n, town in enumerate(TOWNS, 1)}
NOW = at(2, 4)


def county(folder: Path) -> World:
    world = World(folder, f"sqlite:///{folder}/n.db")
    lines = ["county: 平安县", 'code: "140999"', "host: a.gov.cn", "columns:"]
    lines += [f'  - {{url: "{ALL}", covers: all}}', "units:"]
    lines += [f'  - {{name: {town}, code: "{code}"}}' for town, code in CODES.items()]
    world.file("\n".join(lines) + "\n")
    return world


def shown(*towns: str) -> list[dict[str, object]]:
    return [
        {
            "item": item(TOWNS.index(town), f"{town}2026年政府信息公开工作年度报告"),
            "unit": CODES[town],
        }
        for town in towns
    ]


def left(world: World) -> None:
    """Two came early, and nobody since: the others may publish in another column."""
    for moment in (at(1, 5), at(2, 2), at(2, 3)):
        world.sweep(moment, *shown("甲子镇", "乙丑镇"))


def bare(world: World) -> None:
    """Nobody's report of the year."""
    for moment in (at(2, 2), at(2, 3)):
        world.sweep(moment)


def missed(world: World) -> None:
    """All but one came."""
    for moment in (at(1, 30), at(2, 2), at(2, 3)):
        world.sweep(moment, *shown(*TOWNS[:5]))


def reprinted(world: World) -> None:
    """All came late, with one day before the deadline printed on each page: when the site moved."""
    world.sweep(at(2, 1))
    links = [
        {**link, "reading": report(n, printed=date(2027, 1, 20))}
        for n, link in enumerate(shown(*TOWNS))
    ]
    world.sweep(at(2, 2), *links)


def told(world: World, scope: Scope, *, now: bool) -> dict[str, tuple[object, ...]]:
    with looking(world.engine) as s:
        answer = lines_now if now else lines_at
        lines = answer(s, scope, 2026, NOW, world.registry)
    return {line.unit: as_told(line) for line in lines}


def as_told(line: Line) -> tuple[object, ...]:
    stands = line.standing
    return stands.name, stands.confirmed, stands.zh, stands.evidence, line.proof, line.first_day


@pytest.mark.parametrize("life", [left, bare, missed, reprinted])
def test_a_unit_alone_stands_where_it_stands_among_all(
    life: Callable[[World], None], tmp_path: Path
) -> None:
    world = county(tmp_path)
    life(world)
    whole = told(world, EVERYTHING, now=False)
    assert len(whole) == len(TOWNS)
    assert whole == told(world, EVERYTHING, now=True)
    alone: dict[str, tuple[object, ...]] = {}
    for code in CODES.values():
        alone |= told(world, of_unit(code, "140999"), now=False)
    assert alone == whole
    two = (CODES["甲子镇"], CODES["己巳镇"])
    some = told(world, Scope((), two, ("140999", "140999")), now=False)
    assert some == {code: whole[code] for code in two}


def test_who_may_publish_elsewhere_is_not_missing_for_being_asked_about_alone(
    tmp_path: Path,
) -> None:
    world = county(tmp_path)
    left(world)
    (stands,) = told(world, of_unit(CODES["己巳镇"], "140999"), now=False).values()
    assert stands[0] == "unknown"
