"""`nianbao ledger`, `export`: what leaves the house as tables."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import AnyYear, AsOf, County, Year, due_year, moment_of
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    TOML,
    Config,
    SettingsFile,
    Store,
    counties_in,
    settings_in,
)
from nianbao.monitor.mail.facts import gather, ledger_of
from nianbao.monitor.paper.export import ExportError
from nianbao.monitor.paper.export import export as write
from nianbao.storage.queries import portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store


def ledger(
    output: Annotated[Path, typer.Argument(help="The .xlsx to write.")],
    year: Year = None,
    county: Annotated[str, typer.Option(help="Only this county, by its name or code.")] = "",
    as_of: AsOf = "",
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The ledger (台账) as a workbook: standings, findings, columns; with filters, colours and a
    page to print.
    """
    counties, now = counties_in(config), moment_of(as_of)
    scope = ""
    if county:
        scope = f"county:{_code_of(county, counties)}"
    regions = settings_in(settings).deadlines
    with looking(open_store(store)) as s:
        facts = gather(s, scope, year or due_year(), now, counties, regions)
        if not facts.lines:
            end(2, f"还没有{county}任何单位的数据，先用 nianbao sweep / nothing is known yet")
        output.write_bytes(ledger_of(facts, portals(s, scope, now)))
    problems = len(facts.wrong) + len(facts.doubts)
    typer.echo(f"{output}：{len(facts.lines)} 个单位，{problems} 项问题")


def _code_of(named: str, counties: Sequence[CountyEntry]) -> str:
    """The code of the one county that is meant."""
    meant = [entry for entry in counties if named in (entry.county, entry.code)]
    if not meant:
        end(2, f"没有 {named} / no such county")
    if len(meant) > 1:
        several = "、".join(f"{entry.county}（{entry.code}）" for entry in meant)
        end(2, f"{named} 有 {len(meant)} 个，请用代码：{several} / several, use the code")
    return meant[0].code


class Export(StrEnum):
    csv = "csv"
    package = "package"
    parquet = "parquet"
    sqlite = "sqlite"


def export(
    target: Annotated[
        Path, typer.Argument(help="The folder (csv, package), or file (parquet, sqlite), to write.")
    ],
    format: Annotated[
        Export,
        typer.Option(
            "--format",
            "-f",
            help="package is a Frictionless data package; sqlite opens in Datasette.",
        ),
    ] = Export.package,
    year: AnyYear = None,
    county: County = None,
    store: Store = DATABASE,
) -> None:
    """Everything that was read, for other programs: units, reports, every cell, findings,
    standings.
    """
    try:
        with looking(open_store(store)) as s:
            counts = write(s, target, format.value, year, county or ())
    except ExportError as error:
        end(2, str(error))
    written = "，".join(f"{name} {count}" for name, count in counts.items())
    typer.echo(f"{target}：{written}")
