"""What is wrong with a year's reports, as it is told to anybody: that a unit is late or has
withdrawn it only where it stands so.

A deadline that was changed holds at once; what was found by the one before is written down until
somebody has watched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.storage.facts import OF_STANDING
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
    if not any(each.rule in OF_STANDING.values() for each in found):
        return found
    lines = (lines_at if past else lines_now)(s, scope, year, now, registry)
    stands = {line.unit: OF_STANDING.get(line.standing.name, "") for line in lines}
    return [
        each
        for each in found
        if each.rule not in OF_STANDING.values() or stands.get(each.unit, each.rule) == each.rule
    ]
