"""Two files of one address of one day; not collected by default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.test_by_hand import STONE, Browser, paths_of, without_second
from tests.worlds.county import planted, portal_of


@pytest.mark.parametrize("first", ["old", "new"])
def test_what_the_later_page_shows_counts(first: str, tmp_path: Path) -> None:
    browser = Browser(tmp_path, portal_of(without_second()))
    browser.now -= timedelta(minutes=30)
    old = browser.save(*paths_of(without_second()))
    browser.now += timedelta(minutes=20)
    browser.portal = portal_of(planted())
    new = browser.save(*paths_of(planted()))
    files = [*old, *new] if first == "old" else [*new, *old]
    done = browser.run("look", *files, "--saved", "--who", "李四", "--json")
    print(done.returncode, done.stdout[-900:], done.stderr[-500:])
    print(browser.stood(STONE) if done.returncode in (0, 1) else "refused")
    assert browser.stood(STONE)["standing"] != "missing"
