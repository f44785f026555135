"""Many counties on a page: first what to do today, then the counties, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.present import NOBODY, counts_now
from nianbao.monitor.ledger.scope import Registry, names_in
from nianbao.monitor.ledger.words import Lang, of_stood
from nianbao.monitor.ledger.year import URGENT
from nianbao.monitor.standing import StandingName, day_in_beijing
from nianbao.monitor.web.asked import UNCONFIRMED
from nianbao.monitor.web.words import Looked, looked_at, say
from nianbao.storage.registry import CountyEntry
from nianbao.storage.scope import Scope
from nianbao.storage.standings import Stood
from nianbao.storage.visits import ages, never_whole

SIZE = 50  # counties of a page
OWED = (
    ("to_do_see", "unknown"),
    ("to_do_call", "missing"),
    ("to_do_confirm", UNCONFIRMED),
    ("to_do_withdrawn", "withdrawn"),
)


class Part(NamedTuple):
    """A part of a county's bar."""

    mark: str
    word: str
    symbol: str
    many: int
    x: float  # where it begins, of 100
    width: float


@dataclass(frozen=True)
class CountyRow:
    """A county, with what is to be done there; of thousands few are shown, so that what is told in
    words is so when it is asked for.
    """

    code: str
    name: str
    counts: Mapping[str, int]  # by standing; those missing by one look apart
    published: int
    oldest: datetime | None  # of the whole looks at its columns
    never: int  # columns without any
    unwatched: int  # units of its file, where no column is known
    now: datetime
    lang: Lang

    @property
    def due(self) -> int:
        return sum(count for name, count in self.counts.items() if name != "exempt")

    @property
    def parts(self) -> Sequence[Part]:
        return _parts(self.counts, self.lang)

    @cached_property
    def looked(self) -> Looked:
        return looked_at(self.oldest, self.never, self.lang, self.now)

    @cached_property
    def to_do(self) -> str:
        counts = self.counts
        told = [
            say(key, self.lang, count=counts[state]) for key, state in OWED if counts.get(state)
        ]
        if self.unwatched:
            told.insert(0, say("to_do_columns", self.lang, count=self.unwatched))
        return say("overview_between", self.lang).join(told)


class OverviewPage(NamedTuple):
    """All that the overview tells."""

    year: int
    sentence: str
    rows: Sequence[CountyRow]
    deadline: date | None  # the day that holds for most counties
    days: int | None


def overview_page(
    s: Session, registry: Registry, scope: Scope, year: int, now: datetime, lang: Lang
) -> OverviewPage:
    found = counts_now(s, scope, year, now, registry)
    names, looked = names_in(s, registry), _looked(s, scope, now)
    never = never_whole(s, scope, now)
    rows = []
    for county in registry.meant(scope):
        counts = found.get(county.code, NOBODY)
        rows.append(
            CountyRow(
                county.code,
                names[county.code],
                _by_name(counts.stood),
                counts.published,
                looked.get(county.code),
                never.get(county.code, 0),
                unwatched_in(county),
                now,
                lang,
            )
        )
    days = [registry.deadline(county, year) for county in registry.meant(scope)]
    deadline = max(set(days), key=lambda day: (days.count(day), day), default=None)
    left = None if deadline is None else (deadline - day_in_beijing(now)).days
    return OverviewPage(year, _sentence(rows, lang), sorted(rows, key=_urgency), deadline, left)


def _by_name(counts: Mapping[Stood, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for stood, count in counts.items():
        name = UNCONFIRMED if stood.name == "missing" and not stood.confirmed else stood.name
        found[name] = found.get(name, 0) + count
    return found


def _looked(s: Session, scope: Scope, now: datetime) -> dict[str, datetime]:
    """The oldest of the whole looks at each county's columns."""
    found: dict[str, datetime] = {}
    for age in ages(s, scope, now):
        found[age.county] = min(age.whole, found.get(age.county, age.whole))
    return found


def unwatched_in(county: CountyEntry) -> int:
    """How many units nobody looks for: those of a file without a column."""
    return 0 if county.columns else len(county.units)


ORDER: Sequence[tuple[str, StandingName, bool]] = (
    ("on_time", "on_time", True),
    ("late", "late", True),
    ("missing", "missing", True),
    (UNCONFIRMED, "missing", False),
    ("withdrawn", "withdrawn", True),
    ("unknown", "unknown", False),
    ("awaiting", "awaiting", False),
    ("not_due", "not_due", False),
    ("exempt", "exempt", True),
)


def _parts(counts: Mapping[str, int], lang: Lang) -> list[Part]:
    whole, x, parts = sum(counts.values()), 0.0, []
    for name, standing, confirmed in ORDER:
        count = counts.get(name, 0)
        if not count:
            continue
        word, width = of_stood(standing, confirmed=confirmed), 100 * count / whole
        mark = f"s-{name}"
        parts.append(Part(mark, word.said(lang), word.symbol, count, round(x, 2), round(width, 2)))
        x += width
    return parts


def _urgency(row: CountyRow) -> tuple[int, ...]:
    """What nobody can see before what somebody has not done."""
    counts = row.counts
    return (not counts, *(-counts.get(name, 0) for name in FIRST), int(row.code))


FIRST = ("unknown", "missing", UNCONFIRMED, "withdrawn", *URGENT)


def _sentence(rows: Sequence[CountyRow], lang: Lang) -> str:
    told = []
    for key, name in (
        ("overview_missing", "missing"),
        ("overview_unconfirmed", UNCONFIRMED),
        ("overview_withdrawn", "withdrawn"),
        ("overview_unknown", "unknown"),
    ):
        counts = [row.counts[name] for row in rows if row.counts.get(name)]
        if counts:
            told.append(say(key, lang, counties=len(counts), units=sum(counts)))
    if unwatched := [row.unwatched for row in rows if row.unwatched]:
        units = sum(unwatched)
        told.append(say("overview_unwatched", lang, counties=len(unwatched), units=units))
    if not told:
        return say("overview_all_well", lang)
    return say("overview_today", lang, told=say("overview_between", lang).join(told))


def overview_rows(page: OverviewPage) -> list[dict[str, object]]:
    """For programs."""
    names = [name for name, _, _ in ORDER]
    return [
        {"county": row.name, "code": row.code, "year": page.year, "due": row.due,
         "published": row.published, "unwatched": row.unwatched,
         **{name: row.counts.get(name, 0) for name in names}}
        for row in page.rows
    ]  # fmt: skip
