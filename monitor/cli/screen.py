"""The one way onto a terminal: words of others stay words.

Mark-up is none, and what moves a cursor, sounds a bell or turns the direction of a line is written
as JSON would write it. Nothing but this and `console` in the command line prints.
"""

from __future__ import annotations

import re
import sys

import typer

# Controls but tab and line end; marks of direction, of joined lines; what nobody sees.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def plain(text: str) -> str:
    """Others' words as they may be shown; in JSON it is the same text."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def echo(text: object, *, err: bool = False, nl: bool = True) -> None:
    typer.echo(plain(str(text)), err=err, nl=nl)


def speak_any() -> None:
    """A terminal whose letters are few shows the others by their numbers; none ends a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and stream.encoding.lower() in ("ascii", "us-ascii"):
            reconfigure(encoding="utf-8", errors="backslashreplace")
        elif reconfigure is not None:
            reconfigure(errors="backslashreplace")
