"""What people say when they mean counties and units, made into a Scope; refused with the nearest
name.

A county by its name, its full name (石家庄市桥西区) or its six digits; a city or province by its
name or its four or two digits; a unit by its nine digits. `county:`, `city:`, `province:` and
`unit:` before them say which is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from nianbao.monitor.deadlines import last_days, policy_of
from nianbao.monitor.standing import Policy
from nianbao.storage import nation
from nianbao.storage.deadlines import Held, held_at
from nianbao.storage.queries import phones
from nianbao.storage.registry import Counties, CountyEntry, UnitEntry
from nianbao.storage.scope import EVERYTHING, Scope, of_unit
from nianbao.storage.transfers import scope_at, was_at
from nianbao.storage.units import UnitRef, county_names, entry_of, names_like, unit_id, units_named

LEVELS = {"province": 2, "city": 4, "county": 6}  # digits of a code


class ScopeError(Exception):
    """Nobody is meant, or several are; the sentence says who may be."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


@dataclass(frozen=True)
class Registry:
    """What the files say: the counties that are watched, and the deadlines of what stands above
    them.
    """

    counties: Sequence[CountyEntry] = ()
    deadlines: Mapping[str, str] = field(default_factory=dict)  # by the code of a province or city
    # What held for deadlines at the time that is asked about, by the counties' codes; of the
    # others it is what the files say.
    held: Mapping[str, Held] = field(default_factory=dict)
    # What whoever asks may see: nothing else is in the counties, and no answer names it.
    scope: Scope = EVERYTHING
    # What was worked out once, by what it is of: the files stay as they are.
    known: dict[tuple[str, ...], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def names(self) -> dict[str, str]:
        """The counties by their codes."""
        return self.watched.names

    @cached_property
    def called(self) -> dict[str, str]:
        """The same, as they are told beside each other."""
        return names_apart(self.names)

    def deadline(self, county: CountyEntry, year: int) -> date:
        """The day that holds for a county's units, where none of their own is set."""
        key = "deadline", county.code, f"{year}"
        if key in self.known and county is self.county(county.code):
            known: date = self.known[key]
            return known
        held, above = self._rules(county)
        day = policy_of(held, "", year, above).last_day(year)
        if county is self.county(county.code):
            self.known[key] = day
        return day

    def last_days(self, county: CountyEntry, year: int) -> frozenset[date]:
        """The days that hold for any of a county's units."""
        held, above = self._rules(county)
        return last_days(held, year, above)

    def policy(
        self, county: CountyEntry, unit: str, name: str, year: int, kind: str = "town"
    ) -> Policy:
        """The rule that holds for a unit, known by its key and the name that the store has."""
        entry = entry_of(county, unit, name)
        held, above = self._rules(county)
        if held is not county:
            entry = _then(held, unit, name, entry)
        named = entry.name if entry is not None else name
        return policy_of(held, named, year, above, kind=kind)

    def had(self, county: CountyEntry, unit: str, name: str) -> bool | None:
        """Whether a county's file had a unit at the time that is asked about; None where nobody
        knows, or it is now.
        """
        held = self.held.get(county.code)
        if held is None or not held.is_of_then:
            return None
        return _then(held.county, unit, name, entry_of(county, unit, name)) is not None

    def _rules(self, county: CountyEntry) -> tuple[CountyEntry, Mapping[str, str]]:
        held = self.held.get(county.code)
        if held is None:
            return county, self.deadlines
        return held.county, {"default": held.prevailing}

    @cached_property
    def watched(self) -> Counties:
        return Counties.of(self.counties)

    def county(self, code: str) -> CountyEntry | None:
        return self.watched.get(code)

    def cut(self, scope: Scope) -> Registry:
        """As somebody with a scope may see it."""
        if scope.is_everything:
            return self
        key = "cut", *scope.prefixes, "", *scope.units
        if key not in self.known:
            self.known[key] = replace(self, counties=self.meant(scope), scope=scope)
        cut: Registry = self.known[key]
        return cut

    def may_see(self, county: str, unit: str = "") -> bool:
        """Whether whoever asks may see a county with all its units, or one of them."""
        return self.scope.holds(county, unit)

    def phones(self, scope: Scope) -> Mapping[str, str]:
        """Those that the files say, by the unit's key."""
        return {
            unit_id(county, unit): unit.phone
            for county in self.meant(scope)
            for unit in county.units
            if unit.phone
        }

    def meant(self, scope: Scope) -> list[CountyEntry]:
        return self.those(code for code in self.names if scope.touches(code))

    def those(self, codes: Iterable[str]) -> list[CountyEntry]:
        """Of some codes; of the others nothing is unpacked."""
        return [county for code in codes if (county := self.county(code)) is not None]


def _then(held: CountyEntry, unit: str, name: str, now: UnitEntry | None) -> UnitEntry | None:
    """A unit in what the file said then, by the name that the store has or those it has now."""
    called = [name, *([now.name, *_former(now)] if now is not None else [])]
    then = (entry_of(held, unit, each) for each in called)
    return next((each for each in then if each is not None), None)


def _former(entry: UnitEntry) -> list[str]:
    """Its names of before, the latest first."""
    return [old.name for old in sorted(entry.former, key=lambda old: old.until, reverse=True)]


def registry_at(s: Session, scope: Scope, registry: Registry, moment: datetime) -> Registry:
    """What held at the end of a day that is over."""
    return replace(registry, held=held_at(s, scope_at(scope, was_at(s, moment)), moment))


def phones_of(s: Session, scope: Scope, as_of: datetime, registry: Registry) -> dict[str, str]:
    """The telephone of each unit, by its key: what its county's file says, else what its last
    report prints.
    """
    return {**phones(s, scope, as_of), **registry.phones(scope)}


def scope_of(
    s: Session,
    asked: str | Sequence[str] | None,
    registry: Registry,
    known: Mapping[str, str] | None = None,
) -> Scope:
    """Everything that was asked for together; all there is where nothing was. Raises ScopeError.

    `known`: all counties by their codes, where who asks has them already.
    """
    said = [asked] if isinstance(asked, str) else list(asked or ())
    said = ["".join(each.split()) for each in said]
    if not said or asked == "":
        return EVERYTHING.cut(registry.scope)
    known = county_names(s) | registry.names if known is None else known
    known = _seen_by(registry, known)
    parts = [_one(s, words, known, registry) for words in said]
    prefixes = dict.fromkeys(prefix for part in parts for prefix in part.prefixes)
    counties: dict[str, str] = {}  # by their units
    for part in parts:
        counties |= zip(part.units, part.of_units, strict=True)
    whole = Scope(tuple(prefixes), tuple(counties), tuple(counties.values()))
    return whole.cut(registry.scope)


def _seen_by(registry: Registry, known: Mapping[str, str]) -> Mapping[str, str]:
    """The counties of which whoever asks may see anything."""
    if registry.scope.is_everything:
        return known
    return {code: name for code, name in known.items() if registry.scope.touches(code)}


def _one(s: Session, words: str, known: Mapping[str, str], registry: Registry) -> Scope:
    level, colon, name = words.replace("：", ":").partition(":")
    if not colon:
        level, name = "", words
    elif level not in (*LEVELS, "unit"):
        raise ScopeError(
            f"{words}：应写作 county:、city:、province: 或 unit: 加代码",
            f"{words}: say county:, city:, province: or unit: and a code",
        )
    if not name:
        raise ScopeError(f"“{words}”没有写地方", f"“{words}” names no place")
    if level == "unit" or (not level and re.fullmatch(r"\d{9}|\d{6}-.+", name)):
        unit = unit_of(s, name, registry=registry)
        return of_unit(unit.id, unit.county)
    codes = counties_of(name, known, level)
    if not codes:
        above = {words for _, pair in _above(known) for words in pair}
        raise _unknown(name, [*known.values(), *above])
    return Scope(codes)


def counties_of(name: str, known: Mapping[str, str], level: str = "") -> tuple[str, ...]:
    """What the codes of the counties that a name or code means begin with, of those that are
    known by their codes.
    """
    if name.isdigit():
        fits = len(name) in (LEVELS[level],) if level else len(name) in LEVELS.values()
        return (name,) if fits and any(code.startswith(name) for code in known) else ()
    if level in ("", "county"):
        named = [code for code, county in known.items() if county == name]
        named = named or [
            county.code for county in nation.counties_named(name) if county.code in known
        ]
        if named or level:
            return tuple(named)
    above = {prefix for prefix, words in _above(known) if name in words}
    return tuple(sorted(above))


def _above(known: Iterable[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The codes of the provinces and cities of some counties, with their names."""
    there = set(known)
    for county in nation.counties():
        if county.code in there:
            yield county.code[:2], (county.province,)
            yield county.code[:4], (county.city, county.province + county.city)


def _unknown(name: str, known: Iterable[str]) -> ScopeError:
    names = sorted(set(known))
    begun = [each for each in names if len(name) > 1 and each.startswith(name)]
    near = begun[:1] or get_close_matches(name, names, 1)
    if near:
        return ScopeError(
            f"没有 {name}，是否指 {near[0]}？", f"no such county: {name}; did you mean {near[0]}?"
        )
    return ScopeError(f"没有 {name}", f"no such county: {name}")


def one_county(scope: Scope, registry: Registry, s: Session, asked: str) -> str:
    """The code of the only county that is meant."""
    known = county_names(s) | registry.names
    codes = [code for code in sorted(known) if code.startswith(scope.prefixes)]
    if len(codes) == 1:
        return codes[0]
    if not codes:
        raise _unknown(asked, known.values())
    shown = names_apart({code: known[code] for code in codes})
    listed = "、".join(f"{shown[code]}（{code}）" for code in codes[:8])
    raise ScopeError(
        f"{asked} 有 {len(codes)} 个，请用代码：{listed}",
        f"{asked} is {len(codes)} counties, use a code: {listed}",
    )


def unit_of(
    s: Session, named: str, scope: Scope = EVERYTHING, registry: Registry | None = None
) -> UnitRef:
    """The one unit of a name or key. Raises ScopeError where there is none, or several; it says
    who has the name by the counties' files.
    """
    if registry is not None:
        scope = scope.cut(registry.scope)
    found = [unit for unit in units_named(s, named) if scope.holds(unit.county, unit.id)]
    if len(found) == 1:
        return found[0]
    if found:
        shown = names_apart({unit.county: unit.county_name for unit in found})
        listed = "、".join(f"{shown[unit.county]}{unit.name}（{unit.id}）" for unit in found[:8])
        raise ScopeError(
            f"{named} 有 {len(found)} 个，请用代码：{listed}",
            f"{named} is {len(found)} units, use a code: {listed}",
        )
    _refuse_by_file(named, registry or Registry())
    near = get_close_matches(named, names_like(s, named, scope), 1)
    if near:
        raise ScopeError(
            f"没有 {named}，是否指 {near[0]}？", f"no such unit: {named}; did you mean {near[0]}?"
        )
    raise ScopeError(f"没有 {named}", f"no such unit: {named}")


def _refuse_by_file(named: str, registry: Registry) -> None:
    """Where a county's file has the name, as that of a unit which nobody has looked for yet, or as
    a former or another name of one.
    """
    for county in registry.counties:
        place = registry.called[county.code]
        for unit in county.units:
            if not registry.may_see(county.code, unit_id(county, unit)):
                continue
            if named in (unit.name, unit.code):
                raise ScopeError(
                    f"{place}{unit.name}还没有巡检过，先用 nianbao sweep",
                    f"nobody has looked for {unit.name} of {place} yet; see `nianbao sweep`",
                )
            if any(old.name == named for old in unit.former):
                raise ScopeError(
                    f"没有 {named}：{place}{unit.name}（{unit.code}）曾用此名，请用现名",
                    f"no {named}: {unit.name} of {place} ({unit.code}) was called so, "
                    "use its name of now",
                )
            if named in unit.aliases:
                raise ScopeError(
                    f"没有 {named}：它是{place}{unit.name}（{unit.code}）的别名，请用全称",
                    f"no {named}: it is another name of {unit.name} of {place} ({unit.code})",
                )


def names_in(s: Session, registry: Registry) -> dict[str, str]:
    """All counties that are known, by their codes, as every answer tells them."""
    return names_apart(_seen_by(registry, county_names(s) | registry.names))


def names_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Counties by their codes, as they are told beside each other: where two have one name each
    with its city.
    """
    count = Counter(names.values())
    twice = {code for code, name in names.items() if count[name] > 1}
    if not twice:
        return dict(names)
    cities = {county.code: county.city_name for county in nation.counties() if county.code in twice}
    told = {
        code: cities.get(code, "") + name if code in twice else name for code, name in names.items()
    }
    again = Counter(told.values())
    return {code: name if again[name] == 1 else f"{name}（{code}）" for code, name in told.items()}
