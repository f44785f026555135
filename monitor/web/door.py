"""A unit's own door: by the link in a letter or mail, or by an account of its own. It sees itself,
what was found with it, and answers; nothing of anybody else.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from nianbao.monitor.checking import File
from nianbao.monitor.engine.jobs import BusyError
from nianbao.monitor.ledger.faults import faults_of
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.checked_page import drawn_of
from nianbao.monitor.paper.doors import last_day
from nianbao.monitor.paper.marked import say as form_word
from nianbao.monitor.paper.pieces import pieces_of
from nianbao.monitor.standing import day_in_beijing, due_year
from nianbao.monitor.web.asked import AskedWronglyError, year_in
from nianbao.monitor.web.check import held_by
from nianbao.monitor.web.drafts import MOST_BYTES, Asked
from nianbao.monitor.web.every import Told, words_of
from nianbao.monitor.web.faults import names_of
from nianbao.monitor.web.form_token import is_token, new_secret, token_of
from nianbao.monitor.web.posting import Fields, posted, posting, then
from nianbao.monitor.web.report import Wanted, report_page
from nianbao.monitor.web.sessions import address_of
from nianbao.monitor.web.shell import (
    UNTYPED,
    is_encrypted,
    lang_of,
    query_of,
    rendered,
    root_of,
    site_of,
)
from nianbao.monitor.web.unit import unit_page
from nianbao.monitor.web.visitor import Visitor, who
from nianbao.monitor.web.words import day_of, say
from nianbao.parser.private import masked
from nianbao.storage.doors import came_in, door_of, guessed, opens_at
from nianbao.storage.kinds import StepKind
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.units import UnitRef, units_named
from nianbao.storage.ways import ANSWERS, MOST_FILE, MOST_WORDS, New, WayError, answer

COOKIE = "nianbao_door"
ASKED = "nianbao_door_form"  # of the browser that opened a link
MOST_SECRET = 1024  # bytes of a form that holds one
NAME = 120  # letters of a file's name
# The address holds a secret: no other site learns it.
SECRET = {"referrer-policy": "no-referrer"}


class Inside(NamedTuple):
    """Whoever stands in a unit's door."""

    visitor: Visitor
    unit: UnitRef
    year: int
    until: datetime | None  # of a link; None: an account


class Typed(NamedTuple):
    """What somebody typed into the box, where it can't be taken so."""

    told: str = ""
    kind: str = ""
    words: str = ""
    of: Sequence[str] = ()


NOTHING = Typed()


class ClosedError(Exception):
    """Nobody comes in; `key`: the word that says why and what to do."""

    def __init__(self, key: str, status: int = 403, seconds: int = 0) -> None:
        self.key, self.status, self.seconds = key, status, seconds
        super().__init__(key)


def _inside(request: Request) -> Inside:
    """By a link that holds, else by an account of a unit. Raises ClosedError."""
    secret = request.cookies.get(COOKIE, "")
    if secret:
        return _by_link(request, secret)
    visitor = who(request)
    if visitor.role != "unit" or len(visitor.scope.units) != 1:
        raise ClosedError("door_none")
    with looking(site_of(request).engine) as s:
        unit = next(iter(units_named(s, visitor.scope.units[0])), None)
    if unit is None:
        raise ClosedError("door_none")
    return Inside(visitor, unit, due_year(site_of(request).clock()), None)


def _by_link(request: Request, secret: str) -> Inside:
    """Guesses from an address cost time there; whoever holds a link is not asked to wait for it."""
    site, now, address = site_of(request), site_of(request).clock(), address_of(request)
    with looking(site.engine) as s:
        given = door_of(s, secret)
        unit = next(iter(units_named(s, given.unit)), None) if given is not None else None
        opens = opens_at(s, address, now) if given is None else now
    if opens > now:
        raise ClosedError("door_wait", 429, int((opens - now).total_seconds()) + 1)
    if given is None or unit is None:
        with session(site.engine) as s:
            guessed(s, address, now)
        raise ClosedError("door_forged")
    if given.revoked is not None:
        raise ClosedError("door_ended", 410)
    if not given.holds(now):
        raise ClosedError("door_late", 410)
    name = say("door_by_link", "zh", unit=unit.name)
    visitor = Visitor(name, "unit", of_unit(unit.id, unit.county))
    return Inside(visitor, unit, given.year, given.until)


def _asked(request: Request, inside: Inside) -> Told:
    """Cut to the unit whose door it is, whoever else is signed in."""
    site = site_of(request)
    return Told(site.clock(), site.files.registry().cut(inside.visitor.scope))


def _closed(request: Request, error: ClosedError) -> Response:
    """What to do where a link does not lead in."""
    lang = lang_of(request)
    answered = rendered(
        request,
        "door_closed.html",
        error.status,
        told=say(error.key, lang, seconds=error.seconds),
        contact=site_of(request).settings.office.contact,
    )
    if error.seconds:
        answered.headers["retry-after"] = str(error.seconds)
    answered.headers.update(SECRET)
    return answered


def guarded(page: Callable[[Request, Inside], Response]) -> Callable[[Request], Response]:
    def shown(request: Request) -> Response:
        try:
            return page(request, _inside(request))
        except ClosedError as error:
            return _closed(request, error)

    return shown


# ---- coming in


def entry(request: Request) -> Response:
    """The link's own page: somebody must press a button, so that no program that only looks at the
    links of a mail has opened it.
    """
    secret = str(request.path_params["secret"])
    query_of(request)
    try:
        inside = _by_link(request, secret)
    except ClosedError as error:
        return _closed(request, error)
    browser = request.cookies.get(ASKED, "") or new_secret()
    shown = rendered(
        request,
        "door_in.html",
        unit=inside.unit,
        year=inside.year,
        secret=secret,
        token=token_of(browser, secret),
        until=_until(inside),
    )
    shown.headers.update(SECRET)
    _keep(request, shown, ASKED, browser, "lax")
    return shown


def _keep(
    request: Request, answer: Response, name: str, value: str, site: Literal["lax", "strict"]
) -> None:
    """A cookie of the door alone."""
    path = f"{root_of(request)}/door"
    is_secret = is_encrypted(request)
    answer.set_cookie(name, value, path=path, secure=is_secret, httponly=True, samesite=site)


def _until(inside: Inside) -> str:
    return "" if inside.until is None else str(last_day(inside.until))


async def come_in(request: Request) -> Response:
    """The secret goes out of the address, into a cookie of the door alone. A page whose address is
    kept from others can't say that it is ours: its form holds a token that only the browser which
    opened the link can have, so that no other site leads anybody into a door.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_SECRET:
            raise AskedWronglyError(say("form_long", "zh"), say("form_long", "en"), 413)
    said = parse_qs(body.decode("ascii", "replace"))
    secret, token = (said.get(key, [""])[-1] for key in ("secret", "door_token"))
    if not is_token(token, request.cookies.get(ASKED, ""), secret):
        return _closed(request, ClosedError("door_foreign"))
    return await run_in_threadpool(_came_in, request, secret)


def _came_in(request: Request, secret: str) -> Response:
    site = site_of(request)
    try:
        _by_link(request, secret)
    except ClosedError as error:
        return _closed(request, error)
    with session(site.engine) as s:
        came_in(s, secret, site.clock())
    answered = then(request, "door")
    _keep(request, answered, COOKIE, secret, "strict")
    answered.headers.update(SECRET)
    return answered


def go_out(request: Request, fields: Fields) -> Response:
    answered = then(request, "door")
    path = f"{root_of(request)}/door"
    answered.delete_cookie(COOKIE, path=path, httponly=True, samesite="strict")
    return answered


# ---- pages


def door(request: Request, inside: Inside) -> Response:
    query = query_of(request)
    return _door(request, inside, is_done="done" in query)


def _door(
    request: Request,
    inside: Inside,
    status: int = 200,
    *,
    is_done: bool = False,
    wrong: Typed = NOTHING,
) -> Response:
    asked, lang, site = _asked(request, inside), lang_of(request), site_of(request)
    unit, scope = inside.unit, inside.visitor.scope
    with looking(site.engine) as s:
        of = (asked.registry, unit.id, inside.year, asked.now, lang)
        page = unit_page(s, *of, office=site.settings.office)
        told = faults_of(s, scope, inside.year, asked.now, asked.registry)
    ways = told.of(unit.id)
    said = {each.id: each for way in ways for each in way.said if each.id}
    return rendered(
        request,
        "door.html",
        status,
        page=page,
        asks=_asks(page.line, lang),
        inside=inside,
        until=_until(inside),
        open=[each for each in ways if not each.is_over],
        over=[each for each in ways if each.is_over],
        said=[said[number] for number in sorted(said, reverse=True)],
        deadline=day_of(page.line.deadline, lang) if page.line is not None else "",
        is_done=is_done,
        wrong=wrong,
        most=MOST_FILE // 1024 // 1024,
        most_words=MOST_WORDS,
        contact=site.settings.office.contact,
        **words_of(request, asked.now),
        **names_of(lang),
    )


def _asks(line: Line | None, lang: Lang) -> str:
    """What a unit is asked, and not told, whose report one look alone did not show."""
    if line is None or not line.is_unconfirmed or line.standing.evidence is None:
        return ""
    return say("door_asked", lang, day=day_of(day_in_beijing(line.standing.evidence), lang))


def report(request: Request, inside: Inside) -> Response:
    """The unit's own report, marked."""
    asked, lang = _asked(request, inside), lang_of(request)
    year = year_in(query_of(request).get("year", ())) or inside.year
    with looking(site_of(request).engine) as s:
        page = report_page(s, asked.registry, inside.unit.id, year, Wanted(), asked.now, lang)
    return _sheet(request, inside, page.title, page.pieces, f"{year}", found=page.found)


def _sheet(
    request: Request, inside: Inside, title: str, pieces: Any, year: str, **more: Any
) -> Response:
    lang = lang_of(request)
    return rendered(
        request,
        "door_report.html",
        inside=inside,
        title=title,
        pieces=pieces,
        year=year,
        legend=f"{form_word('legend_wrong', lang)} {form_word('legend_blank', lang)}",
        **more,
        **words_of(request, site_of(request).clock()),
    )


# ---- answering


def with_file(
    act: Callable[[Request, Inside, FormData], Response], most: int
) -> Callable[[Request], Awaitable[Response]]:
    """A form with a file, from a page of ours and not too large."""

    async def answered(request: Request) -> Response:
        try:
            inside = await run_in_threadpool(_inside, request)
        except ClosedError as error:
            return _closed(request, error)
        kind = request.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            await posted(request)
            raise AskedWronglyError(say("form_kind", "zh"), say("form_kind", "en"), 415)
        body = await posted(request, most + 64 * 1024)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            whole = Request(request.scope, again)
            form = await whole.form(max_files=2, max_fields=200, max_part_size=65536)
        except Exception:  # whatever a form that is none makes its parser raise
            zh, en = say("form_broken", "zh"), say("form_broken", "en")
            raise AskedWronglyError(zh, en) from None
        return await run_in_threadpool(act, request, inside, form)

    return answered


def _text(form: FormData, key: str) -> str:
    said = form.get(key)
    lines = said.replace("\r\n", "\n").split("\n") if isinstance(said, str) else []
    return "\n".join(UNTYPED.sub("", line) for line in lines).strip()


def _file(form: FormData) -> tuple[bytes, str]:
    """What came with it, and its name; nothing where the field was left empty."""
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not (upload.filename or upload.size):
        return b"", ""
    name = UNTYPED.sub("", re.split(r"[\\/]", upload.filename or "")[-1]).strip()[-NAME:]
    return upload.file.read(), name or "?"


def answered(request: Request, inside: Inside, form: FormData) -> Response:
    asked, site, unit = _asked(request, inside), site_of(request), inside.unit
    with looking(site.engine) as s:
        told = faults_of(s, inside.visitor.scope, inside.year, asked.now, asked.registry)
    known = {each.key for each in told.of(unit.id) if not each.is_over}
    ticked = [each for each in form.getlist("of") if isinstance(each, str) and each in known]
    kind, words = _text(form, "kind"), _text(form, "words")
    body, name = _file(form)
    try:
        if len(body) > MOST_FILE:
            size = MOST_FILE // 1024 // 1024
            raise WayError(f"附件超过 {size} MB", f"the file is over {size} MB")
        step: StepKind = next((each for each in ANSWERS if each == kind), "sent")
        hash_ = sha256(body).hexdigest() if body else ""
        new = New(unit.id, inside.year, step, inside.visitor.name, ticked, words, hash_, name)
        with session(site.engine) as s:
            answer(s, new, asked.now)
            if body:
                site.evidence.keep(body)
    except WayError as error:
        why = error.zh if lang_of(request) == "zh" else error.en
        return _door(request, inside, 400, wrong=Typed(why, kind, words, ticked))
    return then(request, "door", done=1)


# ---- checking before publishing


def check(request: Request, inside: Inside, form: FormData) -> Response:
    """A draft of the unit's own, read in a limited child; nothing of it is kept."""
    site = site_of(request)
    body, name = _file(form)
    if not body:
        raise AskedWronglyError(say("check_none", "zh"), say("check_none", "en"))
    folder = site.drafts.room()
    try:
        path = folder / "files-0"
        path.write_bytes(body)
        asked = Asked((File(name, path),), unit=inside.unit.id, year=None)
        kept = site.drafts.begin(folder, asked, partial(held_by, site))
    except BusyError as error:
        raise AskedWronglyError(error.zh, error.en, 429) from None
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return then(request, "door", "check", kept.id)


def checked(request: Request, inside: Inside) -> Response:
    site, lang = site_of(request), lang_of(request)
    query_of(request)
    kept = site.drafts.of(str(request.path_params["id"]))
    if kept is None or kept.asked.unit != inside.unit.id:
        raise AskedWronglyError(say("check_gone", "zh"), say("check_gone", "en"), 404)
    found = site.drafts.found(kept)
    if found.is_lost:
        zh, en = say("check_lost", "zh"), say("check_lost", "en")
        raise AskedWronglyError(zh, en, 409)
    if found.result is None:
        return rendered(request, "door_wait.html", inside=inside)
    each = found.result[0]
    if each.report is None or each.judged is None:
        error = each.draft.error
        zh, en = (error.zh, error.en) if error is not None else ("无法读取", "it can't be read")
        raise AskedWronglyError(zh, en, 422)
    pieces = pieces_of(drawn_of(each.report, each.judged), lang)
    title = masked(each.report.title) or masked(each.draft.name)
    findings: Sequence[Any] = each.judged.findings
    unread = sum(value.state == "unreadable" for value in each.report.cells.values())
    return _sheet(request, inside, title, pieces, "", found=len(findings), unread=unread)


ROUTES = (
    Route("/door", guarded(door), methods=["GET"]),
    Route("/door/in", come_in, methods=["POST"]),
    Route("/door/out", posting(go_out), methods=["POST"]),
    Route("/door/report", guarded(report), methods=["GET"]),
    Route("/door/answer", with_file(answered, MOST_FILE), methods=["POST"]),
    Route("/door/check", with_file(check, MOST_BYTES), methods=["POST"]),
    Route("/door/check/{id}", guarded(checked), methods=["GET"]),
    Route("/door/{secret}", entry, methods=["GET"]),
)
