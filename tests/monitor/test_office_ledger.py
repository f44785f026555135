"""The office's own ledger in the shapes that offices keep it, held against ours."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import STANDINGS
from nianbao.monitor.paper.office_ledger import (
    Compared,
    OfficeLedgerError,
    compare,
    entries_in,
)
from nianbao.monitor.standing import Standing, StandingName
from nianbao.storage.registry import CountyEntry, Former, UnitEntry
from nianbao.storage.scope import EVERYTHING, Scope, of_county, of_unit

YEAR, HERE = 2026, of_county("140999")
COUNTY = CountyEntry(
    "平安县",
    "140999",
    units=(
        UnitEntry("柳树镇", "140999101", ("柳树镇人民政府",)),
        UnitEntry("石门镇", "140999102"),
        UnitEntry("东街街道", "140999001", ("东街街道办事处", "东街办"), "subdistrict"),
        UnitEntry("县财政局", "", ("财政局",), "department"),
    ),
)


def line(
    name: str,
    stands: StandingName,
    *,
    printed: date | None = None,
    first: date | None = None,
    county: str = "平安县",
) -> Line:
    day = first or printed
    seen = datetime(day.year, day.month, day.day, tzinfo=UTC) if day is not None else None
    unit = next((unit.code for unit in COUNTY.units if unit.name == name), "") or f"140999-{name}"
    return Line(
        county="140999" if county == "平安县" else "150101",
        county_name=county,
        unit=unit if county == "平安县" else "150101101",
        name=name,
        kind="town",
        year=YEAR,
        standing=Standing(stands, f"{stands}的依据", f"why {stands}"),
        quality="clean" if seen else "",
        deadline=date(2027, 1, 31),
        source="",
        url="http://a.gov.cn/1",
        proof="ab" * 32,
        printed=printed,
        seen=seen,
        sighted=seen,
        by_hand="",
    )


LINES = (
    line("柳树镇", "on_time", printed=date(2027, 1, 20)),
    line("石门镇", "missing"),
    line("东街街道", "late", printed=date(2027, 2, 9)),
    line("县财政局", "unknown"),
)


def book(rows: Sequence[Sequence[Any]], *before: str) -> bytes:
    made = openpyxl.Workbook()
    for name in before:
        made.create_sheet(name).append(["无关内容"])
    sheet = made.create_sheet("台账")
    made.remove(made.worksheets[0])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def table(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def held(data: bytes, name: str = "台账.xlsx", lines: Sequence[Line] = LINES) -> list[Compared]:
    return compare(entries_in(data, name, YEAR), lines, [COUNTY], EVERYTHING)


def verdicts(compared: Sequence[Compared]) -> dict[str, str]:
    told: dict[str, str] = {}
    for each in compared:
        name = each.line.name if each.line is not None else each.entry.unit if each.entry else ""
        told[name] = each.verdict
    return told


AGREED = {"柳树镇": "agreed", "石门镇": "agreed", "东街街道": "agreed", "县财政局": "differs"}
ROWS = (
    ("柳树镇", "2027-01-20"),
    ("石门镇", "未发布"),
    ("东街街道", "2027-02-09"),
    ("县财政局", "未发布"),
)


@pytest.mark.parametrize(
    "head",
    [
        ("单位", "发布日期"),
        ("单位名称", "公开时间"),
        ("乡镇（街道）、部门", "发布时间"),
        ("责任单位", "上网日期"),
        ("公开主体", "是否按时发布"),
        ("报送单位", "发布情况（时间）"),
        ("单 位", "公 布 日 期"),
    ],
)
def test_columns_are_known_by_their_heads(head: tuple[str, str]) -> None:
    assert verdicts(held(book([head, *ROWS]))) == AGREED


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 1, 20),
        datetime(2027, 1, 20, 15, 30),
        "2027-01-20",
        "2027/1/20",
        "2027.1.20",
        "2027年1月20日",
        "20270120",
        "1月20日",
        "1.20",
        "已发布（2027年1月20日）",
        " 2027-01-20 15:30 ",
    ],
)
def test_days_in_every_way_that_they_are_written(day: object) -> None:
    (compared,) = held(book([("单位", "发布日期"), ("柳树镇", day)]), lines=LINES[:1])
    assert (compared.verdict, compared.entry.day if compared.entry else None) == (
        "agreed",
        date(2027, 1, 20),
    )


@pytest.mark.parametrize(
    ("said", "verdict"),
    [("已发布", "agreed"), ("是", "agreed"), ("√", "agreed"), ("按时", "agreed"), ("未发布", "differs"),
     ("否", "differs"), ("×", "differs"), ("", "differs"), ("无", "differs"), ("未按时发布", "differs"), ("待定", "differs")],
)  # fmt: skip
def test_states_instead_of_days(said: str, verdict: str) -> None:
    (compared,) = held(book([("单位", "发布状态"), ("柳树镇", said)]), lines=LINES[:1])
    assert compared.verdict == verdict


@pytest.mark.parametrize(
    ("head", "said", "verdicts"),
    [
        ("是否按时发布", "是", "agreed differs differs"),
        ("是否按时发布", "否", "differs agreed agreed"),
        ("是否发布", "是", "agreed differs agreed"),
        ("是否发布", "否", "differs agreed differs"),
        ("发布状态", "按时发布", "agreed differs differs"),
        ("发布状态", "逾期发布", "differs differs agreed"),
        ("发布状态", "未按时发布", "differs agreed agreed"),
        ("发布状态", "逾期未发布", "differs agreed differs"),
        ("发布状态", "已发布", "agreed differs agreed"),
    ],
)
def test_whether_it_was_in_time_is_held_against_where_it_stands(
    head: str, said: str, verdicts: str
) -> None:
    rows = [(each.name, said) for each in LINES[:3]]
    compared = held(book([("单位", head), *rows]), lines=LINES[:3])
    assert " ".join(each.verdict for each in compared) == verdicts
    assert not any("台账为未发布" in each.zh for each in compared if said in ("是", "未按时发布"))


def test_another_day_is_told_with_both_and_the_proof() -> None:
    (compared,) = held(book([("单位", "发布日期"), ("柳树镇", "2027-01-28")]), lines=LINES[:1])
    assert compared.verdict == "differs"
    assert "2027-01-28" in compared.zh
    assert "2027-01-20" in compared.zh
    assert compared.line is not None
    assert compared.line.proof


def test_the_day_it_was_first_seen_agrees_too() -> None:
    ours = line("柳树镇", "on_time", printed=date(2027, 1, 20), first=date(2027, 1, 18))
    for day in ("2027-01-20", "2027-01-18"):
        (compared,) = held(book([("单位", "发布日期"), ("柳树镇", day)]), lines=[ours])
        assert compared.verdict == "agreed"


@pytest.mark.parametrize(
    "name", ["柳树镇人民政府", "平安县柳树镇", "平安柳树镇", " 柳树镇 ", "柳树镇政府", "140999101"]
)
def test_units_by_every_name_that_they_have(name: str) -> None:
    (compared,) = held(book([("单位", "发布日期"), (name, "2027-01-20")]), lines=LINES[:1])
    assert compared.verdict == "agreed"


@pytest.mark.parametrize("name", ["东街办", "东街街道办事处", "东街街道办", "东街街道"])
def test_sub_districts_have_many_names(name: str) -> None:
    (compared,) = held(book([("单位", "发布日期"), (name, "2027-02-09")]), lines=LINES[2:3])
    assert compared.verdict == "agreed"


def test_who_is_only_there_or_only_here() -> None:
    rows = [("单位", "发布日期"), ("柳树镇", "2027-01-20"), ("北山镇", "2027-01-21")]
    told = verdicts(held(book(rows)))
    assert told["北山镇"] == "only_there"
    assert {name for name, verdict in told.items() if verdict == "only_here"} == {
        "石门镇",
        "东街街道",
        "县财政局",
    }


def test_one_that_stands_there_twice_is_told() -> None:
    rows = [("单位", "发布日期"), ("柳树镇", "2027-01-20"), ("柳树镇人民政府", "2027-01-22")]
    first, second = held(book(rows), lines=LINES[:1])
    assert (first.verdict, second.verdict) == ("agreed", "differs")
    assert "重复" in second.zh


def test_two_units_of_one_name_are_told_apart_by_their_county() -> None:
    other = line("柳树镇", "missing", county="永安县")
    with_county = [
        ("县（市、区）", "单位", "发布日期"),
        ("平安县", "柳树镇", "2027-01-20"),
        ("永安县", "柳树镇", ""),
    ]
    told = held(book(with_county), lines=[LINES[0], other])
    assert [each.verdict for each in told] == ["agreed", "agreed"]
    without = held(book([("单位", "发布日期"), ("柳树镇", "2027-01-20")]), lines=[LINES[0], other])
    assert without[0].verdict == "only_there"
    assert "150101101" in without[0].zh


def test_rows_of_another_county_are_left_out_where_one_was_asked_for() -> None:
    rows = [
        ("县区", "单位", "发布日期"),
        ("永安县", "柳树镇", ""),
        ("平安县", "柳树镇", "2027-01-20"),
    ]
    other = CountyEntry("永安县", "150101", units=(UnitEntry("柳树镇", "150101101"),))
    entries = entries_in(book(rows), "台账.xlsx", YEAR)
    (compared,) = compare(entries, LINES[:1], [COUNTY, other], HERE)
    assert (compared.verdict, compared.line) == ("agreed", LINES[0])


OTHER = CountyEntry("永安县", "150101", units=(UnitEntry("石门镇", "150101101"),))


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("石门镇", "不在该年度应发布单位名单中（140999102）"),
        ("平安石门镇", "不在该年度应发布单位名单中（140999102）"),
        ("永安县石门镇", None),
        ("永安石门镇人民政府", None),
        ("柏木镇", "监测名单中没有这个单位"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_row_without_a_county_speaks_of_those_that_were_asked_for(
    unit: str, said: str | None, turned: bool
) -> None:
    """Another county has a unit of that name; one that is due, or that was not."""
    files = [OTHER, COUNTY] if turned else [COUNTY, OTHER]
    entries = entries_in(book([("单位", "发布日期"), (unit, "2027-01-20")]), "台账.xlsx", YEAR)
    told = [each for each in compare(entries, LINES[:1], files, HERE) if each.line is None]
    assert [each.zh for each in told] == ([said] if said else [])


def test_a_row_of_a_name_that_only_another_county_has_is_of_nobody_here() -> None:
    entries = entries_in(book([("单位", "发布日期"), ("石门镇", "2027-01-20")]), "a.xlsx", YEAR)
    here = replace(COUNTY, units=COUNTY.units[:1])
    (told, *_) = compare(entries, LINES[:1], [OTHER, here], HERE)
    assert (told.verdict, told.zh) == ("only_there", "监测名单中没有这个单位")


@pytest.mark.parametrize("scope", [of_unit("140999101", "140999"), HERE])
def test_who_was_not_asked_for_is_not_said_to_have_owed_nothing(scope: Scope) -> None:
    entries = entries_in(book([("单位", "发布日期"), *ROWS]), "台账.xlsx", YEAR)
    asked = LINES[:1] if scope.units else LINES
    told = compare(entries, asked, [COUNTY], scope)
    assert [each.verdict for each in told if each.verdict == "only_there"] == []
    assert len(told) == len(asked)


def test_a_county_in_which_nothing_was_due_is_here_too() -> None:
    rows = [("县区", "单位", "发布日期"), ("平安县", "石门镇", "2027-01-20")]
    (told,) = compare(entries_in(book(rows), "台账.xlsx", YEAR), [], [COUNTY, OTHER], HERE)
    assert told.zh == "不在该年度应发布单位名单中（140999102）"


def test_counties_of_one_name_are_told_apart_by_their_city() -> None:
    rows = [
        ("县区", "单位", "发布日期"),
        ("乙市平安县", "柳树镇", ""),
        ("甲市平安县", "柳树镇", "2027-01-20"),
    ]
    names = {"140999": "甲市平安县", "150101": "乙市平安县"}
    entries = entries_in(book(rows), "台账.xlsx", YEAR)
    (compared,) = compare(
        entries, LINES[:1], [COUNTY, CountyEntry("平安县", "150101")], HERE, names
    )
    assert compared.verdict == "agreed"
    without = entries_in(book([("单位", "发布日期"), ("柳树镇", "")]), "台账.xlsx", YEAR)
    other = replace(LINES[0], county="150101", unit="150101101")
    (told, *_) = compare(without, [LINES[0], other], [COUNTY], EVERYTHING, names)
    assert "甲市平安县（140999101）、乙市平安县（150101101）" in told.zh


@pytest.mark.parametrize(
    "heads",
    [
        ("单位", "2025年度发布时间", "2026年度发布时间"),
        ("单位", "2026年度发布时间", "2025年度发布时间"),
        ("单位", "2025年发布日期", "发布日期"),
        ("单位", "2027年发布日期", "2026年发布日期"),
        ("单位", "2028年发布日期", "2027年发布日期"),
    ],
)
def test_the_column_of_the_reports_year_is_read(heads: tuple[str, ...]) -> None:
    days = [
        "2027-01-20" if "2026" in head or head == "发布日期" else "2026-01-20" for head in heads
    ]
    if not any("2026" in head or head == "发布日期" for head in heads):
        days[2] = "2027-01-20"
    (compared,) = held(book([heads, ("柳树镇", *days[1:])]), lines=LINES[:1])
    assert compared.verdict == "agreed"


def test_columns_of_other_years_alone_are_no_answer() -> None:
    with pytest.raises(OfficeLedgerError, match="没有找到表头"):
        entries_in(book([("单位", "2024年度发布时间"), ("柳树镇", "2025-01-20")]), "a.xlsx", YEAR)


def test_lists_beside_each_other_are_refused() -> None:
    rows = [("单位", "发布日期", "单位", "发布日期"), ("柳树镇", "2027-01-20", "石门镇", "")]
    with pytest.raises(OfficeLedgerError, match="并排"):
        entries_in(book(rows), "a.xlsx", YEAR)


@pytest.mark.parametrize(
    "stands", ["exempt", "withdrawn", "unknown", "missing", "not_due", "awaiting"]
)
def test_our_own_words_agree_with_us(stands: StandingName) -> None:
    rows = [("单位", "状态"), ("石门镇", STANDINGS[stands].zh)]
    (compared,) = held(book(rows), lines=[line("石门镇", stands)])
    assert compared.verdict == "agreed"


def test_a_former_name_is_the_same_unit() -> None:
    county = replace(
        COUNTY, units=(UnitEntry("石门镇", "140999102", former=(Former("老镇", "2020-01-01"),)),)
    )
    entries = entries_in(book([("单位", "发布日期"), ("老镇", "")]), "a.xlsx", YEAR)
    (compared,) = compare(entries, LINES[1:2], [county], HERE)
    assert compared.verdict == "agreed"


def test_titles_notes_sums_and_heads_in_two_rows_are_passed_over() -> None:
    rows = [
        ("平安县2026年度政府信息公开工作年度报告发布情况台账", "", "", ""),
        ("截至2027年2月10日", "", "", ""),
        ("序号", "单位", "发布情况", ""),
        ("", "", "发布日期", "网址"),
        (1, "柳树镇", date(2027, 1, 20), "http://a"),
        (2, "石门镇", None, ""),
        ("", "合计", "1", ""),
        ("", "备注：以网站为准", "", ""),
    ]
    assert verdicts(held(book(rows, "说明"), lines=LINES[:2])) == {
        "柳树镇": "agreed",
        "石门镇": "agreed",
    }


def test_merged_cells_say_the_county_once() -> None:
    rows = [("县区", "单位", "发布日期"), ("平安县", "柳树镇", "2027-01-20"), (None, "石门镇", "")]
    assert verdicts(held(book(rows), lines=LINES[:2])) == {"柳树镇": "agreed", "石门镇": "agreed"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_in_the_encodings_of_excel(encoding: str) -> None:
    data = table([("单位", "发布日期"), *ROWS], encoding)
    assert verdicts(held(data, "台账.csv")) == AGREED


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "没有找到表头"),
        (book([("姓名", "电话")]), "没有找到表头"),
        (book([("单位", "联系人"), ("柳树镇", "张三")]), "没有找到表头"),
        (b"PK\x03\x04 broken", "不是能打开的 Excel 文件"),
        (b"\x00\x01\x02\x03", "应为 .xlsx"),
    ],
)
def test_what_is_no_ledger_is_told(data: bytes, said: str) -> None:
    with pytest.raises(OfficeLedgerError) as refused:
        entries_in(data, "台账", YEAR)
    assert said in refused.value.zh
    assert refused.value.en


def test_impossible_days_are_no_days() -> None:
    rows = [("单位", "发布日期"), ("柳树镇", "2027-02-30")]
    (compared,) = held(book(rows), lines=LINES[:1])
    assert compared.verdict in ("differs", "agreed")
    assert compared.entry is not None
    assert compared.entry.day is None


def test_who_is_exempt_need_not_be_published_there() -> None:
    ours = line("柳树镇", "exempt")
    rows = [("单位", "发布状态"), ("柳树镇", "未发布")]
    assert held(book(rows), lines=[ours])[0].verdict == "agreed"


def test_december_is_of_the_reports_year() -> None:
    ours = line("柳树镇", "on_time", printed=date(2026, 12, 30))
    assert (
        held(book([("单位", "发布日期"), ("柳树镇", "12月30日")]), lines=[ours])[0].verdict
        == "agreed"
    )
    assert date(2026, 12, 30) + timedelta(days=32) == date(2027, 1, 31)


# ---- who was not due, and ledgers that are turned


def test_a_unit_that_was_not_due_is_not_called_unknown() -> None:
    book = [
        ["单位名称", "发布日期"],
        ["柳树镇", "2027-01-20"],
        ["平安县石门镇人民政府", "2027-01-21"],
    ]
    found = compare(entries_in(_as_csv(book), "a.csv", YEAR), LINES[:1], [COUNTY], HERE)
    (told,) = [each for each in found if each.verdict == "only_there"]
    assert told.zh == "不在该年度应发布单位名单中（140999102）"
    assert told.en == "not on the list of who had to publish for the year (140999102)"
    stranger = compare(
        entries_in(_as_csv([book[0], ["乌有镇", "未发布"]]), "a.csv", YEAR), LINES, [COUNTY], HERE
    )
    assert stranger[0].zh == "监测名单中没有这个单位"


@pytest.mark.parametrize(
    "rows",
    [
        [["单位", "柳树镇", "石门镇", "东街街道"], ["发布日期", "2027-01-20", "2027-01-21", ""]],
        [["单位名称", "柳树镇", "石门镇"], ["是否发布", "已发布", "未发布"]],
        [
            ["平安县2026年度年报台账"],
            ["序号", "乡镇", "柳树镇", "石门镇"],
            ["1", "发布时间", "1月20日", "1.21"],
        ],
        [
            ["单位", "东街街道", "西街街道"],
            ["发布状态", "已发布", "已发布"],
            ["发布日期", "1月20日", "1月21日"],
        ],
    ],
)
def test_a_ledger_with_its_units_in_a_row_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(OfficeLedgerError) as refused:
        entries_in(_as_csv(rows), "a.csv", YEAR)
    assert "横排" in refused.value.zh
    assert "in a row" in refused.value.en


def test_who_filled_it_in_and_when_makes_no_ledger_turned() -> None:
    rows = [
        ["填表单位：", "平安县政府办"],
        ["填表日期：", "2027-02-01"],
        ["单位", "发布日期", "发布状态"],
        ["柳树镇", "2027-01-20", "已发布"],
    ]
    (entry,) = entries_in(_as_csv(rows), "a.csv", YEAR)
    assert entry.unit == "柳树镇"


def _as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_what_nobody_could_look_at_is_not_said_to_be_unseen() -> None:
    (told,) = [
        each for each in held(book((("单位", "是否发布"), ("县财政局", "是")))) if each.entry
    ]
    assert told.verdict == "differs"
    assert "无法核实" in told.zh
    assert "未见" not in told.zh


def test_what_is_published_on_a_day_that_nobody_knows_is_published() -> None:
    dayless = replace(line("县财政局", "unknown"), seen=datetime(2027, 2, 3, tzinfo=UTC))
    assert dayless.is_published
    (told,) = held(book((("单位", "是否发布"), ("县财政局", "是"))), lines=[dayless])
    assert told.verdict == "agreed"


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("按时发布、未发现问题", True),
        ("已发布（待整改）", True),
        ("已公开、缺印章", True),
        ("已发布、未盖章", True),
        ("已发布、无缺项", True),
        ("已于1月20日发布，未备案", True),
        ("是（未加盖公章）", True),
        ("逾期发布", True),
        ("已发布后撤下", False),
        ("已撤回", False),
        ("逾期未发布", False),
        ("尚未发布（已催办）", False),
        ("待核实", None),
        ("待核", None),
        ("待发布", False),
        ("未发布，已电话提醒", False),
        ("未按时发布", None),
        ("核实中", None),
    ],
)
def test_what_is_said_first_holds(said: str, published: bool | None) -> None:
    (entry,) = entries_in(f"单位,状态\n石门镇,{said}\n".encode(), "x.csv", YEAR)
    assert entry.published is published


@pytest.mark.parametrize("said", ["未按时发布", "已发布、未盖章", "迟发", ""])
def test_a_day_is_a_day_on_which_it_was_published(said: str) -> None:
    (entry,) = entries_in(f"单位,发布日期,状态\n石门镇,2027-02-09,{said}\n".encode(), "x.csv", YEAR)
    assert entry.published is True


@pytest.mark.parametrize(
    ("cell", "day"),
    [(1.2, None), (1.3, None), (2.2, None), (1.25, date(2027, 1, 25)), (1.4, date(2027, 1, 4))],
)
def test_a_number_that_may_be_two_days_is_none(cell: float, day: date | None) -> None:
    """1.20 in a cell of numbers is 1.2."""
    (entry,) = entries_in(
        book((("单位", "发布日期", "状态"), ("石门镇", cell, "已发布"))), "x.xlsx", YEAR
    )
    assert (entry.day, entry.published) == (day, True)


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("140999", {"140999"}),
        (140999, {"140999"}),
        ("140999000000", {"140999"}),
        ("1409", {"140999"}),
        ("140900", {"140999"}),
        ("14", {"140999"}),
        ("150101", {"150101"}),
        ("", set()),
        ("110101", set()),
    ],
)
def test_a_county_is_known_by_its_code_as_commands_know_it(said: Any, whose: set[str]) -> None:
    mine = line("柳树镇", "on_time", printed=date(2027, 1, 20))
    other = line("柳树镇", "missing", county="玄武县")
    entries = entries_in(
        book([["行政区划", "单位", "状态"], [said, "柳树镇", "已发布"]]), "x", YEAR
    )
    counties = [COUNTY, CountyEntry("玄武县", "150101")]
    found = compare(entries, (mine, other), counties, EVERYTHING)
    told = {each.line.county for each in found if each.entry and each.line is not None}
    assert told == whose
    if said == "110101":
        assert [each.verdict for each in found] == ["only_there", "only_here", "only_here"]


def test_a_unit_is_known_by_its_code_beside_its_name() -> None:
    mine = line("柳树镇", "on_time", printed=date(2027, 1, 20))
    other = line("柳树镇", "missing", county="玄武县")
    for code in ("140999101", 140999101, "140999101000"):
        rows: list[list[Any]] = [["单位名称", "单位代码", "状态"], ["柳树镇", code, "已发布"]]
        found = compare(entries_in(book(rows), "x", YEAR), (mine, other), [COUNTY], EVERYTHING)
        assert [each.verdict for each in found] == ["agreed", "only_here"]
        rows = [["单位", "状态"], [code, "已发布"]]
        found = compare(entries_in(book(rows), "x", YEAR), (mine, other), [COUNTY], EVERYTHING)
        assert [each.verdict for each in found] == ["agreed", "only_here"]


def test_who_has_a_name_is_meant_before_who_had_it() -> None:
    mine = line("柳树镇", "on_time", printed=date(2027, 1, 20))
    other = line("石门镇", "missing")
    former = (Former("柳树镇", "2026-01-31"),)
    units = (UnitEntry("柳树镇", "140999101"), UnitEntry("石门镇", "140999102", former=former))
    entries = entries_in(book([["单位", "状态"], ["柳树镇", "已发布"]]), "x", YEAR)
    counties = [CountyEntry("平安县", "140999", units=units)]
    found = compare(entries, (mine, other), counties, EVERYTHING)
    assert [each.verdict for each in found] == ["agreed", "only_here"]


@pytest.mark.parametrize(
    ("dated", "said"),
    [
        ({"since": "2027-03-01"}, "该年度不是应发布单位（140999102）：尚未设立或已撤并"),
        ({"until": "2026-06-30"}, "该年度不是应发布单位（140999102）：尚未设立或已撤并"),
        ({}, "不在该年度应发布单位名单中（140999102）"),  # it came into the file later
    ],
)
def test_only_who_has_such_a_day_is_called_founded_later_or_closed(
    dated: dict[str, str], said: str
) -> None:
    unit = next(each for each in COUNTY.units if each.code == "140999102")
    units = tuple(each._replace(**dated) if each is unit else each for each in COUNTY.units)  # type: ignore[arg-type]
    entries = entries_in(_as_csv([["单位", "发布日期"], [unit.name, "2027-01-21"]]), "a.csv", YEAR)
    found = compare(entries, LINES[:1], [replace(COUNTY, units=units)], HERE)
    assert [each.zh for each in found if each.verdict == "only_there"] == [said]
