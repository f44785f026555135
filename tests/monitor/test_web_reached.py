"""Everybody reaches every page: axe finds nothing, in both languages, light and dark, wide and narrow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.pages import chromium, lived, served, site_of
from tests.worlds.walked import pages_of

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


def told(found: dict[str, Any]) -> list[str]:
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize(("lang", "width", "theme"), [("zh", 1280, "light"), ("en", 390, "dark")])
def test_axe_finds_nothing(pages: str, browser: Any, lang: str, width: int, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    looks: dict[str, Any] = {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
    context = browser.new_context(**looks, bypass_csp=True)  # for the script that looks
    page, wrong = context.new_page(), list[str]()
    options = {"runOnly": {"type": "tag", "values": TAGS}, "iframes": False}
    for address in pages_of(pages, most=1, also=ALSO):
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
        for fold in page.query_selector_all("details:not([open]) > summary"):
            fold.click()
        found = axe.run(page, options=options).response
        wrong += [f"{address.removeprefix(pages)}: {each}" for each in told(found)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{address.removeprefix(pages)}: {wide} px wide")
    context.close()
    assert wrong == []
