"""A store from before reports said whether they could be read: each says it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, insert, select

from nianbao.storage.facts import qualities
from nianbao.storage.models import Document, Region, ReportVersion, Unit
from nianbao.storage.store import looking, migrate, open_store, session
from tests.worlds.stores import emptied

NOW = datetime(2026, 2, 1, tzinfo=UTC)
UNREAD = [{"cell": "requests.new.total", "raw": "1 2", "why": "several numbers in one cell"}]
ROWS = (
    ("region", {"code": "140924", "name": "繁峙县", "level": "county", "policy": ""}),
    (
        "unit",
        {"id": "u", "county": "140924", "name": "砂河镇", "kind": "town", "aliases": []},
    ),
    (
        "document",
        {"id": 1, "url": "http://x/", "sha256": "0" * 64, "fetched": NOW, "status": 200}
        | {"headers": {}},
    ),
)


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_store(store_url)
    yield opened
    emptied(opened)


def version(number: int, unreadable: list[Any]) -> dict[str, Any]:
    content = {"title": "", "unreadable": unreadable}
    texts = {"published_source": "", "words": "", "text": "", "dates": []}
    places = {"id": number, "unit": "u", "year": 2020 + number, "number": 1, "document": 1}
    return {**places, **texts, "seen": NOW, "content": content}


def test_reports_of_before_say_whether_they_could_be_read(engine: Engine) -> None:
    migrate(engine, "base")
    migrate(engine, "0007")
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name, row in ROWS:
            connection.execute(tables.tables[name].insert().values(**row))
        for row in (version(1, []), version(2, UNREAD)):
            connection.execute(tables.tables["report_version"].insert().values(**row))
    migrate(engine)
    with looking(engine) as s:
        assert qualities(s, [1, 2]) == {2: "unreadable"}
    migrate(engine, "0007")
    migrate(engine)
    with looking(engine) as s:
        assert qualities(s, [1, 2]) == {2: "unreadable"}


def test_what_is_read_again_says_it_anew(engine: Engine) -> None:
    with session(engine) as s:
        s.add(Region(code="140924", name="繁峙县", level="county"))
        s.flush()
        s.add(Unit(id="u", county="140924", name="砂河镇", kind="town", aliases=[]))
        s.add(Document(id=1, url="http://x/", sha256="0" * 64, fetched=NOW, status=200))
        s.flush()
        s.add(ReportVersion(**version(1, [])))
        s.flush()
        s.execute(insert(ReportVersion), [version(2, UNREAD)])
        assert qualities(s, [1, 2]) == {2: "unreadable"}
        for row in s.scalars(select(ReportVersion)):
            row.content = version(0, UNREAD if row.id == 1 else [])["content"]
        s.flush()
        assert qualities(s, [1, 2]) == {1: "unreadable"}
