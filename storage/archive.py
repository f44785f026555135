"""What was fetched and read: versions of reports, and the documents that they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from nianbao.storage.drafts import hashes_of_drafts
from nianbao.storage.evidence import Exchange
from nianbao.storage.in_force import in_force
from nianbao.storage.models import Document, ReportVersion, Unit


class Archived(NamedTuple):
    """One version of a unit's report of a year."""

    id: int
    unit: str
    unit_name: str
    year: int
    number: int
    seen: datetime
    document: str  # its hash
    content: dict[str, Any]
    text: str  # the fingerprint of its passages


def versions(s: Session, unit: str, year: int) -> list[Archived]:
    """All versions of a report, the oldest first."""
    chosen = _versions().where(ReportVersion.unit == unit, ReportVersion.year == year, in_force())
    rows = s.execute(chosen.order_by(ReportVersion.number))
    return [_archived(row, name, document) for row, name, document in rows]


def words_of(s: Session, numbers: Sequence[int]) -> dict[int, str]:
    """The passages of some versions, a line each."""
    chosen = select(ReportVersion.id, ReportVersion.words).where(ReportVersion.id.in_(numbers))
    return {**dict(s.execute(chosen).all())}


def version(s: Session, number: int) -> Archived:
    chosen = _versions().where(ReportVersion.id == number)
    row, name, document = s.execute(chosen).one()
    return _archived(row, name, document)


def _versions() -> Select[ReportVersion, str, str]:
    return (
        select(ReportVersion, Unit.name, Document.sha256)
        .join(Unit, ReportVersion.unit == Unit.id)
        .join(Document, ReportVersion.document == Document.id)
    )


def _archived(row: ReportVersion, unit_name: str, document: str) -> Archived:
    return Archived(
        row.id, row.unit, unit_name, row.year, row.number, row.seen, document, row.content, row.text
    )


def all_versions(s: Session, county: str = "") -> list[int]:
    """Of one county, or of all."""
    chosen = select(ReportVersion.id).order_by(ReportVersion.id)
    if county:
        chosen = chosen.join(Unit, ReportVersion.unit == Unit.id).where(Unit.county == county)
    return list(s.scalars(chosen))


def keep_reading(
    s: Session, number: int, content: Mapping[str, Any], text: str, words: str
) -> None:
    """The same bytes, as they are read today."""
    row = s.get_one(ReportVersion, number)
    row.content, row.text, row.words = dict(content), text, words


# Written once: to write a question takes longer than to answer it.
YEARS = (
    select(ReportVersion.year)
    .join(Unit, ReportVersion.unit == Unit.id)
    .where(Unit.county == bindparam("county"), in_force())
    .distinct()
)
YEARS_TO_JUDGE = YEARS.where(ReportVersion.judged.is_(None))


def years_read(s: Session, county: str, *, unjudged: bool = False) -> list[int]:
    """The years of which a county has reports; only those that have one to judge."""
    return sorted(s.scalars(YEARS_TO_JUDGE if unjudged else YEARS, {"county": county}))


def mark_judged(s: Session, numbers: Sequence[int], now: datetime) -> None:
    s.execute(update(ReportVersion).where(ReportVersion.id.in_(numbers)).values(judged=now))


def unjudged(s: Session) -> int:
    chosen = (
        select(func.count())
        .select_from(ReportVersion)
        .where(ReportVersion.judged.is_(None), in_force())
    )
    return s.scalar(chosen) or 0


def document_count(s: Session) -> int:
    return s.scalar(select(func.count()).select_from(Document)) or 0


def hashes(s: Session) -> set[str]:
    """Of everything that the archive must hold."""
    return set(s.scalars(select(Document.sha256))) | hashes_of_drafts(s)


class Piece(NamedTuple):
    """An answer that was fetched, as a manifest lists it."""

    url: str
    fetched: datetime
    status: int
    sha256: str
    sm3: str  # empty where it was not asked for yet


def pieces(s: Session) -> list[Piece]:
    columns = (Document.url, Document.fetched, Document.status, Document.sha256, Document.sm3)
    return [Piece(*row) for row in s.execute(select(*columns).order_by(Document.id))]


def other_hashes(s: Session) -> dict[str, str]:
    """The SM3 of each piece, by its SHA-256, where it is known."""
    chosen = select(Document.sha256, Document.sm3).where(Document.sm3 != "")
    return {**dict(s.execute(chosen).all())}


def exchanges(s: Session) -> Iterator[Exchange]:
    """Every answer that was fetched, in its order."""
    for row in s.scalars(select(Document).order_by(Document.id)):
        yield Exchange(row.url, row.sha256, row.fetched, row.status, row.headers)
