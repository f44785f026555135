"""Writing the ledger: standings worked out anew, with what dated facts tell of the reports, and
what changed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import prevailing
from nianbao.monitor.judging import found_of
from nianbao.monitor.ledger.lines import Line, line_of, watched_of
from nianbao.monitor.ledger.present import closing_due, moved, policy_mark
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.rules.engine import WATCHED, assess_watched
from nianbao.monitor.rules.finding import Finding
from nianbao.monitor.standing import due_year
from nianbao.storage.archive import years_read
from nianbao.storage.content import differences
from nianbao.storage.deadlines import note_deadlines, without_deadlines
from nianbao.storage.facts import UnitFacts, facts_of_years, qualities
from nianbao.storage.findings import Keeper, contents_of
from nianbao.storage.kinds import Quality
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import EVERYTHING, of_county
from nianbao.storage.standings import Kept, changed_by, keep, mark_policy, without_rows
from nianbao.storage.store import looking, session
from nianbao.storage.units import former_names, note_spans

log = logging.getLogger("nianbao")


def refresh(
    engine: Engine,
    registry: Registry,
    counties: Iterable[CountyEntry],
    now: datetime,
    years: Sequence[int] = (),
) -> int:
    """Work out where the units of some counties stand, and write down what changed. Returns how
    many changed.
    """
    changed = 0
    for county in counties:
        with looking(engine) as s:
            wanted = set(years) or {*years_read(s, county.code), due_year(now)}
        with session(engine) as s:
            note_spans(s, county, now)
            note_deadlines(s, county, prevailing(county.code, registry.deadlines), now)
            changed += _refresh(s, registry, county, sorted(wanted), now)
        with session(engine) as s:
            mark_policy(s, county.code, policy_mark(county, registry))
    return changed


def refresh_due(engine: Engine, registry: Registry, now: datetime) -> int:
    """Only the rows that the calendar changes by now, or that another deadline holds for; and
    units that have none yet for the year that is due. Nothing is said of a county without a
    file: nobody knows its deadline.
    """
    _note_first(engine, registry, now)
    with looking(engine) as s:
        others = moved(s, EVERYTHING, registry)
        stale = changed_by(s, EVERYTHING, now)
        year = due_year(now)
        is_due = closing_due(registry, year)
        stale |= {(code, year) for code in without_rows(s, EVERYTHING, year, is_due)}
    changed = refresh(engine, registry, others, now)
    for code, year in sorted(stale):
        county = registry.county(code)
        if county is None:
            continue
        try:
            with session(engine) as s:
                changed += _refresh(s, registry, county, (year,), now)
        except (ValueError, LookupError, TypeError):  # one county must not cost the others
            log.exception("standings", extra={"told": {"county": code, "year": year}})
    return changed


def _note_first(engine: Engine, registry: Registry, now: datetime) -> None:
    """Of counties of which a release before wrote down no deadlines, those of now."""
    with looking(engine) as s:
        unknown = sorted(without_deadlines(s) & registry.names.keys())
    with session(engine) as s:
        for county in registry.those(unknown):
            note_deadlines(s, county, prevailing(county.code, registry.deadlines), now)


def _refresh(
    s: Session, registry: Registry, county: CountyEntry, years: Sequence[int], now: datetime
) -> int:
    known = facts_of_years(s, of_county(county.code), years, now=now)
    return sum(_keep(s, registry, county, year, known[year], now) for year in years)


def _keep(
    s: Session,
    registry: Registry,
    county: CountyEntry,
    year: int,
    known: Sequence[UnitFacts],
    now: datetime,
) -> int:
    told = list(_told(registry, known, year, now))
    _judge_watched(s, county, told, now)
    s.flush()  # what was found of the watching counts for the quality that is kept with it
    latest = {line.unit: facts.versions[-1].id for line, facts in told if facts.versions}
    found = qualities(s, list(latest.values()))
    quality = {unit: found.get(version, "clean") for unit, version in latest.items()}
    kept = [_kept(line, quality.get(line.unit, "")) for line, _ in told]
    return keep(s, county.code, year, kept, now)


Told = tuple[Line, UnitFacts]


def _told(
    registry: Registry, known: Sequence[UnitFacts], year: int, now: datetime
) -> Iterator[Told]:
    for facts in known:
        line = line_of(facts, registry, year, now, present=True)
        if line is not None:
            yield line, facts


def _judge_watched(s: Session, county: CountyEntry, told: Sequence[Told], now: datetime) -> None:
    """What is late, edited, withdrawn: it changes without the report."""
    published = [(line, facts) for line, facts in told if facts.versions]
    keeper = Keeper(s, [facts.versions[-1].id for _, facts in published], now, only=WATCHED)
    for line, facts in published:
        findings: Sequence[Finding] = ()
        if not facts.exempt:
            watched = watched_of(line, facts, now, _changes(s, facts))
            formerly = former_names(county, line.unit, line.name)
            findings = assess_watched(watched, line.county_name, line.name, line.year, formerly)
        keeper.keep(facts.versions[-1].id, line.unit, found_of(findings))


def _changes(s: Session, facts: UnitFacts) -> int:
    """How many cells and passages the latest version changed."""
    if len(facts.versions) < 2:
        return 0
    before, after = contents_of(s, [version.id for version in facts.versions[-2:]])
    return len(differences(before, after))


def _kept(line: Line, quality: Quality) -> Kept:
    stands = line.standing
    return Kept(
        unit=line.unit,
        name=stands.name,
        confirmed=stands.confirmed,
        quality=quality,
        zh=stands.zh,
        en=stands.en,
        days=stands.days if stands.name == "late" else 0,
        deadline=line.deadline,
        evidence_at=stands.evidence,
        evidence=line.proof,
        url=line.url,
        next_change_at=stands.next_change_at,
        printed=line.printed,
        seen=line.seen,
        sighted=line.sighted,
        by_hand=line.by_hand,
    )
