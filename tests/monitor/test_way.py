"""The way of a fault, by what is known: when it was there, where it stands, which times are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from nianbao.monitor.ledger.way import Way, by_unit, times_of, ways_of
from nianbao.storage.kinds import StepKind
from nianbao.storage.ways import Decided, Found, Known, Said, Shown, key_of

UNIT = "140999100"
CELLS = ("requests.new.total", "requests.new.business")
CONTENT: Mapping[str, Any] = {"cells": CELLS, "quote": "", "zh": "不平", "en": "uneven"}
KEY = key_of("F01", CONTENT)


def day(number: int) -> datetime:
    return datetime(2027, 2, 1, 8, tzinfo=UTC) + timedelta(days=number)


def found(
    version: int, since: int, ended: int | None = None, mark: str = "m1", **content: Any
) -> Found:
    told = {**CONTENT, **content}
    until = None if ended is None else day(ended)
    return Found(UNIT, key_of("F01", told), "F01", mark, "error", told, version, day(since), until)


def shown(number: int, seen: int, unread: Iterable[str] = (), *, judged: bool = True) -> Shown:
    return Shown(UNIT, number, day(seen), judged, frozenset(unread), frozenset(CELLS))


def said(id: int, at: int, kind: StepKind, about: int | None = None) -> Said:
    faults = () if about is not None else (KEY,)
    return Said(id, UNIT, 2026, day(at), kind, "某", faults, "", "", "", about)


def way(
    rows: Iterable[Found],
    versions: Iterable[Shown],
    steps: Iterable[Said] = (),
    waived: Mapping[str, Decided] | None = None,
    fetched: int | None = None,
) -> Way:
    looked = {} if fetched is None else {UNIT: day(fetched)}
    (told,) = ways_of(Known([*rows], [*versions], waived or {}, [*steps], looked), 2026)
    return told


def test_each_step_moves_it_on() -> None:
    rows, versions = [found(1, 0)], [shown(1, 0)]
    steps = [said(1, 2, "sent"), said(2, 4, "explained"), said(3, 5, "rejected", 2)]
    states = [way(rows, versions, steps[:n]).state for n in range(4)]
    assert states == ["open", "sent", "answered", "still"]
    taken_back = [*steps, said(4, 6, "undone", 3)]
    assert way(rows, versions, taken_back).state == "answered"
    told = way(rows, versions, steps)
    assert (told.found, told.sent, told.answered) == (day(0), day(2), day(4))
    assert way(rows, versions, [*steps, said(5, 7, "sent")]).state == "sent"


def test_a_mended_one_is_looked_at_and_told_to_be_still_there() -> None:
    rows, versions = [found(1, 0)], [shown(1, 0)]
    steps = [said(1, 2, "mended")]
    assert way(rows, versions, steps, fetched=1).state == "answered"
    told = way(rows, versions, steps, fetched=3)
    assert (told.state, told.since, told.checked) == ("still", day(3), day(3))
    # Who explains has not said that anything is changed.
    assert way(rows, versions, [said(1, 2, "explained")], fetched=3).state == "answered"


def test_a_version_without_it_closes_it_and_nobody_else() -> None:
    rows = [found(1, 0)]
    told = way(rows, [shown(1, 0), shown(2, 5)], [said(1, 2, "sent"), said(2, 4, "mended")])
    assert (told.state, told.ended, told.marks) == ("gone", day(5), ())
    assert times_of([told]).to_gone == 5.0
    assert (times_of([told]).to_sent, times_of([told]).to_answered) == (2.0, 2.0)


def test_other_numbers_in_the_same_place_are_the_same_fault() -> None:
    told = way([found(1, 0), found(2, 5, mark="m2", zh="仍不平")], [shown(1, 0), shown(2, 5)])
    assert (told.state, told.found, told.back, told.marks) == ("open", day(0), (), ("m2",))
    one, other = ({"quote": f"收到申请{n}件"} for n in ("6", "1,234"))
    assert key_of("P01", one) == key_of("P01", other) != key_of("P01", {"quote": "收到申请若干件"})


def test_what_cannot_be_read_any_more_is_not_mended() -> None:
    versions = [shown(1, 0), shown(2, 5, ["requests.new.total"])]
    told = way([found(1, 0)], versions)
    assert (told.state, told.ended) == ("unsure", None)
    gone = shown(2, 5)._replace(cells=frozenset(CELLS[:1]))
    assert way([found(1, 0)], [shown(1, 0), gone]).state == "unsure"
    assert way([found(1, 0)], [shown(1, 0), shown(2, 5, ["*"])]).state == "unsure"


def test_a_version_that_nobody_judged_yet_closes_nothing() -> None:
    assert way([found(1, 0)], [shown(1, 0), shown(2, 5, judged=False)]).state == "open"


def test_one_that_comes_back_tells_its_history() -> None:
    rows = [found(1, 0), found(3, 9)]
    steps = [said(1, 2, "sent"), said(2, 4, "mended")]
    told = way(rows, [shown(1, 0), shown(2, 5), shown(3, 9)], steps)
    assert (told.state, told.found, told.back) == ("open", day(0), (day(9),))
    assert [each.kind for each in told.said] == ["sent", "mended"]
    assert told.sent is None  # of what came back nobody was told


def test_what_the_rules_find_no_longer_is_gone_and_may_come_back() -> None:
    told = way([found(1, 0, 3)], [shown(1, 0)])
    assert (told.state, told.ended) == ("gone", day(3))
    again = way([found(1, 0, 3), found(1, 6, mark="m2")], [shown(1, 0)])
    assert (again.state, again.back) == ("open", (day(6),))


def test_a_waiver_holds_for_its_numbers_alone() -> None:
    waived = {"m1": Decided("waived", "张三", "口径", day(3))}
    told = way([found(1, 0)], [shown(1, 0)], [], waived)
    assert (told.state, told.since) == ("waived", day(3))
    other = [found(1, 0), found(2, 5, mark="m2")]
    assert way(other, [shown(1, 0), shown(2, 5)], [], waived).state == "open"


def test_a_unit_stands_where_most_is_to_be_done() -> None:
    open_ = way([found(1, 0)], [shown(1, 0)])
    gone = way([found(1, 0, 3)], [shown(1, 0)])
    (row,) = by_unit([gone, open_])
    assert (row.state, row.counts) == ("open", {"open": 1, "gone": 1})
