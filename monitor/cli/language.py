"""The language of messages, tables and help: `--lang`, else NIANBAO_LANG, else the locale's.

Chinese is that of the house: another one is spoken where the locale names it, not where it names
none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import cast

from nianbao.monitor.ledger.words import Lang

VARIABLE = "NIANBAO_LANG"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
OWN = frozenset(("read", "check", "digest", "feed", "calendar"))  # have a --lang of their own


def current() -> Lang:
    """What this process speaks."""
    named = os.environ.get(VARIABLE, "")
    if named in ("zh", "en"):
        return cast(Lang, named)
    locale = next((value for name in LOCALE if (value := os.environ.get(name))), "")
    tongue = re.split("[_.@-]", locale)[0].lower()
    return "zh" if tongue in ("", "c", "posix", "zh") else "en"


def taken_from(arguments: Sequence[str]) -> list[str]:
    """The arguments without --lang, which holds for everything that is said; where the command
    has one of its own it is left to it.
    """
    left: list[str] = []
    wanted = ""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--lang":
            wanted = next(rest, "")
            taken = [argument, wanted]
        elif argument.startswith("--lang="):
            wanted = argument.partition("=")[2]
            taken = [argument]
        else:
            left.append(argument)
            continue
        if any(name in OWN for name in left) or wanted not in ("zh", "en"):
            left += taken
    if wanted in ("zh", "en"):
        os.environ[VARIABLE] = wanted
    return left


def say(zh: str, en: str) -> str:
    return zh if current() == "zh" else en


def one_of(told: str) -> str:
    """The half that is spoken of a sentence made below the faces: 中文 / English."""
    zh, slash, en = told.rpartition(" / ")
    if not slash or not CHINESE.search(zh) or CHINESE.search(en):
        return told
    return say(zh, en)
