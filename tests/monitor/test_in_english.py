"""Events that were written down in Chinese alone are told in English too, or not at all."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.crawler.states import STATES
from nianbao.monitor.paper.in_english import in_english
from nianbao.monitor.paper.sentences import history_row, what
from nianbao.monitor.standing import Look, Seen, standing
from nianbao.storage.queries import Happened
from nianbao.storage.standings import NO_LONGER_DUE
from tests.amounts import many
from tests.monitor.test_standing import MOMENTS, POLICY, at

LOOKS = st.lists(
    st.sampled_from(sorted(STATES)).flatmap(
        lambda state: st.builds(
            Look,
            MOMENTS,
            st.booleans(),
            st.just(state),
            st.just(STATES[state]),
            st.booleans(),
            st.booleans(),
        )
    ),
    max_size=6,
).map(sorted)
SEEN = st.builds(
    Seen,
    printed=st.none() | st.dates(date(2027, 1, 1), date(2027, 3, 20)),
    first_seen=st.none() | MOMENTS,
    withdrawn=st.none() | MOMENTS,
    looks=LOOKS,
    in_doubt=st.integers(0, 2),
    reprinted=st.booleans(),
    dead=st.integers(0, 1),
    covered=st.booleans(),
    unshown=st.booleans(),
    one_look=st.booleans(),
    vanished=st.none() | MOMENTS,
)


@many(400, 1500)
@given(seen=SEEN, now=MOMENTS)
def test_every_reason_is_told_in_english_as_it_is_today(seen: Seen, now: datetime) -> None:
    found = standing(seen, POLICY, 2026, now)
    assert in_english(found.zh) == found.en


@pytest.mark.parametrize(
    "seen",
    [
        Seen(in_doubt=2),
        Seen(dead=1),
        Seen(covered=False),
        Seen(unshown=True, looks=[Look(at(2, 1), True)]),
        Seen(looks=[Look(at(2, 1), True), Look(at(2, 2), False, "login_required", STATES["login_required"])]),
        Seen(looks=[Look(at(2, 1), True, untimed=True)]),
        Seen(looks=[Look(at(2, 1), False, untimed=True)]),
    ],
)  # fmt: skip
def test_each_of_the_rare_reasons_too(seen: Seen) -> None:
    found = standing(seen, POLICY, 2026, at(2, 3))
    assert in_english(found.zh) == found.en != ""


def event(**content: object) -> Happened:
    said = {"from": "awaiting", "to": "missing", "confirmed": True, **content}
    return OLD._replace(content=said)


OLD = Happened(1, at(2, 2), "standing", "140999101", "柳树镇", "140999", "平安县", 2026, {})


def test_an_old_event_says_why_in_english() -> None:
    old = event(why="2027-02-01、2027-02-02完整查看栏目未见")
    assert what(old, "en").endswith("(complete looks on 2027-02-01 and 2027-02-02 did not show it)")
    assert "(complete looks" in history_row(old)["what_en"]
    assert "refused by a firewall" in what(
        event(why="时限后没有完整查看（最近一次：blocked_waf）"), "en"
    )


def test_what_is_written_down_in_english_stays_as_it_is() -> None:
    assert what(event(why="没有查看记录", why_en="as it was"), "en").endswith("(as it was)")


def test_what_is_not_known_is_not_told() -> None:
    for why in (
        "某县另有规定",
        "2027-02-01首次监测到，又",
        "时限后没有完整查看（最近一次：改版中）",
        "",
    ):
        assert in_english(why) == ""
    assert in_english(NO_LONGER_DUE[0]) == NO_LONGER_DUE[1]
