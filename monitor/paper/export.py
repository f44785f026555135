"""All that was read as open data: CSV tables, a Frictionless data package, Parquet, or a SQLite
file for Datasette.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.there import Kept
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.paper.cells import unformulated
from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.monitor.standing import due_year
from nianbao.storage.content import cells_of
from nianbao.storage.facts import checked
from nianbao.storage.kinds import Checked
from nianbao.storage.queries import Report, reports
from nianbao.storage.scope import Scope
from nianbao.storage.standings import years_known
from nianbao.storage.units import units_of

Rows = Iterator[tuple[Any, ...]]


class ExportError(Exception):
    """It can't be written; the sentence says why."""


class Asked(NamedTuple):
    """What is exported: of whom, of which year, as known now."""

    s: Session
    scope: Scope
    year: int | None
    now: datetime
    registry: Registry

    def years(self) -> list[int]:
        if self.year is not None:
            return [self.year]
        return sorted({*years_known(self.s), due_year(self.now)})


def _units(asked: Asked) -> Rows:
    for unit in units_of(asked.s, asked.scope):
        yield unit.id, unit.name, unit.kind, unit.county, unit.county_name


def _reports(asked: Asked) -> Rows:
    kept = Kept(asked.s, asked.scope, asked.year)
    found = reports(asked.s, asked.scope, asked.year)
    while some := list(islice(found, BATCH)):
        verdicts = checked(asked.s, [report.version for report in some])
        for report in some:
            yield report_told(report, verdicts[report.version], kept)


def report_told(report: Report, verdict: Checked, kept: Kept) -> tuple[Any, ...]:
    """A report, by the columns of `reports`."""
    content = report.content
    named = (content["title"], content["form"], content["signed"])
    stands = (report.published, report.url, report.document, verdict)
    there = kept.there(report.unit, report.year, report.number, report.seen)
    return report.unit, report.year, *named, *stands, *there.row().values()


BATCH = 500  # reports that are held at once


def _cells(asked: Asked) -> Rows:
    for report in reports(asked.s, asked.scope, asked.year):
        for key, state, value in cell_states(report.content):
            yield report.unit, report.year, key, cell_zh(key), state, value


def cell_states(content: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each cell of a report's JSON: its key, its state, its value."""
    for key, value in cells_of(content).items():
        yield key, "blank" if value is None else "value", value
    for cell in content.get("unreadable", ()):
        yield cell["cell"], "unreadable", None


# A cell of one report by itself: the columns of `cells`, and what they were read from.
CELL = (
    "county", "unit", "code", "year", "version", "evidence", "cell", "name", "name_en", "state",
    "value", "raw", "why", "where", "where_en",
)  # fmt: skip


def _findings(asked: Asked) -> Rows:
    for year in asked.years():
        of = (asked.s, asked.scope, year, asked.now, asked.registry)
        for finding in findings_told(*of):
            cells = " ".join(finding.content["cells"])
            decision = f"{finding.verdict} {finding.decided}".strip()
            yield (
                finding.unit,
                finding.year,
                finding.rule,
                finding.severity,
                finding.content["state"],
                finding.content["zh"],
                cells,
                decision,
                finding.fingerprint,
            )


def _standings(asked: Asked) -> Rows:
    for year in asked.years():
        lines = lines_now(asked.s, asked.scope, year, asked.now, asked.registry)
        for line in with_decisions(asked.s, lines):
            yield (
                line.unit,
                line.year,
                line.standing.name,
                line.standing.confirmed,
                line.quality,
                line.deadline,
                line.standing.days,
                line.standing.zh,
                line.proof,
                line.waived,
            )


class Table(NamedTuple):
    """A table of the package: its columns with their Frictionless types, and its rows."""

    columns: Mapping[str, str]
    rows: Callable[[Asked], Rows]


TABLES: Mapping[str, Table] = {
    "units": Table(
        {
            "code": "string",
            "name": "string",
            "kind": "string",
            "county_code": "string",
            "county": "string",
        },
        _units,
    ),
    "reports": Table(
        {
            "code": "string",
            "year": "integer",
            "title": "string",
            "form": "string",
            "signed": "date",
            "published": "date",
            "url": "string",
            "evidence": "string",
            "verdict": "string",
            "state": "string",
            "since": "date",
            "version": "integer",
            "replaced": "date",
        },
        _reports,
    ),
    "cells": Table(
        {
            "code": "string",
            "year": "integer",
            "cell": "string",
            "name": "string",
            "state": "string",
            "value": "number",
        },
        _cells,
    ),
    "findings": Table(
        {
            "code": "string",
            "year": "integer",
            "rule": "string",
            "severity": "string",
            "state": "string",
            "finding": "string",
            "cells": "string",
            "decision": "string",
            "mark": "string",
        },
        _findings,
    ),
    "standings": Table(
        {
            "code": "string",
            "year": "integer",
            "standing": "string",
            "confirmed": "boolean",
            "quality": "string",
            "deadline": "date",
            "days": "integer",
            "why": "string",
            "evidence": "string",
            "waived": "string",
        },
        _standings,
    ),
}


def export(asked: Asked, target: Path, form: str, *, raw: bool = False) -> dict[str, int]:
    """Returns how many rows each table has. CSV is for spreadsheets unless it is `raw`."""
    if form == "sqlite" and target.exists():
        raise ExportError(f"{target} 已存在 / {target} exists already")
    folder = target.parent if form == "sqlite" else target
    folder.mkdir(parents=True, exist_ok=True)
    with _whole(folder) as beside:
        if form == "sqlite":
            return _sqlite(asked, beside / target.name)
        if form == "parquet":
            return _parquet(asked, beside)
        return _csv(asked, beside, form, raw=raw)


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Where files are written that come into the folder when all of them are there: a full disk,
    or an end halfway, leaves those that had their names before.
    """
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        yield beside
        for file in sorted(beside.iterdir()):
            with file.open("rb") as written:
                os.fsync(written.fileno())
        for file in sorted(beside.iterdir()):
            os.replace(file, folder / file.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _csv(asked: Asked, target: Path, form: str, *, raw: bool) -> dict[str, int]:
    counts = {}
    for name, table in TABLES.items():
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.columns)
            counts[name] = 0
            for row in table.rows(asked):
                printed = ("" if value is None else value for value in row)
                writer.writerow(printed if raw else map(unformulated, printed))
                counts[name] += 1
    if form == "package":
        text = json.dumps(_package(raw), ensure_ascii=False, indent=1)
        (target / "datapackage.json").write_text(text + "\n", encoding="utf-8")
    return counts


FORMULAS = (
    "以 = + - @、制表符或换行（含全角）开头的文字，前加 ' / "
    "a text that begins with = + - @, a tab or a line end (full-width ones, too) has a ' before it"
)


def _package(raw: bool) -> dict[str, Any]:
    """https://datapackage.org: a reader finds each table with the types of its columns."""
    return {
        "name": "nianbao",
        "title": "政府信息公开工作年度报告 / annual open-government-information reports",
        "description": "" if raw else FORMULAS,
        "resources": [_resource(name, table) for name, table in TABLES.items()],
    }


def _resource(name: str, table: Table) -> dict[str, Any]:
    fields = [{"name": column, "type": kind} for column, kind in table.columns.items()]
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {"fields": fields},
    }


SQL = {
    "string": "TEXT",
    "integer": "INTEGER",
    "number": "NUMERIC",
    "date": "TEXT",
    "boolean": "INTEGER",
}


def _sqlite(asked: Asked, target: Path) -> dict[str, int]:
    counts = {}
    with sqlite3.connect(target) as made:
        for name, table in TABLES.items():
            columns = ", ".join(f"{column} {SQL[kind]}" for column, kind in table.columns.items())
            made.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" * len(table.columns))
            rows = (tuple(map(_plain, row)) for row in table.rows(asked))
            written = made.executemany(f"INSERT INTO {name} VALUES ({marks})", rows).rowcount
            counts[name] = max(written, 0)
            if "year" in table.columns:
                made.execute(f"CREATE INDEX {name}_code_year ON {name} (code, year)")
    made.close()
    return counts


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _parquet(asked: Asked, target: Path) -> dict[str, int]:
    return {name: write_parquet(asked, name, target / f"{name}.parquet") for name in TABLES}


def write_parquet(asked: Asked, name: str, target: Path) -> int:
    """One table; returns how many rows it has."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        wanted = "需要 pyarrow：pip install 'nianbao[parquet]' / the extra is not installed"
        raise ExportError(wanted) from None
    kinds = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.string(),
        "boolean": pa.bool_(),
    }
    table, count = TABLES[name], 0
    schema = pa.schema([(column, kinds[kind]) for column, kind in table.columns.items()])
    with pq.ParquetWriter(target, schema) as file:
        rows = (_record(table, row) for row in table.rows(asked))
        while some := list(islice(rows, TOGETHER)):
            file.write_table(pa.Table.from_pylist(some, schema))
            count += len(some)
    return count


TOGETHER = 50_000  # rows of Parquet that are written at once


def _record(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    record = {}
    for (column, kind), value in zip(table.columns.items(), row, strict=True):
        is_number = kind == "number" and value is not None
        record[column] = float(value) if is_number else _plain(value)
    return record
