"""The rules over a county's reports of a year, in a child process: one is started for each sweep,
and waits for no database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nianbao.monitor.as_archived import report_in
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.finding import Finding
from nianbao.monitor.rules.subject import Context
from nianbao.parser.report import Report
from nianbao.parser.steps import step
from nianbao.storage.evidence import Evidence, EvidenceError


class Case(NamedTuple):
    """A version to judge, with what is known around it. Crosses over to a child process."""

    version: int
    document: str
    unit: str  # its key
    name: str
    names: tuple[str, ...]  # all that it was called in the year
    called: tuple[str, ...]  # and since its end, when it publishes
    formerly: tuple[str, ...]  # whenever
    county: str  # its name
    year: int
    earlier: str  # the document of last year's report, if there is one
    latest: bool
    is_new: bool  # it is the first time, and the one that holds


def judge_here(evidence: Evidence, cases: Sequence[Case]) -> dict[int, tuple[Finding, ...]]:
    """Judge the reports of a county and year together."""
    reports, befores = {}, {}
    for case in cases:
        step("read")
        try:
            reports[case.version] = report_in(evidence, case.document, case.names)
            if case.earlier:
                befores[case.version] = report_in(evidence, case.earlier, case.names)
        except EvidenceError:  # this one is not judged; the next sweep tries again
            reports.pop(case.version, None)
    latest: dict[str, Report] = {}
    for case in cases:
        report = reports.get(case.version)
        if case.latest and report is not None:
            latest[case.unit] = report
    judged: dict[int, tuple[Finding, ...]] = {}
    for case in cases:
        if case.version not in reports:
            continue
        report = reports[case.version]
        if report is None:
            judged[case.version] = ()
            continue
        before = befores.get(case.version)
        context = Context(
            year=case.year,
            unit=case.name,
            names=case.called,
            formerly=case.formerly,
            county=case.county,
            earlier=(before,) if before is not None else (),
            peers=tuple(other for unit, other in latest.items() if unit != case.unit),
        )
        judged[case.version] = assess(report, context).findings
        step("judged")  # each has its own time
    return judged
