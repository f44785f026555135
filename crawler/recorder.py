"""Writes down what a sweep sees. Every step may be repeated: after a crash the same sweep goes on where it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.belonging import page_kind
from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.withdrawing import note_restored, note_withdrawn
from nianbao.storage.content import OF_COPIES, plain, same
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import (
    Column,
    Document,
    Event,
    Look,
    Portal,
    Region,
    ReportVersion,
    Sighting,
    StandingRow,
    Sweep,
    Unit,
)
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, session
from nianbao.storage.units import register_units

RETRY = "retry: "  # before the reason why an article could not be fetched


class Known(NamedTuple):
    """A link as it is known from earlier sweeps."""

    item: Item
    retry: bool  # it is a report's, and its article was not read yet
    checked: datetime | None
    first_seen: datetime
    unit: str | None
    year: int | None
    settled: bool


class Remembered(NamedTuple):
    """A column's list as it was last read completely."""

    fingerprint: str
    validators: dict[str, str]  # what to ask its server by
    shortcut: dict[str, Any] | None
    whole: datetime | None
    paged: bool


@dataclass(frozen=True)
class Reading:
    """What was read of a report, and where."""

    content: Mapping[str, Any]  # the JSON of `nianbao read`
    words: str  # its passages, a line each
    text: str  # their fingerprint
    documents: Sequence[Answer]  # the one that it stands in, then those that led there
    published: date | None
    published_source: str
    dates: list[list[str]]  # every date that was printed, with where
    read_again: Callable[[bytes], Any]  # older bytes, as they would be read today


class Recorder:
    def __init__(self, engine: Engine, evidence: Evidence, now: Callable[[], datetime]) -> None:
        self.engine, self.evidence, self.now = engine, evidence, now

    def register(self, county: CountyEntry) -> str:
        """The county as its file has it: region, units, portal, columns."""
        with session(self.engine) as s:
            s.merge(Region(code=county.code, name=county.county, level="county"))
            s.flush()
            ids = register_units(s, county, self.now())
            s.merge(Portal(id=county.code, county=county.code, host=county.host))
            s.flush()
            columns = {
                column.url: column
                for column in s.scalars(select(Column).where(Column.portal == county.code))
            }
            for column in columns.values():
                column.active, column.dropped = False, column.dropped or self.now()
            for column_entry in county.columns:
                column = columns.get(column_entry.url) or Column(
                    portal=county.code, url=column_entry.url, added=self.now()
                )
                column.preset = column_entry.preset or county.preset
                column.unit, column.active, column.dropped = ids.get(column_entry.unit), True, None
                s.add(column)
        return county.code

    def begin(self, portal: str) -> int:
        """A new sweep, or the one that a crash left unfinished."""
        with session(self.engine) as s:
            open_one = s.scalar(select(Sweep).where(Sweep.portal == portal, Sweep.ended.is_(None)))
            sweep = open_one or Sweep(portal=portal, began=self.now(), complete=False)
            s.add(sweep)
            s.flush()
            return sweep.id

    def columns(self, portal: str) -> list[Column]:
        with looking(self.engine) as s:
            return list(
                s.scalars(
                    select(Column).where(Column.portal == portal, Column.active).order_by(Column.id)
                )
            )

    def looked_at(self, sweep: int) -> set[int]:
        """The columns that a sweep has done."""
        with looking(self.engine) as s:
            return set(s.scalars(select(Look.column).where(Look.sweep == sweep)))

    def remembered(self, column: int) -> Remembered:
        with looking(self.engine) as s:
            row = s.get_one(Column, column)
            asked = {"If-None-Match": row.etag, "If-Modified-Since": row.modified}
            validators = {name: value for name, value in asked.items() if value and row.fingerprint}
            return Remembered(row.fingerprint or "", validators, row.shortcut, row.whole, row.paged)

    def known(self, column: int) -> dict[str, Known]:
        """The links of a column by their address."""
        with looking(self.engine) as s:
            return {
                row.url: Known(
                    Item(row.title, row.url, row.listed),
                    row.page == "report" and row.checked is None,
                    row.checked if "#" not in row.url else None,
                    row.first_seen,
                    row.unit,
                    row.year,
                    bool(row.settled),
                )
                for row in s.scalars(select(Sighting).where(Sighting.column == column))
            }

    def look(self, sweep: int, column: int, listing: Listing, others: Sequence[Item] = ()) -> None:
        """The last step of a column: with it the column counts as looked at in this sweep.

        `others` are links that can't be reports; they are written down so that they are known.
        """
        bodies = [
            (answer, self.evidence.keep(answer.body)) for answer in listing.answers if answer.body
        ]
        with session(self.engine) as s:
            now = self.now()
            pages = [_document(s, answer, name, now).id for answer, name in bodies]
            whole = s.scalar(
                select(Look)
                .where(Look.column == column, Look.complete)
                .order_by(Look.id.desc())
                .limit(1)
            )
            unchanged = listing.state.name == "unchanged" and whole is not None
            s.add(
                Look(
                    sweep=sweep,
                    column=column,
                    at=now,
                    state=listing.state.name,
                    detail=listing.state.detail[:500],
                    complete=listing.state.complete,
                    declared=listing.declared,
                    read=len(listing.items) if not unchanged or whole is None else whole.read,
                    document=pages[0]
                    if pages
                    else whole.document
                    if unchanged and whole is not None
                    else None,
                    pages=pages[1:],
                )
            )
            first = bodies[0][0] if bodies else None
            _remember(s.get_one(Column, column), listing, first, now)
            for item in others:
                s.add(
                    Sighting(
                        column=column,
                        url=item.url,
                        title=item.title,
                        listed=item.date,
                        first_seen=now,
                        last_seen=now,
                        page=page_kind(item.title),
                        checked=now,
                    )
                )
            s.flush()
            seen = {item.url for item in listing.items}
            for sighting in s.scalars(
                select(Sighting).where(Sighting.column == column, Sighting.gone.is_(None))
            ):
                still = unchanged and whole is not None and sighting.last_seen >= whole.at
                if still or sighting.url.partition("#")[0] in seen:
                    sighting.last_seen = now

    def checked(self, column: int, url: str, *, gone: bool) -> None:
        """An article that was read before, and now could not be fetched or is not there."""
        with session(self.engine) as s:
            sighting = s.scalar(
                select(Sighting).where(Sighting.column == column, Sighting.url == url)
            )
            if sighting is not None and gone:
                sighting.gone = sighting.gone or self.now()

    def sighted(
        self,
        column: int,
        item: Item,
        *,
        kind: str,
        unit: str | None = None,
        year: int | None = None,
        review: str = "",
        reading: Reading | None = None,
        read: bool = False,
    ) -> bool:
        """A link with what it turned out to be; its report, if it is new or changed. True if there is a new version."""
        kept = (
            [(answer, self.evidence.keep(answer.body)) for answer in reading.documents]
            if reading
            else []
        )
        with session(self.engine) as s:
            known = s.scalar(
                select(Sighting).where(Sighting.column == column, Sighting.url == item.url)
            )
            now = self.now()
            sighting = known or Sighting(column=column, url=item.url, first_seen=now)
            doubtful = known is not None and _in_doubt(known)
            before = [sighting.unit, sighting.year]
            sighting.title, sighting.listed, sighting.page = item.title, item.date, kind
            sighting.unit, sighting.year, sighting.review, sighting.last_seen = (
                unit,
                year,
                review,
                now,
            )
            sighting.gone = None
            if reading is not None or read:
                sighting.checked = now
            if doubtful and not _in_doubt(sighting):
                sighting.resolved, sighting.before = now, sighting.before or before
            elif not doubtful and _in_doubt(sighting):
                sighting.resolved = sighting.before = None
            s.add(sighting)
            documents = [_document(s, answer, name, now) for answer, name in kept]
            if reading is None or unit is None or year is None or review:
                return False
            signed = _other_body(s, unit, year, reading.content)
            if signed and not sighting.settled:
                sighting.review = f"同一单位同年的年报署名不同：{signed} / reports of one unit under different names"
                return False
            return self._version(s, unit, year, reading, documents[0], now)

    def _version(
        self, s: Session, unit: str, year: int, reading: Reading, document: Document, now: datetime
    ) -> bool:
        """A new version only where the publisher changed something.

        The same report on another page is not new, and neither is the same page read better than before.
        """
        earlier = list(
            s.execute(
                select(ReportVersion, Document)
                .join(Document, ReportVersion.document == Document.id)
                .where(ReportVersion.unit == unit, ReportVersion.year == year)
                .order_by(ReportVersion.number)
            )
        )
        content = plain(reading.content)
        here = [(version, stored) for version, stored in earlier if stored.url == document.url]
        if here:
            last, before = here[-1]
            if before.sha256 == document.sha256 or (
                last.text == reading.text and same(last.content, content)
            ):
                return False
            again = reading.read_again(self.evidence.read(before.sha256))
            if (
                again is not None
                and again.text == reading.text
                and same(plain(again.content), content)
            ):
                return False
        elif any(same(version.content, content, OF_COPIES) for version, _ in earlier):
            return False
        s.add(
            ReportVersion(
                unit=unit,
                year=year,
                number=len(earlier) + 1,
                document=document.id,
                seen=now,
                content=content,
                published=reading.published,
                published_source=reading.published_source,
                text=reading.text,
                words=reading.words,
                dates=reading.dates,
            )
        )
        s.add(
            Event(
                at=now,
                kind="published" if not earlier else "changed",
                unit=unit,
                year=year,
                content={"number": len(earlier) + 1},
            )
        )
        return True

    def end(self, sweep: int, problem: str = "") -> bool:
        """The sweep is complete if every column of its portal was looked at completely."""
        with session(self.engine) as s:
            row = s.get_one(Sweep, sweep)
            columns = set(
                s.scalars(select(Column.id).where(Column.portal == row.portal, Column.active))
            )
            complete = set(s.scalars(select(Look.column).where(Look.sweep == sweep, Look.complete)))
            row.ended, row.problem = self.now(), problem
            row.complete = bool(columns) and columns <= complete and not problem
            for column in columns:
                note_restored(s, column, self.now())
            for column in columns & complete:
                note_withdrawn(s, column, self.now())
            units = (
                select(Unit.id)
                .join(Portal, Portal.county == Unit.county)
                .where(Portal.id == row.portal)
            )
            due = update(StandingRow).where(StandingRow.unit.in_(units))
            s.execute(due.values(next_change_at=row.ended))  # should nobody get to it now
            return row.complete


def _other_body(s: Session, unit: str, year: int, content: Mapping[str, Any]) -> str:
    """The name in a report, if an earlier one of the same unit and year is of another body: two were merged, say."""
    name = _bare_body(content)
    earlier = s.scalars(
        select(ReportVersion).where(ReportVersion.unit == unit, ReportVersion.year == year)
    )
    known = [bare for version in earlier if (bare := _bare_body(version.content))]
    return (
        str(content["unit"])
        if name and known and not any(name in other or other in name for other in known)
        else ""
    )


def _bare_body(content: Mapping[str, Any]) -> str:
    return re.sub("(?:人民政府|街道办事处|办事处|办公室)$", "", str(content.get("unit") or ""))


def _in_doubt(sighting: Sighting) -> bool:
    return bool(sighting.review) or (sighting.page == "report" and sighting.checked is None)


def _remember(row: Column, listing: Listing, first: Answer | None, now: datetime) -> None:
    if not listing.state.complete:
        row.fingerprint = row.shortcut = None  # what could not be read is read whole next time
    elif listing.state.name != "unchanged":
        row.fingerprint, row.whole, row.paged = (
            listing.fingerprint or None,
            now,
            len(listing.pages) > 1,
        )
        row.etag = first.headers.get("etag") if first is not None else None
        row.modified = first.headers.get("last-modified") if first is not None else None
        row.shortcut = _kept(listing.shortcut)
    elif not row.paged:
        row.whole = now


def _kept(ask: Ask | None) -> dict[str, Any] | None:
    return {**ask._asdict(), "headers": dict(ask.headers)} if ask is not None else None


def _document(s: Session, answer: Answer, name: str, now: datetime) -> Document:
    known = s.scalar(select(Document).where(Document.url == answer.url, Document.sha256 == name))
    if known is None:
        known = Document(
            url=answer.url,
            sha256=name,
            fetched=now,
            status=answer.status,
            headers=dict(answer.headers),
        )
        s.add(known)
        s.flush()
    return known
