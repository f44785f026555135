"""A few of what `make chaos` tries by the thousand, so that it can be trusted when it is run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.amounts import amount, more
from tests.chaos.__main__ import (
    GENERATED,
    LARGE_BEGIN,
    LARGE_LAST,
    changed,
    differences,
)
from tests.chaos.generated import spoilt
from tests.chaos.large import CLOCKS, GUSTS, KINDS, LEAST, MOODS, PORTALS, Large


@more
@pytest.mark.parametrize("what", GENERATED)
def test_what_is_spoilt_by_chance_ends_in_a_word_of_the_house(what: str) -> None:
    ends = Counter[str]()
    assert not GENERATED[what](amount(20, 200), 11, ends)
    assert sum(ends.values()) >= amount(20, 200) / 2
    assert len(ends) > 2


def test_a_seed_spoils_the_same_way_again() -> None:
    body = bytes(range(256)) * 20
    assert spoilt(body, Random(3)) == spoilt(body, Random(3)) != body


DAY = "2027-02-01"
LATE, LATER = (("1 2026", "late", day) for day in (DAY, "2027-02-02"))
KNOWN: dict[str, Any] = {
    **{what: [] for what in ("events", "findings", "versions", "crashes", "unproven")},
    "standings": [1],
    "days": [(DAY, "1", 2026, "late", True, "clean")],
    "accused": {LATE},
}


def test_what_differs_is_told() -> None:
    digest, alert = ("<digest.1>", "a@x.example"), ("<alert.1>", "a@x.example")
    expected = KNOWN | {"mails": {digest: "一\n08:30", alert: "二"}}
    assert differences(expected, expected) == []
    other = {digest: "一\n09:10", ("<alert.2>", "a@x.example"): "二"}
    assert differences(expected, KNOWN | {"mails": other}) == []
    crashed = "二\n因程序错误未完成\n\n办公室"
    assert (
        differences(expected, KNOWN | {"mails": {**other, ("<alert.2>", "a@x.example"): crashed}})
        == []
    )
    assert len(differences(expected, KNOWN | {"standings": [2], "mails": {}})) == 4
    assert len(differences(expected, expected | {"accused": {LATER}})) == 1
    assert len(differences(expected, expected | {"accused": {("2 2026", "late", DAY)}})) == 1
    assert len(differences(expected, expected | {"days": [], "unproven": ["0" * 12]})) == 2
    assert changed("一\n二", "一\n三") == "@@ -2 +2 @@ | -二 | +三"


def test_each_kind_comes_three_times_in_the_season_of_many_machines(tmp_path: Path) -> None:
    """Of clocks, portals and moods of the store one at a time; what did not come is tried again."""
    world = Large(tmp_path / "season", LARGE_BEGIN, LARGE_LAST, Random(3), "http://127.0.0.1:9")
    gusts = GUSTS * ((LARGE_LAST - LARGE_BEGIN).days + 1)
    for n in range(gusts):
        chosen = world._chosen()
        assert all(len(set(alone) & set(chosen)) <= 1 for alone in (CLOCKS, PORTALS, tuple(MOODS)))
        missed = {"kill a sweep"} if n < 3 else set()  # none ran
        world.happened.update({*chosen} - missed)
    assert min(world.happened[kind] for kind in KINDS) >= LEAST
