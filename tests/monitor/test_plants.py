"""Every planted mistake is found by its own rule and by no other; clean reports are left alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from nianbao.monitor.rules.engine import WATCHED, Assessment, assess, every_rule_id
from nianbao.parser import read
from tests.amounts import amount, more
from tests.monitor import test_rules
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.plants import COMPANIONS, PLANTS
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.reportkit.write_text import write_text

WRITERS: dict[str, Callable[[Draft], bytes]] = {
    "html": lambda draft: write_html(print_draft(draft), published=f"{draft.year + 1}-01-29"),
    "docx": lambda draft: write_docx(print_draft(draft)),
    "text": lambda draft: write_text(print_draft(draft), "tab_rows"),
}


def judged(draft: Draft, writer: str = "html") -> Assessment:
    return assess(read(WRITERS[writer](draft)))


def planted(code: str, draft: Draft, seed: int) -> Draft:
    draft = PLANTS[code](draft, random.Random(seed))
    return replace(draft, style=replace(draft.style, none="/")) if code == "E02" else draft


def graver(assessment: Assessment) -> set[str]:
    return {finding.rule for finding in assessment.findings if finding.severity != "notice"}


@more
def test_clean_reports_are_clean() -> None:
    for seed in range(amount(250, 2000)):
        found = judged(clean(seed)).findings
        assert not [
            f"{seed}: {f.rule} {f.zh}" for f in found if f.severity != "notice" or f.rule == "Z00"
        ]


@more
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("code", PLANTS)
def test_each_mistake_is_found_by_its_rule_alone(code: str, writer: str) -> None:
    for seed in range(amount(1, 3)):
        assessment = judged(planted(code, clean(seed * 11), seed), writer)
        found = {finding.rule for finding in assessment.findings}
        assert code in found, f"PLANTS['{code}'] in tests/reportkit/plants.py is no such mistake"
        others = graver(assessment) - {code} - COMPANIONS.get(code, frozenset())
        assert not others, f"its plant raises {others} too; COMPANIONS is for what must come along"


# Two mistakes at the same place are one, or hide each other.
TELLS_REQUESTS = "D03 D05 D08 F01 F02 F11 G01 G02 G08 G09 G12 H04 D04 F04 F05 F06"
SAME_PLACE = tuple(
    frozenset(codes.split())
    for codes in (
        TELLS_REQUESTS,
        "G03 G04 G05 G06 G11 D03 D05 D08",
        "D01 D02 D09 H03 I01",
        "A04 C03 C04 C05 C07",
        "C01 C02 C03 C04",
        "C06 C07 C08",
        "D10 G04 G05 G10 G11 G06 B06 B09 C09 I03",
        *(
            f"C03 {code}" for code in ("C06", "G03", "G04", "G05")
        ),  # the other year is all that gives C03 away
        *(f"D06 {code}" for code in ("G01", "G02", "G09", "F01", "F02", "F11")),
        *(f"G07 {code}" for code in ("D03", "D05", "G11")),
        "D05 D06 D07 D08 E01 E02 E04 E05 F10 F04 F05 F06 G08 F01 F02 F11",
    )
)
FIRST = [
    "F01",
    "F02",
    "F11",
    "G01",
    "G02",
    "G09",
    "D05",
    "D08",
    "D06",
]  # these write the tables anew


@more
def test_mistakes_in_pairs() -> None:
    codes = sorted(PLANTS, key=lambda code: code not in FIRST)
    pairs = [
        pair
        for pair in combinations(codes, 2)
        if not any(place.issuperset(pair) for place in SAME_PLACE)
    ]
    chance = random.Random(5)
    for first, second in chance.sample(pairs, min(amount(60, 300), len(pairs))):
        draft = planted(second, planted(first, clean(chance.randrange(9999)), 1), 2)
        found = judged(draft).findings
        allowed = (
            {first, second}
            | COMPANIONS.get(first, frozenset())
            | COMPANIONS.get(second, frozenset())
        )
        pair = f"{first} and {second}: one that hides the other goes into SAME_PLACE"
        assert {first, second} <= {finding.rule for finding in found}, pair
        assert {f.rule for f in found if f.severity != "notice"} <= allowed, pair


def test_every_rule_is_planted_or_has_a_test_of_its_own() -> None:
    """Of watching it is the seasons of test_watching.py."""
    of_a_report = every_rule_id() - WATCHED
    own = Path(test_rules.__file__).read_text("utf-8")
    tried = {rule for rule in of_a_report if f'"{rule}"' in own}
    untried = sorted(of_a_report - PLANTS.keys() - tried)
    assert not untried, f"neither PLANTS of tests/reportkit/plants.py nor a test has {untried}"
    unknown = sorted(PLANTS.keys() - every_rule_id())
    assert not unknown, f"no RULES of a module of monitor/rules/ has {unknown}, which are planted"
