"""Whose report a sighting is, and of which year: by title, column, page and text.

Never by an address, never by a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from nianbao.parser.heading import YEAR, Publication
from nianbao.parser.report import Report
from nianbao.storage.kinds import PageKind
from nianbao.storage.registry import UnitEntry

NOT_REPORTS: tuple[tuple[PageKind, str], ...] = (
    ("interpretation", "解读|一图读懂|图解|图说"),
    ("notice", "通知|部署|会议|培训|推进会|工作方案|实施方案"),
    ("system", "年度报告制度|年报制度|公开制度|公开指南|公开目录|依申请公开(?:统计|指南)"),
    ("work_report", "政府工作报告"),
    ("rule_of_law", "法治政府建设|依法行政"),
    ("website_statement", "政府网站(?:工作)?(?:年度)?(?:工作)?(?:年度)?报表|网站监管年度报表"),
    ("budget", "预算|决算|三公经费"),
)
REPORT = re.compile(
    "(?:政府信息|政务信息|信息|政务)(?:公开)?"
    ".{0,8}(?:年度报告|年报|工作报告|年度工作报告|公开报告|工作总结)"
    "|信息年度公开报告"
)
CALLS = re.compile(
    "关于做好|召开|部署"
)  # a notice about reports; without them, one that is passed on


def page_kind(title: str) -> PageKind:
    """What a title promises.

    Report, one of the pages that are often taken for it, or other.
    """
    bare = re.sub(r"\s", "", title)
    for kind, words in NOT_REPORTS:
        passed_on = kind == "notice" and "年度报告" in bare and not CALLS.search(bare)
        if re.search(words, bare) and not passed_on:
            return kind
    if any(REPORT.search(whole) for whole in _completed(bare)):
        return "report"
    return "other"


def _completed(title: str) -> Iterator[str]:
    """A title, and where it was cut, what it may have been."""
    yield title
    stem = title.rstrip("….")
    if stem != title:
        for rest in ("告", "报告", "度报告", "年度报告", "工作年度报告"):
            yield stem + rest


class Belonging(NamedTuple):
    unit: UnitEntry | None
    year: int | None
    doubt: str = ""  # why a person must decide; empty when it is sure


def years_in(title: str) -> set[int]:
    bare = re.sub(r"\s", "", title).translate(WIDE_DIGITS)
    if years := re.findall("(20[0-3][0-9])(?:年|[^0-9]|$)", bare):
        return {int(year) for year in years}
    written = [_digits(match[1]) for match in YEAR.finditer(bare)]
    return {int(year) for year in written if year.isdigit()}


WIDE_DIGITS = str.maketrans("０１２３４５６７８９〇○", "012345678900")


def _digits(text: str) -> str:
    return text.translate(str.maketrans("零〇○一二三四五六七八九", "000123456789"))


def names_of(units: Sequence[UnitEntry]) -> Iterator[str]:
    """Everything that some units are or were called."""
    for unit in units:
        yield from (unit.name, *unit.aliases, *(old.name for old in unit.former))


def units_named(text: str, units: Sequence[UnitEntry], year: int | None = None) -> list[UnitEntry]:
    """Units whose name or alias stands in a text.

    柳树镇 inside of 大柳树镇 is not named there. With the report's year: only units
    that were there then, and by the names that they had then, too.
    """
    bare = re.sub(r"\s", "", text)
    places = [place for unit in units for place in _places_of(unit, bare, year)]
    widest = [place for place in places if not any(other.holds(place) for other in places)]
    return list(dict.fromkeys(place.unit for place in widest))


class _Place(NamedTuple):
    """Where a name of a unit stands in a text."""

    start: int
    end: int
    unit: UnitEntry

    def holds(self, other: _Place) -> bool:
        """Whether the other stands inside of it, and is shorter."""
        inside = self.start <= other.start and other.end <= self.end
        return inside and self.end - self.start > other.end - other.start


def _places_of(unit: UnitEntry, text: str, year: int | None) -> Iterator[_Place]:
    if not _lives(unit, year):
        return
    former = [old.name for old in unit.former if year is None or str(year) <= old.until[:4]]
    for name in (unit.name, *unit.aliases, *former):
        for match in re.finditer(re.escape(name), text):
            yield _Place(match.start(), match.end(), unit)


def _lives(unit: UnitEntry, year: int | None) -> bool:
    return year is None or ((unit.since[:4] or "0") <= str(year) <= (unit.until[:4] or "9999"))


def belongs(
    title: str,
    units: Sequence[UnitEntry],
    *,
    column_unit: UnitEntry | None = None,
    report: Report | None = None,
) -> Belonging:
    """Title first, then the column's own unit, then the report's own text.

    What disagrees goes to a person.
    """
    year, year_doubt = _year(title, report)
    unit, doubt = _unit(title, units, column_unit, report, year)
    return Belonging(unit, year, doubt or year_doubt)


def _unit(
    title: str,
    units: Sequence[UnitEntry],
    column_unit: UnitEntry | None,
    report: Report | None,
    year: int | None,
) -> tuple[UnitEntry | None, str]:
    in_title = units_named(title, units, year)
    text = ""
    if report is not None:
        text = f"{report.title} {report.county or ''}{report.unit}"
    in_text = units_named(text, units, year)
    if len(in_title) > 1:
        names = "、".join(unit.name for unit in in_title)
        return None, f"标题中有 {names} / several units in the title"
    if column_unit is not None:
        for other in (*in_title, *in_text):
            if other != column_unit:
                zh = f"栏目属于{column_unit.name}，文中为{other.name}"
                return None, f"{zh} / column and text name different units"
        return column_unit, ""
    if in_title and in_text and in_title[0] not in in_text:
        zh = f"标题为{in_title[0].name}，正文为{in_text[0].name}"
        return None, f"{zh} / title and text name different units"
    if in_title:
        return in_title[0], ""
    if len(in_text) == 1:
        return in_text[0], ""
    return None, "没有认出单位 / no unit was recognised"


def _year(title: str, report: Report | None) -> tuple[int | None, str]:
    named = years_in(title)
    period: int | None = None
    if report is not None and report.period:
        period = report.period[1].year
    if len(named) == 1:
        (year,) = named
        if period is not None and period != year:
            return year, f"标题为{year}年，统计期限为{period}年 / title and period differ"
        return year, ""
    if len(named) > 1:
        return None, "标题中有几个年份 / several years in the title"
    if period is not None:
        return period, ""
    if report is not None and report.year is not None:
        return report.year, ""
    return None, "没有认出年份 / no year was recognised"


def published_on(listed: date | None, publication: Publication) -> tuple[date | None, str]:
    """The page's own date before the list's.

    Never one from an address, nor when it was written or last changed.
    """
    for source, day in publication.dates:
        if PUBLISHING.search(source):
            return day, source
    if listed is not None:
        return listed, "list"
    for source, day in publication.dates:
        if not ANOTHER_DAY.search(source):
            return day, source
    return None, ""


PUBLISHING = re.compile("发布|公布|公开|pub", re.I)
ANOTHER_DAY = re.compile("更新|成文|docx")
