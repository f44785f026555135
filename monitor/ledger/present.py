"""A scope's year as it is now: from what is written down, and worked out anew where that is out
of date.

Asking writes nothing: whoever watches writes it (upkeep).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import BEFORE, prevailing
from nianbao.monitor.ledger.lines import TAKEN_OUT, Line, line_of
from nianbao.monitor.ledger.scope import Registry, registry_at
from nianbao.monitor.standing import Standing, StandingName, day_in_beijing, due_year
from nianbao.storage.clocks import lies_ahead
from nianbao.storage.facts import UnitFacts, facts_of_years, unit_facts
from nianbao.storage.kinds import Quality
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import Scope
from nianbao.storage.standings import (
    Alike,
    Closing,
    Row,
    Stood,
    changed_by,
    counts_by_county,
    has_rows,
    policy_marks,
    rows_of,
    settled_since,
    without,
    without_rows,
)
from nianbao.storage.transfers import was_at
from nianbao.storage.units import is_there


def lines_now(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    wanted: Collection[StandingName] = (),
) -> list[Line]:
    """Where each unit of a scope stands now. Units that are in no file's county are not among
    them.
    """
    watched = registry.names.keys()
    anew = out_of_date(s, scope, year, now, registry) & watched
    lines = [
        _line(row, year, now, registry)
        for row in rows_of(s, scope, year, tuple(wanted))
        if row.county in watched and row.county not in anew
    ]
    if stale := scope.within(anew):
        lines += _anew(s, stale, year, now, registry, wanted)
    return sorted(lines, key=lambda line: (line.county, line.unit))


# Of whom nothing more is asked: their lines are told whole by what is written down.
SETTLED: Collection[StandingName] = ("on_time", "exempt")
FEW = 1000  # units that are asked about one by one


def lines_asked(
    s: Session, scope: Scope, year: int, now: datetime, registry: Registry
) -> list[Line]:
    """The same; and of those of whom something is asked what is not written down, too: which
    looks prove it, how old the latest is, which columns a person is asked about.
    """
    lines = lines_now(s, scope, year, now, registry)
    owing = [line for line in lines if line.standing.name not in SETTLED]
    part = Scope((), tuple(x.unit for x in owing), tuple(x.county for x in owing))
    if len(owing) > FEW:
        part = scope
    anew = lines_at(s, part, year, now, registry, asked=now) if owing else []
    whole = {line.unit: line for line in anew}
    return [whole.get(line.unit, line) for line in lines]


def lines_then(
    s: Session, scope: Scope, year: int, then: datetime, registry: Registry, lines: Sequence[Line]
) -> list[Line]:
    """Where each unit stood at a time not long ago; `lines`: where it stands now.

    Who is written down as on time since then or longer was so: that line is the one of now. All
    others are worked out from what was known then.
    """
    kept = settled_since(s, scope, year, then) if not was_at(s, then) else set()
    settled = {x.unit: x for x in lines if x.unit in kept and x.standing.name == "on_time"}
    rest = without(s, scope, settled.keys()) if settled else scope
    if not settled or len(rest.units) > FEW:
        return lines_at(s, scope, year, then, registry)
    worked_out = lines_at(s, rest, year, then, registry) if rest else []
    return [*settled.values(), *worked_out]


class Counts(NamedTuple):
    """A county's units by where they stand, and how many of them have published."""

    stood: Mapping[Stood, int]
    published: int


NOBODY = Counts({}, 0)


def counts_now(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    kinds: Sequence[str] = (),
) -> dict[str, Counts]:
    """How many units of each county stand where now; of no county without a file."""
    watched = registry.names.keys()
    anew = out_of_date(s, scope, year, now, registry) & watched
    counts = counts_by_county(s, scope, year, kinds)
    found = {county: counts[county] for county in counts.keys() & watched - anew}
    for line in _anew(s, scope.within(anew), year, now, registry, ()) if anew else ():
        if kinds and line.kind not in kinds:
            continue
        stood = Stood(line.standing.name, line.standing.confirmed)
        found.setdefault(line.county, []).append(Alike(stood, line.seen is not None, 1))
    return {county: _counted(alike) for county, alike in found.items()}


def totals(counts: Iterable[Counts]) -> dict[Stood, int]:
    """How many units stand where, of all."""
    found: Counter[Stood] = Counter()
    for county in counts:
        found.update(county.stood)
    return dict(sorted(found.items()))


def _counted(found: Iterable[Alike]) -> Counts:
    stood: Counter[Stood] = Counter()
    published = 0
    for alike in found:
        stood[alike.stood] += alike.many
        if alike.has_report and alike.stood.name not in TAKEN_OUT:
            published += alike.many
    return Counts(stood, published)


def lines_at(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    wanted: Collection[StandingName] = (),
    *,
    asked: datetime | None = None,
) -> list[Line]:
    """Where each unit stood, worked out from what was known at a time."""
    lines = lines_of_years(s, scope, (year,), now, registry, asked)[year]
    return [line for line in lines if not wanted or line.standing.name in wanted]


def _anew(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    wanted: Collection[StandingName],
) -> list[Line]:
    """Where each unit stands, worked out from all that is known."""
    lines = _lines_of(unit_facts(s, scope, year, now=now), year, now, registry, present=True)
    return [line for line in lines if not wanted or line.standing.name in wanted]


def lines_of_years(
    s: Session,
    scope: Scope,
    years: Sequence[int],
    now: datetime,
    registry: Registry,
    asked: datetime | None = None,
) -> dict[int, list[Line]]:
    """The same of several years: what they have in common is asked for once.

    `asked`: the time at which somebody asks how it is `now`. What a clock that was wrong wrote
    down as later than that is known, though nobody can say since when. Without it deadlines are
    those that held then.
    """
    if asked is not None and lies_ahead(s, asked):
        known = facts_of_years(s, scope, years, now=now)
    else:
        known = facts_of_years(s, scope, years, now)
    if asked is None:
        registry = registry_at(s, scope, registry, now)
    present = asked is not None
    return {year: _lines_of(known[year], year, now, registry, present=present) for year in years}


def _lines_of(
    known: Iterable[UnitFacts], year: int, now: datetime, registry: Registry, *, present: bool
) -> list[Line]:
    lines = (line_of(facts, registry, year, now, present=present) for facts in known)
    return [line for line in lines if line is not None]


def units_due(s: Session, scope: Scope, year: int, now: datetime) -> list[UnitFacts]:
    """Units that had to publish for a year, or did though they need not, with or without a county's
    file.
    """
    return due_among(unit_facts(s, scope, year, now), year)


def due_among(found: Iterable[UnitFacts], year: int) -> list[UnitFacts]:
    """Those of them that had to, or did."""
    there = [facts for facts in found if is_there(facts.since, facts.until, year)]
    return [facts for facts in there if facts.versions or not facts.exempt]


def _line(row: Row, year: int, now: datetime, registry: Registry) -> Line:
    kept = row.kept
    days = kept.days
    if kept.name == "missing":
        days = (day_in_beijing(now) - kept.deadline).days
    county = registry.county(row.county)
    name = cast(StandingName, kept.name)
    stands = Standing(
        name, kept.zh, kept.en, days, kept.evidence_at, kept.next_change_at, kept.confirmed
    )
    return Line(
        county=row.county,
        county_name=row.county_name,
        unit=kept.unit,
        name=row.unit_name,
        kind=row.kind,
        year=year,
        standing=stands,
        quality=cast(Quality, kept.quality),
        deadline=kept.deadline,
        source=_source(row, year, registry, county),
        url=kept.url,
        proof=kept.evidence,
        printed=kept.printed,
        seen=kept.seen,
        sighted=kept.sighted,
        by_hand=kept.by_hand,
    )


def _source(row: Row, year: int, registry: Registry, county: CountyEntry | None) -> str:
    """The notice that sets its deadline."""
    if county is None or not county.deadlines.get("source"):
        return ""
    return registry.policy(county, row.kept.unit, row.unit_name, year, row.kind).source


def out_of_date(
    s: Session, scope: Scope, year: int, now: datetime, registry: Registry, *, new: bool = False
) -> set[str]:
    """Counties of a scope whose rows of a year the calendar has changed, that have none, or
    whose deadlines are others.

    To look for units without rows costs a look at all units. For the year that is due it is done
    where `new` says so, or where nothing at all is written down: whoever watches has written the
    rest.
    """
    stale = {county for county, of in changed_by(s, scope, now) if of == year}
    if new or year != due_year(now) or not has_rows(s, year):
        stale |= without_rows(s, scope, year, closing_due(registry, year))
    return stale | {county.code for county in moved(s, scope, registry)}


def closing_due(registry: Registry, year: int) -> Callable[[Closing], bool]:
    """Whether a unit that is closed in the season is so on its deadline or later."""

    def is_due(unit: Closing) -> bool:
        county = registry.county(unit.county)
        if county is None or unit.until is None:
            return True
        policy = registry.policy(county, unit.unit, unit.name, year, unit.kind)
        return unit.until >= policy.last_day(year)

    return is_due


def moved(s: Session, scope: Scope, registry: Registry) -> list[CountyEntry]:
    """Counties of a scope for which other deadlines hold than when their rows were worked out."""
    marks = policy_marks(s, scope)
    return [
        county
        for county in registry.those(marks)
        if marks[county.code] != _policy_mark_of(county, registry)
    ]


def _policy_mark_of(county: CountyEntry, registry: Registry) -> str:
    """The same of one of its own counties, worked out once: pages ask it of all."""
    key = "policy", county.code
    if key not in registry.known:
        registry.known[key] = policy_mark(county, registry)
    return str(registry.known[key])


def policy_mark(county: CountyEntry, registry: Registry) -> str:
    """Of everything that a county's deadlines rest on, and nothing else."""
    units = [
        (
            *(unit.code, unit.name, unit.former, unit.kind),
            *(unit.since, unit.until, unit.deadline, unit.deadlines),
        )
        for unit in county.units
    ]
    rules = sorted(county.deadlines.items(), key=str)
    rest = (county.deadline, rules, units, prevailing(county.code, registry.deadlines), BEFORE)
    return hashlib.sha256(repr(rest).encode()).hexdigest()
