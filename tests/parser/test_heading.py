"""Title, unit, county, year, period, signature and the page's own data, in the shapes that they come in."""

from __future__ import annotations

import csv
import gzip
import random
import re
from datetime import date
from pathlib import Path

import pytest

from nianbao.parser import heading
from nianbao.parser.document import Block, Cell, Document, Grid, Link, Paragraph
from nianbao.parser.regions import regions
from nianbao.parser.report import report_of

DIVISIONS = Path(__file__).parents[2].parent / "shared" / "divisions"


def document(*lines: str, **meta: str) -> Document:
    return Document("text", tuple(Paragraph(line) for line in lines), meta)


def head(*lines: str) -> tuple[str, str | None, int | None]:
    shown = document(*lines, "一、总体情况", "2023年，我镇认真落实。")
    title = heading.title(shown)
    return (*heading.unit(title, shown), heading.year(title, shown))


TITLES = [
    (("平安县柳树镇人民政府2023年政府信息公开工作年度报告",), ("柳树镇人民政府", "平安县", 2023)),
    (("柳树镇人民政府2023年政府信息公开工作年度报告",), ("柳树镇人民政府", None, 2023)),
    (("柳树镇2023年政府信息公开年度报告",), ("柳树镇", None, 2023)),
    (("柳树镇人民政府", "2023年政府信息公开工作年度报告"), ("柳树镇人民政府", None, 2023)),
    (("2023年度柳树镇政府信息公开工作年度报告",), ("柳树镇", None, 2023)),
    (("柳树镇人民政府 2023 年政府信息公开工作年度报 告",), ("柳树镇人民政府", None, 2023)),
    (("柳树镇人民政府２０２３年政府信息公开工作年度报告",), ("柳树镇人民政府", None, 2023)),
    (("柳树镇人民政府二〇二三年政府信息公开工作年度报告",), ("柳树镇人民政府", None, 2023)),
    (("平安县人民政府城关街道办事处2023年政府信息公开工作年度报告",), ("城关街道办事处", "平安县", 2023)),
    (("荆州古城街道2023年政府信息公开工作年度报告",), ("荆州古城街道", None, 2023)),
    (("平安县人民政府2023年政府信息公开工作年度报告",), ("平安县人民政府", None, 2023)),
    (("平安区城关街道办事处2023年政府信息公开工作年度报告",), ("城关街道办事处", "平安区", 2023)),
    (("平安区城关街道2023年政府信息公开工作年度报告",), ("城关街道", "平安区", 2023)),
    (("平安县柳树乡人民政府关于2023年政府信息公开工作年度报告",), ("柳树乡人民政府", "平安县", 2023)),
    (("平安旗柳树苏木人民政府2022年政府信息公开工作年度报告",), ("柳树苏木人民政府", "平安旗", 2022)),
    (("山水省大同市平安县柳树镇人民政府2023年政府信息公开工作年度报告",), ("柳树镇人民政府", "平安县", 2023)),
    (("平安县教育局2023年政府信息公开工作年度报告",), ("教育局", "平安县", 2023)),
    (("标题：平安县柳树镇人民政府2023年政府信息公开工作年度报告",), ("柳树镇人民政府", "平安县", 2023)),
    (("首页 > 信息公开 > 年度报告", "平安县柳树镇2023年政府信息公开工作年度报告"), ("柳树镇", "平安县", 2023)),
    (("平安县柳树镇2010年政府信息公开工作总结",), ("柳树镇", "平安县", 2010)),
    (("平安县2023年度政府信息公开工作年度报告（柳树镇）",), ("柳树镇", "平安县", 2023)),
    (("平安县人民政府2023年政府信息公开工作年度报告（柳树镇人民政府）",), ("柳树镇人民政府", "平安县", 2023)),
    (("平安县2023年政府信息公开工作年度报告—柳树镇",), ("柳树镇", "平安县", 2023)),
    (("平安县政府信息公开工作年度报告（柳树镇2023年）",), ("柳树镇", "平安县", 2023)),
    (("2023年度政府信息公开工作年度报告（柳树镇人民政府）",), ("柳树镇人民政府", None, 2023)),
    (("平安县2023年政府信息公开工作年度报告（征求意见稿）",), ("平安县", None, 2023)),
    (("【年度报告】柳树镇2023年政府信息公开工作年度报告",), ("柳树镇", None, 2023)),
    (("[年报]平安县柳树镇2023年政府信息公开工作年度报告",), ("柳树镇", "平安县", 2023)),
    (("★柳树镇2023年政府信息公开工作年度报告",), ("柳树镇", None, 2023)),
    (("3．柳树镇2023年政府信息公开工作年度报告",), ("柳树镇", None, 2023)),
    (("附件：柳树镇2023年政府信息公开工作年度报告",), ("柳树镇", None, 2023)),
    (("附件1：柳树镇2023年政府信息公开工作年度报告",), ("柳树镇", None, 2023)),
    (("《柳树镇2023年政府信息公开工作年度报告》",), ("柳树镇", None, 2023)),
    (("柳树镇2023年政府信息公开工作年度报告（2024年1月）",), ("柳树镇", None, 2023)),
    (("关于柳树镇2023年政府信息公开工作情况的报告",), ("柳树镇", None, 2023)),
    (("柳树镇关于2023年政府信息公开工作情况的报告",), ("柳树镇", None, 2023)),
    (("关于2023年度柳树镇政府信息公开工作的报告",), ("柳树镇", None, 2023)),
]  # fmt: skip


@pytest.mark.parametrize(
    "title",
    [
        "附件：柳树镇2023年政府信息公开工作年度报告",
        "关于柳树镇2023年政府信息公开工作情况的报告",
        "关于2023年度柳树镇政府信息公开工作的报告",
    ],
)
def test_a_title_alone_is_one_of_a_report(title: str) -> None:
    report = report_of(document(title, "我镇2023年主动公开信息60条。"))
    assert (report.unit, report.year) == ("柳树镇", 2023)


@pytest.mark.parametrize(("lines", "expected"), TITLES)
def test_titles(lines: tuple[str, ...], expected: tuple[str, str | None, int]) -> None:
    assert head(*lines) == expected


BODIES = [
    ("凌源市市场监督管理局", "市场监督管理局", "凌源市"),
    ("平安县住房和城市建设局", "住房和城市建设局", "平安县"),
    ("凌源市住房和城市建设局", "住房和城市建设局", "凌源市"),
    ("凌源市市政管理局", "市政管理局", "凌源市"),
    ("平安县县域经济发展中心", "县域经济发展中心", "平安县"),
    ("海淀区区划地名办公室", "区划地名办公室", "海淀区"),
    ("市南区市场监督管理局", "市场监督管理局", "市南区"),
    ("合江县自然资源和规划局", "自然资源和规划局", "合江县"),
    ("合江县县直机关事务服务中心", "县直机关事务服务中心", "合江县"),
    ("合江县公安局交通警察大队", "公安局交通警察大队", "合江县"),
    ("合江县消防救援大队", "消防救援大队", "合江县"),
    ("合江县气象站", "气象站", "合江县"),
    ("彭阳县政府办", "政府办", "彭阳县"),
    ("浙江省教育厅", "教育厅", "浙江省"),
    ("中共合江县委办公室", "合江县委办公室", "合江县"),
    ("杭州市", "杭州市", None),
    ("合江县", "合江县", None),
    ("内蒙古自治区", "内蒙古自治区", None),
    ("西双版纳傣族自治州", "西双版纳傣族自治州", None),
    ("合江县人民政府办公室", "合江县人民政府办公室", None),
    ("广东省人民政府办公厅", "广东省人民政府办公厅", None),
    ("杭州市人民政府研究室", "杭州市人民政府研究室", None),
    ("信宜市镇隆镇人民政府", "镇隆镇人民政府", "信宜市"),
    ("泸州市合江县白米镇人民政府", "白米镇人民政府", "合江县"),
    ("北京市朝阳区望京街道办事处", "望京街道办事处", "朝阳区"),
]


@pytest.mark.parametrize(("body", "unit", "county"), BODIES, ids=[body for body, _, _ in BODIES])
def test_bodies_of_every_kind(body: str, unit: str, county: str | None) -> None:
    assert head(f"{body}2023年政府信息公开工作年度报告") == (unit, county, 2023)


TOWN = "合江县白桥乡人民政府2023年政府信息公开工作年度报告"
MENUS = [
    (("信息公开", "合江县白桥乡人民政府", "2023年政府信息公开工作年度报告"), {}),
    (("首页", "政府信息公开指南", "政府信息公开制度", "政府信息公开年报", TOWN), {}),
    (("政府信息公开年报", "合江县白桥乡人民政府", "2023年政府信息公开工作年度报告"), {}),
    (("信息公开合江县白桥乡人民政府2023年政府信息公开工作年度报告",), {}),
    (("菜单", "政府信息公开年报"), {"articletitle": TOWN}),
    (("政府信息公开年报",), {"title": f"{TOWN}-合江县人民政府"}),
    (("政府信息公开年报",), {"h1": TOWN, "title": "合江县人民政府"}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "meta"), MENUS)
def test_the_shortest_whole_title_wins_over_menus(
    lines: tuple[str, ...], meta: dict[str, str]
) -> None:
    assert heading.title(document(*lines, "一、总体情况", **meta)) == TOWN


def test_what_the_page_says_of_its_unit_and_site() -> None:
    title = "2023年政府信息公开工作年度报告"
    meta = {"contentsource": "合江县白桥乡人民政府", "siteidcode": "5105220001"}
    shown = document(title, "一、总体情况", **meta)
    assert heading.unit(title, shown) == ("白桥乡人民政府", "合江县")
    assert heading.publication(shown).site == "5105220001"


def test_whom_to_ask() -> None:
    shown = document("联系电话：0830-5222222，地址：合江县白桥乡人民路1号。")
    assert heading.contact(shown) == {"phone": "0830-5222222", "address": "合江县白桥乡人民路1号"}
    assert heading.contact(document("无")) == {"phone": "", "address": ""}


def test_the_list_of_regions_is_that_of_the_packed_units() -> None:
    packed = gzip.decompress((ROOT / "storage" / "units.csv.gz").read_bytes()).decode("utf-8")
    rows = list(csv.DictReader(packed.splitlines()))
    named = {row[key] for row in rows for key in ("province", "city", "county")} - NO_REGIONS
    assert set(regions()) == named


NO_REGIONS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
ROOT = Path(__file__).parents[2]


def divisions() -> list[tuple[str, str]]:
    with (DIVISIONS / "areas.csv").open(encoding="utf-8") as file:
        areas = {
            row["code"]: row["name"] for row in csv.DictReader(file) if row["name"] != "市辖区"
        }
    with (DIVISIONS / "streets.csv").open(encoding="utf-8") as file:
        towns = [(areas.get(row["areaCode"], ""), row["name"]) for row in csv.DictReader(file)
                 if row["code"][6:] < "400"]  # fmt: skip
    return [
        (c, town)
        for c, town in towns
        if c and not re.search("[市县区].*[市县区]|园区", c) and not PREFIXED.search(town)
    ]


PREFIXED = re.compile(
    "[市县区旗].{2,}(?:街道|镇|乡)|管理委员会"
)  # names that have their county's before them in the list


NO_LIST = "the list of divisions (../shared/divisions) is not on this machine"


@pytest.mark.skipif(not DIVISIONS.exists(), reason=NO_LIST)
@pytest.mark.parametrize("ending", ["{}人民政府", "{}"])
@pytest.mark.parametrize("named", [True, False])
def test_units_of_the_whole_country(ending: str, named: bool) -> None:
    sample = random.Random(7).sample(divisions(), 2000)
    wrong = []
    for county, town in sample:
        unit = town.removesuffix("办事处") if town.endswith("办事处") else town
        unit = (
            f"{unit}办事处" if town.endswith("街道") and "政府" in ending else ending.format(unit)
        )
        found = head(f"{county if named else ''}{unit}2023年政府信息公开工作年度报告")
        if found != (unit, county if named else None, 2023):
            wrong.append((county, unit, found))
    assert len(wrong) <= len(sample) * 0.005, wrong[:20]


# ---- period, signature


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("统计期限为2023年1月1日至12月31日。", (date(2023, 1, 1), date(2023, 12, 31))),
        (
            "数据统计期限自2023年1月1日起至2023年12月31日止。",
            (date(2023, 1, 1), date(2023, 12, 31)),
        ),
        ("统计期限为２０２３年１月１日－１２月３１日。", (date(2023, 1, 1), date(2023, 12, 31))),
        ("统计期限为2023年 1月 1 日到 12 月 31 日。", (date(2023, 1, 1), date(2023, 12, 31))),
        ("统计期限自2023年1月1日起,至2023年12月31日止。", (date(2023, 1, 1), date(2023, 12, 31))),
        ("统计期限为2023年1月1日——2023年12月31日。", (date(2023, 1, 1), date(2023, 12, 31))),
        ("统计期限：2023年1月1日0时至12月31日24时。", (date(2023, 1, 1), date(2023, 12, 31))),
        ("报告期为2023.1.1-2023.12.31。", (date(2023, 1, 1), date(2023, 12, 31))),
        (
            "统计期限为二〇二三年一月一日至二〇二三年十二月三十一日。",
            (date(2023, 1, 1), date(2023, 12, 31)),
        ),
        ("统计期限为2023年1月1日至2023111231日。", None),
        ("统计期限为20231月1日至12月31日。", None),
    ],
)
def test_periods(text: str, span: tuple[date, date] | None) -> None:
    found, raw = heading.period(document("题", text))
    assert found == span
    assert raw


def test_no_period() -> None:
    assert heading.period(document("题", "2023年，我镇认真落实。")) == (None, "")


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (("柳树镇人民政府", "2024年1月12日"), date(2024, 1, 12)),
        (("柳树镇人民政府", "2024 年 1 月 12 日"), date(2024, 1, 12)),
        (("柳树镇人民政府2024年1月5日",), date(2024, 1, 5)),
        (("二〇二四年一月十二日",), date(2024, 1, 12)),
        (("二○二四年一月二十一日",), date(2024, 1, 21)),
        (("2024-01-12",), date(2024, 1, 12)),
        (("2024.1.12",), date(2024, 1, 12)),
        (("2024年13月12日",), None),
        (("无其他需要报告的事项。",), None),
        (("我镇于2024年1月5日召开会议。",), None),
    ],
)
def test_signatures(lines: tuple[str, ...], day: date | None) -> None:
    assert heading.signed(document("题", "六、其他需要报告的事项", "无。", *lines))[0] == day


def test_a_date_that_does_not_exist_is_kept_as_it_is_printed() -> None:
    assert heading.signed(document("题", "2024年2月30日")) == (None, "2024年2月30日")


# ---- sections


def test_sections_by_their_headings() -> None:
    shown = document(
        "题", "一、总体情况", "（一）主动公开", "二、主动公开政府信息情况", "三、本年度办理结果",
        "三、收到和处理政府信息公开申请情况", "四．政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    )  # fmt: skip
    assert [text.partition("、")[0] for text in heading.sections(shown)] == list("一二三四五六")
    assert "三、本年度办理结果" not in heading.sections(shown)


def test_a_heading_without_its_number() -> None:
    assert heading.sections(document("题", "总体情况", "本镇认真落实。")) == ("总体情况",)


# ---- the page around the report


def test_what_the_page_says_of_itself() -> None:
    table = Grid(
        (
            Cell("索 引 号：", 0, 0),
            Cell("A012/2024-00001", 0, 1),
            Cell("发布日期：2024-01-15", 0, 2),
        )
    )
    blocks: tuple[Block, ...] = (
        table,
        Paragraph("发布机构：柳树镇人民政府  成文日期：2024年01月12日"),
        Paragraph("一、总体情况"),
        Paragraph("发布日期：2020-01-01"),
    )
    shown = Document(
        "html", blocks, {"pubdate": "2024-01-16 08:30", "columnname": "政府信息公开年报"}
    )
    found = heading.publication(shown)
    assert dict(found.dates) == {
        "meta pubdate": date(2024, 1, 16),
        "发布日期": date(2024, 1, 15),
        "成文日期": date(2024, 1, 12),
    }
    assert (found.index, found.publisher, found.column) == (
        "A012/2024-00001",
        "柳树镇人民政府",
        "政府信息公开年报",
    )


def test_attachments() -> None:
    links = (
        Link("附件1：年度报告.docx", "/a/1.docx"),
        Link("下载PDF", "/down?id=3"),
        Link("首页", "/index.html"),
        Link("x", "/a/b.PDF?v=2"),
    )
    shown = Document("html", (), links=links)
    assert [link.text for link in heading.attachments(shown)] == [
        "附件1：年度报告.docx",
        "下载PDF",
        "x",
    ]


def test_the_title_of_the_page_where_the_text_has_none() -> None:
    shown = document("一、总体情况", title="柳树镇2023年政府信息公开工作年度报告_平安县人民政府")
    assert heading.title(shown) == "柳树镇2023年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    "line",
    [
        "关于做好2023年政府信息公开工作年度报告的通知",
        "《柳树镇2023年政府信息公开工作年度报告》解读",
        "政府信息公开制度",
    ],
)
def test_what_is_no_title(line: str) -> None:
    assert heading.title(document(line)) == ""
