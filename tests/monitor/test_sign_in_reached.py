"""Everybody reaches the page to sign in, and what is theirs behind it: axe finds nothing, the keyboard is enough."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest

from nianbao.monitor.passwords import hash_of
from nianbao.storage.people import By, add
from nianbao.storage.scope import of_county, of_unit
from nianbao.storage.store import session
from tests.monitor.test_web_reached import SEEN, TAGS, told
from tests.monitor.test_web_walks import to
from tests.worlds.pages import chromium, served
from tests.worlds.two import NOW, ONE, filled

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed"),
]
SECRET = "a long password 口令"
UNIT = ONE.units[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    site = filled(tmp_path_factory.mktemp("reached") / "two")
    kept, by = hash_of(SECRET, "a"), By("王某", NOW.astimezone(UTC))
    with session(site.engine) as s:
        add(s, "county", "supervisor", of_county(ONE.code), kept, by)
        add(s, "town", "unit", of_unit(UNIT, ONE.code), kept, by)
    with served(site) as address:
        yield address
    site.jobs.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def signs_in(page: Any, name: str, password: str) -> None:
    """By the keyboard alone."""
    to(page, " name", key="End")
    page.keyboard.type(name)
    to(page, " password", key="End")
    page.keyboard.type(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


OF = {
    "county": (f"/c/{ONE.code}", f"/u/{UNIT}", f"/p/{UNIT}", "/", "/review", "/check", "/setup"),
    "town": (f"/u/{UNIT}", f"/p/{UNIT}", "/check", f"/c/{ONE.code}"),
}


@pytest.mark.parametrize(("lang", "width", "theme"), SEEN)
def test_axe_finds_nothing_behind_the_door_and_before_it(
    pages: str, browser: Any, lang: str, width: int, theme: Any
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {"runOnly": {"type": "tag", "values": TAGS}, "iframes": False}
    wrong = list[str]()
    for name, paths in OF.items():
        looks: dict[str, Any] = {"viewport": {"width": width, "height": 844}}
        context = browser.new_context(**looks, color_scheme=theme, bypass_csp=True)
        page = context.new_page()

        def look(page: Any = page) -> None:
            found = told(axe.run(page, options=options).response)
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong.extend(f"{page.url}: {each}" for each in found)
            wrong.extend([f"{page.url}: {wide} px wide"] if wide > width else [])

        page.goto(f"{pages}/?lang={lang}")
        assert "/sign-in?next=" in page.url
        look()
        signs_in(page, name, "wrong")
        look()
        signs_in(page, name, SECRET)
        assert "/sign-in" not in page.url
        for path in paths:
            page.goto(f"{pages}{path}")
            look()
        to(page, name)  # signs out
        page.wait_for_url("**/sign-in*")
        context.close()
    assert wrong == []


def test_the_page_that_was_asked_for_is_behind_the_door(pages: str, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{pages}/p/{UNIT}/2026")
    signs_in(page, "town", SECRET)
    assert page.url == f"{pages}/p/{UNIT}/2026"
    context.close()
