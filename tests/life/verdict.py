"""What became of a long life: what must stay flat did, what grows grew as told, and nobody was told wrongly."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from nianbao.monitor.rules.engine import WATCHED
from nianbao.monitor.standing import BEIJING
from tests.life.conducting import ROOT, State, asked, bytes_under
from tests.life.world import World

MONTHS = 8  # that a process must have lived to be judged
# By how much the median of its last quarter may be above that of its second.
RSS, SHARE = 8 * 1024, 0.10  # KiB, and of what it was
MORE = {"handles": 4, "threads": 4, "children": 1}
ACCUSED = ("missing", "late", "withdrawn")
REPORT = 7.1 * 1024  # bytes that docs/scale.md says of a report-year
QUESTIONS = (("audit", "verify"), ("evidence", "verify"), ("doctor",))
ANSWERS = (": answered", ": nothing is open")
# Right, and by chance: a town of the demonstration writes the same words each year, and other numbers.
COPIED = ("E06", "H01", "H05")
SIGNED = (1, 8)  # the day on which the demonstration's reports are signed
GONE = re.compile("✗ (mail|inbox): ")  # servers that the world took along when it ended
Line = dict[str, Any]


class Verdict(NamedTuple):
    told: list[str]
    wrong: list[str]


def verdict(folder: Path, state: State, code: Path = ROOT) -> Verdict:
    """`code`: of the release that lives it by now; a newer one would bring the store up to date."""
    told: list[str] = [
        f"until {state.next}, {state.cpu:.0f} s of CPU, {state.wall:.0f} s, begun {state.runs} times"
    ]
    wrong: list[str] = []
    world = World(state.first, state.years, state.counties)
    months = list({line["month"]: line for line in _lines(folder / "months.jsonl")}.values())
    flat_told, flat_wrong = flat(months)
    told += [*flat_told, *growth(folder, months), *upgrade(state), *mails(folder)]
    wrong += [*flat_wrong, *(each for each in state.upgraded if each.startswith("lost"))]
    last = date.fromisoformat(state.next) - timedelta(days=1)
    wrong += [
        *misplaced(folder, world, state),
        *accused(folder, world),
        *findings(folder, world, last),
    ]
    wrong += [*doubled(folder), *logged(folder)]
    wrong += [act for act in state.acts if ": " in act and not act.endswith(ANSWERS)]
    vacuumed, unsound = upheld(folder, code)
    return Verdict(told + vacuumed, wrong + unsound)


def _lines(file: Path) -> list[Line]:
    return (
        [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    )


# ---- what stays as it is


def flat(months: Sequence[Line]) -> tuple[list[str], list[str]]:
    told: list[str] = []
    wrong: list[str] = []
    runs: dict[int, list[Line]] = defaultdict(list)
    for line in months:
        runs[line["run"]].append(line)
    for run, lines in runs.items():
        for who in ("daemon", "pages"):
            known = [line[who] for line in lines if line[who] is not None]
            if len(known) < MONTHS:
                told.append(f"{who} {run}: {len(known)} months, too few to say whether it is flat")
                continue
            for what in ("rss", *MORE):
                before, after = quarters([each[what] for each in known])
                allowed = max(RSS, before * SHARE) if what == "rss" else MORE[what]
                said = f"{who} {run}, {len(known)} months: {what} {before:g} → {after:g}"
                (wrong if after > before + allowed else told).append(said)
    return told, wrong


def quarters(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the second and of the last quarter."""
    part = len(values) // 4
    return median(values[part : 2 * part]), median(values[-part:])


# ---- what grows


def growth(folder: Path, months: Sequence[Line]) -> Iterator[str]:
    """By seasons: from one October to the next."""
    ends = [line for line in months if line["month"].endswith("-10")] or list(months[-1:])
    before: Line = {"database": 0, "evidence": 0, "rows": {}}
    for line in ends:
        added = {name: count - before["rows"].get(name, 0) for name, count in line["rows"].items()}
        names = (
            "look",
            "sweep",
            "document",
            "event",
            "report_version",
            "finding",
            "outgoing",
            "audit",
        )
        rows = ", ".join(f"{name} {added.get(name, 0)}" for name in names)
        grown = (line[what] - before[what] for what in ("database", "evidence"))
        yield "to {}: database +{} KiB, evidence +{} KiB; rows: {}".format(
            line["month"], *(each // 1024 for each in grown), rows
        )
        before = line
    if months:
        line = months[-1]
        reports = asked(
            folder, "SELECT count(*) FROM (SELECT DISTINCT unit, year FROM report_version)"
        )[0][0]
        yield f"at the end: database {line['database'] // 1024} KiB, wal {line['wal'] // 1024} KiB, {line['free_pages']} free pages; evidence {line['evidence'] // 1024} KiB in {line['pieces']} pieces"
        yield f"{reports} report-years: {line['database'] / max(1, reports) / 1024:.1f} KiB each of the whole database"
        yield from by_table(folder, reports)


def by_table(folder: Path, reports: int) -> Iterator[str]:
    """Where SQLite tells it: what is of reports, and what of looking."""
    try:
        sizes = dict(asked(folder, "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    except sqlite3.Error:
        return
    owners = dict(asked(folder, "SELECT name, tbl_name FROM sqlite_master"))
    tables: Counter[str] = Counter()
    for name, size in sizes.items():
        tables[owners.get(name) or name] += size
    of_reports = sum(
        size for name, size in tables.items()
        if name in ("report_version", "finding", "sighting", "standing") or name.startswith("report_words")
    )  # fmt: skip
    yield f"reports, findings, sightings, standings and the index: {of_reports / max(1, reports) / 1024:.1f} KiB a report-year (docs/scale.md: {REPORT / 1024:.1f})"
    count = max(1, asked(folder, "SELECT count(*) FROM look")[0][0])
    looks = tables["look"] + tables["sweep"]
    yield f"looks and sweeps: {looks // 1024} KiB, {looks / count:.0f} bytes a look; events {tables['event'] // 1024}, mails {tables['outgoing'] // 1024}, documents {tables['document'] // 1024} KiB"


def upgrade(state: State) -> Iterator[str]:
    for line in state.upgraded[:1]:
        yield f"upgrade in the middle: {line}"


def mails(folder: Path) -> Iterator[str]:
    kinds = Counter(
        line["id"].strip("<").partition(".")[0] for line in _lines(folder / "mails.jsonl")
    )
    states = dict(asked(folder, "SELECT state, count(*) FROM outgoing GROUP BY state"))
    yield f"mails taken {dict(kinds)}, in the outbox {states}"


# ---- what was told


def misplaced(folder: Path, world: World, state: State) -> Iterator[str]:
    """Units that stand elsewhere than the world has had it for some weeks."""
    day = date.fromisoformat(state.next)
    stands = {
        (unit, year): (name, bool(confirmed))
        for unit, year, name, confirmed in asked(
            folder, "SELECT unit, year, name, confirmed FROM standing"
        )
    }
    for (county, _, year), life in world.lives.items():
        expected = world.settled(county, life, day)
        if not expected:
            continue
        found = stands.get((life.code, year))
        if found != (expected, True):
            yield f"{life.county}{life.town} {year} ({life.fate}): {found}, not {expected}"
    due = {(life.code, life.year) for life in world.lives.values()}
    for (unit, year), (name, _) in stands.items():
        if year in world.of_years and (unit, year) not in due and day >= date(year + 1, 2, 10):
            yield f"{unit} {year}: {name}, and nothing is due"


def accused(folder: Path, world: World) -> Iterator[str]:
    """Whoever was told to be missing, late or gone on a day on which it was not so."""
    lives = {(life.code, life.year): (county, life) for (county, _, _), life in world.lives.items()}
    question = "SELECT at, unit, year, content FROM event WHERE kind = 'standing' ORDER BY id"
    for at, unit, year, content in asked(folder, question):
        told = json.loads(content)
        if told["to"] not in ACCUSED or not told["confirmed"] or year not in world.of_years:
            continue
        day = datetime.fromisoformat(f"{at}+00:00").astimezone(BEIJING).date()
        known = lives.get((unit, year))
        if known is None or not world.may_be_told(*known, told["to"], day):
            yield f"told falsely on {day}: {unit} {year} {told['to']}"


def findings(folder: Path, world: World, day: date) -> Iterator[str]:
    """What is found in texts where nothing is wrong, and mistakes that nobody found, of what was seen by then."""
    question = (
        "SELECT DISTINCT v.unit, v.year, f.rule FROM finding f JOIN report_version v ON f.report = v.id "
        "WHERE f.ended IS NULL AND f.severity IN ('error', 'warning') "
        "AND v.number = (SELECT max(number) FROM report_version WHERE unit = v.unit AND year = v.year)"
    )
    held: dict[tuple[str, int], list[str]] = defaultdict(list)
    for unit, year, rule in asked(folder, question):
        if rule not in WATCHED and rule not in COPIED:
            held[unit, year].append(rule)
    settled = day - timedelta(days=15)
    for (county, _, year), life in world.lives.items():
        if world.seen(county, life, settled) is None:
            continue
        is_wrong, was_wrong = life.is_wrong(day), life.is_wrong(settled)
        found = held.get((life.code, year), [])
        if life.printed is not None and life.printed < date(year + 1, *SIGNED):
            found = [rule for rule in found if rule != "A04"]
        is_right = life.rule in found if is_wrong else not found
        if is_wrong == was_wrong and not is_right and not world.dark(county, settled):
            yield f"{life.county}{life.town} {year} ({life.fate}): findings {found}"


def doubled(folder: Path) -> Iterator[str]:
    counts = Counter((line["id"], line["to"]) for line in _lines(folder / "mails.jsonl"))
    for (mark, to), count in counts.items():
        if count > 1:
            yield f"mail {mark} came {count} times to {to}"


def logged(folder: Path) -> Iterator[str]:
    """Faults in the logs, since the first sweep has made the units known."""
    found: Counter[str] = Counter()
    for name in ("daemon.log", "pages.log"):
        file = folder / name
        is_known = name != "daemon.log"
        for line in file.open(encoding="utf-8") if file.exists() else ():
            try:
                told = json.loads(line)
            except ValueError:
                found[f"{name}: {line.strip()[:120]}"] += 1
                continue
            is_known = is_known or told["event"] == "sweep ended"
            if is_known and told["level"] == "error" and told["event"] != "step":
                why = (
                    str(told.get("error") or told.get("problem") or "").strip().rpartition("\n")[2]
                )
                found[f"{name}: {told['event']} {why[:160]}"] += 1
    for what, count in found.items():
        yield f"{count} × {what}"


# ---- what upholds it


def upheld(folder: Path, code: Path) -> tuple[list[str], list[str]]:
    """What the operator's own commands say of it, by the real clock; and what a VACUUM would give back."""
    told, wrong = [], []
    removed = asked(folder, "SELECT count(*) FROM audit WHERE action = 'prune'")[0][0]
    tombs = _pruned(folder)
    pieces, _ = bytes_under(folder / "evidence")
    told.append(
        f"retention of 12 months: {removed} times, {tombs} pieces deleted, {pieces} files are there"
    )
    environment = {**os.environ, "PYTHONPATH": str(code), "NIANBAO_LANG": "en",
                   "NIANBAO_SETTINGS": str(folder / "nianbao.toml")}  # fmt: skip
    for words in QUESTIONS:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "nianbao.monitor.cli", *words],
            env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        lines = (done.stdout + done.stderr).strip().splitlines()
        said = f"{' '.join(words)}: ends with {done.returncode}: {lines[-1] if lines else ''}"
        told.append(said)
        if words != ("doctor",) and done.returncode:
            wrong.append(said)
        if words == ("doctor",):
            wrong += [f"doctor: {line}" for line in lines if line.startswith("✗") and not GONE.match(line)]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="nianbao-life-") as scratch:
        copy = Path(scratch, "n.db")
        with (
            closing(sqlite3.connect(folder / "n.db")) as store,
            closing(sqlite3.connect(copy)) as target,
        ):
            store.backup(target)
        before = copy.stat().st_size
        with closing(sqlite3.connect(copy)) as store:
            store.execute("VACUUM")
            sound = store.execute("PRAGMA integrity_check").fetchone()[0]
        told.append(
            f"VACUUM (of a copy): {before // 1024} → {copy.stat().st_size // 1024} KiB, {sound}"
        )
        if sound != "ok":
            wrong.append(f"the database: {sound}")
    return told, wrong


def _pruned(folder: Path) -> int:
    contents = asked(folder, "SELECT content FROM audit WHERE action = 'prune'")
    return len([*chain.from_iterable(json.loads(content)["deleted"] for (content,) in contents)])
