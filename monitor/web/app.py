"""The pages and where they are. Each asks its question once, and leaves the answer as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from nianbao.monitor.health import PATHS as HEALTH
from nianbao.monitor.health import page_in_time
from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.scope import Registry, ScopeError, phones_of, scope_of
from nianbao.monitor.ledger.words import FIRST_LOOK, KINDS, QUALITIES, STANDINGS, Lang
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.paper.checked_page import form_style
from nianbao.monitor.paper.evidence import sheet_of
from nianbao.monitor.paper.printed import NotPrintedError, pdf_of
from nianbao.monitor.paper.rows import IN_CHINESE, STANDING, Row, row_in_chinese, row_of
from nianbao.monitor.paper.sheet import written
from nianbao.monitor.standing import day_in_beijing
from nianbao.monitor.web import acting, review
from nianbao.monitor.web.api.answering import Api
from nianbao.monitor.web.api.rates import Rates
from nianbao.monitor.web.api.routes import ROUTES as API
from nianbao.monitor.web.asked import (
    FORMS,
    SORTS,
    UNCONFIRMED,
    AskedWronglyError,
    filter_of,
    form_in,
    page_number,
    place_of,
    year_in,
    year_or_due,
)
from nianbao.monitor.web.box import ROUTES as BOX
from nianbao.monitor.web.check import ROUTES as CHECK
from nianbao.monitor.web.county import MOST, chosen, county_page, to_urge
from nianbao.monitor.web.data import ROUTES as DATA
from nianbao.monitor.web.door import ROUTES as DOOR
from nianbao.monitor.web.door_drafts import ROUTES as DOOR_DRAFTS
from nianbao.monitor.web.every import Told
from nianbao.monitor.web.every import asked_of as _asked
from nianbao.monitor.web.every import words_of as _words
from nianbao.monitor.web.faults import ROUTES as FAULTS
from nianbao.monitor.web.faults import names_of
from nianbao.monitor.web.mailing import ROUTES as MAILING
from nianbao.monitor.web.operating import OPERATING
from nianbao.monitor.web.overview import SIZE, OverviewPage, overview_page, overview_rows
from nianbao.monitor.web.paging import paged
from nianbao.monitor.web.proof import known_of, proof_page, shown
from nianbao.monitor.web.publicly import ROUTES as PUBLIC
from nianbao.monitor.web.refusing import refusal
from nianbao.monitor.web.remembered import Remembering
from nianbao.monitor.web.reporting import ROUTES as REPORT
from nianbao.monitor.web.setting_up import ROUTES as SETTING_UP
from nianbao.monitor.web.shared import Shared, shared
from nianbao.monitor.web.shell import (
    OUTSIDE,
    SANDBOX,
    Guarded,
    Under,
    colours,
    lang_of,
    link,
    path_of,
    query_of,
    rendered,
    root_of,
    site_of,
    templates,
)
from nianbao.monitor.web.sight import county_in, page_in
from nianbao.monitor.web.signing import ROUTES as SIGNING
from nianbao.monitor.web.signing import Signed
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.summing import ROUTES as SUMMING
from nianbao.monitor.web.taking import file_of, named
from nianbao.monitor.web.unit import UnitPage, unit_page, unit_row
from nianbao.monitor.web.words import day_of, exact_of, say
from nianbao.monitor.web.writing import ROUTES as WRITING
from nianbao.storage.pulse import Pulse
from nianbao.storage.revision import Revision
from nianbao.storage.scope import of_county
from nianbao.storage.seen import shown_by
from nianbao.storage.standings import years_known
from nianbao.storage.store import looking


def made(site: Site, base: str = "") -> ASGIApp:
    """The pages under a path."""
    routes: list[BaseRoute] = [
        *BOX,
        Route("/", overview),
        Route("/overview.{form}", overview),
        *FAULTS,
        Route("/c/{place:path}", county),
        Route("/u/{place:path}", unit),
        Route("/p/{place:path}", proof),
        Route("/seen/{place:path}", seen),
        Route("/archived/{place:path}", archived),
        Route("/static/{place:path}", static),
        *(Route(path, health) for path in HEALTH),
        *REPORT,
        *CHECK,
        *acting.ROUTES,
        *SUMMING,
        *WRITING,
        *MAILING,
        *review.ROUTES,
        *OPERATING,
        *SETTING_UP,
        *SIGNING,
        *DOOR_DRAFTS,
        *DOOR,
        *PUBLIC,
        *API,
        *DATA,
    ]
    # What is not our fault by its name: of any other the server tells the whole story, too.
    known = (HTTPException, AskedWronglyError, ScopeError, *OUTSIDE)
    wrong: Mapping[Any, Any] = dict.fromkeys((*known, Exception), refusal)
    app = FastAPI(
        title="nianbao",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=routes,
        exception_handlers={**wrong},
    )
    app.router.redirect_slashes = False
    app.state.site = site
    revision = Revision(site.engine)
    app.state.shared = Shared(revision)
    app.state.api = Api(Pulse(revision), Rates(site.settings.web.api_per_minute))
    whole: ASGIApp = Guarded(Signed(Remembering(app, site, revision), routes, site), site)
    return Under(whole, base) if base else whole


# ---- files


def _in_chinese(
    lines: Sequence[Line], county: str, called: Mapping[str, str], name: str
) -> Response:
    """A workbook for whoever reads the pages in Chinese."""
    told = (row_in_chinese(line, county, called.get(line.unit, "")) for line in lines)
    return file_of("xlsx", [*told], tuple(IN_CHINESE), name)


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# ---- the pages


def _only(registry: Registry) -> Sequence[str]:
    """The page of all that whoever asks may see, where it is one county or unit; of whom nothing
    is there yet, the first steps.
    """
    counties, seen = registry.counties, registry.scope
    if seen.units:
        return "u", seen.units[0]
    if len(counties) == 1:
        return "c", counties[0].code
    return () if counties or not seen.is_everything else ("setup",)


def overview(request: Request) -> Response:
    asked, query, lang = _asked(request), query_of(request), lang_of(request)
    form = request.path_params.get("form")
    year = year_or_due(year_in(query.get("year", ())), asked.now)
    said = "".join(query.get("scope", [""])[-1:]).strip()
    if not form and not query.keys() - {"lang"} and (begins := _only(asked.registry)):
        told = query.get("lang", [""])[-1]
        return RedirectResponse(link(root_of(request), *begins, lang=told), 307)
    with looking(site_of(request).engine) as s:
        scope = scope_of(s, said or None, asked.registry)

    def find(s: Session) -> tuple[OverviewPage, Sequence[int]]:
        page = overview_page(s, asked.registry, scope, year, asked.now, lang)
        return page, sorted({*years_known(s, asked.registry.scope), year})

    page, known = shared(request, asked, "overview", (scope, year, lang), find)
    if form:
        rows = overview_rows(page)
        return file_of(form_in(form, FORMS), rows, list(rows[0]) if rows else (), f"{year}")

    def at(number: int) -> str:
        return link(root_of(request), "", year=query.get("year"), scope=said, page=number)

    pages = paged(len(page.rows), SIZE, page_number(query.get("page", ())), at)
    takes = [
        (name, link(root_of(request), f"overview.{ending}", year=year, scope=said))
        for name, ending in TAKES
    ]
    return rendered(
        request,
        "overview.html",
        page=page,
        scope=said,
        rows=page.rows[pages.first - 1 if pages.first else 0 : pages.last],
        pages=pages,
        takes=takes,
        known=known,
        deadline=day_of(page.deadline, lang) if page.deadline else "",
        **_words(request, asked.now),
    )


TAKES = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))


def county(request: Request) -> Response:
    asked, query, lang = _asked(request), query_of(request), lang_of(request)
    place, wanted = place_of(path_of(request)), filter_of(query)
    if place.rest:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    county_in(asked.registry, place.code)
    year, number = year_or_due(place.year, asked.now), page_number(query.get("page", ()))
    name = asked.registry.called[place.code]
    if place.form:
        with looking(site_of(request).engine) as s:
            scope = of_county(place.code)
            told = year_of(s, scope, year, asked.now, asked.registry, asked=asked.now)
            lines = with_decisions(s, chosen(told, wanted))
            if place.form == "xlsx" and lang == "zh":
                called = phones_of(s, scope, asked.now, asked.registry)
                return _in_chinese(lines, told.names[place.code], called, f"{name}{year}")
            rows = [row_of(line, told.names[line.county]) for line in lines]
            return file_of(place.form, rows, STANDING, f"{name}{year}")
    office = site_of(request).settings.office
    page = shared(
        *(request, asked, "county", (place.code, year, lang)),
        lambda s: county_page(s, asked.registry, place.code, year, asked.now, lang, office),
    )
    lines = chosen(page.year, wanted)

    def at(of_list: int) -> str:
        here = link(root_of(request), "c", place.code, year, **wanted.query(), page=of_list)
        return f"{here}#table"

    pages = paged(len(lines), MOST, number, at)
    return rendered(
        request,
        "county.html",
        page=page,
        wanted=wanted,
        rows=lines[pages.first - 1 if pages.first else 0 : pages.last],
        pages=pages,
        takes=[
            (said, link(root_of(request), "c", place.code, f"{year}.{ending}", **wanted.query()))
            for said, ending in TAKES
        ],
        choices=CHOICES,
        sorts=SORTS,
        deadline=day_of(page.deadline, lang, day_in_beijing(asked.now)) if page.deadline else "",
        **_words(request, asked.now),
    )


CHOICES = {
    "standing": [*STANDINGS.items(), (UNCONFIRMED, FIRST_LOOK)],
    "quality": [*((name, word) for name, word in QUALITIES.items() if name), ("none", None)],
    "kind": list(KINDS.items()),
}


def unit(request: Request) -> Response:
    asked, lang = _asked(request), lang_of(request)
    query_of(request)
    place = place_of(path_of(request))
    year = year_or_due(place.year, asked.now)
    settings = site_of(request).settings
    told, office = settings.recipients, settings.office

    def of(each: Lang) -> UnitPage:
        return shared(
            *(request, asked, "unit", (place.code, year, each)),
            lambda s: unit_page(s, asked.registry, place.code, year, asked.now, each, told, office),
        )

    page = of(lang)
    both = None
    if place.form == "json" and place.year is not None:
        both = unit_row(of("zh"), of("en"))
    if place.form:
        lines = [line for line in page.lines if place.year in (None, line.year)]
        if place.form == "xlsx" and lang == "zh":
            called = {page.unit.id: page.phone}
            return _in_chinese(lines, page.county, called, page.unit.name)
        rows: list[Row] = [row_of(line, page.county) for line in lines]
        if both is not None:
            rows = [both]
        return file_of(place.form, rows, STANDING, page.unit.name)
    here = (root_of(request), "u")
    return rendered(
        request,
        "unit.html",
        page=page,
        **names_of(lang),
        takes=[
            *(
                (say("take_years", lang, form=name), link(*here, f"{page.unit.id}.{ending}"))
                for name, ending in TAKES
            ),
            (say("take_year", lang, year=year), link(*here, page.unit.id, f"{year}.json")),
        ],
        **_words(request, asked.now),
    )


def proof(request: Request) -> Response:
    asked, lang = _asked(request), lang_of(request)
    query_of(request)
    said = path_of(request)
    if said.endswith((".docx", ".pdf")):
        return _sheet(request, asked, said)
    place = place_of(said, ())
    if place.rest:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    year, site = year_or_due(place.year, asked.now), site_of(request)
    with looking(site.engine) as s:
        known = known_of(s, asked.registry, place.code, year, asked.now)
        page = proof_page(s, site.evidence, known, asked.now, lang)
        text = ""
        if known.line is not None:
            office = site.settings.office
            text = to_urge(known.line, asked.registry, office, asked.now, lang)
    return rendered(
        request,
        "proof.html",
        page=page,
        known=known,
        year=year,
        text=text,
        **{**_words(request, asked.now), "moment": exact_of},
    )


def _sheet(request: Request, asked: Told, said: str) -> Response:
    """The sheet of evidence, one after the other: a browser and an office draw it."""
    path, _, ending = said.rpartition(".")
    place, lang, site = place_of(path, ()), lang_of(request), site_of(request)
    if place.rest != "sheet":
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    year = year_or_due(place.year, asked.now)
    if not site.making.acquire(blocking=False):
        raise AskedWronglyError(say("sheet_busy", "zh"), say("sheet_busy", "en"), 503)
    try:
        with looking(site.engine) as s:
            known = known_of(s, asked.registry, place.code, year, asked.now)
            page = proof_page(s, site.evidence, known, asked.now, lang)
            if not page.has_sheet or known.line is None or known.facts is None:
                raise AskedWronglyError(say("sheet_none", "zh"), say("sheet_none", "en"), 404)
            made_of = (known.facts.places, known.county, known.order, asked.now, lang)
            sheet = sheet_of(s, site.evidence, known.line, *made_of, known.seen)
        if sheet is None:
            raise AskedWronglyError(say("sheet_none", "zh"), say("sheet_none", "en"), 404)
        body, kind = written(sheet), DOCX
        if ending == "pdf":
            body, kind = pdf_of(body), "application/pdf"
    except NotPrintedError as error:
        raise AskedWronglyError(error.zh, error.en, 503) from None
    finally:
        site.making.release()
    name = named(f"{known.unit.name}{year}-{say('sheet', lang)}", ending)
    return Response(body, media_type=kind, headers={"content-disposition": name})


def seen(request: Request) -> Response:
    """An archived page, in a frame in which nothing runs, asks or leads anywhere."""
    asked, lang, site = _asked(request), lang_of(request), site_of(request)
    query = query_of(request)
    of, year = query.get("unit"), year_or_due(year_in(query.get("year", ())), asked.now)
    with looking(site.engine) as s:
        page = page_in(s, asked.registry, path_of(request))
        known = None
        if of:
            known = known_of(s, asked.registry, of[-1], year, asked.now)
        told = shown(s, site.evidence, page, known, lang)
    body = told.html
    if not body:
        body = (
            templates()
            .get_template("seen.html")
            .render(told=told, lang=lang, t=lambda key: say(key, lang))
            .encode()
        )
    headers = {"content-security-policy": SANDBOX, "x-frame-options": "SAMEORIGIN"}
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


def archived(request: Request) -> Response:
    """An archived page in its frame, with whose it is, where and when it was seen."""
    asked, query = _asked(request), query_of(request)
    of, year = query.get("unit"), year_or_due(year_in(query.get("year", ())), asked.now)
    with looking(site_of(request).engine) as s:
        page = page_in(s, asked.registry, path_of(request))
        known = known_of(s, asked.registry, of[-1], year, asked.now) if of else None
        columns = shown_by(s, page.sha256, asked.registry.scope)
    return rendered(
        request,
        "archived.html",
        page=page,
        known=known,
        year=year,
        columns=columns,
        **_words(request, asked.now),
    )


def health(request: Request) -> Response:
    """How it is doing, for programs that watch it."""
    site, path = site_of(request), request.scope["path"]
    path = path.removeprefix(root_of(request))
    found = page_in_time(site.engine, site.clock(), path, files=site.files.faults)
    if found is None:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    return Response(found.body, found.status, media_type=found.kind)


# ---- what is always the same

STATIC = {
    "style.css": "text/css",
    "states.css": "text/css",
    "acts.css": "text/css",
    "letter.css": "text/css",
    "form.css": "text/css",
    "report.css": "text/css",
    "page.js": "text/javascript",
    "acts.js": "text/javascript",
    "setup.css": "text/css",
    "box.css": "text/css",
    "check.js": "text/javascript",
    "report.js": "text/javascript",
    "way.css": "text/css",
}


def static(request: Request) -> Response:
    name = path_of(request)
    if name not in STATIC:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    if name == "states.css":
        body = colours()
    elif name == "form.css":
        body = form_style()
    else:
        body = resources.files("nianbao.monitor.web").joinpath("static", name).read_text("utf-8")
    headers = {"cache-control": "public, max-age=300"}
    return Response(body, media_type=f"{STATIC[name]}; charset=utf-8", headers=headers)
