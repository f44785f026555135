"""All that was read as open data: CSV tables, a Frictionless data package, Parquet, or a SQLite file for Datasette."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator, Sequence
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


class ExportError(Exception):
    """It can't be written; the sentence says why."""


def export(
    s: Session, target: Path, form: str, year: int | None, counties: Sequence[str]
) -> dict[str, int]:
    """Returns how many rows each table has."""
    if form == "sqlite":
        return _sqlite(s, target, year, counties)
    if form == "parquet":
        return _parquet(s, target, year, counties)
    target.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, columns in TABLES.items():
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            counts[name] = 0
            for row in _rows(s, name, year, counties):
                writer.writerow(["" if value is None else value for value in row])
                counts[name] += 1
    if form == "package":
        text = json.dumps(_package(), ensure_ascii=False, indent=1)
        (target / "datapackage.json").write_text(text + "\n", encoding="utf-8")
    return counts


def _rows(
    s: Session, name: str, year: int | None, counties: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    if name == "units":
        chosen = (
            select(Unit, Region)
            .join(Region, Unit.county == Region.code)
            .order_by(Unit.county, Unit.id)
        )
        for unit, region in s.execute(chosen):
            if not counties or region.name in counties or region.code in counties:
                yield unit.id, unit.name, unit.kind, region.code, region.name
    elif name == "reports":
        for each in reports(s, year, counties):
            told = each.content
            yield (
                each.unit,
                each.year,
                told["title"],
                told["form"],
                told["signed"],
                each.published,
                each.url,
                each.document,
            )
    elif name == "cells":
        for each in reports(s, year, counties):
            for key, value in cells_of(each.content).items():
                yield (
                    each.unit,
                    each.year,
                    key,
                    cell_zh(key),
                    "blank" if value is None else "value",
                    value,
                )
            for one in each.content.get("unreadable", ()):
                yield each.unit, each.year, one["cell"], cell_zh(one["cell"]), "unreadable", None
    elif name == "findings":
        years = [year] if year is not None else sorted(set(s.scalars(select(StandingRow.year))))
        for each in (one for y in years for one in findings(s, y, counties)):
            yield (
                each.unit,
                each.year,
                each.rule,
                each.severity,
                each.content["zh"],
                " ".join(each.content["cells"]),
                f"{each.verdict} {each.decided}".strip(),
                each.fingerprint,
            )
    else:
        chosen = select(StandingRow, Region).join(Unit, StandingRow.unit == Unit.id)
        chosen = chosen.join(Region, Unit.county == Region.code).order_by(
            StandingRow.unit, StandingRow.year
        )
        for row, region in s.execute(chosen):
            known = not counties or region.name in counties or region.code in counties
            if known and year in (None, row.year):
                yield (
                    row.unit,
                    row.year,
                    row.name,
                    row.quality,
                    row.deadline,
                    row.days,
                    row.zh,
                    row.evidence,
                )


def _package() -> dict[str, Any]:
    """https://datapackage.org: a reader finds each table with the types of its columns."""
    return {
        "name": "nianbao",
        "title": "政府信息公开工作年度报告 / annual open-government-information reports",
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "schema": {
                    "fields": [{"name": column, "type": kind} for column, kind in columns.items()]
                },
            }
            for name, columns in TABLES.items()
        ],
    }


SQL = {"string": "TEXT", "integer": "INTEGER", "number": "NUMERIC", "date": "TEXT"}


def _sqlite(s: Session, target: Path, year: int | None, counties: Sequence[str]) -> dict[str, int]:
    if target.exists():
        raise ExportError(f"{target} 已存在 / exists already")
    counts = {}
    with sqlite3.connect(target) as made:
        for name, columns in TABLES.items():
            made.execute(
                f"CREATE TABLE {name} ({', '.join(f'{column} {SQL[kind]}' for column, kind in columns.items())})"
            )
            marks = ", ".join("?" * len(columns))
            rows = (tuple(_plain(value) for value in row) for row in _rows(s, name, year, counties))
            counts[name] = made.executemany(f"INSERT INTO {name} VALUES ({marks})", rows).rowcount
            if "year" in columns:
                made.execute(f"CREATE INDEX {name}_code_year ON {name} (code, year)")
    made.close()
    return {name: max(count, 0) for name, count in counts.items()}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _parquet(s: Session, target: Path, year: int | None, counties: Sequence[str]) -> dict[str, int]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ExportError(
            "需要 pyarrow：pip install 'nianbao[parquet]' / the extra is not installed"
        ) from None
    kinds = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.string(),
    }
    target.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, columns in TABLES.items():
        schema = pa.schema([(column, kinds[kind]) for column, kind in columns.items()])
        rows = [
            {
                c: float(v) if v is not None and columns[c] == "number" else _plain(v)
                for c, v in zip(columns, row, strict=True)
            }
            for row in _rows(s, name, year, counties)
        ]
        pq.write_table(pa.Table.from_pylist(rows, schema), target / f"{name}.parquet")
        counts[name] = len(rows)
    return counts
