"""Set-up: a county's units and columns, as its file has them and as it would have them. The same
as `init`, `discover`, `adopt` and `look --saved` do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from nianbao.crawler.addresses import as_asked
from nianbao.crawler.discovering.found import Column, Tried
from nianbao.crawler.discovering.hosts import SIGNS
from nianbao.crawler.discovering.proposing import path_of
from nianbao.crawler.states import STATES
from nianbao.monitor.counties import (
    CHANGED,
    CountyFileError,
    Edited,
    Here,
    difference,
    faults_among,
    here_of,
    with_edits,
)
from nianbao.monitor.engine.found import Found
from nianbao.monitor.engine.jobs import Job
from nianbao.monitor.halves import half_of
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.saved_looks import Shown
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.web.asked import AskedWronglyError
from nianbao.monitor.web.pending import Change
from nianbao.monitor.web.words import say
from nianbao.parser.private import masked
from nianbao.storage.kinds import UnitKind
from nianbao.storage.nation import County, counties_like, counties_named, towns_of
from nianbao.storage.registry import (
    KINDS,
    ConfigError,
    Counties,
    CountyEntry,
    UnitEntry,
    county_in,
    county_yaml,
    is_date,
)
from nianbao.storage.scope import EVERYTHING, Scope

NEW_ROWS = 5  # empty rows, for units that are added
MOST_CHOICES = 30
SIZE = 50  # counties of a page


class Choice(NamedTuple):
    """A county that a name may mean."""

    code: str
    name: str
    has_file: bool


def choices(named: str, registry: Registry) -> list[Choice]:
    """Counties of the nation by a name, a part of it or a code, and those of the files."""
    of_files = [each for each in registry.counties if named in each.county or named == each.code]
    known = {each.code: each.county for each in of_files[:MOST_CHOICES]}
    meant = counties_named(named) or counties_like(named)
    meant = [each for each in meant if registry.may_see(each.code)]
    known |= {each.code: each.full_name for each in meant[:MOST_CHOICES]}
    return [Choice(code, name, registry.county(code) is not None) for code, name in known.items()]


def in_nation(code: str) -> County | None:
    return next(iter(counties_named(code)), None) if re.fullmatch("[0-9]{6}", code) else None


def here_in(
    code: str, folder: Path, seen: Scope = EVERYTHING, standing: Counties | None = None
) -> Here:
    """The county's file as it is now. Raises AskedWronglyError; ConfigError where it may be
    another county's file that is faulty, which not everybody may see.
    """
    try:
        return here_of(code, folder, standing=standing)
    except CountyFileError as error:
        raise AskedWronglyError(error.zh, error.en, 404) from None
    except ConfigError as error:
        if not seen.is_everything:
            raise
        raise refused(error.faults) from None


def refused(faults: Sequence[str]) -> AskedWronglyError:
    """What would be wrong with a file."""
    told = {lang: [half_of(fault, lang) for fault in faults[:8]] for lang in ("zh", "en")}
    return AskedWronglyError(
        say("not_written", "zh", why="；".join(told["zh"])),
        say("not_written", "en", why="; ".join(told["en"])),
    )


# ---- a new file, and other units


def host_in(said: str) -> str:
    """The host of an address that was pasted; what is none is left as it is."""
    address = as_asked(said if "://" in said else f"http://{said}") if said else ""
    return urlsplit(address).netloc or said


def new_file(here: Here, county: County, host: str) -> Change:
    """What `init` would write."""
    text = county_yaml(county, host=host)
    try:
        county_in(text, here.file)
    except ConfigError as error:
        raise refused(error.faults) from None
    return Change(county.code, here.file, "", text, "", "said_new", difference("", text))


Fields = Mapping[str, Sequence[str]]


def edits_in(fields: Fields, units: Sequence[UnitEntry]) -> list[Edited]:
    """What a form says of the units. Raises AskedWronglyError."""
    edits = []
    for n, unit in enumerate(units):
        if f"name.{n}" in fields:
            entry = _entry(fields, f"{n}", unit)
            edits.append(Edited(unit.name, entry, _day(fields, f"renamed.{n}")))
    for n in range(NEW_ROWS):
        if _said(fields, f"name.n{n}"):
            edits.append(Edited("", _entry(fields, f"n{n}", UnitEntry(""))))
    return edits


def _said(fields: Fields, key: str) -> str:
    return "".join(fields.get(key, ())[-1:]).strip()


def _entry(fields: Fields, row: str, old: UnitEntry) -> UnitEntry:
    def said(key: str, otherwise: str) -> str:
        return _said(fields, f"{key}.{row}") if f"{key}.{row}" in fields else otherwise

    kind, name = said("kind", old.kind), said("name", old.name)
    if kind not in KINDS or not name:
        raise AskedWronglyError(say("unit_faulty", "zh"), say("unit_faulty", "en"))
    listed = said("aliases", "、".join(old.aliases))
    return old._replace(
        name=name,
        code=said("code", old.code),
        aliases=tuple(filter(None, re.split(r"[、,，;；\s]+", listed))),
        kind=cast(UnitKind, kind),
        since=said("since", old.since),
        until=said("until", old.until),
        phone=said("phone", old.phone),
    )


def _day(fields: Fields, key: str) -> str:
    said = _said(fields, key)
    if said and not is_date(said):
        raise AskedWronglyError(
            f"日期应写作 年-月-日：{said[:20]}", "a day is written as 2016-05-01"
        )
    return said


def other_units(
    here: Here, fields: Fields, registry: Registry, seen: Scope = EVERYTHING
) -> Change | None:
    """The file with the units as a form says they are; None where nothing is changed. Raises
    AskedWronglyError.
    """
    if _said(fields, "mark") != here.mark:
        raise AskedWronglyError(*CHANGED, 409)
    edits = edits_in(fields, here.county.units)
    try:
        text = with_edits(here.text, here.county, edits)
    except CountyFileError as error:
        raise AskedWronglyError(error.zh, error.en, 409) from None
    except ConfigError as error:
        raise refused(error.faults) from None
    return change_of(here, text, "said_units", registry, seen)


def change_of(
    here: Here, text: str, said: str, registry: Registry, seen: Scope = EVERYTHING
) -> Change | None:
    changes = difference(here.text if here.stands else "", text)
    if not changes:
        return None
    _refuse_faulty(text, here.file, registry, seen)
    code = here.county.code
    return Change(code, here.file, here.text, text, here.mark, said, changes)


def columns_found(
    found: Found, county: str, registry: Registry, seen: Scope = EVERYTHING
) -> Change | None:
    """The file as a search would have it."""
    changes = difference(found.before, found.told.text)
    if not changes:
        return None
    _refuse_faulty(found.told.text, Path(found.file), registry, seen)
    return Change(
        county,
        Path(found.file),
        found.before,
        found.told.text,
        found.mark,
        "said_columns",
        changes,
    )


def _refuse_faulty(text: str, file: Path, registry: Registry, seen: Scope) -> None:
    """Counties that whoever asks may not see are not named. Raises AskedWronglyError."""
    if faults := faults_among(text, file, registry.cut(seen).counties):
        raise refused(faults)
    if not seen.is_everything and faults_among(text, file, registry.counties):
        raise AskedWronglyError(say("code_elsewhere", "zh"), say("code_elsewhere", "en"))


class Town(NamedTuple):
    code: str
    name: str


def towns_in(code: str) -> list[Town]:
    return [Town(town.code, town.name) for town in towns_of(code)]


# ---- what a search found, in words


class Entry(NamedTuple):
    """An entry of a column, and what it is taken for."""

    title: str
    unit: str
    year: int | None


class ColumnRow(NamedTuple):
    url: str
    path: str
    whose: str
    preset: str
    state: str
    years: str
    proof: str
    entries: Sequence[Entry]
    many: int  # entries in all


class FoundPage(NamedTuple):
    """All that is told of a search."""

    host: str
    verdict: str  # the key of its words
    signs: Sequence[tuple[str, str, str]]  # what, whether it agrees, what was seen
    said: str
    columns: Sequence[ColumnRow]
    doubtful: Sequence[tuple[str, str, str]]  # address, whose, why
    older: Sequence[tuple[str, str]]
    without: Sequence[tuple[str, str]]  # unit, what was tried
    bodies: Sequence[str]
    moved: Sequence[tuple[str, str]]
    is_right: bool
    is_whole: bool
    can_write: bool
    requests: int


MOST_ENTRIES = 40
MOST_TRIED = 4
AGREES = {True: "✓", False: "✗", None: "—"}


def found_page(found: Found, lang: Lang) -> FoundPage:
    seen, host, between = found.found, found.found.host, say("overview_between", lang)
    signs = []
    for sign in host.signs if host is not None else ():
        zh, en = SIGNS[sign.name]
        signs.append((zh if lang == "zh" else en, AGREES[sign.agrees], masked(sign.told)))
    return FoundPage(
        host=host.host if host is not None else "",
        verdict=_verdict(found),
        signs=signs,
        said=as_fields(half_of(seen.said, lang), lang),
        columns=[_row(column, lang) for column in seen.columns],
        doubtful=[
            (each.url, between.join(each.units), as_fields(half_of(each.why, lang), lang))
            for each in seen.doubtful
        ],
        older=[(each.url, _years(each.years)) for each in seen.older],
        without=[(each.unit, tried_said(each.tried, lang)) for each in seen.without],
        bodies=[each.name for each in seen.bodies],
        moved=[(each.url, each.to) for each in found.told.proposal.moved],
        is_right=found.is_right,
        is_whole=seen.ended,
        can_write=_has_news(found) and found.is_right and not seen.said,
        requests=found.requests,
    )


def tried_said(tried: Sequence[Tried], lang: Lang) -> str:
    """The pages on which a unit's column was looked for, and what each was."""
    each = (f"{path_of(one.url)} {half_of(one.why, lang)}" for one in tried[:MOST_TRIED])
    return ("；" if lang == "zh" else "; ").join(each)


def _has_news(found: Found) -> bool:
    return found.told.changed and bool(found.found.columns or found.told.proposal.moved)


def ended_as(job: Job, found: FoundPage | None, outcome: tuple[str, str] | None) -> str:
    """How a job ended, as its words are named: what came to nothing is not told as done."""
    if outcome is not None and outcome[0] == "refused":
        return "refused"
    if found is not None and (found.said or not found.columns):
        return "nothing"
    if found is not None and not found.is_right:
        return "doubtful"
    return job.state


def _verdict(found: Found) -> str:
    """The key of the words for whose portal it is."""
    host = found.found.host
    if host is None:
        return ""
    by_a_person = found.is_right and host.verdict != "proven"
    return "verdict_certain" if by_a_person else f"verdict_{host.verdict}"


def _row(column: Column, lang: Lang) -> ColumnRow:
    zh, en = STATES[column.state.name]
    whose = column.unit or column.body or say("units_many", lang, count=len(column.units))
    entries = [
        Entry(masked(each.item.title), each.unit, each.year) for each in column.taken[:MOST_ENTRIES]
    ]
    return ColumnRow(
        column.url,
        path_of(column.url),
        whose,
        column.preset,
        zh if lang == "zh" else en,
        _years(column.years),
        masked(column.proof.item.title),
        entries,
        len(column.taken),
    )


def _years(years: Sequence[int]) -> str:
    if not years:
        return ""
    return f"{years[-1]}–{years[0]}" if len(years) > 1 else f"{years[0]}"


# ---- jobs


def as_fields(told: str, lang: Lang) -> str:
    """Options of the command line, as the form calls them."""
    for option, key in OPTIONS:
        name = f"“{say(key, lang)}”"
        told = told.replace(f"加 {option}", f"勾选{name}")
        told = re.sub(f"(say|add) {option}", f"tick {name}", told)
        told = told.replace(option, name)
    return told


OPTIONS = (
    ("--insist", "insist"),
    ("--url", "saved_url"),
    ("--when", "saved_when"),
    ("--host-is-right", "discover_host_is_right"),
)


def why_failed(job: Job, lang: Lang) -> str:
    return as_fields(masked(job.why[0] if lang == "zh" else job.why[1]), lang)


class ShownLook(NamedTuple):
    """A look by hand, in words."""

    url: str
    state: str
    is_whole: bool
    read: int


def looks_of(shown: Shown, lang: Lang) -> list[ShownLook]:
    return [
        ShownLook(each.url, STATES[each.state][0 if lang == "zh" else 1], each.complete, each.read)
        for each in shown.looks
    ]


def when_in(said: str) -> datetime | None:
    """A moment in Beijing, as a form says it. Raises AskedWronglyError."""
    if not said:
        return None
    try:
        return datetime.strptime(said.replace("T", " ")[:16], "%Y-%m-%d %H:%M").replace(
            tzinfo=BEIJING
        )
    except ValueError:
        raise AskedWronglyError(
            f"时间应写作 年-月-日 时:分：{said[:30]}",
            "a time is written as YYYY-MM-DD HH:MM",
            field="when",
        ) from None


def units_of(county: CountyEntry) -> list[tuple[str, str]]:
    """The key and name of each."""
    return [(unit.code or f"{county.code}-{unit.name}", unit.name) for unit in county.units]
