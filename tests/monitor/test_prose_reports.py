"""Long sentences of whole reports, each twice, and one figure of the second changed, by the product's own path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.storage.registry import yaml_loader
from tests.monitor.test_attack_prose import outcome
from tests.monitor.test_prose_causes import NAMES
from tests.monitor.test_prose_paraphrases import told

FILE = Path(__file__).parent / "prose" / "reports.yaml"
REPORTS = yaml.load(FILE.read_text("utf-8"), yaml_loader())
UNFOUND = FILE.with_name("reports_open.txt").read_text("utf-8").splitlines()


def facts(reports: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    for report in reports:
        figures = {NAMES.get(key, key): number for key, number in report["figures"].items()}
        for sentence, *against in report["say"]:
            cells = [NAMES.get(each, each) for each in against]
            yield {**report, "figures": figures, "against": cells}, sentence


SAID = list(facts(REPORTS))


@pytest.mark.parametrize(("fact", "sentence"), SAID, ids=[sentence for _, sentence in SAID])
def test_what_is_consistent_is_silent(fact: dict[str, Any], sentence: str) -> None:
    assert outcome(told(fact, sentence, changed=False)) == ""


def test_what_is_not_found_is_written_down() -> None:
    missed = [said for fact, said in SAID if outcome(told(fact, said, changed=True))]
    assert missed == UNFOUND


def test_most_are_found() -> None:
    assert len(UNFOUND) <= len(SAID) * 0.09
