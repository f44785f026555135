"""A report as it is drawn for people, whoever shows it: the verdict, what is wrong, the form with
its wrong cells, the prose with its sentences; each end of what does not agree leads to the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

from nianbao.monitor.ledger.words import SEVERITIES, Lang
from nianbao.monitor.paper.comments import Comment
from nianbao.monitor.rules.cell_names import cell_en, cell_zh
from nianbao.monitor.rules.finding import Finding
from nianbao.parser.document import Paragraph
from nianbao.parser.fill import Value, Where
from nianbao.parser.labels import exact
from nianbao.parser.private import masked
from nianbao.parser.report import Report
from nianbao.storage.registry import yaml_loader

MOST_MARKED = 30  # cells of a finding; more are no place to look at
MOST_NAMED = 6  # of them that are named below its sentence
MOST_FIXES = 3


class Fix(NamedTuple):
    """A cell and what it should probably say. Those of one option belong together."""

    cell: str
    value: str
    option: int = 1


class Said(NamedTuple):
    """A finding as it is told: of a draft, or kept in a store."""

    rule: str
    severity: str
    zh: str
    en: str
    cells: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    quote: str = ""
    other: str = ""  # the passage that it does not agree with, or is a copy of
    note: str = ""  # what a person decided on it
    source: tuple[str, int | None] | None = None  # whose report of which year it copies

    def told(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


class Seen(NamedTuple):
    """What stands in a cell of the form."""

    text: str
    state: str  # value, blank, unreadable
    why: str = ""
    where: Where | None = None


class Drawn(NamedTuple):
    """All that is drawn of a report."""

    title: str
    year: int | None
    table_forms: Mapping[str, str]
    cells: Mapping[str, Seen]
    prose: Sequence[str]
    findings: Sequence[Said]
    doubts: Sequence[tuple[str, str, str]] = ()  # rules that can't tell, with why in both languages
    is_draft: bool = False  # it is not published yet


def said_of(finding: Finding) -> Said:
    """A finding that a rule has just made."""
    return Said(
        rule=finding.rule,
        severity=finding.severity,
        zh=masked(finding.zh),
        en=masked(finding.en),
        cells=finding.cells,
        fixes=tuple(Fix(cell, str(value), n) for cell, value, n in finding.suggestions),
        quote=masked(finding.quote),
        other=masked(finding.other_quote),
        source=finding.source[:2] if finding.source is not None else None,
    )


def cells_of(report: Report) -> dict[str, Seen]:
    return {key: seen_in(value) for key, value in report.cells.items()}


def seen_in(value: Value) -> Seen:
    return Seen(masked(value.raw.strip()), value.state, value.why, value.where)


def prose_of(report: Report) -> list[str]:
    """Its paragraphs, without the rows and labels of tables that lost their lines."""
    texts = [
        block.text.strip()
        for block in report.document.blocks
        if isinstance(block, Paragraph) and "\t" not in block.text.strip()
    ]
    return [masked(text) for text in texts if text and ("。" in text or not exact(text))]


# ---- marks


class Mark(NamedTuple):
    """How a cell stands out."""

    severity: str
    right: str  # the number that it should probably have; empty where that can't be told
    numbers: tuple[int, ...]  # of the findings that are about it, counted from 1


def marks_of(findings: Sequence[Said]) -> dict[str, Mark]:
    """The cells that stand out. A hint marks none, nor what is about half of a table."""
    marks: dict[str, Mark] = {}
    for number, said in enumerate(findings, 1):
        if said.severity == "notice" or len(said.cells) > MOST_MARKED:
            continue
        is_sure = bool(said.fixes) and all(fix.option == 1 for fix in said.fixes)
        right = {fix.cell: fix.value for fix in said.fixes} if is_sure else {}
        for cell in dict.fromkeys((*said.cells, *right)):
            known = marks.get(cell, Mark(said.severity, "", ()))
            number_of_it = right.get(cell, known.right)
            marks[cell] = Mark(known.severity, number_of_it, (*known.numbers, number))
    return marks


def comments_of(findings: Sequence[Said]) -> list[Comment]:
    """As they stand beside the writer's own words."""
    found = []
    for said in findings:
        at = next((fix.cell for fix in said.fixes), next(iter(said.cells), ""))
        word = SEVERITIES[said.severity].zh
        found.append(Comment(f"{word} {said.rule} {said.zh}", at, said.quote))
    return found


class Part(NamedTuple):
    """A sentence of the prose, and the findings that quote it."""

    text: str
    numbers: tuple[int, ...] = ()  # here is what they quote
    others: tuple[int, ...] = ()  # here is the other end


def parts_of(prose: Sequence[str], findings: Sequence[Said]) -> list[list[Part]]:
    """Each paragraph in sentences. A passage is marked once, where most of it is."""
    told = [[text for text in SENTENCES.split(paragraph) if text] for paragraph in prose]
    bared = [((p, n), bare(text)) for p, texts in enumerate(told) for n, text in enumerate(texts)]
    ends = [(n, bare(said.quote), False) for n, said in enumerate(findings, 1) if said.quote]
    ends += [(n, bare(said.other), True) for n, said in enumerate(findings, 1) if said.other]
    here: dict[tuple[int, int], list[tuple[int, bool]]] = {}
    for number, quote, is_other in dict.fromkeys(ends):
        if (at := _place_of(quote, bared)) is not None:
            here.setdefault(at, []).append((number, is_other))
    return [
        [_part(text, here.get((p, n), ())) for n, text in enumerate(texts)]
        for p, texts in enumerate(told)
    ]


def _part(text: str, ends: Sequence[tuple[int, bool]]) -> Part:
    quoting = tuple(number for number, is_other in ends if not is_other)
    return Part(text, quoting, tuple(number for number, is_other in ends if is_other))


SENTENCES = re.compile("(?<=[。；！？])")
SURELY = 10  # characters that are found by no chance


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _place_of(quote: str, bared: Sequence[tuple[tuple[int, int], str]]) -> tuple[int, int] | None:
    """The sentence that has most of a quote, the first of several. A quote may begin in one
    sentence and end in the next: what it is about stands in its middle.
    """
    half = quote[: len(quote) // 2], quote[len(quote) // 2 :]
    some = [part for part in (*SENTENCES.split(quote), *half) if len(part) >= SURELY]
    shared = [(at, _shared(sentence, quote, some)) for at, sentence in bared]
    at, most = max(shared, key=lambda each: each[1], default=((0, 0), 0))
    return at if most else None


def _shared(sentence: str, quote: str, some: Sequence[str]) -> int:
    """How much of a quote stands in a sentence."""
    if not sentence or not quote:
        return 0
    if quote in sentence:
        return len(quote)
    if sentence in quote and len(sentence) >= min(SURELY, len(quote)):
        return len(sentence)
    return max((len(part) for part in some if part in sentence), default=0)


# ---- words


@cache
def _words() -> Mapping[str, tuple[str, str]]:
    text = resources.files("nianbao.monitor.paper").joinpath("form.yaml").read_text("utf-8")
    return {key: (zh, en) for key, (zh, en) in yaml.load(text, yaml_loader()).items()}


def say(key: str, lang: Lang, **named: object) -> str:
    sentence = _words()[key][0 if lang == "zh" else 1]
    return sentence.format(**named) if named else sentence


def name_of(cell: str, lang: Lang) -> str:
    return cell_zh(cell) if lang == "zh" else cell_en(cell)


def place_said(where: Where, lang: Lang) -> str:
    """Where a value was read, in words."""
    told = []
    if where.page:
        told.append(say("place", lang, page=where.page))
    if where.table:
        here = {"table": where.table, "row": where.row, "column": where.column}
        told.append(say("place_table", lang, **here))
    elif where.line:
        told.append(say("place_line", lang, line=where.line))
    return ("" if lang == "zh" else ", ").join(told)
