"""Rows for programs: what is told of a unit's year by keys, and the rows as JSON, CSV or a
workbook.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import indent
from typing import Any

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.paper.cells import unformulated
from nianbao.monitor.standing import BEIJING
from nianbao.parser.private import masked
from nianbao.storage.queries import FindingFacts

Row = Mapping[str, Any]

STANDING = (
    "county",
    "unit",
    "code",
    "year",
    "standing",
    "quality",
    "days",
    "deadline",
    "confirmed",
    "why",
    "evidence",
    "proof",
    "by_hand",
    "url",
    "published",
    "waived",
)


def row_of(line: Line, county: str) -> dict[str, Any]:
    """Where a unit stands, by the keys of `STANDING`."""
    return {
        "county": county,
        "unit": line.name,
        "code": line.unit,
        "year": line.year,
        "standing": line.standing.name,
        "quality": line.quality,
        "days": line.standing.days,
        "deadline": line.deadline.isoformat(),
        "confirmed": line.standing.confirmed,
        "why": line.standing.zh,
        "evidence": _iso(line.standing.evidence),
        "proof": line.proof,
        "by_hand": line.by_hand,
        "url": line.url,
        "published": line.first_day.isoformat() if line.first_day is not None else None,
        "waived": line.waived,
    }


# The same for people who read Chinese: headings, and what stands below them.
IN_CHINESE: Mapping[str, Callable[[Line, str, str], Any]] = {
    "县（市、区）": lambda _line, county, _phone: county,
    "单位": lambda line, *_: line.name,
    "代码": lambda line, *_: line.unit,
    "电话": lambda _line, _county, phone: phone,
    "年度": lambda line, *_: line.year,
    "发布状态": lambda line, *_: line.word.zh,
    "发布日": lambda line, *_: line.first_day,
    "公布时限": lambda line, *_: line.deadline,
    "逾期天数": lambda line, *_: line.days_told or None,
    "质量": lambda line, *_: line.quality_word.zh,
    "依据": lambda line, *_: line.standing.zh,
    "依据时间（北京时间）": lambda line, *_: _in_beijing(line.standing.evidence),
    "存证指纹": lambda line, *_: line.proof,
    "人工提供": lambda line, *_: line.by_hand,
    "经核实不作为问题": lambda line, *_: line.waived,
    "网址": lambda line, *_: line.url,
}


def row_in_chinese(line: Line, county: str, phone: str) -> Row:
    """Where a unit stands, by the headings of `IN_CHINESE`."""
    return {heading: value(line, county, phone) for heading, value in IN_CHINESE.items()}


def _in_beijing(moment: datetime | None) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}" if moment is not None else ""


def finding_row(found: FindingFacts) -> dict[str, Any]:
    """What is wrong in a report, by keys."""
    told = {key: found.content.get(key) for key in ("state", "cells", "zh", "en", "quote")}
    decision = masked(f"{found.verdict} {found.decided}".strip())
    mark = {"decision": decision, "mark": found.fingerprint}
    return {"rule": found.rule, "severity": found.severity, **told, **mark}


FLAGGED = (
    "county",
    "unit",
    "code",
    "year",
    "rule",
    "severity",
    "state",
    "finding",
    "cells",
    "quote",
    "decision",
    "mark",
    "url",
    "evidence",
)


def flagged_row(found: FindingFacts, county: str) -> dict[str, Any]:
    """The same among the findings of many reports, by the keys of `FLAGGED`."""
    return {
        "county": county,
        "unit": found.name,
        "code": found.unit,
        "year": found.year,
        "rule": found.rule,
        "severity": found.severity,
        "state": found.content["state"],
        "finding": found.content["zh"],
        "cells": "、".join(found.content["cells"]),
        "quote": found.content["quote"],
        "decision": masked(f"{found.verdict} {found.decided}".strip()),
        "mark": found.fingerprint,
        "url": found.url,
        "evidence": found.document,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def as_json(rows: Iterable[Row]) -> Iterator[str]:
    """Piece by piece, as the rows come."""
    before = "[\n"
    for row in rows:
        yield before + indent(json.dumps(row, ensure_ascii=False, indent=1), " ")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """Piece by piece. Texts stand there as they are."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def for_spreadsheets(row: Row) -> Row:
    """The same, without what a spreadsheet would work out."""
    return {key: unformulated(value) for key, value in row.items()}
