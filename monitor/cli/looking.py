"""`nianbao look`: a unit's columns at once (现在再看一次)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from nianbao.crawler.browser import BrowserError
from nianbao.crawler.sweep import Progress
from nianbao.monitor.cli.asking import Year
from nianbao.monitor.cli.by_hand import look_by_hand
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.meant import AsJson
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    EVIDENCE,
    Archive,
    Config,
    Store,
    settings_here,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.standings import row_of, where_it_stands
from nianbao.monitor.cli.visiting import (
    AllowPrivate,
    Opened,
    Pause,
    Retries,
    Wait,
    change_row,
    line_now,
    look_row,
    opened,
    show_looks,
    tell_busy,
    whose,
)
from nianbao.monitor.cli.watching import tell_problems
from nianbao.monitor.ledger.happened import doubted
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.scope import names_in
from nianbao.monitor.manners import manners, now
from nianbao.monitor.paper.sentences import what
from nianbao.monitor.standing import due_year
from nianbao.monitor.sweeping import look_again
from nianbao.storage.facts import unit_facts
from nianbao.storage.lease import HeldError
from nianbao.storage.queries import Happened, events
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking
from nianbao.storage.units import UnitRef
from nianbao.storage.visits import Looked, looks_since

Named = Annotated[
    list[str],
    typer.Argument(metavar="UNIT|FILE...", help="The unit's name or code; or saved pages."),
]
Saved = Annotated[
    bool,
    typer.Option(
        "--saved",
        help="Pages of columns and reports that a person saved in a browser: web pages, MHTML, "
        "SingleFile; reports also printed as PDF.",
    ),
]
Address = Annotated[
    str, typer.Option(help="With --saved: the page's address, where its file does not tell it.")
]
When = Annotated[
    str,
    typer.Option(
        metavar="YYYY-MM-DD HH:MM",
        help="With --saved: when it was saved, in Beijing, where its file does not tell it.",
    ),
]
Who = Annotated[str, typer.Option(envvar="NIANBAO_WHO", help="With --saved: who saved them.")]


def look(
    named: Named,
    year: Year = None,
    saved: Saved = False,
    url: Address = "",
    when: When = "",
    who: Who = "",
    wait: Wait = 600.0,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    allow_private: AllowPrivate = False,
    pause: Pause = 1.0,
    retries: Retries = 1,
    as_json: AsJson = False,
) -> None:
    """Look at a unit's columns now: keep, read and judge what is new, and tell where the unit
    stands after it and what changed.

    The columns are asked for anew, as politely as by a sweep, so it counts as one of the two looks
    that confirm what is missing. Where a sweep is at the portal it waits.

    --saved is for a portal that lets no program in: a person opens the columns in a
    browser and saves them. Nothing is asked for; the pages must prove as much as in a sweep, and
    what rests on them is told to be by hand.
    """
    place = opened(config, store, evidence)
    if saved:
        look_by_hand(place, named, url, when, who, wait, as_json=as_json)
        return
    if len(named) != 1:
        end(
            2,
            "一次看一个单位；人工保存的网页请加 --saved",
            "one unit at a time; for saved pages say --saved",
        )
    own, county = whose(place, named[0])
    begun, of = now(), year or due_year(now())
    columns = _columns_of(place, own, of)
    before = line_now(place, own, of)
    progress = Progress()
    told = settings_here()
    try:
        look_again(
            place.registry,
            county,
            place.engine,
            place.evidence,
            year=of,
            columns=columns,
            patience=wait,
            waits=lambda: tell_busy(place, county),
            progress=progress,
            settings=manners(allow_private, pause, retries, told.contact),
            memory=told.daemon.reader_memory * 1024**2,
        )
    except HeldError as error:
        end(1, str(error))
    except BrowserError as error:
        end(2, str(error))
    tell_problems(progress.problems)
    with looking(place.engine) as s:
        looks = looks_since(s, columns, begun)
        happened = doubted(s, events(s, of_unit(own.id, own.county), begun))
    _show(
        place, Answer(own, of, before, line_now(place, own, of), looks, happened), as_json=as_json
    )
    if progress.problems:
        raise typer.Exit(3)
    if len(looks) < len(columns) or not all(look.complete for look in looks):
        raise typer.Exit(1)


def _columns_of(place: Opened, own: UnitRef, year: int) -> frozenset[int]:
    """Where its report must be; ends the command where nobody knows."""
    with looking(place.engine) as s:
        known = unit_facts(s, of_unit(own.id, own.county), year, now=now())
    columns = frozenset(column for facts in known for column in facts.places)
    if not columns:
        end(
            2,
            f"没有为 {own.name} 登记栏目，先用 nianbao probe 填写",
            f"no column is known for {own.name}; see `nianbao probe`",
        )
    return columns


# ---- what it tells


@dataclass(frozen=True)
class Answer:
    """A unit's year before and after a look, and what the look found."""

    unit: UnitRef
    year: int
    before: Line | None
    after: Line | None
    looks: Sequence[Looked]
    happened: Sequence[Happened]


def _show(place: Opened, answer: Answer, *, as_json: bool) -> None:
    if as_json:
        with looking(place.engine) as s:
            names = names_in(s, place.registry)
        echo(json.dumps(_as_object(answer, names), ensure_ascii=False, indent=1))
        return
    show_looks(answer.looks)
    own = answer.unit
    if answer.after is None:
        echo(
            say(
                f"{own.name}（{own.id}）{answer.year} 年度不是应发布单位",
                f"{own.name} ({own.id}) had nothing to publish for {answer.year}",
            )
        )
    else:
        echo(say(*where_it_stands(answer.after)))
        if answer.after.proof:
            proof, url = answer.after.proof, answer.after.url
            echo(say(f"存证 {proof}  {url}", f"archived {proof}  {url}"))
    for event in answer.happened:
        year = f"{event.year} " if event.year not in (None, answer.year) else ""
        told = f"{year}{what(event, current())}"
        echo(say(f"变化：{told}", f"changed: {told}"))
    if not answer.happened:
        echo(say("没有变化", "nothing changed"))


def _as_object(answer: Answer, names: Mapping[str, str]) -> dict[str, Any]:
    before, after = answer.before, answer.after
    return {
        "unit": answer.unit.name,
        "code": answer.unit.id,
        "year": answer.year,
        "before": row_of(before, names[before.county]) if before is not None else None,
        "after": row_of(after, names[after.county]) if after is not None else None,
        "looks": [look_row(each) for each in answer.looks],
        "changes": [change_row(each) for each in answer.happened],
    }
