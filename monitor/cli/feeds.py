"""`nianbao feed`, `calendar`: what other programs subscribe to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    TOML,
    Config,
    SettingsFile,
    Store,
    counties_in,
    settings_in,
)
from nianbao.monitor.mail.feeds import atom, icalendar
from nianbao.monitor.standing import BEIJING
from nianbao.storage.store import looking, open_store


def feed(
    target: Annotated[Path, typer.Argument(help="The .xml to write.")],
    scope: Annotated[str, typer.Option(help="As for `digest`.")] = "",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    store: Store = DATABASE,
) -> None:
    """What happened lately as an Atom feed."""
    with looking(open_store(store)) as s:
        target.write_text(atom(s, datetime.now(UTC), scope, lang), encoding="utf-8")
    typer.echo(str(target))


def calendar(
    target: Annotated[Path, typer.Argument(help="The .ics to write.")],
    year: Annotated[
        int | None,
        typer.Option(min=2008, max=2099, help="The reports' year; this year where none is given."),
    ] = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
) -> None:
    """The deadlines as an iCalendar file: hand-in and publication, by county."""
    now = datetime.now(BEIJING)
    counties, deadlines = counties_in(config), settings_in(settings).deadlines
    text = icalendar(counties, year or now.year, deadlines, now, lang)
    target.write_text(text, encoding="utf-8", newline="")
    typer.echo(str(target))
