"""What an honest reader may make of a number that no cell has: then nobody is accused.

The table's own number may stand beside it unread, or make it with the numbers that nothing else
explains; or it counts several cells at once, as the words before it say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from nianbao.parser.claim import Claim, sentences_of
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity, quantities

LEAST = 3  # smaller numbers stand everywhere
MOST_BESIDE = 6  # numbers that may be added up
Place = tuple[str, int]  # a sentence as printed, and where in it


class Beside(NamedTuple):
    """A number of the paragraph, and the words since the one before."""

    number: Quantity
    place: Place
    words: str

    @property
    def is_final(self) -> bool:
        """合并计算后为36件."""
        return FINAL.search(self.words) is not None


FINAL = pattern_of(
    "(?:实际|最终|最后|实有|核定|确认|净|(?:剔除|核减|合并|扣除|汇总|去重)(?:计算|统计|重复)?后|[,;](?:仅|实)?计"
    "|登记受理|正式(?:受理|登记)|予以(?:受理|登记)|纳入|认定|其中[,:]?属于?政府信息公开申请)"
    "[^,。;0-9]{0,12}$"
)


def numbers_beside(text: str) -> Iterator[Beside]:
    """The numbers of a paragraph, by their sentences."""
    for sentence in sentences_of(text):
        end = 0
        for number in quantities(sentence.bare):
            words = sentence.bare[end : number.start]
            yield Beside(number, (sentence.raw, number.start), words)
            end = number.end


def may_mean(
    claim: Claim,
    table: Decimal,
    text: str,
    kinds: Mapping[Place, str],
    own: Sequence[str],
    cells: Mapping[str, Decimal],
) -> bool:
    """Whether the table's number and the claim's may both be right.

    `kinds` say what the numbers count of which it is known; `own` are the cells that it is held
    against, `cells` the numbers beside them.
    """
    if not claim.unit:
        return False
    beside = [each for each in numbers_beside(text) if _is_like(each, claim)]
    words = _words_before(claim, text).replace("判决驳回", "")  # it says what is counted
    pieces = PIECES.get(claim.kind, CARRIED if OF_RESULTS.match(claim.kind) else NONE)
    unread = [e for e in beside if kinds.get(e.place, claim.kind) == claim.kind or e.is_final]
    added = [e for e in beside if kinds.get(e.place, claim.kind) in (claim.kind, *pieces)]
    return (
        _stands_there(claim, table, unread)
        or _is_made(claim, table, added, words)
        or _counts_several(claim, table, named_beside(own, cells, words), words)
    )


# What may be told of some of the requests while others are told beside: 张某申请1件，另收到4件.
SOME = ("requests.received.part", "requests.by.natural_person", "requests.by.business")
PIECES = {
    "requests.received": frozenset(SOME),
    "requests.answered": frozenset((*SOME, "requests.carried_in")),
}
CARRIED = frozenset(("requests.carried_in",))  # 予以公开4件；上年结转1件予以公开
NONE: frozenset[str] = frozenset()
OF_RESULTS = pattern_of("requests[.](?:granted|partial|denied|unavailable|unprocessed|other|dealt)")


def is_denied_beside(claim: Claim, text: str) -> bool:
    """全县作出行政处罚2371件；县政府本身未作出行政处罚: of what the table counts there was none."""
    noun = NOUNS.get(claim.kind.partition(".")[0])
    if noun is None:
        return False
    for sentence in sentences_of(text):
        start = 0
        for clause in CLAUSES.split(sentence.bare):
            end = start + len(clause)
            is_own = sentence.raw == claim.sentence and start <= claim.at <= end
            if not is_own and noun in clause and NONE_OF_IT.search(clause):
                return True
            start = end + 1
    return False


NOUNS = {"licensing": "许可", "penalties": "处罚", "coercion": "强制", "fees": "收费"}
CLAUSES = pattern_of("[,;:。]")
NONE_OF_IT = pattern_of("未|无|没有|[为计]?(?<![0-9.])[0零](?![0-9.])")


def _is_like(each: Beside, claim: Claim) -> bool:
    is_like = SAME.get(each.number.unit, each.number.unit) == SAME.get(claim.unit, claim.unit)
    if claim.kind.partition(".")[0] in DECIDED and each.number.unit == "次":
        is_like = True
    is_itself = each.place == (claim.sentence, claim.at)
    return is_like and not is_itself and not COMPARED.search(each.words)


COMPARED = pattern_of(
    "(?:上年|去年)(?!度?(?:未办)?结)|同比|较|比(?!例)|增加|减少|增长|下降|上升|回升|回落|提高|降低|20[0-9]{2}年的"
)


SAME = {"份": "件", "宗": "件", "件次": "件", "起": "件", "例": "件", "条": "件", "项": "件"}


def _stands_there(claim: Claim, table: Decimal, beside: Sequence[Beside]) -> bool:
    is_decided = claim.kind.partition(".")[0] in DECIDED
    for each in beside:
        if each.number.value != table or (is_decided and PUBLISHED.search(each.words)):
            continue
        if table >= LEAST or (is_decided and table and DONE.search(each.words)):
            return True
    return False


DECIDED = frozenset(("licensing", "penalties", "coercion"))
PUBLISHED = pattern_of("公示|公开|公布|发布|归集")
DONE = pattern_of("实施|作出|办[理结]|决定|下达|采取|执行")  # 行政强制5项，实施2次


def _is_made(claim: Claim, table: Decimal, beside: Sequence[Beside], words: str) -> bool:
    """1件…另收到4件: 5; 处理9件，含转办4件: 5."""
    more = table - Decimal(claim.value)
    if not claim.value or table < LEAST:
        return False
    cue = ADDED if more > 0 else TAKEN
    is_said = cue.search(words) is not None
    numbers = [
        Decimal(each.number.value)
        for each in beside[:MOST_BESIDE]
        if each.number.value and (is_said or cue.search(each.words))
    ]
    return any(sum(some) == abs(more) for n in (1, 2) for some in combinations(numbers, n))


ADDED = pattern_of(
    "扣除|剔除|去除|除去|减去|核减|驳回|裁定|结转|不含|未含|不包括|未包括|不计|另|加上|此外|还有?|再加|其余|余下|剩余|以及|连同|(?<!复议)后(?=[^一-龥]*[一-龥]{0,8}$)"
)
TAKEN = pattern_of("含|其中|包括|扣除|除去?|去除|核减|剔除|减去|重复|合并|撤回|不计|转[办送交来]")


def _words_before(claim: Claim, text: str) -> str:
    for each in numbers_beside(text):
        if each.place == (claim.sentence, claim.at):
            *before, last = re.split("[,:;。]", each.words)
            return before[-1] if before and IN_ALL.fullmatch(last) else last
    return ""


IN_ALL = pattern_of("(?:的)?(?:两项|二者)?(?:共计?|合计|总计|计)(?:为|有)?")


def named_beside(own: Sequence[str], cells: Mapping[str, Decimal], words: str) -> list[Decimal]:
    """The numbers of the cells that the words name beside its own."""
    named = [name for name, said in NAMES.items() if said.search(words)]
    others = [name for name in named if not any(name in key for key in own)]
    return [
        number for key, number in cells.items() if number and any(name in key for name in others)
    ]


def _counts_several(claim: Claim, table: Decimal, named: Sequence[Decimal], words: str) -> bool:
    """维持和驳回共58件 is the sum of two columns."""
    more = Decimal(claim.value) - table
    if more <= 0 or "分别" in words or not JOINED.search(words.lstrip("、及和与或")):
        return False
    return any(sum(some) == more for n in (1, 2) for some in combinations(named, n))


JOINED = pattern_of("[、及和与或]|”“")
# How each part of a cell's key is named beside others.
NAMES = {
    name: pattern_of(said)
    for name, said in {
        ".upheld": "维持|驳回",
        ".corrected": "纠正|纠错|撤销|确认违法|责令|变更",
        ".other": "其他|终止|撤回",
        ".pending": "未审结|未结|审理",
        ".review.": "复议",
        ".suit_": "诉讼|起诉|应诉",
        ".licensing.": "许可",
        ".penalties.": "处罚",
        ".coercion.": "强制",
        ".issued": "制定|制发|出台|印发",
        ".made": "制定|制发|出台|印发",
        ".repealed": "废止|失效",
        ".in_force": "有效|保留",
        ".regulations.": "规章",
        ".normative_documents.": "规范性文件",
        ".granted.": "公开|提供",
        ".partial.": "部分|区分",
        ".denied.": "不予|不公开",
        ".unavailable.": "无法提供|不存在|不掌握|不属于|不明确|没有现成",
        ".unprocessed.": "不予处理|信访|重复|出版物",
        ".other.": "其他|撤回|补正|缴费|终止",
        ".natural_person": "自然人|公民|个人",
        ".business": "企业",
        ".research": "科研",
        ".social_welfare": "公益",
        ".legal_service": "法律|律师",
        ".other_org": "其他|组织",
        "new.": "新收",
        "carried_in.": "结转|上年",
    }.items()
}
