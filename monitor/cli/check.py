"""`nianbao check`: what a clerk should mend before publishing. No configuration, no database."""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from nianbao.monitor.cli.read import Language, _load, _with_progress
from nianbao.parser.errors import ReadError
from nianbao.parser.report import Outcome, Report, read_many

if TYPE_CHECKING:
    from nianbao.monitor.rules import Assessment, Finding


class Format(StrEnum):
    text = "text"
    json = "json"
    html = "html"
    docx = "docx"


WARNINGS, ERRORS = 3, 4


def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Reports to check; - reads standard input."),
    ],
    year: Annotated[
        int | None, typer.Option(min=2008, max=2099, help="The year that the report must be of.")
    ] = None,
    unit: Annotated[
        str, typer.Option(help="The unit that publishes it, such as 柳树镇人民政府.")
    ] = "",
    previous: Annotated[
        list[Path] | None,
        typer.Option(help="The unit's report of an earlier year; may be given several times."),
    ] = None,
    peers: Annotated[
        Path | None, typer.Option(help="A folder with other units' reports of the same year.")
    ] = None,
    format: Annotated[
        Format, typer.Option("--format", "-f", help="How to print what was found.")
    ] = Format.text,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write html or docx here instead of beside the file."),
    ] = None,
    lang: Annotated[
        Language, typer.Option(envvar="NIANBAO_LANG", help="Language of messages.")
    ] = Language.zh,
) -> None:
    """Check reports before they are published: sums, blanks, prose against tables, title, sections, copying.

    text shows the tables with the wrong cells marked and their probable numbers; docx is your own .docx with comments
    at the places to mend; html is a page to pass on; json has every finding with its cells and suggestions.

    Exit codes: 0 nothing, or notices only; 3 warnings to verify; 4 errors; 1 some file could not be read; 2 wrong use.
    """
    from nianbao.monitor.rules import Context, assess

    context = Context(
        year=year, unit=unit, earlier=_reports(previous or []), peers=_reports(_files_in(peers))
    )
    contents = list(_load(files))
    sources = {name: data for name, data in contents if isinstance(data, bytes)}
    objects: list[dict[str, Any]] = []
    worst = 0
    outcomes: list[Outcome] = []
    for outcome in _with_progress(read_many(contents), len(files)):
        outcomes.append(outcome)
        if outcome.report is None:
            objects.append(_unread(outcome, lang))
            if format != Format.json:
                typer.echo(f"{outcome.name}: {objects[-1]['message']}", err=True)
            continue
        judged = assess(outcome.report, context)
        worst = max(worst, ERRORS if judged.errors else WARNINGS if judged.warnings else 0)
        objects.append(as_object(outcome.name, outcome.report, judged))
        if format == Format.text:
            show(outcome.name, outcome.report, judged, chinese=lang == Language.zh)
        elif format == Format.html:
            _write(output, outcome.name, ".check.html", as_page(outcome.report, judged).encode())
        elif format == Format.docx:
            _write_docx(output, outcome, sources, judged)
    if format == Format.json:
        lone = len(objects) == 1 and len(files) == 1
        print(json.dumps(objects[0] if lone else objects, ensure_ascii=False, indent=1))
    unread = any(outcome.report is None for outcome in outcomes)
    if code := worst or (1 if unread else 0):
        raise typer.Exit(code)


def _files_in(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    if not folder.is_dir():
        typer.echo(f"{folder}: 不是文件夹 / not a folder", err=True)
        raise typer.Exit(2)
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith((".", "~$"))
    )


def _reports(paths: Sequence[Path]) -> tuple[Report, ...]:
    """Reports to compare with, newest first. One that can't be read is named and left out."""
    found = []
    for outcome in read_many(_load([str(path) for path in paths])):
        if outcome.report is None:
            error = outcome.error or ReadError("not_a_report")
            typer.echo(f"{outcome.name}: {error.zh}", err=True)
        else:
            found.append(outcome.report)
    return tuple(sorted(found, key=lambda report: -(report.year or 0)))


def _unread(outcome: Outcome, lang: Language) -> dict[str, Any]:
    error = outcome.error or ReadError("not_a_report")
    message = error.zh if lang == Language.zh else error.en
    return {"file": outcome.name, "error": error.code, "message": message}


# ---- JSON


def as_object(name: str, report: Report, judged: Assessment) -> dict[str, Any]:
    return {
        "file": name,
        "unit": report.unit,
        "year": report.year,
        "findings": [finding_object(finding) for finding in judged.findings],
        "not_assessable": [
            {"rule": each.rule, "zh": each.zh, "en": each.en} for each in judged.not_assessable
        ],
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "state": finding.state,
        "cells": list(finding.cells),
        "expected": _plain(finding.expected),
        "actual": _plain(finding.actual),
        "suggestions": [
            {"cell": each.cell, "value": _plain(each.value), "option": each.option}
            for each in finding.suggestions
        ],
        "quote": finding.quote,
        "zh": finding.zh,
        "en": finding.en,
        "fingerprint": finding.fingerprint,
    }


def _plain(number: object) -> object:
    return number if number is None or isinstance(number, (int, str)) else float(str(number))


# ---- text


SEVERITIES = {
    "error": ("必须整改", "must fix", "bold red"),
    "warning": ("建议核实", "please verify", "yellow"),
    "notice": ("提示", "hint", "cyan"),
}


def show(name: str, report: Report, judged: Assessment, *, chinese: bool) -> None:
    """The tables that have wrong cells, marked; then the findings, gravest first."""
    from rich.console import Console
    from rich.text import Text

    from nianbao.monitor.cli.rendering import tables_of

    console = Console(highlight=False)
    console.print(Text(f"{name}  {report.title}", style="bold"))
    marks = marks_of(judged)
    for table in {cell.partition(".")[0] for cell in marks}:
        for drawn in tables_of(report, table, marks):
            console.print(drawn)
    for finding in judged.findings:
        words = SEVERITIES[finding.severity]
        line = Text(f"{words[0] if chinese else words[1]} ", style=words[2])
        line.append(f"{finding.rule} ", style="bold")
        line.append(finding.zh if chinese else finding.en, style="default")
        console.print(line, soft_wrap=False)
    for each in judged.not_assessable:
        console.print(
            Text(
                f"无法判断 {each.rule}：{each.zh}"
                if chinese
                else f"cannot tell {each.rule}: {each.en}",
                "dim",
            )
        )
    counts = [sum(f.severity == severity for f in judged.findings) for severity in SEVERITIES]
    parts = [
        f"{words[0 if chinese else 1]} {n}"
        for n, words in zip(counts, SEVERITIES.values(), strict=True)
    ]
    console.print(Text(" · ".join(parts), style="dim"))


def marks_of(judged: Assessment) -> Mapping[str, str]:
    """Cells to mark, with the number that they should probably have ("" where that can't be told)."""
    marks: dict[str, str] = {}
    for finding in judged.findings:
        if finding.severity == "notice" or len(finding.cells) > 30:
            continue
        for cell in finding.cells:
            marks.setdefault(cell, "")
        if finding.suggestions and all(each.option == 1 for each in finding.suggestions):
            marks.update({each.cell: str(each.value) for each in finding.suggestions})
    return marks


# ---- html


def as_page(report: Report, judged: Assessment) -> str:
    rows = "".join(
        f"<tr class={f.severity}><td>{SEVERITIES[f.severity][0]}<td>{f.rule}<td>{html.escape(f.zh)}"
        f"<td>{'<br>'.join(html.escape(_cell_zh(cell)) for cell in f.cells[:6])}</tr>"
        for f in judged.findings
    )
    title = html.escape(report.title or report.unit)
    body = (
        f"<table><tr><th>程度<th>规则<th>问题<th>单元格</tr>{rows}</table>"
        if rows
        else "<p>没有发现问题。</p>"
    )
    return (
        f'<!DOCTYPE html><html lang="zh"><meta charset="utf-8"><title>{title}</title><style>'
        "body{font:16px/1.6 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.4rem .6rem;text-align:left;"
        "vertical-align:top}th,td:nth-child(-n+2){white-space:nowrap}"
        ".error td:first-child{color:#b00020;font-weight:bold}.warning td:first-child{color:#8a5a00}"
        f"</style><h1>{title}</h1>{body}</html>"
    )


def _cell_zh(cell: str) -> str:
    from nianbao.monitor.rules.cell_names import cell_zh

    return cell_zh(cell)


# ---- docx and files


def _write_docx(
    output: Path | None, outcome: Outcome, sources: Mapping[str, bytes], judged: Assessment
) -> None:
    from nianbao.monitor.paper.comments import Comment, CommentError, commented
    from nianbao.parser.sniff import sniff

    data = sources.get(outcome.name, b"")
    if outcome.report is None or not data or sniff(data) != "docx":
        _no_comments(outcome.name)
    comments = []
    for finding in judged.findings:
        at = finding.suggestions[0].cell if finding.suggestions else next(iter(finding.cells), "")
        comments.append(
            Comment(
                f"{SEVERITIES[finding.severity][0]} {finding.rule} {finding.zh}", at, finding.quote
            )
        )
    try:
        marked = commented(data, outcome.report.document, outcome.report.cells, comments)
    except CommentError:
        _no_comments(outcome.name)
    _write(output, outcome.name, ".check.docx", marked)


def _no_comments(name: str) -> NoReturn:
    typer.echo(
        f"{name}: 批注只能写入 .docx 文件，请用 --format html / comments need a .docx", err=True
    )
    raise typer.Exit(2)


def _write(output: Path | None, name: str, suffix: str, content: bytes) -> None:
    """Beside the file that was checked, or where the user wants it; into a folder for several files."""
    source = Path(Path(name).name if name != "-" else "report")
    if output is None:
        target = Path(name).with_suffix(suffix) if name != "-" else source.with_suffix(suffix)
    else:
        target = output / source.with_suffix(suffix) if output.is_dir() else output
    try:
        target.write_bytes(content)
    except OSError as error:
        typer.echo(f"{target}: {error.strerror}", err=True)
        raise typer.Exit(1) from None
    typer.echo(str(target), file=sys.stdout)
