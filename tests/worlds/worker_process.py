"""A worker of the tests' own jobs, as a process of its own: `python -m tests.worlds.worker_process URL [QUEUE…]`."""

from __future__ import annotations

import sys

from nianbao.monitor.engine.jobs import Kind
from nianbao.monitor.engine.procrastinate_engine import Worker
from nianbao.monitor.logs import log_to
from nianbao.storage.store import open_store
from tests.worlds import tasks

MEMORY = 512 * 1024**2
RUNS = (
    tasks.counted,
    tasks.echoed,
    tasks.sleeping,
    tasks.until_there,
    tasks.refused,
    tasks.faulty,
    tasks.written,
)
KINDS = (
    *(Kind(run.__name__, run, False, 9, 60.0, MEMORY) for run in RUNS),
    Kind("apart", tasks.sleeping, True, 9, 60.0, MEMORY, queue="archive"),
)


def main() -> None:
    log_to()
    Worker(open_store(sys.argv[1]), KINDS, {}, sys.argv[2:]).run()


if __name__ == "__main__":
    main()
