"""How often a portal is visited: by season, by county, rarer in trouble."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.settings import Cadence
from nianbao.monitor.standing import BEIJING, day_in_beijing, due_year
from nianbao.storage.registry import CountyEntry
from nianbao.storage.visits import Visits

LONGEST = timedelta(days=7)
AFTER = timedelta(days=14)  # a deadline, in which its county is looked at daily
NIGHT = timedelta(hours=6)  # in which the visits of a day begin


class Visit(NamedTuple):
    """When a portal was visited, and when it is to be."""

    county: CountyEntry
    due: datetime
    last: datetime | None
    failures: int
    asked: datetime  # when this was worked out


def visit_of(
    county: CountyEntry, visits: Visits, cadence: Cadence, registry: Registry, now: datetime
) -> Visit:
    year = due_year(now)
    due = next_visit(
        county,
        cadence,
        visits.last,
        visits.failures,
        now,
        registry.deadline(county, year),
        registry.last_days(county, year),
    )
    return Visit(county, due, visits.last, visits.failures, now)


def season_of(day: date, deadline: date) -> str:
    """last_week: the seven days to the deadline; season: January
    and February; rest."""
    if timedelta(0) <= deadline - day <= timedelta(days=7):
        return "last_week"
    return "season" if day.month in (1, 2) else "rest"


def next_visit(
    county: CountyEntry,
    cadence: Cadence,
    last: datetime | None,
    failures: int,
    now: datetime,
    deadline: date,
    others: Collection[date] = (),
) -> datetime:
    """When a portal is due. Never looked at: now. After failures the wait
    doubles, up to a week; after the deadline, or `others` of its units, it is
    daily all the same.

    A share by chance spreads portals over time.
    """
    if last is None:
        return now
    season = season_of(day_in_beijing(now), deadline)
    wait = timedelta(hours=hours_between(county.cadence, cadence, season))
    if failures > 1:
        wait = max(wait, min(wait * 2 ** min(failures - 1, 10), LONGEST))
    # The same for the same visit.
    share = zlib.crc32(f"{county.code}{last.isoformat()}".encode()) / 2**32
    usual = last + wait * (1 + cadence.jitter * share)
    daily = (morning + NIGHT * share for morning in _mornings({deadline, *others}, last))
    return min([usual, *daily])


def _mornings(deadlines: Collection[date], last: datetime) -> Iterator[datetime]:
    """When the next day begins on which a portal is looked at because of each deadline."""
    for deadline in deadlines:
        end = datetime.combine(deadline + timedelta(days=1), time(), BEIJING)
        today = datetime.combine(day_in_beijing(last), time(), BEIJING)
        morning = max(end, today + timedelta(days=1))
        if morning < end + AFTER:
            yield morning


def hours_between(own: Mapping[str, object], cadence: Cadence, season: str) -> float:
    value = own.get(season, getattr(cadence, season))
    return float(value) if isinstance(value, (int, float)) else float(getattr(cadence, season))
