"""Findings of reports: kept as long as they hold, and known for the time before; each under a
mark of its own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from nianbao.storage.in_force import in_force
from nianbao.storage.models import Decision, FindingRow, ReportVersion, Unit
from nianbao.storage.scope import Scope, units_in
from nianbao.storage.steering import beside


class Found(NamedTuple):
    """A finding as the rules told it."""

    rule: str
    severity: str
    basis: str  # the same for the same numbers of a unit of that name
    content: dict[str, Any]
    also: tuple[str, ...] = ()  # the same under names that the unit had before


def mark_of(unit: str, basis: str) -> str:
    """What a decision hangs on: two units of one name never share it."""
    return hashlib.sha256(f"{unit}\x1f{basis}".encode()).hexdigest()[:20]


# Written once: to write a question takes longer than to answer it.
OPEN = select(FindingRow).where(
    FindingRow.report.in_(bindparam("versions", expanding=True)), FindingRow.ended.is_(None)
)
ONLY = OPEN.where(FindingRow.rule.in_(bindparam("rules", expanding=True)))
HERE, THERE = aliased(ReportVersion), aliased(ReportVersion)
SAME_REPORT = (THERE.unit == HERE.unit) & (THERE.year == HERE.year) & (THERE.id != HERE.id)
DECIDED = (
    select(HERE.id, FindingRow)
    .join(THERE, SAME_REPORT)
    .join(FindingRow, FindingRow.report == THERE.id)
    .where(
        HERE.id.in_(bindparam("versions", expanding=True)),
        exists().where(Decision.fingerprint == FindingRow.fingerprint),
    )
    .order_by(FindingRow.id.desc())
)
WITHOUT = OPEN.where(FindingRow.rule.not_in(bindparam("rules", expanding=True)))


class Keeper:
    """Keeps what is found in some versions of reports, of the rules of watching or of all the
    others.
    """

    def __init__(
        self,
        s: Session,
        versions: Sequence[int],
        now: datetime,
        *,
        only: Collection[str] = (),
        without: Collection[str] = (),
    ) -> None:
        self.s, self.now = s, now
        chosen, rules = (ONLY, only) if only else (WITHOUT, without)
        self.known: dict[int, dict[str, FindingRow]] = defaultdict(dict)
        for row in s.scalars(chosen, {"versions": versions, "rules": [*rules]}):
            self.known[row.report][row.fingerprint] = row
        self.decided = _decided(s, versions)

    def keep(self, version: int, unit: str, findings: Iterable[Found]) -> None:
        """What holds no longer has ended, and is still known for the time before; where it comes
        back it is told anew.
        """
        known = self.known[version]
        found = [self._as_known(version, unit, finding) for finding in findings]
        new = {mark_of(unit, finding.basis): finding for finding in reversed(found)}
        for row in self.decided.get(version, ()):
            if row.fingerprint not in new:
                _carry(new, row.fingerprint, row, known)
        for mark, row in known.items():
            if mark not in new:
                _carry(new, mark, row, known)
        for mark, row in known.items():
            if mark not in new:
                row.ended = self.now
        for mark, finding in new.items():
            row = known.get(mark) or FindingRow(
                report=version, rule=finding.rule, fingerprint=mark, since=self.now
            )
            row.basis, row.severity, row.content = finding.basis, finding.severity, finding.content
            self.s.add(row)

    def _as_known(self, version: int, unit: str, finding: Found) -> Found:
        """By the name of the unit by which it is known or was decided on, if by any."""
        if not finding.also:
            return finding
        marks = {mark_of(unit, basis): basis for basis in (finding.basis, *finding.also)}
        decided = set(
            self.s.scalars(select(Decision.fingerprint).where(Decision.fingerprint.in_(marks)))
        )
        ways = (decided, self.known[version])
        by = next((mark for way in ways for mark in marks if mark in way), None)
        return finding if by is None else finding._replace(basis=marks[by])


def _carry(
    new: dict[str, Found], mark: str, row: FindingRow, known: Mapping[str, FindingRow]
) -> None:
    """What a report is found to have in the same words as before is the same, also where its unit
    or county has another name since.
    """
    for other, finding in new.items():
        if other not in known and (finding.rule, finding.content) == (row.rule, row.content):
            new[mark] = new.pop(other)._replace(basis=row.basis)
            return


def _decided(s: Session, versions: Sequence[int]) -> Mapping[int, Sequence[FindingRow]]:
    """On what people decided in other versions of the same reports, by these versions."""
    found: dict[int, list[FindingRow]] = defaultdict(list)
    for version, row in s.execute(DECIDED, {"versions": versions}):
        found[version].append(row)
    return found


def rule_counts(s: Session, scope: Scope, year: int) -> dict[str, int]:
    """How many findings of each rule hold, in all versions of a year's reports."""
    chosen = (
        select(FindingRow.rule, func.count())
        .join(ReportVersion, FindingRow.report == ReportVersion.id)
        .join(Unit, ReportVersion.unit == Unit.id)
        .where(beside(ReportVersion.year, scope) == year, units_in(scope))
        .where(FindingRow.ended.is_(None), in_force())
        .group_by(FindingRow.rule)
    )
    return dict(sorted(s.execute(chosen).all()))


def contents_of(s: Session, versions: Sequence[int]) -> list[dict[str, Any]]:
    """The JSON of some versions, in their order."""
    chosen = select(ReportVersion.id, ReportVersion.content).where(ReportVersion.id.in_(versions))
    found: dict[int, dict[str, Any]] = dict(s.execute(chosen).all())
    return [found[number] for number in versions]


def remark(s: Session, unit: str) -> dict[str, str]:
    """The marks of a unit that has another key now, and the decisions that hang on them: the marks
    that these had, and have.
    """
    chosen = select(FindingRow).join(ReportVersion, FindingRow.report == ReportVersion.id)
    renamed: dict[str, str] = {}
    for row in s.scalars(chosen.where(ReportVersion.unit == unit)):
        mark = mark_of(unit, row.basis)
        renamed[row.fingerprint] = mark
        row.fingerprint = mark
    told = {}
    for decision in s.scalars(select(Decision).where(Decision.fingerprint.in_(renamed))):
        told[decision.fingerprint] = renamed[decision.fingerprint]
        decision.fingerprint = renamed[decision.fingerprint]
    s.flush()
    return told
