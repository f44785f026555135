"""Steps and doors: an old store gets them, each is written into the log, and none is told twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from nianbao.storage.audit import CHANGED, GONE, entries, faults, note_letter, saying_less
from nianbao.storage.decisions import decide
from nianbao.storage.doors import door_of, give, guessed, opens_at, revoke
from nianbao.storage.models import Door, Outgoing, Region, Step, Unit
from nianbao.storage.outbox import queue
from nianbao.storage.people import By
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, migrate, open_store, session
from nianbao.storage.ways import (
    MOST_A_DAY,
    New,
    WayError,
    answer,
    decision_on,
    known,
    letter_sent,
    note_sent,
    settle,
    take_back,
)
from tests.worlds.stores import emptied

NOW = datetime(2027, 2, 4, 8, tzinfo=UTC)
UNIT, BY = "140999100", By("王某", NOW)
KEY = "F01.0123456789"
SAID = New(UNIT, 2026, "appealed", "某镇", [KEY], "没有错")


def with_unit(url: str):  # type: ignore[no-untyped-def]
    engine = open_store(url)
    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county"))
        s.flush()
        s.add(Unit(id=UNIT, name="某镇", kind="town", county="140999"))
    return engine


def test_an_old_store_is_upgraded_with_what_it_knew(tmp_path: Path, world_url: str) -> None:
    engine = with_unit(world_url)
    with session(engine) as s:
        note_letter(s, NOW, "王某", UNIT, 2026, "催办", b"letter")
        queue(s, "digest", "a@example.cn", "<1@example.cn>", "周报", b"", NOW)
    decide(engine, "exempt", UNIT, 2026, who="王某", why="新设", now=NOW)
    migrate(engine, "0015")
    assert not {"step", "door"} & {*inspect(engine).get_table_names()}
    engine.dispose()
    engine = open_store(world_url)
    with looking(engine) as s:
        assert list(s.scalars(select(Step))) == list(s.scalars(select(Door))) == []
        assert len(list(s.scalars(select(Outgoing)))) == 1
        assert [each["action"] for each in entries(s)] == ["letter", "exempt"]
        assert list(faults(s)) == []
    with session(engine) as s:
        assert answer(s, SAID, NOW) == 1
        assert door_of(s, give(s, UNIT, 2026, NOW + timedelta(days=1), BY)) is not None
    with looking(engine) as s:
        assert list(faults(s)) == []
    emptied(engine)


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    return with_unit(f"sqlite:///{tmp_path}/n.db")


def test_the_same_answer_is_one_and_many_are_bounded(store) -> None:  # type: ignore[no-untyped-def]
    with session(store) as s:
        assert answer(s, SAID, NOW) == answer(s, SAID, NOW)
        for n in range(MOST_A_DAY - 1):
            answer(s, SAID._replace(words=f"{n}"), NOW)
        with pytest.raises(WayError):
            answer(s, SAID._replace(words="more"), NOW)
        answer(s, SAID._replace(words="more"), NOW + timedelta(days=1))
        for wrong in (
            SAID._replace(words=" "),
            SAID._replace(faults=[]),
            SAID._replace(kind="accepted"),
        ):
            with pytest.raises(WayError):
                answer(s, wrong, NOW)
        for _ in range(2):
            note_sent(s, New(UNIT, 2026, "sent", "王某", [KEY], "电话"), NOW)
        told = known(s, EVERYTHING, 2026).said
        assert sum(each.kind == "sent" for each in told) == 1


def test_a_decision_on_an_answer_is_taken_back_as_it_was(store) -> None:  # type: ignore[no-untyped-def]
    with session(store) as s:
        number = answer(s, SAID, NOW)
        with pytest.raises(WayError):
            settle(s, number, "rejected", "王某", " ", [], NOW)
        with pytest.raises(WayError):
            settle(s, number, "accepted", "王某", "是", [], NOW)
        settle(s, number, "rejected", "王某", "仍有错", [], NOW)
        settle(s, number, "rejected", "王某", "仍有错", [], NOW)
        with pytest.raises(WayError):
            settle(s, number, "accepted", "王某", "是", ["a" * 20], NOW)
        held = decision_on(s, number)
        assert held is not None
        assert (held.kind, held.words) == ("rejected", "仍有错")
        take_back(s, number, "李某", NOW)
        take_back(s, number, "李某", NOW)
        assert decision_on(s, number) is None
        kinds = [each.kind for each in known(s, EVERYTHING, 2026).said]
        assert kinds == ["appealed", "rejected", "undone"]
        assert list(faults(s)) == []


def test_of_a_link_only_a_hash_is_kept_and_it_ends(store) -> None:  # type: ignore[no-untyped-def]
    with session(store) as s:
        secret = give(s, UNIT, 2026, NOW + timedelta(days=1), BY)
        (row,) = s.scalars(select(Door))
        assert secret not in repr(row.__dict__) + repr(list(entries(s)))
        given = door_of(s, secret)
        assert given is not None
        assert (given.unit, given.county) == (UNIT, "140999")
        assert given.holds(NOW)
        assert not given.holds(NOW + timedelta(days=1))
        for other in ("", secret[:-1], f"{secret} ", "é" * 43, "x" * 10_000):
            assert door_of(s, other) is None
        assert revoke(s, UNIT, 2026, BY) == 1
        assert revoke(s, UNIT, 2026, BY) == 0
        ended = door_of(s, secret)
        assert ended is not None
        assert not ended.holds(NOW)


def test_guesses_of_an_address_wait_and_nobody_else(store) -> None:  # type: ignore[no-untyped-def]
    with session(store) as s:
        for _ in range(8):
            guessed(s, "192.0.2.1", NOW)
        assert opens_at(s, "192.0.2.1", NOW) > NOW
        assert opens_at(s, "192.0.2.2", NOW) <= NOW


def changed(row: Step, **to: object) -> None:
    for name, value in to.items():
        setattr(row, name, value)


@pytest.mark.parametrize(
    ("number", "to"),
    [
        (1, {"words": "我们错了"}),
        (1, {"kind": "mended"}),
        (1, {"file": "0" * 64}),
        (1, {"at": NOW - timedelta(days=3)}),
        (2, {"who": "李某"}),
        (2, {"kind": "accepted"}),
        (3, {"faults": []}),
        (3, {"words": "另一封信"}),
    ],
)
def test_a_step_that_was_changed_is_named(
    tmp_path: Path, number: int, to: dict[str, object]
) -> None:
    engine = with_unit(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        answer(s, SAID, NOW)
        settle(s, 1, "rejected", "王某", "确有错误", [], NOW)
        letter_sent(s, New(UNIT, 2026, "sent", "王某", [KEY], "信文", name="整改"), b"letter", NOW)
    with session(engine) as s:
        assert faults(s) == []
        assert saying_less(entries(s)) == 0
        changed(s.get_one(Step, number), **to)
    with looking(engine) as s:
        assert [(each.number, each.zh) for each in faults(s)] == [(number, CHANGED[0])]


def test_a_step_that_is_gone_or_that_nobody_wrote_down_is_named(tmp_path: Path) -> None:
    engine = with_unit(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        note_letter(s, NOW, "王某", UNIT, 2026, "整改", b"letter")  # of a release before steps
        letter_sent(s, New(UNIT, 2026, "sent", "王某", [KEY], "信文", name="整改"), b"letter", NOW)
        answer(s, SAID, NOW)
        assert faults(s) == []
    with session(engine) as s:
        s.delete(s.get_one(Step, 2))
        told = {"unit": UNIT, "year": 2026, "at": NOW, "kind": "accepted", "who": "王某"}
        s.add(Step(id=9, **told, about=2))
    with looking(engine) as s:
        assert [(each.number, each.zh) for each in faults(s)] == [
            (3, GONE[0]),
            (0, "step 9 没有记入"),
        ]


def test_that_it_is_mended_is_not_accepted_but_may_be_sent_back(tmp_path: Path) -> None:
    """Else whoever says so would have it waived, whatever the page says."""
    engine = with_unit(f"sqlite:///{tmp_path}/n.db")
    with session(engine) as s:
        answer(s, SAID._replace(kind="mended"), NOW)
        with pytest.raises(WayError, match="下次查看"):
            settle(s, 1, "accepted", "王某", "好", ["m"], NOW)
        settle(s, 1, "rejected", "王某", "页面没有改", [], NOW)
        assert decision_on(s, 1).kind == "rejected"  # type: ignore[union-attr]
