"""Rates whose parts the sentence tells by the same words: 发放500份，回收486份，回收率97.2%.

A rate is of the number that its own word stands before, and of any larger one of that unit that
stands before it under a word that it may be of; where none is told, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from nianbao.parser.differences import Difference
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity

RATE = pattern_of(
    r"(?P<what>回收|收回|有效|整改|合格|参训|销号|公开|发布|更新|审结|办结|结案|采用|采纳|满意)率(?:为|达到?|约|:)*(?P<n>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
)
WHOLES = {
    "回收": "发放|发出|印发|发送",
    "收回": "发放|发出|印发|发送",
    "有效": "回收|收回|发放|发出",
    "整改": "发现|查出|反馈|排查",
    "销号": "发现|查出|反馈|排查",
    "合格": "抽查|检查|抽检|检测|参评",
    "参训": "应训|应参训",
    "审结": "受理|收到",
    "办结": "(?:热线|信箱|留言板|工单)[^,;。]{0,6}(?:收到|受理|接收|接听|登记)|"
    "议定|交办|承办|转办|立案|(?:收到|受理|接收|接到|登记)[^,;。]{0,8}"
    "(?:工单|留言|来信|诉求|建议|提案|信件|咨询|投诉)",
    "结案": "立案|受理",
    "采用": "上报|报送|投稿|编报",
    "采纳": "收到|征集|收集",
    "满意": "答复|办结|受理|发放|回收|回访|评价|参评|测评|受访",
    "公开": "应当?(?:主动)?公开",
    "发布": "应当?发布",
    "更新": "应当?更新",
}


IN_TIME = ("按期", "按时", "及时", "如期")
ALIKE = {"回收": "回收|收回", "收回": "回收|收回"}


def rates(line: str, numbers: Sequence[Quantity]) -> Iterator[Difference]:
    for match in RATE.finditer(line):
        before = [each for each in numbers if each.end <= match.start()]
        said = ALIKE.get(match["what"], match["what"])
        if line.endswith(IN_TIME, 0, match.start()):
            said = f"(?:{'|'.join(IN_TIME)}){said}"  # 按期办结率 is of what was done in time
        parts = [each for each in before if _is_said(line, each, before, said)]
        if len(parts) != 1 or not all(each.exact for each in before):
            continue
        part = parts[0]
        wholes = [
            each
            for each in before
            if each.unit == part.unit and each.value >= part.value and each is not part
        ]
        known = [each for each in wholes if _is_said(line, each, before, WHOLES[match["what"]])]
        known = known or [each for each in wholes if _is_parted(line, each, part, numbers, said)]
        if not known or not all(each.value for each in wholes):
            continue
        if match["what"] == "满意" and _are_asked(line, known, before):
            continue
        printed = Decimal(match["n"])
        if printed == ALL_OF_THEM:
            continue  # of those that were due: 议题46个，办结44个，办结率100%
        step = Decimal(1).scaleb(-len(match["n"].partition(".")[2]))
        made = tuple(Decimal(part.value) * 100 / each.value for each in (*known, *wholes))
        yield Difference(printed, printed - step, printed + step, match.start("n"), "%", made)


ALL_OF_THEM = 100


def _is_parted(
    line: str, whole: Quantity, part: Quantity, numbers: Sequence[Quantity], said: str
) -> bool:
    """186项，公开131项，公开率74.0%；未公开55项: the two are all there is of it."""
    others = (each for each in numbers if each.start > part.end and each.unit == whole.unit)
    denied = pattern_of(f"[,;](?:尚|仍)?未(?:予|按期|完成)?(?:{said})(?:的)?$")
    return any(
        each.exact and each.value + part.value == whole.value and denied.search(line[: each.start])
        for each in others
    )


def _are_asked(line: str, known: Sequence[Quantity], before: Sequence[Quantity]) -> bool:
    """Of those that were asked or that answered, where these are spoken of and not counted."""
    if DEGREES.search(line):
        return True  # 非常满意25件，满意率93.5%
    asked = ASKED.search(line)
    return asked is not None and not any(
        _is_said(line, each, before, ASKED.pattern) for each in known
    )


DEGREES = pattern_of("(?:非常|很|基本|比较|较|不)满意")
ASKED = pattern_of("回访|评价|参评|测评|受访|回收|问卷|抽样|随机")


def _is_said(line: str, number: Quantity, before: Sequence[Quantity], words: str) -> bool:
    """In its own clause, since the number before it."""
    since = max((each.end for each in before if each.end <= number.start), default=0)
    clause = re.split("[,;。]", line[since : number.start])[-1]
    return re.search(f"(?<![未不应当])(?:{words})", clause) is not None
