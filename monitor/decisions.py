"""What people decide, with who and why, until someone decides otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from nianbao.storage.models import (
    Column,
    Decision,
    Event,
    FindingRow,
    Portal,
    ReportVersion,
    Sighting,
    StandingRow,
    Unit,
)
from nianbao.storage.store import session
from nianbao.storage.units import units_named


class DecisionError(Exception):
    """A decision that can't be taken; the sentence says why."""


def settle(
    engine: Engine,
    number: int,
    *,
    unit: str,
    year: int | None,
    not_a_report: bool,
    who: str,
    why: str,
    now: datetime,
) -> str:
    """Say what a link in doubt is. A report is read at the next sweep."""
    if not who:
        raise DecisionError("请注明决定人 --who / who decides?")
    if not_a_report == bool(unit or year):
        raise DecisionError(
            "请给出 --unit 和 --year，或 --not-a-report / give unit and year, or --not-a-report"
        )
    with session(engine) as s:
        sighting = s.get(Sighting, number)
        if sighting is None:
            raise DecisionError(f"没有 #{number}，见 nianbao review / no such link")
        decided = f"{who}: {why}".strip(": ")
        sighting.before = sighting.before or [sighting.unit, sighting.year]
        if not_a_report:
            sighting.page, sighting.unit, sighting.year = "other", None, None
            sighting.checked = sighting.resolved = now
            said = f"#{number}：不是年报"
        else:
            if year is None or not unit:
                raise DecisionError("单位和年份都要给出 / both unit and year are needed")
            body = _unit_of(s, sighting, unit)
            sighting.page, sighting.unit, sighting.year = "report", body.id, year
            sighting.checked = None
            said = f"#{number}：{body.name} {year} 年年报，下次巡检时读取"
        sighting.review, sighting.settled = "", decided
        county = _county_of(s, sighting)
        _due_now(s, s.scalars(select(Unit.id).where(Unit.county == county)), now)
        s.add(
            Event(
                at=now,
                kind="settled",
                unit=sighting.unit,
                year=sighting.year,
                content={"url": sighting.url, "who": who, "why": why, "report": not not_a_report},
            )
        )
    return said


def _county_of(s: Session, sighting: Sighting) -> str | None:
    portals = select(Portal.county).join(Column, Column.portal == Portal.id)
    return s.scalar(portals.where(Column.id == sighting.column))


def _unit_of(s: Session, sighting: Sighting, named: str) -> Unit:
    county = _county_of(s, sighting)
    is_meant = or_(Unit.id == named, Unit.name == named)
    units = list(s.scalars(select(Unit).where(Unit.county == county, is_meant)))
    if len(units) != 1:
        raise DecisionError(f"{named} 不是这个县的单位 / not a unit of this county")
    return units[0]


Verdict = Literal["waived", "accepted", "exempt", "note", "cleared"]
VERDICTS: Mapping[Verdict, str] = {
    "waived": "不作为问题",
    "accepted": "确认为问题",
    "exempt": "免于发布",
    "note": "备注",
    "cleared": "取消决定",
}


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
) -> str:
    """Write down a decision: on a finding (its mark, or unit, year and rule),
    or on a unit's year.

    waived: not held against it; accepted: confirmed; exempt: need not publish;
    note: a remark; cleared: not decided.
    """
    if not who:
        raise DecisionError("请注明决定人 --who / who decides?")
    if verdict in ("waived", "exempt") and not why:
        raise DecisionError("请注明理由 --why / why?")
    with session(engine) as s:
        marks = _marked(s, target)
        unit: Unit | None = None
        if not marks:
            unit = _unit_named(s, target)
            if verdict in ("waived", "accepted") or rule:
                marks = _marks(s, unit, year, rule)
        elif verdict == "exempt":
            raise DecisionError(f"{target} 是一项问题，不是单位 / a finding, not a unit")
        if verdict == "exempt" and year is None:
            raise DecisionError("请给出年份 / which year?")
        unit_id: str | None = None
        affected, what = _units_with(s, marks), "、".join(marks)
        if unit is not None:
            unit_id = unit.id
            affected, what = {unit.id}, what or unit.name
        for mark in marks or [""]:
            decision = Decision(
                fingerprint=mark,
                unit=unit_id,
                year=year,
                verdict=verdict,
                who=who,
                why=why,
                at=now,
            )
            s.add(decision)
        _due_now(s, affected, now)
        content = {"verdict": verdict, "who": who, "why": why, "marks": marks}
        s.add(Event(at=now, kind="decided", unit=unit_id, year=year, content=content))
    if year:
        what += f" {year}年度"
    return f"{what}：{VERDICTS[verdict]}（{who}）"


def _units_with(s: Session, marks: Sequence[str]) -> set[str]:
    reports = select(ReportVersion.unit).join(FindingRow, FindingRow.report == ReportVersion.id)
    return set(s.scalars(reports.where(FindingRow.fingerprint.in_(marks))))


def _due_now(s: Session, units: Iterable[str], now: datetime) -> None:
    """Standings that a decision changes are worked out anew
    before they are told."""
    rows = StandingRow.unit.in_(set(units))
    s.execute(update(StandingRow).where(rows).values(next_change_at=now))


def _unit_named(s: Session, named: str) -> Unit:
    found = units_named(s, named)
    if not found:
        raise DecisionError(
            f"没有 {named}：既不是问题编号，也不是单位 / neither a finding nor a unit"
        )
    if len(found) > 1:
        several = "、".join(f"{county}（{unit.id}）" for unit, county in found)
        raise DecisionError(f"有 {len(found)} 个 {named}，请用代码：{several}")
    return found[0][0]


def _marked(s: Session, target: str) -> list[str]:
    """The finding of a mark, or of its beginning as tables show it."""
    if not re.fullmatch("[0-9a-f]{6,20}", target):
        return []
    beginning = FindingRow.fingerprint.startswith(target)
    marks = list(s.scalars(select(FindingRow.fingerprint).where(beginning).distinct()))
    if len(marks) > 1:
        listed = "、".join(marks)
        raise DecisionError(f"有 {len(marks)} 项问题的编号以 {target} 开头，请写全：{listed}")
    return marks


def _marks(s: Session, unit: Unit, year: int | None, rule: str) -> list[str]:
    if year is None or not rule:
        raise DecisionError(
            "请给出年份和规则编号，如 --year 2025 --rule F01 / year and rule are needed"
        )
    last = select(ReportVersion.id).where(ReportVersion.unit == unit.id, ReportVersion.year == year)
    version = s.scalar(last.order_by(ReportVersion.number.desc()).limit(1))
    of_rule = select(FindingRow.fingerprint).where(
        FindingRow.report == version, FindingRow.rule == rule, FindingRow.ended.is_(None)
    )
    marks = list(s.scalars(of_rule))
    if not marks:
        raise DecisionError(f"{unit.name} {year} 年没有 {rule} 问题 / no such finding")
    return marks
