"""Numbers in running text: 6, 十二, 20余万, 约3.1万 -> what they say at least and at most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from nianbao.parser.patterns import pattern_of


class Quantity(NamedTuple):
    """A number with the unit it counts in, and where it stands."""

    value: int | Decimal
    low: Decimal  # the least and the most that it may mean
    high: Decimal
    exact: bool
    unit: str
    start: int  # of the number
    end: int  # of its unit

    @property
    def is_money(self) -> bool:
        return self.unit.endswith("元")


UNITS = (
    "件次|件|条次|条|项|个|份|宗|起|例|人次|场次|次|封|案|篇|则|期|部|册|名|人|位|场|元|户|家|幅|张"
    "|本|批|处|类|组(?![织长员成建合别])"
)
GROUPED = r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,6})?(?![0-9,])"
ARABIC = rf"{GROUPED}|(?<![0-9.第])(?<![0-9][百千万亿])[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?(?![0-9.])"
NUMERALS = "零一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"
CHINESE = rf"(?<![第{NUMERALS}几数])[{NUMERALS}]{{1,9}}?(?![{NUMERALS}])"
MIXED = "[0-9][千百][0-9](?:[百十][0-9]?)?十?"  # 2千4百, 1百2十
# what a quantity may begin with: most characters need no closer look
BEGINS = f"(?=[大约将近接超逾突至不少达0-9{NUMERALS}])"
QUANTITY = pattern_of(
    f"{BEGINS}(?P<near>大约|(?<!村规民)(?<!公)(?<!契)约|将近|接近|近|超过|超|逾|不少于|至少|突破|达到?近|不足|不到|少于|不超过)?"
    rf"(?P<n>{MIXED}|{ARABIC}|{CHINESE})(?P<rest>余|多|来|几)?(?P<scale>百万|千万|万|亿|千|百)?"
    rf"(?P<more>余|多|来|几|\+)?(?P<unit>{UNITS})(?P<or>\((?:{UNITS})\)|/(?:条|篇|件|份|次)(?![0-9]))?(?P<less>以上|以下|左右|以内|上下)?"
)
# a letter that a number may end in, and its unit: most sentences have none
MAY_BE_SOME = pattern_of(f"[0-9{NUMERALS}余多来几亿+](?:{UNITS})")
SCALES = {"百": 100, "千": 1000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 10**8}
DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
DIGITS |= {c: n for n, c in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
POWERS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
IN_WORDS = str.maketrans("0123456789", "零一二三四五六七八九")
ABOUT = Decimal("0.1")  # how far 约 and 左右 may reach
NEAR = Decimal("0.15")
NO_LIMIT = Decimal(10**12)


def quantities(text: str) -> Iterator[Quantity]:
    """The numbers of a text that has neither spaces nor full-width forms."""
    if MAY_BE_SOME.search(text) is None:
        return
    for match in QUANTITY.finditer(text):
        value = number_of(match["n"])
        if value is None or OF_A_NAME.match(text, _end(match)):
            continue
        if match["n"] != "一" or text[match.start() - 1 : match.start()] not in NO_COUNT:
            yield _quantity(match, Decimal(value))


# 只计一次, 每一件
NO_COUNT = frozenset("只仅每同这那首逐统计某任唯")
OF_A_NAME = pattern_of(
    "(?<=一[个类种])[0-9]|(?<=个)(?:工作日|自然日|小时|月|季度|星期|钟头)|(?<=一次)性|(?<=类)(?:内部|过程)|事(?!项)|条?例|工程|化|目(?!录)|(?:合计|共计|总计|共)[0-9]"
)  # 一件事, 三项制度; 一个5件, 一个8件


def _quantity(match: re.Match[str], number: Decimal) -> Quantity:
    if not any(match.group(*MODIFIERS)):
        end = _end(match)
        return Quantity(plain(number), number, number, True, match["unit"], match.start("n"), end)
    scale = Decimal(SCALES.get(match["scale"] or "", 1))
    value = number * scale
    is_rounded = scale > 1 and not match["unit"].endswith("元")
    low, high = value, value
    is_open = bool(match["rest"] or match["more"])
    step = last_digit(number, match["n"]) * scale if scale > 1 or is_open else Decimal(1)
    if scale > 1:
        low, high = value - step / 2, value + step - 1
    exact = not is_rounded
    near, less = match["near"] or "", match["less"] or ""
    if is_open:
        low, high, exact = value, value + step - min(step / 100, Decimal(1)), False
        if step > 1:
            high = value + step - 1
    if near in ("近", "将近", "接近", "达近", "达到近"):
        low, high, exact = value * (1 - NEAR), value, False
    elif near in ("约", "大约") or less in ("左右", "上下"):
        low, high, exact = value * (1 - ABOUT), value * (1 + ABOUT), False
    elif near in ("不足", "不到", "少于"):
        low, high, exact = Decimal(0), value - 1, False
    elif near == "不超过":
        low, high, exact = Decimal(0), value, False
    elif near or less == "以上":
        low, high, exact = value, NO_LIMIT, False
    elif less:
        low, high, exact = Decimal(0), value, False
    if low > high:
        low = high = value
    start = match.start("n")
    return Quantity(
        plain(value),
        low,
        high,
        exact,
        match["unit"],
        start,
        _end(match),
    )


MODIFIERS = ("near", "rest", "scale", "more", "less")


def _end(match: re.Match[str]) -> int:
    """Behind the unit, and the other one that it may have: 5321条（篇）."""
    return match.end("or") if match["or"] else match.end("unit")


def last_digit(number: Decimal, printed: str) -> Decimal:
    """What one more of the last digit that is not zero would add: 400 -> 100, 1.24 -> 0.01."""
    if number == 0:
        return Decimal(1)
    exponent = number.normalize().as_tuple().exponent
    step = Decimal(10) ** int(exponent)
    if "." in printed:
        return min(step, Decimal(1).scaleb(-len(printed.rpartition(".")[2])))
    return step


def plain(number: Decimal) -> int | Decimal:
    if number == number.to_integral_value():
        return int(number)
    return number


def number_of(text: str) -> int | Decimal | None:
    """6, 1,359, 3.5, 十二, 一百零五, 二零二三."""
    if text.isascii() and text.isdigit():
        return int(text)
    digits = text.replace(",", "")
    if digits[:1].isdigit() and ("千" in digits or "百" in digits):
        return _chinese(digits.translate(IN_WORDS))
    if digits[:1].isdigit():
        return plain(Decimal(digits))
    if all(c in DIGITS for c in text):
        if len(text) == 1 or len(text) > 2:
            return int("".join(str(DIGITS[c]) for c in text))
        return None
    return _chinese(text)


def _chinese(text: str) -> int | None:
    total = section = digit = 0
    last = 10_000_000
    for c in text:
        if c in DIGITS:
            if digit:
                return None
            digit = DIGITS[c]
        elif c == "万":
            total, section, digit, last = (section + digit or 1) * 10_000, 0, 0, 10_000
        else:
            if POWERS[c] >= last:
                return None
            last = POWERS[c]
            section += (digit or 1) * POWERS[c]
            digit = 0
    if digit and last > 10 and "零" not in text:
        return None  # 三百五 is 350, and may be a slip for 305
    return total + section + digit
