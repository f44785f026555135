"""What a page is made of is found once for all browsers, until anything is written or the minute is
another; no more of it is kept than is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.web.shared import MOST, NOTHING, Shared
from nianbao.monitor.web.site import Site
from nianbao.storage.audit import note
from nianbao.storage.revision import Revision
from nianbao.storage.store import session
from tests.monitor.test_web_acts import COUNTY, DAYS, NOW
from tests.worlds.pages import get, lived, served, site_of
from tests.worlds.stores import emptied


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shared")
    lived(made, DAYS)
    return made


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def heard(*told: Any) -> None:
        sent.append(told[2])

    event.listen(engine, "before_cursor_execute", heard)
    yield sent
    event.remove(engine, "before_cursor_execute", heard)


def wrote(site: Site, clock: Clock) -> None:
    with session(site.engine) as s:
        note(s, NOW, "王五", "tried", "", {})


def a_minute_later(site: Site, clock: Clock) -> None:
    clock.now += timedelta(minutes=1)


PAGES = (f"/c/{COUNTY}/2026?n=", f"/u/{COUNTY}100/2026?n=", "/?scope=14&n=")


def test_it_is_found_once_for_all_browsers(folder: Path) -> None:
    clock = Clock()
    site = replace(site_of(folder, NOW), clock=clock)
    with served(site) as address, counting(site.engine) as sent:

        def asked(page: str, n: int) -> int:
            """By a browser that nobody knows: how many questions it took."""
            before = len(sent)
            assert get(f"{address}{page}{n}").status_code == 200
            return len(sent) - before

        for changed in (wrote, a_minute_later):
            for page in PAGES:
                first, second = asked(page, 1), asked(page, 2)
                assert second <= 4 < first
                changed(site, clock)
                assert asked(page, 3) == first


def test_a_file_that_changed_makes_it_new(folder: Path) -> None:
    site = site_of(folder, NOW)
    second = site.files.folder / "second.yaml"
    with served(site) as address:
        assert "别县" not in get(f"{address}/?scope=14&n=1").text
        second.write_text('county: 别县\ncode: "140998"\nhost: b.gov.cn\n', encoding="utf-8")
        site.files.look_again()
        assert "别县" in get(f"{address}/?scope=14&n=2").text
        second.unlink()
        site.files.look_again()
        assert "别县" not in get(f"{address}/?scope=14&n=3").text
    emptied(site.engine)


def test_what_failed_is_asked_again_and_few_are_kept(folder: Path) -> None:
    site = site_of(folder, NOW)
    keeps = Shared(Revision(site.engine))
    registry = Registry((), {})
    first = keeps.one("waits", "0", registry)
    assert keeps.one("waits", "0", registry) is first
    assert first.told is NOTHING
    for n in range(1, MOST["waits"] + 1):
        keeps.one("waits", f"{n}", registry)
    assert keeps.one("waits", "0", registry) is not first
    site.engine.dispose()
