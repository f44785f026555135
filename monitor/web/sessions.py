"""What a browser holds while somebody is signed in, and where it comes from and goes to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from nianbao.monitor.networks import asker, networks_of
from nianbao.monitor.web.form_token import SESSION
from nianbao.monitor.web.shell import is_encrypted, near_of, root_of, site_of
from nianbao.storage.people import LONGEST

COOKIE = SESSION
HIGHEST = 500  # letters of where somebody comes from


def with_session(request: Request, answer: Response, secret: str) -> Response:
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(LONGEST.total_seconds()),
        path=f"{root_of(request)}/",
        secure=is_encrypted(request),
        httponly=True,
        samesite="lax",
    )
    return answer


def without_session(request: Request, answer: Response) -> Response:
    answer.delete_cookie(COOKIE, path=f"{root_of(request)}/", httponly=True, samesite="lax")
    return answer


def next_of(said: str) -> str:
    """A page of ours to go to; the first one where it may be anything else."""
    is_path = said.startswith("/") and not said.startswith(("//", "/sign-"))
    is_plain = said.isascii() and said.isprintable() and "\\" not in said
    return said if is_path and is_plain and len(said) <= HIGHEST else "/"


def address_of(request: Request) -> str:
    """Who asks, as the proxies before us say."""
    told = request.headers.getlist("x-forwarded-for")
    proxies = networks_of(site_of(request).settings.web.proxies)
    return asker(near_of(request.scope), told, proxies)
