"""What a person is asked: links in doubt, with what was said of their like before, and columns
that show nobody's report of the year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.crawler.belonging import kind_of_title, years_in
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_at, out_of_date
from nianbao.monitor.ledger.scope import Registry, names_in
from nianbao.monitor.standing import Standing, day_in_beijing, due_year
from nianbao.storage.decisions import say_of_columns
from nianbao.storage.doubts import RETRY
from nianbao.storage.queries import addresses_of, counties_idle
from nianbao.storage.scope import Scope, of_county
from nianbao.storage.settling import (
    Answered,
    Said,
    Settled,
    answers_of,
    counties_of,
    settle_all,
    years_of,
)
from nianbao.storage.standings import rows_of
from nianbao.storage.visits import InDoubt


class AskedColumn(NamedTuple):
    """A column of which somebody must say whether it is the one in use."""

    county: str  # its code
    county_name: str
    url: str
    year: int
    holds: tuple[str, ...]  # names of the units that can't be told because of it


def asked_columns(
    s: Session, scope: Scope, year: int, now: datetime, registry: Registry
) -> list[AskedColumn]:
    """Those where nobody's report of the year stands, of many that must publish."""
    unknown = {row.county for row in rows_of(s, scope, year, ("unknown",))}
    idle = unknown & counties_idle(s, scope, year) if unknown else set()
    counties = idle | out_of_date(s, scope, year, now, registry)
    part = scope.within(counties & registry.names.keys())
    held: dict[tuple[str, int], list[str]] = defaultdict(list)
    for line in lines_at(s, part, year, now, registry, asked=now) if part else ():
        for column in line.asks:
            held[line.county, column].append(line.name)
    urls = addresses_of(s, [column for _, column in held])
    names = names_in(s, registry)
    return [
        AskedColumn(county, names[county], urls[column], year, tuple(units))
        for (county, column), units in sorted(held.items())
    ]


class Proposal(NamedTuple):
    """What a link in doubt probably is: people said so of its like."""

    said: Said
    of: str  # the title that was decided on
    by: str  # who, and when
    day: str


def proposals(s: Session, links: Sequence[InDoubt]) -> dict[int, Proposal]:
    """By the number of the link: the last answer to the same kind of title in the same county."""
    answers = answers_of(s, {link.county for link in links})
    answered = {county: _by_kind(told) for county, told in answers.items()}
    found: dict[int, Proposal] = {}
    for link in links:
        before = answered[link.county].get(kind_of_title(link.title))
        if before is not None and before.number != link.id:
            said = _as_of_now(before, link)
            if said is not None:
                day = f"{day_in_beijing(before.at)}"
                found[link.id] = Proposal(said, before.title, before.who, day)
    return found


def _by_kind(answers: Sequence[Answered]) -> Mapping[str, Answered]:
    kinds = ((kind_of_title(answer.title), answer) for answer in answers)
    return {kind: answer for kind, answer in kinds if kind}


def _as_of_now(before: Answered, link: InDoubt) -> Said | None:
    """The same answer for the link of another year; None where it can't be given."""
    sure = bool(link.unit) or len(link.may_be) == 1
    match before.answer:
        case "not_a_report":
            return Said(not_a_report=True)
        case "dead":
            return Said(dead=True) if link.review.startswith(RETRY) else None
        case "is_it":
            return Said(is_it=True) if sure and link.year else None
        case "year":
            return Said(year=_year_of(before, link)) if sure else None
        case _:
            return Said(before.unit, _year_of(before, link))


def _year_of(before: Answered, link: InDoubt) -> int:
    """The one that its title names; else as many years later as it was seen later."""
    named = years_in(link.title)
    if len(named) == 1 and years_in(before.title) == {before.year}:
        return next(iter(named))
    return (before.year or 0) + link.first_seen.year - before.first_seen.year


Change = tuple[Line, Standing]  # where a unit stands, and would stand


def foreseen(
    s: Session, registry: Registry, numbers: Sequence[int], said: Said, now: datetime
) -> tuple[list[Settled], list[Change]]:
    """What a decision would change, tried where nothing is kept."""
    counties = counties_of(s, numbers)
    years = {due_year(now), said.year or due_year(now), *years_of(s, numbers)}

    def standings() -> dict[tuple[str, int], Line]:
        lines = [
            line
            for county, year in product(sorted(counties), sorted(years))
            for line in lines_at(s, of_county(county), year, now, registry, asked=now)
        ]
        return {(line.unit, line.year): line for line in lines}

    before = standings()
    settled = settle_all(s, numbers, said, who="?", why="", now=now)
    after = standings()
    s.rollback()
    changed = (key for key in before if before[key].standing.name != after[key].standing.name)
    return settled, [(before[key], after[key].standing) for key in changed]


def foreseen_of_column(
    s: Session, registry: Registry, county: str, url: str, year: int, now: datetime, *, undo: bool
) -> list[Change]:
    """What is changed by saying that a column is in use in a year, or by taking that back; tried
    where nothing is kept.
    """

    def standings() -> dict[str, Line]:
        lines = lines_at(s, of_county(county), year, now, registry, asked=now)
        return {line.unit: line for line in lines}

    before = standings()
    say_of_columns(s, url, year, who="?", why="", now=now, undo=undo)
    after = standings()
    s.rollback()
    changed = (key for key in before if before[key].standing.name != after[key].standing.name)
    return [(before[key], after[key].standing) for key in changed]
