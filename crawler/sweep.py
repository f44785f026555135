"""A sweep: every column looked at once, everything new read and kept."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from nianbao.crawler.addresses import host_of
from nianbao.crawler.answers import Task
from nianbao.crawler.browser import browser_settings
from nianbao.crawler.listing.listed import Listing
from nianbao.crawler.reading import Reader, Reads
from nianbao.crawler.recorder import OURS, Recorder
from nianbao.crawler.spider import COMPATIBLE_TLS, SETTINGS, Conversation, PortalSpider
from nianbao.crawler.visit import BEIJING, Visit, Wanted, fault_state, visit_column
from nianbao.storage.kinds import LookState
from nianbao.storage.lease import HeldError, give_back, take
from nianbao.storage.models import Column
from nianbao.storage.registry import CountyEntry

LEASE = timedelta(hours=6)
Done = Callable[[str], object]  # told each portal whose sweep has ended


def is_open(county: CountyEntry, now: datetime) -> bool:
    """Whether a portal may be visited now: `http: {window: "22:00-06:00"}`, in Beijing's time.

    A window may go over midnight.
    """
    window = str(county.http.get("window", ""))
    if not window:
        return True
    first, _, last = window.partition("-")
    clock = now.astimezone(BEIJING).strftime("%H:%M")
    if first < last:
        return first <= clock < last
    return clock >= first or clock < last


@dataclass
class Progress:
    """What a person watching sees."""

    columns: int = 0
    done: int = 0
    answers: int = 0
    states: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)  # faults of our own
    # Portals that another sweep visits.
    busy: list[str] = field(default_factory=list)
    changed: Callable[[Progress], None] = lambda _: None


def sweep(
    counties: Sequence[CountyEntry],
    recorder: Recorder,
    *,
    wanted: Wanted | None = None,
    anew: Collection[str] = (),
    progress: Progress | None = None,
    settings: dict[str, Any] | None = None,
    reader: Reader | None = None,
    done: Done = lambda _: None,
) -> dict[str, bool]:
    """Each county, by its code, with whether its sweep was complete.

    `anew`: counties whose lists are asked for as if nothing were known of them.
    Runs the crawler of this process, which runs only once.
    """
    progress = progress or Progress()
    chosen = [county for county in counties if county.columns and is_open(county, recorder.now())]
    progress.columns = sum(len(county.columns) for county in chosen)
    results: dict[str, bool] = dict.fromkeys((county.code for county in chosen), False)
    own_reader = reader or Reader()
    own_settings = settings or {}
    process = AsyncCrawlerProcess(SETTINGS | own_settings)
    crawlers = []
    for way, members in _by_way(chosen).items():
        crawler = process.create_crawler(PortalSpider)
        crawler.settings.setdict(_settings_of(way, members, own_settings), "cmdline")
        visits = (
            visit_county(
                recorder,
                county,
                _of_county(wanted, county, anew),
                own_reader,
                progress,
                results,
                done,
            )
            for county in members
        )
        process.crawl(crawler, conversations=(_counted(visit, progress) for visit in visits))
        crawlers.append(crawler)
    if crawlers:
        process.start()
    for crawler in crawlers:
        progress.problems += getattr(crawler.spider, "problems", [])
    if reader is None:
        own_reader.close()
    return results


def _of_county(wanted: Wanted | None, county: CountyEntry, anew: Collection[str]) -> Wanted:
    asked = wanted or Wanted()
    return replace(asked, unconditional=asked.unconditional or county.code in anew)


Way = tuple[str, bool]  # how a portal's pages are fetched: TLS, with a browser


def _by_way(counties: Sequence[CountyEntry]) -> dict[Way, list[CountyEntry]]:
    ways: dict[Way, list[CountyEntry]] = {}
    for county in counties:
        way = (str(county.http.get("tls", "default")), bool(county.http.get("browser", False)))
        ways.setdefault(way, []).append(county)
    return ways


def _settings_of(
    way: Way, counties: Sequence[CountyEntry], settings: dict[str, Any]
) -> dict[str, Any]:
    """What a way of fetching needs, then the counties, then the caller."""
    tls, browser = way
    own: dict[str, Any] = {}
    if tls == "compatible":
        own |= COMPATIBLE_TLS
    if browser:
        own |= browser_settings(private=bool(settings.get("NIANBAO_ALLOW_PRIVATE")))
    return {**own, "NIANBAO_DELAYS": delays(counties), **settings}


def delays(counties: Sequence[CountyEntry]) -> dict[str, float]:
    """Seconds between two requests to each host of the counties that say so."""
    found: dict[str, float] = {}
    for county in counties:
        delay = float(county.http.get("delay", 0.0))
        written = (f"http://{host}" for host in (county.host, *county.allow))
        for url in (*written, *(column.url for column in county.columns)):
            found[host_of(url)] = max(delay, found.get(host_of(url), 0.0))
    return found


def visit_county(
    recorder: Recorder,
    county: CountyEntry,
    wanted: Wanted | None,
    reader: Reads,
    progress: Progress,
    results: dict[str, bool],
    done: Done,
) -> Conversation:
    """All columns of a county, one after the other, in one sweep."""
    portal = yield Task(lambda: recorder.register(county))
    try:
        take(recorder.engine, f"sweep:{portal}", recorder.now, LEASE)
    except HeldError as error:
        progress.busy.append(f"{county.county}: {error}")
        del results[county.code]
        return portal
    sweep = recorder.begin(portal)
    entries = {entry.url: entry for entry in county.columns}
    looked_at = recorder.looked_at(sweep)
    for column in recorder.columns(portal):
        if column.url not in entries:
            continue
        if column.id not in looked_at:
            entry = entries[column.url]
            visit = visit_column(
                recorder, sweep, county, entry, column, wanted=wanted, reader=reader
            )
            state = yield from _bounded(visit, recorder, sweep, column, progress)
            progress.states[state] = progress.states.get(state, 0) + 1
        progress.done += 1
        progress.changed(progress)
    results[county.code] = yield Task(lambda: recorder.end(sweep))
    yield Task(lambda: done(portal))
    give_back(recorder.engine, f"sweep:{portal}")
    return portal


def _bounded(
    visit: Visit, recorder: Recorder, sweep: int, column: Column, progress: Progress
) -> Visit:
    """A page that holds what nobody thought of costs its column, and the sweep goes on."""
    try:
        return (yield from _told_of_faults(visit))
    except OURS:
        raise
    except Exception as error:
        progress.problems.append(f"{column.url}\n{traceback.format_exc(limit=-4)}")
        listing = Listing(fault_state(error))
    yield Task(lambda: recorder.look(sweep, column.id, listing))
    return listing.state.name


def _told_of_faults(visit: Visit) -> Visit:
    """The same visit; what work off the network raised is raised where it was asked for."""
    said: Any = None
    fault: Exception | None = None
    while True:
        try:
            step = visit.send(said) if fault is None else visit.throw(fault)
        except StopIteration as end:
            name: LookState = end.value
            return name
        if isinstance(step, Task):
            said, fault = yield Task(partial(_outcome, step))
        else:
            said, fault = (yield step), None


def _outcome(task: Task) -> tuple[Any, Exception | None]:
    """What some work gave, and what it raised."""
    try:
        return task.run(), None
    except Exception as error:
        return None, error


def _counted(conversation: Conversation, progress: Progress) -> Conversation:
    """The same conversation, its answers counted."""
    said: Any = None
    while True:
        try:
            step = conversation.send(said)
        except StopIteration as end:
            return end.value
        said = yield step
        if not isinstance(step, Task):
            progress.answers += 1
            progress.changed(progress)
