"""The log of decisions: every tampering is found and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update

from nianbao.storage.audit import chain_faults, entries, faults, note
from nianbao.storage.chain import BEGINNING, Said, as_told, digest_of
from nianbao.storage.decisions import check_column, decide
from nianbao.storage.models import (
    AuditEntry,
    Column,
    Decision,
    Event,
    Portal,
    Region,
    Sighting,
    Unit,
)
from nianbao.storage.settling import settle
from nianbao.storage.store import looking, migrate, open_store, session
from tests.worlds.commands import run_here
from tests.worlds.old_stores import Filler, store_of

NOW = datetime(2027, 2, 1, 9, 30, 15, 123456, tzinfo=UTC)
URL = "http://a.gov.cn/nb/"


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    opened = open_store(store_url)
    with session(opened) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Unit(id="140999101", county="140999", name="柳树镇", kind="town"))
        s.add(Portal(id="140999", county="140999", host="a.gov.cn"))
        s.flush()
        s.add(Column(id=1, portal="140999", url=URL, preset="", unit=None))
        s.flush()
        s.add(
            Sighting(
                id=1, column=1, url=f"{URL}1.html", title="年报", first_seen=NOW, last_seen=NOW,
                review="which year?", unit="140999101",
            )
        )  # fmt: skip
    yield opened
    migrate(opened, "base")
    opened.dispose()


def decided(engine: Engine) -> None:
    """Five decisions of all kinds."""
    decide(engine, "exempt", "柳树镇", 2026, who="王科长", why="新设", now=NOW)
    decide(engine, "note", "柳树镇", None, who="李", why="已电话联系", now=NOW + timedelta(hours=1))
    settle(
        engine, 1, who="王科长", why="看过", now=NOW + timedelta(hours=2), unit="柳树镇", year=2026
    )
    check_column(
        engine, URL, 2026, who="李", why="已核对", now=NOW + timedelta(hours=3), undo=False
    )
    decide(engine, "cleared", "柳树镇", 2026, who="王科长", why="", now=NOW + timedelta(hours=4))


def told(engine: Engine) -> list[tuple[int, str]]:
    with looking(engine) as s:
        return [(fault.number, fault.en) for fault in faults(s)]


def test_every_decision_has_an_entry(engine: Engine) -> None:
    decided(engine)
    with looking(engine) as s:
        found = [(each["number"], each["who"], each["action"]) for each in entries(s)]
        assert next(entries(s))["previous"] == BEGINNING
    assert found == [
        (1, "王科长", "exempt"),
        (2, "李", "note"),
        (3, "王科长", "settle"),
        (4, "李", "column"),
        (5, "王科长", "cleared"),
    ]
    assert told(engine) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(AuditEntry).where(AuditEntry.number == 2).values(who="张"), [(2, "was changed")]),
        (
            update(AuditEntry).where(AuditEntry.number == 2).values(at=NOW),
            [(2, "was changed")],
        ),
        (
            update(AuditEntry).where(AuditEntry.number == 1).values(content={}),
            [(1, "was changed"), (0, "decision 1 has no entry")],
        ),
        (
            delete(AuditEntry).where(AuditEntry.number == 2),
            [(2, "is missing"), (0, "decision 2 has no entry")],
        ),
        (
            delete(AuditEntry).where(AuditEntry.number == 1),
            [(1, "is missing"), (0, "decision 1 has no entry")],
        ),
        (
            delete(AuditEntry).where(AuditEntry.number == 5),
            [(0, "decision 4 has no entry")],
        ),
        (
            delete(Decision).where(Decision.id == 1),
            [(1, "its decision is there no longer")],
        ),
        (
            update(Decision).where(Decision.id == 1).values(who="张"),
            [(1, "its decision was changed in the database")],
        ),
        (
            update(Decision).where(Decision.id == 3).values(year=2025),
            [(4, "its decision was changed in the database")],
        ),
        (
            delete(Event).where(Event.kind == "settled"),
            [(3, "its decision is there no longer")],
        ),
    ],
)
def test_what_was_changed_is_named(engine: Engine, change: Any, found: list[Any]) -> None:
    decided(engine)
    with session(engine) as s:
        s.execute(change)
    assert told(engine) == found


def test_two_that_changed_places(engine: Engine) -> None:
    decided(engine)
    with session(engine) as s:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            s.execute(update(AuditEntry).where(AuditEntry.number == old).values(number=new))
    assert [number for number, _ in told(engine)] == [2, 3, 4]


def test_a_decision_that_nobody_wrote_down(engine: Engine) -> None:
    decided(engine)
    with session(engine) as s:
        s.add(Decision(unit="140999101", year=2026, verdict="exempt", who="?", why="?", at=NOW))
    assert told(engine) == [(0, "decision 5 has no entry")]


def written_anew(engine: Engine, leave_out: int) -> None:
    """A chain that fits in itself, without one entry."""
    with session(engine) as s:
        rows = list(s.scalars(select(AuditEntry).order_by(AuditEntry.number)))
        kept = [row for row in rows if row.number != leave_out]
        said = [Said(row.at, row.who, row.action, row.about, row.content) for row in kept]
        s.execute(delete(AuditEntry))
        s.execute(delete(Decision).where(Decision.id == leave_out))
        s.flush()
        s.expunge_all()
        for each in said:
            note(s, each.at, each.who, each.action, each.about, each.content)


def test_a_chain_written_anew_is_told_by_an_export(engine: Engine) -> None:
    decided(engine)
    with looking(engine) as s:
        exported = list(entries(s))
    written_anew(engine, 2)
    assert told(engine) == []
    with looking(engine) as s:
        against = [(fault.number, fault.en) for fault in faults(s, exported)]
    assert against == [
        *((number, "is not what was exported") for number in (2, 3, 4)),
        (5, "was exported and is gone"),
    ]


def test_many_at_once_make_one_chain(engine: Engine) -> None:
    def write(who: str) -> None:
        for n in range(5):
            decide(engine, "note", "柳树镇", None, who=who, why=str(n), now=NOW)

    writers = [Thread(target=write, args=(who,)) for who in "甲乙丙丁"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with looking(engine) as s:
        assert len(list(entries(s))) == 20
    assert told(engine) == []


@given(st.lists(st.text(), min_size=2, max_size=8), st.data())
def test_any_change_of_a_chain_is_found(words: list[str], draw: st.DataObject) -> None:
    chain, previous = [], BEGINNING
    for number, word in enumerate(words, 1):
        entry = as_told(number, Said(NOW, word, "note", word, {"why": word}), previous)
        previous = digest_of(entry)
        chain.append(entry | {"digest": previous})
    assert not list(chain_faults(chain))
    at = draw.draw(st.integers(0, len(chain) - 2))
    key = draw.draw(st.sampled_from(("who", "action", "about", "previous", "digest")))
    changed = [dict(entry) for entry in chain]
    changed[at][key] += "x"
    assert next(chain_faults(changed)).number in (at + 1, at + 2)
    assert list(chain_faults(chain[:at] + chain[at + 1 :]))


def test_what_was_decided_before_is_taken_over(store_url: str) -> None:
    with store_of("0007", store_url) as old:
        put = Filler(old)
        put.county("140999", "平安县", {"140999101": "柳树镇"})
        for n, verdict in enumerate(("exempt", "note", "cleared")):
            put(
                "decision", fingerprint="", unit="140999101", year=2025, verdict=verdict,
                who="王", why=f"理由{n}", at=NOW + timedelta(days=n),
            )  # fmt: skip
        content = {"url": URL, "who": "李", "why": "看过", "report": True, "link": 7, "taken": {}}
        content |= {"undone": False, "answer": "is_it"}
        put(
            "event", at=NOW + timedelta(hours=1), kind="settled", unit="140999101", year=2025,
            content=content,
        )  # fmt: skip
        migrate(old)
        assert told(old) == []
        with looking(old) as s:
            found = [(each["action"], each["content"]["taken_over"]) for each in entries(s)]
        assert found == [(action, True) for action in ("exempt", "settle", "note", "cleared")]
        decide(old, "note", "柳树镇", None, who="张", why="新", now=NOW + timedelta(days=9))
        assert told(old) == []


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = f"sqlite:///{tmp_path}/n.db"
    opened = open_store(store)
    with session(opened) as s:
        for n in range(3):
            note(s, NOW + timedelta(days=n), "王科长", "note", "柳树镇", {"why": f"{n}"})
    well = run_here(tmp_path, "audit", "verify", "--store", store)
    assert (well.returncode, "3 条，问题 0 个" in well.stdout) == (0, True)
    wrote = run_here(tmp_path, "audit", "export", "log.jsonl", "--store", store)
    assert wrote.returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert lines[1]["previous"] == lines[0]["digest"]
    with session(opened) as s:
        s.execute(delete(AuditEntry).where(AuditEntry.number == 3))
    cut = run_here(tmp_path, "audit", "verify", "--store", store)
    assert cut.returncode == 0  # nothing in the chain tells
    against = ("audit", "verify", "--against", "log.jsonl", "--store", store)
    told_of = run_here(tmp_path, *against)
    assert (told_of.returncode, "第 3 条：导出时有，现在没有" in told_of.stderr) == (1, True)
    (tmp_path / "log.jsonl").write_text("{", encoding="utf-8")
    assert run_here(tmp_path, *against).returncode == 2
    opened.dispose()
