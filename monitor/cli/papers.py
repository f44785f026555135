"""`nianbao ledger`, `export`, `compare`: what leaves the house as tables, and what comes in as
one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from nianbao.monitor.cli.asking import AnyYear, AsOf, County, Year, asking, tell_unlooked
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, TOML, Config, SettingsFile, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.files import MOST_TABLE, bytes_in
from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.paper.export import Asked as Exported
from nianbao.monitor.paper.export import ExportError
from nianbao.monitor.paper.export import export as write
from nianbao.monitor.paper.ledger_workbook import workbook
from nianbao.monitor.paper.office_ledger import (
    Compared,
    OfficeLedgerError,
    Verdict,
    compare,
    entries_in,
)
from nianbao.monitor.paper.sentences import waiver_of


def ledger(
    output: Annotated[Path, typer.Argument(help="The .xlsx to write.")],
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The ledger as a workbook: standings, findings, columns; with filters, colours and a
    page to print.
    """
    with asking(store, config, county, year, as_of, files_needed=True) as asked:
        year_asked = (asked.s, asked.scope, asked.year, asked.now, asked.registry)
        told = year_of(*year_asked, asked=asked.asked)
        if not told.lines:
            end(
                2,
                "还没有这些单位的数据，先用 nianbao sweep",
                "nothing is known of these units yet; see `nianbao sweep`",
            )
        write_whole(output, workbook(told))
        units, problems = len(told.lines), len(told.findings)
        echo(
            say(
                f"{output}：{units} 个单位，{problems} 项问题",
                f"{output}: {units} units, {problems} findings",
            )
        )
        tell_unlooked(asked)


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
    raw: Annotated[
        bool,
        typer.Option(
            "--raw",
            help="CSV for programs: texts that a spreadsheet takes for formulas as they are.",
        ),
    ] = False,
    year: AnyYear = None,
    county: County = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
) -> None:
    """Everything that was read, for other programs: units, reports, every cell, findings,
    standings.
    """
    with asking(store, config, county) as asked:
        wanted = Exported(asked.s, asked.scope, year, asked.now, asked.registry)
        try:
            counts = write(wanted, target, format.value, raw=raw)
        except ExportError as error:
            end(2, str(error))
        written = "，".join(f"{name} {count}" for name, count in counts.items())
        echo(say(f"{target}：{written}", f"{target}: {written.replace('，', ', ')}"))
        tell_unlooked(asked)


# ---- the office's own ledger

COLUMNS = (
    "verdict",
    "county",
    "unit",
    "code",
    "theirs",
    "standing",
    "confirmed",
    "printed",
    "first_seen",
    "why",
    "proof",
    "url",
    "where",
    "waived",
)
VERDICTS: dict[Verdict, tuple[str, str]] = {
    "agreed": ("一致", "agreed"),
    "differs": ("不一致", "differs"),
    "only_there": ("仅台账有", "only there"),
    "only_here": ("仅监测有", "only here"),
}


def compare_ledger(
    file: Annotated[
        Path, typer.Argument(help="The office's own ledger: .xlsx, .xls, .ods or .csv.")
    ],
    year: Year = None,
    county: County = None,
    as_of: AsOf = "",
    every: Annotated[
        bool, typer.Option("--all", help="Also the units on which both agree.")
    ] = False,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    output: Output = None,
) -> None:
    """Hold the office's own ledger of who published when against what was seen: each difference
    with its proof.

    Its columns are known by their heads: a unit's name, and a date or a state.
    """
    with asking(store, config, county, year, as_of, files_needed=True) as asked:
        answer = lines_at if as_of else lines_now
        lines = answer(asked.s, asked.scope, asked.year, asked.now, asked.registry)
        lines = with_decisions(asked.s, lines, asked.now if as_of else None)
        try:
            entries = entries_in(bytes_in(file, MOST_TABLE), file.name, asked.year)
        except OfficeLedgerError as error:
            end(2, error.zh, error.en)
        compared = compare(entries, lines, asked.registry.counties, asked.scope, asked.names)
        chosen = [each for each in compared if every or each.verdict != "agreed"]
        rows = [_row(each, asked.names) for each in chosen]
        heads = (
            say("结果", "Result"),
            say("县", "County"),
            say("单位", "Unit"),
            say("台账", "Their ledger"),
            say("监测", "Seen"),
            say("说明", "Why"),
        )
        counts = say("，", ", ").join(
            f"{say(*VERDICTS[verdict])} {sum(each.verdict == verdict for each in compared)}"
            for verdict in VERDICTS
        )
        shown = [_shown(each, asked.names) for each in chosen]
        show(rows, COLUMNS, format, output, heads=heads, shown=shown, summary=counts)
        tell_unlooked(asked)
    if any(each.verdict != "agreed" for each in compared):
        raise typer.Exit(3)


def _why(compared: Compared) -> tuple[str, str]:
    """With a person's decision that where it stands is not held against it."""
    zh, en = waiver_of(compared.line) if compared.line is not None else ("", "")
    return compared.zh + zh, compared.en + en


def _row(compared: Compared, names: Mapping[str, str]) -> dict[str, Any]:
    line, entry = compared.line, compared.entry
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"verdict": compared.verdict, "why": _why(compared)[0]}
    if entry is not None:
        row |= {"county": entry.county, "unit": entry.unit}
        row |= {"theirs": entry.said, "where": entry.where}
    if line is not None:
        row |= {"county": names[line.county], "unit": line.name, "code": line.unit}
        row |= {"standing": line.standing.name, "confirmed": line.standing.confirmed}
        row |= {"proof": line.proof, "url": line.url}
        row["waived"] = line.waived or None
        row["printed"] = line.printed.isoformat() if line.printed else None
        row["first_seen"] = line.sighted.isoformat() if line.sighted else None
    return row


def _shown(compared: Compared, names: Mapping[str, str]) -> tuple[str, ...]:
    row = _row(compared, names)
    seen = compared.line.word.said(current()) if compared.line is not None else ""
    return (
        say(*VERDICTS[compared.verdict]),
        row["county"] or "",
        row["unit"] or "",
        row["theirs"] or "",
        seen,
        say(*_why(compared)),
    )
