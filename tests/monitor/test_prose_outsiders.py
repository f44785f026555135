"""Long sentences of a hand that saw none of the others, in four rounds: each written before it was looked at what
is read of them, and each twice, as test_prose_reports.py has them. What is missed is written down beside them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from nianbao.parser.concepts import Said, applicant, dispute_row, request_row
from nianbao.parser.tellings import tellings
from nianbao.storage.registry import yaml_loader
from tests.monitor.test_attack_prose import outcome
from tests.monitor.test_prose_causes import NAMES
from tests.monitor.test_prose_paraphrases import told
from tests.monitor.test_prose_reports import FILE, facts

ROUNDS = ("outsiders", "outsiders_second", "outsiders_third", "outsiders_fourth")
UNFOUND = FILE.with_name("outsiders_open.txt").read_text("utf-8").splitlines()
SAID = [
    pair
    for name in ROUNDS
    for pair in facts(yaml.load(FILE.with_name(f"{name}.yaml").read_text("utf-8"), yaml_loader()))
]


@pytest.mark.parametrize(("fact", "sentence"), SAID, ids=[sentence for _, sentence in SAID])
def test_what_is_consistent_is_silent(fact: dict[str, Any], sentence: str) -> None:
    assert outcome(told(fact, sentence, changed=False)) == ""


TRAPS = yaml.load(FILE.with_name("outsiders_traps.yaml").read_text("utf-8"), yaml_loader())


@pytest.mark.parametrize("level", ["town", "county"])
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["heading"])
def test_a_number_of_something_else_accuses_nobody(trap: dict[str, Any], level: str) -> None:
    figures = {NAMES.get(key, key): number for key, number in trap["figures"].items()}
    fact = {**trap, "level": level, "figures": figures, "against": []}
    said = [each for each in trap["say"] if outcome(told(fact, each, changed=False))]
    assert said == []


def test_what_is_not_found_is_written_down() -> None:
    missed = [said for fact, said in SAID if outcome(told(fact, said, changed=True))]
    assert missed == UNFOUND


def test_most_are_found() -> None:
    assert len(SAID) >= 300
    assert len(UNFOUND) <= len(SAID) * 0.15


@pytest.mark.parametrize(
    ("near", "behind", "row"),
    [
        ("查遍档案也没找到、只能告知的", "。", "requests.unavailable.not_held"),
        ("发出补正通知以后石沉大海的", "。", "requests.other.not_corrected"),
        ("收到补正告知书后未在期限内答复的", "。", "requests.other.not_corrected"),
        ("手头还压着", "申请没有答,要留到2024年去办。", "requests.carried_out"),
        ("从2022年带过来没答完的申请", "。", "requests.carried_in"),
        ("因涉及他人隐私没有公开的", "。", "requests.denied.third_party"),
        # of several rows, or of some that are counted otherwise, nothing is said
        ("因过程性信息、执法案卷不予公开的", "。", ""),
        ("较上年没有公开的", "。", ""),
        ("除隐私外不予公开的", "。", ""),
        ("", "申请中,涉及隐私不予公开。", ""),
    ],
)
def test_a_row_is_known_by_its_notions(near: str, behind: str, row: str) -> None:
    right = behind.partition(",")[0].rstrip("。")
    assert request_row(Said(near, near, right, behind), 2023).kind == row


def test_what_follows_alone_tells_some_of_a_row() -> None:
    said = Said("有", "有", "申请属过程性信息", "申请属过程性信息,决定不公开。")
    assert request_row(said, 2023).is_of_some


@pytest.mark.parametrize(
    ("near", "kind"),
    [
        ("未走复议程序、径直起诉到法院的", "disputes.suits_direct"),
        ("先复议后诉讼的", "disputes.suits_after_review"),
        ("没有等来决定的", "disputes.reviews.pending"),
        ("经复议维持后未起诉的", ""),
    ],
)
def test_a_dispute_is_known_by_its_notions(near: str, kind: str) -> None:
    assert dispute_row("reviews", Said(near, near, "", "。")).kind == kind


@pytest.mark.parametrize(
    ("near", "kind"),
    [
        ("由律师事务所出面提交的", "requests.by.legal_service"),
        ("商事主体递交的申请为", "requests.by.business"),
        ("关于企业改制的申请", ""),
        ("村民和企业提交的", ""),
    ],
)
def test_who_asks(near: str, kind: str) -> None:
    assert applicant(Said(near, near, "", "。")).kind == kind


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("新收53件，1至6月24件，7至12月29件", "新收53件，1至6月24件，7至12月31件"),
        ("召开发布会8场，上、下半年各4场", "召开发布会8场，上、下半年各5场"),
        ("会议4次，每季度1次", "会议4次，每季度2次"),
        ("出版6期，每期印制800册，总印数4800册", "出版6期，每期印制800册，总印数5400册"),
        ("制发文件2件，即《甲办法》《乙细则》", "制发文件3件，即《甲办法》《乙细则》"),
        (
            "共14件，具体为信访9件、重复申请5件，其余情形没有",
            "共14件，具体为信访8件、重复申请5件，其余情形没有",
        ),
        ("账号4个，为公众号2个、微博1个、抖音号1个", "账号5个，为公众号2个、微博1个、抖音号1个"),
        ("办结率94.3%，即应办的247件中办结233件", "办结率93.4%，即应办的247件中办结233件"),
        ("新出台文件4件，废止2件，比上年净增2件", "新出台文件4件，废止2件，比上年净增4件"),
        ("1,020册", "1,020册"),
    ],
)
def test_sums_that_words_fix(right: str, wrong: str) -> None:
    plain = str.maketrans("，", ",")
    assert not list(tellings(right.translate(plain)))
    assert bool(list(tellings(wrong.translate(plain)))) == (right != wrong)
