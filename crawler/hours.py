"""When a portal may be visited, and for how long it is one's turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from nianbao.storage.dates import BEIJING
from nianbao.storage.registry import CountyEntry

LEASE = timedelta(hours=6)


def is_open(county: CountyEntry, now: datetime) -> bool:
    """Whether a portal may be visited now: `http: {window: "22:00-06:00"}`, in Beijing's time.

    A window may go over midnight.
    """
    window = str(county.http.get("window", ""))
    if not window:
        return True
    first, _, last = window.partition("-")
    clock = now.astimezone(BEIJING).strftime("%H:%M")
    if first < last:
        return first <= clock < last
    return clock >= first or clock < last
