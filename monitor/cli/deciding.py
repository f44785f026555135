"""`nianbao waive`, `accept`, `exempt`, `note`: what people decide, with who and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current
from nianbao.monitor.cli.places import DATABASE, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.ledger.words import DECISIONS
from nianbao.storage.decisions import DecisionError, decide
from nianbao.storage.kinds import Verdict
from nianbao.storage.store import open_store

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
    """Decide that a finding is no problem. It stays in the record, and is not held against the
    unit.
    """
    _decide("waived", target, year, rule, who, why, store, undo=undo)


def accept(
    target: Target,
    year: Year = None,
    rule: Rule = "",
    who: Who = "",
    why: Why = "",
    undo: Undo = False,
    store: Store = DATABASE,
) -> None:
    """Confirm a finding: what was to verify is then a problem."""
    _decide("accepted", target, year, rule, who, why, store, undo=undo)


def exempt(
    target: Target,
    year: Year = None,
    who: Who = "",
    why: Why = "",
    undo: Undo = False,
    store: Store = DATABASE,
) -> None:
    """Decide that a unit need not publish for a year: newly founded, merged …"""
    _decide("exempt", target, year, "", who, why, store, undo=undo)


def note(
    target: Target,
    why: Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")],
    year: Year = None,
    who: Who = "",
    store: Store = DATABASE,
) -> None:
    """Keep a remark on a unit or a finding."""
    _decide("note", target, year, "", who, why, store)


def _decide(
    said: Verdict,
    target: str,
    year: int | None,
    rule: str,
    who: str,
    why: str,
    store: str,
    *,
    undo: bool = False,
) -> None:
    engine, now = open_store(store, known=True), datetime.now(UTC)
    verdict: Verdict = "cleared" if undo else said
    undoes = said if undo else None
    try:
        decided = decide(
            engine, verdict, target, year, who=who, why=why, now=now, rule=rule, undoes=undoes
        )
    except DecisionError as error:
        end(2, error.zh, error.en)
    word = DECISIONS[verdict].said(current())
    if current() == "zh":
        code = f"（{decided.code}）" if decided.code else ""
        of_year = f" {decided.year}年度" if decided.year else ""
        echo(f"{decided.about}{code}{of_year}：{word}（{who}）")
    else:
        code = f" ({decided.code})" if decided.code else ""
        of_year = f" {decided.year}" if decided.year else ""
        echo(f"{decided.about}{code}{of_year}: {word} ({who})")
