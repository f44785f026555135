"""Whole sections in the words of towns and offices: what is true is silent, what is not is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.storage.registry import yaml_loader
from tests.monitor.test_attack_prose import said_of

FOLDER = Path(__file__).parent / "prose"
SECTIONS = [
    section
    for name in ("sections.yaml", "honest.yaml", "recall.yaml")
    for section in yaml.load((FOLDER / name).read_text("utf-8"), yaml_loader())
]


def _said(section: dict[str, Any], text: str) -> bool:
    entry = {"level": "town", "year": section.get("year", 2023), "heading": "", "text": text}
    return bool(said_of({**entry, "figures": section["figures"]}))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section["heading"])
def test_what_is_true_is_silent(section: dict[str, Any]) -> None:
    assert [text for text in section["silent"] if _said(section, text)] == []


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section["heading"])
def test_what_contradicts_is_found(section: dict[str, Any]) -> None:
    assert [text for text in section["found"] if not _said(section, text)] == []
