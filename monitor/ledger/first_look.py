"""Whether columns were first looked at long after a deadline: what was not there then may have been
published, and taken down, before anybody looked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.standing import day_in_beijing
from nianbao.storage.facts import unit_facts
from nianbao.storage.queries import first_whole
from nianbao.storage.scope import Scope

LONG = timedelta(days=60)


class LateLook(NamedTuple):
    """The first whole look at all of some columns."""

    day: date
    days: int  # after the deadline

    @property
    def told(self) -> tuple[str, str]:
        return (
            f"首次完整查看是{self.day}，晚于时限{self.days}天：只证明那以后没有，不证明当时没有发布过",
            f"first read whole on {self.day}, {self.days} days after the deadline: what is not "
            "there since then may have been published before",
        )


def late_look_for(s: Session, line: Line, scope: Scope, now: datetime) -> LateLook | None:
    """Of a unit whose report is missing; `scope`: it alone."""
    if line.standing.name != "missing":
        return None
    places = [place for facts in unit_facts(s, scope, line.year, now) for place in facts.places]
    return late_look(s, places, line.deadline)


def looked_late(s: Session, lines: Iterable[Line], year: int, now: datetime) -> set[str]:
    """Of units whose reports of a year are missing, those of whose columns that is so."""
    old = [
        line
        for line in lines
        if line.standing.name == "missing" and day_in_beijing(now) - line.deadline >= LONG
    ]
    if not old:
        return set()
    scope = Scope((), tuple(line.unit for line in old), tuple(line.county for line in old))
    places = {facts.unit: facts.places for facts in unit_facts(s, scope, year, now)}
    return {line.unit for line in old if late_look(s, places.get(line.unit, ()), line.deadline)}


def late_look(s: Session, columns: Collection[int], deadline: date) -> LateLook | None:
    """None where it was in time, or there was none."""
    first = first_whole(s, columns) if columns else None
    if first is None or day_in_beijing(first) - deadline < LONG:
        return None
    day = day_in_beijing(first)
    return LateLook(day, (day - deadline).days)
