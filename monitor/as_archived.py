"""A unit's report as the archive has it, read anew: what shows one waits for no rules."""

from __future__ import annotations

from collections.abc import Sequence

from nianbao.crawler.belonging import names_of
from nianbao.crawler.reading import read_here
from nianbao.parser.report import Report
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry
from nianbao.storage.units import entry_of


def names_in(county: CountyEntry | None, unit: str, name: str, year: int) -> tuple[str, ...]:
    """All that a unit, known by its key and its name of now, was called in a year."""
    entry = entry_of(county, unit, name) if county is not None else None
    return (name,) if entry is None else tuple(dict.fromkeys((name, *names_of(entry, year))))


def report_in(evidence: Evidence, document: str, names: Sequence[str]) -> Report | None:
    """The report of a unit of these names in a document; an archive holds those of several."""
    reports = [
        outcome for outcome in read_here(evidence.read(document)) if isinstance(outcome, Report)
    ]
    for name in names:
        if named := [report for report in reports if name in report.unit]:
            return named[0]
    return reports[0] if len(reports) == 1 else None
