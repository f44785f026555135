"""The sum of a county's tables: who is in it, who is not, what is not whole, what does not balance,
and where the county's own report says something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.county_sum import (
    CountySum,
    Difference,
    against,
    county_sum,
    unbalanced,
    workbook,
)
from nianbao.monitor.paper.form import Table, tables_of
from nianbao.monitor.paper.marked import name_of
from nianbao.monitor.paper.summed import CLOSED, DROPPED, Known, known_for_sum
from nianbao.monitor.web.asked import AskedWronglyError, Form, place_of, year_or_due
from nianbao.monitor.web.every import asked_of, words_of
from nianbao.monitor.web.shell import lang_of, path_of, query_of, rendered, site_of
from nianbao.monitor.web.sight import county_in
from nianbao.monitor.web.taking import XLSX, named
from nianbao.monitor.web.words import by, say
from nianbao.parser.forms import TABLES, form_of_year
from nianbao.storage.store import looking

BOOK: tuple[Form, ...] = ("xlsx",)
MOST_CELLS = 6  # that are named of a unit
MOST_WRONG = 3


class UnitRow(NamedTuple):
    """A unit, and what of it is not in the sum."""

    name: str
    code: str  # empty where it has no page of its own any longer
    notes: Sequence[str]
    wrong: Sequence[str]


class CellSeen(NamedTuple):
    text: str
    name: str
    is_off: bool  # it does not balance
    left_out: Sequence[str]  # units whose number is not in it


class DifferenceRow(NamedTuple):
    cell: str
    name: str
    county: object
    units: object
    gap: object


class SumPage(NamedTuple):
    tables: Sequence[Table]
    cells: dict[str, CellSeen]
    inside: Sequence[UnitRow]
    outside: Sequence[UnitRow]
    off: Sequence[tuple[str, str]]  # cells that do not balance, with their names
    partial: int  # sums that are not whole
    differences: Sequence[DifferenceRow]
    has_own: bool  # whether the county's own report was read


def sum_page(known: Known, total: CountySum, year: int, lang: Lang) -> SumPage:
    """Pure: how the sum is told."""
    off = unbalanced(total)
    own = list(against(known.own, total)) if known.own is not None else []
    return SumPage(
        tables_of(dict.fromkeys(TABLES, total.form), year),
        {key: _seen(key, total, off, lang) for key in total.sums},
        [_inside(unit, known, total, lang) for unit in total.units],
        [_outside(unit, known, lang) for unit in total.others],
        [(key, name_of(key, lang)) for key in total.sums if key in off],
        sum(not each.sure for each in total.sums.values()),
        [_difference(each, lang) for each in own],
        known.own is not None and known.own.get("form") == total.form,
    )


def _seen(key: str, total: CountySum, off: frozenset[str], lang: Lang) -> CellSeen:
    added = total.sums[key]
    text = str(added.number) if added.of else ""
    return CellSeen(text, name_of(key, lang), key in off, (*added.unread, *added.absent))


def _inside(unit: str, known: Known, total: CountySum, lang: Lang) -> UnitRow:
    notes = []
    if unit in known.brought:
        notes.append(say("sum_brought", lang, who=by(known.brought[unit], lang)))
    if unit in known.gone:
        notes.append(say("sum_gone", lang, day=known.gone[unit]))
    for key, cells in (
        ("sum_unread", [cell for cell, each in total.sums.items() if unit in each.unread]),
        ("sum_absent", [cell for cell, each in total.sums.items() if unit in each.absent]),
    ):
        if cells:
            between = "、" if lang == "zh" else ", "
            told = between.join(name_of(cell, lang) for cell in cells[:MOST_CELLS])
            more = say("sum_more", lang) if len(cells) > MOST_CELLS else ""
            notes.append(say(key, lang, count=len(cells), cells=told + more))
    if blank := sum(unit in each.blank for each in total.sums.values()):
        notes.append(say("sum_blank", lang, count=blank))
    wrong = [each[lang] for each in known.wrong.get(unit, ())[:MOST_WRONG]]
    return UnitRow(unit, known.codes.get(unit, ""), notes, wrong)


def _outside(unit: str, known: Known, lang: Lang) -> UnitRow:
    keys = {CLOSED: "sum_closed", DROPPED: "sum_dropped"}
    why = say(keys.get(known.left.get(unit, ""), "sum_none"), lang)
    return UnitRow(unit, known.codes.get(unit, ""), [why], ())


def _difference(each: Difference, lang: Lang) -> DifferenceRow:
    gap = Decimal(str(each.county)) - Decimal(str(each.sum.number))
    name = name_of(each.cell, lang)
    return DifferenceRow(each.cell, name, each.county, each.sum.number, f"{gap.normalize():+f}")


def summed(request: Request) -> Response:
    asked, lang = asked_of(request), lang_of(request)
    query_of(request)
    place = place_of(path_of(request), BOOK)
    county_in(asked.registry, place.code)
    if place.rest:
        raise AskedWronglyError("没有这个网址", "there is no such page", 404)
    year = year_or_due(place.year, asked.now)
    form = form_of_year(year)
    if form is None:
        told = say("sum_no_form", "zh", year=year), say("sum_no_form", "en", year=year)
        raise AskedWronglyError(*told, 404)
    name = asked.registry.called[place.code]
    with looking(site_of(request).engine) as s:
        known = known_for_sum(s, place.code, name, year, asked.now)
    total = county_sum(known.contents, [*known.units, *known.left], form.id)
    if place.form:
        own = list(against(known.own, total)) if known.own is not None else ()
        body = workbook(f"{name}{year}年度", total, own, *known.notes)
        headers = {"content-disposition": named(f"{name}{year}年度年报汇总", "xlsx")}
        return Response(body, media_type=XLSX, headers=headers)
    return rendered(
        request,
        "sum.html",
        page=sum_page(known, total, year, lang),
        code=place.code,
        name=name,
        year=year,
        **words_of(request, asked.now),
    )


ROUTES = (Route("/sum/{place:path}", summed),)
