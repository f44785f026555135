"""The ways of all faults of a scope's year, with those of reports that are not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_asked, lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.way import Span, Way, walked, ways_of
from nianbao.storage.audit import letters_in
from nianbao.storage.facts import OF_STANDING
from nianbao.storage.queries import Happened, events, findings
from nianbao.storage.scope import Scope
from nianbao.storage.ways import PUBLISH, Decided, Known, Said, known

ACCUSED = ("missing", "withdrawn")
URGING = "催办"


class Told(NamedTuple):
    """The faults of a year, with whose they are."""

    lines: Mapping[str, Line]
    ways: Sequence[Way]

    def of(self, unit: str) -> list[Way]:
        return [each for each in self.ways if each.unit == unit]


def faults_of(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    *,
    past: bool = False,
    lines: Sequence[Line] | None = None,
) -> Told:
    """`past`: `now` is the end of a day that is over. `lines`: where somebody has them already."""
    if lines is None and past:
        lines = lines_at(s, scope, year, now, registry)
    elif lines is None:
        lines = lines_asked(s, scope, year, now, registry)
    of = {line.unit: line for line in lines}
    told = known(s, scope, year, now if past else None)
    told = told._replace(said=[*told.said, *_old_letters(s, told, of, year, now)])
    happened = events(s, scope, until=now if past else None, kinds=("standing",))
    waived = _waived(s, scope, year, now if past else None, lines)
    ways = [_asked(each, of[each.unit]) for each in ways_of(told, year) if each.unit in of]
    mine = [each for each in happened if each.year == year]
    ways += _of_publishing(mine, of, told, waived, now)
    return Told(of, sorted(ways, key=lambda way: (of[way.unit].county, way.unit)))


def _asked(way: Way, line: Line) -> Way:
    """Of whoever need not publish nothing is asked, whatever stands in its report."""
    if line.standing.name != "exempt" or way.state in ("gone", "waived"):
        return way
    return way._replace(state="waived")


def _old_letters(
    s: Session, told: Known, lines: Mapping[str, Line], year: int, now: datetime
) -> list[Said]:
    """Letters to publish from before steps were kept: only they say what they are about."""
    kept = {each.file for each in told.said if each.kind == "sent"}
    return [
        Said(0, unit, year, each.at, "sent", each.who, (PUBLISH,), "", each.sha256, each.kind, None)
        for unit, each in letters_in(s, year)
        if unit in lines and each.kind == URGING and each.sha256 not in kept and each.at <= now
    ]


def _waived(
    s: Session, scope: Scope, year: int, as_of: datetime | None, lines: Sequence[Line]
) -> Mapping[str, Decided]:
    """That a report was withdrawn is not held against some units."""
    if not any(line.standing.name == "withdrawn" for line in lines):
        return {}
    found = findings(s, scope, year, rules=(OF_STANDING["withdrawn"],), as_of=as_of)
    return {
        each.unit: Decided("waived", each.decided.partition("：")[0], each.why, NEVER)
        for each in found
        if each.verdict == "waived"
    }


NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")  # a moment that is not told


def _of_publishing(
    happened: Sequence[Happened],
    lines: Mapping[str, Line],
    told: Known,
    waived: Mapping[str, Decided],
    now: datetime,
) -> list[Way]:
    """Of units that are proven not to have published, or were."""
    of: dict[str, list[Happened]] = defaultdict(list)
    for each in happened:
        of[each.unit].append(each)
    said: dict[str, list[Said]] = defaultdict(list)
    answers = {each.id for each in told.said if PUBLISH in each.faults and each.id}
    for each_said in told.said:
        decides = {row.id for row in told.said if row.about in answers}
        if PUBLISH in each_said.faults or {each_said.about} & (answers | decides):
            said[each_said.unit].append(each_said)
    ways = []
    for unit, line in lines.items():
        times = _accused(of[unit], line)
        if times:
            mine = sorted(said[unit], key=lambda each: (each.at, each.id))
            ways.append(_publishing(line, times, mine, waived.get(unit), now))
    return ways


def _accused(happened: Sequence[Happened], line: Line) -> list[Span]:
    """When it was told that a unit's report is not there."""
    times: list[Span] = []
    for each in happened:
        name, is_sure = str(each.content.get("to")), bool(each.content.get("confirmed", True))
        is_so = name in ACCUSED and is_sure
        is_open = bool(times) and times[-1].end is None
        if is_so and not is_open:
            times.append(Span(each.at, None))
        elif is_open and name not in (*ACCUSED, "unknown"):
            times[-1] = times[-1]._replace(end=each.at)
    if line.is_accused and (not times or times[-1].end is not None):
        times.append(Span(line.standing.evidence or line.looked or NEVER, None))
    return times


def _publishing(
    line: Line, times: Sequence[Span], said: Sequence[Said], waived: Decided | None, now: datetime
) -> Way:
    latest = times[-1]
    content = {"zh": line.standing.zh, "en": line.standing.en, "cells": (), "quote": ""}
    way = Way(
        unit=line.unit,
        year=line.year,
        key=PUBLISH,
        rule=PUBLISH,
        severity="error",
        content=content,
        marks=(),
        state="open",
        since=latest.begin,
        found=times[0].begin,
        back=tuple(each.begin for each in times[1:]),
        said=tuple(said),
    )
    way = walked(way, latest.begin, line.looked if line.is_accused else None)
    if waived is not None and line.is_accused:
        return way._replace(state="waived", decided=waived)
    if latest.end is not None:
        return way._replace(state="gone", since=latest.end, ended=latest.end)
    if line.is_accused:
        return way
    if line.standing.name == "unknown" or line.is_unconfirmed:  # nobody can tell at present
        return way._replace(state="unsure")
    return way._replace(state="gone", since=now)  # not due, or out, since nobody has looked
