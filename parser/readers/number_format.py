"""Number formats of workbooks: what a stored number shows."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from nianbao.parser.patterns import pattern_of
from nianbao.parser.seen import Seen

GENERAL = "General"
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    **dict.fromkeys((5, 6), "#,##0_);(#,##0)"),
    **dict.fromkeys((7, 8), "#,##0.00_);(#,##0.00)"),
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    **dict.fromkeys((37, 38), "#,##0_);(#,##0)"),
    **dict.fromkeys((39, 40), "#,##0.00_);(#,##0.00)"),
    **dict.fromkeys((41, 42), '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)'),
    **dict.fromkeys((43, 44), '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)'),
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy-m-d"),
}


def shown(number: Decimal, code: str = GENERAL) -> Seen:
    """What a person sees of a number; with a doubt where that is not the number, nor nothing."""
    sections = _sections(code)
    section, sign = _section_of(number, sections)
    if section is None:
        return Seen(_general(number), "its format depends on its value")
    if not section:
        return Seen("")
    if _is_date(section):
        return Seen(_date(number))
    parts = _taken_apart(section)
    if parts is None:
        return Seen(_general(number), "it is not shown as a plain number")
    if parts.general:
        return Seen(f"{parts.before}{sign}{_general(abs(number))}{parts.behind}")
    if not parts.whole and not parts.fraction:
        return Seen(parts.before)
    if parts.thousands:
        return Seen(_general(number), "it is shown in thousands")
    told = _written(number, parts, sign)
    if number < 0 and not told.doubt and not SIGN.search(told.text):
        return told._replace(doubt="it is shown without its sign")
    return told


SIGN = pattern_of("[-−(（负减]")


def shown_text(text: str, code: str = GENERAL) -> str:
    """What a person sees of a stored text."""
    sections = _sections(code)
    of_texts = sections[3:4] or [each for each in sections[-1:] if "@" in TOKEN.findall(each)]
    return _literal(of_texts[0]).replace("\0", text) if of_texts else text


class Parts(NamedTuple):
    """A section of a format: what stands before, in and behind the number."""

    before: str
    whole: str
    fraction: str
    behind: str
    grouped: bool = False
    thousands: bool = False
    general: bool = False


TOKEN = pattern_of(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?|General|.', re.DOTALL | re.IGNORECASE)
PLACES = "0#?"


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[str, ...]:
    sections = [""]
    for token in TOKEN.findall(LOCAL_GENERAL.sub(GENERAL, code)):
        if token == ";":
            sections.append("")
        else:
            sections[-1] += token
    return tuple(sections)


LOCAL_GENERAL = pattern_of("G/(?:通用格式|標準)|Standard", re.IGNORECASE)


def _section_of(number: Decimal, sections: tuple[str, ...]) -> tuple[str | None, str]:
    """The part of a format that is used, None if that can't be told; and the sign before it."""
    if any(CONDITION.search(section) for section in sections):
        return None, ""
    signed = "-" if number < 0 else ""
    if len(sections) == 1:
        return sections[0], signed
    if number < 0:
        return sections[1], ""
    if number == 0 and len(sections) > 2:
        return sections[2], ""
    return sections[0], ""


CONDITION = pattern_of(r"\[\s*[<>=]")


@lru_cache(maxsize=512)
def _taken_apart(section: str) -> Parts | None:
    """None for dates, fractions, powers, Chinese digits: what is no plain number."""
    texts, numbers = ["", ""], ["", ""]
    point = False
    commas = thousands = general = False
    for token in TOKEN.findall(section):
        begun = bool(numbers[0] or numbers[1] or point or general)
        if token[0] in PLACES:
            if texts[1]:
                return None
            commas, thousands = commas or thousands, False
            numbers[point] += token
        elif token == "." and not point:
            point = True
        elif token == "," and begun:
            thousands = True
        elif token.lower() in ("general", "@"):
            general = True
        elif token == "%":
            texts[begun] += "%"
        elif token[0] == "[":
            if (text := _bracketed(token)) is None:
                return None
            texts[begun] += text
        elif token in DRAWN:
            return None
        else:
            texts[begun] += _plain(token)
    return Parts(texts[0], numbers[0], numbers[1], texts[1], commas, thousands, general)


DRAWN = ("/", "E", "e")


@lru_cache(maxsize=512)
def _is_date(section: str) -> bool:
    tokens = TOKEN.findall(section)
    return not any(t.lower() == "general" for t in tokens) and any(
        t.lower() in DATES or ELAPSED.fullmatch(t) for t in tokens
    )


DATES = frozenset("ymdhs")
ELAPSED = pattern_of(r"\[(h+|m+|s+)\]", re.IGNORECASE)
FIRST_DAY = datetime.datetime(1899, 12, 30)
LAST_DAY = 2_958_465  # of the year 9999


def _date(number: Decimal) -> str:
    """No number in any case, so it does not matter in which way it is written."""
    if not 0 <= number <= LAST_DAY:
        return "########"
    at = FIRST_DAY + datetime.timedelta(seconds=round(float(number) * 86_400))
    if number < 1:
        return at.time().isoformat()
    return at.date().isoformat() if at.time() == datetime.time() else at.isoformat()


def _bracketed(token: str) -> str | None:
    inside = token.strip("[]")
    if inside.startswith("$"):
        return inside[1:].partition("-")[0]
    return "" if COLOUR.fullmatch(inside) else None


COLOUR = pattern_of(  # none is the paper's
    r"black|blue|cyan|green|magenta|red|yellow|[黑蓝青绿紫红黄]色?|(?:colou?r|颜色) ?(?!2$)\d+",
    re.IGNORECASE,
)


def _plain(token: str) -> str:
    if token[0] == '"':
        return token.strip('"')
    if token[0] == "\\":
        return token[1:]
    if token[0] == "_":
        return " "
    if token[0] == "*":
        return " " if token[1:] in (" ", "") else token[1:]
    return token


def _literal(section: str) -> str:
    tokens = TOKEN.findall(section)
    return "".join(
        "\0" if token == "@" or token.lower() == "general" else _plain(token)
        for token in tokens
        if token[0] != "["
    )


def _written(number: Decimal, parts: Parts, sign: str) -> Seen:
    per_cent = "%" in parts.before + parts.behind
    value = abs(number) * (100 if per_cent else 1)
    places = len(parts.fraction)
    try:
        rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE)
    except InvalidOperation:
        return Seen(_general(number), "too many digits")
    whole, _, fraction = f"{rounded:f}".partition(".")
    least = len(parts.fraction.rstrip("#?"))
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    if whole == "0" and "0" not in parts.whole:
        whole = ""
    if parts.grouped and whole:
        whole = f"{int(whole):,}"
    digits = f"{whole}.{fraction}" if fraction else whole
    text = f"{parts.before}{sign if rounded else ''}{digits}{parts.behind}"
    if not places and rounded != value:
        return Seen(text, f"it is shown rounded: the workbook holds {_general(number)}")
    return Seen(text)


WIDE = Context(prec=60)


def _general(number: Decimal) -> str:
    """5 and not 5.0; 0.1 and not 0.1000000000000000055."""
    short = Context(prec=15).create_decimal(number)
    if short == short.to_integral_value() and abs(short) < Decimal("1e15"):
        return f"{short.quantize(Decimal(1), context=WIDE):f}"
    if abs(short.adjusted()) > 30:
        return str(short)
    return f"{short.normalize():f}"
