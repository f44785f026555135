"""A part of a nation's archive read and judged again, county by county as workers do it.

python -m benchmarks.replaying FOLDER [--part 10] [--reports 30000]

FOLDER is a copy of one that `benchmarks.nation` filled (`nation.db`, `evidence`): readings are
written to it.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from nianbao.crawler.reading import MOST_MEMORY
from nianbao.monitor.replaying import Replayed, replay_county
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store
from nianbao.storage.units import county_names

OFTEN = 3000  # reports between two lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", type=int, default=10, help="each so manieth county")
    parser.add_argument("--reports", type=int, default=30_000, help="at the least, then it ends")
    asked = parser.parse_args()
    begun, count, changed, wrong = time.monotonic(), 0, 0, 0
    for counties, county in enumerate(_counties(asked.folder, asked.part), 1):
        before = count
        for done in county:
            count += 1
            changed += bool(done.changes)
            wrong += bool(done.problem)
        if count // OFTEN > before // OFTEN or count >= asked.reports:
            cpu, wall = sum(os.times()[:4]), time.monotonic() - begun
            told = f"{count} reports of {counties} counties: {cpu:.0f} s of CPU"
            told += f", {1000 * cpu / count:.1f} ms each; {wall:.0f} s by the clock"
            told += f", load {os.getloadavg()[0]:.1f}; read otherwise {changed}, not read {wrong}"
            print(told, flush=True)
        if count >= asked.reports:
            break


def _counties(folder: Path, part: int) -> Iterator[Iterator[Replayed]]:
    engine, evidence = open_store(f"sqlite:///{folder}/nation.db"), Evidence(folder / "evidence")
    with looking(engine) as s:
        names = county_names(s)
    for code in sorted(names)[::part]:
        entry = CountyEntry(names[code], code)
        yield replay_county(engine, evidence, entry, lambda: datetime.now(UTC), MOST_MEMORY)


if __name__ == "__main__":
    main()
