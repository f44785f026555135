"""The county's page: first the names, then why something can't be seen, then what to mend."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.first_look import looked_late
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.rot import Rot, state_of
from nianbao.monitor.ledger.scope import Registry, phones_of
from nianbao.monitor.ledger.words import Lang, Word
from nianbao.monitor.ledger.year import URGENT, Year, year_of
from nianbao.monitor.mail.urging import correcting_one, urging_one, urgings
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import day_in_beijing, second_look_due
from nianbao.monitor.web.asked import UNCONFIRMED, Filter
from nianbao.monitor.web.drawing import Curve, curve_of
from nianbao.monitor.web.overview import unwatched_in
from nianbao.monitor.web.words import Looked, day_of, looked_at, moment_of, say, why_of
from nianbao.storage.queries import FindingFacts, PortalFacts, day_doubted
from nianbao.storage.scope import of_county
from nianbao.storage.standings import years_known
from nianbao.storage.visits import waiting_links

OFFICE = Office()
YEARS_SHOWN = 6  # columns of the grid
MOST = 60  # rows of a table that stand on one page
MOST_TEXTS = 12  # whole texts to be copied on one page; of more units a short one each


class Named(NamedTuple):
    """A unit of which something is asked."""

    line: Line
    mark: str  # the name of its style
    why: str
    phone: str = ""
    text: str = ""  # to be copied
    again: str = ""  # when it is looked at again, or that it was long ago


# To be settled by a person; to be looked at again, by us or by a person; to be found.
Act = Literal["links", "columns", "look", "saved", "discover"]


class Unseen(NamedTuple):
    """Units of which nobody can tell, for one reason."""

    why: str
    lines: Sequence[Line]
    acts: Sequence[Act] = ()  # what may resolve it


class Mend(NamedTuple):
    """A unit with its worst finding, and how many more."""

    line: Line
    worst: FindingFacts
    more: int
    phone: str = ""
    text: str = ""  # to be copied


class Groups(NamedTuple):
    """Each unit of a county in one of them."""

    missing: Sequence[Line]  # by looks of two days
    withdrawn: Sequence[Line]
    unconfirmed: Sequence[Line]  # missing by one look
    unknown: Sequence[Line]
    mend: Sequence[Line]  # published, and something is wrong or to be verified
    unreadable: Sequence[Line]  # published, and not wholly read
    late: Sequence[Line]  # and well
    waived: Sequence[Line]  # where they stand is not held against them, by a person
    waiting: Sequence[Line]
    exempt: Sequence[Line]
    fine: Sequence[Line]


def groups_of(year: Year) -> Groups:
    found: dict[str, list[Line]] = {name: [] for name in Groups._fields}
    for line in year.lines:
        found[_group(line, year)].append(line)
    wrong = {each.unit for each in year.wrong}
    found["mend"].sort(key=lambda line: line.unit not in wrong)
    return Groups(**found)


def _group(line: Line, year: Year) -> str:
    name = line.standing.name
    if line.unit in year.waived:
        return "mend" if line.unit in year.by_unit else "waived"
    if line.is_unconfirmed:
        return "unconfirmed"
    if name in ("missing", "withdrawn", "unknown", "exempt"):
        return name
    if name in ("awaiting", "not_due"):
        return "waiting"
    if line.unit in year.by_unit:
        return "mend"
    if line.quality == "unreadable":
        return "unreadable"
    return "late" if name == "late" else "fine"


def mark_of(line: Line) -> str:
    """The name of a standing's style."""
    return f"s-{UNCONFIRMED if line.is_unconfirmed else line.standing.name}"


def _looked(columns: Sequence[PortalFacts], lang: Lang, now: datetime) -> Looked:
    known = [column.whole for column in columns if column.whole is not None]
    return looked_at(min(known, default=None), len(columns) - len(known), lang, now)


class Cell(NamedTuple):
    """A unit's year in the grid."""

    mark: str
    word: Word | None  # None: nothing was due
    doubt: str = ""  # of its standing: a key of words.yaml


class CountyPage(NamedTuple):
    """All that a county's page tells."""

    code: str
    name: str
    year: Year
    groups: Groups
    missing: Sequence[Named]
    withdrawn: Sequence[Named]
    unconfirmed: Sequence[Named]
    unknown: Sequence[Unseen]
    mend: Sequence[Mend]
    broken: Sequence[tuple[PortalFacts, str, str]]  # columns, their states, since when
    looked: Looked
    days: int | None  # until the deadline; below 0: since
    curve: Curve | None
    years: Sequence[int]
    grid: Sequence[tuple[Line, Sequence[Cell]]]
    known: Sequence[int]  # years of which anything is known
    unwatched: int  # units of its file, where no column is known
    doubted: Collection[str]  # units of whose report it is asked when it was published
    late: Collection[str]  # units whose columns were first read whole long after the deadline
    has_late: bool  # there are such in a year of the grid

    @property
    def deadline(self) -> date | None:
        return self.year.deadline

    def doubt_of(self, line: Line) -> str:
        return doubt_of(line, line.unit in self.doubted, line.unit in self.late)


def county_page(
    s: Session,
    registry: Registry,
    code: str,
    year: int,
    now: datetime,
    lang: Lang,
    office: Office = OFFICE,
) -> CountyPage:
    told = year_of(s, of_county(code), year, now, registry, asked=now)
    groups = groups_of(told)
    known = years_known(s, registry.scope)
    years = [each for each in known if each < year][1 - YEARS_SHOWN :]
    earlier = {each: _by_unit(lines_now(s, of_county(code), each, now, registry)) for each in years}
    doubted = {each: day_doubted(s, of_county(code), each) for each in (*years, year)}
    of_years = {**{each: list(lines.values()) for each, lines in earlier.items()}, year: told.lines}
    late = {each: looked_late(s, lines, each, now) for each, lines in of_years.items()}
    called = phones_of(s, of_county(code), now, registry)
    waiting = waiting_links(s, of_county(code)) if told.links_asked else ()
    held = {each for link in waiting for each in link.holds}
    days = None if told.deadline is None else (told.deadline - day_in_beijing(now)).days

    def text_for(line: Line, among: Sequence[Line]) -> str:
        if len(among) <= MOST_TEXTS:
            return to_urge(line, registry, office, now, lang)
        return "".join(urgings([line], called, registry.called, now, lang))

    def named(lines: Sequence[Line]) -> list[Named]:
        return [_named(line, text_for(line, lines), called, now, lang) for line in lines]

    def mending(line: Line) -> Mend:
        text = ""
        if len(groups.mend) <= MOST_TEXTS:
            text = to_correct(line, told.by_unit[line.unit], registry, office, now, lang)
        return _mend(line, told, called.get(line.unit, ""), text)

    return CountyPage(
        code=code,
        name=registry.called[code],
        year=told,
        groups=groups,
        missing=named(groups.missing),
        withdrawn=named(groups.withdrawn),
        unconfirmed=named(groups.unconfirmed),
        unknown=_unseen(groups.unknown, held, lang),
        mend=[mending(line) for line in groups.mend],
        broken=[_broken(rot, lang, now) for rot in told.failing if rot.kind == "unread"],
        looked=_looked(told.columns, lang, now),
        days=days,
        curve=curve_of(told.progress, told.last_progress, told.deadline),
        years=(*years, year),
        grid=[(line, _cells(line, years, earlier, doubted, late)) for line in told.lines],
        known=sorted({*known, year}),
        unwatched=unwatched_in(county) if (county := registry.county(code)) is not None else 0,
        doubted=doubted[year],
        late=late[year],
        has_late=any(late.values()),
    )


def _by_unit(lines: Sequence[Line]) -> Mapping[str, Line]:
    return {line.unit: line for line in lines}


def _cells(
    line: Line,
    years: Sequence[int],
    earlier: Mapping[int, Mapping[str, Line]],
    doubted: Mapping[int, Collection[str]],
    late: Mapping[int, Collection[str]],
) -> list[Cell]:
    lines = [*(earlier[year].get(line.unit) for year in years), line]
    return [
        Cell("", None) if each is None else _cell(each, doubted[each.year], late[each.year])
        for each in lines
    ]


def _cell(line: Line, doubted: Collection[str], late: Collection[str]) -> Cell:
    return Cell(mark_of(line), line.word, doubt_of(line, line.unit in doubted, line.unit in late))


def doubt_of(line: Line, is_doubted: bool, is_late: bool) -> str:
    """What is said beside a standing: it is asked on which day it was published; or its columns
    were first read long after the deadline.
    """
    if line.is_published:
        return "doubted" if is_doubted else ""
    return "late_look" if is_late else ""


def _named(line: Line, text: str, called: Mapping[str, str], now: datetime, lang: Lang) -> Named:
    why = why_of(line.standing, lang)
    phone = called.get(line.unit, "")
    return Named(line, mark_of(line), why, phone, text, _again(line, now, lang))


def to_urge(line: Line, registry: Registry, office: Office, now: datetime, lang: Lang) -> str:
    """What may be sent to a unit; empty where it may not be urged."""
    return urging_one(line, registry.called.get(line.county, ""), office, now, lang)


def to_correct(
    line: Line,
    found: Sequence[FindingFacts],
    registry: Registry,
    office: Office,
    now: datetime,
    lang: Lang,
) -> str:
    """What may be sent to a unit that has published something wrong."""
    if not line.is_published:
        return ""
    county = registry.called.get(line.county, "")
    return correcting_one(line, found, county, office, now, lang)


def _unseen(lines: Sequence[Line], held: Collection[tuple[str, int]], lang: Lang) -> list[Unseen]:
    """By reason; what holds for most first. `held`: names and years that links in doubt hold up."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        why = why_of(line.standing, lang)
        found.setdefault(why, []).append(line)
    whys = sorted(found, key=lambda why: -len(found[why]))
    return [Unseen(why, found[why], acts_for(found[why], held)) for why in whys]


def acts_for(lines: Sequence[Line], held: Collection[tuple[str, int]]) -> list[Act]:
    """What may resolve that nobody can tell of some units."""
    acts: list[Act] = []
    if any((line.name, line.year) in held for line in lines):
        acts.append("links")
    if any(line.asks for line in lines):
        acts.append("columns")
    if any(not line.url for line in lines):  # nobody knows where it would stand
        acts.append("discover")
    return acts or ["look", "saved"]


def _again(line: Line, now: datetime, lang: Lang) -> str:
    """When a second look is due; or that its report may have come since the last one."""
    today = day_in_beijing(now)
    if (due := second_look_due(line.standing, now)) is not None:
        return say("second_look", lang, day=day_of(due, lang, today))
    if line.rests_on_old(now) and line.looked is not None:
        return say("looked_long_ago", lang, day=day_of(day_in_beijing(line.looked), lang, today))
    return ""


def _mend(line: Line, year: Year, phone: str, text: str) -> Mend:
    found = _worst_first(line, year)
    return Mend(line, found[0], len(found) - 1, phone, text)


def _worst_first(line: Line, year: Year) -> list[FindingFacts]:
    return sorted(year.by_unit[line.unit], key=lambda each: not each.must_be_corrected)


def _broken(rot: Rot, lang: Lang, now: datetime) -> tuple[PortalFacts, str, str]:
    state = state_of(rot.column)[0 if lang == "zh" else 1]
    return rot.column, state, moment_of(rot.since, lang, now)


# ---- the table


def chosen(year: Year, wanted: Filter) -> list[Line]:
    """The rows that are meant, in the order that is meant."""
    lines = [line for line in year.lines if wanted.holds(line)]
    match wanted.sort:
        case "name":
            return sorted(lines, key=lambda line: (line.name, line.unit))
        case "standing":
            return sorted(lines, key=lambda line: (line.standing.name, line.unit))
        case "published":
            return sorted(lines, key=lambda line: (line.first_day or date.max, line.unit))
        case "days":
            return sorted(lines, key=lambda line: (-line.standing.days, line.unit))
        case _:
            return sorted(lines, key=_urgency)


def _urgency(line: Line) -> tuple[int, int, str]:
    return URGENT.index(line.standing.name), -line.standing.days, line.unit
