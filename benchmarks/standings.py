"""Standings and queries over a registry that grows, on SQLite and (where one is given)
PostgreSQL.

python -m benchmarks.standings [postgresql://…]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.outbox import build
from nianbao.monitor.settings import Office
from nianbao.storage.models import (
    Base,
    Column,
    Document,
    Look,
    Portal,
    Region,
    ReportVersion,
    Sighting,
    Sweep,
    Unit,
)
from nianbao.storage.registry import CountyEntry, UnitEntry
from nianbao.storage.scope import EVERYTHING, of_county
from nianbao.storage.standings import rows_of
from nianbao.storage.store import looking, open_store, session

YEARS = range(2018, 2026)
NOW = datetime(2026, 2, 20, 9, tzinfo=UTC)
A_COUNTY = 20
A_STANDING = 0.001  # seconds that working one out may take
CONTENT = {
    "title": "",
    "form": "2021",
    "proactive": {},
    "requests": {},
    "disputes": {},
    "claims": [],
    "unreadable": [],
    "sections": [],
}


Row = dict[str, object]
MODELS = (Region, Unit, Portal, Column, Sweep, Document, Look, Sighting, ReportVersion)


def fill(engine: Engine, units: int) -> list[CountyEntry]:
    """Counties of twenty units with eight years of reports.

    Of 2025 the same twenty units are missing, however many there are.
    """
    rows: dict[type[Base], list[Row]] = {model: [] for model in MODELS}
    entries = []
    for c in range(units // A_COUNTY):
        code = f"{100000 + c}"
        units_of = (UnitEntry(f"镇{n}", f"{code}{n:03d}") for n in range(A_COUNTY))
        entries.append(CountyEntry(f"县{c}", code, units=tuple(units_of)))
        for model, row in county_rows(c, code):
            rows[model].append(row)
        for n in range(A_COUNTY):
            for model, row in unit_rows(c, code, n):
                rows[model].append(row)
    with session(engine) as s:
        for model, batch in rows.items():
            for start in range(0, len(batch), 5000):
                s.execute(insert(model), batch[start : start + 5000])
    return entries


# fmt: off
def county_rows(c: int, code: str) -> Iterator[tuple[type[Base], Row]]:
    number, url = c + 1, f"http://x{c}/"
    yield Region, {"code": code, "name": f"县{c}", "level": "county", "parent": None}
    yield Portal, {"id": code, "county": code, "host": "x"}
    yield Column, {
        "id": number, "portal": code, "url": url, "preset": "", "unit": None, "active": True,
    }
    yield Sweep, {
        "id": number, "portal": code, "began": NOW, "ended": NOW, "complete": True, "problem": "",
    }
    yield Document, {
        "id": number, "url": url, "sha256": f"{c:064x}", "fetched": NOW, "status": 200,
        "headers": {},
    }
    yield Look, {
        "sweep": number, "column": number, "at": NOW - timedelta(days=1), "state": "ok",
        "detail": "", "complete": True, "declared": None, "read": 1, "document": number,
        "pages": [], "proof": "read", "fresh": True,
    }


def unit_rows(c: int, code: str, n: int) -> Iterator[tuple[type[Base], Row]]:
    number, unit = c + 1, f"{code}{n:03d}"
    yield Unit, {
        "id": unit, "county": code, "name": f"镇{n}", "kind": "town", "aliases": [],
        "since": None, "until": None,
    }
    for year in YEARS:
        if year == YEARS[-1] and c == 0:
            continue
        seen = datetime(year + 1, 1, 15, tzinfo=UTC)
        yield Sighting, {
            "column": number, "url": f"http://x{c}/{n}/{year}", "title": "", "listed": None,
            "first_seen": seen, "last_seen": NOW, "unit": unit, "year": year, "page": "report",
            "review": "", "settled": "", "resolved": None, "checked": seen, "gone": None,
        }
        yield ReportVersion, {
            "unit": unit, "year": year, "number": 1, "document": number, "seen": seen,
            "published": date(year + 1, 1, 15), "published_source": "", "dates": [],
            "content": CONTENT, "words": "", "text": "", "judged": seen,
        }
# fmt: on


def measure(url: str, units: int) -> tuple[float, float, float]:
    """Seconds of working out one standing; of asking who is missing; of
    composing a digest."""
    engine = open_store(url)
    entries = fill(engine, units)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As its own housekeeping would soon do.
            connection.exec_driver_sql("ANALYZE")
    began = time.perf_counter()
    registry = Registry(entries)
    refresh(engine, registry, entries, NOW)
    work = (time.perf_counter() - began) / (units * len(YEARS))
    asks = []
    for _ in range(5):
        began = time.perf_counter()
        with looking(engine) as s:
            found = rows_of(s, EVERYTHING, YEARS[-1], ("missing",))
        asks.append(time.perf_counter() - began)
        assert len(found) == A_COUNTY
    with looking(engine) as s:
        year = year_of(s, of_county("100000"), YEARS[-1], NOW, registry)
    # What is loaded once for all recipients.
    compose(year, Office(), "en", "a@b.example")
    began = time.process_time()
    composed = compose(year, Office(), "zh", "a@b.example")
    build(composed, "a@b.example", "c@d.example", "<x@b>", NOW)
    digest = time.process_time() - began
    if engine.dialect.name == "postgresql":
        Base.metadata.drop_all(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    engine.dispose()
    return work, min(asks), digest


def main() -> None:
    failed = []
    for name in ("sqlite", *sys.argv[1:]):
        found = {}
        for units in (400, 4000, 38_600):
            with tempfile.TemporaryDirectory() as folder:
                url = name.replace("sqlite", f"sqlite:///{folder}/n.db")
                found[units] = measure(url, units)
            work, ask, digest = found[units]
            print(
                f"  {name.partition(':')[0]}, {units} units x {len(YEARS)} years: "
                f"{1000 * work:.2f} ms a standing, missing {1000 * ask:.1f} ms, "
                f"digest {1000 * digest:.0f} ms",
                flush=True,
            )
        ratios = {
            "standings": (found[38_600][0] / found[400][0], 1.3),
            "missing": (found[38_600][1] / found[400][1], 3.0),
        }
        for what, (ratio, bound) in ratios.items():
            print(f"  {what}: 38,600 units / 400 units: {ratio:.2f} (bound {bound})")
            if ratio > bound:
                failed.append(f"{name} {what}")
        if max(work for work, _, _ in found.values()) > A_STANDING:
            failed.append(f"{name} a standing")
        if max(digest for _, _, digest in found.values()) > 0.1:
            failed.append("digest")
    if failed:
        sys.exit("beyond its bound: " + ", ".join(failed))


if __name__ == "__main__":
    main()
