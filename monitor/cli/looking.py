"""`nianbao look`: a unit's columns at once (现在再看一次)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import Engine

from nianbao.crawler.browser import BrowserError
from nianbao.crawler.proof import PROOFS
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.states import STATES
from nianbao.crawler.sweep import Progress, is_open
from nianbao.crawler.visit import Wanted
from nianbao.monitor.cli.asking import Year, minute, registry_in
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.details import in_words
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.history import what
from nianbao.monitor.cli.language import current, say
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
from nianbao.monitor.cli.watching import manners, tell_problems
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry, ScopeError, names_in, unit_of
from nianbao.monitor.standing import due_year
from nianbao.monitor.sweeping import now, sweep_counties
from nianbao.monitor.turns import turn_at
from nianbao.storage.emptied import is_emptied
from nianbao.storage.evidence import Evidence
from nianbao.storage.facts import unit_facts
from nianbao.storage.lease import HeldError
from nianbao.storage.queries import Happened, events
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import of_unit
from nianbao.storage.store import StoreError, looking, open_store
from nianbao.storage.units import UnitRef
from nianbao.storage.visits import Looked, looks_since

Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait where a sweep is at the portal.")]
AllowPrivate = Annotated[bool, typer.Option("--allow-private", help="Also private addresses.")]
Pause = Annotated[float, typer.Option(help="Seconds between two requests to one host.")]
Retries = Annotated[
    int, typer.Option(help="How often a failed request is made again, after a growing wait.")
]


def look(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    year: Year = None,
    wait: Wait = 600.0,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    allow_private: AllowPrivate = False,
    pause: Pause = 1.0,
    retries: Retries = 1,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Look at a unit's columns now: keep, read and judge what is new, and tell where the unit
    stands after it and what changed.

    The columns are asked for anew, as politely as by a sweep, so it counts as one of the two looks
    that confirm what is missing. Where a sweep is at the portal it waits.
    """
    place = opened(config, store, evidence)
    own, county = whose(place, unit)
    begun, of = now(), year or due_year(now())
    columns = _columns_of(place, own, of)
    before = line_now(place, own, of)
    progress = Progress()
    told = settings_here()
    try:
        with turn_at(place.engine, county.code, now, wait, lambda: tell_busy(place, county)):
            sweep_counties(
                place.registry,
                [county],
                place.engine,
                place.evidence,
                # With the year before: what is told of a report is held against it.
                wanted=Wanted(of - 1, of, unconditional=True, columns=columns),
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
        happened = events(s, of_unit(own.id, own.county), begun)
    _show(
        place, Answer(own, of, before, line_now(place, own, of), looks, happened), as_json=as_json
    )
    if progress.problems:
        raise typer.Exit(3)
    if len(looks) < len(columns) or not all(look.complete for look in looks):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Opened:
    """Where everything is kept, and what the counties' files say."""

    registry: Registry
    engine: Engine
    evidence: Evidence

    @property
    def recorder(self) -> Recorder:
        return Recorder(self.engine, self.evidence, now)


def opened(config: Config, store: str, evidence: str) -> Opened:
    registry = registry_in(config)
    try:
        engine = open_store(store)
    except StoreError as error:
        end(2, str(error))
    if why := is_emptied(engine, evidence):
        end(2, why)
    return Opened(registry, engine, Evidence(evidence))


def whose(place: Opened, named: str, *, visited: bool = True) -> tuple[UnitRef, CountyEntry]:
    """The unit of a name or code, also one that nobody has looked for yet, and its county, if it
    may be `visited` now.
    """
    for county in place.registry.counties:
        if any(named in (entry.name, entry.code) for entry in county.units):
            place.recorder.register(county)
    try:
        with looking(place.engine) as s:
            own = unit_of(s, named, registry=place.registry)
    except ScopeError as error:
        end(2, error.zh, error.en)
    found = place.registry.county(own.county)
    if found is None:
        end(2, f"{own.name}所在县没有配置文件", f"the county of {own.name} has no file")
    if visited and not is_open(found, now()):
        window = found.http["window"]
        end(
            1,
            f"{found.county}：不在允许的时段（{window}），未查看",
            f"{found.county}: outside its window ({window}), not looked at",
        )
    return own, found


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


def line_now(place: Opened, own: UnitRef, year: int) -> Line | None:
    with looking(place.engine) as s:
        lines = lines_at(s, of_unit(own.id, own.county), year, now(), place.registry)
    return next(iter(lines), None)


def tell_busy(place: Opened, county: CountyEntry) -> None:
    name = place.registry.called[county.code]
    tell(f"{name}：正在巡检，等它结束", f"{name}: a sweep is at it, waiting for its end")


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
    table = Table(box=None, padding=(0, 1))
    for head in (("栏目", "Column"), ("结果", "Look"), ("条数", "Entries"), ("说明", "Detail")):
        table.add_column(say(*head))
    for each in answer.looks:
        table.add_row(each.url, say(*STATES[each.state]), str(each.read), _said(each))
    Screen().print(table)
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


def _said(look: Looked) -> str:
    """What proves that it was whole, or what it lacked."""
    if look.proof in PROOFS:
        return say(*PROOFS[look.proof])
    return in_words(look.detail)


def _as_object(answer: Answer, names: Mapping[str, str]) -> dict[str, Any]:
    before, after = answer.before, answer.after
    return {
        "unit": answer.unit.name,
        "code": answer.unit.id,
        "year": answer.year,
        "before": row_of(before, names[before.county]) if before is not None else None,
        "after": row_of(after, names[after.county]) if after is not None else None,
        "looks": [_look(each) for each in answer.looks],
        "changes": [_change(each) for each in answer.happened],
    }


def _look(look: Looked) -> dict[str, Any]:
    return {
        "url": look.url,
        "state": look.state,
        "complete": look.complete,
        "proof": look.proof,
        "read": look.read,
        "detail": look.detail,
        "at": minute(look.at),
    }


def _change(event: Happened) -> dict[str, Any]:
    at = minute(event.at)
    return {"at": at, "year": event.year, "kind": event.kind, "what": what(event, "zh")}
