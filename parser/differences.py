"""What a year is more or less than the year before: numbers that must make one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import NO_LIMIT, Quantity


class Difference(NamedTuple):
    """A number that the others beside it make, and what else they may make by an honest reading."""

    printed: Decimal
    low: Decimal
    high: Decimal
    at: int
    unit: str  # %, 个百分点, or the unit of count
    readings: tuple[Decimal, ...]


class _Beside(NamedTuple):
    """The numbers of a sentence by what is said of each."""

    now: Quantity | None
    then: Quantity | None
    by: Quantity | None
    sign: int  # of `by`


BEFORE = "(?:上一?年度?|去年度?|上年度?|(?P<year>20[0-9]{2})年度?)(?:同期)?"
NO_TOTAL = "比|较|增|减|多|少|上升|下降|提高|降低|结转|遗留|未|以来"
THEN = pattern_of(rf"{BEFORE}(?:(?!{NO_TOTAL})[^,。;0-9]){{0,16}},?$")
MORE = "多公?开?|增加|增长|增|上升|提高|多增|净增"
LESS = "减少|下降|少公?开?|降低|回落|减"
BY = pattern_of(
    rf"(?:(?P<more>{MORE})|(?P<less>{LESS}))(?:了|公开|发布|收到|受理|办理|办结|申请|新收|共)*$"
)
RISES = pattern_of(
    rf"(?:(?P<more>{MORE}|增幅|涨幅|同比增|升幅)|(?P<less>{LESS}|降幅|减幅))(?:为|了|约|达|近)*$"
)
PERCENT = pattern_of(r"(?P<n>[0-9]{1,4}(?:\.[0-9]{1,3})?)(?P<unit>%|个百分点)")
OTHERS = pattern_of(
    "分别|其中|各(?![类项种级])|[日月季年]均|逐年|平均|复合|累计|主要(?:是|为|集中|系|因)|(?:结转|转入|遗留|跨年)"
)
NEWLY = pattern_of("新增(?:了|公开|发布|收到|受理|办理|办结|申请|共)*$")
OVER = pattern_of("[比较]|同期|基础上")
ENDED = pattern_of("废止|失效|撤销|注销|取消|修改|修订")
MOST = 400  # characters of a sentence in which numbers may be compared


def differences(
    line: str, numbers: Sequence[Quantity], year: int | None = None
) -> Iterator[Difference]:
    """`year` is the report's own: what stands behind it is not of before."""
    if len(line) <= MOST and COMPARES.search(line):
        yield from _points(line)
        for part in _passages(line, numbers):
            yield from _of_the_year_before(line, part, year)
    yield from _averages(line, numbers)
    yield from _the_same(line, numbers)


COMPARES = pattern_of(f"{BEFORE}|同比|由|从|翻番|翻一番")


def _passages(line: str, numbers: Sequence[Quantity]) -> Iterator[list[Quantity]]:
    """Numbers of one unit that stand side by side."""
    run: list[Quantity] = []
    for number in numbers:
        if run and number.unit != run[-1].unit:
            yield run
            run = []
        run.append(number)
    yield run


def _of_the_year_before(
    line: str, numbers: Sequence[Quantity], year: int | None
) -> Iterator[Difference]:
    beside = _beside(line, numbers, year)
    if beside is None and (parts := _by_semicolons(line, numbers)):
        ends = [*(part[0].start for part in parts[1:]), len(line)]  # what is behind is of the next
        for part, end in zip(parts, ends, strict=True):
            yield from _of_the_year_before(line[:end], part, year)
        return
    if beside is None or any(n is not None and not n.exact for n in beside[:3]):
        return
    now, then, by, sign = beside
    if now and then and by:
        made = abs(Decimal(now.value) - then.value)
        if by.value != made:
            printed = Decimal(by.value)
            yield Difference(printed, printed, printed, by.start, by.unit, (made,))
        elif (now.value - then.value) * sign < 0:
            printed, made = sign * Decimal(by.value), Decimal(now.value) - Decimal(then.value)
            yield Difference(printed, printed, printed, by.start, by.unit, (made,))
    if now and by and not then and sign:
        base = Decimal(now.value) - sign * by.value
    elif now and then:
        base = Decimal(then.value)
    else:
        return
    if base > 0 and now is not None:
        yield from _grown(line, numbers, (Decimal(now.value) - base) * 100 / base)


def _by_semicolons(line: str, numbers: Sequence[Quantity]) -> list[list[Quantity]]:
    """The numbers apart at semicolons; nothing where there is none between them."""
    parts: list[list[Quantity]] = [[]]
    end = numbers[0].start if numbers else 0
    for number in numbers:
        if ";" in line[end : number.start]:
            parts.append([])
        parts[-1].append(number)
        end = number.end
    return parts if len(parts) > 1 else []


FROM = pattern_of("由(?:[^,。;0-9]{0,8}的)?$")


def _beside(line: str, numbers: Sequence[Quantity], year: int | None) -> _Beside | None:
    """Which is this year's, which last year's, which the difference; nothing where two are one."""
    roles: dict[str, Quantity] = {}
    sign, end = 0, 0
    for number in numbers:
        if number.high == NO_LIMIT:  # 突破千件，达1032件
            continue
        words = line[max(end, number.start - 40) : number.start]
        by = BY.search(re.split("[,;。]", words)[-1])
        role = _role(words, by, year, is_first=not roles)
        if OTHERS.search(words) or number.is_money or role in roles:
            return None
        if role == "then" and ENDED.search(words) and not ENDED.search(line[: numbers[0].start]):
            return None  # 新增9件，上年废止6件，年末有效77件
        roles[role] = number
        if by and role == "by":
            sign = 1 if by["more"] else -1
        end = number.end
    if len(roles) < 2:
        return None
    return _Beside(roles.get("now"), roles.get("then"), roles.get("by"), sign)


def _role(words: str, by: re.Match[str] | None, year: int | None, *, is_first: bool) -> str:
    before = THEN.search(words)
    if before and before["year"] != str(year):
        return "then"
    if is_first and FROM.search(words):
        return "then"
    is_new = is_first and NEWLY.search(words) and not OVER.search(words)
    return "by" if by and not is_new else "now"


def _grown(line: str, numbers: Sequence[Quantity], made: Decimal) -> Iterator[Difference]:
    """增长8.7%, behind the numbers that make it and before any other."""
    first, last = numbers[0], numbers[-1]
    for match in PERCENT.finditer(line, first.start):
        said = line[max(match.start() - 12, 0) : match.start()]
        words = RISES.search(said)
        if match["unit"] != "%" or words is None or match.start() > last.end + 24:
            continue
        if OTHERS.search(said):  # 年均增长18.3%, over several years
            continue
        sign = 1 if words["more"] else -1
        printed = sign * Decimal(match["n"])
        step = Decimal(1).scaleb(-len(match["n"].partition(".")[2]))
        yield Difference(printed, printed - step, printed + step, match.start(), "%", (made,))
        return
    if double := TWOFOLD.search(line):
        yield Difference(Decimal(100), Decimal(90), Decimal(140), double.start(), "%", (made,))


TWOFOLD = pattern_of("翻了?一番(?!以上)|翻番")
POINTS = pattern_of(
    r"(?P<a>[0-9]{1,3}(?:\.[0-9]{1,2})?)%[^0-9。;]{0,6}?(?:提高|提升|上升|增加|增长|降|下降|降低|减少|升)[到至为](?P<b>[0-9]{1,3}(?:\.[0-9]{1,2})?)%"
    r"[,(]?(?:同比|环比|共|共计|净|(?:较|比)?(?:上年|去年|上一年|20[0-9]{2}年)度?(?:同期)?|[升降增减]幅"
    r"|提高|提升|上升|增加|增长|降低|下降|减少|回落|为|了|约|达)*"  # of the same measure
    r"(?P<c>[0-9]{1,3}(?:\.[0-9]{1,2})?)个百分点"
)


THAN_BEFORE = pattern_of(
    r"(?P<a>[0-9]{1,3}(?:\.[0-9]{1,2})?)%,?(?:较|比)(?:上一?年|去年|20[0-9]{2}年)度?(?:同期)?"
    r"(?:提高|提升|上升|增加|增长|降低|下降|减少|回落)了?(?P<c>[0-9]{1,3}(?:\.[0-9]{1,2})?)个百分点"
    r"\((?:上一?年|去年|20[0-9]{2}年)度?(?:同期)?为?(?P<b>[0-9]{1,3}(?:\.[0-9]{1,2})?)%\)"
)


def _points(line: str) -> Iterator[Difference]:
    """由19.4%降至17.2%，下降2.2个百分点; 70%，较上年提高14个百分点（上年56%）."""
    for match in (*POINTS.finditer(line), *THAN_BEFORE.finditer(line)):
        made = abs(Decimal(match["a"]) - Decimal(match["b"]))
        printed = Decimal(match["c"])
        step = Decimal("0.1") if "." in match["c"] else Decimal(1)
        yield Difference(
            printed, printed - step, printed + step, match.start("c"), "个百分点", (made,)
        )


RIGHT_BEHIND = "[^,。;0-9]{0,4}[,(](?:全年|平均)?"  # 其余10个月月均 is of them alone
AVERAGE = {
    pattern_of(f"{RIGHT_BEHIND}日均[^,。;0-9]{{0,8}}$"): (365, 366, 250, 249, 251, 248, 252),
    pattern_of(f"{RIGHT_BEHIND}(?:月均|平均每月)[^,。;0-9]{{0,8}}$"): (12, 11, 10),
}
FACTOR, NEARLY, MONTHS = Decimal(2), Decimal("1.2"), 3
OF_THE_YEAR = pattern_of("(?:全年|本年度?|20[0-9]{2}年度?)[^,;。0-9]*$")


def _averages(line: str, numbers: Sequence[Quantity]) -> Iterator[Difference]:
    """全年3.65亿人次，日均100万人次: told only where it is not even half or double."""
    for whole, number in pairwise(numbers if "均" in line else ()):
        words = line[whole.end : number.start]
        for pattern, counts in AVERAGE.items():
            if not pattern.match(words) or whole.unit != number.unit or not number.value:
                continue
            if words.startswith(")"):  # 收到21件（比去年多3件），月均1.75件
                continue
            made = [Decimal(whole.value) / count for count in counts]
            is_of_all = len(counts) == MONTHS and OF_THE_YEAR.search(line[: whole.start])
            factor = NEARLY if is_of_all and whole.exact and number.exact else FACTOR
            low, high = min(made) / factor, max(made) * factor
            if len(words) < 16 and not low <= number.value <= high:
                printed = Decimal(number.value)
                yield Difference(printed, printed, printed, number.start, number.unit, (made[0],))


SAME = pattern_of(r"^[,(]?(?:折合|折算为?|合计?人民币|合(?!计)|即|也就是)(?:人民币)?$")


def _the_same(line: str, numbers: Sequence[Quantity]) -> Iterator[Difference]:
    """1.2亿元，折合12000万元."""
    for first, second in pairwise(numbers):
        if not (first.is_money and second.is_money):
            continue
        if SAME.match(line[first.end : second.start]) and _differ(line, first, second):
            printed = Decimal(second.value)
            yield Difference(
                printed, printed, printed, second.start, second.unit, (Decimal(first.value),)
            )


def _differ(line: str, first: Quantity, second: Quantity) -> bool:
    """312.06万元（即3102600元）: by more than what the last digit printed leaves out."""
    printed = IN_TENS_OF_THOUSANDS.fullmatch(line, first.start, first.end)
    if printed and first.exact and second.exact and "万" not in line[second.start : second.end]:
        least = Decimal(10_000).scaleb(-len(printed["n"]))
        return abs(Decimal(first.value) - Decimal(second.value)) >= least
    return first.high < second.low * NEARLY_ONE or second.high < first.low * NEARLY_ONE


IN_TENS_OF_THOUSANDS = pattern_of("[0-9]+[.](?P<n>[0-9]+)万元?")
NEARLY_ONE = Decimal("0.99")
