"""Standings: no accusation without a complete look, and none that later evidence takes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.monitor.standing import (
    BEIJING,
    Look,
    Policy,
    Seen,
    StandingName,
    second_look_due,
    standing,
)
from tests.amounts import many

POLICY = Policy()
END = POLICY.ends(2026)


def at(month: int, day: int, hour: int = 9, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING)


def name(seen: Seen, now: datetime) -> str:
    return standing(seen, POLICY, 2026, now).name


def test_the_deadline_day_is_whole_in_beijing() -> None:
    assert datetime(2027, 1, 31, 16, tzinfo=UTC) == END
    assert Policy("01-15", grace_days=2).ends(2026) == datetime(2027, 1, 18, tzinfo=BEIJING)
    assert Policy("03-31").ends(2023) == datetime(2024, 4, 1, tzinfo=BEIJING)


def fresh(month: int, day: int, hour: int = 9) -> Look:
    return Look(at(month, day, hour), True, fresh=True)


@pytest.mark.parametrize(
    ("seen", "now", "expected"),
    [
        (Seen(), at(12, 20, year=2026), "not_due"),
        (Seen(), at(1, 20), "awaiting"),
        (Seen(), END - timedelta(seconds=1), "awaiting"),
        (Seen(), END, "unknown"),
        (Seen(looks=[Look(at(1, 31), True)]), at(2, 1), "unknown"),
        (Seen(looks=[Look(at(2, 1), False, "blocked_challenge")]), at(2, 2), "unknown"),
        (Seen(looks=[Look(at(2, 1), True)]), at(2, 2), "missing"),
        (
            Seen(looks=[Look(at(2, 1), True), Look(at(2, 5), False, "unreachable")]),
            at(2, 6),
            "missing",
        ),
        (Seen(date(2027, 1, 20), at(1, 20)), at(2, 2), "on_time"),
        (Seen(date(2027, 1, 20), at(2, 9)), at(2, 10), "on_time"),
        (Seen(None, at(1, 31, 23)), at(2, 10), "on_time"),
        (Seen(date(2027, 2, 9), at(2, 9)), at(2, 10), "late"),
        (Seen(None, at(2, 9), looks=[fresh(2, 3), fresh(2, 4)]), at(2, 10), "late"),
        (Seen(None, at(2, 9), looks=[fresh(2, 3)]), at(2, 10), "unknown"),
        (Seen(None, at(2, 9), looks=[Look(at(2, 3), False)]), at(2, 10), "unknown"),
        (
            Seen(None, at(2, 9), looks=[fresh(2, 3), fresh(2, 4)], unshown_before=True),
            at(2, 10),
            "unknown",
        ),
        (
            Seen(
                None,
                at(2, 9),
                looks=[fresh(2, 3), fresh(2, 4)],
                still_before=(date(2027, 1, 20), 3),
            ),
            at(2, 10),
            "unknown",
        ),
        (
            Seen(
                None,
                at(2, 9),
                looks=[fresh(2, 3), fresh(2, 4)],
                still_before=(date(2027, 1, 28), 3),
            ),
            at(2, 10),
            "late",
        ),
        (Seen(date(2027, 2, 9), at(2, 9), doubt_days=[date(2026, 12, 30)]), at(2, 10), "unknown"),
        (Seen(date(2027, 2, 9), at(2, 9), doubt_days=[date(2026, 11, 30)]), at(2, 10), "late"),
        (Seen(date(2027, 1, 20), at(1, 20), withdrawn=at(2, 5)), at(2, 10), "withdrawn"),
        (Seen(date(2027, 1, 20), at(1, 20), vanished=at(2, 5)), at(2, 10), "unknown"),
        (Seen(date(2027, 1, 20), at(1, 20), vanished=at(2, 5)), at(2, 4), "on_time"),
        (Seen(exempt="新设单位"), at(2, 10), "exempt"),
        (Seen(looks=[Look(at(2, 1), True)], in_doubt=1), at(2, 2), "unknown"),
        (Seen(in_doubt=1), at(1, 2), "awaiting"),
    ],
)
def test_where_a_unit_stands(seen: Seen, now: datetime, expected: str) -> None:
    assert name(seen, now) == expected


def test_the_days_are_counted_from_the_deadline() -> None:
    overdue = standing(Seen(looks=[Look(at(2, 1), True)]), POLICY, 2026, at(2, 1))
    assert (overdue.name, overdue.days, overdue.evidence) == ("missing", 1, at(2, 1))
    assert standing(Seen(date(2027, 2, 9), at(2, 9)), POLICY, 2026, at(2, 10)).days == 9


def test_when_it_changes_by_itself() -> None:
    assert standing(Seen(), POLICY, 2026, at(12, 1, year=2026)).next_change_at == at(1, 1, 0)
    assert standing(Seen(), POLICY, 2026, at(1, 5)).next_change_at == END
    assert standing(Seen(), POLICY, 2026, at(2, 5)).next_change_at is None


MOMENTS = st.datetimes(datetime(2026, 12, 1), datetime(2027, 4, 1)).map(
    lambda t: t.replace(tzinfo=BEIJING)
)
LOOKS = st.lists(
    st.builds(
        Look,
        MOMENTS,
        st.booleans(),
        st.sampled_from(["ok", "unreachable"]),
        st.just(("", "")),
        st.booleans(),
    ),
    max_size=8,
).map(sorted)
SEEN = st.builds(
    Seen,
    st.none() | st.dates(date(2027, 1, 1), date(2027, 3, 20)),
    st.none() | MOMENTS,
    st.none(),
    LOOKS,
)


@many(300, 1000)
@given(seen=SEEN, now=MOMENTS)
def test_never_missing_without_a_proven_look_after_the_deadline(seen: Seen, now: datetime) -> None:
    found = standing(seen, POLICY, 2026, now)
    assert found.name in get_args(StandingName)
    if found.name == "missing":
        assert found.evidence is not None
        assert found.evidence >= END
        assert any(look.proven and look.at == found.evidence for look in seen.looks)
        assert seen.first_seen is None or seen.first_seen > now


@many(300, 1000)
@given(seen=SEEN, now=MOMENTS)
def test_no_accusation_is_confirmed_by_looks_of_one_day(seen: Seen, now: datetime) -> None:
    found = standing(seen, POLICY, 2026, now)
    by_absence = found.name == "missing" or (found.name == "late" and seen.printed is None)
    days = {
        look.at.astimezone(BEIJING).date()
        for look in seen.looks
        if look.proven and look.fresh and END <= look.at <= now
    }
    assert not (by_absence and found.confirmed) or len(days) > 1
    assert found.name != "late" or found.confirmed


# Small histories: their looks (day of February and hour, p for proven, f for fresh besides, - for
# neither), when the report was seen, the hour at which it is told, and what is told.
HISTORIES = """
                                  |        | 2 9  | unknown     | 没有查看记录
1.9-                              |        | 2 9  | unknown     | 时限后没有完整查看
1.9p                              |        | 1 10 | missing?    | 2027-02-01首次核查未见
1.9f                              |        | 1 10 | missing?    | 2027-02-01首次核查未见
1.9f 1.20f                        |        | 1 21 | missing?    | 2027-02-01首次核查未见
1.9p 2.9p 3.9p                    |        | 4 9  | missing?    | 2027-02-03首次核查未见
1.9f 2.9p                         |        | 3 9  | missing?    | 2027-02-02首次核查未见
1.9p 2.9f                         |        | 3 9  | missing?    | 2027-02-02首次核查未见
1.9f 2.9f                         |        | 1 10 | missing?    | 2027-02-01首次核查未见
1.9f 2.9f                         |        | 3 9  | missing     | 2027-02-01、2027-02-02完整查看
1.23f 2.0f                        |        | 2 9  | missing     | 2027-02-01、2027-02-02完整查看
1.9f 2.9- 3.9f                    |        | 4 9  | missing     | 2027-02-01、2027-02-03完整查看
1.9f 2.9f 3.9p                    |        | 4 9  | missing     | 2027-02-01、2027-02-02完整查看
1.9f 2.9f 3.9p 4.9-               |        | 5 9  | unknown     | 2027-02-03完整查看未见，此后无法核实
0.9f 1.9f                         |        | 2 9  | missing?    | 2027-02-01首次核查未见
-1.9f 0.9f                        |        | 2 9  | unknown     | 时限后没有完整查看
1.9f 2.9f                         | 2.12   | 3 9  | late        | 2027-02-01、2027-02-02完整查看时尚无
1.9f                              | 2.12   | 3 9  | unknown     | 已发布，时间无法核实
1.9p 2.9p                         | 2.12   | 3 9  | unknown     | 已发布，时间无法核实
1.9f 1.20f                        | 2.12   | 3 9  | unknown     | 已发布，时间无法核实
1.9f 3.9f                         | 2.12   | 4 9  | unknown     | 已发布，时间无法核实
0.9f 1.9f                         | 2.12   | 3 9  | unknown     | 已发布，时间无法核实
1.9f 2.9f                         | 0.12   | 3 9  | on_time     | 2027-01-31首次监测到
1.9f 2.9f                         | 5.12   | 3 9  | missing     | 2027-02-01、2027-02-02完整查看
"""


def february(told: str) -> datetime:
    day, hour = told.split(".")
    return at(1, 31, int(hour)) + timedelta(days=int(day))


def look_of(told: str) -> Look:
    state = "partial" if told[-1] == "-" else "ok"
    return Look(february(told[:-1]), told[-1] in "pf", state, ("", ""), told[-1] == "f")


@pytest.mark.parametrize("history", HISTORIES.strip("\n").splitlines())
def test_small_histories(history: str) -> None:
    looks, seen, now, expected, why = (part.strip() for part in history.split("|"))
    known = Seen(
        first_seen=february(seen) if seen else None,
        looks=[look_of(told) for told in looks.split()],
    )
    found = standing(known, POLICY, 2026, february(now.replace(" ", ".")))
    confirmed = found.name in ("missing", "late", "on_time") and not expected.endswith("?")
    assert (found.name, found.confirmed) == (expected.removesuffix("?"), confirmed)
    assert found.zh.startswith(why)


def test_of_a_day_before_looks_kept_their_proof_one_was_enough() -> None:
    for seen, expected in ((None, "missing"), (at(2, 3), "late")):
        then = Seen(first_seen=seen, looks=[Look(at(2, 1), True)], one_look=True)
        found = standing(then, POLICY, 2026, at(2, 4))
        assert (found.name, found.confirmed, found.evidence) == (expected, True, at(2, 1))
        assert found.zh.startswith("2027-02-01完整查看")


@pytest.mark.parametrize(
    ("looks", "why"),
    [
        ([], "没有为它登记栏目"),
        ([fresh(2, 1), fresh(2, 2)], "没有为它登记栏目"),
        ([Look(at(2, 1), False, "unreachable")], "时限后没有完整查看"),
    ],
)
def test_without_a_column_that_may_show_it_nobody_is_missing(looks: list[Look], why: str) -> None:
    found = standing(Seen(looks=looks, covered=False), POLICY, 2026, at(2, 9))
    assert (found.name, found.confirmed) == ("unknown", False)
    assert found.zh.startswith(why)
    assert standing(Seen(looks=looks, covered=False), POLICY, 2026, at(1, 9)).name == "awaiting"


def test_when_the_second_look_is_due() -> None:
    first = standing(Seen(looks=[fresh(2, 1)]), POLICY, 2026, at(2, 1, 12))
    assert second_look_due(first, at(2, 1, 12)) == date(2027, 2, 2)
    assert second_look_due(first, at(2, 5)) == date(2027, 2, 5)
    both = standing(Seen(looks=[fresh(2, 1), fresh(2, 2)]), POLICY, 2026, at(2, 2, 12))
    assert second_look_due(both, at(2, 2, 12)) is None


@many(300, 1000)
@given(seen=SEEN, now=MOMENTS, more=LOOKS, later=st.timedeltas(timedelta(0), timedelta(days=60)))
def test_later_evidence_never_makes_an_on_time_unit_late(
    seen: Seen, now: datetime, more: list[Look], later: timedelta
) -> None:
    if name(seen, now) == "on_time":
        more_seen = Seen(seen.printed, seen.first_seen, None, sorted([*seen.looks, *more]))
        assert name(more_seen, now + later) == "on_time"


@many(300, 1000)
@given(seen=SEEN, now=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=90)))
def test_time_alone_changes_only_what_the_calendar_changes(
    seen: Seen, now: datetime, later: timedelta
) -> None:
    known = Seen(
        seen.printed,
        seen.first_seen if seen.first_seen is not None and seen.first_seen <= now else None,
        None,
        [look for look in seen.looks if look.at <= now],
    )
    first, then = standing(known, POLICY, 2026, now), standing(known, POLICY, 2026, now + later)
    if first.name != then.name:
        assert first.next_change_at is not None
        assert now < first.next_change_at <= now + later


@pytest.mark.parametrize(
    ("state", "days", "name"),
    [
        ("unreachable", 1, "missing"),
        ("unreachable_tls", 7, "missing"),
        ("unreachable", 8, "unknown"),
        ("rate_limited", 2, "missing"),
        ("partial", 1, "unknown"),
        ("blocked_challenge", 1, "unknown"),
        ("js_shell", 1, "unknown"),
        ("structure_changed", 1, "unknown"),
        ("column_gone", 1, "unknown"),
        ("column_moved", 1, "unknown"),
    ],
)
def test_a_proof_lasts_while_nobody_can_see_more(state: str, days: int, name: str) -> None:
    proven = [fresh(2, 1), fresh(2, 2)]
    later = Look(at(2, 2 + days), False, state)
    found = standing(Seen(looks=[*proven, later]), POLICY, 2026, at(2, 3 + days))
    assert found.name == name
    assert name == "missing" or "2027-02-02" in found.zh
    again = [*proven, later, fresh(2, 4 + days)]
    assert standing(Seen(looks=again), POLICY, 2026, at(2, 5 + days)).name == "missing"


def test_a_past_day_is_told_as_it_was_told() -> None:
    looks = [Look(at(2, 1), True), Look(at(2, 2), False, "partial")]
    assert standing(Seen(looks=looks, one_look=True), POLICY, 2026, at(2, 3)).name == "missing"


@pytest.mark.parametrize(
    ("newest", "name"), [(date(2027, 1, 22), "unknown"), (date(2027, 1, 23), "missing")]
)
def test_a_column_into_which_nothing_came_at_last_is_asked_about_first(
    newest: date, name: str
) -> None:
    looks = [fresh(2, 1), fresh(2, 2)]
    found = standing(Seen(looks=looks, still=(newest, 4)), POLICY, 2026, at(2, 3))
    assert (found.name, found.asks) == (name, name == "unknown")
    early = standing(Seen(looks=looks, still=(newest, 4)), POLICY, 2026, at(1, 31))
    assert early.name == "awaiting"


def test_a_column_that_shows_nobody_is_asked_about_first() -> None:
    looks = [fresh(2, 1), fresh(2, 2)]
    found = standing(Seen(looks=looks, unshown=True), POLICY, 2026, at(2, 3))
    assert (found.name, found.confirmed) == ("unknown", False)
    assert "review column" in found.zh
    published = Seen(date(2027, 2, 1), at(2, 2), looks=looks, unshown=True)
    assert standing(published, POLICY, 2026, at(2, 3)).name == "late"
