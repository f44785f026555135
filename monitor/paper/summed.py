"""What a county's sum rests on: whose reports are added, and what must be known of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.present import due_among
from nianbao.monitor.rules.watch import WATCHED
from nianbao.monitor.standing import day_in_beijing
from nianbao.storage.facts import unit_facts
from nianbao.storage.queries import findings, reports
from nianbao.storage.scope import of_county

Notes = tuple[Mapping[str, Sequence[str]], Mapping[str, date], Mapping[str, str], Mapping[str, str]]


class Known(NamedTuple):
    """What is known of a county's year."""

    name: str
    units: Sequence[str]
    contents: Mapping[str, dict[str, Any]]  # each unit's report
    own: Mapping[str, Any] | None  # the county's own report
    wrong: Mapping[str, Sequence[str]]  # what must be corrected, by unit
    gone: Mapping[str, date]  # since when a unit's report is withdrawn
    left: Mapping[str, str]  # why a report that was read is not added
    brought: Mapping[str, str]  # by whom, where a person brought it

    @property
    def notes(self) -> Notes:
        return self.wrong, self.gone, self.left, self.brought


def known_for_sum(s: Session, code: str, name: str, year: int, now: datetime) -> Known:
    scope = of_county(code)
    known = unit_facts(s, scope, year, now)
    due = due_among(known, year)
    kept = list(reports(s, scope, year))
    called = called_apart(
        [*((unit.unit, unit.name) for unit in due), *((r.unit, r.name) for r in kept)]
    )
    units = [called[unit.unit] for unit in due if unit.kind != "county"]
    there = {facts.unit for facts in known}
    wrong: dict[str, list[str]] = {}
    for finding in findings(s, scope, year, ("error",)):
        if finding.verdict != "waived" and finding.rule not in WATCHED:
            of = called.get(finding.unit, finding.name)
            wrong.setdefault(of, []).append(finding.content["zh"])
    contents = {called[r.unit]: r.content for r in kept if called[r.unit] in units}
    own = next((report.content for report in kept if report.kind == "county"), None)
    gone = {called[each.unit]: day_in_beijing(each.withdrawn) for each in due if each.withdrawn}
    left = {
        called[report.unit]: CLOSED if report.unit in there else DROPPED
        for report in kept
        if called[report.unit] not in contents and report.kind != "county"
    }
    hands = {called[each.unit]: each.versions[-1].brought for each in due if each.versions}
    brought = {unit: who for unit, who in hands.items() if who}
    return Known(name, units, contents, own, wrong, gone, left, brought)


def called_apart(units: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each unit's name; with its code where two have the same."""
    names = dict(units)
    count = Counter(names.values())
    return {unit: name if count[name] == 1 else f"{name}（{unit}）" for unit, name in names.items()}


DROPPED = "单位已不在县文件中，其已读取的年报未计入"
CLOSED = "单位当年度不是应发布单位，其已读取的年报未计入"
