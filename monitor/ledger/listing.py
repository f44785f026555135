"""Where units stand, and what is wrong, told part by part: county by county, so that a part costs
what it shows, and says what the whole list says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry, names_in
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.standing import StandingName
from nianbao.storage.queries import RANK, FindingFacts
from nianbao.storage.scope import Scope

FEW, MANY = 8, 512  # counties that are asked about at once, at first and at the most


def _parts(scope: Scope, counties: Collection[str], begins: str) -> Iterator[Scope]:
    """The counties of a scope from one on, in their order: few, then more where few say little."""
    codes = iter(sorted(code for code in counties if code >= begins and scope.touches(code)))
    size = FEW
    while some := list(islice(codes, size)):
        yield scope.within(some)
        size = min(2 * size, MANY)


def lines_after(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    after: tuple[str, str] | None,
    most: int,
    holds: Callable[[Line], bool],
    wanted: Collection[StandingName] = (),
) -> list[Line]:
    """Lines of `lines_now` behind a county and unit, of those for which it `holds`."""
    found: list[Line] = []
    for part in _parts(scope, registry.names, after[0] if after is not None else ""):
        for line in lines_now(s, part, year, now, registry, wanted):
            if (after is None or (line.county, line.unit) > after) and holds(line):
                found.append(line)
        if len(found) >= most:
            break
    return found[:most]


OfFinding = tuple[str, str, int, str, str]


def place_of(finding: FindingFacts) -> OfFinding:
    """Where it stands among all of a year: the gravest first within a unit."""
    rank = RANK[finding.severity]
    return finding.county, finding.unit, rank, finding.rule, finding.fingerprint


def findings_after(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    after: OfFinding | None,
    most: int,
    severities: Sequence[str],
    rules: Sequence[str],
    *,
    waived: bool,
) -> list[FindingFacts]:
    """The same of `findings_told`; `waived`: also what was decided to be no problem."""
    found: list[FindingFacts] = []
    counties = names_in(s, registry)
    for part in _parts(scope, counties, after[0] if after is not None else ""):
        told = findings_told(s, part, year, now, registry, severities, rules)
        for each in sorted(told, key=place_of):
            is_behind = after is None or place_of(each) > after
            if is_behind and (waived or each.verdict != "waived"):
                found.append(each)
        if len(found) >= most:
            break
    return found[:most]
