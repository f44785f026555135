"""`nianbao review`: what waits for a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from nianbao.monitor.cli.asking import County, asking, registry_in
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import COUNTIES, DATABASE, Config, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.tables import Form, Format, Output, show
from nianbao.monitor.ledger.asked import (
    AskedColumn,
    Proposal,
    asked_columns,
    foreseen,
    proposals,
)
from nianbao.monitor.paper.sentences import (
    answered,
    asked_why,
    of_column,
    settled,
    would_change,
)
from nianbao.monitor.standing import due_year
from nianbao.storage.decisions import DecisionError, check_column
from nianbao.storage.settling import Said, settle_all
from nianbao.storage.store import looking, open_store, session
from nianbao.storage.visits import InDoubt, waiting_links

MOST_NAMES = 6  # units that are named of those that a link holds up


COLUMNS = (
    *("kind", "number", "county", "column", "title", "url", "why", "unit", "year", "may_be"),
    *("holds", "proposal", "command"),
)


def review(
    context: typer.Context,
    county: County = None,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    format: Format = Form.table,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Output = None,
) -> None:
    """What could not be told for sure and waits for a person: links whose unit, year or content
    is in doubt, and columns that show nobody's report of the year; with the command that answers
    each.

    Where people decided on the same kind of title before, in the same county, their answer is
    proposed.
    """
    if context.invoked_subcommand is not None:
        return
    form = Form.json if as_json else format
    with asking(store, config, county) as asked:
        links = [
            link._replace(county_name=asked.names[link.county])
            for link in waiting_links(asked.s, asked.scope)
        ]
        proposed = proposals(asked.s, links)
        columns = asked_columns(asked.s, asked.scope, asked.year, asked.now, asked.registry)
    if form == Form.table and output is None:
        _print(links, proposed)
        _print_columns(columns)
        echo(_counted(len(links), len(columns)))
        return
    rows = [_link_row(link, proposed.get(link.id)) for link in links]
    rows += [_column_row(column) for column in columns]
    heads = [say(*HEADS[name]) for name in COLUMNS]
    shown = [[str(row[name] or "") for name in COLUMNS] for row in rows]
    summary = _counted(len(links), len(columns))
    show(rows, COLUMNS, form, output, heads=heads, shown=shown, summary=summary)


HEADS: Mapping[str, tuple[str, str]] = {
    "kind": ("类别", "Kind"),
    "number": ("编号", "Number"),
    "county": ("县", "County"),
    "column": ("栏目", "Column"),
    "title": ("标题", "Title"),
    "url": ("网址", "Address"),
    "why": ("原因", "Why"),
    "unit": ("认作单位", "Taken for"),
    "year": ("年度", "Year"),
    "may_be": ("可能是", "May be"),
    "holds": ("因此无法核实", "Holds up"),
    "proposal": ("建议", "Proposal"),
    "command": ("命令", "Command"),
}


def _counted(links: int, columns: int) -> str:
    if not links and not columns:
        return say("待确认 0 条", "0 wait")
    zh, en = f"待确认 {links} 条", f"{links} wait"
    if columns:
        zh, en = f"{zh}、{columns} 个栏目", f"{en}, and {columns} columns"
    how = "nianbao review settle 编号 … 作出决定", "`nianbao review settle NUMBER …` decides"
    return say(f"{zh}；{how[0]}", f"{en}; {how[1]}") if links else say(zh, en)


def _link_row(link: InDoubt, proposal: Proposal | None) -> dict[str, Any]:
    return {
        "kind": "link",
        "number": link.id,
        "county": link.county_name,
        "column": link.column,
        "title": link.title,
        "url": link.url,
        "why": _why(link.review),
        "unit": link.unit,
        "year": link.year,
        "may_be": "、".join(link.may_be),
        "holds": "、".join(f"{name} {year}" for name, year in link.holds),
        "proposal": _proposed(proposal) if proposal is not None else "",
        "command": command_of(link.id, proposal),
    }


def _column_row(column: AskedColumn) -> dict[str, Any]:
    return {
        "kind": "column",
        "number": None,
        "county": column.county_name,
        "column": column.url,
        "title": "",
        "url": column.url,
        "why": _of_column(column),
        "unit": "",
        "year": column.year,
        "may_be": "",
        "holds": "、".join(f"{name} {column.year}" for name in column.holds),
        "proposal": "",
        "command": column_command(column),
    }


WHO = ("姓名", "NAME")


def command_of(number: int, proposal: Proposal | None) -> str:
    """What answers a link: as it is proposed, or with what is left to say."""
    said = _options(proposal.said) if proposal is not None else "…"
    return f"nianbao review settle {number} {said} --who {say(*WHO)}"


def column_command(column: AskedColumn) -> str:
    return f"nianbao review column {quoted(column.url)} --year {column.year} --who {say(*WHO)}"


def quoted(word: str) -> str:
    """As it is typed: in quotes where a shell would take it apart."""
    return f'"{word}"' if re.search(r"[\s&;|<>()$*?!#'`]", word) else word


def _options(said: Said) -> str:
    if said.not_a_report:
        return "--not-a-report"
    if said.is_it or said.dead:
        return "--is-it" if said.is_it else "--dead-link"
    unit = f"--unit {quoted(said.unit)} " if said.unit else ""
    return f"{unit}--year {said.year}"


def _proposed(proposal: Proposal) -> str:
    what = say(*answered(proposal.said))
    zh = f"{what}（{proposal.day} {proposal.by} 对“{proposal.of}”这样认定）"
    en = f"{what} ({proposal.by} said so of “{proposal.of}” on {proposal.day})"
    return say(zh, en)


def _print(waiting: Sequence[InDoubt], proposed: Mapping[int, Proposal]) -> None:
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
            if proposal := proposed.get(link.id):
                said, command = _proposed(proposal), command_of(link.id, proposal)
                echo(say(f"    建议：{said}", f"    proposed: {said}"))
                echo(say(f"    同意请运行：{command}", f"    if so: {command}"))


def _print_columns(columns: Sequence[AskedColumn]) -> None:
    for column in columns:
        echo(f"{column.county_name}  {column.url}\n  {_of_column(column)}")
        echo(f"    {_held_up([(name, column.year) for name in column.holds])}")
        command = column_command(column)
        echo(
            say(
                f"    仍在使用请运行：{command}；已换栏目请改县配置的 columns",
                f"    if it is in use: {command}; if not, change `columns` in the county's file",
            )
        )


def _of_column(column: AskedColumn) -> str:
    return say(*of_column(column.year))


def _why(review: str) -> str:
    return say(*asked_why(review))


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
    engine, now = open_store(store, known=True, asks=preview), datetime.now(UTC)
    said = Said(unit, year, not_a_report, is_it, dead_link, undo)
    try:
        if preview:
            with looking(engine) as s:
                _foresee(s, numbers, said, config, now)
            return
        with session(engine) as s:
            done = settle_all(s, numbers, said, who=who, why=why, now=now)
    except DecisionError as error:
        end(2, error.zh, error.en)
    for link in done:
        echo(say(*settled(link)))


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
        found = check_column(
            open_store(store, known=True), address, of, who=who, why=why, now=now, undo=undo
        )
    except DecisionError as error:
        end(2, error.zh, error.en)
    for url in found:
        if undo:
            echo(say(f"{url}：已撤销", f"{url}: taken back"))
        else:
            echo(say(f"{url}：{of}年仍在使用", f"{url}: in use in {of}"))


def _foresee(s: Session, numbers: Sequence[int], said: Said, config: Path, now: datetime) -> None:
    said_of, changes = foreseen(s, registry_in(config), numbers, said, now)
    for link in said_of:
        echo(say(*settled(link)))
    for line, then in changes:
        echo(say(*would_change(line, then)))
    if not changes:
        echo(say("没有单位的状态会因此改变", "no unit's standing would change"))
