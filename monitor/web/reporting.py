"""The address of a report's page; and where each of its values was read, if somebody asks."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.checking import Placed
from nianbao.monitor.engine.jobs import BusyError, Job
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.export import CELL
from nianbao.monitor.paper.marked import say as form_word
from nianbao.monitor.web.asked import AskedWronglyError, Form, place_of, year_or_due
from nianbao.monitor.web.every import words_of
from nianbao.monitor.web.proof import known_of
from nianbao.monitor.web.report import (
    ReportPage,
    cell_files,
    cell_rows,
    document_of,
    report_page,
    wanted_of,
)
from nianbao.monitor.web.shell import lang_of, link, path_of, query_of, rendered, root_of, site_of
from nianbao.monitor.web.sight import registry_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.taking import file_of
from nianbao.storage.store import looking

MOST_SHOWN = 24  # pictures on a page
MOST_BYTES = 160 * 1024  # of all of them


def report(request: Request) -> Response:
    lang, site = lang_of(request), site_of(request)
    now, registry = site.clock(), registry_of(request)
    query = query_of(request)
    place, wanted = place_of(path_of(request), CELL_FORMS), wanted_of(query)
    if place.rest:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    year = year_or_due(place.year, now)
    asked = Again()
    with looking(site.engine) as s:
        if query.get("where", [""])[-1]:
            document, names = document_of(s, registry, place.code, year, wanted)
            asked = read_again(site, document, names, lang)
        placed = asked.placed
        if place.form:
            known = known_of(s, registry, place.code, year, now)
            if asked.is_waiting or asked.why:
                raise AskedWronglyError(*PLACES_WAIT, 503)
            rows = cell_rows(s, known, year, wanted, placed.places if placed is not None else {})
            return file_of(place.form, rows, CELL, f"{known.unit.name}{year}")
        page = report_page(
            s,
            registry,
            place.code,
            year,
            wanted,
            now,
            lang,
            placed.places if placed is not None else None,
            shown(placed.pictures) if placed is not None else None,
        )
    return rendered(
        request,
        "report.html",
        page=page,
        year=year,
        takes=[(name, _data(request, page, year, ending)) for name, ending in cell_files(lang)],
        again=asked,
        legend=f"{form_word('legend_wrong', lang)} {form_word('legend_blank', lang)}",
        **words_of(request, now),
    )


CELL_FORMS: tuple[Form, ...] = ("json", "csv")
PLACES_WAIT = (
    "各数字的位置正在读取或无法读取，请稍后再取；不要位置时去掉 where=1",
    "where each number was read is being found out, or can't be: ask again, or without where=1",
)


def _data(request: Request, page: ReportPage, year: int, ending: str) -> str:
    version = None if page.is_latest else page.version.number
    code = page.known.unit.id
    return link(root_of(request), "r", code, f"{year}.{ending}", version=version)


class Again(NamedTuple):
    """A report that is read again from the archive."""

    placed: Placed | None = None
    is_waiting: bool = False
    at: str = ""  # how far it is
    why: str = ""  # it can't be read


def read_again(site: Site, document: str, names: Sequence[str], lang: Lang) -> Again:
    """What came of it; where nobody did it yet, it is begun."""
    job = _lately(site, f"{document} {names[0]}")
    number = 0 if lang == "zh" else 1
    if job is None:
        arguments = {"evidence": site.evidence, "document": document, "names": names}
        try:
            job = site.drafts.jobs.submit("places", arguments, f"{document} {names[0]}")
        except BusyError as error:
            return Again(why=(error.zh, error.en)[number])
    if not job.has_ended:
        return Again(is_waiting=True, at=job.progress.zh if lang == "zh" else job.progress.en)
    if isinstance(job.result, Placed):
        return Again(job.result)
    return Again(why=job.why[number])


def _lately(site: Site, lock: str) -> Job | None:
    """The job of a report that runs or has ended."""
    for job in site.drafts.jobs.jobs("places"):
        if job.lock == lock and job.state != "cancelled":
            return job
    return None


def shown(pictures: Mapping[str, bytes]) -> dict[str, str]:
    """As they stand in a page, as many as it can bear."""
    found: dict[str, str] = {}
    size = 0
    for key, body in pictures.items():
        size += len(body)
        if len(found) >= MOST_SHOWN or size > MOST_BYTES:
            break
        found[key] = f"data:image/png;base64,{b64encode(body).decode()}"
    return found


ROUTES = (Route("/r/{place:path}", report),)
