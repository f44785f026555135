"""What makes a number of a dense paragraph doubtful: then nobody is accused of it.

A section that tells fifty numbers tells of other offices' cases, of parts in two ways, of years
side by side. What the words around a number say of it is looked at here once more, whatever the
grammar took it for: its sentence, and all numbers that stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, permutations

from nianbao.parser.claim import Claim, bare, sentences_of
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity, quantities

MOST_NUMBERS = 10  # of a sentence, of which each may be part of a sum
FEWEST_OF_A_TREND = 3


# ---- of which cases, decisions and years a number is


def is_of_others(claim: Claim) -> bool:
    """针对处罚的复议3件; 作为第三人参加诉讼1件; 以县水利局名义办理处罚14件; 不属本表统计范围."""
    line = bare(claim.sentence)
    at = max(claim.at, 0)
    before, behind = line[:at].rpartition(";")[2], line[at:].partition(";")[0]
    is_last = OF_LAST_YEAR.match(line) is not None and not THIS_YEAR.search(line[:at])
    if OUTSIDE.search(behind) or (is_last and claim.kind != "requests.carried_in"):
        return True
    if claim.kind.startswith("disputes."):
        if NOT_OF_IT.search(before):
            return True
        if OF_OTHER_CASES.search(before.rpartition("信息公开")[2]) or OF_ANOTHER_CAUSE.search(
            behind
        ):
            return True
        is_a_result = claim.kind.count(".") > 1 and claim.unit in TIMES  # 维持原统计结果3次
        return OTHER_CAUSES.search(line) is not None or is_a_result
    if ".by." in claim.kind or ".of." in claim.kind:
        return BY_SUBJECT.search(line[:at]) is not None
    if claim.kind == "requests.unprocessed.petition" and ALL_PETITIONS.search(before):
        return "不予处理" not in line[at:].partition(";")[0]
    if claim.kind.startswith("requests."):
        return OF_ONE_OF_SOME.search(line) is not None
    is_decided = claim.kind.startswith(DECIDED)
    return is_decided and bool(OF_ANOTHERS_NAME.search(before) or OF_CASES.search(before))


def is_another(claim: Claim) -> bool:
    """另收到申请4件: beside what is told before."""
    return ANOTHER.search(bare(claim.sentence)[: max(claim.at, 0)]) is not None


def is_of_both(claim: Claim) -> bool:
    """复议36件、诉讼17件（直接起诉10件、复议后起诉7件），被纠正6件: of either, or of both."""
    return OF_BOTH.search(bare(claim.sentence)[: max(claim.at, 0)]) is not None


# 去年行政复议14件，结果维持10件: so is what follows
OF_LAST_YEAR = pattern_of(
    "(?:去年|上年|上一年)(?!度?(?:年?[底末])?(?:尚|仍)?(?:有|未|没|无|零|均|也|结|遗|转|接|留|剩|带|积|延|跨|在))"
)
THIS_YEAR = pattern_of("今年|本年|当年|年内|20[0-9]{2}年|相比|[较比]|[;。]")
ANOTHER = pattern_of("(?:此外|另外?|还)(?:又|再|另)?(?:收到|受理|接收|接到|新收)[^,;。0-9]*$")
OUTSIDE = pattern_of(
    "(?:不(?:再)?(?:属于?|列入|计入|纳入|反映|在)|未(?:列入|计入|纳入))[^,;。]{0,10}(?:本表|统计|范围|本报告)"
    "|与[^,;。]{0,6}信息公开[^,;。]{0,4}无[关涉]|不属于?[^,;。]{0,8}(?:行政复议|行政诉讼)|[(,](?:均|故|已)?(?:不|未)(?:再|另|另行|重复)?(?:计|计算|统计|计数|计入|列入|纳入)[),;。]|(?:统计|本)表不再?(?:反映|统计|列|含)"
    "|由(?![我本])[^,;。]{2,14}(?:统计|填报)|已(?:列入|计入|统计在)[^,;。]{0,6}20[0-9]{2}年|不涉及?(?:政府)?信息公开"
    "|与[^,;。]{0,8}(?:公开|申请)[^,;。]{0,6}(?:分开|分别|区分|区别)|(?:单独|另行|分开|分别)(?:登记|统计|建账|管理|计数)"
)
ALL_PETITIONS = pattern_of(
    "(?:信访|投诉|举报|来信来访|诉求)(?:总量|总数|总件数|数量|办件量|受理量|量|件|案件|事项|线索|工单|登记|接待)(?:共|计|为|达|有|总计|合计)*$"
)
OF_OTHER_CASES = pattern_of(
    "(?:其[他它](?:类型?)?|非信息公开类?|各类)的?(?:行政)?(?:案件|复议|诉讼|领域)(?:复议|案件)?(?:[0-9]|共|受理)"
    "|因(?![^,;。]*(?:公开|答复|申请))[^,;。]{1,10}(?:引起|引发|产生|提起|提出)(?:的)?(?:行政)?(?:复议|诉讼)"
    "|(?:针对|不服|对)(?![^,;。]*(?:公开|答复|复议决定))[^,;。]{0,8}(?:处罚|许可|强制|决定|登记|认定)的?[^,;。]{0,6}(?:复议|诉讼)"
    "|(?:因|涉及?|关于|围绕|就)(?![此本]|[^,;。]*(?:公开|答复|申请|复议决定))[^,;。0-9]{2,14}(?:被|而|遭|引|产生|发生|被?提|的|类)[^,;。0-9]{0,8}(?:复议|诉讼|起诉|应诉|告)"
    "|(?:法制|司法|法规|法治)[^,;。0-9]{0,3}(?:办理|代理|承办)[^;。]*"
    "|(?:处罚|许可|强制|征收|征地|拆迁|执法|投诉|举报|登记|劳动|信访|治安|违建|确权|审批)(?:类|案件|领域|事项|行为|决定|处理|纠纷|方面|引|等){1,3}[^,;。0-9]{0,6}(?:复议|诉讼|起诉|应诉|被告|败诉)"
)
COUNTED = "[^,;。()]{0,14}?[0-9]+[件起宗](?:[(][^()]*[)])?"
OF_BOTH = pattern_of(
    f"(?:复议{COUNTED}[、,和及与]+[^,;。()]{{0,12}}(?:诉讼|起诉|应诉)|(?:诉讼|应诉){COUNTED}[、,和及与]+[^,;。()]{{0,12}}复议){COUNTED}"
    "[,:。](?:其中)?[,:]?[^,;。:()0-9复诉讼法院判]{0,12}$"
)
NOT_OF_IT = pattern_of(  # 另有与信息公开无关的复议2起、诉讼3起
    "(?:(?:与|和|同)[^,;。]{0,8}公开[^,;。]{0,4}无关|(?:不|未)(?:涉及|属于?|是因)[^,;。]{0,6}信息公开[^,;。]{0,4}的|非因?(?:政府)?信息公开[^,;。]{0,4}[的类]"
    "|(?:除|信息公开)[^,;。]{0,10}(?:以|之)?外的)(?:[^,;。]*[0-9][件起],)?[^,;。]*$"
)
OF_ANOTHER_CAUSE = pattern_of(
    "^[^,。]*(?:为|是|系|属于?|因)[^,。]{0,16}(?:纠纷|争议|补偿|工伤|拆迁)"
    "|^[^;。]{0,8}(?:均|都|皆|全部|全)(?:为|是|系|属于?|因|涉及?)(?![^,;。)]*(?:公开|答复|申请))[^,;。)]{0,12}"
    "(?:处罚|许可|征收|征地|执法|治安|管理|登记|强制|劳动|举报|投诉|信访|宅基地|确权|违建|补偿|拆迁)"
)
OTHER_CAUSES = pattern_of(
    "第三人|[林山土]地?权属?|山场|产权|征迁|补偿安置|工伤|仲裁|决定书(?:公开|上网)|其[他它]领域|非政府信息公开"
    "|因林权|因土地|(?:房屋|土地)征收[^,;。]{0,6}(?:纠纷|案件|复议|诉讼)"
)
BY_SUBJECT = pattern_of(
    "按(?:照)?(?:领域|内容|主题|事项|类别|行业|业务|题材)[^,;。]{0,4}(?:看|分|划分|统计|,|:|为)"
)
OF_ONE_OF_SOME = pattern_of("前者|后者|原(?:单位|机关|部门)[^,;。]{0,4}(?:年报|年度报告)")
DECIDED = ("licensing.", "penalties.", "coercion.", "fees.")
OF_ANOTHERS_NAME = pattern_of("以(?![我本])[^,;。]{2,14}(?:局|委|政府|厅|队)的?名义")
OF_CASES = pattern_of(  # 复议5件，其中涉及城管处罚4件
    "(?:复议|诉讼|信访|投诉|举报|申请)[^;。]*[0-9]+[件起宗][^;。]*其中[^;。]*(?:涉及?|因|针对|关于|要求(?:公开|提供)|申请公开|内容[为是])[^,;。0-9]*(?:[0-9]+[件起宗]、[^,;。0-9]*)*$"
)
TIMES = frozenset(("次", "场", "场次", "人次", "期"))


# ---- sums


def are_told_in_another_way(whole: Claim, parts: Sequence[Claim]) -> bool:
    """局机关364条、中心112条、站60条；按季118条、137条、151条、130条: the four are of the 536.

    What the parts make is another number beside them, or one of them is told of the others; or,
    where there are numbers that are no parts, some of all make the whole.
    """
    every = [sum((Decimal(c.value) for c in parts if c is not each), Decimal(0)) for each in parts]
    if any(c.value == whole.value + rest for c, rest in zip(parts, every, strict=True)):
        return True  # 34件…，另有7件，合计41件
    if any(_is_no_part(each) for each in parts):
        return True
    line = bare(whole.sentence)
    before = line[: max(whole.at, 0)]
    numbered = NUMBERED.search(before)
    begins_before = numbered and NUMERALS.index(numbered["n"]) > len(parts)
    if begins_before or OF_SOME_KINDS.search(before):
        return True
    if BY_ONE_WAY.search(line[max(whole.at, 0) : parts[0].at]):
        return False  # 按内容分…；按结果分…: each of them is all
    if any(REST.search(bare(c.sentence)[: max(c.at, 0)]) for c in parts):
        return False  # it is said that they are all
    beside = [n for n in _numbers_beside(whole) if n.start != whole.at and n.value]
    total = sum((Decimal(c.value) for c in parts), Decimal(0))
    if any(n.value == total for n in beside):
        return True
    told = {c.at for c in parts}
    behind = [n for n in beside if n.start > whole.at][:MOST_NUMBERS]
    is_of_it = parts[0].sentence == whole.sentence
    if not is_of_it or all(n.start in told for n in behind):
        return False
    behind = [n for n in behind if not BY.search(line[: n.start])]
    heads = [n for n, one in zip(behind, (None, *behind), strict=False) if _begins(line, one, n)]
    runs = [behind[a:b] for a, b in combinations(range(len(behind) + 1), 2) if b - a > 1]
    others = [each for each in (*runs, heads) if any(n.start not in told for n in each)]
    return any(sum(n.value for n in some) == whole.value for some in others)


def _is_no_part(claim: Claim) -> bool:
    """…，总数5件; 其中2件内容相同，第2件按重复申请不予处理: a total, and some that meet others."""
    line = bare(claim.sentence)
    at = max(claim.at, 0)
    return bool(A_TOTAL.search(line[:at]) or MEETS_OTHERS.match(line, at))


A_TOTAL = pattern_of("(?:总数|总量|总计|合计|共计|加起来|相加)(?:共|为|是|有|达|约)*$")
MEETS_OTHERS = pattern_of(
    "[0-9]+(?:件|份|宗|起|条|项)(?:申请|信息)?[^,;。0-9]{0,8}(?:(?:内容|诉求|事项|问题)?(?:相同|雷同|一样|一致|类似)|内容重复|(?:由|为|系|是)?同一(?:人|申请人|村民|企业|单位|名))"
)
OF_SOME_KINDS = pattern_of(  # 前五类合计390条
    "(?:[前后]|排名前|位居前)[0-9一二两三四五六七八九十]{1,2}(?:类|项|个|种|者|位)[^,;。0-9]{0,6}$"
)
NUMERALS = "一二三四五六七八九十"
NUMBERED = pattern_of(f"[(](?P<n>[{NUMERALS}])[)](?:总计|合计|共计)[^,;。0-9]{{0,4}}$")  # (七)总计
REST = pattern_of("(?:其余|剩余|余下|剩下)[^,;。0-9]{0,4}$")
BY_ONE_WAY = pattern_of("按[^,;。:]{1,8}分")


def _begins(line: str, one: Quantity | None, number: Quantity) -> bool:
    """The first number behind a semicolon: 直接起诉4件，维持3件、其他1件；复议后起诉1件."""
    return one is None or ";" in line[one.end : number.start]


def _numbers_beside(claim: Claim) -> list[Quantity]:
    """Of its sentence, in its unit; not what stands in brackets behind others."""
    line = bare(claim.sentence)
    open_ = IN_BRACKETS.sub(lambda match: "_" * len(match[0]), line)
    text = open_ if open_[max(claim.at, 0)] != "_" else line
    unit = ALIKE.get(claim.unit, claim.unit)
    return [n for n in quantities(text) if ALIKE.get(n.unit, n.unit) == unit and n.exact]


IN_BRACKETS = pattern_of(r"[(][^()]*[)]")
ALIKE = {"份": "件", "宗": "件", "件次": "件", "起": "件", "例": "件"}


# ---- percentages


def is_made_beside(claim: Claim, text: str) -> bool:
    """A percentage that numbers of its sentence or the one before make, whichever they are.

    Two numbers can be compared in one way; of many nobody knows which were meant.
    """
    line = bare(claim.sentence)
    at = max(claim.at, 0)
    bracket = BEHIND.match(line, at)
    said = _sentence_before(line, text) + line[: bracket.end() if bracket else at]
    numbers = [n for n in quantities(said) if n.value and n.exact][-MOST_NUMBERS:]
    rises = CHANGES.findall(line[max(at - 16, 0) : at])
    for unit in {n.unit for n in numbers[-3:]}:
        like = [n for n in numbers if n.unit == unit]
        is_told_by_how_much = any(BY.search(said[: n.start]) for n in like)
        if len(like) < FEWEST_OF_A_TREND and not is_told_by_how_much:
            continue
        if rises:
            made = _grown(like, said, falls=rises[-1] in FALLS)
        else:
            made = _shares([Decimal(n.value) for n in like])
        if any(claim.low <= each <= claim.high for each in made):
            return True
    return False


BEHIND = pattern_of("[0-9.]+%[(][^()]*[)]")
CHANGES = pattern_of("增|长|升|提高|多|减|少|降|低|落|翻")
FALLS = "减少降低落"
BY = pattern_of("[增减多少升降长][^,;。0-9]{0,4}$")


def _sentence_before(line: str, text: str) -> str:
    sentences = [each.bare for each in sentences_of(text)]
    at = sentences.index(line) if line in sentences else 0
    return sentences[at - 1] if at else ""


def _grown(numbers: Sequence[Quantity], text: str, *, falls: bool) -> Iterator[Decimal]:
    """Of two that are compared; or by a number of which it is said that it is more or less."""
    for now, then in permutations(numbers, 2):
        if (now.value < then.value) == falls:
            change = (Decimal(now.value) - then.value) * 100 / then.value
            yield from (change, -change)
        if BY.search(text[: now.start]):
            base = Decimal(then.value) + (now.value if falls else -now.value)
            if base > 0:
                yield from (now.value * 100 / base, -now.value * 100 / base)


def _shares(values: Sequence[Decimal]) -> Iterator[Decimal]:
    """Of one of the last, or of several that end with the last."""
    runs = [sum(values[-n:], Decimal(0)) for n in range(2, MOST_TOGETHER + 1) if n <= len(values)]
    for part in (*values[-2:], *runs):
        yield from (part * 100 / whole for whole in values if whole >= part)


MOST_TOGETHER = 4
