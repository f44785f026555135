"""What a digest and a ledger tell, gathered from the store as it was known at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import policy_of
from nianbao.monitor.ledger.lines import seen_of
from nianbao.monitor.paper.ledger import LedgerLine, ledger
from nianbao.monitor.standing import BEIJING, Standing, standing
from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.models import Event, Unit
from nianbao.storage.queries import FindingFacts, PortalFacts, events, findings, portals
from nianbao.storage.registry import CountyEntry
from nianbao.storage.units import is_there

WEEK = timedelta(days=7)
OF_STANDING = (
    "A01",
    "A02",
    "A03",
    "A09",
    "A10",
)  # rules whose cause has a list of its own: late, withdrawn, edited


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
    """Everything that one digest tells. Made of what was known at `now`, so it can be made again later."""

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
    changes: tuple[tuple[Event, Unit, str], ...]  # withdrawn, restored, silently edited
    dark: tuple[PortalFacts, ...]  # columns whose latest look was not whole
    progress: tuple[tuple[date, float], ...]  # share published by day, of what was due
    last_progress: tuple[tuple[date, float], ...]  # a year before
    counties: tuple[tuple[str, int, int, int], ...] = field(
        default=()
    )  # name, due, published, missing; several only

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
        return days.most_common(1)[0][0] if days else None

    def standing_at(self, *names: str) -> list[UnitLine]:
        return [line for line in self.lines if line.standing.name in names]


def is_published(line: UnitLine) -> bool:
    """Whether its report is there, of those that are due."""
    return line.seen is not None and line.standing.name not in ("withdrawn", "exempt")


def counts_of(lines: Sequence[UnitLine]) -> Mapping[str, int]:
    """Units by where they stand, and how many have published."""
    published = sum(map(is_published, lines))
    return Counter({**Counter(line.standing.name for line in lines), "published": published})


def gather(
    s: Session,
    scope: str,
    year: int,
    now: datetime,
    counties: Sequence[CountyEntry],
    regions: Mapping[str, str],
) -> DigestFacts:
    entries = {county.code: county for county in counties}
    kind, _, code = scope.partition(":")
    wanted = _codes(s, kind, code)
    units = (code,) if kind == "unit" else ()
    since = now - WEEK

    def lines_at(moment: datetime, of: int) -> list[tuple[UnitFacts, UnitLine]]:
        found = unit_facts(s, of, wanted, moment, units) if wanted else []
        return [
            (facts, _line(facts, entries[facts.county], of, moment, regions))
            for facts in found
            if facts.county in entries  # without its file nobody knows its deadline
            and is_there(facts.since, facts.until, of)
        ]

    present = lines_at(now, year)
    lines = tuple(line for _, line in present)
    before = counts_of([line for _, line in lines_at(since, year)])
    inside = {line.unit for line in lines}
    names = tuple(sorted({line.county for line in lines}))
    seen = {facts.unit: facts.versions[-1].id for facts, _ in present if facts.versions}
    found = (
        [
            each
            for each in findings(s, year, names, ("error", "warning"), as_of=now)
            if each.unit in inside and each.verdict != "waived" and each.rule not in OF_STANDING
        ]
        if seen
        else []
    )
    wrong = tuple(each for each in found if each.severity == "error" or each.verdict == "accepted")
    told = events(s, since, now, ("withdrawn", "restored", "changed"), scope)
    dark = tuple(
        each for each in portals(s, scope, now) if each.whole is None or each.whole < each.at
    )
    last = [facts for facts, _ in lines_at(min(now, _end_of(year)), year - 1)]
    return DigestFacts(
        scope,
        names[0] if len(names) == 1 else "",
        year,
        now,
        since,
        lines,
        before,
        tuple(line for line in lines if line.seen is not None and since < line.seen <= now),
        wrong,
        tuple(each for each in found if each not in wrong),
        tuple(each for each in told if each[0].year == year),
        dark if kind != "unit" else (),
        _progress([facts for facts, _ in present if not facts.exempt], year, now),
        _progress([facts for facts in last if not facts.exempt], year - 1, _year_before(now)),
        _ranking(lines) if len(names) > 1 else (),
    )


def _codes(s: Session, kind: str, code: str) -> tuple[str, ...]:
    from sqlalchemy import select

    from nianbao.storage.models import Region

    if kind == "unit":
        unit = s.get(Unit, code)
        return (unit.county,) if unit is not None else ()
    chosen = select(Region.code).where(Region.level == "county")
    return tuple(s.scalars(chosen.where(Region.code.startswith(code)) if code else chosen))


def _line(
    facts: UnitFacts, county: CountyEntry, year: int, now: datetime, regions: Mapping[str, str]
) -> UnitLine:
    policy = policy_of(county, facts.name, year, regions, kind=facts.kind)
    stands = standing(seen_of(facts), policy, year, now)
    look = next((each.document for each in facts.looks if each.at == stands.evidence), "")
    proof = look or (facts.versions[0].document if facts.versions else "")
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
    units: Sequence[UnitFacts], year: int, now: datetime
) -> tuple[tuple[date, float], ...]:
    """The share that was published by the end of each day, from 1 January to now or the end of March."""
    if not units:
        return ()
    begin, end = date(year + 1, 1, 1), min(now.astimezone(BEIJING).date(), date(year + 1, 3, 31))
    days = [_first_day(facts) for facts in units]
    span = [begin + timedelta(days=n) for n in range(max((end - begin).days + 1, 0))]
    return tuple(
        (day, sum(each is not None and each <= day for each in days) / len(units)) for day in span
    )


def _first_day(facts: UnitFacts) -> date | None:
    """The printed day, or the one it was first seen, whichever is earlier."""
    seen = facts.first_seen.astimezone(BEIJING).date() if facts.first_seen is not None else None
    known = [day for day in (facts.printed, seen) if day is not None]
    return min(known, default=None) if seen is not None else None


def _ranking(lines: Sequence[UnitLine]) -> tuple[tuple[str, int, int, int], ...]:
    """Counties by the share that is published, the best first."""
    found = []
    for name in dict.fromkeys(line.county for line in lines):
        mine = [line for line in lines if line.county == name and line.standing.name != "exempt"]
        published = sum(map(is_published, mine))
        found.append(
            (name, len(mine), published, sum(line.standing.name == "missing" for line in mine))
        )
    return tuple(sorted(found, key=lambda each: (-each[2] / max(each[1], 1), each[0])))


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
