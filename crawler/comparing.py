"""A column compared with itself: a list that lost what it listed of earlier years is another one,
however whole it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.proof import NONE
from nianbao.crawler.states import State


def compared(listing: Listing, before: Sequence[Item]) -> Listing:
    """The listing, or one that proves nothing, where under half of what was listed of earlier
    years is listed still.
    """
    same = listing.state.name == "unchanged" or listing.by_year
    if same or not listing.state.complete or not before:
        return listing
    addresses = {item.url for item in listing.items}
    titles = {item.title for item in listing.items}
    still = sum(item.url in addresses or item.title in titles for item in before)
    if 2 * still >= len(before):
        return listing
    zh = f"往年条目{len(before)}条中只剩{still}条，可能已换栏目"
    en = f"of {len(before)} entries of earlier years {still} are left"
    return replace(
        listing, state=State("structure_changed", f"{zh} / {en}"), proof=NONE, fingerprint=""
    )
