"""What was told on a day stays told of that day, whatever the county's file says later: by when
its units had to publish.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.ledger.upkeep import refresh, refresh_due
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.mail.weekly import draft
from nianbao.monitor.settings import Mail, Recipient, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.storage.decisions import decide
from nianbao.storage.models import DeadlinesRow
from nianbao.storage.queries import findings
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store, session
from tests.worlds.rewritten import YEAR, World, end_of, on, six_towns

TOWN, KEY = "己巳镇", "140999105"


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], World]]:
    with six_towns(tmp_path_factory.mktemp("towns")) as copied:
        yield copied


@pytest.fixture
def world(towns: Callable[[Path], World], tmp_path: Path) -> World:
    return towns(tmp_path)


def told(world: World, day: date, town: str = TOWN) -> tuple[str, bool, int, date]:
    line = world.line(town, day)
    return line.standing.name, line.standing.confirmed, line.standing.days, line.deadline


def now_told(world: World, day: date, hour: int = 12) -> Line:
    """As somebody who asks on a day how it is is told."""
    moment = datetime.combine(day, time(hour), BEIJING)
    with looking(open_store(world.store)) as s:
        lines = lines_now(s, EVERYTHING, YEAR, moment, world.registry())
        at = lines_at(s, EVERYTHING, YEAR, moment, world.registry(), asked=moment)
    (line,) = (each for each in lines if each.unit == KEY)
    assert line.standing == next(each.standing for each in at if each.unit == KEY)
    return line


def kept(world: World, day: date, hour: int) -> None:
    """Whoever watches writes it down."""
    moment = datetime.combine(day, time(hour), BEIJING).astimezone(UTC)
    refresh_due(open_store(world.store), world.registry(), moment)


def test_a_past_day_is_told_by_the_deadline_of_then(world: World) -> None:
    before = world.line(TOWN, on(2, 5))
    assert told(world, on(2, 5)) == ("missing", True, 5, on(1, 31))
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 20))
    assert world.line(TOWN, on(2, 5)) == before
    assert told(world, on(2, 20)) == ("awaiting", False, 0, on(2, 28))
    world.said = ()
    world.look(on(2, 25))
    assert told(world, on(2, 20)) == ("awaiting", False, 0, on(2, 28))
    assert told(world, on(2, 25)) == ("missing", True, 25, on(1, 31))
    assert world.line(TOWN, on(2, 5)) == before


def test_a_change_holds_at_once_and_of_no_day_that_is_over(world: World) -> None:
    """Also where nobody has watched since."""
    before = world.line(TOWN, on(2, 5))
    world.said = ('deadline: "02-28"',)
    assert now_told(world, on(2, 6)).standing.name == "awaiting"
    assert world.line(TOWN, on(2, 5)) == before
    kept(world, on(2, 6), 13)
    assert now_told(world, on(2, 6), 14).standing.name == "awaiting"
    assert told(world, on(2, 6))[0] == "awaiting"
    assert world.line(TOWN, on(2, 5)) == before


def test_of_two_changes_on_a_day_its_end_is_told(world: World) -> None:
    for hour, day in ((9, "02-28"), (11, "02-02"), (15, "02-10")):
        world.said = (f'deadline: "{day}"',)
        kept(world, on(2, 8), hour)
    assert told(world, on(2, 8))[3] == on(2, 10)
    assert told(world, on(2, 7))[3] == on(1, 31)
    world.said = ()
    kept(world, on(2, 8), 23)
    assert told(world, on(2, 8))[3] == on(1, 31)
    with looking(open_store(world.store)) as s:
        assert s.query(DeadlinesRow).count() == 5


def test_what_is_said_again_is_not_written_again(world: World) -> None:
    world.look(on(2, 6), on(2, 7))
    kept(world, on(2, 8), 9)
    world.file, world.more["甲子镇"] = "平安", ", aliases: [甲子]"
    world.look(on(2, 9))
    with looking(open_store(world.store)) as s:
        assert s.query(DeadlinesRow).count() == 1


FORMS = {
    "the county's": ('deadline: "03-31"',),
    "by kind": ('deadlines: {town: "03-31"}',),
    "by year": (f'deadlines: {{years: {{{YEAR}: "03-31"}}}}',),
    "days of grace": ("deadlines: {grace_days: 40}",),
}


@pytest.mark.parametrize("form", [*FORMS, "a unit's", "a unit's of a year", "above"])
def test_each_form_of_a_deadline_is_told_by_its_days(world: World, form: str) -> None:
    before = world.line(TOWN, on(2, 5))
    world.said = FORMS.get(form, ())
    if form == "a unit's":
        world.more[TOWN] = ', deadline: "03-31"'
    elif form == "a unit's of a year":
        world.more[TOWN] = f', deadlines: {{{YEAR}: "03-31"}}'
    elif form == "above":
        world.above = {"1409": "03-31"}
    world.look(on(2, 20))
    assert told(world, on(2, 20))[0] == "awaiting"
    assert world.line(TOWN, on(2, 5)) == before
    world.said, world.above = ('deadline: "01-15"',), {}
    world.more.clear()
    world.file = "平安"
    world.look(on(2, 21))
    assert told(world, on(2, 20))[0] == "awaiting"
    assert world.line(TOWN, on(2, 5)) == before
    assert told(world, on(2, 21))[2:] == (37, on(1, 15))


def test_who_was_renamed_since_has_its_deadline_of_then(world: World) -> None:
    world.more[TOWN] = ', deadline: "03-31"'
    world.look(on(2, 20))
    world.renamed[TOWN] = "新河街道"
    world.more[TOWN] = f', former: [{{name: {TOWN}, until: "2026-02-21"}}]'
    world.look(on(2, 25))
    assert told(world, on(2, 20), "新河街道")[0] == "awaiting"
    assert told(world, on(2, 5), "新河街道")[:2] == ("missing", True)
    assert told(world, on(2, 25), "新河街道")[3] == on(1, 31)


def test_every_face_tells_a_past_day_by_the_deadline_of_then(world: World) -> None:
    asked = ("--as-of", "2026-02-05", "--year", str(YEAR))
    faces = (("missing", *asked, "--format", "json"), ("standing", *asked, "--format", "md"))
    before = [world.cli(*face) for face in faces]
    assert [row["unit"] for row in json.loads(before[0])] == ["戊辰镇", TOWN]
    texts = [digest_of(world, on(2, 5))]
    ends = year_at(world, on(2, 5)).ends
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 20))
    world.registry()
    assert [world.cli(*face) for face in faces] == before
    assert [digest_of(world, on(2, 5))] == texts
    assert year_at(world, on(2, 5)).ends == ends


def year_at(world: World, day: date):  # type: ignore[no-untyped-def]
    with looking(open_store(world.store)) as s:
        return year_of(s, EVERYTHING, YEAR, end_of(day), world.registry())


def digest_of(world: World, day: date) -> str:
    """As it is made again later."""
    settings = Settings(store=world.store, mail=Mail(sender="a@example.org"))
    recipient = Recipient("clerk@example.org", "county:140999")
    with looking(open_store(world.store)) as s:
        made = draft(s, recipient, end_of(day), settings, world.registry(), YEAR)
    return made.composed.text


def test_who_was_late_by_the_deadline_of_then_was_late(world: World) -> None:
    """What was found of it, too; and a decision on it stays on it."""
    world.put(TOWN, YEAR, on(2, 9))
    world.look(on(2, 10))
    engine = open_store(world.store)
    with looking(engine) as s:
        (mark,) = (each.fingerprint for each in findings(s, EVERYTHING, YEAR, rules=["A02"]))
    at = end_of(on(2, 11))
    decide(engine, "waived", KEY, YEAR, who="甲", why="经查", now=at, rule="A02")
    world.said = ('deadline: "02-28"',)
    world.look(on(2, 20))
    assert late_at(world, on(2, 10)) == [(mark, "")]
    assert late_at(world, on(2, 12)) == [(mark, "waived")]
    assert late_at(world, on(2, 20)) == []
    world.said = ()
    world.look(on(2, 21))
    assert late_at(world, on(2, 21)) == [(mark, "waived")]
    assert late_at(world, on(2, 20)) == []


def late_at(world: World, day: date) -> list[tuple[str, str]]:
    with looking(open_store(world.store)) as s:
        of = (s, EVERYTHING, YEAR, end_of(day), world.registry())
        found = findings_told(*of, rules=["A02"], past=True)
    return [(each.fingerprint, each.verdict) for each in found]


def test_a_store_of_before_tells_all_the_past_by_the_file_of_now(world: World) -> None:
    engine = open_store(world.store)
    with session(engine) as s:
        s.query(DeadlinesRow).delete()
    world.said = ('deadline: "02-03"',)
    assert told(world, on(2, 5))[3] == on(2, 3)
    registry = world.registry()
    refresh_due(engine, registry, end_of(on(2, 6)))
    world.said = ('deadline: "02-28"',)
    assert told(world, on(2, 5))[3] == on(2, 3)
    world.look(on(2, 8))
    assert told(world, on(2, 5))[3] == on(2, 3)
    assert told(world, on(2, 8))[3] == on(2, 28)


def test_a_store_of_before_whose_file_is_as_it_was_writes_it_down(world: World) -> None:
    engine = open_store(world.store)
    with session(engine) as s:
        s.query(DeadlinesRow).delete()
    later = end_of(on(2, 5)) + timedelta(hours=1)
    assert refresh(engine, world.registry(), [], later) == 0
    refresh_due(engine, world.registry(), later)
    with looking(engine) as s:
        assert s.query(DeadlinesRow).count() == 1


# ---- units that another county's file has since


def county_of(world: World, day: date, town: str = TOWN) -> tuple[str, str, str, bool]:
    line = world.line(town, day)
    return line.county, line.county_name, line.standing.name, line.standing.confirmed


def test_a_unit_of_another_county_since_is_told_as_of_its_county_of_then(world: World) -> None:
    world.beside = True
    before = world.line(TOWN, on(2, 5))
    neighbours = [world.line(town, on(2, 5)) for town in ("甲子镇", "戊辰镇")]
    world.away = frozenset([TOWN])
    world.look(on(2, 10), on(2, 12))
    assert world.line(TOWN, on(2, 5)) == before
    assert [world.line(town, on(2, 5)) for town in ("甲子镇", "戊辰镇")] == neighbours
    assert county_of(world, on(2, 12))[:2] == ("140998", "平顺县")
    world.away = frozenset()
    world.look(on(2, 20), on(2, 22))
    assert world.line(TOWN, on(2, 5)) == before
    assert county_of(world, on(2, 12))[:2] == ("140998", "平顺县")
    assert county_of(world, on(2, 22)) == ("140999", "平安县", "missing", True)


def test_every_face_tells_a_past_day_of_the_county_of_then(world: World) -> None:
    asked = ("--as-of", "2026-02-05", "--year", str(YEAR), "--format", "json")
    faces = [
        (command, *asked, *scope)
        for command in ("missing", "standing", "flagged")
        for scope in ((), ("--county", "140999"), ("--county", "平安县"), ("--county", KEY))
    ]
    world.beside = True
    world.look(on(2, 6))
    before = [world.cli(*face) for face in faces]
    digest, ends = digest_of(world, on(2, 5)), year_at(world, on(2, 5)).ends
    world.away = frozenset([TOWN, "甲子镇"])
    world.look(on(2, 10), on(2, 12))
    assert [world.cli(*face) for face in faces] == before
    assert digest_of(world, on(2, 5)) == digest
    assert year_at(world, on(2, 5)).ends["140999"] == ends["140999"]
    there = ("standing", *asked, "--county", "140998")
    assert KEY not in world.cli(*there)
    happened = world.cli("history", KEY)
    assert "划归另一县：平安县 → 平顺县" in happened


def test_a_unit_that_left_the_file_is_told_of_the_days_before_whoever_looked_since(
    world: World,
) -> None:
    before = world.line(TOWN, on(2, 5))
    world.without = frozenset([TOWN])
    assert world.line(TOWN, on(2, 5)) == before
    kept(world, on(2, 8), 9)

    def is_told(day: date) -> bool:
        with looking(open_store(world.store)) as s:
            lines = lines_at(s, EVERYTHING, YEAR, end_of(day), world.registry())
        return KEY in {line.unit for line in lines}

    assert [is_told(on(2, 7)), is_told(on(2, 8))] == [True, False]
    world.look(on(2, 10))
    assert [is_told(on(2, 7)), is_told(on(2, 8)), is_told(on(2, 10))] == [True, False, False]
    assert world.line(TOWN, on(2, 5)) == before


def test_a_unit_that_no_file_had_for_some_days_was_nobodys(world: World) -> None:
    world.without = frozenset([TOWN])
    world.look(on(2, 8))
    with looking(open_store(world.store)) as s:
        of = (s, EVERYTHING, YEAR, end_of(on(2, 9)), world.registry())
        assert KEY not in {line.unit for line in lines_at(*of)}
    world.without, world.away = frozenset(), frozenset([TOWN])
    world.look(on(2, 12))
    with looking(open_store(world.store)) as s:
        of = (s, EVERYTHING, YEAR, end_of(on(2, 9)), world.registry())
        assert KEY not in {line.unit for line in lines_at(*of)}
    assert county_of(world, on(2, 5)) == ("140999", "平安县", "missing", True)


def test_a_unit_that_left_the_file_had_its_own_deadline(world: World) -> None:
    world.more[TOWN] = ', deadline: "03-31"'
    world.look(on(2, 10))
    assert told(world, on(2, 11)) == ("awaiting", False, 0, on(3, 31))
    world.more.clear()
    world.without = frozenset([TOWN])
    world.look(on(2, 20))
    assert told(world, on(2, 11)) == ("awaiting", False, 0, on(3, 31))


def test_a_unit_that_was_out_of_its_file_for_some_days_is_told_of_none_of_them(
    world: World,
) -> None:
    before = county_of(world, on(2, 5))
    world.without = frozenset([TOWN])
    world.look(on(2, 8))
    world.without = frozenset()
    world.look(on(2, 12))
    with looking(open_store(world.store)) as s:
        lines = lines_at(s, EVERYTHING, YEAR, end_of(on(2, 9)), world.registry())
    assert KEY not in {line.unit for line in lines}
    assert county_of(world, on(2, 5)) == before
    assert county_of(world, on(2, 12)) == ("140999", "平安县", "missing", True)
