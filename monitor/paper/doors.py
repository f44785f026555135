"""The link by which a unit answers, for what is written to it; none where the pages have no address
that others reach.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.settings import Web
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.storage.doors import give
from nianbao.storage.people import By


class Door(NamedTuple):
    """The link by which a unit answers."""

    address: str
    until: date


def door_for(s: Session, web: Web, unit: str, year: int, deadline: date, by: By) -> Door | None:
    """A new one: it lasts some days after the deadline, or after today where that is over."""
    if not web.public:
        return None
    last = max(deadline, day_in_beijing(by.now)) + timedelta(days=web.door_days)
    until = datetime.combine(last, time(), BEIJING) + timedelta(days=1)
    secret = give(s, unit, year, until, by)
    return Door(door_at(web.public, secret), last)


def last_day(until: datetime) -> date:
    """The last one on which a link leads in. Pure."""
    return day_in_beijing(until - timedelta(seconds=1))


def door_at(public: str, secret: str) -> str:
    return f"{public.rstrip('/')}/door/{secret}"
