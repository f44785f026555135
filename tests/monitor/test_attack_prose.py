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
from zlib import crc32

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
from tests.amounts import PROVING, more

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


@cache
def entries() -> list[dict[str, Any]]:
    files = [file for file in sorted(FOLDER.glob("*.yaml")) if not NOT_YET.search(file.stem)]
    read = [yaml.load(file.read_text(encoding="utf-8"), yaml_loader()) for file in files]
    return [each for found in read for each in found]


def said_of(case: dict[str, Any]) -> list[Finding]:
    """What the rules of the prose say of a report that has this text and these figures."""
    return said_in(case, case["text"].split("\n"))


def said_in(case: dict[str, Any], paragraphs: list[str]) -> list[Finding]:
    title = f"{BODIES[case['level']]}{case['year']}年政府信息公开工作年度报告"
    lines = [title, *filter(None, [case["heading"]]), *paragraphs]
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


def is_tried(case: str) -> bool:
    """One in three each time; all are proved."""
    return PROVING or crc32(case.encode()) % 3 == 0


def written_down() -> list[str]:
    return STILL_OPEN.read_text(encoding="utf-8").splitlines()


@more
def test_what_is_told_wrongly_is_written_down() -> None:
    tried = [case for case in entries() if is_tried(case["id"])]
    told = sorted(f"{case['id']} {kind}" for case in tried if (kind := outcome(case)))
    assert told == [line for line in written_down() if is_tried(line.partition(" ")[0])]


@pytest.mark.parametrize(("kind", "most"), [("false", 0.005), ("missed", 0.05)])
def test_few_are_told_wrongly(kind: str, most: float) -> None:
    verdict = {"false": "consistent", "missed": "contradiction"}[kind]
    all_of_it = [case for case in entries() if case["verdict"] == verdict]
    wrong = [told for told in written_down() if told.endswith(kind)]
    assert len(wrong) <= most * len(all_of_it), wrong


# The second sentence tells what the first one means: nobody writes them apart.
TOGETHER = frozenset(
    ("eighth-held-040", "fourteenth-held-001", "fourteenth-held-078", "sixth-066-a", "third-047")
)


@more
def test_what_is_true_is_silent_a_sentence_a_paragraph() -> None:
    """One report has its section in one paragraph, the next one in ten."""
    true = [c for c in entries() if c["verdict"] == "consistent" and c["id"] not in TOGETHER]
    tried = [case for case in true if PROVING or crc32(case["id"].encode()) % 12 == 0]
    apart = ((case, re.findall("[^。]+。?", case["text"])) for case in tried)
    told = [
        (case["id"], [finding.zh for finding in found])
        for case, sentences in apart
        if len(sentences) > 1 and not outcome(case) and (found := said_in(case, sentences))
    ]
    assert told == []
