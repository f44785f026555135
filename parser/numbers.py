"""The text of one cell -> a number, a blank,
or the reason why it is not surely either.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from nianbao.parser.forms import NumberKind
from nianbao.parser.patterns import pattern_of

State = Literal["value", "blank", "unreadable"]


class Reading(NamedTuple):
    state: State
    number: int | Decimal | None = None
    unit: str = ""
    why: str = ""


BLANK = Reading("blank")
SEVERAL_NUMBERS = "several numbers in one cell"


@lru_cache(maxsize=16384)
def read_number(
    text: str, kind: NumberKind = "count", unit: str = "", printed: str = ""
) -> Reading:
    """Read a cell.

    `unit` is the one that its column counts in; what is printed in another one, in the cell
    or (`printed`) beside it, is converted.
    """
    bare = text.translate(PLAIN).strip()
    bare = bare.strip("*") or bare  # emphasis that a converter left
    if bare in {"0", ""}:
        if bare:
            return ZERO
        return BLANK
    if NONE_MARK.fullmatch(bare):
        return BLANK
    if kind == "change" and (worded := _worded_change(bare)) is not None:
        return worded
    if in_thousands(text):
        bare = bare.replace(" ", "")
    bare = NOTE_MARKS.sub(r"\1", bare)
    match = NUMBER.fullmatch(bare)
    if match is None:
        return _chinese(bare) or _unreadable(bare)
    sign, whole, fraction, printed_unit = match.group("sign", "whole", "fraction", "unit")
    digits = whole.replace(",", "")
    if len(digits) > 1 and digits[0] == "0":
        return Reading("unreadable", why="leading zeros: several numbers may have run together")
    if len(digits) > MOST_DIGITS or len(fraction or "") > MOST_DIGITS:
        return Reading("unreadable", why="too many digits: several numbers may have run together")
    number = Decimal(f"{sign}{digits}{fraction or ''}")
    printed_unit = (printed_unit or "").strip("()") or printed
    if unit and printed_unit.endswith("元") and printed_unit not in SCALE:
        return Reading("unreadable", why=f"a unit that is not known: {printed_unit}")
    if unit and printed_unit in SCALE and printed_unit != unit:
        number = number * SCALE[printed_unit] / SCALE[unit]
    return Reading("value", _plain(number), printed_unit)


@lru_cache(maxsize=16384)
def read_cell(
    text: str,
    kind: NumberKind = "count",
    unit: str = "",
    printed: str = "",
    on_a_page: bool = False,
) -> Reading:
    """What a cell of a form says. On a page a gap between digits may part two cells."""
    if on_a_page and in_thousands(text):
        return Reading("unreadable", why=SEVERAL_NUMBERS)
    return counted(read_number(text, kind, unit, printed), kind)


def stands_for_a_number(text: str) -> bool:
    """Whether what is printed alone where a number must be says one, in whatever manner: 约3, 七件,
    2（其中撤诉1件）; and is no date, heading, sentence or telephone.
    """
    bare = text.translate(PLAIN).strip()
    if read_number(bare).state == "value":
        return True
    return (
        len(bare) <= LONGEST_REMARK and SAYS_ONE.search(bare) is not None and not OTHER.search(bare)
    )


LONGEST_REMARK = 16  # characters
SAYS_ONE = pattern_of("[0-9]|^[零一二两三四五六七八九十百千]+[件条项个次宗起]?$")
OTHER = pattern_of(
    "[年月日页第章节表、。；：:]|^[(]?(?:[0-9]{1,3}|[一二三四五六七八九十]+)(?:[)]|[.](?![0-9]))"
    "|[0-9]{3,4}[-—][0-9]|[0-9]{7}"
)


def counted(reading: Reading, kind: NumberKind) -> Reading:
    """Half a request is none: a count with a fraction is a slip, or not what the cell counts."""
    if kind != "count" or reading.state != "value" or isinstance(reading.number, int):
        return reading
    return Reading("unreadable", why="a count with a fraction")


# Full-width forms are unified by hand: NFKC would also turn ² and ② into
# digits, and 6² into 62.
PLAIN = {
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"), ""),
    **dict.fromkeys(map(ord, "\u00a0\u3000\t\r\n\u2028\x0b\x0c"), " "),
    **dict.fromkeys((*range(0x2000, 0x200B), 0x202F, 0x205F), " "),
    ord("，"): ",",
    ord("．"): ".",
    ord("＋"): "+",
    ord("－"): "-",
    ord("−"): "-",
    ord("（"): "(",
    ord("）"): ")",
    ord("／"): "/",
    ord("＼"): "\\",
    ord("〇"): "零",
}
# Circled, as no digit of a number is: the mark of a note behind one.
NOTE_MARKS = pattern_of("^(.*[0-9]) ?[\u2460-\u2487\u24ea-\u24f4\u2776-\u2793\u3251-\u325f※†‡]+$")
ZERO = Reading("value", 0)
# what nearly every cell of a report holds, whatever it counts
USUAL = {"0": ZERO, "": BLANK}
NONE_MARK = pattern_of(r"(?:[-/\\—–―─_]+ ?)+|无|暂无|没有")
UNIT = r"(?:百万|千万|万|亿|千|百)?元|[件条项个次份宗人起例篇期]"
NUMBER = pattern_of(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<fraction>\.[0-9]+)?"
    rf" ?(?P<unit>(?:{UNIT})|\((?:{UNIT})\))?"
)
MOST_DIGITS = 9
SCALE = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "千万元": Decimal(10_000_000),
    "亿元": Decimal(100_000_000),
}
UNIT_NOTE = pattern_of(
    r"(?:单位|计量)[^元]{0,6}?[:：为]\s*(?:人民币)?([^\s:：()（）]{0,3}元)|[(（](?:人民币)?([^\s:：()（）]{0,3}元)[)）]"
)
CHANGE = pattern_of(
    rf"(?P<word>增加|新增|增|减少|减) ?了?(?P<number>[0-9]{{1,{MOST_DIGITS}}}) ?(?:{UNIT})?"
)
NO_CHANGE = pattern_of(r"(?:无变化|不变|未变化|持平|无增减|未增减|没有变化)")


def in_thousands(text: str) -> bool:
    """Whether it is one number whose thousands are parted by spaces."""
    return THOUSANDS.fullmatch(text.strip()) is not None


# Several zeros behind each other may as well be several cells; so may what stands on two lines.
THOUSANDS = pattern_of(
    r"[1-9１-９][0-9０-９]{0,2}(?:[ \u00a0\u2009\u202f](?!000|０００)[0-9０-９]{3})+"
    rf"(?:[.．][0-9０-９]{{1,4}})?(?:{UNIT})?"
)


def unit_in(text: str) -> str:
    """The unit of money that a label or a line above a table gives, if any."""
    found = UNIT_NOTE.search(text) if "元" in text else None
    if found is None:
        return ""
    return found[1] or found[2]


@lru_cache(maxsize=1024)
def one_unit(*units: str) -> str:
    """The unit that all that name one agree on; several at once are none that is known."""
    return "/".join(dict.fromkeys(filter(None, units)))


def _worded_change(bare: str) -> Reading | None:
    if NO_CHANGE.fullmatch(bare):
        return ZERO
    match = CHANGE.fullmatch(bare)
    if match is None or (len(match["number"]) > 1 and match["number"][0] == "0"):
        return None
    return Reading("value", int(match["number"]) * (-1 if match["word"].startswith("减") else 1))


def _chinese(bare: str) -> Reading | None:
    # A lone 一 is as often a dash as a one, so only the unmistakable zero is
    # taken.
    if bare in {"零", "零件"}:
        return ZERO
    return None


def _unreadable(bare: str) -> Reading:
    if re.fullmatch(r"[0-9][0-9 ]*", bare):
        return Reading("unreadable", why=SEVERAL_NUMBERS)
    return Reading(
        "unreadable",
        why="not a number" if not re.search("[0-9]", bare) else "more than a plain number",
    )


def _plain(number: Decimal) -> int | Decimal:
    if number == number.to_integral_value():
        return int(number)
    return number.normalize()
