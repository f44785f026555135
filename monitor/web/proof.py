"""The page of a proof: what was seen where a report must be, and why that was all of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.crawler.answers import Answer
from nianbao.crawler.proof import PROOFS
from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.decided import with_decisions
from nianbao.monitor.ledger.first_look import late_look
from nianbao.monitor.ledger.lines import Line, line_of
from nianbao.monitor.ledger.scope import Registry, unit_of
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.drawn import SHADE, Gap, harmless
from nianbao.monitor.paper.evidence import Candidate, before_it, candidate, is_page, moments, worth
from nianbao.monitor.web.county import Act, acts_for
from nianbao.monitor.web.words import exact_of, say
from nianbao.parser.private import masked
from nianbao.storage.evidence import Evidence, EvidenceError
from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.scope import EVERYTHING, Scope, of_unit
from nianbao.storage.seen import Listed, LookSeen, Page, looks_at, page_of
from nianbao.storage.units import UnitRef, unit_id

MOST_LISTED = 60  # entries that are told of a look
MOST_PAGES = 40  # of a look, that are named
MOST_BYTES = 2 * 1024 * 1024  # of a page that is shown
MOST_TEXT = 100_000  # letters of an answer that is no page


class Known(NamedTuple):
    """A unit's year, and what it rests on."""

    unit: UnitRef
    county: str  # its name
    line: Line | None  # None: nothing was due
    facts: UnitFacts | None
    order: Sequence[str]  # the county's units, as its file has them
    seen: Scope = EVERYTHING  # what whoever asks may see


def known_of(s: Session, registry: Registry, code: str, year: int, now: datetime) -> Known:
    """Raises ScopeError where there is no such unit."""
    unit = unit_of(s, code, registry=registry)
    county = registry.county(unit.county)
    facts = next(iter(unit_facts(s, of_unit(unit.id, unit.county), year, now=now)), None)
    line = None if facts is None else line_of(facts, registry, year, now, present=True)
    if line is not None:
        (line,) = with_decisions(s, [line])
    order = [unit_id(county, entry) for entry in county.units] if county is not None else []
    name = registry.called.get(unit.county, unit.county_name)
    return Known(unit, name, line, facts, order, registry.scope)


class Seen(NamedTuple):
    """One look, as it is told."""

    look: LookSeen
    at: str
    state: str
    whole: str  # why it was all of it; empty where nothing proves that
    page: Page | None  # the one on which the unit's entry would stand
    of_year: Sequence[Listed]
    others: int  # entries of other years


class ProofPage(NamedTuple):
    """All that a proof's page tells."""

    known: Known
    looks: Sequence[Seen]  # those that did not show the report, of a column side by side
    report: Page | None  # where it is there
    answers: Sequence[Seen]  # the latest, where nobody can tell
    has_sheet: bool
    acts: Sequence[Act] = ()  # what may resolve that nobody can tell
    late: str = ""  # when it was first looked at, where that is later than the deadline by much


def acts_of(known: Known) -> Sequence[Act]:
    """What may resolve that nobody can tell of a unit; nothing where somebody can."""
    line, facts = known.line, known.facts
    if line is None or facts is None or line.standing.name != "unknown":
        return ()
    waits = facts.in_doubt or facts.dead
    return acts_for([line], [(line.name, line.year)] if waits else [])


def proof_page(s: Session, archive: Evidence, known: Known, now: datetime, lang: Lang) -> ProofPage:
    line, facts = known.line, known.facts
    if line is None or facts is None:
        return ProofPage(known, (), None, (), has_sheet=False)
    sweeps = [_seen(s, archive, known, moment, now, lang) for moment in moments(line)]
    told = _side_by_side(sweeps)
    report = None
    if line.is_published and line.proof:
        first = facts.versions[0].document if facts.versions else line.proof
        report = page_of(s, first, known.seen)
    answers: Sequence[Seen] = ()
    if line.standing.name == "unknown":
        latest = max(facts.looks, key=lambda look: look.at, default=None)
        answers = [] if latest is None else _seen(s, archive, known, latest.at, now, lang)
        answers = sorted(answers, key=lambda seen: seen.whole != "")  # what was not read first
    is_provable = line.standing.name in ("missing", "late", "on_time", "withdrawn")
    has_sheet = is_provable and bool(told or report)
    late = late_look(s, facts.places, line.deadline) if line.standing.name == "missing" else None
    said = "" if late is None else late.told[0 if lang == "zh" else 1]
    return ProofPage(known, told, report, answers, has_sheet, acts_of(known), said)


def _side_by_side(sweeps: Sequence[Sequence[Seen]]) -> list[Seen]:
    """The looks of each column one beside the other, in the order of the columns."""
    columns = dict.fromkeys(seen.look.column for sweep in sweeps for seen in sweep)
    return [
        seen
        for column in columns
        for sweep in sweeps
        for seen in sweep
        if seen.look.column == column
    ]


def _seen(
    s: Session, archive: Evidence, known: Known, at: datetime, now: datetime, lang: Lang
) -> list[Seen]:
    assert known.facts is not None
    looks = looks_at(s, known.facts.places, at)
    return [_told(archive, known, look, now, lang) for look in looks]


def _told(archive: Evidence, known: Known, look: LookSeen, now: datetime, lang: Lang) -> Seen:
    assert known.line is not None
    year = known.line.year
    number = 0 if lang == "zh" else 1
    of_year = [each for each in look.listed if each.year == year]
    best = best_of(archive, look, known.line)
    return Seen(
        look=look,
        at=exact_of(look.at),
        state=STATES[look.state][number],
        whole=PROOFS[look.proof][number] if look.proof in PROOFS else "",
        page=best.page if best is not None else next(iter(look.pages), None),
        of_year=of_year,
        others=len(look.listed) - len(of_year),
    )


def best_of(archive: Evidence, look: LookSeen, line: Line) -> Candidate | None:
    """The page on which the unit's entry would stand; None where none can be read."""
    found = []
    for page in look.pages[:MOST_PAGES]:
        try:
            found.append(candidate(archive, look, page))
        except (EvidenceError, ValueError):
            continue
    return max(found, key=lambda each: worth(each, line), default=None)


# ---- the archived page itself


class Shown(NamedTuple):
    """An archived answer as it may be shown: a page, a text, or a sentence why neither."""

    html: bytes = b""
    text: str = ""
    why: str = ""


def shown(s: Session, archive: Evidence, page: Page, known: Known | None, lang: Lang) -> Shown:
    """`known`: the unit whose entry is pointed to, or missed."""
    body = archive.read(page.sha256)
    answer = Answer(page.url, page.status, page.headers, body)
    if not body.strip():
        return Shown(why=say("seen_empty", lang))
    if len(body) > MOST_BYTES:
        return Shown(why=say("seen_large", lang, size=size_of(len(body))))
    try:
        if is_page(answer):
            places, gap = _gap(s, archive, page, known, lang)
            html = harmless(answer, places, gap, SHADE)
            if is_blank(html):
                size = size_of(len(body))
                return Shown(why=say("seen_blank", lang, status=page.status, size=size))
            return Shown(html=html)
        if _is_text(body):
            return Shown(text=masked(answer.text[:MOST_TEXT]))
    except (ValueError, TypeError, IndexError, RecursionError):
        return Shown(why=say("seen_broken", lang))
    kind = str(page.headers.get("content-type", "")).partition(";")[0][:60] or "?"
    return Shown(why=say("seen_file", lang, kind=kind, size=size_of(len(body))))


def is_blank(html: bytes) -> bool:
    """Whether a page shows neither a word nor a picture."""
    bare = re.sub(rb"(?s)<(style|title)\b.*?</\1\s*>|<head>.*?</head>", b"", html)
    return b"<img" not in bare and not re.sub(rb"<[^>]*>|&nbsp;|&#160;", b"", bare).strip()


def size_of(count: int) -> str:
    return f"{count / 1024:.0f} KB" if count >= 1024 else f"{count} B"


def _is_text(body: bytes) -> bool:
    return b"\x00" not in body and not body.startswith((b"%PDF", b"PK", b"\xd0\xcf", b"\x89PNG"))


def _gap(
    s: Session, archive: Evidence, page: Page, known: Known | None, lang: Lang
) -> tuple[Sequence[int], Gap | None]:
    """The links of the year, and where the unit's would stand; nothing on any other page."""
    if known is None or known.line is None or known.facts is None:
        return (), None
    line = known.line
    looks = [look for moment in moments(line) for look in looks_at(s, known.facts.places, moment)]
    look = next((each for each in looks if page.sha256 in {p.sha256 for p in each.pages}), None)
    if look is None:
        return (), None
    links = candidate(archive, look, page).known
    of_year = [number for number, each in sorted(links.items()) if each.year == line.year]
    if any(links[number].unit == line.unit for number in of_year):
        return of_year, None  # it stands there
    named = {"unit": line.name, "year": line.year}
    if not of_year:
        return (), Gap(None, is_behind=False, told=say("gap_empty", lang, **named))
    before = before_it(links, line, known.order)
    if before is None:
        return of_year, Gap(None, is_behind=False, told=say("gap_none", lang, **named))
    beside = of_year[max(before - 1, 0)]
    return of_year, Gap(beside, is_behind=before > 0, told=say("gap_between", lang, **named))
