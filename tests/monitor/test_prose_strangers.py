"""Sentences of many hands, written before it was looked at what is read of them: each twice, as test_prose_reports.py has them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from nianbao.storage.registry import yaml_loader
from tests.monitor.test_attack_prose import outcome
from tests.monitor.test_prose_paraphrases import told
from tests.monitor.test_prose_reports import FILE, facts

STRANGERS = FILE.with_name("strangers.yaml")
UNFOUND = FILE.with_name("strangers_open.txt").read_text("utf-8").splitlines()
SAID = list(facts(yaml.load(STRANGERS.read_text("utf-8"), yaml_loader())))


@pytest.mark.parametrize(("fact", "sentence"), SAID, ids=[sentence for _, sentence in SAID])
def test_what_is_consistent_is_silent(fact: dict[str, Any], sentence: str) -> None:
    assert outcome(told(fact, sentence, changed=False)) == ""


def test_what_is_not_found_is_written_down() -> None:
    missed = [said for fact, said in SAID if outcome(told(fact, said, changed=True))]
    assert missed == UNFOUND


def test_most_are_found() -> None:
    assert len(UNFOUND) <= len(SAID) * 0.09
