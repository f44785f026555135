"""Numbers that others beside them make by rule: 4期，每期500册，共2500册."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from nianbao.parser.differences import Difference
from nianbao.parser.lists import swapped
from nianbao.parser.patterns import pattern_of

NUMBER = r"(?<![0-9.,])(?P<{0}>[0-9]{{1,7}}(?:\.[0-9]{{1,3}})?万?)"
WORDS = "[^,。;:()0-9]{0,10}"
COUNT = "期|次|册|份|条|场|件|本|张|块"
BODIES = "(?:个|家)?(?:行政村|村(?:[(]社区[)]|、社区|居)?|社区|单位|部门|镇|乡镇|街道|站所|科室)"
SPANS = {"月": (12,), "季": (4,), "季度": (4,), "半年": (2,), "周": (52, 53), "年": (1,)}
OFTEN = f"每(?P<span>{'|'.join(sorted(SPANS, key=len, reverse=True))})"


def _number(name: str) -> str:
    return NUMBER.format(name)


IN_A_BRACKET = pattern_of(
    f"{_number('whole')}(?P<unit>{COUNT})[(]{WORDS}{_number('many')}{BODIES},"
    f"(?:每|各){WORDS}{OFTEN}{WORDS}{_number('times')}(?P=unit)[)]"
)
BY_BODIES = pattern_of(
    f"{_number('many')}{BODIES}(?:每|各)?{WORDS}?{OFTEN}{WORDS}{_number('times')}(?P<unit>{COUNT}){WORDS},"
    f"(?:全年|年内|一年|累计|共)+{WORDS}{_number('whole')}(?P=unit)"
)
BY_PLACES = pattern_of(
    f"{_number('many')}{BODIES}{WORDS},每(?:个|块|栏|村|社区|站|镇|处)?{OFTEN}{WORDS}{_number('times')}(?P<unit>{COUNT}),"
    f"(?:全年|年内|一年|累计|共)+{WORDS}{_number('whole')}(?P=unit)"
)
BY_ISSUES = pattern_of(
    f"{_number('many')}(?P<each>期|次|批|场),每(?P=each){WORDS}{_number('times')}(?P<unit>{COUNT}|人),"
    f"(?:全年|年内|累计|合计|总计|共)+{WORDS}{_number('whole')}(?P=unit)"
)
TOLD_LATER = pattern_of(
    f"{_number('many')}(?P<each>期),(?:共|累计|全年)*(?:印发|印制|印刷|发行|印){WORDS}{_number('whole')}(?P<unit>册|份|本)"
    f"[^;。0-9]{{0,60}}。每(?P=each)(?:印数|印量|印发|印制)?(?:均|各|都)为?{_number('times')}(?P=unit)"
)
PRODUCTS = (IN_A_BRACKET, BY_BODIES, BY_PLACES, BY_ISSUES, TOLD_LATER)
EXACT = (BY_ISSUES, TOLD_LATER)  # more may be done than was planned, but not printed so
# What may make it another number by an honest reading.
MAY_DIFFER = pattern_of(
    "至少|以上|不少于|约|余|左右|因|除|另|增[刊加发印]|加[刊印]|补|调整|部分|个别|最多|最少|不定期|平均|原则上|特刊"
)


def products(line: str, later: str = "") -> Iterator[Difference]:
    """`later` is the sentence behind, which may say how many each time."""
    text = line if "每" not in later[:1] else line + later
    if "每" in text:
        for pattern in PRODUCTS:
            for match in pattern.finditer(text):
                around = text[max(match.start() - 12, 0) : match.end() + 12]
                if match.start("whole") < len(line) and not MAY_DIFFER.search(around):
                    times = _by_times(match)
                    if pattern in EXACT or any(_is_slip(match["whole"], each) for each in times):
                        yield from _made(match, match["unit"], times)


def _is_slip(printed: str, made: Decimal) -> bool:
    """348 for 384: as a hand that types exchanges two digits."""
    return _value(printed) in swapped(made)


def _by_times(match: re.Match[str]) -> tuple[Decimal, ...]:
    spans: Mapping[str, str | None] = match.groupdict()
    each = _value(match["many"]) * _value(match["times"])
    return tuple(each * n for n in SPANS.get(spans.get("span") or "年", (1,)))


def _made(
    match: re.Match[str], unit: str, made: tuple[Decimal, ...], name: str = "whole"
) -> Iterator[Difference]:
    printed = _value(match[name])
    half = _step(match[name]) / 2 if "万" in match[name] else Decimal(0)
    if not any(printed - half <= each <= printed + half for each in made):
        yield Difference(printed, printed - half, printed + half, match.start(name), unit, made)


def _value(text: str) -> Decimal:
    return Decimal(text.removesuffix("万")) * (10_000 if text.endswith("万") else 1)


def _step(text: str) -> Decimal:
    digits = text.removesuffix("万").partition(".")[2]
    return Decimal(10_000).scaleb(-len(digits))
