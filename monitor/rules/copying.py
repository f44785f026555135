"""Copied prose: near-identical texts are found by sketches, proved by the passages that they share.

A sketch is one number for each of 64 parts of the hash space: the smallest hash of a text's shingles in it. Equal numbers
in two sketches are about as frequent as common shingles in two texts. Units that share a band of four numbers are compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from nianbao.monitor.rules.finding import Raised, quoted
from nianbao.monitor.rules.subject import Subject, stem
from nianbao.parser.document import Paragraph
from nianbao.parser.heading import section_spans
from nianbao.parser.report import Report

SHINGLE = 8  # characters
PARTS = 64
BAND = 4
LEAST = 150  # characters of own prose; less can't be told from the usual phrases
ALIKE = 0.75
SAME = 0.95
LEAST_PASSAGE = 20
MOST_COMPARED = 6000  # characters of a text laid side by side


class Copy(NamedTuple):
    first: int
    second: int
    likeness: float  # the share of common shingles


def own_prose(report: Report) -> str:
    """The prose that a unit wrote itself: without names, years, numbers, citations, headings and the form's words."""
    return _own_prose(report.document.blocks, report.unit, report.county or "")


@lru_cache(maxsize=512)
def _own_prose(blocks: tuple[object, ...], unit: str, county: str) -> str:
    names = [name for name in (unit, stem(unit), county) if name]
    lines = [
        b.text
        for b in blocks
        if isinstance(b, Paragraph) and "\t" not in b.text.strip() and "。" in b.text
    ]
    kept = []
    for sentence in re.split("(?<=[。；])", "\n".join(lines)):
        if not BOILERPLATE.search(sentence):
            kept.append(sentence)
    text = "".join(kept)
    for name in names:
        text = text.replace(name, "□")
    return re.sub(
        r"[0-9０-９]+", "0", re.sub(r"《[^》]*》|〔[^〕]*〕|\s|[，。、；：“”（）()]", "", text)
    )


BOILERPLATE = re.compile(
    "格式〉的通知|统计期限|根据《中华人民共和国|勾稽关系|区分处理的|如对本(?:年度)?报告|联系(?:电话|地址)|无其他需要报告|信息处理费"
    "|行政复议|行政诉讼|未收到.{0,20}申请"
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


def sketch(found: Iterable[int]) -> tuple[int, ...]:
    smallest = [-1] * PARTS
    for hashed in found:
        part = hashed % PARTS
        if smallest[part] < 0 or hashed < smallest[part]:
            smallest[part] = hashed
    return tuple(smallest)


def likeness(first: set[int], second: set[int]) -> float:
    """The share of the shorter text that stands in the other one too."""
    return len(first & second) / max(min(len(first), len(second)), 1)


def copies(texts: Sequence[str], least: float = ALIKE) -> Iterator[Copy]:
    """Pairs of texts that are near-identical, in time that grows with their number, not with its square."""
    found = [shingles(text) if len(text) >= LEAST else set() for text in texts]
    bands: Mapping[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for n, each in enumerate(found):
        if not each:
            continue
        marks = sketch(each)
        for start in range(0, PARTS, BAND):
            band = marks[start : start + BAND]
            if min(band) >= 0:
                bands[start, band].append(n)
    seen: set[tuple[int, int]] = set()
    for alike in bands.values():
        # Of many that are the same in a band, each is held against the first one and the one before it.
        for at, n in enumerate(alike[1:], 1):
            for other in {alike[0], alike[at - 1]}:
                pair = (other, n)
                if pair not in seen:
                    seen.add(pair)
                    share = likeness(found[other], found[n])
                    if share >= least:
                        yield Copy(other, n, share)


def passages(first: str, second: str) -> list[str]:
    """The longest passages that two texts share, as long as somebody needs to see."""
    matcher = SequenceMatcher(None, first[:MOST_COMPARED], second[:MOST_COMPARED], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= LEAST_PASSAGE]
    blocks.sort(key=lambda block: -block.size)
    return [first[block.a : block.a + block.size] for block in blocks[:5]]


def own_last_year(subject: Subject) -> Iterator[Raised]:
    """Near-identical with one's own report of an earlier year; graver where the numbers are copied too."""
    year = subject.year
    for last in subject.context.earlier:
        if year is None or last.year is None or last.year >= year:
            continue
        share = _share(subject.report, last)
        if share >= ALIKE:
            same = _same_numbers(subject.report, last)
            yield _copied(
                "H01",
                subject.report,
                last,
                share,
                {
                    "last": last.year,
                    "numbers": "，表中数据也完全相同" if same else "",
                    "numbers_en": "; all numbers of the tables are the same too" if same else "",
                },
                "error" if same and share >= SAME else None,
            )
            return


def problems_again(subject: Subject) -> Iterator[Raised]:
    mine = _section_five(subject.report)
    for last in subject.context.earlier:
        theirs = _section_five(last)
        if (
            subject.year is None
            or last.year is None
            or last.year >= subject.year
            or min(len(mine), len(theirs)) < 60
        ):
            continue
        share = likeness(shingles(mine), shingles(theirs))
        if share >= 0.9:
            yield Raised(
                "H05",
                {"last": last.year, "share": f"{share:.0%}"},
                quote=quoted(mine),
                facts=(mine, theirs),
            )
            return


def others(subject: Subject) -> Iterator[Raised]:
    """Near-identical with another unit's report of the same year."""
    texts = [own_prose(subject.report), *(own_prose(peer) for peer in subject.context.peers)]
    best: tuple[float, Report] | None = None
    mine = known_shingles(texts[0]) if len(texts[0]) >= LEAST else set()
    for peer, text in zip(subject.context.peers, texts[1:], strict=True):
        if mine and len(text) >= LEAST and stem(peer.unit) != stem(subject.unit):
            share = likeness(mine, known_shingles(text))
            if share >= ALIKE and (best is None or share > best[0]):
                best = share, peer
    if best is not None:
        share, peer = best
        yield _copied("H02", subject.report, peer, share, {"other": peer.unit}, None)


def _share(first: Report, second: Report) -> float:
    a, b = own_prose(first), own_prose(second)
    return likeness(shingles(a), shingles(b)) if min(len(a), len(b)) >= LEAST else 0.0


def _copied(
    rule: str,
    mine: Report,
    theirs: Report,
    share: float,
    named: Mapping[str, object],
    severity: object,
) -> Raised:
    found = passages(own_prose(mine), own_prose(theirs))
    shown = found[0] if found else ""
    return Raised(
        rule,
        {**named, "share": f"{share:.0%}", "passages": len(found)},
        actual=f"{share:.0%}",
        quote=quoted(shown),
        severity="error" if severity == "error" else None,
        facts=(theirs.unit, str(theirs.year), *found),
    )


def _same_numbers(first: Report, second: Report) -> bool:
    numbers = [
        {key: value.number for key, value in report.cells.items()} for report in (first, second)
    ]
    return numbers[0] == numbers[1] and any(numbers[0].values())


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
