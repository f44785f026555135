"""Lists whose entries are the page's own links.

Page by page, a page a year, or one report alone.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import NamedTuple

from nianbao.crawler.addresses import key_of
from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.belonging import years_in
from nianbao.crawler.listing.empty import empty_list, is_empty_beside
from nianbao.crawler.listing.entries import (
    ListPage,
    called,
    headings,
    list_page,
    may_be_report,
    page_around,
)
from nianbao.crawler.listing.labels import YEAR_LABEL
from nianbao.crawler.listing.listed import (
    MOST_PAGES,
    Item,
    Listing,
    Reading,
    Source,
    as_before,
    entry_key,
    fingerprint_of,
    may_be_followed,
    once,
    publication_in,
    titled_as_report,
    told_apart,
)
from nianbao.crawler.listing.scripted import items_in_scripts, proof_of
from nianbao.crawler.listing.selected import has
from nianbao.crawler.listing.signs import Signs, says_more, signs_on
from nianbao.crawler.listing.whole import Gathered, judged
from nianbao.crawler.page_state import transport_state
from nianbao.crawler.presets import Preset
from nianbao.crawler.proof import NONE, Proof
from nianbao.crawler.states import State
from nianbao.parser.patterns import pattern_of


def read_links(source: Source, preset: Preset, answer: Answer) -> Reading:
    page = list_page(answer, source, preset)
    if not page.likely and (years := _year_pages(answer, source)):
        listing = yield from _year_tree(source, preset, years)
        return _with_its_pager(listing, answer, source, preset, years)
    own = _own_report(answer)
    if own is not None and not [item for item in page.likely if item.title != own.title]:
        return _alone(own, answer)
    if source.list and not has(answer, source.list):
        zh = f"{source.list} 指向的列表不在页面上"
        return Listing(State("structure_changed", f"{zh} / it fits nothing on the page"))
    if not page.entries or is_empty_beside(page):
        state, proof = empty_list(answer, source)
        if state.complete:
            return Listing(state, page.beside, proof=proof)
        if not page.entries:
            return _drawn(answer, source, state, page)
    drawn = items_in_scripts(answer, source)
    if drawn and not page.likely:
        return _drawn(answer, source, State("js_shell", DRAWN), page)
    first = signs_on(page, source, preset)
    mark = fingerprint_of([*page.items, Item("", str(first))])
    if (before := as_before(source, page.items, [answer.url], (), mark)) is not None:
        return before
    listing = yield from _paged(source, preset, page, first)
    seen = {key_of(answer.url), key_of(source.url)}
    if first.years:
        listing = yield from _with_years(source, preset, listing, first.years, seen)
    if first.parts:
        listing = yield from _with_parts(source, preset, listing, first, seen)
    named = set().union(*(years_in(heading) for heading in headings(answer)))
    by_year = listing.by_year or (source.year > 0 and named == {source.year})
    if own is not None:
        listing = replace(listing, items=tuple(once([own, *listing.items])))
    if drawn:
        listing = _with_drawn(listing, drawn)
    return replace(listing, fingerprint=mark, by_year=by_year)


DRAWN = "列表由脚本填入 / a script fills in the list"


def _drawn(answer: Answer, source: Source, state: State, page: ListPage) -> Listing:
    """A list that the page holds as data: whole where it reaches back past the season."""
    drawn = items_in_scripts(answer, source)
    proof = NONE if says_more(answer) else proof_of(drawn, answer, source)
    whole = State("ok") if proof.kind else state
    return Listing(whole, tuple(once([*drawn, *page.items])), pages=(answer.url,), proof=proof)


def _with_drawn(listing: Listing, drawn: Sequence[Item]) -> Listing:
    """A list of which a script holds more than the page shows: what is on later pages, maybe."""
    held = {item.title for item in listing.items}
    fresh = [item for item in drawn if item.title not in held]
    return replace(listing, items=(*listing.items, *fresh))


def _alone(own: Item, answer: Answer) -> Listing:
    proof = Proof("document", answer.url)
    return Listing(
        State("ok"), (own,), pages=(answer.url,), fingerprint=fingerprint_of([own]), proof=proof
    )


class _Page(NamedTuple):
    """A further page of a list, or why it is none."""

    page: ListPage
    fault: str = ""


def _paged(source: Source, preset: Preset, first: ListPage, signs: Signs) -> Reading:
    """A list whose first page was just read, with every page that its pages name."""
    entries = {entry_key(item): item for item in _own_items(first)}
    beside = {item.url: item for item in first.beside}
    said, pages, rows = [signs], [first.answer.url], _rows(first)
    twins = [set(entries)]
    answers: list[Answer] = []
    faults: list[str] = []
    asked = {(key_of(first.answer.url), "")}
    sure, told = set(signs.links), set(signs.told)
    waiting = deque((*_asks(signs), *map(Ask, (*signs.maybe, *signs.around))))
    while waiting and len(said) + len(faults) < MOST_PAGES:
        ask = waiting.popleft()
        url = ask.url
        if _key(ask) in asked:
            continue
        asked.add(_key(ask))
        referred = ask._replace(headers={"Referer": source.url, **ask.headers})
        answer = replace((yield referred), asked=url)
        answers.append(answer)
        page, fault = _further(answer, source, preset, first)
        is_sure = url in sure or ask.body != ""
        if fault:
            if is_sure or url in told or transport_state(answer) is not None:
                faults.append(f"{url}：{fault}")
            continue
        apart = told_apart(_own_items(page), source.names, entries.values())
        mine = {entry_key(item): item for item in apart}
        beside |= {item.url: item for item in page.beside}
        if {*mine} - {*entries}:
            is_sure |= url in signs.around and bool(page.likely)
            is_sure |= url in told and _is_a_whole_page(page, first)
        if url in told and not is_sure:
            faults.append(f"{url}：由脚本打开 / a script opens it")
        if not is_sure:  # the same list in another way: what it shows counts, not how much
            beside |= {item.url: item for item in page.items}
            continue
        if set(mine) in twins:
            of_first = url in signs.links or ask in signs.asks
            if of_first and set(mine) == twins[0]:  # the first one, for another
                faults.append(f"{url}：与已读的页相同 / the same as a page that was read")
            continue
        twins.append(set(mine))
        fresh = {key: item for key, item in mine.items() if key not in entries}
        entries |= fresh
        rows += len(fresh) + _rows(page) - len(mine)
        # Listed on the page before, too, it may have moved while they were read.
        rows += len({*mine} - {*fresh} - twins[-2])
        pages.append(answer.url)
        said.append(signs_on(page, source, preset, pointed=signs.pointed))
        sure |= set(said[-1].links)
        told |= set(said[-1].told)
        waiting.extend(_asks(said[-1]))
    own = tuple(entries.values())
    read = Gathered(
        own,
        rows,
        said,
        faults,
        left=len({*map(_key, waiting)} - asked),
        reports=source.had_reports or bool(first.likely),
        year=source.year,
        names=source.names,
        headings=headings(first.answer),
    )
    state, proof = judged(read)
    return Listing(
        state,
        tuple(once(iter([*own, *beside.values()]))),
        declared=max((one.total for one in said if one.total is not None), default=None),
        pages=tuple(pages),
        answers=tuple(answers),
        proof=proof,
    )


def _asks(signs: Signs) -> list[Ask]:
    """The other pages of a list."""
    return [*map(Ask, (*signs.links, *signs.told)), *signs.asks]


def _key(ask: Ask) -> tuple[str, str]:
    return key_of(ask.url), ask.body


def _own_items(page: ListPage) -> list[Item]:
    return once(entry.item for entry in page.entries)


def _rows(page: ListPage) -> int:
    """How many entries a page shows: one that it lists twice in the same words counts twice."""
    return len(page.entries) - len({e.item.url for e in page.entries}) + len(_own_items(page))


def _further(answer: Answer, source: Source, preset: Preset, first: ListPage) -> _Page:
    """A page of a pager without entries, or of another column, is a fault and not an end."""
    if (problem := transport_state(answer)) is not None:
        return _Page(first, f"{problem.name} {problem.detail}".strip())
    page = list_page(answer, source, preset)
    if not page.entries:
        return _Page(page, "没有条目 / it has no entries")
    here, there = _column_name(first.answer), _column_name(answer)
    if here and there and here != there:
        return _Page(page, f"是另一栏目：{there} / it is of another column")
    if first.likely and not page.likely and _is_called_otherwise(first.answer, answer):
        return _Page(page, "是另一页面 / it is another page of the site")
    return _Page(page)


def _is_a_whole_page(page: ListPage, first: ListPage) -> bool:
    """Whether it is a page of the column with a title of its own, and no piece for a script."""
    titled = page.answer.title != "" and not _is_called_otherwise(first.answer, page.answer)
    return titled and bool(page.likely)


def _is_called_otherwise(first: Answer, further: Answer) -> bool:
    """Whether two pages call themselves otherwise: by their trail of crumbs, where the first has
    one, else by their titles, but for numbers. A piece of a page calls itself nothing.
    """
    (*ours, title), (*theirs, other) = (
        [NUMBERED.sub("", text) for text in called(answer)] for answer in (first, further)
    )
    if not other:
        return False
    return {*ours}.isdisjoint(theirs) if any(ours) else title not in ("", other)


NUMBERED = pattern_of(r"第[\s\d]+页|[\W\d_]+")


def _column_name(answer: Answer) -> str:
    named: list[str] = answer.page.xpath(
        "//meta[translate(@name,'columnae','COLUMNAE')='COLUMNNAME']/@content"
    )
    return named[0].strip() if named else ""


# ---- a page a year

MOST_YEARS = 25


def _year_pages(answer: Answer, source: Source) -> list[str]:
    """The links that are nothing but years, newest first.

    A column may hold a page a year.
    """
    years: dict[str, str] = {}
    for anchor in answer.anchors:
        year = YEAR_LABEL.match("".join(anchor.itertext()).strip())
        url = answer.joined(anchor.get("href", ""))
        if year and key_of(url) != key_of(answer.url) and may_be_followed(url, answer, source):
            years.setdefault(url, year[1])
    if len(years) < 2:
        return []
    return sorted(years, key=lambda url: years[url], reverse=True)[:MOST_YEARS]


def _year_tree(source: Source, preset: Preset, years: Sequence[str]) -> Reading:
    """Each year's page read as a list of its own, and nothing below it."""
    collected: list[Item] = []
    answers: list[Answer] = []
    states: list[tuple[State, Proof]] = []
    mark = ""
    seen = {key_of(source.url), *map(key_of, years)}
    for url in years:
        listing, items = yield from _year_page(source, preset, url, seen)
        if url == years[0] and listing.state.complete and listing.proof.kind != "document":
            mark = fingerprint_of(with_address(url, items))
        answers += listing.answers
        states.append((listing.state, listing.proof))
        collected += listing.items
    state, proof = next((one for one in states if not one[0].complete), states[0])
    # A report is no list, in which the next one will be seen.
    newest = None if states[0][1].kind == "document" else Ask(years[0])
    if state.complete and len(years) == MOST_YEARS:
        state = State("partial", "年份链接太多 / too many links of years")
    return Listing(
        state,
        tuple(once(iter(collected))),
        pages=tuple(years),
        fingerprint=mark,
        answers=tuple(answers),
        shortcut=newest and newest._replace(headers={"Referer": source.url}),
        proof=proof,
        by_year=True,
    )


def _with_its_pager(
    listing: Listing, answer: Answer, source: Source, preset: Preset, years: Sequence[str]
) -> Listing:
    """Links of years that lead to the reports themselves are a list, which may have more pages."""
    if listing.proof.kind != "document" or not listing.state.complete:
        return listing
    anchors = [
        anchor for anchor in answer.anchors if answer.joined(anchor.get("href", "")) in years
    ]
    said = signs_on(page_around(anchors, answer), source, preset)
    if not (said.links or said.asks or said.open or said.pages > 1):
        return listing
    zh = "年份链接还有其他页 / the links of years have more pages"
    return replace(listing, state=State("partial", zh), proof=NONE)


def _year_page(
    source: Source, preset: Preset, url: str, seen: set[str]
) -> Generator[Ask, Answer, tuple[Listing, list[Item]]]:
    """The list of one year with its own parts, and the entries of its first page.

    `seen`: the keys of the lists that are read already.
    """
    seen.add(key_of(url))
    answer = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
    if (problem := transport_state(answer)) is not None:
        return Listing(State("partial", f"{url}：{problem.name}"), answers=(answer,)), []
    page = list_page(answer, source, preset)
    own = _own_report(answer) if not page.likely else None
    if own is not None and any(name in own.title for name in source.names):
        return _alone(own, answer), [own]  # the year's link leads to a unit's report
    if not page.entries:
        state, proof = empty_list(answer, source)
        if not state.complete:
            state = State("partial", f"{url}：{state.name}")
        return Listing(state, answers=(answer,), proof=proof), []
    # A page of one year is about that year: what it calls itself speaks against nothing.
    signs = signs_on(page, replace(source, year=0), preset)
    listing = yield from _paged(replace(source, year=0), preset, page, signs)
    listing = replace(listing, answers=(answer, *listing.answers))
    if any(key_of(part) not in seen for part, _ in signs.parts):
        listing = yield from _with_parts(source, preset, listing, signs, seen)
    return listing, page.items


def _with_years(
    source: Source,
    preset: Preset,
    listing: Listing,
    years: Sequence[tuple[str, str]],
    seen: set[str],
) -> Reading:
    """A list with links to other years' lists: where the due year has its own, that decides."""
    newest = sorted(years, reverse=True)[:MOST_YEARS]
    if source.had_reports:  # what is older was read when the column was new
        newest = [(year, url) for year, url in newest if int(year) >= source.year - 1]
    seen |= {key_of(url) for _, url in newest}
    for year, url in newest:
        other, _ = yield from _year_page(source, preset, url, seen)
        state, proof = listing.state, listing.proof
        decides = int(year) >= source.year
        if decides and (not other.state.complete or (state.complete and int(year) == source.year)):
            state, proof = other.state, other.proof
        listing = replace(
            listing,
            state=state,
            proof=proof,
            items=tuple(once(iter([*listing.items, *other.items]))),
            pages=(*listing.pages, url),
            answers=(*listing.answers, *other.answers),
            by_year=True,
        )
    return listing


MOST_PARTS = 60
# So many in a row that hold only what is known: the rest show it in other ways, too.
KNOWN_PARTS = 6


def _with_parts(
    source: Source,
    preset: Preset,
    listing: Listing,
    signs: Signs,
    seen: set[str],
) -> Reading:
    """A list with others that are parts of the column: it is whole when they are.

    Of one that is a part only maybe, what it holds decides.
    """
    known = {key_of(item.url) for item in listing.items}
    old = 0
    parts, units = signs.parts, dict(signs.filters)
    waiting = [part for part in parts if key_of(part[0]) not in seen]
    seen |= {key_of(url) for url, _ in waiting}
    for url, sure in waiting[: max(MOST_PARTS - len(seen) + len(waiting), 0)]:
        if old >= KNOWN_PARTS and not _is_looked_for(units.get(url, ""), listing, source.year):
            continue
        other, items = yield from _year_page(source, preset, url, seen)
        held = {key_of(item.url) for item in other.items}
        old = old + 1 if held and held <= known and other.state.complete else 0
        known |= held
        if not sure and not any(may_be_report(item.title, source.names) for item in items):
            continue
        state, proof = listing.state, listing.proof
        if state.complete and not other.state.complete:
            zh = f"分栏{url}未能读全：{other.state.detail or other.state.name}"
            state, proof = State("partial", f"{zh} / a part of the column was not read whole"), NONE
        listing = replace(
            listing,
            state=state,
            proof=proof,
            items=tuple(once(iter([*listing.items, *other.items]))),
            pages=(*listing.pages, url),
            answers=(*listing.answers, *other.answers),
        )
    if listing.state.complete and len(seen) > MOST_PARTS:
        state = State("partial", f"分栏太多：{len(parts)} / too many parts")
        listing = replace(listing, state=state, proof=NONE)
    return listing


def _is_looked_for(unit: str, listing: Listing, year: int) -> bool:
    """Whether nothing that was read so far may be a unit's report of the year."""
    of_year = (item.title for item in listing.items if year in years_in(item.title))
    return unit != "" and not any(unit in title for title in of_year)


def with_address(url: str, items: Sequence[Item]) -> list[Item]:
    """For the mark of a list that may be empty."""
    return [Item("", url), *items]


def _own_report(answer: Answer) -> Item | None:
    """A column that shows its one article itself."""
    title = " ".join((answer.page.xpath("string(//h1)") or answer.title).split())
    is_report = (
        titled_as_report(Item(title, ""))
        and re.search("公开.{0,8}(?:年度报告|年报)", title)
        and "总体情况" in answer.shown
        and re.search("20[0-9]{2}年", title)
    )
    if not is_report:
        return None
    return Item(title, answer.url, publication_in(answer.shown))
