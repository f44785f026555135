"""The drafts box on the pages: handed in, judged, returned or passed; a unit sees its own alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from nianbao.monitor.passwords import hash_of
from nianbao.monitor.settings import Mail, Recipient, Web
from nianbao.monitor.web.form_token import FIELD, SESSION, token_of
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import entries
from nianbao.storage.drafts import Handed, keep
from nianbao.storage.models import Outgoing
from nianbao.storage.people import By, add
from nianbao.storage.scope import EVERYTHING, of_county, of_unit
from nianbao.storage.store import looking, session
from tests.monitor.test_drafts_box import OLD, STONE, WILLOW, docx_of, html_of, of, wrong
from tests.worlds.pages import served, site_of
from tests.worlds.recorded import World, at
from tests.worlds.written import published, written

COUNTY = "140999"
BAD = docx_of(wrong(of(WILLOW)))
POST = "liushu@pa.gov.cn"
SECRET = "a long password 口令"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("box")
    world = written(folder, (at(1, 2), ()))
    site = site_of(folder, at(1, 5))
    told = {
        "web": Web(sign_in="accounts"),
        "mail": Mail(host="x", sender="office@pa.gov.cn"),
        "recipients": (Recipient(POST, f"unit:{WILLOW}"),),
    }
    site = replace(site, settings=replace(site.settings, **told))  # type: ignore[arg-type]
    kept = hash_of(SECRET, "a")
    with session(site.engine) as s:
        for name, role, scope in (
            ("admin", "admin", EVERYTHING),
            ("柳树", "unit", of_unit(WILLOW, COUNTY)),
            ("石门", "unit", of_unit(STONE, COUNTY)),
            ("viewer", "viewer", of_county(COUNTY)),
            ("elsewhere", "supervisor", of_county("140998")),
        ):
            add(s, name, role, scope, kept, By("王某", at(1, 1)))  # type: ignore[arg-type]
    world.engine.dispose()
    return site


@pytest.fixture(scope="module")
def url(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


class Visitor:
    def __init__(self, url: str, name: str) -> None:
        parts = urlsplit(url)
        self.url, self.name, self.browser = url, name, requests.Session()
        self.browser.headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        done = self.post("/sign-in", {"name": name, "password": SECRET, "next": "/"})
        assert done.status_code == 303, done.text

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.browser.get(self.url + path, timeout=60, allow_redirects=False, **more)

    def post(self, path: str, fields: Any = None, files: Any = None) -> requests.Response:
        token = token_of(self.browser.cookies.get(SESSION) or "", self.name)  # as its page has it
        told = {FIELD: token, **(fields or {})}
        sent = {"data": told, "files": files, "timeout": 60, "allow_redirects": False}
        return self.browser.post(self.url + path, **sent)

    def hand_in(self, unit: str, data: bytes, name: str = "稿.docx") -> str:
        done = self.post(f"/u/{unit}/drafts/hand-in", files={"file": (name, data)})
        assert done.status_code == 303, done.text
        return str(done.headers["location"])

    def verdict(self, path: str) -> str:
        for _ in range(20):
            page = self.get(path)
            assert page.status_code == 200, page.text
            if "refresh" not in page.headers:
                return page.text
        raise AssertionError("it is not judged")


@cache
def visitor(url: str, name: str) -> Visitor:
    """Signed in once: that costs on purpose."""
    return Visitor(url, name)


@pytest.fixture(scope="module")
def willow(url: str) -> Visitor:
    return visitor(url, "柳树")


@pytest.fixture(scope="module")
def admin(url: str) -> Visitor:
    return visitor(url, "admin")


@pytest.fixture(scope="module")
def returned(willow: Visitor) -> str:
    """The address of a round that was returned."""
    path = willow.hand_in(WILLOW, BAD, "<img src=x onerror=alert(1)>.docx")
    page = willow.verdict(path)
    assert "退回：有" in page
    assert "<img src=x" not in page
    return path


def test_a_unit_hands_in_and_gets_its_verdict(willow: Visitor, returned: str) -> None:
    comments = willow.get(f"{returned}/comments")
    assert comments.content[:2] == b"PK"
    assert willow.get(f"{returned}/file").content == BAD
    board = willow.get(f"/c/{COUNTY}/drafts").text
    assert "柳树镇" in board
    assert "退回" in board
    assert "石门镇" not in board
    assert "老镇" not in board
    box = willow.get(f"/u/{WILLOW}/drafts").text
    assert f'<td><a href="{urlsplit(returned).path}">&lt;img' in box  # each round by its file


@pytest.mark.parametrize("name", ["石门", "elsewhere"])
def test_nobody_else_sees_it(url: str, returned: str, name: str) -> None:
    other = visitor(url, name)
    for path in (returned, f"{returned}/file", f"{returned}/comments", f"/u/{WILLOW}/drafts"):
        answer = other.get(path)
        assert answer.status_code == 404, path
        assert "柳树" not in answer.text
    for form in ("", ".json", ".csv"):
        assert "柳树" not in other.get(f"/c/{COUNTY}/drafts{form}").text
    done = other.post(f"/u/{WILLOW}/drafts/hand-in", files={"file": ("a.docx", b"x")})
    assert done.status_code == 404
    answer = other.post(f"{returned}/decide", {"state": "passed", "reason": "x"})
    assert answer.status_code in (403, 404)


def test_who_only_looks_hands_nothing_in_and_decides_nothing(url: str, returned: str) -> None:
    viewer = visitor(url, "viewer")
    page = viewer.get(returned).text
    assert "退回：有" in page
    assert "/decide" not in page
    assert viewer.post(f"{returned}/decide", {"state": "passed", "reason": "x"}).status_code == 403
    done = viewer.post(f"/u/{WILLOW}/drafts/hand-in", files={"file": ("a.docx", b"x")})
    assert done.status_code == 403


def test_what_is_wrong_with_a_form_is_said(willow: Visitor) -> None:
    for files, status in (
        ({"file": ("a.docx", b"")}, 400),
        ([("file", ("a.docx", b"x")), ("file", ("b.docx", b"y"))], 400),
        ({"other": ("a.docx", b"x")}, 400),
    ):
        done = willow.post(f"/u/{WILLOW}/drafts/hand-in", files=files)
        assert done.status_code == status
    origin = {"Origin": "http://elsewhere.example"}
    token = {FIELD: token_of(willow.browser.cookies[SESSION], willow.name)}
    place = f"{willow.url}/u/{WILLOW}/drafts/hand-in"
    done = willow.browser.post(place, token, files={"file": ("a", b"x")}, headers=origin)
    assert done.status_code == 403
    for path in ("/drafts/99999", "/drafts/x", "/u/nobody/drafts", "/c/000000/drafts"):
        assert willow.get(path).status_code == 404, path
    assert willow.get(f"/c/{COUNTY}/drafts?state=nothing").status_code == 400


def test_a_person_passes_what_was_returned_and_that_is_in_the_log(
    admin: Visitor, site: Site
) -> None:
    path = admin.hand_in(OLD, docx_of(wrong(of(OLD))))
    assert "退回：有" in admin.verdict(path)
    assert admin.post(f"{path}/decide", {"state": "passed", "reason": ""}).status_code == 409
    assert (
        admin.post(f"{path}/decide", {"state": "passed", "reason": "另有说明"}).status_code == 303
    )
    assert "另有说明" in admin.get(path).text
    with looking(site.engine) as s:
        assert [*entries(s)][-1]["who"] == "admin"


def test_a_draft_by_mail_that_a_page_has_judged_is_answered_by_mail(
    site: Site, willow: Visitor
) -> None:
    """Whoever looks at a page has all judged that waits; its verdict goes to who sent it."""
    data = docx_of(wrong(of(WILLOW, seed=5)))
    handed = Handed(2026, "信.docx", site.evidence.keep(data), at(1, 4), POST, "mail", WILLOW)
    with session(site.engine) as s:
        number = keep(s, handed)
    assert "退回" in willow.verdict(f"/drafts/{number}")
    with looking(site.engine) as s:
        told = [(row.recipient, row.subject) for row in s.scalars(select(Outgoing))]
    assert [recipient for recipient, _ in told] == [POST]
    assert "退回" in told[0][1]


def test_a_mail_of_nobody_known_is_for_who_sees_everything(
    site: Site, url: str, admin: Visitor
) -> None:
    raw = b"From: x@y.example\n\n<script>"
    why = ("发件地址不是任何单位登记的地址", "the sender is no unit's address")
    handed = Handed(
        2026,
        "<script>来信",
        site.evidence.keep(raw),
        at(1, 4),
        "x@y.example",
        "mail",
        mail="m",
        why=why,
    )
    with session(site.engine) as s:
        number = keep(s, handed)
    page = admin.get(f"/c/{COUNTY}/drafts").text
    assert "x@y.example" in page
    assert "<script>来信" not in page
    assert admin.get(f"/drafts/{number}/file").content == raw
    for name in ("柳树", "viewer", "elsewhere"):
        other = visitor(url, name)
        assert "x@y.example" not in other.get(f"/c/{COUNTY}/drafts").text
        assert other.get(f"/drafts/{number}/file").status_code == 404
        answer = other.post(f"/drafts/{number}/decide", {"reason": "x"})
        assert answer.status_code in (403, 404)
    assert admin.post(f"/drafts/{number}/decide", {"reason": "已代交"}).status_code == 303
    assert "x@y.example" not in admin.get(f"/c/{COUNTY}/drafts").text
    assert admin.post(f"/drafts/{number}/decide", {"reason": "已代交"}).status_code == 409


def test_the_board_names_what_was_changed_after_passing(
    site: Site, admin: Visitor, tmp_path: Path
) -> None:
    good = of(STONE)
    untitled = replace(good, title=good.title.replace("工作", ""))
    told = admin.verdict(admin.hand_in(STONE, docx_of(untitled)))
    assert "通过，可以发布；有1处建议先核实" in told
    assert "通过，可以发布" in admin.verdict(admin.hand_in(STONE, docx_of(good)))
    total = int(good.figures["requests.new.total"] or 0)
    other = good.with_figures(requests__new__total=total + 7)
    folder = Path(str(site.engine.url.database)).parent
    world = World(folder, f"sqlite:///{folder}/n.db")
    published(world, at(1, 6), (STONE, 2026, html_of(other)))
    later = replace(site, clock=lambda: at(1, 8))
    with served(later) as address:
        again = Visitor(address, "admin")
        page = again.get(f"/c/{COUNTY}/drafts").text
        assert "发布稿与通过稿不同" in page
        assert f"{total} → {total + 7}" in page
        rows = {row["code"]: row for row in again.get(f"/c/{COUNTY}/drafts.json").json()}
        assert rows[STONE]["draft"] == "differs"
        assert rows[STONE]["changed"] == 1
        only = again.get(f"/c/{COUNTY}/drafts.json?state=differs").json()
        assert [row["code"] for row in only] == [STONE]
        english = again.get(f"/c/{COUNTY}/drafts?lang=en").text
        assert "published otherwise" in english
        assert f"{total} → {total + 7}" in again.get(f"/u/{STONE}/drafts?lang=en").text
