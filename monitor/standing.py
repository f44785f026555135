"""Where a unit stands for a year: a pure function of what was seen, the deadline and the time.

Never `missing` without a proven look after the deadline; never `late` without proof that it
was not there in time. An accusation is confirmed by a second such look, on another day, both
asked for anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    proven: bool  # all of them was read, and it is known why that was all
    state: str = "ok"
    words: tuple[str, str] = ("", "")  # for its state, in Chinese and English
    fresh: bool = False  # asked for anew, and answered with content
    untimed: bool = False  # it was whole, and nobody knows when: our clock was in doubt


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
    # Those of them that can't be opened, as a person has seen.
    shut: int = 0
    # Since when each of them was there.
    doubt_days: Sequence[date] = ()
    # The printed date proves nothing of the days before it.
    reprinted: bool = False
    # Links that name it and lead nowhere; its report was never read.
    dead: int = 0
    # Whether a column is known where it must be.
    covered: bool = True
    # Nobody's report of the year stands where it must be, of many.
    unshown: bool = False
    # The day of the newest report of the year where it must be, and how many units have none there.
    still: tuple[date, int] | None = None
    # Of a past day on which one look was enough.
    one_look: bool = False
    # Since when it is gone, with most of what stood beside it.
    vanished: datetime | None = None
    # `unshown` and `still` as they were before its report came, and others at once.
    unshown_before: bool = False
    still_before: tuple[date, int] | None = None


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
    confirmed: bool = False  # whether it may be held against the unit, or be its credit
    asks: bool = False  # whether a person is asked if its column is the one in use
    looks: tuple[datetime, ...] = ()  # all that prove it together, the last being `evidence`


def standing(seen: Seen, policy: Policy, year: int, now: datetime) -> Standing:
    if seen.exempt:
        return Standing("exempt", seen.exempt, seen.exempt, confirmed=True)
    end = policy.ends(year)
    known = [look for look in seen.looks if look.at <= now]
    if seen.first_seen is not None and seen.first_seen <= now:
        if seen.withdrawn is not None and seen.withdrawn <= now:
            day = day_in_beijing(seen.withdrawn)
            if seen.in_doubt:
                return _gone_in_doubt(seen.in_doubt, day, seen.withdrawn)
            zh, en = f"{day}起已不可见", f"not there since {day}"
            return Standing("withdrawn", zh, en, evidence=seen.withdrawn, confirmed=True)
        if seen.vanished is not None and seen.vanished <= now:
            day = day_in_beijing(seen.vanished)
            zh = f"曾见发布，{day}起与同栏目多数年报一起不可见，是否撤下无法核实"
            en = f"was published; since {day} gone with most others: why can't be told"
            return Standing("unknown", zh, en, evidence=seen.vanished)
        return _published(seen, seen.first_seen, end, year, known)
    return _unpublished(seen, known, end, year, now)


def _gone_in_doubt(count: int, day: date, since: datetime) -> Standing:
    """What is listed beside it may be its report, too: it may have been put there instead."""
    zh = f"曾见发布，{day}起在原网址不可见；有{count}条待人工确认，可能就是它"
    en = f"was published, not at its address since {day}; {count} links wait for a person"
    return Standing("unknown", zh, en, evidence=since)


def second_look_due(stands: Standing, now: datetime) -> date | None:
    """The day on which a second look may confirm what one look did not show."""
    if stands.name != "missing" or stands.confirmed or stands.evidence is None:
        return None
    return max(day_in_beijing(stands.evidence) + timedelta(days=1), day_in_beijing(now))


def day_in_beijing(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def _published(
    seen: Seen, first: datetime, end: datetime, year: int, known: Sequence[Look]
) -> Standing:
    deadline = day_in_beijing(end - timedelta(seconds=1))
    if first < end:
        return Standing(
            "on_time",
            f"{day_in_beijing(first)}首次监测到",
            f"first seen on {day_in_beijing(first)}",
            evidence=first,
            confirmed=True,
        )
    if seen.printed is not None and seen.printed <= deadline:
        return Standing(
            "on_time",
            f"页面标注{seen.printed}发布",
            f"the page says {seen.printed}",
            evidence=first,
            confirmed=True,
        )
    season = date(year, 12, 1)  # none is out before
    if early := sum(season <= day <= deadline for day in seen.doubt_days):
        return Standing(
            "unknown",
            f"已发布；{deadline}前另有{early}条待人工确认，可能就是它",
            f"published; {early} links there by {deadline} wait for a person, and may be it",
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
            confirmed=True,
        )
    without = [look for look in known if look.proven and end <= look.at < first]
    if without and (seen.unshown_before or _is_left(seen.still_before, end)):
        return Standing(
            "unknown",
            f"已发布；此前栏目中没有新的{year}年年报，后与别的单位的同日出现，可能是从别的栏目移来，"
            "时间无法核实（nianbao review column）",
            f"published; no report of {year} had come into the column before it came on one day "
            "with others, maybe from another column: when can't be told",
            evidence=first,
        )
    if (proof := _proof(without, one_look=seen.one_look)) is not None:
        days = max((day_in_beijing(proof.last.at) - deadline).days, 1)
        return Standing(
            "late",
            f"{proof.zh}完整查看时尚无",
            f"{proof.en} did not show it",
            days,
            proof.last.at,
            confirmed=True,
            looks=proof.moments,
        )
    return Standing(
        "unknown", "已发布，时间无法核实", "published, but when can't be told", evidence=first
    )


class Proof(NamedTuple):
    """Looks that together prove that something was not there."""

    looks: tuple[Look, ...]
    zh: str  # their days
    en: str

    @property
    def last(self) -> Look:
        return self.looks[-1]

    @property
    def moments(self) -> tuple[datetime, ...]:
        return tuple(look.at for look in self.looks)


def _proof(looks: Sequence[Look], *, one_look: bool) -> Proof | None:
    """The last two fresh looks of two days; by the rule before, the last look."""
    if one_look and looks:
        day = day_in_beijing(looks[-1].at)
        return Proof((looks[-1],), str(day), f"a complete look on {day}")
    by_day = {day_in_beijing(look.at): look for look in looks if look.fresh}
    if len(by_day) < 2:
        return None
    before, day = list(by_day)[-2:]
    en = f"complete looks on {before} and {day}"
    return Proof((by_day[before], by_day[day]), f"{before}、{day}", en)


class _Unseen(NamedTuple):
    """A unit of whose report nothing was seen, and when it is asked about."""

    seen: Seen
    known: Sequence[Look]
    end: datetime
    year: int
    now: datetime

    @property
    def without(self) -> list[Look]:
        """The looks after the deadline that prove something."""
        return [look for look in self.known if look.proven and look.at >= self.end]

    @property
    def begins(self) -> datetime:
        return datetime(self.year + 1, 1, 1, tzinfo=BEIJING)


def _unpublished(
    seen: Seen, known: Sequence[Look], end: datetime, year: int, now: datetime
) -> Standing:
    case = _Unseen(seen, known, end, year, now)
    return next(stands for told in UNSEEN if (stands := told(case)) is not None)


def _not_over(case: _Unseen) -> Standing | None:
    if case.now >= case.begins:
        return None
    return Standing("not_due", "统计期限未满", "the year is not over", next_change_at=case.begins)


def _not_due(case: _Unseen) -> Standing | None:
    if case.now >= case.end:
        return None
    return Standing("awaiting", "暂未监测到", "not detected yet", next_change_at=case.end)


def _dead(case: _Unseen) -> Standing | None:
    if not case.seen.dead:
        return None
    zh = "已列出但打不开：栏目中有它的年报，链接无法打开"
    return Standing("unknown", zh, "listed, but its page can't be opened")


def _in_doubt(case: _Unseen) -> Standing | None:
    if not (count := case.seen.in_doubt):
        return None
    if count == case.seen.shut:
        zh = f"有{count}条链接打不开，可能就是它；已有人看过，不是年报的请改记"
        en = (
            f"{count} links can't be opened and may be it: whoever knows that they are not, says so"
        )
        return Standing("unknown", zh, en)
    zh = f"有{count}条待人工确认，可能就是它"
    return Standing("unknown", zh, f"{count} links wait for a person")


def _uncovered(case: _Unseen) -> Standing | None:
    if case.seen.covered or (case.known and not case.without):
        return None
    return Standing("unknown", "没有为它登记栏目", "no column is known for it")


def _unshown(case: _Unseen) -> Standing | None:
    if not (case.without and case.seen.unshown):
        return None
    return Standing(
        "unknown",
        f"栏目中没有任何单位的{case.year}年年报，可能已换栏目，请核实（nianbao review column）",
        f"nobody's report of {case.year} is in the column: is it still the one in use?",
        evidence=case.without[-1].at,
        asks=True,
    )


def _left(case: _Unseen) -> Standing | None:
    """Most publish in the last days: where a third is absent and nothing came in those, the column
    may have been left for another.
    """
    if not case.without or case.seen.still is None or not _is_left(case.seen.still, case.end):
        return None
    newest, absent = case.seen.still
    year, day = case.year, f"{newest.month}月{newest.day}日"
    return Standing(
        "unknown",
        f"栏目自{day}以后没有新的{year}年年报，{absent}个单位未见，可能已换栏目，"
        "请核实（nianbao review column）",
        f"no report of {year} came into the column after {newest}, and {absent} units have none "
        "there: is it still the one in use?",
        evidence=case.without[-1].at,
        asks=True,
    )


LAST_DAYS = timedelta(days=10)


def _is_left(still: tuple[date, int] | None, end: datetime) -> bool:
    """Whether nothing came into the column in the last days before the deadline, or since."""
    if still is None:
        return False
    return datetime.combine(still[0], time(), BEIJING) <= end - LAST_DAYS


def _overtaken(case: _Unseen) -> Standing | None:
    without = case.without
    if not without or case.seen.one_look or not _is_overtaken(without[-1], case.known[-1]):
        return None
    zh, en = case.known[-1].words
    day = day_in_beijing(without[-1].at)
    return Standing(
        "unknown",
        f"{day}完整查看未见，此后无法核实（最近一次：{zh}）",
        f"a complete look on {day} did not show it; since then nobody can tell ({en})",
        evidence=without[-1].at,
    )


def _not_there(case: _Unseen) -> Standing | None:
    if not case.without:
        return None
    return _missing(case.without, case.end, case.now, one_look=case.seen.one_look)


def _unlooked(case: _Unseen) -> Standing | None:
    return None if case.known else Standing("unknown", "没有查看记录", "nobody has looked")


def _untimed(case: _Unseen) -> Standing | None:
    last = case.known[-1]
    if last.at < case.end or not last.untimed:
        return None
    return Standing(
        "unknown",
        "查看时的时钟与门户网站不一致，待核对（nianbao doctor）",
        "our clock and the portals' differed when it was looked at (see `nianbao doctor`)",
        evidence=last.at,
    )


def _unproven(case: _Unseen) -> Standing | None:
    last = case.known[-1]
    if last.at < case.end or last.state not in READ:
        return None
    return Standing(
        "unknown",
        "时限后的查看没有留下读全的依据，待再次查看",
        "the looks since the deadline kept no proof that they read all of it",
        evidence=last.at,
    )


def _unread(case: _Unseen) -> Standing:
    last = case.known[-1]
    zh, en = (word or last.state for word in last.words)
    return Standing(
        "unknown",
        f"时限后没有完整查看（最近一次：{zh}）",
        f"no complete look since the deadline (the last one: {en})",
        evidence=last.at,
    )


# What is told of a report that was not seen: the first that holds.
UNSEEN: Sequence[Callable[[_Unseen], Standing | None]] = (
    _not_over,
    _not_due,
    _dead,
    _in_doubt,
    _uncovered,
    _unshown,
    _left,
    _overtaken,
    _not_there,
    _unlooked,
    _untimed,
    _unproven,
    _unread,
)


DOWN = ("unreachable", "unreachable_tls", "rate_limited")
LASTS = timedelta(days=7)  # what was proven, while nobody reaches the portal


def _is_overtaken(proof: Look, last: Look) -> bool:
    """Whether what was seen may have changed: people may see what the latest look could not."""
    if last.proven or last.untimed:
        return False
    return last.state not in DOWN or last.at - proof.at > LASTS


READ = ("ok", "ok_empty", "unchanged")


def _missing(without: Sequence[Look], end: datetime, now: datetime, *, one_look: bool) -> Standing:
    days = (now - end).days + 1
    if (proof := _proof(without, one_look=one_look)) is not None:
        zh, en = f"{proof.zh}完整查看栏目未见", f"{proof.en} did not show it"
        moments = proof.moments
        return Standing("missing", zh, en, days, moments[-1], confirmed=True, looks=moments)
    last = without[-1]
    day = day_in_beijing(last.at)
    zh = f"{day}首次核查未见，待另一日复核"
    en = f"the first check on {day} did not show it, a second on another day is due"
    return Standing("missing", zh, en, days, last.at)
