"""Whole sections in the words of towns and offices: what is true is silent, what is not is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.parser.document import Document, Paragraph
from nianbao.parser.report import report_of
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


def test_a_difference_that_is_told_over_and_over_is_looked_at_once() -> None:
    again = "收到申请31件，比上年增加9件。" * 400 + "上年收到申请25件。"
    title = Paragraph("柳树镇人民政府2023年政府信息公开工作年度报告")
    claims = report_of(Document("text", (title, Paragraph(again)))).claims
    assert len([claim for claim in claims if claim.kind == "difference"]) == 1
