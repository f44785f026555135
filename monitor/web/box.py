"""The drafts box: a unit hands in its draft and gets its verdict; the board of a county's units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.drafts_board import (
    COLUMNS,
    STATES,
    Row,
    board,
    change_of,
    changes_of,
    row_of,
    said_of,
)
from nianbao.monitor.handing_in import MOST_BYTES, comments_name, hand_in, judge_waiting
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.mail.handed_in import answering, tell_decided
from nianbao.monitor.standing import due_year
from nianbao.monitor.web.asked import FORMS, LONGEST, AskedWronglyError, form_in, year_in
from nianbao.monitor.web.check import form_with_files
from nianbao.monitor.web.every import asked_of, words_of
from nianbao.monitor.web.posting import Fields, field_in, posting, then, who_of
from nianbao.monitor.web.shell import lang_of, link, query_of, rendered, root_of, site_of
from nianbao.monitor.web.taking import file_of
from nianbao.monitor.web.visitor import who
from nianbao.monitor.web.words import say
from nianbao.parser.private import masked
from nianbao.storage.drafts import DraftsError, Handed, Kept, decide, draft, nobodys, set_aside
from nianbao.storage.kinds import DraftState
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.units import UnitRef, units_named

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PATIENCE = 4.0  # seconds that a page waits for a verdict
DECIDES = ("supervisor", "operator", "admin")


# ---- the board


def board_page(request: Request) -> Response:
    """A county's units, a row each; a unit sees its own."""
    visitor, asked, lang = who(request), asked_of(request), lang_of(request)
    code, query = str(request.path_params["code"]), query_of(request)
    if asked.registry.county(code) is None or not visitor.scope.touches(code):
        told = code[:60]
        raise AskedWronglyError(f"没有县 {told}", f"there is no county {told}", 404)
    form = request.path_params.get("form")
    year = year_in(query.get("year", ())) or due_year(asked.now)
    states, text = _filter(query)
    with looking(site_of(request).engine) as s:
        scope = visitor.scope.within([code])
        rows = board(s, scope, year, asked.now, asked.registry)
        lost = nobodys(s) if visitor.scope.is_everything else []
    shown = [row for row in rows if (not states or row.state in states) and text in row.name]
    name = asked.registry.called[code]
    if form:
        return file_of(
            form_in(form, FORMS), [row_of(row) for row in shown], COLUMNS, f"{name}{year}"
        )
    of = {"year": year, "state": list(states), "q": text}
    return rendered(
        request,
        "box.html",
        code=code,
        name=name,
        year=year,
        rows=[shown_of(row, lang) for row in shown],
        counts=[(key, word, sum(row.state == key for row in rows)) for key, word in STATES.items()],
        chosen=states,
        text=text,
        lost=lost,
        may_decide=visitor.role in DECIDES,
        takes=[
            (said, link(root_of(request), "c", code, f"drafts.{ending}", **of))
            for said, ending in TAKES
        ],
        **words_of(request, asked.now),
    )


TAKES = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))


def _filter(query: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], str]:
    states = tuple(dict.fromkeys(each for each in query.get("state", ()) if each))
    for each in states:
        if each not in STATES:
            there = "、".join(STATES)
            zh = f"state 没有“{each[:LONGEST]}”，可用：{there}"
            en = f"state can't be “{each[:LONGEST]}”: one of {', '.join(STATES)}"
            raise AskedWronglyError(zh, en)
    return states, "".join(query.get("q", ("",))[-1:]).strip()[:LONGEST]


class Shown(NamedTuple):
    """A row as it is drawn."""

    row: Row
    symbol: str
    word: str
    says: Sequence[str]
    changes: Sequence[str]


def shown_of(row: Row, lang: Lang) -> Shown:
    changes = [change_of(each, lang) for each in changes_of(row)]
    return Shown(row, STATES[row.state].symbol, row.word(lang), said_of(row, lang), changes)


# ---- a unit's drafts


def _unit(s: Session, request: Request, key: str) -> UnitRef:
    """One that the visitor may see; of another one nobody learns that it is there."""
    found = next((unit for unit in units_named(s, key) if unit.id == key), None)
    if found is None or not who(request).scope.holds(found.county, found.id):
        told = key[:60]
        raise AskedWronglyError(f"没有单位 {told}", f"there is no unit {told}", 404)
    return found


def unit_page(request: Request) -> Response:
    visitor, asked, lang = who(request), asked_of(request), lang_of(request)
    query = query_of(request)
    year = year_in(query.get("year", ())) or due_year(asked.now)
    with looking(site_of(request).engine) as s:
        unit = _unit(s, request, str(request.path_params["code"]))
        rows = board(s, of_unit(unit.id, unit.county), year, asked.now, asked.registry)
    row = rows[0] if rows else None
    return rendered(
        request,
        "box_unit.html",
        unit=unit,
        year=year,
        shown=shown_of(row, lang) if row is not None else None,
        may_hand_in=year == due_year(asked.now) and visitor.role in ("unit", *DECIDES),
        size=MOST_BYTES // 1024 // 1024,
        states=STATES,
        **words_of(request, asked.now),
    )


async def handed(request: Request) -> Response:
    form = await form_with_files(request)
    return await run_in_threadpool(_handed, request, form)


def _handed(request: Request, form: FormData) -> Response:
    with looking(site_of(request).engine) as s:
        unit = _unit(s, request, str(request.path_params["code"]))
    return then(request, "drafts", handed_in(request, form, unit, who_of(request)))


def handed_in(request: Request, form: FormData, unit: UnitRef, by: str) -> int:
    """The one draft of a form, of the year that is due: its number. It is judged soon. Raises
    AskedWronglyError.
    """
    site, now = site_of(request), asked_of(request).now
    files = [
        each for each in form.getlist("file") if isinstance(each, UploadFile) and each.filename
    ]
    if len(files) != 1:
        raise AskedWronglyError(say("box_one", "zh"), say("box_one", "en"))
    data = files[0].file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        size = MOST_BYTES // 1024 // 1024
        raise AskedWronglyError(
            say("box_large", "zh", size=size), say("box_large", "en", size=size), 413
        )
    if not data:
        raise AskedWronglyError(say("box_empty", "zh"), say("box_empty", "en"))
    handed = Handed(due_year(now), files[0].filename or "", "", now, by, "page", unit.id)
    number = hand_in(site.engine, site.evidence, handed, data)
    judge_soon(request)
    return number


def judge_soon(request: Request) -> None:
    """All that waits, whoever sent it and whatever the visitor may see: as the daemon does."""
    site = site_of(request)
    registry = site.files.registry()
    back = answering(site.settings, registry, site.clock())
    of = (site.engine, site.evidence, registry)
    site.judging.begin(partial(judge_waiting, *of, answer=back))


# ---- a round


def _round(s: Session, request: Request) -> tuple[Kept, UnitRef]:
    found = draft_in(s, request)
    unit = next((each for each in units_named(s, found.unit or "") if each.id == found.unit), None)
    if unit is None or not who(request).scope.holds(unit.county, unit.id):
        raise no_draft()
    return found, unit


def draft_in(s: Session, request: Request) -> Kept:
    """The draft whose number an address has, whosever it is."""
    said = str(request.path_params["id"])
    found = draft(s, int(said)) if re.fullmatch("[0-9]{1,9}", said) else None
    if found is None:
        raise no_draft()
    return found


def _mail(s: Session, request: Request) -> Kept | None:
    """A mail of which nobody knows whose it is; for whoever sees everything."""
    found = draft_in(s, request)
    if found.unit is not None:
        return None
    if not who(request).scope.is_everything:
        raise no_draft()
    return found


def no_draft() -> AskedWronglyError:
    return AskedWronglyError("没有这份稿件", "there is no such draft", 404)


def round_page(request: Request) -> Response:
    visitor, asked, lang, site = who(request), asked_of(request), lang_of(request), site_of(request)
    query_of(request)
    with looking(site.engine) as s:
        kept, unit = _round(s, request)
    if kept.state == "waiting":
        judge_soon(request)
        site.judging.wait(PATIENCE)
        with looking(site.engine) as s:
            kept, unit = _round(s, request)
    answer: Response = rendered(
        request,
        "box_round.html",
        kept=kept,
        unit=unit,
        word=ROUND_WORDS[kept.state][0],
        verdict=verdict_of(kept, lang),
        why=masked(kept.why[0 if lang == "zh" else 1]) if kept.why else "",
        findings=[(each["severity"], each["rule"], each[lang]) for each in kept.findings],
        may_decide=visitor.role in DECIDES and kept.state in ("returned", "passed", "held"),
        **words_of(request, asked.now),
    )
    if kept.state == "waiting":
        answer.headers["refresh"] = "5"
    return answer


# How each looks, and what is said of it.
ROUND_WORDS: Mapping[DraftState, tuple[str, str]] = {
    "waiting": ("d-waiting", "box_is_waiting"),
    "returned": ("d-returned", "box_is_returned"),
    "passed": ("d-passed", "box_is_passed"),
    "held": ("d-held", "box_is_held"),
    "unread": ("d-unread", "box_is_unread"),
    "unfiled": ("d-unread", "box_is_unfiled"),
    "aside": ("d-none", "box_is_aside"),
}


def verdict_of(kept: Kept, lang: Lang) -> str:
    count = kept.must_mend()
    if kept.state == "returned" and count and not kept.decider:
        return say("box_returned", lang, count=count)
    if kept.state == "passed" and kept.to_verify() and not kept.decider:
        return say("box_is_to_verify", lang, count=kept.to_verify())
    return say(ROUND_WORDS[kept.state][1], lang)


def taken(request: Request) -> Response:
    """The file as it was handed in, or with its comments."""
    site, what = site_of(request), str(request.path_params["what"])
    with looking(site.engine) as s:
        mail = _mail(s, request)
        kept = mail or _round(s, request)[0]
    if mail is not None and what == "file":
        return file_as(site.evidence.read(mail.sha256), "message/rfc822", f"{mail.name}.eml")
    if what == "file":
        return file_as(site.evidence.read(kept.sha256), "application/octet-stream", kept.name)
    if what == "comments" and kept.commented:
        return file_as(site.evidence.read(kept.commented), DOCX, comments_name(kept.name))
    raise AskedWronglyError("没有这个网址", "there is no such page", 404)


def file_as(body: bytes, kind: str, name: str) -> Response:
    named = f"attachment; filename*=UTF-8''{link('', name).lstrip('/')}"
    return Response(body, media_type=kind, headers={"content-disposition": named})


def decided(request: Request, fields: Fields) -> Response:
    """A person passes a draft, or returns it, and says why."""
    site, asked = site_of(request), asked_of(request)
    with looking(site.engine) as s:
        mail = _mail(s, request)
        kept = mail or _round(s, request)[0]
    reason = field_in(fields, "reason")[:1000]
    state: DraftState = "passed" if field_in(fields, "state") == "passed" else "returned"
    try:
        with session(site.engine) as s:
            if mail is not None:
                set_aside(s, mail.id, who_of(request), reason, asked.now)
            else:
                decide(s, kept.id, state, who_of(request), reason, asked.now)
                now_it_is, unit = _round(s, request)
                tell_decided(s, now_it_is, unit, site.settings, asked.registry, asked.now)
    except DraftsError as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None
    if mail is not None:
        return then(request, "")
    return then(request, "drafts", kept.id)


ROUTES = (
    Route("/c/{code}/drafts", board_page, methods=["GET"]),
    Route("/c/{code}/drafts.{form}", board_page, methods=["GET"]),
    Route("/u/{code}/drafts", unit_page, methods=["GET"]),
    Route("/u/{code}/drafts/hand-in", handed, methods=["POST"]),
    Route("/drafts/{id}", round_page, methods=["GET"]),
    Route("/drafts/{id}/decide", posting(decided), methods=["POST"]),
    Route("/drafts/{id}/{what}", taken, methods=["GET"]),
)
