"""An accusation needs two looks of two days: first 首次核查未见, for the office alone, then it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.mail.digest import compose
from nianbao.monitor.mail.feeds import atom
from nianbao.monitor.mail.weekly import alerts
from nianbao.monitor.settings import Office, Settings
from nianbao.monitor.sweeping import anew, wanted_of
from nianbao.storage.decisions import check_column
from nianbao.storage.facts import facts_of_years, unit_facts
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Event, Look
from nianbao.storage.queries import events
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking
from tests.worlds.commands import run_here
from tests.worlds.recorded import ALL, COUNTY, OWN, WILLOW, WITH_OWN, World, at, item, report
from tests.worlds.stores import emptied

STONE = "140999102"


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    yield made
    emptied(made.engine)


def stood(world: World, day: int, hour: int = 20) -> dict[str, str]:
    """A ? for what is not confirmed."""
    return {line.name: _said(line) for line in world.told(at(2, day, hour)).lines}


def _said(line: Line) -> str:
    return line.standing.name + ("?" if line.is_unconfirmed else "")


PUBLISHED = {"item": item(), "reading": report()}


# ---- what the looks of a county prove


def test_one_look_accuses_and_two_confirm(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED)
    world.sweep(at(2, 1, 3), PUBLISHED)
    assert stood(world, 1) == {"柳树镇": "on_time", "石门镇": "missing?", "老镇": "missing?"}
    world.sweep(at(2, 1, 22), PUBLISHED)
    assert stood(world, 1, 23)["石门镇"] == "missing?"
    world.sweep(at(2, 2, 3), PUBLISHED)
    assert stood(world, 2) == {"柳树镇": "on_time", "石门镇": "missing", "老镇": "missing"}
    assert stood(world, 1)["石门镇"] == "missing?"  # as it was told then


@pytest.mark.parametrize(
    ("second", "then"),
    [("unchanged", "missing?"), ("unreachable", "missing?"), ("partial", "unknown")],
)
def test_what_was_not_asked_anew_confirms_nothing(
    world: World, second: LookState, then: str
) -> None:
    world.sweep(at(2, 1))
    world.sweep(at(2, 2), states={ALL: second})
    assert stood(world, 2)["石门镇"] == then
    world.sweep(at(2, 3))
    assert stood(world, 3)["石门镇"] == "missing"


def test_all_columns_must_have_been_read_in_the_same_two_looks(world: World) -> None:
    other = f"{ALL}other/"
    world.file(COUNTY.replace("units:", f'  - {{url: "{other}", covers: towns}}\nunits:'))
    world.sweep(at(2, 1), states={other: "unreachable"})
    assert stood(world, 1)["石门镇"] == "unknown"
    world.sweep(at(2, 2))
    assert stood(world, 2)["石门镇"] == "missing?"
    world.sweep(at(2, 3), states={ALL: "unreachable"})
    assert stood(world, 3)["石门镇"] == "missing?"
    world.sweep(at(2, 4))
    assert stood(world, 4)["石门镇"] == "missing"


def questions_of(world: World) -> int:
    """How often the store is asked for what is known of a county."""
    asked: list[str] = []

    def count(*told: Any) -> None:
        asked.append(told[2])

    event.listen(world.engine, "before_cursor_execute", count)
    with looking(world.engine) as s:
        unit_facts(s, EVERYTHING, 2026)
    event.remove(world.engine, "before_cursor_execute", count)
    return len(asked)


def test_the_two_looks_are_found_after_a_hundred_later_ones(world: World) -> None:
    world.sweep(at(2, 1))
    world.sweep(at(2, 2))
    before = questions_of(world)
    for n in range(100):
        world.sweep(at(2, 3 + n // 5, n % 5 + 9), states={ALL: "unchanged"})
    assert stood(world, 27)["石门镇"] == "missing"
    assert questions_of(world) == before  # it costs what it did
    late = {"item": item(), "unit": STONE, "reading": report()}
    world.sweep(at(2, 27, 21), late)
    assert stood(world, 27, 22)["石门镇"] == "late"
    with looking(world.engine) as s:
        (facts,) = (each for each in unit_facts(s, EVERYTHING, 2026) if each.unit == STONE)
    assert len(facts.looks) < 8


def test_several_years_together_are_told_as_each_by_itself(world: World) -> None:
    world.file(WITH_OWN)
    old = [shown(WILLOW, year=2024, at=OWN, n=7), shown(STONE, year=2025, n=8)]
    for month, day in ((1, 20), (2, 1), (2, 2), (2, 9)):
        world.sweep(at(month, day), *old, PUBLISHED)
        world.sweep(at(month, day, 21), *old, states={OWN: "unreachable"})
    years = (2023, 2024, 2025, 2026)
    with looking(world.engine) as s:
        for as_of in (None, at(2, 1, 12)):
            together = facts_of_years(s, EVERYTHING, years, as_of)
            assert together == {year: unit_facts(s, EVERYTHING, year, as_of) for year in years}
            assert any(facts.looks for facts in together[2024])


def test_who_published_after_one_look_is_not_called_late(world: World) -> None:
    world.sweep(at(2, 1))
    world.sweep(at(2, 2), PUBLISHED)
    assert stood(world, 2)["柳树镇"] == "unknown"
    assert "A02" not in world.rules()


# ---- who asks anew, and how long


def test_lists_are_asked_anew_after_each_deadline_until_two_days_are_there(world: World) -> None:
    world.file(WITH_OWN.replace('"140999103"', '"140999103", deadline: "02-20"'))

    def asked(month: int, day: int) -> bool:
        now = at(month, day)
        assert wanted_of(world.engine, world.registry, world.county, now).unconditional == bool(
            anew(world.engine, world.registry, [world.county], now)
        )
        return bool(anew(world.engine, world.registry, [world.county], now))

    world.sweep(at(1, 20))
    world.sweep(at(1, 21))
    assert not asked(1, 31)
    assert asked(2, 1)
    world.sweep(at(2, 1), states={OWN: "unreachable"})
    world.sweep(at(2, 2))
    assert asked(2, 3)  # the town's own column was read on one day alone
    world.sweep(at(2, 3))
    assert not asked(2, 4)
    assert asked(2, 21)
    world.sweep(at(2, 20))
    assert asked(2, 21)
    world.sweep(at(2, 21))
    assert not wanted_of(
        world.engine, world.registry, world.county, at(2, 21, 20)
    ).unconditional  # once a day is enough
    assert asked(2, 22)
    world.sweep(at(2, 22))
    assert not asked(2, 23)


def test_a_look_that_rests_on_one_without_proof_proves_nothing(world: World) -> None:
    world.sweep(at(2, 1))
    with looking(world.engine) as s:
        assert [(look.proof, look.fresh) for look in s.scalars(select(Look))] == [("single", True)]
    world.sweep(at(2, 2), states={ALL: "unchanged"})
    world.sweep(at(2, 3), states={ALL: "partial"})
    with looking(world.engine) as s:
        told = [(look.proof, look.fresh) for look in s.scalars(select(Look).order_by(Look.id))]
    assert told == [("single", True), ("single", False), ("", False)]


# ---- what is told of it


def test_the_mail_tells_the_first_look_apart(world: World) -> None:
    world.sweep(at(2, 1))
    first = compose(world.told(at(2, 1, 20)), Office()).text
    assert first.startswith("首次核查未见（3）：")
    assert "逾期未发布0个" in first
    assert "，首次核查未见3个" in first
    assert "状态：首次核查未见\n" in first
    assert "逾期1天" not in first
    world.sweep(at(2, 2))
    second = compose(world.told(at(2, 2, 20)), Office()).text
    assert second.startswith("逾期未发布（3）：")
    assert "首次核查未见" not in second
    english = compose(world.told(at(2, 1, 20)), Office(), "en").text
    assert "First check did not show it (3): " in english
    assert "0 overdue" in english


def told_at_once(world: World, day: int) -> list[str]:
    with looking(world.engine) as s:
        found = alerts(s, Settings(), world.registry, at(2, day, 20))
        return [alert.text["zh"] for alert in found if alert.key.startswith("deadline")]


def test_the_alert_goes_with_the_second_look(world: World) -> None:
    world.sweep(at(2, 1))
    assert told_at_once(world, 1) == []
    world.sweep(at(2, 2))
    (said,) = told_at_once(world, 2)
    assert said.endswith("逾期未发布3个单位，尚无法核实0个单位")


def test_the_alert_waits_no_longer_than_the_third_day(world: World) -> None:
    world.sweep(at(2, 1))
    world.sweep(at(2, 2), states={ALL: "unreachable"})
    assert told_at_once(world, 2) == []
    (said,) = told_at_once(world, 3)
    assert said.endswith("逾期未发布0个单位，尚无法核实3个单位")


def test_the_feed_tells_only_what_is_confirmed_and_history_all(world: World) -> None:
    world.sweep(at(2, 1))

    def fed() -> int:
        with looking(world.engine) as s:
            return atom(s, at(2, 3), EVERYTHING).count("逾期未发布")

    assert fed() == 0
    world.sweep(at(2, 2))
    assert fed() == 3
    with looking(world.engine) as s:
        contents = [each.content for each in events(s, EVERYTHING) if each.unit == STONE]
    assert [(each["to"], each["confirmed"]) for each in contents] == [
        ("missing", False),
        ("missing", True),
    ]


def test_commands_tell_it_in_both_languages(world: World, tmp_path: Path) -> None:
    def run(*arguments: str, lang: str = "zh") -> tuple[int, str, str]:
        counties = tmp_path / "counties"
        counties.mkdir(exist_ok=True)
        (counties / "a.yaml").write_text((tmp_path / "a.yaml").read_text("utf-8"), "utf-8")
        store = str(world.engine.url.render_as_string(hide_password=False))
        config = ("--config", str(counties), "--store", store)
        done = run_here(tmp_path, *arguments, *config, NIANBAO_LANG=lang)
        return done.returncode, done.stdout, done.stderr

    world.sweep(at(2, 1))
    code, out, _ = run("history", STONE)
    assert (code, "首次核查未见" in out, "逾期未发布" in out) == (0, True, False)
    world.sweep(at(2, 2))
    with_day = ("--year", "2026", "--as-of", "2027-02-01")
    code, out, _ = run("missing", *with_day, "--format", "md")
    assert (code, out.count("首次核查未见 |"), out.count("逾期未发布")) == (0, 3, 0)
    code, out, _ = run("missing", *with_day, "--format", "md", lang="en")
    assert (code, out.count("first check did not show it |")) == (0, 3)
    code, out, _ = run("history", STONE)
    assert "首次核查未见 → 逾期未发布" in out


# ---- whose column it is


PLAIN = COUNTY.replace(", covers: all", "")
OFFICES = PLAIN + (
    "  - {name: 财政局, kind: department}\n"
    "  - {name: 民政局, kind: department}\n"
    "  - {name: 东街街道, code: '140999104', kind: subdistrict}\n"
)
FINANCE, WELFARE = "140999-财政局", "140999-民政局"


def shown(unit: str, *, year: int = 2026, at: str = ALL, n: int = 0) -> dict[str, Any]:
    number = n or abs(hash((unit, year))) % 10**6
    return {"item": item(number), "unit": unit, "year": year, "reading": report(number), "at": at}


@pytest.mark.parametrize(
    ("covers", "links", "missing"),
    [
        # Nobody says whom it is for, and it has shown nobody.
        ("", (), ""),
        # Departments alone.
        ("", ((FINANCE, 2026),), "民政局"),
        ("", ((FINANCE, 2025), (WELFARE, 2025)), "财政局 民政局"),
        # Towns of last year; a sub-district is shown where towns are.
        ("", ((WILLOW, 2025),), "柳树镇 石门镇 老镇 东街街道"),
        ("", ((WILLOW, 2025), (STONE, 2025)), "柳树镇 石门镇 老镇 东街街道"),
        # One town among departments went astray there; two did not.
        ("", ((WILLOW, 2025), (FINANCE, 2026), (WELFARE, 2026)), "柳树镇"),
        # Two of three did not; of sub-districts they say nothing, where departments are.
        (
            "",
            ((WILLOW, 2025), (STONE, 2025), (FINANCE, 2026), (WELFARE, 2026)),
            "柳树镇 石门镇 老镇",
        ),
        # The file says it.
        ("towns", (), "柳树镇 石门镇 老镇 东街街道"),
        ("departments", (), "财政局 民政局"),
        ("all", (), "柳树镇 石门镇 老镇 财政局 民政局 东街街道"),
        ("[柳树镇, 财政局]", (), "柳树镇 财政局"),
        ("departments", ((WILLOW, 2025), (STONE, 2025)), "财政局 民政局"),
    ],
)
def test_whom_a_column_can_accuse(
    world: World, covers: str, links: tuple[tuple[str, int], ...], missing: str
) -> None:
    said = f", covers: {covers}" if covers else ""
    world.file(OFFICES.replace(f'"{ALL}"}}', f'"{ALL}"{said}}}'))
    told = [shown(unit, year=year) for unit, year in links]
    world.sweep(at(1, 20), *told)
    for day in (1, 2):
        world.sweep(at(2, day), *told)
    asked = {"who": "李主任", "why": "打开看过", "now": at(2, 2)}
    check_column(world.engine, ALL, 2026, undo=False, **asked)  # type: ignore[arg-type]
    found = world.told(at(2, 3)).lines
    assert {line.name for line in found if line.standing.name == "missing"} == set(missing.split())
    published = {unit for unit, year in links if year == 2026}
    for line in found:
        if line.unit in published:
            assert line.standing.name == "on_time"
        elif line.name not in missing.split():
            assert (line.standing.name, line.standing.zh) == ("unknown", "没有为它登记栏目")


def test_an_empty_column_of_its_own_accuses_its_unit_alone(world: World) -> None:
    world.file(WITH_OWN.replace(", covers: all", ""))
    for day in (1, 2):
        world.sweep(at(2, day), states={OWN: "ok_empty", ALL: "ok_empty"})
    assert stood(world, 3) == {"柳树镇": "missing", "石门镇": "unknown", "老镇": "unknown"}


def test_an_own_column_that_names_an_alias_is_its_own(world: World) -> None:
    own = WITH_OWN.replace("unit: 柳树镇", "unit: 柳树").replace(", covers: all", "")
    world.file(own.replace('"140999101"', '"140999101", aliases: [柳树]'))
    for day in (1, 2):
        world.sweep(at(2, day), states={ALL: "unreachable"})
    assert stood(world, 3) == {"柳树镇": "missing", "石门镇": "unknown", "老镇": "unknown"}


def test_a_column_that_was_never_read_is_the_reason(world: World) -> None:
    world.file(PLAIN)
    world.sweep(at(2, 1), states={ALL: "blocked_challenge"})
    (why,) = {line.standing.zh for line in world.told(at(2, 2)).lines}
    assert why == "时限后没有完整查看（最近一次：需要浏览器验证）"


def test_whom_a_file_says_later_was_not_known_before(world: World) -> None:
    world.file(PLAIN)
    for day in (1, 2):
        world.sweep(at(2, day))
    assert set(stood(world, 2).values()) == {"unknown"}
    world.file(PLAIN.replace(f'"{ALL}"}}', f'"{ALL}", covers: towns}}'))
    world.sweep(at(2, 3))
    assert set(stood(world, 3).values()) == {"missing"}
    assert set(stood(world, 2).values()) == {"unknown"}  # as it was told then
    world.file(PLAIN)
    world.sweep(at(2, 4))
    assert set(stood(world, 4).values()) == {"unknown"}
    assert set(stood(world, 3).values()) == {"missing"}


def test_nothing_is_written_of_proof_in_a_new_store(world: World) -> None:
    with looking(world.engine) as s:
        assert not list(s.scalars(select(Event).where(Event.kind == "proof_begins")))
