"""Each page as a browser asks for it, of a process that serves them in earnest, on the store that
`benchmarks.nation` has filled.

python -m benchmarks.pages [--units 4000] [--years 8] [--database postgresql] [--seconds 30]

First each page for itself: CPU of the process that serves, by its own count, so that it holds on a
loaded machine too. Then twenty requests a second, of all pages in turn: the wall's p95.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import requests
from sqlalchemy import func, select

from benchmarks.filling import Filled
from benchmarks.nation import chosen_store, compiled, county_in, prepare
from nianbao.monitor.web.api.lists import LISTS
from nianbao.storage.models import StandingRow, Unit
from nianbao.storage.store import looking, open_store

TIMES = 12  # each page is asked for alone
RATE = 20  # requests a second, of all pages in turn
WALL, BYTES, MEMORY = 200, 100_000, 150  # ms at the 95th of a hundred; of HTML; MB
LAST = Path(__file__).parent / "last-pages.json"


class Page(NamedTuple):
    name: str
    path: str
    varied: str = "n"  # what makes it another address; empty: nothing of it is remembered


class Measured(NamedTuple):
    cpu: float  # ms of the serving process, at the median, where nobody asked for it before
    most: float  # the same, at the 95th of a hundred
    wall: float  # ms, at the 95th of a hundred
    again: float  # ms of CPU, at the median, where nothing has changed since
    size: int  # bytes


class Process:
    """The pages, in a process of their own."""

    def __init__(self, child: subprocess.Popen[bytes], address: str) -> None:
        self.child, self.address = child, address

    def cpu(self) -> float:
        """Milliseconds, by its threads that the kernel counts in nanoseconds."""
        threads = Path(f"/proc/{self.child.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e6

    def cpu_in_all(self) -> float:
        """The same with threads that have ended, by hundredths of a second."""
        told = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB, at its peak."""
        told = Path(f"/proc/{self.child.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+)", told)
        return int(found[1]) / 1024 if found else 0.0

    def get(self, path: str) -> requests.Response:
        # A connection that is kept would not be told by which page it was made.
        answer = requests.get(self.address + path, timeout=120)
        if answer.status_code != requests.codes.ok:
            sys.exit(f"{path}: {answer.status_code}\n{answer.text[:2000]}")
        return answer


def main() -> None:
    asked = _asked()
    with chosen_store(asked) as (folder, url, counties, years):
        filled = prepare(folder, url, counties, years)
        pages = [*_pages(url, filled)]
        compiled()
        with _served(folder, url) as process:
            results = [*_alone(process, pages), *_together(process, pages, asked.seconds)]
            results.append(_told("the process: MB", process.memory(), MEMORY))
    LAST.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=4000)
    parser.add_argument("--years", type=int, default=8)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--store", default="")
    parser.add_argument("--cache", type=Path, default=Path("var/bench"))
    parser.add_argument("--seconds", type=float, default=30)
    return parser.parse_args()


def _pages(url: str, filled: Filled) -> Iterator[Page]:
    """All kinds, of a county as there are many and of the one with most units."""
    engine, a_county = open_store(url), county_in(filled)
    with looking(engine) as s:
        by_size = select(Unit.county).group_by(Unit.county).order_by(func.count().desc())
        largest = str(s.scalar(by_size.limit(1)))
        unit, proof = s.execute(
            select(StandingRow.unit, StandingRow.evidence)
            .join(Unit, StandingRow.unit == Unit.id)
            .where(Unit.county == a_county, StandingRow.year == filled.last_year)
            .where(StandingRow.name == "on_time")
            .limit(1)
        ).one()
        missing = str(
            s.scalar(
                select(StandingRow.unit)
                .where(StandingRow.year == filled.last_year, StandingRow.name == "missing")
                .limit(1)
            )
        )
    engine.dispose()
    year = filled.last_year
    yield Page("overview", f"/?year={year}")
    yield Page("overview, its fifth page", f"/?year={year}&page=5")
    yield Page("overview of a province", f"/?year={year}&scope=province:13")
    yield Page("overview in English", f"/?year={year}&lang=en")
    for name, code in (("county", a_county), ("largest county", largest)):
        yield Page(name, f"/c/{code}/{year}")
        yield Page(f"{name}, in English", f"/c/{code}/{year}?lang=en")
    yield Page("unit", f"/u/{unit}/{year}")
    yield Page("unit, missing", f"/u/{missing}/{year}")
    yield Page("report", f"/r/{unit}/{year}")
    yield Page("proof", f"/p/{unit}/{year}")
    yield Page("proof, missing", f"/p/{missing}/{year}")
    if proof:
        yield Page("archived page", f"/archived/{proof}?unit={unit}&year={year}")
        yield Page("what was seen", f"/seen/{proof}?unit={unit}&year={year}")
    yield Page("review", f"/review?year={year}")
    yield Page("review of a county", f"/review/{a_county}?year={year}")
    yield Page("operations", "/operations")
    yield Page("setup", "/setup")
    yield Page("setup of a county", f"/setup/{a_county}")
    yield Page("setup of the largest", f"/setup/{largest}")
    yield Page("data", f"/data?year={year}", "")
    for name in LISTS:
        yield Page(f"API, {name}", f"/api/v1/{name}", "limit")
    yield Page("check", "/check")
    yield Page("its style", "/static/style.css")


@contextmanager
def _served(folder: Path, url: str) -> Iterator[Process]:
    with TemporaryDirectory() as out:
        places = {
            "NIANBAO_STORE": url,
            "NIANBAO_EVIDENCE": str(folder / "evidence"),
            "NIANBAO_SETTINGS": str(folder / "nianbao.toml"),
            "XDG_CACHE_HOME": str(folder / "caches"),
        }
        line = [sys.executable, "-m", "nianbao.monitor.cli", "--lang", "zh", "web", "--port", "0"]
        child = subprocess.Popen(
            line,
            env={**os.environ, **places, "PYTHONUNBUFFERED": "1"},
            cwd=out,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Process(child, _address(child))
        finally:
            child.terminate()
            child.wait(30)


def _address(child: subprocess.Popen[bytes]) -> str:
    assert child.stdout is not None
    for line in child.stdout:
        if found := re.search(rb"http://[0-9.]+:\d+", line):
            threading.Thread(target=child.stdout.read, daemon=True).start()
            return found[0].decode()
    sys.exit("the pages ended")


def _alone(process: Process, pages: Sequence[Page]) -> Iterator[dict[str, object]]:
    for page in pages:
        measured = _measured(process, page)
        is_page = not any(part in page.path for part in ("static", "/seen/", "/api/"))
        beyond = is_page and measured.size > BYTES
        print(
            f"  {page.name:26} {measured.cpu:7.1f} ms CPU, p95 {measured.most:7.1f}, "
            f"{measured.wall:8.1f} ms wall, again {measured.again:5.1f} ms CPU "
            f"{measured.size:8} bytes {process.memory():6.0f} MB{'  BEYOND' if beyond else ''}",
            flush=True,
        )
        yield _told(f"{page.name}: ms CPU", measured.cpu, WALL)
        yield _told(f"{page.name}: ms CPU, p95", measured.most, WALL)
        if is_page:
            yield _told(f"{page.name}: bytes", measured.size, BYTES)


def _measured(process: Process, page: Page) -> Measured:
    process.get(page.path)  # what is made once is made
    cpus, again, walls, size = list[float](), list[float](), list[float](), 0
    for n in range(TIMES):
        for told in (cpus, again):  # an address that nobody asked for, then the same
            before, began = process.cpu(), time.perf_counter()
            size = len(process.get(_another(page, n)).content)
            if told is cpus:
                walls.append((time.perf_counter() - began) * 1000)
            time.sleep(0.01)  # the thread that answered has rested
            told.append(process.cpu() - before)
    median = statistics.median
    return Measured(median(cpus), _p95(cpus), _p95(walls), median(again), size)


def _another(page: Page, n: int) -> str:
    """An address of the same that nobody asked for."""
    between, number = "&" if "?" in page.path else "?", 100 - n if page.varied == "limit" else n
    return f"{page.path}{between}{page.varied}={number}" if page.varied else page.path


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _together(
    process: Process, pages: Sequence[Page], seconds: float
) -> Iterator[dict[str, object]]:
    """Asked for when it is their turn, whether those before were answered or not."""
    count, walls = int(seconds * RATE), dict[str, list[float]]()
    before, began = process.cpu_in_all(), time.perf_counter()

    def ask(n: int) -> None:
        due = began + n / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        page = pages[n % len(pages)]
        process.get(page.path)
        walls.setdefault(page.name, []).append((time.perf_counter() - due) * 1000)

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(ask, range(count)))
    took, cpu = time.perf_counter() - began, process.cpu_in_all() - before
    every = [wall for mine in walls.values() for wall in mine]
    print(
        f"{count} requests in {took:.1f} s: {cpu / count:.1f} ms CPU each, p50 "
        f"{statistics.median(every):.0f} ms, p95 {_p95(every):.0f} ms wall; "
        f"{process.memory():.0f} MB at its peak; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    worst = sorted(walls, key=lambda name: -_p95(walls[name]))[:5]
    print("slowest: " + ", ".join(f"{name} {_p95(walls[name]):.0f}" for name in worst), flush=True)
    yield _told(f"{RATE} requests a second: p95 ms", _p95(every), WALL)


def _told(name: str, value: float, bar: float) -> dict[str, object]:
    how = "python -m benchmarks.pages"
    return {"name": name, "value": round(value, 1), "bar": bar, "holds": value <= bar, "how": how}


if __name__ == "__main__":
    main()
