"""The work that is done again and again: sweeping, judging what is new, reading and judging everything again.

Each job may be run twice; whoever runs it (the command, the daemon, a worker) is not its business.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, or_, select
from sqlalchemy.orm import Session

from crawler.reading import ChildError, Found, Reader, read_here
from crawler.recorder import Recorder
from crawler.sweep import Progress
from crawler.sweep import sweep as crawl
from crawler.visit import Wanted
from monitor.deadlines import policy_of
from monitor.facts import seen_of, watched_of
from monitor.rules import WATCHED, Context, Finding, assess, assess_watched
from monitor.standing import BEIJING, Standing, standing
from parser import Report
from parser.errors import ReadError
from storage.evidence import Evidence, EvidenceError
from storage.models import Document, Event, FindingRow, Region, ReportVersion, StandingRow, Unit
from storage.queries import UnitFacts, due_years, unit_facts
from storage.registry import CountyEntry
from storage.store import looking, session

log = logging.getLogger("nianbao")


class Change(NamedTuple):
    """A cell or a text that differs between two readings or versions."""

    key: str
    before: object
    after: object


class Replayed(NamedTuple):
    version: ReportVersion
    changes: list[Change]
    problem: str = ""


def now() -> datetime:
    return datetime.now(UTC)


def sweep_counties(
    counties: Sequence[CountyEntry],
    engine: Engine,
    evidence: Evidence,
    *,
    wanted: Wanted | None = None,
    progress: Progress | None = None,
    settings: dict[str, Any] | None = None,
    regions: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = now,
) -> tuple[dict[str, bool], int]:
    """Look at every column of some counties, and judge what is new. Each county with whether its sweep was complete."""
    entries = {county.code: county for county in counties}
    judged = 0
    with Reader() as reader:

        def judge(portal: str) -> None:
            nonlocal judged
            judged += judge_county(engine, evidence, reader, entries[portal], clock())
            refresh(engine, [entries[portal]], clock(), regions=regions)

        complete = crawl(
            counties, Recorder(engine, evidence, clock), wanted=wanted, progress=progress, settings=settings,
            reader=reader, done=judge,
        )  # fmt: skip
    return complete, judged


# ---- judging


class Case(NamedTuple):
    """A version to judge, with what is known around it. Crosses over to a child process."""

    version: int
    document: str
    unit: str
    county: str
    year: int
    earlier: str  # the document of last year's report, if there is one
    latest: bool


def judge_county(
    engine: Engine, evidence: Evidence, reader: Reader, county: CountyEntry, day: datetime, *, again: bool = False
) -> int:
    """Judge a county's reports of each year that has a new one: a new report may be a copy of its neighbour's."""
    count = 0
    with looking(engine) as s:
        new = select(ReportVersion.year).join(Unit, ReportVersion.unit == Unit.id).where(Unit.county == county.code)
        years = sorted(set(s.scalars(new if again else new.where(ReportVersion.judged.is_(None)))))
    for year in years:
        with looking(engine) as s:
            cases = _cases(s, county, year)
        try:
            found: Mapping[int, Sequence[Finding]] = reader.call(judge_here, evidence, cases, about=county.code)
        except (ChildError, EvidenceError):
            continue  # they stay unjudged; the next sweep tries again
        with session(engine) as s:
            kept = _kept(s, [case.version for case in cases], watched=False)
            for case in cases:
                _write(s, case.version, found.get(case.version, ()), day, kept)
                s.get_one(ReportVersion, case.version).judged = day
        count += sum(case.latest for case in cases)
    return count


def _cases(s: Session, county: CountyEntry, year: int) -> list[Case]:
    """The latest version of each unit's report, and any that was replaced before it was judged."""
    facts = unit_facts(s, year, (county.code,))
    last_year = {
        each.unit: each.versions[-1].document for each in unit_facts(s, year - 1, (county.code,)) if each.versions
    }
    cases = []
    for each in facts:
        for version in each.versions:
            latest = version == each.versions[-1]
            if latest or not version.judged:
                cases.append(Case(version.id, version.document, each.name, each.county_name, year,
                                  last_year.get(each.unit, ""), latest))  # fmt: skip
    return cases


def _changes(s: Session, facts: UnitFacts) -> int:
    """How many cells and passages the latest version changed."""
    if len(facts.versions) < 2:
        return 0
    before, after = (s.get_one(ReportVersion, version.id).content for version in facts.versions[-2:])
    return len(differences(before, after))


def judge_here(evidence: Evidence, cases: Sequence[Case]) -> dict[int, tuple[Finding, ...]]:
    """Judge the reports of a county and year together."""
    reports = {case.version: report_in(evidence, case.document, case.unit) for case in cases}
    latest = {case.unit: report for case in cases if case.latest and (report := reports[case.version]) is not None}
    found: dict[int, tuple[Finding, ...]] = {}
    for case in cases:
        report = reports[case.version]
        if report is None:
            continue
        before = report_in(evidence, case.earlier, case.unit) if case.earlier else None
        context = Context(
            year=case.year,
            unit=case.unit,
            county=case.county,
            earlier=(before,) if before is not None else (),
            peers=tuple(other for unit, other in latest.items() if unit != case.unit),
        )
        found[case.version] = assess(report, context).findings
    return found


def report_in(evidence: Evidence, document: str, unit: str) -> Report | None:
    """A unit's report in a document; an archive holds those of several."""
    found = [outcome for outcome in read_here(evidence.read(document)) if isinstance(outcome, Report)]
    named = [report for report in found if unit in report.unit]
    return (named or found)[0] if named or len(found) == 1 else None


def _kept(s: Session, versions: Sequence[int], *, watched: bool) -> Mapping[int, list[FindingRow]]:
    family = FindingRow.rule.in_(WATCHED) if watched else FindingRow.rule.not_in(WATCHED)
    found: dict[int, list[FindingRow]] = defaultdict(list)
    for row in s.scalars(select(FindingRow).where(FindingRow.report.in_(versions), family)):
        found[row.report].append(row)
    return found


def _write(
    s: Session, version: int, findings: Sequence[Finding], day: datetime, kept: Mapping[int, list[FindingRow]]
) -> None:
    """Keep what is found: what holds no longer has ended, and is still known for the time before."""
    known = {row.fingerprint: row for row in kept.get(version, ())}
    new = {finding.fingerprint: finding for finding in reversed(findings)}
    for fingerprint, row in known.items():
        if fingerprint not in new and row.ended is None:
            row.ended = day
    for fingerprint, finding in new.items():
        row = known.get(fingerprint) or FindingRow(
            report=version, rule=finding.rule, fingerprint=fingerprint, since=day
        )
        if row.ended is not None:
            row.since, row.ended = day, None
        row.severity = finding.severity
        row.content = {
            "zh": finding.zh,
            "en": finding.en,
            "cells": list(finding.cells),
            "state": finding.state,
            "suggestions": [[each.cell, str(each.value), each.option] for each in finding.suggestions],
            "quote": finding.quote,
        }
        s.add(row)


# ---- standings


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
                region.policy = _mark(county, regions or {})
    return changed


def _mark(county: CountyEntry, regions: Mapping[str, str]) -> str:
    """Of everything that a county's deadlines rest on."""
    own = [(unit.name, unit.kind, unit.deadline, unit.deadlines) for unit in county.units]
    told = repr((county.deadline, sorted(county.deadlines.items(), key=str), own, sorted(regions.items())))
    return hashlib.sha256(told.encode()).hexdigest()


def refresh_due(engine: Engine, counties: Sequence[CountyEntry], day: datetime, regions: Mapping[str, str]) -> int:
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


def out_of_date(
    s: Session, counties: Sequence[CountyEntry], day: datetime, regions: Mapping[str, str], *, new: bool, year: int = 0
) -> tuple[set[tuple[str, int]], list[CountyEntry]]:
    """Counties and years whose rows the calendar has changed, or that have none; and counties with other deadlines.

    To ask for units without rows costs a look at the whole registry: `new` says whether to. `year`: another wanted one.
    """
    due = {
        (code, of)
        for code, of in s.execute(
            select(Unit.county, StandingRow.year)
            .join(StandingRow, StandingRow.unit == Unit.id)
            .where(StandingRow.next_change_at <= day)
            .distinct()
        )
    }
    last = day.astimezone(BEIJING).year - 1
    for of in {last, year or last}:
        known = select(StandingRow.unit).where(StandingRow.year == of)
        if new or of != last or s.scalar(known.limit(1)) is None:
            without = select(Unit.county).where(Unit.id.not_in(known), *_are_there(of)).distinct()
            due |= {(code, of) for code in s.scalars(without)}
    marks = dict(s.execute(select(Region.code, Region.policy)).all())
    return due, [each for each in counties if each.code in marks and marks[each.code] != _mark(each, regions)]


def _refresh(s: Session, county: CountyEntry, year: int, day: datetime, regions: Mapping[str, str]) -> int:
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
    kept = _kept(s, [facts.versions[-1].id for facts in there if facts.versions], watched=True)
    for facts in there:
        if not is_there(facts.since, facts.until, year):
            continue
        policy = policy_of(county, facts.name, year, regions, kind=facts.kind)
        stands = standing(seen_of(facts), policy, year, day)
        row = known.get(facts.unit)
        gone.discard(facts.unit)
        if facts.versions:
            watched = None if facts.exempt else watched_of(facts, policy, year, day, _changes(s, facts))
            found = assess_watched(watched, facts.county_name, facts.name, year) if watched is not None else ()
            _write(s, facts.versions[-1].id, found, day, kept)
        if row is None or row.name != stands.name:
            changed += 1
            s.add(Event(at=day, kind="standing", unit=facts.unit, year=year,
                        content={"from": row.name if row else "", "to": stands.name, "why": stands.zh}))  # fmt: skip
        row = row or StandingRow(unit=facts.unit, year=year, since=day, name="")
        row.since = row.since if row.name == stands.name else day
        row.name, row.zh, row.en, row.quality, row.url = stands.name, stands.zh, stands.en, facts.quality, facts.url
        row.days = stands.days if stands.name == "late" else 0
        row.deadline, row.evidence_at = policy.last_day(year), stands.evidence
        row.evidence = evidence_of(facts, stands)
        row.next_change_at = stands.next_change_at
        s.add(row)
    for unit in gone:  # closed, or no longer in the county's file
        s.add(Event(at=day, kind="standing", unit=unit, year=year,
                    content={"from": known[unit].name, "to": "", "why": "不再是应发布单位"}))  # fmt: skip
        s.delete(known[unit])
    return changed + len(gone)


def evidence_of(facts: UnitFacts, stands: Standing) -> str:
    """The hash of the bytes that prove a standing."""
    look = next((look.document for look in facts.looks if look.at == stands.evidence), "")
    return look or (facts.versions[0].document if facts.versions else "")


def is_there(since: date | None, until: date | None, year: int) -> bool:
    """Whether a unit had to publish a report of a year: it was there in that year, and still at the end of January."""
    return (since is None or since.year <= year) and (until is None or until >= date(year + 1, 1, 31))


def _are_there(year: int) -> tuple[ColumnElement[bool], ...]:
    """The same, for a query."""
    return (
        Unit.dropped.is_(None),
        or_(Unit.since.is_(None), Unit.since <= date(year, 12, 31)),
        or_(Unit.until.is_(None), Unit.until >= date(year + 1, 1, 31)),
    )


# ---- replaying


def replay(
    engine: Engine, evidence: Evidence, counties: Sequence[CountyEntry] = (), clock: Callable[[], datetime] = now
) -> Iterator[Replayed]:
    """Read and judge the whole archive again, offline, and tell what is read differently now."""
    with looking(engine) as s:
        numbers = list(s.scalars(select(ReportVersion.id).order_by(ReportVersion.id)))
        regions = list(s.scalars(select(Region).where(Region.level == "county")))
    with Reader() as reader:
        for number in numbers:
            with session(engine) as s:
                yield _read_again(s, evidence, reader, s.get_one(ReportVersion, number))
        entries = {county.code: county for county in counties}
        for region in regions:
            county = entries.get(region.code) or CountyEntry(region.name, region.code)
            judge_county(engine, evidence, reader, county, clock(), again=True)


def _read_again(s: Session, evidence: Evidence, reader: Reader, version: ReportVersion) -> Replayed:
    try:
        outcomes = reader.file(evidence.read(s.get_one(Document, version.document).sha256))
    except EvidenceError as error:
        return Replayed(version, [], str(error))
    unit = s.get_one(Unit, version.unit).name
    found = [each for each in outcomes if isinstance(each, Found)]
    named = [each for each in found if unit in each.report.unit] or found
    if len(named) != 1:
        error = next((each for each in outcomes if isinstance(each, ReadError)), None)
        known = version.content.get("form") is None and bool(version.content.get("unreadable"))
        return Replayed(version, [], "" if known else str(error or f"{len(found)} reports in one document"))
    content = plain(named[0].content)
    changes = differences(version.content, content)
    if changes or version.text != named[0].text:
        version.content, version.text, version.words = content, named[0].text, named[0].words
    return Replayed(version, changes)


def plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from the database."""
    import json

    found: dict[str, Any] = json.loads(json.dumps(content))
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Cell by cell, and the texts around them."""
    first, second = _flat(before), _flat(after)
    return [
        Change(key, first.get(key), second.get(key))
        for key in dict.fromkeys((*first, *second))
        if first.get(key) != second.get(key)
    ]


COMPARED = ("title", "unit", "year", "form", "signed", "proactive", "requests", "disputes", "sections", "claims")


def _flat(content: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key in COMPARED:
        value = content.get(key)
        if key in ("proactive", "requests") and isinstance(value, dict):
            found |= {f"{key}.{row}.{column}": n for row, cells in value.items() for column, n in cells.items()}
        elif key == "disputes" and isinstance(value, dict):
            found |= {f"{key}.{cell}": n for cell, n in value.items()}
        elif key == "claims" and isinstance(value, list):
            found |= {f"prose {n}": claim.get("sentence") for n, claim in enumerate(value)}
        else:
            found[key] = value
    return found


def passage_changes(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    """Passages that were taken out (-) and put in (+), in their order."""
    from difflib import ndiff

    return [(line[0], line[2:]) for line in ndiff(before, after) if line[0] in "+-"]


def passages_of(evidence: Evidence, document: str, unit: str) -> tuple[str, ...]:
    from parser.passages import passages

    report = report_in(evidence, document, unit)
    return passages(report) if report is not None else ()
