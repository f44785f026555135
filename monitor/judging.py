"""Judging: the rules over a county's reports of a year, together; what holds no longer has ended."""

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
    """A version to judge, with what is known around it. Crosses over to a child process."""

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
    """Judge a county's reports of each year that has a new one: a new report may be a copy of its neighbour's."""
    count = 0
    with looking(engine) as s:
        new = (
            select(ReportVersion.year)
            .join(Unit, ReportVersion.unit == Unit.id)
            .where(Unit.county == county.code)
        )
        years = sorted(set(s.scalars(new if again else new.where(ReportVersion.judged.is_(None)))))
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
    """The latest version of each unit's report, and any that was replaced before it was judged."""
    facts = unit_facts(s, year, (county.code,))
    last_year = {
        each.unit: each.versions[-1].document
        for each in unit_facts(s, year - 1, (county.code,))
        if each.versions
    }
    cases = []
    for each in facts:
        for version in each.versions:
            latest = version == each.versions[-1]
            if latest or not version.judged:
                cases.append(
                    Case(
                        version.id,
                        version.document,
                        each.name,
                        each.county_name,
                        year,
                        last_year.get(each.unit, ""),
                        latest,
                    )
                )
    return cases


def judge_here(evidence: Evidence, cases: Sequence[Case]) -> dict[int, tuple[Finding, ...]]:
    """Judge the reports of a county and year together."""
    reports = {case.version: report_in(evidence, case.document, case.unit) for case in cases}
    latest = {
        case.unit: report
        for case in cases
        if case.latest and (report := reports[case.version]) is not None
    }
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
    found = [
        outcome for outcome in read_here(evidence.read(document)) if isinstance(outcome, Report)
    ]
    named = [report for report in found if unit in report.unit]
    return (named or found)[0] if named or len(found) == 1 else None


def kept_findings(
    s: Session, versions: Sequence[int], *, watched: bool
) -> Mapping[int, list[FindingRow]]:
    family = FindingRow.rule.in_(WATCHED) if watched else FindingRow.rule.not_in(WATCHED)
    found: dict[int, list[FindingRow]] = defaultdict(list)
    for row in s.scalars(select(FindingRow).where(FindingRow.report.in_(versions), family)):
        found[row.report].append(row)
    return found


def write_findings(
    s: Session,
    version: int,
    findings: Sequence[Finding],
    day: datetime,
    kept: Mapping[int, list[FindingRow]],
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
            "suggestions": [
                [each.cell, str(each.value), each.option] for each in finding.suggestions
            ],
            "quote": finding.quote,
        }
        s.add(row)


def passages_of(evidence: Evidence, document: str, unit: str) -> tuple[str, ...]:
    report = report_in(evidence, document, unit)
    return passages(report) if report is not None else ()
