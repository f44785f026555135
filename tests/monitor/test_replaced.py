"""Another report at the address of one that stood there before: it came when it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.monitor.web.unit import unit_page
from nianbao.storage.facts import unit_facts
from nianbao.storage.models import Event, Region, Sighting, Unit
from nianbao.storage.replaced import is_past
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking, open_store, session
from tests.portals.ten import draft_of
from tests.worlds.rewritten import TOWNS, YEAR, World, end_of, on, six_towns

LAST_YEARS = f"/nb/{YEAR - 1}01/t{YEAR - 1}0101_5.html"  # of 己巳镇
ANOTHERS = f"/nb/{YEAR}01/t{YEAR}0101_3.html"  # of 丁卯镇


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], World]]:
    with six_towns(tmp_path_factory.mktemp("towns")) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], World], tmp_path: Path) -> World:
    return towns(tmp_path)


@pytest.mark.parametrize("path", [LAST_YEARS, ANOTHERS])
def test_it_is_late_by_its_own_day(world: World, path: str) -> None:
    world.put("己巳镇", YEAR, on(3, 21), path=path)
    world.look(on(3, 22))
    line = world.line("己巳镇", on(3, 22))
    assert (line.standing.name, line.standing.days) == ("late", 49)
    assert (line.printed, line.first_day) == (on(3, 21), on(3, 21))


def test_what_stood_there_is_watched_for_withdrawal(world: World) -> None:
    days = (on(1, 30), on(2, 3), on(2, 5))
    before = [world.line("丁卯镇", day) for day in days]
    world.put("己巳镇", YEAR, on(3, 21), path=ANOTHERS)
    world.look(on(3, 22), on(3, 23))
    assert world.line("丁卯镇", on(3, 23)).standing.name == "on_time"
    world.look(on(3, 24))
    assert world.line("丁卯镇", on(3, 24)).standing.name == "withdrawn"
    assert world.line("己巳镇", on(3, 24)).standing.name == "late"
    assert [world.line("丁卯镇", day) for day in days] == before


def test_one_that_has_moved_is_not_withdrawn(world: World) -> None:
    world.put("己巳镇", YEAR, on(3, 21), path=ANOTHERS)
    world.put("丁卯镇", YEAR, on(1, 28), path=f"/nb/{YEAR}01/t{YEAR}0101_9.html")
    world.look(on(3, 22), on(3, 23), on(3, 24), on(3, 25))
    line = world.line("丁卯镇", on(3, 25))
    assert (line.standing.name, line.first_day) == ("on_time", on(1, 10))


def test_one_that_is_put_back_is_as_it_was(world: World) -> None:
    was = world.pieces[ANOTHERS]
    before = world.line("丁卯镇", on(2, 5))
    world.put("己巳镇", YEAR, on(3, 21), path=ANOTHERS)
    world.look(on(3, 22), on(3, 23), on(3, 24))
    world.pieces[ANOTHERS] = was
    world.look(on(3, 25), on(3, 26), on(3, 27))
    after = world.line("丁卯镇", on(3, 27))
    assert (after.standing.name, after.first_day) == ("on_time", before.first_day)
    assert world.line("己巳镇", on(3, 27)).standing.name == "withdrawn"


def test_a_name_that_is_put_right_leaves_a_report_its_day(world: World) -> None:
    """It was called another town's by mistake: figures and day are the same."""
    path = f"/nb/{YEAR}01/t{YEAR}0101_5.html"
    world.put("己巳镇", YEAR, on(1, 20), path=path)
    right = world.pieces.pop(path)
    seed = TOWNS.index("己巳镇") + 11 + YEAR % 7
    report = draft_of("平安县", "戊辰镇", YEAR, seed)
    world.pieces[path] = replace(right, town="戊辰镇", report=report)
    world.look(on(2, 6))
    assert world.line("戊辰镇", on(2, 6)).standing.name == "on_time"
    world.pieces[path] = right
    world.look(on(3, 22))
    assert world.line("己巳镇", on(3, 22)).standing.name == "on_time"
    with looking(open_store(world.store)) as s:
        assert not [url for url in s.scalars(select(Sighting.url)) if is_past(url)]


@pytest.mark.parametrize("path", [LAST_YEARS, ANOTHERS])
def test_an_old_store_in_which_one_took_anothers_place_is_told_right(
    world: World, path: str
) -> None:
    """Unit and year were overwritten in place, and nothing else of the link was."""
    with looking(open_store(world.store)) as s:
        old = s.scalars(select(Sighting).where(Sighting.url == world.url + path)).one()
        first, dates = old.first_seen, list(old.dates)
    world.put("己巳镇", YEAR, on(3, 21), path=path)
    world.look(on(3, 22))
    with session(open_store(world.store)) as s:
        rows = s.scalars(select(Sighting).where(Sighting.url.startswith(world.url + path)))
        for row in rows.all():
            if is_past(row.url):
                s.delete(row)
            else:
                row.first_seen, row.dates = first, [*dates, *row.dates]
    line = world.line("己巳镇", on(3, 22))
    assert (line.standing.name, line.printed) == ("late", on(3, 21))
    assert {town: world.line(town, on(3, 22)).standing.name for town in TOWNS[:3]} == dict.fromkeys(
        TOWNS[:3], "on_time"
    )


def test_nobody_is_told_of_twice(world: World) -> None:
    world.put("己巳镇", YEAR, on(3, 21), path=ANOTHERS)
    world.look(on(3, 22), on(3, 22), on(3, 23), on(3, 24), on(3, 25))
    with looking(open_store(world.store)) as s:
        told = s.scalars(select(Event).where(Event.kind == "withdrawn")).all()
        past = [url for url in s.scalars(select(Sighting.url)) if is_past(url)]
    assert len(told) == len(past) == 1


def test_its_address_is_that_where_it_stands(world: World) -> None:
    old, new = f"/nb/{YEAR}01/t{YEAR}0101_3.html", f"/nb/{YEAR}01/t{YEAR}0101_9.html"
    world.pieces.pop(old)
    world.put("丁卯镇", YEAR, on(1, 28), path=new)
    world.look(on(3, 22), on(3, 23))
    assert world.line("丁卯镇", on(3, 23)).url == world.url + new
    assert world.line("丁卯镇", on(3, 21)).url == world.url + old


def test_its_address_is_known_of_who_is_another_countys_now(world: World) -> None:
    engine = open_store(world.store)
    with session(engine) as s:
        s.add(Region(code="140998", name="平川县", level="county"))
        s.flush()
        s.get_one(Unit, "140999103").county = "140998"
    with looking(engine) as s:
        (facts,) = unit_facts(s, of_county("140998"), YEAR)
    engine.dispose()
    assert facts.url == f"{world.url}/nb/{YEAR}01/t{YEAR}0101_3.html"


def test_a_page_tells_the_day_in_beijing_on_which_a_version_was_read(world: World) -> None:
    engine, now = open_store(world.store), end_of(on(2, 5))
    with looking(engine) as s:
        page = unit_page(s, world.registry(), "140999103", YEAR, now, "zh")
    engine.dispose()
    assert [each.said for each in page.timeline if "版" in each.said] == ["第1版（2026-01-10读取）"]
