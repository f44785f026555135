"""Lists that are ordered by date: read to before the season, nothing of the season is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from nianbao.crawler.belonging import years_in
from nianbao.crawler.listing.listed import Item, titled_as_report
from nianbao.crawler.proof import NONE, Proof

FEWEST = 8
SEVERAL = 3


def read_back(entries: Sequence[Item], year: int, names: Sequence[str]) -> Proof:
    """The proof of a list that was read to before its season; none where it was not.

    Lists ordered by unit look so in part: of the county's own units some must stand behind, too.
    """
    days = [item.date for item in entries if item.date is not None]
    begin = date(year + 1, 1, 1)
    if not year or len(days) < max(len(entries), FEWEST):
        return NONE
    if any(later > earlier for earlier, later in pairwise(days)):
        return NONE
    before = [item for item in entries if item.date is not None and item.date < begin]
    named = [item for item in before if any(name in item.title for name in names)]
    return Proof("read_back", str(days[-1])) if len(named) >= SEVERAL else NONE


def read_back_by_script(entries: Sequence[Item], year: int, names: Sequence[str]) -> Proof:
    """The same of what a script draws: it must hold the season's reports of several units, else
    it may be an old copy of what is shown.
    """
    fresh = [item for item in entries if year in years_in(item.title) and titled_as_report(item)]
    named = {name for name in names for item in fresh if name in item.title}
    return read_back(entries, year, names) if len(named) >= SEVERAL else NONE
