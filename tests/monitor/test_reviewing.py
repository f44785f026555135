"""What waits for a person: whom it holds up, what an answer would change, and taking it back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from nianbao.monitor.ledger.asked import foreseen
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import due_year
from nianbao.storage.decisions import DecisionError, check_column
from nianbao.storage.models import Event, Sighting
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.settling import Said, settle_all
from nianbao.storage.store import looking, session
from tests.worlds.commands import run_here, run_plain
from tests.worlds.recorded import ALL, COUNTY, WILLOW, World, at, item, report

STONE = "140999102"
MISSED = ["柳树镇", "石门镇", "老镇"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, f"sqlite:///{tmp_path}/n.db")
    yield made
    made.engine.dispose()


def doubtful(world: World) -> None:
    """One link of nobody, one of either of two, one dead link, one of an unknown year."""
    world.sweep(
        at(2, 2),
        {"item": item(1, "某年报"), "unit": None, "review": "没有认出单位 / nobody"},
        {"item": item(2), "unit": None, "review": "两个单位 / two", "may_be": [WILLOW, STONE]},
        {"item": item(3), "review": "retry: column_gone HTTP 404"},
        {"item": item(4), "year": None, "review": "没有认出年份 / no year"},
    )


def number_of(world: World, n: int) -> int:
    with looking(world.engine) as s:
        rows = s.scalars(select(Sighting).where(Sighting.url == item(n).url))
        return rows.one().id


def said(world: World, n: int, *more: int, **answer: object) -> None:
    numbers = [number_of(world, each) for each in (n, *more)]
    with session(world.engine) as s:
        settle_all(s, numbers, Said(**answer), who="王", why="", now=at(2, 3))  # type: ignore[arg-type]


def told(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    store = f"sqlite:///{world.folder}/n.db"
    config = ("--config", str(world.folder))
    return run_here(world.folder, *arguments, "--store", store, *config)


def test_it_tells_county_column_reason_and_whom_each_holds_up(world: World) -> None:
    doubtful(world)
    shown = told(world, "review").stdout
    for words in (
        "平安县",
        "http://a.gov.cn/all/",
        "没有认出单位",
        "已列出但打不开",
        "可能是：柳树镇、石门镇",
    ):
        assert words in shown
    assert shown.count("因此无法核实") == 4
    assert "待确认 4 条" in shown


def test_several_are_settled_at_once(world: World) -> None:
    doubtful(world)
    said(world, 1, 2, 3, 4, not_a_report=True)
    assert world.mailed(at(2, 3)) == dict.fromkeys(MISSED, "missing")
    assert told(world, "review").stdout.startswith("待确认 0 条")


def test_a_preview_tells_who_would_be_accused_and_changes_nothing(world: World) -> None:
    doubtful(world)
    numbers = [number_of(world, n) for n in (1, 2, 3, 4)]
    refused = Said(not_a_report=True)
    with looking(world.engine) as s:
        _, changes = foreseen(s, world.registry, numbers, refused, at(2, 3))
        assert {line.name: then.name for line, then in changes} == dict.fromkeys(MISSED, "missing")
        _, changes = foreseen(s, world.registry, numbers[1:2], refused, at(2, 3))
        assert not [line for line, _ in changes if line.name == "老镇"]
    shown = told(world, "review", "settle", str(numbers[0]), "--not-a-report", "--preview")
    assert shown.returncode == 0, shown.stderr
    assert "不是年报" in shown.stdout
    assert set(world.mailed(at(2, 3)).values()) == {"unknown"}


@pytest.mark.parametrize("answer", [{"not_a_report": True}, {"unit": "石门镇", "year": 2026}])
def test_an_answer_is_taken_back(world: World, answer: dict[str, object]) -> None:
    doubtful(world)
    before = world.mailed(at(2, 3))
    said(world, 1, **answer)
    said(world, 1, undo=True)
    assert world.mailed(at(2, 3)) == before
    assert "没有认出单位" in told(world, "review").stdout
    with pytest.raises(DecisionError):
        said(world, 1, undo=True)


def test_an_answer_by_which_a_report_was_read_is_not_taken_back(world: World) -> None:
    doubtful(world)
    said(world, 1, unit="柳树镇", year=2026)
    world.sweep(at(2, 4), {"item": item(1, "某年报"), "reading": report(1)})
    with pytest.raises(DecisionError):
        said(world, 1, undo=True)


def test_the_unit_that_is_known_need_not_be_said(world: World) -> None:
    doubtful(world)
    said(world, 4, year=2026)
    said(world, 3, is_it=True)
    with looking(world.engine) as s:
        rows = {row.url: (row.unit, row.year, row.review) for row in s.scalars(select(Sighting))}
    assert rows[item(4).url] == rows[item(3).url] == (WILLOW, 2026, "")
    for n, answer in ((2, {"is_it": True}), (4, {"unit": "石门镇"}), (1, {"year": 2026})):
        with pytest.raises(DecisionError):
            said(world, n, **answer)


def test_a_dead_link_waits_for_nobody_and_accuses_nobody(world: World) -> None:
    world.sweep(at(2, 2), {"item": item(3), "review": "retry: column_gone HTTP 404"})
    said(world, 3, dead=True)
    assert told(world, "review").stdout.startswith("待确认 0 条")
    assert world.mailed(at(2, 3))["柳树镇"] == "unknown"
    line = next(line for line in world.told(at(2, 3)).lines if line.name == "柳树镇")
    assert "已列出但打不开" in line.standing.zh
    with pytest.raises(DecisionError):
        said(world, 3, undo=True, dead=True)


def test_only_one_answer_at_a_time(world: World) -> None:
    doubtful(world)
    with pytest.raises(DecisionError):
        said(world, 1, not_a_report=True, is_it=True)


# ---- the columns that are asked about


TOWNS = ("柳树镇", "石门镇", "河口镇", "北山镇", "东街镇", "清泉镇")
OF_SIX = COUNTY.partition("units:")[0] + "units:\n"
OF_SIX += "".join(f'  - {{name: {town}, code: "14099910{n}"}}\n' for n, town in enumerate(TOWNS))


def unshown(world: World, now: datetime) -> None:
    """Six units that must publish, and a column that was read whole and shows nobody's report."""
    world.file(OF_SIX)
    world.sweep(now - timedelta(days=2))
    world.sweep(now - timedelta(days=1))


def of_year() -> int:
    return due_year(datetime.now(UTC))


def test_a_column_that_is_asked_about_is_listed_with_its_answer(world: World) -> None:
    unshown(world, datetime.now(UTC))
    shown = told(world, "review").stdout
    command = f"nianbao review column {ALL} --year {of_year()} --who 姓名"
    for words in ("平安县", f"没有任何单位的{of_year()}年年报", "柳树镇", command, "1 个栏目"):
        assert words in shown
    (row,) = json.loads(told(world, "review", "--json").stdout)
    assert (row["kind"], row["column"], row["command"]) == ("column", ALL, command)
    assert row["holds"].count("、") == 5
    assert "、1 个栏目" in told_of_all(world, "status")
    assert "0条链接、1个栏目" in mailed(world)
    run_plain(world.folder, *command.replace("姓名", "王").split()[1:])
    assert told(world, "review").stdout.startswith("待确认 0 条")
    assert "个栏目——" not in mailed(world)


def told_of_all(world: World, command: str) -> str:
    """What a command of the settings says."""
    (world.folder / "nianbao.toml").write_text(f'counties = "{world.folder}"\n', "utf-8")
    store = f"sqlite:///{world.folder}/n.db"
    return run_here(world.folder, command, "--store", store, "--settings", "nianbao.toml").stdout


def mailed(world: World) -> str:
    now = datetime.now(UTC)
    with looking(world.engine) as s:
        year = year_of(s, EVERYTHING, due_year(now), now, world.registry)
    return compose(year, Office()).text


def test_the_address_of_a_column_means_no_longer_one(world: World) -> None:
    longer = OF_SIX.replace("units:", f'  - {{url: "{ALL}more/", covers: all}}\nunits:')
    world.file(longer)
    world.sweep(at(2, 1))
    said = {"who": "王", "why": "", "now": at(2, 2), "undo": False}
    assert check_column(world.engine, ALL, 2026, **said) == [ALL]  # type: ignore[arg-type]


# ---- what was said of a kind of title


NAMELESS = {"unit": None, "year": None, "review": "没有认出单位 / nobody"}
TITLE = "平安县某办{}年年报"


def next_year(world: World, title: str, **answer: object) -> dict[str, str]:
    """A link of this year was answered; what is proposed for its like of the next."""
    link = {"item": item(1, title.format(2026)), **NAMELESS}
    world.sweep(at(2, 2), {**link, **{k: v for k, v in answer.items() if k in link}})
    said(world, 1, **{k: v for k, v in answer.items() if k not in link})
    world.sweep(
        at(2, 2) + timedelta(days=365),
        {**link, **answer_of(answer, link), "item": item(2, title.format(2027))},
    )
    rows = json.loads(told(world, "review", "--json").stdout)
    (row,) = [row for row in rows if row["url"] == item(2).url]
    return cast(dict[str, str], row)


def answer_of(answer: dict[str, object], link: Mapping[str, object]) -> dict[str, object]:
    """What the link of the year after is taken for."""
    taken = {k: v for k, v in answer.items() if k in link}
    return taken | ({"year": 2027} if taken.get("year") else {})


@pytest.mark.parametrize(
    ("answer", "proposed"),
    [
        ({"not_a_report": True}, "--not-a-report"),
        ({"unit": None, "dead": True, "review": "retry: column_gone HTTP 404"}, "--dead-link"),
        ({"is_it": True, "unit": WILLOW, "year": 2026, "review": "存疑 / doubt"}, "--is-it"),
    ],
)
def test_the_same_answer_is_proposed_to_the_like_of_the_next_year(
    world: World, answer: dict[str, object], proposed: str
) -> None:
    row = next_year(world, TITLE, **answer)
    assert row["command"] == f"nianbao review settle {row['number']} {proposed} --who 姓名"
    assert "王" in row["proposal"]
    shown = told(world, "review").stdout
    assert f"同意请运行：{row['command']}" in shown
    confirmed = row["command"].replace("姓名", "李").split()[1:]
    assert told(world, *confirmed).returncode == 0


def test_whose_it_was_said_to_be_is_proposed_with_the_next_year(world: World) -> None:
    world.sweep(at(2, 2), {"item": item(1, TITLE.format(2026)), **NAMELESS})
    said(world, 1, unit="石门镇", year=2026)
    later = at(2, 2) + timedelta(days=365)
    world.sweep(later, {"item": item(2, TITLE.format(2027)), **NAMELESS},
                {"item": item(3, "平安县某局2027年年报"), **NAMELESS})  # fmt: skip
    rows = {row["url"]: row for row in json.loads(told(world, "review", "--json").stdout)}
    assert "--unit 石门镇 --year 2027" in rows[item(2).url]["command"]
    assert rows[item(3).url]["proposal"] == ""  # another body's


def test_what_was_taken_back_is_not_proposed(world: World) -> None:
    world.sweep(at(2, 2), {"item": item(1, TITLE.format(2026)), **NAMELESS})
    said(world, 1, unit="石门镇", year=2026)
    said(world, 1, undo=True)
    world.sweep(at(2, 3), {"item": item(2, TITLE.format(2027)), **NAMELESS})
    assert [row["proposal"] for row in json.loads(told(world, "review", "--json").stdout)] == [
        "",
        "",
    ]


def test_of_two_answers_the_first_holds_again_once_the_second_is_taken_back(world: World) -> None:
    world.sweep(at(2, 2), {"item": item(1, TITLE.format(2026)), **NAMELESS})
    said(world, 1, unit="石门镇", year=2026)
    said(world, 1, not_a_report=True)
    said(world, 1, undo=True)
    world.sweep(at(2, 3), {"item": item(2, TITLE.format(2027)), **NAMELESS})
    (row,) = json.loads(told(world, "review", "--json").stdout)
    assert "--unit 石门镇" in row["command"]


def test_an_answer_of_the_release_before_is_known_by_what_it_changed(world: World) -> None:
    world.sweep(at(2, 2), {"item": item(1, TITLE.format(2026)), **NAMELESS, "unit": WILLOW})
    said(world, 1, year=2026)
    with session(world.engine) as s:
        (event,) = s.scalars(select(Event).where(Event.kind == "settled"))
        event.content = {k: v for k, v in event.content.items() if k != "answer"}
    world.sweep(at(2, 3), {"item": item(2, TITLE.format(2027)), **NAMELESS, "unit": WILLOW})
    rows = {row["url"]: row for row in json.loads(told(world, "review", "--json").stdout)}
    assert "settle 2 --year 2027 " in rows[item(2).url]["command"]


def test_what_is_said_otherwise_of_the_next_year_refuses_no_more(world: World) -> None:
    world.sweep(
        at(2, 2),
        {"item": item(1, TITLE.format(2026)), **NAMELESS},
        {"item": item(2, TITLE.format(2027)), **NAMELESS},
    )
    said(world, 1, not_a_report=True)
    portal = world.recorder.register(world.county)
    assert world.recorder.refused(portal) == {TITLE.format(2026)}
    said(world, 2, unit="石门镇", year=2027)
    assert world.recorder.refused(portal) == set()
