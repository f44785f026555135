"""What was read as open data: CSV, a Frictionless package, Parquet, SQLite."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.storage.content import cells_of
from nianbao.storage.models import Region, StandingRow, Unit
from nianbao.storage.queries import findings, reports

TABLES: dict[str, dict[str, str]] = {  # table -> column -> Frictionless type
    "units": {
        "code": "string",
        "name": "string",
        "kind": "string",
        "county_code": "string",
        "county": "string",
    },
    "reports": {
        "code": "string",
        "year": "integer",
        "title": "string",
        "form": "string",
        "signed": "date",
        "published": "date",
        "url": "string",
        "evidence": "string",
    },
    "cells": {
        "code": "string",
        "year": "integer",
        "cell": "string",
        "name": "string",
        "state": "string",
        "value": "number",
    },
    "findings": {
        "code": "string",
        "year": "integer",
        "rule": "string",
        "severity": "string",
        "finding": "string",
        "cells": "string",
        "decision": "string",
        "mark": "string",
    },
    "standings": {
        "code": "string",
        "year": "integer",
        "standing": "string",
        "quality": "string",
        "deadline": "date",
        "days": "integer",
        "why": "string",
        "evidence": "string",
    },
}


Row = tuple[Any, ...]
Names = Sequence[str]  # or codes; none: every county


class ExportError(Exception):
    """It can't be written; the sentence says why."""


def export(
    s: Session, target: Path, form: str, year: int | None, counties: Names
) -> dict[str, int]:
    """Returns how many rows each table has."""
    if form == "sqlite":
        return _sqlite(s, target, year, counties)
    if form == "parquet":
        return _parquet(s, target, year, counties)
    target.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name in TABLES:
        counts[name] = _csv(target / f"{name}.csv", name, ROWS[name](s, year, counties))
    if form == "package":
        text = json.dumps(_package(), ensure_ascii=False, indent=1)
        (target / "datapackage.json").write_text(text + "\n", encoding="utf-8")
    return counts


def _csv(path: Path, name: str, rows: Iterator[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(TABLES[name])
        for row in rows:
            writer.writerow(["" if value is None else value for value in row])
            count += 1
    return count


# ---- the rows of each table


def _is_of(region: Region, counties: Names) -> bool:
    return not counties or region.name in counties or region.code in counties


def _units(s: Session, _: int | None, counties: Names) -> Iterator[Row]:
    chosen = select(Unit, Region).join(Region, Unit.county == Region.code)
    for unit, region in s.execute(chosen.order_by(Unit.county, Unit.id)):
        if _is_of(region, counties):
            yield unit.id, unit.name, unit.kind, region.code, region.name


def _reports(s: Session, year: int | None, counties: Names) -> Iterator[Row]:
    for report in reports(s, year, counties):
        content = report.content
        printed = content["title"], content["form"], content["signed"]
        yield report.unit, report.year, *printed, report.published, report.url, report.document


def _cells(s: Session, year: int | None, counties: Names) -> Iterator[Row]:
    for report in reports(s, year, counties):
        for key, value in cells_of(report.content).items():
            state = "blank" if value is None else "value"
            yield report.unit, report.year, key, cell_zh(key), state, value
        for unread in report.content.get("unreadable", ()):
            key = unread["cell"]
            yield report.unit, report.year, key, cell_zh(key), "unreadable", None


def _findings(s: Session, year: int | None, counties: Names) -> Iterator[Row]:
    if year is not None:
        years = [year]
    else:
        years = sorted(set(s.scalars(select(StandingRow.year))))
    for one_year in years:
        for finding in findings(s, one_year, counties):
            yield (
                finding.unit,
                finding.year,
                finding.rule,
                finding.severity,
                finding.content["zh"],
                " ".join(finding.content["cells"]),
                f"{finding.verdict} {finding.decided}".strip(),
                finding.fingerprint,
            )


def _standings(s: Session, year: int | None, counties: Names) -> Iterator[Row]:
    chosen = select(StandingRow, Region).join(Unit, StandingRow.unit == Unit.id)
    chosen = chosen.join(Region, Unit.county == Region.code)
    for row, region in s.execute(chosen.order_by(StandingRow.unit, StandingRow.year)):
        if _is_of(region, counties) and year in (None, row.year):
            stands = row.name, row.quality, row.deadline, row.days, row.zh
            yield row.unit, row.year, *stands, row.evidence


ROWS: Mapping[str, Callable[[Session, int | None, Names], Iterator[Row]]] = {
    "units": _units,
    "reports": _reports,
    "cells": _cells,
    "findings": _findings,
    "standings": _standings,
}


# ---- the other forms


def _package() -> dict[str, Any]:
    """https://datapackage.org: a reader finds each table with
    the types of its columns."""
    return {
        "name": "nianbao",
        "title": "政府信息公开工作年度报告 / annual open-government-information reports",
        "resources": [_resource(name, columns) for name, columns in TABLES.items()],
    }


def _resource(name: str, columns: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {"fields": [{"name": column, "type": kind} for column, kind in columns.items()]},
    }


SQL = {"string": "TEXT", "integer": "INTEGER", "number": "NUMERIC", "date": "TEXT"}


def _sqlite(s: Session, target: Path, year: int | None, counties: Names) -> dict[str, int]:
    if target.exists():
        raise ExportError(f"{target} 已存在 / exists already")
    counts = {}
    with sqlite3.connect(target) as made:
        for name, columns in TABLES.items():
            typed = ", ".join(f"{column} {SQL[kind]}" for column, kind in columns.items())
            made.execute(f"CREATE TABLE {name} ({typed})")
            marks = ", ".join("?" * len(columns))
            rows = (tuple(map(_as_stored, row)) for row in ROWS[name](s, year, counties))
            counts[name] = made.executemany(f"INSERT INTO {name} VALUES ({marks})", rows).rowcount
            if "year" in columns:
                made.execute(f"CREATE INDEX {name}_code_year ON {name} (code, year)")
    made.close()
    return {name: max(count, 0) for name, count in counts.items()}


def _as_stored(value: object) -> str | int | float | None:
    if value is None or isinstance(value, (str, int, float)):
        return value
    return str(value)


def _parquet(s: Session, target: Path, year: int | None, counties: Names) -> dict[str, int]:
    try:  # the extra `parquet`
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ExportError(
            "需要 pyarrow：pip install 'nianbao[parquet]' / the extra is not installed"
        ) from None
    arrow = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.string(),
    }
    target.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, columns in TABLES.items():
        schema = pa.schema([(column, arrow[kind]) for column, kind in columns.items()])
        rows = [_typed(columns, row) for row in ROWS[name](s, year, counties)]
        pq.write_table(pa.Table.from_pylist(rows, schema), target / f"{name}.parquet")
        counts[name] = len(rows)
    return counts


def _typed(columns: Mapping[str, str], row: Row) -> dict[str, str | int | float | None]:
    typed = {}
    for column, value in zip(columns, row, strict=True):
        stored = _as_stored(value)
        if columns[column] == "number" and value is not None:
            stored = float(value)
        typed[column] = stored
    return typed
