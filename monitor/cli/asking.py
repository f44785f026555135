"""Of whom and of when a question is asked, and what it may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.meant import AnyYear as AnyYear
from nianbao.monitor.cli.meant import AsOf as AsOf
from nianbao.monitor.cli.meant import County as County
from nianbao.monitor.cli.meant import Year as Year
from nianbao.monitor.cli.places import counties_in, settings_here
from nianbao.monitor.ledger.age import is_old
from nianbao.monitor.ledger.scope import Registry, ScopeError, names_apart, scope_of, unit_of
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.monitor.standing import due_year as due_at
from nianbao.storage.clocks import latest_sweep, lies_ahead
from nianbao.storage.scope import Scope
from nianbao.storage.store import file_of, looking, not_there, open_store
from nianbao.storage.units import UnitRef, county_names
from nianbao.storage.visits import ages, counties_looked_at


class Asked(NamedTuple):
    """A question to the ledger: of whom, of which year, as known when."""

    s: Session
    scope: Scope
    year: int
    now: datetime
    registry: Registry
    names: Mapping[str, str]  # all counties by their codes, as they are told
    asked: datetime | None  # when, if it is of now


@contextmanager
def asking(
    store: str,
    config: Path,
    named: str | Sequence[str] | None = None,
    year: int | None = None,
    as_of: str = "",
    *,
    files_needed: bool = False,
) -> Iterator[Asked]:
    """Ends the command where nobody is meant. What is stored can be asked for without the
    counties' files.
    """
    now = moment_of(as_of)
    registry = registry_in(config, needed=files_needed)
    with looking(open_to_ask(store)) as s:
        refuse_unknown_day(s, as_of, datetime.now(UTC))
        known = county_names(s) | registry.names
        scope = meant(s, named, registry, known)
        asked = None if as_of else now
        yield Asked(s, scope, year or due_at(now), now, registry, names_apart(known), asked)


def open_to_ask(store: str) -> Engine:
    """A database that is not there yet is said not to be, and none is made: nothing is known.

    One that no sweep would make there is a mistake.
    """
    file = file_of(store)
    if file is None or file.exists() or not _may_come(file):
        return open_store(store, asks=True)
    tell(*not_there(file))
    return open_store("sqlite://")


def _may_come(file: Path) -> bool:
    """A folder of our own is made on the way, of another's place not."""
    if file.is_absolute():
        return file.parent.is_dir()
    return next(place for place in file.parents if place.exists()).is_dir()


def registry_in(config: Path, *, needed: bool = True) -> Registry:
    """The counties' files, and the deadlines of nianbao.toml."""
    counties = counties_in(config) if needed or config.is_dir() else []
    return Registry(counties, settings_here().deadlines)


def meant(
    s: Session,
    named: str | Sequence[str] | None,
    registry: Registry,
    known: Mapping[str, str] | None = None,
) -> Scope:
    try:
        return scope_of(s, named, registry, known)
    except ScopeError as error:
        end(2, error.zh, error.en)


def one_unit(asked: Asked, named: str) -> UnitRef:
    """The unit of a name or code; ends the command where there is none, or are several."""
    try:
        return unit_of(asked.s, named, registry=asked.registry)
    except ScopeError as error:
        end(2, error.zh, error.en)


def due_year() -> int:
    return due_at(datetime.now(UTC))


FIRST = 2008  # from when there are reports


def moment_of(as_of: str) -> datetime:
    """The end of a day; now where no day is named."""
    if not as_of:
        return datetime.now(UTC)
    try:
        next_day = date.fromisoformat(as_of) + timedelta(days=1)
    except (ValueError, OverflowError):
        end(2, f"{as_of}：日期应写作 YYYY-MM-DD", f"{as_of}: not a date, say YYYY-MM-DD")
    if next_day.year < FIRST:
        end(2, f"{as_of} 时还没有年报", f"{as_of}: there were no annual reports then")
    return datetime.combine(next_day, datetime.min.time(), BEIJING) - timedelta(seconds=1)


def refuse_unknown_day(s: Session, as_of: str, now: datetime) -> None:
    """Of a day that is not over nobody knows how it ends. What a clock that was ahead wrote down
    may be asked for by its days.
    """
    if not as_of:
        return
    latest = day_in_beijing(now) - timedelta(days=1)
    if lies_ahead(s, now):
        latest = day_in_beijing(latest_sweep(s))
    if day_in_beijing(moment_of(as_of)) > latest:
        end(
            2,
            f"{as_of} 还没有过完，情况尚不可知：--as-of 最晚可写 {latest}，现在的情况不写 --as-of",
            f"{as_of} is not over, nobody knows how it ends: --as-of {latest} is the latest, "
            "without --as-of it is as of now",
        )


def tell_unlooked(asked: Asked) -> None:
    """An answer about counties that nobody has looked at is no answer; it is said so."""
    registry = asked.registry
    looked = counties_looked_at(asked.s, asked.scope)
    without = sorted(
        asked.names[code]
        for code in asked.names
        if code not in registry.names and asked.scope.touches(code)
    )
    if without:
        names = some_of(without)
        tell(
            f"没有配置文件，各单位状态不在结果中：{names}",
            f"no file, so standings are not in the answer: {names}",
        )
    watched = registry.meant(asked.scope)
    never = [asked.names[county.code] for county in watched if county.code not in looked]
    if never:
        names = some_of(never)
        tell(f"从未巡检，不在结果中：{names}", f"never looked at, not in the answer: {names}")
    _tell_old(asked)
    if not never and not looked:
        tell("还没有巡检过，先用 nianbao sweep", "nothing was looked at yet; see `nianbao sweep`")


def _tell_old(asked: Asked) -> None:
    """An answer that rests on looks of long ago says so: of columns that nobody reached since, or
    looked at. Of the others the units are unknown.
    """
    old: dict[str, datetime] = {}
    for age in ages(asked.s, asked.scope, asked.now):
        rests = age.state in RESTS
        if rests and age.county in asked.registry.names and is_old(age.whole, asked.now):
            old[age.county] = min(age.whole, old.get(age.county, age.whole))
    if old:
        names = [f"{asked.names[code]} {day_in_beijing(at)}" for code, at in old.items()]
        listed = some_of(names)
        tell(
            f"有栏目最近一次完整查看已过久，结果可能已有变化：{listed}",
            f"columns were last read whole long ago, it may have changed since: {listed}",
        )


RESTS = ("ok", "ok_empty", "unchanged", "unreachable", "unreachable_tls", "rate_limited")


def some_of(names: Sequence[str]) -> str:
    """The first names of a list, and how many it has."""
    first = say("、", ", ").join(names[:8])
    if len(names) > 8:
        return f"{first} … ({len(names)})"
    return first


def minute(moment: datetime) -> str:
    """In Beijing, to the minute, as ISO 8601 writes it."""
    return moment.astimezone(BEIJING).isoformat(timespec="minutes")


def for_eyes(moment: str) -> str:
    """The same without the zone."""
    return moment[:16].replace("T", " ")
