"""`nianbao read`: shows what a report says, as the statutory form or as JSON."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.inputs import Language, Spoken, load, reading, spoken, why_unread
from nianbao.monitor.cli.rendering import render
from nianbao.monitor.cli.screen import echo
from nianbao.parser.formats import READ
from nianbao.parser.report import Outcome, to_json


def read(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help=f"Reports ({READ}), or - for stdin."),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: one object for one file, else a list.")
    ] = False,
    form: Annotated[
        bool,
        typer.Option(
            "--form", help="Print the tables like the statutory form, also for several files."
        ),
    ] = False,
    where: Annotated[
        bool,
        typer.Option(
            "--where", help="Show where each value was read: page, table, row, column, raw text."
        ),
    ] = False,
    lang: Spoken = None,
) -> None:
    """Read reports and show what they say.

    What a file is, its content tells, never its name. Nothing is guessed: what can't be read for
    sure is shown as unreadable.
    """
    tongue = spoken(lang)
    outcomes: list[Outcome] = []
    several = len(files) > 1
    for outcome in reading(load(files), len(files)):
        outcomes.append(outcome)
        if not as_json:
            _show(outcome, full=form or not several, where=where, lang=tongue)
    if as_json:
        _print_json([_as_object(outcome, where, tongue) for outcome in outcomes], several)
    if any(outcome.error is not None for outcome in outcomes):
        raise typer.Exit(1)


def _print_json(objects: list[dict[str, Any]], several: bool) -> None:
    """One object for one file; a list for several, or for an archive with several reports."""
    printed: object = objects
    if len(objects) == 1 and not several:
        printed = objects[0]
    echo(json.dumps(printed, ensure_ascii=False, indent=1))


def _as_object(outcome: Outcome, where: bool, lang: Language) -> dict[str, Any]:
    if outcome.report is not None:
        return {"file": outcome.name, **to_json(outcome.report, where=where)}
    code, message = why_unread(outcome, lang)
    return {"file": outcome.name, "error": code, "message": message}


def _show(outcome: Outcome, *, full: bool, where: bool, lang: Language) -> None:
    report = outcome.report
    if report is None:
        echo(f"{outcome.name}: {why_unread(outcome, lang)[1]}", err=True)
        return
    console = Screen()
    render(report, console, name=outcome.name, full=full, where=where, lang=lang)
