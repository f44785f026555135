"""A unit's report as the archive has it, read anew: what shows one waits for no rules, and a child
that reads it for no database.
"""

from __future__ import annotations

from collections.abc import Sequence

from nianbao.crawler.reading import read_here
from nianbao.parser.report import Report
from nianbao.storage.evidence import Evidence


def report_in(evidence: Evidence, document: str, names: Sequence[str]) -> Report | None:
    """The report of a unit of these names in a document; an archive holds those of several."""
    reports = [
        outcome for outcome in read_here(evidence.read(document)) if isinstance(outcome, Report)
    ]
    for name in names:
        if named := [report for report in reports if name in report.unit]:
            return named[0]
    return reports[0] if len(reports) == 1 else None
