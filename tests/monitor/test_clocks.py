"""A clock that was wrong accuses nobody, stops nothing, and is told; whatever it wrote is put back."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select, update

from nianbao.crawler.answers import Answer
from nianbao.monitor.cadence import next_visit
from nianbao.monitor.daemon import Work, keep_pace
from nianbao.monitor.health import clock_problems, health, page_of
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.upkeep import refresh_due
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.mail.weekly import queue_alerts, queue_digests
from nianbao.monitor.settings import Alerts, Cadence, Mail, Recipient, Settings
from nianbao.storage.audit import faults
from nianbao.storage.clocks import clock_of, held, trust
from nianbao.storage.kinds import LookState
from nianbao.storage.lease import HeldError, take
from nianbao.storage.models import (
    Base,
    Event,
    Lease,
    Look,
    Moment,
    Outgoing,
    Portal,
    Region,
    Sighting,
    StandingRow,
    Sweep,
)
from nianbao.storage.outbox import again, queued
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, open_store, session
from nianbao.storage.visits import needs_fresh_look, visits_of
from tests.portals.server import running
from tests.worlds.commands import ENVIRONMENT, command, run_here
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.daemons import settings_file
from tests.worlds.recorded import ALL, World, at, item, report
from tests.worlds.stores import emptied

RIGHT = {"a.gov.cn": 1.0}
WRONG = {"a.gov.cn": 66 * 86400.0}
THREE = {"a.gov.cn": 5000.0, "b.gov.cn": 5100.0, "c.gov.cn": 0.0}
PUBLISHED = {"item": item(), "reading": report()}
DAY = timedelta(days=1)
STONE = "石门镇"
# What tells of all that was put back, and what was taken back of a unit.
PUT_BACK = select(Event).where(Event.kind == "put_back", Event.unit.is_(None))
TAKEN_BACK = select(Event).where(Event.kind == "put_back", Event.unit.is_not(None))


@pytest.fixture
def world(tmp_path: Path, world_url: str) -> Iterator[World]:
    made = World(tmp_path, world_url)
    yield made
    emptied(made.engine)


def stood(world: World, now: datetime) -> dict[str, str]:
    """As it is told now: from rows, or worked out anew."""
    with looking(world.engine) as s:
        return {
            line.name: line.standing.name + ("?" if line.is_unconfirmed else "")
            for line in lines_now(s, EVERYTHING, 2026, now, world.registry)
        }


def days(world: World, now: datetime) -> list[int]:
    with looking(world.engine) as s:
        return [line.standing.days for line in lines_now(s, EVERYTHING, 2026, now, world.registry)]


# ---- one sweep by a clock that was ahead


def ahead(world: World, *shown: dict[str, object], clocks: dict[str, float] | None = None) -> None:
    """It is the 10th of January, and two sweeps think that it is past the deadline."""
    world.sweep(at(1, 9), clocks=RIGHT)
    world.sweep(at(3, 17), *shown, clocks=clocks)
    world.sweep(at(3, 18), *shown, clocks=clocks)


@pytest.mark.parametrize("clocks", [WRONG, {}])
def test_nobody_is_accused_when_the_clock_is_right_again(
    world: World, clocks: dict[str, float]
) -> None:
    ahead(world, clocks=clocks)
    assert stood(world, at(3, 18, 12))[STONE] == "missing"  # as the clock had it
    now = at(1, 10)
    assert set(stood(world, now).values()) == {"awaiting"}
    assert min(days(world, now)) >= 0
    assert refresh_due(world.engine, world.registry, now) == 3
    assert set(world.stored().values()) == {"awaiting"}
    assert refresh_due(world.engine, world.registry, now) == 0


@pytest.mark.parametrize("clocks", [WRONG, {}])
@pytest.mark.parametrize("vouched", [True, False])
def test_and_not_when_that_day_has_come(
    world: World, clocks: dict[str, float], vouched: bool
) -> None:
    ahead(world, clocks=clocks)
    world.sweep(at(1, 10), clocks=RIGHT if vouched else {})
    for now in (at(2, 1), at(3, 19), at(8, 1)):
        assert stood(world, now)[STONE] == "unknown", now
        with looking(world.engine) as s:
            told = lines_at(s, EVERYTHING, 2026, now, world.registry)
        assert {line.standing.name for line in told} == {"unknown"}
    world.sweep(at(3, 20), clocks=RIGHT)
    assert stood(world, at(3, 20, 12))[STONE] == "missing?"
    world.sweep(at(3, 21), clocks=RIGHT)
    assert stood(world, at(3, 21, 12))[STONE] == "missing"


def test_what_it_saw_was_there_by_the_time_that_is_right(world: World) -> None:
    ahead(world, PUBLISHED, clocks=WRONG)
    now = at(1, 10)
    assert stood(world, now)["柳树镇"] == "on_time"
    world.sweep(now, PUBLISHED, clocks=RIGHT)
    with looking(world.engine) as s:
        (row,) = s.scalars(select(Sighting))
        assert row.first_seen <= now + timedelta(minutes=5)
        (event,) = s.scalars(PUT_BACK)
        assert [sweep[0] for sweep in event.content["sweeps"]] == [2, 3]
        assert "2027-03-17" in event.content["sweeps"][0][1]
    assert stood(world, at(2, 2))["柳树镇"] == "on_time"


def test_a_report_that_only_it_saw_is_not_missing(world: World) -> None:
    """Two looks of two days had not shown it; then it came, and the clock was ahead."""
    world.sweep(at(2, 1), clocks=RIGHT)
    world.sweep(at(2, 2), clocks=RIGHT)
    world.sweep(at(6, 1), PUBLISHED, clocks=WRONG)
    now = at(2, 3)
    assert stood(world, now)["柳树镇"] == "late"
    refresh_due(world.engine, world.registry, now)
    assert world.stored()["柳树镇"] == "late"
    assert min(days(world, now)) >= 0


@pytest.mark.parametrize("next_sweep", [None, {}, RIGHT])
def test_nor_in_what_is_told_before_it_is_put_back(
    world: World, next_sweep: dict[str, float] | None
) -> None:
    """Mails and letters are made of what was known at a time: whatever lies ahead is known."""
    world.sweep(at(2, 1), clocks=RIGHT)
    world.sweep(at(2, 2), clocks=RIGHT)
    world.sweep(at(6, 1), PUBLISHED, clocks=WRONG)
    now = at(2, 3)
    if next_sweep is not None:  # of portals that vouch for nothing, or do
        world.sweep(now, PUBLISHED, clocks=next_sweep)
        now = at(2, 3, 12)
    with looking(world.engine) as s:
        told = year_of(s, EVERYTHING, 2026, now, world.registry, asked=now)
        stood_at = {line.name: line.standing.name for line in told.lines}
        before = lines_at(s, EVERYTHING, 2026, at(2, 2, 12), world.registry)
    assert stood_at == {"柳树镇": "late", STONE: "missing", "老镇": "missing"}
    assert {line.standing.name for line in before} == {"missing"}  # as it was told then


def test_nothing_that_is_stored_lies_ahead_once_portals_vouch(world: World) -> None:
    ahead(world, PUBLISHED, clocks=WRONG)
    world.sweep(at(1, 10), PUBLISHED, clocks=RIGHT)
    limit = at(1, 10, 12)
    later = []
    with looking(world.engine) as s:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                legitimate = column.name in ("next_change_at", "until", "next_try")
                if isinstance(column.type, Moment) and not legitimate:
                    found = s.scalars(select(column).where(column > limit)).all()
                    later += [(table.name, column.name)] * len(found)
        assert not later
        printed = [told for row in s.scalars(select(Sighting)) for told in row.dates]
        assert all(datetime.fromisoformat(told[2]) <= limit for told in printed)
        assert {row.clock for row in s.scalars(select(Look))} == {"", "ahead"}


def test_the_look_that_shows_it_is_no_proof_that_it_was_not_there(world: World) -> None:
    """By the sweep that puts it back at the latest it was there."""
    world.sweep(at(2, 1), clocks=RIGHT)
    world.sweep(at(2, 2), clocks=RIGHT)
    world.sweep(at(6, 1), PUBLISHED, clocks=WRONG)
    world.sweep(at(2, 3), PUBLISHED, clocks=RIGHT)
    (line,) = [line for line in world.told(at(2, 3, 12)).lines if line.name == "柳树镇"]
    assert (line.standing.name, line.standing.days) == ("late", 2)
    assert [proven.at.day for proven in line.proofs] == [1, 2]


def test_where_units_stood_on_days_that_had_not_come_is_taken_back(world: World) -> None:
    ahead(world, clocks=WRONG)
    with looking(world.engine) as s:
        told = select(Event.content["to"].as_string()).where(Event.kind == "standing")
        assert "missing" in s.scalars(told).all()
    world.sweep(at(1, 10), clocks=RIGHT)
    with looking(world.engine) as s:
        assert "missing" not in s.scalars(told).all()
        assert {event.content["was"] for event in s.scalars(TAKEN_BACK)} == {"standing"}


def test_where_a_unit_stands_by_it_is_told_anew_of_now(world: World) -> None:
    """It came while the clock was ahead: nothing but that has told so."""
    world.sweep(at(1, 9), clocks=RIGHT)
    world.sweep(at(1, 29), PUBLISHED, clocks=WRONG)
    world.sweep(at(1, 10), PUBLISHED, clocks=RIGHT)
    with looking(world.engine) as s:
        of_unit = select(Event).where(Event.kind == "standing", Event.unit == "140999101")
        told = [(event.content["from"], event.content["to"]) for event in s.scalars(of_unit)]
        assert told == [("", "awaiting"), ("awaiting", "on_time")]
        assert all(event.at < at(1, 11) for event in s.scalars(of_unit))
    assert world.stored()["柳树镇"] == "on_time"


@pytest.mark.parametrize("was_sent", [True, False])
def test_what_it_mailed_is_mailed_again_on_its_day(world: World, was_sent: bool) -> None:
    """By a clock that was ahead the digest of a Monday that had not come was sent, or waits."""
    settings = Settings(
        mail=Mail("127.0.0.1", sender="office@pingan.example"),
        alerts=Alerts(on=True),
        recipients=(Recipient("office@pingan.example"),),
    )

    def told(now: datetime) -> list[tuple[str, str]]:
        queue_digests(world.engine, settings, world.registry, now)
        queue_alerts(world.engine, settings, world.registry, now)
        with looking(world.engine) as s:
            return [(mail.kind, mail.state) for mail in queued(s, everything=True)]

    world.sweep(at(1, 9), clocks=RIGHT)
    world.sweep(at(2, 1), clocks=WRONG)
    world.sweep(at(2, 2), clocks=WRONG)
    assert told(at(2, 2, 12)) == [("digest", "waiting"), ("alert", "waiting")]
    if was_sent:
        with session(world.engine) as s:
            s.execute(update(Outgoing).values(state="sent"))
    world.sweep(at(1, 10), clocks=RIGHT)
    state = "sent" if was_sent else "refused"
    before = [("digest", state), ("alert", state)]
    assert told(at(1, 10, 8)) == before
    world.sweep(at(2, 1), clocks=RIGHT)
    world.sweep(at(2, 2), clocks=RIGHT)
    assert told(at(2, 2, 12)) == [*before, ("digest", "waiting"), ("alert", "waiting")]
    assert again(world.engine, at(2, 2, 12)) == 0  # what was refused has no words any more


def test_it_is_put_back_once(world: World) -> None:
    ahead(world, clocks=WRONG)
    for day in (10, 11, 12):
        world.sweep(at(1, day), clocks=RIGHT)
    with looking(world.engine) as s:
        assert len(s.scalars(PUT_BACK).all()) == 1


def test_a_clock_that_is_behind_takes_nothing_from_the_right_one(world: World) -> None:
    """What the portals of then vouched for, and what no one contradicts now."""
    world.sweep(at(2, 1), clocks=RIGHT)
    world.sweep(at(2, 2), clocks=RIGHT)
    world.sweep(datetime(2000, 1, 1, tzinfo=UTC), clocks={"a.gov.cn": -27 * 365 * 86400.0})
    assert stood(world, at(2, 3))[STONE] == "missing"
    world.sweep(datetime(2000, 1, 1, tzinfo=UTC), clocks={})  # nor one whose portal says nothing
    assert stood(world, at(2, 3))[STONE] == "missing"
    world.sweep(at(2, 4), clocks=RIGHT)
    assert stood(world, at(2, 4, 12))[STONE] == "missing"
    with looking(world.engine) as s:
        assert not s.scalars(select(Event).where(Event.kind == "put_back")).all()


def test_a_sweep_that_was_begun_by_it_and_ended_later(world: World) -> None:
    """A crash between: the next one is not taken for the same."""
    world.now = at(3, 17)
    portal = world.recorder.register(world.county)
    assert world.recorder.begin(portal) == 1
    world.sweep(at(1, 10), clocks=RIGHT)
    with looking(world.engine) as s:
        cut_off, sweep = s.scalars(select(Sweep).order_by(Sweep.id))
        assert not cut_off.complete
        assert sweep.complete
        assert max(cut_off.began, sweep.began) <= at(1, 10, 12)
        assert clock_of(s, at(1, 10, 12)).later is None


def cut_off(world: World, moment: datetime, clocks: dict[str, float], **shown: Any) -> int:
    """A sweep that a crash ends behind its first link."""
    world.now = moment
    portal = world.recorder.register(world.county)
    sweep = world.recorder.begin(portal)
    world.recorder.heard(sweep, clocks)
    told = {"kind": "report", "unit": "140999101", "year": 2026, **shown}
    (column,) = world.recorder.columns(portal)
    world.recorder.sighted(column.id, told.pop("item"), **told)
    return sweep


@pytest.mark.parametrize("apart", [-86400.0, -30 * 86400.0])
def test_what_a_sweep_saw_first_that_a_crash_ended_is_put_forward(
    world: World, apart: float
) -> None:
    """It had told nobody yet what its portal said of our clock."""
    behind = {"a.gov.cn": apart}
    world.sweep(at(2, 8), clocks=RIGHT)
    world.sweep(at(2, 9), clocks=RIGHT)
    cut_off(world, at(2, 10) + timedelta(seconds=apart), behind, **PUBLISHED)
    world.sweep(at(2, 10, 15), PUBLISHED, clocks=RIGHT)
    world.sweep(at(2, 11), PUBLISHED, clocks=RIGHT)
    with looking(world.engine) as s:
        assert s.scalars(select(Sighting)).one().first_seen >= at(2, 10)
    (line,) = [line for line in world.told(at(2, 11, 12)).lines if line.name == "柳树镇"]
    assert (line.standing.name, line.standing.days) == ("late", 9)


@pytest.mark.parametrize(("hours", "goes_on"), [(-2, False), (0, True), (2, True), (5, False)])
def test_a_sweep_is_gone_on_with_for_a_while(world: World, hours: float, goes_on: bool) -> None:
    sweep = cut_off(world, at(2, 10), RIGHT, **PUBLISHED)
    world.now = at(2, 10) + timedelta(hours=hours)
    again = world.recorder.begin("140999")
    assert (again == sweep) == goes_on


# ---- the portals' clocks


def test_most_of_three_hosts_must_contradict() -> None:
    assert held(THREE).is_in_doubt
    assert not held({**THREE, "b.gov.cn": 10.0}).is_in_doubt
    assert not held({"a": 5000.0, "b": 5000.0}).is_in_doubt  # too few
    assert held({"a": 5000.0, "b": 5000.0}).is_contradicted
    assert not held({"a": 600.0, "b": -600.0, "c": 0.0}).off
    assert held({"a": 601.0, "b": -601.0}).off == ("a", "b")
    assert not held(THREE, THREE).off  # a person said so
    assert held({"a": 90000.0}, THREE).off == ("a",)  # but not that


def test_looks_in_doubt_prove_nothing_until_a_person_says_so(world: World) -> None:
    world.sweep(at(2, 1), clocks=THREE)
    world.sweep(at(2, 2), clocks=THREE)
    now = at(2, 2, 12)
    assert stood(world, now)[STONE] == "unknown"
    with looking(world.engine) as s:
        assert clock_of(s, now).untimed == 2
        (why,) = {line.standing.zh for line in lines_now(s, EVERYTHING, 2026, now, world.registry)}
        assert why == "查看时的时钟与门户网站不一致，待核对（nianbao doctor）"
        assert needs_fresh_look(s, "140999", at(2, 1, 0), now)
    with session(world.engine) as s:
        assert trust(s, now) == 2
    assert stood(world, now)[STONE] == "missing"
    with looking(world.engine) as s:
        before = lines_at(s, EVERYTHING, 2026, now - timedelta(minutes=1), world.registry)
        assert {line.standing.name for line in before} == {"unknown"}  # as it was told then
        assert clock_of(s, now).untimed == 0
    world.sweep(at(2, 3), clocks=THREE)  # it is known of these hosts
    assert stood(world, at(2, 3, 12))[STONE] == "missing"


def test_hosts_of_several_sweeps_of_a_day_count_together(world: World) -> None:
    for host in ("a.gov.cn", "b.gov.cn", "c.gov.cn"):
        world.sweep(at(2, 1), clocks={host: 5000.0})
    with looking(world.engine) as s:
        assert {row.clock for row in s.scalars(select(Look))} == {"apart"}


def test_a_few_hosts_are_only_told(world: World) -> None:
    world.sweep(at(2, 1), clocks=WRONG)
    world.sweep(at(2, 2), clocks=WRONG)
    now = at(2, 2, 12)
    assert stood(world, now)[STONE] == "missing"
    told = clock_problems(health(world.engine, now).clock)
    assert len(told) == 1
    assert "a.gov.cn：+95040 分钟" in told[0]


def test_a_report_is_seen_by_a_look_in_doubt_all_the_same(world: World) -> None:
    world.sweep(at(2, 1), PUBLISHED, clocks=THREE)
    world.sweep(at(2, 2), PUBLISHED, clocks=THREE)
    assert stood(world, at(2, 2, 12))["柳树镇"] == "unknown"  # out, and nobody knows since when


def test_withdrawn_needs_days_that_are_known(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED, clocks=RIGHT)
    with session(world.engine) as s:
        s.scalars(select(Sighting)).one().gone = at(1, 21)
    for day in (1, 2, 3):
        world.sweep(at(2, day), clocks=THREE)
    with looking(world.engine) as s:
        gone = select(Event).where(Event.kind.in_(("withdrawn", "vanished")))
        assert not s.scalars(gone).all()


def gone(world: World, moment: datetime) -> None:
    """Its address leads nowhere since then."""
    with session(world.engine) as s:
        s.scalars(select(Sighting)).one().gone = moment


def kinds(world: World, *such: str) -> list[str]:
    with looking(world.engine) as s:
        chosen = select(Event.kind).where(Event.kind.in_(such)).order_by(Event.id)
        return [str(kind) for kind in s.scalars(chosen)]


GONE = ("withdrawn", "vanished", "restored")


def test_what_only_a_clock_ahead_called_withdrawn_is_taken_back(world: World) -> None:
    world.sweep(at(1, 20), PUBLISHED, clocks=RIGHT)
    gone(world, at(1, 21))
    world.sweep(at(1, 21), clocks=RIGHT)
    world.sweep(at(1, 22), clocks=RIGHT)
    world.sweep(at(3, 20), clocks=WRONG)
    assert kinds(world, *GONE) == ["withdrawn"]
    assert stood(world, at(1, 23))["柳树镇"] == "on_time"
    world.sweep(at(1, 22, 20), clocks=RIGHT)  # not a third day
    assert kinds(world, *GONE) == []
    assert stood(world, at(1, 22, 22))["柳树镇"] == "on_time"
    with looking(world.engine) as s:
        was = [event.content["was"] for event in s.scalars(TAKEN_BACK)]
        assert [kind for kind in was if kind != "standing"] == ["withdrawn"]
    world.sweep(at(1, 23), clocks=RIGHT)
    assert kinds(world, *GONE) == ["withdrawn"]
    assert stood(world, at(1, 23, 12))["柳树镇"] == "withdrawn"


def test_nor_does_it_stay_where_no_portal_vouches(world: World) -> None:
    """It came back before the day on which it was called withdrawn has come."""
    world.sweep(at(1, 20), PUBLISHED)
    gone(world, at(1, 21))
    world.sweep(at(1, 21))
    world.sweep(at(1, 22))
    world.sweep(at(3, 20))
    world.sweep(at(1, 24), PUBLISHED)
    assert kinds(world, *GONE) == ["withdrawn", "restored"]
    assert stood(world, at(3, 21))["柳树镇"] == "on_time"


def test_a_report_that_a_clock_behind_saw_is_not_withdrawn_sooner(world: World) -> None:
    """The looks of a month lie between what that clock said and now."""
    for day in range(20, 30):
        world.sweep(at(1, day), PUBLISHED, clocks=RIGHT)
    world.sweep(at(1, 19), PUBLISHED, clocks=WRONG)
    gone(world, at(1, 30))
    for day in (30, 31):
        world.sweep(at(1, day), clocks=RIGHT)
        assert kinds(world, *GONE) == []
    world.sweep(at(2, 1), clocks=RIGHT)
    assert kinds(world, *GONE) == ["withdrawn"]


def test_a_column_fails_since_a_day_that_is_known(world: World) -> None:
    down: dict[str, LookState] = {ALL: "unreachable"}
    world.sweep(at(1, 20), states=down, clocks=RIGHT)
    world.sweep(at(1, 2), states=down, clocks={"a.gov.cn": -18 * 86400.0})
    world.sweep(at(1, 21), states=down, clocks=RIGHT)
    (rot,) = world.told(at(1, 21, 12)).failing
    assert (rot.since.day, rot.column.failed) == (20, 2)


@pytest.mark.parametrize("clocks", [WRONG, dict.fromkeys("abc", -1000000.0)])
def test_a_report_that_a_clock_behind_saw_first_was_not_in_time(
    world: World, clocks: dict[str, float]
) -> None:
    world.sweep(at(2, 1), clocks=RIGHT)
    world.sweep(at(2, 2), clocks=RIGHT)
    world.sweep(at(1, 20), PUBLISHED, clocks=clocks)
    world.sweep(at(2, 3), PUBLISHED, clocks=RIGHT)
    now = at(2, 3, 12)
    (line,) = [line for line in world.told(now).lines if line.name == "柳树镇"]
    assert (line.standing.name, line.standing.days) == ("late", 2)
    assert world.stored()["柳树镇"] == "late"
    with looking(world.engine) as s:
        assert s.scalars(select(Sighting)).one().first_seen > at(2, 2)
        moments = [event.at for event in s.scalars(PUT_BACK)]
    world.sweep(at(2, 4), PUBLISHED, clocks=RIGHT)
    with looking(world.engine) as s:
        assert [event.at for event in s.scalars(PUT_BACK)] == moments  # once
        assert trust(s, now) == 0  # what a person says of the clock is of other looks
        s.rollback()


def test_what_was_seen_at_the_same_time_by_a_right_clock_stays(world: World) -> None:
    """Nobody knows which of two sweeps wrote it."""
    world.sweep(at(1, 20), PUBLISHED, clocks=RIGHT)
    world.sweep(at(2, 2), PUBLISHED, clocks=RIGHT)
    world.sweep(at(1, 20), PUBLISHED, clocks=WRONG)
    world.sweep(at(2, 3), PUBLISHED, clocks=RIGHT)
    assert stood(world, at(2, 3, 12))["柳树镇"] == "on_time"


def test_looks_of_a_clock_behind_are_no_second_day(world: World) -> None:
    """It fell back a day, as its portal says too: both looks were of one day."""
    behind = {"a.gov.cn": -86400.0}
    world.sweep(at(2, 3), clocks=RIGHT)
    world.sweep(at(2, 2), clocks=behind)
    told = world.told(at(2, 3, 12))
    assert not told.overdue(confirmed=True)
    assert told.overdue(confirmed=False)
    world.sweep(at(2, 4), clocks=RIGHT)
    assert stood(world, at(2, 4, 12))[STONE] == "missing"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"date": "Thu, 01 Jan 2026 00:00:00 GMT"}, "2026-01-01T00:00:00+00:00"),
        ({"date": "Thu, 01 Jan 2026 08:00:00 +0800"}, "2026-01-01T00:00:00+00:00"),
        ({"date": "Thu, 01 Jan 2026 00:00:00 GMT", "age": "3600"}, "2026-01-01T01:00:00+00:00"),
        ({"date": "Thu, 01 Jan 2026 00:00:00 GMT", "age": "9" * 30}, None),
        ({"date": "昨天"}, None),
        ({"date": "Thu, 99 Jan 2026 00:00:00 GMT"}, None),
        ({"date": ""}, None),
        ({}, None),
    ],
)
def test_what_time_a_host_says_it_is(headers: dict[str, str], told: str | None) -> None:
    moment = Answer("http://a.gov.cn/", headers=headers).told_at
    assert (moment.isoformat() if moment is not None else None) == told


# ---- the daemon


def test_the_cadence_ignores_visits_that_are_yet_to_come(world: World) -> None:
    ahead(world)
    now = at(1, 10)
    with looking(world.engine) as s:
        assert visits_of(s, "140999").last == at(3, 18) + timedelta(minutes=2)
        last = visits_of(s, "140999", now).last
    assert last == at(1, 9) + timedelta(minutes=2)
    due = next_visit(world.county, Cadence(), last, 0, now, at(1, 31).date())
    assert due < now + 2 * DAY


def test_a_daemon_goes_on_when_its_clock_is_put_right(tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    county_file(tmp_path, "http://127.0.0.1:1")
    clock = [at(3, 17)]
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    begun: list[datetime] = []

    def sweep(work: Work, counties: object) -> None:
        begun.append(work.clock())
        with session(engine) as s:
            s.add(Sweep(portal="140999", began=clock[0], ended=clock[0], complete=False))

    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Portal(id="140999", county="140999", host="a.gov.cn"))
    work = Work(engine, Settings(), tmp_path / "counties", lambda: clock[0], sweep)
    work.sweeps()
    work.due()
    clock[0] = at(1, 10)
    work.sweeps()
    assert begun == [at(3, 17), at(1, 10)]
    engine.dispose()


def test_jobs_that_were_put_off_are_done_at_once() -> None:
    moment = [datetime(2027, 3, 17, tzinfo=UTC)]
    scheduler = BackgroundScheduler(timezone="Asia/Shanghai")
    for name, due in (("late", moment[0] + DAY), ("soon", moment[0] - 66 * DAY)):
        scheduler.add_job(print, "interval", seconds=60, id=name, next_run_time=due)
    scheduler.start(paused=True)
    moment[0] -= 66 * DAY
    assert keep_pace(scheduler, lambda: moment[0]) == 1
    assert all(job.next_run_time <= moment[0] for job in scheduler.get_jobs())
    assert keep_pace(scheduler, lambda: moment[0]) == 0
    scheduler.shutdown(wait=False)


def test_a_lease_that_lapses_in_months_holds_nobody(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/n.db")
    length = timedelta(hours=6)
    with session(engine) as s:
        s.add(Lease(name="sweep:1", holder="elsewhere:1", until=at(3, 17)))
    take(engine, "sweep:1", lambda: at(1, 10), length)
    with session(engine) as s:
        s.get_one(Lease, "sweep:1").holder = "elsewhere:1"
    with pytest.raises(HeldError):
        take(engine, "sweep:1", lambda: at(1, 10), length)
    engine.dispose()


# ---- who tells


def test_healthz_and_metrics_tell(world: World) -> None:
    ahead(world, clocks=WRONG)
    page = page_of(world.engine, at(1, 10), "/healthz")
    assert page is not None
    told = json.loads(page.body)["problems"]
    assert any("晚于现在（2027-03-18" in problem for problem in told)
    metrics = page_of(world.engine, at(1, 10), "/metrics")
    assert metrics is not None
    assert b"nianbao_clock_hosts_apart" in metrics.body


def test_doctor_tells_and_takes_a_persons_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = f"sqlite:///{tmp_path}/n.db"
    made = World(tmp_path, store)
    now = datetime.now(UTC)
    made.sweep(now - timedelta(hours=2), clocks=THREE)
    made.sweep(now + 66 * DAY)
    file = settings_file(tmp_path, None, 0)
    file.write_text(f'store = "{store}"\n{file.read_text("utf-8")}', encoding="utf-8")
    text = file.read_text("utf-8")
    lines = [line for n, line in enumerate(text.splitlines()) if n == 0 or "store =" not in line]
    file.write_text("\n".join(lines), encoding="utf-8")
    told = run_here(tmp_path, "doctor", "--settings", str(file)).stdout
    assert "有记录的时间晚于现在" in told
    nobody = run_here(tmp_path, "doctor", "--settings", str(file), "--clock-is-right")
    assert nobody.returncode == 2
    arguments = ("--clock-is-right", "--who", "王科长", "--why", "已与授时服务器核对")
    said = run_here(tmp_path, "doctor", "--settings", str(file), *arguments)
    assert "时钟无误（王科长）" in said.stdout
    with looking(made.engine) as s:
        assert clock_of(s, now).untimed == 0
        assert not faults(s)
    made.engine.dispose()


def ended(line: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        line, capture_output=True, text=True, timeout=120, cwd=folder, env=ENVIRONMENT
    )


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
def test_from_outside(tmp_path: Path) -> None:
    """The command itself, by a clock that is 400 days ahead, then by the right one."""
    with running(portal_of(planted(4))) as site:
        config = county_file(tmp_path, site.url)
        sweep = ("sweep", "--config", str(config), "--allow-private", "--pause", "0")
        wrong = ["faketime", "-f", "+400d", *command(tmp_path, *sweep)]
        ran = ended(wrong, tmp_path)
        assert ran.returncode == 0, ran.stderr
        engine = open_store(f"sqlite:///{tmp_path}/n.db")
        with looking(engine) as s:
            (sweep_row,) = s.scalars(select(Sweep))
            assert sweep_row.clocks["127.0.0.1"] == pytest.approx(400 * 86400, abs=120)
            assert sweep_row.began > datetime.now(UTC) + 399 * DAY
        right = ended(command(tmp_path, *sweep), tmp_path)
        assert right.returncode == 0, right.stderr
        now = datetime.now(UTC)
        with looking(engine) as s:
            assert s.scalars(PUT_BACK).one()
            assert all(row.first_seen <= now for row in s.scalars(select(Sighting)))
            assert all(row.since <= now for row in s.scalars(select(StandingRow)))
            assert clock_of(s, now).later is None
        engine.dispose()
