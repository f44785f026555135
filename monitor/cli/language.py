"""The language of messages, tables and help: `--lang`, else NIANBAO_LANG, else the locale's.

Chinese is that of the house: another one is spoken where the locale names it, not where it names
none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import cast

from nianbao.monitor.halves import half_of, why_of
from nianbao.monitor.ledger.words import Lang

VARIABLE = "NIANBAO_LANG"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
LANGS = ("zh", "en")
# Have a --lang of their own.
OWN = frozenset(("read", "check", "digest", "feed", "calendar", "site"))


def current() -> Lang:
    """What this process speaks."""
    named = os.environ.get(VARIABLE, "")
    if named in LANGS:
        return cast(Lang, named)
    locale = next((value for name in LOCALE if (value := os.environ.get(name))), "")
    tongue = re.split("[_.@-]", locale)[0].lower()
    return "zh" if tongue in ("", "c", "posix", "zh") else "en"


def taken_from(arguments: Sequence[str]) -> list[str]:
    """The arguments without --lang, which holds for everything that is said; where the command
    has one of its own it is left to it. A language that is none is left before the command, where
    it is told as a wrong value.
    """
    left: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            return [*left, argument, *rest]
        name, equals, wanted = argument.partition("=")
        if name != "--lang":
            left.append(argument)
            continue
        if not equals:
            wanted = next(rest, "")
        if wanted in LANGS:
            os.environ[VARIABLE] = wanted
        if OWN.intersection(left[:1]):
            left += ["--lang", wanted]
        elif wanted not in LANGS:
            left = ["--lang", wanted, *left]
    return left


def say(zh: str, en: str) -> str:
    return zh if current() == "zh" else en


def one_of(told: str) -> str:
    """The half that is spoken of each line made below the faces."""
    return half_of(told, current())


def reason(error: Exception) -> str:
    """Why something outside of this program went wrong, in the language that is spoken."""
    return why_of(error, current())
