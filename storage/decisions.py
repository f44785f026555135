"""What people decide, each with who and why: it is written down, and holds until someone decides
otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nianbao.storage.audit import note_all, take_turn
from nianbao.storage.facts import column_mark, exempt_in, verdicts
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import Verdict
from nianbao.storage.models import (
    Column,
    Decision,
    Event,
    FindingRow,
    Portal,
    ReportVersion,
    Unit,
)
from nianbao.storage.scope import EVERYTHING, Scope
from nianbao.storage.standings import due_again
from nianbao.storage.store import session
from nianbao.storage.units import UnitRef, units_named


class DecisionError(Exception):
    """A decision that can't be taken; the sentence says why."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


class Marked(NamedTuple):
    """A finding that a decision is about, with whose it is."""

    mark: str
    unit: str
    year: int


class Decided(NamedTuple):
    """What was decided on."""

    about: str  # the unit with its county, or the marks of findings
    year: int | None
    code: str = ""  # the unit's


def decide(
    engine: Engine,
    verdict: Verdict,
    target: str,
    year: int | None,
    *,
    who: str,
    why: str,
    now: datetime,
    rule: str = "",
    scope: Scope = EVERYTHING,
    undoes: Verdict | None = None,
) -> Decided:
    """Write down a decision: on a finding (its mark, or a unit, year and rule), or on a unit's
    year.

    waived: not held against it; accepted: confirmed; exempt: need not publish; note: a remark;
    cleared: not decided, of what `undoes` says: who takes back that a finding was waived has said
    nothing of an exemption.
    """
    of_findings = not {verdict, undoes}.isdisjoint(("waived", "accepted"))
    of_unit = "exempt" in (verdict, undoes)
    if not who:
        raise DecisionError("请注明决定人 --who", "who decides? --who")
    if verdict in ("waived", "exempt") and not why:
        raise DecisionError("请注明理由 --why", "why? --why")
    with session(engine) as s:
        findings = _marked(s, target, scope)
        if findings and of_unit:
            raise DecisionError(
                f"{target} 是一项问题，不是单位", f"{target} is a finding, not a unit"
            )
        unit = None if findings else _unit_named(s, target, scope)
        if unit is not None and (of_findings or rule):
            findings = _found_of(s, unit, year, rule)
        if of_unit and year is None:
            raise DecisionError("请给出年份 --year", "which year? --year")
        about = findings or [Marked("", unit.id if unit is not None else "", year or 0)]
        if undoes is not None:
            about = _held(s, about, undoes)
        _decide_all(s, verdict, about, who, why, now)
    told = "、".join(dict.fromkeys(finding.mark for finding in findings))
    if told or unit is None:
        return Decided(told or target, year)
    return Decided(f"{unit.county_name}{unit.name}", year, unit.id)


def decide_marks(
    s: Session,
    verdict: Verdict,
    marks: Sequence[str],
    *,
    who: str,
    why: str,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> None:
    """The same on findings by their whole marks, where the caller keeps it or not."""
    about = [found for mark in marks for found in _marked(s, mark, scope)]
    if not about:
        raise DecisionError("没有这项问题", "there is no such finding")
    _decide_all(s, verdict, about, who, why, now)


def _decide_all(
    s: Session, verdict: Verdict, about: Sequence[Marked], who: str, why: str, now: datetime
) -> None:
    for finding in about:
        decision = Decision(
            fingerprint=finding.mark,
            unit=finding.unit,
            year=finding.year or None,
            verdict=verdict,
            who=who,
            why=why,
            at=now,
        )
        _write_down(s, decision, verdict, f"{finding.unit} {finding.mark}".strip())
    due_again(s, {finding.unit for finding in about}, now)
    _note(s, about, verdict, who, why, now)


def _held(s: Session, about: Sequence[Marked], said: Verdict) -> list[Marked]:
    """Those of which that was decided last: who takes it back takes nothing else back."""
    held = verdicts(s, [each.mark for each in about if each.mark])
    exempt = exempt_in(s, [each.unit for each in about if not each.mark], about[0].year)
    found = [
        each
        for each in about
        if (each.unit in exempt if not each.mark else _says(held.get(each.mark), said))
    ]
    if not found:
        raise DecisionError(
            "没有这样的决定可以撤回", "no such decision holds, there is nothing to take back"
        )
    return found


def _says(decision: Decision | None, said: Verdict) -> bool:
    return decision is not None and decision.verdict == said


def _write_down(s: Session, decision: Decision, action: str, about: str) -> None:
    """A decision, and its entry in the log of decisions."""
    take_turn(s)
    s.add(decision)
    s.flush()
    told: dict[str, Any] = {"decision": decision.id, "verdict": decision.verdict}
    told |= {"year": decision.year, "why": decision.why}
    told |= {"unit": decision.unit, "mark": decision.fingerprint}
    note_all(s, decision.at, decision.who, action, about, told)


def _note(
    s: Session, about: Sequence[Marked], verdict: str, who: str, why: str, now: datetime
) -> None:
    """One event a unit and year: its history tells it."""
    for unit, year in dict.fromkeys((finding.unit, finding.year) for finding in about):
        marks = [
            each.mark for each in about if (each.unit, each.year) == (unit, year) and each.mark
        ]
        content = {"verdict": verdict, "who": who, "why": why, "marks": marks}
        s.add(Event(at=now, kind="decided", unit=unit, year=year or None, content=content))


def _unit_named(s: Session, named: str, scope: Scope) -> UnitRef:
    found = [unit for unit in units_named(s, named) if scope.holds(unit.county, unit.id)]
    if not found:
        raise DecisionError(
            f"没有 {named}：既不是问题编号，也不是单位", f"no {named}: neither a finding nor a unit"
        )
    if len(found) > 1:
        several = "、".join(f"{unit.county_name}（{unit.id}）" for unit in found)
        raise DecisionError(
            f"有 {len(found)} 个 {named}，请用代码：{several}",
            f"{len(found)} units are called {named}, use a code: {several}",
        )
    return found[0]


def _marked(s: Session, target: str, scope: Scope) -> list[Marked]:
    """The finding of a mark, or of its beginning as tables show it; in each version of the
    report that has it.
    """
    if not re.fullmatch("[0-9a-f]{6,20}", target):
        return []
    chosen = (
        select(FindingRow.fingerprint, ReportVersion.unit, ReportVersion.year, Unit.county)
        .join(ReportVersion, FindingRow.report == ReportVersion.id)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(FindingRow.fingerprint.startswith(target))
        .distinct()
        .order_by(FindingRow.fingerprint)
    )
    found = [
        Marked(mark, unit, year)
        for mark, unit, year, county in s.execute(chosen)
        if scope.holds(county, unit)
    ]
    if len(found) > 1:
        several = "、".join(finding.mark for finding in found)
        raise DecisionError(
            f"有 {len(found)} 项问题的编号以 {target} 开头，请写全：{several}",
            f"{len(found)} findings begin with {target}, say more: {several}",
        )
    return found


def _found_of(s: Session, unit: UnitRef, year: int | None, rule: str) -> list[Marked]:
    """The findings of a rule that hold in a unit's report."""
    if year is None or not rule:
        raise DecisionError(
            "请给出年份和规则编号，如 --year 2025 --rule F01",
            "year and rule are needed, such as --year 2025 --rule F01",
        )
    last = select(ReportVersion.id).where(ReportVersion.unit == unit.id, ReportVersion.year == year)
    last = last.where(in_force())
    version = s.scalar(last.order_by(ReportVersion.number.desc()).limit(1))
    chosen = select(FindingRow.fingerprint).where(
        FindingRow.report == version, FindingRow.rule == rule, FindingRow.ended.is_(None)
    )
    rows = s.scalars(chosen.order_by(FindingRow.id))
    found = [Marked(mark, unit.id, year) for mark in rows]
    if not found:
        raise DecisionError(
            f"{unit.name} {year} 年没有 {rule} 问题", f"{unit.name} {year}: no {rule} finding"
        )
    return found


def check_column(
    engine: Engine, address: str, year: int, *, who: str, why: str, now: datetime, undo: bool
) -> list[str]:
    """Say of the columns at an address (or with a part of it) that they are in use in a year,
    though they show nobody's report of it. Their addresses.
    """
    if not who:
        raise DecisionError("请注明决定人 --who", "who decides? --who")
    with session(engine) as s:
        return say_of_columns(s, address, year, who=who, why=why, now=now, undo=undo)


def say_of_columns(
    s: Session, address: str, year: int, *, who: str, why: str, now: datetime, undo: bool
) -> list[str]:
    """The same, where the caller keeps it or not."""
    meant = select(Column).where(Column.active).order_by(Column.url)
    columns = list(s.scalars(meant.where(Column.url == address)))
    if not columns:
        like = Column.url.contains(address, autoescape=True)
        columns = list(s.scalars(meant.where(like)))
    if not columns:
        raise DecisionError(f"没有地址含 {address} 的栏目", f"no column's address has {address}")
    verdict: Verdict = "cleared" if undo else "accepted"
    for column in columns:
        mark = column_mark(column.id, year)
        decision = Decision(fingerprint=mark, year=year, verdict=verdict, who=who, why=why, at=now)
        _write_down(s, decision, "column", column.url)
        units = select(Unit.id).join(Portal, Portal.county == Unit.county)
        due_again(s, s.scalars(units.where(Portal.id == column.portal)).all(), now)
    return [column.url for column in columns]
