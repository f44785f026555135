"""What there was, came and went, and what is left: 上年底40件，新制定5件，废止7件，年末38件.

Told only where every number of the sentence that counts the same is known to be one of these, and
each end is told once; a number with any other word beside it (修改, 划转, 净增) makes it silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from nianbao.parser.differences import Difference
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity

YEAR = "(?:20[0-9]{2}年度?)?"
NEAR = "[^,;。:()0-9]{0,10}$"
ROLES = tuple(
    (role, pattern_of(said))
    for role, said in (
        ("within", f"^[(,]*(?:其中)?(?:含|包括|加上){NEAR}"),
        ("before", f"(?:上年|去年|20[0-9]{{2}}年)[末底](?:有效|保留|现行|共有|存)?{NEAR}"),
        ("after", f"(?:年[末底]|期末|清理后){NEAR}"),
        ("after", f"(?:^|[,;])(?:尚?余|剩余?|剩下|余下|尚有|保留|结转){NEAR}"),
        ("before", f"(?:年初|期初|清理前){NEAR}"),
        ("before", f"(?:^|[,;。]){YEAR}[^,;。:0-9]{{0,8}}(?:原有|应办结?|应答复){NEAR}"),
        ("more", f"(?:新制[定发]|新出台|新印发|新增设?|新开设|新设|新建|新开通){NEAR}"),
        ("less", f"(?:废止|失效|下线|取消|关停|注销|关闭|撤并|停用){NEAR}"),
        ("less", f"(?:^|[,;])(?:实际|按时|年内|已|共|实)*(?:办结|办复|(?<=实)办){NEAR}"),
    )
)  # fmt: skip
BESIDE = pattern_of("修改|修订|修正|划[转入出]|净|合并|移交|撤回|撤销|调整|暂停|整合|不含|另")
COUNTED = frozenset(("件", "部", "份", "个", "项", "宗"))
FEWEST = 3


def stocks(line: str, numbers: Sequence[Quantity], year: int | None) -> Iterator[Difference]:
    """`year` is the report's own: 2021年末 is its end, and no beginning."""
    if len(numbers) < FEWEST or not ENDS.search(line):
        return
    start = 0
    for end in (*(match.end() for match in re.finditer("[;。]", line)), len(line)):
        yield from _of_a_passage(line, [n for n in numbers if start <= n.start < end], year)
        start = end


ENDS = pattern_of("[年期][末底初]|清理[前后]|[余剩]|应办|应答复")


def _of_a_passage(line: str, numbers: Sequence[Quantity], year: int | None) -> Iterator[Difference]:
    units = {number.unit for number in numbers}
    if len(numbers) < FEWEST or len(units) > 1 or not units <= COUNTED:
        return
    if BESIDE.search(line, numbers[0].start, numbers[-1].end):
        return
    told: dict[str, list[Quantity]] = {}
    end = 0
    for number in numbers:
        words = line[max(end, number.start - 40) : number.start]
        role = _role(words, year)
        if not role or not number.exact:
            return
        told.setdefault(role, []).append(number)
        end = number.end
    ends = [told.get(role, []) for role in ("before", "after")]
    changes = told.get("more", []) + told.get("less", [])
    if [len(each) for each in ends] != [1, 1] or not changes:
        return
    before, after = (each[0] for each in ends)
    made = before.value + _sum(told.get("more", [])) - _sum(told.get("less", []))
    if made != after.value and made >= 0:
        printed = Decimal(after.value)
        yield Difference(printed, printed, printed, after.start, after.unit, (made,))


def _role(words: str, year: int | None) -> str:
    for role, said in ROLES:
        match = said.search(words)
        if match and role in CHANGES and OF_LAST_YEAR.search(words):
            return ""  # 新增9件，上年废止6件
        of_this_year = role == "before" and "初" not in words and f"{year}年" in words
        if match and (not of_this_year or "应" in match[0]):
            return role
    return ""


CHANGES = frozenset(("more", "less"))
OF_LAST_YEAR = pattern_of("上一?年|去年|往年|历年|此前")


def _sum(numbers: Sequence[Quantity]) -> Decimal:
    return sum((Decimal(each.value) for each in numbers), Decimal(0))
