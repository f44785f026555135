"""Who asks, and whether they may: sign-in, and the role that each page and act needs.

Where the settings name no sign-in, everybody on this machine may do everything, as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

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
from nianbao.monitor.web import by_oidc
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.by_header import visitor_of
from nianbao.monitor.web.form_token import SAFE, Held
from nianbao.monitor.web.posting import Fields, posting, then
from nianbao.monitor.web.refusing import bearer_of, is_program, refusal
from nianbao.monitor.web.sessions import COOKIE as COOKIE
from nianbao.monitor.web.sessions import (
    HIGHEST,
    address_of,
    next_of,
    with_session,
    without_session,
)
from nianbao.monitor.web.shell import browser_secret, lang_of, rendered, root_of, site_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import KEY, Visitor
from nianbao.monitor.web.words import say
from nianbao.storage.audit import take_turn
from nianbao.storage.kinds import Role
from nianbao.storage.people import (
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

# ---- what each route needs: the least of the roles that may, or nobody's

# A unit's door asks for its link or account itself.
AT_DOOR = (
    *("/door", "/door/in", "/door/out", "/door/report", "/door/answer"),
    *("/door/check", "/door/check/{id}", "/door/{secret}"),
    *("/door/drafts", "/door/drafts/hand-in", "/door/drafts/{id}", "/door/drafts/{id}/{what}"),
)
OPEN: frozenset[str] = frozenset(
    (
        *("/static/{place:path}", "/sign-in", "/sign-out", *AT_DOOR, *by_oidc.PATHS, *HEALTH),
        *("/public", "/public/{place:path}"),  # what the settings name, and nothing else
    )
)
LOOK: frozenset[Role] = frozenset(("viewer", "supervisor", "operator", "admin"))
OWN: frozenset[Role] = LOOK | {"unit"}
ACT: frozenset[Role] = frozenset(("supervisor", "operator", "admin"))
RUN: frozenset[Role] = frozenset(("operator", "admin"))
HAND_IN: frozenset[Role] = ACT | {"unit"}
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
    "/c/{place:path}/faults": LOOK,
    "/c/{place:path}/faults.{form}": LOOK,
    "/answered/{number}": LOOK,
    "/do/way": ACT,
    "/do/answer": ACT,
    "/do/door": ACT,
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
    "/c/{code}/drafts": OWN,
    "/c/{code}/drafts.{form}": OWN,
    "/u/{code}/drafts": OWN,
    "/u/{code}/drafts/hand-in": HAND_IN,
    "/drafts/{id}": OWN,
    "/drafts/{id}/decide": ACT,
    "/drafts/{id}/{what}": OWN,
    "/jobs/{place:path}": ACT,
    "/sum/{place:path}": LOOK,
    "/letter/{place:path}": ACT,
    "/do/letter": ACT,
    "/do/look": ACT,
    "/do/cancel": ACT,
    "/do/settle": ACT,
    "/do/column": ACT,
    "/review": ACT,
    "/review/{place:path}": ACT,
    "/mail": RUN,
    "/mail/preview": RUN,
    "/mail/test": RUN,
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
        "/sum/{place:path}",
        "/letter/{place:path}",
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
        *("/c/{code}/drafts", "/c/{code}/drafts.{form}"),
        *("/u/{code}/drafts", "/u/{code}/drafts/hand-in"),
        *("/drafts/{id}", "/drafts/{id}/decide", "/drafts/{id}/{what}"),
        *("/c/{place:path}/faults", "/c/{place:path}/faults.{form}"),
        *("/answered/{number}", "/do/way", "/do/answer", "/do/door"),
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
        why: Exception | None = None
        try:
            visitor = await run_in_threadpool(_visitor_of, self.site, request)
        except AskedWronglyError as error:  # a proxy names nobody: what is open stays open
            visitor, why = None, error
        except Exception as error:  # the store does not answer: nobody is let in unasked
            await (await refusal(request, error))(scope, receive, send)
            return
        if visitor is not None:
            visitor = visitor._replace(hidden=hidden_from(visitor))
            scope[KEY] = request.scope[KEY] = visitor
        route = route_of(self.routes, scope)
        refused = None
        if route not in OPEN:
            refused = await (refusal(request, why) if why else _refused(request, route, visitor))
        if refused is None and visitor is not None and is_form(request):
            receive = held = Held(receive)
            if not await held.says(browser_secret(request), visitor.name):
                await held.drain()
                refused = await refusal(request, _said("form_stale", 403))
        await (refused or self.app)(scope, receive, send)


def is_form(request: Request) -> bool:
    """Whether something is to be done that a browser may be made to ask for. One that brings a
    token of a program asks by itself: no page of others can make a browser say it.
    """
    by_program = request.headers.get("authorization", "").lower().startswith("bearer ")
    return request.method not in SAFE and not by_program


async def _refused(request: Request, route: str, visitor: Visitor | None) -> Response | None:
    if visitor is None:
        if bearer_of(request) is not None:
            return await refusal(request, _said("token_wrong", 401))
        if is_program(request) or request.method not in ("GET", "HEAD"):
            return await refusal(request, _said("sign_in_first", 401))
        here = request.scope["path"].removeprefix(root_of(request))
        asked = f"?{request.url.query}" if request.url.query else ""
        lang = request.query_params.get("lang", "")
        return then(request, "sign-in", next=f"{here}{asked}"[:HIGHEST], lang=lang[:2])
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
    """What addresses begin with of which somebody may ask for none, as expressions. Pure."""
    begins = {route: route.split("/")[1] for route in NEEDS if route != "/"}
    seen = {route for route in begins if wrong_for(visitor, route, "GET") is None}
    names = set(begins.values())
    partly = {begins[route] for route in begins if route not in seen}
    return frozenset(filter(None, (_hidden(each, seen, partly) for each in names)))


def _hidden(begin: str, seen: Collection[str], partly: Collection[str]) -> str:
    """What begins so and leads to none of what is seen, as an expression; empty: all of it is."""
    there = [route for route in seen if route.split("/")[1] == begin]
    if begin not in partly:
        return ""
    if not there:
        return re.escape(begin)
    rests = sorted(_pattern(route.removeprefix(f"/{begin}")) for route in there)
    return f'{re.escape(begin)}(?!(?:{"|".join(rests)})[?#"])'


def _pattern(rest: str) -> str:
    parts = re.split(r"(\{[^}]*\})", rest)
    return "".join(
        re.escape(each) if not each.startswith("{") else ANY if ":path" in each else ONE
        for each in parts
    )


ANY, ONE = '[^?#"]*', '[^/?#"]+'


def _said(key: str, status: int) -> AskedWronglyError:
    return AskedWronglyError(say(key, "zh"), say(key, "en"), status)


def _visitor_of(site: Site, request: Request) -> Visitor | None:
    """Raises AskedWronglyError where a proxy says who it is, and nobody is meant."""
    token = bearer_of(request)
    if token is not None:
        return _with_token(site, request, token)
    if site.settings.web.sign_in == "header":
        return visitor_of(site, request)
    return _with_session(site, request)


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
    if site_of(request).settings.web.sign_in == "oidc":
        return by_oidc.page(request, next_of(request.query_params.get("next", "")))
    _only_with_accounts(request)
    return _page(request, next_of(request.query_params.get("next", "")))


def sign_in(request: Request, fields: Fields) -> Response:
    """One answer for a wrong password and for a name that nobody has, after the same time."""
    _only_with_accounts(request)
    site, now = site_of(request), site_of(request).clock()
    name, password = _last(fields, "name").strip(), _last(fields, "password")
    goes_to, address = next_of(_last(fields, "next")), address_of(request)
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
    return with_session(request, answer, secret)


def _begun(site: Site, name: str, kept: str, address: str) -> str:
    """A session's secret; none where the account has changed meanwhile."""
    now = site.clock()
    with session(site.engine) as s:
        if person_named(s, name) is None or password_of(s, name) != kept:
            return ""
        tried(s, name, address, now, succeeded=True)
        return begin(s, name, address, now)


def sign_out(request: Request, fields: Fields) -> Response:
    if site_of(request).settings.web.sign_in != "oidc":
        _only_with_accounts(request)
    with session(site_of(request).engine) as s:
        end(s, request.cookies.get(COOKIE, ""))
    return without_session(request, then(request, "sign-in", left=1))


def _page(request: Request, goes_to: str, told: str = "", status: int = 200) -> Response:
    return rendered(request, "sign_in.html", status, goes_to=goes_to, told=told)


def _only_with_accounts(request: Request) -> None:
    way = site_of(request).settings.web.sign_in
    if way != "accounts":
        raise _said("sign_in_by_proxy" if way == "header" else "sign_in_none", 404)


def _last(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())[-1:]), "")


ROUTES = (
    Route("/sign-in", sign_in_page, methods=["GET"]),
    Route("/sign-in", posting(sign_in), methods=["POST"]),
    Route("/sign-out", posting(sign_out), methods=["POST"]),
    *by_oidc.ROUTES,
)
