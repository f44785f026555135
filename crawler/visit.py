"""One visit to one column, as a conversation: the list, then the articles that are new, then their attachments."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urljoin, urlsplit

from crawler.answers import Answer, Ask
from crawler.belonging import Belonging, belongs, page_kind, published_on
from crawler.columns import Item, Source, read_column
from crawler.page_state import State, transport_state
from crawler.reading import Outcomes, read_here
from crawler.recorder import RETRY, Recorder, unit_id
from parser.heading import Publication
from parser.report import Report, to_json
from storage.models import Column
from storage.registry import ColumnEntry, CountyEntry, UnitEntry

MOST_ATTACHMENTS = 4
BREAKER = 3  # articles in a row that could not be fetched: the host is left alone
Read = Callable[[bytes], Outcomes]


def visit_column(
    recorder: Recorder,
    sweep: int,
    county: CountyEntry,
    entry: ColumnEntry,
    column: Column,
    *,
    since: int | None = None,
    until: int | None = None,
    reader: Read = read_here,
) -> Generator[Ask, Answer, str]:
    """Returns the state's name. The look is written last, so a crash before it means: look again."""
    mark, validators = recorder.lists(column.id)
    source = Source(
        entry.url, entry.preset or county.preset, county.allow, entry.expect, entry.accept_empty,
        fingerprint=mark, validators=validators,
    )  # fmt: skip
    listing = yield from read_column(source)
    own = next((unit for unit in county.units if entry.unit in (unit.name, *unit.aliases) and entry.unit), None)
    failures = 0
    for item in listing.items:
        if not recorder.unread(column.id, item):
            continue
        kind = page_kind(item.title)
        told = belongs(item.title, county.units, column_unit=own)
        if kind != "report" and not (kind == "other" and own is not None):
            recorder.sighted(column.id, item, kind=kind)
            continue
        if told.year is not None and not (since or 0) <= told.year <= (until or told.year):
            recorder.sighted(column.id, item, kind="report", unit=_id(county, told), year=told.year)
            continue
        fetched = yield from _article(recorder, county, column, item, own, source, reader)
        failures = 0 if fetched else failures + 1
        if failures >= BREAKER:
            listing = replace(listing, state=State("partial", f"{BREAKER} articles in a row could not be fetched"))
            break
    recorder.look(sweep, column.id, listing)
    return listing.state.name


def _id(county: CountyEntry, told: Belonging) -> str | None:
    return unit_id(county, told.unit) if told.unit is not None and not told.doubt else None


def _article(
    recorder: Recorder,
    county: CountyEntry,
    column: Column,
    item: Item,
    own: UnitEntry | None,
    source: Source,
    reader: Read,
) -> Generator[Ask, Answer, bool]:
    """Read an article and, where its page has no tables, the files that it links. False if it could not be fetched."""
    answer = replace((yield Ask(item.url, headers={"Referer": source.url})), asked=item.url)
    if (problem := transport_state(answer)) is not None:
        told = belongs(item.title, county.units, column_unit=own)
        review = f"{RETRY}{problem.name} {problem.detail}".strip()
        recorder.sighted(column.id, item, kind="report", unit=_id(county, told), year=told.year, review=review)
        return False
    page = recorder.document(answer)
    reports: list[tuple[Report, int]] = []
    why = ""
    for outcome in reader(answer.body):
        if isinstance(outcome, Report):
            reports.append((outcome, page))
        else:
            why = f"{outcome.code}: {outcome.zh}"
    publication = reports[0][0].publication if reports else Publication()
    if not any(report.table_forms for report, _ in reports):
        for link in _attachments(reports, answer, source):
            reply = replace((yield Ask(link, headers={"Referer": answer.url})), asked=link)
            if reply.error or reply.status != 200 or not reply.body:
                continue
            if CAPTCHA.search(reply.body[:4000].decode("utf-8", "replace")):
                why = "attachment_captcha"
                continue
            found = [outcome for outcome in reader(reply.body) if isinstance(outcome, Report) and outcome.table_forms]
            if found:
                file = recorder.document(reply)
                reports = [(report, file) for report in found]
                break
    published, where = published_on(item.date, publication)
    if len(reports) > 1:  # an archive of several towns' reports: each belongs where its own text says
        for report, document in reports:
            told = belongs("", county.units, report=report)
            part = item._replace(url=f"{item.url}#{report.unit}", title=report.title)
            _keep(recorder, county, column, part, told, report, document, (published, where), "")
        recorder.sighted(column.id, item, kind="report")
        return True
    only = reports[0][0] if reports else None
    told = belongs(item.title, county.units, column_unit=own, report=only)
    _keep(recorder, county, column, item, told, only, reports[0][1] if reports else page, (published, where), why)
    return True


CAPTCHA = re.compile("createimage\\.jsp|请输入验证码")


def _keep(
    recorder: Recorder, county: CountyEntry, column: Column, item: Item, told: Belonging, report: Report | None,
    document: int, published: tuple[date | None, str], why: str,
) -> None:  # fmt: skip
    """A report that is there and can't be read is published all the same; its numbers are unreadable."""
    content = to_json(report) if report is not None else _unreadable(item, told, why)
    versions = {"content": content, "document": document, "published": published[0], "published_source": published[1]}
    recorder.sighted(
        column.id, item, kind="report", unit=_id(county, told), year=told.year, review=told.doubt, versions=versions
    )


def _unreadable(item: Item, told: Belonging, why: str) -> dict[str, object]:
    empty: dict[str, object] = {"proactive": {}, "requests": {}, "disputes": {}, "claims": [], "sections": []}
    unit = told.unit.name if told.unit is not None else ""
    return {"title": item.title, "unit": unit, "year": told.year, "form": None, "signed": None, **empty,
            "unreadable": [{"cell": "*", "raw": "", "why": why}]}  # fmt: skip


def _attachments(reports: Sequence[tuple[Report, int]], answer: Answer, source: Source) -> Sequence[str]:
    """Files beside the article, on the portal's own hosts or those that the county allows."""
    links = [link.href for report, _ in reports for link in report.attachments]
    links += [href for href in answer.page.xpath("//a/@href | //iframe/@src | //embed/@src") if _is_file(href)]
    full = [urljoin(answer.base, link) for link in links]
    hosts = {answer.host, urlsplit(source.url).netloc, *source.allow}
    return list(dict.fromkeys(link for link in full if urlsplit(link).netloc in hosts))[:MOST_ATTACHMENTS]


def _is_file(href: str) -> bool:
    low = href.lower()
    return any(f".{kind}" in low for kind in ("doc", "pdf", "wps", "ofd", "xls", "zip")) or "download" in low
