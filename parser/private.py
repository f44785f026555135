"""What a page should not have told of a person: identity numbers, mobile numbers, private mail.

It is masked wherever words of a page are shown; the evidence stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nianbao.parser.patterns import pattern_of

# Parts of a longer number or name are none. Digits may be full-width, and parted.
DIGIT = "[0-9０-９]"
BEFORE, BEHIND = "(?<![0-9０-９A-Za-z_])", "(?![0-9０-９A-Za-z_])"
# A blank or dash of any kind between two groups, and what nobody sees anywhere.
UNSEEN = r"[\u00ad\u200b-\u200f\u2060\ufeff]*"
PARTED = rf"{UNSEEN}[ \u00a0\u2002-\u200a\u3000\-－—–‑.．]?{UNSEEN}"
IDENTITY = (
    f"{BEFORE}[1-9１-９]{DIGIT}{{5}}{PARTED}(?:19|20|１９|２０){DIGIT}{{2}}{PARTED}"
    f"[01０１]{DIGIT}[0-3０-３]{DIGIT}{PARTED}{DIGIT}{{3}}[0-9０-９XxＸｘ]{BEHIND}"
)
# Of fifteen digits: only behind its name.
OLD_IDENTITY = f"(?P<name>身份证(?:号码?|编号)?[:：为]?{PARTED})(?P<old>[1-9]{DIGIT}{{14}}){BEHIND}"
MOBILE = f"{BEFORE}[1１][3-9３-９]{DIGIT}{PARTED}{DIGIT}{{4}}{PARTED}{DIGIT}{{4}}{BEHIND}"
COUNTRY = r"(?:(?<=\+86)|(?<=0086)|(?<=\+86[ -]))1[3-9][0-9]{9}(?![0-9])"
PROVIDERS = (
    "qq|foxmail|163|126|yeah|188|vip\\.163|vip\\.126|vip\\.qq|sina|vip\\.sina|sohu|139|189|wo|"
    "aliyun|21cn|tom|gmail|googlemail|hotmail|outlook|live|msn|yahoo|icloud|me|proton|protonmail"
)
ENDINGS = "com\\.cn|net\\.cn|com|cn|net|org|me"
# From where a name begins: else each letter of a long one would be tried, with all behind it. One
# that is glued to what was found before it begins at what parts them.
OF_NAMES = "[A-Za-z0-9._%+-]"
NAME = f"(?:(?<!{OF_NAMES}){OF_NAMES}++|(?<=[A-Za-z0-9])[._%+-]{OF_NAMES}{{0,64}}+)"
MAIL = f"{NAME}[@＠](?i:(?:{PROVIDERS})\\.(?:{ENDINGS}))(?![A-Za-z0-9])"
# An address of a page may hold any number.
ADDRESS = r"https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+"
PRIVATE = pattern_of(
    f"(?P<address>{ADDRESS})|(?P<mail>{MAIL})"
    f"|{OLD_IDENTITY}|(?P<number>{IDENTITY}|{MOBILE}|{COUNTRY})"
)
# Numbers of things, that happen to look like a person's.
OF_THINGS = pattern_of(r"\s*(?:元|万|亿|件|条|份|次|个|人|户|平方|公里|%|％)")


def masked(text: str) -> str:
    """The same text; of a person's numbers and mail only the beginning and the end are shown."""
    return PRIVATE.sub(_without_middle, text)


def _without_middle(found: re.Match[str]) -> str:
    said = found[0]
    if found["address"]:
        return said
    if found["mail"]:
        return f"{said[:2]}****{said[max(said.find('@'), said.find('＠')) :]}"
    if found["old"]:
        return f"{found['name']}{_middle_less(found['old'])}"
    if len(re.sub(r"\D", "", said)) == 11 and OF_THINGS.match(found.string, found.end()):
        return said
    return _middle_less(said)


def _middle_less(number: str) -> str:
    return f"{number[:3]}****{number[-2:]}"


def starred(text: str) -> str:
    """The same, as long as it was: each letter that is not shown is a star."""
    letters = list(text)
    for begin, end in hidden_in(text):
        letters[begin:end] = "*" * (end - begin)
    return "".join(letters)


def hidden_in(text: str) -> Iterator[tuple[int, int]]:
    """Where the letters stand that are not shown."""
    for found in PRIVATE.finditer(text):
        said = found[0]
        if _without_middle(found) == said:
            continue
        if found["mail"]:
            at = found.start() + max(said.find("@"), said.find("＠"))
            yield min(found.start() + 2, at - 1), at
        else:
            of = "old" if found["old"] else 0
            yield found.start(of) + 3, found.end(of) - 2


def uncut(text: str, begin: int, end: int) -> str:
    """A part of a text, without the pieces at its ends of what would be masked in the whole."""
    for found in PRIVATE.finditer(text):
        if found.start() < begin < found.end() and not found["address"]:
            begin = min(found.end(), end)
        if begin <= found.start() < end < found.end() and not found["address"]:
            end = found.start()
    return text[begin:end]


def masked_in(value: Any) -> Any:
    """The same of every text in what is kept as JSON. Numbers stay numbers."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [masked_in(each) for each in value]
    if isinstance(value, dict):
        return {key: masked_in(each) for key, each in value.items()}
    return value
