"""Where units stand, and what is wrong, told part by part: county by county, so that a part costs
what it shows, and says what the whole list says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry, names_in
from nianbao.monitor.ledger.told import findings_told
from nianbao.monitor.standing import StandingName
from nianbao.storage.queries import RANK, FindingFacts
from nianbao.storage.scope import Scope

FEW, MANY = 8, 128  # counties that are asked about at once, at first and at the most
BOUND = 500  # counties that are looked through for one part


class Stretch(NamedTuple):
    """Some counties of a scope, the last of them, and whether there are more."""

    scope: Scope
    last: str
    has_more: bool


def _parts(scope: Scope, counties: Collection[str], begins: str) -> Iterator[Stretch]:
    """The counties of a scope from one on, in their order: few, then more where few say little."""
    codes = sorted(code for code in counties if code >= begins and scope.touches(code))
    n, size = 0, FEW
    while n < len(codes):
        some = codes[n : n + size]
        n, size = n + len(some), min(2 * size, MANY)
        yield Stretch(scope.within(some), some[-1], n < len(codes))


class Lines(NamedTuple):
    """Lines, and the county after which nobody has looked yet, where so many were looked through
    that the rest waits; empty else.
    """

    found: Sequence[Line]
    onward: str


class Findings(NamedTuple):
    """The same of findings."""

    found: Sequence[FindingFacts]
    onward: str


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
    bound: int = BOUND,
) -> Lines:
    """Lines of `lines_now` behind a county and unit, of those for which it `holds`."""
    found: list[Line] = []
    looked = 0
    for part in _parts(scope, registry.names, after[0] if after is not None else ""):
        for line in lines_now(s, part.scope, year, now, registry, wanted):
            if (after is None or (line.county, line.unit) > after) and holds(line):
                found.append(line)
        looked += len(part.scope.whole.prefixes)
        if len(found) >= most:
            return Lines(found[:most], "")
        if looked >= bound and part.has_more:
            return Lines(found, part.last)
    return Lines(found, "")


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
    bound: int = BOUND,
) -> Findings:
    """The same of `findings_told`; `waived`: also what was decided to be no problem."""
    found: list[FindingFacts] = []
    counties, looked = names_in(s, registry), 0
    for part in _parts(scope, counties, after[0] if after is not None else ""):
        told = findings_told(s, part.scope, year, now, registry, severities, rules)
        for each in sorted(told, key=place_of):
            is_behind = after is None or place_of(each) > after
            if is_behind and (waived or each.is_held):
                found.append(each)
        looked += len(part.scope.whole.prefixes)
        if len(found) >= most:
            return Findings(found[:most], "")
        if looked >= bound and part.has_more:
            return Findings(found, part.last)
    return Findings(found, "")
