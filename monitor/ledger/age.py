"""How long a look tells anything of today."""

from __future__ import annotations

from datetime import datetime, timedelta

from nianbao.monitor.standing import day_in_beijing

IN_SEASON = (1, 2)  # months in which columns are looked at daily
OLD, OLD_ELSE = timedelta(days=3), timedelta(days=10)


def is_old(looked: datetime, now: datetime) -> bool:
    """Whether what was not seen then may be there now."""
    season = day_in_beijing(now).month in IN_SEASON
    return now - looked > (OLD if season else OLD_ELSE)
