"""Which printed days are looked at: what is asked first, being quick, leaves none out."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nianbao.storage.facts import _tells_since, since_its_year

DAYS = st.dates(date(1990, 1, 1), date(2120, 12, 31))


@given(first=DAYS, days=st.lists(DAYS, max_size=4))
def test_what_tells_of_a_day_is_never_passed_over(first: date, days: list[date]) -> None:
    text = json.dumps([["list", day.isoformat(), f"{day}T08:00:00+00:00"] for day in days])
    quick = re.search(since_its_year(first), text) is not None
    assert quick == any(day.year >= first.year for day in days)
    assert _tells_since(first, text) == any(day >= first for day in days)
    assert quick or not _tells_since(first, text)


def test_at_the_ends_of_decades() -> None:
    for year in (1999, 2009, 2019, 2020, 2099, 2100):
        search = re.compile(since_its_year(date(year, 12, 1))).search
        for day in (date(year, 1, 1), date(year + 1, 1, 1), date(year + 100, 1, 1)):
            assert search(f'[["list", "{day}"]]')
        assert not search(f'[["list", "{date(year, 1, 1) - timedelta(days=1)}"]]')
