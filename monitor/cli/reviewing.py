"""`nianbao review`: what waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from nianbao.monitor.cli.asking import County, asking
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import one_of, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.storage.decisions import DecisionError
from nianbao.storage.decisions import settle as decide
from nianbao.storage.store import open_store
from nianbao.storage.visits import waiting_links


def review(
    context: typer.Context,
    county: County = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
) -> None:
    """What could not be told for sure and waits for a person: links whose unit, year or content
    is in doubt.
    """
    if context.invoked_subcommand is not None:
        return
    with asking(store, config, county) as asked:
        waiting = waiting_links(asked.s, asked.scope)
    for link in waiting:
        typer.echo(f"#{link.id} {link.title}\n  {link.url}\n  {one_of(link.review)}")
    if waiting:
        typer.echo(
            say(
                f"待确认 {len(waiting)} 条；nianbao review settle 编号 … 作出决定",
                f"{len(waiting)} wait; `nianbao review settle NUMBER …` decides",
            )
        )
    else:
        typer.echo(say("待确认 0 条", "0 wait"))


def settle(
    number: Annotated[int, typer.Argument(help="The number that `nianbao review` shows.")],
    unit: Annotated[str, typer.Option(help="Whose report it is: name or code.")] = "",
    year: Annotated[int | None, typer.Option(min=2008, max=2099, help="Of which year.")] = None,
    not_a_report: Annotated[
        bool, typer.Option("--not-a-report", help="It is no annual report.")
    ] = False,
    who: Annotated[str, typer.Option(help="Who decides; kept with the decision.")] = "",
    why: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    store: Store = DATABASE,
) -> None:
    """Decide what a link is. It is read at the next sweep, and the decision is kept."""
    engine, now = open_store(store), datetime.now(UTC)
    try:
        settled = decide(
            engine,
            number,
            unit=unit,
            year=year,
            not_a_report=not_a_report,
            who=who,
            why=why,
            now=now,
        )
    except DecisionError as error:
        end(2, error.zh, error.en)
    if settled.unit:
        typer.echo(
            say(
                f"#{number}：{settled.unit} {settled.year} 年年报，下次巡检时读取",
                f"#{number}: the report of {settled.unit} for {settled.year}, read next time",
            )
        )
    else:
        typer.echo(say(f"#{number}：不是年报", f"#{number}: no report"))
