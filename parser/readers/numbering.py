"""Numbers that Word writes before paragraphs by itself: 一、 （一） 1. stand
in no run, but everybody reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.word_looks import Said, fill_of, said

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEVELS = 9


@dataclass(frozen=True, slots=True)
class Style:
    based_on: str = ""
    num: str = ""
    level: int | None = None
    looks: Said = field(default_factory=dict)
    colours: bool = False  # some cells of a table


@dataclass(frozen=True, slots=True)
class Styles:
    by_id: dict[str, Style] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)  # by kind, for what names none
    defaults: Said = field(default_factory=dict)
    known: dict[str, Said] = field(default_factory=dict, compare=False)  # what was told before

    def chain(self, name: str) -> list[tuple[str, Style]]:
        """A style and those that it is based on."""
        found: list[tuple[str, Style]] = []
        while name in self.by_id and len(found) < MOST_ANCESTORS:
            found.append((name, self.by_id[name]))
            name = self.by_id[name].based_on
        return found

    def usual_of(self, kind: str) -> str:
        return self.usual.get(kind, "")

    def said(self, name: str) -> Said:
        """What a style says of a run, and those that it is based on."""
        if name not in self.known:
            found = dict[str, str]()
            for _, style in reversed(self.chain(name)):
                found |= style.looks
            self.known[name] = found
        return self.known[name]

    def colours_cells(self, name: str) -> bool:
        return any(style.colours for _, style in self.chain(name))


MOST_ANCESTORS = 20


def read_styles(root: etree._Element) -> Styles:
    by_id: dict[str, Style] = {}
    usual: dict[str, str] = {}
    for element in root.iterfind(f"{W}style"):
        name, kind = element.get(f"{W}styleId", ""), element.get(f"{W}type", "")
        num, level = _num_of(element.find(f"{W}pPr/{W}numPr"))
        by_id[name] = Style(
            value(element, "basedOn"),
            num,
            level,
            _looks_of(element),
            any(True for part in element.iter(f"{W}tcPr") if part.find(f"{W}shd") is not None),
        )
        if element.get(f"{W}default") in ("1", "true", "on"):
            usual[kind] = name
    defaults = said(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
    return Styles(by_id, usual, defaults)


def _looks_of(style: etree._Element) -> Said:
    shade = fill_of(style.find(f"{W}pPr"))
    found = said(style.find(f"{W}rPr"))
    return {"fill": shade, **found} if shade else found


class Numbering:
    """Counts the numbered paragraphs of one document, in their order."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists = _lists(root) if root is not None else {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def label(self, paragraph: etree._Element) -> str:
        """The number that stands before a paragraph; empty if it has none."""
        if not self._lists:
            return ""
        num, level = self._place(paragraph)
        chosen = self._lists.get(num)
        if chosen is None or not 0 <= level < LEVELS or chosen.levels[level] is None:
            return ""
        return self._next(num, chosen, level)

    def _place(self, paragraph: etree._Element) -> tuple[str, int]:
        own, level = _num_of(paragraph.find(f"{W}pPr/{W}numPr"))
        if own:
            return own, level or 0
        name = value(paragraph.find(f"{W}pPr"), "pStyle") or self._styles.usual_of("paragraph")
        for style_name, style in self._styles.chain(name):
            if style.num:
                found = (
                    style.level
                    if style.level is not None
                    else self._level_of(style.num, style_name)
                )
                return style.num, level if level is not None else found
        return "", 0

    def _level_of(self, num: str, style: str) -> int:
        levels = self._lists[num].levels if num in self._lists else ()
        return next((i for i, level in enumerate(levels) if level and level.style == style), 0)

    def _next(self, num: str, chosen: _List, at: int) -> str:
        counts = self._counts.setdefault(chosen.abstract, [None] * LEVELS)
        if num not in self._begun:
            self._begun.add(num)
            for overridden in chosen.restarted:
                counts[overridden] = None
        levels = chosen.levels
        level = levels[at]
        assert level is not None
        before = counts[at]
        counts[at] = level.start if before is None else before + 1
        for deeper in range(at + 1, LEVELS):
            below = levels[deeper]
            if below is None or below.restart is None or at < below.restart:
                counts[deeper] = None
        if level.hidden or level.format in ("bullet", "none"):
            if level.format == "bullet":
                return ""
            return PLACE.sub("", level.text)

        def shown(match: re.Match[str]) -> str:
            i = int(match[1]) - 1
            other = levels[i]
            if other is None:
                return ""
            count = counts[i]
            return number_text(
                other.start if count is None else count, "decimal" if level.legal else other.format
            )

        return PLACE.sub(shown, level.text)


PLACE = pattern_of("%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str
    # restarts only after this many levels from the top; 0 never
    restart: int | None
    legal: bool
    hidden: bool
    style: str


@dataclass(frozen=True, slots=True)
class _List:
    # lists of the same abstract numbering go on counting together
    abstract: str
    levels: tuple[_Level | None, ...]
    restarted: tuple[int, ...] = ()


def _lists(root: etree._Element) -> dict[str, _List]:
    abstracts = {
        element.get(f"{W}abstractNumId", ""): element
        for element in root.iterfind(f"{W}abstractNum")
    }
    named = {
        value(element, "styleLink"): name
        for name, element in abstracts.items()
        if value(element, "styleLink")
    }
    lists: dict[str, _List] = {}
    for num in root.iterfind(f"{W}num"):
        abstract = value(num, "abstractNumId")
        element = abstracts.get(abstract)
        if element is not None and (linked := value(element, "numStyleLink")) in named:
            abstract = named[linked]
            element = abstracts[abstract]
        if element is None:
            continue
        levels: list[_Level | None] = [None] * LEVELS
        for level in element.iterfind(f"{W}lvl"):
            at = whole(level.get(f"{W}ilvl"))
            if 0 <= at < LEVELS:
                levels[at] = _level(level)
        restarted = []
        for override in num.iterfind(f"{W}lvlOverride"):
            at = whole(override.get(f"{W}ilvl"))
            if not 0 <= at < LEVELS:
                continue
            own = override.find(f"{W}lvl")
            start = override.find(f"{W}startOverride")
            if own is not None:
                levels[at] = _level(own)
            known = levels[at]
            if start is not None and known is not None:
                first = whole(start.get(f"{W}val"))
                levels[at] = _Level(
                    first,
                    known.format,
                    known.text,
                    known.restart,
                    known.legal,
                    known.hidden,
                    known.style,
                )
                restarted.append(at)
        lists[num.get(f"{W}numId", "")] = _List(abstract, tuple(levels), tuple(restarted))
    # the number of paragraphs whose numbering was taken away
    lists.pop("0", None)
    return lists


def _level(element: etree._Element) -> _Level:
    formats = [found.get(f"{W}val", "") for found in element.iter(f"{W}numFmt")]
    restart = value(element, "lvlRestart")
    return _Level(
        start=whole(value(element, "start")),
        format=formats[-1] if formats else "decimal",
        text=value(element, "lvlText"),
        restart=whole(restart) if restart else None,
        legal=is_on(element.find(f"{W}isLgl")),
        hidden=is_on(element.find(f"{W}rPr/{W}vanish")),
        style=value(element, "pStyle"),
    )


def _num_of(element: etree._Element | None) -> tuple[str, int | None]:
    level = value(element, "ilvl")
    return value(element, "numId"), whole(level) if level else None


def value(element: etree._Element | None, child: str) -> str:
    """The w:val of a child element."""
    if element is None:
        return ""
    named = element.find(W + child)
    if named is None:
        return ""
    return named.get(f"{W}val", "")


def whole(text: str | None) -> int:
    if text and re.fullmatch("-?[0-9]{1,6}", text):
        return int(text)
    return 0


def is_on(element: etree._Element | None) -> bool:
    """Whether a switch such as w:vanish is there and not turned off."""
    return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "off")


# ---- how numbers are written


def number_text(number: int, style: str) -> str:
    """A number as Word writes it;
    in plain digits where a style doesn't go that far.
    """
    if number < 0:
        return str(number)
    return WRITERS.get(style, str)(number)


def _chinese(number: int) -> str:
    if not 0 < number < 10_000:
        if number == 0:
            return "〇"
        return str(number)
    written = ""
    rest, skipped = number, False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, rest = divmod(rest, unit)
        if not digit:
            skipped = bool(written)
            continue
        written += ("零" if skipped else "") + CHINESE_DIGITS[digit] + name
        skipped = False
    if 10 <= number < 20:
        return written[1:]
    return written


def _formal(number: int) -> str:
    text = _chinese(number)
    return ("壹" + text if text.startswith("十") else text).translate(FORMAL)


def _one_of(characters: str, *, zero: str = "0") -> Callable[[int], str]:
    def count(number: int) -> str:
        if 0 < number <= len(characters):
            return characters[number - 1]
        return str(number) if number else zero

    return count


def _digits(digits: str) -> Callable[[int], str]:
    return lambda number: "".join(digits[int(d)] for d in str(number))


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    written = ""
    for worth, name in ROMAN:
        written += name * (number // worth)
        number %= worth
    return written


def _letters(number: int) -> str:
    """A, B … Z, AA, BB … as Word counts."""
    if not 0 < number <= 26 * 20:
        return str(number)
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


CHINESE_DIGITS = "〇一二三四五六七八九"
FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
ROMAN = (
    *(
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
    ),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
FULLWIDTH = "０１２３４５６７８９"
WRITERS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": _digits(FULLWIDTH),
    "decimalFullWidth2": _digits(FULLWIDTH),
    "decimalEnclosedCircle": _one_of(CIRCLED),
    "decimalEnclosedCircleChinese": _one_of(CIRCLED),
    "decimalEnclosedFullstop": _one_of("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"),
    "decimalEnclosedParen": _one_of("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"),
    "ideographEnclosedCircle": _one_of("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"),
    "ideographTraditional": _one_of("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _one_of("子丑寅卯辰巳午未申酉戌亥"),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "ideographDigital": _digits(CHINESE_DIGITS),
    "taiwaneseDigital": _digits("○一二三四五六七八九"),
    "japaneseDigitalTenThousand": _digits(CHINESE_DIGITS),
    **dict.fromkeys(
        (
            *(
                "chineseCounting",
                "chineseCountingThousand",
                "taiwaneseCounting",
                "taiwaneseCountingThousand",
            ),
            *("japaneseCounting", "koreanCounting"),
        ),
        _chinese,
    ),
    **dict.fromkeys(
        ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"), _formal
    ),
}
