"""A sweep: every column of the given counties' portals looked at once, everything new read and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.answers import Answer, Ask
from crawler.recorder import Recorder
from crawler.spider import SETTINGS, Conversation, PortalSpider
from crawler.visit import visit_column
from storage.registry import CountyEntry


@dataclass
class Progress:
    """What a person watching sees."""

    columns: int = 0
    done: int = 0
    answers: int = 0
    states: dict[str, int] = field(default_factory=dict)
    changed: Callable[[Progress], None] = lambda _: None


def sweep(
    counties: Sequence[CountyEntry], recorder: Recorder, *, since: int | None = None, progress: Progress | None = None,
    settings: dict[str, Any] | None = None,
) -> dict[str, bool]:  # fmt: skip
    """Each county with whether its sweep was complete. Runs the crawler of this process, which runs only once."""
    from scrapy.crawler import AsyncCrawlerProcess

    progress = progress or Progress()
    sweeps: dict[str, int] = {}
    conversations: list[Conversation] = []
    for county in counties:
        portal = recorder.register(county)
        sweeps[county.county] = recorder.begin(portal)
        entries = {entry.url: entry for entry in county.columns}
        for column in recorder.columns(portal):
            if column.url in entries and not recorder.looked_at(sweeps[county.county], column.id):
                conversations.append(
                    _watched(
                        visit_column(recorder, sweeps[county.county], county, entries[column.url], column, since=since),
                        progress,
                    )
                )
    progress.columns = len(conversations)
    if conversations:
        process = AsyncCrawlerProcess({**SETTINGS, **(settings or {})})
        process.crawl(PortalSpider, conversations=conversations)
        process.start()
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
