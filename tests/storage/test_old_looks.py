"""A store of the release before: its looks kept no proof. What was told stays told, and accuses nobody from now on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, func, select

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Listing
from nianbao.crawler.proof import Proof
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.states import State
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh_due
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Column, Event, Look, StandingRow
from nianbao.storage.queries import events
from nianbao.storage.registry import ColumnEntry, CountyEntry, UnitEntry
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, migrate
from tests.worlds.old_stores import Filler, store_of

BEFORE = "0005"
LIST = "http://a.gov.cn/nb/"
TOWNS = {"140999101": "柳树镇", "140999102": "石门镇", "140999103": "老镇"}
COUNTY = CountyEntry(
    "平安县",
    "140999",
    columns=(ColumnEntry(LIST, covers=("towns",)),),
    units=tuple(UnitEntry(name, code) for code, name in TOWNS.items()),
)
REGISTRY = Registry([COUNTY])
CONTENT: dict[str, Any] = {"unreadable": [], "proactive": {}, "requests": {}, "disputes": {}}
THEN = datetime(2024, 2, 10, tzinfo=UTC)
OLD = {"柳树镇": "late", "石门镇": "missing", "老镇": "missing"}


@pytest.fixture
def old(store_url: str) -> Iterator[Engine]:
    with store_of(BEFORE, store_url) as engine:
        yield engine


def fill(engine: Engine) -> None:
    """A hundred looks at a list for all; one town was first seen after the deadline."""
    put = Filler(engine)
    put.county("140999", "平安县", TOWNS)
    put("portal", id="140999", county="140999", host="a.gov.cn")
    put(
        "column", portal="140999", url=LIST, preset="", unit=None, active=True, paged=False,
        fingerprint="known", etag="x",
    )  # fmt: skip
    put("document", url=LIST, sha256="a" * 64, fetched=THEN, status=200, headers={})
    for n in range(100):
        at = datetime(2024, 1, 10, 1, tzinfo=UTC) + timedelta(days=n)
        put("sweep", portal="140999", began=at, ended=at, complete=True, problem="")
        put(
            "look", sweep=n + 1, column=1, at=at, state="ok" if n % 9 else "unchanged", detail="",
            complete=True, read=0, document=1, pages=[],
        )  # fmt: skip
    seen = datetime(2024, 2, 5, tzinfo=UTC)
    put(
        "report_version", unit="140999101", year=2023, number=1, document=1, seen=seen,
        published=None, published_source="", dates=[], content=CONTENT, words="", text="",
        judged=seen,
    )  # fmt: skip
    put(
        "sighting", column=1, url=f"{LIST}1", title="", listed=None, first_seen=seen,
        last_seen=THEN, unit="140999101", year=2023, page="report", review="", settled="",
        resolved=None, before=None, checked=seen, gone=None,
    )  # fmt: skip
    for code, name in TOWNS.items():
        put(
            "standing", unit=code, year=2023, name=OLD[name], quality="", zh="", en="", days=0,
            deadline=date(2024, 1, 31), since=THEN, evidence_at=None, evidence="", url="",
            next_change_at=None,
        )  # fmt: skip


def stood(lines: list[Line]) -> dict[str, tuple[str, bool]]:
    return {line.name: (line.standing.name, line.standing.confirmed) for line in lines}


def told(engine: Engine, moment: datetime) -> dict[str, tuple[str, bool]]:
    with looking(engine) as s:
        return stood(lines_at(s, EVERYTHING, 2023, moment, REGISTRY))


def test_what_was_told_stays_told_and_accuses_nobody_now(old: Engine) -> None:
    fill(old)
    migrate(old)
    with looking(old) as s:
        (begins,) = s.scalars(select(Event.at).where(Event.kind == "proof_begins"))
        assert s.scalar(select(func.count()).where(Look.proof.is_(None), ~Look.fresh)) == 100
        assert s.scalar(select(Column.fingerprint)) is None  # the list is read whole again
        assert set(s.scalars(select(StandingRow.confirmed))) == {True}
    assert told(old, THEN) == {name: (stands, True) for name, stands in OLD.items()}
    assert told(old, begins - timedelta(seconds=1)) == told(old, THEN)
    with looking(old) as s:
        (line,) = (
            each for each in lines_at(s, EVERYTHING, 2023, THEN, REGISTRY) if "石" in each.name
        )
    assert line.standing.zh == "2024-02-09完整查看栏目未见"
    now = begins + timedelta(hours=1)
    assert told(old, now) == dict.fromkeys(OLD, ("unknown", False))
    with looking(old) as s:
        assert stood(lines_now(s, EVERYTHING, 2023, now, REGISTRY)) == told(old, now)
        why = {line.standing.zh for line in lines_at(s, EVERYTHING, 2023, now, REGISTRY)}
    assert why == {"已发布，时间无法核实", "时限后的查看没有留下读全的依据，待再次查看"}


def test_two_looks_from_now_on_accuse_anew(old: Engine, tmp_path: Path) -> None:
    fill(old)
    migrate(old)
    clock = [datetime.now(UTC) + timedelta(hours=1)]
    recorder = Recorder(old, Evidence(tmp_path), lambda: clock[0])
    refresh_due(old, REGISTRY, clock[0])
    page = Answer(url=LIST, status=200, headers={}, body=b"x")
    expected = (("missing", False), ("missing", True))
    for stands in expected:
        clock[0] += timedelta(days=1)
        portal = recorder.register(COUNTY)
        sweep = recorder.begin(portal)
        recorder.look(sweep, 1, Listing(State("ok"), (), answers=(page,), proof=Proof("single")))
        recorder.end(sweep)
        refresh_due(old, REGISTRY, clock[0])
        assert told(old, clock[0])["石门镇"] == stands
        assert told(old, clock[0])["柳树镇"] == ("unknown", False)
    assert told(old, THEN) == {name: (name_of, True) for name, name_of in OLD.items()}
    with looking(old) as s:
        happened = [
            event
            for event in events(s, EVERYTHING)
            if (event.unit, event.year) == ("140999102", 2023)
        ]
    changes = [
        (each.content["from"], each.content["was_confirmed"], each.content["to"])
        for each in happened
    ]
    assert changes[:3] == [
        ("missing", True, "unknown"),
        ("unknown", False, "missing"),
        ("missing", False, "missing"),
    ]


def test_a_look_that_is_unchanged_since_before_proves_nothing(old: Engine, tmp_path: Path) -> None:
    fill(old)
    migrate(old)
    now = datetime.now(UTC) + timedelta(hours=1)
    recorder = Recorder(old, Evidence(tmp_path), lambda: now)
    sweep = recorder.begin(recorder.register(COUNTY))
    recorder.look(sweep, 1, Listing(State("unchanged")))
    assert told(old, now)["石门镇"] == ("unknown", False)


def test_a_store_without_looks_begins_with_proof(old: Engine) -> None:
    migrate(old)
    with looking(old) as s:
        assert not list(s.scalars(select(Event)))


def test_the_way_back(old: Engine) -> None:
    fill(old)
    migrate(old)
    migrate(old, "0005")
    tables = MetaData()
    tables.reflect(old)
    assert "proof" not in tables.tables["look"].columns
    with old.connect() as connection:
        kinds = tables.tables["event"].c.kind
        assert "proof_begins" not in set(connection.scalars(select(kinds)))
    migrate(old)
