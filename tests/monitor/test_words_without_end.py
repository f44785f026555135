"""What is judged is a page's own words, however long one of them is: no rule takes minutes of it."""

from __future__ import annotations

import time

import pytest

from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Context
from nianbao.parser.report import read
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html

PIECES = ("9", "a", "a.", "1月", "12件，", "、1件", "https://a", "。", " ")
BEFORE = "（一）存在的主要问题"


@pytest.mark.parametrize("piece", PIECES)
def test_a_word_without_end_is_judged_soon(piece: str) -> None:
    page = write_html(print_draft(clean(7, unit="砂河镇人民政府", year=2024))).decode()
    assert BEFORE in page
    long = piece * (100_000 // len(piece))
    report = read(page.replace(BEFORE, f"{long}</p><p>{BEFORE}", 1).encode())
    began = time.process_time()
    assess(report, Context())
    assert time.process_time() - began < 3
