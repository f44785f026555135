"""Another report at the address of one that stood there before: it came when it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from nianbao.storage.content import TABLES, plain, same
from nianbao.storage.doubts import (
    RETRY,
    Taken,
    copy_of,
    in_doubt,
    remember,
    remembered,
    was_sure,
)
from nianbao.storage.models import Document, ReportVersion, Sighting
from nianbao.storage.replaced import dates_since, past_address


class Standing(NamedTuple):
    """The report that stands at an address now."""

    unit: str
    year: int
    title: str  # of its link
    text: str
    content: Mapping[str, Any]
    published: date | None
    document: str  # the hash of its bytes


def is_another(
    known: Sighting, now: Standing, read: Sequence[tuple[ReportVersion, Document]]
) -> bool:
    """Whether it is another report than what was `read` of the one that stood there.

    One of the same figures and day is the same, under a name that was put right; of one that was
    never read its title tells.
    """
    if not read:
        return known.title != now.title
    return not any(_is_same(version, stored, now) for version, stored in read)


def _is_same(version: ReportVersion, stored: Document, now: Standing) -> bool:
    if stored.sha256 == now.document or (version.text and version.text == now.text):
        return True
    figures = same(version.content, plain(now.content), TABLES)
    return figures and version.published == now.published


def last_sure(known: Sighting) -> Taken | None:
    """The report that a link was surely taken for last, or by its title alone."""
    taken = Taken(known.unit, known.year, "", [], True, None)
    named = known.unit is not None and known.year is not None
    unread = not known.settled and (known.review == "" or known.review.startswith(RETRY))
    if named and (not in_doubt(known) or unread):
        return taken
    return next(was_sure(known), None)


def put_in_place(
    s: Session, known: Sighting, was: Taken, report: Standing, now: datetime, saved: datetime | None
) -> None:
    """A link becomes that of the report which took the place of what it was; which ends."""
    states = remembered(known)
    began = was.until or now
    earlier = states[: states.index(was)] if was in states else states
    dates = dates_since(known, began)
    past = copy_of(
        known,
        url=past_address(known.url, began),
        unit=was.unit,
        year=was.year,
        review="",
        may_be=[],
        page="report",
        settled="",
        last_seen=min(known.last_seen, began),
        checked=known.checked or began,
        gone=began,
        dates=[told for told in known.dates or () if told not in dates],
    )
    remember(past, earlier)
    s.add(past)
    known.first_seen, known.saved, known.dates = began, saved, dates
    if was in states:
        remember(known, states[states.index(was) + 1 :])
    else:
        remember(known, [])
        known.unit, known.year, known.review, known.may_be = report.unit, report.year, "", []
        known.checked = now
    _return(s, known, report)


def _return(s: Session, known: Sighting, report: Standing) -> None:
    """One that stood there before is there again, as it was."""
    s.flush()
    here = (
        Sighting.column == known.column,
        Sighting.unit == report.unit,
        Sighting.year == report.year,
        Sighting.url.startswith(f"{known.url}#~", autoescape=True),
    )
    for row in s.scalars(select(Sighting).where(*here)):
        known.first_seen, known.saved = min(known.first_seen, row.first_seen), row.saved
        known.dates = [*(row.dates or ()), *(known.dates or ())]
        s.delete(row)
