"""The first days of an operator: a file without columns, an address that was pasted, what waits, and the data of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.web.setup import as_fields
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.words import say
from nianbao.storage.nation import counties_named
from nianbao.storage.registry import county_yaml
from nianbao.storage.store import open_store
from tests.monitor.test_discover import FILE, site_and_file
from tests.monitor.test_web_setup import NOW, ended, form_in, post
from tests.portals.fronts import front_page
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


# ---- set-up


@pytest.fixture
def unmade(site: Site) -> Site:
    (site.files.folder / "繁峙县.yaml").unlink()
    site.files.look_again()
    return site


def test_a_part_of_a_name_finds_the_county(unmade: Site, pages: str) -> None:
    page = get(f"{pages}/setup?name={quote('繁峙')}").text
    assert f'href="/setup/{NEW}"' in page
    assert "没有找到" not in page
    assert 'href="/setup/140999"' in section_of(get(f"{pages}/setup?name={quote('平安')}").text)


def section_of(page: str) -> str:
    """What was found."""
    return page.partition('id="files"')[0]


@pytest.mark.parametrize(
    "pasted",
    [
        "http://www.fanshi.gov.cn/",
        "https://www.fanshi.gov.cn/zwgk/a.html?b=1",
        "www.fanshi.gov.cn/",
        "www.fanshi.gov.cn",
    ],
)
def test_an_address_may_be_pasted_as_the_portal(unmade: Site, pages: str, pasted: str) -> None:
    shown = post(f"{pages}/setup/{NEW}/create", host=pasted)
    assert "+host: www.fanshi.gov.cn" in shown.text
    assert "原文件" not in shown.text  # there is none
    assert "将新建 繁峙县.yaml" in shown.text
    done = post(shown.url)
    assert "已写入 繁峙县.yaml" in done.text
    assert "已写入" not in get(f"{pages}/setup/140999").text


def test_a_form_stays_with_what_was_typed_and_the_error_beside_it(unmade: Site, pages: str) -> None:
    page = post(f"{pages}/setup/{NEW}/create", host="不是 网址")
    assert page.status_code == 400
    assert 'value="不是 网址" aria-invalid="true" aria-describedby="wrong"' in page.text
    assert "门户网站只写主机名" in page.text
    assert "砂河镇" in page.text
    page = post(f"{pages}/setup/140999/discover", url="http://", departments="1")
    assert page.status_code == 400
    assert 'value="http://" aria-invalid="true"' in page.text
    assert 'name="departments" value="1" checked' in page.text
    page = post(f"{pages}/setup/140999/bring", unit="x", year="2026")
    assert page.status_code == 404
    (key, *_) = re.findall(r'<option value="(140999-[^"]+)"', get(f"{pages}/setup/140999").text)
    page = post(f"{pages}/setup/140999/bring", unit=key, year="26", why="见到<了>", url="a.cn")
    assert page.status_code == 400
    assert 'name="year" value="26" aria-invalid="true"' in page.text
    assert 'name="why" value="见到&lt;了&gt;"' in page.text
    assert 'name="url" value="a.cn"' in page.text
    assert "没有“26”年度" in page.text


def test_units_that_are_refused_stay_as_they_were_typed(unmade: Site, pages: str) -> None:
    form = form_in(get(f"{pages}/setup/140999").text, "/units")
    page = post(f"{pages}/setup/140999/units", **form | {"name.0": "新名镇", "since.1": "何时"})
    assert page.status_code == 400
    assert 'value="新名镇"' in page.text
    assert "没有写入" in page.text
    same = post(f"{pages}/setup/140999/units", **form)
    assert same.status_code == 409
    assert "没有改动" in same.text
    assert form_in(same.text, "/units") == form


def test_a_search_that_found_nothing_is_not_told_as_done(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    with site_and_file(tmp_path, {"/": front_page("别处县", "")}) as (
        url,
        _,
    ):
        site = site_of(tmp_path, datetime.now(UTC))
        with served(site) as pages:
            page = ended(post(f"{pages}/setup/140999/discover", url=url).url)
        site.jobs.close()
    assert "没有结果" in page
    assert "完成" not in page
    assert "写入县配置" not in page
    assert "--host-is-right" not in page


def test_the_pages_have_no_options_of_the_command_line() -> None:
    for lang in LANGS:
        told = as_fields(OF_HOST[lang], lang)
        assert "--" not in told
        assert say("discover_host_is_right", lang) in told


LANGS: tuple[Lang, ...] = ("zh", "en")
OF_HOST: Mapping[Lang, str] = {
    "zh": "请核对网址，确认无误加 --host-is-right",
    "en": "look at the address, and add --host-is-right if it is right",
}
