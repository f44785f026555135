"""One visit to a column, as a conversation: its list, then the articles that are new, then their attachments."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, timezone
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from crawler.answers import Answer, Ask, Task
from crawler.belonging import Belonging, belongs, page_kind, published_on
from crawler.columns import Item, Listing, Source, read_column
from crawler.page_state import State, transport_state
from crawler.reading import Found, find_here
from crawler.recorder import RETRY, Known, Recorder, unit_id
from parser.errors import ReadError
from parser.heading import Publication
from storage.models import Column
from storage.registry import ColumnEntry, CountyEntry, UnitEntry

BEIJING = timezone(timedelta(hours=8))
MOST_ATTACHMENTS = 4
BREAKER = 3  # articles in a row that could not be fetched: the column is left alone
FRESH = timedelta(hours=20)  # how long the interface alone is believed to be the column
RECHECK_DAYS = 7  # after which an article that was read is fetched again, to see whether it was edited

Read = Callable[[bytes], list[Found | ReadError]]
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
    reader: Read


def visit_column(
    recorder: Recorder,
    sweep: int,
    county: CountyEntry,
    entry: ColumnEntry,
    column: Column,
    *,
    wanted: Wanted | None = None,
    reader: Read = find_here,
) -> Visit:
    """Returns the state's name. The look is written last, so a crash before it means: look again."""
    wanted = wanted or Wanted()
    own = next((unit for unit in county.units if entry.unit in (unit.name, *unit.aliases) and entry.unit), None)
    place = Place(recorder, county, column, _source(recorder, county, entry, column), own, reader)
    listing: Listing = yield from read_column(place.source)
    known = recorder.known(column.id)
    failures = 0
    for item in [*_new(listing, known, own), *_to_check(listing, known, recorder, county, wanted)]:
        if item.url not in known or known[item.url].retry:
            told = belongs(item.title, county.units, column_unit=own)
            if not wanted.has(told.year):
                recorder.sighted(column.id, item, kind="report", unit=_id(county, told), year=told.year)
                continue
        fetched = yield from _article(place, item, known.get(item.url))
        failures = 0 if fetched else failures + 1
        if failures >= BREAKER:
            listing = replace(listing, state=State("partial", f"{BREAKER} articles in a row could not be fetched"))
            break
    others = [item for item in listing.items if item.url not in known and not _may_be_report(item, own)]
    yield Task(lambda: recorder.look(sweep, column.id, listing, others))
    return listing.state.name


def _source(recorder: Recorder, county: CountyEntry, entry: ColumnEntry, column: Column) -> Source:
    remembered = recorder.remembered(column.id)
    now = recorder.now()
    fresh = remembered.whole is not None and now - remembered.whole < FRESH
    url = entry.url
    if entry.area and "area=" not in url:
        url += ("&" if "?" in url else "?") + urlencode({"area": entry.area, "fbtime": str(now.year - 1)})
    return Source(
        url,
        entry.preset or county.preset,
        county.allow,
        entry.expect,
        entry.accept_empty,
        fingerprint=remembered.fingerprint,
        validators=remembered.validators,
        shortcut=Ask(**remembered.shortcut) if fresh and remembered.shortcut else None,
        year=now.astimezone(BEIJING).year - 1,
        plain=county.http.get("scheme") == "http",
    )


def _may_be_report(item: Item, own: UnitEntry | None) -> bool:
    kind = page_kind(item.title)
    return kind == "report" or (kind == "other" and own is not None)


def _new(listing: Listing, known: dict[str, Known], own: UnitEntry | None) -> list[Item]:
    """Articles never seen, or not reached when they were; those that could not be reached last."""
    new = [item for item in listing.items if item.url not in known and _may_be_report(item, own)]
    listed = {item.url for item in listing.items}
    again = [
        row.item for url, row in known.items() if row.retry and (url in listed or listing.state.name == "unchanged")
    ]
    return new + again


def _to_check(
    listing: Listing, known: dict[str, Known], recorder: Recorder, county: CountyEntry, wanted: Wanted
) -> list[Item]:
    """Articles that were read some time ago: an edit after publication shows nowhere else."""
    if not listing.state.complete:
        return []
    due = recorder.now() - timedelta(days=0 if wanted.recheck else int(county.http.get("recheck", RECHECK_DAYS)))
    young = recorder.now() - timedelta(days=400)
    return [
        row.item for row in known.values()
        if row.checked is not None and row.checked <= due and (wanted.recheck or row.first_seen > young)
        and not row.retry and wanted.has(row.year)
    ]  # fmt: skip


def _id(county: CountyEntry, told: Belonging) -> str | None:
    return unit_id(county, told.unit) if told.unit is not None and not told.doubt else None


def _article(place: Place, item: Item, known: Known | None) -> Generator[Ask | Task, Any, bool]:
    """Read an article and, where its page has no tables, the files that it links. False if it could not be fetched."""
    recorder, county, column = place.recorder, place.county, place.column
    answer = replace((yield Ask(item.url, headers={"Referer": place.source.url})), asked=item.url)
    if (problem := transport_state(answer)) is not None:
        if known is not None and not known.retry:
            recorder.checked(column.id, item.url, gone=problem.name in ("column_gone", "soft_404"))
            return problem.name in ("column_gone", "soft_404")
        told = belongs(item.title, county.units, column_unit=place.own)
        review = f"{RETRY}{problem.name} {problem.detail}".strip()
        recorder.sighted(column.id, item, kind="report", unit=_id(county, told), year=told.year, review=review)
        return False
    page = yield Task(lambda: recorder.document(answer))
    found: list[tuple[Found, int]] = []
    why = ""
    for outcome in (yield Task(lambda: place.reader(answer.body))):
        if isinstance(outcome, Found):
            found.append((outcome, page))
        else:
            why = f"{outcome.code}: {outcome.zh}"
    publication = found[0][0].report.publication if found else Publication()
    if not any(each.report.table_forms for each, _ in found):
        files, trouble = yield from _files(place, [each for each, _ in found], answer)
        found, why = files or found, trouble or why
    published = published_on(item.date, publication)
    if len(found) > 1:  # an archive of several towns' reports: each belongs where its own text says
        for each, document in found:
            told = belongs("", county.units, report=each.report)
            part = item._replace(url=f"{item.url}#{each.report.unit}", title=each.report.title)
            yield Task(lambda p=part, t=told, e=each, d=document: _keep(place, p, t, e, d, published, "", None))  # type: ignore[misc]
        recorder.sighted(column.id, item, kind="report", read=True)
        return True
    only = found[0][0] if found else None
    told = belongs(item.title, county.units, column_unit=place.own, report=only.report if only else None)
    document = found[0][1] if found else page
    yield Task(lambda: _keep(place, item, told, only, document, published, why, known))
    return True


def _files(
    place: Place, reports: Sequence[Found], answer: Answer
) -> Generator[Ask | Task, Any, tuple[list[tuple[Found, int]], str]]:
    """The first file of an article that holds tables, or why there is none."""
    why = ""
    for link in _attachments(reports, answer, place.source):
        reply = replace((yield Ask(link, headers={"Referer": answer.url})), asked=link)
        if reply.error or reply.status != 200 or not reply.body:
            limited = reply.status in (429, 503)
            why = why or ("rate_limited" if limited else f"attachment: {reply.error or reply.status}")
            continue
        if CAPTCHA.search(reply.body[:4000].decode("utf-8", "replace")):
            why = "attachment_captcha"
            continue
        outcomes = yield Task(lambda r=reply: place.reader(r.body))  # type: ignore[misc]
        read = [each for each in outcomes if isinstance(each, Found) and each.report.table_forms]
        if read:
            file = yield Task(lambda r=reply: place.recorder.document(r))  # type: ignore[misc]
            return [(each, file) for each in read], ""
        why = why or next((f"{each.code}: {each.zh}" for each in outcomes if isinstance(each, ReadError)), "")
    return [], why


CAPTCHA = re.compile("createimage\\.jsp|请输入验证码")


def _keep(
    place: Place, item: Item, told: Belonging, found: Found | None, document: int,
    published: tuple[date | None, str], why: str, known: Known | None,
) -> None:  # fmt: skip
    """A report that is there and can't be read is published all the same; its numbers are unreadable."""
    if known is not None and known.settled and known.year is not None:  # a person decided whose it is
        told, unit = Belonging(None, known.year), known.unit
    else:
        unit = _id(place.county, told)
    versions = {
        "content": found.content if found is not None else _unreadable(item, told, why),
        "text": found.text if found is not None else "",
        "document": document,
        "published": published[0],
        "published_source": published[1],
        "read_again": lambda body: next((e for e in place.reader(body) if isinstance(e, Found)), None),
    }
    place.recorder.sighted(
        place.column.id, item, kind="report", unit=unit, year=told.year, review=told.doubt, versions=versions
    )


def _unreadable(item: Item, told: Belonging, why: str) -> dict[str, object]:
    empty: dict[str, object] = {"proactive": {}, "requests": {}, "disputes": {}, "claims": [], "sections": []}
    unit = told.unit.name if told.unit is not None else ""
    return {"title": item.title, "unit": unit, "year": told.year, "form": None, "signed": None, **empty,
            "unreadable": [{"cell": "*", "raw": "", "why": why}]}  # fmt: skip


def _attachments(reports: Sequence[Found], answer: Answer, source: Source) -> Sequence[str]:
    """Files beside the article, on the portal's own hosts or those that the county allows."""
    links = [link.href for each in reports for link in each.report.attachments]
    links += [href for href in answer.page.xpath("//a/@href | //iframe/@src | //embed/@src") if _is_file(href)]
    full = [urljoin(answer.base, link) for link in links]
    full = [_shown_file(link) for link in full]
    hosts = {answer.host, urlsplit(source.url).netloc, *source.allow}
    return list(dict.fromkeys(link for link in full if urlsplit(link).netloc in hosts))[:MOST_ATTACHMENTS]


def _shown_file(link: str) -> str:
    """The file that a viewer page shows: viewer.html?file=/virtual_attach_file…"""
    match = re.search(r"[?&]file=([^&]+)", link) if "viewer" in link else None
    if match is None:
        return link
    from urllib.parse import unquote

    return urljoin(link, unquote(match[1]))


def _is_file(href: str) -> bool:
    low = href.lower()
    return (
        any(f".{kind}" in low for kind in ("doc", "pdf", "wps", "ofd", "xls", "zip", "rar", "7z")) or "download" in low
    )
