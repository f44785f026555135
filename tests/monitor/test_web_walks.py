"""What people do on the pages, from its first click to its last, in a browser: a county is set up, somebody is called,
a link is settled, and all of it by the keyboard alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from nianbao.monitor.ledger.upkeep import refresh
from nianbao.storage.nation import towns_of
from nianbao.storage.registry import load_county
from nianbao.storage.store import open_store
from tests.crawler.test_discovering import asked_in_chinese, report
from tests.monitor.test_reviewing import doubtful, number_of
from tests.monitor.test_web_reached import ALSO
from tests.monitor.test_web_review import COUNTY, serving
from tests.portals.fronts import front_page, menu
from tests.portals.server import Portal, Reply, Request, page, running
from tests.worlds.pages import chromium, lived, served, site_of
from tests.worlds.recorded import at
from tests.worlds.seasons import CODES
from tests.worlds.walked import pages_of

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed"),
]
NOW = datetime(2027, 2, 12, 1, tzinfo=UTC)
FANSHI = "140924"
SEEN = [("zh", 1280), ("zh", 390), ("en", 1280), ("en", 390)]


# The page of an address that is none.
NOT_THERE = ("Failed to load resource: the server responded with a status of 404 (Not Found)",)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@contextmanager
def seen(browser: Any, width: int, **more: Any) -> Iterator[Any]:
    """A page of a browser, in which nothing is told to be wrong and nothing is wider than the screen."""
    context = browser.new_context(viewport={"width": width, "height": 844}, **more)
    one, wrong = context.new_page(), list[str]()
    one.set_default_timeout(60_000)

    def said(told: Any) -> None:
        if told.text not in NOT_THERE:
            wrong.append(told.text)

    def loaded(each: Any) -> None:
        if told := each.evaluate(
            "document.documentElement.scrollWidth > innerWidth && location.href"
        ):
            wrong.append(f"{told} is wide")

    one.on("console", said)
    one.on("pageerror", lambda told: wrong.append(str(told)))
    one.on("load", loaded)
    yield one
    context.close()
    assert wrong == []


# ---- a county is set up


def portal_of(towns: Sequence[str]) -> Portal:
    """A county's portal, on which these have published for three years."""
    rows = "".join(
        f"<li><a href='/a/{town}/{year}.html'>{town}{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-15</span></li>"
        for year in (2026, 2025, 2024)
        for town in towns
    )
    pages = {
        "/": front_page("繁峙县", menu(("政府信息公开", "/xxgk/")), FANSHI),
        "/xxgk/": page(menu(("年报", "/nb/"))),
        "/nb/": page(
            f"<div><a href='/'>首页</a> &gt; 政府信息公开年报</div><ul class='list'>{rows}</ul>",
            "政府信息公开年报",
        ),
    }

    def answered(request: Request) -> Reply | None:
        reply = pages.get(request.path)
        if found := re.fullmatch(r"/a/([^/]+)/([0-9]{4})\.html", request.path):
            reply = report(found[1], int(found[2]), "繁峙县")
        if reply is None:
            return None
        told = format_datetime(NOW, usegmt=True)
        return replace(reply, headers={**reply.headers, "Date": told})

    return asked_in_chinese(answered)


SET_UP = {
    "zh": {
        "name": "县名", "find": "查找", "make": "建立（先看内容）", "write": "写入", "url": "从哪个网页开始",
        "right": "我核对过，是本县的网站", "begin": "开始查找", "take": "写入县配置", "done": "完成",
        "again": "再看一次", "first": "首次核查未见",
    },
    "en": {
        "name": "County", "find": "Find", "make": "Make it", "write": "Write", "url": "address",
        "right": "I looked", "begin": "Begin", "take": "Take them", "done": "Done",
        "again": "Look again", "first": "not seen in one look",
    },
}  # fmt: skip


@pytest.mark.parametrize(("lang", "width"), SEEN)
def test_a_county_is_set_up_from_its_address_to_its_first_standing(
    browser: Any, tmp_path: Path, lang: str, width: int
) -> None:
    said, towns = SET_UP[lang], [town.name for town in towns_of(FANSHI)]
    open_store(f"sqlite:///{tmp_path}/n.db").dispose()
    ahead = NOW - datetime.now(UTC)
    site = replace(site_of(tmp_path, NOW), clock=lambda: datetime.now(UTC) + ahead)
    with (
        running(portal_of(towns[:-1])) as portal,
        served(site) as pages,
        seen(browser, width) as page,
    ):
        press = lambda name: page.get_by_role("button", name=name).first.click()  # noqa: E731
        page.goto(f"{pages}/?lang={lang}")
        page.locator("input[name=name]").fill("繁峙县")
        press(said["find"])
        page.get_by_role("link", name="繁峙县").first.click()
        assert page.get_by_text(towns[0]).first.is_visible()
        press(said["make"])
        press(said["write"])
        assert page.locator('input[name="name.0"]').input_value() == towns[0]
        page.locator("input[name=url]").first.fill(portal.url)  # its columns are asked for at once
        page.get_by_label(said["right"]).check()
        press(said["begin"])
        page.locator("#job[data-live]").wait_for(state="detached")
        page.locator(".found summary").first.click()
        assert f"→ {towns[0]} 2026" in page.locator(".found").inner_text()
        press(said["take"])
        press(said["write"])
        (column,) = load_county(tmp_path / "counties" / "繁峙县.yaml").columns
        assert column.url == f"{portal.url}/nb/"
        press(said["again"])
        page.locator("#job[data-live]").wait_for(state="detached")
        page.get_by_role("link", name="繁峙县").last.click()
        assert page.url.startswith(f"{pages}/c/{FANSHI}")
        unconfirmed = page.locator("section[aria-labelledby=unconfirmed]")
        assert towns[-1] in unconfirmed.inner_text()  # the one who did not publish, by one look
        assert unconfirmed.get_by_role("link", name=towns[0]).count() == 0
        assert page.locator("td .s-on_time").count() == len(towns) - 1
    site.jobs.close()


# ---- a link is settled


SETTLED = {
    "zh": ("看网页并确认", "非年报", "确认", "撤销", "已记下"),
    "en": ("See its page and settle it", "No report", "Confirm", "Take back", "is written down"),
}


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The pages of a county with links that wait, and the number of one."""
    world = serving(tmp_path)
    doubtful(world)
    refresh(world.engine, world.registry, [world.county], at(2, 3), range(2026, 2027))
    with served(site_of(tmp_path, at(2, 3, 12))) as pages:
        yield pages, number_of(world, 3)
    world.engine.dispose()


@pytest.mark.parametrize(("lang", "width"), SEEN)
def test_a_link_is_settled_and_that_is_taken_back(
    browser: Any, queue: tuple[str, int], lang: str, width: int
) -> None:
    (pages, number), (look, answer, confirm, undo, done) = queue, SETTLED[lang]
    with seen(browser, width) as page:
        page.goto(f"{pages}/c/{COUNTY}/2026?lang={lang}")
        page.locator(f'a[href^="/review/{COUNTY}?year=2026"]').first.click()
        waits = page.locator("section[aria-labelledby=links] li")
        assert waits.count() == 4
        page.get_by_role("link", name=f"{look} #{number}").click()
        page.get_by_role("link", name=answer, exact=True).click()
        would = page.locator("section[aria-labelledby=would]")
        assert f"#{number}" in would.inner_text()  # what follows is shown before
        would.get_by_role("textbox").fill("看过网页")
        would.get_by_role("button", name=confirm, exact=True).click()
        assert f"#{number} {done}" in page.get_by_role("status").inner_text()
        assert waits.count() == 3
        page.get_by_role("link", name=f"{undo} #{number}").click()
        page.locator("section[aria-labelledby=would]").get_by_role("button").click()
        waits.nth(3).wait_for()
        assert waits.count() == 4


# ---- by the keyboard alone


STOPS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(each => each.type !== 'hidden' && each.checkVisibility({visibilityProperty: true}) && !each.disabled)"""
AT = f"""() => {{ const here = document.activeElement, look = getComputedStyle(here);
    return [({STOPS})().indexOf(here), look.outlineStyle !== 'none' && look.outlineWidth !== '0px'] }}"""
NAMED = f"""(which) => ({STOPS})().filter((each, at) => which.includes(at)).map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("season")
    site = site_of(folder, lived(folder))
    with served(site) as pages:
        yield pages
    site.jobs.close()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: Any, season: str) -> None:
    lost: list[str] = []
    with seen(browser, 1280) as page:
        for address in pages_of(season, most=1, also=ALSO):
            page.goto(address)
            many = len(page.evaluate(STOPS))
            reached, unseen = set[int](), set[int]()
            for _ in range(4 * many + 20):  # a date has four places
                page.keyboard.press("Tab")
                stop, is_outlined = page.evaluate(AT)
                reached.add(stop)
                unseen |= set() if is_outlined else {stop}
                if len(reached - {-1}) == many:
                    break
            where = address.removeprefix(season)
            left = page.evaluate(NAMED, [*({*range(many)} - reached)])
            lost += [f"{where} never reached: {each}" for each in left]
            lost += [f"{where} not outlined: {each}" for each in page.evaluate(NAMED, [*unseen])]
    assert lost == []


def to(page: Any, *words: str, key: str = "Enter") -> None:
    """Go on by Tab until what stands there says all of it, and press it."""
    for _ in range(300):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "document.activeElement.textContent.trim() + ' ' + document.activeElement.name"
        )
        if all(each in told for each in words):
            page.keyboard.press(key)
            return
    raise AssertionError(f"{page.url}: {words} is not reached")


def test_whom_to_call_and_the_proof_by_the_keyboard_alone(browser: Any, season: str) -> None:
    may = ["clipboard-read", "clipboard-write"]
    with seen(browser, 390, permissions=may) as page:
        page.goto(f"{season}/?lang=zh")
        to(page, "复制催办", "丁卯镇")
        page.wait_for_selector("[role=status]")
        assert "丁卯镇" in page.evaluate("navigator.clipboard.readText()")
        page.reload()
        to(page, "看依据", "丁卯镇")
        page.wait_for_url(f"**/p/{CODES['丁卯镇']}/2026")
        page.go_back()
        to(page, "首次核查未见", " standing", key="End")
        page.keyboard.press("Enter")
        to(page, "筛选")
        page.wait_for_url("**?standing=unconfirmed**")


def test_a_link_is_settled_by_the_keyboard_alone(browser: Any, queue: tuple[str, int]) -> None:
    (pages, number), (look, answer, confirm, _, done) = queue, SETTLED["zh"]
    with seen(browser, 390) as page:
        page.goto(f"{pages}/review/{COUNTY}?year=2026&lang=zh")
        to(page, f"{look} #{number}")
        page.wait_for_url(f"**/{number}")
        to(page, answer)
        page.wait_for_url("**answer=not_a_report")
        to(page, "why", key="a")
        to(page, confirm)
        page.wait_for_selector("[role=status]")
        assert f"#{number} {done}" in page.get_by_role("status").inner_text()
