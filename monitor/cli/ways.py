"""`nianbao faults`: how far each fault is on its way from found to mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import (
    AsOf,
    County,
    Year,
    asking,
    for_eyes,
    one_unit,
    tell_unlooked,
)
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.faults import Told, faults_of
from nianbao.monitor.ledger.way import STATES, Times, Way, by_unit, times_of
from nianbao.monitor.ledger.words import FAULTS
from nianbao.monitor.paper.rows import Row
from nianbao.monitor.paper.ways import BY_UNIT, COLUMNS, unit_row, way_row


def faults(
    year: Year = None,
    county: County = None,
    unit: Annotated[str, typer.Option(help="Only of this unit, by name or code.")] = "",
    state: Annotated[
        list[str] | None,
        typer.Option(help="open, sent, answered, still, unsure, waived or gone; all without it."),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(help="Only these rules, such as F01; publish: reports that are not there."),
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="One row a fault, not one a unit.")] = False,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """How far faults are on their way: found, told to the unit, answered, looked at again, gone
    by itself, waived with a reason, or still there; with the median times. One row a unit.
    """
    for named in state or ():
        if named not in STATES:
            end(
                2, f"{named}：应为 {'、'.join(STATES)} 之一", f"{named}: one of {', '.join(STATES)}"
            )
    with asking(store, config, county, year, as_of) as asked:
        told = faults_of(
            asked.s, asked.scope, asked.year, asked.now, asked.registry, past=bool(as_of)
        )
        only = one_unit(asked, unit).id if unit else ""
        ways = [
            way
            for way in told.ways
            if (not only or way.unit == only)
            and (not state or way.state in state)
            and (not rule or way.rule in rule)
        ]
        rows, shown = (_each if each else _of_units)(told, ways, asked.names)
        heads = HEADS_EACH if each else HEADS_UNIT
        show(
            rows,
            COLUMNS if each else BY_UNIT,
            format,
            output,
            heads=[say(zh, en) for zh, en in heads],
            shown=shown,
            summary=_summary(asked.year, len(ways), times_of(ways)),
        )
        tell_unlooked(asked)


HEADS_EACH = (
    *(("县", "County"), ("单位", "Unit"), ("进展", "State"), ("自何时", "Since")),
    *(("规则", "Rule"), ("问题", "Fault"), ("发现", "Found"), ("告知", "Told")),
    ("答复", "Answered"),
)
HEADS_UNIT = (
    *(("县", "County"), ("单位", "Unit"), ("进展", "State"), ("自何时", "Since")),
    ("各项", "All"),
)
Shown = tuple[list[Row], list[tuple[str, ...]]]


def _each(told: Told, ways: list[Way], names: Mapping[str, str]) -> Shown:
    rows: list[Row] = []
    shown: list[tuple[str, ...]] = []
    for way in sorted(ways, key=lambda way: (STATES.index(way.state), way.since, way.unit)):
        line = told.lines[way.unit]
        row = way_row(way, line, names[line.county])
        rows.append(row)
        times = (for_eyes(row[key] or "") for key in ("found", "sent", "answered"))
        said = FAULTS[way.state].said(current())
        head = (row["county"], line.name, said, for_eyes(row["since"]))
        shown.append((*head, way.rule, str(way.content[current()]), *times))
    return rows, shown


def _of_units(told: Told, ways: list[Way], names: Mapping[str, str]) -> Shown:
    rows: list[Row] = []
    shown: list[tuple[str, ...]] = []
    for of in by_unit(ways):
        line = told.lines[of.unit]
        row = unit_row(of, line, names[line.county])
        rows.append(row)
        counts = (f"{FAULTS[name].said(current())} {count}" for name, count in of.counts.items())
        said = FAULTS[of.state].said(current())
        listed = say("、", ", ").join(counts)
        shown.append((row["county"], line.name, said, for_eyes(row["since"]), listed))
    return rows, shown


def _summary(year: int, count: int, times: Times) -> str:
    told = (
        ("发现到告知", "found to told", times.to_sent),
        ("告知到答复", "told to answered", times.to_answered),
        ("发现到消除", "found to gone", times.to_gone),
    )
    parts = [
        say(f"{zh} {days} 天", f"{en} {days} days") for zh, en, days in told if days is not None
    ]
    medians = say("；中位用时：", "; median: ") + say("，", ", ").join(parts) if parts else ""
    return say(f"{year}年度共 {count} 项", f"{count} faults of {year}") + medians
