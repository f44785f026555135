"""Judging: the rules over a county's reports of a year together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nianbao.crawler.reading import ChildError, Reader, read_here
from nianbao.monitor.rules import WATCHED, Context, Finding, assess
from nianbao.parser import Report
from nianbao.parser.passages import passages
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.facts import unit_facts
from nianbao.storage.models import FindingRow, ReportVersion, Unit
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, session


class Case(NamedTuple):
    """A version to judge, with what is known around it. Crosses over to a
    child process."""

    version: int
    document: str
    unit: str
    county: str
    year: int
    earlier: str  # the document of last year's report, if there is one
    latest: bool


def judge_county(
    engine: Engine,
    evidence: Evidence,
    reader: Reader,
    county: CountyEntry,
    day: datetime,
    *,
    again: bool = False,
) -> int:
    """Judge each year that has a new report, whole: the new one may be its
    neighbour's copy."""
    count = 0
    of_county = select(ReportVersion.year).join(Unit, ReportVersion.unit == Unit.id)
    chosen = of_county.where(Unit.county == county.code)
    if not again:
        chosen = chosen.where(ReportVersion.judged.is_(None))
    with looking(engine) as s:
        years = sorted(set(s.scalars(chosen)))
    for year in years:
        with looking(engine) as s:
            cases = _cases(s, county, year)
        try:
            found: Mapping[int, Sequence[Finding]] = reader.call(
                judge_here, evidence, cases, about=county.code
            )
        except (ChildError, EvidenceError):
            continue  # they stay unjudged; the next sweep tries again
        with session(engine) as s:
            kept = kept_findings(s, [case.version for case in cases], watched=False)
            for case in cases:
                write_findings(s, case.version, found.get(case.version, ()), day, kept)
                s.get_one(ReportVersion, case.version).judged = day
        count += sum(case.latest for case in cases)
    return count


def _cases(s: Session, county: CountyEntry, year: int) -> list[Case]:
    """The latest version of each unit's report, and any that was replaced
    before it was judged."""
    last_year = {
        facts.unit: facts.versions[-1].document
        for facts in unit_facts(s, year - 1, (county.code,))
        if facts.versions
    }
    cases = []
    for facts in unit_facts(s, year, (county.code,)):
        earlier = last_year.get(facts.unit, "")
        for version in facts.versions:
            latest = version == facts.versions[-1]
            if latest or not version.judged:
                case = Case(
                    version.id,
                    version.document,
                    facts.name,
                    facts.county_name,
                    year,
                    earlier,
                    latest,
                )
                cases.append(case)
    return cases


def judge_here(evidence: Evidence, cases: Sequence[Case]) -> dict[int, tuple[Finding, ...]]:
    """Judge the reports of a county and year together."""
    reports = {}
    for case in cases:
        report = report_in(evidence, case.document, case.unit)
        if report is not None:
            reports[case.version] = report
    latest = {
        case.unit: reports[case.version]
        for case in cases
        if case.latest and case.version in reports
    }
    judged: dict[int, tuple[Finding, ...]] = {}
    for case in cases:
        if case.version not in reports:
            continue
        earlier: tuple[Report, ...] = ()
        if case.earlier and (last := report_in(evidence, case.earlier, case.unit)) is not None:
            earlier = (last,)
        context = Context(
            year=case.year,
            unit=case.unit,
            county=case.county,
            earlier=earlier,
            peers=tuple(other for unit, other in latest.items() if unit != case.unit),
        )
        judged[case.version] = assess(reports[case.version], context).findings
    return judged


def report_in(evidence: Evidence, document: str, unit: str) -> Report | None:
    """A unit's report in a document; an archive holds those of several."""
    outcomes = read_here(evidence.read(document))
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    named = [report for report in reports if unit in report.unit]
    if named:
        return named[0]
    if len(reports) == 1:
        return reports[0]
    return None


def kept_findings(
    s: Session, versions: Sequence[int], *, watched: bool
) -> Mapping[int, list[FindingRow]]:
    family = FindingRow.rule.in_(WATCHED)
    if not watched:
        family = FindingRow.rule.not_in(WATCHED)
    rows: dict[int, list[FindingRow]] = defaultdict(list)
    for row in s.scalars(select(FindingRow).where(FindingRow.report.in_(versions), family)):
        rows[row.report].append(row)
    return rows


def write_findings(
    s: Session,
    version: int,
    findings: Sequence[Finding],
    day: datetime,
    kept: Mapping[int, list[FindingRow]],
) -> None:
    """Keep what is found: what holds no longer has ended, and is
    known for the time before."""
    known = {row.fingerprint: row for row in kept.get(version, ())}
    new = {finding.fingerprint: finding for finding in reversed(findings)}
    for fingerprint, row in known.items():
        if fingerprint not in new and row.ended is None:
            row.ended = day
    for fingerprint, finding in new.items():
        if fingerprint not in known:
            known[fingerprint] = FindingRow(
                report=version, rule=finding.rule, fingerprint=fingerprint, since=day
            )
        row = known[fingerprint]
        if row.ended is not None:
            row.since, row.ended = day, None
        row.severity = finding.severity
        row.content = {
            "zh": finding.zh,
            "en": finding.en,
            "cells": list(finding.cells),
            "state": finding.state,
            "suggestions": [[cell, str(value), n] for cell, value, n in finding.suggestions],
            "quote": finding.quote,
        }
        s.add(row)


def passages_of(evidence: Evidence, document: str, unit: str) -> tuple[str, ...]:
    report = report_in(evidence, document, unit)
    if report is None:
        return ()
    return passages(report)
