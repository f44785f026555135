"""The way of a fault from found to mended: where it stands by what is known. Pure.

A fault is what was found at one place of a unit's report by one rule, whatever the numbers are; or
that the report is not there. It ends by itself when a later version is without it; nobody closes
it by hand but by a waiver, which has a name and a reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Literal, NamedTuple, get_args

from nianbao.storage.kinds import Severity
from nianbao.storage.ways import ANSWERS, DECIDED, Decided, Found, Known, Said, Shown

State = Literal["answered", "still", "open", "sent", "unsure", "waived", "gone"]
STATES: tuple[State, ...] = get_args(State)  # what is to be done first comes first
JUDGED_WITHIN = timedelta(days=1)  # after a version was seen


class Span(NamedTuple):
    """For how long a fault was there without a break."""

    begin: datetime
    end: datetime | None  # None: it is there
    by_version: bool = True  # a later version is without it; else the rules find it no longer


class Way(NamedTuple):
    """One fault, with all that became of it."""

    unit: str
    year: int
    key: str
    rule: str
    severity: Severity
    content: Mapping[str, Any]  # as it was told last
    marks: tuple[str, ...]  # of what is found now
    state: State
    since: datetime  # in this state
    found: datetime  # first
    sent: datetime | None = None  # since it was found, or came back
    answered: datetime | None = None
    checked: datetime | None = None  # when its page was looked at after the answer
    ended: datetime | None = None
    back: tuple[datetime, ...] = ()  # when it came back
    said: tuple[Said, ...] = ()  # of it, in its order
    answer: Said | None = None  # the last one
    decided: Decided | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ("waived", "gone")

    @property
    def waits_for_decision(self) -> bool:
        return self.state == "answered" and self.answer is not None and self.answer.kind != "mended"

    @property
    def says_mended(self) -> bool:
        """The unit says so, and nobody has looked since."""
        return self.state == "answered" and not self.waits_for_decision


def ways_of(known: Known, year: int) -> list[Way]:
    """Of what was found in reports, by unit and then as it was found."""
    versions: dict[str, list[Shown]] = defaultdict(list)
    for each in known.shown:
        versions[each.unit].append(each)
    groups: dict[tuple[str, str], list[Found]] = {}
    for found in known.found:
        groups.setdefault((found.unit, found.key), []).append(found)
    said = _by_fault(known.said)
    return [
        _way(rows, versions[unit], said.get((unit, key), []), known, year)
        for (unit, key), rows in groups.items()
        if spans(rows, versions[unit])
    ]


def _by_fault(said: Iterable[Said]) -> dict[tuple[str, str], list[Said]]:
    """Steps by what they are about; a decision is about what its answer is."""
    by_id = {each.id: each for each in said if each.id}
    found: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for each in by_id.values():
        of = each
        while of.about in by_id:
            of = by_id[of.about]
        for key in of.faults:
            found[each.unit, key].append(each)
    for each in said:
        for key in each.faults if not each.id else ():
            found[each.unit, key].append(each)
    return {pair: sorted(rows, key=lambda each: (each.at, each.id)) for pair, rows in found.items()}


def spans(rows: Sequence[Found], versions: Sequence[Shown]) -> list[Span]:
    """When a fault was there, the first time first."""
    told: list[Span] = []
    for n, version in enumerate(versions):
        after = versions[n + 1].seen if n + 1 < len(versions) else None
        mine = [row for row in rows if row.version == version.number]
        for row in sorted(mine, key=lambda row: row.since):
            is_first = row.since <= version.seen + JUDGED_WITHIN
            begin = version.seen if is_first and n and row is mine[0] else row.since
            by_rules = row.ended is not None and (after is None or row.ended < after)
            told = _joined(told, Span(begin, row.ended if by_rules else after, not by_rules))
        if not mine and not version.is_judged and told and told[-1].end == version.seen:
            told[-1] = told[-1]._replace(end=after)  # nobody has judged it yet
    return told


def _joined(told: list[Span], new: Span) -> list[Span]:
    last = told[-1] if told else None
    if last is None or (last.end is not None and last.end < new.begin):
        return [*told, new]
    if last.end is None or (new.end is not None and new.end <= last.end):
        return told
    return [*told[:-1], Span(last.begin, new.end, new.by_version)]


def _way(
    rows: Sequence[Found], versions: Sequence[Shown], said: Sequence[Said], known: Known, year: int
) -> Way:
    times = spans(rows, versions)
    last, latest = rows[-1], times[-1]
    holds = [row for row in rows if row.version == versions[-1].number and row.ended is None]
    marks = tuple(dict.fromkeys(row.mark for row in holds or [last]))
    way = Way(
        unit=last.unit,
        year=year,
        key=last.key,
        rule=last.rule,
        severity=last.severity,
        content=last.content,
        marks=marks if latest.end is None else (),
        state="open",
        since=latest.begin,
        found=times[0].begin,
        back=tuple(each.begin for each in times[1:]),
        said=tuple(said),
    )
    way = walked(way, latest.begin, known.fetched.get(last.unit))
    if latest.end is not None:
        is_doubted = latest.by_version and _is_unsure(last, versions[-1])
        state: State = "unsure" if is_doubted else "gone"
        ended = None if is_doubted else latest.end
        return way._replace(state=state, since=latest.end, ended=ended)
    held = [known.decided.get(mark) for mark in marks]
    waivers = [each for each in held if each is not None and each.verdict == "waived"]
    if len(waivers) == len(marks):
        decided = max(waivers, key=lambda each: each.at)
        return way._replace(state="waived", since=decided.at, decided=decided)
    return way


def _is_unsure(fault: Found, version: Shown) -> bool:
    """Whether nobody can tell that it is mended: its cells can't be read, or are not there."""
    if version.unread is None or version.cells is None:
        return False
    cells = set(fault.content.get("cells") or ())
    return (
        "*" in version.unread or not version.unread.isdisjoint(cells) or not cells <= version.cells
    )


def walked(way: Way, begin: datetime, fetched: datetime | None) -> Way:
    """With the steps that were taken since it was there: `fetched`, when its page was last looked
    at.
    """
    state, since = way.state, begin
    sent = answered = None
    answer: Said | None = None
    for each in way.said:
        if each.at < begin:
            continue
        if each.kind == "sent":
            sent = sent or each.at
            if state in ("open", "still"):
                state, since = "sent", each.at
        elif each.kind in ANSWERS:
            state, since, answer, answered = "answered", each.at, each, each.at
        elif each.kind in DECIDED and answer is not None and each.about == answer.id:
            state, since = "still", each.at
        elif each.kind == "undone" and answer is not None and state == "still":
            state, since = "answered", answer.at
    checked = None
    if answer is not None and fetched is not None and fetched > answer.at:
        checked = fetched
        if state == "answered" and answer.kind == "mended":
            state, since = "still", fetched
    return way._replace(
        state=state, since=since, sent=sent, answered=answered, answer=answer, checked=checked
    )


# ---- of many


class Times(NamedTuple):
    """Medians in days; None where there is nothing to count."""

    to_sent: float | None
    to_answered: float | None
    to_gone: float | None


def times_of(ways: Iterable[Way]) -> Times:
    ways = list(ways)
    last = [(each.back[-1] if each.back else each.found, each) for each in ways]
    return Times(
        _median(each.sent - begin for begin, each in last if each.sent),
        _median(each.answered - each.sent for each in ways if each.sent and each.answered),
        _median(each.ended - each.found for each in ways if each.state == "gone" and each.ended),
    )


def _median(spans: Iterable[timedelta]) -> float | None:
    days = [max(each.total_seconds(), 0) / 86400 for each in spans]
    return round(median(days), 1) if days else None


class OfUnit(NamedTuple):
    """A unit's faults in one row: what is to be done first decides."""

    unit: str
    state: State
    since: datetime
    ways: tuple[Way, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        found = [each.state for each in self.ways]
        return {state: found.count(state) for state in STATES if state in found}


def by_unit(ways: Iterable[Way]) -> list[OfUnit]:
    """What is to be done first comes first, and of that the oldest."""
    mine: dict[str, list[Way]] = defaultdict(list)
    for each in ways:
        mine[each.unit].append(each)
    rows = []
    for unit, found in mine.items():
        state = min((each.state for each in found), key=STATES.index)
        since = min(each.since for each in found if each.state == state)
        rows.append(OfUnit(unit, state, since, tuple(found)))
    return sorted(rows, key=lambda row: (STATES.index(row.state), row.since, row.unit))
