"""A sweep without Scrapy, one portal after the other, at the recorder's time.

For demos and tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nianbao.crawler.answers import note_clock
from nianbao.crawler.client import Client
from nianbao.crawler.probe import converse
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.visit import Visit, Wanted, visit_column, visit_said
from nianbao.storage.kinds import LookState
from nianbao.storage.registry import CountyEntry


def look_once(
    recorder: Recorder,
    county: CountyEntry,
    *,
    timeout: float = 20.0,
    wanted: Wanted | None = None,
    timed: bool = False,
) -> bool:
    """Whether the look was complete. Portals may be on this machine.

    `timed`: they live in the recorder's time, and tell whether its clock is right.
    """
    portal = recorder.register(county)
    sweep = recorder.begin(portal)
    entries = {entry.url: entry for entry in county.columns}
    client = Client(allow_private=True, pause=0.0, timeout=timeout)
    done = recorder.looked_at(sweep)  # where a crash left a sweep unfinished
    clocks: dict[str, float] = {}

    def hear(said: object) -> None:
        known = len(clocks)
        note_clock(clocks, said, recorder.now())
        if len(clocks) > known:
            recorder.heard(sweep, clocks)

    for column in recorder.columns(portal):
        if column.id not in done:
            entry = entries[column.url]
            visit = visit_column(recorder, sweep, county, entry, column, wanted=wanted)
            if timed:
                visit = _heard(visit, hear)
            converse(visit, client)
    converse(visit_said(recorder, county, ReadHere()), client)
    return recorder.end(sweep, clocks=clocks)


def _heard(visit: Visit, note: Callable[[object], None]) -> Visit:
    """The same conversation; each answer is noted."""
    said: Any = None
    try:
        while True:
            said = yield visit.send(said)
            note(said)
    except StopIteration as end:
        state: LookState = end.value
        return state
