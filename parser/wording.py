"""The words of prose.yaml, ready to be matched: what a number counts, and what is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import chain, pairwise
from typing import Any, NamedTuple

from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity


class Counted(NamedTuple):
    """What a number counts, if the words around it fit."""

    kind: str
    fits: re.Pattern[str]
    topic: str = ""  # only where this is what the clause speaks of
    unit: str = ""


class Nothing(NamedTuple):
    """What is said to be none."""

    kinds: tuple[str, ...]
    fits: re.Pattern[str]
    family: str  # of NEEDS
    begins_so: bool  # with a word of denial, whatever follows


class Words(NamedTuple):
    counted: Mapping[str, tuple[Counted, ...]]  # by topic
    always: tuple[Counted, ...]
    nothing: tuple[Nothing, ...]
    denial: re.Pattern[str]  # where a word of denial begins


@cache
def data() -> Mapping[str, Any]:
    import yaml  # slow to import, and needed only where something is read

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (resources.files("nianbao.parser") / "prose.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, loader)
    return loaded


@cache
def words(year: int | None) -> Words:
    """The words for the report of a year: 结转2024年 is out of 2023, and into 2024."""
    counted = {
        topic: tuple(_counted(entry, topic, year) for entry in entries)
        for topic, entries in data()["counted"].items()
    }
    counted["disputes"] = counted["reviews"]
    always = tuple(_counted(entry, "", year) for entry in data()["always"])
    nothing = tuple(
        Nothing(
            tuple(entry["kind"].split("+")),
            _compiled(entry["when"], year),
            entry["kind"].partition(".")[0],
            all(each.startswith(DENIAL) for each in _alternatives(entry["when"])),
        )
        for entry in data()["none"]
    )
    return Words(counted, always, nothing, _compiled(f"(?={DENIAL})", year))


DENIAL = "{none}"


def _alternatives(pattern: str) -> list[str]:
    """What a pattern may be, as far as no bracket holds it together; brackets are left out."""
    bare = LETTER_SET.sub("_", pattern)
    while bare != (outer := INNERMOST.sub("_", bare)):
        bare = outer
    return bare.split("|")


LETTER_SET = pattern_of(r"\\.|\[[^\]]*\]")
INNERMOST = pattern_of(r"\([^()]*\)")


# A word without which no entry of the family can fit.
NEEDS = {
    "requests": pattern_of("申请|公开|结转|转结|跨年"),
    "disputes": pattern_of("复议|诉讼|纠正|纠错|败诉|胜诉|应诉|起诉|被诉|维持"),
    "normative_documents": pattern_of("规范性文件"),
    "regulations": pattern_of("规章"),
    "licensing": pattern_of("许可"),
    "penalties": pattern_of("处罚"),
    "coercion": pattern_of("强制"),
    "fees": pattern_of("费"),
}
# A letter without which nothing is said to be none.
DENIES = pattern_of("无|没|未|零|不|均|都|皆|全部|0(?<![0-9]0)(?![0-9])")


def denied(line: str, year: int | None) -> Iterator[tuple[Nothing, re.Match[str]]]:
    """What a sentence that denies says to be none, with the words that say so."""
    families = frozenset(family for family, needs in NEEDS.items() if needs.search(line))
    if not families:
        return
    told = words(year)
    entries, begins = _nothing_of(families, year)
    places = [match.start() for match in told.denial.finditer(line)]
    places = [place for place in places if any(each.match(line, place) for each in begins)]
    for entry in entries:
        if not entry.begins_so:
            for match in entry.fits.finditer(line):
                yield entry, match
        elif places:
            for match in _at(places, entry.fits, line):
                yield entry, match


@lru_cache(maxsize=256)
def _nothing_of(
    families: frozenset[str], year: int | None
) -> tuple[tuple[Nothing, ...], tuple[re.Pattern[str], ...]]:
    """The entries of some families, and what those of each fit that begin with a word of denial."""
    entries = tuple(entry for entry in words(year).nothing if entry.family in families)
    return entries, tuple(_begins_of(family, year) for family in sorted(families))


@lru_cache(maxsize=256)
def _begins_of(family: str, year: int | None) -> re.Pattern[str]:
    """One pattern for all of a family: it takes so long to compile that it is none of several."""
    nothing = [each for each in words(year).nothing if each.family == family and each.begins_so]
    return pattern_of("|".join(f"(?:{each.fits.pattern})" for each in nothing) or NEVER)


NEVER = "(?!)"


def _at(places: Sequence[int], fits: re.Pattern[str], line: str) -> Iterator[re.Match[str]]:
    """The matches that begin at some places, as they would be found from left to right."""
    end = 0
    for place in places:
        if place >= end and (match := fits.match(line, place)):
            yield match
            end = match.end()


def _counted(entry: Mapping[str, str], topic: str, year: int | None) -> Counted:
    return Counted(
        entry["kind"].replace("{topic}", topic),
        _compiled(entry["when"], year),
        entry.get("only", ""),
        entry.get("unit", ""),
    )


def _compiled(pattern: str, year: int | None) -> re.Pattern[str]:
    macros = data()["words"]
    for _ in range(3):  # macros may hold macros
        for name, text in macros.items():
            pattern = pattern.replace(f"{{{name}}}", text)
    for name, text in _years(year).items():
        pattern = pattern.replace(f"{{{name}}}", text)
    return pattern_of(pattern)


def _years(year: int | None) -> dict[str, str]:
    if year is None:
        return dict.fromkeys(("later", "earlier", "this"), "\0")
    earlier = "|".join(f"{each}年" for each in range(year - 6, year))
    return {"later": f"{year + 1}年", "earlier": f"(?:{earlier})", "this": f"{year}年"}


@cache
def topics() -> re.Pattern[str]:
    """The words that say what is spoken of, as named groups."""
    both = (
        "(?P<disputes>复议(?:案件|申请)?(?:、|和|及|与|或|以及)?(?:被)?(?:提起)?"
        "(?:行政)?(?:诉讼|应诉))"
    )
    after = "(?P<suits_after_review>复议(?:以|之)?后(?:又)?(?:起诉|提起|诉讼))"
    direct = "(?P<suits_direct>未经复议|直接(?:起诉|提起))"
    named = [f"(?P<{name}>{pattern})" for name, pattern in data()["topics"].items()]
    return pattern_of(f"(?=[{TOPICS_BEGIN}])(?:{'|'.join([both, after, direct, *named])})")


# What the words of a topic begin with: most characters need no closer look.
TOPICS_BEGIN = (
    "热工1提议建信留申公予部不国过内执行无新未转上年结复诉应起被直规许办等类处其集采政收全法"
    "判原实行采强逾"
)


@cache
def _rows() -> re.Pattern[str]:
    named = [f"(?P<{key.replace('.', '__')}>{pattern})" for key, pattern in data()["rows"].items()]
    return pattern_of("|".join(named))


@lru_cache(maxsize=4096)
def several_of(near: str) -> str:
    """The rows that are told in one number, joined by a plus: 不予处理和作其他处理17件.

    Of rows and their group it is the group. Where it is not said that the number is of all of
    them, they are only combined.
    """
    found = [m for m in _rows().finditer(near) if m.lastgroup]
    kinds = [f"requests.{(m.lastgroup or '').replace('__', '.')}" for m in found]
    if len(set(kinds)) < 2:
        return ""
    between = [near[a.end() : b.start()] for a, b in pairwise(found)]
    if all(_is_under(each, kinds[-1]) for each in kinds[:-1]):
        is_listed = len(set(kinds)) > 2 or "等" in "".join(between)
        is_a_row = is_listed and all(SUCH_AS.fullmatch(each) for each in between)
        return kinds[-1] if is_a_row else ""  # 不掌握、没有现成信息等无法提供的58件
    if any(_is_under(a, b) for a in kinds for b in kinds if a != b):
        return ""
    if not all(AND.fullmatch(each) for each in between):
        return ""
    is_told = any(TOGETHER.search(each) for each in between) or IN_ALL.search(
        near[found[-1].end() :]
    )
    return "+".join(dict.fromkeys(kinds)) if is_told else "requests.combined"


@cache
def _applicants() -> re.Pattern[str]:
    named = [f"(?P<{kind.replace('.', '__')}>{text})" for kind, text in data()["shares"].items()]
    return pattern_of("|".join(each for each in named if "__by__" in each))


@lru_cache(maxsize=4096)
def applicants_of(near: str) -> str:
    """The applicants that are told in one number, joined by a plus: 企业和律师事务所8件."""
    found = [m for m in _applicants().finditer(near) if m.lastgroup]
    row = found[-1:]
    for match in reversed(found[:-1]):
        if not BETWEEN_APPLICANTS.fullmatch(near, match.end(), row[0].start()):
            break
        row.insert(0, match)
    return "+".join(dict.fromkeys((m.lastgroup or "").replace("__", ".") for m in row))


BETWEEN_APPLICANTS = pattern_of("(?:类|等|及|和|与|或|、|以及|的)+")


def _is_under(kind: str, group: str) -> bool:
    return kind.startswith(f"{group}.")


AND = pattern_of(
    "(?:的|相关|有关|政府|情形|情况|信息|及|和|与|或|者?、|以及|并|作|作出|需要?|为|属于?|因|/)*"
)


@cache
def shares_named() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The kinds of which a share may be told, and the words that tell it."""
    of_all = ((kind, f"(?:{text}){OF_ALL_OF_THEM}") for kind, text in data()["shares"].items())
    rates = ((kind, text) for kind, text in data()["rates"].items())
    return tuple(
        (kind, pattern_of(f"(?<![、和及与或]){text}{TOLD}")) for kind, text in chain(of_all, rates)
    )


OF_ALL_OF_THEM = (
    "(?:提出|提交)?(?:的)?(?:政府信息公开|信息公开)?(?:申请|答复|情形)?(?:件|的|数量|数|量)*占(?:比|(?:全部|全年|所有|本年度?|当年|新收|收到|受理|办结|答复|申请)*"
    "(?:申请|办结|答复|件)?(?:的)?(?:总数|总量|总|数|量|件数)?)"
)
TOLD = (  # 由上年的48.2%提高到51.0%
    "(?:,?(?:由|从)(?:(?:上年|去年|20[0-9]{2}年)度?的?)?[0-9]{1,3}(?:\\.[0-9]{1,2})?%,?(?:提高|提升|上升|增加|增长|降低|下降|减少|回落|升|降|增)*)?"
    "(?:的|为|达|到|至|:)*(?P<n>[0-9]{1,3}(?:\\.[0-9]{1,2})?)%"
)
SUCH_AS = pattern_of(f"(?:{AND.pattern[:-1]}|等|原因|而|导致|[0-9一二三两]类)*")
TOGETHER = pattern_of("及|和|与|或|以及")
IN_ALL = pattern_of("合计|共|总计")


TABLE_OF = {
    "suits_direct": "suits",
    "suits_after_review": "suits",
}


def family(topic: str) -> str:
    """The key of `units` for a topic."""
    if topic in ("licensing", "penalties", "coercion", "other_services"):
        return "decisions"
    if topic in ("disputes", "reviews", "suits", "suits_direct", "suits_after_review"):
        return "disputes"
    return topic


@cache
def units_of(topic: str) -> frozenset[str]:
    return frozenset(data()["units"].get(family(topic), "").split("|"))


def kind_of(around: str, topic: str, number: Quantity, year: int | None) -> str:
    """What a number counts, by the words before and behind it (`#` is the number)."""
    unit = number.unit
    return _kind_of(around, topic, unit, year) if unit in units_of(topic) else ""


# Reports say most of it in the same few words.
@lru_cache(maxsize=8192)
def _kind_of(around: str, topic: str, unit: str, year: int | None) -> str:
    for entry in words(year).counted.get(TABLE_OF.get(topic, topic), ()):
        if entry.unit and unit not in entry.unit.split("|"):
            continue
        if unit in ("名", "位") and not entry.unit:
            continue
        if (not entry.topic or entry.topic == topic) and entry.fits.search(around):
            return entry.kind
    return ""


@lru_cache(maxsize=8192)
def kind_of_any_topic(around: str, unit: str, year: int | None) -> str:
    """What a number counts whatever is spoken of."""
    for entry in words(year).always:
        if unit in entry.unit.split("|") and entry.fits.search(around):
            return entry.kind
    return ""
