"""Reading a column: pure conversations. Each yields what it asks for, is sent the answer, and returns what it read.

The same readers serve `nianbao probe` and the sweep: who fetches is not their business.
"""

from __future__ import annotations

import hashlib
import html as entities
import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml import html as lxml_html

from crawler.answers import Answer, Ask
from crawler.page_state import State, empty_state, is_cut, transport_state
from crawler.presets import Preset, presets, recognised

MOST_PAGES = 60
Reading = Generator[Ask, Answer, "Listing"]


class Item(NamedTuple):
    title: str
    url: str
    date: date | None = None  # as the list prints it; never from the address


@dataclass(frozen=True)
class Source:
    """A column as a county's file describes it."""

    url: str
    preset: str = ""
    allow: tuple[str, ...] = ()  # hosts beside the column's own
    expect: str = ""
    accept_empty: str = ""
    item: str = ""  # overrides the preset's
    fingerprint: str = ""  # of the list as it was last read completely: where it is the same, one page is enough
    validators: Mapping[str, str] = field(default_factory=dict)  # If-None-Match, If-Modified-Since
    shortcut: Ask | None = None  # the interface that lately held the list: asked instead of the page around it
    year: int = 0  # the year whose report is due; an address of one year is asked for it first
    plain: bool = False  # the portal's https is broken: its own links are asked for over http


@dataclass(frozen=True)
class Listing:
    """What a column held."""

    state: State
    items: tuple[Item, ...] = ()
    preset: str = ""
    declared: int | None = None  # items that the portal says there are
    pages: tuple[str, ...] = ()  # addresses of the list pages that were read
    fingerprint: str = ""  # of the first entries
    answers: tuple[Answer, ...] = field(default=(), repr=False)
    shortcut: Ask | None = None  # the first request to the interface that held the list


def read_column(source: Source) -> Reading:
    """The whole column, or its first page where that is as it was. The state says whether it was all."""
    if source.shortcut is not None and source.fingerprint:
        reply = yield source.shortcut
        listed = _listed_by(reply, source)
        if listed and fingerprint_of(listed) == source.fingerprint:
            items = tuple(item for item in listed if item.title)
            return Listing(State("unchanged"), items, fingerprint=source.fingerprint, answers=(reply,),
                           shortcut=source.shortcut)  # fmt: skip
    url = _of_year(source.url, source.year) if source.year else source.url
    answer = yield Ask(url, headers=source.validators)
    if answer.status == 304 and source.validators and source.fingerprint:
        return Listing(State("unchanged", "HTTP 304"), fingerprint=source.fingerprint)
    answer = replace(answer, asked=answer.asked or url)
    for _ in range(2):
        if (target := shell_target(answer)) is None:
            break
        answer = replace((yield Ask(target)), asked=target)
    if (state := transport_state(answer)) is not None:
        return Listing(state, answers=(answer,))
    preset = presets().get(source.preset) if source.preset else _best(answer)
    if preset is None:
        return Listing(State("expectation_broken", f"no preset {source.preset}"), answers=(answer,))
    if source.expect and source.expect not in answer.text:
        return Listing(State("expectation_broken", source.expect), preset=preset.name, answers=(answer,))
    listing = yield from ENGINES[preset.engine](source, preset, answer)
    return replace(listing, preset=preset.name, answers=(answer, *listing.answers))


def _listed_by(reply: Answer, source: Source) -> list[Item]:
    """The entries of an interface's first answer; none where it is no such answer."""
    preset = presets().get(source.preset or "static-auto")
    if preset is None or transport_state(reply) is not None:
        return []
    page = replace(reply, url=source.url)
    if preset.engine == "links" and source.shortcut is not None:
        items = items_on(reply, source, preset)
        known = items or empty_state(reply, source.accept_empty).complete
        return _with_address(source.shortcut.url, items) if known else []
    if preset.engine == "json":
        return _json_entries(_as_json(reply.text), preset, page, source) or []
    return _from_markup(_fragment_parts(_markup_in(reply, preset), preset), page, source, preset)


def fingerprint_of(items: Sequence[Item]) -> str:
    """The same for the same entries in the same order."""
    text = "\n".join(f"{item.url} {item.title} {item.date}" for item in items)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_before(
    source: Source, items: Sequence[Item], pages: Sequence[str], answers: Sequence[Answer]
) -> Listing | None:
    mark = fingerprint_of(items) if items else ""
    if not mark or mark != source.fingerprint:
        return None
    return Listing(State("unchanged"), tuple(items), pages=tuple(pages), fingerprint=mark, answers=tuple(answers))


def _best(answer: Answer) -> Preset:
    ranked = recognised(answer.text, answer.url)
    return presets()[ranked[0][0] if ranked else "static-auto"]


# ---- shells


META_REFRESH = re.compile(r"<meta[^>]+http-equiv=[\"']?refresh[\"']?[^>]+content=[\"'][^\"']*url=([^\"'>]+)", re.I)
LOCATION = re.compile(
    r"(?:window\.|top\.|self\.|document\.)?location(?:\.href)?\s*(?:=|\.replace\()\s*[\"']([^\"']+)[\"']"
)
SHELL_SIZE = 2048


def shell_target(answer: Answer) -> str | None:
    """Where a page without content of its own leads: literal addresses of the same host only."""
    if answer.status != 200 or answer.error:
        return None
    target = ""
    if len(answer.body) < SHELL_SIZE and len(answer.opening) < 80:
        match = META_REFRESH.search(answer.text) or LOCATION.search(answer.text)
        target = entities.unescape(match[1]) if match else ""
    if not target and len(answer.opening) < 200 and not answer.page.xpath("//li//a[@href]"):
        frames = [
            f for f in answer.page.xpath("//iframe/@src") if not re.search(r"tree\.jsp|login|count|share", f, re.I)
        ]
        target = frames[0] if len(frames) == 1 else ""
    full: str = urljoin(answer.base, target.strip()) if target else ""
    return full if full and urlsplit(full).netloc == answer.host and full != answer.url else None


# ---- items on a page

DATE = re.compile(r"(20[0-4]\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
NOT_ITEMS = re.compile(r"^(?:javascript:|mailto:|#|tel:)", re.I)
NAVIGATION = re.compile("^(?:首页|上一?页|下一?页|尾页|末页|更多|返回|打印|关闭|[0-9]+|>|<|>>|<<|\\.\\.\\.)$")


def items_on(answer: Answer, source: Source, preset: Preset, *, records: bool = False) -> list[Item]:
    """The articles that a list page links, in its order. Of `records` each is known to be one."""
    pattern = source.item or preset.item
    found = []
    for anchor in answer.page.xpath("//a[@href]"):
        href = anchor.get("href", "").strip()
        if NOT_ITEMS.match(href):
            continue
        url = _plain(canonical(urljoin(answer.base, entities.unescape(href))), source)
        if not _may_be_followed(url, answer, source) or (pattern and not re.search(pattern, url)):
            continue
        title = _title_of(anchor)
        if title and not NAVIGATION.match(title):
            found.append((anchor, Item(title, url, _date_near(anchor))))
    if not found:
        return []
    if records:
        return _once(item for _, item in found)
    return _once(item for _, item in (_of_one_list(found) if not pattern else _of_own_path(found, answer, preset)))


def _title_of(anchor: lxml_html.HtmlElement) -> str:
    shown = " ".join("".join(anchor.itertext()).split())
    named = " ".join((anchor.get("title") or "").split())
    if named and (shown.endswith(("…", "...")) or (len(named) > len(shown) > 0 and named.startswith(shown[:4]))):
        shown = named
    shown = re.sub(r"%u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), shown or named)
    return DATE.sub("", shown).strip(" []()·•") if len(shown) > 12 else shown


def _row(anchor: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """The list entry that an anchor stands in: the widest element around it that holds no other article."""
    row = anchor
    while (above := row.getparent()) is not None and above.tag not in ("body", "html", "ul", "ol", "tbody", "table"):
        if len(above.xpath(".//a[@href]")) > 2:
            break
        row = above
        if row.tag in ("li", "tr", "dd"):
            break
    return row


def _date_near(anchor: lxml_html.HtmlElement) -> date | None:
    for text in ("".join(_row(anchor).itertext()), anchor.get("title") or ""):
        for match in reversed(list(DATE.finditer(text))):
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
    return None


def _of_one_list(found: Sequence[tuple[Any, Item]]) -> list[tuple[Any, Item]]:
    """Without a pattern: the group of entries under one parent that looks most like a list of articles."""
    groups: dict[Any, list[tuple[Any, Item]]] = {}
    for anchor, item in found:
        row = _row(anchor)
        groups.setdefault(row.getparent() if row.getparent() is not None else row, []).append((anchor, item))

    def weight(group: Sequence[tuple[Any, Item]]) -> float:
        dated = sum(item.date is not None for _, item in group)
        titled = sum("年度报告" in item.title or "年报" in item.title for _, item in group)
        return 3 * titled + 2 * dated + 0.1 * sum(len(item.title) > 8 for _, item in group)

    best = max(groups.values(), key=weight)
    return best if weight(best) >= 2 else []


def _of_own_path(found: Sequence[tuple[Any, Item]], answer: Answer, preset: Preset) -> list[tuple[Any, Item]]:
    """Families whose articles lie below their column: links elsewhere are promoted from other columns."""
    if preset.name not in ("trs-index", "gd-post"):
        return list(found)
    folder = urlsplit(answer.url).path.rpartition("/")[0] + "/"
    below = [each for each in found if urlsplit(each[1].url).path.startswith(folder)]
    return below or _of_one_list(found)


def _may_be_followed(url: str, answer: Answer, source: Source) -> bool:
    parts = urlsplit(url)
    hosts = {answer.host, urlsplit(source.url).netloc, *source.allow}
    return parts.scheme in ("http", "https") and parts.netloc in hosts


def canonical(url: str) -> str:
    """One address for one article: no fragment, no mobile twin, no default port."""
    parts = urlsplit(url)
    netloc = parts.netloc.removesuffix(":80" if parts.scheme == "http" else ":443")
    path = re.sub(r"_wap(?=\.s?html?$)", "", parts.path)
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() != "ismobile"])
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _plain(url: str, source: Source) -> str:
    """Where the county's file says that https is broken, the portal's own links are asked for over http."""
    own = source.plain and urlsplit(url).hostname == urlsplit(source.url).hostname
    return re.sub("^https://", "http://", url) if own else url


def _once(items: Iterator[Item]) -> list[Item]:
    return list({item.url: item for item in reversed(list(items))}.values())[::-1]


# ---- the engines


def _links(source: Source, preset: Preset, answer: Answer) -> Reading:
    items = items_on(answer, source, preset)
    if not items and (years := _year_pages(answer, source)):
        return (yield from _year_tree(source, preset, years))
    reports = sum("年度报告" in item.title or "年报" in item.title for item in items)
    if reports < 3 and (own := _own_report(answer)) is not None:
        return Listing(State("ok"), (own,), pages=(answer.url,), fingerprint=fingerprint_of([own]))
    if not items:
        return Listing(empty_state(answer, source.accept_empty))
    if (before := _as_before(source, items, [answer.url], ())) is not None:
        return before
    return (yield from _paged(source, preset, answer, items))


def _paged(source: Source, preset: Preset, answer: Answer, items: list[Item]) -> Reading:
    """A list whose first page was just read, to its last page."""
    mark = fingerprint_of(items)
    pager = pager_of(answer, preset, len(items))
    collected, pages = list(items), [answer.url]
    answers: list[Answer] = []
    state = State("ok")
    while pager.next_url and len(pages) < MOST_PAGES:
        url = pager.next_url
        if url in pages:
            break
        reply = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(reply)
        problem = transport_state(reply)
        items = [] if problem else items_on(reply, source, preset)
        fresh = [item for item in items if item.url not in {old.url for old in collected}]
        if not fresh:
            if pager.declared_pages and len(pages) < pager.declared_pages:
                why = f"page {len(pages) + 1} of {pager.declared_pages}: {problem.name if problem else 'nothing new'}"
                state = State("partial", why)
            elif problem and pager.certain:
                state = State("partial", f"{url}: {problem.name}")
            break
        pages.append(reply.url)
        collected += fresh
        pager = pager.after(reply, len(pages), preset)
    if len(pages) >= MOST_PAGES:
        state = State("partial", f"more than {MOST_PAGES} pages")
    declared = _declared_items(answer) or pager.declared_items
    if declared is not None and declared > len(collected) and state.name == "ok":
        state = State("partial", f"{len(collected)} of {declared} items")
    return Listing(
        state, tuple(collected), declared=declared, pages=tuple(pages), fingerprint=mark, answers=tuple(answers)
    )


YEAR_LINK = re.compile(r"(20[0-4]\d)\s*年?度?(?:年报)?")
MOST_YEARS = 25


def _year_pages(answer: Answer, source: Source) -> list[str]:
    """A column may hold a page a year instead of articles: the links that are nothing but years, newest first."""
    found: dict[str, str] = {}
    for anchor in answer.page.xpath("//a[@href]"):
        url = canonical(urljoin(answer.base, anchor.get("href", "").strip()))
        year = YEAR_LINK.fullmatch("".join(anchor.itertext()).strip())
        if year and url != answer.url and _may_be_followed(url, answer, source):
            found.setdefault(url, year[1])
    newest = sorted(found, key=lambda url: found[url], reverse=True)
    return newest[:MOST_YEARS] if len(newest) >= 2 else []


def _year_tree(source: Source, preset: Preset, years: Sequence[str]) -> Reading:
    """Each year's page read as a list of its own, one step down and no further."""
    collected: list[Item] = []
    answers: list[Answer] = []
    state, mark = State("ok"), ""
    for url in years:
        ask = Ask(url, headers={"Referer": source.url})
        answer = replace((yield ask), asked=url)
        answers.append(answer)
        problem = transport_state(answer)
        items = [] if problem else items_on(answer, source, preset)
        if url == years[0] and problem is None:
            mark = fingerprint_of(_with_address(url, items))
        if not items:
            empty = problem or empty_state(answer, source.accept_empty)
            state = state if empty.complete else State("partial", f"{url}: {empty.name}")
            continue
        listing = yield from _paged(source, preset, answer, items)
        answers += listing.answers
        state = listing.state if not listing.state.complete else state
        collected += listing.items
    listed = tuple(_once(iter(collected)))
    return Listing(state, listed, pages=tuple(years), fingerprint=mark, answers=tuple(answers),
                   shortcut=Ask(years[0], headers={"Referer": source.url}))  # fmt: skip


def _with_address(url: str, items: Sequence[Item]) -> list[Item]:
    """For the mark of a list that may be empty."""
    return [Item("", url), *items]


def _own_report(answer: Answer) -> Item | None:
    """A column that shows its one article itself."""
    title = " ".join((answer.page.xpath("string(//h1)") or answer.title).split())
    is_report = (
        re.search("公开.{0,8}(?:年度报告|年报)", title)
        and "总体情况" in answer.shown
        and re.search("20[0-9]{2}年", title)
    )
    if not is_report:
        return None
    match = (
        DATE.search(re.split("发布(?:时间|日期)", answer.shown, maxsplit=1)[-1][:40])
        if "发布" in answer.shown
        else None
    )
    return Item(title, canonical(answer.url), date(*map(int, match.groups())) if match else None)


CREATE_PAGE = re.compile(r"createPageHTML\(\s*((?:[^()]|\([^()]*\))*?)\)")
NEXT_WORDS = ("下一页", "下页", "下一頁", "后一页", "Next", "next")


@dataclass(frozen=True)
class Pager:
    """Where the next list page is, and how sure that is."""

    next_url: str = ""
    declared_pages: int = 0
    declared_items: int | None = None
    certain: bool = False  # the page itself says so
    pattern: str = ""  # with {n}
    base: int = 0

    def after(self, answer: Answer, page: int, preset: Preset) -> Pager:
        """The pager as the page just read (the `page`th, from 1) leaves it."""
        if self.pattern:
            if self.declared_pages and page >= self.declared_pages:
                return replace(self, next_url="")
            return replace(self, next_url=self.pattern.replace("{n}", str(page + self.base)))
        return replace(self, next_url=_next_link(answer))


def pager_of(answer: Answer, preset: Preset, size: int) -> Pager:
    """A link that says 下一页 first, then the page's own script, then what the family usually does."""
    script = CREATE_PAGE.search(answer.text)
    if script:
        arguments = [part.strip().strip("'\"") for part in script[1].split(",")]
        first_is_number = arguments[0].isdigit()
        numbers = [part for part in arguments if part.isdigit()]
        names = [part for part in arguments[0 if first_is_number else 1 :] if part and not part.isdigit()]
        if numbers and len(names) >= 2:
            total, base = int(numbers[0]), 0 if first_is_number else 1
            pattern = urljoin(answer.url, f"{names[0]}_{{n}}.{names[1]}")
            following = pattern.replace("{n}", str(1 + base)) if total > 1 else ""
            rows = int(numbers[-1]) if base and len(numbers) > 2 else 0  # the entries of all pages, or of one
            return Pager(following, total, rows if rows > size else None, True, pattern, base)
    if following := _next_link(answer):
        return Pager(following, certain=True)
    if preset.paging.get("kind") == "template" and _names_more_pages(answer):
        base = int(preset.paging.get("base", 0))
        pattern = urljoin(answer.url, str(preset.paging["pattern"]).replace("{page}", "{n}"))
        return Pager(pattern.replace("{n}", str(1 + base)), pattern=pattern, base=base)
    return Pager()


def _next_link(answer: Answer) -> str:
    for anchor in answer.page.xpath("//a[@href]"):
        text = "".join(anchor.itertext()).strip()
        href = anchor.get("href", "").strip()
        if text in NEXT_WORDS and not NOT_ITEMS.match(href) and href:
            url: str = urljoin(answer.base, href)
            if urlsplit(url).netloc == answer.host and url != answer.url:
                return url
    return ""


def _names_more_pages(answer: Answer) -> bool:
    return re.search(r"共\s*[2-9]\d*\s*页|尾页|末页|class=[\"'][^\"']*pag", answer.text) is not None


def _declared_items(answer: Answer) -> int | None:
    match = re.search(r"(?:共|总共|合计)\s*(\d{1,5})\s*条", answer.shown)
    return int(match[1]) if match else None


def _records(source: Source, preset: Preset, answer: Answer) -> Reading:
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
        entries = _from_markup(re.findall(preset.record, text, re.S), answer, source, preset)
        mine = [item for item in entries if not own or own in item.url or not _names_column(item.url)]
        if not mark:
            if (before := _as_before(source, mine, pages, ())) is not None:
                return before
            mark = fingerprint_of(mine)
        fresh = [item for item in mine if item.url not in collected]
        collected |= {item.url: item for item in fresh}
        following = re.search(preset.next, text, re.S) if preset.next else None
        target = urljoin(answer.base, entities.unescape(following[1])) if following else ""
        if not target and declared is not None and len(collected) < declared:
            target = _page_after(pages[-1])
        if not fresh or not target or len(pages) >= MOST_PAGES:
            break
        url = target
        if url in pages:
            break
        current = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(current)
        pages.append(url)
        if (problem := transport_state(current)) is not None:
            return Listing(State("partial", problem.name), tuple(collected.values()), "", declared, tuple(pages),
                           answers=tuple(answers))  # fmt: skip
    return replace(_counted(answer, source, list(collected.values()), declared, pages, answers), fingerprint=mark)


def _names_column(url: str) -> bool:
    return re.search(r"art_\d+_\d+\.html?$|/col/col\d+/", url) is not None


def _block_of(text: str, own: str) -> str:
    """Of several blobs on a page the one whose entries are the column's own."""
    blocks = re.split("(?=<datastore>)", text)
    return max(blocks, key=lambda block: (block.count(own) if own else 0, block.count("<record>")))


def _page_after(url: str) -> str:
    """The same address with its page one higher; empty where it has none."""
    match = re.search(r"([?&]page=)(\d+)", url)
    return f"{url[: match.start()]}{match[1]}{int(match[2]) + 1}{url[match.end() :]}" if match else ""


def _from_markup(parts: Sequence[str], answer: Answer, source: Source, preset: Preset) -> list[Item]:
    page = f"<html><body><ul>{''.join(f'<div>{part}</div>' for part in parts)}</ul></body></html>"
    inner = replace(answer, body=page.encode(), headers={"content-type": "text/html; charset=utf-8"})
    return items_on(inner, source, preset, records=bool(preset.record))


def _counted(
    answer: Answer, source: Source, items: list[Item], declared: int | None, pages: list[str], answers: list[Answer]
) -> Listing:
    """What was read against what the portal says there is."""
    if not items:
        state = State("ok_empty", "0") if declared == 0 else empty_state(answer, source.accept_empty)
    elif declared is not None and declared > len(items):
        state = State("partial", f"{len(items)} of {declared} items")
    else:
        state = State("ok")
    return Listing(state, tuple(items), "", declared, tuple(pages), answers=tuple(answers))


def _page_values(preset: Preset, answer: Answer, source: Source) -> dict[str, str]:
    """What the page says of itself and its requests need; read anew every time, for it may change."""
    found = {}
    for name, patterns in preset.page_values.items():
        found[name] = ""
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            of_url = pattern.startswith("url ")
            places = (source.url, answer.url) if of_url else (answer.text,)
            match = next((m for place in places if (m := re.search(pattern.removeprefix("url "), place, re.S))), None)
            if match is not None:
                found[name] = match[1]
                break
    return found


def _absent_value(preset: Preset, values: Mapping[str, str]) -> str | None:
    """A value without which nothing can be asked for: one that only the page tells, and does not."""
    asked = f"{preset.request.get('url', '{query}')} {preset.request.get('body', '')}"
    needed = (
        name for name, told in preset.page_values.items() if isinstance(told, str) and not told.startswith("url ")
    )
    return next((name for name in needed if f"{{{name}}}" in asked and not values[name]), None)


class Part(NamedTuple):
    """A page of a list that is asked for page by page."""

    entries: list[Item]
    declared: int | None = None  # how many there are in all


def _asked_for(
    source: Source, preset: Preset, answer: Answer, values: Mapping[str, str], read: Callable[[Answer], Part | State],
    *, last: int | None = None, may_end: bool = False,
) -> Reading:  # fmt: skip
    """A list whose pages are asked for one after the other, until one brings nothing new or all that there is was seen.

    `may_end`: one that can't be read after the first is the end of a list that does not say how long it is.
    """
    if (absent := _absent_value(preset, values)) is not None:
        return Listing(State("structure_changed", f"no {absent} in the page"))
    collected: dict[str, Item] = {}
    pages, answers = [answer.url], []
    declared: int | None = None
    first = int(preset.request.get("first", 1))
    mark = ""
    shortcut: Ask | None = None
    for page in range(first, first + MOST_PAGES):
        ask = (_jpaas_request(values, page, answer, source) if preset.name == "jpaas"
               else _request(preset, values, page, answer, source))  # fmt: skip
        reply = replace((yield ask), asked=ask.url)
        answers.append(reply)
        part = read(reply)
        if isinstance(part, State):
            if may_end and page > first and (declared is None or len(collected) >= declared):
                break
            state = State("partial", part.name) if collected else part
            return Listing(state, tuple(collected.values()), "", declared, tuple(pages), answers=tuple(answers))
        pages.append(ask.url)
        declared = part.declared if part.declared is not None else declared
        shortcut = shortcut or ask
        if page == first:
            if (before := _as_before(source, part.entries, pages, answers)) is not None:
                return before
            mark = fingerprint_of(part.entries)
        fresh = [item for item in part.entries if item.url not in collected]
        collected |= {item.url: item for item in fresh}
        if not fresh or page - first + 1 == last or (declared and len(collected) >= declared):
            break
    listing = _counted(answer, source, list(collected.values()), declared, pages, answers)
    return replace(listing, fingerprint=mark, shortcut=shortcut)


def _json(source: Source, preset: Preset, answer: Answer) -> Reading:
    def read(reply: Answer) -> Part | State:
        problem = transport_state(reply)
        content = _as_json(reply.text) if problem is None else None
        if content is None:
            return problem or State("structure_changed", "no JSON in the answer")
        total = _at(content, preset.total)
        entries = _json_entries(content, preset, answer, source) or []
        return Part(entries, int(total) if str(total).isdigit() else None)

    values = _page_values(preset, answer, source)
    return (yield from _asked_for(source, preset, answer, values, read, may_end=True))


def _json_entries(content: Any, preset: Preset, answer: Answer, source: Source) -> list[Item] | None:
    """The entries of an interface's answer; None where it is not one."""
    listed = _at(content, preset.items)
    if not isinstance(listed, list):
        return None
    found = [item for raw in listed if (item := _field_item(raw, preset, answer))]
    plain = [item._replace(url=_plain(item.url, source)) for item in found]
    return [item for item in plain if _may_be_followed(item.url, answer, source)]


def _request(preset: Preset, values: Mapping[str, str], page: int, answer: Answer, source: Source) -> Ask:
    size = int(preset.request.get("size", 15))
    first = (page - 1) * size + 1
    filled = {**values, "page": page, "first": first, "last": first + size - 1}
    url = urljoin(answer.url, str(preset.request["url"]).format_map(filled))
    body = str(preset.request.get("body", "")).format_map(filled)
    headers = {"Referer": source.url, **({"Content-Type": "application/json"} if body else {})}
    return Ask(url, str(preset.request.get("method", "GET")), body, headers)


def _as_json(text: str) -> Any:
    bare = re.sub(r"^\s*[\w.$]*\(|\)\s*;?\s*$", "", text) if not text.lstrip().startswith(("{", "[")) else text
    try:
        return json.loads(bare)
    except ValueError:
        return None


def _at(content: Any, path: str) -> Any:
    for key in filter(None, path.split(".")):
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _field_item(raw: Any, preset: Preset, answer: Answer) -> Item | None:
    if not isinstance(raw, dict):
        return None
    url = str(raw.get(preset.fields["url"]) or raw.get("url") or "")
    title = str(raw.get(preset.fields["title"]) or raw.get("title") or "")
    title = re.sub(r"%u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), title)
    title = re.sub(r"<[^>]+>", "", entities.unescape(title)).strip()
    if not url or not title:
        return None
    match = DATE.search(str(raw.get(preset.fields["date"]) or raw.get("created_at") or ""))
    day = date(*map(int, match.groups())) if match else None
    return Item(title, canonical(urljoin(answer.url, url)), day)


def _fragment(source: Source, preset: Preset, answer: Answer) -> Reading:
    """Mark-up that the page would fetch for itself, page by page."""

    def read(reply: Answer) -> Part | State:
        problem = transport_state(reply) if reply.error or reply.status != 200 else None
        markup = _markup_in(reply, preset)
        if problem is None and is_cut(markup):
            problem = State("truncated", "the list is not closed")
        if problem is not None:
            return problem
        declared = re.search(preset.total, markup) if preset.total else None
        entries = _from_markup(_fragment_parts(markup, preset), answer, source, preset)
        return Part(entries, int(declared[1]) if declared else None)

    count = re.search(preset.pages, answer.text) if preset.pages else None
    values = _page_values(preset, answer, source)
    listing = yield from _asked_for(source, preset, answer, values, read, last=int(count[1]) if count else None)
    if listing.items or len(listing.pages) < 2:
        return listing
    shown = listing.answers[-1]
    markup = replace(
        shown, body=_markup_in(shown, preset).encode(), headers={"content-type": "text/html; charset=utf-8"}
    )
    return replace(listing, state=empty_state(markup, source.accept_empty), fingerprint="", shortcut=None)


def _fragment_parts(markup: str, preset: Preset) -> list[str]:
    return re.findall(preset.record, markup, re.S) if preset.record else [markup]


def _markup_in(reply: Answer, preset: Preset) -> str:
    content = _as_json(reply.text) if preset.path or preset.name == "truecms" else None
    if isinstance(content, dict):
        return str(_at(content, preset.path) if preset.path else content.get("result", ""))
    return reply.text


def _jpaas_request(values: Mapping[str, str], page: int, answer: Answer, source: Source) -> Ask:
    """Page numbers count only inside of paramJson."""
    query = _as_json(values.get("query", "").replace("'", '"')) or {}
    query["paramJson"] = json.dumps({"pageNo": page, "pageSize": 15}, separators=(",", ":"))
    endpoint = values.get("endpoint") or "/api-gateway/jpaas-publish-server/front/page/build/unit"
    return Ask(f"{urljoin(answer.url, endpoint)}?{urlencode(query)}", headers={"Referer": source.url})


def _document(source: Source, preset: Preset, answer: Answer) -> Reading:
    """Each address is the report of one unit and year. A year counts only if the answered one is the asked one."""
    others = [url for url in _other_years(answer) if url != answer.url][:MOST_PAGES]
    item, state = _one_report(answer, answer.asked or source.url)
    if state is not None and not state.complete and not others:
        return Listing(state)
    own = [item] if item is not None else []
    mark = fingerprint_of([*own, *(Item("", url) for url in others)]) if own or others else ""
    if mark and mark == source.fingerprint and (state is None or state.complete):
        return Listing(State("unchanged"), tuple(own), pages=(answer.url,), fingerprint=mark)
    collected, pages = list(own), [answer.url]
    answers: list[Answer] = []
    problem = f"{answer.url}: {state.name}" if state is not None and not state.complete else ""
    for url in others:
        reply = replace((yield Ask(url, headers={"Referer": source.url})), asked=url)
        answers.append(reply)
        if (failed := transport_state(reply)) is not None:
            problem = f"{url}: {failed.name}"
            continue
        pages.append(url)
        if (found := _one_report(reply, url)[0]) is not None:
            collected.append(found)
    whole = State("ok") if collected else state or State("ok_empty")
    return Listing(State("partial", problem) if problem else whole, tuple(_once(iter(collected))),
                   pages=tuple(pages), fingerprint=mark, answers=tuple(answers))  # fmt: skip


def _of_year(url: str, year: int) -> str:
    """The same address for another year, where the year stands in its query."""
    return re.sub(r"([?&]fbtime=)20\d\d", rf"\g<1>{year}", url)


def _one_report(answer: Answer, asked: str) -> tuple[Item | None, State | None]:
    year = dict(parse_qsl(urlsplit(asked).query)).get("fbtime") or (re.findall(r"/(20\d\d)(?=[/.])", asked) or [""])[-1]
    told = re.search(r"(20\d\d)\s*年度?[^。]{0,30}?报告", answer.title + " " + answer.opening[:800])
    if told is None:
        return None, empty_state(answer)
    period = re.search(r"统计期限[^。]{0,12}?(20\d\d)年", answer.shown)
    if year and year not in (told[1], period[1] if period else ""):
        return None, State("ok_empty", f"asked for {year}, answered {told[1]}")
    title = " ".join((answer.page.xpath("string(//h1)") or answer.title or told[0]).split())
    match = (
        DATE.search(re.split("发布(?:时间|日期)", answer.shown, maxsplit=1)[-1][:40])
        if "发布" in answer.shown
        else None
    )
    day = date(*map(int, match.groups())) if match else None
    return Item(title, canonical(answer.url), day), None


def _other_years(answer: Answer) -> list[str]:
    """Links of the page to the same unit's reports of other years."""
    own = urlsplit(answer.url)
    area = dict(parse_qsl(own.query)).get("area")
    found = []
    for href in answer.page.xpath("//a/@href"):
        parts = urlsplit(urljoin(answer.base, href))
        query = dict(parse_qsl(parts.query))
        if (parts.netloc, parts.path) == (own.netloc, own.path) and query.get("area") == area and query.get("fbtime"):
            found.append(canonical(urlunsplit(parts)))
    return list(dict.fromkeys(found))


ENGINES = {"links": _links, "records": _records, "json": _json, "fragment": _fragment, "document": _document}
