"""Sentences of our own for each cause of a false or a missing finding, by the product's own path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.storage.registry import yaml_loader
from tests.monitor.test_attack_prose import outcome

FOLDER = Path(__file__).parent / "prose"
DATA = yaml.load((FOLDER / "causes.yaml").read_text("utf-8"), yaml_loader())
CONSISTENT = yaml.load((FOLDER / "consistent.yaml").read_text("utf-8"), yaml_loader())
NAMES: dict[str, str] = DATA["names"]


def _case(cause: dict[str, Any], row: list[Any]) -> dict[str, Any]:
    against = row[2] if len(row) > 2 else []
    told = ["text"] if against == "text" else [NAMES.get(each, each) for each in against]
    return {
        "level": cause["level"],
        "year": cause.get("year", 2024),
        "heading": cause["heading"],
        "text": row[0],
        "figures": {NAMES.get(key, key): number for key, number in row[1].items()},
        "verdict": "contradiction" if told else "consistent",
        "against": told,
    }


# A test each would cost four thousand times what starting and telling of one costs.
@pytest.mark.parametrize("cause", DATA["causes"], ids=lambda cause: cause["name"])
def test_each_is_told_rightly(cause: dict[str, Any]) -> None:
    wrong = [(row, told) for row in cause["cases"] if (told := outcome(_case(cause, row)))]
    assert wrong == []


def test_every_cause_has_ten_of_each() -> None:
    for cause in DATA["causes"]:
        told = [len(row) > 2 for row in cause["cases"]]
        assert len(told) >= 8, cause["name"]


@pytest.mark.parametrize("case", CONSISTENT, ids=lambda case: case["id"])
def test_nobody_is_accused(case: dict[str, Any]) -> None:
    assert outcome(case) == ""
