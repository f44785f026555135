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
from sqlalchemy import Engine, delete, select, text, update

from nianbao.storage.adopting import Bringing, take_back, write_down
from nianbao.storage.audit import (
    chain_faults,
    entries,
    faults,
    note,
    note_put_back,
    saying_less,
)
from nianbao.storage.chain import BEGINNING, Said, as_told, digest_of
from nianbao.storage.decisions import check_column, decide
from nianbao.storage.findings import mark_of
from nianbao.storage.models import (
    Adoption,
    AuditEntry,
    Column,
    Decision,
    Document,
    Event,
    FindingRow,
    Portal,
    Region,
    ReportVersion,
    Sighting,
    Unit,
)
from nianbao.storage.registry import CountyEntry, UnitEntry
from nianbao.storage.settling import settle
from nianbao.storage.store import looking, migrate, open_store, session
from nianbao.storage.units import register_units
from tests.worlds.commands import run_here
from tests.worlds.old_stores import Filler, store_of
from tests.worlds.stores import emptied

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
    emptied(opened)


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


CHANGED = "its decision was changed in the database"


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (update(Decision).where(Decision.id == 1).values(unit="140999102"), 1),
        (update(Decision).where(Decision.id == 1).values(unit=None), 1),
        (update(Decision).where(Decision.id == 1).values(fingerprint="0123456789abcdef0123"), 1),
        (update(Decision).where(Decision.id == 1).values(at=NOW - timedelta(days=9)), 1),
        (update(Decision).where(Decision.id == 3).values(fingerprint="column 2 2026"), 4),
        (update(Event).where(Event.kind == "settled").values(unit="140999102"), 3),
        (update(Event).where(Event.kind == "settled").values(year=2025), 3),
        (update(Event).where(Event.kind == "settled").values(at=NOW - timedelta(days=9)), 3),
        (
            update(Event)
            .where(Event.kind == "settled")
            .values(content={"who": "王科长", "why": "看过", "link": 2, "answer": "unit"}),
            3,
        ),
        (update(Adoption).values(unit="140999102"), 6),
        (update(Adoption).values(url="http://b.gov.cn/"), 6),
        (update(Adoption).values(title="别的"), 6),
        (update(Adoption).values(at=NOW), 6),
        (update(Adoption).values(ended=NOW + timedelta(days=1)), 6),
    ],
)
def test_what_is_about_another_now_is_named(engine: Engine, change: Any, number: int) -> None:
    decided(engine)
    with session(engine) as s:
        s.add(Unit(id="140999102", county="140999", name="小河乡", kind="town"))
        said = Bringing("140999101", 2026, f"{URL}2.html", "年报", "李", "已核对", insisted=False)
        write_down(s, said, "0" * 64, NOW + timedelta(hours=5))
    assert told(engine) == []
    with session(engine) as s:
        s.execute(change)
    assert told(engine) == [(number, CHANGED)]


def test_what_was_taken_back_and_is_there_again(engine: Engine) -> None:
    with session(engine) as s:
        said = Bringing("140999101", 2026, f"{URL}2.html", "年报", "李", "已核对", insisted=False)
        write_down(s, said, "0" * 64, NOW)
        take_back(s, "140999101", 2026, said.url, who="李", why="不对", now=NOW + timedelta(days=1))
    assert told(engine) == []
    for ended in (None, NOW):
        with session(engine) as s:
            s.execute(update(Adoption).values(ended=ended))
        assert told(engine) == [(2, CHANGED)]


def county_of(*units: tuple[str, str]) -> CountyEntry:
    entries = tuple(UnitEntry(name, code, (), "town") for name, code in units)
    return CountyEntry("平安县", "140999", units=entries)


def test_a_unit_that_has_another_key_takes_its_decisions_along(engine: Engine) -> None:
    """Also where two change places, and a finding's mark becomes another one."""
    decided(engine)
    later = NOW + timedelta(days=1)
    with session(engine) as s:
        s.add(Unit(id="140999102", county="140999", name="小河乡", kind="town"))
        document = Document(url=f"{URL}1.html", sha256="0" * 64, status=200, fetched=NOW)
        s.add(document)
        s.flush()
        version = ReportVersion(
            unit="140999101", year=2026, number=1, document=document.id, seen=NOW, content={},
        )  # fmt: skip
        s.add(version)
        s.flush()
        mark = mark_of("140999101", "basis")
        s.add(
            FindingRow(
                report=version.id, rule="F01", severity="error", basis="basis", fingerprint=mark,
                content={}, since=NOW,
            )
        )  # fmt: skip
    decide(engine, "waived", mark, None, who="李", why="已核对", now=later)
    decide(engine, "note", "小河乡", None, who="李", why="已联系", now=later)
    swapped = county_of(("柳树镇", "140999102"), ("小河乡", "140999101"))
    with session(engine) as s:
        register_units(s, swapped, later)
    assert told(engine) == []
    with session(engine) as s:
        rows = {row.id: row for row in s.scalars(select(Decision))}
        assert (rows[1].unit, rows[6].unit) == ("140999102", "140999101")
        assert rows[5].fingerprint == mark_of("140999102", "basis")
        rows[1].unit = "140999101"  # as it was told, and is no longer
    assert told(engine) == [(1, CHANGED)]


def test_moments_that_a_wrong_clock_told_are_put_back(engine: Engine) -> None:
    decided(engine)
    now = NOW + timedelta(hours=1, minutes=30)
    with session(engine) as s:
        note_put_back(s, now, now, NOW)
        s.execute(update(Decision).where(Decision.at > now).values(at=NOW))
        s.execute(update(Event).where(Event.at > now).values(at=NOW))
    assert told(engine) == []
    with session(engine) as s:
        s.execute(update(Decision).where(Decision.id == 4).values(at=now))
    assert told(engine) == [(5, CHANGED)]


def test_entries_from_before_are_verified_as_far_as_they_say(engine: Engine) -> None:
    with session(engine) as s:
        row = Decision(unit="140999101", year=2026, verdict="exempt", who="王", why="旧", at=NOW)
        s.add(row)
        s.flush()
        content = {"decision": row.id, "verdict": "exempt", "year": 2026, "why": "旧"}
        note(s, NOW, "王", "exempt", "140999101", content)
        note(s, NOW, "王", "clock_right", "1", {"why": "", "looks": 1})  # about no row
    decided(engine)
    with looking(engine) as s:
        assert saying_less(entries(s)) == 1
    with session(engine) as s:
        s.execute(update(Decision).where(Decision.id == 1).values(unit=None, at=NOW))
    assert told(engine) == []
    with session(engine) as s:
        s.execute(update(Decision).where(Decision.id == 1).values(why="新"))
    assert told(engine) == [(1, CHANGED)]


@pytest.mark.parametrize("content", ["{", "[]", "null", "1", '"x"', "{}", "", "[" * 100_000])
def test_content_that_is_none_is_a_finding(tmp_path: Path, content: str) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/n.db")
    with session(opened) as s:
        for n in range(3):
            note(s, NOW, "王", "note", "柳树镇", {"why": str(n)})
        put = text("UPDATE audit SET content = :content WHERE number = 2")
        s.execute(put, {"content": content})
    assert [number for number, _ in told(opened)] == [2]
    opened.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET at = 'yesterday' WHERE number = 2",
        "UPDATE audit SET who = x'ff' WHERE number = 2",
        "UPDATE audit SET who = CAST(x'ff' AS TEXT) WHERE number = 2",
        "UPDATE audit SET about = 7 WHERE number = 2",
        "UPDATE decision SET at = 'yesterday' WHERE id = 2",
        "UPDATE decision SET who = CAST(x'ff' AS TEXT) WHERE id = 2",
        "UPDATE event SET content = '{' WHERE kind = 'settled'",
        "UPDATE event SET content = '[]' WHERE kind = 'settled'",
    ],
)
def test_a_row_that_nobody_can_read_is_a_finding(engine: Engine, change: str) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("its columns hold what is of their kind")
    decided(engine)
    with session(engine) as s:
        s.execute(text(change))
    assert {number for number, _ in told(engine)} - {0} == {3 if "event" in change else 2}


@pytest.mark.parametrize(
    "content",
    [
        {"decision": [1]},
        {"decision": "1"},
        {"decision": 1},
        {"adoption": 1, "whole": True},
        {"event": {}, "undone": 7},
        {"decision": 1, "whole": True, "unit": [], "mark": []},
    ],
)
def test_an_entry_that_lacks_keys_is_a_finding(engine: Engine, content: dict[str, Any]) -> None:
    """Somebody wrote it who knows how entries are bound."""
    with session(engine) as s:
        s.add(Decision(unit="140999101", year=2026, verdict="exempt", who="?", why="?", at=NOW))
        s.flush()
        note(s, NOW, "王", "exempt", "柳树镇", content)
        note(s, NOW, "", "moved", "", {"marks": 3})
        note(s, NOW, "", "put_back", "", {"rows": [], "later_than": 3})
    assert told(engine)


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
    for words in ("{", "[]", "7", '{"number": "1"}', "[" * 100_000):
        (tmp_path / "log.jsonl").write_text(words, encoding="utf-8")
        assert run_here(tmp_path, *against).returncode == 2
    with session(opened) as s:
        s.execute(text("UPDATE audit SET content = '{' WHERE number = 2"))
    unread = run_here(tmp_path, "audit", "verify", "--store", store)
    assert (unread.returncode, "第 2 条：内容无法读取" in unread.stderr) == (1, True)
    assert "Traceback" not in unread.stderr
    opened.dispose()
