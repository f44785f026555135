"""The board of a county's faults: one row a unit, what its unit was told and answered, what is to
be done next; and what is done from there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.ledger.faults import Told as Faults
from nianbao.monitor.ledger.faults import faults_of
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.way import STATES, OfUnit, Times, Way, by_unit, times_of
from nianbao.monitor.ledger.words import FAULTS, STEPS, Lang
from nianbao.monitor.paper.doors import door_for, last_day
from nianbao.monitor.paper.ways import COLUMNS, way_row
from nianbao.monitor.standing import due_year
from nianbao.monitor.web.asked import (
    FORMS,
    LONGEST,
    AskedWronglyError,
    form_in,
    page_number,
    place_of,
    year_in,
    year_or_due,
)
from nianbao.monitor.web.every import Told, asked_of, words_of
from nianbao.monitor.web.paging import paged
from nianbao.monitor.web.posting import Fields, field_in, posting, then, who_of
from nianbao.monitor.web.shell import (
    SANDBOX,
    lang_of,
    link,
    path_of,
    query_of,
    rendered,
    root_of,
    site_of,
)
from nianbao.monitor.web.taking import file_of
from nianbao.monitor.web.visitor import who
from nianbao.monitor.web.words import say
from nianbao.storage.decisions import DecisionError, decide_marks
from nianbao.storage.doors import Given, doors_of, revoke
from nianbao.storage.kinds import Verdict
from nianbao.storage.people import By
from nianbao.storage.scope import Scope, of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.units import units_named
from nianbao.storage.ways import (
    ANSWERS,
    DECIDED,
    PUBLISH,
    New,
    Said,
    WayError,
    note_sent,
    settle,
    step,
    take_back,
)

SIZE = 60  # rows of a page
MOST_DECIDED = 12  # earlier decisions that are shown, to be taken back
MOST_CHOSEN = 500


class Wanted(NamedTuple):
    """Which rows an address asks for."""

    state: tuple[str, ...] = ()
    rule: str = ""
    text: str = ""
    each: bool = False

    def query(self) -> dict[str, Any]:
        return {"state": self.state, "rule": self.rule, "q": self.text, "each": self.each and 1}

    def holds(self, way: Way, line: Line) -> bool:
        return (
            (not self.state or way.state in self.state)
            and (not self.rule or way.rule == self.rule)
            and self.text in line.name
        )


def wanted_of(query: Mapping[str, Sequence[str]]) -> Wanted:
    state = tuple(dict.fromkeys(each for each in query.get("state", ()) if each))
    for said in state:
        if said not in STATES:
            raise AskedWronglyError(
                f"state 没有“{said[:LONGEST]}”，可用：{'、'.join(STATES)}",
                f"state can't be “{said[:LONGEST]}”: one of {', '.join(STATES)}",
            )
    rule, text = (query.get(key, [""])[-1].strip()[:LONGEST] for key in ("rule", "q"))
    return Wanted(state, rule, text, bool(query.get("each", [""])[-1]))


class Asks(NamedTuple):
    """An answer that somebody must decide on."""

    said: Said
    line: Line
    ways: Sequence[Way]
    can_accept: bool


class Settled(NamedTuple):
    """A decision that can be taken back."""

    said: Said
    answer: int
    line: Line


class Board(NamedTuple):
    """All that a county's board tells."""

    code: str
    name: str
    year: int
    counts: Mapping[str, int]
    rules: Sequence[str]
    times: Times
    rows: Sequence[OfUnit]
    each: Sequence[Way]
    lines: Mapping[str, Line]
    asks: Sequence[Asks]
    mended: Sequence[Asks]  # which the next look decides; they may be sent back
    settled: Sequence[Settled]


def board_of(told: Faults, wanted: Wanted, code: str, name: str, year: int) -> Board:
    ways = [each for each in told.ways if wanted.holds(each, told.lines[each.unit])]
    states = [each.state for each in told.ways]
    return Board(
        code=code,
        name=name,
        year=year,
        counts={state: states.count(state) for state in STATES if state in states},
        rules=sorted({each.rule for each in told.ways}),
        times=times_of(told.ways),
        rows=by_unit(ways),
        each=sorted(ways, key=lambda way: (STATES.index(way.state), way.since, way.unit)),
        lines=told.lines,
        asks=_asks(told, [each for each in told.ways if each.waits_for_decision]),
        mended=_asks(told, [each for each in told.ways if each.says_mended]),
        settled=_settled(told),
    )


def _asks(told: Faults, waiting: Sequence[Way]) -> list[Asks]:
    """Answers of faults by what they are about, the oldest first."""
    mine: dict[int, list[Way]] = {}
    for each in waiting:
        if each.answer is not None:
            mine.setdefault(each.answer.id, []).append(each)
    asks = []
    for number in sorted(mine):
        ways = mine[number]
        assert ways[0].answer is not None
        can = all(way.key != PUBLISH for way in ways)
        asks.append(Asks(ways[0].answer, told.lines[ways[0].unit], ways, can))
    return asks


def _settled(told: Faults) -> list[Settled]:
    said = {each.id: each for way in told.ways for each in way.said if each.id}
    undone = {each.about for each in said.values() if each.kind == "undone"}
    held = [each for each in said.values() if each.kind in DECIDED and each.id not in undone]
    last = sorted(held, key=lambda each: -each.id)[:MOST_DECIDED]
    return [Settled(each, each.about or 0, told.lines[each.unit]) for each in last]


# ---- pages


class Place(NamedTuple):
    """A county's year, as far as the visitor may see it."""

    code: str
    year: int
    scope: Scope


def _place(request: Request, asked: Told) -> Place:
    place = place_of(path_of(request), ())
    scope = who(request).scope.within({place.code})
    if place.rest or asked.registry.county(place.code) is None or not scope:
        code = place.code[:60]
        raise AskedWronglyError(f"没有县 {code}", f"there is no county {code}", 404)
    return Place(place.code, year_or_due(place.year, asked.now), scope)


def board(request: Request) -> Response:
    asked, query, lang = asked_of(request), query_of(request), lang_of(request)
    wanted, place = wanted_of(query), _place(request, asked)
    form = request.path_params.get("form")
    with looking(site_of(request).engine) as s:
        told = faults_of(s, place.scope, place.year, asked.now, asked.registry)
    name = asked.registry.called[place.code]
    page = board_of(told, wanted, place.code, name, place.year)
    if form:
        rows = [way_row(each, page.lines[each.unit], name) for each in page.each]
        return file_of(form_in(form, FORMS), rows, COLUMNS, f"{name}{place.year}")
    count = len(page.each) if wanted.each else len(page.rows)

    def at(number: int) -> str:
        here = (root_of(request), "c", place.code, place.year, "faults")
        return f"{link(*here, **wanted.query(), page=number)}#table"

    pages = paged(count, SIZE, page_number(query.get("page", ())), at)
    of = (root_of(request), "c")
    part = slice(pages.first - 1 if pages.first else 0, pages.last)
    return rendered(
        request,
        "faults.html",
        page=page,
        wanted=wanted,
        rows=page.rows[part],
        each=page.each[part],
        pages=pages,
        may_act="do" not in who(request).hidden,
        done=DONE.get(query.get("done", [""])[-1], ""),
        takes=[
            (said, link(*of, place.code, place.year, f"faults.{ending}", **wanted.query()))
            for said, ending in TAKES
        ],
        **words_of(request, asked.now),
        **names_of(lang),
    )


TAKES = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
# What was just done, by its word in the address.
DONE = {"sent": "way_done_sent", "waived": "way_done_waived", "cleared": "way_done_cleared"}
DONE |= {"accepted": "way_done_accepted", "rejected": "way_done_rejected"}
DONE |= {"undone": "way_done_undone", "revoked": "way_done_revoked"}


def names_of(lang: Lang) -> dict[str, Any]:
    """What templates of ways name."""

    def told(way: Way) -> str:
        return say("way_publish", lang) if way.rule == PUBLISH else str(way.content[lang])

    return {"faults": FAULTS, "steps": STEPS, "fault_said": told, "next_of": next_of}


def next_of(way: Way) -> str:
    """The word of what is to be done next."""
    match way.state:
        case "answered":
            return "way_next_decide" if way.waits_for_decision else "way_next_look"
        case "still" | "open":
            return "way_next_send"
        case "sent":
            return "way_next_wait"
        case "unsure":
            return "way_next_unsure"
        case _:
            return "way_next_none"


def file_page(request: Request) -> Response:
    """What came with an answer, as it came: never opened here."""
    asked, site = asked_of(request), site_of(request)
    said = str(request.path_params["number"])
    with looking(site.engine) as s:
        of = step(s, int(said)) if re.fullmatch("[0-9]{1,9}", said) else None
        unit = next(iter(units_named(s, of.unit)), None) if of is not None else None
    is_file = of is not None and of.kind in ANSWERS and bool(of.file)
    if of is None or unit is None or not is_file:
        raise AskedWronglyError("没有这个文件", "there is no such file", 404)
    is_mine = who(request).scope.holds(unit.county, unit.id)
    if not is_mine or asked.registry.county(unit.county) is None:
        raise AskedWronglyError("没有这个文件", "there is no such file", 404)
    return attached(site.evidence.read(of.file), of.name)


def attached(body: bytes, name: str) -> Response:
    """Somebody else's file: to be kept, and never shown as a page of ours."""
    named = f"attachment; filename*=UTF-8''{link('', name or 'file').lstrip('/')}"
    headers = {"content-disposition": named, "content-security-policy": SANDBOX}
    return Response(body, media_type="application/octet-stream", headers=headers)


# ---- acts


class Meant(NamedTuple):
    """What a form is about."""

    county: str
    year: int
    faults: Faults
    chosen: Sequence[Way]


def _meant(request: Request, fields: Fields) -> Meant:
    """The faults of the units, or the single ones, that were ticked. Raises AskedWronglyError."""
    asked = asked_of(request)
    code = field_in(fields, "county")
    scope = who(request).scope.within({code})
    if asked.registry.county(code) is None or not scope:
        raise AskedWronglyError(f"没有县 {code[:60]}", f"there is no county {code[:60]}", 404)
    year = year_or_due(year_in([field_in(fields, "year")]), asked.now)
    ticked = set(fields.get("of", ())[:MOST_CHOSEN])
    rule = field_in(fields, "rule")
    with looking(site_of(request).engine) as s:
        told = faults_of(s, scope, year, asked.now, asked.registry)
    chosen = [
        each
        for each in told.ways
        if ticked & {each.unit, f"{each.unit} {each.key}"} and rule in ("", each.rule)
    ]
    return Meant(code, year, told, chosen)


def way(request: Request, fields: Fields) -> Response:
    """Of many at once: that the unit was told, a waiver with its reason, or taking one back."""
    meant, site = _meant(request, fields), site_of(request)
    now, by = site.clock(), who_of(request)
    act, words = field_in(fields, "act"), field_in(fields, "words")
    if act not in ("sent", "waived", "cleared"):
        raise AskedWronglyError(say("way_act", "zh"), say("way_act", "en"))
    states = {"sent": ("open", "still", "sent"), "waived": OPEN, "cleared": ("waived",)}[act]
    chosen = [each for each in meant.chosen if each.state in states]
    if act == "waived":
        chosen = [each for each in chosen if each.marks]
        if not words:
            raise AskedWronglyError(say("way_why", "zh"), say("way_why", "en"))
    if not chosen:
        raise AskedWronglyError(say("way_nothing", "zh"), say("way_nothing", "en"), 409)
    try:
        with session(site.engine) as s:
            if act == "sent":
                for unit in dict.fromkeys(each.unit for each in chosen):
                    keys = [each.key for each in chosen if each.unit == unit]
                    note_sent(s, New(unit, meant.year, "sent", by, keys, words), now)
            else:
                marks = sorted({mark for each in chosen for mark in each.marks})
                verdict: Verdict = "waived" if act == "waived" else "cleared"
                decide_marks(s, verdict, marks, who=by, why=words, now=now)
    except DecisionError as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None
    return then(request, "c", meant.county, meant.year, "faults", done=act)


OPEN = ("open", "sent", "answered", "still")


def decided(request: Request, fields: Fields) -> Response:
    """Accept or reject an answer, or take that back."""
    asked, site = asked_of(request), site_of(request)
    number, kind = field_in(fields, "answer"), field_in(fields, "kind")
    if not re.fullmatch("[0-9]{1,9}", number) or kind not in ("accepted", "rejected", "undone"):
        raise AskedWronglyError("没有这条答复", "there is no such answer", 404)
    with looking(site.engine) as s:
        of = step(s, int(number))
        unit = next(iter(units_named(s, of.unit)), None) if of is not None else None
        if of is None or unit is None or not who(request).scope.holds(unit.county, unit.id):
            raise AskedWronglyError("没有这条答复", "there is no such answer", 404)
        scope = of_unit(unit.id, unit.county)
        told = faults_of(s, scope, of.year, asked.now, asked.registry)
    ways = [each for each in told.ways if each.key in of.faults]
    marks = sorted({mark for each in ways for mark in each.marks})
    try:
        with session(site.engine) as s:
            if kind == "undone":
                take_back(s, of.id, who_of(request), asked.now)
            else:
                settle(
                    s,
                    of.id,
                    "accepted" if kind == "accepted" else "rejected",
                    who_of(request),
                    field_in(fields, "why"),
                    marks,
                    asked.now,
                )
    except (WayError, DecisionError) as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None
    return then(request, "c", unit.county, of.year, "faults", done=kind)


def door(request: Request, fields: Fields) -> Response:
    """A new link for a unit, shown once; or all of its links end."""
    asked, site = asked_of(request), site_of(request)
    year = year_or_due(year_in([field_in(fields, "year")]), asked.now)
    by = By(who_of(request), asked.now)
    with looking(site.engine) as s:
        unit = next(iter(units_named(s, field_in(fields, "unit"))), None)
        if unit is None or not who(request).scope.holds(unit.county, unit.id):
            raise AskedWronglyError("没有这个单位", "there is no such unit", 404)
        scope = of_unit(unit.id, unit.county)
        line = faults_of(s, scope, year, asked.now, asked.registry).lines.get(unit.id)
    if field_in(fields, "revoke"):
        with session(site.engine) as s:
            revoke(s, unit.id, year, by)
        return then(request, "c", unit.county, year, "faults", done="revoked", q=unit.name)
    if line is None or year > due_year(asked.now):  # it would hold until after that year's deadline
        raise AskedWronglyError(say("unit_not_due", "zh"), say("unit_not_due", "en"), 409)
    with session(site.engine) as s:
        made = door_for(s, site.settings.web, unit.id, year, line.deadline, by)
        given: Sequence[Given] = doors_of(s, unit.id, year)
    if made is None:
        raise AskedWronglyError(say("door_no_public", "zh"), say("door_no_public", "en"), 409)
    return rendered(
        request,
        "door_given.html",
        door=made,
        unit=unit,
        year=year,
        given=given,
        state_of=_state_at(asked.now),
        last_day=last_day,
        **words_of(request, asked.now),
    )


def _state_at(now: datetime) -> Any:
    def state(given: Given) -> str:
        if given.revoked is not None:
            return "door_revoked"
        return "door_holds" if given.holds(now) else "door_expired"

    return state


ROUTES = (
    Route("/c/{place:path}/faults", board),
    Route("/c/{place:path}/faults.{form}", board),
    Route("/answered/{number}", file_page),
    Route("/do/way", posting(way), methods=["POST"]),
    Route("/do/answer", posting(decided), methods=["POST"]),
    Route("/do/door", posting(door), methods=["POST"]),
)
