"""Before a season: whether each unit's report could be seen, once it is published.

A column that still lists the reports of the year before will show the new ones; of one that does
not, or that can't be read, nobody could tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from nianbao.crawler.states import STATES
from nianbao.monitor.ledger.rot import mending_of
from nianbao.monitor.ledger.scope import Registry, names_in
from nianbao.monitor.standing import BEIJING, day_in_beijing
from nianbao.storage.facts import UnitFacts, unit_facts
from nianbao.storage.queries import PortalFacts, listed_in, portals
from nianbao.storage.registry import CountyEntry, UnitEntry, date_or_none
from nianbao.storage.scope import Scope, of_county
from nianbao.storage.units import entry_of, is_there, unit_id

SEASON_ENDS = 3  # the last month in which the reports of the year before the last come in
OLD = timedelta(days=10)  # after which a look tells nothing of today
Mend = Literal["", "none", "down", "moved", "closed", "changed", "sweep", "look"]


class Ready(NamedTuple):
    """Whether a unit's next report could be seen, and why not."""

    county: str  # its code
    county_name: str
    unit: str  # its key
    name: str
    year: int  # whose known reports were looked for
    provable: bool
    zh: str  # why
    en: str
    mend: Mend  # what to do, by name
    url: str  # of the column
    at: datetime | None  # when that was last looked at


def known_year(now: datetime) -> int:
    """The year before the one whose reports come next, or are coming."""
    local = now.astimezone(BEIJING)
    return local.year - 2 if local.month <= SEASON_ENDS else local.year - 1


def preflight(
    s: Session, scope: Scope, year: int, now: datetime, registry: Registry
) -> list[Ready]:
    """Every unit of a scope that will have to publish for the year after."""
    names = names_in(s, registry)
    found: list[Ready] = []
    for county in registry.meant(scope):
        columns = portals(s, of_county(county.code), now, year)
        lists = listed_in(s, columns, year)
        facts_of = {
            entry.name: facts
            for facts in unit_facts(s, of_county(county.code), year, now)
            if (entry := entry_of(county, facts.unit, facts.name)) is not None
        }
        for entry in county.units:
            facts = facts_of.get(entry.name) or _unheard(county, entry)
            due = is_there(date_or_none(entry.since), date_or_none(entry.until), year + 1)
            if due and scope.holds(county.code, facts.unit):
                found.append(_ready(facts, names[county.code], year, columns, lists, now))
    return found


def _unheard(county: CountyEntry, entry: UnitEntry) -> UnitFacts:
    """Of a unit whose county was never swept since it is in the file nothing is known."""
    return UnitFacts(
        unit=unit_id(county, entry),
        name=entry.name,
        kind=entry.kind,
        county=county.code,
        county_name=county.county,
        versions=(),
        withdrawn=None,
        looks=(),
        failures=0,
        in_doubt=0,
        url="",
        places=UNHEARD,
    )


UNHEARD = frozenset((0,))  # of no column that there is


class _Why(NamedTuple):
    provable: bool
    zh: str
    en: str
    mend: Mend = ""


def _ready(
    facts: UnitFacts,
    county: str,
    year: int,
    columns: Iterable[PortalFacts],
    lists: Mapping[int, Collection[str]],
    now: datetime,
) -> Ready:
    places = [column for column in columns if column.number in facts.places]
    shows = [column for column in places if facts.unit in lists[column.number]]
    troubled = [column for column in places if not column.is_whole]
    chosen = next(iter(troubled or shows or places), None)
    why = _why(facts, year, places, lists, now)
    return Ready(
        county=facts.county,
        county_name=county,
        unit=facts.unit,
        name=facts.name,
        year=year,
        provable=why.provable,
        zh=why.zh,
        en=why.en,
        mend=why.mend,
        url=chosen.url if chosen is not None else "",
        at=chosen.at if chosen is not None else None,
    )


def _why(
    facts: UnitFacts,
    year: int,
    places: Sequence[PortalFacts],
    lists: Mapping[int, Collection[str]],
    now: datetime,
) -> _Why:
    known = facts.first_seen is not None
    if not facts.places or (not facts.covered and not known):
        return _Why(False, "没有为它登记栏目", "no column is known for it", "none")
    if len(places) < len(facts.places):
        return _Why(False, "栏目从未巡检", "its column was never looked at", "sweep")
    for column in places:
        if not column.is_whole:
            return _unread(column)
    day = day_in_beijing(min(column.at for column in places))
    if day < day_in_beijing(now - OLD):
        zh = f"最近一次完整查看是{day}，已过久"
        return _Why(False, zh, f"last read whole on {day}, too long ago", "sweep")
    if any(facts.unit in lists[column.number] for column in places):
        zh, en = f"栏目中仍有它的{year}年年报", f"its report of {year} is still listed"
        return _Why(True, zh, en)
    if known:
        return _lost(facts, year, lists)
    return _never_known(facts, year, [lists[column.number] for column in places])


def _unread(column: PortalFacts) -> _Why:
    zh, en = STATES[column.state]
    since = _day(column.failing)
    told = (
        f"栏目不能完整读取：{zh}（{since}起）",
        f"its column can't be read whole: {en} (since {since})",
    )
    return _Why(False, *told, mending_of(column.state))


def _lost(facts: UnitFacts, year: int, lists: Mapping[int, Collection[str]]) -> _Why:
    """Its report was known, and stands no longer where it must."""
    if any(facts.unit in listed for listed in lists.values()):
        zh, en = f"它的{year}年年报在另一栏目", f"its report of {year} stands in another column"
    elif facts.withdrawn is not None or facts.closed is not None:
        zh, en = f"它的{year}年年报已打不开", f"its report of {year} can't be opened any more"
        return _Why(False, zh, en, "look")
    else:
        zh, en = f"栏目中不再有它的{year}年年报", f"its report of {year} is listed no longer"
    return _Why(False, zh, en, "moved")


def _never_known(facts: UnitFacts, year: int, lists: Sequence[Collection[str]]) -> _Why:
    """Whether its column is proven by the reports of others."""
    if facts.covered and any(lists):
        zh = f"没有见过它的{year}年年报，但栏目中仍有其他单位的"
        return _Why(True, zh, f"its report of {year} was never seen, those of others still are")
    zh = f"没有见过它的{year}年年报，栏目中也没有其他单位的，无从比对"
    en = f"its report of {year} was never seen, nor that of anybody else: nothing to compare"
    return _Why(False, zh, en, "look")


def _day(moment: datetime | None) -> date | str:
    return day_in_beijing(moment) if moment is not None else "—"
