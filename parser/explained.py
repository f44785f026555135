"""Whether the words around a number are all of what it is said to count.

A number counts a row or a column of the tables where each word of its clause is known to be said of
it. One that is not — the name of an office, another verb, a subject — may make it another's count.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from nianbao.parser.wording import data


@lru_cache(maxsize=8192)
def is_explained(kind: str, near: str, right: str) -> bool:
    """`near` are the words of its clause before the number, `right` those behind it."""
    family = _family_of(kind)
    known = _known(family)
    if known is None:
        return True
    words, named = known
    near = NUMBERED.sub("", near.strip(QUOTED))
    if family == "decisions":
        return _is_decided(kind.partition(".")[0], near, words)
    if words.fullmatch(near) is None:
        return False
    right = right.rstrip(".")
    return words.fullmatch(right) is not None and bool(not right or named.search(near + right))


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
NUMBERED = re.compile("^(?:[0-9]{1,2}[.、]|[①-⑩]|[一二三四五六七八九]是)")
QUOTED = "“”\"'‘’「」『』"


def is_named(kind: str, clause: str) -> bool:
    """Whether the clause of a number has the noun or the verb of what it counts, or only inherits
    it from a heading or an earlier sentence.
    """
    known = _known(_family_of(kind))
    own = next((said for begins, said in OWN if kind.startswith(begins)), None)
    named = known[1] if known is not None else own
    return named is None or named.search(clause) is not None


OWN = tuple(
    (begins, re.compile(said))
    for begins, said in (
        ("requests.carried", "[结转延顺未尚]|遗留|正在|跨年|期限|在办|剩|补正|[年月][末底]"),
        ("requests.answered", "[答回]复|办[结理复完]|审结|处理"),
        ("requests.dealt", "办|处理"),
        ("requests.", "申请|请求|信件|受理|[新所]收|收[到取件]|接[收到获]|办件|提交|提出"),
        ("normative_documents.", "文件|制|印发|出台|废止|失效|有效|保留|公开"),
        ("regulations.", "规章|制|出台|废止|失效|有效|保留|公开"),
        ("fees.", "费"),
    )
)


# What came in and what was done with it.
FLOWS = frozenset(
    f"requests.{name}"
    for name in (
        "received", "answered", "dealt", "due", "carried", "carried_in", "carried_out",
    )
)  # fmt: skip


@lru_cache(maxsize=512)
def _family_of(kind: str) -> str:
    if kind.startswith("requests.by."):
        return "applicants"
    if kind.startswith("requests.received.part"):
        return "ways"
    if kind.startswith(("normative_documents.", "regulations.")):
        return "documents"
    if kind == "fees.amount":
        return "fees"
    if kind in FLOWS:
        return "flows"
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
    """The words that may stand around a number, and of them those that name what it counts."""
    told = data()["explained"]
    if family not in told:
        return None
    named = told[family]
    return re.compile(f"(?:{named}|{told['any']})*+"), re.compile(named)
