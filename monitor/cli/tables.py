"""Rows as a person or a program wants them: a table, CSV, JSON, Markdown or a workbook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.lazy import load
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.paper.cells import unformulated


class Form(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"
    raw = "csv-raw"
    md = "md"
    xlsx = "xlsx"


Format = Annotated[
    Form,
    typer.Option(
        "--format", "-f", help="How to print it; xlsx needs --output, csv-raw is for programs."
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write it to a file instead.")]


def show(
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
    form: Form,
    output: Path | None,
    *,
    heads: Sequence[str],
    shown: Sequence[Sequence[str]],
    summary: str,
) -> None:
    """Print the rows, or write them: `heads` and `shown` are for eyes, `columns` for programs."""
    if form == Form.xlsx:
        if output is None:
            end(2, "xlsx 请用 --output 指定文件", "xlsx needs --output")
        load("workbook:write")(rows, columns, output)  # openpyxl takes longer than the answer
        echo(say(f"{output}：{len(rows)} 行", f"{output}: {len(rows)} rows"))
    elif output is not None:
        encoding = ENCODINGS.get(form, "utf-8")
        output.write_text(_text(rows, columns, form, heads, shown), encoding=encoding)
        echo(say(f"{output}：{len(rows)} 行", f"{output}: {len(rows)} rows"))
    elif form == Form.table:
        _print_table(heads, shown, summary)
    else:
        echo(_text(rows, columns, form, heads, shown), nl=False)


ENCODINGS = {Form.csv: "utf-8-sig"}  # Excel takes CSV without the mark for GBK


def _print_table(heads: Sequence[str], shown: Sequence[Sequence[str]], summary: str) -> None:
    table = Table(box=None, padding=(0, 1))
    for name in heads:
        table.add_column(name, overflow="fold")
    for row in shown:
        table.add_row(*row)
    console = Screen()
    console.print(table)
    console.print(summary)


def _text(
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
    form: Form,
    heads: Sequence[str],
    shown: Sequence[Sequence[str]],
) -> str:
    if form == Form.json:
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if form == Form.csv:
        return _csv(
            [{key: unformulated(value) for key, value in row.items()} for row in rows], columns
        )
    if form == Form.raw:
        return _csv(rows, columns)
    return _markdown(heads, shown)


def _for_spreadsheets(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: unformulated(value) for key, value in row.items()}


def _csv(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _markdown(heads: Sequence[str], shown: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *shown]
    return "".join(_markdown_line(line) for line in lines)


def _markdown_line(cells: Sequence[str]) -> str:
    plain = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(plain)} |\n"
