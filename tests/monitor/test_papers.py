"""What leaves the house: the ledger, the letter, the county's sum, exports, queries, decisions, other ways to be told."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from docx import Document
from openpyxl import load_workbook

from nianbao.monitor.deadlines import add_working_days, is_working_day, policy_of
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.mail.feeds import icalendar
from nianbao.monitor.paper.county_sum import (
    Difference,
    against,
    county_sum,
    unbalanced,
    workbook,
)
from nianbao.monitor.paper.ledger_workbook import FINDINGS
from nianbao.monitor.paper.letter import letter
from nianbao.monitor.settings import Office, load_settings
from nianbao.parser import read, to_json
from nianbao.storage.audit import entries, faults
from nianbao.storage.content import cells_of
from nianbao.storage.kinds import Severity, Verdict
from nianbao.storage.models import Region, Unit
from nianbao.storage.queries import FindingFacts
from nianbao.storage.registry import ConfigError, CountyEntry, UnitEntry, load_county
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store, session
from tests.portals.families import Truth
from tests.portals.server import running
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.worlds.commands import run_here, swept
from tests.worlds.county import county_file, portal_of
from tests.worlds.stores import a_day_later


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three units of 2023: one clean, one with a wrong sum and published late, one missing."""
    folder = tmp_path_factory.mktemp("county")
    plants = []
    for n, (town, day) in enumerate((("柳树镇", date(2024, 1, 10)), ("石门镇", date(2024, 2, 9)))):
        draft = clean(100 + n, unit=f"{town}人民政府", year=2023)
        draft = replace(draft, county="平安县", title=f"平安县{town}人民政府2023年政府信息公开工作年度报告",
                        signature=(f"平安县{town}人民政府", "2024年1月5日"))  # fmt: skip
        if n == 1:
            draft = draft.with_figures(requests__new__natural_person=9)
        plants.append(
            (Truth(draft.title, f"/zwgk/nb/202603/t20260301_{7000 + n}.html", day), draft)
        )
    with running(portal_of(plants)) as site:
        for _ in range(2):
            a_day_later(folder)
            done = swept(folder, county_file(folder, site.url))
            assert done.returncode == 0, done.stdout + done.stderr
        yield folder


def run(folder: Path, *arguments: str, store: bool = True) -> subprocess.CompletedProcess[str]:
    place = ("--store", f"sqlite:///{folder}/n.db") if store else ()
    return run_here(folder, *arguments, *place)


def rows(folder: Path, *arguments: str) -> list[dict[str, object]]:
    done = run(folder, *arguments, "--format", "json")
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def package(county: Path) -> Path:
    assert run(county, "export", "package", "--config", "counties").returncode == 0
    return county / "package"


HEADINGS = [
    "县（市、区）",
    "单位",
    "类别",
    "公布时限",
    "发布状态",
    "页面标注日期",
    "逾期天数",
    "质量",
    "问题数",
    "依据",
    "网址",
    "存证指纹",
]


def test_the_ledger(county: Path) -> None:
    assert run(county, "ledger", "l.xlsx", "--year", "2023", "--config", "counties").returncode == 0
    book = load_workbook(county / "l.xlsx")
    assert book.sheetnames == ["发布情况", "问题清单", "栏目监测"]
    sheet: Any = book["发布情况"]
    heads = [cell.value for cell in sheet[3]]
    assert heads[1:] == HEADINGS, "HEADINGS in tests/monitor/test_papers.py are not those of UNITS"
    lines = [
        dict(zip(heads, (cell.value for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=4)
    ]
    assert [(line["单位"], line["发布状态"], line["逾期天数"]) for line in lines[:2]] == [
        ("柳树镇", "按时发布", None), ("石门镇", "逾期发布", 9)]  # fmt: skip
    assert lines[2]["发布状态"] == "逾期未发布"
    assert sheet.freeze_panes == "D4"
    assert sheet.auto_filter.ref == f"A3:{sheet.cell(3, len(heads)).column_letter}6"
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.conditional_formatting
    assert any(row[4].value == "F01" for row in book["问题清单"].iter_rows(min_row=4))


@pytest.mark.parametrize(
    ("county", "office", "signed"),
    [
        ("平安县", "政务公开办公室", "平安县政务公开办公室"),
        ("平安县", "平安县政务公开办公室", "平安县政务公开办公室"),
        ("徐州市鼓楼区", "鼓楼区政务公开办公室", "徐州市鼓楼区政务公开办公室"),
        ("鼓楼区", "徐州市鼓楼区政务公开办公室", "徐州市鼓楼区政务公开办公室"),
        ("鼓楼区（320302）", "鼓楼区政务公开办公室", "鼓楼区政务公开办公室"),
        ("海州市", "市场监督管理局", "海州市市场监督管理局"),
    ],
)
def test_a_letter_is_signed_with_each_place_once(county: str, office: str, signed: str) -> None:
    today = date(2026, 2, 2)
    content = letter(county, "石门镇", 2025, [], Office(name=office), today, today)
    assert signed in [each.text for each in Document(io.BytesIO(content)).paragraphs]


def test_the_letter_calls_nobody_late_whose_delay_is_waived(county: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(county, folder)
    (late,) = rows(folder, "flagged", "--year", "2023", "--rule", "A02")
    done = run(folder, "waive", str(late["mark"]), "--who", "王", "--why", "网站迁移")
    assert done.returncode == 0, done.stderr
    told = ("letter", "石门镇", "--year", "2023", "--config", "counties", "-o", "letter.docx")
    assert run(folder, *told).returncode == 0
    paragraphs = Document(str(folder / "letter.docx")).paragraphs
    assert "逾期" not in "\n".join(paragraph.text for paragraph in paragraphs)


def test_the_letter(county: Path) -> None:
    done = run(
        county, "letter", "石门镇", "--year", "2023", "--config", "counties", "-o", "letter.docx"
    )
    assert done.returncode == 0, done.stderr
    document = Document(str(county / "letter.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "政府信息公开工作年度报告整改通知书" in text
    assert "石门镇：" in text
    assert "逾期9天" in text
    cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert any("本年新收" in row[1] and "5" in row[3] for row in cells)
    assert "反馈至我" in text
    heads = [p for p in document.paragraphs if p.text.startswith(("一、", "二、", "三、"))]
    assert all(p.paragraph_format.keep_with_next for p in heads)
    chosen = ("letter", "石门镇", "--year", "2023", "--config", "counties", "-o", "chosen.docx")
    rules = {str(row["rule"]) for row in rows(county, "flagged", "--year", "2023")}
    assert run(county, *chosen, "--only", "F01").returncode == 0
    (table,) = Document(str(county / "chosen.docx")).tables
    assert len(table.rows) == 2
    if rules > {"F01", "A02"}:
        assert run(county, *chosen, "--without", "F01").returncode == 0
    assert run(county, *chosen, "--only", "F01", "--without", "F01").returncode == 1
    assert run(county, *chosen, "--only", "F99").returncode == 2
    assert run(county, "letter", "柳树镇", "--year", "2023", "--config", "counties").returncode == 1
    assert run(county, "letter", "没有镇", "--year", "2023", "--config", "counties").returncode == 2


def test_that_a_letter_was_written_is_written_down_once(county: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(county, tmp_path / "county")
    (folder / "own.toml").write_text(
        '[office]\nname = "县政务公开办"\n', "utf-8"
    )  # a letter of its own
    more = ("--year", "2023", "--config", "counties", "--settings", "own.toml")
    told = ("letter", "石门镇", *more, "-o", "letter.docx")
    assert run(folder, "letter", "柳树镇", *told[2:], "--who", "王").returncode == 1  # none is due
    for _ in range(2):
        assert run(folder, *told, "--who", "王").returncode == 0
    assert run(folder, *told[:-1], "nowhere/letter.docx", "--only", "F01").returncode != 0
    engine = open_store(f"sqlite:///{folder}/n.db")
    with looking(engine) as s:
        (entry,) = (
            each for each in entries(s) if (each["action"], each["who"]) == ("letter", "王")
        )
        assert faults(s) == []
    engine.dispose()
    sha256 = hashlib.sha256((folder / "letter.docx").read_bytes()).hexdigest()
    content = entry["content"]
    assert (entry["who"], content["kind"], content["year"]) == ("王", "整改", 2023)
    assert content["sha256"] == sha256
    (folder / "n.db").chmod(0o400)
    done = run(folder, *told, "--only", "F01")
    assert done.returncode == 0, done.stderr


def test_the_mark_as_the_table_shows_it_names_a_finding(county: Path) -> None:
    marks = [str(row["mark"]) for row in rows(county, "flagged", "--year", "2023")]
    done = run(county, "note", marks[0][:8], "已电话告知", "--who", "王")
    assert (done.returncode, marks[0] in done.stdout) == (0, True), done.stderr
    assert run(county, "waive", "0123abcd", "--who", "王", "--why", "x").returncode == 2


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("missing", "--county", "平按县", "--config", "counties"), "没有 平按县，是否指 平安县？"),
        (("missing", "--year", "20255", "--config", "counties"), "2099"),
        (("standing", "--county", "14", "--config", "counties", "--year", "2023"), ""),
        (("returned",), "没有设置 [inbox]"),
    ],
)
def test_what_was_misspelled_is_told(county: Path, command: tuple[str, ...], said: str) -> None:
    done = run(county, *command)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (
        2 if said else 0,
        True,
        False,
    ), done.stderr


def test_who_has_not_published_is_urged(county: Path) -> None:
    done = run(
        county, "letter", "小河乡", "--year", "2023", "-o", "urge.docx", "--config", "counties"
    )
    assert done.returncode == 0, done.stderr
    text = "\n".join(paragraph.text for paragraph in Document(str(county / "urge.docx")).paragraphs)
    assert "政府信息公开工作年度报告催办通知书" in text
    assert "应于2024年1月31日前（含当日）发布" in text
    assert "完整读取栏目内容，未见你单位该年度报告" in text
    assert "/zwgk/nb/" in text
    assert (
        run(county, "exempt", "小河乡", "--year", "2023", "--who", "王", "--why", "新设").returncode
        == 0
    )
    assert run(county, "letter", "小河乡", "--year", "2023", "--config", "counties").returncode == 1
    assert (
        run(county, "exempt", "小河乡", "--year", "2023", "--who", "王", "--undo").returncode == 0
    )


def finding(severity: Severity, zh: str, verdict: Verdict | Literal[""] = "") -> FindingFacts:
    content = {"zh": zh, "en": zh, "cells": [], "state": "fail", "suggestions": [], "quote": "原文"}
    return FindingFacts(
        "1",
        "柳树镇",
        "140999",
        "平安县",
        2023,
        "F01",
        severity,
        "x",
        content,
        "sha",
        "url",
        verdict,
    )


@pytest.mark.parametrize(
    ("findings", "name", "said"),
    [
        ([finding("error", "甲")], "整改通知书", "需要整改的问题1项，"),
        ([finding("warning", "乙")], "核实通知书", "请予核实的事项1项，"),
        ([finding("warning", "乙", "accepted")], "整改通知书", "需要整改的问题1项，"),
        (
            [finding("error", "甲"), finding("warning", "乙")],
            "整改通知书",
            "需要整改的问题1项、请予核实的事项1项，",
        ),
    ],
)
def test_a_doubt_is_asked_about_and_a_problem_told(
    findings: list[FindingFacts], name: str, said: str
) -> None:
    data = letter(
        "平安县",
        "柳树镇",
        2023,
        findings,
        Office("政务公开办公室"),
        date(2024, 3, 1),
        date(2024, 3, 8),
    )
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)
    assert name in text
    assert said in text
    assert "2024年3月8日" in text


# ---- the county's sum


def test_the_sum_is_of_what_was_surely_read() -> None:
    drafts = {f"甲{n}镇": clean(40 + n, unit=f"甲{n}镇人民政府", year=2023) for n in range(4)}
    reports = {
        name: to_json(read(write_html(print_draft(draft)))) for name, draft in drafts.items()
    }
    total = county_sum(reports, [*drafts, "乙镇"], "2021")
    for key, each in total.sums.items():
        assert each.number == sum(
            Decimal(str(draft.figures[key] or 0)) for draft in drafts.values()
        ), key
        assert each.sure
    assert total.others == ("乙镇",)
    one = json.loads(json.dumps(reports["甲0镇"]))
    del one["requests"]["new"]["natural_person"]
    one["unreadable"] = [{"cell": "requests.new.natural_person", "raw": "?", "why": "unsure"}]
    doubtful = county_sum({**reports, "甲0镇": one}, list(drafts), "2021")
    assert doubtful.sums["requests.new.natural_person"].unread == ("甲0镇",)
    assert doubtful.sums["requests.new.business"].sure
    book = load_workbook(io.BytesIO(workbook("平安县2023年度", doubtful)))
    assert book.sheetnames[:2] == ["汇总表", "汇总依据"]
    own = json.loads(json.dumps(reports["甲1镇"]))
    cells = {key: each.number for key, each in total.sums.items()}
    whole = county_sum(reports, list(drafts), "2021")
    assert {each.cell for each in against(own, whole)} == {
        key for key, value in cells_of(own).items() if value != cells[key]
    }
    assert list(against(own, total)) == []  # units are missing: nothing is held against the county


@pytest.mark.parametrize(
    ("changes", "marked"),
    [
        # A row and a column are off: where they meet.
        ({"requests.granted.natural_person": 7}, {"requests.granted.natural_person"}),
        ({"requests.new.business": 7}, {"requests.new.business"}),
        ({"requests.denied.third_party.total": 7}, {"requests.denied.third_party.total"}),
        # A row of its own: its whole.
        ({"disputes.review.upheld": 7}, {"disputes.review.total"}),
        # Two mistakes: each place where one may be.
        (
            {"requests.granted.natural_person": 7, "disputes.suit_direct.pending": 9},
            {"requests.granted.natural_person", "disputes.suit_direct.total"},
        ),
    ],
)
def test_of_a_wrong_cell_no_whole_row_and_column_is_marked(
    changes: dict[str, int], marked: set[str]
) -> None:
    content = to_json(read(write_html(print_draft(clean(3, unit="甲镇人民政府", year=2023)))))
    right = county_sum({"甲镇": content}, ["甲镇"], "2021")
    assert unbalanced(right) == frozenset()
    sums = {
        key: each._replace(number=each.number + changes.get(key, 0))
        for key, each in right.sums.items()
    }
    assert unbalanced(replace(right, sums=sums)) == marked


def test_every_sheet_of_a_sum_is_set_up_for_paper() -> None:
    content = to_json(read(write_html(print_draft(clean(3, unit="甲镇人民政府", year=2023)))))
    total = county_sum({"甲镇": content}, ["甲镇"], "2021")
    key = "requests.new.total"
    off = [Difference(key, 99, total.sums[key])]
    book = load_workbook(io.BytesIO(workbook("平安县2023年度", total, off)))
    assert len(book.worksheets) == 3
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.paperSize) == (1, 9)
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert book["汇总依据"].print_title_rows == "$1:$1"


def test_what_begins_like_a_formula_is_a_text_in_a_sum() -> None:
    content = to_json(read(write_html(print_draft(clean(3, unit="甲镇", year=2023)))))
    total = county_sum({"=1+1镇": content}, ["=1+1镇", "+2镇"], "2021")
    wrong, left = {"=1+1镇": ["=HYPERLINK(1)"]}, {"+2镇": "=3"}
    book = load_workbook(io.BytesIO(workbook("平安县2023年度", total, (), wrong, {}, left)))
    rows = list(book["汇总依据"].iter_rows(min_row=2))
    assert [row[0].value for row in rows] == ["=1+1镇", "+2镇"]
    assert all(cell.data_type == "s" for row in rows for cell in row if cell.value)


def test_a_sum_that_leaves_something_out_says_so_and_is_held_against_nobody() -> None:
    key = next(
        key
        for key in cells_of(to_json(read(write_html(print_draft(clean(1))))))
        if key.startswith("requests.")
    )
    one, other = (
        to_json(read(write_html(print_draft(clean(n, unit=f"甲{n}镇人民政府", year=2023).with_figures(
            **{key.replace(".", "__"): 3}))))) for n in (1, 2)
    )  # fmt: skip

    def without(content: dict[str, object], value: object = ...) -> dict[str, object]:
        changed = json.loads(json.dumps(content))
        table, row, column = key.split(".", 2)
        if value is ...:
            del changed[table][row][column]
        else:
            changed[table][row][column] = value
        return changed  # type: ignore[no-any-return]

    county = without(one, 99)
    whole = county_sum({"甲1镇": one, "甲2镇": other}, ["甲1镇", "甲2镇"], "2021")
    assert key in {each.cell for each in against(county, whole)}
    absent = county_sum({"甲1镇": one, "甲2镇": without(other)}, ["甲1镇", "甲2镇"], "2021")
    assert (absent.sums[key].number, absent.sums[key].sure, absent.sums[key].absent) == (
        3,
        False,
        ("甲2镇",),
    )
    blank = county_sum(
        {"甲1镇": without(one, None), "甲2镇": without(other, None)}, ["甲1镇", "甲2镇"], "2021"
    )
    for total, said in ((absent, "1格表中没有，未计入："), (blank, "1格空白，按0计")):
        assert key not in {each.cell for each in against(county, total)}
        basis = load_workbook(io.BytesIO(workbook("平安县2023年度", total)))["汇总依据"]
        assert any(said in str(row[2].value) for row in basis.iter_rows())
    shown = [
        cell.value
        for row in load_workbook(io.BytesIO(workbook("", blank)))["汇总表"].iter_rows()
        for cell in row
    ]
    assert shown.count(None) > [c.value for r in load_workbook(io.BytesIO(workbook("", whole)))["汇总表"].iter_rows()
                                for c in r].count(None)  # fmt: skip


def test_the_sum_of_another_form_is_not_mixed_in() -> None:
    new = to_json(read(write_html(print_draft(clean(1, unit="甲镇人民政府", year=2023)))))
    total = county_sum({"甲镇": new, "乙镇": {**new, "form": "2019"}}, ["甲镇", "乙镇"], "2021")
    assert (total.units, total.others) == (("甲镇",), ("乙镇",))


def test_the_command_sums_and_checks(county: Path) -> None:
    done = run(county, "sum", "平安县", "--year", "2023", "-o", "s.xlsx")
    assert done.returncode == 0, done.stderr
    assert "计入 2 个单位，未计入 1 个" in done.stdout
    basis = load_workbook(county / "s.xlsx")["汇总依据"]
    told = [str(cell.value) for row in basis.iter_rows() for cell in row]
    assert any("各项合计为" in words or "第一项加第二项为" in words for words in told)
    assert not any(
        "2024-02-09" in words for words in told
    )  # it was late; its numbers are as they are
    (county / "own.docx").write_bytes(
        write_docx(print_draft(clean(5, unit="平安县人民政府", year=2023)))
    )
    held = run(county, "sum", "平安县", "--year", "2023", "-o", "s.xlsx", "--against", "own.docx")
    assert held.returncode == 0
    assert "单位不全" in held.stderr


# ---- queries and exports


def test_every_format(county: Path) -> None:
    found = rows(county, "standing", "--year", "2023", "--config", "counties")
    assert [(row["unit"], row["standing"], row["quality"]) for row in found] == [
        ("柳树镇", "on_time", "clean"), ("石门镇", "late", "flagged"), ("小河乡", "missing", "")]  # fmt: skip
    assert all(len(str(row["proof"])) == 64 for row in found)
    table = run(
        county, "standing", "--year", "2023", "--config", "counties", "--format", "csv"
    ).stdout
    assert [row["unit"] for row in csv.DictReader(io.StringIO(table))] == [
        "柳树镇",
        "石门镇",
        "小河乡",
    ]
    assert (
        "| 平安县 | 小河乡 | 逾期未发布 |"
        in run(county, "missing", "--year", "2023", "--config", "counties", "-f", "md").stdout
    )
    assert (
        run(county, "missing", "--year", "2023", "--config", "counties", "-f", "xlsx").returncode
        == 2
    )
    assert (
        run(
            county,
            "missing",
            "--year",
            "2023",
            "--config",
            "counties",
            "-f",
            "xlsx",
            "-o",
            "m.xlsx",
        ).returncode
        == 0
    )
    book: Any = load_workbook(county / "m.xlsx")
    assert book.active["B2"].value == "小河乡"


def test_counties_that_nobody_looked_at_are_named(county: Path, tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    assert run(tmp_path, "init", "繁峙县", "--folder", "counties", store=False).returncode == 0
    done = run(tmp_path, "missing", "--config", "counties")
    assert done.returncode == 0
    assert "从未巡检，不在结果中：繁峙县" in done.stderr
    assert "从未巡检" not in run(county, "missing", "--year", "2023", "--config", "counties").stderr


def test_search_show_history_coverage(county: Path) -> None:
    assert {row["unit"] for row in rows(county, "find", "主动公开政府信息", "--year", "2023")} == {
        "柳树镇",
        "石门镇",
    }
    assert run(county, "find", "没有这样的话").returncode == 1
    assert run(county, "find", "100%_").returncode == 1  # no wildcards
    shown = run(county, "show", "石门镇", "--year", "2023", "--evidence", "evidence")
    assert "F01" in shown.stdout
    assert "行政许可" in shown.stdout
    kinds = [row["kind"] for row in rows(county, "history", "石门镇")]
    assert kinds[:2] == ["published", "standing"]
    assert rows(county, "coverage")[0]["state"] in ("ok", "unchanged")


def test_exports_hold_the_same(county: Path, package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    tables = {}
    for resource in described["resources"]:
        with (package / resource["path"]).open(encoding="utf-8") as file:
            tables[resource["name"]] = list(csv.DictReader(file))
        assert [field["name"] for field in resource["schema"]["fields"]] == list(
            tables[resource["name"]][0]
        )
    assert len(tables["cells"]) == 400
    assert {row["standing"] for row in tables["standings"]} >= {"late", "missing", "on_time"}
    assert (
        run(county, "export", "all.db", "--format", "sqlite", "--config", "counties").returncode
        == 0
    )
    with sqlite3.connect(county / "all.db") as made:
        for name, table in tables.items():
            assert made.execute(f"SELECT count(*) FROM {name}").fetchone() == (len(table),)
    assert (
        run(county, "export", "all.db", "--format", "sqlite", "--config", "counties").returncode
        == 2
    )
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    assert (
        run(county, "export", "parquet", "--format", "parquet", "--config", "counties").returncode
        == 0
    )
    assert pq.read_table(county / "parquet" / "cells.parquet").num_rows == 400


def test_an_export_says_what_it_could_not_tell(county: Path, package: Path) -> None:
    done = run(county, "export", "bare")
    assert done.returncode == 0
    assert "没有配置文件，各单位状态不在结果中：平安县" in done.stderr
    for named in ("140924", "不存在县"):
        refused = run(county, "export", "none", "--config", "counties", "--county", named)
        assert refused.returncode == 2, named
    for named in ("14", "1409", "140999", "平安县"):
        asked = ("--config", "counties", "--county", named)
        assert run(county, "export", named, *asked).returncode == 0
        for name in ("units", "standings"):
            whole = (package / f"{name}.csv").read_bytes()
            assert (county / named / f"{name}.csv").read_bytes() == whole


def test_days_of_the_overdue_are_counted_in_every_answer(county: Path, package: Path) -> None:
    asked = ("--year", "2023", "--config", "counties")
    (row, *_) = rows(county, "missing", *asked)
    with (package / "standings.csv").open(encoding="utf-8") as file:
        exported = {line["code"]: line for line in csv.DictReader(file) if line["year"] == "2023"}
    assert exported[str(row["code"])]["days"] == str(row["days"])
    assert row["days"] != 0


# ---- decisions


def test_decisions_hold_are_shown_and_can_be_taken_back(county: Path) -> None:
    def quality() -> object:
        return rows(county, "standing", "--year", "2023", "--config", "counties")[1]["quality"]

    flagged = [row for row in rows(county, "flagged", "--year", "2023") if row["rule"] == "F01"]
    assert len(flagged) == 1
    assert quality() == "flagged"
    mark = str(flagged[0]["mark"])
    assert run(county, "waive", mark, "--why", "核实无误").returncode == 2  # who?
    assert run(county, "waive", mark, "--who", "张三").returncode == 2  # why?
    assert run(county, "waive", mark, "--who", "张三", "--why", "核实无误").returncode == 0
    assert [row["rule"] for row in rows(county, "flagged", "--year", "2023", "--rule", "F01")] == []
    shown = rows(county, "flagged", "--year", "2023", "--rule", "F01", "--waived")
    assert shown[0]["decision"] == "waived 张三：核实无误"
    told = json.loads(run(county, "rules", "--rates", "--json", "--config", "counties").stdout)
    rate = next(each for each in told if each["rule"] == "F01")
    assert (rate["findings"], rate["waived"], rate["share"]) == (1, 1, 1.0)
    assert rate["reasons"] == [{"why": "核实无误", "count": 1}]
    assert all(each["share"] == 0 for each in told if each is not rate)
    left = {row["rule"] for row in rows(county, "flagged", "--year", "2023")} - {"A02"}
    assert quality() == ("flagged" if left else "clean")
    assert (
        run(
            county, "waive", "石门镇", "--year", "2023", "--rule", "F01", "--undo", "--who", "张三"
        ).returncode
        == 0
    )
    assert [row["rule"] for row in rows(county, "flagged", "--year", "2023", "--rule", "F01")] == [
        "F01"
    ]
    assert (
        run(
            county, "exempt", "小河乡", "--year", "2023", "--who", "张三", "--why", "新设"
        ).returncode
        == 0
    )
    assert (
        rows(county, "standing", "--year", "2023", "--config", "counties")[2]["standing"]
        == "exempt"
    )
    assert (
        run(county, "exempt", "小河乡", "--year", "2023", "--who", "张三", "--undo").returncode == 0
    )
    assert rows(county, "missing", "--year", "2023", "--config", "counties")[0]["unit"] == "小河乡"
    assert run(county, "note", "小河乡", "电话已催", "--who", "张三").returncode == 0
    assert [row["what"] for row in rows(county, "history", "小河乡")][-1] == "备注：张三 电话已催"


# ---- deadlines and settings


def policy_day(
    county: CountyEntry, unit: str, year: int = 2026, regions: dict[str, str] | None = None
) -> date:
    return policy_of(county, unit, year, regions).last_day(year)


def test_the_most_particular_deadline_holds() -> None:
    units = (
        UnitEntry("甲镇"), UnitEntry("乙局", kind="department"), UnitEntry("平安县", kind="county"),
        UnitEntry("丙镇", deadline="01-10"), UnitEntry("丁镇", deadline="01-10", deadlines=(("2026", "02-20"),)),
    )  # fmt: skip
    plain = CountyEntry("平安县", "140999", units=units)
    assert policy_day(plain, "甲镇") == date(2027, 1, 31)
    assert policy_day(plain, "平安县") == date(2027, 3, 31)
    assert policy_day(plain, "甲镇", regions={"14": "01-25", "1409": "01-20"}) == date(2027, 1, 20)
    assert policy_day(plain, "平安县", regions={"14": "01-25"}) == date(2027, 3, 31)
    own = replace(
        plain, deadline="01-15", deadlines={"department": "01-28", "years": {2025: "01-22"}}
    )
    assert policy_day(own, "甲镇", regions={"14": "01-25"}) == date(2027, 1, 15)
    assert policy_day(own, "甲镇", 2025) == date(2026, 1, 22)
    assert policy_day(own, "乙局") == date(2027, 1, 28)
    assert policy_day(own, "丙镇") == date(2027, 1, 10)
    assert policy_day(own, "丁镇") == date(2027, 2, 20)
    moved = replace(
        plain,
        deadlines={
            "working_day": "next",
            "grace_days": 2,
            "hand_in": "01-12",
            "source": "平政办1号",
        },
    )
    policy = policy_of(moved, "甲镇", 2026)
    assert policy.on == date(2027, 2, 1)  # the 31st is a Sunday
    assert policy.last_day(2026) == date(2027, 2, 3)
    assert (policy.hand_in, policy.source) == (date(2027, 1, 12), "平政办1号")


def test_by_the_regulation_before_all_reports_were_due_in_march() -> None:
    units = (
        UnitEntry("甲镇", deadline="01-10"),
        UnitEntry("乙局", kind="department", deadlines=(("2018", "02-20"),)),
        UnitEntry("丙镇"),
    )
    rules = {"years": {2016: "03-15"}, "grace_days": 3, "source": "平政办〔2026〕3号"}
    county = CountyEntry("平安县", "140999", deadline="01-20", deadlines=rules, units=units)
    regions = {"14": "01-25", "default": "01-22"}
    for unit in ("甲镇", "丙镇", "丁镇"):
        assert policy_day(county, unit, 2018, regions) == date(2019, 3, 31)
        assert policy_day(county, unit, 2016, regions) == date(2017, 3, 18)
    assert policy_day(county, "乙局", 2018, regions) == date(2019, 2, 23)
    assert policy_of(county, "甲镇", 2018, regions).source == ""
    assert policy_of(None, "甲镇", 2018, regions).last_day(2018) == date(2019, 3, 31)
    assert policy_day(county, "丙镇", 2019, regions) == date(2020, 1, 23)


def test_working_days_know_the_holidays() -> None:
    assert not is_working_day(date(2026, 2, 17))  # Spring Festival
    assert is_working_day(date(2026, 2, 14))  # a Saturday that is worked instead
    assert add_working_days(date(2026, 2, 13), 2) == date(2026, 2, 24)


def test_the_hand_in_date_is_before_the_deadline() -> None:
    county = CountyEntry("平安县", "140999", deadline="01-20", deadlines={"hand_in": "12-15"})
    assert policy_of(county, "柳树镇", 2026).hand_in == date(2026, 12, 15)
    county = CountyEntry("平安县", "140999", deadline="01-20", deadlines={"hand_in": "01-10"})
    assert policy_of(county, "柳树镇", 2026).hand_in == date(2027, 1, 10)


def test_wrong_deadlines_are_told_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        'county: 平安县\ncode: "140999"\ndeadlines: {grace_day: 3, years: {2026: 1月}}\ncadence: {seson: 3}\nunits: []\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as error:
        load_county(file)
    (fault,) = [fault for fault in error.value.faults if "grace_day，" in fault]
    assert fault.startswith(f"{file}:3: deadlines 中未知的键 grace_day，是否指 grace_days？")
    assert any(fault.startswith(f"{file}:4:") for fault in error.value.faults)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("daemon", "port = -1"),
        ("daemon", "port = 65536"),
        ("daemon", "sweeps = 0"),
        ("daemon", "pause = -0.5"),
        ("daemon", "pause = 1e300"),
        ("daemon", "sweep_hours = inf"),
        ("daemon", "reader_memory = 0"),
        ("cadence", "last_week = nan"),
        ("cadence", "rest = -1"),
        ("mail", "timeout = 0"),
        ("mail", "per_minute = 0"),
        ("mail", 'sender = "a@x.example\\r\\nBcc: b@y.example"'),
        ("office", 'name = "办公室\\nBcc: b@y.example"'),
        ("office", 'contact = "\\u001b[2J"'),
        ("web", 'who = "\\u001b[2J"'),
        ("alerts", 'wecom = "https://x.example/?key=0123\\n"'),
    ],
)
def test_a_setting_that_nothing_can_be_done_with_is_told(
    tmp_path: Path, table: str, line: str
) -> None:
    file = tmp_path / "nianbao.toml"
    file.write_text(f"[{table}]\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load_settings(file)
    said = str(told.value)
    assert f"nianbao.toml:2: {table}.{line.partition(' ')[0]} " in said
    assert said.isprintable()
    assert "0123" not in said


def test_settings_may_be_at_their_bounds_and_a_contact_of_two_lines(tmp_path: Path) -> None:
    file = tmp_path / "nianbao.toml"
    lines = ['[office]', 'contact = """张三\n\t电话"""', "[daemon]", "port = 0", "pause = 0", "[cadence]", "rest = 8784"]  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    assert load_settings(file).daemon.pause == 0


def test_settings_are_checked(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml").mail.host == ""
    file = tmp_path / "nianbao.toml"
    file.write_text(
        'lang = "fr"\n[mail]\nhsot = "x"\nport = "25"\n[digest]\ntime = "8am"\n[[recipients]]\nscope = "land:1"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as error:
        load_settings(file)
    said = "\n".join(error.value.faults)
    for told in (
        ":1: lang 应为",
        ":3: 未知的键 mail.hsot，是否指 host？",
        ":4: mail.port 应为 整数",
        ":6: digest.time",
        ":8: recipients.scope",
        "缺少 address",
    ):
        assert told in said, told


# ---- other ways to be told


def test_the_calendar_has_each_deadline_once() -> None:
    units = (*(UnitEntry(f"甲{n}镇") for n in range(30)), UnitEntry("平安县", kind="county"))
    county = CountyEntry("平安县", "140999", units=units, deadlines={"hand_in": "01-10"})
    text = icalendar(Registry([county]), EVERYTHING, 2026, datetime(2026, 12, 1, tzinfo=UTC))
    assert text.count("BEGIN:VEVENT") == 3
    assert "DTSTART;VALUE=DATE:20270131" in text
    assert "DTSTART;VALUE=DATE:20270331" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    free = icalendar(
        *(Registry([county]), EVERYTHING, 2026, datetime(2026, 12, 1, tzinfo=UTC)),
        exempt={("140999", "甲7镇"), ("140998", "甲8镇")},
    )
    assert "（30个单位）" in text.replace("\r\n ", "")
    assert "（29个单位）" in free.replace("\r\n ", "")
    assert "甲7镇" not in free
    assert "甲8镇" in free
    icalendar_library = pytest.importorskip("icalendar")
    read_back = icalendar_library.Calendar.from_ical(text)
    assert len(list(read_back.walk("VEVENT"))) == 3


def test_the_feed_is_atom(county: Path) -> None:
    from lxml import etree

    assert run(county, "feed", "feed.xml").returncode == 0
    feed = etree.parse(str(county / "feed.xml")).getroot()
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    titles = [entry.findtext("{http://www.w3.org/2005/Atom}title") or "" for entry in entries]
    assert any("小河乡" in title for title in titles)
    marks = {entry.findtext("{http://www.w3.org/2005/Atom}id") for entry in entries}
    assert len(marks) == len(titles)
    assert run(county, "feed", "en.xml", "--lang", "en").returncode == 0
    told = etree.parse(str(county / "en.xml")).getroot()
    summaries = [each.text or "" for each in told.iter("{http://www.w3.org/2005/Atom}summary")]
    assert any(summaries)
    assert not [each for each in summaries if re.search("[一-鿿]", each)]


def test_counties_of_one_name_are_not_added_up_together(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        for code in ("320106", "320302"):
            s.add(Region(code=code, name="鼓楼区", level="county"))
            s.add(Unit(id=f"{code}001", name="中央门街道", county=code, kind="township"))
    engine.dispose()
    done = run(tmp_path, "sum", "鼓楼区", "--year", "2023")
    assert (done.returncode, "320302" in done.stderr) == (2, True)
    assert run(tmp_path, "sum", "320302", "--year", "2023").returncode == 0
    assert "320106001" in run(tmp_path, "history", "中央门街道").stderr


def test_the_sum_says_which_report_was_withdrawn() -> None:
    content = to_json(read(write_html(print_draft(clean(3, unit="甲镇人民政府", year=2023)))))
    total = county_sum({"甲镇": content}, ["甲镇"], "2021")
    made = workbook("平安县2023年度", total, gone={"甲镇": date(2024, 3, 21)})
    told = [cell.value for cell in load_workbook(io.BytesIO(made))["汇总依据"][2]]
    assert told[:2] == ["甲镇", "计入"]
    assert "年报自2024-03-21起已撤下" in str(told[2])


@pytest.mark.parametrize(("verdict", "level"), [("", "建议核实"), ("accepted", "必须整改")])
def test_the_ledger_tells_the_level_that_a_person_gave(verdict: str, level: str) -> None:
    finding = FindingFacts(
        "1", "甲镇", "140999", "平安县", 2023, "G01", "warning", "f", {}, "", "", verdict
    )
    column = next(column for column in FINDINGS if column.key == "severity")
    assert column.value(finding, None) == level  # type: ignore[arg-type]
