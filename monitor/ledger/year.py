"""A scope's year as it was known at a time: who stands where, what is wrong, what changed in the
last week.

Made of what was known then, so it can be made again later: mails, ledgers, letters and pages
tell from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import (
    lines_asked,
    lines_at,
    lines_now,
    lines_of_years,
    lines_then,
)
from nianbao.monitor.ledger.rot import Rot, failing
from nianbao.monitor.ledger.scope import Registry, names_in, registry_at
from nianbao.monitor.rules.finding import Severity
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.storage.facts import OF_STANDING
from nianbao.storage.queries import FindingFacts, Happened, PortalFacts, events, findings, portals
from nianbao.storage.scope import Scope
from nianbao.storage.transfers import scope_at, was_at
from nianbao.storage.visits import counties_looked_at, waiting_at

WEEK = timedelta(days=7)
URGENT = ("missing", "withdrawn", "unknown", "late", "awaiting", "not_due", "on_time", "exempt")


class Share(NamedTuple):
    """How much was published by the end of a day, of what was due."""

    day: date
    share: float


class CountyCount(NamedTuple):
    """A county's units by what has become of them."""

    code: str
    name: str
    due: int
    published: int
    missing: int  # confirmed
    unconfirmed: int  # missing by one look
    unknown: int


def worst_of(found: Sequence[FindingFacts]) -> Severity:
    """Of errors and warnings, of which there are some."""
    return "error" if any(each.severity == "error" for each in found) else "warning"


@dataclass(frozen=True)
class Year:
    """Everything that is told of a scope's year."""

    scope: Scope
    year: int
    now: datetime
    since: datetime  # a week before
    lines: tuple[Line, ...]
    before: (
        Mapping[str, int] | None
    )  # as `counts`, a week ago; None where nobody had looked by then
    # Errors and warnings that were not waived, of whom something may be asked.
    findings: tuple[FindingFacts, ...]
    changes: tuple[Happened, ...]  # withdrawn, restored, edited since then
    failing: tuple[Rot, ...]  # columns that can't be read, or show nobody's new reports
    columns: tuple[PortalFacts, ...]
    ends: Mapping[str, date]  # the last day of its counties' deadlines, by their codes
    progress: tuple[Share, ...]
    last_progress: tuple[Share, ...]  # a year before
    names: Mapping[str, str]  # its counties by their codes; of two of one name each with its city
    links_asked: int = 0  # links in doubt that wait for a person
    # Units of which a person decided that where they stand is not held against them, and how.
    waived: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the county; empty where there are several."""
        return next(iter(self.names.values())) if len(self.names) == 1 else ""

    @cached_property
    def counts(self) -> Mapping[str, int]:
        return counts_of(self.lines)

    @property
    def due(self) -> int:
        return sum(line.standing.name != "exempt" for line in self.lines)

    @cached_property
    def worst(self) -> Mapping[str, Severity]:
        """The gravest of what was found with each unit: flagged is told in the same word."""
        found: dict[str, Severity] = {each.unit: "warning" for each in self.findings}
        return found | {each.unit: "error" for each in self.findings if each.severity == "error"}

    @property
    def exempt(self) -> int:
        return len(self.lines) - self.due

    @property
    def undated(self) -> int:
        """Of how many that have published nobody can tell when."""
        return sum(line.is_published and line.standing.name == "unknown" for line in self.lines)

    @property
    def unseen(self) -> int:
        """Of how many nobody can tell whether they have published."""
        lines = (line for line in self.lines if not line.is_published)
        return sum(line.standing.name == "unknown" for line in lines)

    @property
    def published(self) -> int:
        return self.counts.get("published", 0)

    @property
    def deadline(self) -> date | None:
        """The day that holds for most units."""
        return deadline_of(self.lines)

    @property
    def wrong(self) -> tuple[FindingFacts, ...]:
        """What must be corrected."""
        return tuple(finding for finding in self.findings if finding.must_be_corrected)

    @property
    def doubts(self) -> tuple[FindingFacts, ...]:
        """What is to be verified."""
        return tuple(finding for finding in self.findings if not finding.must_be_corrected)

    @property
    def columns_asked(self) -> int:
        """Columns of which a person is asked whether they are in use."""
        return len({column for line in self.lines for column in line.asks})

    @property
    def columns_said(self) -> int:
        """Columns of which a person said that they are in use."""
        return sum(column.answered for column in self.columns)

    @property
    def new(self) -> tuple[Line, ...]:
        """Reports that were first read in the last week."""
        return tuple(
            line
            for line in self.lines
            if line.seen is not None and self.since < line.seen <= self.now
        )

    def standing_at(self, *names: str) -> list[Line]:
        return [line for line in self.lines if line.standing.name in names]

    def owing(self, *names: str) -> list[Line]:
        """The same, of whom something is asked: where they stand was not waived."""
        return [line for line in self.standing_at(*names) if line.unit not in self.waived]

    @property
    def old(self) -> list[Line]:
        """Those without a report that nobody has looked for lately."""
        return [line for line in self.lines if line.rests_on_old(self.now)]

    def overdue(self, *, confirmed: bool) -> list[Line]:
        """The missing that a second look confirmed, or those that wait for it."""
        missing = self.standing_at("missing")
        return [line for line in missing if line.standing.confirmed == confirmed]

    def called(self, county: str, unit: str) -> str:
        """A unit's name, with its county's where there are several."""
        return f"{self.names.get(county, '')} {unit}".strip() if len(self.names) > 1 else unit

    @cached_property
    def by_unit(self) -> Mapping[str, tuple[FindingFacts, ...]]:
        """What is wrong, by whose it is."""
        found: dict[str, list[FindingFacts]] = {}
        for finding in self.findings:
            found.setdefault(finding.unit, []).append(finding)
        return {unit: tuple(mine) for unit, mine in found.items()}

    def to_do(self) -> list[Line]:
        """Units of which something is asked, the most urgent first."""
        owing = {line.unit for line in self.owing("missing", "withdrawn", "unknown", "late")}
        open_ = [line for line in self.lines if line.unit in self.by_unit or line.unit in owing]
        return sorted(open_, key=self._urgency)

    def _urgency(self, line: Line) -> tuple[int, int, str, str]:
        rank = URGENT.index(line.standing.name)
        if any(finding.must_be_corrected for finding in self.by_unit.get(line.unit, ())):
            rank = min(rank, URGENT.index("late"))
        return rank, -line.standing.days, line.county, line.unit

    @property
    def by_county(self) -> list[CountyCount]:
        """Counties by the share that is published, the best first."""
        mine: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.standing.name != "exempt":
                mine.setdefault(line.county, []).append(line)
        counted = [_counted(code, self.names[code], lines) for code, lines in mine.items()]
        return sorted(
            counted, key=lambda count: (-count.published / count.due, count.name, count.code)
        )


def _counted(code: str, name: str, lines: Sequence[Line]) -> CountyCount:
    published = sum(line.is_published for line in lines)
    unconfirmed = sum(line.is_unconfirmed for line in lines)
    missing = sum(line.standing.name == "missing" for line in lines) - unconfirmed
    unknown = sum(line.standing.name == "unknown" for line in lines)
    return CountyCount(code, name, len(lines), published, missing, unconfirmed, unknown)


def deadline_of(lines: Sequence[Line]) -> date | None:
    """The day that holds for most units."""
    days = Counter(line.deadline for line in lines)
    return days.most_common(1)[0][0] if days else None


def counts_of(lines: Sequence[Line]) -> Mapping[str, int]:
    """Units by where they stand, how many have published, and how many of the missing are so by
    one look.
    """
    standings: Counter[str] = Counter(line.standing.name for line in lines)
    published = sum(line.is_published for line in lines)
    unconfirmed = sum(line.is_unconfirmed for line in lines)
    return {**standings, "published": published, "unconfirmed": unconfirmed}


def year_of(
    s: Session,
    scope: Scope,
    year: int,
    now: datetime,
    registry: Registry,
    *,
    asked: datetime | None = None,
    since: datetime | None = None,
) -> Year:
    """`asked`: when somebody asks how it is `now`, as for `lines_of_years`; of a past day: None.
    `since`: what changed is told from then on, if not for a week.
    """
    since = now - WEEK if since is None else since
    if asked is None:
        scope = scope_at(scope, was_at(s, now))
    together = now <= _end_of(year)  # both years are told as of now
    present = together and asked == now
    if present:  # what is written down, and of the year before nothing else is told
        lines = lines_asked(s, scope, year, now, registry)
        last = lines_now(s, scope, year - 1, now, registry)
    else:
        years = (year - 1, year) if together else (year,)
        known = lines_of_years(s, scope, years, now, registry, asked)
        lines = known[year]
        then = _end_of(year)
        last = known[year - 1] if together else lines_at(s, scope, year - 1, then, registry)
    inside = {line.unit for line in lines}
    free = {line.unit for line in lines if line.standing.name == "exempt"}
    found = findings(s, scope, year, ("error", "warning"), as_of=now) if lines else []
    happened = events(s, scope, since, now, ("withdrawn", "restored", "changed"))
    before = None
    if counties_looked_at(s, scope, since):
        asked_then = s, scope, year, since, registry
        before = counts_of(lines_then(*asked_then, lines) if present else lines_at(*asked_then))
    columns = portals(s, scope, now, year)
    held = registry if asked is not None else registry_at(s, scope, registry, now)
    ends = {county.code: held.deadline(county, year) for county in registry.meant(scope)}
    return Year(
        scope=scope,
        year=year,
        now=now,
        since=since,
        lines=tuple(lines),
        before=before,
        findings=tuple(
            finding
            for finding in found
            if finding.unit in inside - free
            and finding.verdict != "waived"
            and finding.rule not in OF_STANDING.values()
        ),
        changes=tuple(
            each for each in happened if each.year == year and each.unit in inside - free
        ),
        failing=tuple(failing(columns, ends, now)),
        columns=tuple(columns),
        ends=ends,
        progress=_progress(lines, year, now),
        last_progress=_progress(last, year - 1, _year_before(now)),
        names=_names(s, registry, lines),
        links_asked=waiting_at(s, scope, now),
        waived=_waived(lines, found),
    )


def _waived(lines: Sequence[Line], found: Sequence[FindingFacts]) -> Mapping[str, str]:
    """By whom and why, of each unit whose standing a person decided not to hold against it."""
    decided = {(each.unit, each.rule): each.decided for each in found if each.verdict == "waived"}
    rules = {line.unit: OF_STANDING.get(line.standing.name, "") for line in lines}
    return {unit: decided[unit, rule] for unit, rule in rules.items() if (unit, rule) in decided}


def _names(s: Session, registry: Registry, lines: Sequence[Line]) -> Mapping[str, str]:
    known = names_in(s, registry)
    return {line.county: known[line.county] for line in lines}


def _end_of(year: int) -> datetime:
    return datetime(year + 2, 1, 1, tzinfo=BEIJING)


def _year_before(now: datetime) -> datetime:
    local = now.astimezone(BEIJING)
    return local.replace(year=local.year - 1, day=min(local.day, 28))


def _progress(lines: Sequence[Line], year: int, now: datetime) -> tuple[Share, ...]:
    """From 1 January to now or the end of March; what was withdrawn counts until it was."""
    due = [line for line in lines if line.standing.name != "exempt"]
    if not due:
        return ()
    first_days = Counter(line.first_day for line in due if line.first_day is not None)
    first_days.subtract(
        day_in_beijing(line.standing.evidence)
        for line in due
        if line.standing.name == "withdrawn" and line.standing.evidence and line.first_day
    )
    day, last = date(year + 1, 1, 1), min(day_in_beijing(now), date(year + 1, 3, 31))
    published = sum(count for first, count in first_days.items() if first < day)
    shares = []
    while day <= last:
        published += first_days[day]
        shares.append(Share(day, published / len(due)))
        day += timedelta(days=1)
    return tuple(shares)
