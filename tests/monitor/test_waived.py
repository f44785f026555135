"""What a person decided not to hold against a unit is asked of it by nobody: no mail, ledger or letter."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.digest import compose, to_do
from nianbao.monitor.mail.weekly import is_silent
from nianbao.monitor.paper.ledger_workbook import workbook
from nianbao.monitor.settings import Office
from nianbao.monitor.web.unit import unit_page
from nianbao.storage.decisions import decide
from nianbao.storage.facts import OF_STANDING
from nianbao.storage.queries import findings
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.standings import rows_of
from nianbao.storage.store import looking
from tests.monitor.test_watching import edited, late, withdrawn
from tests.worlds.commands import run_here
from tests.worlds.recorded import WILLOW, World, at
from tests.worlds.stores import a_day_later, emptied

SEASONS: dict[str, Callable[[World], None]] = {"A02": late, "A09": edited, "A10": withdrawn}
THEN = at(2, 20)
YEAR = 365  # days


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    yield made
    emptied(made.engine)


def mark_of(world: World, rule: str) -> str:
    with looking(world.engine) as s:
        found = findings(s, EVERYTHING, 2026, rules=[rule])
    return next(finding.fingerprint for finding in found)


def waived(world: World, *rules: str) -> None:
    for rule in rules:
        decide(
            world.engine,
            "waived",
            mark_of(world, rule),
            None,
            who="王",
            why="经查属实",
            now=at(2, 19),
        )


def letter(world: World) -> tuple[int, str]:
    """As it is written a year before: whoever asks now asks after all that is known."""
    a_day_later(world.folder, YEAR)
    line = ("letter", WILLOW, "--year", "2026", "--config", ".", "-o", "l.docx")
    done = run_here(world.folder, *line, "--store", f"sqlite:///{world.folder}/n.db")
    a_day_later(world.folder, -YEAR)
    return done.returncode, done.stdout + done.stderr


def quality(world: World) -> str:
    """As it is kept, and as it is told."""
    refresh(world.engine, world.registry, [world.county], THEN)
    with looking(world.engine) as s:
        kept = {row.kept.unit: row.kept.quality for row in rows_of(s, EVERYTHING, 2026)}
    told = {line.unit: line.quality for line in world.told(THEN).lines}
    assert kept == told
    return told[WILLOW]


def sentences(world: World, lang: Lang, *, unit: bool = False) -> str:
    return "\n".join(to_do(world.told(THEN), lang, unit=unit))


def test_a_withdrawal_is_urged_until_it_is_waived(world: World) -> None:
    withdrawn(world)
    assert "已撤下（1）：柳树镇——请恢复发布。" in sentences(world, "zh")
    code, said = letter(world)
    assert (code, "已撤下" in said) == (0, True), said
    waived(world, "A10")
    told = world.told(THEN)
    assert "恢复发布" not in sentences(world, "zh")
    assert "publish again" not in sentences(world, "en")
    assert "恢复发布" not in sentences(world, "zh", unit=True)
    assert "柳树镇" not in {line.name for line in told.to_do()}
    assert "，已撤下1个" in compose(told, Office()).text  # it is told where it stands
    code, said = letter(world)
    assert (code, "撤下一事已豁免，不予催办：王：经查属实" in said) == (1, True), said


@pytest.mark.parametrize(("rule", "stands"), [("A02", "late"), ("A10", "withdrawn")])
def test_nothing_is_asked_of_who_is_waived(world: World, rule: str, stands: str) -> None:
    SEASONS[rule](world)
    (line,) = [line for line in world.told(THEN).to_do() if line.unit == WILLOW]
    assert line.standing.name == stands
    waived(world, rule)
    assert WILLOW not in {line.unit for line in world.told(THEN).to_do()}
    assert "柳树镇，" not in sentences(world, "zh")


def test_the_decision_holds_from_its_day_on(world: World) -> None:
    withdrawn(world)
    waived(world, "A10")
    assert WILLOW in {line.unit for line in world.told(at(2, 18)).to_do()}
    assert WILLOW not in {line.unit for line in world.told(at(2, 20)).to_do()}


def test_nobody_is_written_to_of_a_waived_withdrawal_alone(world: World) -> None:
    """Of one unit: a week later nothing is new, and nobody owes anything."""
    withdrawn(world)
    waived(world, "A10")
    told = world.told(THEN)
    alone = type(told)(**{**vars(told), "lines": tuple(x for x in told.lines if x.unit == WILLOW)})
    assert is_silent(alone)


def test_what_was_changed_without_a_note_is_in_ledger_mail_and_letter(world: World) -> None:
    edited(world)
    told = world.told(THEN)
    sheet = load_workbook(io.BytesIO(workbook(told)))["问题清单"]
    assert "A09" in {row[4].value for row in sheet.iter_rows(min_row=4)}
    assert "请核实（1）：柳树镇" in sentences(world, "zh")
    assert "未见更正说明" in compose(told, Office()).text
    assert quality(world) == "flagged"
    code, said = letter(world)
    assert code == 0, said
    waived(world, "A09")
    assert quality(world) == "clean"
    told = world.told(THEN)
    sheet = load_workbook(io.BytesIO(workbook(told)))["问题清单"]
    assert "A09" not in {row[4].value for row in sheet.iter_rows(min_row=4)}
    assert "柳树镇" not in sentences(world, "zh")


def test_whoever_withdrew_a_report_with_mistakes_is_written_to_of_these(world: World) -> None:
    """Where the withdrawal is waived, what is wrong in the report is not."""
    edited(world)
    (column,) = world.recorder.columns("140999")
    world.now = at(2, 17)
    world.recorder.checked(column.id, "http://a.gov.cn/1.html", gone=True)
    for day in (18, 19, 20, 21):
        world.sweep(at(2, day))
    assert letter(world)[0] == 0
    waived(world, "A10")
    code, said = letter(world)
    assert (code, "催办" in said, "核实通知书" in said) == (0, False, False), said
    assert "1 项" in said


@pytest.mark.parametrize("rule", sorted(OF_STANDING.values()))
def test_what_repeats_a_standing_is_in_no_list_of_findings(world: World, rule: str) -> None:
    SEASONS[rule](world)
    assert rule in world.rules()
    assert rule not in {finding.rule for finding in world.told(THEN).findings}


@pytest.mark.parametrize("rule", ["A02", "A10"])
def test_its_page_says_by_whom_it_is_not_held_against_it(world: World, rule: str) -> None:
    def told(lang: Lang) -> str:
        with looking(world.engine) as s:
            return unit_page(s, world.registry, WILLOW, 2026, THEN, lang).sentence

    SEASONS[rule](world)
    assert "不作为问题" not in told("zh")
    waived(world, rule)
    assert told("zh").endswith("；经人工决定不作为问题（王：经查属实）")
    assert told("en").endswith("; not held against it, by a person (王：经查属实)")


@pytest.mark.parametrize("past", [False, True])
def test_nobody_is_told_to_be_late_by_a_deadline_that_was_moved(world: World, past: bool) -> None:
    late(world)
    refresh(world.engine, world.registry, [world.county], THEN)
    """Of a day that is over it was late by the deadline of then."""
    moved = Registry((replace(world.county, deadline="06-30"),))
    for registry, rules in ((world.registry, ["A02"]), (moved, ["A02"] if past else [])):
        with looking(world.engine) as s:
            found = findings_told(s, EVERYTHING, 2026, THEN, registry, past=past)
        assert [each.rule for each in found if each.unit == WILLOW] == rules
