"""Sweeps against a bare spider: `python -m benchmarks.sweeping [nation]`."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import country

PORT = 18473


@contextlib.contextmanager
def serving(count: int) -> Iterator[None]:
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.country", str(count), str(PORT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert server.stdin is not None
    if server.stdout.readline() != "ready\n":
        raise RuntimeError("the portals did not start")
    try:
        yield
    finally:
        server.stdin.close()
        server.wait(30)


class Spent(NamedTuple):
    """What a command and its children took."""

    seconds: float
    cpu: float  # seconds
    memory: int  # MiB, the most that one of them held


def timed(*arguments: str) -> Spent:
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    # 1: a list of fifteen may be a part of one, and a county with so many towns is not whole.
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError(f"{arguments[0]} ended with {status}")
    seconds = time.perf_counter() - began
    return Spent(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


def sweep_arguments(folder: Path, pause: float) -> list[str]:
    command = ["nianbao.monitor.cli", "sweep", "--config", str(folder / "counties")]
    command += ["--store", f"sqlite:///{folder}/n.db", "--evidence", str(folder / "evidence")]
    return [*command, "--allow-private", "--pause", str(pause)]


class Compared(NamedTuple):
    """A page's whole way against fetching it alone; a second sweep against the first."""

    ratio: float  # pages a second
    again: float
    cpu: float  # of a page, against a bare spider's
    cpu_again: float


def compared(counties: int, pause: float) -> Compared:
    with tempfile.TemporaryDirectory() as name, serving(counties):
        folder = Path(name)
        (folder / "counties").mkdir()
        units = country.write_config(folder / "counties", counties, PORT)
        bare = timed("benchmarks.bare", str(counties), str(PORT), str(pause))
        first = timed(*sweep_arguments(folder, pause))
        second = timed(*sweep_arguments(folder, pause))
    pages = units + counties
    paced = "without any pause"
    if pause:
        paced = f"{pause:g} s between requests"
    print(
        f"  {counties} portals, {pages} pages, {paced}: bare spider "
        f"{pages / bare.seconds:.0f}/s, sweep {pages / first.seconds:.0f}/s; again "
        f"{second.seconds:.1f} s; CPU a page {1000 * bare.cpu / pages:.1f} and "
        f"{1000 * first.cpu / pages:.1f} ms, again {second.cpu:.1f} s",
        flush=True,
    )
    return Compared(
        bare.seconds / first.seconds,
        second.seconds / first.seconds,
        first.cpu / bare.cpu,
        second.cpu / first.cpu,
    )


def sweeps() -> list[str]:
    """What is beyond its bound."""
    failed = []
    ratio, again, cpu, cpu_again = compared(30, 1.0)
    print(f"  pages/s, sweep / bare spider, as portals are visited: {ratio:.2f} (at least 0.50)")
    print(f"  second sweep / first: {again:.2f} (at most 0.15)")
    print(
        f"  CPU a page, sweep / bare spider: {cpu:.1f} (wanted: 4); second / first {cpu_again:.2f}"
    )
    if ratio < 0.5:
        failed.append("sweep")
    if again > 0.15:
        failed.append("second sweep")
    ratio, again, cpu, cpu_again = compared(60, 0.0)
    told = f"{ratio:.2f}, {again:.2f}, CPU {cpu:.1f}, {cpu_again:.2f}"
    print(f"  the same without pauses, where only reading takes time: {told}")
    return failed


def nation(counts: tuple[int, ...] = (75, 2850)) -> None:
    costs = []
    for count in counts:
        with tempfile.TemporaryDirectory() as name, serving(count):
            folder = Path(name)
            (folder / "counties").mkdir()
            units = country.write_config(folder / "counties", count, PORT)
            seconds, cpu, memory = timed(*sweep_arguments(folder, 0.0))
            again = timed(*sweep_arguments(folder, 0.0)).seconds
        costs.append(seconds / units)
        each = f"{1000 * seconds / units:.1f} ms a unit, CPU {1000 * cpu / units:.1f}"
        print(
            f"  {count} portals, {units} units: {seconds:.0f} s, {each}, {memory} MiB at most; "
            f"again {again:.0f} s",
            flush=True,
        )
    ratio = costs[-1] / costs[0]
    print(f"  cost of a unit, whole country / {counts[0]} portals: {ratio:.2f} (bound 1.30)")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    if "nation" in sys.argv:
        nation()
    elif beyond := sweeps():
        sys.exit("beyond its bound: " + ", ".join(beyond))
