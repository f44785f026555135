"""Lists kept as mark-up in a script, the rest behind an address that the script names."""

from __future__ import annotations

import html as entities
import re
from dataclasses import replace
from urllib.parse import urljoin

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.listing.items import from_markup
from nianbao.crawler.listing.listed import (
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    as_before,
    counted,
    fingerprint_of,
)
from nianbao.crawler.listing.paging import page_after
from nianbao.crawler.page_state import State, transport_state
from nianbao.crawler.presets import Preset


def read_records(source: Source, preset: Preset, answer: Answer) -> Reading:
    """Entries kept as mark-up in a script, the rest fetched from the address that the script names."""
    collected: dict[str, Item] = {}
    pages, answers = [answer.url], []
    column = re.search(r"/col/(col\d+)/", answer.url)
    own = column[1].removeprefix("col") if column else ""
    current = answer
    declared: int | None = None
    mark = ""
    while True:
        text = _block_of(current.text, own)
        if declared is None and (match := re.search(preset.total, text)):
            declared = int(next(group for group in match.groups() if group))
        entries = from_markup(re.findall(preset.record, text, re.S), answer, source, preset)
        mine = [
            item for item in entries if not own or own in item.url or not _names_column(item.url)
        ]
        if not mark:
            if (before := as_before(source, mine, pages, ())) is not None:
                return before
            mark = fingerprint_of(mine)
        fresh = [item for item in mine if item.url not in collected]
        collected |= {item.url: item for item in fresh}
        following = re.search(preset.next, text, re.S) if preset.next else None
        target = urljoin(answer.base, entities.unescape(following[1])) if following else ""
        if not target and declared is not None and len(collected) < declared:
            target = page_after(pages[-1])
        if not fresh or not target or len(pages) >= MOST_PAGES:
            break
        url = target
        if url in pages:
            break
        current = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(current)
        pages.append(url)
        if (problem := transport_state(current)) is not None:
            return Listing(
                State("partial", problem.name),
                tuple(collected.values()),
                "",
                declared,
                tuple(pages),
                answers=tuple(answers),
            )
    return replace(
        counted(answer, source, list(collected.values()), declared, pages, answers),
        fingerprint=mark,
    )


def _names_column(url: str) -> bool:
    return re.search(r"art_\d+_\d+\.html?$|/col/col\d+/", url) is not None


def _block_of(text: str, own: str) -> str:
    """Of several blobs on a page the one whose entries are the column's own."""
    blocks = re.split("(?=<datastore>)", text)
    return max(blocks, key=lambda block: (block.count(own) if own else 0, block.count("<record>")))
