"""Claims: what a sentence states, and what it must not be taken to state. None of the sentences is anyone's own."""

from __future__ import annotations

import time
from decimal import Decimal
from math import inf

import pytest

from nianbao.parser.claim import Claim
from nianbao.parser.document import Document, Paragraph
from nianbao.parser.narrative import claims
from nianbao.parser.quantities import number_of
from tests.amounts import amount, more

R, A, OUT, IN = (
    "requests.received",
    "requests.answered",
    "requests.carried_out",
    "requests.carried_in",
)
V, L, FEE = "disputes.reviews", "disputes.lawsuits", "fees.processing"
TOTAL, CHANNEL, CATEGORY, PART = (
    "proactive.total",
    "proactive.channel",
    "proactive.category",
    "proactive.part",
)
RP = "requests.received.part"


def stated(text: str, year: int | None = 2023) -> list[Claim]:
    return list(claims(Document("text", (Paragraph(text),)), year))


def pairs(text: str, year: int | None = 2023) -> list[tuple[str, int | Decimal]]:
    """What it states of the report's own year."""
    return sorted((claim.kind, claim.value) for claim in stated(text, year) if not claim.period)


REQUESTS: list[tuple[str, list[tuple[str, int]]]] = [
    ("本年度收到政府信息公开申请6件。", [(R, 6)]),
    ("全年共收到政府信息公开申请12件。", [(R, 12)]),
    ("2023年，我镇共收到依申请公开3件。", [(R, 3)]),
    ("2023年收到依申请公开事项１０项。", [(R, 10)]),
    ("今年我街道受理政府信息公开申请共计21件。", [(R, 21)]),
    ("接到公民提出的政府信息公开申请五件。", [(R, 5)]),
    ("本年新收政府信息公开申请数量 8 件。", [(R, 8)]),
    ("收到2件政府信息公开申请。", [(R, 2)]),
    ("全年收到十二件关于征地的政府信息公开申请。", [(R, 12)]),
    ("政府信息公开申请数量为4件。", [(R, 4)]),
    ("政府信息公开申请共1件。", [(R, 1)]),
    ("本年度收到政府信息公开申请0件。", [(R, 0)]),
    ("全年收到政府信息公开申请1,024件。", [(R, 1024)]),
    ("本机关收到政府信息公开申请一百零五件。", [(R, 105)]),
    ("本年度，我镇未收到政府信息公开申请。", [(R, 0)]),
    ("2023年，没有收到公民、法人和其他组织提出的信息公开申请。", [(R, 0)]),
    ("我乡暂未收到依申请公开的事项。", [(R, 0)]),
    ("本年度无政府信息公开申请。", [(R, 0)]),
    ("全年未接到任何单位和个人的政府信息公开申请。", [(R, 0)]),
    ("2023年未受理政府信息公开申请。", [(R, 0)]),
    ("依申请公开申请数量为零。", [(R, 0)]),
    ("从未收到依申请公开信息。", [(R, 0)]),
    ("本年度收到申请6件，均已按时办结。", [(A, 6), ("requests.carried_out", 0), (R, 6)]),
    ("全年收到政府信息公开申请9件，全部在法定期限内答复。", [(A, 9), (R, 9)]),
    ("收到政府信息公开申请5件，已答复4件。", [(A, 4), (R, 5)]),
    ("收到政府信息公开申请7件，办结6件，结转下年度1件。", [(A, 6), (OUT, 1), (R, 7)]),
    ("共收到申请3件，上年结转2件。", [(IN, 2), (R, 3)]),
    ("新收政府信息公开申请3件，上一年度结转1件，办结4件。", [(A, 4), (IN, 1), (R, 3)]),
    ("依申请公开申请中，结转至下一年度2件。", [(OUT, 2)]),
    ("政府信息公开申请均已办结，无结转下年度办理的情况。", [(OUT, 0)]),
    ("收到政府信息公开申请4件，其中予以公开2件，部分公开1件，无法提供1件。",
     [("requests.granted", 2), ("requests.partial", 1), (R, 4), ("requests.unavailable", 1)]),
    ("申请办理情况：予以公开3件、不予公开2件、不予处理1件、其他处理1件。",
     [("requests.denied", 2), ("requests.granted", 3), ("requests.other", 1), ("requests.unprocessed", 1)]),
    ("申请中有2件予以公开，1件部分公开。", [("requests.granted", 2), ("requests.partial", 1)]),
    ("通过网站收到政府信息公开申请3件。", [(RP, 3)]),
    ("其中自然人提出，收到申请2件。", [(RP, 2)]),
    # what counts something else, or another time
    ("2022年收到政府信息公开申请5件。", []),
    ("去年收到政府信息公开申请5件。", []),
    ("收到12345热线工单35件。", []),
    ("收到人大代表建议提案3件，均已答复。", []),
    ("收到群众咨询申请15件。", []),
    ("受理低保申请20件。", []),
    ("未收到申请人补正材料。", []),
    ("未因收取费用收到申请。", []),
    ("申请人无正当理由逾期不补正。", []),
    ("办结信访事项5件。", []),
    ("2024年计划收到申请5件。", []),
    ("没有逾期答复申请的情况。", []),
    ("依法做好依申请公开工作。", []),
    ("建立健全依申请公开办理制度3项。", []),
    ("进一步规范申请受理、办理、答复。", []),
    ("第一件申请的答复期限为20个工作日。", []),
    ("收到政府信息公开申请?6件。", []),
    ("收到政府信息公开申请\ufffd6件。", []),
]  # fmt: skip

DISPUTES: list[tuple[str, list[tuple[str, int]]]] = [
    ("全年发生行政复议1件。", [(V, 1)]),
    ("本年度行政复议案件2件，行政诉讼案件1件。", [(L, 1), (V, 2)]),
    ("行政复议0件，行政诉讼0件。", [(L, 0), (V, 0)]),
    ("因政府信息公开被申请行政复议3起。", [(V, 3)]),
    ("收到3件行政复议。", [(V, 3)]),
    ("有一起行政诉讼。", [(L, 1)]),
    ("本年度无行政复议、行政诉讼。", [(L, 0), (V, 0)]),
    ("未发生行政复议和行政诉讼案件。", [(L, 0), (V, 0)]),
    ("没有因政府信息公开引起的行政复议、行政诉讼情况。", [(L, 0), (V, 0)]),
    ("我镇未发生因政府信息公开申请行政复议、提起行政诉讼的情况。", [(L, 0), (V, 0)]),
    ("行政复议、行政诉讼均为0件。", [(L, 0), (V, 0)]),
    ("行政复议、行政诉讼情况：无。", [(L, 0), (V, 0)]),
    ("行政复议和行政诉讼未发生。", [(L, 0), (V, 0)]),
    ("无行政复议。", [(V, 0)]),
    ("不存在行政诉讼。", [(L, 0)]),
    ("行政诉讼为零。", [(L, 0)]),
    ("未发生行政复议，行政诉讼1件。", [(L, 1), (V, 0)]),
    ("行政复议和行政诉讼共3件。", [("disputes.both", 3)]),
    ("无行政复议被纠正的案件。", []),
    ("无行政诉讼败诉案件。", [("disputes.suits.corrected", 0)]),
    ("认真学习行政复议法。", []),
    ("未经复议直接起诉。", []),
    ("2021年行政复议2件。", []),
    ("不断规范行政复议工作。", []),
    ("本年度发生行政诉讼两件。", [(L, 2)]),
    ("全年没有发生行政复议。", [(V, 0)]),
    ("行政复议案件数为零。", [(V, 0)]),
    ("行政复议案件4件，均已审结。", [(V, 4), ("disputes.reviews.pending", 0)]),
]

FEES: list[tuple[str, list[tuple[str, int | Decimal]]]] = [
    ("本年度未收取信息处理费。", [(FEE, 0)]),
    ("2023年没有收取政府信息公开信息处理费。", [(FEE, 0)]),
    ("全年未产生信息处理费。", [(FEE, 0)]),
    ("信息处理费收取情况：无。", [(FEE, 0)]),
    ("本年度信息处理费0元。", [(FEE, 0)]),
    ("本年度发出收费通知0件，收取信息处理费总金额为200元。", [(FEE, 200)]),
    ("收取信息公开处理费1.5万元。", [(FEE, 15000)]),
    ("未向申请人收取任何费用。", [(FEE, 0)]),
    ("行政事业性收费金额12.5万元。", [("fees.amount", Decimal("12.5"))]),
    ("行政事业性收费35000元。", [("fees.amount", Decimal("3.5"))]),
    ("执行信息处理费管理办法。", []),
    ("按照收费标准收取村级水费300元。", []),
]

DOCUMENTS: list[tuple[str, list[tuple[str, int]]]] = [
    ("全年制发行政规范性文件2件。", [("normative_documents.issued", 2)]),
    ("本年度出台3件行政规范性文件。", [("normative_documents.issued", 3)]),
    ("未制发行政规范性文件。", [("normative_documents.issued", 0)]),
    (
        "我镇未发布规章、行政规范性文件。",
        [("normative_documents.issued", 0), ("regulations.issued", 0)],
    ),
    ("废止规范性文件1件。", [("normative_documents.repealed", 1)]),
    ("现行有效的行政规范性文件5件。", [("normative_documents.in_force", 5)]),
    ("行政规范性文件现行有效4件。", [("normative_documents.in_force", 4)]),
    ("公开规章制度3项。", []),
    ("制定规章制度2件。", []),
    ("法律、法规、规章规定应当公开的事项。", []),
    ("清理规范性文件工作有序开展。", []),
]

DECISIONS: list[tuple[str, list[tuple[str, int]]]] = [
    ("作出行政处罚决定15件。", [("penalties.decisions", 15)]),
    ("办理行政许可42件。", [("licensing.decisions", 42)]),
    ("行政强制0件。", [("coercion.decisions", 0)]),
    ("全年行政处罚六宗，行政强制一宗。", [("coercion.decisions", 1), ("penalties.decisions", 6)]),
    ("公开行政处罚信息。", []),
    ("梳理行政许可事项清单。", []),
    ("作出行政许可决定1,280件。", [("licensing.decisions", 1280)]),
    ("实施行政强制2件。", [("coercion.decisions", 2)]),
]

STAFF: list[tuple[str, list[tuple[str, int]]]] = [
    ("现有工作人员3人。", [("staff.total", 3)]),
    ("配备工作人员2人，其中专职人员1人，兼职人员1人。",
     [("staff.full_time", 1), ("staff.part_time", 1), ("staff.total", 2)]),
    ("配备一名专职人员、两名兼职人员。", [("staff.full_time", 1), ("staff.part_time", 2)]),
    ("召开政务公开专题会议3次。", [("meetings", 3)]),
    ("组织召开两次政务公开工作会议。", [("meetings", 2)]),
    ("开展政务公开业务培训4次。", [("trainings", 4)]),
    ("组织2场业务培训。", [("trainings", 2)]),
    ("发布政策解读材料5篇。", [("interpretations", 5), (CATEGORY, 5)]),
]  # fmt: skip

PROACTIVE: list[tuple[str, list[tuple[str, int]]]] = [
    ("全年主动公开政府信息85条。", [(TOTAL, 85)]),
    ("2023年累计公开各类信息1,359条。", [(TOTAL, 1359)]),
    ("主动公开信息六十三条。", [(TOTAL, 63)]),
    ("共发布政务信息２０条。", [(TOTAL, 20)]),
    ("通过政府网站发布信息34条。", [(CHANNEL, 34)]),
    ("在微信公众号推送信息360条。", [(CHANNEL, 360)]),
    ("通过政府网站、微信公众号等渠道公开信息90条。", [(TOTAL, 90)]),
    ("公开财政预决算信息6条。", [(CATEGORY, 6)]),
    ("主动公开信息100条，其中网站60条，公众号40条。", [(PART, 40), (PART, 60), (TOTAL, 100)]),
    ("公开信息10条，包括政策文件4条、工作动态6条。", [(PART, 4), (PART, 6), (TOTAL, 10)]),
    ("公开信息9条，网站5条，公众号4条。", [(PART, 4), (PART, 5), (TOTAL, 9)]),
    ("公开信息85条，一是政策43条；二是预警17条；三是公共卫生检查19条；四是其他6条。",
     [(PART, 6), (PART, 17), (PART, 19), (PART, 43), (TOTAL, 85)]),
    # what counts something else, or another time
    ("2022年主动公开政府信息85条。", []),
    ("较上年公开信息85条有所增加。", []),
    ("公开服务热线3条。", []),
    ("设置公开栏12个。", []),
    ("全镇共有行政村15个。", []),
    ("设立办事窗口10个，公开事项目录。", []),
    ("完成165项政务服务事项的录入工作。", []),
    ("公众号关注人数3000人。", []),
    ("计划公开信息100条。", []),
    ("召开公开工作推进会。", []),
    ("《条例》第二十条规定的主动公开信息。", []),
    ("公开工作取得三项突破。", []),
    ("坚持“一网通办”和公开为常态。", []),
    ("今日头条号发布信息15条。", [(CHANNEL, 15)]),
    ("在村务公示栏张贴公布信息220条。", [(CHANNEL, 220)]),
    ("全年更新信息48篇。", [(TOTAL, 48)]),
    ("公开重大项目信息两条。", [(CATEGORY, 2)]),
    ("主动公开政府信息约300条。", [(TOTAL, 300)]),
    ("开展条例宣传活动5次。", []),
]  # fmt: skip

ALL = [*REQUESTS, *DISPUTES, *FEES, *DOCUMENTS, *DECISIONS, *STAFF, *PROACTIVE]


@pytest.mark.parametrize(("text", "expected"), ALL, ids=[text for text, _ in ALL])
def test_sentences(text: str, expected: list[tuple[str, int]]) -> None:
    assert pairs(text) == sorted(expected)


def test_there_are_enough_sentences() -> None:
    assert len({text for text, _ in ALL}) >= 150


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("1,359", 1359), ("3.5", Decimal("3.5")), ("十", 10), ("十二", 12), ("二十", 20), ("两", 2),
     ("一百零五", 105), ("三百五十", 350), ("一千二百三十四", 1234), ("两万三千", 23000), ("二零二三", 2023),
     ("一千零八十", 1080), ("三百五", None), ("十百", None), ("一二", None)],
)  # fmt: skip
def test_numerals(text: str, value: int | None) -> None:
    assert number_of(text) == value


# ---- trees of items


def tree(text: str) -> list[tuple[str, int | Decimal, int | None, bool]]:
    """About, value, the value that it is a part of, and whether its list is closed."""
    found = stated(text)
    return [
        (c.about, c.value, int(found[c.part_of].value) if c.part_of is not None else None, c.closed)
        for c in found
        if c.kind == PART
    ]


def test_parts_of_parts() -> None:
    text = "全年公开信息50条。其中通过微信公众号发布20条。通过政府网站发布信息30条，其中概况信息4条，公告26条。"
    assert tree(text) == [
        ("微信公众号", 20, 50, True),
        ("政府网站", 30, 50, True),
        ("概况", 4, 30, True),
        ("公告", 26, 30, True),
    ]


def test_a_list_that_does_not_add_up_stays_a_list() -> None:
    assert tree("公开信息30条，其中概况信息4条，公告24条。") == [
        ("概况", 4, 30, True),
        ("公告", 24, 30, True),
    ]


@pytest.mark.parametrize(
    "text", ["公开信息30条，其中涉及民生4条，财政2条。", "公开信息30条，其中民生4条，财政2条等。"]
)
def test_open_lists(text: str) -> None:
    assert [(value, whole, closed) for _, value, whole, closed in tree(text)] == [
        (4, 30, False),
        (2, 30, False),
    ]


def test_what_may_not_belong_together_is_not_put_together() -> None:
    assert tree("公开信息30条。通过网站发布信息40条。") == []
    assert tree("公开信息30条，召开会议4次，培训2次。") == []
    assert tree("公开信息30条，收到申请4件。") == []


def test_rough_numbers_say_so() -> None:
    for text in (
        "公开信息400余条。",
        "公开信息约400条。",
        "公开信息400多条。",
        "公开信息400条以上。",
    ):
        (claim,) = stated(text)
        assert (claim.value, claim.exact) == (400, False)


def test_shares() -> None:
    found = stated("公开信息154条，其中政策类28条，占18.2%。")
    (share,) = [claim for claim in found if claim.kind == "share"]
    assert share.value == Decimal("18.2")
    assert share.part_of is not None
    assert found[share.part_of].value == 28


def test_where_a_claim_stands() -> None:
    document = Document(
        "text", (Paragraph("一、总体情况"), Paragraph("第一句。全年收到政府信息公开申请 6 件。"))
    )
    (claim,) = claims(document, 2023)
    assert (claim.paragraph, claim.sentence) == (1, "全年收到政府信息公开申请 6 件。")
    assert claim.sentence.replace(" ", "")[claim.at] == "6"


def test_tables_in_the_text_are_no_prose() -> None:
    rows = (
        "一、本年新收政府信息公开申请数量\t6\t0\t0",
        "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    )
    assert claims(Document("text", tuple(Paragraph(row) for row in rows)), 2023) == ()


SAID_AGAIN_AND_AGAIN = (
    "行政复议3件，其中维持2件、纠正1件；行政诉讼2件，维持1件。纠正的1件系程序问题。",
    "因征收补偿引发行政诉讼11件。",
    "行政复议、行政诉讼分别为3件、2件。",
    "实施强制措施8件。",
    "收到申请10件，占比5%。",
    "收到申请10件，办结9件，办结率90%。",
    "收到居民申请6件，企业申请2件，公开2件。",
    "公开信息100条，其中网站60条，公众号40条。",
    "收到申请7件，1件不予公开，其余5件予以公开，均已办结。",
    "未收到行政复议。",
)


@more
@pytest.mark.parametrize("sentence", SAID_AGAIN_AND_AGAIN)
def test_a_longer_paragraph_costs_as_much_more(sentence: str) -> None:
    short, long = amount(5_000, 10_000), amount(40_000, 80_000)
    seconds_of(sentence, short)  # what is made ready once
    least, longer = inf, inf
    for _ in range(6):  # in turns: a busy machine only adds, to either
        least = min(least, *(seconds_of(sentence, short) for _ in range(3)))
        longer = min(longer, seconds_of(sentence, long))
        if is_linear := longer < least * long / short * 1.75:
            break
    assert is_linear, (longer, least)


def seconds_of(sentence: str, characters: int) -> float:
    begun = time.process_time()
    stated(sentence * (characters // len(sentence)))
    return time.process_time() - begun
