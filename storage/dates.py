"""When a report was out, by the days that lists and pages print: a pure reading of what was kept.

A printed day tells that the report was out by then. That it was not out before tells only a day
that nothing speaks against: not one of a corrected edition, not one on which it had long been
seen, not one that a move of the whole site put on everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

BEIJING = timezone(timedelta(hours=8))
PUBLISHING = ("list", "发布", "公布", "公开", "pub")
CORRECTED = "更正："  # before the place of a day that a corrected edition prints
FIRST = "首次"  # in the place of a day on which an edition says that the first one was published
# In the place of a day that was the one on which the page was asked for: some print today's always.
OF_ASKING = "当日："
WITNESSES = 2  # reports on which a day can't be true, after which it proves nothing anywhere
SPREAD = 3  # days on which reports of one printed day were first seen


class Printed(NamedTuple):
    """A day that is printed of a report."""

    day: date
    first: bool  # whether it may be that of its first publication


class Stamp(NamedTuple):
    """A report on which some day is printed."""

    unit: str
    year: int
    seen: date  # when it was first seen

    def belies(self, day: date) -> bool:
        """Whether the day can't be that of its publication."""
        return self.seen < day or day >= date(self.year + 2, 1, 1)


def in_beijing(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def days_told(dates: Iterable[Sequence[str]], as_of: datetime | None = None) -> Iterator[Printed]:
    """The days of publication among all dates that were printed, as far as they were known."""
    for source, day, *known in dates:
        if as_of is not None and known and datetime.fromisoformat(known[0]) > as_of:
            continue
        if source.startswith(OF_ASKING):
            continue
        if _is_of_publishing(source):
            yield Printed(date.fromisoformat(day), not source.startswith(CORRECTED))


@lru_cache(maxsize=1024)
def _is_of_publishing(source: str) -> bool:
    return any(word in source.lower() for word in PUBLISHING)


def begins(year: int) -> date:
    """No report of a year was out before its last month."""
    return date(year, 12, 1)


def possible(days: Iterable[Printed], year: int) -> list[Printed]:
    return [printed for printed in days if printed.day >= begins(year)]


def out_by(
    days: Collection[Printed], own: Stamp | None, stamps: Mapping[date, Collection[Stamp]]
) -> tuple[date | None, bool]:
    """The earliest day that was printed of a report; and whether it proves nothing of the days
    before it.
    """
    earliest = min((printed.day for printed in days), default=None)
    if earliest is None or own is None:
        return earliest, False
    corrected = not all(printed.first for printed in days if printed.day == earliest)
    beside = [stamp for stamp in stamps.get(earliest, ()) if stamp[:2] != own[:2]]
    return earliest, corrected or own.seen < earliest or is_of_a_move(earliest, own, beside)


def is_of_a_move(day: date, own: Stamp, beside: Collection[Stamp]) -> bool:
    """Whether a day stands on reports that can't all have been published on it."""
    if sum(stamp.belies(day) for stamp in beside) >= WITNESSES:
        return True
    return len({own.seen, *(stamp.seen for stamp in beside)}) >= SPREAD
