"""What a form says: from a page of ours alone, and not too much of it. And who says it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.shell import LINES, UNTYPED, link, root_of, site_of
from nianbao.monitor.web.site import LOOPBACK
from nianbao.monitor.web.visitor import who
from nianbao.monitor.web.words import say
from nianbao.storage.audit import HERE

MOST_BYTES = 256 * 1024
MOST_FIELDS = 2000
LONGEST = 4000  # letters of a field
FORM = "application/x-www-form-urlencoded"
Fields = Mapping[str, list[str]]


def posting(act: Callable[[Request, Fields], Response]) -> Callable[[Request], Awaitable[Response]]:
    """What answers a form without files."""

    async def answered(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await posted(request)
        if body and kind != FORM:
            raise AskedWronglyError(say("form_kind", "zh"), say("form_kind", "en"), 415)
        return await run_in_threadpool(act, request, fields_of(body))

    return answered


async def posted(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body of a form. Raises AskedWronglyError where another site sent it, or too much."""
    if not is_meant(request):
        raise AskedWronglyError(say("form_foreign", "zh"), say("form_foreign", "en"), 403)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise AskedWronglyError(say("form_long", "zh"), say("form_long", "en"), 413)
    return bytes(body)


def is_meant(request: Request) -> bool:
    """Whether a form comes from a page of ours, or from a program: no page of somebody else's
    can show its token.
    """
    return who(request).is_program or is_ours(request.headers, site_of(request).names)


def is_ours(headers: Mapping[str, str], names: Collection[str]) -> bool:
    """Whether a browser says that a page of ours asks. One that says nothing of it is not
    believed: a form of somebody else's could say as little. Pure.

    `Sec-Fetch-Site` no page can forge; `Origin` is what is left where the connection is not
    encrypted: the same host as is asked, or, behind a proxy, a name that the settings have.
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        return site == "same-origin"
    try:
        origin = urlsplit(headers.get("origin", ""))
        host = origin.hostname or ""
    except ValueError:
        return False
    if not host:
        return False
    public = {name for name in names if name not in LOOPBACK}
    return origin.netloc == headers.get("host", "") or host in public


def fields_of(body: bytes) -> Fields:
    """Of a form without files. Raises AskedWronglyError."""
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise AskedWronglyError(say("form_broken", "zh"), say("form_broken", "en")) from None
    for key, value in pairs:
        if len(value) > LONGEST or UNTYPED.search(LINES.sub("", value)):
            raise AskedWronglyError(say("form_broken", "zh"), say("form_broken", "en"))
        found.setdefault(key, []).append(value)
    return found


def field_in(fields: Fields, name: str) -> str:
    """What a field says, the last where there are several; empty where it is not there."""
    return next(iter(fields.get(name, ())[-1:]), "").strip()


def who_of(request: Request) -> str:
    """Who acts, as the log of what people decided says."""
    visitor = who(request)
    if visitor.is_signed_in:
        return visitor.name
    return site_of(request).settings.web.who or os.environ.get("NIANBAO_WHO", "") or HERE


def then(request: Request, *parts: object, **query: object) -> Response:
    """After an act, the page that shows what came of it."""
    return RedirectResponse(link(root_of(request), *parts, **query), 303)
