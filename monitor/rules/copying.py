"""Copied prose: the share of common shingles, and the common passages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from nianbao.monitor.rules.finding import Raised, Severity, Source, quoted
from nianbao.monitor.rules.subject import Subject, stem
from nianbao.parser.document import Paragraph
from nianbao.parser.heading import section_spans
from nianbao.parser.patterns import pattern_of
from nianbao.parser.report import Report

SHINGLE = 8  # characters
LEAST = 150  # characters of own prose; less can't be told from the usual phrases
ALIKE = 0.75
SAME = 0.95
LEAST_PASSAGE = 20
LEAST_PROBLEMS = 60  # characters of the section on problems
SAME_PROBLEMS = 0.9
MOST_COMPARED = 6000  # characters of a text laid side by side


def own_prose(report: Report) -> str:
    """What a unit wrote itself: no names, years, numbers, citations, headings,
    words of the form."""
    return _own_prose(report.document.blocks, report.unit, report.county or "")


@lru_cache(maxsize=512)
def _own_prose(blocks: tuple[object, ...], unit: str, county: str) -> str:
    return _skeleton("".join(_own_sentences(blocks)), unit, county)


def _skeleton(text: str, unit: str, county: str) -> str:
    for name in (unit, stem(unit), county):
        if name:
            text = text.replace(name, "□")
    text = re.sub(r"《[^》]*》|〔[^〕]*〕|\s|[，。、；：“”（）()]", "", text)
    return re.sub(r"[0-9０-９]+", "0", text)


def _own_sentences(blocks: tuple[object, ...]) -> list[str]:
    sentences = re.split("(?<=[。；])", "\n".join(_paragraphs(blocks)))
    return [sentence for sentence in sentences if not BOILERPLATE.search(sentence)]


BOILERPLATE = pattern_of(
    "格式〉的通知|统计期限|根据《中华人民共和国|勾稽关系|区分处理的|如对本(?:年度)?报告"
    "|联系(?:电话|地址)|无其他需要报告|信息处理费|行政复议|行政诉讼|未收到.{0,20}申请"
)


@lru_cache(maxsize=128)
def known_shingles(text: str) -> set[int]:
    """For a county's reports, each of which is held against all others."""
    return shingles(text)


def shingles(text: str) -> set[int]:
    encoded = text.encode("utf-32-le")
    return {
        crc32(encoded[i : i + 4 * SHINGLE]) for i in range(0, len(encoded) - 4 * SHINGLE + 1, 4)
    }


def likeness(first: set[int], second: set[int]) -> float:
    """The share of the shorter text that stands in the other one too."""
    return len(first & second) / max(min(len(first), len(second)), 1)


def passages(first: str, second: str) -> list[str]:
    """The longest passages that two texts share, as long as
    somebody needs to see."""
    matcher = SequenceMatcher(None, first[:MOST_COMPARED], second[:MOST_COMPARED], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= LEAST_PASSAGE]
    blocks.sort(key=lambda block: -block.size)
    return [first[block.a : block.a + block.size] for block in blocks[:5]]


def own_last_year(subject: Subject) -> Iterator[Raised]:
    """Near-identical with one's own earlier report; graver where the numbers
    are copied too."""
    year = subject.year
    for last in subject.context.earlier:
        if year is None or last.year is None or last.year >= year:
            continue
        share = _share(subject.report, last)
        if share >= ALIKE:
            yield _copied_last_year(subject.report, last, share)
            return


def _copied_last_year(mine: Report, last: Report, share: float) -> Raised:
    named: dict[str, object] = {"last": last.year, "numbers": "", "numbers_en": ""}
    severity: Severity | None = None
    if _same_numbers(mine, last):
        named["numbers"] = "，表中数据也完全相同"
        named["numbers_en"] = "; all numbers of the tables are the same too"
        if share >= SAME:
            severity = "error"
    return _copied("H01", mine, last, share, named, severity)


def problems_again(subject: Subject) -> Iterator[Raised]:
    mine = _section_five(subject.report)
    if subject.year is None or len(mine) < LEAST_PROBLEMS:
        return
    for last in subject.context.earlier:
        theirs = _section_five(last)
        if last.year is None or last.year >= subject.year or len(theirs) < LEAST_PROBLEMS:
            continue
        share = likeness(shingles(mine), shingles(theirs))
        if share >= SAME_PROBLEMS:
            named = {"last": last.year, "share": f"{share:.0%}"}
            source = Source(last.unit, last.year, quoted(theirs))
            facts = (mine, theirs)
            yield Raised("H05", named, quote=quoted(mine), source=source, facts=facts)
            return


def others(subject: Subject) -> Iterator[Raised]:
    """Near-identical with another unit's report of the same year."""
    text = own_prose(subject.report)
    if len(text) < LEAST:
        return
    mine = known_shingles(text)
    nearest: Report | None = None
    largest = 0.0
    for peer in subject.context.peers:
        theirs = own_prose(peer)
        if len(theirs) < LEAST or stem(peer.unit) == stem(subject.unit):
            continue
        share = likeness(mine, known_shingles(theirs))
        if share >= ALIKE and share > largest:
            largest, nearest = share, peer
    if nearest is not None:
        named = {"other": nearest.unit}
        yield _copied("H02", subject.report, nearest, largest, named)


def _share(first: Report, second: Report) -> float:
    a, b = own_prose(first), own_prose(second)
    if min(len(a), len(b)) < LEAST:
        return 0.0
    return likeness(shingles(a), shingles(b))


def _copied(
    rule: str,
    mine: Report,
    theirs: Report,
    share: float,
    named: Mapping[str, object],
    severity: Severity | None = None,
) -> Raised:
    shared = passages(own_prose(mine), own_prose(theirs))
    longest = next(iter(shared), "")
    here, there = sentence_of(mine, longest), sentence_of(theirs, longest)
    places = {"quote": here.text, "place": here.at, "other_quote": there.text}
    return Raised(
        rule,
        {
            **named,
            **places,
            "other_place": there.at,
            "share": f"{share:.0%}",
            "passages": len(shared),
        },
        actual=f"{share:.0%}",
        quote=here.text,
        source=Source(theirs.unit, theirs.year, there.text),
        severity=severity,
        facts=(theirs.unit, str(theirs.year), *shared),
    )


class Alike(NamedTuple):
    """A run of sentences that two texts share but for names and numbers."""

    mine: str
    theirs: str


def aligned(mine: str, theirs: str, names: Iterable[str]) -> list[Alike]:
    """What stands in both, in the order of the first; `names` are those of both units. The
    words that every report has are left out.
    """
    called = sorted(filter(None, names), key=len, reverse=True)
    there = _sentences_of(theirs, called)
    at = {bones: n for n, (bones, _) in reversed(list(enumerate(there)))}
    found: list[Alike] = []
    before = None
    for bones, text in _sentences_of(mine, called):
        here = at.get(bones) if len(bones) >= LEAST_PASSAGE else None
        if here is not None and before is not None and here == before + 1:
            found[-1] = Alike(found[-1].mine + text, found[-1].theirs + there[here][1])
        elif here is not None:
            found.append(Alike(text, there[here][1]))
        before = here
    return found


def _sentences_of(text: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Each with its skeleton."""
    printed = [each for each in SENTENCE.findall(text) if not BOILERPLATE.search(each)]
    return [(_bones(each, names), each.strip()) for each in printed]


def _bones(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, "□")
    return _skeleton(text, "", "")


class Place(NamedTuple):
    text: str  # a sentence as printed, whole
    at: int  # of the paragraphs that hold sentences, counted from 1


def sentence_of(report: Report, passage: str) -> Place:
    """The sentence that has most of a passage, of which only the skeleton is known."""
    best, most = Place("", 0), 0
    for n, paragraph in enumerate(_paragraphs(report.document.blocks), 1):
        for sentence in SENTENCE.findall(paragraph):
            bones = _skeleton(sentence, report.unit, report.county or "")
            size = len(bones) if bones in passage else 0
            if size > most:
                best, most = Place(sentence.strip(), n), size
    return best


SENTENCE = pattern_of("[^。；\n]+[。；]?")


def _paragraphs(blocks: Iterable[object]) -> list[str]:
    return [
        block.text
        for block in blocks
        if isinstance(block, Paragraph) and "\t" not in block.text.strip() and "。" in block.text
    ]


def _same_numbers(first: Report, second: Report) -> bool:
    numbers = _numbers(first)
    return numbers == _numbers(second) and any(numbers.values())


def _numbers(report: Report) -> dict[str, int | Decimal | None]:
    return {key: value.number for key, value in report.cells.items()}


def _section_five(report: Report) -> str:
    spans = section_spans(report.document)
    begin = next((at for text, at in spans if "问题" in text), None)
    if begin is None:
        return ""
    end = next((at for _, at in spans if at > begin), len(report.document.blocks))
    lines = [b.text for b in report.document.blocks[begin + 1 : end] if isinstance(b, Paragraph)]
    return re.sub(r"\s|[0-9]|[，。、；：]", "", "".join(lines))


OWN_RULES = ((("H01",), own_last_year), (("H05",), problems_again))
PEER_RULES = ((("H02",), others),)
