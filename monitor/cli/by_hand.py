"""`nianbao look --saved`: a look with pages that a person saved (人工查看)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import typer
from sqlalchemy.orm import Session

from nianbao.crawler.addresses import as_asked
from nianbao.crawler.by_hand import (
    EARLIEST,
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
from nianbao.crawler.recorder import Hand, Recorder
from nianbao.crawler.saved import MOST_BYTES, Saved, SavedError, place_of, saved_in
from nianbao.monitor.cli.asking import some_of
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import current, reason, say
from nianbao.monitor.cli.places import settings_here
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.visiting import Opened, change_row, look_row, show_looks, tell_busy
from nianbao.monitor.files import bytes_in, regular
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.present import lines_at
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.paper.sentences import what
from nianbao.monitor.standing import BEIJING, due_year
from nianbao.monitor.sweeping import now
from nianbao.monitor.turns import turn_at
from nianbao.storage.facts import unit_facts
from nianbao.storage.lease import HeldError
from nianbao.storage.queries import Happened, addresses_of, events, portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking
from nianbao.storage.visits import Looked, looks_since


def look_by_hand(
    place: Opened,
    named: Sequence[str],
    url: str,
    when: str,
    who: str,
    wait: float,
    *,
    as_json: bool,
) -> None:
    if not who:
        end(2, "请注明保存人 --who", "who saved them? --who")
    begun, address, said = now(), as_asked(url), _moment(when)
    if url and not address:
        end(2, f"--url {url}：不是网址", f"--url {url}: that is no address")
    used: set[str] = set()
    with Reader(memory=settings_here().daemon.reader_memory * 1024**2) as reader:
        try:
            pages = told_of(list(_read(named)), address, said)
            moment = moment_of(pages, begun)
            columns = _columns(place, pages, moment)
            refuse_older(pages, moment, begun, reader)
        except SavedError as error:
            end(1, error.zh, error.en)
        if not columns:
            addresses = "、".join(page.url for page in pages)
            end(
                1,
                f"没有一个是县配置中的栏目（columns）首页，或已列出而未读到的年报：{addresses}",
                "none is the first page of a column of a county's file, or a report that was "
                f"listed and not read: {addresses}",
            )
        hand = hand_of(who, moment, pages)
        for county, found in columns:
            used |= _visit(place, county, found, pages, hand, reader, wait)
    looks: list[Looked] = []
    happened: list[Happened] = []
    with looking(place.engine) as s:
        for county, found in columns:
            looks += looks_since(s, [each.column.id for each in found], begun)
            happened += events(s, of_county(county.code), begun)
        lacking = [each for county, found in columns for each in _lacking(s, place, county, found)]
    unused = [page for page in pages if page.sha256 not in used]
    _show(looks, happened, unused, lacking, as_json=as_json)
    if unused or not all(look.complete for look in looks):
        raise typer.Exit(1)


def _read(named: Sequence[str]) -> Iterator[Saved]:
    for name in named:
        try:
            yield saved_in(Path(name).name, bytes_in(regular(Path(name)), MOST_BYTES))
        except OSError as error:
            end(1, f"{name}：{reason(error)}", f"{name}: {reason(error)}")
        except SavedError as error:
            end(1, f"{name}：{error.zh}", f"{name}: {error.en}")


def _moment(when: str) -> datetime | None:
    if not when:
        return None
    try:
        moment = datetime.strptime(when, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
    except ValueError:
        end(2, f"{when}：时间应写作 YYYY-MM-DD HH:MM", f"{when}: say YYYY-MM-DD HH:MM")
    if not EARLIEST <= moment <= LATEST:
        end(2, f"--when {when}：不会是那一年", f"--when {when}: it can't be that year")
    return moment


LATEST = datetime(2100, 1, 1, tzinfo=BEIJING)


Columns = list[tuple[CountyEntry, list[Found]]]


def _columns(place: Opened, pages: Sequence[Saved], moment: datetime) -> Columns:
    """The columns whose pages are among them, by county."""
    hosts = {place_of(page.url).partition("/")[0] for page in pages}
    found = []
    for county in place.registry.counties:
        if any(place_of(column.url).partition("/")[0] in hosts for column in county.columns):
            place.recorder.register(county)
            columns = columns_in(place.recorder, county, pages, moment)
            if columns or left_in(place.recorder, county, pages):
                found.append((county, columns))
    return found


def _visit(
    place: Opened,
    county: CountyEntry,
    columns: Sequence[Found],
    pages: Sequence[Saved],
    hand: Hand,
    reader: Reader,
    wait: float,
) -> set[str]:
    recorder: Recorder = place.recorder_of(hand)
    try:
        with turn_at(place.engine, county.code, now, wait, lambda: tell_busy(place, county)):
            used = visit_by_hand(recorder, county, columns, pages, reader)
            judge_county(place.engine, place.evidence, reader, county, now())
            refresh(place.engine, place.registry, [county], now())
    except HeldError as error:
        end(1, str(error))
    return used


class Lacking(NamedTuple):
    """A column that must be saved, too: the reports of these units may stand in it."""

    url: str
    units: tuple[str, ...]


def _lacking(
    s: Session, place: Opened, county: CountyEntry, found: Sequence[Found]
) -> Iterator[Lacking]:
    """What still keeps the units of the columns that were saved from being told."""
    scope, at = of_county(county.code), now()
    year = due_year(at)
    saved = {each.column.id for each in found}
    whole = {each.number for each in portals(s, scope, at, year) if each.is_whole}
    lines = lines_at(s, scope, year, at, place.registry)
    unknown = {line.unit for line in lines if line.standing.name == "unknown"}
    held: dict[int, list[str]] = defaultdict(list)
    for facts in unit_facts(s, scope, year, now=at):
        if facts.unit in unknown and facts.places & saved:
            for column in facts.places - saved - whole:
                held[column].append(facts.name)
    urls = addresses_of(s, list(held))
    for column, units in sorted(held.items()):
        yield Lacking(urls[column], tuple(units))


def _show(
    looks: Sequence[Looked],
    happened: Sequence[Happened],
    unused: Sequence[Saved],
    lacking: Sequence[Lacking],
    *,
    as_json: bool,
) -> None:
    for page in unused:
        tell(
            f"没有用到：{page.name}（{page.url}）",
            f"not used: {page.name} ({page.url})",
        )
    if as_json:
        told = {
            "looks": [look_row(each) for each in looks],
            "changes": [{"unit": each.name, **change_row(each)} for each in happened],
            "unused": [page.name for page in unused],
            "lacking": [{"column": each.url, "units": list(each.units)} for each in lacking],
        }
        echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    show_looks(looks)
    for event in happened:
        told_of = f"{event.name} {event.year or ''} {what(event, current())}"
        echo(say(f"变化：{told_of}", f"changed: {told_of}"))
    if not happened:
        echo(say("没有变化", "nothing changed"))
    for column in lacking:
        names = some_of(column.units)
        echo(
            say(
                f"还须保存栏目 {column.url}：{names}的年报也可能在那里，未看之前不能认定",
                f"save the column {column.url}, too: reports may stand there, and until it is "
                f"seen nothing can be told of {names}",
            )
        )
