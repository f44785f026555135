"""How long a try to sign in waits: guesses cost time, by name and by address. Pure.

Nobody is locked out for ever. Whoever signed in under a name from an address before is not held
up by what strangers try elsewhere under that name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

REMEMBERED = timedelta(days=30)  # from where somebody signed in
COUNTED = timedelta(hours=6)  # failures
FREE = 5  # failures of one name from one address that cost nothing
FREE_OF_NAME = 20  # of one name, from wherever
FREE_OF_ADDRESS = 30  # of one address, under whatever names: an office has one
LONGEST = timedelta(minutes=15)
LONGEST_OF_NAME = timedelta(minutes=1)  # strangers can't make it longer


class Try(NamedTuple):
    """Somebody tried to sign in."""

    key: str
    address: str
    at: datetime
    succeeded: bool


def open_at(tries: Iterable[Try], key: str, address: str, now: datetime) -> datetime:
    """When the next try of a name from an address is looked at; `now` or earlier: at once."""
    known = sorted((each for each in tries if each.at <= now), key=lambda each: each.at)
    pair = key, address
    good = [
        each.at
        for each in known
        if each.succeeded and (each.key, each.address) == pair and each.at > now - REMEMBERED
    ]
    since = good[-1] if good else None
    failed = [each for each in known if not each.succeeded and each.at > now - COUNTED]
    own = [each.at for each in failed if (each.key, each.address) == pair]
    mine = [at for at in own if since is None or at > since]
    of_address = [each.at for each in failed if each.address == address]
    waits = [_after(mine, FREE, LONGEST)]
    if since is None:
        waits.append(_after(of_address, FREE_OF_ADDRESS, LONGEST))
        of_name = [each.at for each in failed if each.key == key]
        waits.append(_after(of_name, FREE_OF_NAME, LONGEST_OF_NAME))
    return max((each for each in waits if each is not None), default=now)


def _after(failures: list[datetime], free: int, longest: timedelta) -> datetime | None:
    """Each failure above those that are free doubles the wait, from a second on."""
    above = len(failures) - free
    if above <= 0:
        return None
    return failures[-1] + min(timedelta(seconds=2 ** min(above - 1, 20)), longest)
