"""The board of faults and a unit's door in a browser: axe finds nothing, keyboard suffices, no script is needed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.amounts import fuzz
from tests.monitor.test_way_pages import COUNTY, MISSING, WRONG, Lived, answers, letter_of, opened
from tests.monitor.test_web_reached import TAGS, told
from tests.portals.server import running
from tests.worlds.mailbox import receiving
from tests.worlds.pages import chromium, post, served
from tests.worlds.seasons import Season, settings_for, work_of

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed"),
]
# Each language and each width; both ways crossed by hand.
SEEN = [
    ("zh", 1280),
    pytest.param("zh", 390, marks=fuzz),
    pytest.param("en", 1280, marks=fuzz),
    ("en", 390),
]
DRAWN = os.environ.get("DRAWN_INTO", "")  # a folder for pictures, for eyes


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("seen")
    season = Season(folder, date(2027, 1, 29))
    with receiving() as box, running(season) as site:
        season.config(site.url)
        made = Lived(season, work_of(season, settings_for(folder, box)), folder)
        made.until(date(2027, 1, 29), date(2027, 2, 11), date(2027, 2, 12))
        yield made


def violations(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {"runOnly": {"type": "tag", "values": TAGS}, "iframes": False}
    return told(axe.run(page, options=options).response)


@pytest.mark.parametrize(("lang", "width"), SEEN)
def test_everybody_goes_the_whole_way(lived: Lived, browser: Any, lang: str, width: int) -> None:
    """By the keyboard alone, with and without a script; axe finds nothing on any of its pages."""
    with served(lived.site) as address:
        secret = letter_of(address, WRONG)
        letter_of(address, MISSING)
        context = browser.new_context(
            viewport={"width": width, "height": 844}, bypass_csp=True, java_script_enabled=True
        )
        page = context.new_page()

        def looks(name: str) -> None:
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, f"{name} is wider than the screen"
            assert violations(page) == [], name
            if DRAWN:
                page.screenshot(path=Path(DRAWN) / f"{name}-{lang}-{width}.png", full_page=True)

        page.goto(f"{address}/door/{secret}?lang={lang}")
        looks("door_in")
        page.locator("button.chief").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/door")
        looks("door")
        page.locator("input[value=appealed]").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("以表为准")
        page.locator("form.answer button").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/door?done=1")
        looks("door_done")
        page.goto(f"{address}/door/report")
        looks("door_report")
        page.goto(f"{address}/c/{COUNTY}/2026/faults")
        looks("faults")
        page.locator("form.settle input[name=why]").first.focus()
        page.keyboard.type("仍有错")
        page.locator("form.settle button[value=rejected]").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/faults?done=rejected")
        looks("faults_done")
        page.locator("button[value=undone]").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/faults?done=undone")
        page.goto(f"{address}/c/{COUNTY}/2026/faults?each=1")
        looks("faults_each")
        page.goto(f"{address}/u/{WRONG}/2026")
        looks("unit")
        page.goto(f"{address}/door/{'x' * 43}")
        looks("door_closed")
        context.close()


def test_no_script_is_needed(lived: Lived, browser: Any) -> None:
    with served(lived.site) as address:
        secret = letter_of(address, WRONG)
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}/door/{secret}")
        page.click("button.chief")
        page.check("input[value=explained]")
        page.fill("textarea", "口径如此")
        page.click("form.answer button")
        assert page.locator("[role=status]").count() == 1
        page.goto(f"{address}/c/{COUNTY}/2026/faults")
        page.check(f"input[value='{MISSING}']")
        page.fill("input[name=words]", "电话")
        page.click("button[value=sent]")
        page.wait_for_url("**/faults?done=sent")
        context.close()


def test_what_a_unit_says_is_text_everywhere(lived: Lived) -> None:
    with served(lived.site) as address:
        browser = opened(address, letter_of(address, WRONG))
        said = "</q><img src=x onerror=alert(1)>{{7*7}}"
        assert answers(browser, address, "explained", said).status_code == 200
        for path in (f"/c/{COUNTY}/2026/faults", f"/u/{WRONG}/2026", "/door"):
            page = browser.get(address + path, timeout=60).text
            assert "<img src=x" not in page
            assert "{{7*7}}" in page
        post(f"{address}/do/door", unit=WRONG, year="2026", revoke="1")
