"""Sign-in at a provider: led there, come back, and known here as who came first from there."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from nianbao.monitor.logs import log
from nianbao.monitor.openid import (
    WITHIN,
    Begun,
    OpenIdError,
    begun_at,
    begun_in,
    name_of,
)
from nianbao.monitor.sign_in import secret_missing
from nianbao.monitor.web.arriving import named, plain, said, stranger, welcomed
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.sessions import (
    COOKIE,
    address_of,
    next_of,
    with_session,
)
from nianbao.monitor.web.shell import is_encrypted, lang_of, link, rendered, root_of, site_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.words import say
from nianbao.storage.people import By, PeopleError, Person, begin, bind, end, person_known_as
from nianbao.storage.store import looking, session

PATHS = ("/sign-in/begin", "/sign-in/back")
KEPT_AS = "nianbao_oidc"
MOST_OF_CODE = 4000


def page(request: Request, goes_to: str, told: str = "", status: int = 200) -> Response:
    """Where one begins, and where one is told why nobody is signed in."""
    site = site_of(request)
    leaving = ""
    if request.query_params.get("left") and not told:
        told = say("oidc_left", lang_of(request))
        leaving = site.provider.leaving(site.settings.web.oidc, _public(request, "sign-in"))
    begins = link(root_of(request), "sign-in", "begin", next=goes_to)
    return rendered(
        request, "sign_in_elsewhere.html", status, told=told, begins=begins, leaving=leaving
    )


def begin_there(request: Request) -> Response:
    _only_with_oidc(request)
    site = site_of(request)
    begun = begun_at(site.clock(), next_of(request.query_params.get("next", "")))
    oidc = site.settings.web.oidc
    try:
        where = site.provider.address(oidc, begun, _public(request, *BACK))
    except OpenIdError as error:
        return _told(request, error, begun.goes_to)
    answer = RedirectResponse(where, 303)
    answer.set_cookie(
        KEPT_AS,
        begun.as_cookie(),
        max_age=int(WITHIN.total_seconds()),
        path=f"{root_of(request)}/sign-in",
        secure=is_encrypted(request),
        httponly=True,
        samesite="lax",  # it is sent along when the provider leads back
    )
    return answer


def back(request: Request) -> Response:
    """Somebody comes back. What was begun is over, however it ends."""
    _only_with_oidc(request)
    goes_to = "/"
    try:
        begun = _begun(request)
        goes_to = next_of(begun.goes_to)
        person = _who(request, begun)
    except OpenIdError as error:
        answer = _told(request, error, goes_to)
    except AskedWronglyError as error:
        told = error.zh if lang_of(request) == "zh" else error.en
        answer = page(request, goes_to, told, error.status)
    else:
        answer = _entered(request, person, goes_to)
    path = f"{root_of(request)}/sign-in"
    answer.delete_cookie(KEPT_AS, path=path, httponly=True, samesite="lax")
    return answer


def _begun(request: Request) -> Begun:
    kept, state = request.cookies.get(KEPT_AS, ""), request.query_params.getlist("state")
    if len(state) != 1:
        raise OpenIdError("oidc_not_begun", "no state", 400)
    return begun_in(kept, state[0], site_of(request).clock())


def _who(request: Request, begun: Begun) -> Person:
    """Raises OpenIdError, and AskedWronglyError where the provider knows somebody we don't."""
    site, query = site_of(request), request.query_params
    oidc = site.settings.web.oidc
    if (error := query.get("error", "")) or len(query.getlist("code")) != 1:
        denied = error in ("access_denied", "login_required", "consent_required")
        raise OpenIdError("oidc_denied" if denied else "oidc_code", f"error: {error[:60]!r}")
    if query.get("iss", oidc.issuer) != oidc.issuer:
        raise OpenIdError("oidc_forged", "iss of the answer")
    code, now = query["code"][:MOST_OF_CODE], site.clock()
    secret, where = _secret(site), _public(request, *BACK)
    claims = site.provider.signed_in(oidc, secret, begun, code, where, now)
    return _person(site, claims["sub"], name_of(claims, oidc.claim))


def _person(site: Site, subject: str, told: str) -> Person:
    """Whoever came from there before is known by that alone, whatever they are called now."""
    issuer = site.settings.web.oidc.issuer
    with looking(site.engine) as s:
        known = person_known_as(s, issuer, subject)
    if known is not None:
        return known
    name = plain(told)
    if not name:
        raise said("oidc_nameless", 403, claim=site.settings.web.oidc.claim)
    with looking(site.engine) as s:
        person = named(s, name)
    person = person or welcomed(site, name)
    if person is None:
        raise stranger(site, name)
    with session(site.engine) as s:
        try:
            bind(s, person.name, issuer, subject, By(person.name, site.clock()))
        except PeopleError as error:
            meanwhile = person_known_as(s, issuer, subject)  # they clicked twice
            if meanwhile is None:
                raise AskedWronglyError(error.zh, error.en, 403) from None
            return meanwhile
    log.info("bound", extra={"told": {"name": person.name, "issuer": issuer}})
    return person


def _entered(request: Request, person: Person, goes_to: str) -> Response:
    site, address = site_of(request), address_of(request)
    with session(site.engine) as s:
        end(s, request.cookies.get(COOKIE, ""))
        secret = begin(s, person.name, address, site.clock())
    log.info("signed in", extra={"told": {"name": person.name, "address": address}})
    return with_session(request, RedirectResponse(f"{root_of(request)}{goes_to}", 303), secret)


def _secret(site: Site) -> str:
    try:
        secret = site.settings.oidc_secret
    except OSError:
        secret = ""
    if not secret:
        log.error("oidc", extra={"told": {"why": secret_missing().en}})
        raise OpenIdError("oidc_client", "no secret", 502)
    return secret


def _told(request: Request, error: OpenIdError, goes_to: str) -> Response:
    issuer = site_of(request).settings.web.oidc.issuer
    told = {"why": error.why, "word": error.word, "address": address_of(request)}
    log.warning("oidc", extra={"told": told})
    minutes = WITHIN // timedelta(minutes=1)
    sentence = say(error.word, lang_of(request), issuer=issuer, minutes=minutes)
    return page(request, goes_to, sentence, error.status)


BACK = ("sign-in", "back")


def _public(request: Request, *parts: str) -> str:
    """An address of ours as the provider knows it."""
    return link(site_of(request).settings.web.public.rstrip("/"), *parts)


def _only_with_oidc(request: Request) -> None:
    if site_of(request).settings.web.sign_in != "oidc":
        raise said("sign_in_none", 404)


ROUTES = (
    Route("/sign-in/begin", begin_there, methods=["GET"]),
    Route("/sign-in/back", back, methods=["GET"]),
)
