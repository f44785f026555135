"""A few weeks of what `make life` lives for years, so that it can be trusted when it is run."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.amounts import prove
from tests.life.__main__ import lived, state_in
from tests.life.conducting import next_day
from tests.life.verdict import flat, quarters, verdict
from tests.life.world import FATES, World

WORLD = World(2023)


def test_each_year_has_everything_that_may_befall_a_report() -> None:
    for year in WORLD.of_years:
        fates = Counter(life.fate for life in WORLD.lives.values() if life.year == year)
        assert fates.keys() == set(FATES)
        dark = {n for n in range(WORLD.counties) if WORLD.dark(n, date(year + 1, 2, 1))}
        assert len(dark) == 2
    assert len(WORLD.lives) == 3 * 40 - 1  # one is closed


def test_what_must_be_known_follows_what_was_there() -> None:
    for (county, _, year), life in WORLD.lives.items():
        known = WORLD.expected(county, life, date(year + 1, 10, 1))
        assert known == {
            "good": "on_time", "mended": "on_time", "wrong": "on_time", "waived": "on_time", "redated": "on_time",
            "late": "late", "missing": "missing", "exempt": "exempt",
            # Where the portal let nobody in while it was there, nobody knows that it was.
            "gone": "withdrawn" if WORLD.dark(county, date(year + 1, 2, 20)) == 0 else "missing",
        }[life.fate]  # fmt: skip
    life = next(each for each in WORLD.lives.values() if each.fate == "late")
    assert life.printed is not None
    before = life.printed - timedelta(days=1)
    assert WORLD.may_be_told(0, life, "missing", before)
    assert not WORLD.may_be_told(0, life, "late", before)
    assert WORLD.may_be_told(0, life, "late", life.printed)
    assert not WORLD.may_be_told(0, life, "missing", date(life.year + 1, 1, 31))


def test_days_go_on_as_the_daemon_looks() -> None:
    day, days = WORLD.begin, []
    while day < date(2024, 11, 1):
        days.append(day)
        day = next_day(day)
    about = [each for each in days if date(2024, 1, 24) <= each <= date(2024, 2, 14)]
    assert len(about) == 22
    assert len(days) < 70


def months(**values: list[int]) -> list[dict[str, Any]]:
    same = {"rss": 100_000, "handles": 12, "threads": 7, "children": 2}
    count = len(next(iter(values.values())))
    return [
        {"run": 1, "pages": None, "daemon": {**same, **{what: told[n] for what, told in values.items()}}}
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "is_flat"),
    [
        ({"rss": [90_000, 100_000] + [101_000] * 10}, True),
        ({"rss": [100_000 + 2_000 * n for n in range(12)]}, False),
        ({"handles": [12 + n for n in range(12)]}, False),
        ({"threads": [7] * 11 + [30]}, True),  # one month
    ],
)
def test_what_grows_is_told(values: dict[str, list[int]], is_flat: bool) -> None:
    told, wrong = flat(months(**values))
    assert told
    assert bool(wrong) != is_flat
    assert quarters(range(12)) == (4, 10)


@prove
def test_a_season_in_two_goes_with_an_upgrade_in_the_middle(tmp_path: Path) -> None:
    """One county, around the deadline; it is ended on a day, and goes on with a newer release."""
    today = date(2026, 11, 27)
    state = state_in(tmp_path / "life", 1, 1, date(2026, 2, 9), today)
    state.next = "2026-01-29"
    assert lived(tmp_path / "life", state, None, 600, told=False)
    state = state_in(tmp_path / "life", 1, 1, None, today)
    assert state.next == "2026-02-10"
    state.last = "2026-02-18"
    assert lived(tmp_path / "life", state, None, 600, told=False)
    assert state.upgraded
    found = verdict(tmp_path / "life", state)
    assert not found.wrong, found
    assert any(line.startswith("mails taken") and "digest" in line for line in found.told)
