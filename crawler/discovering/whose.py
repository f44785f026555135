"""Whose a column is, and whether anything proves that it is one of annual reports.

By its entries, by what it calls itself, by the text of its first report; the way that led to it
only tells where these say nothing. What disagrees is in doubt, and is written nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nianbao.crawler.answers import Answer
from nianbao.crawler.belonging import (
    Belonging,
    belongs,
    body_in,
    head_of,
    names_of,
    units_meant,
    units_named,
)
from nianbao.crawler.discovering.hosts import meta_of, site_code
from nianbao.crawler.likeness import Taken, column_name
from nianbao.crawler.listing.entries import headings
from nianbao.crawler.reading import Found
from nianbao.parser.patterns import pattern_of
from nianbao.storage.registry import CountyEntry, UnitEntry


@dataclass(frozen=True)
class Evidence:
    """What was seen of a column."""

    page: Answer  # its first page
    taken: tuple[Taken, ...]
    way: str = ""  # whose it is said to be by the links that led to it
    first: Found | None = None  # a report of an earlier year, as it was read
    title: str = ""  # what the list calls it
    codes: frozenset[str] = frozenset()  # divisions by whose codes the portal goes
    said: str = ""  # whose it is by the county's file


class Owner(NamedTuple):
    """Whose a column is: one unit's, or nobody's alone; in doubt where `doubt` says why."""

    unit: str = ""
    body: str = ""  # a body that is in no county's file
    doubt: str = ""
    may_be: tuple[str, ...] = ()  # the units whose it may be, where that is in doubt


def owner_of(seen: Evidence, county: CountyEntry) -> Owner:
    """Whose column it is. A person decides where its own signs disagree."""
    entries = set(entries_of(seen, county))
    called = set(_called(seen.page, county.units))
    text = _in_text(seen, county)
    if (text is None or text.unit is None) and (doubt := _strange(seen)):
        return Owner(doubt=doubt)
    if text is not None and text.doubt:
        return _doubted(seen, county, text)
    if bodies := set(bodies_of(seen, county)) - {""}:
        return _of_bodies(seen, bodies, entries)
    if len(entries) > 1:
        return Owner()
    if len(entries) == 1:
        return _of_one(entries.pop(), called, seen, text)
    return _of_none(called, seen, text)


def _strange(seen: Evidence) -> str:
    """Why it may be another county's, where no report tells: templates keep foreign codes."""
    code = site_code(seen.page)
    if code and seen.codes and code not in seen.codes:
        return f"网页的网站标识码是 {code} / the page carries the site code {code}"
    return ""


def _doubted(seen: Evidence, county: CountyEntry, text: Belonging) -> Owner:
    """Why a person must say whose it is, with the units that may be meant."""
    meant = [unit.name for unit in text.may_be]
    told = _title_of(seen) or seen.title
    if text.unit is None and not units_named(told, county.units, county=county.county):
        meant = [unit.name for unit in units_meant(told, county.units)]
    if text.unit is None and seen.said in meant:
        return Owner(seen.said)
    if not meant or text.unit is not None:
        return Owner(doubt=text.doubt, may_be=tuple(meant))
    names, head = "、".join(meant), head_of(told).removeprefix(county.county)
    doubt = f"写的是{head}，可能是{names} / it says {head}, which may be {names}"
    return Owner(doubt=doubt, may_be=tuple(meant))


def entries_of(seen: Evidence, county: CountyEntry) -> Iterator[str]:
    """The units that its reports' titles name."""
    reports = (entry for entry in seen.taken if is_report(entry, county.units))
    return (entry.unit for entry in reports if entry.unit)


def is_report(entry: Taken, units: Sequence[UnitEntry]) -> bool:
    """Whether an entry says that it is a report, or is called by a unit's name and a year alone."""
    if entry.kind != "other" or not entry.unit or entry.year is None:
        return entry.kind == "report"
    own = [name for unit in units if unit.name == entry.unit for name in names_of(unit)]
    bare = re.sub(rf"\s|{entry.year}", "", entry.item.title)
    return any(NAME_ALONE.fullmatch(bare.replace(_stem(name), "", 1)) for name in own)


def _stem(name: str) -> str:
    return re.sub("(?:镇|乡|街道|局|委员会|办公室)$", "", name)


NAME_ALONE = pattern_of(
    "(?:年度?|年报|年度报告|镇|乡|街道|局|委员会|办公室|办事处|人民政府|政府|[（）()])*"
)


def bodies_of(seen: Evidence, county: CountyEntry) -> Iterator[str]:
    """The bodies in no county's file that its reports' titles name; empty where one names none."""
    for entry in seen.taken:
        if is_report(entry, county.units) and not entry.unit:
            yield body_in(entry.item.title, county.county)


def _called(page: Answer, units: Sequence[UnitEntry]) -> list[str]:
    """The units that the page calls itself after: in its head, its headings, its source."""
    said = [column_name(page), meta_of(page, "contentsource"), meta_of(page, "sitename")]
    told = [*said, *(text for text in headings(page) if not re.search("20[0-4][0-9]", text))]
    return list(dict.fromkeys(unit.name for text in told for unit in units_named(text, units)))


def _in_text(seen: Evidence, county: CountyEntry) -> Belonging | None:
    """Whose the first report is, by title and text; None where it could not be read."""
    if seen.first is None:
        return None
    report = seen.first.report
    return belongs(
        seen.title, county.units, report=report, county=county.county, head=seen.first.head
    )


def _of_bodies(seen: Evidence, bodies: set[str], entries: set[str]) -> Owner:
    """A column that shows bodies that are in no county's file."""
    if entries or len(bodies) > 1:
        return Owner()
    return Owner(body=bodies.pop())


def _of_one(unit: str, called: set[str], seen: Evidence, text: Belonging | None) -> Owner:
    """All its reports that name anybody name one unit."""
    if called and unit not in called:
        other = "、".join(sorted(called))
        zh = f"条目写的是{unit}，网页写的是{other}"
        doubt = f"{zh} / entries and page name different units"
        return Owner(doubt=doubt, may_be=(unit, *sorted(called)))
    if text is not None and text.unit is not None and text.unit.name != unit:
        zh = f"条目写的是{unit}，报告写的是{text.unit.name}"
        doubt = f"{zh} / entries and text name different units"
        return Owner(doubt=doubt, may_be=(unit, text.unit.name))
    years = {entry.year for entry in seen.taken if entry.unit == unit}
    if unit in called or unit == seen.way or len(years) > 1:
        return Owner(unit)
    return Owner()  # one report in a list for many, it may be


def _of_none(called: set[str], seen: Evidence, text: Belonging | None) -> Owner:
    """No entry names anybody: the page, the way and the first report must agree."""
    said = called or {seen.way} - {""}
    if len(said) > 1:
        return Owner()
    if text is not None and text.unit is not None:
        own = text.unit.name
        if said and own not in said:
            zh = f"网页或路径写的是{'、'.join(said)}，报告写的是{own}"
            doubt = f"{zh} / page and text name different units"
            return Owner(doubt=doubt, may_be=(*sorted(said), own))
        return Owner(own if said else "")
    body = body_in(_title_of(seen), "")
    if text is not None and body:
        return Owner(body=body)
    if called == {seen.way}:
        return Owner(seen.way)  # two signs that have nothing to do with each other
    zh = "条目不写单位，报告未能读出是谁的"
    return Owner(doubt=f"{zh} / entries name nobody, and no report told whose they are")


def _title_of(seen: Evidence) -> str:
    return seen.first.report.title if seen.first is not None else ""


# ---- the proof that it is a column of annual reports


def proof_in(taken: Sequence[Taken], this_year: int, units: Sequence[UnitEntry]) -> Taken | None:
    """The newest entry that is the report of an earlier year; None where nothing proves it."""
    reports = [
        entry
        for entry in taken
        if is_report(entry, units) and entry.year is not None and entry.year < this_year
    ]
    followed = [entry for entry in reports if not entry.item.doubt]
    return max(followed, key=_year, default=None)


def _year(entry: Taken) -> int:
    return entry.year or 0
