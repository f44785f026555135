"""One process of the large profile, by the clock of a season: `python -m tests.chaos.many FOLDER ROLE [ARGUMENT…]`.

Roles: `daemon`, which stands by; `worker`; anything else is a command of `nianbao`. What is
replaced in them is the clock that counties are watched by; of leases, jobs and waits it is the machine's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from nianbao.monitor import manners
from nianbao.monitor.standing import BEIJING
from tests.chaos.places import HOURS, jumped, where


@dataclass(frozen=True)
class Clock:
    """What time it is in a season, for all that live in it."""

    folder: Path

    def __call__(self) -> datetime:
        at = where(self.folder)
        right = datetime.combine(at.day, HOURS[at.part], BEIJING).astimezone(UTC)
        return right + timedelta(seconds=jumped(self.folder))


def program(folder: Path) -> tuple[str, ...]:
    return sys.executable, "-m", "tests.chaos.many", str(folder)


def daemon(folder: Path, settings: Path) -> int:
    from nianbao.monitor.daemon import run
    from nianbao.monitor.deciding import Deciding
    from nianbao.monitor.engine.carriers import carried
    from nianbao.monitor.logs import log_to
    from nianbao.monitor.settings import load_settings
    from nianbao.storage.store import open_store

    told = load_settings(settings)
    engine = open_store(told.store)
    log_to()
    jobs = carried(engine)
    return run(Deciding(engine, told, Path(told.counties), Clock(folder), jobs=jobs), standby=True)


def worker(folder: Path, settings: Path) -> int:
    from nianbao.monitor.engine.carriers import place_of
    from nianbao.monitor.engine.kinds import CARRIED
    from nianbao.monitor.engine.procrastinate_engine import Worker
    from nianbao.monitor.engine.where import Where
    from nianbao.monitor.logs import log_to
    from nianbao.monitor.settings import load_settings
    from nianbao.storage.store import open_store

    class Here(Where):
        def clock(self) -> datetime:
            return Clock(folder)()

    told = load_settings(settings)
    of = place_of(told)
    own: dict[str, Any] = {
        "where": Here(
            of.store, of.evidence, of.counties, of.deadlines, told, program=program(folder)
        )
    }
    log_to()
    Worker(open_store(told.store), CARRIED, own, concurrency=told.engine.concurrency).run()
    return 0


ROLES: dict[str, Callable[[Path, Path], int]] = {"daemon": daemon, "worker": worker}


def main() -> None:
    folder, role = Path(sys.argv[1]), sys.argv[2]
    if role in ROLES:
        try:
            sys.exit(ROLES[role](folder, Path(sys.argv[3])))
        except OperationalError as error:  # as the command does: whoever began it begins it again
            sys.exit(f"no database: {error.orig}"[:200])
    manners.now = Clock(folder)  # before anybody takes it from there
    sys.argv = ["nianbao", *sys.argv[2:]]
    from nianbao.monitor.cli import main as command

    command()


if __name__ == "__main__":
    main()
