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


def timed(*arguments: str) -> tuple[float, int]:
    """Seconds of a command, and the most memory in MiB that it or one of its
    children held."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{arguments[0]} ended with {status}")
    return time.perf_counter() - began, usage.ru_maxrss // 1024


def sweep_arguments(folder: Path, pause: float) -> list[str]:
    command = ["nianbao.monitor.cli", "sweep", "--config", str(folder / "counties")]
    command += ["--store", f"sqlite:///{folder}/n.db", "--evidence", str(folder / "evidence")]
    return [*command, "--allow-private", "--pause", str(pause)]


def compared(counties: int, pause: float) -> tuple[float, float]:
    """A page's whole way against fetching it alone; a second
    sweep against the first."""
    with tempfile.TemporaryDirectory() as name, serving(counties):
        folder = Path(name)
        (folder / "counties").mkdir()
        units = country.write_config(folder / "counties", counties, PORT)
        bare, _ = timed("benchmarks.bare", str(counties), str(PORT), str(pause))
        first, _ = timed(*sweep_arguments(folder, pause))
        second, _ = timed(*sweep_arguments(folder, pause))
    pages = units + counties
    paced = "without any pause"
    if pause:
        paced = f"{pause:g} s between requests"
    print(
        f"  {counties} portals, {pages} pages, {paced}: bare spider {pages / bare:.0f}/s, "
        f"sweep {pages / first:.0f}/s; again {second:.1f} s"
    )
    return bare / first, second / first


def sweeps() -> list[str]:
    """What is beyond its bound."""
    failed = []
    ratio, again = compared(30, 1.0)
    print(f"  pages/s, sweep / bare spider, as portals are visited: {ratio:.2f} (at least 0.50)")
    print(f"  second sweep / first: {again:.2f} (at most 0.15)")
    if ratio < 0.5:
        failed.append("sweep")
    if again > 0.15:
        failed.append("second sweep")
    ratio, again = compared(60, 0.0)
    print(f"  the same without pauses, where only reading takes time: {ratio:.2f}, {again:.2f}")
    return failed


def nation(counts: tuple[int, ...] = (75, 2850)) -> None:
    costs = []
    for count in counts:
        with tempfile.TemporaryDirectory() as name, serving(count):
            folder = Path(name)
            (folder / "counties").mkdir()
            units = country.write_config(folder / "counties", count, PORT)
            seconds, memory = timed(*sweep_arguments(folder, 0.0))
            again, _ = timed(*sweep_arguments(folder, 0.0))
        costs.append(seconds / units)
        each = f"{1000 * seconds / units:.1f} ms a unit"
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
