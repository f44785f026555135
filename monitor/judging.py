"""Judging: the rules over a county's reports of a year; what holds no longer has ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.crawler.reading import ChildError, Reads
from nianbao.monitor.as_archived import report_in
from nianbao.monitor.judging_here import Case, judge_here
from nianbao.monitor.names_of_then import names_in
from nianbao.monitor.rules.engine import WATCHED
from nianbao.monitor.rules.finding import Finding
from nianbao.parser.passages import passages
from nianbao.storage.archive import mark_judged, years_read
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.facts import reports_of
from nianbao.storage.findings import Found, Keeper
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking, session
from nianbao.storage.units import former_names


def judge_county(
    engine: Engine,
    evidence: Evidence,
    reader: Reads,
    county: CountyEntry,
    now: datetime,
    *,
    again: bool = False,
) -> int:
    """Judge a county's reports of each year that has a new one: a new report may be a copy of
    its neighbour's, and the next year's are held against it. Returns how many were new.
    """
    count = 0
    with looking(engine) as s:
        years = _years_to_judge(s, county.code, again=again)
    for year in years:
        with looking(engine) as s:
            cases = _cases(s, county, year)
        judged = _judged(reader, evidence, cases, county.code)
        if not judged:
            continue  # they stay unjudged; the next sweep tries again
        numbers = [case.version for case in cases if case.version in judged]
        with session(engine) as s:
            keeper = Keeper(s, numbers, now, without=WATCHED)
            for case in cases:
                if case.version in judged:
                    keeper.keep(case.version, case.unit, found_of(judged[case.version]))
            mark_judged(s, numbers, now)
        count += sum(case.is_new and case.version in judged for case in cases)
    return count


Judged = Mapping[int, Sequence[Finding]]


def _judged(reader: Reads, evidence: Evidence, cases: Sequence[Case], about: str) -> Judged:
    """All together. One that ends the child, or takes it too long, costs itself: the others are
    judged without it.
    """
    judged = _tried(reader, evidence, cases, about)
    if judged is None and len(cases) > 1:
        sound = [each for each in cases if _tried(reader, evidence, [each], about) is not None]
        judged = _tried(reader, evidence, sound, about) if len(sound) < len(cases) else None
    return judged or {}


def _tried(reader: Reads, evidence: Evidence, cases: Sequence[Case], about: str) -> Judged | None:
    """None where it did not come to its end."""
    try:
        judged: Judged = reader.call(judge_here, evidence, cases, about=about)
    except (ChildError, MemoryError, EvidenceError):
        return None
    return judged


def _years_to_judge(s: Session, county: str, *, again: bool) -> list[int]:
    known = years_read(s, county)
    if again:
        return known
    new = years_read(s, county, unjudged=True)
    return sorted({*new, *(year + 1 for year in new)} & {*known})


def _cases(s: Session, county: CountyEntry, year: int) -> list[Case]:
    """The latest version of each unit's report, and any that was replaced before it was judged."""
    scope = of_county(county.code)
    last_year = {
        reports.unit: reports.versions[-1].document for reports in reports_of(s, scope, year - 1)
    }
    cases = []
    for reports in reports_of(s, scope, year):
        of_unit = (county, reports.unit, reports.name)
        for version in reports.versions:
            latest = version == reports.versions[-1]
            if latest or not version.judged:
                cases.append(
                    Case(
                        version=version.id,
                        document=version.document,
                        unit=reports.unit,
                        name=reports.name,
                        names=names_in(*of_unit, year),
                        called=names_in(*of_unit, year + 1),
                        formerly=former_names(*of_unit),
                        county=reports.county_name,
                        year=year,
                        earlier=last_year.get(reports.unit, ""),
                        latest=latest,
                        is_new=latest and not version.judged,
                    )
                )
    return cases


def found_of(findings: Iterable[Finding]) -> list[Found]:
    """Findings as they are kept."""
    return [
        Found(
            *(finding.rule, finding.severity, finding.fingerprint, _content(finding)), finding.also
        )
        for finding in findings
    ]


def _content(finding: Finding) -> dict[str, object]:
    return {
        "zh": finding.zh,
        "en": finding.en,
        "cells": list(finding.cells),
        "state": finding.state,
        "suggestions": [
            [suggestion.cell, str(suggestion.value), suggestion.option]
            for suggestion in finding.suggestions
        ],
        "quote": finding.quote,
        **_ends(finding),
    }


def _ends(finding: Finding) -> dict[str, object]:
    """The other end of what does not agree or is a copy, where there is one."""
    told: dict[str, object] = {}
    if finding.other_quote:
        told["other_quote"] = finding.other_quote
    if finding.source is not None:
        told["source"] = [finding.source.unit, finding.source.year, finding.source.quote]
    return told


def passages_of(evidence: Evidence, document: str, names: Sequence[str]) -> tuple[str, ...]:
    report = report_in(evidence, document, names)
    return passages(report) if report is not None else ()
