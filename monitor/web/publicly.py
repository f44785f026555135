"""What everybody may see, without signing in: the counties that the settings name, and nobody
else's.
"""

from __future__ import annotations

from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.paper.public_pages import (
    KINDS,
    POLICY,
    County,
    Face,
    county_of,
    public_counties,
    shorts_of,
)
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.shelf import Page, Shelf, page_of
from nianbao.monitor.web.shell import path_of, root_of, site_of
from nianbao.monitor.web.site import Site
from nianbao.storage.marks import mark_of
from nianbao.storage.scope import Scope, of_county
from nianbao.storage.store import looking
from nianbao.storage.units import units_named

OFTEN = 2.0  # seconds after which it is asked whether a county changed
SELDOM = 10.0  # whether any of them did
TOP = ""  # pages of no county
HEADERS = {
    "content-security-policy": f"{POLICY}; frame-ancestors 'none'",
    "cache-control": "public, max-age=60",
}


async def public(request: Request) -> Response:
    site, path = site_of(request), _path_in(request)
    page = site.shelf.fresh(path) or await run_in_threadpool(_page, site, path)
    if page is None:
        return await run_in_threadpool(_elsewhere, request, site, path)
    headers = {**HEADERS, "etag": page.tag}
    asked = request.headers.get("if-none-match", "")
    if page.tag in (each.strip().removeprefix("W/") for each in asked.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(page.body, headers={**headers, "content-type": page.kind})


def _path_in(request: Request) -> str:
    try:
        path = path_of(request)
    except AskedWronglyError:
        return "-"  # there is none of that name
    return f"{path}index.html" if not path or path.endswith("/") else path


def begin(request: Request) -> Response:
    return RedirectResponse(f"{root_of(request)}/public/", 307)


def _elsewhere(request: Request, site: Site, path: str) -> Response:
    """A folder's own address, or that there is nothing."""
    if "." not in path and len(path) < 300 and _page(site, f"{path}/index.html") is not None:
        return RedirectResponse(f"{root_of(request)}/public/{quote(path)}/", 308)
    body = Face(site.settings, site.clock()).not_there(path)
    headers = {**HEADERS, "cache-control": "no-store"}
    return Response(body, 404, headers, media_type=KINDS["html"])


def _page(site: Site, path: str) -> Page | None:
    """None where there is none, or where nobody may see it."""
    codes_named = site.settings.public.counties
    if not codes_named or len(path) > 300:
        return None
    now, shelf = site.clock(), site.shelf
    face = Face(site.settings, now)
    registry = site.files.registry()
    codes = public_counties(registry, codes_named)
    with shelf.lock, looking(site.engine) as s:
        shelf.rests_on(registry)
        if path in face.top():
            return _top(s, shelf, face, registry, codes, path)
        code = _code_of(s, face, codes, path)
        if code not in codes:
            return None
        county = _county(s, shelf, face, registry, code)
        if (kept := shelf.kept(path, code)) is not None:
            return kept
        body = face.page_of(path, county)
        return None if body is None else _keep(shelf, path, code, body)


def _top(
    s: Session, shelf: Shelf, face: Face, registry: Registry, codes: list[str], path: str
) -> Page:
    shelf.holds(TOP, lambda: _mark(s, face, Scope(tuple(codes))), SELDOM)
    if (kept := shelf.kept(path, TOP)) is not None:
        return kept
    is_told = path.endswith(".html")
    shorts = shorts_of(s, registry, codes, face.now) if is_told else []
    paths: list[str] = []
    if path == "sitemap.xml":
        for code in codes:
            paths += face.of_county(_county(s, shelf, face, registry, code))
    return _keep(shelf, path, TOP, face.page_of_top(path, shorts, paths))


def _county(s: Session, shelf: Shelf, face: Face, registry: Registry, code: str) -> County:
    shelf.holds(code, lambda: _mark(s, face, of_county(code)), OFTEN)
    tells = face.settings.public.findings
    found: County = shelf.known(
        code, lambda: county_of(s, registry, code, face.now, tells_findings=tells)
    )
    return found


def _mark(s: Session, face: Face, scope: Scope) -> str:
    """Another one where anything changed; and each hour, as looks grow old."""
    hour = face.now.astimezone(BEIJING).strftime("%Y-%m-%d %H")
    return f"{hour} {mark_of(s, scope)}"


def _keep(shelf: Shelf, path: str, of: str, body: bytes) -> Page:
    page = page_of(body, KINDS[path.rpartition(".")[2]])
    shelf.keep(path, of, page)
    return page


def _code_of(s: Session, face: Face, codes: list[str], path: str) -> str:
    """The county that a path is of, as far as can be told."""
    _, rest = face.lang_of(path)
    match rest.split("/"):
        case ["c", code, _]:
            return code
        case ["u", folder, *_] if folder:
            if (known := folder[:6]) in codes:
                moved = [unit for unit in units_named(s, folder) if unit.id == folder]
                return moved[0].county if moved else known
            return next((u.county for u in units_named(s, folder) if u.id == folder), "")
    return ""


ROUTES = (
    Route("/public", begin, methods=["GET"]),
    Route("/public/{place:path}", public, methods=["GET"]),
)
