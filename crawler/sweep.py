"""A sweep: every column looked at once, everything new read and kept."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from scrapy.crawler import AsyncCrawlerProcess

from nianbao.crawler.addresses import host_of
from nianbao.crawler.answers import Task, note_clock, sound
from nianbao.crawler.bringing import Asked, Outcome, bring, is_due, look_again, refused_at_once
from nianbao.crawler.browser import browser_settings
from nianbao.crawler.hours import LEASE, is_open
from nianbao.crawler.listing.listed import Listing
from nianbao.crawler.reading import Reader, Reads
from nianbao.crawler.recorder import OURS, Recorder
from nianbao.crawler.spider import COMPATIBLE_TLS, SETTINGS, Conversation, PortalSpider
from nianbao.crawler.visit import Visit, Wanted, fault_state, visit_column, visit_said
from nianbao.storage.adopting import Brought
from nianbao.storage.hosts import Hosts, hosts_of
from nianbao.storage.kinds import LookState
from nianbao.storage.lease import HeldError, give_back, take
from nianbao.storage.models import Column
from nianbao.storage.registry import CountyEntry

Result = TypeVar("Result")
Done = Callable[[str], object]  # told each portal whose sweep has ended


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
    if wanted is not None and wanted.columns:
        progress.columns = len(wanted.columns)
    results: dict[str, bool] = dict.fromkeys((county.code for county in chosen), False)
    own_reader = reader or Reader()

    def visit(county: CountyEntry) -> Conversation:
        asked = _of_county(wanted, county, anew)
        return visit_county(recorder, county, asked, own_reader, progress, results, done)

    _crawl(chosen, visit, progress, settings or {}, hosts_of(recorder.engine))
    if reader is None:
        own_reader.close()
    return results


def adopt(
    county: CountyEntry,
    recorder: Recorder,
    asked: Asked,
    *,
    reader: Reads,
    settings: dict[str, Any] | None = None,
    done: Callable[[], object] = lambda: None,
) -> tuple[Outcome | None, list[str]]:
    """What came of an address that a person brings; None where we went wrong, and how.

    Runs the crawler of this process, which runs only once.
    """
    if (refused := refused_at_once(recorder, county, asked.said.url)) is not None:
        return refused, []
    outcomes: list[Outcome] = []

    def conversation(county: CountyEntry) -> Conversation:
        outcome: Outcome = yield from told_of_faults(bring(recorder, county, asked, reader))
        if outcome.name == "adopted":
            yield from told_of_faults(_task(done))
        outcomes.append(outcome)

    progress = Progress()
    _crawl([county], conversation, progress, settings or {}, hosts_of(recorder.engine))
    return next(iter(outcomes), None), progress.problems


def _crawl(
    counties: Sequence[CountyEntry],
    visit: Callable[[CountyEntry], Conversation],
    progress: Progress,
    settings: dict[str, Any],
    hosts: Hosts | None,
) -> None:
    """Each county's conversation, to its end."""
    process = AsyncCrawlerProcess(SETTINGS | settings)
    crawlers = []
    for way, members in _by_way(counties).items():
        crawler: Any = process.create_crawler(PortalSpider)
        crawler.hosts = hosts  # whose turn it is, where others ask too
        crawler.settings.setdict(_settings_of(way, members, settings), "cmdline")
        visits = (_counted(visit(county), progress) for county in members)
        process.crawl(crawler, conversations=visits)
        crawlers.append(crawler)
    if crawlers:
        process.start()
    for crawler in crawlers:
        progress.problems += getattr(crawler.spider, "problems", [])
    if hosts is not None:
        hosts.close()


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
        private = bool(settings.get("NIANBAO_ALLOW_PRIVATE"))
        own |= browser_settings(addresses_of(counties), private=private)
    return {**own, "NIANBAO_DELAYS": delays(counties), **settings}


def addresses_of(counties: Sequence[CountyEntry]) -> list[str]:
    """Of the hosts that the counties' files name."""
    found: list[str] = []
    for county in counties:
        hosts = [host for host in (county.host, *county.allow) if host]
        found += [f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")]
        found += [column.url for column in county.columns]
    return found


def delays(counties: Sequence[CountyEntry]) -> dict[str, float]:
    """Seconds between two requests to each host of the counties that say so."""
    found: dict[str, float] = {}
    for county in counties:
        delay = float(county.http.get("delay", 0.0))
        for url in addresses_of([county]):
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
    """All columns of a county, one after the other, in one sweep; it ends whatever happens."""
    own = Swept(recorder, county, progress)
    try:
        results[county.code] = False
        whole = yield from told_of_faults(_visited(own, wanted, reader))
        if whole is None:
            del results[county.code]
            return
        results[county.code] = whole
        yield from told_of_faults(_task(lambda: done(county.code)))
    except Exception as error:
        own.note(error)
        results[county.code] = False
        if own.sweep:
            yield Task(partial(_outcome, Task(own.end)))
    yield Task(partial(_outcome, Task(lambda: give_back(recorder.engine, f"sweep:{county.code}"))))


def _visited(own: Swept, wanted: Wanted | None, reader: Reads) -> Conversation:
    """Whether all was read whole; None where another sweep visits the portal."""
    recorder, county = own.recorder, own.county
    portal = yield Task(lambda: recorder.register(county))
    try:
        take(recorder.engine, f"sweep:{portal}", recorder.now, LEASE)
    except HeldError as error:
        own.progress.busy.append(f"{county.county}: {error}")
        return None
    own.sweep = recorder.begin(portal, part=wanted is not None and bool(wanted.columns))
    return (yield from _columns(own, wanted, reader))


@dataclass
class Swept:
    """A county's sweep under way, and what went wrong in ourselves."""

    recorder: Recorder
    county: CountyEntry
    progress: Progress
    sweep: int = 0  # its number, once it has begun
    faults: list[str] = field(default_factory=list)
    # Seconds by which our clock was ahead of each host's: the least that any answer told.
    clocks: dict[str, float] = field(default_factory=dict)

    def hold(self, answer: object) -> bool:
        """Our clock against that of whoever answered; whether nothing was known of its host."""
        before = len(self.clocks)
        note_clock(self.clocks, answer, self.recorder.now())
        return len(self.clocks) > before

    def heard(self) -> None:
        self.recorder.heard(self.sweep, self.clocks)

    def note(self, error: Exception, where: str = "") -> None:
        self.faults.append(f"{where} {said_of(error)}".strip())
        told = f"{where or self.county.county}: {said_of(error)}"
        if not isinstance(error, OURS):  # nobody else's: its place is told, too
            told += "\n" + "".join(traceback.format_exception(error, limit=-4))
        self.progress.problems.append(told)

    @property
    def problem(self) -> str:
        return "\n".join(self.faults[:MOST_FAULTS])

    def end(self) -> bool:
        return self.recorder.end(self.sweep, self.problem, self.clocks)


MOST_FAULTS = 5  # that are written down of a sweep


def said_of(error: Exception) -> str:
    lines = sound(str(error)).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}"


def _columns(own: Swept, wanted: Wanted | None, reader: Reads) -> Conversation:
    """All that were not looked at in this sweep; whether all of them are whole."""
    recorder, county, progress = own.recorder, own.county, own.progress
    entries = {entry.url: entry for entry in county.columns}
    looked_at = recorder.looked_at(own.sweep)
    for column in recorder.columns(county.code):
        if column.url not in entries or not (wanted or Wanted()).means(column.id):
            continue
        if column.id not in looked_at:
            entry = entries[column.url]
            visit = visit_column(
                recorder, own.sweep, county, entry, column, wanted=wanted, reader=reader
            )
            state = yield from _bounded(visit, own, column)
            progress.states[state] = progress.states.get(state, 0) + 1
        progress.done += 1
        progress.changed(progress)
    if wanted is None or not wanted.columns:
        yield from _brought(own, wanted or Wanted(), reader)
        yield from _said(own, reader)
    return (yield Task(own.end))


def _brought(own: Swept, wanted: Wanted, reader: Reads) -> Conversation:
    """What people brought, again. A sweep is no worse for what could not be read of it."""
    recorder, county = own.recorder, own.county
    brought: list[Brought] = yield Task(lambda: recorder.brought(county.code))
    for each in brought:
        if not is_due(each, county, recorder, wanted):
            continue
        try:
            yield from told_of_faults(look_again(recorder, county, each, reader))
        except Exception as error:
            own.note(error, each.url)


def _said(own: Swept, reader: Reads) -> Conversation:
    """What people said to be reports, in columns that are left, at the same price."""
    try:
        yield from told_of_faults(visit_said(own.recorder, own.county, reader))
    except Exception as error:
        own.note(error)


def _task(run: Callable[[], object]) -> Conversation:
    return (yield Task(run))


def _bounded(visit: Visit, own: Swept, column: Column) -> Visit:
    """What goes wrong in ourselves costs its column, and the sweep goes on."""
    try:
        return (yield from _held(told_of_faults(visit), own))
    except OURS as error:  # no page's fault: nothing is said of the column
        own.note(error, column.url)
        return "partial"
    except Exception as error:
        own.note(error, column.url)
        listing = Listing(fault_state(error))
    yield Task(lambda: own.recorder.look(own.sweep, column.id, listing))
    return listing.state.name


def _held(visit: Visit, own: Swept) -> Visit:
    """The same visit; each answer tells what time it is."""
    said: Any = None
    while True:
        try:
            step = visit.send(said)
        except StopIteration as end:
            state: LookState = end.value
            return state
        said = yield step
        if own.hold(said):
            yield Task(own.heard)


def told_of_faults(visit: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
    """The same visit; what work off the network raised is raised where it was asked for."""
    said: Any = None
    fault: Exception | None = None
    while True:
        try:
            step = visit.send(said) if fault is None else visit.throw(fault)
        except StopIteration as end:
            result: Result = end.value
            return result
        fault = None
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
