"""What commands that look now have in common: where all is, who is meant, what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import Engine

from nianbao.crawler.hours import is_open
from nianbao.crawler.proof import PROOFS
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.states import STATES
from nianbao.monitor.cli.asking import minute, registry_in
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.details import in_words
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import Config
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry, ScopeError, unit_of
from nianbao.monitor.manners import now
from nianbao.monitor.paper.sentences import what
from nianbao.storage.emptied import is_emptied
from nianbao.storage.evidence import Evidence
from nianbao.storage.queries import Happened
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import of_unit
from nianbao.storage.store import StoreError, looking, open_store
from nianbao.storage.units import UnitRef
from nianbao.storage.visits import Looked

Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait where a sweep is at the portal.")]
AllowPrivate = Annotated[bool, typer.Option("--allow-private", help="Also private addresses.")]
Pause = Annotated[float, typer.Option(help="Seconds between two requests to one host.")]
Retries = Annotated[
    int, typer.Option(help="How often a failed request is made again, after a growing wait.")
]


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


def line_now(place: Opened, own: UnitRef, year: int) -> Line | None:
    with looking(place.engine) as s:
        moment = now()
        of = (of_unit(own.id, own.county), year, moment, place.registry)
        lines = lines_at(s, *of, asked=moment)
    return next(iter(lines), None)


def tell_busy(place: Opened, county: CountyEntry) -> None:
    name = place.registry.called[county.code]
    tell(f"{name}：正在巡检，等它结束", f"{name}: a sweep is at it, waiting for its end")


def show_looks(looks: Sequence[Looked]) -> None:
    table = Table(box=None, padding=(0, 1))
    for head in (("栏目", "Column"), ("结果", "Look"), ("条数", "Entries"), ("说明", "Detail")):
        table.add_column(say(*head))
    for each in looks:
        table.add_row(each.url, say(*STATES[each.state]), str(each.read), _said(each))
    Screen().print(table)


def _said(look: Looked) -> str:
    """What proves that it was whole, or what it lacked."""
    if look.proof in PROOFS:
        return say(*PROOFS[look.proof])
    return in_words(look.detail)


def look_row(look: Looked) -> dict[str, Any]:
    return {
        "url": look.url,
        "state": look.state,
        "complete": look.complete,
        "proof": look.proof,
        "read": look.read,
        "detail": look.detail,
        "at": minute(look.at),
    }


def change_row(event: Happened) -> dict[str, Any]:
    at = minute(event.at)
    return {"at": at, "year": event.year, "kind": event.kind, "what": what(event, "zh")}
