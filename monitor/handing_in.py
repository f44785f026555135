"""The drafts box: a draft comes in, is read and judged in a limited child, and is filed as a round
of the unit that sent it, or is not, and why. What was handed in is kept before it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import PurePath
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.crawler.reading import ChildError, Reader, Reads, as_read_error, outcomes_here
from nianbao.monitor.as_archived import report_in
from nianbao.monitor.checking import WAITS
from nianbao.monitor.details import in_chinese
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.names_of_then import names_in
from nianbao.monitor.paper.comments import CommentError, commented
from nianbao.monitor.paper.marked import comments_of, said_of
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Context, stem
from nianbao.parser.errors import ReadError
from nianbao.parser.passages import words_of
from nianbao.parser.private import masked
from nianbao.parser.report import Report, to_json
from nianbao.parser.sniff import sniff
from nianbao.storage.archive import versions
from nianbao.storage.content import TABLES, same
from nianbao.storage.drafts import Handed, Judged, Kept, judge, keep, waiting
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.store import looking, session
from nianbao.storage.units import UnitRef, units_named

MOST_BYTES = 32 * 1024 * 1024  # of a draft
LONGEST_NAME = 120  # letters of a file's name
AT_ONCE = 20  # that are judged before it is looked whether there are others
SEND = (
    "请发送一份稿件的原文件：Word（.docx）最好，也可以是 .doc、.wps、PDF 或 HTML",
    "send the draft's own file: Word (.docx) best; .doc, .wps, PDF or HTML will do",
)
UNJUDGED = "未能核对完，需人工查看", "it could not be judged to its end, a person must look"
UNSURE = (
    "无法确认来信是该单位所发，需人工确认，或请该单位在页面上提交同一文件；确认前不算一轮",
    "it is not known for sure who sent it: a person confirms it, or the unit hands the same file "
    "in on its page; until then it is no round",
)
ASIDE = "随信附件，不是另一份稿件", "it came along in the mail and is no other draft"
GONE = "存档无法读取，请重新提交", "its bytes can't be read, hand it in again"


class Answer(NamedTuple):
    """To whom a verdict goes back, and how it is written; it is queued with the verdict."""

    queue: Callable[[Session, Kept, UnitRef, Judged, bytes], None]


def hand_in(engine: Engine, evidence: Evidence, handed: Handed, data: bytes) -> int:
    """Keep a draft; its number. The same bytes are the same draft."""
    kept = replace(handed, sha256=evidence.keep(data), name=named(handed.name))
    with session(engine) as s:
        return keep(s, kept)


def named(said: str) -> str:
    """A file's own name, without folders and what nobody types. Pure."""
    bare = said.replace("\\", "/").rpartition("/")[2]
    typed = "".join(letter for letter in bare if letter.isprintable())
    return typed.strip()[-LONGEST_NAME:] or "?"


def judge_waiting(
    engine: Engine,
    evidence: Evidence,
    registry: Registry,
    reader: Reads | None = None,
    answer: Answer | None = None,
) -> int:
    """Judge what waits, until nothing does. How many were judged."""
    if reader is None:
        with Reader(WAITS, children=1) as child:
            return judge_waiting(engine, evidence, registry, child, answer)
    count = 0
    while True:
        with looking(engine) as s:
            found = waiting(s, AT_ONCE)
        if not found:
            return count
        found.sort(key=lambda each: (each.mail, each.id))
        for _, group in groupby(found, key=lambda each: each.mail or each.id):
            count += _judge(engine, evidence, registry, reader, [*group], answer)


def _judge(
    engine: Engine,
    evidence: Evidence,
    registry: Registry,
    reader: Reads,
    group: Sequence[Kept],
    answer: Answer | None,
) -> int:
    """What came together is read together: of a mail's files one is the draft."""
    with looking(engine) as s:
        units = {each.id: _unit(s, each) for each in group}
    read = {
        each.id: _read(engine, evidence, registry, reader, each, units[each.id]) for each in group
    }
    judged = _together(group, read)
    count = 0
    for each in group:
        told, back = judged[each.id], read[each.id].commented
        if back and told.state in ("returned", "passed", "held"):
            told = told._replace(commented=evidence.keep(back))
        with session(engine) as s:
            if judge(s, each.id, told):
                count += 1
                if answer is not None and each.channel == "mail" and told.state != "aside":
                    answer.queue(s, each, units[each.id], told, back)
    return count


def _unit(s: Session, kept: Kept) -> UnitRef:
    assert kept.unit is not None  # what is nobody's does not wait
    return next(unit for unit in units_named(s, kept.unit) if unit.id == kept.unit)


class Read(NamedTuple):
    """What a child says of a draft."""

    judged: Judged
    commented: bytes = b""
    is_report: bool = False


def _read(
    engine: Engine,
    evidence: Evidence,
    registry: Registry,
    reader: Reads,
    kept: Kept,
    unit: UnitRef,
) -> Read:
    try:
        data = evidence.read(kept.sha256)
    except EvidenceError:
        return Read(Judged("unread", GONE))
    with looking(engine) as s:
        before = versions(s, unit.id, kept.year - 1)
    county = registry.county(unit.county)
    of_unit = (county, unit.id, unit.name)
    names = tuple(
        dict.fromkeys(
            name for year in (kept.year, kept.year + 1) for name in names_in(*of_unit, year)
        )
    )
    whose = Whose(unit.name, names, unit.county_name, kept.year)
    earlier = Earlier(before[-1].document, names_in(*of_unit, kept.year - 1)) if before else None
    try:
        read: Read = reader.call(read_here, kept.name, data, whose, evidence, earlier)
    except ChildError as error:
        told = as_read_error(error)
        return Read(Judged("unread", _with(told.zh, told.en)))
    except MemoryError:
        return Read(Judged("unread", _with("文件过大", "it is too large")))
    if read.judged.state in ("passed", "returned") and not kept.sure:
        return read._replace(judged=read.judged._replace(state="held", why=UNSURE))
    return read


def _with(zh: str, en: str) -> tuple[str, str]:
    """Why nothing was read, and what to send instead."""
    return f"{in_chinese(zh).rstrip('。')}。{SEND[0]}", f"{en.rstrip('.')}; {SEND[1]}"


def _together(group: Sequence[Kept], read: Mapping[int, Read]) -> dict[int, Judged]:
    """Of several files of a mail one is filed: where several are drafts of the unit they must say
    the same. Pure.
    """
    judged = {each.id: read[each.id].judged for each in group}
    if len(group) == 1:
        return judged
    rounds = [
        each for each in group if read[each.id].is_report and judged[each.id].state != "unfiled"
    ]
    contents = [judged[each.id].content for each in rounds]
    if rounds and all(same(contents[0], each, ("year", *TABLES)) for each in contents):
        best = min(rounds, key=lambda each: (not each.name.lower().endswith(".docx"), each.id))
        others = {each.id for each in rounds if each.id != best.id}
        others |= {number for number, each in judged.items() if each.state == "unread"}
        return judged | dict.fromkeys(others, Judged("aside", ASIDE))
    if rounds:
        names = "、".join(each.name for each in rounds)
        zh = f"一封信里有{len(rounds)}份内容不同的稿件（{names}），不知以哪份为准，请只发一份"
        en = f"{len(rounds)} different drafts in one mail, send one alone: {names}"
        judged |= dict.fromkeys((each.id for each in rounds), Judged("unfiled", (zh, en)))
    return judged


# ---- in the child


class Whose(NamedTuple):
    """Whose draft it must be."""

    unit: str
    names: tuple[str, ...]  # all that it is rightly called
    county: str
    year: int


class Earlier(NamedTuple):
    """Last year's report, where the archive has it."""

    document: str
    names: tuple[str, ...]


def read_here(
    name: str, data: bytes, whose: Whose, evidence: Evidence, earlier: Earlier | None
) -> Read:
    outcomes = outcomes_here([(name, data)])
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    if len(reports) > 1:
        zh, en = f"一个文件里有{len(reports)}份年报", f"{len(reports)} reports in one file"
        return Read(Judged("unread", _with(zh, en)))
    if not reports:
        error = next((each.error for each in outcomes if each.error), ReadError("not_a_report"))
        return Read(Judged("unread", _with(error.zh, error.en)))
    report = reports[0]
    if why := said_otherwise(report, whose):
        return Read(Judged("unfiled", why), is_report=True)
    return _assessed(data, report, whose, evidence, earlier)


def _assessed(
    data: bytes, report: Report, whose: Whose, evidence: Evidence, earlier: Earlier | None
) -> Read:
    content, (words, _) = to_json(report), words_of(report)
    try:
        context = Context(
            year=whose.year,
            unit=whose.unit,
            names=whose.names,
            county=whose.county,
            earlier=_earlier(evidence, earlier),
        )
        found = assess(report, context).findings
    except MemoryError:
        return Read(Judged("held", UNJUDGED, (), content, words), is_report=True)
    said = [said_of(finding) for finding in found]
    told = [
        {
            "rule": each.rule,
            "severity": each.severity,
            "zh": each.zh,
            "en": each.en,
            "cells": list(each.cells),
        }
        for each in said
    ]
    is_wrong = any(each.severity == "error" for each in said)
    back = b""
    if said and sniff(data) == "docx":
        try:
            back = commented(data, report.document, report.cells, comments_of(said))
        except (CommentError, ReadError):
            back = b""
    return Read(Judged("returned" if is_wrong else "passed", (), told, content, words), back, True)


def _earlier(evidence: Evidence, earlier: Earlier | None) -> tuple[Report, ...]:
    if earlier is None:
        return ()
    try:
        found = report_in(evidence, earlier.document, earlier.names)
    except EvidenceError:
        return ()
    return () if found is None else (found,)


def said_otherwise(report: Report, whose: Whose) -> tuple[str, str] | tuple[()]:
    """Why a draft is not filed: it says itself that it is another unit's, or of another year. What
    it does not say is no reason. Pure.
    """
    said = masked(f"{report.county or ''}{report.unit}")
    if report.unit and not any(_is_called(report.unit, name, whose.county) for name in whose.names):
        return (
            f"稿件写的是“{said}”，不是{whose.unit}的",
            f"the draft says “{said}”, which is not {whose.unit}",
        )
    if report.county and not (report.county in whose.county or whose.county in report.county):
        return (
            f"稿件写的是“{said}”，不是{whose.county}{whose.unit}的",
            f"the draft says “{said}”, which is not of {whose.county}",
        )
    if report.year is not None and report.year != whose.year:
        return (
            f"稿件写的是{report.year}年度，现在应交的是{whose.year}年度",
            f"the draft is of {report.year}, and {whose.year} is asked for",
        )
    return ()


def _is_called(said: str, name: str, county: str) -> bool:
    """Whether a report's unit is one of this name, with its county's before it or not."""
    whole, bare = stem(said), stem(name)
    if not bare or not whole.endswith(bare):
        return False
    before = whole.removesuffix(bare)
    is_named = bool(county) and before.endswith(county)  # 山西省…平安县柳树镇
    return is_named or before in ("", county, county[:-1], county[-1:])


def comments_name(name: str) -> str:
    """What the file with comments is called."""
    return f"{PurePath(name).stem or name}.check.docx"
