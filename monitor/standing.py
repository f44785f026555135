"""Where a unit stands for a year: a pure function of what was seen, the deadline and the time.

Never `missing` without a complete look after the deadline; never `late` without proof that it
was not there in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal, NamedTuple

BEIJING = timezone(timedelta(hours=8))
StandingName = Literal[
    "not_due", "awaiting", "on_time", "late", "missing", "unknown", "withdrawn", "exempt"
]


def due_year(now: datetime) -> int:
    """The year whose reports are due, or were last: last year's."""
    return now.astimezone(BEIJING).year - 1


class Look(NamedTuple):
    """One look at the columns where the unit's report must be."""

    at: datetime
    complete: bool
    state: str = "ok"
    words: tuple[str, str] = ("", "")  # for its state, in Chinese and English


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a unit's report of one year."""

    # The publication date that the page or list prints.
    printed: date | None = None
    first_seen: datetime | None = None
    withdrawn: datetime | None = None
    looks: Sequence[Look] = ()
    exempt: str = ""  # why
    # Links that a person must look at, any of which may be the report.
    in_doubt: int = 0
    # The printed date proves nothing of the days before it.
    reprinted: bool = False
    # Links that name it and lead nowhere; its report was never read.
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """The deadline that the county's notice sets: the day inclusive, until
    24:00 in Beijing."""

    month_day: str = "01-31"
    grace_days: int = 0
    # The day that it comes to in the year, where a rule moves it.
    on: date | None = None
    # By when the text must be with the office; told, and never held against
    # anybody.
    hand_in: date | None = None
    source: str = ""  # the notice that sets it

    def last_day(self, year: int) -> date:
        month, _, day = self.month_day.partition("-")
        return (self.on or date(year + 1, int(month), int(day))) + timedelta(days=self.grace_days)

    def ends(self, year: int) -> datetime:
        return datetime.combine(self.last_day(year) + timedelta(days=1), time(), BEIJING)


class Standing(NamedTuple):
    name: StandingName
    zh: str  # why
    en: str
    days: int = 0  # overdue or late
    evidence: datetime | None = None  # the look that proves it
    next_change_at: datetime | None = None


def standing(seen: Seen, policy: Policy, year: int, now: datetime) -> Standing:
    if seen.exempt:
        return Standing("exempt", seen.exempt, seen.exempt)
    end = policy.ends(year)
    known = [look for look in seen.looks if look.at <= now]
    if seen.first_seen is not None and seen.first_seen <= now:
        if seen.withdrawn is not None and seen.withdrawn <= now:
            day = seen.withdrawn.astimezone(BEIJING).date()
            return Standing(
                "withdrawn", f"{day}起已不可见", f"not there since {day}", evidence=seen.withdrawn
            )
        return _published(seen, end, known)
    return _unpublished(seen, known, end, year, now)


def _published(seen: Seen, end: datetime, known: Sequence[Look]) -> Standing:
    first = seen.first_seen or end
    deadline = (end - timedelta(seconds=1)).date()
    if first < end:
        return Standing(
            "on_time",
            f"{first.astimezone(BEIJING).date()}首次监测到",
            "first seen in time",
            evidence=first,
        )
    if seen.printed is not None and seen.printed <= deadline:
        return Standing(
            "on_time",
            f"页面标注{seen.printed}发布",
            f"the page says {seen.printed}",
            evidence=first,
        )
    if seen.printed is not None and not seen.reprinted:
        days = (seen.printed - deadline).days
        return Standing(
            "late",
            f"页面标注{seen.printed}发布，晚{days}天",
            f"the page says {seen.printed}",
            days,
            first,
        )
    without = [look for look in known if look.complete and end <= look.at < first]
    if without:
        last = without[-1].at.astimezone(BEIJING).date()
        days = max((last - deadline).days, 1)
        return Standing(
            "late",
            f"{last}完整查看时尚无",
            f"a complete look on {last} did not show it",
            days,
            without[-1].at,
        )
    return Standing(
        "unknown", "已发布，时间无法核实", "published, but when can't be told", evidence=first
    )


def _unpublished(
    seen: Seen, known: Sequence[Look], end: datetime, year: int, now: datetime
) -> Standing:
    begins = datetime(year + 1, 1, 1, tzinfo=BEIJING)
    if now < begins:
        return Standing("not_due", "统计期限未满", "the year is not over", next_change_at=begins)
    if now < end:
        return Standing("awaiting", "暂未监测到", "not detected yet", next_change_at=end)
    if seen.dead:
        return Standing(
            "unknown",
            "已列出但打不开：栏目中有它的年报，链接无法打开",
            "listed, but its page can't be opened",
        )
    if seen.in_doubt:
        return Standing(
            "unknown",
            f"有{seen.in_doubt}条待人工确认，可能就是它",
            f"{seen.in_doubt} links wait for a person",
        )
    proof = [look for look in known if look.complete and look.at >= end]
    if proof:
        days = (now - end).days + 1
        day = proof[-1].at.astimezone(BEIJING).date()
        return Standing(
            "missing",
            f"{day}完整查看栏目未见",
            f"a complete look on {day} did not show it",
            days,
            proof[-1].at,
        )
    if not known:
        return Standing("unknown", "没有查看记录", "nobody has looked")
    last = known[-1]
    zh, en = (word or last.state for word in last.words)
    why = f"时限后没有完整查看（最近一次：{zh}）"
    return Standing(
        "unknown",
        why,
        f"no complete look since the deadline (the last one: {en})",
        evidence=last.at,
    )
