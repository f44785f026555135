"""What pictures of the pages showed: words that broke, doubts that were not told, links that looked like none."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
import requests

from nianbao.monitor.passwords import hash_of
from nianbao.monitor.web.sessions import COOKIE
from nianbao.storage.people import By, add, begin
from nianbao.storage.scope import EVERYTHING, of_county, of_unit
from nianbao.storage.store import session
from tests.worlds.pages import chromium, served
from tests.worlds.two import NOW, ONE, filled

UNIT, _, MISSING = ONE.units


class Pages(NamedTuple):
    """Two counties, and whoever looks at them."""

    address: str
    cookies: Mapping[str, Mapping[str, str]]

    def get(self, path: str, who: str = "city", lang: str = "en") -> str:
        asked = f"{self.address}{path}{'&' if '?' in path else '?'}lang={lang}"
        answer = requests.get(asked, cookies=dict(self.cookies[who]), timeout=60)
        answer.raise_for_status()
        return answer.text


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    site, by = filled(tmp_path_factory.mktemp("looks") / "two"), By("王某", NOW)
    kept, cookies = hash_of("a long password", "a"), dict[str, Mapping[str, str]]()
    with session(site.engine) as s:
        add(s, "city", "operator", EVERYTHING, kept, by)
        add(s, "county", "supervisor", of_county(ONE.code), kept, by)
        add(s, "town", "unit", of_unit(UNIT, ONE.code), kept, by)
        for name in ("city", "county", "town"):
            cookies[name] = {COOKIE: begin(s, name, "127.0.0.1", NOW)}
    with served(site) as address:
        yield Pages(address, cookies)
    site.jobs.close()
    site.engine.dispose()


# Words that go on in the next line.
BROKEN = """() => {
    const found = [];
    for (const each of document.querySelectorAll('thead th, .grid tbody th, .way td:last-child')) {
        const walk = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            for (const word of walk.currentNode.data.matchAll(/[^\\s-]+/g)) {
                const range = document.createRange();
                range.setStart(walk.currentNode, word.index);
                range.setEnd(walk.currentNode, word.index + word[0].length);
                if (range.getClientRects().length > 1) found.push(word[0]);
            }
        }
    }
    return found;
}"""
WIDE = """() => [document.documentElement, ...document.querySelectorAll('.wide')]
    .filter(each => each.scrollWidth > each.clientWidth).map(each => each.className || 'page')"""
SHOWN = (
    ("city", "/"),
    ("county", f"/c/{ONE.code}"),
    ("county", f"/c/{ONE.code}/2026/faults?each=1"),
    ("city", "/operations"),
    ("city", f"/setup/{ONE.code}"),
)


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize("media", ["screen", "print"])
def test_no_word_breaks_and_nothing_is_wider_than_the_page(pages: Pages, media: Any) -> None:
    screenshots = pytest.importorskip("scripts.screenshots")
    width = screenshots.A4 if media == "print" else 1280
    wrong = list[str]()
    with chromium() as browser:
        for who, path in SHOWN:
            context = browser.new_context(viewport={"width": width, "height": 844})
            for name, value in pages.cookies[who].items():
                context.add_cookies([{"name": name, "value": value, "url": pages.address}])
            page = context.new_page()
            page.emulate_media(media=media)
            page.goto(f"{pages.address}{path}{'&' if '?' in path else '?'}lang=en")
            wrong += [f"{path}: {each}" for each in page.evaluate(BROKEN)]
            wrong += [f"{path}: {each} is wider" for each in page.evaluate(WIDE)]
            context.close()
    assert wrong == []


def test_a_warning_is_one_by_the_sheet_that_every_page_has(pages: Pages) -> None:
    """The preview of a mail has none of set-up's sheets."""
    sheet = pages.get("/static/style.css")
    assert re.search(r"^\.alarm \{ color: var\(--alarm\)", sheet, re.MULTILINE)
    assert re.search(r"^::placeholder \{ color: var\(--soft\)", sheet, re.MULTILINE)


def test_the_door_tells_what_is_doubted_as_the_units_page_does(pages: Pages) -> None:
    for path in ("/door", "/"):
        page = pages.get(path, "town")
        years = page[page.index('id="years"') :]
        assert years.count("first read late</b>") == 5, path
        assert page.count("day doubted</b>") == 2, path
        assert "the first whole look came over 60 days after the deadline" in years, path


def test_a_county_says_beside_what_is_published_what_cant_be_seen(pages: Pages) -> None:
    page = pages.get(f"/c/{ONE.code}", "county")
    assert "1 of 3 published; can&#39;t be seen: 1<" in page
    assert "33% published (1 can&#39;t be seen: they may have been published" in page
    chinese = pages.get(f"/c/{ONE.code}", "county", "zh")
    assert "应发布3，已发布1，看不到1<" in chinese
    assert "missing, first read late" in page


def test_what_is_not_seen_and_what_cant_be_seen_are_called_apart(pages: Pages) -> None:
    page = pages.get("/")
    assert "reports not seen: 2 (counties: 2), can&#39;t be verified: 2 (counties: 2)" in page
    assert "1 can&#39;t be verified, 1 not seen" in page


def test_a_sum_leads_to_its_units_and_says_in_english_what_is_wrong(pages: Pages) -> None:
    page = pages.get(f"/sum/{ONE.code}/2026", "county")
    for unit in (UNIT, MISSING):
        assert f'href="/u/{unit}/2026"' in page
    assert f"the unit is {ONE.towns[0]}, title or signature name" in page
    chinese = pages.get(f"/sum/{ONE.code}/2026", "county", "zh")
    assert ONE.towns[0] in chinese
    assert "title or signature" not in chinese


def test_a_units_page_names_each_thing_once(pages: Pages) -> None:
    page = pages.get(f"/u/{UNIT}/2026", "county")
    assert f'<dt class="away">Drafts box</dt><dd class="away"><a href="/u/{UNIT}/drafts' in page
    assert "Hand in; the rounds so far</a>" in page
    assert "Letter to correct, Word</button>" in page
    chinese = pages.get(f"/u/{UNIT}/2026", "county", "zh")
    assert "整改通知书 Word</button>" in chinese
    missing = pages.get(f"/u/{MISSING}/2026", "county")
    assert "Sheet of evidence, PDF</a>" in missing


def test_a_proof_counts_its_entries_once(pages: Pages) -> None:
    assert "<dd>read, entries: 2" in pages.get(f"/p/{MISSING}/2026", "county")


def test_what_is_meant_as_code_is_shown_as_code(pages: Pages) -> None:
    page = pages.get("/data")
    assert "whatever <code>confirmed</code> says" in page
    assert "`" not in page[page.index('id="codebook"') :]
