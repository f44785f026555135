"""The links by which units answer without an account. Of each only a hash is kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.storage.audit import note, take_turn
from nianbao.storage.models import Door, Unit
from nianbao.storage.people import By, digest_of, may_try_at, tried

SHORTEST, LONGEST = 40, 50  # letters of a secret


class Given(NamedTuple):
    """A link, without its secret."""

    unit: str
    county: str
    year: int
    who: str
    created: datetime
    until: datetime
    opened: datetime | None
    revoked: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.revoked is None and now < self.until


def give(s: Session, unit: str, year: int, until: datetime, by: By) -> str:
    """A new link's secret: nobody can learn it again."""
    take_turn(s)
    secret = secrets.token_urlsafe(32)
    told = {"unit": unit, "year": year, "who": by.who, "created": by.now, "until": until}
    s.add(Door(digest=digest_of(secret), **told))
    s.flush()
    content = {"year": year, "until": until.isoformat(), "door": digest_of(secret)[:12]}
    note(s, by.now, by.who, "door_given", unit, content)
    return secret


def door_of(s: Session, secret: str) -> Given | None:
    """Whatever has become of it; None where there never was such a one."""
    if not SHORTEST <= len(secret) <= LONGEST or not secret.isascii():
        return None
    chosen = select(Door, Unit.county).join(Unit, Door.unit == Unit.id)
    row = s.execute(chosen.where(Door.digest == digest_of(secret))).first()
    return _given(*row) if row is not None else None


def _given(row: Door, county: str) -> Given:
    return Given(
        *(row.unit, county, row.year, row.who, row.created, row.until, row.opened, row.revoked)
    )


def came_in(s: Session, secret: str, now: datetime) -> None:
    """Somebody came in by a link: when first, is kept."""
    row = s.get(Door, digest_of(secret))
    if row is not None and row.opened is None:
        row.opened = now


def doors_of(s: Session, unit: str, year: int) -> list[Given]:
    """The latest first."""
    chosen = select(Door, Unit.county).join(Unit, Door.unit == Unit.id)
    chosen = chosen.where(Door.unit == unit, Door.year == year).order_by(Door.created.desc())
    return [_given(*row) for row in s.execute(chosen)]


def revoke(s: Session, unit: str, year: int, by: By) -> int:
    """All links of a unit's year end; how many there were."""
    take_turn(s)
    chosen = select(Door).where(Door.unit == unit, Door.year == year, Door.revoked.is_(None))
    rows: Sequence[Door] = [row for row in s.scalars(chosen) if row.until > by.now]
    for row in rows:
        row.revoked = by.now
    if rows:
        note(s, by.now, by.who, "door_revoked", unit, {"year": year, "count": len(rows)})
    return len(rows)


def opens_at(s: Session, address: str, now: datetime) -> datetime:
    """When whoever guessed from an address may try again."""
    return may_try_at(s, _guesses(address), address, now)


def guessed(s: Session, address: str, now: datetime) -> None:
    tried(s, _guesses(address), address, now, succeeded=False)


def _guesses(address: str) -> str:
    return f"door {address}"
