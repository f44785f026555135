"""A column compared with itself: a list that lost what it listed of earlier years is another one,
and one that lost most of the due year's an old copy, however whole it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.proof import NONE
from nianbao.crawler.states import State


def compared(listing: Listing, earlier: Sequence[Item], lately: Sequence[Item] = ()) -> Listing:
    """The listing, or one that proves nothing, where under half is listed still of what was
    listed of `earlier` years; or, of several, of the due year (`lately`).
    """
    if listing.state.name == "unchanged" or not listing.state.complete:
        return listing
    why = None if listing.by_year else _lost(listing, earlier, "往年", "earlier years", 1)
    if why is not None:
        return replace(listing, state=State("structure_changed", why), proof=NONE, fingerprint="")
    why = _lost(listing, lately, "本年度", "the due year", SEVERAL)
    if why is not None:  # what is gone is told of each; of others the list proves nothing
        return replace(listing, state=State(listing.state.name, why), proof=NONE, fingerprint="")
    return listing


SEVERAL = 2  # reports that are withdrawn one by one, but not at once


def _lost(listing: Listing, before: Sequence[Item], zh: str, en: str, most: int) -> str | None:
    """That under half of some entries is left, and at least so many are gone."""
    addresses = {item.url for item in listing.items}
    titles = {item.title for item in listing.items}
    still = sum(_article(item) in addresses or item.title in titles for item in before)
    if 2 * still >= len(before) or len(before) - still < most:
        return None
    said = f"{zh}条目{len(before)}条中只剩{still}条，可能已换栏目或退回旧版"
    return f"{said} / of {len(before)} entries of {en} {still} are left"


def _article(item: Item) -> str:
    """The address that a list links; several reports may stand in one article."""
    return item.url.partition("#")[0]
