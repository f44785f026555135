"""The page of a report: the form with its wrong cells, the prose beside it, versions side by side,
what it has in common with another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.scope import Registry, unit_of
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.names_of_then import names_in
from nianbao.monitor.paper.export import cell_states
from nianbao.monitor.paper.marked import Drawn, Fix, Said, Seen, name_of, place_said
from nianbao.monitor.paper.pieces import Pieces, pieces_of
from nianbao.monitor.rules.copying import Alike, aligned
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.proof import Known, known_of
from nianbao.monitor.web.words import exact_of, moment_of, say
from nianbao.parser.fill import Where
from nianbao.parser.forms import TABLES
from nianbao.parser.private import masked
from nianbao.storage.archive import Archived, versions, words_of
from nianbao.storage.content import (
    Change,
    cells_of,
    differences,
    passage_changes,
)
from nianbao.storage.facts import OF_STANDING
from nianbao.storage.queries import FindingFacts, findings
from nianbao.storage.scope import of_county, of_unit
from nianbao.storage.seen import Page, page_of
from nianbao.storage.units import units_of

MOST_ALIKE = 40  # runs of common sentences that are shown
MOST_CHANGES = 60  # passages that were put in or taken out


class Version(NamedTuple):
    """One version, as it is named."""

    number: int
    at: str
    exact: str  # with the whole date
    document: str


class Copied(NamedTuple):
    """What a report has in common with another one."""

    said: Said
    unit: str  # the key of whose the other one is; empty where that can't be told
    name: str
    year: int
    alike: Sequence[Alike]
    is_cut: bool


class Beside(NamedTuple):
    """Another version, laid beside this one."""

    number: int
    at: str
    pieces: Pieces
    changes: Sequence[tuple[str, str, str]]  # what, before, after
    passages: Sequence[tuple[str, str]]  # - taken out, + put in


class Compared(NamedTuple):
    """A cell of two years."""

    name: str
    last: str  # as it is told; what can't be told for sure, in words
    now: str
    more: str  # by how much it is more or less; empty where that can't be told


class LastYear(NamedTuple):
    """The report of the year before, held against this one cell by cell."""

    year: int
    number: int  # of its version
    cells: Sequence[Compared]
    zeros: int  # cells that are zero or blank in both, and are not listed
    other_forms: Sequence[str]  # tables that are of another form there, and are not compared


class ReportPage(NamedTuple):
    """All that a report's page tells."""

    known: Known
    line: Line | None
    title: str
    version: Version
    versions: Sequence[Version]
    is_latest: bool
    pieces: Pieces
    found: int
    unread: int
    waived: int
    is_free: bool  # its unit need not publish it
    archived: Page | None
    beside: Beside | None
    copied: Sequence[Copied]
    signed: str
    has_form: bool
    has_last: bool  # whether the report of the year before is there
    last: LastYear | None  # where it was asked for


class Wanted(NamedTuple):
    """What an address asks of a report beside its unit and year."""

    version: int | None = None
    beside: int | None = None
    last: bool = False  # the numbers of the year before


def wanted_of(query: Mapping[str, Sequence[str]]) -> Wanted:
    last = bool(next(iter(query.get("last", ())[-1:]), ""))
    return Wanted(_number(query, "version"), _number(query, "with"), last)


def _number(query: Mapping[str, Sequence[str]], key: str) -> int | None:
    said = next(iter(query.get(key, ())[-1:]), "")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal()) or len(said) > 6:
        raise AskedWronglyError(f"{key} 应为版本号", f"{key} is a version's number")
    return int(said)


Places = Mapping[str, Where]


def report_page(
    s: Session,
    registry: Registry,
    code: str,
    year: int,
    wanted: Wanted,
    now: datetime,
    lang: Lang,
    places: Places | None = None,
    pictures: Mapping[str, str] | None = None,
) -> ReportPage:
    """`places`: where each value was read, if somebody asked. Raises ScopeError where there is no
    such unit, AskedWronglyError where it has no such report.
    """
    known = known_of(s, registry, code, year, now)
    kept = versions(s, known.unit.id, year)
    if not kept:
        raise AskedWronglyError(say("report_none", "zh"), say("report_none", "en"), 404)
    mine = _chosen(kept, wanted.version)
    latest = kept[-1]
    other = _chosen(kept, wanted.beside) if wanted.beside is not None else None
    before = versions(s, known.unit.id, year - 1)[-1:]
    numbers = [each.id for each in (mine, other) if each is not None]
    words = words_of(s, numbers)
    free = known.line is not None and known.line.standing.name == "exempt"
    said, waived = _said(s, known, year, free=free) if mine is latest else ([], 0)
    changes = [] if other is None else differences(other.content, mine.content)
    changed = {change.key for change in changes}
    drawn = _drawn(mine, words[mine.id], said, places or {})
    return ReportPage(
        known=known,
        line=known.line,
        title=masked(str(mine.content.get("title") or known.unit.name)),
        version=_version(mine, lang, now),
        versions=[_version(each, lang, now) for each in kept],
        is_latest=mine is latest,
        pieces=pieces_of(
            drawn, lang, changed=changed, is_placed=places is not None, pictures=pictures
        ),
        found=len(said),
        unread=len(mine.content.get("unreadable") or ()),
        waived=waived,
        is_free=free,
        archived=page_of(s, mine.document, known.seen),
        beside=None if other is None else _beside(other, mine, changes, words, lang, now),
        copied=_copies(s, known, year, words[mine.id], said) if mine is latest else (),
        signed=str(mine.content.get("signed") or ""),
        has_form=bool(mine.content.get("table_forms")),
        has_last=bool(before),
        last=last_year(before[0], mine, lang) if before and wanted.last else None,
    )


def document_of(
    s: Session, registry: Registry, code: str, year: int, wanted: Wanted
) -> tuple[str, tuple[str, ...]]:
    """What a version stands in, and all names of its unit in that year. Raises as `report_page`."""
    unit = unit_of(s, code, registry=registry)
    kept = versions(s, unit.id, year)
    if not kept:
        raise AskedWronglyError(say("report_none", "zh"), say("report_none", "en"), 404)
    names = names_in(registry.county(unit.county), unit.id, unit.name, year)
    return _chosen(kept, wanted.version).document, names


def _chosen(kept: Sequence[Archived], number: int | None) -> Archived:
    if number is None:
        return kept[-1]
    for each in kept:
        if each.number == number:
            return each
    there = "、".join(str(each.number) for each in kept)
    raise AskedWronglyError(
        f"没有第{number}版，有：{there}", f"no version {number}: there are {there}", 404
    )


def _version(version: Archived, lang: Lang, now: datetime) -> Version:
    at = moment_of(version.seen, lang, now), exact_of(version.seen)
    return Version(version.number, *at, version.document)


# ---- a version as it is drawn


def _drawn(version: Archived, words: str, said: Sequence[Said], places: Places) -> Drawn:
    content = version.content
    cells = {key: _seen(key, value, places) for key, value in cells_of(content).items()}
    for each in content.get("unreadable") or ():
        key = str(each["cell"])
        why = str(each.get("why") or "")
        cells[key] = Seen(masked(str(each.get("raw") or "")), "unreadable", why, places.get(key))
    forms = content.get("table_forms") or {}
    return Drawn(
        title=masked(str(content.get("title") or "")),
        year=version.year,
        table_forms={table: forms[table] for table in TABLES if table in forms},
        cells=cells,
        prose=masked(words).splitlines(),
        findings=said,
    )


def _seen(key: str, value: object, places: Places) -> Seen:
    state = "blank" if value is None else "value"
    text = "" if value is None else str(value)
    return Seen(text, state, where=places.get(key))


def _said(s: Session, known: Known, year: int, *, free: bool) -> tuple[list[Said], int]:
    """What holds of the latest version, and how much of it is not held against it: nothing is
    against one whose unit is `free` to publish or not.
    """
    found = [
        each
        for each in findings(s, of_unit(known.unit.id, known.unit.county), year)
        if each.rule not in OF_STANDING.values()
    ]
    held = [said_in(each) for each in found if each.is_held and not free]
    return held, len(found) - len(held)


def said_in(found: FindingFacts) -> Said:
    """A finding as it is kept."""
    content = found.content
    return Said(
        rule=found.rule,
        severity=found.severity,
        zh=content["zh"],
        en=content["en"],
        cells=tuple(content.get("cells") or ()),
        fixes=tuple(
            Fix(str(cell), str(value), int(option))
            for cell, value, option in content.get("suggestions") or ()
        ),
        quote=str(content.get("quote") or ""),
        other=str(content.get("other_quote") or ""),
        note=found.decided,
        source=_source(content),
    )


def _source(content: Mapping[str, Any]) -> tuple[str, int | None] | None:
    """Whose report it was copied from."""
    told = content.get("source")
    return (str(told[0]), told[1]) if told else None


# ---- for programs


def cell_files(lang: Lang) -> list[tuple[str, str]]:
    """What the files of the cells are called, and how their names end."""
    named = (("CSV", "csv"), ("JSON", "json"))
    return [(say("take_cells", lang, form=form), ending) for form, ending in named]


def cell_rows(
    s: Session, known: Known, year: int, wanted: Wanted, places: Places
) -> list[dict[str, Any]]:
    """Each cell of a version as a row. Raises AskedWronglyError where there is no such report."""
    kept = versions(s, known.unit.id, year)
    if not kept:
        raise AskedWronglyError(say("report_none", "zh"), say("report_none", "en"), 404)
    mine = _chosen(kept, wanted.version)
    whose = {
        "county": known.county,
        "unit": known.unit.name,
        "code": known.unit.id,
        "year": year,
        "version": mine.number,
        "evidence": mine.document,
    }
    return cells_told(whose, mine.content, places)


def cells_told(
    whose: Mapping[str, Any],
    content: Mapping[str, Any],
    places: Places,
    cells: Collection[str] = (),
    states: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Each cell of a report as a row, behind whose it is; where some are named those alone."""
    unread = {str(each["cell"]): each for each in content.get("unreadable") or ()}
    rows = []
    for key, state, value in cell_states(content):
        if (cells and key not in cells) or (states and state not in states):
            continue
        told, where = unread.get(key, {}), places.get(key)
        read = {
            "cell": key,
            "name": name_of(key, "zh"),
            "name_en": name_of(key, "en"),
            "state": state,
            "value": value,
            "raw": masked(str(told.get("raw") or "")),
            "why": str(told.get("why") or ""),
            "where": place_said(where, "zh") if where is not None else "",
            "where_en": place_said(where, "en") if where is not None else "",
        }
        rows.append({**whose, **read})
    return rows


# ---- beside another version


def _beside(
    other: Archived,
    mine: Archived,
    changes: Sequence[Change],
    words: Mapping[int, str],
    lang: Lang,
    now: datetime,
) -> Beside:
    drawn = _drawn(other, words[other.id], (), {})
    passages = passage_changes(words[other.id].splitlines(), words[mine.id].splitlines())
    return Beside(
        number=other.number,
        at=moment_of(other.seen, lang, now),
        pieces=pieces_of(drawn, lang, prefix="b-", changed={change.key for change in changes}),
        changes=[_change(change, lang) for change in changes],
        passages=[(sign, masked(text)) for sign, text in passages[:MOST_CHANGES]],
    )


def _change(change: Change, lang: Lang) -> tuple[str, str, str]:
    name = name_of(change.key, lang)
    if name == change.key:
        key = change.key.partition(" ")[0]
        name = say(f"part_{key}", lang) if key in PARTS else change.key
    return name, _value(change.before, lang), _value(change.after, lang)


PARTS = frozenset(("title", "unit", "year", "form", "signed", "sections", "prose"))


def _value(value: object, lang: Lang) -> str:
    if value is None:
        return say("value_none", lang)
    if isinstance(value, (list, tuple)):
        return masked("；".join(map(str, value)))
    return masked(str(value))


# ---- beside the year before


def last_year(before: Archived, mine: Archived, lang: Lang) -> LastYear:
    """Cell by cell, in the order of the form. Blank is not zero: a number is told to be more or
    less only where both were surely read.
    """
    forms = [each.content.get("table_forms") or {} for each in (before, mine)]
    alike = [table for table in TABLES if forms[0].get(table) == forms[1].get(table) is not None]
    other = [table for table in TABLES if table not in alike and all(table in of for of in forms)]
    first, second = _states(before.content), _states(mine.content)
    cells, zeros = [], 0
    for key in dict.fromkeys((*second, *first)):
        if key.partition(".")[0] not in alike:
            continue
        pair = first.get(key, NOT_THERE), second.get(key, NOT_THERE)
        if all(state == "blank" or (state == "value" and value == 0) for state, value in pair):
            zeros += 1
        else:
            last, now = (_compared(state, value, lang) for state, value in pair)
            cells.append(Compared(name_of(key, lang), last, now, _more(*pair)))
    return LastYear(
        year=before.year,
        number=before.number,
        cells=cells,
        zeros=zeros,
        other_forms=[say(TABLE_WORDS[table], lang) for table in other],
    )


TABLE_WORDS = {
    "proactive": "table_proactive",
    "requests": "table_requests",
    "disputes": "table_disputes",
}
STATE_WORDS = {"blank": "cell_blank", "unreadable": "cell_unreadable", "absent": "cell_absent"}
State = tuple[str, Decimal | None]
NOT_THERE: State = ("absent", None)


def _states(content: Mapping[str, Any]) -> dict[str, State]:
    """The state and number of each cell."""
    return {
        key: (state, Decimal(str(value)) if state == "value" else None)
        for key, state, value in cell_states(content)
    }


def _compared(state: str, value: Decimal | None, lang: Lang) -> str:
    return str(value) if value is not None else say(STATE_WORDS[state], lang)


def _more(last: State, now: State) -> str:
    if last[1] is None or now[1] is None:
        return ""
    more = now[1] - last[1]
    return f"+{more}" if more > 0 else str(more).replace("-", "−")


# ---- beside what it is a copy of


def _copies(s: Session, known: Known, year: int, words: str, said: Sequence[Said]) -> list[Copied]:
    found: list[Copied] = []
    for each in said:
        if each.rule not in COPIES:
            continue
        unit, name, of_year = _whose(s, known, year, each)
        if any((copy.unit, copy.year) == (unit, of_year) for copy in found):
            continue
        theirs = versions(s, unit, of_year)[-1:] if unit else []
        text = words_of(s, [theirs[0].id])[theirs[0].id] if theirs else ""
        names = (known.unit.name, name, known.county, *_names(known), *_names_in(theirs))
        alike = aligned(masked(words), masked(text), names)
        is_cut = len(alike) > MOST_ALIKE
        found.append(Copied(each, unit, name, of_year, alike[:MOST_ALIKE], is_cut))
    return found


COPIES = frozenset(("H01", "H02", "H05"))


def _names(known: Known) -> list[str]:
    return [f"{known.county}{known.unit.name}"]


def _names_in(kept: Sequence[Archived]) -> list[str]:
    return [str(each.content.get("unit") or "") for each in kept]


def _whose(s: Session, known: Known, year: int, said: Said) -> tuple[str, str, int]:
    """The key and name of the unit whose report it was copied from, and its year."""
    if said.rule != "H02":
        last = said.source[1] if said.source is not None and said.source[1] else year - 1
        return known.unit.id, known.unit.name, last
    theirs = of_county(known.unit.county).cut(known.seen)
    printed = said.source[0] if said.source is not None else ""
    like = [unit for unit in units_of(s, theirs) if unit.name in printed]
    if not like:
        return "", printed, year
    nearest = max(like, key=lambda unit: len(unit.name))
    return nearest.id, nearest.name, year
