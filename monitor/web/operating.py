"""The addresses of operations, and what their buttons do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from nianbao.monitor.web.asked import LONGEST, AskedWronglyError, page_number
from nianbao.monitor.web.every import Told, words_of
from nianbao.monitor.web.operations import (
    LEVELS,
    MOST_MAIL,
    SIZE,
    checked,
    log_page,
    operations_page,
    waits_of,
    watched,
)
from nianbao.monitor.web.paging import paged
from nianbao.monitor.web.posting import Fields, posting, who_of
from nianbao.monitor.web.shared import shared
from nianbao.monitor.web.shell import lang_of, link, query_of, rendered, root_of, site_of
from nianbao.storage.outbox import again
from nianbao.storage.store import looking


def text_in(query: Mapping[str, Sequence[str]], key: str) -> str:
    """A text that is looked for. Raises AskedWronglyError."""
    text = "".join(query.get(key, ())[-1:]).strip()
    if len(text) > LONGEST:
        raise AskedWronglyError(f"过长（最多{LONGEST}字）", f"over {LONGEST} letters")
    return text


def operations(request: Request) -> Response:
    site, query, lang = site_of(request), query_of(request), lang_of(request)
    now, registry, named = site.clock(), site.files.registry(), text_in(query, "q")
    counties = watched(registry, named)

    def at(number: int) -> str:
        return link(root_of(request), "operations", q=named, page=number) + "#portals"

    pages = paged(len(counties), SIZE, page_number(query.get("page", ())), at)
    chosen = counties[pages.first - 1 if pages.first else 0 : pages.last]
    asked = Told(now, registry)
    waits = shared(request, asked, "waits", "", lambda s: waits_of(s, registry, now))
    with looking(site.engine) as s:
        page = operations_page(s, site, registry, chosen, waits, now, lang)
    return rendered(
        request,
        "operations.html",
        page=page,
        pages=pages,
        named=named,
        changed=sum(not each.is_default for each in page.settings),
        most_mail=MOST_MAIL,
        **words_of(request, now),
    )


def log(request: Request) -> Response:
    site, query, lang = site_of(request), query_of(request), lang_of(request)
    text, level = text_in(query, "q"), text_in(query, "level")
    if level not in ("", *LEVELS):
        raise AskedWronglyError(f"level 可用：{'、'.join(LEVELS)}", f"one of {', '.join(LEVELS)}")
    return rendered(
        request,
        "log.html",
        page=log_page(site, text, level, lang),
        text=text,
        level=level,
        levels=LEVELS,
        **words_of(request, site.clock()),
    )


def retry(request: Request, fields: Fields) -> Response:
    """Mail that was refused or came back is queued again; a second time there is none."""
    site = site_of(request)
    again(site.engine, site.clock(), who_of(request))
    return RedirectResponse(link(root_of(request), "operations") + "#mail", 303)


def check(request: Request, fields: Fields) -> Response:
    """This machine is looked at again, at once."""
    checked(site_of(request), fresh=0.0, patience=2.0)
    return RedirectResponse(link(root_of(request), "operations") + "#machine", 303)


OPERATING = (
    Route("/operations", operations),
    Route("/operations/log", log),
    Route("/operations/retry", posting(retry), methods=["POST"]),
    Route("/operations/check", posting(check), methods=["POST"]),
)
