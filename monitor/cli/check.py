"""`nianbao check`: what a clerk should mend before publishing. No configuration, no database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from rich.text import Text

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.inputs import Language, Spoken, load, reading, spoken, why_unread
from nianbao.monitor.cli.language import reason
from nianbao.monitor.cli.lazy import load as loaded
from nianbao.monitor.cli.rendering import tables_of
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.paper.comments import CommentError, commented
from nianbao.monitor.paper.marked import comments_of, marks_of, said_of
from nianbao.monitor.rules.engine import Assessment, assess
from nianbao.monitor.rules.finding import Finding
from nianbao.monitor.rules.subject import Context
from nianbao.parser.private import masked
from nianbao.parser.report import Report
from nianbao.parser.sniff import sniff


class Format(StrEnum):
    text = "text"
    json = "json"
    html = "html"
    docx = "docx"


UNREAD, WARNINGS, ERRORS = 1, 3, 4


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
    lang: Spoken = None,
) -> None:
    """Check reports before they are published: sums, blanks, prose against tables, title,
    sections, copying.

    text shows the tables with the wrong cells marked and their probable numbers; docx is your own
    .docx with comments at the places to mend; html is a page to pass on; json has every
    finding with its cells and suggestions.
    """
    tongue = spoken(lang)
    earlier = _reports(previous or [], tongue)
    neighbours = _reports(_files_in(peers), tongue)
    context = Context(year=year, unit=unit, earlier=earlier, peers=neighbours)
    contents = list(load(files))
    if output is not None and len(files) > 1:
        _make_folder(output)
    objects: list[dict[str, Any]] = []
    worst, unread = 0, 0
    for outcome in reading(contents, len(files)):
        if outcome.report is None:
            unread = UNREAD
            code, message = why_unread(outcome, tongue)
            objects.append({"file": outcome.name, "error": code, "message": message})
            if format != Format.json:
                echo(f"{outcome.name}: {message}", err=True)
            continue
        checked = Checked(outcome.name, outcome.report, assess(outcome.report, context))
        worst = max(worst, _code_of(checked.judged))
        objects.append(as_object(*checked))
        _give(format, checked, output, dict(contents).get(checked.name), tongue)
    if format == Format.json:
        _print_json(objects, several=len(files) > 1)
    if code_of_all := worst or unread:
        raise typer.Exit(code_of_all)


def _give(
    format: Format, checked: Checked, output: Path | None, content: object, lang: Language
) -> None:
    """What is given file by file; JSON is given of all at the end."""
    if format == Format.text:
        show(checked, lang)
    elif format == Format.html:
        page: str = loaded("checked:page_of")(checked.report, checked.judged, lang.value)
        _write(output, checked.name, ".check.html", page.encode())
    elif format == Format.docx:
        _write_docx(output, checked, content)


class Checked(NamedTuple):
    """A file that was read and judged."""

    name: str
    report: Report
    judged: Assessment


def _code_of(judged: Assessment) -> int:
    if judged.errors:
        return ERRORS
    if judged.warnings:
        return WARNINGS
    return 0


def _files_in(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    if not folder.is_dir():
        end(2, f"{folder}: 不是文件夹", f"{folder}: not a folder")
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith((".", "~$"))
    )


def _reports(paths: Sequence[Path], lang: Language) -> tuple[Report, ...]:
    """Reports to compare with, newest first. One that can't be read is named and left out."""
    reports = []
    for outcome in reading(load([str(path) for path in paths]), len(paths)):
        if outcome.report is None:
            _, why = why_unread(outcome, lang)
            echo(f"{outcome.name}: {why}", err=True)
        else:
            reports.append(outcome.report)
    return tuple(sorted(reports, key=lambda report: -(report.year or 0)))


# ---- JSON


def _print_json(objects: list[dict[str, Any]], *, several: bool) -> None:
    printed: object = objects
    if len(objects) == 1 and not several:
        printed = objects[0]
    echo(json.dumps(printed, ensure_ascii=False, indent=1))


def as_object(name: str, report: Report, judged: Assessment) -> dict[str, Any]:
    return {
        "file": name,
        "unit": report.unit,
        "year": report.year,
        "findings": [finding_object(finding) for finding in judged.findings],
        "not_assessable": [
            {"rule": doubt.rule, "zh": masked(doubt.zh), "en": masked(doubt.en)}
            for doubt in judged.not_assessable
        ],
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "state": finding.state,
        "cells": list(finding.cells),
        "expected": _json_number(finding.expected),
        "actual": _json_number(finding.actual),
        "suggestions": [
            {
                "cell": suggestion.cell,
                "value": _json_number(suggestion.value),
                "option": suggestion.option,
            }
            for suggestion in finding.suggestions
        ],
        "quote": masked(finding.quote),
        "zh": masked(finding.zh),
        "en": masked(finding.en),
        "fingerprint": finding.fingerprint,
    }


def _json_number(number: object) -> object:
    """JSON has no decimals of its own."""
    if number is None or isinstance(number, (int, str)):
        return number
    return float(str(number))


# ---- text


class Severity(NamedTuple):
    zh: str
    en: str
    style: str


SEVERITIES = {
    "error": Severity("必须整改", "must fix", "bold red"),
    "warning": Severity("建议核实", "please verify", "yellow"),
    "notice": Severity("提示", "hint", "cyan"),
}


def show(checked: Checked, lang: Language) -> None:
    """The tables that have wrong cells, marked; then the findings, gravest first."""
    name, report, judged = checked
    console = Screen()
    console.print(Text(f"{name}  {report.title}", style="bold"))
    said = [said_of(finding) for finding in judged.findings]
    marks = {cell: mark.right for cell, mark in marks_of(said).items()}
    for table in {cell.partition(".")[0] for cell in marks}:
        for drawn in tables_of(report, table, marks):
            console.print(drawn)
    for finding in judged.findings:
        severity = SEVERITIES[finding.severity]
        line = Text(f"{lang.of(severity.zh, severity.en)} ", style=severity.style)
        line.append(f"{finding.rule} ", style="bold")
        line.append(masked(lang.of(finding.zh, finding.en)), style="default")
        console.print(line, soft_wrap=False)
    for doubt in judged.not_assessable:
        zh, en = f"无法判断 {doubt.rule}：{doubt.zh}", f"cannot tell {doubt.rule}: {doubt.en}"
        console.print(Text(masked(lang.of(zh, en)), "dim"))
    parts = []
    for key, severity in SEVERITIES.items():
        count = sum(finding.severity == key for finding in judged.findings)
        parts.append(f"{lang.of(severity.zh, severity.en)} {count}")
    console.print(Text(" · ".join(parts), style="dim"))


# ---- docx and files


def _write_docx(output: Path | None, checked: Checked, content: object) -> None:
    if not isinstance(content, bytes) or not content or sniff(content) != "docx":
        _no_comments(checked.name)
    report = checked.report
    comments = comments_of([said_of(finding) for finding in checked.judged.findings])
    try:
        marked = commented(content, report.document, report.cells, comments)
    except CommentError:
        _no_comments(checked.name)
    _write(output, checked.name, ".check.docx", marked)


def _no_comments(name: str) -> NoReturn:
    end(
        2,
        f"{name}: 批注只能写入 .docx 文件，请用 --format html",
        f"{name}: comments can be written into a .docx only, see --format html",
    )


def _make_folder(output: Path) -> None:
    """For several files: each has its own name in it."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        end(1, f"{output}: {reason(error)}")


def _write(output: Path | None, name: str, suffix: str, content: bytes) -> None:
    """Beside the file that was checked, or where the user wants it; into a folder for several
    files.
    """
    source = Path(name)
    if name == "-":
        source = Path("report")
    target = output or source.with_suffix(suffix)
    if output is not None and output.is_dir():
        target = output / Path(source.name).with_suffix(suffix)
    try:
        write_whole(target, content)
    except OSError as error:
        end(1, f"{target}: {reason(error)}")
    echo(target)
