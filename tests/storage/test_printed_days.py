"""Which printed days are looked at: what is asked first, being quick, leaves none out."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date
from itertools import product

from nianbao.storage.printed import days_in, since_its_year

YEARS = (1990, 1999, 2000, 2009, 2018, 2019, 2020, 2025, 2026, 2029, 2030, 2099, 2100, 2999, 9999)
DAYS = [day for year in YEARS for day in (date(year, 1, 1), date(year, 12, 1), date(year, 12, 31))]


def printed(*days: date) -> str:
    """As it is kept: whence, the day, and since when that is known."""
    return json.dumps([["list", day.isoformat(), "9999-01-05T08:00:00+00:00"] for day in days])


GLOB = sqlite3.connect(":memory:")


def globbed(first: date, text: str) -> bool:
    """As SQLite looks."""
    found = (
        GLOB.execute("SELECT ? GLOB ?", (text, f"*{day}*")).fetchone()[0]
        for day in since_its_year(first)
    )
    return any(found)


def test_what_tells_of_a_day_is_never_passed_over() -> None:
    quick = {first: re.compile("|".join(since_its_year(first))) for first in DAYS}
    for first, day in product(DAYS, DAYS):
        for text in (printed(day), printed(DAYS[0], day), printed(day, DAYS[0])):
            late = max(day, DAYS[0]) if text != printed(day) else day
            assert (quick[first].search(text) is not None) == (late.year >= first.year)
            assert globbed(first, text) == (late.year >= first.year)
            assert max(days_in(text)) == late.isoformat()


def test_what_tells_of_no_day_is_passed_over() -> None:
    for text in ("[]", '[["list", ""]]'):
        assert not re.search("|".join(since_its_year(date(1990, 1, 1))), text)
        assert not globbed(date(1990, 1, 1), text)
        assert not days_in(text)
