"""A sweep without the spider, in this process, at whatever time the recorder's clock shows."""

from __future__ import annotations

from crawler.client import Client
from crawler.probe import converse
from crawler.recorder import Recorder
from crawler.visit import Wanted, visit_column
from storage.registry import CountyEntry


def look_once(recorder: Recorder, county: CountyEntry, *, timeout: float = 20.0, wanted: Wanted | None = None) -> bool:
    portal = recorder.register(county)
    sweep = recorder.begin(portal)
    entries = {entry.url: entry for entry in county.columns}
    client = Client(allow_private=True, pause=0.0, timeout=timeout)
    for column in recorder.columns(portal):
        visit = visit_column(recorder, sweep, county, entries[column.url], column, wanted=wanted)
        converse(visit, client)
    return recorder.end(sweep)
