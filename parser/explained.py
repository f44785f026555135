"""Whether the words around a number are all of what it is said to count.

A number counts a row or a column of the tables where each word of its clause is known to be said of
it. One that is not — the name of an office, another verb, a subject — may make it another's count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache

from nianbao.parser.patterns import pattern_of
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
    right = right.rstrip(".")
    if family in ROWS and (inside := AMONG_THEM.match(right)):
        if inside.end() < len(right) or not named.search(near):
            return False
        right = ""  # 未经复议直接起诉的3件中，…: the row itself, of which more is told
    if near.endswith("的") and SAID_OF_ALL.match(right):
        right = ""
    if family == "decisions":
        is_plain = words.fullmatch(right) is not None
        return is_plain and _is_decided(kind.partition(".")[0], near, words)
    if words.fullmatch(near) is None or LIMITED[family].search(near):
        return False
    return words.fullmatch(right) is not None and bool(not right or named.search(near + right))


ROWS = frozenset(("outcomes", "applicants", "disputes"))
# 33件申请中涉及信访的3件: the 33 are no petitions
AMONG_THEM = pattern_of(
    "(?:政府信息公开|信息公开|依申请公开)?(?:申请|案件|答复)?(?:书|件)?[当之]?[中里]"
)
# 予以公开的41件主要涉及用地批复: what is said of them takes none away
SAID_OF_ALL = pattern_of(
    "(?:政府信息公开|信息公开|依申请公开)?(?:申请|案件|事项|文件|规章|规范性文件)?(?:均|都|全部|主要|系|为|是|因|已|分别|逐[件一]|仍|尚未|将)"
)


def _is_decided(topic: str, near: str, words: re.Pattern[str]) -> bool:
    """行政处罚决定15件; not 行政处罚典型案例12件, and no penalty where 强制执行3起 is said."""
    own = DECISIONS[topic].search(near)
    if own is not None:
        return words.fullmatch(near, own.end()) is not None
    return not any(other.search(near) for other in DECISIONS.values())


# The last word before a number may name the row or the column that it counts: 自然人5件. Before one
# of all requests, of what came over or was done with them it leaves some of them out: 新收网上5件.
SOME = pattern_of(
    "(?<![、和及与或者含])(?:线[上下]|网[上络]|书面|纸质|信函|当面|现场|传真|邮[寄件]|来信|平台|补正|联合|自然人|公民|法人|企业|个人"
    "|群众|村民|居民|市民|公众|各?部门|乡镇|县区)$"
)
NOTHING = pattern_of("(?!)")
LIMITED = defaultdict(lambda: NOTHING, {"flows": SOME})


@lru_cache(maxsize=4096)
def is_plainly_said(kind: str, before: str, said: str = "") -> bool:
    """Whether the words before 未收到, and its own, leave nothing out; not 下半年, 线上, 因征收."""
    family = _family_of(kind)
    known = _known(family)
    if known is None:
        return True
    is_of_some = kind != "requests.received" and LIMITED[family].search(before)
    words = OF_NO_MEANING.sub("", before), OF_NO_MEANING.sub("", said)
    return not is_of_some and all(known[0].fullmatch(each) for each in words)


OF_NO_MEANING = pattern_of(
    "^[(]?[0-9一二三四五六七八九][)、.]|[“”\"'‘’「」『』,]|[0-9一二两三四五六七八九十]+(?:件|份|宗|起)|件|没有人|无人|无一|跨年未办|跨到下一年|跨年|[镇乡]级(?=规范性)|[暂尚从均并][未无]|无(?!法(?!人|律))|未|没有|不(?=[收涉征存])"
    "|不存在|存在|零|亦|也|故|任何|出现|发生|产生|新发生|新增|针对|(?<!内部)事务|行为|开展|实施|收取|涉及(?=行政事业)|接到|过(?!程)|缴[纳费]*|或者|(?<=转)入|自行"
    "|无法提供|数量|频次|明显|超过合理范围|形式|逾期|行政(?!事业)|许可|处罚|强制|规范性文件|规章|文件|废止|制[发定]|《[^》]*》"
    "|办公[室厅]|办事处|人民|连续[0-9两三四五六七八九十]+年|自20[0-9]{2}年以来|[0-9]+$|[(、]$"
)


@lru_cache(maxsize=8192)
def is_limited(behind: str) -> bool:
    """What stands right behind a number may count it otherwise: 15件（不含转办件）; 15件，只计首次.

    In a bracket each word must be known, or the name of a part with its number.
    """
    bracket = BRACKET.match(behind)
    if bracket is not None and not _is_plain(bracket["inner"]):
        return True
    return OTHERWISE.match(behind, bracket.end() if bracket else 0) is not None


@lru_cache(maxsize=4096)
def is_counted_otherwise(behind: str) -> bool:
    """15件（去重后）: it makes no sum with the numbers beside it."""
    bracket = BRACKET.match(behind)
    if bracket is None or COUNTED_ONCE.search(bracket["inner"]):
        return False
    return OTHERWISE_COUNTED.search(bracket["inner"]) is not None


COUNTED_ONCE = pattern_of("不重复|[只仅]计一次")


def _is_plain(inner: str) -> bool:
    if OTHERWISE_COUNTED.search(inner):
        return False
    names = [each for each in MARKS.split(inner) if not SAYS_ALL.search(each)]
    return all(_all_words().fullmatch(each) for each in names)


@cache
def _all_words() -> re.Pattern[str]:
    told = data()["explained"]
    return pattern_of(f"(?:{'|'.join(told.values())}|[篇次条件份]|编号|第)*+")


BRACKET = pattern_of(r"[一-龥]{0,6}\((?P<inner>[^()]*)\)")
MARKS = pattern_of("[,;:、和及与]")
SAYS_ALL = pattern_of(
    "[0-9一二三四五六七八九十]|^(?:均|都|全部)|无|没有"
)  # or a part by its number
OTHERWISE_COUNTED = pattern_of(
    "不含(?!上|结|20)|未含|不包括(?!上|结|20)|不包含(?!上|结|20)|不[计记]|未[计记列纳统]|去重|重复(?!申请|提出|提交|类)|口径|合并|扣除|剔除|核减|代办|代收|外单位|兄弟单位"
    "|仅(?:指|限|计|含|统计)|只(?:指|限|计|含|统计)|按[^,;]{1,10}(?:计|统计)|估算|抽样|样本|折算|推算"
)
OTHERWISE = pattern_of(
    f"[,;]?(?:其中|均|都|已|该数据?|此数|数据)*(?:为|系|属)?(?!扣除|剔除|核减|合并)(?:{OTHERWISE_COUNTED.pattern})"
)
DECISIONS = {
    "licensing": pattern_of("许可"),
    "penalties": pattern_of("处罚"),
    "coercion": pattern_of("强制"),
}
NUMBERED = pattern_of("^(?:[0-9]{1,2}[.、]|[①-⑩]|[一二三四五六七八九]是)")
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
    (begins, pattern_of(said))
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
    return pattern_of(f"(?:{named}|{told['any']})*+"), pattern_of(named)
