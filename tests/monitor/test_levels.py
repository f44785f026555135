"""Rules of plausibility know the unit's level; where it is unknown they say nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Context, level_of
from nianbao.parser import Report, read
from nianbao.parser.document import Document, Paragraph
from nianbao.parser.report import report_of
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html

LEVELS = [
    ("柳树镇人民政府", "town"),
    ("柳树乡", "town"),
    ("城关街道办事处", "street"),
    ("市场监督管理局", "department"),
    ("教育厅", "department"),
    ("人民法院", "department"),
    ("合江县", "county"),
    ("合江县人民政府办公室", "county"),
    ("凌源市人民政府", "county"),
    ("海淀区", "county"),
    ("杭州市", "city"),
    ("杭州市人民政府办公厅", "city"),
    ("西双版纳傣族自治州", "city"),
    ("北京市人民政府", "province"),
    ("广东省人民政府办公厅", "province"),
    ("内蒙古自治区", "province"),
    ("", ""),
    ("某单位", ""),
]


@pytest.mark.parametrize(("unit", "level"), LEVELS)
def test_levels_by_name(unit: str, level: str) -> None:
    assert level_of(unit) == level


def rules(report: Report, unit: str) -> set[str]:
    told = replace(report, unit=unit, county=None)
    return {finding.rule for finding in assess(told).findings}


def with_cell(key: str, number: int) -> Report:
    draft = clean(5)
    report = read(write_html(print_draft(draft), published=f"{draft.year + 1}-01-29"))
    value = report.cells[key]._replace(number=Decimal(number), raw=str(number), state="value")
    return replace(report, cells={**report.cells, key: value})


@pytest.mark.parametrize(
    ("unit", "told"),
    [("柳树镇人民政府", True), ("城关街道办事处", True), ("杭州市人民政府", False), ("杭州市人民政府办公厅", False), ("", False)],
)  # fmt: skip
def test_who_may_make_regulations(unit: str, told: bool) -> None:
    assert ("E04" in rules(with_cell("proactive.regulations.in_force", 6), unit)) == told


@pytest.mark.parametrize(
    ("unit", "told"),
    [("柳树镇人民政府", True), ("合江县人民政府", False), ("教育局", False), ("杭州市", False), ("", False)],
)  # fmt: skip
def test_whose_charges_are_perhaps_yuan(unit: str, told: bool) -> None:
    assert ("E05" in rules(with_cell("proactive.fees.amount", 35000), unit)) == told


def test_nothing_is_proposed_where_this_years_sums_hold() -> None:
    first = clean(7, year=2022)
    later = clean(8, unit=first.unit, year=2023)
    figures = later.figures
    earlier = first.with_figures(
        requests__carried_out__total=(figures["requests.carried_in.total"] or 0) + 2
    )
    reports = [
        read(write_html(print_draft(draft), published=f"{draft.year + 1}-01-29"))
        for draft in (later, earlier)
    ]
    findings = assess(reports[0], Context(earlier=(reports[1],))).findings
    (carried,) = [f for f in findings if f.rule == "F07"]
    assert carried.suggestions == ()
    assert "2022年" in carried.zh


def test_no_rule_fails_where_no_heading_is_found() -> None:
    lines = ("柳树镇人民政府2023年政府信息公开工作年度报告", "我镇认真落实政务公开要求。")
    report = report_of(Document("text", tuple(map(Paragraph, lines))))
    assert not [f.zh for f in assess(report).findings if f.rule == "Z00"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张某，手机13812345678，反映问题。", "138****78"),
        ("请发至zhangsan@qq.com。", "zh****om"),
    ],
)
def test_what_is_private_is_masked(text: str, shown: str) -> None:
    lines = ("柳树镇人民政府2023年政府信息公开工作年度报告", text)
    report = report_of(Document("text", tuple(map(Paragraph, lines))))
    (found,) = [f for f in assess(report).findings if f.rule == "I03"]
    assert shown in found.zh
    assert found.severity == "notice"
    assert not {"13812345678", "zhangsan"} & {found.quote, found.zh}


def test_the_offices_own_numbers_are_not_private() -> None:
    lines = (
        "柳树镇人民政府2023年政府信息公开工作年度报告",
        "联系电话：13812345678，邮箱：lsz@163.com。",
    )
    report = report_of(Document("text", tuple(map(Paragraph, lines))))
    assert not [f for f in assess(report).findings if f.rule == "I03"]
