"""Whether what was read of a list is all of it: a pure rule over what was read and what the pages
said of more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nianbao.crawler.belonging import years_in
from nianbao.crawler.listing.listed import Item
from nianbao.crawler.listing.ordered import read_back
from nianbao.crawler.listing.signs import USUAL_SIZES, Signs
from nianbao.crawler.proof import Proof
from nianbao.crawler.states import State

Judged = tuple[State, Proof]


@dataclass(frozen=True)
class Gathered:
    """What was read of one list."""

    entries: Sequence[Item]  # its own, in their order, each once
    rows: int  # how many its pages show, one that is listed twice counted twice
    signs: Sequence[Signs]  # what each of its pages said of others
    faults: Sequence[str] = ()  # pages that could not be read, and why
    left: int = 0  # addresses of pages that were not asked for, since there are too many
    reports: bool = False  # whether it holds or held a report of any year
    year: int = 0  # whose reports are due
    names: Sequence[str] = ()  # of the county's units
    headings: Sequence[str] = ()  # what its page calls itself


def judged(read: Gathered) -> Judged:
    """The state of a look at a list, with its proof."""
    if not read.reports:
        return _in_part("列表中没有任何一年的年报 / no report of any year is on the list")
    total = max((said.total for said in read.signs if said.total is not None), default=None)
    if _is_of_another_year(read):
        return _in_part(f"页面只列其他年度 / the page is of another year than {read.year}")
    for fault in read.faults:
        return _in_part(fault)
    for said in read.signs:
        for elsewhere in said.elsewhere:
            return _in_part(elsewhere)
    if read.left:
        return _in_part(f"还有{read.left}页未读 / {read.left} more pages")
    if total is not None and len(read.entries) >= total and not _pages_missing(read):
        return State("ok"), Proof("declared", str(total))
    if (proof := read_back(read.entries, read.year, read.names)).kind:
        return State("ok"), proof
    if (why := _missing_part(read, total)) is not None:
        return _in_part(why)
    if any(said.any for said in read.signs):
        return State("ok"), Proof("ended", str(len(read.signs)))
    if _may_be_cut(read):
        count = len(read.entries)
        return _in_part(f"只见最新{count}条，可能不是全部 / the newest {count} may not be all")
    return State("ok"), Proof("single", str(len(read.entries)))


def _in_part(why: str) -> Judged:
    return State("partial", why), Proof()


def _missing_part(read: Gathered, total: int | None) -> str | None:
    """What was not read, though the pages speak of it."""
    if total is not None and max(read.rows, len(read.entries)) < total:
        count = len(read.entries)
        return f"读到{count}条，网站称共{total}条 / {count} of {total} entries"
    pages = max((said.pages for said in read.signs), default=0)
    counted = max((said.counted for said in read.signs), default=0)
    if total is None and counted > max(read.rows, len(read.entries)):
        count = len(read.entries)
        return f"读到{count}条，目录称{counted}条 / {count} entries, the menu counts {counted}"
    if 1 < pages <= len(read.signs):
        return None
    for said in read.signs:
        for sign in said.open:
            return f"有无法跟随的翻页：{sign} / a sign of more that can't be followed: {sign}"
    return _pages_missing(read)


def _pages_missing(read: Gathered) -> str | None:
    """Totals and last pages must agree."""
    pages = max((said.pages for said in read.signs), default=0)
    if pages > len(read.signs):
        return f"读到{len(read.signs)}页，网站称共{pages}页 / {len(read.signs)} of {pages} pages"
    return None


def _may_be_cut(read: Gathered) -> bool:
    """The newest few without a pager, where even the oldest is of the season.

    One that is listed twice takes a row of them.
    """
    if not {len(read.entries), read.rows} & USUAL_SIZES or not read.year:
        return False
    begin = date(read.year + 1, 1, 1)
    return not any(_is_older(item, read.year, begin) for item in read.entries)


def _is_older(item: Item, year: int, begin: date) -> bool:
    years = years_in(item.title)
    if years:
        return max(years) < year
    return item.date is not None and item.date < begin


def _is_of_another_year(read: Gathered) -> bool:
    """A page that calls itself by another year, lists that year's alone and leads to no other."""
    if any(said.years for said in read.signs) or not read.year:
        return False
    named = set().union(*(years_in(heading) for heading in read.headings))
    listed = set().union(*(years_in(item.title) for item in read.entries))
    return bool(named) and read.year not in named and listed <= named
