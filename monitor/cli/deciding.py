"""`nianbao waive`, `accept`, `exempt`, `note`: what people decide, with who and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from nianbao.monitor.cli.places import DATABASE, Store

Target = Annotated[
    str,
    typer.Argument(help="The mark of a finding (see `nianbao flagged`), or a unit's name or code."),
]
Year = Annotated[int | None, typer.Option(min=2008, max=2099, help="The report's year.")]
Rule = Annotated[str, typer.Option(help="With a unit and a year: the findings of this rule.")]
Who = Annotated[str, typer.Option(envvar="NIANBAO_WHO", help="Who decides.")]
Why = Annotated[str, typer.Option(help="Why; shown wherever the decision is.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take an earlier decision back.")]


def waive(
    target: Target,
    year: Year = None,
    rule: Rule = "",
    who: Who = "",
    why: Why = "",
    undo: Undo = False,
    store: Store = DATABASE,
) -> None:
    """Decide that a finding is no problem. It stays in the record, and is not held against the unit. Exit codes: 0, 2."""
    _decide("cleared" if undo else "waived", target, year, rule, who, why, store)


def accept(
    target: Target,
    year: Year = None,
    rule: Rule = "",
    who: Who = "",
    why: Why = "",
    undo: Undo = False,
    store: Store = DATABASE,
) -> None:
    """Confirm a finding: what was to verify is then a problem. Exit codes: 0, 2."""
    _decide("cleared" if undo else "accepted", target, year, rule, who, why, store)


def exempt(
    target: Target,
    year: Year = None,
    who: Who = "",
    why: Why = "",
    undo: Undo = False,
    store: Store = DATABASE,
) -> None:
    """Decide that a unit need not publish for a year: newly founded, merged … Exit codes: 0, 2."""
    _decide("cleared" if undo else "exempt", target, year, "", who, why, store)


def note(
    target: Target,
    why: Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")],
    year: Year = None,
    who: Who = "",
    store: Store = DATABASE,
) -> None:
    """Keep a remark on a unit or a finding. Exit codes: 0, 2."""
    _decide("note", target, year, "", who, why, store)


def _decide(verdict, target, year, rule, who, why, store):  # type: ignore[no-untyped-def]
    from nianbao.monitor.decisions import DecisionError, decide
    from nianbao.storage.store import open_store

    try:
        said = decide(
            open_store(store),
            verdict,
            target,
            year,
            who=who,
            why=why,
            now=datetime.now(UTC),
            rule=rule,
        )
    except DecisionError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(said)
