"""Numbers that others beside them make, and on what evidence numbers are parts of a whole."""

from __future__ import annotations

import pytest

from nianbao.parser.claim import Claim
from nianbao.parser.document import Document, Paragraph
from nianbao.parser.narrative import claims


def told(text: str, year: int = 2024) -> list[Claim]:
    blocks = (Paragraph("（二）依申请公开"), Paragraph(text))
    return list(claims(Document("text", blocks), year))


def made(text: str) -> list[tuple[float, float]]:
    """What is printed, and what the numbers beside it make, where that is another number."""
    found = [c for c in told(text) if c.kind == "difference"]
    wrong = [c for c in found if not any(map(c.may_be, c.readings))]
    return [(float(c.value), round(float(c.readings[0]), 1)) for c in wrong]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("上年底有效文件40件，新制定5件，本年废止7件，年末有效36件。", [(36, 38)]),
        ("上年底有效文件40件，新制定5件，本年废止7件，年末有效38件。", []),
        ("年初共有账号63个，年内关停22个，新开设3个，年末保留41个。", [(41, 44)]),
        ("含上年度顺延的18件在内，2024年应办件为427件，实际办结409件，余28件。", [(28, 18)]),
        # a word that is not known
        ("年初63个，关停22个，新开设3个，划转2个，年末保留41个。", []),
        ("年初63个，关停22个，新开设3个，另有2个改名，年末保留41个。", []),
        # two ends, or none
        ("年初63个，关停22个，年末41个，年末实有账号40个。", []),
        ("关停22个，新开设3个。", []),
    ],
)
def test_stock_and_flow(text: str, wrong: list[tuple[float, float]]) -> None:
    assert made(text) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("全年收到申请5件，内容涉及宅基地确权。三件申请均已书面答复。", [(3, 5)]),
        ("全年收到申请5件。5件申请均已书面答复。", []),
        ("全年收到申请5件，上年结转1件。上述6件申请均已书面答复。", []),
        ("收到申请5件，撤回2件。3件申请均已书面答复。", []),
        ("三件申请均已书面答复。", []),
        ("收到申请5件。其中3件申请均已书面答复。", []),
    ],
)
def test_the_same_again(text: str, wrong: list[tuple[float, float]]) -> None:
    assert made(text) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("发放问卷500份，回收486份，回收率92.7%。", [(92.7, 97.2)]),
        ("发放问卷500份，回收486份，回收率97.2%。", []),
        ("应公开事项160项，已公开152项，公开率95%。", []),
        ("应公开事项160项，公开率95%。", []),
        ("回收486份，回收率92.7%。", []),
        ("发现问题36个，整改32个，整改率88.9%。", []),
        ("发现问题36个，未整改4个，整改率92%。", []),
        ("应公开事项160项，已公开142项，公开率95%。", [(95, 88.8)]),
        ("2021年收到申请158件，2025年309件，年均增长18.3%。", []),
    ],
)
def test_rates(text: str, wrong: list[tuple[float, float]]) -> None:
    assert made(text) == wrong


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("收到申请9件，其中网上6件、信函3件。", [6, 3]),
        ("收到申请9件（网上6件，信函3件）。", [6, 3]),
        ("收到申请9件。其中网上6件，信函3件。", [6, 3]),
        ("公开信息28条。公开信息中，建议19条、提案9条。", [19, 9]),
        # of another whole, or no part at all
        ("中心收到的4件申请不包含在本局的7件之内。", []),
        ("收到83件，其中转办11件，这11件已计入全年的246件。", [11]),
        ("两件合计占全部案件（14件）的14.3%。", []),
    ],
)
def test_what_is_surely_a_part(text: str, sure: list[int]) -> None:
    assert [claim.value for claim in told(text) if claim.sure] == sure
