"""One fact told in many manners, by the product's own path: each sentence twice, and one figure of the second changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.storage.registry import yaml_loader
from tests.monitor.test_attack_prose import outcome

FILE = Path(__file__).parent / "prose" / "paraphrases.yaml"
FACTS = yaml.load(FILE.read_text("utf-8"), yaml_loader())
EITHER = re.compile(r"\{([^|{}]*)\|([^|{}]*)\}")
UNFOUND = FILE.with_name("paraphrases_open.txt").read_text("utf-8").splitlines()


def told(fact: dict[str, Any], sentence: str, *, changed: bool) -> dict[str, Any]:
    against = fact["against"]
    return {
        "id": sentence,
        "level": fact["level"],
        "year": fact.get("year", 2024),
        "heading": fact["heading"],
        "text": EITHER.sub(lambda match: match[2 if changed else 1], sentence),
        "figures": fact["figures"],
        "verdict": "contradiction" if changed else "consistent",
        "against": ([against] if isinstance(against, str) else against) if changed else [],
    }


SAID = [(fact, sentence) for fact in FACTS for sentence in fact["say"]]


@pytest.mark.parametrize(("fact", "sentence"), SAID, ids=[sentence for _, sentence in SAID])
def test_what_is_consistent_is_silent(fact: dict[str, Any], sentence: str) -> None:
    assert outcome(told(fact, sentence, changed=False)) == ""


def test_what_is_not_found_is_written_down() -> None:
    missed = [said for fact, said in SAID if outcome(told(fact, said, changed=True))]
    assert missed == UNFOUND


def test_most_are_found() -> None:
    assert len(SAID) >= 300
    assert len(UNFOUND) <= len(SAID) * 0.08
