"""Reports that a person brought by their address: who said so, why, and until when that holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.storage.audit import note_all, take_turn
from nianbao.storage.decisions import DecisionError
from nianbao.storage.models import Adoption, Event, Unit
from nianbao.storage.standings import due_again


class Brought(NamedTuple):
    """An address that a person brought."""

    number: int
    unit: str
    year: int
    url: str
    title: str
    who: str
    why: str
    at: datetime
    insisted: bool  # the page does not say so itself
    checked: datetime
    gone: datetime | None


def brought_in(s: Session, county: str) -> list[Brought]:
    """What holds of all that people brought of a county's units."""
    chosen = select(Adoption).join(Unit, Adoption.unit == Unit.id)
    held = chosen.where(Unit.county == county, Unit.dropped.is_(None), Adoption.ended.is_(None))
    return [_brought(row) for row in s.scalars(held.order_by(Adoption.id))]


def brought_of(s: Session, unit: str, year: int) -> list[Brought]:
    """The same of a unit's year."""
    chosen = select(Adoption).where(Adoption.unit == unit, Adoption.year == year)
    held = chosen.where(Adoption.ended.is_(None))
    return [_brought(row) for row in s.scalars(held.order_by(Adoption.id))]


def _brought(row: Adoption) -> Brought:
    return Brought(
        row.id, row.unit, row.year, row.url, row.title, row.who, row.why, row.at, row.insisted,
        row.checked, row.gone,
    )  # fmt: skip


class Bringing(NamedTuple):
    """What a person says: whose report of which year stands at an address."""

    unit: str
    year: int
    url: str
    title: str
    who: str
    why: str
    insisted: bool


def write_down(s: Session, said: Bringing, document: str, now: datetime) -> int:
    """The number of the adoption, in the same piece of work as the report."""
    take_turn(s)
    row = Adoption(**said._asdict(), at=now, checked=now)
    s.add(row)
    s.flush()
    content = {"url": said.url, "who": said.who, "why": said.why, "insisted": said.insisted}
    _tell(s, row, {**content, "document": document, "undone": False}, said.who, now)
    return row.id


def take_back(
    s: Session, unit: str, year: int, url: str, *, who: str, why: str, now: datetime
) -> None:
    """What was brought holds no longer; of days before it is told as it was."""
    if not who:
        raise DecisionError("请注明决定人 --who", "who decides? --who")
    take_turn(s)
    chosen = select(Adoption).where(Adoption.unit == unit, Adoption.year == year)
    held = chosen.where(Adoption.url == url, Adoption.ended.is_(None))
    row = s.scalar(held.order_by(Adoption.id.desc()).limit(1))
    if row is None:
        raise DecisionError(f"没有采用过 {url}", f"{url} was not adopted")
    row.ended = now
    _again_gone(s, row, now)
    _tell(s, row, {"url": url, "who": who, "why": why, "undone": True}, who, now)


def _again_gone(s: Session, row: Adoption, now: datetime) -> None:
    """What was gone before it was brought is gone again."""
    kinds = ("withdrawn", "vanished", "restored")
    told = select(Event).where(
        Event.kind.in_(kinds), Event.unit == row.unit, Event.year == row.year
    )
    changes = list(s.scalars(told.order_by(Event.id)))
    if len(changes) > 1 and changes[-1].content.get("adoption") == row.id:
        before = changes[-2]
        s.add(
            Event(
                at=now, kind=before.kind, unit=row.unit, year=row.year, content=dict(before.content)
            )
        )


def _tell(s: Session, row: Adoption, content: dict[str, Any], who: str, now: datetime) -> None:
    s.add(Event(at=now, kind="brought", unit=row.unit, year=row.year, content=content))
    told = {"adoption": row.id, "unit": row.unit, "year": row.year, "title": row.title, **content}
    note_all(s, now, who, "adopt", row.url, told)
    county = select(Unit.county).where(Unit.id == row.unit).scalar_subquery()
    due_again(s, s.scalars(select(Unit.id).where(Unit.county == county)), now)
    s.flush()
