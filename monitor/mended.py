"""What has become of the findings of a draft in the draft that came after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nianbao.monitor.rules.engine import Assessment
from nianbao.monitor.rules.finding import Finding
from nianbao.monitor.rules.subject import Subject, stem
from nianbao.parser.report import Report


class Draft(NamedTuple):
    """A draft that was read and judged."""

    name: str  # of its file
    report: Report
    judged: Assessment


class Become(NamedTuple):
    """Of the findings of both drafts."""

    mended: Sequence[Finding]  # of the draft before: surely gone
    unsure: Sequence[Finding]  # of the draft before: not found, and not judged for sure either
    new: Sequence[int]  # findings of the draft after, counted from 1
    standing: Sequence[int]  # the same, found in the draft before too


def become(before: Draft, after: Draft) -> Become:
    """A finding is one of the draft before where its fingerprint is; else where it is of the same
    rule about the same cells or sentence, whatever their numbers are now.
    """
    left = list(before.judged.findings)
    standing: list[int] = []
    for same in (_is_same, _is_alike):
        for number, finding in enumerate(after.judged.findings, 1):
            known = next((each for each in left if same(each, finding)), None)
            if number not in standing and known is not None:
                left.remove(known)
                standing.append(number)
    mended = [each for each in left if _is_gone(each, after)]
    return Become(
        mended=mended,
        unsure=[each for each in left if each not in mended],
        new=[n for n in range(1, len(after.judged.findings) + 1) if n not in standing],
        standing=sorted(standing),
    )


def _is_same(one: Finding, other: Finding) -> bool:
    return one.fingerprint == other.fingerprint


def _is_alike(one: Finding, other: Finding) -> bool:
    if (one.rule, one.cells) != (other.rule, other.cells):
        return False
    return bool(one.cells) or one.quote == other.quote


def _is_gone(finding: Finding, after: Draft) -> bool:
    """Whether what it says was looked at again, and is so no more."""
    states = {cell: value.state for cell, value in after.report.cells.items()}
    if any(states.get(cell, "unreadable") == "unreadable" for cell in finding.cells):
        return False
    match after.judged.states.get(finding.rule):
        case "pass":
            return True
        case "fail" | "verify":  # elsewhere, or hidden behind another finding about the same cells
            told = {each.rule for each in after.judged.not_assessable}
            others = {cell for each in after.judged.findings for cell in each.cells}
            return finding.rule not in told and others.isdisjoint(finding.cells)
        case _:  # it can't tell, or had nothing to compare with
            return False


def same_report(drafts: Sequence[Draft | None], after: Draft) -> int | None:
    """Which of some drafts is the one before: of no other unit and of the same year, or in a file
    of the same name. None where that can't be told.
    """
    alike = [
        (n, each)
        for n, each in enumerate(drafts)
        if each is not None and _may_be(each.report, after.report)
    ]
    sure = [n for n, each in alike if _are_one(each.report, after.report)]
    if not sure:
        sure = [n for n, each in alike if each.name == after.name]
    return sure[0] if len(sure) == 1 else None


def _may_be(one: Report, other: Report) -> bool:
    pairs = ((stem(one.unit), stem(other.unit)), (one.county, other.county))
    return all(not left or not right or left == right for left, right in pairs)


def _are_one(one: Report, other: Report) -> bool:
    if not stem(one.unit) or not stem(other.unit):
        return False
    year = Subject(one).year
    return year is not None and year == Subject(other).year
