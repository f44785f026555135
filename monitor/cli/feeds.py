"""`nianbao feed`, `calendar`: what other programs subscribe to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, cast

import typer

from nianbao.monitor.cli.asking import County, asking, meant, open_to_ask
from nianbao.monitor.cli.exits import end
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
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.feeds import atom, icalendar
from nianbao.monitor.standing import BEIJING
from nianbao.storage.store import looking


def _lang(named: str) -> Lang:
    if named not in ("zh", "en"):
        end(2, "--lang 应为 zh 或 en", "--lang is zh or en")
    return cast(Lang, named)


def feed(
    target: Annotated[Path, typer.Argument(help="The .xml to write.")],
    scope: Annotated[str, typer.Option(help="As for `digest`.")] = "",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    config: Config = COUNTIES,
    store: Store = DATABASE,
) -> None:
    """What happened lately as an Atom feed."""
    with asking(store, config, scope) as asked:
        text = atom(asked.s, asked.now, asked.scope, scope, _lang(lang))
    write_whole(target, text.encode())
    echo(str(target))


def calendar(
    target: Annotated[Path, typer.Argument(help="The .ics to write.")],
    year: Annotated[
        int | None,
        typer.Option(min=2008, max=2099, help="The reports' year; this year where none is given."),
    ] = None,
    county: County = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The deadlines as an iCalendar file: hand-in and publication, by county."""
    now = datetime.now(BEIJING)
    registry = Registry(counties_in(config), settings_in(settings).deadlines)
    of_year = year or now.year
    with looking(open_to_ask(store)) as s:
        scope = meant(s, county, registry)
        lines = lines_now(s, scope, of_year, now, registry)
    exempt = {(line.county, line.name) for line in lines if line.standing.name == "exempt"}
    text = icalendar(registry, scope, of_year, now, _lang(lang), exempt)
    write_whole(target, text.encode())
    echo(str(target))
