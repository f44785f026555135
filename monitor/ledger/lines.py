"""Where one unit stands for one year, as it is told to anybody: facts, deadline, standing and
proof in one line.

Nobody else puts these together, and nobody else asks `standing()`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.age import is_old
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import NOTHING_ASKED, Word, by_hand, of_quality, of_stood
from nianbao.monitor.rules.watched import Look as RuleLook
from nianbao.monitor.rules.watched import Watched
from nianbao.monitor.standing import Look, Seen, Standing, day_in_beijing, standing
from nianbao.storage.facts import UnitFacts
from nianbao.storage.kinds import Quality
from nianbao.storage.proving import LookFacts
from nianbao.storage.registry import UnitEntry, date_or_none
from nianbao.storage.units import entry_of, is_there

TAKEN_OUT = ("withdrawn", "exempt")  # whose reports do not count as published


class Proven(NamedTuple):
    """A look that proves something."""

    at: datetime
    document: str  # the hash of what was seen
    by_hand: str = ""  # who saved it, if it was not asked for by us


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's year."""

    county: str  # its code
    county_name: str
    unit: str  # its key
    name: str
    kind: str
    year: int
    standing: Standing
    quality: Quality
    deadline: date
    source: str  # the notice that sets it
    url: str  # of the report, or of the column where it must be
    proof: str  # the hash of the bytes that prove the standing
    printed: date | None  # the earliest day that page or list print
    seen: datetime | None  # when the report was first read
    sighted: datetime | None  # when it was first there, as far as is known
    # By whom it was brought or looked at, where it rests on that.
    by_hand: str
    # Not written down: only a line that is worked out has it.
    # Columns of which a person is asked if they are in use.
    asks: frozenset[int] = field(default=frozenset(), compare=False)
    # Each look that proves the standing, the last being `proof`.
    proofs: tuple[Proven, ...] = field(default=(), compare=False)
    # The latest proven look where its report must be.
    looked: datetime | None = field(default=None, compare=False)
    # How many columns there are where its report must be.
    columns: int = field(default=0, compare=False)
    # Why a person decided that where it stands is not held against it (`decided.py`).
    waived: str = field(default="", compare=False)

    @property
    def is_published(self) -> bool:
        """Whether its report is there, of those that are due."""
        return self.seen is not None and self.standing.name not in TAKEN_OUT

    @property
    def word(self) -> Word:
        """Its standing, as it is told to anybody."""
        return of_stood(self.standing.name, confirmed=self.standing.confirmed)

    @property
    def asks_nothing(self) -> bool:
        """Whether its report has faults, and it need not publish one."""
        return self.quality == "flagged" and self.standing.name == "exempt"

    @property
    def quality_word(self) -> Word:
        """Its quality, as it is told to anybody."""
        return NOTHING_ASKED if self.asks_nothing else of_quality(self.quality)

    @property
    def is_accused(self) -> bool:
        """Whether it may be told to others that its report is not there."""
        return self.standing.name in ("missing", "withdrawn") and self.standing.confirmed

    def rests_on_old(self, now: datetime) -> bool:
        """Whether its report may have come since it was last looked for."""
        waits = self.standing.name in ("missing", "awaiting", "withdrawn")
        return waits and self.looked is not None and is_old(self.looked, now)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether one look did not show its report, and a second is due."""
        return self.standing.name == "missing" and not self.standing.confirmed

    @property
    def days_told(self) -> int:
        """By how many days it is late, as far as that may be told: one look alone tells of none."""
        return self.standing.days if self.standing.confirmed else 0

    @property
    def first_day(self) -> date | None:
        """The printed day, or the one on which it was first seen, whichever is earlier."""
        if self.sighted is None:
            return None
        known = [day for day in (self.printed, day_in_beijing(self.sighted)) if day is not None]
        return min(known)


def line_of(
    facts: UnitFacts, registry: Registry, year: int, now: datetime, *, present: bool = False
) -> Line | None:
    """None where nothing was due: the unit was not there, or nobody knows its deadline for want
    of a file. Until when a unit is there is told by the store, which knows since when the file
    says so; at `present` by the file too, whenever it was last looked at.
    """
    county = registry.county(facts.county)
    if county is None:
        return None
    entry = entry_of(county, facts.unit, facts.name)
    had = registry.had(county, facts.unit, facts.name)
    policy = registry.policy(county, facts.unit, facts.name, year, facts.kind)
    deadline = policy.last_day(year)
    if had is False or not _is_due(
        facts, entry, year, deadline, now, had=had is True, present=present
    ):
        return None
    stands = standing(_seen(facts), policy, year, now)
    who = "、".join(_hands(facts, stands))
    zh, en = stands.zh + by_hand(who, "zh"), stands.en + by_hand(who, "en")
    stands = stands._replace(zh=zh, en=en)
    return Line(
        county=facts.county,
        county_name=facts.county_name,
        unit=facts.unit,
        name=facts.name,
        kind=facts.kind,
        year=year,
        standing=stands._replace(asks=False, looks=()),
        quality=facts.quality,
        deadline=deadline,
        source=policy.source,
        url=facts.url,
        proof=_proof(facts, stands),
        printed=facts.printed,
        seen=facts.first_read,
        sighted=facts.first_seen,
        by_hand=who,
        asks=facts.unsettled if stands.asks else NONE,
        proofs=_proofs(facts, stands),
        looked=max((look.at for look in facts.looks if look.proven), default=None),
        columns=len(facts.places),
    )


NONE: frozenset[int] = frozenset()


def _is_due(
    facts: UnitFacts,
    entry: UnitEntry | None,
    year: int,
    deadline: date,
    now: datetime,
    *,
    had: bool,
    present: bool,
) -> bool:
    """By the store; and of a day after the last look, by the file too: whom it has closed since is
    accused no longer.
    """
    known = entry is not None or had or facts.dropped is not None or facts.moved_later
    looked = max((day_in_beijing(look.at) for look in facts.looks), default=None)
    if not known or not is_there(facts.since, facts.until, year, deadline):
        return False
    of_then = not present and looked is not None and day_in_beijing(now) <= looked
    if entry is None or facts.span_moved or of_then:
        return True
    return is_there(date_or_none(entry.since), date_or_none(entry.until), year, deadline)


def _seen(facts: UnitFacts) -> Seen:
    return Seen(
        printed=facts.printed,
        first_seen=facts.first_seen,
        withdrawn=facts.withdrawn,
        vanished=facts.vanished,
        looks=[
            Look(look.at, look.proven, look.state, STATES[look.state], look.fresh, look.untimed)
            for look in _telling(facts)
        ],
        exempt=facts.exempt,
        in_doubt=facts.in_doubt,
        shut=facts.shut,
        doubt_days=facts.doubt_days,
        reprinted=facts.reprinted,
        dead=facts.dead,
        covered=facts.covered,
        unshown=facts.unshown,
        still=facts.still,
        one_look=facts.one_look,
        unshown_before=facts.unshown_before,
        still_before=facts.still_before,
    )


def _telling(facts: UnitFacts) -> list[LookFacts]:
    """The looks that tell of a report. Of one that a person brought by its address, none before
    that does: it stood elsewhere.
    """
    first = facts.first_seen
    brought = bool(facts.versions) and facts.versions[0].adopted
    return [look for look in facts.looks if not brought or (first is not None and look.at >= first)]


def _hands(facts: UnitFacts, stands: Standing) -> list[str]:
    """The people on whom a standing rests."""
    first = min(facts.versions, key=lambda version: version.seen, default=None)
    if stands.name == "exempt":
        return []
    # Of what was published, it is when it was there first.
    moments = {*stands.looks} if facts.versions else {stands.evidence, *stands.looks}
    looked = [look.by_hand for look in facts.looks if look.at in moments]
    brought = [first.brought] if first is not None else []
    return list(dict.fromkeys(filter(None, (*brought, *looked))))


def _proof(facts: UnitFacts, stands: Standing) -> str:
    """The bytes on which a standing rests: of the report where it is there, of looks that did not
    show it where it is not.
    """
    report = facts.versions[0].document if facts.versions else ""
    if stands.name == "withdrawn":
        return next((each.document for each in _since_gone(facts)), "")
    if report and (stands.name == "on_time" or stands.evidence == facts.first_seen):
        return report
    look = next((look.document for look in facts.looks if look.at == stands.evidence), "")
    return look or report


def _proofs(facts: UnitFacts, stands: Standing) -> tuple[Proven, ...]:
    if stands.name == "withdrawn":
        return tuple(Proven(look.at, look.document, look.by_hand) for look in _since_gone(facts))
    looks = {look.at: look for look in facts.looks}
    known = [looks.get(at, LookFacts(at, proven=True, state="ok")) for at in stands.looks]
    return tuple(Proven(look.at, look.document, look.by_hand) for look in known)


def _since_gone(facts: UnitFacts) -> list[LookFacts]:
    """The latest whole look that did not show a report that was withdrawn."""
    gone = facts.withdrawn
    whole = [look for look in facts.looks if look.proven and gone is not None]
    missed = [look for look in whole if gone and day_in_beijing(look.at) >= day_in_beijing(gone)]
    return missed[-1:]


def watched_of(line: Line, facts: UnitFacts, now: datetime, changes: int) -> Watched:
    """What the rules may know of a published report: only what is proven."""
    late = line.standing.name == "late"
    dated = facts.printed is not None and not facts.reprinted
    by_absence = late and not dated and line.standing.evidence is not None
    last = facts.versions[-1] if facts.versions else None
    edited = last is not None and last.number > 1 and not facts.copies_differ
    column, own = _astray(facts)
    return Watched(
        today=day_in_beijing(now),
        deadline=line.deadline,
        deadline_source=line.source,
        published=facts.printed if late and dated else None,
        unseen=_day(line.standing.evidence) if by_absence else None,
        first_seen=_day(facts.first_seen),
        printed=facts.dated,
        looks=tuple(_rule_look(look.at, look.proven, facts.first_seen) for look in _telling(facts)),
        column=column,
        expected_column=own,
        copies_differ=facts.copies_differ,
        withdrawn=_day(facts.withdrawn) if line.standing.name in TAKEN_OUT else None,
        changed=_day(last.seen) if last is not None and edited else None,
        changes=changes,
        failures=facts.failures,
        closed=_day(facts.closed),
    )


def _astray(facts: UnitFacts) -> tuple[str, str]:
    """Another column that it stands in, and its own, if a proven look since then shows that it
    is not there.
    """
    since = facts.first_seen
    proven = since is not None and any(look.proven and look.at >= since for look in facts.looks)
    return facts.astray if facts.astray is not None and proven else ("", "")


def _rule_look(at: datetime, proven: bool, first_seen: datetime | None) -> RuleLook:
    return RuleLook(day_in_beijing(at), proven, first_seen is not None and at >= first_seen)


def _day(moment: datetime | None) -> date | None:
    return day_in_beijing(moment) if moment is not None else None
