"""A sweep without Scrapy, one portal after the other, at the recorder's time.

For demos and tests.
"""

from __future__ import annotations

from nianbao.crawler.client import Client
from nianbao.crawler.probe import converse
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.visit import Wanted, visit_column
from nianbao.storage.registry import CountyEntry


def look_once(
    recorder: Recorder, county: CountyEntry, *, timeout: float = 20.0, wanted: Wanted | None = None
) -> bool:
    """Whether the look was complete. Portals may be on this machine."""
    portal = recorder.register(county)
    sweep = recorder.begin(portal)
    entries = {entry.url: entry for entry in county.columns}
    client = Client(allow_private=True, pause=0.0, timeout=timeout)
    done = recorder.looked_at(sweep)  # where a crash left a sweep unfinished
    for column in recorder.columns(portal):
        if column.id not in done:
            entry = entries[column.url]
            visit = visit_column(recorder, sweep, county, entry, column, wanted=wanted)
            converse(visit, client)
    return recorder.end(sweep)
