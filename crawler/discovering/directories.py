"""A directory of bodies that goes on: the pages behind its first one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from nianbao.crawler.answers import Answer
from nianbao.crawler.discovering.menus import BODIES, STEPS, Link, directories
from nianbao.crawler.listing.entries import page_around
from nianbao.crawler.listing.listed import Source, may_be_followed
from nianbao.crawler.listing.signs import Signs, signs_on
from nianbao.crawler.presets import UNRECOGNISED, presets

MOST_PAGES = 20
MOST_ON_A_PAGE = 4  # directories


class Further(NamedTuple):
    """The other pages of the directories on a page."""

    urls: tuple[str, ...] = ()
    is_open: bool = False  # one says that there are more, and they can't be followed


def further_pages(answer: Answer, links: Sequence[Link], source: Source) -> Further:
    """What a page that lists bodies says of others."""
    preset = presets()[UNRECOGNISED]
    said = [
        signs_on(page_around(anchors, answer), source, preset)
        for anchors in islice(_listed(answer, links, source), MOST_ON_A_PAGE)
    ]
    urls = dict.fromkeys(url for signs in said for url in signs.links[:MOST_PAGES])
    return Further(tuple(urls), any(map(_is_open, said)))


def _is_open(signs: Signs) -> bool:
    first = signs.page <= 1
    return bool(signs.open) or (first and signs.pages > len(signs.links) + 1)


def _listed(answer: Answer, links: Sequence[Link], source: Source) -> Iterator[list[Any]]:
    """The links to bodies, by the directory in which they stand."""
    bodies = {link.url for link in links if link.kind in BODIES}
    anchors = [anchor for anchor in answer.anchors if anchor.get("href")]
    urls = [answer.joined(anchor.get("href")) for anchor in anchors]
    named = [url in bodies and may_be_followed(url, answer, source) for url in urls]
    around = [[*islice(anchor.iterancestors(), STEPS)] for anchor in anchors]
    holds = directories(around, named)
    found: dict[Any, list[Any]] = {}
    for anchor, places, is_one in zip(anchors, around, named, strict=True):
        widest = [place for place in places if place in holds][-1:]
        for place in widest if is_one else ():
            found.setdefault(place, []).append(anchor)
    yield from found.values()
