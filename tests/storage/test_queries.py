"""The same county, swept, judged, decided on and told of, gives the same answers on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import Reader
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.daemon import Work, scheduler_of
from nianbao.monitor.health import health, metrics
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh, refresh_due
from nianbao.monitor.mail.digest import Composed
from nianbao.monitor.mail.outbox import build, deliver, message_id
from nianbao.monitor.mail.weekly import draft, queue_alerts, queue_digests
from nianbao.monitor.settings import Alerts, Digest, Mail, Recipient, Settings
from nianbao.storage import lease
from nianbao.storage.decisions import check_column, decide
from nianbao.storage.evidence import Evidence
from nianbao.storage.facts import unit_facts
from nianbao.storage.models import Lease
from nianbao.storage.outbox import queue
from nianbao.storage.queries import events, findings, passages, portals, reports
from nianbao.storage.registry import CountyEntry, load_county
from nianbao.storage.scope import EVERYTHING, Scope, of_county
from nianbao.storage.standings import rows_of
from nianbao.storage.store import looking, open_store, session
from nianbao.storage.units import units_named
from tests.portals.server import running
from tests.portals.ten import TEN
from tests.worlds.mailbox import receiving
from tests.worlds.stores import emptied

NOW = datetime(2025, 2, 10, 1, tzinfo=UTC)  # a Monday, past the deadline of 2024


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_store(store_url)
    yield opened
    with opened.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS scheduled")
    emptied(opened)


def test_two_senders_at_once_send_each_mail_once(engine: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with receiving() as box:
        mail = Mail("127.0.0.1", box.port, "none", sender="a@b.example", per_minute=6000)
        with session(engine) as s:
            for n in range(30):
                to = f"r{n}@x.example"
                mark = message_id("digest", str(n), to, mail.sender)
                body = build(
                    Composed("标题", "正文\n", "<p>正文</p>", {}), mail.sender, to, mark, NOW
                )
                assert queue(s, "digest", to, mark, "标题", body, NOW)
                moved = message_id("digest", str(n), to, "office@elsewhere.example")
                assert not queue(
                    s, "digest", to, moved, "标题", body, NOW
                )  # the office's address changed since
        with ThreadPoolExecutor(3) as pool:
            done = [pool.submit(deliver, engine, mail, "", lambda: NOW) for _ in range(3)]
        assert sum(each.result().sent for each in done) == 30
        assert len(box.ids()) == len(set(box.ids())) == 30


def test_an_address_that_cannot_be_written_is_refused_and_stops_no_other(engine: Engine) -> None:
    with receiving() as box:
        mail = Mail("127.0.0.1", box.port, "none", sender="a@b.example", per_minute=6000)
        with session(engine) as s:
            for to in ("李@x.example", "b@x.example"):
                queue(
                    s,
                    "digest",
                    to,
                    message_id("digest", "1", to, mail.sender),
                    "标题",
                    b"Subject: x\r\n\r\nx",
                    NOW,
                )
        told = deliver(engine, mail, "", lambda: NOW)
        assert (told.sent, told.refused, told.waiting) == (1, 1, 0)


def swept(engine: Engine, folder: Path, url: str, name: str, code: str) -> CountyEntry:
    file = folder / f"{name}.yaml"
    file.write_text(TEN[name]().yaml(url, code).replace("北沟县", f"{name}县"), encoding="utf-8")
    entry = load_county(file)
    evidence = Evidence(folder / "evidence")
    look_once(Recorder(engine, evidence, lambda: NOW), entry)
    with Reader(children=1) as reader:
        judge_county(engine, evidence, reader, entry, NOW)
    check_column(engine, url, 2024, who="张三", why="打开看过", now=NOW, undo=False)
    refresh(engine, Registry([entry]), [entry], NOW)
    return entry


def test_everything_is_answered_alike(engine: Engine, tmp_path: Path) -> None:
    with (
        running(TEN["beigou"]().portal) as one,
        running(TEN["xiaohe"]().portal) as two,
        receiving() as box,
    ):
        entries = [
            swept(engine, tmp_path, one.url, "beigou", "990101"),
            swept(engine, tmp_path, two.url, "xiaohe", "990102"),
        ]
        settings = Settings(mail=Mail("127.0.0.1", box.port, "none", sender="a@b.example", per_minute=6000),
                            digest=Digest("mon", "08:30"), alerts=Alerts(on=True),
                            recipients=(Recipient("city@x.example", "city:9901", "en"), Recipient("all@x.example")))  # fmt: skip
        with looking(engine) as s:
            names = {(row.unit_name, row.kept.name) for row in rows_of(s, EVERYTHING, 2024)}
            assert {("北沟镇", "on_time"), ("南沟镇", "on_time"), ("大沟乡", "missing")} <= names
            of_second = rows_of(s, of_county("990102"), 2024, ("missing",))
            assert {row.unit_name for row in of_second} == {
                "大沟乡",
                "上坝乡",
                "中坝乡",
                "下坝乡",
            }
            own = Scope((), ("990101-北沟镇",), ("990101",))
            assert [row.unit_name for row in rows_of(s, own, 2024)] == ["北沟镇"]
            assert {each.county for each in unit_facts(s, Scope(("9901",)), 2024)} == {
                "990101",
                "990102",
            }
            assert {each.county for each in unit_facts(s, of_county("990102"), 2024)} == {"990102"}
            assert [unit.county_name for unit in units_named(s, "北沟镇")] == ["beigou县"]
            assert len(list(reports(s, EVERYTHING, 2024))) == 5
            assert {each.year for each in reports(s, own)} == {2023, 2024}
            of_text = passages(s, EVERYTHING, "主动公开")
            assert {each.unit.name for each in of_text} >= {"北沟镇"}
            assert list(passages(s, EVERYTHING, "%_")) == []
            assert len(portals(s, Scope(("9901",)))) == 2
            assert len(portals(s, own)) == 1
            assert events(s, of_county("990101"), NOW - timedelta(days=1), NOW, ("published",))
            found = findings(s, EVERYTHING, 2024)
            then = unit_facts(s, EVERYTHING, 2024, NOW - timedelta(days=1))
            assert all(each.first_seen is None and not each.looks for each in then)
        decide(engine, "exempt", "大沟乡", 2024, who="张三", why="撤并", now=NOW)
        if found:
            decide(engine, "waived", found[0].fingerprint, None, who="张三", why="核实", now=NOW)
        registry = Registry(entries)
        refresh_due(engine, registry, NOW)
        with looking(engine) as s:
            missing = rows_of(s, EVERYTHING, 2024, ("missing",))
            assert "大沟乡" not in {row.unit_name for row in missing}
            wide = draft(s, Recipient("x@y.example", "city:9901"), NOW, settings, registry)
            assert {line.name for line in wide.year.lines} >= {"北沟镇", "小河镇"}
            assert [county.name for county in wide.year.by_county] == ["beigou县", "小河县"]
            assert "各县（市、区）进度" in wide.composed.text
        assert queue_digests(engine, settings, registry, NOW) == 2
        assert queue_digests(engine, settings, registry, NOW + timedelta(hours=3)) == 0
        first = queue_alerts(engine, settings, registry, NOW)
        assert queue_alerts(engine, settings, registry, NOW) == []
        assert isinstance(first, list)
        assert deliver(engine, settings.mail, "", lambda: NOW).sent == len(box.taken) >= 2
        told = health(engine, NOW)
        assert (told.columns, told.daemon, told.mail["sent"]) == (2, "", len(box.taken))
        assert b'nianbao_units{standing="on_time"} 5.0' in metrics(told)
    scheduler = scheduler_of(Work(engine, settings, tmp_path))
    scheduler.start(paused=True)
    assert {job.id for job in scheduler.get_jobs()} == {"standings", "sweeps", "tell"}
    scheduler.shutdown(wait=False)


def test_a_lease_is_held_by_one_and_lapses(engine: Engine) -> None:
    def clock() -> datetime:
        return NOW

    lease.take(engine, "daemon", clock, timedelta(minutes=1))
    lease.take(engine, "daemon", clock, timedelta(minutes=1))  # renewed
    assert lease.holder_of(engine, "daemon", NOW) == lease.me()
    with session(engine) as s:
        s.get_one(Lease, "daemon").holder = "elsewhere:1"
    lease.vouch(engine, "daemon", "elsewhere:1")
    with pytest.raises(lease.HeldError, match="elsewhere"):
        lease.take(engine, "daemon", clock, timedelta(minutes=1))
    assert lease.holder_of(engine, "daemon", NOW + timedelta(minutes=2)) == ""
    lease.take(engine, "daemon", lambda: NOW + timedelta(minutes=2), timedelta(minutes=1))
    lease.give_back(engine, "daemon")
    assert lease.holder_of(engine, "daemon", NOW) == ""


def test_a_lease_says_since_when_and_its_last_sign_of_life(engine: Engine) -> None:
    def held(minutes: float) -> lease.Held | None:
        with looking(engine) as s:
            return lease.held_by(s, "daemon", NOW + timedelta(minutes=minutes))

    def take(minutes: float) -> None:
        moment = NOW + timedelta(minutes=minutes)
        lease.take(engine, "daemon", lambda: moment, timedelta(minutes=1))

    assert held(0) is None
    take(0)
    take(0.5)
    on = NOW + timedelta(minutes=0.5)
    assert held(1) == lease.Held(lease.me(), True, NOW, on)
    assert held(3) == lease.Held(lease.me(), False, NOW, on)  # died, and gave nothing back
    take(3)
    assert held(3) == lease.Held(lease.me(), True, *[NOW + timedelta(minutes=3)] * 2)
    lease.give_back(engine, "daemon")
    assert held(4) is None
