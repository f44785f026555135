"""The drafts box at a unit's door: by its link or account it hands a draft in, sees the verdict of
each round, and after publication whether that is what was passed.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.drafts_board import STATES, board
from nianbao.monitor.handing_in import MOST_BYTES, comments_name
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.standing import due_year
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.box import (
    DOCX,
    PATIENCE,
    ROUND_WORDS,
    draft_in,
    file_as,
    handed_in,
    judge_soon,
    no_draft,
    shown_of,
    verdict_of,
)
from nianbao.monitor.web.door import Inside, guarded, with_file
from nianbao.monitor.web.every import asked_of, words_of
from nianbao.monitor.web.posting import then
from nianbao.monitor.web.shell import lang_of, query_of, rendered, site_of
from nianbao.monitor.web.words import say
from nianbao.parser.private import masked
from nianbao.storage.drafts import Kept, drafts_of
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking

LANGS: tuple[Lang, Lang] = ("zh", "en")
MOST_A_DAY = 20  # drafts of one unit: who has a link may be anybody


def drafts(request: Request, inside: Inside) -> Response:
    """The rounds so far, and where the next one is handed in."""
    asked, lang, unit = asked_of(request), lang_of(request), inside.unit
    query_of(request)
    with looking(site_of(request).engine) as s:
        of = of_unit(unit.id, unit.county)
        rows = board(s, of, inside.year, asked.now, asked.registry)
    return rendered(
        request,
        "door_drafts.html",
        inside=inside,
        shown=shown_of(rows[0], lang) if rows else None,
        may_hand_in=inside.year == due_year(asked.now),
        size=MOST_BYTES // 1024 // 1024,
        states=STATES,
        **words_of(request, asked.now),
    )


def hand_in(request: Request, inside: Inside, form: FormData) -> Response:
    asked, unit = asked_of(request), inside.unit
    if inside.year != due_year(asked.now):
        raise AskedWronglyError(say("box_not_due", "zh"), say("box_not_due", "en"), 409)
    with looking(site_of(request).engine) as s:
        mine = drafts_of(s, of_unit(unit.id, unit.county), inside.year)
    if sum(each.at.date() == asked.now.date() for each in mine) >= MOST_A_DAY:
        zh, en = (say("door_drafts_many", lang, count=MOST_A_DAY) for lang in LANGS)
        raise AskedWronglyError(zh, en, 429)
    return then(request, "door", "drafts", handed_in(request, form, unit, inside.visitor.name))


def _mine(request: Request, inside: Inside) -> Kept:
    """The draft of an address, if it is the unit's own."""
    with looking(site_of(request).engine) as s:
        kept = draft_in(s, request)
    if kept.unit != inside.unit.id:
        raise no_draft()
    return kept


def verdict(request: Request, inside: Inside) -> Response:
    """A round: what is to be mended, and the file with its comments."""
    asked, lang, site = asked_of(request), lang_of(request), site_of(request)
    query_of(request)
    kept = _mine(request, inside)
    if kept.state == "waiting":
        judge_soon(request)
        site.judging.wait(PATIENCE)
        kept = _mine(request, inside)
    answer: Response = rendered(
        request,
        "door_draft.html",
        inside=inside,
        kept=kept,
        word=ROUND_WORDS[kept.state][0],
        verdict=verdict_of(kept, lang),
        why=masked(kept.why[0 if lang == "zh" else 1]) if kept.why else "",
        findings=[(each["severity"], each["rule"], each[lang]) for each in kept.findings],
        **words_of(request, asked.now),
    )
    if kept.state == "waiting":
        answer.headers["refresh"] = "5"
    return answer


def taken(request: Request, inside: Inside) -> Response:
    """The file as it was handed in, or with its comments."""
    site, kept = site_of(request), _mine(request, inside)
    what = str(request.path_params["what"])
    if what == "file":
        return file_as(site.evidence.read(kept.sha256), "application/octet-stream", kept.name)
    if what == "comments" and kept.commented:
        return file_as(site.evidence.read(kept.commented), DOCX, comments_name(kept.name))
    raise AskedWronglyError("没有这个网址", "there is no such page", 404)


ROUTES = (
    Route("/door/drafts", guarded(drafts), methods=["GET"]),
    Route("/door/drafts/hand-in", with_file(hand_in, MOST_BYTES), methods=["POST"]),
    Route("/door/drafts/{id}", guarded(verdict), methods=["GET"]),
    Route("/door/drafts/{id}/{what}", guarded(taken), methods=["GET"]),
)
