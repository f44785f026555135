"""What waits for a person: the link's page beside what it is taken for, what each answer would
change, and taking an answer back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.ledger.asked import (
    AskedColumn,
    Change,
    Proposal,
    asked_columns,
    foreseen,
    foreseen_of_column,
    proposals,
)
from nianbao.monitor.ledger.first_look import late_look
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.sentences import answered, asked_why, of_column, settled, would_change
from nianbao.monitor.web.asked import YEARS, AskedWronglyError, page_number, year_in, year_or_due
from nianbao.monitor.web.every import Told, asked_of, words_of
from nianbao.monitor.web.operations import WaitRow, waits_of
from nianbao.monitor.web.paging import paged
from nianbao.monitor.web.posting import Fields, field_in, posting, then, who_of
from nianbao.monitor.web.shared import shared
from nianbao.monitor.web.shell import lang_of, link, path_of, query_of, rendered, root_of, site_of
from nianbao.monitor.web.sight import county_in
from nianbao.monitor.web.words import by, say
from nianbao.parser.private import masked
from nianbao.storage.decisions import DecisionError, check_column
from nianbao.storage.doubts import RETRY
from nianbao.storage.queries import PortalFacts, portals
from nianbao.storage.scope import of_county
from nianbao.storage.seen import Page, latest_at
from nianbao.storage.settling import Answered, Said, answers_in, counties_of, settle_all
from nianbao.storage.store import looking, session
from nianbao.storage.visits import InDoubt, waiting_links

MOST = 40  # links of a page
SIZE = 100  # counties of a page
MOST_ANSWERS = 20  # earlier ones that are shown, to be taken back
LONGEST_WHY = 200


class Asked(NamedTuple):
    """A link as a person is asked about it."""

    link: InDoubt
    why: str
    proposal: Proposal | None
    proposed: str


class Before(NamedTuple):
    """An answer that was given."""

    of: Answered
    said: str


class Queue(NamedTuple):
    """All that waits in a county, and what was answered last."""

    code: str
    name: str
    year: int
    links: Sequence[Asked]
    many: int
    columns: Sequence[AskedColumn]
    column_why: str
    in_use: Sequence[str]  # columns that a person said are in use in the year
    before: Sequence[Before]


def review(request: Request) -> Response:
    """The counties where something waits; a county; or one link of it."""
    asked = asked_of(request)
    code, _, number = path_of(request).strip("/").partition("/")
    if not code:
        return _counties(request, asked)
    county_in(asked.registry, code)
    if number == "column":
        return _one_column(request, asked, code)
    if number:
        return _one(request, asked, code, number)
    query, lang = query_of(request), lang_of(request)
    year = year_or_due(year_in(query.get("year", ())), asked.now)
    with looking(site_of(request).engine) as s:
        queue = _queue(s, asked, code, year, lang)
    return rendered(
        request,
        "review.html",
        queue=queue,
        done=next(iter(query.get("done", ())), "")[:9],
        **words_of(request, asked.now),
    )


def _counties(request: Request, asked: Told) -> Response:
    called = asked.registry.called
    if len(called) == 1:
        return then(request, "review", next(iter(called)))
    waiting = shared(request, asked, "waits", "", lambda s: waits_of(s, asked.registry, asked.now))
    rows = [*waiting]
    told = {row.code for row in rows}
    rows += [WaitRow(code, called[code], 0, 0) for code in sorted(called.keys() - told)]
    number = page_number(query_of(request).get("page", ()))
    pages = paged(len(rows), SIZE, number, lambda n: link(root_of(request), "review", page=n))
    shown = rows[pages.first - 1 if pages.first else 0 : pages.last]
    words = words_of(request, asked.now)
    return rendered(request, "review_counties.html", rows=shown, pages=pages, **words)


def _queue(s: Session, asked: Told, code: str, year: int, lang: Lang) -> Queue:
    scope = of_county(code)
    waiting = waiting_links(s, scope)
    proposed = proposals(s, waiting[:MOST])
    answers = answers_in(s, code)[::-1][:MOST_ANSWERS]
    facts = portals(s, scope, year=year)
    return Queue(
        code=code,
        name=asked.registry.called[code],
        year=year,
        links=[_asked(each, proposed.get(each.id), lang) for each in waiting[:MOST]],
        many=len(waiting),
        columns=asked_columns(s, scope, year, asked.now, asked.registry),
        column_why=of_column(year)[_of(lang)],
        in_use=[column.url for column in facts if column.answered],
        before=[Before(each, answered(_said_by(each))[_of(lang)]) for each in answers],
    )


def _of(lang: Lang) -> int:
    return 0 if lang == "zh" else 1


def _asked(of: InDoubt, proposal: Proposal | None, lang: Lang) -> Asked:
    proposed = ""
    if proposal is not None:
        what = answered(proposal.said)[_of(lang)]
        told = {"by": by(proposal.by, lang), "day": proposal.day, "of": proposal.of}
        proposed = say("review_proposed", lang, what=what, **told)
    return Asked(of, masked(asked_why(of.review)[_of(lang)]), proposal, proposed)


def _said_by(of: Answered) -> Said:
    match of.answer:
        case "not_a_report":
            return Said(not_a_report=True)
        case "dead":
            return Said(dead=True)
        case "is_it":
            return Said(is_it=True)
        case _:
            return Said(of.unit, of.year)


# ---- one link


class LinkPage(NamedTuple):
    """A link, its page, and what an answer that was chosen would change."""

    asked: Asked | None  # None: it waits no longer
    before: Before | None  # what was answered
    page: Page | None
    answer: str  # that was chosen
    unit: str
    year: str
    told: str  # what it will be
    changes: Sequence[str]
    wrong: str  # why it can't be answered so


ANSWERS = ("is_it", "year", "not_a_report", "dead", "undo")


def _one(request: Request, asked: Told, code: str, said: str) -> Response:
    lang, query, number = lang_of(request), query_of(request), _number(said)
    with looking(site_of(request).engine) as s:
        waiting = [each for each in waiting_links(s, of_county(code)) if each.id == number]
        before = [each for each in answers_in(s, code) if each.number == number]
        if not waiting and not before:
            raise AskedWronglyError(f"没有 #{number}", f"no link #{number}", 404)
        page = _link_page(s, asked, (waiting, before), query, lang)
    county = asked.registry.county(code)
    names = [entry.name for entry in county.units] if county is not None else []
    return rendered(
        request,
        "review_link.html",
        code=code,
        name=asked.registry.called[code],
        number=number,
        page=page,
        units=names,
        is_dead=bool(waiting) and waiting[0].review.startswith(RETRY),
        **words_of(request, asked.now),
    )


def _number(said: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", said):
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    return int(said)


def _link_page(
    s: Session,
    asked: Told,
    known: tuple[Sequence[InDoubt], Sequence[Answered]],
    query: Fields,
    lang: Lang,
) -> LinkPage:
    waiting, before = known
    number = waiting[0].id if waiting else before[0].number
    answer, unit, year = (field_in(query, key) for key in ("answer", "unit", "for"))
    given = None
    if not waiting:
        given = Before(before[0], answered(_said_by(before[0]))[_of(lang)])
    of = None
    if waiting:
        of = _asked(waiting[0], proposals(s, waiting).get(number), lang)
    page = latest_at(s, waiting[0].url) if waiting else None
    told, changes, wrong = "", list[str](), ""
    if answer:
        try:
            told, changes = _foreseen(s, asked, number, said_in(answer, unit, year), lang)
        except DecisionError as error:
            wrong = (error.zh, error.en)[_of(lang)]
    return LinkPage(of, given, page, answer, unit, year, told, changes, wrong)


def said_in(answer: str, unit: str, year: str) -> Said:
    """What a form says. Raises AskedWronglyError."""
    match answer:
        case "is_it":
            return Said(is_it=True)
        case "not_a_report":
            return Said(not_a_report=True)
        case "dead":
            return Said(dead=True)
        case "undo":
            return Said(undo=True)
        case "year":
            if not re.fullmatch("[0-9]{4}", year) or int(year) not in YEARS:
                raise AskedWronglyError(say("review_year", "zh"), say("review_year", "en"))
            return Said(unit[:60], int(year))
        case _:
            there = "、".join(ANSWERS)
            raise AskedWronglyError(f"没有这个回答，可用：{there}", f"answer with one of {there}")


def _foreseen(
    s: Session, asked: Told, number: int, said: Said, lang: Lang
) -> tuple[str, list[str]]:
    links, changes = foreseen(s, asked.registry, [number], said, asked.now)
    return settled(links[0])[_of(lang)], [_changed(each, lang) for each in changes]


def _changed(change: Change, lang: Lang) -> str:
    return would_change(*change)[_of(lang)]


# ---- one column


class ColumnPage(NamedTuple):
    """What would follow, where a person says that a column is in use or takes it back."""

    url: str
    year: int
    undo: bool
    is_said: bool  # it is so already
    changes: Sequence[str]
    left: Sequence[str]  # columns of the same units that are to be settled too
    late: str  # when it was first looked at, where that is later than the deadline by much


def _one_column(request: Request, asked: Told, code: str) -> Response:
    lang, query = lang_of(request), query_of(request)
    url, undo = field_in(query, "url"), field_in(query, "answer") == "undo"
    year = year_or_due(year_in(query.get("year", ())), asked.now)
    with looking(site_of(request).engine) as s:
        facts = _columns_of(s, code, year)
        if url not in facts:
            raise AskedWronglyError("没有这个栏目", "there is no such column", 404)
        is_said = facts[url].answered != undo
        changes, left = list[str](), list[str]()
        late = _late(s, asked, code, facts[url].number, year, lang)
        if not is_said:
            found = foreseen_of_column(s, asked.registry, code, url, year, asked.now, undo=undo)
            changes = [_changed(each, lang) for each in found]
            waiting = asked_columns(s, of_county(code), year, asked.now, asked.registry)
            left = [each.url for each in waiting if each.url != url]
    page = ColumnPage(url, year, undo, is_said, changes, () if undo else left, "" if undo else late)
    return rendered(
        request,
        "review_column.html",
        code=code,
        name=asked.registry.called[code],
        page=page,
        column_why=of_column(year)[_of(lang)],
        **words_of(request, asked.now),
    )


def _columns_of(s: Session, code: str, year: int) -> dict[str, PortalFacts]:
    return {each.url: each for each in portals(s, of_county(code), year=year)}


def _late(s: Session, asked: Told, code: str, column: int, year: int, lang: Lang) -> str:
    """That a column was first read whole long after the deadline."""
    county = asked.registry.county(code)
    if county is None:
        return ""
    late = late_look(s, [column], asked.registry.deadline(county, year))
    return "" if late is None else say("review_late", lang, told=late.told[_of(lang)])


# ---- answers


def settle(request: Request, fields: Fields) -> Response:
    """Settle a link, or take an answer back. What is answered already stays as it is."""
    asked, site = asked_of(request), site_of(request)
    number, code = _number(field_in(fields, "number")), field_in(fields, "county")
    said = said_in(field_in(fields, "answer"), field_in(fields, "unit"), field_in(fields, "for"))
    why = field_in(fields, "why")[:LONGEST_WHY]
    county_in(asked.registry, code)
    try:
        with session(site.engine) as s:
            if counties_of(s, [number]) != {code}:
                raise AskedWronglyError(f"没有 #{number}", f"no link #{number}", 404)
            if _is_open(s, code, number, undo=said.undo):
                settle_all(s, [number], said, who=who_of(request), why=why, now=asked.now)
    except DecisionError as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None
    return then(request, "review", code, done=number)


def _is_open(s: Session, code: str, number: int, *, undo: bool) -> bool:
    """Whether there is something to answer, or to take back: a form may be sent twice."""
    if undo:
        return any(each.number == number for each in answers_in(s, code))
    return any(each.id == number for each in waiting_links(s, of_county(code)))


def column(request: Request, fields: Fields) -> Response:
    """Say that a column is in use, or take that back."""
    asked, site = asked_of(request), site_of(request)
    code, url = field_in(fields, "county"), field_in(fields, "url")
    year = year_or_due(year_in([field_in(fields, "year")]), asked.now)
    undo = field_in(fields, "answer") == "undo"
    county_in(asked.registry, code)
    with looking(site.engine) as s:
        facts = _columns_of(s, code, year)
    if url not in facts:
        raise AskedWronglyError("没有这个栏目", "there is no such column", 404)
    if facts[url].answered == undo:
        _say_of_column(request, url, year, asked.now, undo=undo)
    return then(request, "review", code, year=year)


def _say_of_column(request: Request, url: str, year: int, now: datetime, *, undo: bool) -> None:
    engine, who = site_of(request).engine, who_of(request)
    try:
        check_column(engine, url, year, who=who, why="", now=now, undo=undo)
    except DecisionError as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None


ROUTES = (
    Route("/do/settle", posting(settle), methods=["POST"]),
    Route("/do/column", posting(column), methods=["POST"]),
    Route("/review", review),
    Route("/review/{place:path}", review),
)
