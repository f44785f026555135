"""`nianbao flagged`: what is wrong in the reports of a year."""

from __future__ import annotations

from typing import Annotated

import typer

from nianbao.monitor.cli.asking import AsOf, County, Year, asking, tell_unlooked
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.ledger.words import DECISIONS, SEVERITIES
from nianbao.monitor.paper.rows import FLAGGED, flagged_row
from nianbao.storage.queries import FindingFacts


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
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """What is wrong, or should be verified, in the reports of a year: the cell, the numbers, the
    words, the evidence.
    """
    for named in severity or ():
        if named not in SEVERITIES:
            zh, en = "、".join(SEVERITIES), ", ".join(SEVERITIES)
            end(2, f"{named}：应为 {zh} 之一", f"{named}: one of {en}")
    severities = severity or ("error", "warning")
    with asking(store, config, county, year, as_of) as asked:
        of = (asked.s, asked.scope, asked.year, asked.now, asked.registry)
        facts = findings_told(*of, severities, rule or (), past=bool(as_of))
        facts = [finding for finding in facts if waived or finding.is_held]
        rows = [flagged_row(finding, asked.names[finding.county]) for finding in facts]
        shown = [_shown(finding, asked.names[finding.county]) for finding in facts]
        heads = (
            say("县", "County"),
            say("单位", "Unit"),
            say("级别", "Severity"),
            say("规则", "Rule"),
            say("问题", "Finding"),
            say("决定", "Decision"),
            say("编号", "Mark"),
        )
        summary = say(f"{asked.year}年度共 {len(rows)} 项", f"{len(rows)} findings of {asked.year}")
        show(rows, FLAGGED, format, output, heads=heads, shown=shown, summary=summary)
        tell_unlooked(asked)


def _decision_on(finding: FindingFacts) -> str:
    if not finding.verdict:
        return ""
    decided = say(finding.decided, finding.decided.replace("：", ": ", 1))
    return f"{DECISIONS[finding.verdict].said(current())} {decided}"


def _shown(finding: FindingFacts, county: str) -> tuple[str, ...]:
    return (
        county,
        finding.name,
        SEVERITIES[finding.severity].said(current()),
        finding.rule,
        finding.content[current()],
        _decision_on(finding),
        finding.fingerprint[:8],
    )
