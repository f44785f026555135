"""A look with pages that a person saved (人工查看): whose columns they are, and what they show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.crawler.by_hand import (
    Found,
    columns_in,
    hand_of,
    left_in,
    moment_of,
    refuse_older,
    told_of,
    visit_by_hand,
)
from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.saved import Saved, SavedError, place_of
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.happened import doubted
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.standing import due_year
from nianbao.monitor.turns import turn_at
from nianbao.storage.evidence import Evidence
from nianbao.storage.facts import unit_facts
from nianbao.storage.queries import Happened, addresses_of, events, portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking
from nianbao.storage.visits import Looked, looks_since


class Said(NamedTuple):
    """What a person says of the pages, where their files do not."""

    who: str
    url: str = ""
    when: datetime | None = None


class Lacking(NamedTuple):
    """A column that must be saved, too: the reports of these units may stand in it."""

    url: str
    units: tuple[str, ...]


class Shown(NamedTuple):
    """What a look by hand saw, and what came of it."""

    looks: Sequence[Looked]
    happened: Sequence[Happened]
    unused: Sequence[Saved]
    lacking: Sequence[Lacking]


def look_with(
    saved: Sequence[Saved],
    said: Said,
    registry: Registry,
    engine: Engine,
    evidence: Evidence,
    *,
    patience: float,
    waits: Callable[[CountyEntry], object],
    clock: Callable[[], datetime],
    memory: int,
) -> Shown:
    """Raises SavedError of pages that are none of ours or tell too little, HeldError at the end of
    all `patience` where a sweep is there.
    """
    begun, used = clock(), set[str]()
    with Reader(memory=memory) as reader:
        pages = told_of(saved, said.url, said.when)
        moment = moment_of(pages, begun)
        recorder = Recorder(engine, evidence, clock)
        columns = list(_columns(registry, recorder, pages, moment))
        refuse_older(pages, moment, begun, reader)
        if not columns:
            raise _of_nobody(pages)
        by_hand = Recorder(engine, evidence, clock, hand_of(said.who, moment, pages))
        for county, found in columns:
            with turn_at(engine, county.code, clock, patience, partial(waits, county)):
                used |= visit_by_hand(by_hand, county, found, pages, reader)
                judge_county(engine, evidence, reader, county, clock())
                refresh(engine, registry, [county], clock())
    looks: list[Looked] = []
    happened: list[Happened] = []
    with looking(engine) as s:
        for county, found in columns:
            looks += looks_since(s, [each.column.id for each in found], begun)
            happened += doubted(s, events(s, of_county(county.code), begun))
        lacking = [
            each
            for county, found in columns
            for each in _lacking(s, registry, county, found, clock())
        ]
    return Shown(looks, happened, [page for page in pages if page.sha256 not in used], lacking)


def _lacking(
    s: Session, registry: Registry, county: CountyEntry, found: Sequence[Found], now: datetime
) -> Iterator[Lacking]:
    """What still keeps the units of the columns that were saved from being told."""
    scope, year = of_county(county.code), due_year(now)
    saved = {each.column.id for each in found}
    whole = {each.number for each in portals(s, scope, now, year) if each.is_whole}
    lines = lines_at(s, scope, year, now, registry, asked=now)
    unknown = {line.unit for line in lines if line.standing.name == "unknown"}
    held: dict[int, list[str]] = defaultdict(list)
    for facts in unit_facts(s, scope, year, now=now):
        if facts.unit in unknown and facts.places & saved:
            for column in facts.places - saved - whole:
                held[column].append(facts.name)
    urls = addresses_of(s, list(held))
    for column, units in sorted(held.items()):
        yield Lacking(urls[column], tuple(units))


def _columns(
    registry: Registry, recorder: Recorder, pages: Sequence[Saved], moment: datetime
) -> Iterator[tuple[CountyEntry, list[Found]]]:
    """The columns whose pages are among them, by county."""
    hosts = {place_of(page.url).partition("/")[0] for page in pages}
    for county in registry.counties:
        if any(place_of(column.url).partition("/")[0] in hosts for column in county.columns):
            recorder.register(county)
            columns = columns_in(recorder, county, pages, moment)
            if columns or left_in(recorder, county, pages):
                yield county, columns


def _of_nobody(pages: Sequence[Saved]) -> SavedError:
    addresses = "、".join(page.url for page in pages)
    return SavedError(
        f"没有一个是县配置中的栏目（columns）首页，或已列出而未读到的年报：{addresses}",
        "none is the first page of a column of a county's file, or a report that was listed and "
        f"not read: {addresses}",
    )
