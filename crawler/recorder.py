"""Writes down what a sweep sees.

Every step may be repeated: after a crash the same sweep goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, func, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from nianbao.crawler.addresses import key_of, lost_key_of
from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.belonging import page_kind
from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.replacing import Standing, is_another, last_sure, put_in_place
from nianbao.crawler.saved import FILE
from nianbao.crawler.states import State
from nianbao.crawler.withdrawing import last_change, note_restored, note_withdrawn
from nianbao.storage.adopting import Bringing, Brought, brought_in, write_down
from nianbao.storage.audit import note
from nianbao.storage.clocks import NOBODY, judge, newest, was_cut_off
from nianbao.storage.content import OF_COPIES, plain, same
from nianbao.storage.dates import OF_ASKING
from nianbao.storage.doubts import DEAD, as_taken, in_doubt, set_apart
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.in_force import in_force
from nianbao.storage.kinds import GONE, EventKind, PageKind
from nianbao.storage.models import (
    Adoption,
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
from nianbao.storage.registry import ColumnEntry, CountyEntry
from nianbao.storage.replaced import is_past
from nianbao.storage.second_hash import sm3_of
from nianbao.storage.settling import titles_refused
from nianbao.storage.store import looking, session
from nianbao.storage.units import register_units
from nianbao.storage.ways import said_mended

# The disk is full, the database does not answer: no page's fault.
OURS = (OSError, OperationalError, InterfaceError)
MOST_DEATHS = 3  # of processes over one sweep
ANSWERED = ("ok", "ok_empty")  # with the list itself
NO_VALIDATORS: Mapping[str, str] = {}


class Known(NamedTuple):
    """A link as it is known from earlier sweeps."""

    item: Item
    retry: bool  # it is a report's, and its article was not read yet
    checked: datetime | None
    first_seen: datetime
    unit: str | None
    year: int | None
    settled: bool
    gone: bool  # its address leads nowhere
    unlisted: bool = False  # the latest whole look did not show it
    unsure: bool = False  # only the day on which it was asked for was printed: another tells more
    mended: bool = False  # its unit says since it was read that it is mended


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
    # The one that it stands in, then those that led there.
    documents: Sequence[Answer]
    published: date | None
    published_source: str
    dates: list[list[str]]  # every date that was printed, with where
    # Older bytes, as they would be read today.
    read_again: Callable[[bytes], Any]


class Hand(NamedTuple):
    """A person who saved pages in a browser, and when."""

    who: str
    at: datetime
    files: Mapping[str, bytes]  # as they were saved, by their hashes


class Recorder:
    def __init__(
        self,
        engine: Engine,
        evidence: Evidence,
        now: Callable[[], datetime],
        hand: Hand | None = None,
    ) -> None:
        self.engine, self.evidence, self.now, self.hand = engine, evidence, now, hand

    def seen_at(self) -> datetime:
        """When what is written down was seen: earlier than now, where a person saved it."""
        return self.hand.at if self.hand is not None else self.now()

    @property
    def _saved(self) -> datetime | None:
        return self.hand.at if self.hand is not None else None

    @property
    def _witness(self) -> str:
        return self.hand.who if self.hand is not None else ""

    def _keep_file(self, s: Session, answer: Answer, now: datetime) -> None:
        """The file in which a person saved a page, beside what stands in it."""
        file = self.hand.files.get(answer.headers.get(FILE, "")) if self.hand is not None else None
        if file is not None and file != answer.body:
            whole = replace(answer, body=file)
            _document(s, whole, self.evidence.keep(file), now)

    def register(self, county: CountyEntry) -> str:
        """The county as its file has it: region, units, portal, columns."""
        with session(self.engine) as s:
            s.merge(Region(code=county.code, name=county.county, level="county"))
            s.flush()
            ids = register_units(s, county, self.now())
            s.merge(Portal(id=county.code, county=county.code, host=county.host))
            s.flush()
            own = s.scalars(select(Column).where(Column.portal == county.code))
            columns = {column.url: column for column in own}
            for column in columns.values():
                column.active, column.dropped = False, column.dropped or self.now()
            for entry in county.columns:
                new = Column(portal=county.code, url=entry.url, added=self.now())
                column = columns.get(entry.url) or new
                column.preset = entry.preset or county.preset
                column.unit = _key_of(entry.unit, county, ids)
                column.active, column.dropped = True, None
                column.covers = _covers(column, entry, county, ids, self.now())
                s.add(column)
        return county.code

    def begin(self, portal: str, *, part: bool = False) -> int:
        """A new sweep, or the one that a crash left unfinished a while ago.

        `part`: of some columns alone. Nobody goes on with one of these; it ends as it was left.
        """
        unfinished = select(Sweep).where(Sweep.portal == portal, Sweep.ended.is_(None))
        with looking(self.engine) as s:
            left = list(s.scalars(unfinished.where(Sweep.part)))
        for each in left:
            self.end(each.id)
        with session(self.engine) as s:
            open_one = None if part else s.scalar(unfinished)
            if open_one is not None and was_cut_off(s, open_one, self.now()):
                open_one = None
            row = open_one or Sweep(
                portal=portal, began=self.now(), complete=False, part=part, newest=newest(s)
            )
            s.add(row)
            s.flush()
            return row.id

    def heard(self, sweep: int, clocks: Mapping[str, float]) -> None:
        """What hosts' clocks say of ours, as soon as they do: a sweep that is cut off keeps it."""
        with session(self.engine) as s:
            row = s.get_one(Sweep, sweep)
            row.clocks = {**clocks, **row.clocks}

    def columns(self, portal: str) -> list[Column]:
        """Those that the county's file has."""
        with looking(self.engine) as s:
            active = select(Column).where(Column.portal == portal, Column.active)
            return list(s.scalars(active.order_by(Column.id)))

    def said_and_left(self, portal: str) -> list[tuple[Column, set[str]]]:
        """Links of which a person said whose report they are, and which were not read since, in
        columns that the county's file has no longer: no list leads to them.
        """
        waits = (Sighting.page == "report", Sighting.settled != "", Sighting.checked.is_(None))
        chosen = select(Column, Sighting.url).join(Sighting, Sighting.column == Column.id)
        chosen = chosen.where(Column.portal == portal, Column.active.is_(False), *waits)
        chosen = chosen.where(*(~Sighting.review.startswith(why) for why in DEAD))
        with looking(self.engine) as s:
            found: dict[int, tuple[Column, set[str]]] = {}
            for column, url in s.execute(chosen.order_by(Column.id, Sighting.id)):
                found.setdefault(column.id, (column, set()))[1].add(url)
            return list(found.values())

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

    def had_reports(self, column: int) -> bool:
        """Whether an earlier look saw a report of any year in a column."""
        with looking(self.engine) as s:
            return s.scalar(A_REPORT, {"of": column}) is not None

    def listed_before(self, column: int, year: int) -> tuple[list[Item], list[Item]]:
        """What the latest proven look showed of the years before one, and of that year."""
        with looking(self.engine) as s:
            whole = _last_whole(s, column, proven=True) or _last_whole(s, column)
            if whole is None:
                return [], []
            elsewhere = _listed_elsewhere(s, column, year)
            shown = select(Sighting).where(
                Sighting.column == column,
                Sighting.page == "report",
                Sighting.year <= year,
                Sighting.last_seen >= whole.at,
            )
            earlier: list[Item] = []
            lately: list[Item] = []
            for row in s.scalars(shown.order_by(Sighting.id)):
                if elsewhere.get((row.unit, row.year), row.last_seen) <= row.last_seen:
                    held = earlier if (row.year or 0) < year else lately
                    held.append(Item(row.title, row.url, row.listed))
            return earlier, lately

    def known(self, column: int) -> dict[str, Known]:
        """The links of a column by their address."""
        with looking(self.engine) as s:
            rows = s.scalars(LINKS, {"of": column})
            whole = _last_whole(s, column)
            there = [row for row in rows if not is_past(row.url)]
            mended = said_mended(s, {(row.unit, row.year) for row in there})
            return {
                row.url: _as_known(row, whole, mended.get((row.unit, row.year))) for row in there
            }

    def refused(self, portal: str) -> set[str]:
        """Titles that people said are of no report."""
        with looking(self.engine) as s:
            return titles_refused(s, portal)

    def last_page(self, column: int) -> bytes:
        """The first page of a column's list as it was last read whole."""
        with looking(self.engine) as s:
            whole = _last_whole(s, column)
            if whole is None or whole.document is None:
                return b""
            return self._kept_bytes(s.get_one(Document, whole.document).sha256) or b""

    def _kept_bytes(self, name: str) -> bytes | None:
        """None where the evidence is missing or damaged: `evidence verify` tells it."""
        try:
            return self.evidence.read(name)
        except EvidenceError:
            return None

    def readdress(self, column: int, items: Sequence[Item]) -> None:
        """Links that were once written down in another way: now as the page prints them."""
        followed = [item for item in items if not item.doubt]
        printed = {key_of(item.url): item.url for item in followed}
        lost = {(lost_key_of(item.url), item.title): item.url for item in followed}
        with session(self.engine) as s:
            rows = s.scalars(LINKS, {"of": column}).all()
            taken = {row.url for row in rows}
            for row in rows:
                address, mark, part = row.url.partition("#")
                url = printed.get(key_of(address)) or lost.get((address, row.title))
                if url and (new := url + mark + part) not in taken:
                    taken.add(new)
                    row.url = new

    def look(
        self,
        sweep: int,
        column: int,
        listing: Listing,
        others: Sequence[Item] = (),
        *,
        validators: Mapping[str, str] = NO_VALIDATORS,
    ) -> None:
        """The last step of a column: with it the column counts as looked at in this sweep.

        `others` are links that can't be reports; they are written down so that they are known.
        `validators`: what the list was asked for by, where it was known from before.
        """
        answers = [answer for answer in listing.answers if answer.body]
        kept = [(answer, self.evidence.keep(answer.body)) for answer in answers]
        now = self.now()
        with session(self.engine) as s:
            pages = [_document(s, answer, name, now).id for answer, name in kept]
            for answer, _ in kept:
                self._keep_file(s, answer, now)
            whole = _last_whole(s, column)
            if listing.state.name != "unchanged":
                whole = None  # nothing of it is taken over
            look = _look(sweep, column, listing, pages, whole, now)
            look.fresh = listing.state.name in ANSWERED and not validators
            look.witness, look.saved = self._witness, self._saved
            s.add(look)
            row = s.get_one(Column, column)
            if self.hand is None:
                _remember(row, listing, answers, now)
            else:
                row.fingerprint = row.shortcut = None  # we read the list whole ourselves
                s.flush()
                self._note_look(s, look, row.url, [name for _, name in kept], now)
            s.add_all(_other(column, item, now, self._saved) for item in others)
            s.flush()
            seen = {item.url: item for item in listing.items}
            for sighting in s.scalars(select(Sighting).where(Sighting.column == column)):
                if is_past(sighting.url):
                    continue
                still = whole is not None and sighting.last_seen >= whole.at
                item = seen.get(sighting.url.partition("#")[0])
                if still or item is not None:
                    sighting.last_seen = now
                if item is not None:
                    _note_dates(sighting, _listed(item), now)

    def _note_look(
        self, s: Session, look: Look, url: str, pages: Sequence[str], now: datetime
    ) -> None:
        """Into the log of what people did."""
        told = {"look": look.id, "saved": self.seen_at().isoformat(), "proof": look.proof}
        files = sorted(self.hand.files) if self.hand is not None else []
        note(s, now, self._witness, "look", url, {**told, "pages": list(pages), "files": files})

    def checked(self, column: int, url: str, *, gone: bool) -> None:
        """An article that was read before, and could not be fetched now."""
        with session(self.engine) as s:
            of_link = select(Sighting).where(Sighting.column == column, Sighting.url == url)
            sighting = s.scalar(of_link)
            if sighting is not None and gone:
                sighting.gone = sighting.gone or self.now()

    def sighted(
        self,
        column: int,
        item: Item,
        *,
        kind: PageKind,
        unit: str | None = None,
        year: int | None = None,
        review: str = "",
        may_be: Sequence[str] = (),
        reading: Reading | None = None,
        read: bool = False,
    ) -> bool:
        """A link with what it turned out to be; its report, if it is new or changed.

        True if there is a new version.
        """
        kept: list[tuple[Answer, str]] = []
        if reading is not None:
            kept = [(answer, self.evidence.keep(answer.body)) for answer in reading.documents]
        now = self.now()
        with session(self.engine) as s:
            known = s.scalar(LINK, {"of": column, "address": item.url})
            if known is not None and reading is not None and unit and year and not review:
                told = (reading.text, reading.content, reading.published, kept[0][1])
                self._replace(s, known, Standing(unit, year, item.title, *told), now)
            sighting = known or Sighting(
                column=column, url=item.url, first_seen=now, last_seen=now, saved=self._saved
            )
            doubtful = known is not None and in_doubt(known)
            before = as_taken(sighting)
            sighting.title, sighting.listed, sighting.page = item.title, item.date, kind
            sighting.unit, sighting.year, sighting.review = unit, year, review
            sighting.may_be = list(may_be)
            _note_dates(sighting, reading.dates if reading is not None else _listed(item), now)
            sighting.gone = None
            if reading is not None or read:
                sighting.checked = now
            if known is not None and _is_taken_anew(sighting, before, doubtful):
                set_apart(sighting, before, now)
            s.add(sighting)
            documents = [_document(s, answer, name, now) for answer, name in kept]
            for answer, _ in kept:
                self._keep_file(s, answer, now)
            if reading is None or unit is None or year is None or review:
                return False
            signed = _other_body(s, unit, year, reading.content)
            if signed and not sighting.settled:
                zh = f"同一单位同年的年报署名不同：{signed}"
                sighting.review = f"{zh} / reports of one unit under different names"
                sighting.may_be = [unit]
                return False
            return self._version(s, unit, year, reading, documents[0], now)

    def _replace(self, s: Session, known: Sighting, report: Standing, now: datetime) -> None:
        """What stands at a link's address now is another report than what stood there before."""
        was = last_sure(known)
        if was is None or was[:2] == report[:2]:
            return
        if is_another(known, report, _earlier(s, was.unit or "", was.year or 0)):
            put_in_place(s, known, was, report, now, self._saved)

    def adopt(self, said: Bringing, reading: Reading) -> bool:
        """A report at an address that a person brought. False where it is known already."""
        kept = [(answer, self.evidence.keep(answer.body)) for answer in reading.documents]
        now = self.now()
        with session(self.engine) as s:
            documents = [_document(s, answer, name, now) for answer, name in kept]
            first, unit, year = documents[0], said.unit, said.year
            known = self._is_known(_earlier(s, unit, year), reading, first)
            gone = last_change(s, unit, year)
            is_gone = gone is not None and gone.kind in GONE
            if known and not is_gone:
                return False
            number = write_down(s, said, kept[0][1], now)
            if not known:
                self._version(s, unit, year, reading, first, now, adoption=number)
            if is_gone:
                told = {"url": said.url, "adoption": number}
                s.add(Event(at=now, kind="restored", unit=unit, year=year, content=told))
            return True

    def adopted_again(self, brought: Brought, reading: Reading) -> None:
        """What stands there now; an edit is a new version."""
        kept = [(answer, self.evidence.keep(answer.body)) for answer in reading.documents]
        now = self.now()
        with session(self.engine) as s:
            row = s.get_one(Adoption, brought.number)
            row.checked, row.gone = now, None
            documents = [_document(s, answer, name, now) for answer, name in kept]
            if row.ended is None:
                unit, year = row.unit, row.year
                self._version(s, unit, year, reading, documents[0], now, adoption=row.id)

    def adopted_missed(self, brought: Brought, *, gone: bool) -> None:
        """It could not be read again."""
        with session(self.engine) as s:
            row = s.get_one(Adoption, brought.number)
            row.checked = self.now()
            if gone:
                row.gone = row.gone or row.checked

    def brought(self, county: str) -> list[Brought]:
        """What people brought of a county."""
        with looking(self.engine) as s:
            return brought_in(s, county)

    def _version(
        self,
        s: Session,
        unit: str,
        year: int,
        reading: Reading,
        document: Document,
        now: datetime,
        *,
        adoption: int | None = None,
    ) -> bool:
        """A new version only where the publisher changed something."""
        earlier = _earlier(s, unit, year)
        if (known := self._is_known(earlier, reading, document)) is not None:
            by_hand = known.adoption is not None or known.witness != ""
            if by_hand and adoption is None and self.hand is None:
                known.found = known.found or now
            return False
        damaged = [
            stored.sha256 for _, stored in earlier[-1:] if self._kept_bytes(stored.sha256) is None
        ]
        of_year = (ReportVersion.unit == unit, ReportVersion.year == year)
        number = (s.scalar(select(func.max(ReportVersion.number)).where(*of_year)) or 0) + 1
        s.add(
            ReportVersion(
                unit=unit,
                year=year,
                number=number,
                document=document.id,
                seen=now,
                content=plain(reading.content),
                published=reading.published,
                published_source=reading.published_source,
                text=reading.text,
                words=reading.words,
                dates=reading.dates,
                adoption=adoption,
                witness=self._witness,
                saved=self._saved,
            )
        )
        kind: EventKind = "published"
        if earlier:
            kind = "changed"
        content: dict[str, Any] = {"number": number}
        if damaged:
            content["damaged"] = damaged  # what it was before can't be shown
        if self.hand is not None:
            content["by_hand"] = self.hand.who
            told = {"unit": unit, "year": year, "document": document.sha256}
            told["file"] = document.headers.get(FILE, "")
            note(s, now, self.hand.who, "look", document.url, told)
        s.add(Event(at=now, kind=kind, unit=unit, year=year, content=content))
        return True

    def _is_known(
        self,
        earlier: Sequence[tuple[ReportVersion, Document]],
        reading: Reading,
        document: Document,
    ) -> ReportVersion | None:
        """The version that it is, if there is one.

        The same report on another page is not new, and neither is the same page
        read better than before.
        """
        content = plain(reading.content)
        key = key_of(document.url)
        here = [(version, stored) for version, stored in earlier if key_of(stored.url) == key]
        if not here:
            copies = (each for each, _ in earlier if same(each.content, content, OF_COPIES))
            return next(copies, None)
        last, stored = here[-1]
        if stored.sha256 == document.sha256:
            return last
        if last.text == reading.text and same(last.content, content):
            return last
        before = self._kept_bytes(stored.sha256)
        if before is None:
            return None
        again = reading.read_again(before)
        if again is None or again.text != reading.text:
            return None
        return last if same(plain(again.content), content) else None

    def end(self, sweep: int, problem: str = "", clocks: Mapping[str, float] = NOBODY) -> bool:
        """A sweep is complete if every column was looked at completely.

        `clocks`: by how many seconds ours was ahead of each host's.
        """
        with session(self.engine) as s:
            row = s.get_one(Sweep, sweep)
            row.clocks = {**row.clocks, **clocks}
            judge(s, row, self.now())
            active = select(Column.id).where(Column.portal == row.portal, Column.active)
            whole = select(Look.column).where(Look.sweep == sweep, Look.complete)
            columns, complete = set(s.scalars(active)), set(s.scalars(whole))
            row.ended = self.now()
            row.problem = problem or row.problem  # or what an earlier process left of it
            row.complete = bool(columns) and columns <= complete and not row.problem
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
            # Should nobody get to it now.
            s.execute(due.values(next_change_at=row.ended))
            return row.complete

    def crashed(self, county: CountyEntry, problem: str, *, at_once: bool = False) -> None:
        """A process died over a county: its column is told from the others, which are still to be
        looked at; after some deaths, or `at_once`, the sweep ends.
        """
        portal = self.register(county)
        sweep = self.begin(portal)
        looked_at = self.looked_at(sweep)
        left = [column for column in self.columns(portal) if column.id not in looked_at]
        for column in left[:1]:
            self.look(sweep, column.id, Listing(State("structure_changed", problem)))
        with session(self.engine) as s:
            row = s.get_one(Sweep, sweep)
            row.problem = "\n".join([*filter(None, row.problem.split("\n")), problem])
            deaths = row.problem.count("\n") + 1
        if at_once or len(left) < 2 or deaths >= MOST_DEATHS:
            self.end(sweep)


def _key_of(name: str, county: CountyEntry, ids: Mapping[str, str]) -> str | None:
    """The key of a unit by its name or an alias."""
    named = (unit.name for unit in county.units if name and name in (unit.name, *unit.aliases))
    return ids.get(next(named, ""))


def _covers(
    column: Column, entry: ColumnEntry, county: CountyEntry, ids: Mapping[str, str], now: datetime
) -> list[Any]:
    """Whom a column is for, units by their keys, each time that the file said so."""
    words = [_key_of(word, county, ids) or word for word in entry.covers]
    known = list(column.covers or ())
    last = known[-1][1] if known else []
    return known if words == last else [*known, [now.isoformat(), words]]


def _listed_elsewhere(
    s: Session, column: int, year: int
) -> dict[tuple[str | None, int | None], datetime]:
    """When reports of a year and those before were last seen in the portal's other columns."""
    portal = s.get_one(Column, column).portal
    chosen = (
        select(Sighting.unit, Sighting.year, func.max(Sighting.last_seen))
        .join(Column, Sighting.column == Column.id)
        .where(Column.portal == portal, Column.active, Sighting.column != column)
        .where(Sighting.year <= year, Sighting.unit.is_not(None))
        .group_by(Sighting.unit, Sighting.year)
    )
    return {(unit, of): seen for unit, of, seen in s.execute(chosen)}


def _last_whole(s: Session, column: int, *, proven: bool = False) -> Look | None:
    """The latest complete look at a column, or the latest of which there is proof."""
    return s.scalar(PROVEN if proven else COMPLETE, {"of": column})


# Written once: to write a question takes longer than to answer it.
LINKS = select(Sighting).where(Sighting.column == bindparam("of")).order_by(Sighting.id)
LINK = LINKS.where(Sighting.url == bindparam("address"))
A_REPORT = (
    select(Sighting.id)
    .where(Sighting.column == bindparam("of"), Sighting.page == "report")
    .where(Sighting.unit.is_not(None))
    .limit(1)
)
COMPLETE = (
    select(Look)
    .where(Look.column == bindparam("of"), Look.complete)
    .order_by(Look.id.desc())
    .limit(1)
)
PROVEN = COMPLETE.where(Look.proof != "")


def _look(
    sweep: int,
    column: int,
    listing: Listing,
    pages: Sequence[int],
    whole: Look | None,
    now: datetime,
) -> Look:
    """What a look found; where nothing changed, what the `whole` one had."""
    read, document, proof = len(listing.items), None, _proof_of(listing)
    if whole is not None:
        # It proves no more than the list that it says is still there.
        read, document, proof = whole.read, whole.document, proof and (whole.proof or "")
    if pages:
        document = pages[0]
    return Look(
        sweep=sweep,
        column=column,
        at=now,
        state=listing.state.name,
        detail=listing.state.detail[:500],
        complete=listing.state.complete,
        proof=proof,
        declared=listing.declared,
        read=read,
        document=document,
        pages=list(pages[1:]),
    )


def _proof_of(listing: Listing) -> str:
    """Why a list is complete; empty where it is not."""
    return listing.proof.kind if listing.state.complete else ""


def _other(column: int, item: Item, now: datetime, saved: datetime | None) -> Sighting:
    """A link that can't be a report."""
    return Sighting(
        column=column,
        url=item.url,
        title=item.title,
        listed=item.date,
        dates=[[*told, now.isoformat()] for told in _listed(item)],
        may_be=[],
        first_seen=now,
        saved=saved,
        last_seen=now,
        page=page_kind(item.title),
        checked=now,
    )


def _listed(item: Item) -> list[list[str]]:
    """The date that a list prints, with where."""
    return [["list", item.date.isoformat()]] if item.date is not None else []


def _note_dates(sighting: Sighting, dates: Sequence[Sequence[str]], now: datetime) -> None:
    """Every date that was ever printed stays, with when it was first read."""
    known = {tuple(told[:2]) for told in sighting.dates or ()}
    new = [[*told, now.isoformat()] for told in dates if tuple(told) not in known]
    if new or sighting.dates is None:
        sighting.dates = [*(sighting.dates or ()), *new]


def _as_known(row: Sighting, whole: Look | None, mended: datetime | None) -> Known:
    checked = row.checked
    # A part of an archive, which is fetched at its own address.
    if "#" in row.url:
        checked = None
    return Known(
        Item(row.title, row.url, row.listed),
        row.page == "report" and row.checked is None,
        checked,
        row.first_seen,
        row.unit,
        row.year,
        bool(row.settled),
        row.gone is not None,
        whole is not None and row.last_seen < whole.at,
        _is_unsure(row.dates or ()),
        mended is not None and row.checked is not None and row.checked < mended,
    )


def _is_unsure(dates: Sequence[Sequence[str]]) -> bool:
    of_asking = {day for source, day, *_ in dates if source.startswith(OF_ASKING)}
    return len(of_asking) == 1 and of_asking == {day for _, day, *_ in dates}


def _is_taken_anew(sighting: Sighting, before: list[Any], doubtful: bool) -> bool:
    """Whether a doubt began or ended, or it is another's report for sure."""
    if doubtful or in_doubt(sighting):
        return doubtful != in_doubt(sighting)
    return before[:2] != [sighting.unit, sighting.year]


VERSIONS = (
    select(ReportVersion, Document)
    .join(Document, ReportVersion.document == Document.id)
    .where(
        ReportVersion.unit == bindparam("unit"),
        ReportVersion.year == bindparam("year"),
        in_force(),
    )
    .order_by(ReportVersion.number)
)


def _earlier(s: Session, unit: str, year: int) -> list[tuple[ReportVersion, Document]]:
    """The versions of a report that count, each with where it stands."""
    of_year = s.execute(VERSIONS, {"unit": unit, "year": year})
    return [(version, stored) for version, stored in of_year]


def _other_body(s: Session, unit: str, year: int, content: Mapping[str, Any]) -> str:
    """The name in a report, if an earlier one of the same unit and year is of another body.

    As where two units were merged, say.
    """
    name = _bare_body(content)
    of_year = _earlier(s, unit, year)
    earlier = filter(None, (_bare_body(version.content) for version, _ in of_year))
    known = list(earlier)
    if not name or not known or any(name in other or other in name for other in known):
        return ""
    return str(content["unit"])


def _bare_body(content: Mapping[str, Any]) -> str:
    return re.sub("(?:人民政府|街道办事处|办事处|办公室)$", "", str(content.get("unit") or ""))


LONGEST_DATE = 60  # letters; a longer one is none, and no database keeps it


def _remember(row: Column, listing: Listing, answers: Sequence[Answer], now: datetime) -> None:
    """What the next look at a column need not read again."""
    if not listing.state.complete:
        # What could not be read is read whole next time.
        row.fingerprint = row.shortcut = None
    elif listing.state.name != "unchanged":
        row.fingerprint, row.whole = listing.fingerprint or None, now
        row.paged = len(listing.pages) > 1
        row.etag = row.modified = None
        for first in answers[:1]:
            row.etag = first.headers.get("etag")
            said = first.headers.get("last-modified", "")
            row.modified = said if 0 < len(said) <= LONGEST_DATE else None
        row.shortcut = _kept(listing.shortcut)
    elif not row.paged and answers:
        # Its page was read; a server's word for it is not the same.
        row.whole = now


def _kept(ask: Ask | None) -> dict[str, Any] | None:
    if ask is None:
        return None
    return {**ask._asdict(), "headers": dict(ask.headers)}


OF_BYTES = select(Document).where(
    Document.url == bindparam("of"), Document.sha256 == bindparam("name")
)


def _document(s: Session, answer: Answer, name: str, now: datetime) -> Document:
    known = s.scalar(OF_BYTES, {"of": answer.url, "name": name})
    if known is None:
        known = Document(
            url=answer.url,
            sha256=name,
            fetched=now,
            status=answer.status,
            headers=dict(answer.headers),
            sm3=sm3_of(answer.body),
        )
        s.add(known)
        s.flush()
    return known
