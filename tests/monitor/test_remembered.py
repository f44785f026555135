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

from nianbao.monitor.passwords import hash_of
from nianbao.monitor.settings import Web
from nianbao.monitor.web.form_token import FIELD
from nianbao.monitor.web.remembered import MOST_BYTES, MOST_OF_ONE, Answers, is_of_these
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import note, note_letter
from nianbao.storage.people import By, add
from nianbao.storage.revision import Revision
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import open_store, session
from tests.monitor.test_signing import SECRET, signed_in
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
            assert sent, change


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
    assert not is_of_these(scope("/r/1/2026", "GET", "where=1"))


def test_nothing_of_one_browser_is_given_to_another(site: Site) -> None:
    """Two browsers of one person: each has the forms that it may send."""
    with session(site.engine) as s:
        add(s, "admin", "admin", EVERYTHING, hash_of(SECRET, "a"), By("王某", NOW))
    settings = replace(site.settings, web=Web(sign_in="accounts"))
    with served(replace(site, settings=settings)) as address:
        page, unit = f"{address}/u/{COUNTY}110/2026", f"{COUNTY}110"
        browsers = [signed_in(address, "admin") for _ in range(2)]
        told = [tokens_in(each.get(page).text + each.get(page).text) for each in browsers]
        assert told[0]
        assert {*told[0]}.isdisjoint(told[1])
        for n, each in enumerate(browsers):
            for token, status in ((told[n][-1], 200), (told[1 - n][-1], 403)):
                sent = {"unit": unit, "year": "2026", FIELD: token}
                assert each.post(f"{address}/do/letter", sent).status_code == status
        assert "nianbao_session" not in str(browsers[0].get(page).headers)


def tokens_in(page: str) -> list[str]:
    return re.findall(rf'name="{FIELD}" value="([^"]+)"', page)
