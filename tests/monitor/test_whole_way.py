"""The whole way in a browser: an office signs in, writes a letter, the unit comes in by its link and answers, its page is
mended and the next look closes the fault by itself; an appeal is accepted, another is refused; a draft is returned, passed,
and published otherwise. In both languages, by each way to sign in; once by the keyboard alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from docx import Document

from nianbao.monitor.ledger.words import FAULTS
from nianbao.monitor.openid import Provider
from nianbao.monitor.passwords import hash_of
from nianbao.monitor.settings import OIDC_SECRET, Oidc, Web
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.words import say
from nianbao.storage.people import By, add
from nianbao.storage.scope import of_county
from nianbao.storage.store import session
from tests.monitor.test_way_pages import COUNTY, MISSING, WRONG, Lived
from tests.monitor.test_web_proxied import SECRET, free_port
from tests.portals.server import running
from tests.worlds import seasons
from tests.worlds.commands import run_plain
from tests.worlds.hands import Hands
from tests.worlds.mailbox import receiving
from tests.worlds.pages import chromium, served
from tests.worlds.proxies import CADDY, caddy, hash_for_caddy
from tests.worlds.seasons import CODES, Season, settings_for, work_of

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed"),
]
DRAWN = os.environ.get("DRAWN_INTO", "")  # a folder for pictures, for eyes
BASE, WHO, PASSWORD = "/nianbao", "office", "a long password 口令"
APPEALS = {"甲子镇": "accepted", "乙丑镇": "rejected"}
BEFORE = (date(2027, 1, 29), date(2027, 2, 11), date(2027, 2, 12))
MENDED = date(2027, 2, 20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lived]:
    """Three units whose sums are wrong, and one that has not published."""
    for life in seasons.LIVES:
        if life.town in APPEALS:
            monkeypatch.setattr(life, "wrong", True)
    season = Season(tmp_path, BEFORE[0])
    with receiving() as box, running(season) as site:
        season.config(site.url)
        world = Lived(season, work_of(season, settings_for(tmp_path, box)), tmp_path)
        world.until(*BEFORE)
        kept = hash_of(PASSWORD, WHO)
        with session(world.work.engine) as s:
            add(s, WHO, "supervisor", of_county(COUNTY), kept, By("王某", world.now))
        yield world


class Office(NamedTuple):
    """Pages as people reach them, and how one signs in there."""

    address: str
    comes_in: Callable[[Hands], None]
    knows: Mapping[str, Any] = {}  # what the browser of the office knows
    can_leave: bool = True


def shown_at(lived: Lived, web: Web) -> Site:
    """Pages that live in the season's time."""
    site = lived.site
    settings = replace(site.settings, web=web)
    return replace(site, settings=settings, clock=lambda: lived.now, provider=Provider())


def reached_at(site: Site, address: str) -> None:
    """Where it is, is known only now."""
    web = replace(site.settings.web, public=address)
    object.__setattr__(site, "settings", replace(site.settings, web=web))


@contextmanager
def by_account(lived: Lived, _: pytest.MonkeyPatch) -> Iterator[Office]:
    def comes_in(office: Hands) -> None:
        office.looks("sign_in")
        office.write("name", WHO)
        office.write("password", PASSWORD)
        office.press(say("sign_in", office.lang))  # type: ignore[arg-type]

    site = shown_at(lived, Web(sign_in="accounts"))
    with served(site) as address:
        reached_at(site, address)
        yield Office(address, comes_in)
    site.jobs.close()


@contextmanager
def by_provider(lived: Lived, patch: pytest.MonkeyPatch) -> Iterator[Office]:
    """At oidc-provider-mock, whose clock is the season's; under a path."""
    import authlib.oidc.core.grants._legacy as signing

    mocking = pytest.importorskip("oidc_provider_mock")
    patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # both are on this machine
    patch.setenv(OIDC_SECRET, "s3cret")
    patch.setattr(signing, "time", SimpleNamespace(time=lambda: lived.now.timestamp()))
    users = [mocking.User(sub="17", claims={"preferred_username": WHO})]

    def comes_in(office: Hands) -> None:
        office.looks("sign_in_elsewhere")
        office.press(say("oidc_begin", office.lang))  # type: ignore[arg-type]
        if office.by_keyboard:
            office.write("sub", "17")
            office.page.keyboard.press("Enter")
        else:
            office.page.locator('button[name="sub"][value="17"]').click()
        office.page.wait_for_url("**/nianbao/c/**")

    with mocking.run_server_in_thread(user_claims=users, require_nonce=True) as provider:
        oidc = Oidc(f"http://localhost:{provider.server_port}", "nianbao")
        site = shown_at(lived, Web(sign_in="oidc", oidc=oidc))
        with served(site, BASE) as address:
            reached_at(site, address)
            yield Office(address, comes_in)
        site.jobs.close()


# As docs/proxy.md has it: a unit's link, and what its page is made of, needs no password of the office's.
CADDYFILE = """{{
    admin off
    auto_https off
    persist_config off
}}
http://127.0.0.1:{port} {{
    bind 127.0.0.1
    @units path /nianbao/door /nianbao/door/* /nianbao/static/*
    handle @units {{
        reverse_proxy 127.0.0.1:{to} {{
            header_up Host 127.0.0.1
            header_up -X-Remote-User
        }}
    }}
    handle /nianbao/* {{
        basic_auth {{
            office {hash}
        }}
        reverse_proxy 127.0.0.1:{to} {{
            header_up Host 127.0.0.1
            header_up X-Remote-User {{http.auth.user.id}}
        }}
    }}
}}
"""


@contextmanager
def by_proxy(lived: Lived, patch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Caddy, which knows whom it lets in."""
    if CADDY is None:
        pytest.skip("Caddy is not installed")
    site, port, folder = (
        shown_at(lived, Web(sign_in="header", proxies="127.0.0.1")),
        free_port(),
        lived.folder,
    )
    with served(site, BASE) as address:
        to = urlsplit(address).port
        text = CADDYFILE.format(port=port, hash=hash_for_caddy(SECRET), to=to)
        with caddy(folder, text, port):
            reached_at(site, f"http://127.0.0.1:{port}{BASE}")
            knows = {"http_credentials": {"username": WHO, "password": SECRET}}
            yield Office(f"http://127.0.0.1:{port}{BASE}", lambda _: None, knows, False)
    site.jobs.close()


WAYS: Mapping[str, Callable[[Lived, pytest.MonkeyPatch], AbstractContextManager[Office]]] = {
    "account": by_account,
    "provider": by_provider,
    "proxy": by_proxy,
}
SEEN = [
    ("zh", "account", 1280, False),
    ("zh", "provider", 390, False),
    ("zh", "proxy", 1280, True),
    ("en", "account", 390, True),
    ("en", "provider", 1280, False),
    ("en", "proxy", 390, False),
]


@dataclass
class Way:
    """All who are on it."""

    lived: Lived
    browser: Any
    office_at: Office
    lang: str
    width: int
    by_keyboard: bool
    all: list[Hands]

    def said(self, key: str, **named: object) -> str:
        return say(key, self.lang, **named)  # type: ignore[arg-type]

    def somebody(self, **knows: Any) -> Hands:
        """With a browser of their own, which tells what was wrong."""
        context = self.browser.new_context(
            viewport={"width": self.width, "height": 844}, bypass_csp=True, **knows
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        made = Hands(page, self.lang, self.width, self.by_keyboard, DRAWN)
        page.on("pageerror", lambda told: made.wrong.append(str(told)))

        def told(said: Any) -> None:
            """The provider's own pages are none of ours."""
            if said.type == "error" and said.location["url"].startswith(self.office_at.address):
                made.wrong.append(f"{said.location['url']}: {said.text}")

        page.on("console", told)
        self.all.append(made)
        return made

    def signed_in(self, office: Hands, path: str = "/") -> None:
        """Whoever goes there is asked who they are, and comes to it."""
        office.page.goto(f"{self.office_at.address}{path}?lang={self.lang}")
        self.office_at.comes_in(office)
        assert "/sign-in" not in office.page.url

    def letter(self, office: Hands, town: str) -> str:
        """The link that stands in the letter which the office takes along."""
        office.page.goto(f"{self.office_at.address}/u/{CODES[town]}/2026")
        office.looks("unit")
        office.press(self.said("letter_see"))
        office.write("added", "请于收到后三日内办理。")
        office.press(self.said("letter_again"))
        office.says("请于收到后三日内办理。")
        office.looks("letter")
        taken = office.take(self.said("letter_take"))
        told = Document(BytesIO(taken.read_bytes()))
        (link,) = [each.target_ref for each in told.part.rels.values() if each.is_external]
        assert str(link).startswith(f"{self.office_at.address}/door/")
        return str(link)

    def comes_in(self, link: str, town: str) -> Hands:
        """Somebody of the unit, with a browser that knows nobody."""
        unit = self.somebody()
        unit.page.goto(f"{link}?lang={self.lang}")
        unit.looks("door_in")
        unit.press(self.said("door_enter"))
        unit.says(town)
        assert link.rpartition("/")[2] not in unit.page.url + unit.page.content()
        unit.looks("door")
        return unit

    def answers(self, unit: Hands, kind: str, words: str, file: Path | None = None) -> None:
        unit.choose("kind", kind)
        unit.write("words", words)
        if file is not None:
            unit.hand("file", file, near=self.said("door_send"))
        unit.press(self.said("door_send"))
        unit.says(self.said("door_done"), words)
        unit.looks("door_done")


@pytest.mark.parametrize(("lang", "way_in", "width", "by_keyboard"), SEEN)
def test_the_whole_way(
    lived: Lived,
    browser: Any,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    way_in: str,
    width: int,
    by_keyboard: bool,
) -> None:
    with WAYS[way_in](lived, monkeypatch) as office_at:
        way = Way(lived, browser, office_at, lang, width, by_keyboard, [])
        office = way.somebody(**office_at.knows)
        way.signed_in(office)
        office.looks("county")
        links = {town: way.letter(office, town) for town in ("甲戌镇", "丁卯镇", *APPEALS)}
        assert {lived.state(CODES[town]) for town in links} == {"sent"}
        mends = way.comes_in(links["甲戌镇"], "甲戌镇")
        way.answers(mends, "mended", "已按表更正")
        appeal = lived.folder / "依据.txt"
        appeal.write_text("口径说明", "utf-8")
        appealing = {town: way.comes_in(links[town], town) for town in APPEALS}
        for town, unit in appealing.items():
            way.answers(unit, "appealed", f"{town}认为以表为准", appeal)
        settled(way, office, appealing)
        drafting = way.comes_in(links["丁卯镇"], "丁卯镇")
        two_rounds(way, office, drafting)
        published_otherwise(lived, monkeypatch)
        assert lived.state(WRONG) == "gone"  # nobody closed it
        closed(way, office, mends, drafting)
        if office_at.can_leave:
            office.press(way.said("sign_out"), WHO)
            assert "/sign-in" in office.page.url
            office.looks("signed_out")
        else:
            assert way.said("sign_out") not in office.page.inner_text("header")
        wrong = [each for hands in way.all for each in hands.wrong]
        for hands in way.all:
            hands.page.context.close()
    assert not wrong, "\n".join(wrong)
    told = run_plain(lived.folder, "audit", "verify")
    assert "问题 0 个" in told or "0 problems" in told, told


def settled(way: Way, office: Hands, appealing: Mapping[str, Hands]) -> None:
    """One appeal is accepted, by which its fault is waived; the other is refused. Each unit sees why."""
    office.page.goto(f"{way.office_at.address}/c/{COUNTY}/2026")
    office.press(way.said("way_open"))
    office.says(*(f"{town}认为以表为准" for town in appealing))
    office.looks("faults")
    for town, kind in APPEALS.items():
        word = way.said({"accepted": "way_accept", "rejected": "way_reject"}[kind])
        office.write("why", f"{town}：已经研究", near=f"{town}认为以表为准")
        office.press(word, town)
        office.says(way.said(f"way_done_{kind}"))
        office.looks(f"faults_{kind}")
        unit = appealing[town]
        unit.page.reload()
        unit.says("已经研究")
        unit.looks(f"door_{kind}")
    states = [way.lived.state(CODES[town]) for town in APPEALS]
    assert states == ["waived", "still"]


def two_rounds(way: Way, office: Hands, unit: Hands) -> None:
    """By its door the unit hands in a draft whose sums are wrong, then a right one."""
    life = seasons.LIVES[3]
    good = seasons.report_of(life, way.lived.season.day)
    bad = good.with_figures(requests__new__natural_person=99)
    unit.press(way.said("door_drafts_open"))
    unit.looks("door_drafts")
    for number, (draft, word) in enumerate(((bad, "box_returned"), (good, "box_is_passed")), 1):
        file = way.lived.folder / f"第{number}稿.html"
        file.write_bytes(seasons.write_html(seasons.print_draft(draft)))
        unit.hand("file", file)
        unit.press(way.said("box_hand_in"))
        begins = way.said(word, count="\0").partition("\0")[0]
        unit.until(lambda begins=begins: begins in unit.page.inner_text("main"))  # type: ignore[misc]
        unit.looks(f"door_draft_{number}")
        unit.press(way.said("box_again"))
    unit.looks("door_drafts_rounds")
    office.page.goto(f"{way.office_at.address}/c/{COUNTY}/2026")
    office.press(way.said("box"))
    row = office.page.inner_text(f"#u-{MISSING}")
    assert way.said("box_rounds", count=2) in row
    office.looks("box")


def published_otherwise(lived: Lived, patch: pytest.MonkeyPatch) -> None:
    """The one page is mended on the portal, the other report comes out with another number; it is looked at."""
    patch.setattr(seasons.LIVES[10], "wrong", False)
    patch.setattr(seasons.LIVES[3], "out", MENDED)
    patch.setattr(seasons.LIVES[3], "edited", MENDED)
    lived.until(MENDED)


def closed(way: Way, office: Hands, mends: Hands, drafting: Hands) -> None:
    """Days later: who comes back signs in anew, and sees what became of it."""
    way.signed_in(office, f"/c/{COUNTY}/2026/faults")
    office.looks("faults_closed")
    office.page.goto(f"{way.office_at.address}/u/{WRONG}/2026")
    office.looks("unit_closed")
    mends.page.goto(f"{way.office_at.address}/door")
    mends.says(way.said("door_over"), FAULTS["gone"].said(way.lang))  # type: ignore[arg-type]
    mends.looks("door_closed")
    office.page.goto(f"{way.office_at.address}/c/{COUNTY}/drafts?year=2026")
    row = office.page.inner_text(f"#u-{MISSING}")
    assert "4321" in office.page.text_content(f"#u-{MISSING}"), row
    assert ("发布稿与通过稿不同" if way.lang == "zh" else "published otherwise") in row
    office.looks("box_differs")
    drafting.page.reload()
    drafting.says("4321")
    drafting.looks("door_drafts_differs")
