"""`nianbao flagged`: what is wrong in the reports of a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from nianbao.monitor.cli.asking import AsOf, County, Year, moment_of
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import DATABASE, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.standing import BEIJING
from nianbao.storage.queries import FindingFacts, findings
from nianbao.storage.store import looking, open_store

COLUMNS = (
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
SEVERITIES = {"error": "必须整改", "warning": "建议核实", "notice": "提示"}


def flagged(
    year: Year = None,
    county: County = None,
    severity: Annotated[
        list[str] | None,
        typer.Option(help="error, warning or notice; errors and warnings where none is given."),
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only these rules, such as F01.")] = None,
    waived: Annotated[
        bool, typer.Option("--waived", help="Also what was decided to be no problem.")
    ] = False,
    as_of: AsOf = "",
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """What is wrong, or should be verified, in the reports of a year: the cell, the numbers,
    the words, the evidence.
    """
    for named in severity or ():
        if named not in SEVERITIES:
            zh, en = "、".join(SEVERITIES), ", ".join(SEVERITIES)
            end(2, f"{named}：应为 {zh} 之一 / one of {en}")
    now = moment_of(as_of)
    year = year or now.astimezone(BEIJING).year - 1
    severities = severity or ("error", "warning")
    known_on = None
    if as_of:
        known_on = now
    with looking(open_store(store)) as s:
        facts = findings(s, year, county or (), severities, rule or (), known_on)
    rows = [_row(finding, year) for finding in facts if waived or finding.verdict != "waived"]
    shown = [_shown(row) for row in rows]
    heads = ("县", "单位", "级别", "规则", "问题", "决定", "编号")
    summary = f"{year}年度共 {len(rows)} 项"
    show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=summary)


def _row(finding: FindingFacts, year: int) -> dict[str, Any]:
    return {
        "county": finding.county_name,
        "unit": finding.name,
        "code": finding.unit,
        "year": year,
        "rule": finding.rule,
        "severity": finding.severity,
        "state": finding.content["state"],
        "finding": finding.content["zh"],
        "cells": "、".join(finding.content["cells"]),
        "quote": finding.content["quote"],
        "decision": f"{finding.verdict} {finding.decided}".strip(),
        "mark": finding.fingerprint,
        "url": finding.url,
        "evidence": finding.document,
    }


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["county"],
        row["unit"],
        SEVERITIES[row["severity"]],
        row["rule"],
        row["finding"],
        row["decision"],
        row["mark"][:8],
    )
