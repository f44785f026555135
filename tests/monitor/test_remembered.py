"""A page that is asked for again is answered as it was, until anything is written by anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, event

from nianbao.monitor.settings import Web
from nianbao.monitor.web.app import made
from nianbao.monitor.web.form_token import BROWSER, FIELD, SESSION, is_token
from nianbao.monitor.web.remembered import MOST_BYTES, MOST_OF_ONE, Answers, is_of_these
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import note, note_letter
from nianbao.storage.people import add, begin, person_named
from nianbao.storage.revision import Revision
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import open_store, session
from tests.monitor.test_sign_in_elsewhere import BY_HEADER, PROXY, USER, asked, with_web
from tests.monitor.test_signing import BY
from tests.monitor.test_web_acts import COUNTY, DAYS, NOW
from tests.worlds.pages import get, lived, served, site_of
from tests.worlds.stores import emptied


@dataclass
class Clock:
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("remembered")
    lived(made, DAYS)
    return made


@pytest.fixture
def site(folder: Path, clock: Clock) -> Site:
    return replace(site_of(folder, NOW), clock=clock)


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def heard(*told: Any) -> None:
        sent.append(told[2])

    event.listen(engine, "before_cursor_execute", heard)
    yield sent
    event.remove(engine, "before_cursor_execute", heard)


def write(site: Site) -> None:
    with session(site.engine) as s:
        note(s, NOW, "王五", "tried", "", {})


@pytest.mark.parametrize("path", ["/c/{}/2026", "/u/{}100/2026", "/r/{}110/2026", "/sum/{}/2026"])
def test_it_asks_nothing_twice(site: Site, clock: Clock, path: str) -> None:
    with served(site) as address:
        page = address + path.format(COUNTY)
        first = get(page)
        with counting(site.engine) as sent:
            again = get(page)
        assert (again.content, sent) == (first.content, [])
        assert {k: v for k, v in again.headers.items() if k != "date"} == {
            k: v for k, v in first.headers.items() if k != "date"
        }
        for change in ("write", "minute", "language", "query"):
            with counting(site.engine) as sent:
                if change == "write":
                    write(site)
                    sent.clear()
                clock.now += timedelta(minutes=change == "minute")
                more = {"language": "?lang=en", "query": "?q=1"}.get(change, "")
                told = get(page + more)
            assert told.status_code == 200
            # What another choice is made of is known already.
            assert sent or change == "query", change


def test_what_was_written_is_seen_at_once(site: Site) -> None:
    """By this process or another one."""
    with served(site) as address:
        page = f"{address}/u/{COUNTY}110/2026"
        for n in range(3):
            before = get(page).text
            other = open_store(str(site.engine.url))
            with session(other) as s:
                note_letter(s, NOW, f"第{n}人", f"{COUNTY}110", 2026, "整改", str(n).encode())
            other.dispose()
            after = get(page).text
            assert f"第{n}人" in after
            assert f"第{n}人" not in before


def test_a_file_that_changes_is_seen(site: Site, folder: Path) -> None:
    (file,) = (folder / "counties").glob("*.yaml")
    with served(site) as address:
        assert "平安县" in get(f"{address}/c/{COUNTY}/2026").text
        text = file.read_text("utf-8")
        file.write_text(text.replace("county: 平安县", "county: 新安县"), "utf-8")
        site.files.look_again()
        assert "新安县" in get(f"{address}/c/{COUNTY}/2026").text
        file.write_text(text, "utf-8")


def test_what_fails_is_not_remembered(site: Site) -> None:
    with served(site) as address:
        for _ in range(2):
            with counting(site.engine) as sent:
                assert get(f"{address}/u/999999999/2026").status_code == 404
            assert sent


def signed(site: Site, web: Web) -> Site:
    with session(site.engine) as s:
        if person_named(s, "admin") is None:
            add(s, "admin", "admin", EVERYTHING, "", BY)
    return with_web(site, web)


ACCOUNTS = replace(BY_HEADER, sign_in="accounts", proxies="")


@pytest.mark.parametrize("web", [ACCOUNTS, BY_HEADER], ids=lambda web: web.sign_in)
def test_two_browsers_of_one_person_each_get_their_own_forms(site: Site, web: Web) -> None:
    """A form that was drawn for one of them would be refused in the other."""
    here, client = signed(site, web), PROXY if web is BY_HEADER else "127.0.0.1"
    secrets = ["one", "two"]
    if web is ACCOUNTS:
        with session(here.engine) as s:
            secrets = [begin(s, "admin", client, NOW) for _ in range(2)]
    app = made(here)
    for secret in secrets:
        cookie = f"{BROWSER if web is BY_HEADER else SESSION}={secret}".encode()
        named = [(USER, b"admin")] if web is BY_HEADER else []
        _, page, _ = asked(app, f"/c/{COUNTY}", client, [*named, ("Cookie", cookie)])
        held: list[str] = re.findall(f'name="{FIELD}" value="([^"]*)"', page)
        assert held
        assert all(is_token(token, secret, "admin") for token in held)


def test_a_browser_s_cookie_is_remembered_for_nobody(site: Site) -> None:
    app = made(signed(site, BY_HEADER))
    pages = [asked(app, f"/c/{COUNTY}", PROXY, [(USER, b"admin")]) for _ in range(2)]
    assert len({given["set-cookie"] for _, _, given in pages}) == 2


def test_it_is_bounded() -> None:
    kept, body = Answers(), Random(1).randbytes(600_000)
    for n in range(30):
        kept.keep(n, 200, [], body)
    assert kept.size <= MOST_BYTES
    assert kept.size == sum(len(each.packed) for each in kept.found.values())
    assert kept.known(29) is not None
    assert kept.known(0) is None
    kept.keep("error", 503, [], b"x")
    kept.keep("large", 200, [], b"x" * (MOST_OF_ONE + 1))
    assert kept.known("error") is kept.known("large") is None


def test_the_mark_of_a_store_is_new_after_every_write(world_url: str) -> None:
    engine, other = open_store(world_url), open_store(world_url)
    revision = Revision(engine)
    seen = [revision.mark()]
    assert revision.mark() == seen[0]
    for each in (engine, other, engine):
        with session(each) as s:
            note(s, NOW, "王五", "tried", "", {})
            s.flush()
            during = revision.mark()
        seen.append(revision.mark())
        assert seen[-1] not in (*seen[:-1], during)
    revision.close()
    other.dispose()
    emptied(engine)


def test_which_pages_are_of_the_store_alone() -> None:
    def scope(path: str, method: str = "GET", query: str = "") -> dict[str, Any]:
        return {"method": method, "path": path, "query_string": query.encode(), "root_path": ""}

    assert is_of_these(scope("/"))
    assert is_of_these(scope("/c/140999"))
    for path in (
        "/check",
        "/operations",
        "/jobs/1",
        "/p/1",
        "/review",
        "/setup",
        "/sign-in",
        "/mail",
    ):
        assert not is_of_these(scope(path))
    assert not is_of_these(scope("/c/140999", "POST"))
    for query in ("where=1", "%77here=1", "where%3D1&lang=en"):
        assert not is_of_these(scope("/r/1/2026", "GET", query)), query
