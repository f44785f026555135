"""What people decide, each with who and why: it is written down, and holds until someone decides otherwise."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from storage.models import Column, Event, Portal, Sighting, Unit
from storage.store import session


class DecisionError(Exception):
    """A decision that can't be taken; the sentence says why."""


def settle(
    engine: Engine, number: int, *, unit: str, year: int | None, not_a_report: bool, who: str, why: str, now: datetime
) -> str:
    """Say what a link in doubt is. A report is read at the next sweep."""
    if not who:
        raise DecisionError("请注明决定人 --who / who decides?")
    if not_a_report == bool(unit or year):
        raise DecisionError("请给出 --unit 和 --year，或 --not-a-report / give unit and year, or --not-a-report")
    with session(engine) as s:
        sighting = s.get(Sighting, number)
        if sighting is None:
            raise DecisionError(f"没有 #{number}，见 nianbao review / no such link")
        decided = f"{who}: {why}".strip(": ")
        if not_a_report:
            sighting.page, sighting.unit, sighting.year = "other", None, None
            said = f"#{number}：不是年报"
        else:
            if year is None or not unit:
                raise DecisionError("单位和年份都要给出 / both unit and year are needed")
            found = _unit_of(s, sighting, unit)
            sighting.page, sighting.unit, sighting.year, sighting.checked = "report", found.id, year, None
            said = f"#{number}：{found.name} {year} 年年报，下次巡检时读取"
        sighting.review, sighting.settled = "", decided
        s.add(Event(at=now, kind="settled", unit=sighting.unit, year=sighting.year,
                    content={"url": sighting.url, "who": who, "why": why, "report": not not_a_report}))  # fmt: skip
    return said


def _unit_of(s: Session, sighting: Sighting, named: str) -> Unit:
    county = s.scalar(
        select(Portal.county).join(Column, Column.portal == Portal.id).where(Column.id == sighting.column)
    )
    found = list(s.scalars(select(Unit).where(Unit.county == county, or_(Unit.id == named, Unit.name == named))))
    if len(found) != 1:
        raise DecisionError(f"{named} 不是这个县的单位 / not a unit of this county")
    return found[0]
