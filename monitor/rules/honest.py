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

from nianbao.parser.claim import Claim, bare, sentences_of
from nianbao.parser.mentions import topic_of
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
    behind: str  # to the end of its sentence
    before: str = ""  # its sentence as far as the number

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
            behind = sentence.bare[number.end :]
            before = sentence.bare[: number.start]
            yield Beside(number, (sentence.raw, number.start), words, behind, before)
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
    beside = [
        each
        for each in numbers_beside(text)
        if _is_like(each, claim) and not _is_of_another(each, claim)
    ]
    words = _words_before(claim, text).replace("判决驳回", "")  # it says what is counted
    pieces = PIECES.get(claim.kind, CARRIED if OF_RESULTS.match(claim.kind) else NONE)
    unread = [e for e in beside if kinds.get(e.place, claim.kind) == claim.kind or e.is_final]
    unread = [each for each in unread if not _is_told_again(each, claim, text)]
    if claim.kind == "requests.received":
        unread += [e for e in beside if kinds.get(e.place) in PARTS and _is_what_was_left(e)]
    added = [e for e in beside if kinds.get(e.place, claim.kind) in (claim.kind, *pieces)]
    if pieces is CARRIED:  # 新收18件，上年结转1件: only told of, where its result is not said of it
        added = [e for e in added if kinds.get(e.place) not in CARRIED or _has_its_end(e, claim)]
    return (
        _is_of_a_neighbour(claim, cells, text)
        or _stands_there(claim, table, unread)
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


def _has_its_end(each: Beside, claim: Claim) -> bool:
    """予以公开4件；上年结转1件予以公开."""
    is_behind = each.place[0] == claim.sentence and each.place[1] > claim.at
    return is_behind or ITS_END.match(each.behind) is not None


ITS_END = pattern_of("(?:申请)?[^;。0-9]{0,20}(?:公开|提供|不予|答复|不掌握|不存在|处理)")


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
            none = NONE_OF_OURS if noun == "规范性文件" else NONE_OF_IT
            if noun in clause and none.search(clause) and not is_own:
                return True
            start = end + 1
    return False


NOUNS = {
    "normative_documents": "规范性文件",
    "licensing": "许可",
    "penalties": "处罚",
    "coercion": "强制",
    "fees": "收费",
}
CLAUSES = pattern_of("[,;:。]")
# 对61件文件出具审核意见，清理废止22件，本局自身没有规范性文件
NONE_OF_OURS = pattern_of(
    "(?:自身|本身|本级|本机关|本单位|[我本][局委办镇乡街])[^,;。]{0,4}(?:没有|无|未)[^,;。]{0,6}规范性文件"
)
NONE_OF_IT = pattern_of("未|无|没有|[为计]?(?<![0-9.])[0零](?![0-9.])")


def _is_like(each: Beside, claim: Claim) -> bool:
    is_like = SAME.get(each.number.unit, each.number.unit) == SAME.get(claim.unit, claim.unit)
    if claim.kind.partition(".")[0] in DECIDED and each.number.unit == "次":
        is_like = True
    is_itself = each.place == (claim.sentence, claim.at)
    return is_like and not is_itself and not COMPARED.search(each.words)


def _is_of_a_neighbour(claim: Claim, cells: Mapping[str, Decimal], text: str) -> bool:
    """“申请信息不存在”1件, as the form of 2019 has it: it was not held, or had to be made."""
    if claim.kind not in NEIGHBOURS or not claim.value:
        return False
    group, said = NEIGHBOURS[claim.kind]
    line = bare(claim.sentence)[max(claim.at, 0) :]
    words = _words_before(claim, text) + re.split("[,;。]", line)[0]
    of_a_total = (n for key, n in cells.items() if group in key and key.endswith("total"))
    return said.search(words) is not None and any(n == claim.value for n in of_a_total)


NEIGHBOURS = {
    "requests.unavailable.not_held": (".unavailable.", pattern_of("不存在")),
    # 1件因申请人未补正视为撤回（其他处理）
    "requests.other.not_corrected": (".other.", pattern_of("撤回|撤销|终止|其他处理")),
}


def _is_of_another(each: Beside, claim: Claim) -> bool:
    """其中规范性文件3件; 许可事项3项; 企业3件: its own words name what another cell counts."""
    family = claim.kind.partition(".")[0]
    if family == "procurement":  # 新设栏目6个
        return "采购" not in each.words
    own = FAMILIES.get(family)
    if own is None:
        return False
    if topic_of(each.before) not in own and CAME_OVER.search(each.words) is None:
        return True
    if THINGS.search(each.words) is not None and IS_NAMED[family].search(each.words) is None:
        return True
    if ".of." in claim.kind or not OF_A_ROW.match(claim.kind):
        return False
    last = CLAUSES.split(each.words)[-1]
    return any(
        said.search(last) for row, said in OTHER_ROWS if not row or not claim.kind.startswith(row)
    )


# What the words of a number may speak of where it is of a table.
OF_DISPUTES = frozenset(("disputes", "reviews", "suits", "suits_direct", "suits_after_review"))
FAMILIES = {
    "requests": frozenset(("", "requests")),
    "disputes": OF_DISPUTES | {""},
    "normative_documents": frozenset(("", "normative_documents", "regulations")),
}
CAME_OVER = pattern_of("结转|新受理|新收|未办结|转入")  # of disputes as well as of requests
THINGS = pattern_of(
    "解读|检察建议|公益诉讼|民事|刑事|推送|刊发|培训|会议|公众号|热线|工单|信箱|留言|提案|政策文件|清单|许可|处罚|强制|收费"
    "|图解|视频|(?:政府|工作)动态|人事|招标|采购|立案|来信|来访|舆情|隐患|检查"
)
REQUESTED = pattern_of("申请|答复|受理|办结|复议|起诉|(?<!公益)诉讼")
IS_NAMED = {
    "requests": REQUESTED,
    "disputes": REQUESTED,
    "normative_documents": pattern_of("制[定发]|印发|出台|废止|失效|有效|规范性文件(?!解读)"),
}
OF_A_ROW = pattern_of(
    "requests[.](?:granted|partial|denied|unavailable|unprocessed|other|carried_in|carried_out)"
    "|disputes[.]"
)
OTHER_ROWS = (
    ("", pattern_of("企业|自然人|公民|居民|村民|律所|律师|[县市区]政府办|(?<!各)部门|乡镇|街道")),
    ("requests.unprocessed", pattern_of("信访|不(?:予)?处理|重复")),
    ("requests.denied", pattern_of("第三方权益|过程性|内部事务|执法案卷|不予公开")),
    ("requests.other", pattern_of("^、?其他$")),
)


def _is_told_again(each: Beside, claim: Claim, text: str) -> bool:
    """收到申请18件，…。8件均已答复: of the same, where nothing between them was taken away."""
    if claim.kind not in TOLD_AGAIN or HAN.search(each.words.rpartition("。")[2]):
        return False
    if not ALL_OF_THEM.match(each.behind):
        return False
    return _nothing_went_between((claim.sentence, claim.at), each.place, text)


def is_told_again(one: Claim, again: Claim, text: str) -> bool:
    """办结107件。办结的107件中，…; 诉讼4件。4件诉讼中，…: it begins its sentence and is of all."""
    place = (again.sentence, again.at)
    said = next((each for each in numbers_beside(text) if each.place == place), None)
    if said is None or not AGAIN.match(said.behind):
        return False
    if not ONCE_MORE.fullmatch(CLAUSES.split(bare(again.sentence)[: again.at])[-1]):
        return False
    is_a_slip = abs(Decimal(one.value) - again.value) in SLIPS or sorted(str(one.value)) == sorted(
        str(again.value)
    )
    return is_a_slip and _nothing_went_between((one.sentence, one.at), place, text)


SLIPS = frozenset((1, 2, 3, 10))
ONCE_MORE = pattern_of("(?:[已]?(?:办结|答复)的?|(?:本年)?新?收到?的|这|上述|以上)?")
AGAIN = pattern_of(
    "(?:政府信息公开|信息公开)?(?:申请|办件|案件|复议|诉讼|办结件|答复)*(?:的)?(?:答复|办理|复议|处理)?(?:结果|情况)?"
    "(?:如下|为|分为|[当之]?中|含)(?!.{0,3}(?:部分|一半))"
)


def _nothing_went_between(own: Place, again: Place, text: str) -> bool:
    """No number between them is the difference, and no word takes some of them away."""
    every = list(numbers_beside(text))
    places = [one.place for one in every]
    if own not in places or again not in places:
        return False
    start, end = places.index(own), places.index(again)
    between = every[start + 1 : end]
    gap = abs(Decimal(every[start].number.value) - every[end].number.value)
    if start >= end or any(one.number.value == gap for one in between):
        return False
    first = every[start].behind.partition("。")[0][:60] if not between else ""
    said = first + "".join(one.words for one in between)
    return LESS.search(said + every[end].words + every[end].behind[:12]) is None


def _is_what_was_left(each: Beside) -> bool:
    """收到12件，其中3件由申请人撤回，9件均予登记办理: the table has the nine."""
    return WENT.search(each.words) is not None and LET_IN.match(each.behind) is not None


PARTS = ("part", "requests.received.part")
WENT = pattern_of("撤回|撤销|退回|退还|作废|不属于|不符合|合并|重复|转[办送]|移送")
LET_IN = pattern_of("(?:申请)?(?:均|都|全部|已|予以?|作|依法|正式|按规定)*(?:登记|受理|立项|办理)")
TOLD_AGAIN = frozenset(("requests.received", "requests.answered", "requests.dealt"))
HAN = pattern_of("[一-龥]")
ALL_OF_THEM = pattern_of(
    "(?:政府信息公开|信息公开|依申请公开)?(?:申请|办件|答复|办结)*(?:的)?(?:结果|情况)?(?:[当之]?中|里|均|都|全部|已全部|[为是]?:|如下)"
)
LESS = pattern_of(
    "撤|合并|重复|不属|(?<!结)转[办送交来]|移[送交]|剔除|核减|扣除|实际|另|除|补正|不予受理|其余|剩余|去重|归|有效|登记|认定|未收到|退"
)
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
    "主动公开|已(?:经)?公开|获取(?:的)?(?:方式|途径)|扣除|剔除|去除|除去|减去|核减|驳回|裁定|结转|不含|未含|不包括|未包括|不计|另|加上|此外|还有?|再加|其余|余下|剩余|以及|连同|(?<!复议)后(?=[^一-龥]*[一-龥]{0,8}$)"
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
