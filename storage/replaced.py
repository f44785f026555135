"""Links at whose address another report stands since: what they were stays known, apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from nianbao.storage.dates import begins, in_beijing
from nianbao.storage.doubts import copy_of, was_sure
from nianbao.storage.models import Document, ReportVersion, Sighting

PAST = re.compile("#~[0-9]+$")


def is_past(url: str) -> bool:
    """Whether it is written of a link that something else stands there since."""
    return PAST.search(url) is not None


def past_address(url: str, moment: datetime) -> str:
    """What a link is known by that something else took the place of at a time."""
    return f"{url}#~{moment:%Y%m%d%H%M%S%f}"


def dates_since(row: Sighting, moment: datetime) -> list[list[str]]:
    """The dates that were first read at a time or later."""
    told = (date for date in row.dates or () if len(date) > 2)
    return [date for date in told if datetime.fromisoformat(date[2]) >= moment]


class Stood(NamedTuple):
    """A report that was read at an address."""

    unit: str
    year: int
    seen: datetime
    text: str


READ = (
    select(
        ReportVersion.unit,
        ReportVersion.year,
        ReportVersion.seen,
        ReportVersion.text,
        Document.url,
    )
    .join(Document, ReportVersion.document == Document.id)
    .where(ReportVersion.unit.in_(bindparam("units", expanding=True)))
    .where(ReportVersion.year.in_(bindparam("years", expanding=True)))
    .where(ReportVersion.adoption.is_(None))
)


def stood_at(s: Session, units: Sequence[str], year: int) -> Mapping[str, list[Stood]]:
    """The reports of a year and the one before, by the addresses where several were read."""
    asked = {"units": units, "years": (year - 1, year)}
    found: dict[str, list[Stood]] = {}
    for unit, of, seen, text, url in s.execute(READ, asked):
        found.setdefault(url, []).append(Stood(unit, of, seen, text))
    return {url: mine for url, mine in found.items() if len({each[:2] for each in mine}) > 1}


def as_its_own(
    row: Sighting, first: datetime | None, stood: Mapping[str, Sequence[Stood]]
) -> Sighting:
    """A link as it is of its own report, which was `first` read then: what was known of its address
    while another one stood there is not of it.
    """
    if first is None or row.year is None or not (_is_too_early(row) or _is_anothers(row, stood)):
        return row
    return copy_of(row, first_seen=first, saved=None, dates=dates_since(row, first))


def _is_too_early(row: Sighting) -> bool:
    """Whether it was seen when no report of its year was out."""
    return row.year is not None and in_beijing(row.first_seen) < begins(row.year)


def _is_anothers(row: Sighting, stood: Mapping[str, Sequence[Stood]]) -> bool:
    """Whether another report was read there since it was first seen, and nobody has held the one
    against the other.
    """
    here = stood.get(row.url, ())
    mine = [each for each in here if each[:2] == (row.unit, row.year)]
    texts = {each.text for each in mine}
    others = [each for each in here if each not in mine and each.text not in texts]
    first = min((each.seen for each in mine), default=None)
    before = [each for each in others if first and row.first_seen <= each.seen < first]
    return bool(before) and next(was_sure(row), None) is None
