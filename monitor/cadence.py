"""How often a portal is visited: by season, by county, rarer in trouble."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from nianbao.monitor.settings import Cadence
from nianbao.monitor.standing import BEIJING
from nianbao.storage.registry import CountyEntry

LONGEST = timedelta(days=7)


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
) -> datetime:
    """When a portal is due. Never looked at: now. After failures the wait
    doubles, up to a week.

    A share by chance spreads portals over time.
    """
    if last is None:
        return now
    season = season_of(now.astimezone(BEIJING).date(), deadline)
    wait = timedelta(hours=hours_between(county.cadence, cadence, season))
    if failures > 1:
        wait = max(wait, min(wait * 2 ** min(failures - 1, 10), LONGEST))
    # The same for the same visit.
    share = zlib.crc32(f"{county.code}{last.isoformat()}".encode()) / 2**32
    return last + wait * (1 + cadence.jitter * share)


def hours_between(own: Mapping[str, object], cadence: Cadence, season: str) -> float:
    value = own.get(season, getattr(cadence, season))
    return float(value) if isinstance(value, (int, float)) else float(getattr(cadence, season))
