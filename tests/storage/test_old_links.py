"""A store of the release before, full of links: what each told is known on, and was known then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.models import Sighting
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.standings import changed_by
from nianbao.storage.store import looking, migrate, session
from nianbao.storage.units import _point_doubts
from tests.worlds.old_stores import Filler, store_of

BEFORE, SINCE = "0005", "0007"
SEEN = datetime(2027, 2, 5, tzinfo=UTC)
CONTENT: dict[str, Any] = {"unreadable": [], "proactive": {}, "requests": {}, "disputes": {}}


@pytest.fixture
def old(store_url: str) -> Iterator[Engine]:
    with store_of(BEFORE, store_url) as engine:
        yield engine


def fill(engine: Engine) -> None:
    """As the release before wrote it: two links to one report, and one that was in doubt."""
    put = Filler(engine)
    put.county("140999", "平安县", {"140999100": "柳树镇", "140999101": "石门镇"})
    put("portal", id="140999", county="140999", host="a.gov.cn")
    put("column", id=1, portal="140999", url="http://a.gov.cn/", preset="", active=True, paged=True)
    told = {"column": 1, "page": "report", "review": "", "settled": "", "checked": SEEN}
    times = {"first_seen": SEEN, "last_seen": SEEN}
    for n, day in enumerate((date(2027, 2, 4), date(2027, 1, 12)), 1):
        link = {
            "url": f"http://a.gov.cn/{n}.html",
            "title": "年报",
            "listed": day,
            "unit": "140999100",
        }
        put("sighting", id=n, year=2026, **told, **times, **link)
    settled = {"resolved": SEEN + timedelta(days=9), "before": [None, None], "year": None}
    link = {"url": "http://a.gov.cn/3.html", "title": "某件", "unit": None, "listed": None}
    put("sighting", id=3, **{**told, "page": "other"}, **times, **settled, **link)
    put(
        "document",
        id=1,
        url="http://a.gov.cn/1.html",
        sha256="a" * 64,
        fetched=SEEN,
        status=200,
        headers={},
    )
    put(
        "report_version", id=1, unit="140999100", year=2026, number=1, document=1, seen=SEEN,
        published=date(2027, 2, 4), published_source="发布时间", dates=[["发布时间", "2027-02-04"]],
        content=CONTENT, words="", text="", judged=SEEN,
    )  # fmt: skip
    put(
        "standing", unit="140999100", year=2026, name="late", quality="clean", zh="", en="", days=4,
        deadline=date(2027, 1, 31), since=SEEN, evidence_at=None, evidence="", url="", next_change_at=None,
    )  # fmt: skip


def facts_of(engine: Engine, as_of: datetime | None = None) -> dict[str, UnitFacts]:
    with looking(engine) as s:
        return {facts.name: facts for facts in unit_facts(s, EVERYTHING, 2026, as_of)}


def test_the_days_that_lists_printed_count_from_now_on(old: Engine) -> None:
    fill(old)
    migrate(old, SINCE)
    migrate(old)
    assert facts_of(old)["柳树镇"].printed == date(2027, 1, 12)
    with looking(old) as s:
        assert changed_by(s, EVERYTHING, SEEN + timedelta(days=90)) == {("140999", 2026)}
        assert [row.may_be for row in s.scalars(select(Sighting).order_by(Sighting.id))] == [[]] * 3


def test_what_was_in_doubt_then_was_in_doubt_then(old: Engine) -> None:
    fill(old)
    migrate(old)
    assert facts_of(old, SEEN + timedelta(days=1))["石门镇"].in_doubt == 1
    assert facts_of(old)["石门镇"].in_doubt == 0


def test_links_that_may_be_a_units_follow_it_to_its_new_code(old: Engine) -> None:
    fill(old)
    migrate(old)
    with session(old) as s:
        row = s.get_one(Sighting, 3)
        row.may_be, row.before = ["140999100"], ["140999100", 2026, "为什么", ["140999100"]]
        s.flush()
        _point_doubts(s, "140999100", "140999101")
        assert row.may_be == ["140999101"]
        assert row.before == ["140999101", 2026, "为什么", ["140999101"]]
