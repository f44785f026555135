"""Rows as a person or a program wants them: a table, CSV, JSON, Markdown or a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.lazy import load
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import whole, whole_text
from nianbao.monitor.paper.rows import Row, as_csv, as_json, for_spreadsheets


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
    rows: Sequence[Row],
    columns: Sequence[str],
    form: Form,
    output: Path | None,
    *,
    heads: Sequence[str],
    shown: Sequence[Sequence[str]],
    summary: str,
) -> None:
    """Print the rows, or write them: `heads` and `shown` are for eyes, `columns` for programs."""
    lines = iter(shown)
    stream(
        rows,
        columns,
        form,
        output,
        heads=heads,
        shown=lambda _: next(lines),
        summary=lambda _: summary,
    )


def stream(
    rows: Iterable[Row],
    columns: Sequence[str],
    form: Form,
    output: Path | None,
    *,
    heads: Sequence[str],
    shown: Callable[[Row], Sequence[str]],
    summary: Callable[[int], str],
) -> int:
    """The same of rows that come one after the other, however many: none is held longer than it
    takes to write it. Returns how many there were.
    """
    counted = Counted(rows)
    if form == Form.xlsx:
        if output is None:
            end(2, "xlsx 请用 --output 指定文件", "xlsx needs --output")
        with whole(output) as file:
            load("workbook:write")(counted, columns, file)
    elif form == Form.table and output is None:
        _print_table(heads, counted, shown)
        Screen().print(summary(counted.count))
        return counted.count
    else:
        _write(_pieces(counted, columns, form, heads, shown), form, output)
    if output is not None:
        count = counted.count
        echo(say(f"{output}：{count} 行", f"{output}: {count} rows"))
    return counted.count


class Counted:
    """Rows, and how many there were."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.count += 1
            yield row


ENCODINGS = {Form.csv: "utf-8-sig"}  # Excel takes CSV without the mark for GBK
TOGETHER = 500  # rows whose columns are as wide as each other's


def _print_table(
    heads: Sequence[str], rows: Iterable[Row], shown: Callable[[Row], Sequence[str]]
) -> None:
    console = Screen()
    lines = map(shown, rows)
    some = list(islice(lines, TOGETHER))
    while True:
        table = Table(box=None, padding=(0, 1))
        for name in heads:
            table.add_column(name, overflow="fold")
        for row in some:
            table.add_row(*row)
        console.print(table)
        some = list(islice(lines, TOGETHER))
        if not some:
            return


def _write(pieces: Iterable[str], form: Form, output: Path | None) -> None:
    if output is None:
        while text := "".join(islice(pieces, TOGETHER)):
            echo(text, nl=False)
        return
    with whole_text(output, ENCODINGS.get(form, "utf-8")) as file:
        file.writelines(pieces)


def _pieces(
    rows: Iterable[Row],
    columns: Sequence[str],
    form: Form,
    heads: Sequence[str],
    shown: Callable[[Row], Sequence[str]],
) -> Iterator[str]:
    if form == Form.json:
        return as_json(rows)
    if form == Form.csv:
        return as_csv(map(for_spreadsheets, rows), columns)
    if form == Form.raw:
        return as_csv(rows, columns)
    return _markdown(heads, map(shown, rows))


def _markdown(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _markdown_line(heads) + _markdown_line(["---"] * len(heads))
    yield from map(_markdown_line, lines)


def _markdown_line(cells: Sequence[str]) -> str:
    plain = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(plain)} |\n"
