"""What is wrong with a year's reports, as it is told to anybody: that a unit is late or has
withdrawn it only where it stands so; nothing against one that is exempt.

A deadline that was changed holds at once; what was found by the one before is written down until
somebody has watched. Of a day that is over the one holds that held then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at, lines_now, moved
from nianbao.monitor.ledger.scope import Registry
from nianbao.storage.facts import OF_STANDING, exempt_in
from nianbao.storage.queries import FindingFacts, findings
from nianbao.storage.scope import Scope


def findings_told(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    severities: Sequence[str] = (),
    rules: Sequence[str] = (),
    *,
    past: bool = False,
) -> list[FindingFacts]:
    """`past`: `now` is the end of a day that is over."""
    found = findings(s, scope, year, severities, rules, now if past else None)
    lines = _past(s, scope, year, now, registry, found) if past else ()
    if not past and (anew := scope.within({each.code for each in moved(s, scope, registry)})):
        lines = lines_now(s, anew, year, now, registry)
    stands = {line.unit: OF_STANDING.get(line.standing.name, "") for line in lines}
    told = [each for each in found if not _is_over(each, stands)]
    units = sorted({each.unit for each in told})
    free = exempt_in(s, units, year, now if past else None) if units else {}
    return [each.freed(free[each.unit]) if each.unit in free else each for each in told]


def _past(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    found: Sequence[FindingFacts],
) -> Sequence[Line]:
    """By the deadline of then, as everything is told of a past day."""
    if not any(each.rule in OF_STANDING.values() for each in found):
        return ()
    return lines_at(s, scope, year, now, registry)


def _is_over(finding: FindingFacts, stands: Mapping[str, str]) -> bool:
    """Whether it says that a unit stands as it does not."""
    known = finding.rule in OF_STANDING.values()
    return known and stands.get(finding.unit, finding.rule) != finding.rule
