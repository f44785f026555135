"""Pages that name counties, where there are thousands of them and something waits in each."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from nianbao.monitor.web.site import Files, Site
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Base, Column, Portal, Region, Sighting, Unit
from nianbao.storage.nation import County, counties
from nianbao.storage.store import open_store, session
from tests.amounts import one_in
from tests.monitor.test_web_every import MOST_BYTES
from tests.worlds.pages import get, served

MANY = counties()[:2200]
NOW = datetime(2027, 2, 3, 1, tzinfo=UTC)
FILE = """
county: {name}
code: "{code}"
host: a.gov.cn
columns: [{{url: "{url}", preset: trs-index}}]
units: [{{name: 城关镇, code: "{code}100"}}]
"""


def url_of(county: County) -> str:
    return f"http://a.gov.cn/{county.code}/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("many")
    (folder / "counties").mkdir()
    for each in MANY:
        text = FILE.format(name=each.name, code=each.code, url=url_of(each))
        (folder / "counties" / f"{each.code}.yaml").write_text(text, encoding="utf-8")
    engine = open_store(f"sqlite:///{folder}/n.db")
    rows: dict[type[Base], list[dict[str, Any]]] = {
        Region: [
            {"code": each.code, "name": each.name, "level": "county", "policy": ""} for each in MANY
        ],
        Portal: [{"id": each.code, "county": each.code, "host": "a.gov.cn"} for each in MANY],
        Column: [
            {"id": n, "portal": each.code, "url": url_of(each), "preset": "trs-index"}
            for n, each in enumerate(MANY, 1)
        ],
        Unit: [
            {
                "id": f"{each.code}100",
                "county": each.code,
                "name": "城关镇",
                "kind": "town",
                "aliases": [],
            }
            for each in MANY
        ],
        Sighting: [
            {
                "column": n,
                "url": url_of(each),
                "title": "年报",
                "first_seen": NOW,
                "last_seen": NOW,
                "year": 2026,
                "review": "标题没有单位 / the title names no unit",
            }
            for n, each in enumerate(MANY, 1)
        ],
    }
    with session(engine) as s:
        for model, mine in rows.items():
            s.execute(insert(model), mine)
    return Site(engine, Evidence(folder), Files(folder / "counties", {}), lambda: NOW)


@one_in(3)
@pytest.mark.parametrize("path", ["/", "/review", "/review?page=3", "/operations", "/setup"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_stays_small(site: Site, path: str, lang: str) -> None:
    with served(site) as address:
        answer = get(f"{address}{path}{'&' if '?' in path else '?'}lang={lang}")
    assert answer.status_code == 200
    assert len(answer.content) <= MOST_BYTES


def test_all_counties_where_something_waits_are_listed_page_by_page(site: Site) -> None:
    with served(site) as address:
        assert "共2200个县，全部列出" in get(f"{address}/operations").text
        for number in (1, 22):
            page = get(f"{address}/review?page={number}").text
            some = MANY[100 * (number - 1) : 100 * number]
            assert all(f'href="/review/{each.code}"' in page for each in some)
            assert page.count("链接1，栏目0") == len(some) == 100


def test_showing_pages_loads_nothing_that_asks_portals() -> None:
    program = (
        "import sys, nianbao.monitor.cli.serving; "
        "print(*sorted({'scrapy', 'twisted', 'apscheduler', 'alembic'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
