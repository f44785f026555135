"""Writing the ledger: standings worked out anew, and what changed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.judging import kept_findings, write_findings
from nianbao.monitor.ledger.lines import evidence_of, seen_of, watched_of
from nianbao.monitor.ledger.present import out_of_date, policy_mark
from nianbao.monitor.rules import assess_watched
from nianbao.monitor.standing import BEIJING, standing
from nianbao.storage.content import differences
from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.models import Event, Region, ReportVersion, StandingRow, Unit
from nianbao.storage.queries import due_years
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, session
from nianbao.storage.units import is_there

log = logging.getLogger("nianbao")


def _changes(s: Session, facts: UnitFacts) -> int:
    """How many cells and passages the latest version changed."""
    if len(facts.versions) < 2:
        return 0
    before, after = (
        s.get_one(ReportVersion, version.id).content for version in facts.versions[-2:]
    )
    return len(differences(before, after))


def refresh(
    engine: Engine,
    counties: Sequence[CountyEntry],
    day: datetime,
    *,
    regions: Mapping[str, str] | None = None,
    years: Sequence[int] = (),
) -> int:
    """Work out where the units of some counties stand, and write down what changed. Returns how many changed.

    With it what dated facts tell of their reports: late, edited, withdrawn.
    """
    changed = 0
    for county in counties:
        with looking(engine) as s:
            wanted = set(years) or {*due_years(s, county.code), day.astimezone(BEIJING).year - 1}
        for year in sorted(wanted):
            with session(engine) as s:
                changed += _refresh(s, county, year, day, regions or {})
        with session(engine) as s:
            if (region := s.get(Region, county.code)) is not None:
                region.policy = policy_mark(county, regions or {})
    return changed


def refresh_due(
    engine: Engine, counties: Sequence[CountyEntry], day: datetime, regions: Mapping[str, str]
) -> int:
    """Only the rows that the calendar changes by now, or that another deadline holds for; and units that have none yet
    for the year that is due. Nothing is said of a county without a file: nobody knows its deadline.
    """
    with looking(engine) as s:
        due, moved = out_of_date(s, counties, day, regions, new=True)
    changed = refresh(engine, moved, day, regions=regions)
    entries = {county.code: county for county in counties}
    for code, year in sorted((code, year) for code, year in due if code in entries):
        try:
            with session(engine) as s:
                changed += _refresh(s, entries[code], year, day, regions)
        except (ValueError, LookupError, TypeError):  # one county must not cost the others
            log.exception("standings", extra={"told": {"county": code, "year": year}})
    return changed


def _refresh(
    s: Session, county: CountyEntry, year: int, day: datetime, regions: Mapping[str, str]
) -> int:
    known = {
        row.unit: row
        for row in s.scalars(
            select(StandingRow)
            .join(Unit, StandingRow.unit == Unit.id)
            .where(Unit.county == county.code, StandingRow.year == year)
        )
    }
    changed, gone = 0, set(known)
    there = unit_facts(s, year, (county.code,), day)
    kept = kept_findings(
        s, [facts.versions[-1].id for facts in there if facts.versions], watched=True
    )
    for facts in there:
        if not is_there(facts.since, facts.until, year):
            continue
        policy = policy_of(county, facts.name, year, regions, kind=facts.kind)
        stands = standing(seen_of(facts), policy, year, day)
        row = known.get(facts.unit)
        gone.discard(facts.unit)
        if facts.versions:
            watched = (
                None if facts.exempt else watched_of(facts, policy, year, day, _changes(s, facts))
            )
            found = (
                assess_watched(watched, facts.county_name, facts.name, year)
                if watched is not None
                else ()
            )
            write_findings(s, facts.versions[-1].id, found, day, kept)
        if row is None or row.name != stands.name:
            changed += 1
            s.add(
                Event(
                    at=day,
                    kind="standing",
                    unit=facts.unit,
                    year=year,
                    content={"from": row.name if row else "", "to": stands.name, "why": stands.zh},
                )
            )
        row = row or StandingRow(unit=facts.unit, year=year, since=day, name="")
        row.since = row.since if row.name == stands.name else day
        row.name, row.zh, row.en, row.quality, row.url = (
            stands.name,
            stands.zh,
            stands.en,
            facts.quality,
            facts.url,
        )
        row.days = stands.days if stands.name == "late" else 0
        row.deadline, row.evidence_at = policy.last_day(year), stands.evidence
        row.evidence = evidence_of(facts, stands)
        row.next_change_at = stands.next_change_at
        s.add(row)
    for unit in gone:  # closed, or no longer in the county's file
        s.add(
            Event(
                at=day,
                kind="standing",
                unit=unit,
                year=year,
                content={"from": known[unit].name, "to": "", "why": "不再是应发布单位"},
            )
        )
        s.delete(known[unit])
    return changed + len(gone)
