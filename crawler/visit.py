"""One visit to a column, as a conversation: its list, then the articles that are new, then their attachments."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, timezone
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

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
from nianbao.crawler.listing.listed import Item, Listing, Source
from nianbao.crawler.page_state import State, header_state
from nianbao.crawler.reading import Examined, Found, ReadHere, Reads
from nianbao.crawler.recorder import RETRY, Known, Reading, Recorder
from nianbao.parser.document import Link
from nianbao.parser.errors import ReadError
from nianbao.parser.formats import names_a_file, names_a_picture
from nianbao.parser.heading import ATTACHED_TEXT, Publication
from nianbao.parser.report import Report
from nianbao.storage.models import Column
from nianbao.storage.registry import ColumnEntry, CountyEntry, UnitEntry
from nianbao.storage.units import unit_id

BEIJING = timezone(timedelta(hours=8))
MOST_ATTACHMENTS = 4
BREAKER = 3  # articles in a row that could not be fetched: the column is left alone
RECHECK_DAYS = (
    7  # after which an article that was read is fetched again, to see whether it was edited
)

Visit = Generator[Ask | Task, Any, str]


@dataclass(frozen=True)
class Wanted:
    """Which years' reports are read, and whether all articles are looked at again."""

    since: int | None = None
    until: int | None = None
    recheck: bool = False

    def has(self, year: int | None) -> bool:
        return year is None or (self.since or 0) <= year <= (self.until or year)


@dataclass(frozen=True)
class Place:
    """The column that is visited, with everything that stays the same during the visit."""

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
    """Returns the state's name. The look is written last, so a crash before it means: look again."""
    wanted = wanted or Wanted()
    own = next(
        (unit for unit in county.units if entry.unit in (unit.name, *unit.aliases) and entry.unit),
        None,
    )
    place = Place(
        recorder,
        county,
        column,
        _source(recorder, county, entry, column),
        own,
        reader or ReadHere(),
    )
    listing: Listing = yield from read_column(place.source)
    known = recorder.known(column.id)
    failures = 0
    for item in [
        *_new(listing, known, place),
        *_to_check(listing, known, recorder, county, wanted),
    ]:
        if item.url not in known or known[item.url].retry:
            told = belongs(item.title, county.units, column_unit=own)
            if not wanted.has(told.year):
                recorder.sighted(
                    column.id, item, kind="report", unit=_id(county, told), year=told.year
                )
                continue
        fetched = yield from _article(place, item, known.get(item.url))
        if not fetched and item.url in known and not known[item.url].retry:
            continue  # what was read before and is not there now: the list is no worse for it
        failures = 0 if fetched else failures + 1
        if failures >= BREAKER:
            listing = replace(
                listing, state=State("partial", f"{BREAKER} articles in a row could not be fetched")
            )
            break
    others = [
        item for item in listing.items if item.url not in known and not _may_be_report(item, place)
    ]
    yield Task(lambda: recorder.look(sweep, column.id, listing, others))
    return listing.state.name


def _source(recorder: Recorder, county: CountyEntry, entry: ColumnEntry, column: Column) -> Source:
    remembered = recorder.remembered(column.id)
    now = recorder.now()
    # A first page that is as it was tells nothing of the others: it is taken for the list only on the day, in Beijing,
    # on which all of it was read. Deadlines end with the day, so such a look never proves what a whole one would not.
    today, whole = now.astimezone(BEIJING).date(), remembered.whole
    fresh = not remembered.paged or (
        whole is not None and whole.astimezone(BEIJING).date() == today
    )
    url = entry.url
    if entry.area and "area=" not in url:
        url += ("&" if "?" in url else "?") + urlencode(
            {"area": entry.area, "fbtime": str(now.year - 1)}
        )
    return Source(
        url,
        entry.preset or county.preset,
        county.allow,
        entry.expect,
        entry.accept_empty,
        fingerprint=remembered.fingerprint if fresh else "",
        validators=remembered.validators if fresh else {},
        shortcut=Ask(**remembered.shortcut) if fresh and remembered.shortcut else None,
        year=now.astimezone(BEIJING).year - 1,
        plain=county.http.get("scheme") == "http",
    )


def _may_be_report(item: Item, place: Place) -> bool:
    """By its title, or because it stands in a unit's own column, or names a unit and a year: then its text decides."""
    kind = page_kind(item.title)
    named = place.own is not None or (
        bool(years_in(item.title)) and bool(units_named(item.title, place.county.units))
    )
    return kind == "report" or (kind == "other" and named)


def _new(listing: Listing, known: dict[str, Known], place: Place) -> list[Item]:
    """Articles never seen, or not reached when they were; those that could not be reached last."""
    new = [item for item in listing.items if item.url not in known and _may_be_report(item, place)]
    listed = {item.url for item in listing.items}
    again = [
        row.item
        for url, row in known.items()
        if row.retry and (url in listed or listing.state.name == "unchanged")
    ]
    return new + again


def _to_check(
    listing: Listing,
    known: dict[str, Known],
    recorder: Recorder,
    county: CountyEntry,
    wanted: Wanted,
) -> list[Item]:
    """Articles that were read some time ago: an edit after publication shows nowhere else.

    And those that a whole list no longer shows: one that is still there at its own address was not withdrawn.
    """
    if not listing.state.complete:
        return []
    now = recorder.now()
    due = now - timedelta(
        days=0 if wanted.recheck else int(county.http.get("recheck", RECHECK_DAYS))
    )
    listed = {item.url for item in listing.items}
    whole = listing.state.name != "unchanged"

    def is_due(row: Known) -> bool:
        if row.checked is None or row.retry or not wanted.has(row.year):
            return False
        unlisted = whole and row.unit is not None and row.item.url not in listed
        young = row.first_seen > now - timedelta(days=400)
        return wanted.recheck or (
            young and (row.checked <= due or (unlisted and row.checked < now))
        )

    return [row.item for row in known.values() if is_due(row)]


def _id(county: CountyEntry, told: Belonging) -> str | None:
    return unit_id(county, told.unit) if told.unit is not None and not told.doubt else None


def _article(place: Place, item: Item, known: Known | None) -> Generator[Ask | Task, Any, bool]:
    """Read an article and, where its page has no tables, the files that it links. False if it could not be fetched."""
    answer = replace((yield Ask(item.url, headers={"Referer": place.source.url})), asked=item.url)
    examined = Examined(header_state(answer), [])
    if examined.state is None:
        examined = yield Task(lambda: place.reader.page(answer, place.county.code))
    if examined.state is not None:
        return (yield from _not_reached(place, item, known, examined.state))
    found = [(each, answer) for each in examined.found if isinstance(each, Found)]
    why = next(
        (f"{each.code}: {each.zh}" for each in examined.found if isinstance(each, ReadError)), ""
    )
    publication = found[0][0].report.publication if found else Publication()
    if not any(each.report.table_forms for each, _ in found):
        files, trouble = yield from _files(place, item, [each for each, _ in found], answer)
        found, why = files or found, trouble or why
    published = published_on(item.date, publication)
    yield Task(lambda: _keep_all(place, item, known, answer, found, published, why))
    return True


def _not_reached(
    place: Place, item: Item, known: Known | None, problem: State
) -> Generator[Ask | Task, Any, bool]:
    """Written down, so that it is asked for again. A page that was read before and is gone is told apart."""
    if known is not None and not known.retry:
        gone = problem.name in ("column_gone", "soft_404")
        yield Task(lambda: place.recorder.checked(place.column.id, item.url, gone=gone))
        return gone
    told = belongs(item.title, place.county.units, column_unit=place.own)
    review = f"{RETRY}{problem.name} {problem.detail}".strip()
    unit = _id(place.county, told)
    yield Task(
        lambda: place.recorder.sighted(
            place.column.id, item, kind="report", unit=unit, year=told.year, review=review
        )
    )
    return False


def _keep_all(
    place: Place,
    item: Item,
    known: Known | None,
    answer: Answer,
    found: Sequence[tuple[Found, Answer]],
    published: tuple[date | None, str],
    why: str,
) -> None:
    """What an article held. An archive of several towns' reports belongs where each one's own text says."""
    units = place.county.units
    if len(found) > 1:
        for each, where in found:
            part = item._replace(url=f"{item.url}#{each.report.unit}", title=each.report.title)
            _keep(
                place,
                part,
                belongs("", units, report=each.report),
                each,
                (where,),
                published,
                "",
                None,
            )
        place.recorder.sighted(place.column.id, item, kind="report", read=True)
        return
    only, where = found[0] if found else (None, answer)
    told = belongs(item.title, units, column_unit=place.own, report=only.report if only else None)
    if (
        known is not None and known.settled and known.year is None
    ):  # a person decided that it is no report
        place.recorder.sighted(place.column.id, item, kind="other", read=True)
        return
    if page_kind(item.title) == "other" and not (known is not None and known.settled):
        if why.startswith("not_a_report") if only is None else not _like_a_report(only.report):
            place.recorder.sighted(place.column.id, item, kind="other", read=True)
            return
        if only is None:
            told = told._replace(
                doubt=f"标题不像年报，内容无法读取：{why} / neither title nor text tells"
            )
    _keep(
        place,
        item,
        told,
        only,
        (where,) if where is answer else (where, answer),
        published,
        why,
        known,
    )


def _files(
    place: Place, item: Item, reports: Sequence[Found], answer: Answer
) -> Generator[Ask | Task, Any, tuple[list[tuple[Found, Answer]], str]]:
    """The first file of an article that holds tables, or why there is none."""
    why = ""
    for link in _attachments(item, reports, answer, place.source):
        reply = replace((yield Ask(link, headers={"Referer": answer.url})), asked=link)
        if reply.error or reply.status != 200 or not reply.body:
            limited = reply.status in (429, 503)
            why = why or (
                "rate_limited" if limited else f"attachment: {reply.error or reply.status}"
            )
            continue
        if CAPTCHA.search(reply.body[:4000].decode("utf-8", "replace")):
            why = "attachment_captcha"
            continue
        outcomes = yield Task(lambda r=reply: place.reader.file(r.body, place.county.code))  # type: ignore[misc]
        read = [each for each in outcomes if isinstance(each, Found) and each.report.table_forms]
        if read:
            return [(each, reply) for each in read], ""
        why = why or next(
            (f"{each.code}: {each.zh}" for each in outcomes if isinstance(each, ReadError)), ""
        )
    return [], why


CAPTCHA = re.compile("createimage\\.jsp|请输入验证码")


def _like_a_report(report: Report) -> bool:
    return bool(report.table_forms) or len(report.sections) >= 3


def _keep(
    place: Place,
    item: Item,
    told: Belonging,
    found: Found | None,
    documents: Sequence[Answer],
    published: tuple[date | None, str],
    why: str,
    known: Known | None,
) -> None:
    """A report that is there and can't be read is published all the same; its numbers are unreadable."""
    unit = _id(place.county, told)
    if (
        known is not None and known.settled and known.year is not None
    ):  # a person decided whose it is
        told, unit = Belonging(None, known.year), known.unit
    reading = Reading(
        found.content if found is not None else _unreadable(item, told, why),
        found.words if found is not None else "",
        found.text if found is not None else "",
        documents,
        *published,
        _dates(item, found),
        lambda body: next(
            (
                each
                for each in place.reader.file(body, place.county.code)
                if isinstance(each, Found)
            ),
            None,
        ),
    )
    place.recorder.sighted(
        place.column.id,
        item,
        kind="report",
        unit=unit,
        year=told.year,
        review=told.doubt,
        reading=reading,
    )


def _dates(item: Item, found: Found | None) -> list[list[str]]:
    listed = [["list", item.date.isoformat()]] if item.date is not None else []
    printed = found.report.publication.dates if found is not None else ()
    return [*listed, *([source, day.isoformat()] for source, day in printed)]


def _unreadable(item: Item, told: Belonging, why: str) -> dict[str, object]:
    empty: dict[str, object] = {
        "proactive": {},
        "requests": {},
        "disputes": {},
        "claims": [],
        "sections": [],
    }
    unit = told.unit.name if told.unit is not None else ""
    return {
        "title": item.title,
        "unit": unit,
        "year": told.year,
        "form": None,
        "signed": None,
        **empty,
        "unreadable": [{"cell": "*", "raw": "", "why": why}],
    }


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
    """The file that a viewer page shows: viewer.html?file=/virtual_attach_file…"""
    match = re.search(r"[?&]file=([^&]+)", link) if "viewer" in link else None
    if match is None:
        return link
    from urllib.parse import unquote

    return urljoin(link, unquote(match[1]))


def _is_file(href: str) -> bool:
    return names_a_file(href) or "download" in href.lower()
