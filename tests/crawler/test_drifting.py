"""Seasons of counties whose sites drift: nobody who published is accused on any day, whoever did
not is named where a person could see it, and what is not told stays little.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.amounts import PROVING, amount, more, prove
from tests.portals.dialects import DIALECTS
from tests.portals.drifting import BEGIN, DEADLINE, END, FIRST_MORNING, County
from tests.worlds.drifting import FALSE, live, season, smallest, table

# Of a season: how many counties, and from when until when.
OF_A_SEASON = (3, date(2027, 1, 27), date(2027, 2, 10))
if PROVING:
    OF_A_SEASON = (8, BEGIN, END)
MOST_UNKNOWN = 0.05
# Two weeks after the first morning, by when hardly anything is published any more.
EARLY = (date(2027, 2, 3), date(2027, 2, 9))
LATE = (date(2027, 2, 14), END)


@more
@pytest.mark.parametrize("seed", range(1, 1 + amount(1, 4)))
def test_a_season_of_sites_that_drift(seed: int, tmp_path: Path) -> None:
    told = live(season(seed, *OF_A_SEASON), tmp_path)
    print(table(told))
    print(f"{told.portal_days} portal-days; unknown {told.unknown_share:.1%}")
    faults = [*told.of(*FALSE, "mistaken"), *told.unnamed, *told.unconfirmed]
    wrong = [*told.problems, *map(str, smallest(faults))]
    assert not wrong, "\n".join([f"{len(faults)} are told wrongly, such as", *wrong])
    assert told.unknown_share <= MOST_UNKNOWN, [*map(str, smallest(told.of("missed", "unknown")))]


@pytest.mark.parametrize(
    "dialect", ["trs", *(pytest.param(d, marks=prove) for d in ("table", "year_links", "jpaas"))]
)
def test_an_unchanged_site_is_asked_no_more_often_as_the_weeks_go_by(
    dialect: str, tmp_path: Path
) -> None:
    """But for the looks of two days after the deadline, which ask as if nothing were known."""
    county = next(county for county in _counties(dialect) if _is_still_from(county, EARLY[0]))
    told = live([county], tmp_path)
    early, late = told.requests_from(*EARLY), told.requests_from(*LATE)
    assert 0 < late <= early


def _counties(dialect: str) -> Iterator[County]:
    return (County(77, n, dialect=dialect, kinds=()) for n in range(1000))


def _is_still_from(county: County, day: date) -> bool:
    """Whether nothing of it changes from a day on."""
    there = county.there(day)
    days = [day + timedelta(days=n) for n in range(1, (END - day).days + 1)]
    return all(county.there(later) == there for later in days)


@pytest.mark.parametrize("seed", range(1, 1 + amount(3, 20)))
def test_enough_is_missing_in_every_season(seed: int) -> None:
    counties, day = season(seed, 8), FIRST_MORNING
    while day <= END:
        outs = [county.first_out(unit) for county in counties for unit in county.units]
        missing = [out for out in outs if out is None or out > day]
        assert len(missing) >= len(outs) / 10, day
        day += timedelta(days=1)


def test_a_seed_is_a_season() -> None:
    for again, county in zip(season(7, 4), season(7, 4), strict=True):
        assert again.there(DEADLINE) == county.there(DEADLINE)
        assert again.drifts == county.drifts


@pytest.mark.parametrize("name", sorted({*DIALECTS} - {"go_page", "stopping"}))
def test_a_dialect_shows_every_report(name: str) -> None:
    county = County(3, 1, dialect=name, kinds=())
    there = county.there(DEADLINE)
    shown = "".join(getattr(page, "body", "") for page in there.values())
    for column in county.columns:
        assert county.configured(column) in there
        for entry in county.entries(column, DEADLINE):
            assert entry.href in shown, entry
