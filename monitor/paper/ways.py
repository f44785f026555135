"""The way of a fault as a row, for programs and spreadsheets."""

from __future__ import annotations

from typing import Any

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.way import OfUnit, Way
from nianbao.monitor.paper.sentences import at_in
from nianbao.parser.private import masked

COLUMNS = (
    "county",
    "unit",
    "code",
    "year",
    "fault",
    "rule",
    "severity",
    "finding",
    "finding_en",
    "state",
    "since",
    "found",
    "sent",
    "answered",
    "checked",
    "ended",
    "came_back",
    "answer",
    "answer_words",
    "decided",
    "marks",
    "url",
)


def way_row(way: Way, line: Line, county: str) -> dict[str, Any]:
    """One fault, by the keys of `COLUMNS`."""
    times = {
        key: at_in(at) if at is not None else None
        for key, at in (
            *(("since", way.since), ("found", way.found), ("sent", way.sent)),
            *(("answered", way.answered), ("checked", way.checked), ("ended", way.ended)),
        )
    }
    decided = way.decided
    return {
        "county": county,
        "unit": line.name,
        "code": way.unit,
        "year": way.year,
        "fault": way.key,
        "rule": way.rule,
        "severity": way.severity,
        "finding": way.content["zh"],
        "finding_en": way.content["en"],
        "state": way.state,
        **times,
        "came_back": [at_in(at) for at in way.back],
        "answer": way.answer.kind if way.answer is not None else "",
        "answer_words": masked(way.answer.words) if way.answer is not None else "",
        "decided": masked(f"{decided.who}：{decided.why}") if decided is not None else "",
        "marks": list(way.marks),
        "url": line.url,
    }


BY_UNIT = ("county", "unit", "code", "year", "state", "since", "faults", "counts")


def unit_row(row: OfUnit, line: Line, county: str) -> dict[str, Any]:
    """A unit's faults in one row, by the keys of `BY_UNIT`."""
    return {
        "county": county,
        "unit": line.name,
        "code": row.unit,
        "year": line.year,
        "state": row.state,
        "since": at_in(row.since),
        "faults": len(row.ways),
        "counts": dict(row.counts),
    }
