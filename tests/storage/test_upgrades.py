"""A season's store as each earlier release left it: brought up to date, it knows what it knew, and goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, select

from nianbao.monitor.daemon import Work
from nianbao.storage.copying import copy
from nianbao.storage.decisions import decide
from nianbao.storage.packing import PackedData, PackedWords
from nianbao.storage.search import is_of_models
from nianbao.storage.store import VERSIONS, looking, migrate, open_store
from tests.amounts import PROVING, more, prove
from tests.portals.server import running
from tests.worlds.mailbox import Mailbox, receiving
from tests.worlds.seasons import CODES, YEAR, Season, final, live, settings_for, work_of
from tests.worlds.stores import emptied

REVISIONS = sorted(file.name[:4] for file in VERSIONS.iterdir() if file.name[0] == "0")
OLD = REVISIONS[:-1]
BEGIN, UPGRADE, SOON = date(2027, 1, 30), date(2027, 2, 1), date(2027, 2, 3)
LAST = SOON
if PROVING:
    BEGIN, UPGRADE, SOON, LAST = (
        *(date(2027, 1, 4), date(2027, 2, 8), date(2027, 2, 10), date(2027, 2, 17)),
    )
# The oldest, the newest and some between live longer after it.
LONGER = {*OLD[::4], OLD[-1]}


@dataclass
class Lived:
    """A season until the day of the upgrade, and how it ends without one."""

    season: Season
    box: Mailbox
    before: Path
    ended: dict[date, dict[str, str]]

    def copied(self, folder: Path) -> Engine:
        """Its store of that day."""
        shutil.copytree(self.before, folder)
        self.season.folder = folder
        return open_store(f"sqlite:///{folder}/n.db")

    def work(self, store: str) -> Work:
        return work_of(self.season, settings_for(self.season.folder, self.box, store))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("upgrades") / "here"
    folder.mkdir()
    season = Season(folder, BEGIN)
    with receiving() as box, running(season) as site:
        season.config(site.url)
        work = work_of(season, settings_for(folder, box))
        live(season, work, UPGRADE)
        work.engine.dispose()
        before = folder.parent / "before"
        shutil.copytree(folder, before)
        ended = dict[date, dict[str, str]]()
        for day in sorted({SOON, LAST}):
            live(season, work, day)
            ended[day] = final(work)
        work.engine.dispose()
        yield Lived(season, box, before, ended)


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Of whatever tables there are, as they are; reports whether they are packed or not."""
    tables = MetaData()
    tables.reflect(engine)
    version = tables.tables["report_version"].c
    version.content.type = PackedData()
    if "words" in version:
        version.words.type = PackedWords()
    with looking(engine) as s:
        return {
            name: [dict(row._mapping) for row in s.execute(select(table).order_by(*table.primary_key))]
            for name, table in tables.tables.items()
            if name not in ("alembic_version", "lease", "scheduled") and is_of_models(None, name)
        }  # fmt: skip


# What is worked out anew from the rest, or asked for again.
ANEW = {
    "column": ("fingerprint",),
    "finding": ("fingerprint", "basis"),
    "region": ("policy",),
    "standing": ("next_change_at", "confirmed", "evidence", "evidence_at", "zh", "en"),
}


def kept(row: dict[str, Any], table: str, old: dict[str, Any]) -> dict[str, Any]:
    names = old.keys() & row.keys() - {*ANEW.get(table, ())}
    return {name: row[name] for name in names}


@more
@pytest.mark.parametrize(
    "revision",
    [pytest.param(each, marks=() if each in (*OLD[::3], OLD[-1]) else prove) for each in OLD],
)
def test_a_store_of_each_earlier_release(
    revision: str, lived: Lived, tmp_path: Path, world_url: str
) -> None:
    engine = lived.copied(tmp_path / "there")
    if world_url.startswith("postgresql"):
        target = open_store(world_url)
        copy(engine, target, datetime(2027, 2, 2, tzinfo=UTC))
        engine.dispose()
        engine, store = target, world_url
    else:
        store = f"sqlite:///{tmp_path}/there/n.db"
    try:
        migrate(engine, f"-{len(REVISIONS) - 1 - REVISIONS.index(revision)}")
        old = rows(engine)
        assert old["document"]
        assert old["sighting"]
        engine.dispose()
        engine = open_store(store)  # as the new release opens it
        new = rows(engine)
        for table, known in old.items():
            there = [kept(row, table, known[0]) for row in new[table]] if known else []
            lost = [row for row in known if kept(row, table, row) not in there]
            assert not lost, table
        lived.season.day = date.fromordinal(UPGRADE.toordinal() + 1)
        work = lived.work(store)
        if PROVING and revision < "0003":  # which knew of no exemption: it is decided after it
            who, why, now = "李四", "2026年新设", lived.season.now()
            decide(work.engine, "exempt", CODES["庚午镇"], YEAR, who=who, why=why, now=now)
        last = LAST if revision in LONGER else SOON
        live(lived.season, work, last)
        assert final(work) == lived.ended[last]
        work.engine.dispose()
    finally:
        emptied(engine)
