"""A report that was withdrawn, replaced or found faulty is told so by everybody who shows it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nianbao.monitor.web.unit import unit_page, unit_row
from nianbao.storage.decisions import decide
from nianbao.storage.queries import findings
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store
from tests.worlds.commands import run_here
from tests.worlds.rewritten import YEAR, World, on, six_towns

GOOD, WRONG, GONE, NEW = "乙丑镇", "甲子镇", "丙寅镇", "丁卯镇"
KEYS = {WRONG: "140999100", GOOD: "140999101", GONE: "140999102", NEW: "140999103"}
AS_IT_WAS = {"state": "there", "since": None, "version": 1, "replaced": None}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], World]]:
    with six_towns(tmp_path_factory.mktemp("towns")) as copied:
        yield copied


@pytest.fixture(scope="module")
def world(towns: Callable[[Path], World], tmp_path_factory: pytest.TempPathFactory) -> World:
    """One report withdrawn, one replaced."""
    made = towns(tmp_path_factory.mktemp("later"))
    del made.pieces[f"/nb/{YEAR}01/t{YEAR}0101_2.html"]
    mine = made.pieces[f"/nb/{YEAR}01/t{YEAR}0101_3.html"]
    made.look(on(3, 1), on(3, 2), on(3, 3), on(3, 4))
    mine.report = mine.report.with_figures(proactive__coercion__decisions=4321)
    made.look(on(3, 6))
    return made


def said(world: World, *words: str, lang: str = "zh") -> str:
    places: tuple[str, ...] = ("--store", world.store, "--config", str(world.folder / "counties"))
    places += ("--evidence", str(world.folder / "evidence")) if words[0] == "show" else ()
    done = run_here(world.folder, *words, "--year", str(YEAR), *places, NIANBAO_LANG=lang)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shown(world: World, town: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(said(world, "show", town, "--json"))
    return told


def became(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in AS_IT_WAS}


def of_page(world: World, town: str) -> dict[str, Any]:
    with looking(open_store(world.store)) as s:
        page = unit_page(s, world.registry(), KEYS[town], YEAR, datetime.now(UTC), "zh")
    return unit_row(page, page)


def exported(world: World, table: str) -> list[dict[str, str]]:
    said(world, "export", "out")
    with (world.folder / "out" / f"{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_face_says_that_a_report_is_withdrawn(world: World) -> None:
    line = world.line(GONE, on(3, 6))
    assert line.standing.name == "withdrawn"
    day = shown(world, GONE)["since"]
    told = {"state": "withdrawn", "since": day, "version": 1, "replaced": None}
    assert became(shown(world, GONE)) == told == became(of_page(world, GONE))
    assert day in line.standing.zh
    rows = json.loads(said(world, "find", "政府信息公开", "--county", KEYS[GONE], "-f", "json"))
    assert rows
    assert all(became(row) == told for row in rows)
    (row,) = (row for row in exported(world, "reports") if row["code"] == KEYS[GONE])
    assert (row["state"], row["since"], row["version"]) == ("withdrawn", day, "1")
    assert f"{day}起已撤下" in said(world, "show", GONE)
    assert f"withdrawn since {day}" in said(world, "show", GONE, lang="en")
    of_text = ("find", "政府信息公开", "--county", KEYS[GONE], "-f", "md")
    assert f"{day}起已撤下" in said(world, *of_text)
    assert f"withdrawn since {day}" in said(world, *of_text, lang="en")


def test_every_face_says_that_a_report_was_replaced(world: World) -> None:
    told = {"state": "there", "since": None, "version": 2, "replaced": "2026-03-06"}
    assert became(shown(world, NEW)) == told == became(of_page(world, NEW))
    rows = json.loads(said(world, "find", "政府信息公开", "--county", KEYS[NEW], "-f", "json"))
    assert all(became(row) == told for row in rows)
    (row,) = (row for row in exported(world, "reports") if row["code"] == KEYS[NEW])
    assert (row["state"], row["version"], row["replaced"]) == ("there", "2", "2026-03-06")
    assert "原文已替换，此为第2版（2026-03-06起）" in said(world, "show", NEW)
    assert "replaced, this is version 2" in said(world, "show", NEW, lang="en")


def test_a_report_that_is_as_it_was_says_nothing(world: World) -> None:
    assert became(shown(world, GOOD)) == AS_IT_WAS == became(of_page(world, GOOD))
    text = said(world, "show", GOOD)
    assert "撤下" not in text.splitlines()[2]
    assert "替换" not in text


def test_every_face_says_how_the_check_of_a_report_ended(world: World) -> None:
    """And the state of each finding, as `flagged` says it."""
    verdicts = {row["code"]: row["verdict"] for row in exported(world, "reports")}
    for town in KEYS:
        assert (
            shown(world, town)["verdict"] == verdicts[KEYS[town]] == of_page(world, town)["verdict"]
        )
    assert verdicts[KEYS[WRONG]] == "fail"
    for town, key in KEYS.items():
        quality = world.line(town, on(3, 6)).quality
        assert (quality == "flagged") == (verdicts[key] in ("fail", "verify"))
    flagged = json.loads(said(world, "flagged", "-f", "json"))
    states = {row["mark"]: row["state"] for row in flagged}
    found = {row["mark"]: row["state"] for row in exported(world, "findings")}
    assert {mark: found[mark] for mark in states} == states
    for town in KEYS:
        for row in (*shown(world, town)["findings"], *of_page(world, town)["findings"]):
            assert row["state"] == found[row["mark"]]


def test_a_decision_changes_how_it_ended(world: World) -> None:
    """What was waived is held against nobody, what was confirmed is certain."""
    engine, now = open_store(world.store), datetime.now(UTC)
    with looking(engine) as s:
        mine = [each for each in findings(s, EVERYTHING, YEAR) if each.unit == KEYS[WRONG]]
    counted = [each for each in mine if each.severity != "notice" and each.rule != "A02"]
    for each in counted:
        decide(engine, "waived", each.fingerprint, None, who="甲", why="经查", now=now)
    assert of_page(world, WRONG)["verdict"] == "pass" == shown(world, WRONG)["verdict"]
    for each in counted:
        decide(engine, "accepted", each.fingerprint, None, who="甲", why="属实", now=now)
    assert of_page(world, WRONG)["verdict"] == "fail" == shown(world, WRONG)["verdict"]
    for each in counted:
        decide(engine, "cleared", each.fingerprint, None, who="甲", why="重查", now=now)
    assert of_page(world, WRONG)["verdict"] == "fail"
