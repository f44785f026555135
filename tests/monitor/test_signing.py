"""Signing in on the pages: nobody gets in without, each page and act asks for a role, guesses wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy.exc import OperationalError
from starlette.routing import Route

from nianbao.monitor.passwords import hash_of
from nianbao.monitor.settings import Web
from nianbao.monitor.web import app as pages
from nianbao.monitor.web.shell import told_of
from nianbao.monitor.web.signing import COOKIE, CUT, NEEDS, OPEN, _next_of
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import entries
from nianbao.storage.kinds import Role
from nianbao.storage.models import Outgoing
from nianbao.storage.people import IDLE, By, add, set_password
from nianbao.storage.scope import EVERYTHING, Scope, of_county
from nianbao.storage.store import looking, session
from tests.worlds.pages import served, site_of

NOW = datetime(2027, 2, 4, 8, tzinfo=UTC)
BY = By("王某", NOW)
SECRET = "a long password 口令"
PEOPLE: tuple[tuple[str, Role, Scope], ...] = (
    ("viewer", "viewer", EVERYTHING),
    ("supervisor", "supervisor", EVERYTHING),
    ("operator", "operator", EVERYTHING),
    ("admin", "admin", EVERYTHING),
    ("small", "admin", of_county("140999")),
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "counties").mkdir()
    made = site_of(tmp_path, NOW)
    kept = hash_of(SECRET, "a")
    with session(made.engine) as s:
        for name, role, scope in PEOPLE:
            add(s, name, role, scope, kept, BY)
    return replace(made, settings=replace(made.settings, web=Web(sign_in="accounts")))


@pytest.fixture
def url(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


def visitor(url: str) -> requests.Session:
    """A browser."""
    parts = urlsplit(url)
    opened = requests.Session()
    opened.headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
    opened.headers["Sec-Fetch-Site"] = "same-origin"
    return opened


def signs_in(url: str, name: str, password: str = SECRET, **more: str) -> requests.Response:
    """Its answer, with the cookie it sets."""
    fields = {"name": name, "password": password, **more}
    return visitor(url).post(f"{url}/sign-in", fields, timeout=60, allow_redirects=False)


def signed_in(url: str, name: str) -> requests.Session:
    opened = visitor(url)
    opened.cookies.set(COOKIE, signs_in(url, name).cookies[COOKIE])
    return opened


def as_of(site: Site, moment: datetime) -> Site:
    return replace(site, clock=lambda: moment)


def address_of(route: str) -> str:
    said = (
        route.replace("{place:path}", "140999")
        .replace("{code}", "140999")
        .replace("{form}", "json")
    )
    for part in ("{id}", "{number}", "{cell}", "{ending}", "{place}"):
        said = said.replace(part, "1")
    return said


def routes_of(site: Site) -> list[tuple[str, str]]:
    """Each route of the router with a method."""
    guarded = pages.made(site)
    found = guarded.app.routes  # type: ignore[attr-defined]
    return [
        (each.path, method)
        for each in found
        if isinstance(each, Route)
        for method in sorted((each.methods or set()) - {"HEAD"})
    ]


def is_for_programs(path: str) -> bool:
    return path.startswith("/api/") or address_of(path).endswith(".json")


def test_every_route_says_whom_it_is_for(site: Site) -> None:
    assert {path for path, _ in routes_of(site)} == {*NEEDS, *OPEN}


def test_nobody_gets_in_who_is_not_signed_in(site: Site, url: str) -> None:
    for path, method in routes_of(site):
        if path in OPEN:
            continue
        for cookie in ({}, {COOKIE: "guessed"}):
            done = visitor(url).request(
                method, url + address_of(path), cookies=cookie, timeout=60, allow_redirects=False
            )
            if method == "GET" and not is_for_programs(path):
                assert done.status_code == 303, path
                assert done.headers["location"].startswith("/sign-in?next=%2F"), path
            else:
                assert done.status_code == 401, path


@pytest.mark.parametrize(("name", "role", "scope"), PEOPLE)
def test_each_page_asks_for_a_role(
    site: Site, url: str, name: str, role: Role, scope: Scope
) -> None:
    opened = signed_in(url, name)
    for path, method in routes_of(site):
        if path in OPEN:
            continue
        done = opened.request(method, url + address_of(path), timeout=60, allow_redirects=False)
        refused = "您的角色" in done.text or "范围较小" in done.text
        may = role in NEEDS[path] and (scope.is_everything or path in CUT)
        assert refused != may, path
        assert (done.status_code == 403) or may, path


def test_signing_in_and_out(url: str) -> None:
    done = signs_in(url, "admin", next="/operations?x=1")
    assert done.status_code == 303
    assert done.headers["location"] == "/operations?x=1"
    told = done.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/"} <= set(told.split("; "))
    opened = signed_in(url, "admin")
    assert "退出" in opened.get(f"{url}/operations", timeout=60).text
    secret = dict(opened.cookies)
    opened.post(f"{url}/sign-out", timeout=60)
    again = visitor(url).get(f"{url}/setup", cookies=secret, timeout=60, allow_redirects=False)
    assert again.status_code == 303


def test_an_unknown_name_is_told_as_a_wrong_password(url: str) -> None:
    wrong, unknown = signs_in(url, "admin", "wrong"), signs_in(url, "nobody", "wrong")
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert wrong.status_code == 403
    assert COOKIE not in wrong.cookies


def test_guesses_wait(url: str) -> None:
    for name in ("admin", "nobody"):
        told = [signs_in(url, name, "wrong") for _ in range(8)]
        assert [each.status_code for each in told] == [403] * 6 + [429] * 2
        assert told[-1].headers["retry-after"] == "2"
        assert signs_in(url, name).status_code == 429


def test_another_site_signs_nobody_in_or_out(url: str) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {}):
        for path in ("/sign-in", "/sign-out"):
            fields = {"name": "admin", "password": SECRET}
            done = requests.post(url + path, fields, headers=headers, timeout=60)
            assert done.status_code == 403
            assert COOKIE not in done.cookies


def test_a_session_ends_with_its_time_and_its_password(site: Site, url: str) -> None:
    opened = signed_in(url, "admin")
    with served(as_of(site, NOW + IDLE)) as later:
        late = opened.get(f"{later}/setup", timeout=60, allow_redirects=False)
        assert late.status_code == 303
    with session(site.engine) as s:
        set_password(s, "admin", "other", BY)
    assert opened.get(f"{url}/setup", timeout=60, allow_redirects=False).status_code == 303


def test_a_session_that_is_used_goes_on(site: Site, url: str) -> None:
    opened = signed_in(url, "admin")
    for hours in (7, 14, 21):
        with served(as_of(site, NOW + timedelta(hours=hours))) as later:
            assert opened.get(f"{later}/setup", timeout=60).status_code == 200


def test_who_acts_is_who_signed_in(site: Site, url: str) -> None:
    with session(site.engine) as s:
        told = {
            "message_id": "m",
            "kind": "test",
            "recipient": "a@b.cn",
            "subject": "",
            "body": b"x",
        }
        s.add(Outgoing(**told, created=NOW, next_try=NOW, state="refused"))
    done = signed_in(url, "operator").post(f"{url}/operations/retry", {"who": "x"}, timeout=60)
    assert done.status_code == 200
    with looking(site.engine) as s:
        assert {each["who"] for each in entries(s)} == {"王某", "operator"}


def test_under_a_path_and_behind_https(site: Site) -> None:
    told = replace(site.settings.web, public="https://ogi.example.gov.cn/nianbao")
    with served(replace(site, settings=replace(site.settings, web=told)), "/nianbao") as url:
        first = visitor(url).get(f"{url}/setup", timeout=60, allow_redirects=False)
        assert first.headers["location"] == "/nianbao/sign-in?next=%2Fsetup"
        assert signed_in(url, "admin").get(f"{url}/setup", timeout=60).status_code == 200
        assert signed_in(url, "viewer").get(f"{url}/setup", timeout=60).status_code == 403
        cookie = signs_in(url, "admin").headers["set-cookie"].lower().split("; ")
        assert {"secure", "path=/nianbao/"} <= set(cookie)


@pytest.mark.parametrize(
    "said",
    [
        "//evil.example",
        "http://evil.example",
        "/\\evil.example",
        "",
        "/\n/x",
        "/sign-out",
        "/" + "x" * 600,
    ],
)
def test_nobody_is_led_elsewhere(said: str) -> None:
    assert _next_of(said) == "/"


def test_health_asks_for_nobody(url: str) -> None:
    assert requests.get(f"{url}/metrics", timeout=60).status_code == 200
    assert requests.get(f"{url}/static/style.css", timeout=60).status_code == 200


def test_a_store_that_does_not_answer_lets_nobody_in(site: Site, tmp_path: Path) -> None:
    with served(site) as url:
        opened = signed_in(url, "admin")
        site.engine.dispose()
        (tmp_path / "n.db").write_bytes(b"no store" * 1000)
        done = opened.get(f"{url}/setup", timeout=60)
        assert (done.status_code, "doctor" in done.text) == (503, True)


def test_a_store_that_is_busy_is_not_told_to_be_broken() -> None:
    locked = OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
    status, zh, en = told_of(locked)
    assert (status, "正忙" in zh, "busy" in en) == (503, True, True)
    assert "locked" not in en


def test_without_sign_in_all_is_as_it_was(site: Site) -> None:
    with served(replace(site, settings=replace(site.settings, web=Web()))) as url:
        assert requests.get(f"{url}/setup", timeout=60).status_code == 200
        assert requests.get(f"{url}/sign-in", timeout=60).status_code == 404
        assert signs_in(url, "admin").status_code == 404
