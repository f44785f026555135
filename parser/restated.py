"""The same requests counted again: 收到申请5件，…。三件申请均在20个工作日内答复.

Told only where all of them are spoken of (N件申请均), the paragraph told before how many were
received, and no number before it, nor a sum or difference of some of them, is the N.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from nianbao.parser.differences import Difference
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity

ALL_OF_THEM = pattern_of("(?:政府信息公开|信息公开|依申请公开)?申请(?:人|事项|件)?(?:均|全部|都)")
BEGINS = pattern_of("(?:^|[,;])(?:上述|以上|这|该|全部|所有|此|全年|本年度?|年内|所收)?$")
REQUEST = pattern_of("申请|受理|收到|办件")


def may_be_restated(line: str) -> bool:
    return "申请" in line and ("均" in line or "都" in line or "全部" in line)


def restated(
    line: str, number: Quantity, before: Sequence[Quantity], received: Sequence[Quantity]
) -> Iterator[Difference]:
    """`before` are the numbers of the paragraph before it, `received` those of requests."""
    if (
        not received
        or not ALL_OF_THEM.match(line, number.end)
        or not BEGINS.search(line[: number.start])
    ):
        return
    alike = [each for each in before if each.unit in CASES]
    if not number.exact or not all(each.exact for each in alike):
        return
    values = [Decimal(each.value) for each in alike]
    some = (each for n in (1, 2, 3) for each in combinations(values[:MOST], n))
    sums = {sum(each, Decimal(0)) for each in some}
    differences = {abs(a - b) for a, b in combinations(values[:MOST], 2)}
    if Decimal(number.value) in sums | differences:
        return
    made = max(sums) if len(received) > 1 else Decimal(received[0].value)
    printed = Decimal(number.value)
    yield Difference(printed, printed, printed, number.start, number.unit, (made,))


CASES = frozenset(("件", "宗", "份", "起", "件次"))
MOST = 8
