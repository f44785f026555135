"""Every page has its picture: a route that is neither among those of `make screenshots` nor no page is named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from nianbao.monitor.settings import Public, Web
from nianbao.monitor.web.app import made
from nianbao.monitor.web.words import by
from tests.amounts import TIMES, prove
from tests.monitor.test_web_reached import SEEN, TAGS, told
from tests.worlds.pages import chromium, lived, served, site_of
from tests.worlds.pictured import (
    FOR_PROGRAMS,
    NOT_PAGES,
    PAGES,
    Scene,
    named,
    of_season,
    route_of,
    signed_in,
)
from tests.worlds.recorded import at


def test_every_route_has_a_picture_or_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    app: Any = made(site_of(tmp_path, at(2, 4)))
    while not hasattr(app, "routes"):
        app = app.app
    shown = {
        each.path
        for each in app.routes
        if isinstance(each, Route)
        and "GET" in (each.methods or ())
        and not each.path.startswith(FOR_PROGRAMS)
    }
    assert shown == PAGES | NOT_PAGES
    assert not PAGES & NOT_PAGES


def test_an_address_is_of_the_route_that_says_most_of_it() -> None:
    for address, route in (
        ("http://127.0.0.1:5/?year=2026", "/"),
        ("http://127.0.0.1:5/c/140999/2026/faults?each=1", "/c/{place:path}/faults"),
        ("http://127.0.0.1:5/c/140999/2026", "/c/{place:path}"),
        ("http://127.0.0.1:5/door/report", "/door/report"),
        ("http://127.0.0.1:5/door/abc", "/door/{secret}"),
        ("http://127.0.0.1:5/setup?name=140924", "/setup"),
        ("http://127.0.0.1:5/nix", ""),
    ):
        assert route_of(address) == route


def test_a_picture_is_called_as_its_page_is() -> None:
    scenes = [Scene("", "http://127.0.0.1:5/c/140999/2026?year=2026"), Scene("door", "http://a/")]
    assert [each.name for each in named(scenes)] == ["00-c-year", "01-door"]
    public = Scene("", "http://127.0.0.1:5/public/u/140999101/index.html")
    assert public.spoken("en") == "http://127.0.0.1:5/public/en/u/140999101/index.html"
    assert Scene("", "http://a/?x=1#b").spoken("en") == "http://a/?x=1&lang=en#b"


# ---- as they are seen


COUNTY = "140999"
# Those that no other test looks at.
LOOKED_AT = re.compile("(letter|drafts|door|sign|county|unit|refused|first|overview|review|p$)")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Scene]]:
    folder = tmp_path_factory.mktemp("pictured")
    site = site_of(folder, lived(folder))
    web = Web(public="http://ogi.example.gov.cn")
    told_so = replace(site.settings, web=web, public=Public((COUNTY,)))
    with served(replace(site, settings=told_so)) as address, signed_in(folder) as others:
        yield [*named(of_season(address, COUNTY)), *others]
    site.jobs.close()


def of_way(scenes: Sequence[Scene], lang: str) -> Sequence[Scene]:
    """Each of them in one way, half of them in either; by hand each in both."""
    return scenes if TIMES > 1 else scenes[lang == "en" :: 2]


@prove
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize(("lang", "width", "theme"), SEEN)
def test_axe_finds_nothing_and_all_is_on_the_screen(
    scenes: Sequence[Scene], lang: str, width: int, theme: Any
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    screenshots = pytest.importorskip("scripts.screenshots")
    options = {"runOnly": {"type": "tag", "values": TAGS}, "iframes": False}
    assert {route_of(each.address) for each in scenes} == PAGES | {""}
    wrong = list[str]()
    with chromium() as browser:
        for scene in of_way([each for each in scenes if LOOKED_AT.search(each.name)], lang):
            with screenshots.looked_at(browser, scene, lang, width, theme, bypass_csp=True) as page:
                seen = axe.run(page, options=options).response
                wrong += [f"{scene.name}: {each}" for each in told(seen)]
                wide = page.evaluate("document.documentElement.scrollWidth")
                wrong += [f"{scene.name}: {wide} px wide"] if wide > width else []
                edges = page.eval_on_selector_all("iframe", EDGES)
                wrong += [f"{scene.name}: a frame from {each}" for each in edges]
    assert wrong == []


# At half a pixel one of its edges is not drawn.
EDGES = """all => all.map(each => each.getBoundingClientRect())
    .filter(each => (each.left % 1) || (each.right % 1)).map(each => `${each.left} to ${each.right}`)"""


def test_what_stands_for_nobodys_name_is_said_in_english() -> None:
    assert by("本机", "en") == "this machine"
    assert by("西河镇（回复链接）", "en") == "西河镇 (by link)"
    assert by("西河镇（回复链接）", "zh") == "西河镇（回复链接）"
    assert by("王某", "en") == "王某"


@prove
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_nothing_that_is_pressed_is_on_paper(scenes: Sequence[Scene]) -> None:
    screenshots = pytest.importorskip("scripts.screenshots")
    wrong = list[str]()
    shown = [each for each in scenes if ON_PAPER.search(each.name)]
    assert len(shown) > 15
    with chromium() as browser:
        for scene in shown:
            with screenshots.looked_at(browser, scene, "zh", 1280, "print") as page:
                wrong += [f"{scene.name}: {each}" for each in page.evaluate(PRESSED)]
    assert wrong == []


# Set-up is printed with what stands in its fields.
ON_PAPER = re.compile(
    "(letter|drafts|door|county|unit|faults|refused|overview|-p$|-u$|-r$|data|mail)"
)
PRESSED = """() => [...document.querySelectorAll('button, input, select, textarea:not(.printed)')]
    .filter(each => each.checkVisibility() && each.type !== 'hidden').map(each => each.outerHTML.slice(0, 90))"""
