"""One visit to one column, as a conversation: the list, then the articles that are new, then their attachments."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from crawler.answers import Answer, Ask
from crawler.belonging import Belonging, belongs, page_kind, published_on
from crawler.columns import Item, Source, read_column
from crawler.page_state import transport_state
from crawler.recorder import Recorder, unit_id
from parser.errors import ReadError
from parser.heading import Publication
from parser.report import Report, read, to_json
from storage.models import Column
from storage.registry import ColumnEntry, CountyEntry

MOST_ATTACHMENTS = 4


def visit_column(
    recorder: Recorder, sweep: int, county: CountyEntry, entry: ColumnEntry, column: Column, *, since: int | None = None
) -> Generator[Ask, Answer, str]:
    """Returns the state's name. The look is written last, so a crash before it means: look again."""
    mark, validators = recorder.lists(column.id)
    source = Source(
        entry.url, entry.preset or county.preset, county.allow, entry.expect, entry.accept_empty,
        fingerprint=mark, validators=validators,
    )  # fmt: skip
    listing = yield from read_column(source)
    own = next((unit for unit in county.units if entry.unit in (unit.name, *unit.aliases) and entry.unit), None)
    for item in listing.items:
        if not recorder.unread(column.id, item):
            continue
        kind = page_kind(item.title)
        told = belongs(item.title, county.units, column_unit=own)
        if kind != "report" and not (kind == "other" and own is not None):
            recorder.sighted(column.id, item, kind=kind)
            continue
        if since is not None and told.year is not None and told.year < since:
            recorder.sighted(column.id, item, kind="report", unit=_id(county, told), year=told.year)
            continue
        yield from _article(recorder, county, column, item, own, source)
    recorder.look(sweep, column.id, listing)
    return listing.state.name


def _id(county: CountyEntry, told: Belonging) -> str | None:
    return unit_id(county, told.unit) if told.unit is not None and not told.doubt else None


def _article(
    recorder: Recorder, county: CountyEntry, column: Column, item: Item, own: object, source: Source
) -> Generator[Ask, Answer, None]:
    """Read an article and, where its page has no tables, the files that it links."""
    answer = replace((yield Ask(item.url, headers={"Referer": source.url})), asked=item.url)
    if (problem := transport_state(answer)) is not None:
        recorder.sighted(column.id, item, kind="report", review=f"{problem.name} {problem.detail}".strip())
        return
    document = recorder.document(answer)
    report, why = _read(answer.body)
    publication = report.publication if report is not None else None
    if report is None or not report.table_forms:
        for link in _attachments(report, answer, source):
            reply = replace((yield Ask(link, headers={"Referer": answer.url})), asked=link)
            if reply.error or reply.status != 200 or not reply.body:
                continue
            found, why = _read(reply.body)
            if found is not None and found.table_forms:
                report, document = found, recorder.document(reply)
                break
    unit = next((unit for unit in county.units if unit == own), None)
    told = belongs(item.title, county.units, column_unit=unit, report=report)
    published, where = published_on(item.date, publication or (report.publication if report else _nothing()))
    versions = None
    if report is not None:
        content = to_json(report)
        versions = {"content": content, "document": document, "published": published, "published_source": where}
    recorder.sighted(
        column.id, item, kind="report", unit=_id(county, told), year=told.year,
        review=told.doubt or ("" if report is not None else why), versions=versions,
    )  # fmt: skip


def _nothing() -> Publication:

    return Publication()


def _read(body: bytes) -> tuple[Report | None, str]:
    try:
        return read(body), ""
    except ReadError as error:
        return None, f"{error.code}: {error.zh}"


def _attachments(report: Report | None, answer: Answer, source: Source) -> Sequence[str]:
    """Files beside the article, on the portal's own hosts or those that the county allows."""
    links = [link.href for link in report.attachments] if report is not None else []
    links += [href for href in answer.page.xpath("//a/@href | //iframe/@src | //embed/@src") if _is_file(href)]
    full = [urljoin(answer.base, link) for link in links]
    hosts = {answer.host, urlsplit(source.url).netloc, *source.allow}
    return list(dict.fromkeys(link for link in full if urlsplit(link).netloc in hosts))[:MOST_ATTACHMENTS]


def _is_file(href: str) -> bool:
    low = href.lower()
    return any(f".{kind}" in low for kind in ("doc", "pdf", "wps", "ofd", "xls", "zip")) or "download" in low
