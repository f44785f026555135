"""How a program is answered: as often as it may ask, nothing anew that has not changed, and what
is wrong as a problem.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from threading import Lock
from typing import Any, NamedTuple, cast

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from nianbao import __version__
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.standing import day_in_beijing
from nianbao.monitor.web.api.params import Param, Query, checked
from nianbao.monitor.web.api.rates import Rates
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.problems import problem_of
from nianbao.monitor.web.shell import lang_of, query_of, site_of
from nianbao.monitor.web.sight import registry_of
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import who
from nianbao.storage.pulse import Pulse
from nianbao.storage.store import looking

JSON = "application/json"
LARGEST = 65536  # bytes that a question may bring along; they are not read
HEADERS = {"cache-control": "private, no-cache", "vary": "Authorization, Cookie"}


@dataclass
class Api:
    """What the API keeps between two answers."""

    pulse: Pulse
    rates: Rates
    exporting: Lock = field(default_factory=Lock)  # held while a table is written


def api_of(request: Request) -> Api:
    return cast(Api, request.app.state.api)


class Asking(NamedTuple):
    """What every answer needs."""

    request: Request
    s: Session
    registry: Registry  # cut to what whoever asks may see
    now: datetime
    query: Query

    @property
    def site(self) -> Site:
        return site_of(self.request)


Answers = Callable[[Asking], Response]


def answering(
    params: Mapping[str, Param], kinds: tuple[str, ...] = (JSON,)
) -> Callable[[Answers], Callable[[Request], Response]]:
    """A route that asks its question only where something may have changed."""

    def of(answers: Answers) -> Callable[[Request], Response]:
        @wraps(answers)
        def answered(request: Request) -> Response:
            seconds = api_of(request).rates.wait(request)
            if seconds:
                return _too_often(request, seconds)
            _refuse(request, kinds)
            query = checked(params, query_of(request))
            site, registry = site_of(request), registry_of(request)
            now = site.clock()
            with looking(site.engine) as s:
                tag = _tag(request, s, now)
                headers = {**HEADERS, "etag": tag}
                if _has(request, tag):
                    return Response(status_code=304, headers=headers)
                answer = answers(Asking(request, s, registry, now, query))
            answer.headers.update(headers)
            return answer

        return answered

    return of


def _too_often(request: Request, seconds: int) -> Response:
    zh, en = f"请求过多，请{seconds}秒后再试", f"too many requests: try again in {seconds} s"
    told = zh if lang_of(request) == "zh" else en
    return problem_of(429, told, {"retry-after": str(seconds)})


def _refuse(request: Request, kinds: tuple[str, ...]) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:12]) > LARGEST:
        raise AskedWronglyError("这里不收文件", "nothing is taken here", 413)
    if not _takes(request.headers.get("accept", ""), kinds):
        zh, en = "、".join(kinds), ", ".join(kinds)
        raise AskedWronglyError(f"只有 {zh}", f"there is only {en}", 406)


def _takes(accept: str, kinds: tuple[str, ...]) -> bool:
    """Whether one of some types is taken, by the header of whoever asks. Pure."""
    ranges = [each.strip().lower().partition(";") for each in accept.split(",") if each.strip()]
    refused = ("q=0", "q=0.0", "q=0.00", "q=0.000")
    taken = {kind.strip() for kind, _, more in ranges if more.replace(" ", "") not in refused}
    wide = {"*/*", *kinds, *(f"{kind.partition('/')[0]}/*" for kind in kinds)}
    return not ranges or bool(taken & wide)


def _tag(request: Request, s: Session, now: datetime) -> str:
    """Another one whenever the answer may be: the store, the files, the day, the program, who asks
    or what.
    """
    site, visitor = site_of(request), who(request)
    told = (
        api_of(request).pulse.mark(s, now),
        site.files.stamp,
        day_in_beijing(now),
        __version__,
        visitor.scope,
        request.scope["path"],
        request.url.query,
    )
    return f'W/"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'


def _has(request: Request, tag: str) -> bool:
    said = request.headers.get("if-none-match", "")
    known = {each.strip().removeprefix("W/") for each in said.split(",")}
    return said.strip() == "*" or tag.removeprefix("W/") in known


def as_json(told: Any) -> Response:
    return Response(json.dumps(told, ensure_ascii=False, default=str), media_type=JSON)
