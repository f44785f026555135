"""Sentences by another hand (tests/attacks/prose), the whole way: text, claims, rules against the figures.

A consistent text on which a rule speaks is told falsely; a contradiction of which no finding names a cell
that it is against (or, where it is against the text itself, a finding without cells) is missed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.monitor.rules.catalogue import entry
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.finding import Finding
from nianbao.parser.document import Document, Paragraph
from nianbao.parser.fill import Value, Where, cell_labels
from nianbao.parser.numbers import read_number
from nianbao.parser.report import report_of
from nianbao.storage.registry import yaml_loader

FOLDER = Path(__file__).parents[1] / "attacks" / "prose"
STILL_OPEN = FOLDER / "open.txt"
BODIES = {
    "town": "云山县柳树镇人民政府",
    "street": "云山市城南街道办事处",
    "department": "云山县自然资源局",
    "county": "云山县人民政府",
    "city": "云山市人民政府",
    "province": "云山省人民政府",
}
JUDGED = frozenset(("prose", "arithmetic"))
NOT_YET = re.compile("-new$")  # to be run once, and not to be worked with
OF_THE_PROSE = frozenset(("C03", "C07", "H04"))


def entries() -> list[dict[str, Any]]:
    files = [file for file in sorted(FOLDER.glob("*.yaml")) if not NOT_YET.search(file.stem)]
    read = [yaml.load(file.read_text(encoding="utf-8"), yaml_loader()) for file in files]
    return [each for found in read for each in found]


def said_of(case: dict[str, Any]) -> list[Finding]:
    """What the rules of the prose say of a report that has this text and these figures."""
    title = f"{BODIES[case['level']]}{case['year']}年政府信息公开工作年度报告"
    lines = [title, *filter(None, [case["heading"]]), case["text"]]
    report = report_of(Document("text", tuple(map(Paragraph, lines))))
    figures = {key: _value(key, number) for key, number in case["figures"].items()}
    tables = dict.fromkeys((key.partition(".")[0] for key in figures), _form(case))
    report = replace(report, cells=figures, table_forms=tables)
    findings = assess(report).findings
    return [f for f in findings if entry(f.rule).family in JUDGED or f.rule in OF_THE_PROSE]


def _value(key: str, number: object) -> Value:
    label = cell_labels()[key]
    state, read, unit, why = read_number(str(number), label.kind, label.unit)
    return Value(state, read, str(number), Where(), why, unit)


def _form(case: dict[str, Any]) -> str:
    return "2019" if case["year"] < 2021 else "2021"


def outcome(case: dict[str, Any]) -> str:
    """false, missed, or nothing where it is told rightly."""
    findings = said_of(case)
    if case["verdict"] == "consistent":
        return "false" if findings else ""
    found = any(_is_about(finding, case["against"]) for finding in findings)
    return "" if found else "missed"


def _is_about(finding: Finding, against: list[str]) -> bool:
    if finding.cells:
        return not set(against).isdisjoint(finding.cells)
    return "text" in against


@cache
def told_wrongly() -> frozenset[str]:
    return frozenset(f"{case['id']} {kind}" for case in entries() if (kind := outcome(case)))


def test_what_is_told_wrongly_is_written_down() -> None:
    still_open = STILL_OPEN.read_text(encoding="utf-8").splitlines()
    assert sorted(told_wrongly()) == still_open


@pytest.mark.parametrize(("kind", "most"), [("false", 0.005), ("missed", 0.05)])
def test_few_are_told_wrongly(kind: str, most: float) -> None:
    verdict = {"false": "consistent", "missed": "contradiction"}[kind]
    all_of_it = [case for case in entries() if case["verdict"] == verdict]
    wrong = [told for told in told_wrongly() if told.endswith(kind)]
    assert len(wrong) <= most * len(all_of_it), sorted(wrong)
