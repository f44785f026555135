"""Lists that are told part by part, and the mark of what was written, on each database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from nianbao.crawler.listing.listed import Item
from nianbao.crawler.reading import ReadHere
from nianbao.monitor.judging import judge_county
from nianbao.storage.evidence import Evidence
from nianbao.storage.lists import evidence_after, looks_after, reports_after, units_after
from nianbao.storage.models import Event
from nianbao.storage.pulse import Pulse
from nianbao.storage.queries import events
from nianbao.storage.revision import Revision
from nianbao.storage.scope import EVERYTHING, Scope, of_county, of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.systems import systems
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.recorded import WILLOW, World, at
from tests.worlds.stores import emptied
from tests.worlds.written import reading_of

List = Callable[[Session, Scope, Any, int], Sequence[Any]]

LISTS: Sequence[tuple[List, Callable[[Any], Any]]] = (
    (units_after, lambda row: (row.county, row.id)),
    (reports_after, lambda row: (row.county, row.unit, row.year)),
    (evidence_after, lambda row: (row.county, row.unit, row.year, row.number)),
    (looks_after, lambda row: row.number),
    (
        lambda s, scope, after, most: events(s, scope, after=after, most=most),
        lambda row: (row.at, row.id),
    ),
)


@pytest.fixture
def world(world_url: str, tmp_path: Path) -> World:
    made = World(tmp_path, world_url)
    body = write_html(print_draft(clean(3, year=2026)))
    units = {"柳树镇": WILLOW, "石门镇": "140999102"}
    for moment in (at(1, 20), at(1, 21), at(2, 2)):
        shown = [
            {
                "item": Item(f"{name}2026年年报", f"http://a.gov.cn/{unit}.html", None),
                "unit": unit,
                "reading": reading_of(body, f"http://a.gov.cn/{unit}.html"),
            }
            for name, unit in units.items()
        ]
        made.sweep(moment, *shown)
    judge_county(made.engine, Evidence(tmp_path / "evidence"), ReadHere(), made.county, at(2, 3))
    return made


def test_parts_are_the_whole_and_a_scope_is_kept(world: World) -> None:
    with looking(world.engine) as s:
        for asked, key in LISTS:
            whole = [*asked(s, EVERYTHING, None, 1000)]
            assert len(whole) > 1
            assert [key(each) for each in whole] == sorted(key(each) for each in whole)
            found: list[Any] = []
            while part := asked(s, EVERYTHING, key(found[-1]) if found else None, 2):
                found += part
            assert found == whole
            assert [*asked(s, of_county("140999"), None, 1000)] == whole
            assert asked(s, of_county("610999"), None, 1000) == []
        own = reports_after(s, of_unit(WILLOW, "140999"), None, 10)
        assert {each.unit for each in own} == {WILLOW}
        assert [*systems(s, EVERYTHING)] == ["140999"]
    emptied(world.engine)


def test_the_mark_is_another_one_when_somebody_has_written(world: World) -> None:
    pulse, now = Pulse(Revision(world.engine)), at(2, 4)

    def mark() -> str:
        with looking(world.engine) as s:
            return pulse.mark(s, now)

    first = mark()
    assert mark() == first
    with session(world.engine) as s:
        s.add(Event(at=now, kind="published", unit=WILLOW, year=2026, content={}))
        s.flush()
        assert mark() in (first, mark())  # nobody sees it yet
    second = mark()
    assert second != first
    world.engine.dispose()
    assert mark() not in (first, second) or world.engine.dialect.name == "postgresql"
    emptied(world.engine)
