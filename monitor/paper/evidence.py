"""What goes into a sheet of evidence: the looks that prove a standing, and the page to show."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao import __version__
from nianbao.crawler.addresses import key_of
from nianbao.crawler.answers import Answer
from nianbao.monitor.ledger.first_look import late_look
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.drawn import NotDrawnError, drawn
from nianbao.monitor.paper.sheet import MOST_PIXELS, Sheet, Shown
from nianbao.storage.evidence import Evidence
from nianbao.storage.scope import EVERYTHING, Scope
from nianbao.storage.second_hash import sm3_of
from nianbao.storage.seen import Listed, LookSeen, Page, looks_at, page_of

PROVABLE = ("missing", "late", "on_time", "withdrawn")
FILE = ("存档是文件，不是网页", "it is a file, not a page")
BY_SCRIPT = (
    "条目由脚本或接口给出，网页本身不显示",
    "the entries come by script or interface, the page itself does not show them",
)


def sheet_of(
    s: Session,
    archive: Evidence,
    line: Line,
    columns: Collection[int],
    county: str,
    order: Sequence[str],
    now: datetime,
    lang: Lang,
    seen: Scope = EVERYTHING,
) -> Sheet | None:
    """`columns`: where the unit's report must be; `order`: the units' keys as the county's file
    has them; `seen`: what whoever asks may see. None where nothing proves anything. Raises
    EvidenceError.
    """
    sweeps = [looks_at(s, columns, at) for at in moments(line)]
    looks = [look for sweep in sweeps for look in sweep]
    shown = _of_list(archive, line, sweeps[-1], order) if looks else None
    page = page_of(s, line.proof, seen) if line.proof and shown is None else None
    if page is not None:
        shown = _of_page(archive, page)
    if shown is None:
        return None
    late = late_look(s, columns, line.deadline) if line.standing.name == "missing" else None
    return Sheet(county, line, looks, shown, now, __version__, lang, late)


def moments(line: Line) -> list[datetime]:
    """When the looks were made that did not show the report."""
    if line.proofs:
        return [proven.at for proven in line.proofs]
    if line.standing.name == "missing" and line.standing.evidence is not None:
        return [line.standing.evidence]
    return []


# ---- the page of a list


class Candidate(NamedTuple):
    """A page of a column, and which of its links are known from the list."""

    look: LookSeen
    page: Page
    answer: Answer
    known: Mapping[int, Listed]  # by their numbers among the page's links


def _of_list(
    archive: Evidence, line: Line, looks: Sequence[LookSeen], order: Sequence[str]
) -> Shown | None:
    """The page on which the unit's entry would stand."""
    found = [candidate(archive, look, page) for look in looks for page in look.pages]
    if not found:
        return None
    best = max(found, key=lambda each: worth(each, line))
    listed, sm3 = best.look.listed, best.page.sm3 or sm3_of(best.answer.body)
    if not is_page(best.answer) or (listed and not best.known):
        return Shown(best.page, sm3, listed, why=BY_SCRIPT)
    try:
        made = drawn(best.answer, places(best.known, line, order), MOST_PIXELS)
    except NotDrawnError as error:
        return Shown(best.page, sm3, listed, why=(error.zh, error.en))
    return Shown(best.page, sm3, listed, made.png, made.is_whole)


def candidate(archive: Evidence, look: LookSeen, page: Page) -> Candidate:
    answer = answer_of(archive, page)
    by_url = {key_of(each.url.partition("#")[0]): each for each in look.listed}
    known: dict[int, Listed] = {}
    if is_page(answer):
        for number, anchor in enumerate(answer.anchors):
            each = by_url.get(key_of(answer.joined(str(anchor.get("href")))))
            if each is not None:
                known[number] = each
    return Candidate(look, page, answer, known)


def worth(each: Candidate, line: Line) -> tuple[bool, int, int]:
    """A unit's own column first, then where most reports of the year stand."""
    of_year = sum(listed.year == line.year for listed in each.known.values())
    return each.look.unit == line.unit, of_year, len(each.known)


def places(known: Mapping[int, Listed], line: Line, order: Sequence[str]) -> list[int]:
    """Beside which links a unit's entry would stand: where the units are listed in their order,
    those before and behind it; else those of the year; else the first of them all.
    """
    of_year = [number for number, each in sorted(known.items()) if each.year == line.year]
    before = before_it(known, line, order)
    if before is not None:
        return of_year[max(before - 1, 0) : before + 1]
    return of_year or sorted(known)[:1]


def before_it(known: Mapping[int, Listed], line: Line, order: Sequence[str]) -> int | None:
    """How many links of the year would stand before a unit's; None where the units are not listed
    in their order.
    """
    of_year = [each for _, each in sorted(known.items()) if each.year == line.year]
    ranks = [_rank(each.unit, order) for each in of_year]
    own = _rank(line.unit, order)
    if len(of_year) < FEW or own is None or None in ranks:
        return None
    told = [rank for rank in ranks if rank is not None]
    return sum(rank < own for rank in told) if told == sorted(told) else None


FEW = 3  # entries whose order is no chance


def _rank(unit: str | None, order: Sequence[str]) -> int | None:
    return order.index(unit) if unit in order else None


# ---- any page


def _of_page(archive: Evidence, page: Page) -> Shown:
    """A report's own page."""
    answer = answer_of(archive, page)
    sm3 = page.sm3 or sm3_of(answer.body)
    if not is_page(answer):
        return Shown(page, sm3, why=FILE)
    try:
        made = drawn(answer, (), MOST_PIXELS)
    except NotDrawnError as error:
        return Shown(page, sm3, why=(error.zh, error.en))
    return Shown(page, sm3, (), made.png, made.is_whole)


def answer_of(archive: Evidence, page: Page) -> Answer:
    return Answer(page.url, page.status, page.headers, archive.read(page.sha256))


def is_page(answer: Answer) -> bool:
    """Whether it is one that a browser shows."""
    return b"<" in answer.body[:200] and HTML.search(answer.body[:4000]) is not None


HTML = re.compile(rb"<(?:!doctype html|html|head|body|div|ul|table)\b", re.I)
