"""The data page: what is chosen there is the same as a file, by the API and on the page; axe finds nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup

from nianbao.monitor.ledger.words import of_quality
from nianbao.monitor.web.api.fields import fields
from nianbao.monitor.web.signing import DATA
from nianbao.monitor.web.site import Site
from tests.amounts import prove
from tests.monitor.test_api import YEAR, told, walked
from tests.monitor.test_web_every import COUNTY, filled
from tests.worlds.pages import chromium, get, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    filling = filled(tmp_path_factory.mktemp("data") / "few", 9)
    yield filling
    filling.engine.dispose()


@pytest.fixture(scope="module")
def url(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {"standing": "missing"},
    {"standing": "unknown", "scope": COUNTY},
    {"kind": "department"},
    {"system": "static-auto"},
    {"system": "trs-index"},
)


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
def test_page_files_and_api_say_the_same(url: str, chosen: dict[str, Any]) -> None:
    asked = urlencode({"year": YEAR, **chosen})
    page = get(f"{url}/data?{asked}&kind=" if "kind" not in chosen else f"{url}/data?{asked}")
    assert page.status_code == 200, page.text
    rows = walked(f"{url}/api/v1", "standings", year=YEAR, limit=4, **chosen)
    assert "`" not in get(f"{url}/data?{asked}&lang=en").text  # a name in the codebook is drawn so
    (said,) = re.findall(r"选中(\d+)个单位", page.text)
    assert int(said) == len(rows)
    links = {str(each["href"]) for each in BeautifulSoup(page.content, "lxml")("a")}
    for part in ("/data.csv", "/data.parquet", "/data/manifest.json", "/api/v1/standings"):
        assert any(each.startswith(f"{part}?") for each in links), part
    file = get(f"{url}/data.csv?{asked}")
    lines = [*csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))]
    assert [line["code"] for line in lines] == [row["code"] for row in rows]
    assert [line["why"] for line in lines] == [row["why"] for row in rows]
    table = pq.read_table(io.BytesIO(get(f"{url}/data.parquet?{asked}").content))
    assert table.to_pylist() == rows
    assert table.column_names == [*fields()["standings"]]
    manifest = told(get(f"{url}/data/manifest.json?{asked}"))
    assert manifest["rows"] == len(rows)
    assert manifest["sha256"] == hashlib.sha256(file.content).hexdigest()
    assert get(url + manifest["csv"]).content == file.content
    assert get(url + manifest["evidence"]).status_code == 200


def test_each_state_is_told_with_its_word() -> None:
    told = fields()["standings"]["quality"].zh
    for name in ("clean", "flagged", "unreadable"):
        assert f"{name} {of_quality(name).zh}" in told


def test_what_could_not_be_verified_is_of_those_that_are_due(url: str) -> None:
    rows = walked(f"{url}/api/v1", "standings", year=YEAR)
    unknown = sum(row["standing"] == "unknown" for row in rows)
    page = BeautifulSoup(get(f"{url}/data?year={YEAR}&standing=missing").content, "lxml")
    for name in ("regions", "systems"):
        (line,) = page.select(f"section[aria-labelledby={name}] tbody tr")
        told_of = [each.get_text() for each in line("td")]
        assert [re.sub(r"\D", "", each) for each in told_of[:2]] == [f"{len(rows)}", f"{unknown}"]
        assert told_of[2].endswith(f"{100 * unknown / len(rows):.1f}%")


def test_it_speaks_both_languages(url: str) -> None:
    page = get(f"{url}/data?year={YEAR}&lang=en").text
    assert "Units chosen for 2026: 9" in page
    assert "What could not be verified" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/data?system=nobody", 404),
        ("/data?standing=gone", 400),
        ("/data?other=1", 400),
        ("/data?scope=%E6%97%A0", 404),
        ("/data.xlsx", 404),
    ],
)
def test_what_is_asked_wrongly_is_told(url: str, path: str, status: int) -> None:
    assert get(url + path).status_code == status


def test_its_routes_say_whom_they_are_for() -> None:
    assert {*DATA} == {"/data", "/data.{form}", "/data/manifest.json"}


@prove
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(url: str, lang: str, width: int, tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with chromium() as browser:
        context = browser.new_context(
            bypass_csp=True,
            java_script_enabled=True,
            viewport={"width": width, "height": 900},
        )
        page = context.new_page()
        page.goto(f"{url}/data?year={YEAR}&lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.run(page).response
        assert [each["id"] for each in found["violations"]] == []
        page.pdf(path=tmp_path / "data.pdf")
        assert (tmp_path / "data.pdf").read_bytes().startswith(b"%PDF")
        context.close()
