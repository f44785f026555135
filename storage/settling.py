"""What people say of links in doubt: it is written down, holds, and can be taken back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Engine, bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from nianbao.storage.audit import note_all, take_turn
from nianbao.storage.decisions import DecisionError
from nianbao.storage.doubts import RETRY, as_taken, set_apart
from nianbao.storage.in_force import in_force
from nianbao.storage.models import Column, Document, Event, Portal, ReportVersion, Sighting, Unit
from nianbao.storage.standings import due_again
from nianbao.storage.store import session

Answer = Literal["not_a_report", "is_it", "dead", "year", "unit"]


class Said(NamedTuple):
    """What somebody says of links. Without unit or year: as they are taken already."""

    unit: str = ""
    year: int | None = None
    not_a_report: bool = False
    is_it: bool = False  # whose and which year's it is taken for is right
    dead: bool = False  # it can't be opened, and nobody need look at it again
    undo: bool = False

    @property
    def answer(self) -> Answer:
        """What kind of answer it is."""
        if self.not_a_report:
            return "not_a_report"
        if self.dead or self.is_it:
            return "dead" if self.dead else "is_it"
        return "unit" if self.unit else "year"

    @property
    def answers(self) -> int:
        named = bool(self.unit or self.year)
        return sum((named, self.not_a_report, self.is_it, self.dead, self.undo))


class Settled(NamedTuple):
    """What a link was said to be."""

    number: int
    unit: str  # the name; empty where it is no report
    year: int | None
    said: Said


def settle(
    engine: Engine,
    numbers: int | Sequence[int],
    *,
    who: str,
    why: str,
    now: datetime,
    unit: str = "",
    year: int | None = None,
    not_a_report: bool = False,
) -> list[Settled]:
    """Say what links in doubt are. A report is read at the next sweep."""
    chosen = [numbers] if isinstance(numbers, int) else [*numbers]
    with session(engine) as s:
        return settle_all(s, chosen, Said(unit, year, not_a_report), who=who, why=why, now=now)


def settle_all(
    s: Session, numbers: Sequence[int], said: Said, *, who: str, why: str, now: datetime
) -> list[Settled]:
    """All of them or none."""
    if not who:
        raise DecisionError("请注明决定人 --who", "who decides? --who")
    if said.answers != 1:
        raise DecisionError(
            "请给出 --unit 和 --year，或 --not-a-report、--is-it、--dead-link、--undo 之一",
            "give --unit and --year, or one of --not-a-report, --is-it, --dead-link, --undo",
        )
    return [_settle(s, number, said, f"{who}: {why}".strip(": "), now) for number in numbers]


def _settle(s: Session, number: int, said: Said, by: str, now: datetime) -> Settled:
    take_turn(s)
    row = s.get(Sighting, number)
    if row is None:
        raise DecisionError(f"没有 #{number}，见 nianbao review", f"no link #{number}, see review")
    held_up = _units_beside(s, row)
    taken = _as_it_is(row)
    if said.undo:
        _undo(s, row)
    elif said.dead:
        _mark_dead(row, by)
    elif said.not_a_report:
        set_apart(row, as_taken(row), now)
        row.page, row.unit, row.year = "other", None, None
        row.checked = now
        row.review, row.may_be, row.settled = "", [], by
    else:
        unit, year = _whose(s, row, said)
        set_apart(row, as_taken(row), None)
        row.page, row.unit, row.year, row.checked = "report", unit.id, year, None
        row.review, row.may_be, row.settled = "", [], by
    due_again(s, held_up, now)
    who, _, why = by.partition(": ")
    content = {"url": row.url, "who": who, "why": why, "report": row.page == "report"}
    link = {"link": number, "taken": taken, "undone": said.undo, "answer": said.answer}
    told = Event(at=now, kind="settled", unit=row.unit, year=row.year, content={**content, **link})
    s.add(told)
    s.flush()
    by_whom = {"event": told.id, "unit": row.unit, "year": row.year, "why": why}
    answered = {"link": number, "answer": said.answer, "undone": said.undo}
    note_all(s, now, who, "settle", row.url, by_whom | answered)
    name = s.get_one(Unit, row.unit).name if row.unit is not None else ""
    return Settled(number, name, row.year, said)


def _whose(s: Session, row: Sighting, said: Said) -> tuple[Unit, int]:
    """The unit and year that were said, or that the link is taken for."""
    taken = [row.unit] if row.unit is not None else list(row.may_be)
    year = said.year or row.year
    if said.unit:
        unit = _unit_of(s, row, said.unit)
    elif len(taken) == 1:
        unit = s.get_one(Unit, taken[0])
    else:
        raise DecisionError(
            f"#{row.id} 没有认定单位，请给出 --unit", f"#{row.id}: whose is it? --unit"
        )
    if year is None or (said.unit and said.year is None):
        raise DecisionError("单位和年份都要给出", "both unit and year are needed")
    return unit, year


def _mark_dead(row: Sighting, by: str) -> None:
    if not row.review.startswith(RETRY):
        raise DecisionError(
            f"#{row.id} 不是打不开的链接", f"#{row.id} is no link that could not be opened"
        )
    row.settled = by


KEPT = ("unit", "year", "review", "may_be", "page", "settled", "before")
MOMENTS = ("checked", "resolved")


def _as_it_is(row: Sighting) -> dict[str, Any]:
    """All that a decision changes, to be taken back."""
    kept = {name: getattr(row, name) for name in KEPT}
    times = {name: getattr(row, name) for name in MOMENTS}
    return kept | {name: at.isoformat() if at is not None else None for name, at in times.items()}


def _undo(s: Session, row: Sighting) -> None:
    """As it was before the last decision, unless a report was read by it since."""
    told = select(Event).where(SETTLED).order_by(Event.id.desc())
    mine = (event for event in s.scalars(told) if event.content.get("link") == row.id)
    last = next(mine, None)
    if last is None or last.content["undone"]:
        raise DecisionError(f"#{row.id} 没有可撤销的决定", f"#{row.id}: nothing to take back")
    read = (
        select(ReportVersion.id)
        .join(Document, ReportVersion.document == Document.id)
        .where(
            ReportVersion.unit == row.unit,
            ReportVersion.year == row.year,
            ReportVersion.seen >= last.at,
            in_force(),
            Document.url == row.url,
        )
    )
    if row.unit is not None and s.scalar(read.limit(1)) is not None:
        raise DecisionError(
            f"#{row.id} 已据此读取年报，不能撤销", f"#{row.id}: its report was read since"
        )
    taken = last.content["taken"]
    if taken["unit"] is not None and s.get(Unit, taken["unit"]) is None:
        raise DecisionError(f"#{row.id} 的单位已不在", f"#{row.id}: its unit is there no longer")
    for name in KEPT:
        setattr(row, name, taken[name])
    for name in MOMENTS:
        told_at = taken[name]
        setattr(row, name, datetime.fromisoformat(told_at) if told_at is not None else None)


def counties_of(s: Session, numbers: Sequence[int]) -> set[str]:
    """The counties of some links."""
    portals = select(Portal.county).join(Column, Column.portal == Portal.id)
    links = portals.join(Sighting, Sighting.column == Column.id).where(Sighting.id.in_(numbers))
    return set(s.scalars(links))


def years_of(s: Session, numbers: Sequence[int]) -> set[int]:
    """The years whose reports some links are taken for."""
    years = select(Sighting.year).where(Sighting.id.in_(numbers), Sighting.year.is_not(None))
    return {year for year in s.scalars(years) if year is not None}


def _county_of(s: Session, row: Sighting) -> str:
    portals = select(Portal.county).join(Column, Column.portal == Portal.id)
    return s.execute(portals.where(Column.id == row.column)).scalar_one()


def _units_beside(s: Session, row: Sighting) -> list[str]:
    beside = select(Unit.id).where(Unit.county == _county_of(s, row))
    return list(s.scalars(beside.order_by(Unit.id)))


def _unit_of(s: Session, row: Sighting, named: str) -> Unit:
    mine = Unit.county == _county_of(s, row)
    found = list(s.scalars(select(Unit).where(mine, or_(Unit.id == named, Unit.name == named))))
    if len(found) != 1:
        raise DecisionError(f"{named} 不是这个县的单位", f"{named} is not a unit of this county")
    return found[0]


class Answered(NamedTuple):
    """A link that somebody decided on."""

    number: int
    title: str
    first_seen: datetime
    answer: Answer
    unit: str  # the name; empty where it is no report
    year: int | None
    who: str
    at: datetime


def answers_in(s: Session, county: str) -> list[Answered]:
    """What holds of all that was ever said of a county's links, the oldest first."""
    return answers_of(s, (county,))[county]


def answers_of(s: Session, counties: Collection[str]) -> dict[str, list[Answered]]:
    """The same of several counties, each thing asked for once."""
    links = (
        select(Sighting, Portal.county)
        .join(Column, Sighting.column == Column.id)
        .join(Portal, Column.portal == Portal.id)
        .where(Portal.county.in_(counties), Sighting.settled != "")
    )
    rows = {row.id: (row, county) for row, county in s.execute(links)}
    found: dict[str, list[Answered]] = {county: [] for county in counties}
    if not rows:
        return found
    said: dict[int, list[Event]] = {number: [] for number in rows}
    for event in s.scalars(select(Event).where(SETTLED).order_by(Event.id)):
        mine = said.get(event.content.get("link", 0), [])
        if not event.content.get("undone"):
            mine.append(event)
        elif mine:
            mine.pop()
    held = [(number, events[-1]) for number, events in said.items() if events]
    held.sort(key=lambda pair: pair[1].id)
    units = {event.unit for _, event in held}
    names = {**dict(s.execute(select(Unit.id, Unit.name).where(Unit.id.in_(units))).all())}
    for number, event in held:
        row, county = rows[number]
        found[county].append(_answered(row, event, names))
    return found


# So written that its index is used.
SETTLED = Event.kind == literal_column("'settled'")


def _answered(row: Sighting, event: Event, names: Mapping[str, str]) -> Answered:
    unit = names.get(event.unit or "", "")
    answer = event.content.get("answer") or _answer_of(row, event)
    who = event.content["who"]
    return Answered(row.id, row.title, row.first_seen, answer, unit, event.year, who, event.at)


def _answer_of(row: Sighting, event: Event) -> Answer:
    """Of an answer that was written down without its kind: what it changed tells it."""
    if not event.content["report"]:
        return "not_a_report"
    taken = event.content["taken"]
    if taken["unit"] != event.unit:
        return "unit"
    if taken["year"] != event.year:
        return "year"
    return "dead" if row.review.startswith(RETRY) else "is_it"


SAID_TO_BE_NONE = (
    select(Sighting.title)
    .join(Column, Sighting.column == Column.id)
    .where(Column.portal == bindparam("portal"), Sighting.page == "other", Sighting.settled != "")
)


def titles_refused(s: Session, portal: str) -> set[str]:
    """Titles of a portal's links that people said are of no report; unless they said otherwise of
    the like of another year since.
    """
    titles = set(s.scalars(SAID_TO_BE_NONE, {"portal": portal}))
    if not titles:
        return titles
    county = s.scalar(select(Portal.county).where(Portal.id == portal)) or ""
    last = {_of_any_year(answer.title): answer.answer for answer in answers_in(s, county)}
    refused = ((title, last.get(_of_any_year(title))) for title in titles)
    return {title for title, answer in refused if answer in (None, "not_a_report")}


def _of_any_year(title: str) -> str:
    return re.sub(r"\s|20[0-3][0-9]", "", title)
