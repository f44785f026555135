"""The first days of an operator: a file without columns, an address that was pasted, what waits, and the data of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.monitor.web.site import Site
from nianbao.storage.nation import counties_named
from nianbao.storage.registry import county_yaml
from nianbao.storage.store import open_store
from tests.monitor.test_discover import FILE
from tests.monitor.test_web_setup import NOW
from tests.worlds.pages import get, served, site_of

NEW = "140924"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Two counties: one has only just been written down, and has no column."""
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    folder = tmp_path / "counties"
    folder.mkdir()
    (folder / "平安县.yaml").write_text(FILE, encoding="utf-8")
    (folder / "繁峙县.yaml").write_text(county_yaml(counties_named(NEW)[0], host=""), "utf-8")
    made = site_of(tmp_path, NOW)
    yield made
    made.jobs.close()


@pytest.fixture
def pages(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


# ---- a file without columns


def test_a_county_without_columns_says_that_nobody_looks(site: Site, pages: str) -> None:
    count = len(site.files.registry().county(NEW).units)  # type: ignore[union-attr]
    assert count > 5
    page = get(f"{pages}/c/{NEW}").text
    assert f"县配置文件中有{count}个单位，未配置栏目，无人查看" in page
    assert f'href="/setup/{NEW}#columns"' in page
    assert "没有应发布的单位" not in page
    assert "0/0" not in page
    english = get(f"{pages}/c/{NEW}?lang=en").text
    assert "Nobody has to publish" not in english
    assert "nobody looks" in english


def test_the_overview_has_it_among_what_is_to_be_done(site: Site, pages: str) -> None:
    count = len(site.files.registry().county(NEW).units)  # type: ignore[union-attr]
    page = get(f"{pages}/?year=2026").text
    (row,) = re.findall(rf'<tr><th scope="row"><a href="/c/{NEW}.*?</tr>', page, re.S)
    assert f"未配置栏目，{count}个单位无人查看" in row
    assert f'href="/setup/{NEW}#columns"' in row
    assert "今天没有要处理的" not in page
    rows = get(f"{pages}/overview.json?year=2026").json()
    assert {each["code"]: each["unwatched"] for each in rows}[NEW] == count


def test_a_countys_page_leads_to_its_set_up(pages: str) -> None:
    assert 'href="/setup/140999"' in get(f"{pages}/c/140999").text
