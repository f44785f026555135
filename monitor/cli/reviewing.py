"""`nianbao review`: what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import groupby, product
from pathlib import Path
from typing import Annotated, cast

import typer
from sqlalchemy.orm import Session

from nianbao.crawler.page_state import STATES
from nianbao.monitor.cli.asking import County, asking, registry_in
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, one_of, say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import STANDINGS
from nianbao.monitor.standing import Standing, due_year
from nianbao.storage.decisions import DecisionError, check_column
from nianbao.storage.doubts import RETRY
from nianbao.storage.kinds import LookState
from nianbao.storage.scope import of_county
from nianbao.storage.settling import Said, Settled, counties_of, settle_all, years_of
from nianbao.storage.store import looking, open_store, session
from nianbao.storage.visits import InDoubt, waiting_links

MOST_NAMES = 6  # units that are named of those that a link holds up


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
    _print(waiting)
    if waiting:
        echo(
            say(
                f"待确认 {len(waiting)} 条；nianbao review settle 编号 … 作出决定",
                f"{len(waiting)} wait; `nianbao review settle NUMBER …` decides",
            )
        )
    else:
        echo(say("待确认 0 条", "0 wait"))


def _print(waiting: Sequence[InDoubt]) -> None:
    """By county, column and reason; of each link whom it holds up."""

    def kind(link: InDoubt) -> tuple[str, str, str, str]:
        return link.county, link.county_name, link.column, _why(link.review)

    for (_, county, column, why), links in groupby(sorted(waiting, key=kind), key=kind):
        echo(f"{county}  {column}\n  {why}")
        for link in links:
            echo(f"  #{link.id} {link.title}\n    {link.url}")
            if link.unit or link.may_be:
                names = "、".join([link.unit] if link.unit else link.may_be)
                echo(say(f"    可能是：{names}", f"    it may be: {names}"))
            echo(f"    {_held_up(link.holds)}")


def _why(review: str) -> str:
    if not review.startswith(RETRY):
        return one_of(review)
    state = review.removeprefix(RETRY).partition(" ")[0]
    zh, en = STATES.get(cast(LookState, state), (state, state))
    return say(f"已列出但打不开：{zh}", f"listed, but can't be opened: {en}")


def _held_up(holds: Collection[tuple[str, int]]) -> str:
    told = [f"{name} {year}" for name, year in holds]
    more = len(told) - MOST_NAMES
    if not told:
        return say("不影响任何单位", "holds up nobody")
    names = "、".join(told[:MOST_NAMES])
    if more > 0:
        names += say(f" 等{len(told)}个", f" and {more} more")
    return say(f"因此无法核实：{names}", f"holds up: {names}")


def settle(
    numbers: Annotated[
        list[int],
        typer.Argument(
            metavar="NUMBER...", help="The number that `nianbao review` shows; may be several."
        ),
    ],
    unit: Annotated[str, typer.Option(help="Whose report it is: name or code.")] = "",
    year: Annotated[
        int | None,
        typer.Option(min=2008, max=2099, help="Of which year; the unit may be known already."),
    ] = None,
    not_a_report: Annotated[
        bool, typer.Option("--not-a-report", help="It is no annual report.")
    ] = False,
    is_it: Annotated[
        bool, typer.Option("--is-it", help="It is the report that it is taken for.")
    ] = False,
    dead_link: Annotated[
        bool, typer.Option("--dead-link", help="The link can't be opened; look at it no more.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take an earlier decision back.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show what would follow; nothing is decided.")
    ] = False,
    who: Annotated[str, typer.Option(help="Who decides; kept with the decision.")] = "",
    why: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    config: Config = COUNTIES,
    store: Store = DATABASE,
) -> None:
    """Decide what a link is. It is read at the next sweep, and the decision is kept."""
    engine, now = open_store(store), datetime.now(UTC)
    said = Said(unit, year, not_a_report, is_it, dead_link, undo)
    try:
        if preview:
            with looking(engine) as s:
                _foresee(s, numbers, said, config, now)
            return
        with session(engine) as s:
            settled = settle_all(s, numbers, said, who=who, why=why, now=now)
    except DecisionError as error:
        end(2, error.zh, error.en)
    for link in settled:
        echo(_told(link))


def _told(link: Settled) -> str:
    number, name, year = link.number, link.unit, link.year
    if link.said.undo:
        return say(f"#{number}：已撤销，重新待确认", f"#{number}: taken back, it waits again")
    if link.said.dead:
        return say(f"#{number}：链接失效", f"#{number}: a dead link")
    if name:
        return say(
            f"#{number}：{name} {year} 年年报，下次巡检时读取",
            f"#{number}: the report of {name} for {year}, read next time",
        )
    return say(f"#{number}：不是年报", f"#{number}: no report")


def column(
    address: Annotated[
        str, typer.Argument(help="The column's address, or a part of it that no other one has.")
    ],
    year: Annotated[
        int | None, typer.Option(min=2008, max=2099, help="The year; the one that is due.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take an earlier decision back.")] = False,
    who: Annotated[str, typer.Option(help="Who decides; kept with the decision.")] = "",
    why: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    store: Store = DATABASE,
) -> None:
    """Say that a column is the one in use, though it shows nobody's report of the year. Until
    then its units are unknown: everybody may publish in a new one.
    """
    now = datetime.now(UTC)
    of = year or due_year(now)
    try:
        found = check_column(open_store(store), address, of, who=who, why=why, now=now, undo=undo)
    except DecisionError as error:
        end(2, error.zh, error.en)
    for url in found:
        if undo:
            echo(say(f"{url}：已撤销", f"{url}: taken back"))
        else:
            echo(say(f"{url}：{of}年仍在使用", f"{url}: in use in {of}"))


def _foresee(s: Session, numbers: Sequence[int], said: Said, config: Path, now: datetime) -> None:
    settled, changes = foreseen(s, registry_in(config), numbers, said, now)
    for link in settled:
        echo(_told(link))
    for line, then in changes:
        first, last = (STANDINGS[name].said(current()) for name in (line.standing.name, then.name))
        zh = f"将使 {line.name} {line.year} 年由“{first}”变为“{last}”（{then.zh}）"
        en = f"{line.name} {line.year}: {first} becomes {last} ({then.en})"
        echo(say(zh, en))
    if not changes:
        echo(say("没有单位的状态会因此改变", "no unit's standing would change"))


Change = tuple[Line, Standing]  # where a unit stands, and would stand


def foreseen(
    s: Session, registry: Registry, numbers: Sequence[int], said: Said, now: datetime
) -> tuple[list[Settled], list[Change]]:
    """What a decision would change, tried where nothing is kept."""
    counties = counties_of(s, numbers)
    years = {due_year(now), said.year or due_year(now), *years_of(s, numbers)}

    def standings() -> dict[tuple[str, int], Line]:
        lines = [
            line
            for county, year in product(sorted(counties), sorted(years))
            for line in lines_at(s, of_county(county), year, now, registry)
        ]
        return {(line.unit, line.year): line for line in lines}

    before = standings()
    settled = settle_all(s, numbers, said, who="?", why="", now=now)
    after = standings()
    s.rollback()
    changed = (key for key in before if before[key].standing.name != after[key].standing.name)
    return settled, [(before[key], after[key].standing) for key in changed]
