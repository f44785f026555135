"""A worker of a season's days, as a process of its own, to be killed.

`python -m tests.worlds.season_worker FOLDER MAIL_PORT STORE`.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nianbao.monitor.daemon import Work
from nianbao.monitor.engine import procrastinate_engine
from nianbao.monitor.engine.jobs import Kind, Tell
from nianbao.monitor.engine.kinds import WATCH
from nianbao.monitor.engine.procrastinate_engine import Worker
from nianbao.monitor.logs import log_to
from tests.worlds.mailbox import Mailbox
from tests.worlds.season_process import day_in
from tests.worlds.seasons import Season, settings_for, work_of

DOES = {"delete": "delete_old"}  # what a job is called otherwise


def done(season: Season, work: Work, name: str, tell: Tell, county: str = "") -> None:
    """A job of watching, on the day that it is."""
    season.day = day_in(season.folder)
    work.reload()
    if county:
        assert work.start_sweep is not None
        work.start_sweep(work, [each for each in work.counties if each.code == county])
    else:
        getattr(work, DOES.get(name, name))()


def kinds_of(season: Season, work: Work) -> list[Kind]:
    return [replace(kind, run=partial(done, season, work, kind.name)) for kind in WATCH]


def main() -> None:
    log_to()
    folder, port, store = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    season = Season(folder, day_in(folder))
    work = work_of(season, settings_for(folder, Mailbox(port), store))
    own: dict[str, Any] = {}
    procrastinate_engine.HEARTBEAT = 2.0  # who watches has less patience than in life
    Worker(work.engine, kinds_of(season, work), own, concurrency=1).run()


if __name__ == "__main__":
    main()
