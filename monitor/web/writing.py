"""A letter before it is written: how it will look, which findings go in, by when to answer, and
what is said beside. Taking it as a file writes down that it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.ledger.first_look import late_look_for
from nianbao.monitor.ledger.words import SEVERITIES, Lang, Word
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.paper.as_written import as_written
from nianbao.monitor.paper.doors import Door, door_for
from nianbao.monitor.paper.letters import Letter, Manner, NoLetterError, letter_due
from nianbao.monitor.web.asked import AskedWronglyError, place_of, year_in, year_or_due
from nianbao.monitor.web.every import Told, asked_of, words_of
from nianbao.monitor.web.posting import Fields, field_in, posting, who_of
from nianbao.monitor.web.proof import known_of
from nianbao.monitor.web.shell import lang_of, path_of, query_of, rendered, site_of
from nianbao.monitor.web.taking import named
from nianbao.monitor.web.unit import KINDS
from nianbao.monitor.web.words import say
from nianbao.storage.people import By
from nianbao.storage.queries import FindingFacts, reports
from nianbao.storage.scope import of_unit
from nianbao.storage.store import looking, session
from nianbao.storage.units import UnitRef
from nianbao.storage.ways import New, letter_sent

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_ADDED = 500  # letters that are said beside
MOST_DAYS = 60
MOST_MARKS = 200


class Wish(NamedTuple):
    """What a person wants of a letter."""

    marks: tuple[str, ...] | None = None  # of the findings that go in; none: all
    reply_within: int | None = None
    added: str = ""


def wish_in(said: Mapping[str, Sequence[str]]) -> Wish:
    """As a form says it. Raises AskedWronglyError."""
    marks = tuple(said.get("mark", ())) if "".join(said.get("chosen", ())) else None
    days, added = "".join(said.get("days", ())[-1:]), "".join(said.get("added", ())[-1:]).strip()
    if marks is not None and len(marks) > MOST_MARKS:
        raise _wrong("letter_marks", "mark")
    if days and not (days.isascii() and days.isdigit() and 1 <= int(days[:4]) <= MOST_DAYS):
        raise _wrong("letter_days", "days", most=MOST_DAYS)
    if len(added) > MOST_ADDED:
        raise _wrong("letter_long", "added", most=MOST_ADDED)
    return Wish(marks, int(days) if days else None, added)


def _wrong(key: str, field: str, **more: object) -> AskedWronglyError:
    return AskedWronglyError(say(key, "zh", **more), say(key, "en", **more), 400, field)


class Choice(NamedTuple):
    """A finding that may go in."""

    mark: str
    rule: str
    word: Word
    name: str  # of its severity's style
    said: str
    is_in: bool


class Due(NamedTuple):
    unit: UnitRef
    county: str
    year: int
    deadline: date
    letter: Letter
    choices: Sequence[Choice]


def due_of(
    request: Request, asked: Told, code: str, year: int, wish: Wish, door: Door | None = None
) -> Due:
    """The letter that a unit is due. Raises AskedWronglyError."""
    lang, office = lang_of(request), site_of(request).settings.office
    with looking(site_of(request).engine) as s:
        known = known_of(s, asked.registry, code, year, asked.now)
        unit, scope = known.unit, of_unit(known.unit.id, known.unit.county)
        told = year_of(s, scope, year, asked.now, asked.registry, asked=asked.now)
        report = next(iter(reports(s, scope, year)), None)
        late = late_look_for(s, told.lines[0], scope, asked.now) if told.lines else None
    if not told.lines:
        raise AskedWronglyError(say("unit_not_due", "zh"), say("unit_not_due", "en"), 409)
    offered: list[FindingFacts] = []

    def choose(found: Sequence[FindingFacts]) -> Sequence[FindingFacts]:
        offered.extend(found)
        kept = [each for each in found if wish.marks is None or each.fingerprint in wish.marks]
        if not kept:
            raise _wrong("letter_empty", "mark")
        return kept

    office = replace(office, reply_within=wish.reply_within or office.reply_within)
    manner = Manner(choose, wish.added, late, door)
    try:
        letter = letter_due(told, office, manner, has_report=report is not None)
    except NoLetterError as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None
    choices = [_choice(each, wish, lang) for each in offered]
    return Due(unit, known.county, year, told.lines[0].deadline, letter, choices)


def _choice(found: FindingFacts, wish: Wish, lang: Lang) -> Choice:
    is_in = wish.marks is None or found.fingerprint in wish.marks
    word, name = SEVERITIES[found.severity], f"v-{found.severity}"
    said = str(found.content[lang])
    return Choice(found.fingerprint, found.rule, word, name, said, is_in)


def preview(request: Request) -> Response:
    asked, lang = asked_of(request), lang_of(request)
    place = place_of(path_of(request), ())
    if place.rest:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    wish = wish_in(query_of(request, ("added",)))
    due = due_of(request, asked, place.code, year_or_due(place.year, asked.now), wish)
    office = site_of(request).settings.office
    return rendered(
        request,
        "letter.html",
        due=due,
        kind=say(f"letter_{KINDS[due.letter.kind]}", lang),
        note=due.letter.note[0 if lang == "zh" else 1] if due.letter.note else "",
        passages=list(as_written(due.letter.content)),
        days=wish.reply_within or office.reply_within,
        added=wish.added,
        most_days=MOST_DAYS,
        most_added=MOST_ADDED,
        has_link=bool(site_of(request).settings.web.public),
        **words_of(request, asked.now),
    )


def write(request: Request, fields: Fields) -> Response:
    """The letter as a file; that it was written is written down."""
    site, asked, lang = site_of(request), asked_of(request), lang_of(request)
    year = year_or_due(year_in([field_in(fields, "year")]), asked.now)
    due = due_of(request, asked, field_in(fields, "unit"), year, wish_in(fields))
    if field_in(fields, "kind") not in ("", due.letter.kind):
        raise AskedWronglyError(say("letter_changed", "zh"), say("letter_changed", "en"), 409)
    unit, by = due.unit, By(who_of(request), asked.now)
    with session(site.engine) as s:
        door = door_for(s, site.settings.web, unit.id, year, due.deadline, by)
    if door is not None:
        due = due_of(request, asked, unit.id, year, wish_in(fields), door)
    letter = due.letter
    with session(site.engine) as s:
        new = New(unit.id, year, "sent", by.who, letter.faults, letter.words, name=letter.kind)
        letter_sent(s, new, letter.content, by.now)
    name = named(f"{unit.name}{year}-{say(f'letter_{KINDS[letter.kind]}', lang)}", "docx")
    return Response(letter.content, media_type=DOCX, headers={"content-disposition": name})


ROUTES = (
    Route("/letter/{place:path}", preview),
    Route("/do/letter", posting(write), methods=["POST"]),
)
