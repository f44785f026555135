"""One number of a true section changed: what was missed of these, by its causes; and true siblings that stay silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.storage.registry import yaml_loader
from tests.attacks.prose.mutants import mutants_of
from tests.monitor.test_attack_prose import outcome
from tests.monitor.test_prose_paraphrases import told
from tests.monitor.test_prose_reports import facts

FILE = Path(__file__).parent / "prose" / "mutated.yaml"
REPORTS = yaml.load(FILE.read_text("utf-8"), yaml_loader())
SAID = list(facts(REPORTS))
TRUE = list(facts([{**each, "say": [[said] for said in each["silent"]]} for each in REPORTS]))
by_sentence = pytest.mark.parametrize(
    ("fact", "sentence"), SAID, ids=[sentence for _, sentence in SAID]
)


@by_sentence
def test_what_is_consistent_is_silent(fact: dict[str, Any], sentence: str) -> None:
    assert outcome(told(fact, sentence, changed=False)) == ""


@by_sentence
def test_what_is_changed_is_found(fact: dict[str, Any], sentence: str) -> None:
    assert outcome(told(fact, sentence, changed=True)) == ""


@pytest.mark.parametrize(("fact", "sentence"), TRUE, ids=[sentence for _, sentence in TRUE])
def test_what_is_true_in_another_manner_is_silent(fact: dict[str, Any], sentence: str) -> None:
    assert outcome(told(fact, sentence, changed=False)) == ""


def test_a_number_is_tied_to_its_cell_and_slips() -> None:
    fact, sentence = SAID[0]
    case = {**told(fact, sentence, changed=False), "id": "own"}
    mutants = list(mutants_of(case))
    assert {cell for each in mutants for cell in each.cells} == {
        "proactive.licensing.decisions",
        "proactive.penalties.decisions",
    }
    assert all(each.case["text"] != case["text"] for each in mutants)
