"""Work on what is stored: judging what is new, and reading and judging everything again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from monitor.rules import Context, assess
from parser import Report, read, to_json
from parser.errors import ReadError
from storage.evidence import Evidence, EvidenceError
from storage.models import Document, FindingRow, ReportVersion
from storage.store import session


class Change(NamedTuple):
    """A cell or a text that differs between two readings or versions."""

    key: str
    before: object
    after: object


class Replayed(NamedTuple):
    version: ReportVersion
    changes: list[Change]
    problem: str = ""


def judge_new(engine: Engine, evidence: Evidence) -> int:
    """Judge every version that was not judged yet; returns how many."""
    count = 0
    with session(engine) as s:
        judged = set(s.scalars(select(FindingRow.report)))
        versions = [v for v in s.scalars(select(ReportVersion).order_by(ReportVersion.id)) if v.id not in judged]
        for version in versions:
            if (report := _read(s, evidence, version)) is not None:
                _judge(s, evidence, version, report)
                count += 1
    return count


def replay(engine: Engine, evidence: Evidence) -> Iterator[Replayed]:
    """Read and judge the whole archive again, offline, and tell what is read differently now."""
    with session(engine) as s:
        numbers = list(s.scalars(select(ReportVersion.id).order_by(ReportVersion.id)))
    for number in numbers:
        with session(engine) as s:
            version = s.get_one(ReportVersion, number)
            try:
                document = s.get_one(Document, version.document)
                report = read(evidence.read(document.sha256))
            except (EvidenceError, ReadError) as error:
                yield Replayed(version, [], str(error))
                continue
            content = json.loads(json.dumps(to_json(report)))
            changes = differences(version.content, content)
            if changes:
                version.content = content
            s.execute(delete(FindingRow).where(FindingRow.report == version.id))
            _judge(s, evidence, version, report)
            yield Replayed(version, changes)


def _read(s: Session, evidence: Evidence, version: ReportVersion) -> Report | None:
    try:
        return read(evidence.read(s.get_one(Document, version.document).sha256))
    except (EvidenceError, ReadError):
        return None


def _judge(s: Session, evidence: Evidence, version: ReportVersion, report: Report) -> None:
    last = s.scalar(
        select(ReportVersion)
        .where(ReportVersion.unit == version.unit, ReportVersion.year == version.year - 1)
        .order_by(ReportVersion.number.desc())
        .limit(1)
    )
    before = _read(s, evidence, last) if last is not None else None
    judged = assess(report, Context(year=version.year, earlier=(before,) if before is not None else ()))
    seen: set[str] = set()
    for finding in judged.findings:
        if finding.fingerprint in seen:
            continue
        seen.add(finding.fingerprint)
        content = {
            "zh": finding.zh,
            "en": finding.en,
            "cells": list(finding.cells),
            "state": finding.state,
            "suggestions": [[each.cell, str(each.value), each.option] for each in finding.suggestions],
            "quote": finding.quote,
        }
        s.add(
            FindingRow(
                report=version.id,
                rule=finding.rule,
                severity=finding.severity,
                fingerprint=finding.fingerprint,
                content=content,
            )
        )


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Cell by cell, and the texts around them."""
    first, second = _flat(before), _flat(after)
    return [
        Change(key, first.get(key), second.get(key))
        for key in dict.fromkeys((*first, *second))
        if first.get(key) != second.get(key)
    ]


COMPARED = ("title", "unit", "year", "form", "signed", "proactive", "requests", "disputes", "sections", "claims")


def _flat(content: dict[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key in COMPARED:
        value = content.get(key)
        if key in ("proactive", "requests") and isinstance(value, dict):
            found |= {f"{key}.{row}.{column}": n for row, cells in value.items() for column, n in cells.items()}
        elif key == "disputes" and isinstance(value, dict):
            found |= {f"{key}.{cell}": n for cell, n in value.items()}
        elif key == "claims" and isinstance(value, list):
            found |= {f"prose {n}": claim.get("sentence") for n, claim in enumerate(value)}
        else:
            found[key] = value
    return found
