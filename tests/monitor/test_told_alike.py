"""What is told rests on what holds now, and each face tells the same."""

from __future__ import annotations

import email
import email.policy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import of_stood
from nianbao.monitor.paper.office_ledger import compare, entries_in
from nianbao.monitor.standing import due_year
from nianbao.storage.registry import CountyEntry, UnitEntry, load_counties
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from tests.worlds.commands import run_here
from tests.worlds.pages import get, served, site_of
from tests.worlds.rewritten import YEAR, World, on, six_towns

WHO = ("--who", "张三", "--why", "电话核实")


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], World]]:
    with six_towns(tmp_path_factory.mktemp("towns")) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], World], tmp_path: Path) -> World:
    world = towns(tmp_path)
    world.more, world.renamed = {}, {}
    return world


def said(world: World, *words: str) -> tuple[int, str]:
    done = run_here(world.folder, *words, "--store", world.store)
    return done.returncode, done.stdout + done.stderr


def rows(world: World, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        world.cli(*words, "--year", str(YEAR), "--format", "json")
    )
    return found


def rules(world: World, town: str) -> set[str]:
    return {row["rule"] for row in rows(world, "flagged") if row["unit"] == town}


def stands(world: World, town: str) -> str:
    found = rows(world, "standing")
    return next(row["standing"] for row in found if row["unit"] == town)


def test_last_years_report_corrected_ends_what_was_found_against_it(world: World) -> None:
    """As the finding itself proposes."""
    assert "F07" in rules(world, "甲子镇")
    piece = next(p for p in world.pieces.values() if p.town == "甲子镇" and p.year == YEAR - 1)
    carried = [key for key in piece.report.figures if key.startswith("requests.carried_out.")]
    none = piece.report.with_figures(**{key.replace(".", "__"): 0 for key in carried})
    world.pieces[piece.path] = replace(piece, report=none)
    world.look(on(2, 9))
    assert "F07" not in rules(world, "甲子镇")


def test_a_copy_that_is_put_away_holds_no_longer(world: World) -> None:
    """Published once more with another number, and that one was taken down."""
    world.put("乙丑镇", YEAR, on(2, 6), path="/nb/second.html", wrong=True)
    world.look(on(2, 7))
    assert "F01" in rules(world, "乙丑镇")
    del world.pieces["/nb/second.html"]
    world.look(on(2, 8), on(2, 9), on(2, 10), on(2, 11))
    assert "F01" not in rules(world, "乙丑镇")
    assert "F01" in {row["rule"] for row in rows(world, "flagged", "--as-of", "2026-02-08")}
    assert stands(world, "乙丑镇") == "on_time"
    (added,) = (
        row
        for row in json.loads(world.cli("history", "乙丑镇", "--format", "json"))
        if row["at"] > "2026-02-09"
    )
    assert added["kind"] == "changed"
    world.look(on(2, 12))
    assert len(json.loads(world.cli("history", "乙丑镇", "--format", "json"))) == 6


def test_an_old_copy_that_is_put_away_changes_nothing(world: World) -> None:
    world.put("乙丑镇", YEAR, on(2, 6), path="/nb/second.html", wrong=True)
    world.look(on(2, 7))
    first = next(
        p
        for p in world.pieces.values()
        if p.town == "乙丑镇" and p.year == YEAR and p.path != "/nb/second.html"
    )
    del world.pieces[first.path]
    world.look(on(2, 8), on(2, 9), on(2, 10), on(2, 11))
    assert "F01" in rules(world, "乙丑镇")
    assert stands(world, "乙丑镇") == "on_time"


def test_each_who_is_waited_for_is_told_its_own_deadline(world: World) -> None:
    world.more["戊辰镇"] = ', deadline: "03-20"'
    world.look(on(2, 8))
    file = world.folder / "m.eml"
    for lang, told in (
        ("zh", "待发布（1）：戊辰镇——请于3月20日前发布，还有40天。"),
        ("en", "publish by 20 March 2026, 40 days"),
    ):
        world.cli(
            "digest",
            "--preview",
            str(file),
            "--no-open",
            "--year",
            str(YEAR),
            "--as-of",
            "2026-02-08",
            "--lang",
            lang,
        )
        body = email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_body(
            ("plain",)
        )
        assert body is not None
        assert told in body.get_content()


def test_the_overview_counts_as_published_what_the_county_does(world: World) -> None:
    """Of one nobody knows when it was published, since nobody had looked before."""
    world.put("戊辰镇", YEAR, on(2, 6), path="/nb/undated.html")
    world.pieces["/nb/undated.html"].listed = ""  # type: ignore[assignment]
    world.undated = frozenset({"/nb/undated.html"})
    anew = replace(world, folder=world.folder / "anew")
    anew.folder.mkdir()
    anew.look(on(2, 3))
    site = site_of(anew.folder, datetime(2026, 2, 3, 4, tzinfo=UTC))
    registry = Registry(load_counties(anew.folder / "counties"))
    engine = open_store(anew.store)
    with looking(engine) as s:
        lines = lines_now(s, EVERYTHING, YEAR, datetime(2026, 2, 3, 4, tzinfo=UTC), registry)
    engine.dispose()
    assert {line.standing.name for line in lines if line.name == "戊辰镇"} == {"unknown"}
    with served(site) as url:
        (county,) = json.loads(get(f"{url}/overview.json?year={YEAR}").text)
        page = get(f"{url}/c/140999/{YEAR}").text
    assert county["published"] == sum(line.is_published for line in lines) == 5
    assert "应发布6，已发布5<" in page.replace(" ", "")


@pytest.mark.parametrize("command", ["waive", "accept"])
def test_who_takes_back_a_waiver_takes_back_no_exemption(world: World, command: str) -> None:
    said(world, "exempt", "戊辰镇", "--year", str(YEAR), *WHO)
    code, told = said(world, command, "戊辰镇", "--year", str(YEAR), "--undo", "--who", "李四")
    assert (code, "--rule" in told) == (2, True)
    assert stands(world, "戊辰镇") == "exempt"
    assert said(world, "exempt", "戊辰镇", "--undo", "--who", "李四")[0] == 2  # of which year?
    assert said(world, "exempt", "戊辰镇", "--year", str(YEAR), "--undo", "--who", "李四")[0] == 0
    assert stands(world, "戊辰镇") == "missing"


def test_the_status_tells_what_was_decided_since_the_last_sweep(world: World) -> None:
    """As every list does."""
    year = due_year(datetime.now(UTC))
    code = said(world, "exempt", "戊辰镇", "--year", str(year), *WHO)[0]
    settings, counties = world.folder / "nianbao.toml", world.folder / "counties"
    settings.write_text(f'store = "{world.store}"\ncounties = "{counties}"\n', encoding="utf-8")
    listed = json.loads(world.cli("standing", "--format", "json"))
    told = said(world, "status", "--settings", str(settings))[1]
    counts = Counter((row["standing"], row["confirmed"]) for row in listed)
    assert code == 0
    assert counts["exempt", True] == 1
    for (name, confirmed), count in counts.items():
        assert f"{of_stood(name, confirmed=confirmed).zh} {count}" in told


def test_a_waived_lateness_is_told_so_in_the_ledger(world: World) -> None:
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 7))
    said(world, "waive", "戊辰镇", "--year", str(YEAR), "--rule", "A02", *WHO)
    file = world.folder / "l.xlsx"
    world.cli("ledger", str(file), "--year", str(YEAR))
    told = openpyxl.load_workbook(file)["发布情况"].iter_rows(values_only=True)
    (mine,) = ([str(cell) for cell in row] for row in told if "戊辰镇" in row)
    assert "页面标注2026-02-06发布，晚6天；不作为问题（张三：电话核实）" in mine


def test_a_sheet_of_a_past_day_shows_the_column_of_then(world: World) -> None:
    def told(name: str) -> list[str]:
        file = world.folder / name
        world.cli("evidence", "sheet", "戊辰镇", "--year", str(YEAR), "--as-of", "2026-02-05", "-o", str(file),
                  "--evidence", str(world.folder / "evidence"))  # fmt: skip
        return [cell.text for row in Document(str(file)).tables[0].rows for cell in row.cells]

    before = told("a.docx")
    assert "读全依据" in before
    moved = world.registry().counties[0].columns[0]
    file = world.folder / "counties" / "平安县.yaml"
    text = file.read_text(encoding="utf-8")

    def elsewhere() -> Registry:
        file.write_text(text.replace("/nb/,", "/new/,"), encoding="utf-8")
        return Registry(load_counties(file.parent))

    world.registry = elsewhere  # type: ignore[method-assign]
    world.look(on(2, 9))
    assert moved.url.endswith("/nb/")
    assert told("b.docx") == before


def test_a_hand_in_day_after_its_deadline_is_none() -> None:
    units = (UnitEntry("甲镇", "140999100", deadline="01-05"), UnitEntry("乙镇", "140999101"))
    county = CountyEntry("平安县", "140999", units=units, deadlines={"hand_in": "01-10"})
    assert policy_of(county, "甲镇", 2026).hand_in is None
    assert policy_of(county, "乙镇", 2026).hand_in == date(2027, 1, 10)
    late = CountyEntry("平安县", "140999", units=units, deadlines={"hand_in": "12-15"})
    assert policy_of(late, "甲镇", 2026).hand_in == date(2026, 12, 15)


WRITTEN = [  # of a unit that published on 26 January
    ("单位,发布日期,情况", "2026-01-26,缺附件", "agreed"),
    ("单位,发布日期,情况", "2026-01-26,待完善", "agreed"),
    ("单位,发布日期,情况", "2026-01-26,未发现问题", "agreed"),
    ("单位,发布日期,情况", "2026-01-26,未逾期", "agreed"),
    ("单位,发布日期,情况", "2026-01-26,未完成整改", "agreed"),
    ("单位,发布日期,情况", "2026-01-26,未发布", "differs"),
    ("单位,发布状态", "未逾期", "agreed"),
    ("单位,发布状态", "没有逾期，已发布", "agreed"),
    ("单位,发布状态", "逾期未发布", "differs"),
    ("单位,应发布日期,实际发布日期", "2026-01-31,2026-01-26", "agreed"),
    ("单位,计划发布日期,实际发布日期", "2026-01-20,2026-01-26", "agreed"),
    ("单位,上年发布日期,发布日期", "2025-01-11,2026-01-26", "agreed"),
    ("单位,指南发布日期,年报发布日期", "2026-01-05,2026-01-26", "agreed"),
    ("单位,报送日期,发布日期", "2026-01-20,2026-01-26", "agreed"),
    ("单位,报送日期,发布日期", "2026-01-20,", "differs"),
]


@pytest.mark.parametrize(("head", "row", "verdict"), WRITTEN)
def test_what_an_office_writes_beside_a_day(
    world: World, head: str, row: str, verdict: str
) -> None:
    entries = entries_in(f"{head}\n乙丑镇,{row}\n".encode(), "台账.csv", YEAR)
    engine = open_store(world.store)
    registry = world.registry()
    with looking(engine) as s:
        lines = lines_now(s, EVERYTHING, YEAR, datetime(2026, 2, 6, tzinfo=UTC), registry)
    engine.dispose()
    found = compare(entries, lines, registry.counties, EVERYTHING)
    assert next(each.verdict for each in found if each.entry is not None) == verdict


def test_a_name_that_goes_to_another_takes_no_report_along(world: World) -> None:
    """戊辰镇, which was late, is renamed, and 己巳镇 has its name since; the file says both."""
    world.put("戊辰镇", YEAR, on(2, 6))
    world.look(on(2, 6))
    world.renamed = {"戊辰镇": "新镇", "己巳镇": "戊辰镇"}
    world.more = {
        "戊辰镇": ', former: [{name: 戊辰镇, until: "2026-02-07"}]',
        "己巳镇": ', former: [{name: 己巳镇, until: "2026-02-07"}]',
    }
    world.look(on(2, 8))
    now = {row["code"]: (row["unit"], row["standing"]) for row in rows(world, "standing")}
    assert now["140999104"] == ("新镇", "late")
    assert now["140999105"][0] == "戊辰镇"
    assert now["140999105"][1] != "late"
    then = {
        row["code"]: row["standing"] for row in rows(world, "standing", "--as-of", "2026-02-06")
    }
    assert (then["140999104"], then["140999105"]) == ("late", "missing")
