"""`nianbao standing`, `missing`, `late`, `unknown`: who is where, with the proof."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.registry import COUNTIES
from monitor.cli.watching import DATABASE, Store


class Form(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


Year = Annotated[int | None, typer.Option(help="The report's year; last year where none is given.")]
County = Annotated[list[str] | None, typer.Option(help="Only these counties; may be given several times.")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As it was known at the end of a day.")]
Config = Annotated[Path, typer.Option(help="The folder with the counties' files (deadlines).")]
Format = Annotated[Form, typer.Option("--format", "-f", help="How to print it.")]


def standing(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
) -> None:
    """Where every unit stands for a year: not due, awaiting, on time, late, missing, unknown, withdrawn."""
    _print(year, county, as_of, config, store, format, ())


def missing(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
) -> None:
    """Who has not published: only units that a complete look after their deadline did not show. Unread portals are `unknown`."""
    _print(year, county, as_of, config, store, format, ("missing",))


def late(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
) -> None:
    """Who published after the deadline, by how many days, on which evidence."""
    _print(year, county, as_of, config, store, format, ("late",))


def unknown(
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
) -> None:
    """Units of which nothing can be said, and why: no complete look since the deadline."""
    _print(year, county, as_of, config, store, format, ("unknown",))


def flagged(
    year: Year = None,
    county: County = None,
    severity: Annotated[
        list[str] | None, typer.Option(help="error, warning or notice; errors and warnings where none is given.")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only these rules, such as F01.")] = None,
    store: Store = DATABASE,
    format: Format = Form.table,
) -> None:
    """What is wrong, or should be verified, in the reports of a year: the cell, the numbers, the words, the evidence."""
    from monitor.standing import BEIJING
    from storage.queries import findings
    from storage.store import looking, open_store

    known = ("error", "warning", "notice")
    for each in severity or ():
        if each not in known:
            typer.echo(f"{each}：应为 {'、'.join(known)} 之一 / one of {', '.join(known)}", err=True)
            raise typer.Exit(2)
    year = year or datetime.now(BEIJING).year - 1
    with looking(open_store(store)) as s:
        found = findings(s, year, county or (), severity or known[:2], rule or ())
    rows = [
        {
            "county": each.county_name,
            "unit": each.name,
            "code": each.unit,
            "year": year,
            "rule": each.rule,
            "severity": each.severity,
            "state": each.content["state"],
            "finding": each.content["zh"],
            "cells": "、".join(each.content["cells"]),
            "quote": each.content["quote"],
            "url": each.url,
            "evidence": each.document,
        }
        for each in found
    ]
    names = {"error": "必须整改", "warning": "建议核实", "notice": "提示"}
    shown = [(row["county"], row["unit"], names[row["severity"]], row["rule"], row["finding"]) for row in rows]
    _show(rows, FLAGGED, format, ("县", "单位", "级别", "规则", "问题"), shown, f"{year}年度共 {len(rows)} 项")


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
    "url",
    "evidence",
)
STANDING = ("county", "unit", "code", "year", "standing", "days", "why", "evidence", "url")


def _print(year, county, as_of, config, store, form, wanted):  # type: ignore[no-untyped-def]
    from monitor.facts import standing_of
    from monitor.standing import BEIJING
    from storage.queries import unit_facts
    from storage.registry import ConfigError, load_counties
    from storage.store import looking, open_store

    now = datetime.now(UTC)
    try:
        if as_of:
            now = datetime.combine(
                date.fromisoformat(as_of) + timedelta(days=1), datetime.min.time(), BEIJING
            ) - timedelta(seconds=1)
        policies = {each.code: each for each in load_counties(config)} if config.is_dir() else {}
    except ValueError:
        typer.echo(f"{as_of}：日期应写作 YYYY-MM-DD / not a date", err=True)
        raise typer.Exit(2) from None
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    year = year or now.astimezone(BEIJING).year - 1
    rows = []
    with looking(open_store(store)) as s:
        for facts in unit_facts(s, year, county or (), now):
            found = standing_of(facts, policies.get(facts.county), year, now)
            if not wanted or found.name in wanted:
                rows.append(
                    {
                        "county": facts.county_name,
                        "unit": facts.name,
                        "code": facts.unit,
                        "year": year,
                        "standing": found.name,
                        "days": found.days,
                        "why": found.zh,
                        "evidence": found.evidence.isoformat() if found.evidence else None,
                        "url": facts.url,
                    }
                )
    from monitor.standing import NAMES

    shown = [
        (row["county"], row["unit"], NAMES[row["standing"]][0], str(row["days"] or ""), row["why"]) for row in rows
    ]
    _show(rows, STANDING, form, ("县", "单位", f"{year}年度", "天数", "依据"), shown, f"共 {len(rows)} 个单位")


def _show(rows, columns, form, heads, shown, summary):  # type: ignore[no-untyped-def]
    """Rows as a person or a program wants them."""
    if form == Form.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif form == Form.csv:
        out = io.StringIO()
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
        print(out.getvalue(), end="")
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, padding=(0, 1))
        for name in heads:
            table.add_column(name)
        for row in shown:
            table.add_row(*row)
        console = Console(highlight=False)
        console.print(table)
        console.print(summary)
