"""Whose a listed report is, when it was out, and what an article holds: sites that are lived through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from nianbao.crawler.belonging import belongs, is_another_body, page_kind
from nianbao.parser.report import read
from nianbao.storage.models import FindingRow, ReportVersion, Sighting
from nianbao.storage.registry import UnitEntry
from nianbao.storage.settling import settle
from nianbao.storage.store import looking, open_store
from tests.amounts import one_in, prove
from tests.portals.sites import Case, Lived, live
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html

NAMES = ("柳树镇", "石门镇", "杨庄镇", "青龙街道")
UNITS = [UnitEntry(name) for name in NAMES]
LOOKS = ("2027-01-20", "2027-02-01", "2027-02-02", "2027-02-03", "2027-02-10")
COLUMN = "/nb/"
WILLOW = "柳树镇2026年政府信息公开工作年度报告"


def listed(*entries: tuple[str, str, str]) -> str:
    """A list of the county: title, address and day of each entry."""
    rows = "".join(f"<li><a href='{url}'>{t}</a><span>{day}</span></li>" for t, url, day in entries)
    return (
        "<html><head><meta charset='utf-8'><title>政府信息公开年报-青溪县人民政府</title>"
        "<meta name='ColumnName' content='政府信息公开年报'></head><body>"
        f"<div class='position'>首页 &gt; 政府信息公开年报</div><ul class='list'>{rows}</ul>"
        f"<p>共{len(entries)}条 第1页/共1页</p><p>主办：青溪县人民政府办公室</p></body></html>"
    )


def article(title: str, inside: str) -> str:
    return (
        f"<html><head><meta charset='utf-8'><title>{title}-青溪县人民政府</title></head><body>"
        f"<div>首页 政务公开 办事服务</div><h1>{title}</h1><p>发布时间：2027-01-12</p>{inside}"
        "<div>主办：青溪县人民政府办公室 网站标识码 邮编 地址</div></body></html>"
    )


def lived(
    folder: Path,
    days: Mapping[str, Mapping[str, Any]],
    looks: Sequence[str] = LOOKS,
    units: Sequence[Mapping[str, Any]] = (),
    columns: Sequence[Mapping[str, Any]] = (),
) -> Lived:
    county = {
        "county": "青溪县",
        "code": "990101",
        "units": [*units]
        or [{"name": name, "code": f"9901011{n:02}"} for n, name in enumerate(NAMES)],
        "columns": [*columns] or [{"url": f"http://www.qingxi.gov.cn{COLUMN}"}],
    }
    told = tuple(date.fromisoformat(day) for day in looks)
    life = live(Case("", "", county, 2026, days, told, {}, {}), folder)
    assert not life.problems
    return life


def versions(folder: Path) -> list[ReportVersion]:
    with looking(open_store(f"sqlite:///{folder}/store.db")) as s:
        return list(s.scalars(select(ReportVersion).order_by(ReportVersion.id)))


def rules(folder: Path) -> set[str]:
    with looking(open_store(f"sqlite:///{folder}/store.db")) as s:
        return set(s.scalars(select(FindingRow.rule).where(FindingRow.ended.is_(None))))


def standings(life: Lived) -> dict[str, str]:
    return {name: line.standing.name for name, line in life.last.items()}


def own(printed: str = "2027-01-12", **more: Any) -> dict[str, Any]:
    return {"report": "柳树镇", "year": 2026, "printed": printed, **more}


OTHERS = (
    ("石门镇2026年政府信息公开工作年度报告", "/nb/s.html", "2027-01-13"),
    ("杨庄镇2026年政府信息公开工作年度报告", "/nb/y.html", "2027-01-14"),
)
THEIRS: dict[str, Any] = {
    "/nb/s.html": {"report": "石门镇", "year": 2026, "printed": "2027-01-13"},
    "/nb/y.html": {"report": "杨庄镇", "year": 2026, "printed": "2027-01-14"},
}
ENTRY = (WILLOW, "/nb/1.html", "2027-01-12")
SITE: dict[str, Any] = {COLUMN: listed(ENTRY, *OTHERS), "/nb/1.html": own(), **THEIRS}


# ---- there, gone, or only not to be opened


def test_a_report_that_is_listed_and_answers_404_is_a_dead_link(tmp_path: Path) -> None:
    life = lived(tmp_path, {"2027-01-19": SITE, "2027-02-01": {"/nb/1.html": None}})
    assert standings(life)["柳树镇"] == "on_time"
    assert "B01" in rules(tmp_path)
    assert "A10" not in rules(tmp_path)


def test_a_dead_link_that_opens_again_is_none(tmp_path: Path) -> None:
    back: dict[str, dict[str, Any]] = {
        "2027-02-01": {"/nb/1.html": None},
        "2027-02-10": {"/nb/1.html": own()},
    }
    lived(tmp_path, {"2027-01-19": SITE, **back})
    assert "B01" not in rules(tmp_path)


@pytest.mark.parametrize(
    "gone",
    [
        None,
        {"status": 410, "body": "gone"},
        article(
            "出错了", "<div class='tip'>您访问的页面不存在或已被删除</div>" + "<p>要闻</p>" * 200
        ),
        article("提示", "<p>对不起，该信息已被删除！</p>" + "<p>全县水利建设现场会召开</p>" * 60),
        article("提示信息", "<p>内容不存在</p>"),
        article("提示信息", "<p>该页面已下线</p><a href='/download/app'>下载客户端</a>"),
    ],
    ids=["404", "410", "a whole site around it", "deleted", "short", "beside a download"],
)
def test_what_is_listed_and_never_opened_has_its_own_words(tmp_path: Path, gone: Any) -> None:
    life = lived(tmp_path, {"2027-01-19": {**SITE, "/nb/1.html": gone}})
    stands = life.last["柳树镇"].standing
    assert stands.name == "unknown"
    assert "已列出但打不开" in stands.zh
    assert "can't be opened" in stands.en
    assert life.last["青龙街道"].standing.name == "missing"


MAINTAINED = article("青溪县", "<div>网站系统升级维护中，给您带来不便，敬请谅解。</div>")


@pytest.mark.parametrize(
    "instead",
    [MAINTAINED, article("青溪县", "<p>正在加载</p>"), {"status": 502, "body": "bad gateway"}],
    ids=["maintenance", "nothing", "502"],
)
def test_an_article_that_lost_its_text_is_as_it_was_read(tmp_path: Path, instead: Any) -> None:
    life = lived(
        tmp_path,
        {"2027-01-19": SITE, "2027-02-01": {"/nb/1.html": instead}},
        (*LOOKS, "2027-02-18", "2027-02-26"),
    )
    assert standings(life)["柳树镇"] == "on_time"
    assert [version.number for version in versions(tmp_path) if version.unit == "990101100"] == [1]
    assert not {"A09", "A10"} & rules(tmp_path)


def test_a_list_without_all_that_was_there_has_withdrawn_nothing(tmp_path: Path) -> None:
    """The site was rebuilt: its new list holds one report, and every old address is gone."""
    gone = dict.fromkeys(("/nb/1.html", "/nb/s.html", "/nb/y.html"))
    new = ("石门镇2025年政府信息公开工作年度报告", "/nb/s25.html", "2026-01-13")
    old: dict[str, Any] = {
        "/nb/s25.html": {"report": "石门镇", "year": 2025, "printed": "2026-01-13"}
    }
    life = lived(tmp_path, {"2027-01-19": SITE, "2027-02-01": {**gone, **old, COLUMN: listed(new)}})
    assert "withdrawn" not in standings(life).values()


def test_what_vanished_with_most_others_is_unknown_until_it_is_back(tmp_path: Path) -> None:
    """Whole looks of three days miss it, and its address is gone: nobody can tell why."""
    gone = dict.fromkeys(("/nb/1.html", "/nb/s.html", "/nb/y.html"))
    old = ("石门镇2025年政府信息公开工作年度报告", "/nb/s25.html", "2026-01-13")
    begin: dict[str, Any] = {**SITE, COLUMN: listed(ENTRY, *OTHERS, old)}
    begin["/nb/s25.html"] = {"report": "石门镇", "year": 2025, "printed": "2026-01-13"}
    days = {"2027-01-19": begin, "2027-02-01": {**gone, COLUMN: listed(old)}, "2027-02-09": begin}
    life = lived(tmp_path, days, ("2027-01-20", *LOOKS[1:4], "2027-02-04", "2027-02-10"))
    told = [lines["柳树镇"].standing.name for _, lines in life.told]
    assert told == ["on_time", "on_time", "on_time", "unknown", "unknown", "on_time"]
    assert "A10" not in rules(tmp_path)


def test_one_that_only_the_list_dropped_is_still_there(tmp_path: Path) -> None:
    life = lived(tmp_path, {"2027-01-19": SITE, "2027-02-01": {COLUMN: listed(*OTHERS)}})
    assert standings(life)["柳树镇"] == "on_time"
    assert "A10" not in rules(tmp_path)


def test_one_that_list_and_address_lost_was_withdrawn(tmp_path: Path) -> None:
    gone = {COLUMN: listed(*OTHERS), "/nb/1.html": None}
    life = lived(tmp_path, {"2027-01-19": SITE, "2027-02-01": gone})
    assert standings(life)["柳树镇"] == "withdrawn"


# ---- when it was out


def late_site(printed: str, title: str = WILLOW, **more: Any) -> dict[str, Any]:
    page = own(printed, **more)
    return {**THEIRS, COLUMN: listed((title, "/nb/1.html", printed), *OTHERS), "/nb/1.html": page}


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("2027-02-02", "late"), ("2028-01-21", "unknown"), ("2027-01-31", "on_time")],
)
def test_a_day_after_it_was_seen_is_no_lateness(
    tmp_path: Path, printed: str, expected: str
) -> None:
    life = lived(tmp_path, {"2027-01-19": late_site(printed)}, ("2027-02-03", "2027-02-04"))
    assert standings(life)["柳树镇"] == expected


@pytest.mark.parametrize(
    ("title", "before", "expected"),
    [
        (f"{WILLOW}（更正版）", "", "unknown"),
        (f"{WILLOW}（修订版）", "首次公开时间：2027-01-20", "on_time"),
        (WILLOW, "更正说明：原发布于2027年1月15日，因填写有误，现重新发布。", "on_time"),
        (WILLOW, "更正说明：因表三第一行填写有误，现予更正并重新发布。", "unknown"),
        (f"{WILLOW}（更正版）", "首次公开时间：2027-02-02", "late"),
        (WILLOW, "", "late"),
    ],
)
def test_a_corrected_edition_is_no_first_publication(
    tmp_path: Path, title: str, before: str, expected: str
) -> None:
    site = late_site("2027-02-04", title, body_before=f"<p>{before}</p>")
    life = lived(tmp_path, {"2027-01-19": site}, ("2027-02-05", "2027-02-06"))
    assert standings(life)["柳树镇"] == expected


def test_the_earliest_page_of_all_copies_counts_where_the_list_has_no_days(tmp_path: Path) -> None:
    copies = ((WILLOW, "/nb/2.html", ""), (WILLOW, "/nb/1.html", ""), *OTHERS)
    site = {**THEIRS, COLUMN: listed(*copies), "/nb/1.html": own(), "/nb/2.html": own("2027-02-04")}
    life = lived(tmp_path, {"2027-01-19": site}, ("2027-02-05", "2027-02-06"))
    assert standings(life)["柳树镇"] == "on_time"


def test_a_day_on_many_years_reports_is_one_of_a_move(tmp_path: Path) -> None:
    old = [
        (f"柳树镇{year}年政府信息公开工作年度报告", f"/nb/{year}.html", "2027-02-03")
        for year in (2023, 2024)
    ]
    pages = {url: {"report": "柳树镇", "year": int(t[3:7]), "printed": day} for t, url, day in old}
    site: dict[str, Any] = {**late_site("2027-02-03"), **pages}
    site[COLUMN] = listed((WILLOW, "/nb/1.html", "2027-02-03"), *old, *OTHERS)
    life = lived(tmp_path, {"2027-01-19": site}, ("2027-02-05", "2027-02-06"))
    assert standings(life)["柳树镇"] == "unknown"
    assert life.last["柳树镇"].standing.zh == "已发布，时间无法核实"


def test_one_old_report_on_the_same_day_changes_nothing(tmp_path: Path) -> None:
    old = ("柳树镇2025年政府信息公开工作年度报告", "/nb/2025.html", "2027-02-03")
    site = {**late_site("2027-02-03"), "/nb/2025.html": own("2027-02-03", year=2025)}
    site["/nb/2025.html"]["year"] = 2025
    site[COLUMN] = listed((WILLOW, "/nb/1.html", "2027-02-03"), old, *OTHERS)
    life = lived(tmp_path, {"2027-01-19": site}, ("2027-02-05", "2027-02-06"))
    assert standings(life)["柳树镇"] == "late"


def test_a_day_of_a_move_does_not_hide_whom_a_look_proves_late(tmp_path: Path) -> None:
    """The list was whole after the deadline, and did not show it."""
    site: dict[str, Any] = {"2027-01-19": {**THEIRS, COLUMN: listed(*OTHERS)}}
    site["2027-02-03"] = late_site("2027-02-03", f"{WILLOW}（更正版）")
    life = lived(tmp_path, site, ("2027-02-01", "2027-02-02", "2027-02-04"))
    assert standings(life)["柳树镇"] == "late"


def undated(*, printed: str) -> dict[str, Any]:
    """A list without days, whose page prints one."""
    return {
        **THEIRS,
        COLUMN: listed((WILLOW, "/nb/1.html", ""), *OTHERS),
        "/nb/1.html": own(printed),
    }


def test_the_day_of_asking_tells_nothing_before_another_day(tmp_path: Path) -> None:
    site = {"2027-01-19": undated(printed="2027-02-05")}
    life = lived(tmp_path, site, ("2027-02-05", "2027-02-06"))
    told = [lines["柳树镇"].standing.name for _, lines in life.told]
    assert told == ["unknown", "late"]


def test_a_day_that_is_always_todays_never_tells_anything(tmp_path: Path) -> None:
    days = ("2027-02-05", "2027-02-06", "2027-02-07", "2027-02-20")
    life = lived(tmp_path, {day: undated(printed=day) for day in days}, days)
    told = {lines["柳树镇"].standing.zh for _, lines in life.told}
    assert told == {"已发布，时间无法核实"}


def test_a_day_that_the_list_prints_too_is_true_on_the_day(tmp_path: Path) -> None:
    life = lived(tmp_path, {"2027-01-19": late_site("2027-02-05")}, ("2027-02-05",))
    assert standings(life)["柳树镇"] == "late"


@pytest.mark.parametrize(
    "beside",
    [
        "<p>上一篇：<a href='/a.html'>县气象局</a> 发布时间：2027-02-04</p>",
        "<div class='rel'><h3>相关阅读</h3><ul><li><a href='/a.html'>水利</a> 发布日期：2027-02-04</li></ul></div>",
        "<ul><li>下一条 <a href='/a.html'>会议</a><span>发布时间 2027-02-04</span></li></ul>",
        "<table><tr><td>【下一篇】<a href='/a.html'>会议</a></td><td>发布时间：2027-02-04</td></tr></table>",
    ],
)
def test_the_day_of_another_article_is_not_its_own(tmp_path: Path, beside: str) -> None:
    page = {key: value for key, value in own().items() if key != "printed"}
    site = undated(printed="") | {"/nb/1.html": {**page, "body_before": beside}}
    life = lived(tmp_path, {"2027-01-19": site}, ("2027-02-06", "2027-02-08"))
    assert standings(life)["柳树镇"] == "unknown"


def test_its_own_day_is_its_own_though_a_neighbours_is_the_same(tmp_path: Path) -> None:
    beside = "<p>下一篇：<a href='/a.html'>会议</a> 发布时间：2027-02-04</p>"
    site = undated(printed="2027-02-04")
    site["/nb/1.html"]["body_before"] = beside
    life = lived(tmp_path, {"2027-01-19": site}, ("2027-02-06", "2027-02-08"))
    assert standings(life)["柳树镇"] == "late"


@pytest.mark.parametrize(
    "said",
    [
        *(
            "正在编制中，敬请期待。",
            "年度报告正在抓紧审核，稍后发布",
            "（待上传）内容待补充",
            "暂未公开",
        ),
        *("即将发布", "材料整理中…", "报告尚未定稿"),
    ],
)
def test_a_page_that_is_to_be_filled_is_not_yet_the_report(tmp_path: Path, said: str) -> None:
    site = {**SITE, "/nb/1.html": article(WILLOW, f"<p>{said}</p>")}
    life = lived(tmp_path, {"2027-01-19": site}, ("2027-01-20", "2027-02-01", "2027-02-02"))
    assert standings(life)["柳树镇"] == "unknown"


MINE = {"url": "http://www.qingxi.gov.cn/ls/", "unit": "柳树镇"}
NEIGHBOURS = {"url": "http://www.qingxi.gov.cn/sm/", "unit": "石门镇"}
NAMELESS = listed(("2026年政府信息公开工作年度报告", "/sm/1.html", "2027-01-12"))
BARE = "<html><head><meta charset='utf-8'></head><body>{}</body></html>"


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 302, "headers": {"location": "/sm/"}, "body": ""},
        {"status": 301, "headers": {"location": "/sm/index.html"}, "body": ""},
        BARE.format("<script>location.href='/sm/'</script>"),
        BARE.format("<iframe src='/sm/'></iframe>"),
        NAMELESS.replace("首页 &gt;", "首页 &gt; 石门镇 &gt;"),
        NAMELESS.replace("<title>", "<title>石门镇"),
        NAMELESS.replace("content='政府", "content='石门镇政府"),
    ],
)
def test_a_neighbours_column_is_not_the_units_own(tmp_path: Path, answer: Any) -> None:
    page = {"report": "石门镇", "year": 2026, "title": "2026年政府信息公开工作年度报告"}
    site = {"/ls/": answer, "/sm/": NAMELESS, "/sm/index.html": NAMELESS, "/sm/1.html": page}
    site[COLUMN] = listed(*OTHERS)
    life = lived(
        tmp_path,
        {"2027-01-19": {**THEIRS, **site}},
        columns=(MINE, NEIGHBOURS, {"url": f"http://www.qingxi.gov.cn{COLUMN}"}),
    )
    assert standings(life)["柳树镇"] in ("unknown", "missing")


# ---- whose it is


@pytest.mark.parametrize(
    "body",
    [
        *(
            "中心卫生院",
            "卫生院",
            "中心学校",
            "初级中学",
            "第一幼儿园",
            "派出所",
            "财政所",
            "司法所",
        ),
        *("前柳树村", "东街社区", "水务有限公司", "便民服务中心", "国土资源所", "敬老院", "村委会"),
        *("自来水厂", "林场", "信用社", "人民法庭", "交警中队", "东街居民委员会", "畜牧兽医站"),
    ],
)
def test_a_body_called_after_a_town_is_not_the_town(body: str) -> None:
    found = belongs(f"柳树镇{body}2026年信息公开工作年度报告", UNITS)
    assert (found.unit, found.doubt) == (None, "")


@pytest.mark.parametrize(
    "name",
    [
        *("柳树镇", "柳树镇人民政府", "青溪县柳树镇", "柳树镇人民政府办公室", "柳树镇党政办公室"),
        *("中共柳树镇委员会 柳树镇人民政府", "青溪区柳树镇", "我县柳树镇", "关于柳树镇"),
    ],
)
@pytest.mark.parametrize(
    "rest", ["2026年政府信息公开工作年度报告", "村务公开2026年政府信息公开年报"]
)
def test_the_town_under_its_many_names_is_the_town(name: str, rest: str) -> None:
    found = belongs(f"{name}{rest}", UNITS, county="青溪县")
    assert (found.unit, found.doubt) == (UNITS[0], "")


@pytest.mark.parametrize(
    "name",
    ["青龙街道", "青龙街道办", "青龙街道办事处", "青龙办事处", "青溪县人民政府青龙街道办事处"],
)
def test_a_street_office_by_any_name(name: str) -> None:
    assert belongs(f"{name}2026年政府信息公开年报", UNITS, county="青溪县").unit == UNITS[3]


@pytest.mark.parametrize("county", ["云河县", "五华县", "兴宁市", "云河土家族自治县"])
def test_another_countys_town_holds_up_its_namesake_alone(county: str) -> None:
    found = belongs(f"{county}柳树镇2026年政府信息公开年报", UNITS, county="青溪县")
    assert (found.unit, found.may_be) == (None, (UNITS[0],))
    assert found.doubt


@pytest.mark.parametrize(
    "title",
    [
        "杨柳镇（原柳树镇）2026年政府信息公开工作年度报告",
        "杨柳镇（原为青溪县柳树镇）2026年政府信息公开工作年度报告",
        "杨柳街道，原柳树镇，2026年政府信息公开工作年度报告",
        "中共柳树镇委员会2026年信息公开工作年度报告",
        "中共青溪县柳树镇党委2026年信息公开工作年度报告",
    ],
)
def test_a_name_that_may_be_anothers_now_is_for_a_person(title: str) -> None:
    found = belongs(title, UNITS, county="青溪县")
    assert (found.unit, found.may_be) == (None, (UNITS[0],))
    assert found.doubt


RECEIVED = read(write_html(print_draft(clean(1, unit="柳树镇人民政府", year=2026))))


@pytest.mark.parametrize(
    "name", ["柳树镇（原柳树镇）", "太原市柳树镇", "五原县柳树镇", "高原柳树镇"]
)
def test_what_only_ends_in_the_sign_of_a_former_name(name: str) -> None:
    assert belongs(f"{name}2026年政府信息公开年报", UNITS).unit == UNITS[0]


@pytest.mark.parametrize(
    "body",
    ["青溪县财政局", "古榆镇人民政府", "古榆街道办事处", "青溪县人民政府办公室", "柳树镇中心学校"],
)
def test_in_a_towns_own_column_the_text_of_another_body_is_for_a_person(body: str) -> None:
    for title, unit in (("", body), (f"{body}2026年政府信息公开工作年度报告", "")):
        report = replace(RECEIVED, title=title, unit=unit)
        found = belongs(
            "2026年政府信息公开工作年度报告", UNITS, column_unit=UNITS[0], report=report
        )
        assert (found.unit, found.may_be) == (None, (UNITS[0],)), title or unit


@pytest.mark.parametrize(
    "body", ["", "柳树镇人民政府", "柳树乡人民政府", "柳树办事处", "柳树镇党政办公室", "本机关"]
)
def test_in_a_towns_own_column_its_own_text_under_any_name(body: str) -> None:
    report = replace(RECEIVED, title=f"{body}2026年政府信息公开工作年度报告", unit=body)
    title = "2026年政府信息公开工作年度报告"
    found = belongs(title, UNITS, column_unit=UNITS[0], report=report)
    assert (found.unit, found.doubt) == (UNITS[0], "")


@pytest.mark.parametrize(
    "body",
    [
        *("县财政局", "市场监督管理局", "青溪县人民政府办公室", "县人民医院", "县气象局", "青溪县"),
        *(
            "县供销合作联社",
            "国家税务总局青溪县税务局",
            "县委宣传部办公室",
            "县总工会",
            "青溪县人民政府",
        ),
        *("县第一中学", "县行政审批服务中心", "县人民法院", "青溪县卫生健康委员会", "县融媒体中心"),
    ],
)
def test_a_body_that_no_town_can_be_holds_nobody_up(body: str) -> None:
    for title in (f"{body}2026年政府信息公开工作年度报告", f"2026年{body}政府信息公开年报"):
        assert is_another_body(title, "青溪县")
        assert belongs(title, UNITS, county="青溪县") == (None, 2026, "", ())


@pytest.mark.parametrize(
    "title",
    [
        "2026年政府信息公开工作年度报告",
        "外地镇2026年政府信息公开年报",
        "开发区管委会2026年政府信息公开年报",
    ],
)
def test_what_may_be_anybodys_holds_all_up(title: str) -> None:
    found = belongs(title, UNITS, county="青溪县")
    assert found.doubt
    assert found.may_be == ()


def test_a_department_under_a_shorter_name_holds_up_that_department() -> None:
    bureaus = [UnitEntry(name, kind="department") for name in ("县教育和体育局", "县水利局")]
    found = belongs("县教体局2026年政府信息公开年报", [*UNITS, *bureaus], county="青溪县")
    assert found.may_be == (bureaus[0],)


def test_whose_it_may_be_is_told_of_every_doubt() -> None:
    both = belongs("石门镇2026年政府信息公开年报", UNITS, column_unit=UNITS[0])
    assert set(both.may_be) == {UNITS[0], UNITS[1]}
    years = belongs("柳树镇2025年、2026年政府信息公开年报", UNITS)
    assert (years.unit, years.year) == (UNITS[0], None)
    assert "2025年" in years.doubt


@pytest.mark.parametrize(
    "title",
    [
        "关于黑石镇、河口乡未按时发布2026年政府信息公开工作年度报告的通报",
        "关于2026年政府信息公开工作年度报告检查情况的通报",
        "关于柳树镇逾期未公开2026年政府信息公开年报的督办通知",
        "关于对未及时发布政府信息公开年度报告单位的催报函",
    ],
)
def test_a_circular_is_nobodys_report(title: str) -> None:
    assert page_kind(title) == "notice"


def test_the_doubt_about_one_year_holds_no_other_unit(tmp_path: Path) -> None:
    title = "柳树镇2025年政府信息公开工作年度报告"
    site = {**SITE, COLUMN: listed((title, "/nb/1.html", "2027-01-12"), *OTHERS)}
    site["/nb/1.html"] = own(title=title)  # the text is that of 2026
    life = lived(tmp_path, {"2027-01-19": site})
    assert standings(life)["柳树镇"] == "unknown"
    assert standings(life)["青龙街道"] == "missing"


def test_the_unit_stands_in_the_page_s_source_or_first_sentence(tmp_path: Path) -> None:
    title = "2026年政府信息公开工作年度报告"
    bare = f"<h1>{title}</h1><p>一、总体情况</p><p>本年度按条例开展工作。</p><p>二、主动公开政府信息情况</p><p>无。</p><p>三、收到和处理政府信息公开申请情况</p><p>无。</p>"
    tag = "<meta name='ContentSource' content='青溪县柳树镇人民政府'>"
    pages = {
        "/nb/a.html": f"<html><head><meta charset='utf-8'>{tag}</head><body>{bare}</body></html>",
        "/nb/b.html": f"<html><head><meta charset='utf-8'></head><body><p>来源：石门镇</p>{bare}</body></html>",
        "/nb/c.html": f"<html><head><meta charset='utf-8'></head><body><p>本报告由杨庄镇人民政府编制。</p>{bare}</body></html>",
    }
    entries = [(title, url, "2027-01-15") for url in pages]
    life = lived(tmp_path, {"2027-01-19": {COLUMN: listed(*entries), **pages}})
    assert standings(life) == dict.fromkeys(NAMES[:3], "on_time") | {"青龙街道": "missing"}


# ---- what an article holds


FILE = {"report": "柳树镇", "year": 2026, "as_file": "docx"}
FRAME = {"report": "柳树镇", "year": 2026}


@one_in(3)
@pytest.mark.parametrize(
    ("inside", "there"),
    [
        ("<iframe src='/nb/in.html'></iframe>", {"/nb/in.html": FRAME}),
        ("<object data='/f/1.docx'></object>", {"/f/1.docx": FILE}),
        ("<object><param name='src' value='/f/1.docx'></object>", {"/f/1.docx": FILE}),
        ("<embed src='/f/1.docx'>", {"/f/1.docx": FILE}),
        ("<object data='/nb/in.html'></object>", {"/nb/in.html": FRAME}),
        ('<script>var file = "/f/1.docx";show(file)</script>', {"/f/1.docx": FILE}),
        ("<script>var file = '\\/f\\/1.docx?v=2';</script>", {"/f/1.docx": FILE}),
        ("<p>附件：<a href='/f/88231'>年度报告.docx</a></p>", {"/f/88231": FILE}),
        ("<p><a href='/f/88231'>附件下载</a></p>", {"/f/88231": FILE}),
        ("<p><a href='/attach/88231'>年度报告</a></p>", {"/attach/88231": FILE}),
        ("<p><a href='/f/88231' download>年度报告</a></p>", {"/f/88231": FILE}),
        ("<a href='http://[bad'>附件</a><a href='/f/1.docx'>附件</a>", {"/f/1.docx": FILE}),
    ],
)
def test_the_report_is_read_wherever_the_article_has_it(
    tmp_path: Path, inside: str, there: dict[str, Any]
) -> None:
    site = {**SITE, "/nb/1.html": article(WILLOW, inside), **there}
    life = lived(tmp_path, {"2027-01-19": site})
    assert standings(life)["柳树镇"] == "on_time"
    (version,) = [version for version in versions(tmp_path) if version.unit == "990101100"]
    assert version.content["unreadable"] == []
    assert version.content["requests"]


@pytest.mark.parametrize(
    "jump",
    [
        "<script>window.location.href='/nb/in.html'</script>",
        '<script>location.replace("/nb/in.html")</script>',
        "<meta http-equiv='refresh' content='0;url=/nb/in.html'>",
    ],
)
def test_a_jump_is_followed_on_the_same_host(tmp_path: Path, jump: str) -> None:
    page = f"<html><head><meta charset='utf-8'>{jump}</head><body></body></html>"
    life = lived(tmp_path, {"2027-01-19": {**SITE, "/nb/1.html": page, "/nb/in.html": own()}})
    assert standings(life)["柳树镇"] == "on_time"
    (version,) = [version for version in versions(tmp_path) if version.unit == "990101100"]
    assert version.content["requests"]


def test_a_frame_of_another_host_is_left_alone_and_unreadable(tmp_path: Path) -> None:
    inside = "<iframe src='http://elsewhere.example/in.html'></iframe>"
    site = {**SITE, "/nb/1.html": article(WILLOW, inside), "//elsewhere.example/in.html": FRAME}
    life = lived(tmp_path, {"2027-01-19": site})
    assert standings(life)["柳树镇"] == "on_time"
    assert life.last["柳树镇"].quality == "unreadable"


def test_of_several_files_each_is_its_towns_and_the_unread_is_in_doubt(tmp_path: Path) -> None:
    title = "各乡镇2026年政府信息公开工作年度报告"
    links = "".join(
        f"<p>附件{n}：<a href='/f/{n}.docx'>{name}</a></p>" for n, name in enumerate(NAMES[:3])
    )
    files = {f"/f/{n}.docx": {**FILE, "report": NAMES[n]} for n in (0, 1)}  # the third is missing
    site = {
        COLUMN: listed((title, "/nb/all.html", "2027-01-15")),
        "/nb/all.html": article(title, links),
    }
    life = lived(tmp_path, {"2027-01-19": {**site, **files}})
    assert standings(life) == {
        "柳树镇": "on_time",
        "石门镇": "on_time",
        "杨庄镇": "unknown",
        "青龙街道": "missing",
    }


def test_an_entry_that_is_listed_otherwise_is_read_at_once(tmp_path: Path) -> None:
    before = ("柳树镇2025年政府信息公开工作年度报告", "/nb/1.html", "2027-01-12")
    first = {**SITE, COLUMN: listed(before, *OTHERS), "/nb/1.html": own(title=before[0])}
    first["/nb/1.html"]["year"] = 2025
    life = lived(tmp_path, {"2027-01-19": first, "2027-01-21": SITE}, ("2027-01-20", "2027-01-21"))
    assert standings(life)["柳树镇"] == "on_time"


def test_signs_that_no_store_keeps_are_left_out(tmp_path: Path) -> None:
    inside = "<p>第\x00一</p><p>&#xD83D;</p><p>发布时间：2027年2月30日</p>"
    site = {**SITE, "/nb/1.html": own(body_before=inside)}
    life = lived(tmp_path, {"2027-01-19": site})
    assert standings(life)["柳树镇"] == "on_time"
    with looking(open_store(f"sqlite:///{tmp_path}/store.db")) as s:
        assert "\x00" not in "".join(s.scalars(select(Sighting.title)))


def test_what_was_said_of_a_kind_of_title_is_known_next_year(tmp_path: Path) -> None:
    """Of a body that is no unit; a town's own name is never refused."""
    entries = [
        (f"外地镇{year}年政府信息公开工作年度报告", f"/nb/w{year}.html", f"{year + 1}-01-20")
        for year in (2025, 2026)
    ]
    pages = {
        url: {"report": "外地镇", "year": int(t[3:7]), "printed": day} for t, url, day in entries
    }
    first = {COLUMN: listed(entries[0]), "/nb/w2025.html": pages["/nb/w2025.html"]}
    lived(tmp_path, {"2027-01-19": first}, ("2027-01-20",))
    engine = open_store(f"sqlite:///{tmp_path}/store.db")
    with looking(engine) as s:
        (number,) = s.scalars(select(Sighting.id).where(Sighting.review != ""))
    moment = datetime(2027, 1, 20, 12, tzinfo=UTC)
    settle(engine, number, not_a_report=True, who="王", why="", now=moment)
    days = {"2027-01-19": {COLUMN: listed(*entries, *OTHERS), **pages, **THEIRS}}
    life = lived(tmp_path, days, ("2027-02-01", "2027-02-02"))
    assert standings(life)["柳树镇"] == "missing"
    assert life.asked <= 8


# ---- names that no file has, and whose report is behind them

OFFICES = {
    "县发改局": "青溪县发展和改革局",
    "青溪县卫健局": "青溪县卫生健康局",
    "县人社局": "青溪县人力资源和社会保障局",
    "交通局": "青溪县交通运输局",
    "县文旅局": "青溪县文化和旅游局",
    "县住建局": "青溪县住房和城乡建设局",
}


def of_offices(names: Sequence[str]) -> list[Mapping[str, Any]]:
    return [{"name": name, "kind": "department"} for name in names]


def printed_by(unit: str) -> Mapping[str, Any]:
    return {"report": unit, "county": "青溪县", "year": 2026, "printed": "2027-01-12"}


@pytest.mark.parametrize(
    "short", [pytest.param(name, marks=prove if n > 1 else ()) for n, name in enumerate(OFFICES)]
)
def test_a_title_with_a_name_cut_short_over_the_report_of_whom_it_is(
    tmp_path: Path, short: str
) -> None:
    page = listed((f"{short}2026年政府信息公开工作年度报告", "/r/1.html", "2027-01-12"))
    days = {"2027-01-12": {COLUMN: page, "/r/1.html": printed_by(OFFICES[short])}}
    life = lived(tmp_path, days, LOOKS[:1], of_offices([OFFICES[short], "青溪县审计局"]))
    assert standings(life) == {OFFICES[short]: "on_time", "青溪县审计局": "awaiting"}


def test_a_title_of_one_office_over_the_report_of_another_is_nobodys(tmp_path: Path) -> None:
    page = listed(("县水利局2026年政府信息公开工作年度报告", "/r/1.html", "2027-01-12"))
    days = {"2027-01-12": {COLUMN: page, "/r/1.html": printed_by("青溪县林业局")}}
    life = lived(tmp_path, days, LOOKS[:1], of_offices(["青溪县林业局", "青溪县审计局"]))
    assert "on_time" not in standings(life).values()


@pytest.mark.parametrize("misprinted", ["柳村镇", "柳树鎮", "抑树镇", "柳 村 镇"])
def test_a_name_alone_that_is_misprinted_is_opened(tmp_path: Path, misprinted: str) -> None:
    names = "".join(
        f"<li><a href='/r/{n}.html'>{name}</a></li>"
        for n, name in enumerate((misprinted, *NAMES[1:]))
    )
    page = (
        "<html><head><meta charset='utf-8'><title>2026年政府信息公开年报-青溪县人民政府</title></head><body>"
        f"<h2>2026年政府信息公开年报</h2><ul>{names}</ul><p>主办：青溪县人民政府办公室</p></body></html>"
    )
    reports = {f"/r/{n}.html": printed_by(name) for n, name in enumerate(NAMES)}
    life = lived(tmp_path, {"2027-01-12": {COLUMN: page, **reports}}, LOOKS[:1])
    assert set(standings(life).values()) == {"on_time"}


@pytest.mark.parametrize(
    "title",
    [
        "青溪县2026年各乡镇政府信息公开工作年度报告",
        "青溪县2026年度乡镇政府信息公开工作年度报告汇总",
        "青溪县2026年度镇街政府信息公开工作年度报告",
        "柳树镇等2个乡镇2026年政府信息公开工作年度报告",
        "柳树镇等乡镇2026年政府信息公开工作年度报告",
        "石桥、柳树镇2026年政府信息公开工作年度报告",
    ],
)
def test_a_title_of_many_may_be_in_place_of_anybodys(title: str) -> None:
    found = belongs(title, UNITS, county="青溪县")
    assert (found.unit, found.year, found.may_be) == (None, 2026, ())
    assert "多个单位" in found.doubt


@pytest.mark.parametrize(
    "title",
    ["柳树镇2026年全镇政府信息公开工作年度报告", "青溪县东乡镇2026年政府信息公开工作年度报告"],
)
def test_a_title_of_one_is_not_of_many(title: str) -> None:
    assert "多个单位" not in belongs(title, UNITS, county="青溪县").doubt
