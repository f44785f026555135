"""Everybody reaches every page: axe finds nothing, in both languages, light and dark, wide and narrow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.monitor.test_check import slipped
from tests.monitor.test_web_check import docx_of, found, handed, mended
from tests.monitor.test_web_report import WILLOW, draft_of, page_of, willow
from tests.worlds.pages import chromium, lived, served, site_of
from tests.worlds.seasons import CODES
from tests.worlds.walked import pages_of
from tests.worlds.written import at, written

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed"),
]
ALSO = (
    "/setup",
    "/setup/140999",
    "/setup/140924",
    "/setup?name=140924",
    "/operations",
    "/operations/log",
    "/nix",
)
# The rules that say what one would rather have, beside those of WCAG 2.2 AA.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("reached")
    site = site_of(folder, lived(folder))
    with served(site) as address:
        yield address
    site.jobs.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def told(seen: dict[str, Any]) -> list[str]:
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for each in seen["violations"]
        for node in each["nodes"][:3]
    ]


SEEN = [("zh", 1280, "light"), ("en", 390, "dark")]


# Words that stand on two lines; where they are Chinese, a numeral apart from its bracket.
BROKEN = """() => {
    const cut = [];
    for (const each of document.querySelectorAll(".form .word, .form th, .letter td, .letter th")) {
        const walk = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            for (const found of walk.currentNode.data.matchAll(/[a-z]+|（.）|可能应为/g)) {
                const range = document.createRange();
                range.setStart(walk.currentNode, found.index);
                range.setEnd(walk.currentNode, found.index + found[0].length);
                const lines = new Set([...range.getClientRects()].map(each => each.top));
                if (lines.size > 1) cut.push(found[0]);
            }
        }
    }
    return cut;
}"""


@pytest.mark.parametrize("path", ["r", "letter"])
def test_no_word_of_a_narrow_table_is_broken(pages: str, browser: Any, path: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{pages}/{path}/{CODES['甲戌镇']}/2026?lang=en")
    assert page.query_selector_all(".form td.wrong, .letter td")
    assert page.evaluate(BROKEN) == []
    page.close()


@pytest.mark.parametrize(("lang", "width", "theme"), SEEN)
def test_axe_finds_nothing(pages: str, browser: Any, lang: str, width: int, theme: str) -> None:
    addresses = pages_of(pages, most=1, also=ALSO)
    assert wrong_in(browser, pages, addresses, lang, width, theme) == []


@pytest.mark.parametrize(("lang", "width", "theme"), SEEN)
def test_axe_finds_nothing_in_what_is_held_against_another(
    tmp_path: Path, browser: Any, lang: str, width: int, theme: str
) -> None:
    """A report beside that of the year before, a draft beside the one before."""
    last, mine = page_of(draft_of("柳树镇", 2025)), page_of(willow())
    written(tmp_path, (at(1, 12), ((WILLOW, 2025, last),)), (at(1, 20), ((WILLOW, 2026, mine),)))
    site = site_of(tmp_path, at(2, 4))
    with served(site) as pages:
        before = handed(pages, ("年报.docx", docx_of(slipped())))
        found(before)
        after = handed(pages, ("年报.docx", docx_of(mended())), before=before.rpartition("/")[2])
        assert "已改好1处" in found(after)
        addresses = [f"{pages}/r/{WILLOW}/2026?last=1", after]
        assert wrong_in(browser, pages, addresses, lang, width, theme) == []
    site.drafts.close()


def wrong_in(
    browser: Any, pages: str, addresses: Sequence[str], lang: str, width: int, theme: str
) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    looks: dict[str, Any] = {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
    context = browser.new_context(**looks, bypass_csp=True)  # for the script that looks
    page, wrong = context.new_page(), list[str]()
    options = {"runOnly": {"type": "tag", "values": TAGS}, "iframes": False}
    for address in addresses:
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
        for fold in page.query_selector_all("details:not([open]) > summary"):
            fold.click()
        seen = axe.run(page, options=options).response
        wrong += [f"{address.removeprefix(pages)}: {each}" for each in told(seen)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{address.removeprefix(pages)}: {wide} px wide")
    context.close()
    return wrong
