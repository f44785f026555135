"""What is told does not depend on the order in which a database happens to give its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nianbao.storage.evidence import Evidence
from tests.worlds.recorded import ALL, OWN, WILLOW, WITH_OWN, World, at, item, report
from tests.worlds.stores import backwards, everything

STONE = "140999102"
DAY = at(2, 20)


def lived(folder: Path, *, turned: bool) -> tuple[World, Any]:
    """Two units, each with two copies of its report, that go together and come back together."""
    folder.mkdir()
    world = World(folder, f"sqlite:///{folder}/n.db")
    if turned:
        backwards(world.engine)
    world.file(WITH_OWN)
    shown: list[dict[str, Any]] = [
        {"item": item(n), "reading": report(n), "unit": unit, "at": place}
        for n, unit, place in ((1, WILLOW, ALL), (2, STONE, ALL), (3, WILLOW, OWN), (4, STONE, ALL))
    ]
    world.sweep(at(1, 10), *shown)
    columns = {column.url: column.id for column in world.recorder.columns(world.county.code)}
    for link in shown:
        world.recorder.checked(columns[link["at"]], link["item"].url, gone=True)
    for day in (11, 12, 13, 14):
        world.sweep(at(1, day))
    world.sweep(at(2, 18), *shown)
    return world, world.told(DAY)


def test_rows_that_come_in_another_order_tell_the_same(tmp_path: Path) -> None:
    """As they do in PostgreSQL, where a row that was changed moves behind the others."""
    (one, told), (other, told_too) = (
        lived(tmp_path / name, turned=name == "turned") for name in ("straight", "turned")
    )
    assert everything(other.engine) == everything(one.engine)
    kinds = [event.kind for event in told.changes]
    assert kinds == ["restored", "restored"]
    assert told_too == told
    names = [set(Evidence(world.folder / "evidence").names()) for world in (one, other)]
    assert names[0] == names[1]
