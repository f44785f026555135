"""What takes long is begun first, by all workers; nothing is lost, and what belongs together stays so."""

from __future__ import annotations

from itertools import groupby

from tests.spread import spread

TESTS = [f"{group}{n}" for group in "abcdefgh" for n in range(5)]
SECONDS = {"h": 50.0, "c": 40.0, "d": 20.0, "f": 10.0}


def ordered(workers: int) -> list[str]:
    return spread(TESTS, lambda test: test[0], SECONDS, workers)


def test_each_share_begins_with_what_takes_long() -> None:
    assert ordered(2)[:10] == ["h0", "h1", "h2", "h3", "h4", "f0", "f1", "f2", "f3", "f4"]
    assert ordered(2)[20:30] == ["c0", "c1", "c2", "c3", "c4", "d0", "d1", "d2", "d3", "d4"]
    assert [ordered(4)[n][0] for n in (0, 10, 20, 30)] == ["h", "c", "d", "f"]
    assert "".join(test[0] for test in ordered(1)[::5]) == "hcdfabeg"


def test_nothing_is_lost_or_torn() -> None:
    for workers in (1, 2, 3, 4, 7, 50):
        told = ordered(workers)
        assert sorted(told) == TESTS
        long = [group for group, _ in groupby(told, lambda test: test[0]) if group in SECONDS]
        assert sorted(long) == sorted(SECONDS)


def test_few_and_none() -> None:
    assert spread([], lambda test: test, {"a": 1.0}, 4) == []
    assert spread(["a"], lambda test: test, {"a": 1.0}, 4) == ["a"]
    assert spread(["b", "a"], lambda test: test, {"a": 1.0}, 4) == ["a", "b"]
