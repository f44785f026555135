"""`nianbao adopt`: a report stands at an address that a person brings (它在这里)."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import typer

from nianbao.crawler.addresses import as_asked
from nianbao.crawler.bringing import Asked, Outcome
from nianbao.crawler.browser import BrowserError
from nianbao.crawler.reading import Reader
from nianbao.monitor.bringing import brought
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import say
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
from nianbao.monitor.cli.standings import where_it_stands
from nianbao.monitor.cli.visiting import (
    AllowPrivate,
    Opened,
    Pause,
    Retries,
    Wait,
    line_now,
    opened,
    tell_busy,
    whose,
)
from nianbao.monitor.cli.watching import tell_problems
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.manners import manners, now
from nianbao.storage.adopting import Bringing, take_back
from nianbao.storage.decisions import DecisionError
from nianbao.storage.lease import HeldError
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import session
from nianbao.storage.units import UnitRef, entry_of


def adopt(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the report stands.")],
    unit: Annotated[str, typer.Option(help="Whose report it is: name or code.")],
    year: Annotated[int, typer.Option(min=2008, max=2099, help="The report's year.")],
    who: Annotated[str, typer.Option(envvar="NIANBAO_WHO", help="Who decides.")] = "",
    why: Annotated[str, typer.Option(help="Why; shown wherever the decision is.")] = "",
    insist: Annotated[
        bool,
        typer.Option(
            "--insist", help="It is, though the page names another unit or year, or none."
        ),
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take an earlier decision back.")] = False,
    wait: Wait = 600.0,
    config: Config = COUNTIES,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    allow_private: AllowPrivate = False,
    pause: Pause = 1.0,
    retries: Retries = 1,
) -> None:
    """Say where a unit's report stands, where no column shows it: it is fetched, kept, read and
    judged like any other, and told everywhere to be brought by a person.

    The page must say the same; only addresses of the county's own site are taken.
    """
    address = as_asked(url)
    if not address:
        end(
            2,
            f"{url}：请写完整网址，如 http://www.example.gov.cn/…",
            f"{url}: a whole address is needed, such as http://www.example.gov.cn/…",
        )
    if not who or not (why or undo):
        end(2, "请注明提供人 --who 和理由 --why", "who says so, and why? --who, --why")
    place = opened(config, store, evidence)
    own, county = whose(place, unit, visited=not undo)
    case = Case(place, own, county, year, address)
    if undo:
        _undo(case, who, why)
        return
    entry = entry_of(county, own.id, own.name)
    if entry is None:
        end(2, f"{own.name} 不在县配置文件中", f"{own.name} is not in its county's file")
    said = Bringing(own.id, year, address, "", who, why, insisted=False)
    manner = manners(allow_private, pause, retries, settings_here().contact)
    outcome = _fetched(case, Asked(said, entry, insist), manner, wait)
    if outcome.name == "refused":
        end(1, f"没有采用。{outcome.zh}", f"not adopted. {outcome.en}")
    if outcome.name == "known":
        echo(say("库中已有这份年报，无需采用", "that report is known already: nothing to adopt"))
    else:
        told = f"{place.registry.called[county.code]}{own.name}"
        zh, en = f"{told}（{own.id}）{year}年度", f"{told} ({own.id}) {year}"
        echo(say(f"已采用：{zh} {address}（{who}）", f"adopted: {en} {address} ({who})"))
    _tell(case)


class Case(NamedTuple):
    """Whose report of which year is meant, and where it stands."""

    place: Opened
    own: UnitRef
    county: CountyEntry
    year: int
    url: str


def _fetched(case: Case, asked: Asked, manner: dict[str, Any], wait: float) -> Outcome:
    place, county = case.place, case.county
    try:
        outcome, problems = brought(
            place.registry,
            county,
            place.engine,
            place.evidence,
            asked,
            patience=wait,
            waits=lambda: tell_busy(place, county),
            settings=manner,
            clock=now,
            memory=settings_here().daemon.reader_memory * 1024**2,
        )
    except HeldError as error:
        end(1, str(error))
    except BrowserError as error:
        end(2, str(error))
    tell_problems(problems)
    if outcome is None:
        raise typer.Exit(3)
    return outcome


def _undo(case: Case, who: str, why: str) -> None:
    place = case.place
    try:
        with session(place.engine) as s:
            take_back(s, case.own.id, case.year, case.url, who=who, why=why, now=now())
    except DecisionError as error:
        end(2, error.zh, error.en)
    with Reader(memory=settings_here().daemon.reader_memory * 1024**2) as reader:
        # What was found beside it, as a copy of it, may hold no more.
        judge_county(place.engine, place.evidence, reader, case.county, now(), again=True)
    refresh(place.engine, place.registry, [case.county], now())
    echo(say(f"{case.url}：已撤销采用（{who}）", f"{case.url}: taken back ({who})"))
    _tell(case)


def _tell(case: Case) -> None:
    line = line_now(case.place, case.own, case.year)
    if line is not None:
        echo(say(*where_it_stands(line)))
