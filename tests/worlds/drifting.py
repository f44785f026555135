"""Seasons by chance, lived through as the product does while sites drift, and what was told held
against what is true.

`python -m tests.worlds.drifting SEED COUNTY` lives through one county's season again and prints what
was told wrongly; `SEED --table N` through many, as a table; `SEED --each N` through each way of
showing a list and each drift alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time as clock
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nianbao.crawler.answers import Task
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import Progress, visit_county
from nianbao.crawler.visit import Wanted
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.decisions import check_column
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry, load_county
from nianbao.storage.scope import of_county
from nianbao.storage.settling import settle
from nianbao.storage.store import looking, open_store
from nianbao.storage.visits import waiting_links
from tests.portals.dialects import DIALECTS
from tests.portals.drifting import (
    BEGIN,
    DEADLINE,
    END,
    FIRST_MORNING,
    LASTING,
    PASSING,
    SECOND_MORNING,
    STRANGERS,
    YEAR,
    County,
    Server,
)

# To be switched on where a standing says whether a second look, on another day, has confirmed that
# a report is missing (`standing.confirmed`): each that is named on two mornings must be.
CONFIRMING = True


class Outcome(NamedTuple):
    """What was told of a unit on a day, against what is true."""

    seed: int
    county: int
    day: date
    unit: str
    verdict: str
    told: str
    why: str
    dialect: str
    drifts: tuple[str, ...]
    layout: str
    fate: str
    confirmed: bool

    def __str__(self) -> str:
        return (
            f"{self.verdict}: seed {self.seed} county {self.county} {self.day} {self.unit}: {self.told} "
            f"({self.why}); {self.dialect}, {self.layout}, {self.fate}, {'+'.join(self.drifts) or 'no drift'}"
        )


# What a line may be worth, on a day after the deadline. Readable: a person who begins at the
# column's address, without the site's own scripts, sees the list whole.
VERDICTS = {
    "right": "as it is, on a readable list",
    "false_missing": "it was out on the day of the look that is the proof",
    "stale_missing": "it came out after the look that is the proof, and a person finds it",
    "false_late": "it was out in time",
    "false_withdrawn": "it is there",
    "mistaken": "told to be out, and never was",
    "lenient": "told to be in time, and was late",
    "missed": "missing, and told as unknown on a readable list",
    "unknown": "out, and told as unknown on a readable list",
    "unproven": "missing, but nobody could have seen that on the day of the look",
    "kept": "missing, seen on an earlier day when the list was readable",
    "hidden": "told to be missing; taken down again, or nobody can see it now",
    "silent": "told as unknown, where nobody can read the list",
    "still_told": "as it is, known from earlier days",
}
FALSE = ("false_missing", "stale_missing", "false_late", "false_withdrawn")


@dataclass
class Told:
    """Everything that came of some counties."""

    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    asked: dict[tuple[int, int], Counter[date]] = field(default_factory=dict)
    unchanging: set[tuple[int, int]] = field(default_factory=set)
    portal_days: int = 0
    seconds: float = 0

    def of(self, *verdicts: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.verdict in verdicts]

    @property
    def unknown_share(self) -> float:
        """Of the units on readable portals, after the deadline."""
        readable = self.of("right", "missed", "unknown", *FALSE)
        return len(self.of("missed", "unknown")) / max(1, len(readable))

    @property
    def unnamed(self) -> list[Outcome]:
        """Missing on the first morning after the deadline, and not told so."""
        return [outcome for outcome in self.of("missed") if outcome.day == FIRST_MORNING]

    @property
    def unconfirmed(self) -> list[Outcome]:
        """Told to be missing on both of the first two mornings, and not confirmed."""
        both: dict[tuple[int, int, str], list[Outcome]] = defaultdict(list)
        for outcome in self.of("right"):
            if outcome.told == "missing" and outcome.day <= SECOND_MORNING:
                both[outcome.seed, outcome.county, outcome.unit].append(outcome)
        last = [outcomes[-1] for outcomes in both.values() if len(outcomes) == 2]
        return [outcome for outcome in last if CONFIRMING and not outcome.confirmed]

    def requests_from(self, begin: date, end: date) -> float:
        """A portal's requests a day over some days, where nothing drifts."""
        counts = [count for day, count in self.requests() if begin <= day <= end]
        return sum(counts) / max(1, len(counts))

    def requests(self) -> list[tuple[date, float]]:
        """A portal's requests on each day, where nothing drifts."""
        days: dict[date, list[int]] = defaultdict(list)
        for portal in self.unchanging:
            for day, count in self.asked[portal].items():
                days[day].append(count)
        return [(day, sum(counts) / len(counts)) for day, counts in sorted(days.items())]


def verdict_of(county: County, unit: str, day: date, line: Line) -> str:
    """What a line is worth, on a day after the deadline."""
    told, out = line.standing.name, county.first_out(unit)
    there = county.of_unit(unit, day)
    visible = any(county.is_visible(report, day) for report in there)
    readable = county.is_readable(unit, day)
    published = out is not None and out <= day
    if told == "late" and published and out is not None and out <= DEADLINE:
        return "false_late"
    if told == "withdrawn" and visible:
        return "false_withdrawn"
    if told == "missing":
        proof = line.standing.evidence
        looked = proof.astimezone(BEIJING).date() if proof is not None else day
        if published and visible:
            return "stale_missing" if out is not None and looked < out else "false_missing"
        if published:
            return "hidden"  # taken down, or nobody can see it: not to be told from here
        if readable:
            return "right"
        return "kept" if county.is_readable(unit, looked) else "unproven"
    if told == "unknown":
        if not readable:
            return "silent"
        return "unknown" if published else "missed"
    if not published:
        return "mistaken" if told in ("on_time", "late", "withdrawn") else "right"
    if told == "on_time" and out is not None and out > DEADLINE:
        return "lenient"
    return "right" if readable else "still_told"


def live(counties: Iterable[County], folder: Path, judging: int = 7) -> Told:
    """All days of some counties in one store, each with a sweep and what is told; every third day
    a person settles what is in doubt, once a week the reports are judged.
    """
    began, told = clock.process_time(), Told()
    engine = open_store(f"sqlite:///{folder}/store.db")
    evidence = Evidence(folder / "evidence")
    for county in counties:
        server, entry = Server(county), entry_of(county, folder)
        registry = Registry([entry])
        portal = (county.seed, county.number)
        told.asked[portal] = server.asked
        if not county.drifts:
            told.unchanging.add(portal)

        def now(server: Server = server) -> datetime:
            return datetime.combine(server.day, time(8), BEIJING)

        day = county.begin
        while day <= county.end:
            server.day = day
            wanted = wanted_of(engine, registry, entry, now())
            told.problems += sweep_once(Recorder(engine, evidence, now), entry, server, wanted)
            if day.toordinal() % judging == 0:
                judge_county(engine, evidence, ReadHere(), entry, now())
                refresh(engine, registry, [entry], now(), years=(YEAR,))
            if day == FIRST_MORNING:  # who is asked whether a column is in use answers the same day
                look_at_columns(engine, county, day, now())
            with looking(engine) as s:
                lines = lines_now(s, of_county(entry.code), YEAR, now(), registry)
            if day > DEADLINE:
                told.outcomes += [*outcomes_of(county, day, lines)]
            if day.toordinal() % 3 == 0:
                review(engine, county, day, now())
            told.portal_days += 1
            day += timedelta(days=1)
    engine.dispose()
    told.seconds = clock.process_time() - began
    return told


def outcomes_of(county: County, day: date, lines: Iterable[Line]) -> Iterator[Outcome]:
    over = [f"after_{drift.kind}" for drift in county.drifts if drift.end <= day]
    strange = [STRANGERS] if county.strangers else []
    drifts = tuple(sorted([drift.kind for drift in county.active(day)] + over + strange))
    seen = set()
    for line in lines:
        seen.add(line.name)
        verdict = verdict_of(county, line.name, day, line)
        yield Outcome(
            county.seed,
            county.number,
            day,
            line.name,
            verdict,
            line.standing.name,
            line.standing.zh,
            county.shown_as(day),
            drifts,
            county.layout,
            county.fate_of(line.name),
            bool(getattr(line.standing, "confirmed", False)),
        )
    assert seen == set(county.units), seen ^ set(county.units)


def sweep_once(recorder: Recorder, entry: CountyEntry, server: Server, wanted: Wanted) -> list[str]:
    """One sweep; a page that ends it is a problem."""
    visit = visit_county(recorder, entry, wanted, ReadHere(), Progress(), {}, lambda _: None)
    said: Any = None
    try:
        while True:
            step = visit.send(said)
            said = step.run() if isinstance(step, Task) else server.fetch(step)
    except StopIteration:
        return []
    except Exception as error:
        where = f"seed {server.county.seed} county {server.county.number} {server.day}"
        return [f"{where}: {type(error).__name__}: {error}"]


def review(engine: Any, county: County, day: date, now: datetime) -> None:
    """A person settles every doubt from what is true."""
    whose = {county.address_of(report, day): report for report in county.reports}
    whose |= {report.address: report for report in county.reports}
    with looking(engine) as s:
        waiting = waiting_links(s, of_county(county.code))
    look_at_columns(engine, county, day, now)
    for link in waiting:
        report = whose.get(link.url.partition(county.host)[2])
        mine = report is not None and report.unit in county.units
        settle(
            engine,
            link.id,
            unit=report.unit if report is not None and mine else "",
            year=report.year if report is not None and mine else None,
            not_a_report=not mine,
            who="张三",
            why="逐条打开看过",
            now=now,
        )


def look_at_columns(engine: Any, county: County, day: date, now: datetime) -> None:
    """A person says of the columns that they are the ones in use, where they are."""
    left = any(drift.kind in ("old_column_kept", "moved_404") for drift in county.active(day))
    if day > DEADLINE and not left:
        check_column(engine, county.host, YEAR, who="张三", why="打开看过", now=now, undo=False)


def entry_of(county: County, folder: Path) -> CountyEntry:
    """The county as its file has it."""
    units: list[dict[str, str]] = []
    for n, town in enumerate(county.towns):
        units.append({"name": town, "code": f"{county.code}{101 + n}"})
    units += [{"name": name, "kind": "department"} for name in county.departments]
    columns: list[dict[str, str]] = []
    for column in county.columns:
        held = {"url": f"http://{county.host}{county.configured(column)}"}
        columns.append(held if column == "general" else {**held, "unit": column})
    told = {
        "county": county.name,
        "code": county.code,
        "host": county.host,
        "units": units,
        "columns": columns,
    }
    file = folder / f"{county.code}.yaml"
    file.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return load_county(file)


def season(seed: int, counties: int, begin: date = BEGIN, end: date = END) -> list[County]:
    return [County(seed, number, begin, end) for number in range(counties)]


# ---- by hand


def one_by_one(seed: int, count: int, only: Sequence[str] = ("",)) -> Iterator[County]:
    """Each dialect without a drift for a week, and each drift alone, in a dialect that is read."""
    numbers = iter(range(100000))
    kinds = (*LASTING, *PASSING, STRANGERS)
    wanted = {*only} - {""} or {*DIALECTS, *kinds}
    for name in DIALECTS:
        for number in [next(numbers) for _ in range(count)]:
            begin, end = date(2027, 1, 29), date(2027, 2, 4)
            if name in wanted:
                yield County(seed, number, begin, end, dialect=name, kinds=())
    for kind in kinds:
        for number in [next(numbers) for _ in range(count)]:
            if kind in wanted:
                yield County(seed, number, dialect="table", kinds=(kind,))


def table(told: Told) -> str:
    """What came of each dialect and each drift, the latter without the others' company."""
    lines = ["\t".join(["", *VERDICTS])]
    ways: dict[str, Callable[[Outcome], list[str]]] = {
        "dialect": lambda o: [o.dialect] if not o.drifts else [],
        "drift": lambda o: [*o.drifts],
        "fate": lambda o: [o.fate],
        "layout": lambda o: [o.layout] if not o.drifts else [],
    }
    for way, names in ways.items():
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for outcome in told.outcomes:
            for name in names(outcome):
                counts[name][outcome.verdict] += 1
        for name, count in sorted(counts.items()):
            lines.append("\t".join([f"{way} {name}", *(str(count[v] or ".") for v in VERDICTS)]))
    return "\n".join(lines)


def smallest(faults: Iterable[Outcome]) -> list[Outcome]:
    """One example of each kind of fault: an ordinary report, few drifts, early."""
    best: dict[tuple[str, str, str], Outcome] = {}
    for outcome in sorted(faults, key=lambda o: (o.fate != "ordinary", len(o.drifts), o.day)):
        best.setdefault((outcome.verdict, outcome.dialect, "+".join(outcome.drifts[:1])), outcome)
    return [*best.values()]


def main(args: Sequence[str]) -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("seed", type=int)
    asked.add_argument("county", type=int, nargs="?")
    asked.add_argument("--table", type=int, default=0, help="that many counties")
    asked.add_argument("--dialect", default="")
    asked.add_argument("--drift", help="one kind, or none")
    asked.add_argument("--each", type=int, default=0, help="that many of each dialect and drift")
    asked.add_argument("--only", default="", help="of these alone")
    asked.add_argument("--begin", default=str(BEGIN))
    asked.add_argument("--end", default=str(END))
    asked.add_argument("--show", help="a day and an address of the site", nargs=2)
    given = asked.parse_args(args)
    kinds = None
    if given.drift is not None:
        kinds = tuple(kind for kind in given.drift.split(",") if kind != "none")
    numbers = range(given.table) if given.county is None else [given.county]
    begin, end = (date.fromisoformat(day) for day in (given.begin, given.end))
    counties = [County(given.seed, n, begin, end, given.dialect, kinds) for n in numbers]
    if given.each:
        counties = [*one_by_one(given.seed, given.each, given.only.split(","))]
    if given.show:
        day, path = date.fromisoformat(given.show[0]), given.show[1]
        there = counties[0].there(day)
        print(there[path].body if path in there else "\n".join(there))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        told = live(counties, Path(folder))
    print(table(told))
    faults = told.of(*FALSE, "mistaken", "lenient", "missed", "unknown", "unproven")
    if given.table or given.each:
        faults = smallest(faults)
    print(*faults, sep="\n")
    print(*told.problems, sep="\n")
    print(f"{told.portal_days} portal-days, {told.portal_days / told.seconds:.1f} a second")
    print(f"unknown: {told.unknown_share:.1%}; requests a portal-day where nothing drifts:")
    print(" ".join(f"{day:%m%d}:{count:.1f}" for day, count in told.requests()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
