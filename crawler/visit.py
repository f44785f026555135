"""One visit to a column, as a conversation.

Its list, then what is new on it, then attachments.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import partial
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from nianbao.crawler.answers import Answer, Ask, Task
from nianbao.crawler.belonging import (
    Belonging,
    belongs,
    page_kind,
    published_on,
    units_named,
    years_in,
)
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.engines.document import of_unit
from nianbao.crawler.listing.listed import Item, Listing, Source
from nianbao.crawler.page_state import State, header_state
from nianbao.crawler.reading import Examined, Found, ReadHere, Reads
from nianbao.crawler.recorder import RETRY, Known, Reading, Recorder, Remembered
from nianbao.parser.document import Link
from nianbao.parser.errors import ReadError
from nianbao.parser.formats import names_a_file, names_a_picture
from nianbao.parser.heading import ATTACHED_TEXT, Publication
from nianbao.parser.report import Report
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Column
from nianbao.storage.registry import ColumnEntry, CountyEntry, UnitEntry
from nianbao.storage.units import unit_id

BEIJING = timezone(timedelta(hours=8))
MOST_ATTACHMENTS = 4
# Articles in a row that could not be fetched: the column is left alone.
BREAKER = 3
# After which an article is fetched again, to see whether it was edited.
RECHECK_DAYS = 7
MOST_DAYS = 400  # after which it no longer is

Visit = Generator[Ask | Task, Any, LookState]


@dataclass(frozen=True)
class Wanted:
    """Which years' reports are read, and whether articles are read again."""

    since: int | None = None
    until: int | None = None
    recheck: bool = False
    # Whether lists are asked for as if nothing were known of them.
    unconditional: bool = False

    def has(self, year: int | None) -> bool:
        return year is None or (self.since or 0) <= year <= (self.until or year)


@dataclass(frozen=True)
class Place:
    """The column that is visited, with all that stays the same meanwhile."""

    recorder: Recorder
    county: CountyEntry
    column: Column
    source: Source
    own: UnitEntry | None  # whose column it is, if it is one unit's
    reader: Reads


def visit_column(
    recorder: Recorder,
    sweep: int,
    county: CountyEntry,
    entry: ColumnEntry,
    column: Column,
    *,
    wanted: Wanted | None = None,
    reader: Reads | None = None,
) -> Visit:
    """Returns the state's name.

    The look is written last: a crash before it means, look again.
    """
    wanted = wanted or Wanted()
    source = _source(recorder, county, entry, column, wanted)
    own = _unit_called(entry.unit, county)
    place = Place(recorder, county, column, source, own, reader or ReadHere())
    listing: Listing = yield from read_column(place.source)
    known = recorder.known(column.id)
    failures = 0
    for item in (*_new(listing, known, place), *_to_check(listing, known, place, wanted)):
        before = known.get(item.url)
        if (before is None or before.retry) and _is_unwanted(item, place, wanted):
            continue
        fetched = yield from _article(place, item, before)
        if not fetched and before is not None and not before.retry:
            # What was read before and is not there now: the list is no worse
            # for it.
            continue
        failures += 1
        if fetched:
            failures = 0
        if failures >= BREAKER:
            state = State("partial", f"{BREAKER} articles in a row could not be fetched")
            listing = replace(listing, state=state)
            break
    unseen = (item for item in listing.items if item.url not in known)
    others = [item for item in unseen if not _may_be_report(item, place)]
    asked_by = source.validators
    yield Task(lambda: recorder.look(sweep, column.id, listing, others, validators=asked_by))
    return listing.state.name


def _unit_called(name: str, county: CountyEntry) -> UnitEntry | None:
    """The unit of a name or alias; None where no unit is named."""
    for unit in county.units:
        if name and name in (unit.name, *unit.aliases):
            return unit
    return None


def _is_unwanted(item: Item, place: Place, wanted: Wanted) -> bool:
    """Whether an article is of a year that nobody asked for.

    It is written down and not fetched.
    """
    belonging = belongs(item.title, place.county.units, column_unit=place.own)
    if wanted.has(belonging.year):
        return False
    unit = _id(place.county, belonging)
    place.recorder.sighted(place.column.id, item, kind="report", unit=unit, year=belonging.year)
    return True


def _source(
    recorder: Recorder, county: CountyEntry, entry: ColumnEntry, column: Column, wanted: Wanted
) -> Source:
    now = recorder.now()
    url = entry.url
    if entry.area:
        url = of_unit(url, entry.area, now.year - 1)
    source = Source(
        url,
        entry.preset or county.preset,
        county.allow,
        entry.expect,
        entry.accept_empty,
        year=now.astimezone(BEIJING).year - 1,
        plain=county.http.get("scheme") == "http",
    )
    remembered = recorder.remembered(column.id)
    if wanted.unconditional or not _is_fresh(remembered, now):
        return source
    source = replace(source, fingerprint=remembered.fingerprint, validators=remembered.validators)
    if remembered.shortcut:
        source = replace(source, shortcut=Ask(**remembered.shortcut))
    return source


def _is_fresh(remembered: Remembered, now: datetime) -> bool:
    """Whether a first page that is as it was may be taken for the whole list.

    It tells nothing of the others: it is taken for the list only on the day, in
    Beijing, on which all of it was read. Deadlines end with the day, so such a look
    never proves what a whole one would not.
    """
    if not remembered.paged:
        return True
    if remembered.whole is None:
        return False
    return remembered.whole.astimezone(BEIJING).date() == now.astimezone(BEIJING).date()


def _may_be_report(item: Item, place: Place) -> bool:
    """By its title; or because of where it stands or what it names.

    Then its text decides.
    """
    kind = page_kind(item.title)
    named = bool(years_in(item.title)) and bool(units_named(item.title, place.county.units))
    return kind == "report" or (kind == "other" and (place.own is not None or named))


def _new(listing: Listing, known: dict[str, Known], place: Place) -> list[Item]:
    """Articles never seen, or not reached when they were.

    Those that could not be reached last.
    """
    new = [item for item in listing.items if item.url not in known and _may_be_report(item, place)]
    listed = {item.url for item in listing.items}
    for url, row in known.items():
        if row.retry and (url in listed or listing.state.name == "unchanged"):
            new.append(row.item)
    return new


def _to_check(
    listing: Listing, known: dict[str, Known], place: Place, wanted: Wanted
) -> list[Item]:
    """Articles that were read some time ago: an edit after publication shows nowhere else.

    And those that a whole list no longer shows: one that is still there at its
    own address was not withdrawn.
    """
    if not listing.state.complete:
        return []
    now = place.recorder.now()
    due = now - timedelta(days=int(place.county.http.get("recheck", RECHECK_DAYS)))
    listed = {item.url for item in listing.items}
    whole = listing.state.name != "unchanged"

    def is_due(row: Known) -> bool:
        if row.checked is None or row.retry or not wanted.has(row.year):
            return False
        if wanted.recheck:
            return True
        if row.first_seen <= now - timedelta(days=MOST_DAYS):
            return False
        unlisted = whole and row.unit is not None and row.item.url not in listed
        return row.checked <= due or (unlisted and row.checked < now)

    return [row.item for row in known.values() if is_due(row)]


def _id(county: CountyEntry, belonging: Belonging) -> str | None:
    if belonging.unit is None or belonging.doubt:
        return None
    return unit_id(county, belonging.unit)


def _article(place: Place, item: Item, known: Known | None) -> Generator[Ask | Task, Any, bool]:
    """Read an article and, where its page has no tables, its files.

    False if it was not fetched.
    """
    answer = replace((yield Ask(item.url, headers={"Referer": place.source.url})), asked=item.url)
    examined = Examined(header_state(answer), [])
    if examined.state is None:
        examined = yield Task(lambda: place.reader.page(answer, place.county.code))
    if examined.state is not None:
        return (yield from _not_reached(place, item, known, examined.state))
    read, why = _read_and_why(examined.found)
    readings = [(reading, answer) for reading in read]
    publication = Publication()
    for reading in read[:1]:
        publication = reading.report.publication
    if not any(reading.report.table_forms for reading in read):
        files, trouble = yield from _files(place, item, read, answer)
        readings, why = files or readings, trouble or why
    article = Article(item, known, answer, published_on(item.date, publication), why)
    yield Task(lambda: _keep_all(place, article, readings))
    return True


def _read_and_why(outcomes: Sequence[Found | ReadError]) -> tuple[list[Found], str]:
    """What was read, and why the first that could not be read was not."""
    read = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    for outcome in outcomes:
        if isinstance(outcome, ReadError):
            return read, f"{outcome.code}: {outcome.zh}"
    return read, ""


def _not_reached(
    place: Place, item: Item, known: Known | None, problem: State
) -> Generator[Ask | Task, Any, bool]:
    """Written down, so that it is asked for again.

    One that was read before and is gone is told apart.
    """
    if known is not None and not known.retry:
        gone = problem.name in ("column_gone", "soft_404")
        yield Task(lambda: place.recorder.checked(place.column.id, item.url, gone=gone))
        return gone
    belonging = belongs(item.title, place.county.units, column_unit=place.own)
    review = f"{RETRY}{problem.name} {problem.detail}".strip()
    unit = _id(place.county, belonging)
    yield Task(
        lambda: place.recorder.sighted(
            place.column.id, item, kind="report", unit=unit, year=belonging.year, review=review
        )
    )
    return False


def _files(
    place: Place, item: Item, reports: Sequence[Found], answer: Answer
) -> Generator[Ask | Task, Any, tuple[list[tuple[Found, Answer]], str]]:
    """The first file of an article that holds tables, or why there is none."""
    why = ""
    for link in _attachments(item, reports, answer, place.source):
        reply = replace((yield Ask(link, headers={"Referer": answer.url})), asked=link)
        if reply.error or reply.status != 200 or not reply.body:
            why = why or _not_fetched(reply)
            continue
        if CAPTCHA.search(reply.body[:4000].decode("utf-8", "replace")):
            why = "attachment_captcha"
            continue
        outcomes = yield Task(partial(place.reader.file, reply.body, place.county.code))
        read, trouble = _read_and_why(outcomes)
        tables = [(reading, reply) for reading in read if reading.report.table_forms]
        if tables:
            return tables, ""
        why = why or trouble
    return [], why


CAPTCHA = re.compile("createimage\\.jsp|请输入验证码")


def _not_fetched(reply: Answer) -> str:
    if reply.status in (429, 503):
        return "rate_limited"
    return f"attachment: {reply.error or reply.status}"


# ---- what an article held, written down


@dataclass(frozen=True)
class Article:
    """A fetched article, with what is known of it beside the reports in it."""

    item: Item
    known: Known | None
    answer: Answer
    published: tuple[date | None, str]
    why: str  # why nothing better could be read

    @property
    def is_settled(self) -> bool:
        """Whether a person decided what it is."""
        return self.known is not None and self.known.settled


def _keep_all(place: Place, article: Article, readings: Sequence[tuple[Found, Answer]]) -> None:
    """What an article held.

    Of an archive each town's report belongs where its own text says.
    """
    if len(readings) > 1:
        for reading, file in readings:
            _keep_part(place, article, reading, file)
        place.recorder.sighted(place.column.id, article.item, kind="report", read=True)
        return
    first: tuple[Found | None, Answer] = (None, article.answer)
    if readings:
        first = readings[0]
    only, where = first
    documents = [where]
    if where is not article.answer:
        documents.append(article.answer)
    if _is_no_report(article, only):
        place.recorder.sighted(place.column.id, article.item, kind="other", read=True)
        return
    _keep(place, article, _belonging(place, article, only), only, documents)


def _keep_part(place: Place, article: Article, reading: Found, file: Answer) -> None:
    report = reading.report
    item = article.item._replace(url=f"{article.item.url}#{report.unit}", title=report.title)
    belonging = belongs("", place.county.units, report=report)
    _keep(place, replace(article, item=item, known=None, why=""), belonging, reading, (file,))


def _is_no_report(article: Article, only: Found | None) -> bool:
    """Whether a person decided so.

    Or neither its title nor its text is a report's.
    """
    if article.is_settled:
        return article.known is not None and article.known.year is None
    if page_kind(article.item.title) != "other":
        return False
    if only is None:
        return article.why.startswith("not_a_report")
    return not _like_a_report(only.report)


def _belonging(place: Place, article: Article, only: Found | None) -> Belonging:
    title, units = article.item.title, place.county.units
    if only is not None:
        return belongs(title, units, column_unit=place.own, report=only.report)
    belonging = belongs(title, units, column_unit=place.own)
    if page_kind(title) == "other" and not article.is_settled:
        doubt = f"标题不像年报，内容无法读取：{article.why} / neither title nor text tells"
        return belonging._replace(doubt=doubt)
    return belonging


def _like_a_report(report: Report) -> bool:
    return bool(report.table_forms) or len(report.sections) >= 3


def _keep(
    place: Place,
    article: Article,
    belonging: Belonging,
    outcome: Found | None,
    documents: Sequence[Answer],
) -> None:
    """A report that is there and can't be read is published all the same.

    Its numbers are unreadable.
    """
    unit, known = _id(place.county, belonging), article.known
    if known is not None and known.settled and known.year is not None:
        # A person decided whose it is.
        belonging, unit = Belonging(None, known.year), known.unit
    content, words, text = _unreadable(article.item, belonging, article.why), "", ""
    if outcome is not None:
        content, words, text = outcome.content, outcome.words, outcome.text

    def read_again(body: bytes) -> Found | None:
        read, _ = _read_and_why(place.reader.file(body, place.county.code))
        return next(iter(read), None)

    dates = _dates(article.item, outcome)
    reading = Reading(content, words, text, documents, *article.published, dates, read_again)
    place.recorder.sighted(
        place.column.id,
        article.item,
        kind="report",
        unit=unit,
        year=belonging.year,
        review=belonging.doubt,
        reading=reading,
    )


def _dates(item: Item, outcome: Found | None) -> list[list[str]]:
    """Every date that was printed, with where: the list's first."""
    dates = []
    if item.date is not None:
        dates.append(["list", item.date.isoformat()])
    if outcome is not None:
        dates += [[source, day.isoformat()] for source, day in outcome.report.publication.dates]
    return dates


def _unreadable(item: Item, belonging: Belonging, why: str) -> dict[str, Any]:
    """The JSON of a report that could not be read."""
    unit = ""
    if belonging.unit is not None:
        unit = belonging.unit.name
    return {
        "title": item.title,
        "unit": unit,
        "year": belonging.year,
        "form": None,
        "signed": None,
        "proactive": {},
        "requests": {},
        "disputes": {},
        "claims": [],
        "sections": [],
        "unreadable": [{"cell": "*", "raw": "", "why": why}],
    }


# ---- the files of an article


def _attachments(
    item: Item, reports: Sequence[Found], answer: Answer, source: Source
) -> Sequence[str]:
    """Files beside the article, on the portal's own hosts or those that the county allows."""
    links: list[str] = []
    for found in reports:
        links += [link.href for link in found.report.attachments if _may_hold(item, link)]
    hrefs = answer.page.xpath("//a/@href | //iframe/@src | //embed/@src")
    links += [href for href in hrefs if _is_file(href) and _may_hold(item, Link("", href))]
    full = [_shown_file(urljoin(answer.base, link)) for link in links]
    hosts = {answer.host, urlsplit(source.url).netloc, *source.allow}
    allowed = dict.fromkeys(link for link in full if urlsplit(link).netloc in hosts)
    # Documents first, so that the pictures of a page do not take their places.
    return sorted(allowed, key=names_a_picture)[:MOST_ATTACHMENTS]


def _may_hold(item: Item, link: Link) -> bool:
    """A linked picture is fetched where the title promises a report: elsewhere it is a photo."""
    if not names_a_picture(link.href) or page_kind(item.title) == "report":
        return True
    return ATTACHED_TEXT.search(link.text) is not None


def _shown_file(link: str) -> str:
    """The file that a viewer shows: viewer.html?file=/virtual_attach_file…"""
    match = re.search(r"[?&]file=([^&]+)", link)
    if match is None or "viewer" not in link:
        return link
    return urljoin(link, unquote(match[1]))


def _is_file(href: str) -> bool:
    return names_a_file(href) or "download" in href.lower()
