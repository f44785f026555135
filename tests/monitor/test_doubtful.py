"""No finding rests on what was doubtfully read: garbled labels, lost headings and unread cells everywhere."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from nianbao.monitor.rules.engine import assess
from nianbao.parser import read
from nianbao.parser.document import Block, Cell, Document, Grid, Paragraph
from nianbao.parser.narrative import claims
from nianbao.parser.report import report_of
from tests.amounts import amount
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html

DOUBT = "low confidence"


def garbled(text: str, chance: random.Random) -> str:
    """Some characters lost or wrong."""
    letters = [c for c in text if chance.random() > 0.2]
    return "".join(chance.choice("囗口日曰l1O0") if chance.random() < 0.2 else c for c in letters)


def doubted(block: Block, chance: random.Random, share: float) -> Block:
    if isinstance(block, Grid):
        cells = tuple(_cell(cell, chance, share) for cell in block.cells)
        return block._replace(cells=cells)
    if chance.random() < share:
        return block._replace(text=garbled(block.text, chance), doubt=DOUBT)
    return block


def _cell(cell: Cell, chance: random.Random, share: float) -> Cell:
    if chance.random() < share:
        return cell._replace(text=garbled(cell.text, chance), doubt=DOUBT)
    return cell


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_what_was_doubtfully_read_accuses_nobody(share: float) -> None:
    for seed in range(amount(25, 300)):
        chance = random.Random(seed)
        draft = clean(seed)
        data = write_html(print_draft(draft), published=f"{draft.year + 1}-01-29")
        document = read(data).document
        blocks = tuple(doubted(block, chance, share) for block in document.blocks)
        report = report_of(Document("scan", blocks, document.meta))
        findings = assess(report).findings
        accusing = [f for f in findings if f.severity != "notice" and f.rule != "B03"]
        assert not [f"{seed}: {f.rule} {f.zh}" for f in accusing]


def test_a_row_that_is_not_there_is_not_zero() -> None:
    """What it would have held is unknown: no sum is told with it."""
    draft = clean(5)
    report = read(write_html(print_draft(draft), published=f"{draft.year + 1}-01-29"))
    kept = {key: value for key, value in report.cells.items() if "carried_in" not in key}
    kept = {
        key: value._replace(number=2) if key == "requests.new.total" else value
        for key, value in kept.items()
    }
    findings = assess(replace(report, cells=kept)).findings
    assert not [f.zh for f in findings if f.rule == "F01"]


@pytest.mark.parametrize(
    "text",
    [
        "收到申请6件，",
        "其中网站30条、",
        "收到申请6条，",
        "行政复议3件，",
        "公开信息。",
        "（",
        "一是",
        "20余万",
        "1",
    ],
)
def test_five_megabytes_in_one_line_end_soon(text: str) -> None:
    line = text * (5_000_000 // len(text.encode()))
    before = time.process_time()
    claims(Document("text", (Paragraph("一、总体情况"), Paragraph(line))), 2024)
    assert time.process_time() - before < 2
