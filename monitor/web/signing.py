"""Who asks, and whether they may: sign-in, and the role that each page and act needs.

Where the settings name no sign-in, everybody on this machine may do everything, as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from nianbao.monitor.health import PATHS as HEALTH
from nianbao.monitor.logs import log
from nianbao.monitor.passwords import is_right
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.posting import Fields, posting, then
from nianbao.monitor.web.refusing import bearer_of, is_program, refusal
from nianbao.monitor.web.shell import lang_of, rendered, root_of, site_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import KEY, Visitor
from nianbao.monitor.web.words import say
from nianbao.storage.audit import take_turn
from nianbao.storage.kinds import Role
from nianbao.storage.people import (
    LONGEST,
    SEEN_EACH,
    begin,
    end,
    is_to_be_seen,
    may_try_at,
    password_of,
    person_named,
    seen,
    token_used,
    tried,
    use_token,
    who_asks,
    who_sits,
)
from nianbao.storage.store import looking, session

COOKIE = "nianbao_session"
HIGHEST = 500  # letters of where somebody comes from


# ---- what each route needs: the least of the roles that may, or nobody's

OPEN: frozenset[str] = frozenset(("/static/{place:path}", "/sign-in", "/sign-out", *HEALTH))
LOOK: frozenset[Role] = frozenset(("viewer", "supervisor", "operator", "admin"))
OWN: frozenset[Role] = LOOK | {"unit"}
ACT: frozenset[Role] = frozenset(("supervisor", "operator", "admin"))
RUN: frozenset[Role] = frozenset(("operator", "admin"))
DATA = ("/data", "/data.{form}", "/data/manifest.json")
API = (
    "/api/v1",
    "/api/v1/openapi.json",
    "/api/v1/exports",
    "/api/v1/exports/{table}.{form}",
    "/api/v1/units",
    "/api/v1/units/{code}",
    "/api/v1/standings",
    "/api/v1/reports",
    "/api/v1/reports/{code}/{year}",
    "/api/v1/values",
    "/api/v1/findings",
    "/api/v1/looks",
    "/api/v1/events",
    "/api/v1/evidence",
    "/api/v1/evidence/{sha256}",
)
NEEDS: Mapping[str, frozenset[Role]] = {
    "/": OWN,
    "/overview.{form}": LOOK,
    "/c/{place:path}": LOOK,
    "/u/{place:path}": OWN,
    "/p/{place:path}": OWN,
    "/r/{place:path}": OWN,
    "/seen/{place:path}": OWN,
    "/archived/{place:path}": OWN,
    "/check": OWN,
    "/check/{id}": OWN,
    "/check/{id}/forget": OWN,
    "/check/{id}/{number}": OWN,
    "/check/{id}/{number}/forget": OWN,
    "/check/{id}/{number}/{cell}.png": OWN,
    "/check/{id}/{number}.{ending}": OWN,
    "/jobs/{place:path}": ACT,
    "/do/letter": ACT,
    "/do/look": ACT,
    "/do/cancel": ACT,
    "/do/settle": ACT,
    "/do/column": ACT,
    "/review": ACT,
    "/review/{place:path}": ACT,
    "/operations": RUN,
    "/operations/log": RUN,
    "/operations/retry": RUN,
    "/operations/check": RUN,
    "/setup": RUN,
    "/setup/changes/{place}": RUN,
    "/setup/{code}": RUN,
    "/setup/{code}/create": RUN,
    "/setup/{code}/units": RUN,
    "/setup/{code}/discover": RUN,
    "/setup/{code}/bring": RUN,
    "/setup/{code}/saved": RUN,
    "/setup/{code}/jobs/{place}": RUN,
    **dict.fromkeys((*DATA, *API), OWN),
}
# Whoever has a smaller scope than everything is let into these alone: each cuts its answer to
# `who(request).scope`. What is about the whole machine is not among them.
CUT: frozenset[str] = frozenset(
    (
        "/",
        "/overview.{form}",
        "/c/{place:path}",
        "/u/{place:path}",
        "/p/{place:path}",
        "/r/{place:path}",
        "/seen/{place:path}",
        "/archived/{place:path}",
        "/check",
        "/check/{id}",
        "/check/{id}/forget",
        "/check/{id}/{number}",
        "/check/{id}/{number}/forget",
        "/check/{id}/{number}/{cell}.png",
        "/check/{id}/{number}.{ending}",
        "/jobs/{place:path}",
        "/do/letter",
        "/do/look",
        "/do/cancel",
        "/do/settle",
        "/do/column",
        "/review",
        "/review/{place:path}",
        "/setup",
        "/setup/changes/{place}",
        "/setup/{code}",
        "/setup/{code}/create",
        "/setup/{code}/units",
        "/setup/{code}/discover",
        "/setup/{code}/bring",
        "/setup/{code}/saved",
        "/setup/{code}/jobs/{place}",
        *DATA,
        *API,
    )
)


def route_of(routes: list[BaseRoute], scope: Connection) -> str:
    """The route that answers, as the router finds it; empty where none does."""
    partial = ""
    for route in routes:
        found, _ = route.matches(scope)
        path = str(getattr(route, "path", ""))
        if found is Match.FULL:
            return path
        if found is Match.PARTIAL:
            partial = partial or path
    return partial


class Signed:
    """Lets in whoever is signed in and may; a route that the table has not lets nobody in."""

    def __init__(self, app: ASGIApp, routes: list[BaseRoute], site: Site) -> None:
        self.app, self.routes, self.site = app, routes, site

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.site.settings.web.sign_in:
            await self.app(scope, receive, send)
            return
        # A page that says no is drawn as any other.
        request = Request({**scope, "app": self.app}, receive)
        try:
            visitor = await run_in_threadpool(_visitor_of, self.site, request)
        except Exception as error:  # the store does not answer: nobody is let in unasked
            await (await refusal(request, error))(scope, receive, send)
            return
        if visitor is not None:
            visitor = visitor._replace(hidden=hidden_from(visitor))
            scope[KEY] = request.scope[KEY] = visitor
        route = route_of(self.routes, scope)
        refused = None if route in OPEN else await _refused(request, route, visitor)
        await (refused or self.app)(scope, receive, send)


async def _refused(request: Request, route: str, visitor: Visitor | None) -> Response | None:
    if visitor is None:
        if bearer_of(request) is not None:
            return await refusal(request, _said("token_wrong", 401))
        if is_program(request) or request.method not in ("GET", "HEAD"):
            return await refusal(request, _said("sign_in_first", 401))
        here = request.scope["path"].removeprefix(root_of(request))
        asked = f"?{request.url.query}" if request.url.query else ""
        return then(request, "sign-in", next=f"{here}{asked}"[:HIGHEST])
    wrong = wrong_for(visitor, route, request.method)
    return None if wrong is None else await refusal(request, wrong)


def wrong_for(visitor: Visitor, route: str, method: str) -> AskedWronglyError | None:
    """Why somebody may not do what they ask for; None where they may. Pure."""
    if not route:
        return AskedWronglyError("没有这个网址", "there is no such page", 404)
    # Whose scope is one unit sees what a unit sees, whatever the role.
    role = "unit" if visitor.scope.units else visitor.role
    if role not in NEEDS.get(route, ()):
        return _said("sign_in_may_not", 403)
    if visitor.is_program and method not in ("GET", "HEAD") and role not in ACT:
        return _said("token_looks", 403)
    if not (visitor.scope.is_everything or route in CUT):
        return _said("sign_in_scope", 403)
    return None


def hidden_from(visitor: Visitor) -> frozenset[str]:
    """What addresses begin with of which somebody may ask for none. Pure."""
    begins = {route: route.split("/")[1] for route in NEEDS if route != "/"}
    seen = {begins[route] for route in begins if wrong_for(visitor, route, "GET") is None}
    return frozenset(begins.values()) - seen


def _said(key: str, status: int) -> AskedWronglyError:
    return AskedWronglyError(say(key, "zh"), say(key, "en"), status)


def _visitor_of(site: Site, request: Request) -> Visitor | None:
    token = bearer_of(request)
    return _with_session(site, request) if token is None else _with_token(site, request, token)


def _with_token(site: Site, request: Request, token: str) -> Visitor | None:
    now, address = site.clock(), address_of(request)
    with looking(site.engine) as s:
        person = who_asks(s, token, now)
        used = None if person is None else token_used(s, token)
    if person is None:
        return None
    if used is None or now >= used + SEEN_EACH:
        _write_down(site, lambda s: use_token(s, token, address, now))
    return Visitor(person.name, person.role, person.scope, is_program=True)


def _with_session(site: Site, request: Request) -> Visitor | None:
    secret, now = request.cookies.get(COOKIE, ""), site.clock()
    if not secret:
        return None
    with looking(site.engine) as s:
        person = who_sits(s, secret, now)
        is_late = person is not None and is_to_be_seen(s, secret, now)
    if person is None:
        return None
    if is_late:
        _write_down(site, lambda s: seen(s, secret, now))
    return Visitor(person.name, person.role, person.scope)


def _write_down(site: Site, what: Callable[[Session], None]) -> None:
    """That somebody was here: whoever writes meanwhile keeps nobody from a page."""
    try:
        with session(site.engine) as s:
            what(s)
    except SQLAlchemyError:
        log.warning("not written down that somebody was here", exc_info=True)


# ---- signing in and out


def sign_in_page(request: Request) -> Response:
    _only_with_accounts(request)
    return _page(request, _next_of(request.query_params.get("next", "")))


def sign_in(request: Request, fields: Fields) -> Response:
    """One answer for a wrong password and for a name that nobody has, after the same time."""
    _only_with_accounts(request)
    site, now = site_of(request), site_of(request).clock()
    name, password = _last(fields, "name").strip(), _last(fields, "password")
    goes_to, address = _next_of(_last(fields, "next")), address_of(request)
    with session(site.engine) as s:
        take_turn(s)
        opens = may_try_at(s, name, address, now)
        if opens <= now:  # it counts before it is looked at: many at once are many
            tried(s, name, address, now, succeeded=False)
        kept = password_of(s, name)
    if opens > now:
        seconds = int((opens - now).total_seconds()) + 1
        log.warning("sign-in waits", extra={"told": {"address": address, "seconds": seconds}})
        told = say("sign_in_wait", lang_of(request), seconds=seconds)
        answer = _page(request, goes_to, told, 429)
        answer.headers["retry-after"] = str(seconds)
        return answer
    if not is_right(kept, password):
        log.warning("sign-in refused", extra={"told": {"address": address}})
        return _page(request, goes_to, say("sign_in_wrong", lang_of(request)), 403)
    secret = _begun(site, name, kept, address)
    if not secret:
        return _page(request, goes_to, say("sign_in_wrong", lang_of(request)), 403)
    log.info("signed in", extra={"told": {"name": name, "address": address}})
    answer = RedirectResponse(f"{root_of(request)}{goes_to}", 303)
    is_secret = site.settings.web.public.startswith("https:") or request.url.scheme == "https"
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(LONGEST.total_seconds()),
        path=f"{root_of(request)}/",
        secure=is_secret,
        httponly=True,
        samesite="lax",
    )
    return answer


def _begun(site: Site, name: str, kept: str, address: str) -> str:
    """A session's secret; none where the account has changed meanwhile."""
    now = site.clock()
    with session(site.engine) as s:
        if person_named(s, name) is None or password_of(s, name) != kept:
            return ""
        tried(s, name, address, now, succeeded=True)
        return begin(s, name, address, now)


def sign_out(request: Request, fields: Fields) -> Response:
    _only_with_accounts(request)
    with session(site_of(request).engine) as s:
        end(s, request.cookies.get(COOKIE, ""))
    answer = then(request, "sign-in")
    answer.delete_cookie(COOKIE, path=f"{root_of(request)}/", httponly=True, samesite="lax")
    return answer


def _page(request: Request, goes_to: str, told: str = "", status: int = 200) -> Response:
    return rendered(request, "sign_in.html", status, goes_to=goes_to, told=told)


def _only_with_accounts(request: Request) -> None:
    if not site_of(request).settings.web.sign_in:
        raise _said("sign_in_none", 404)


def _next_of(said: str) -> str:
    """A page of ours to go to; the first one where it may be anything else."""
    is_path = said.startswith("/") and not said.startswith(("//", "/sign-"))
    is_plain = said.isascii() and said.isprintable() and "\\" not in said
    return said if is_path and is_plain and len(said) <= HIGHEST else "/"


def _last(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())[-1:]), "")


def address_of(request: Request) -> str:
    """Who asks, as the proxy on this machine says: only the last address is the proxy's word."""
    near = request.client.host if request.client is not None else ""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told or near


ROUTES = (
    Route("/sign-in", sign_in_page, methods=["GET"]),
    Route("/sign-in", posting(sign_in), methods=["POST"]),
    Route("/sign-out", posting(sign_out), methods=["POST"]),
)
