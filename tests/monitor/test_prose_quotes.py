"""What the prose is accused of is told with the words that say so."""

from __future__ import annotations

import pytest

from tests.monitor.test_attack_prose import said_of

CASES = {
    "G05": ("（一）主动公开", "全年公开信息513条，其中办理结果信息520条。", ("513条", "520条")),
    "G10": (
        "六、其他需要报告的事项",
        "本年度收取信息处理费200元。本年度信息处理费0元。",
        ("200元", "0元"),
    ),
    "G11": ("（二）依申请公开", "收到申请154件，其中网上申请28件，占25.3%。", ("占25.3%",)),
}


@pytest.mark.parametrize("rule", CASES)
def test_the_sentence_is_quoted(rule: str) -> None:
    heading, text, places = CASES[rule]
    case = {"level": "town", "year": 2024, "heading": heading, "text": text, "figures": {}}
    told = next(found for found in said_of(case) if found.rule == rule)
    for words in (told.zh, told.en):
        quotes = words.split("“")[1:] if words is told.zh else words.split("(")[1:]
        assert all(any(place in quote for quote in quotes) for place in places), words
