"""What a digest and a ledger tell, as it was known at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.ledger.lines import seen_of
from nianbao.monitor.paper.ledger import LedgerLine, ledger
from nianbao.monitor.standing import BEIJING, Standing, standing
from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.models import Event, Region, Unit
from nianbao.storage.queries import FindingFacts, PortalFacts, events, findings, portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.units import is_there

WEEK = timedelta(days=7)
# Rules whose cause has a list of its own: late, withdrawn, edited.
OF_STANDING = ("A01", "A02", "A03", "A09", "A10")


@dataclass(frozen=True)
class UnitLine:
    """A unit with where it stands."""

    county: str
    name: str
    unit: str
    kind: str
    standing: Standing
    deadline: date
    url: str
    proof: str
    seen: datetime | None
    printed: date | None
    quality: str


@dataclass(frozen=True)
class DigestFacts:
    """All that one digest tells. Made of what was known at
    `now`, so it can be made again."""

    scope: str
    name: str  # of the county, or of what stands above several
    year: int
    now: datetime
    since: datetime
    lines: tuple[UnitLine, ...]
    before: Mapping[str, int]  # as `counts`, a week ago
    new: tuple[UnitLine, ...]  # first seen since then
    wrong: tuple[FindingFacts, ...]  # must be corrected
    doubts: tuple[FindingFacts, ...]  # to be verified
    # Withdrawn, restored, silently edited.
    changes: tuple[tuple[Event, Unit, str], ...]
    dark: tuple[PortalFacts, ...]  # columns whose latest look was not whole
    # Share published by day, of what was due.
    progress: tuple[tuple[date, float], ...]
    last_progress: tuple[tuple[date, float], ...]  # a year before
    # Name, due, published, missing; several only.
    counties: tuple[tuple[str, int, int, int], ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        return counts_of(self.lines)

    @property
    def due(self) -> int:
        return sum(line.standing.name != "exempt" for line in self.lines)

    @property
    def published(self) -> int:
        return self.counts["published"]

    @property
    def deadline(self) -> date | None:
        """The day that holds for most units."""
        days = Counter(line.deadline for line in self.lines)
        return next((day for day, _ in days.most_common(1)), None)

    def standing_at(self, *names: str) -> list[UnitLine]:
        return [line for line in self.lines if line.standing.name in names]


def is_published(line: UnitLine) -> bool:
    """Whether its report is there, of those that are due."""
    return line.seen is not None and line.standing.name not in ("withdrawn", "exempt")


def counts_of(lines: Sequence[UnitLine]) -> Mapping[str, int]:
    """Units by where they stand, and how many have published."""
    counts: Counter[str] = Counter(line.standing.name for line in lines)
    counts["published"] = sum(map(is_published, lines))
    return counts


def gather(
    s: Session,
    scope: str,
    year: int,
    now: datetime,
    counties: Sequence[CountyEntry],
    regions: Mapping[str, str],
) -> DigestFacts:
    past = _Past(s, scope, counties, regions)
    since = now - WEEK
    present = past.at(now, year)
    last = past.at(min(now, _end_of(year)), year - 1)
    lines = tuple(line for _, line in present)
    names = tuple(sorted({line.county for line in lines}))
    problems: list[FindingFacts] = []
    if any(facts.versions for facts, _ in present):
        problems = _problems(s, year, names, {line.unit for line in lines}, now)
    wrong = tuple(each for each in problems if _must_be_corrected(each))
    changes = events(s, since, now, ("withdrawn", "restored", "changed"), scope)
    name = ""
    ranking: tuple[tuple[str, int, int, int], ...] = ()
    if len(names) == 1:
        name = names[0]
    elif names:
        ranking = _ranking(lines)
    return DigestFacts(
        scope=scope,
        name=name,
        year=year,
        now=now,
        since=since,
        lines=lines,
        before=counts_of([line for _, line in past.at(since, year)]),
        new=tuple(line for line in lines if line.seen is not None and since < line.seen <= now),
        wrong=wrong,
        doubts=tuple(each for each in problems if each not in wrong),
        changes=tuple(change for change in changes if change[0].year == year),
        dark=_dark(s, scope, now),
        progress=_progress(present, year, now),
        last_progress=_progress(last, year - 1, _year_before(now)),
        counties=ranking,
    )


@dataclass(frozen=True)
class _Past:
    """The units of a scope, as they were known at any time."""

    s: Session
    scope: str
    counties: Sequence[CountyEntry]
    regions: Mapping[str, str]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        kind, _, code = self.scope.partition(":")
        return _codes(self.s, kind, code)

    def at(self, moment: datetime, year: int) -> list[tuple[UnitFacts, UnitLine]]:
        if not self.codes:
            return []
        units: tuple[str, ...] = ()
        if self.scope.startswith("unit:"):
            units = (self.scope.removeprefix("unit:"),)
        entries = {county.code: county for county in self.counties}
        lines = []
        for facts in unit_facts(self.s, year, self.codes, moment, units):
            # Without its file nobody knows its deadline.
            entry = entries.get(facts.county)
            if entry is not None and is_there(facts.since, facts.until, year):
                lines.append((facts, _line(facts, entry, year, moment, self.regions)))
        return lines


def _problems(
    s: Session, year: int, counties: Sequence[str], units: set[str], now: datetime
) -> list[FindingFacts]:
    rows = findings(s, year, counties, ("error", "warning"), as_of=now)
    told = (row for row in rows if row.verdict != "waived" and row.rule not in OF_STANDING)
    return [row for row in told if row.unit in units]


def _must_be_corrected(finding: FindingFacts) -> bool:
    return finding.severity == "error" or finding.verdict == "accepted"


def _dark(s: Session, scope: str, now: datetime) -> tuple[PortalFacts, ...]:
    """A unit is not told of its county's columns."""
    if scope.startswith("unit:"):
        return ()
    columns = portals(s, scope, now)
    return tuple(each for each in columns if each.whole is None or each.whole < each.at)


def _codes(s: Session, kind: str, code: str) -> tuple[str, ...]:
    if kind == "unit":
        unit = s.get(Unit, code)
        return (unit.county,) if unit is not None else ()
    chosen = select(Region.code).where(Region.level == "county")
    if code:
        chosen = chosen.where(Region.code.startswith(code))
    return tuple(s.scalars(chosen))


def _line(
    facts: UnitFacts, county: CountyEntry, year: int, now: datetime, regions: Mapping[str, str]
) -> UnitLine:
    policy = policy_of(county, facts.name, year, regions, kind=facts.kind)
    stands = standing(seen_of(facts), policy, year, now)
    looks = (look.document for look in facts.looks if look.at == stands.evidence)
    versions = (version.document for version in facts.versions)
    proof = next(looks, "") or next(versions, "")
    return UnitLine(
        facts.county_name,
        facts.name,
        facts.unit,
        facts.kind,
        stands,
        policy.last_day(year),
        facts.url,
        proof,
        facts.first_read,
        facts.printed,
        facts.quality,
    )


def _end_of(year: int) -> datetime:
    return datetime(year + 2, 1, 1, tzinfo=BEIJING)


def _year_before(now: datetime) -> datetime:
    local = now.astimezone(BEIJING)
    return local.replace(year=local.year - 1, day=min(local.day, 28))


def _progress(
    lines: Sequence[tuple[UnitFacts, UnitLine]], year: int, now: datetime
) -> tuple[tuple[date, float], ...]:
    """The share that was out by the end of each day, from 1 January to now or
    the end of March."""
    days = [_first_day(facts) for facts, _ in lines if not facts.exempt]
    if not days:
        return ()
    published = Counter(day for day in days if day is not None)
    day = date(year + 1, 1, 1)
    end = min(now.astimezone(BEIJING).date(), date(year + 1, 3, 31))
    out = sum(count for first, count in published.items() if first < day)
    shares = []
    while day <= end:
        out += published[day]
        shares.append((day, out / len(days)))
        day += timedelta(days=1)
    return tuple(shares)


def _first_day(facts: UnitFacts) -> date | None:
    """The printed day, or the one it was first seen, whichever is earlier."""
    if facts.first_seen is None:
        return None
    seen = facts.first_seen.astimezone(BEIJING).date()
    return min(facts.printed or seen, seen)


def _ranking(lines: Sequence[UnitLine]) -> tuple[tuple[str, int, int, int], ...]:
    """Counties by the share that is published, the best first."""
    ranking = []
    for name in dict.fromkeys(line.county for line in lines):
        due = [line for line in lines if line.county == name and line.standing.name != "exempt"]
        published = sum(map(is_published, due))
        missing = sum(line.standing.name == "missing" for line in due)
        ranking.append((name, len(due), published, missing))
    return tuple(sorted(ranking, key=_rank))


def _rank(county: tuple[str, int, int, int]) -> tuple[float, str]:
    name, due, published, _ = county
    return -published / max(due, 1), name


def ledger_of(facts: DigestFacts, columns: Sequence[PortalFacts]) -> bytes:
    """The workbook of what a digest tells."""
    lines = [
        LedgerLine(
            line.county,
            line.name,
            line.unit,
            line.kind,
            line.deadline,
            line.standing.name,
            line.standing.zh,
            line.standing.days,
            line.printed,
            line.quality,
            line.url,
            line.proof,
        )
        for line in facts.lines
    ]
    return ledger(facts.name, facts.year, facts.now, lines, (*facts.wrong, *facts.doubts), columns)
