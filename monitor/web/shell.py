"""What stands around every page: its headers, its language, its words where something is wrong."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import Collection, Mapping
from functools import cache, partial
from typing import Any, cast
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nianbao.monitor.health import PATHS as HEALTH
from nianbao.monitor.ledger.scope import ScopeError
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.networks import is_this_machine, is_within, networks_of
from nianbao.monitor.paper.states import colours as colours
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.form_token import BROWSER, SESSION, new_secret, token_of, with_token
from nianbao.monitor.web.hiding import without
from nianbao.monitor.web.problems import NONE, problem_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import who
from nianbao.monitor.web.words import by, say
from nianbao.storage.evidence import EvidenceError
from nianbao.storage.registry import ConfigError
from nianbao.storage.shelves import AwayError
from nianbao.storage.store import StoreError

log = logging.getLogger("nianbao")
COOKIE = "nianbao_lang"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Of archived pages: nothing in them runs, asks or leads anywhere.
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Guarded:
    """Headers on every answer. None to other machines but proxies where people sign in, nor to
    whoever calls it by another's name: a page of somebody else's must not come to be of this host.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app, self.names = app, frozenset(site.names)
        web = site.settings.web
        self.tells_health = web.health
        self.proxies = networks_of(web.proxies) if web.sign_in else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if (refused := self._refused(scope)) is not None:
            await refused(scope, receive, guarded)
            return
        await in_time(self.app, scope, receive, guarded, patience_of(scope))

    def _refused(self, scope: Scope) -> Response | None:
        """From elsewhere only how it is doing may be asked, if at all."""
        is_health = scope["path"].removeprefix(scope.get("root_path", "")) in HEALTH
        near = near_of(scope)
        is_near = is_this_machine(near) or is_within(near, self.proxies)
        if is_health and (is_near or self.tells_health):
            return None
        if not is_near:
            return _bare(scope, FROM_ELSEWHERE, 403)
        if _host_of(scope) not in self.names:
            return _bare(scope, "请用本机地址访问 / this is not a name of this host\n", 421)
        return None


FROM_ELSEWHERE = (
    "只回答本机，以及登录后 [web] proxies 所列的代理"
    " / only this machine is answered, and where people sign in the `proxies` of [web]\n"
)
PATIENCE = 30.0  # seconds for a page
PRINTING = 240.0  # for what LibreOffice or Chromium draws
LATE = (
    "30秒内没有得到答复，数据库可能没有应答，请稍后再试"
    " / no answer within 30 s, the database may not answer: try again a little later\n"
)


def patience_of(scope: Scope) -> float | None:
    """How long an answer is waited for; without end where something is handed over or done."""
    if scope["method"] not in ("GET", "HEAD"):
        return None
    takes_long = "/sheet." in scope["path"] or scope["path"].endswith(".parquet")
    return PRINTING if takes_long else PATIENCE


async def in_time(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, seconds: float | None
) -> None:
    """An answer, or that there was none in time. Its thread can't be ended and goes on waiting;
    what it says after that is heard by nobody.
    """
    begun = late = False

    async def sending(message: Message) -> None:
        nonlocal begun
        if not late:
            begun = True
            await send(message)

    if seconds is None:
        await app(scope, receive, send)
        return
    answering = asyncio.ensure_future(app(scope, receive, sending))
    try:
        await asyncio.wait({answering}, timeout=seconds)
    except asyncio.CancelledError:
        answering.cancel()
        raise
    if answering.done() or begun:
        await answering
        return
    late = True
    WAITING.add(answering)
    answering.add_done_callback(_forget)
    await _bare(scope, LATE, 503, {"retry-after": "60"})(scope, receive, send)


def _bare(scope: Scope, told: str, status: int, headers: Mapping[str, str] = NONE) -> Response:
    """A sentence, for whom no page is drawn; a program is told it as a problem."""
    if scope["path"].removeprefix(scope.get("root_path", "")).startswith("/api/"):
        return problem_of(status, told.strip(), headers)
    return PlainTextResponse(told, status, dict(headers))


WAITING: set[asyncio.Future[None]] = set()


def _forget(answering: asyncio.Future[None]) -> None:
    WAITING.discard(answering)
    if not answering.cancelled():
        answering.exception()  # it was looked at


def near_of(scope: Scope) -> str:
    """The address that a connection comes from, whatever its headers say; a socket's other end
    is this machine.
    """
    return str((scope.get("client") or ("127.0.0.1",))[0])


def _host_of(scope: Scope) -> str:
    """By which name it is called, without the port."""
    said = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return re.sub(r":\d*$", "", said.decode("latin-1")).strip("[]").lower()


class Under:
    """Pages under a path, whether the proxy before them cuts it off or not."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self.app, self.base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path, base = scope["path"], self.base
            is_whole = path == base or path.startswith(f"{base}/")
            scope = {**scope, "root_path": base, "path": path if is_whole else base + path}
            if scope["path"] == base:
                scope["path"] = f"{base}/"
        await self.app(scope, receive, send)


# ---- a request


def site_of(request: Request) -> Site:
    return cast(Site, request.app.state.site)


def root_of(request: Request) -> str:
    """The path under which we stand."""
    return str(request.scope.get("root_path", ""))


def lang_of(request: Request) -> Lang:
    """That of the address, else that of an earlier one, else the house's."""
    for said in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if said in ("zh", "en"):
            return cast(Lang, said)
    return site_of(request).lang


def query_of(request: Request, several: Collection[str] = ()) -> dict[str, list[str]]:
    """The parameters of an address, `several` of several lines. Letters that nobody types are
    refused.
    """
    found: dict[str, list[str]] = {}
    for key, value in request.query_params.multi_items():
        if UNTYPED.search(LINES.sub("", value) if key in several else value):
            raise AskedWronglyError("网址中有控制字符", "the address has control characters")
        found.setdefault(key, []).append(value)
    return found


LINES = re.compile(r"[\t\r\n]")  # of a field of several lines
UNTYPED = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def path_of(request: Request) -> str:
    """What an address says behind the page's name."""
    said = str(request.path_params.get("place", ""))
    if UNTYPED.search(said):
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    return said


# ---- an answer


def link(base: str, *parts: object, **query: object) -> str:
    """An address of ours."""
    path = "/".join(quote(str(part), safe="") for part in parts)
    asked = urlencode({key: value for key, value in query.items() if value}, doseq=True)
    return f"{base}/{path}{'?' if asked else ''}{asked}"


def outside(url: str) -> str:
    """An address of others that may be followed; empty for any other."""
    return url if re.match(r"https?://[^\s/]+", url, re.I) else ""


def code(told: str) -> Markup:
    """A sentence, what stands between backticks as code."""
    parts = told.split("`")
    if len(parts) % 2 == 0:  # one of them is alone
        return escape(told)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts)
    )


@cache
def templates() -> Environment:
    made = Environment(
        loader=PackageLoader("nianbao.monitor.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["outside"] = outside
    made.filters["code"] = code
    return made


def rendered(request: Request, template: str, status: int = 200, **named: Any) -> HTMLResponse:
    """A page in the language that was asked for."""
    lang, base = lang_of(request), str(request.scope.get("root_path", ""))

    def t(key: str, **more: object) -> str:
        return say(key, lang, **more)

    def of(*parts: object, **query: object) -> str:
        return link(base, *parts, **query)

    page = (
        templates()
        .get_template(template)
        .render(
            t=t,
            link=of,
            lang=lang,
            by=partial(by, lang=lang),
            base=base,
            other=_other_language(request, base, lang),
            visitor=who(request),
            can_leave=site_of(request).settings.web.sign_in in ("accounts", "oidc"),
            **named,
        )
    )
    page = without(page, base, who(request).hidden)
    secret = browser_secret(request)
    fresh = "" if secret or not who(request).is_signed_in else new_secret()
    page = with_token(page, token_of(secret or fresh, who(request).name))
    answer = HTMLResponse(re.sub(r"\n\s*(?=\n)", "", page), status)
    if fresh:
        is_secret = is_encrypted(request)
        path = f"{base}/"
        answer.set_cookie(
            BROWSER, fresh, path=path, secure=is_secret, httponly=True, samesite="lax"
        )
    if request.query_params.get("lang") in ("zh", "en"):
        path = f"{base}/"
        answer.set_cookie(COOKIE, lang, 31536000, path=path, httponly=True, samesite="lax")
    return answer


def browser_secret(request: Request) -> str:
    """What the browser of somebody who is signed in holds; empty where nobody is."""
    if not who(request).is_signed_in:
        return ""
    way = site_of(request).settings.web.sign_in
    return request.cookies.get(BROWSER if way == "header" else SESSION, "")


def is_encrypted(request: Request) -> bool:
    """Whether a browser may be told to say a secret over https alone."""
    public = site_of(request).settings.web.public
    return public.startswith("https:") or request.url.scheme == "https"


def _other_language(request: Request, base: str, lang: Lang) -> str:
    """The same page in the other one."""
    left = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    left.append(("lang", "en" if lang == "zh" else "zh"))
    # Two slashes before it would make it an address of somebody else's.
    path = "/" + request.scope["path"].removeprefix(base).lstrip("/")
    asked = urlencode(left, errors="replace")
    return f"{base}{quote(path, safe='/', errors='replace')}?{asked}"


# ---- what is wrong


async def failed(request: Request, error: Exception) -> Response:
    """A page that says what is wrong."""
    status, zh, en = told_of(error)
    told = zh if lang_of(request) == "zh" else en
    at = request.scope["path"].removeprefix(root_of(request)).split("/")[1:2]
    page = "door_wrong.html" if at == ["door"] else "wrong.html"
    answer: Response = rendered(request, page, status, told=told, at="".join(at))
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


def log_of(request: Request, error: Exception) -> None:
    """What went wrong is written down: of what is not ours, a line for each request."""
    status, zh, en = told_of(error)
    if status == 503:
        site_of(request).outages.tell(_path_told(request), status, zh, en, error)
    elif status >= 500:
        log.error("page", exc_info=error, extra={"told": {"path": _path_told(request)}})


def _path_told(request: Request) -> str:
    """What a log may say of an address: the secret of a unit's link is in none."""
    path = str(request.scope["path"])
    of_door = path.find("/door/")
    return f"{path[:of_door]}/door/…" if of_door >= 0 else path[:200]


OUTSIDE = (EvidenceError, AwayError, ConfigError, SQLAlchemyError, sqlite3.Error, StoreError)


def told_of(error: Exception) -> tuple[int, str, str]:
    match error:
        case AskedWronglyError():
            return error.status, error.zh, error.en
        case ScopeError():
            return 404, error.zh, error.en
        case HTTPException(status_code=404):
            return 404, "没有这个网址", "there is no such page"
        case HTTPException(status_code=405):
            return 405, "这里只能查看", "there is nothing to do here but to look"
        case HTTPException():
            return error.status_code, "无法处理这个请求", "this can't be answered"
        case EvidenceError():
            zh, _, en = str(error).partition(" / ")
            return 404, f"存档无法读取：{zh}", f"the archived bytes can't be read: {en or zh}"
        case AwayError():
            zh, en = (
                "证据库未能应答，请稍后再试",
                "the evidence can't be asked now, try again later",
            )
            return 503, zh, en
        case ConfigError():
            zh, en = "县配置文件有误，请运行 nianbao config check", "see `nianbao config check`"
            return 503, zh, f"the counties' files are faulty, {en}"
        case OperationalError() if "locked" in str(error.orig):
            return 503, say("store_busy", "zh"), say("store_busy", "en")
        case SQLAlchemyError() | sqlite3.Error() | StoreError():
            zh, en = "数据库无法使用，请运行 nianbao doctor", "the database can't be used"
            return 503, zh, f"{en}, see `nianbao doctor`"
        case _:
            return 500, "程序出错，已记入日志", "a fault of ours; it is written down in the log"
