"""What a question may name: the year, counties, a day. Apart, since they wait for no database."""

from __future__ import annotations

from typing import Annotated

import typer

Year = Annotated[
    int | None,
    typer.Option(min=2008, max=2099, help="The report's year; last year where none is given."),
]
AnyYear = Annotated[int | None, typer.Option(min=2008, max=2099, help="Only of this year.")]
County = Annotated[
    list[str] | None,
    typer.Option(
        "--county",
        "--region",
        help=(
            "Only these: a county by name or six digits, a city or province by name or four or two "
            "digits, a unit by nine. May be given several times."
        ),
    ),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of", metavar="YYYY-MM-DD", help="As it was known at the end of a day that is over."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as JSON.")]
