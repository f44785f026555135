"""Writes down what a sweep sees. Every step may be repeated: after a crash the same sweep goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from crawler.answers import Answer
from crawler.columns import Item, Listing
from storage.evidence import Evidence
from storage.models import Column, Document, Event, Look, Portal, Region, ReportVersion, Sighting, Sweep, Unit
from storage.registry import CountyEntry, UnitEntry
from storage.store import session

RETRY = "retry: "  # before the reason why an article could not be fetched


def unit_id(county: CountyEntry, unit: UnitEntry) -> str:
    return unit.code or f"{county.code}-{unit.name}"


class Recorder:
    def __init__(self, engine: Engine, evidence: Evidence, now: Callable[[], datetime]) -> None:
        self.engine, self.evidence, self.now = engine, evidence, now

    def register(self, county: CountyEntry) -> str:
        """The county as its file has it: region, units, portal, columns."""
        with session(self.engine) as s:
            s.merge(Region(code=county.code, name=county.county, level="county"))
            s.flush()
            for unit in county.units:
                key = unit_id(county, unit)
                s.merge(Unit(id=key, county=county.code, name=unit.name, kind=unit.kind, aliases=list(unit.aliases)))
            portal = s.merge(Portal(id=county.code, county=county.code, host=county.host))
            s.flush()
            ids = {unit.name: unit_id(county, unit) for unit in county.units}
            for entry in county.columns:
                known = s.scalar(select(Column).where(Column.portal == portal.id, Column.url == entry.url))
                column = known or Column(portal=portal.id, url=entry.url)
                column.preset = entry.preset or county.preset
                column.unit = ids.get(entry.unit)
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
        with session(self.engine) as s:
            return list(s.scalars(select(Column).where(Column.portal == portal).order_by(Column.id)))

    def looked_at(self, sweep: int, column: int) -> bool:
        with session(self.engine) as s:
            return s.scalar(select(Look.id).where(Look.sweep == sweep, Look.column == column)) is not None

    def lists(self, column: int) -> tuple[str, dict[str, str]]:
        """The fingerprint of a column's list as it was last read completely, and what to ask its server by."""
        with session(self.engine) as s:
            row = s.get_one(Column, column)
            asked = {"If-None-Match": row.etag, "If-Modified-Since": row.modified}
            return row.fingerprint or "", {name: value for name, value in asked.items() if value and row.fingerprint}

    def unread(self, column: int, item: Item) -> bool:
        """Whether an article still has to be fetched: never seen, or not reached when it was."""
        with session(self.engine) as s:
            review = s.scalar(select(Sighting.review).where(Sighting.column == column, Sighting.url == item.url))
            return review is None or review.startswith(RETRY)

    def document(self, answer: Answer) -> int:
        name = self.evidence.keep(answer.body)
        with session(self.engine) as s:
            return _document(s, answer, name, self.now())

    def look(self, sweep: int, column: int, listing: Listing) -> None:
        """The last step of a column: with it the column counts as looked at in this sweep."""
        first = next((answer for answer in listing.answers if answer.body), None)
        name = self.evidence.keep(first.body) if first is not None else ""
        with session(self.engine) as s:
            document = _document(s, first, name, self.now()) if first is not None else None
            before = s.scalar(select(func.max(Look.at)).where(Look.column == column, Look.complete))
            s.add(
                Look(
                    sweep=sweep,
                    column=column,
                    at=self.now(),
                    state=listing.state.name,
                    detail=listing.state.detail[:500],
                    complete=listing.state.complete,
                    declared=listing.declared,
                    read=len(listing.items),
                    document=document,
                )
            )
            row = s.get_one(Column, column)
            if listing.state.complete and listing.state.name != "unchanged":
                row.fingerprint = listing.fingerprint
                row.etag = first.headers.get("etag") if first is not None else None
                row.modified = first.headers.get("last-modified") if first is not None else None
            elif not listing.state.complete:
                row.fingerprint = None  # what could not be read is read whole next time
            seen = {item.url for item in listing.items}
            for sighting in s.scalars(select(Sighting).where(Sighting.column == column)):
                still = listing.state.name == "unchanged" and before is not None and sighting.last_seen >= before
                if still or sighting.url in seen:
                    sighting.last_seen = self.now()

    def sighted(
        self,
        column: int,
        item: Item,
        *,
        kind: str,
        unit: str | None = None,
        year: int | None = None,
        review: str = "",
        versions: Mapping[str, Any] | None = None,
    ) -> bool:
        """A link with what it turned out to be; its report, if it is new or changed. True if there is a new version."""
        with session(self.engine) as s:
            known = s.scalar(select(Sighting).where(Sighting.column == column, Sighting.url == item.url))
            sighting = known or Sighting(column=column, url=item.url, first_seen=self.now())
            sighting.title, sighting.listed, sighting.page = item.title, item.date, kind
            sighting.unit, sighting.year, sighting.review, sighting.last_seen = unit, year, review, self.now()
            s.add(sighting)
            if versions is None or unit is None or year is None or review:
                return False
            return _version(s, unit, year, versions, self.now())

    def end(self, sweep: int) -> bool:
        """The sweep is complete if every column of its portal was looked at completely."""
        with session(self.engine) as s:
            row = s.get_one(Sweep, sweep)
            columns = set(s.scalars(select(Column.id).where(Column.portal == row.portal)))
            complete = set(s.scalars(select(Look.column).where(Look.sweep == sweep, Look.complete)))
            row.ended, row.complete = self.now(), bool(columns) and columns <= complete
            for column in columns & complete:
                _note_withdrawn(s, column, self.now())
            return row.complete


DAYS_GONE = 3


def _note_withdrawn(s: Session, column: int, now: datetime) -> None:
    """A report that complete looks of several days no longer showed is withdrawn; one look proves nothing."""
    looks = list(s.scalars(select(Look).where(Look.column == column, Look.complete)))
    for sighting in s.scalars(select(Sighting).where(Sighting.column == column, Sighting.unit.is_not(None))):
        days = {look.at.date() for look in looks if look.at > sighting.last_seen}
        if len(days) < DAYS_GONE or sighting.year is None:
            continue
        own = (sighting.unit, sighting.year)
        told = select(Event.id).where(Event.kind == "withdrawn", Event.unit == own[0], Event.year == own[1])
        elsewhere = select(Sighting.id).where(
            Sighting.unit == own[0], Sighting.year == own[1], Sighting.last_seen > sighting.last_seen
        )
        if s.scalar(told.limit(1)) is None and s.scalar(elsewhere.limit(1)) is None:
            content = {"url": sighting.url, "last_seen": sighting.last_seen.isoformat()}
            s.add(Event(at=now, kind="withdrawn", unit=own[0], year=own[1], content=content))


def _document(s: Session, answer: Answer, name: str, now: datetime) -> int:
    known = s.scalar(select(Document).where(Document.url == answer.url, Document.sha256 == name))
    if known is None:
        known = Document(
            url=answer.url, sha256=name, fetched=now, status=answer.status, headers=dict(answer.headers)
        )  # fmt: skip
        s.add(known)
        s.flush()
    return known.id


def _version(s: Session, unit: str, year: int, found: Mapping[str, Any], now: datetime) -> bool:
    """A new version only where the content is new: the same report on another page, or read again, is not."""
    earlier = list(s.scalars(select(ReportVersion).where(ReportVersion.unit == unit, ReportVersion.year == year)
                             .order_by(ReportVersion.number)))  # fmt: skip
    content = json.loads(json.dumps(found["content"]))
    if any(_same(version.content, content) for version in earlier):
        return False
    published: date | None = found["published"]
    s.add(
        ReportVersion(
            unit=unit, year=year, number=len(earlier) + 1, document=found["document"], seen=now,
            published=published, published_source=found["published_source"], content=content,
        )
    )  # fmt: skip
    s.add(Event(at=now, kind="published" if not earlier else "changed", unit=unit, year=year,
                content={"number": len(earlier) + 1}))  # fmt: skip
    return True


COMPARED = ("title", "unit", "year", "signed", "proactive", "requests", "disputes", "claims", "sections")


def _same(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return all(first.get(key) == second.get(key) for key in COMPARED)
