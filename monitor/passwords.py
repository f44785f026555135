"""Passwords: what is kept of one, and whether one is right.

A hash costs time and 64 MiB on purpose: no more than some are made at once.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nianbao.storage.people import PeopleError, key_of

SHORTEST, LONGEST = 10, 200
AT_ONCE = BoundedSemaphore(2)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)


def as_typed(password: str) -> str:
    """Two keyboards write the same letters in different ways."""
    return unicodedata.normalize("NFC", password)


def hash_of(password: str, name: str) -> str:
    """What is kept of a password. Raises PeopleError where it is too easily guessed."""
    typed = as_typed(password)
    if not SHORTEST <= len(typed) <= LONGEST:
        raise PeopleError(
            f"密码应为{SHORTEST}至{LONGEST}个字符",
            f"a password has {SHORTEST} to {LONGEST} letters",
        )
    if key_of(typed) == key_of(name) or len(set(typed)) < 4:
        raise PeopleError("密码过于简单", "the password is too easily guessed")
    with AT_ONCE:
        return _hasher().hash(typed)


@cache
def _nobodys() -> str:
    """So that a name that nobody has costs as much time as one that somebody has."""
    return _hasher().hash("nobody's")


def is_right(kept: str, password: str) -> bool:
    """Whether a password is the one of which a hash is kept; never, where none is."""
    typed = as_typed(password)
    if len(typed) > LONGEST:
        return False
    with AT_ONCE:
        try:
            return _hasher().verify(kept or _nobodys(), typed) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False
