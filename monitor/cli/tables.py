"""Rows as a person or a program wants them: a table, CSV, JSON, Markdown or a workbook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Form(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"
    md = "md"
    xlsx = "xlsx"


Format = Annotated[
    Form, typer.Option("--format", "-f", help="How to print it; xlsx needs --output.")
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
    if form == Form.xlsx:
        if output is None:
            typer.echo("xlsx 请用 --output 指定文件 / xlsx needs --output", err=True)
            raise typer.Exit(2)
        _workbook(rows, columns, output)
        typer.echo(f"{output}：{len(rows)} 行")
        return
    if form == Form.table and output is None:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, padding=(0, 1))
        for name in heads:
            table.add_column(name, overflow="fold")
        for row in shown:
            table.add_row(*row)
        console = Console(highlight=False)
        console.print(table)
        console.print(summary)
        return
    text = {Form.json: _json, Form.csv: _csv}.get(form, lambda *_: _markdown(heads, shown))(
        rows, columns
    )
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8-sig" if form == Form.csv else "utf-8")
        typer.echo(f"{output}：{len(rows)} 行")


def _json(rows: Sequence[dict[str, Any]], _: Sequence[str]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _csv(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows([{key: _safe(value) for key, value in row.items()} for row in rows])
    return out.getvalue()


def _safe(value: object) -> object:
    """Text that a spreadsheet would take for a formula is shown as text."""
    return (
        f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
    )


def _markdown(heads: Sequence[str], shown: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *shown]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |\n"
        for line in lines
    )


def _workbook(rows: Sequence[dict[str, Any]], columns: Sequence[str], output: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(list(columns))
    for row in rows:
        sheet.append(
            [
                value
                if (value := row.get(column)) is None or isinstance(value, (int, float))
                else str(value)
                for column in columns
            ]
        )
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(output)
