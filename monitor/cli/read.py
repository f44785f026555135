"""`nianbao read`: shows what a report says, as the statutory form or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from nianbao.parser.errors import ReadError
from nianbao.parser.formats import READ
from nianbao.parser.report import MOST_BYTES, Outcome, read_many, to_json


class Language(StrEnum):
    zh = "zh"
    en = "en"


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
    lang: Annotated[
        Language, typer.Option(envvar="NIANBAO_LANG", help="Language of messages and labels.")
    ] = Language.zh,
) -> None:
    """Read reports and show what they say.

    What a file is, its content tells, never its name. Nothing is guessed: what can't be read for sure is shown as
    unreadable.

    Exit codes: 0 every file was read (some cells may still be unreadable: see the output), 1 some file could not be
    read, 2 the command was used wrongly.
    """
    outcomes: list[Outcome] = []
    several = len(files) > 1
    for outcome in _with_progress(read_many(_load(files)), len(files)):
        outcomes.append(outcome)
        if not as_json:
            _show(outcome, full=form or not several, where=where, lang=lang)
    if as_json:
        objects = [_as_object(outcome, where, lang) for outcome in outcomes]
        lone = len(objects) == 1 and not several
        print(json.dumps(objects[0] if lone else objects, ensure_ascii=False, indent=1))
    if any(outcome.error is not None for outcome in outcomes):
        raise typer.Exit(1)


def _load(files: list[str]) -> Iterator[tuple[str, bytes | ReadError]]:
    for name in files:
        try:
            if name == "-":
                data = sys.stdin.buffer.read(MOST_BYTES + 1)
            else:
                path = Path(name)
                if path.is_dir():
                    raise ReadError("unreadable_file", detail="a directory, not a file")
                with path.open("rb") as file:
                    size = os.fstat(file.fileno()).st_size
                    if size > MOST_BYTES:
                        megabytes = f"{size / 1024 / 1024:.0f} MB"
                        raise ReadError(
                            "too_large", size=megabytes, limit=f"{MOST_BYTES // 1024 // 1024} MB"
                        )
                    data = file.read(MOST_BYTES + 1)
        except OSError as error:
            yield name, ReadError("unreadable_file", detail=error.strerror or type(error).__name__)
        except ReadError as error:
            yield name, error
        else:
            yield name, data


def _with_progress(outcomes: Iterator[Outcome], count: int) -> Iterator[Outcome]:
    """A progress bar on standard error, where a person watches it and there is something to wait for."""
    if count < 2 or not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=count)
        for outcome in outcomes:
            progress.update(task, advance=1, description=outcome.name[-40:])
            yield outcome


def _as_object(outcome: Outcome, where: bool, lang: Language) -> dict[str, Any]:
    if outcome.report is not None:
        return {"file": outcome.name, **to_json(outcome.report, where=where)}
    error = outcome.error or ReadError("not_a_report")
    return {
        "file": outcome.name,
        "error": error.code,
        "message": error.zh if lang == Language.zh else error.en,
    }


def _show(outcome: Outcome, *, full: bool, where: bool, lang: Language) -> None:
    if outcome.report is None:
        error = outcome.error or ReadError("not_a_report")
        typer.echo(f"{outcome.name}: {error.zh if lang == Language.zh else error.en}", err=True)
        return
    from rich.console import Console

    from nianbao.monitor.cli.rendering import render

    console = Console(highlight=False)
    render(
        outcome.report,
        console,
        name=outcome.name,
        full=full,
        where=where,
        chinese=lang == Language.zh,
    )
