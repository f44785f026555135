"""`nianbao review`: what waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import select

from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.places import DATABASE, Store
from nianbao.monitor.decisions import DecisionError
from nianbao.monitor.decisions import settle as decide
from nianbao.storage.models import Sighting
from nianbao.storage.store import looking, open_store


def review(context: typer.Context, store: Store = DATABASE) -> None:
    """What could not be told for sure and waits for a person: links whose unit, year or content
    is in doubt.
    """
    if context.invoked_subcommand is not None:
        return
    waiting = (
        select(Sighting).where(Sighting.review != "").order_by(Sighting.first_seen, Sighting.id)
    )
    with looking(open_store(store)) as s:
        sightings = list(s.scalars(waiting))
        for sighting in sightings:
            typer.echo(f"#{sighting.id} {sighting.title}\n  {sighting.url}\n  {sighting.review}")
    next_step = ""
    if sightings:
        next_step = "；nianbao review settle 编号 … 作出决定"
    typer.echo(f"待确认 {len(sightings)} 条{next_step}")


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
        said = decide(
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
        end(2, str(error))
    typer.echo(said)
