"""Whether the words around a number are all of what it is said to count.

A number counts a row or a column of the tables where each word of its clause is known to be said of
it. One that is not — the name of an office, another verb, a subject — may make it another's count.
"""

from __future__ import annotations

import re
from functools import cache

from nianbao.parser.wording import data


def is_explained(kind: str, near: str, right: str) -> bool:
    """`near` are the words of its clause before the number, `right` those behind it."""
    family = _family_of(kind)
    known = _known(family)
    if known is None:
        return True
    words, named = known
    near = near.strip(QUOTED)
    if family == "decisions":
        return _is_decided(kind.partition(".")[0], near, words)
    if words.fullmatch(near) is None:
        return False
    if named.search(near) or not right:
        return True
    match = words.match(right)
    return bool(match and (named.search(match[0]) or match.end() == len(right)))


def _is_decided(topic: str, near: str, words: re.Pattern[str]) -> bool:
    """行政处罚决定15件; not 行政处罚典型案例12件, and no penalty where 强制执行3起 is said."""
    own = DECISIONS[topic].search(near)
    if own is not None:
        return words.fullmatch(near, own.end()) is not None
    return not any(other.search(near) for other in DECISIONS.values())


DECISIONS = {
    "licensing": re.compile("许可"),
    "penalties": re.compile("处罚"),
    "coercion": re.compile("强制"),
}
QUOTED = "“”\"'‘’「」『』"


def _family_of(kind: str) -> str:
    if kind.startswith("requests.by."):
        return "applicants"
    if kind.startswith("requests.received.part"):
        return "ways"
    kind = kind.partition(".of.")[0]
    if kind.endswith(".decisions") and kind.partition(".")[0] in DECISIONS:
        return "decisions"
    rows = ("granted", "partial", "denied", "unavailable", "unprocessed", "other")
    if kind.startswith("requests.") and kind.split(".")[1].split("+")[0] in rows:
        return "outcomes"
    is_of_disputes = kind.startswith("disputes.") and kind != "disputes.applicants"
    return "disputes" if is_of_disputes else ""


@cache
def _known(family: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """The words of a clause that may stand around its numbers, and those that name what they count."""
    told = data()["explained"]
    if family not in told:
        return None
    named = told[family]
    return re.compile(f"(?:{named}|{told['any']})*+"), re.compile(named)
