"""A person's numbers and mail are masked, and nothing else is touched."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.parser.private import masked, masked_in, uncut

HIDDEN = [
    "身份证号11010519491231002X。",
    "身份证号11010519491231002x，住址",
    "身份证 110105 19491231 002X 号",
    "（440524198001010014）",
    "身份证号：１１０１０５１９４９１２３１００２Ｘ",
    "身份证号码110105491231002，",
    "身份证编号：110105491231002",
    "手机13812345678，",
    "手机 138 1234 5678。",
    "手机138-1234-5678",
    "联系电话：13812345678",
    "电话１３８１２３４５６７８",
    "+8613812345678",
    "008613812345678",
    "邮箱zhangsan@qq.com。",
    "zhang.san_1980@vip.163.com",
    "zhangsan＠126.com",
    "ZHANG@Gmail.com",
    "zhangsan@sina.com.cn",
    "张三13812345678李四15912345678",
    "手机138\u00a01234\u00a05678",
    "手机138\u200b12345678",
    "手机138\u00ad1234\u20605678",
    "手机138–1234–5678",
    "手机138.1234.5678",
    "身份证110105\u00a019491231\u00a0002X",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_hidden(text: str) -> None:
    shown = masked(text)
    assert "****" in shown, shown
    for number in (
        "12345678",
        "1234 5678",
        "1234-5678",
        "1949",
        "4912",
        "hangsan",
        "hang.san",
        "HANG",
    ):
        assert number not in shown
    assert masked(shown) == shown


def test_the_beginning_and_the_end_stay() -> None:
    assert masked("身份证号11010519491231002X。") == "身份证号110****2X。"
    assert masked("手机13812345678，") == "手机138****78，"
    assert masked("邮箱zhangsan@qq.com。") == "邮箱zh****@qq.com。"
    assert masked("身份证号：110105491231002。") == "身份证号：110****02。"


SHOWN = [
    "本年收到申请13812345678件",
    "收费13812345678元",
    "13812345678万元",
    "电话：0350-7712345",
    "电话：03507712345",
    "010-12345678",
    "邮箱：lsz@pingan.gov.cn",
    "统一社会信用代码11140924012345678X",
    "11370883004325769B",
    "http://a.gov.cn/art/13812345678.html",
    "http://a.gov.cn/?id=11010519491231002X&p=13812345678",
    "art_1229325036_3913369",
    "t20230118_11520599.html",
    "a13812345678b",
    "138123456789",
    "213812345678",
    "2023年1月18日",
    "20230118123456789",
    "晋政办发〔2023〕12号",
    "f3c13812345678ab" * 4,
    "12812345678",
    "",
]


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_shown(text: str) -> None:
    assert masked(text) == text


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_numbers_stay_numbers() -> None:
    content = {"a": [13812345678, "手机13812345678", None, True, {"b": 1.5}]}
    assert masked_in(content) == {"a": [13812345678, "手机138****78", None, True, {"b": 1.5}]}
    assert content["a"] != masked_in(content)["a"]


@pytest.mark.parametrize(
    ("begin", "end", "part"),
    [(0, 8, "甲手机"), (5, 18, "乙丙丁戊"), (0, 16, "甲手机13812345678乙丙"), (5, 9, "")],
)
def test_a_part_begins_and_ends_beside_a_number(begin: int, end: int, part: str) -> None:
    assert uncut("甲手机13812345678乙丙丁戊", begin, end) == part


GLUED = (
    ("a.bcd@qq.com.efg@163.com", "a.****@qq.com.e****@163.com"),
    ("abc@qq.com-def@163.com", "ab****@qq.com-d****@163.com"),
    ("13812345678.abc@qq.com", "13****@qq.com"),
)


@pytest.mark.parametrize(("text", "told"), GLUED)
def test_what_is_glued_to_a_mail_address_is_masked_too(text: str, told: str) -> None:
    assert masked(text) == told


LONG = ("a", "a.", "9", "abc@", "a@b.", ".", "+86", "身份证号", "1\u200b", "138 ", "https://a")


@pytest.mark.parametrize("piece", LONG)
def test_a_word_without_end_is_looked_through_once(piece: str) -> None:
    """Pages are shown by the process that shows all others: none may keep it for minutes."""
    text = piece * (400_000 // len(piece))
    began = time.process_time()
    assert masked(text)
    assert time.process_time() - began < 5
