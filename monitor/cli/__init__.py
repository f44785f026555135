"""The command line: `nianbao`."""

from __future__ import annotations

import atexit
import gc
import sys
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from nianbao import __version__
from nianbao.monitor.cli.language import one_of, taken_from
from nianbao.monitor.cli.lazy import Commands, load
from nianbao.monitor.cli.screen import echo, speak_any

if TYPE_CHECKING:
    from typer._click import Command


class Tongue(StrEnum):
    """What --lang may be; what is asked for is taken from the line before typer reads it."""

    zh = "zh"
    en = "en"


app = typer.Typer(
    name="nianbao",
    cls=Commands,
    help="Reads, checks and watches townships' annual open-government-information reports.",
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        echo(f"nianbao {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version and stop.", is_eager=True, callback=_version
    ),
    lang: Annotated[
        Tongue | None,
        typer.Option(
            "--lang",
            show_default=False,
            help="Language of everything that is said, wherever it stands on the line; "
            "the locale's if not given.",
        ),
    ] = None,
) -> None:
    pass


# Objects between two searches for what goes: of what a command imports and asks for nearly all
# stays until it ends, and to look through it seven hundred at a time takes a fifth of that.
OBJECTS = 50_000


@cache
def commands() -> Command:
    """All of them, made once, whoever asks again in this process."""
    return typer.main.get_command(app)


def main() -> None:
    gc.set_threshold(OBJECTS, 20, 20)
    gc.disable()  # until the command is imported, which `lazy` sees
    # Else Python looks through all of it for what goes while it ends: a quarter of a question.
    atexit.register(gc.freeze)
    speak_any()
    sys.argv[1:] = taken_from(sys.argv[1:])
    try:
        commands()()
    except Exception as error:
        if not (said := load("faults:for_people")(error)):
            raise
        echo(one_of(said), err=True)
        raise SystemExit(2) from None
