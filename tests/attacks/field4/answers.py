"""The same question through every face: what did not agree. Not collected by default.

`python -m pytest tests/attacks/field4/answers.py`; a demo's folder may be named in FIELD4_DEMO,
else one is made. Each case says what must hold; open.txt names those that do not yet.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

SEASON = ("--year", "2025")


class Demo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = folder / "nianbao.toml"
        settings.write_text(
            f'store = "sqlite:///{folder}/nianbao.db"\n'
            f'evidence = "{folder}/evidence"\ncounties = "{folder}/counties"\n',
            encoding="utf-8",
        )
        self.env = {**os.environ, "NIANBAO_SETTINGS": str(settings), "NIANBAO_LANG": "zh"}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nianbao.monitor.cli", *words]
        return subprocess.run(
            command, env=self.env, cwd=self.folder, capture_output=True, text=True, timeout=120
        )

    def ask(self, *words: str) -> list[dict]:
        return json.loads(self.run(*words, "--format", "json").stdout)

    def fetched(self, sha256: str) -> set[tuple[str, str]]:
        """Where some bytes came from, and on which day."""
        with sqlite3.connect(self.folder / "nianbao.db") as store:
            chosen = "select url, substr(fetched, 1, 10) from document where sha256 = ?"
            return set(store.execute(chosen, (sha256,)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if given := os.environ.get("FIELD4_DEMO"):
        return Path(given)
    folder = tmp_path_factory.mktemp("season") / "demo"
    command = [sys.executable, "-m", "nianbao.monitor.cli", "demo", "--exit", "--folder"]
    subprocess.run([*command, str(folder)], check=True, timeout=300, capture_output=True)
    return folder


@pytest.fixture
def demo(made: Path, tmp_path: Path) -> Demo:
    shutil.copytree(made, tmp_path / "demo")
    return Demo(tmp_path / "demo")


def text_of(letter: Path) -> str:
    return "\n".join(each.text for each in Document(str(letter)).paragraphs)


def one(rows: list[dict], unit: str) -> dict:
    return next(row for row in rows if row["unit"] == unit)


def test_withdrawn_is_not_proven_by_the_report_itself(demo: Demo) -> None:
    """What is called the page of 21 March is the report as it was fetched on 22 January."""
    line = one(demo.ask("standing", *SEASON), "竹园乡")
    assert line["standing"] == "withdrawn"
    assert "2026-01-22" not in {day for _, day in demo.fetched(line["proof"])}


def test_the_letter_to_a_withdrawn_names_no_bytes_of_another_day(demo: Demo) -> None:
    demo.run("letter", "竹园乡", *SEASON, "-o", "l.docx")
    line = one(demo.ask("standing", *SEASON), "竹园乡")
    told = f"2026年3月21日 {line['proof'][:16]}"
    assert told not in text_of(demo.folder / "l.docx") or (line["url"], "2026-01-22") not in (
        demo.fetched(line["proof"])
    )


def test_the_letter_to_a_withdrawn_says_that_the_last_look_is_old(demo: Demo) -> None:
    """As that to a missing one does."""
    for unit in ("梅岭乡", "竹园乡"):
        demo.run("letter", unit, *SEASON, "-o", f"{unit}.docx")
        assert "最近一次完整查看为2026年4月25日" in text_of(demo.folder / f"{unit}.docx")


@pytest.mark.parametrize(("unit", "day"), [("柳林镇", "2026-01-13"), ("西河镇", "2026-01-15")])
def test_published_is_not_proven_by_an_empty_list(demo: Demo, unit: str, day: str) -> None:
    """Told as of the day on which it was seen: the proof is 暂无相关信息 of another column."""
    line = one(demo.ask("standing", *SEASON, "--as-of", day), unit)
    assert line["standing"] == "on_time"
    assert "2025-12-01" not in {fetched for _, fetched in demo.fetched(line["proof"])}


def test_late_is_not_proven_by_another_column(demo: Demo) -> None:
    line = one(demo.ask("late", *SEASON, "--as-of", "2026-02-04"), "北山乡")
    assert not {url for url, _ in demo.fetched(line["proof"])} <= {
        url for url, _ in demo.fetched(line["proof"]) if "/vsb/" in url
    }


def test_missing_is_proven_by_the_column_that_is_named(demo: Demo) -> None:
    line = one(demo.ask("missing", *SEASON), "梅岭乡")
    assert line["url"] in {url for url, _ in demo.fetched(line["proof"])}


def test_a_change_without_a_note_is_in_the_ledger(demo: Demo) -> None:
    assert "A09" in {row["rule"] for row in demo.ask("flagged", *SEASON)}
    demo.run("ledger", "l.xlsx", *SEASON)
    rows = load_workbook(demo.folder / "l.xlsx").worksheets[1].iter_rows(values_only=True)
    assert "A09" in {row[4] for row in rows}


@pytest.mark.parametrize(("rule", "unit"), [("A10", "竹园乡")])
def test_what_was_waived_is_urged_by_no_letter(demo: Demo, rule: str, unit: str) -> None:
    mark = next(row["mark"] for row in demo.ask("flagged", *SEASON) if row["rule"] == rule)
    demo.run("waive", mark, "--who", "甲", "--why", "经查已重新发布")
    assert rule not in {row["rule"] for row in demo.ask("flagged", *SEASON)}
    assert demo.run("letter", unit, *SEASON, "-o", "l.docx").returncode == 1


def test_the_level_of_what_was_accepted_is_the_same_in_ledger_and_mail(demo: Demo) -> None:
    mark = next(row["mark"] for row in demo.ask("flagged", *SEASON) if row["rule"] == "G01")
    demo.run("accept", mark, "--who", "甲", "--why", "属实")
    assert "需要整改的问题1项" in _letter(demo, "柳林镇")
    demo.run("ledger", "l.xlsx", *SEASON)
    rows = load_workbook(demo.folder / "l.xlsx").worksheets[1].iter_rows(values_only=True)
    assert {row[3] for row in rows if row[2] == "柳林镇"} == {"必须整改"}


def _letter(demo: Demo, unit: str) -> str:
    demo.run("letter", unit, *SEASON, "-o", "l.docx")
    return text_of(demo.folder / "l.docx")


def test_a_day_that_is_not_over_is_refused(demo: Demo) -> None:
    asked = demo.run("missing", *SEASON, "--as-of", "2099-01-01", "--format", "json")
    assert asked.returncode == 2 or one(json.loads(asked.stdout), "梅岭乡")["days"] < 20000


def test_the_sum_says_that_a_counted_report_was_withdrawn(demo: Demo) -> None:
    demo.run("sum", "青川县", *SEASON, "-o", "s.xlsx")
    sheets = load_workbook(demo.folder / "s.xlsx").worksheets
    rows = [row for sheet in sheets for row in sheet.iter_rows(values_only=True)]
    told = next(row for row in rows if row[0] == "竹园乡" and "计入" in str(row[1]))
    assert "撤下" in "".join(str(cell) for cell in told)


def test_compare_speaks_of_no_unit_of_another_county(demo: Demo) -> None:
    """梅岭乡 was founded after the year here; the one that is due is another county's."""
    here = demo.folder / "counties" / "青川县.yaml"
    text = here.read_text(encoding="utf-8")
    here.write_text(text.replace("{name: 梅岭乡,", '{name: 梅岭乡, since: "2026-03-01",'), "utf-8")
    (demo.folder / "counties" / "丹石县.yaml").write_text(
        'county: 丹石县\ncode: "990823"\nhost: 127.0.0.2\nunits:\n'
        '  - {name: 梅岭乡, code: "990823101", kind: town}\n',
        encoding="utf-8",
    )
    with (demo.folder / "own.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("单位", "发布日期"), ("梅岭乡", "2026-01-30")])
    asked = demo.ask("compare", "own.csv", *SEASON, "--county", "青川县")
    assert "990823101" not in next(row["why"] for row in asked if row["unit"] == "梅岭乡")
