"""A sweep: every column of the given counties' portals looked at once, everything new read and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from crawler.answers import Answer, Ask
from crawler.reading import Reader
from crawler.recorder import Recorder
from crawler.spider import SETTINGS, Conversation, PortalSpider
from crawler.visit import visit_column
from storage.registry import CountyEntry

BEIJING = timezone(timedelta(hours=8))


def is_open(county: CountyEntry, now: datetime) -> bool:
    """Whether a portal may be visited now: `http: {window: "22:00-06:00"}`, Beijing time, over midnight too."""
    window = str(county.http.get("window", ""))
    if not window:
        return True
    first, _, last = window.partition("-")
    clock = now.astimezone(BEIJING).strftime("%H:%M")
    return first <= clock < last if first < last else clock >= first or clock < last


@dataclass
class Progress:
    """What a person watching sees."""

    columns: int = 0
    done: int = 0
    answers: int = 0
    states: dict[str, int] = field(default_factory=dict)
    changed: Callable[[Progress], None] = lambda _: None


def sweep(
    counties: Sequence[CountyEntry],
    recorder: Recorder,
    *,
    since: int | None = None,
    until: int | None = None,
    progress: Progress | None = None,
    settings: dict[str, Any] | None = None,
) -> dict[str, bool]:
    """Each county with whether its sweep was complete. Runs the crawler of this process, which runs only once."""
    from scrapy.crawler import AsyncCrawlerProcess

    progress = progress or Progress()
    reader = Reader()
    sweeps: dict[str, int] = {}
    conversations: list[Conversation] = []
    for county in (each for each in counties if is_open(each, recorder.now())):
        portal = recorder.register(county)
        sweeps[county.county] = recorder.begin(portal)
        entries = {entry.url: entry for entry in county.columns}
        for column in recorder.columns(portal):
            if column.url in entries and not recorder.looked_at(sweeps[county.county], column.id):
                visit = visit_column(
                    recorder,
                    sweeps[county.county],
                    county,
                    entries[column.url],
                    column,
                    since=since,
                    until=until,
                    reader=reader,
                )
                conversations.append(_watched(visit, progress))
    progress.columns = len(conversations)
    if conversations:
        slots = {county.host: {"concurrency": 1, "delay": float(county.http["delay"])}
                 for county in counties if "delay" in county.http}  # fmt: skip
        process = AsyncCrawlerProcess({**SETTINGS, "DOWNLOAD_SLOTS": slots, **(settings or {})})
        process.crawl(PortalSpider, conversations=conversations)
        process.start()
    reader.close()
    return {name: recorder.end(number) for name, number in sweeps.items()}


def _watched(conversation: Conversation, progress: Progress) -> Conversation:
    """The same conversation, counted."""
    answer: Answer | None = None
    while True:
        try:
            ask: Ask = conversation.send(answer) if answer is not None else next(conversation)
        except StopIteration as end:
            progress.done += 1
            progress.states[str(end.value)] = progress.states.get(str(end.value), 0) + 1
            progress.changed(progress)
            return end.value
        answer = yield ask
        progress.answers += 1
        progress.changed(progress)
