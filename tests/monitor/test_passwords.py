"""Passwords: kept as a hash that is slow to make."""

from __future__ import annotations

import time

import pytest

from nianbao.monitor.passwords import LONGEST, hash_of, is_right
from nianbao.storage.people import PeopleError


def test_a_password_is_known_by_its_hash() -> None:
    kept = hash_of("口令 is long é", "a")
    assert kept.startswith("$argon2id$")
    assert kept != hash_of("口令 is long é", "a")
    assert is_right(kept, "口令 is long e\u0301")  # another keyboard
    assert not is_right(kept, "口令 is long e")
    assert not is_right(kept, "")


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$x$x"])
@pytest.mark.parametrize("typed", ["", "x", "nobody's", "x" * (LONGEST + 1)])
def test_what_is_no_hash_lets_nobody_in(kept: str, typed: str) -> None:
    assert not is_right(kept, typed)


@pytest.mark.parametrize("typed", ["", "short", "x" * 20, "Long Name-1", "a" * 300])
def test_what_is_easily_guessed_is_refused(typed: str) -> None:
    with pytest.raises(PeopleError):
        hash_of(typed, "long name-1")


def test_nobody_is_told_by_the_time_that_it_takes() -> None:
    kept = hash_of("a long password", "a")
    is_right("", "warm")
    spent = {}
    for name, of in (("known", kept), ("unknown", "")):
        began = time.thread_time()
        for _ in range(3):
            is_right(of, "wrong password")
        spent[name] = time.thread_time() - began
    assert 0.5 < spent["known"] / spent["unknown"] < 2
