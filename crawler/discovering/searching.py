"""The search for a county's columns: a conversation that follows menus, trees and sub-sites.

It yields what it asks for and is sent the answer, as a visit does. The same answers lead to the
same end, so that a search that was broken off is gone through again from what was kept.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

from nianbao.crawler.addresses import host_of, key_of, split
from nianbao.crawler.answers import Answer, Ask, Task
from nianbao.crawler.articles import linked_files
from nianbao.crawler.belonging import body_in
from nianbao.crawler.discovering.comparing import Compared, in_use, why_left_behind
from nianbao.crawler.discovering.directories import further_pages
from nianbao.crawler.discovering.found import (
    Body,
    Column,
    Discovery,
    Doubtful,
    Progress,
    Tried,
    Without,
)
from nianbao.crawler.discovering.hosts import HostProof, host_proof, site_code
from nianbao.crawler.discovering.menus import (
    Kind,
    Link,
    Names,
    links_on,
    menus,
    names_in,
    soup_of,
)
from nianbao.crawler.discovering.trees import is_mark_up
from nianbao.crawler.discovering.whose import (
    Evidence,
    bodies_of,
    entries_of,
    is_report,
    owner_of,
    proof_in,
)
from nianbao.crawler.likeness import OF_REPORTS, Taken, column_name
from nianbao.crawler.listing.columns import is_expected
from nianbao.crawler.listing.entries import list_page
from nianbao.crawler.listing.listed import Source, county_domain, is_own_host
from nianbao.crawler.listing.shells import sent_to
from nianbao.crawler.listing.signs import moved_to
from nianbao.crawler.page_state import transport_state
from nianbao.crawler.presets import UNRECOGNISED, presets
from nianbao.crawler.probe import Probe, all_names, probing
from nianbao.crawler.reading import Found, Reads
from nianbao.crawler.states import STATES, State
from nianbao.parser.patterns import pattern_of
from nianbao.storage.registry import CountyEntry, UnitEntry

Search = Generator[Ask | Task, Any, Discovery]
Step = Generator[Ask | Task, Any, Any]
Result = TypeVar("Result")

ENOUGH = "enough"  # the error of an answer that is not asked for: the search ends
MOST_OF_A_COLUMN = 25  # requests
DEEPEST = 7
MOST_LEADS = 12  # articles whose page may name their column
MOST_HINTS = 20  # addresses of a site map
# The order in which links are followed. What may only help where somebody is left comes last.
RANKS: Mapping[Kind, int] = {
    "reports": 0,
    "frame": 1,
    "tree": 1,
    "section": 1,
    "bodies": 1,
    "unit": 2,
    "body": 3,
    "years": 4,
    "map": 5,
}
LAST = RANKS["map"]
BROKEN_TLS = ("tls", "connect", "reset", "timeout", "truncated")


@dataclass(frozen=True)
class Place:
    """The county whose columns are looked for, with all that stays the same meanwhile."""

    county: CountyEntry
    start: str  # the address at which it begins
    this_year: int
    reader: Reads
    others: frozenset[str] = frozenset()  # hosts of other counties' files
    certain: bool = False  # a person says that the host is right
    progress: Progress = field(default_factory=Progress)

    @cached_property
    def source(self) -> Source:
        return Source(
            self.start,
            allow=(*self.county.allow, *filter(None, (self.county.host,))),
            names=all_names(self.county.units),
        )

    @cached_property
    def names(self) -> Names:
        return names_in(self.county.county, self.county.units)


class Way(NamedTuple):
    """A link to follow, and how it was come to."""

    link: Link
    unit: str  # whose page it is by the links that led to it
    depth: int
    referer: str


@dataclass
class Notes:
    """What is known so far."""

    answers: dict[str, Answer] = field(default_factory=dict)
    queue: list[tuple[int, int, int, Way]] = field(default_factory=list)
    queued: set[tuple[str, bool]] = field(default_factory=set)
    columns: dict[str, Column] = field(default_factory=dict)
    mixed: dict[str, Column] = field(default_factory=dict)  # reports among other documents
    doubtful: dict[str, Doubtful] = field(default_factory=dict)
    tried: dict[str, dict[str, str]] = field(default_factory=dict)
    # Pages that were read as parts of a column, and the reports in it.
    read: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)  # all that the lists of columns name
    lists: dict[str, frozenset[str]] = field(default_factory=dict)  # whose reports a page shows
    leads: dict[str, str] = field(default_factory=dict)  # a unit's report seen beside any column
    bodies: dict[str, Body] = field(default_factory=dict)
    moved: dict[str, list[str]] = field(default_factory=dict)  # where a column says it has gone
    elsewhere: set[str] = field(default_factory=set)  # what is in doubt for its host alone
    cut: list[str] = field(default_factory=list)  # directories that go on, and can't be followed
    codes: frozenset[str] = frozenset()
    gone: list[str] = field(default_factory=list)
    plain: bool = False

    def tell(self, unit: str, url: str, why: str) -> None:
        """That a unit's column was looked for on a page."""
        if unit:
            self.tried.setdefault(unit, {})[url] = why


class EnoughError(Exception):
    """No more is asked for in this run."""


def search(place: Place) -> Search:
    """All that is found of a county from one address of its portal."""
    notes, ended = Notes(), True
    first = front = Answer(place.start)
    try:
        first = yield from _get(place, notes, place.start)
        front = yield from _get(place, notes, root_of(place.start))
    except EnoughError:
        ended = False
    pages = [page for page in (front, first) if transport_state(page) is None]
    pages = [page for page in pages if not is_file(page)]
    seen = transport_state(first) or State("ok")
    if not pages:
        return Discovery(None, seen, said=refusal(first))
    host = _host(place, pages)
    if not place.certain and not _is_of(place, host, pages):
        return Discovery(host, seen, said=_of_nobody(place, pages[0]))
    notes.codes = frozenset(filter(None, (place.county.code, site_code(pages[0]))))
    try:
        _seed(place, notes, pages)
        yield from _follow_all(place, notes)
    except EnoughError:
        ended = False
    return _told(place, notes, host, seen, ended=ended)


def root_of(url: str) -> str:
    parts = split(url)
    return f"{parts.scheme}://{parts.netloc}/"


def is_file(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "")
    return answer.body.startswith(FILES) or kind.startswith(("image/", "video/", "application/pdf"))


FILES = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!")


# ---- where it begins


def _host(place: Place, pages: Sequence[Answer]) -> HostProof:
    return host_proof(pages[0], place.county.code, place.county.county, place.others)


def _is_of(place: Place, host: HostProof, pages: Sequence[Answer]) -> bool:
    """Whether a page names the county, or several of its units: else it is not looked around."""
    text = "".join(page.shown for page in pages)
    named = sum(unit.name in text for unit in place.county.units)
    return host.names_it or place.county.county in text or named >= SEVERAL


SEVERAL = 2


def _of_nobody(place: Place, page: Answer) -> str:
    name = place.county.county
    zh = f"{page.url} 的网页“{page.title[:40]}”没有提到{name}及其乡镇"
    zh += "；请核对网址，确认无误加 --host-is-right"
    en = (
        f"{page.url} ({page.title[:40]}) names neither {name} nor its townships; look at the"
        " address, and add --host-is-right if it is right"
    )
    return f"{zh} / {en}"


def refusal(answer: Answer) -> str:
    """What was seen instead of a page, and what to try."""
    if transport_state(answer) is None:
        zh, en = "是文件，不是网页", "it is a file, not a page"
        return f"{answer.url}：{zh}；{BEGIN[0]} / {answer.url}: {en}; {BEGIN[1]}"
    state = transport_state(answer) or State("ok")
    zh, en = STATES[state.name]
    tip_zh, tip_en = TIPS.get(state.name, BEGIN)
    detail = f" ({state.detail})" if state.detail and state.detail.isascii() else ""
    url = answer.asked or answer.url
    return f"{url}：{zh}{detail}；{tip_zh} / {url}: {en}{detail}; {tip_en}"


BEGIN = (
    "请用网站首页或政府信息公开栏目的网址",
    "take the address of the front page or of its section 政府信息公开",
)
BY_HAND = (
    "程序不绕过验证；请在浏览器中找到栏目，写入县配置文件",
    "nothing is worked around: find the columns in a browser and write them into the file",
)
TIPS: Mapping[str, tuple[str, str]] = {
    "blocked_challenge": BY_HAND,
    "blocked_waf": BY_HAND,
    "robots_disallowed": (
        "网站不许程序访问，请人工查看",
        "the site wants no programs: look at it by hand",
    ),
    "rate_limited": ("请过一会儿再试", "try again later"),
    "unreachable": ("请核对网址，或过一会儿再试", "look at the address, or try again later"),
    "unreachable_tls": ("试 http:// 开头的网址", "try the address with http://"),
    "truncated": ("请过一会儿再试", "try again later"),
    "column_moved": (
        "网址跳转到了别处，请用跳转后的网址",
        "it leads elsewhere: begin at that address",
    ),
}


def _seed(place: Place, notes: Notes, pages: Sequence[Answer]) -> None:
    """The columns that the file has, the page that was named, and the front page."""
    for entry in place.county.columns:
        link = Link("", entry.url, "reports", entry.unit)
        _queue(place, notes, Way(link, entry.unit, 0, place.start))
    for page in reversed(pages):
        url = page.asked or page.url
        is_front = key_of(page.url) == key_of(root_of(page.url))
        kind: Kind = "section" if is_front else "reports"
        _queue(place, notes, Way(Link("", url, kind), "", 0, ""))


# ---- asking


def _get(place: Place, notes: Notes, url: str, referer: str = "") -> Step:
    """An answer, asked for once; over http where the portal's https is broken."""
    asked = _over_http(url) if notes.plain and _is_own(place, url) else url
    plain = asked.partition("#")[0]
    if plain not in notes.answers:
        answer = yield from _ask(place, Ask(asked, headers={"Referer": referer} if referer else {}))
        twin = _over_http(asked)
        if answer.error in BROKEN_TLS and twin != asked:
            other = yield from _ask(place, Ask(twin))
            if not other.error and other.status == 200:
                answer, notes.plain = other, True
        notes.answers[plain] = answer
    return replace(notes.answers[plain], asked=asked)


def _over_http(url: str) -> str:
    return re.sub("^https://", "http://", url)


def _ask(place: Place, ask: Ask) -> Step:
    answer = yield ask
    if answer.error == ENOUGH:
        raise EnoughError
    place.progress.asked += 1
    return answer


def _is_own(place: Place, url: str) -> bool:
    return is_own_host(split(url).netloc, split(place.start).netloc, place.source)


def _held(
    place: Place, notes: Notes, conversation: Generator[Ask, Answer, Result]
) -> Generator[Ask | Task, Any, Result]:
    """A reader's conversation: what was answered before is not asked for again, and what is too
    much for one column not at all.
    """
    said: Any = None
    asked = 0
    while True:
        try:
            step = conversation.send(said)
        except StopIteration as end:
            result: Result = end.value
            return result
        asked += 1
        if asked > MOST_OF_A_COLUMN:
            said = Answer(step.url, error="timeout", asked=step.url)
        elif step.method == "GET":
            said = yield from _get(place, notes, step.url, step.headers.get("Referer", ""))
        else:
            said = yield from _ask(place, step)


# ---- following links


def _follow_all(place: Place, notes: Notes) -> Step:
    """Everything that promises a column; then, where units are left, what may help."""
    yield from _follow(place, notes)
    for help_of in (_by_leads, _by_search, _by_map, _by_lists):
        if left(place.county, _found(place, notes).columns):
            yield from help_of(place, notes)
            yield from _follow(place, notes)


def _follow(place: Place, notes: Notes) -> Step:
    while notes.queue:
        rank, _, _, way = heapq.heappop(notes.queue)
        if rank < LAST or left(place.county, _found(place, notes).columns):
            yield from _visit(place, notes, way)


def _queue(place: Place, notes: Notes, way: Way) -> None:
    link = way.link
    mark = (f"{key_of(link.url)}#{link.url.partition('#')[2]}", link.kind in COLUMNS)
    if mark in notes.queued or way.depth > DEEPEST:
        return
    if not _is_own(place, link.url):
        _elsewhere(notes, way)
        return
    notes.queued.add(mark)
    heapq.heappush(notes.queue, (RANKS[link.kind], way.depth, len(notes.queued), way))


COLUMNS: Sequence[Kind] = ("reports", "years")


def _elsewhere(notes: Notes, way: Way) -> None:
    """A link to another site: told, where it is said to be a unit's, and never followed."""
    host, link = host_of(way.link.url), way.link
    if link.unit and county_domain(host):
        why = f"在另一网站 {host} / it is on another site, {host}"
        notes.tell(link.unit, link.url, why)
        if link.kind == "reports":
            notes.doubtful.setdefault(link.url, Doubtful(link.url, (link.unit,), why))
            notes.elsewhere.add(link.url)


def _visit(place: Place, notes: Notes, way: Way) -> Step:
    """One page: read as a column where it may be one, and its menus."""
    if _is_read(notes, way.link.url):
        return
    answer = yield from _get(place, notes, way.link.url, way.referer)
    answer = yield from _behind_shells(place, notes, answer)
    state = transport_state(answer)
    if state is not None:
        _tell_state(place, notes, way, state)
        return
    if is_file(answer):
        notes.tell(way.unit, way.link.url, "是文件，不是网页 / a file, not a page")
        return
    if _is_read(notes, answer.url) and "#" not in way.link.url:
        return
    if way.link.kind in COLUMNS or _calls_itself_so(answer):
        yield from _as_column(place, notes, way, answer)
    elif is_mark_up(answer):
        _look_for_leads(place, notes, answer)
    if way.link.kind == "tree" and not is_mark_up(answer):
        answer = replace(answer, url=way.referer)  # a browser joins what a script has read so
    links = links_on(answer, place.names)
    if not _is_read(notes, answer.url):
        links += _further(place, notes, answer, links)
    for link in links:
        if link.kind != "body" or key_of(link.url) not in notes.entries:
            _queue(place, notes, _onwards(way, link, answer))


def _is_read(notes: Notes, url: str) -> bool:
    """Whether a page was read as part of a column, or is a report in one."""
    return key_of(url) in notes.read and "#" not in url


def _behind_shells(place: Place, notes: Notes, answer: Answer) -> Step:
    """The page to which one without content of its own sends on."""
    for _ in range(MOST_SHELLS):
        target = answer.joined(sent_to(answer)) if transport_state(answer) is None else ""
        if not target or key_of(target) == key_of(answer.url) or not _is_own(place, target):
            break
        answer = yield from _get(place, notes, target, answer.url)
    return answer


MOST_SHELLS = 2


def _further(place: Place, notes: Notes, answer: Answer, links: Sequence[Link]) -> list[Link]:
    """The other pages of a directory."""
    if not is_mark_up(answer):
        return []
    further = further_pages(answer, links, place.source)
    if further.is_open:
        notes.cut.append(answer.url)
    return [Link("", url, "bodies") for url in further.urls]


def _onwards(way: Way, link: Link, answer: Answer) -> Way:
    unit = link.unit
    if not unit and link.kind not in ("bodies", "map"):
        unit = way.unit
    return Way(link._replace(unit=link.unit), unit, way.depth + 1, answer.url)


def _tell_state(place: Place, notes: Notes, way: Way, state: State) -> None:
    zh, en = STATES[state.name]
    notes.tell(way.unit, way.link.url, f"{zh} / {en}")
    is_of_file = any(entry.url == way.link.url for entry in place.county.columns)
    if is_of_file and state.name in GONE:
        notes.gone.append(way.link.url)


GONE = ("column_gone", "column_moved", "soft_404")


def _calls_itself_so(answer: Answer) -> bool:
    return is_mark_up(answer) and OF_REPORTS.search(column_name(answer)) is not None


# ---- a page that may be a column


def _as_column(place: Place, notes: Notes, way: Way, answer: Answer) -> Step:
    url = way.link.url
    source = replace(place.source, url=url, plain=notes.plain)
    conversation = probing(source, place.county.units, place.county.county)
    probed: Probe = yield from _held(place, notes, conversation)
    if any(host_of(page) != host_of(url) for page in probed.listing.pages[:1]):
        return
    if way.link.kind != "reports" and _is_one_report(probed):
        return
    proof = proof_in(probed.taken, place.this_year, place.county.units)
    if proof is None:
        _unproven(place, notes, way, probed)
        return
    if not _is_named(place, url) and (doubt := _of_a_strange_host(place, answer)):
        _doubt(place, notes, way, doubt, [entry.unit for entry in probed.taken])
        return
    first = yield from _first_report(place, notes, proof, answer)
    title, said = proof.item.title, _said_of(place, url)
    seen = Evidence(answer, probed.taken, way.unit, first, title, notes.codes, said)
    if not _is_column(probed, first):
        _keep_mixed(place, notes, way, seen, probed, proof)
        return
    owner = owner_of(seen, place.county)
    if owner.doubt:
        _doubt(place, notes, way, owner.doubt, owner.may_be)
        return
    unit = owner.unit
    body = owner.body
    if unit and unit not in {known.name for known in place.county.units}:
        unit, body = "", unit
    url = _address_of(place, way, answer)
    column = _column(place, url, seen, probed, proof)
    notes.columns[url] = replace(
        column, unit=unit, body=body, reports=_reports_in(place, probed.taken, unit or body)
    )
    _keep_bodies(place, notes, seen, url, body)
    notes.read |= {key_of(page) for page in probed.listing.pages} | column.entries
    notes.entries |= {key_of(entry.item.url) for entry in probed.taken}
    _follow_notice(place, notes, way, url, answer)
    place.progress.columns = len(notes.columns)
    place.progress.units = len(_units_shown(notes.columns.values()))


def _doubt(place: Place, notes: Notes, way: Way, why: str, units: Iterable[str] = ()) -> None:
    """A page that is not written: it is asked about, with the units whose it may be."""
    own = {unit.name for unit in place.county.units}
    may_be = tuple(name for name in dict.fromkeys((way.unit, *units)) if name in own)
    notes.doubtful.setdefault(way.link.url, Doubtful(way.link.url, may_be, why))
    for name in may_be:
        notes.tell(name, way.link.url, why)


def _of_a_strange_host(place: Place, page: Answer) -> str:
    """Why a column beside the portal's own host may be another county's: its code says so."""
    hosts = (split(place.start).netloc, place.county.host, *place.county.allow)
    own = {host.removeprefix("www.") for host in hosts}
    code = site_code(page)
    if page.host.removeprefix("www.") in own or code in ("", place.county.code):
        return ""
    zh = f"{page.host} 的网站标识码是 {code}，不是该县的；确认无误加 --also {page.host}"
    en = f"{page.host} carries the site code {code}; if it is right, add --also {page.host}"
    return f"{zh} / {en}"


def _is_named(place: Place, url: str) -> bool:
    """Whether a person has written a column into the county's file."""
    return any(entry.url == url for entry in place.county.columns)


def _said_of(place: Place, url: str) -> str:
    """Whose a column is by the county's file; empty where it does not say."""
    return next((entry.unit for entry in place.county.columns if entry.url == url), "")


def _address_of(place: Place, way: Way, answer: Answer) -> str:
    """A column's own address: where a link leads in the end, unless a person named it."""
    url = way.link.url
    asked, got = split(url), split(answer.url)
    same = (asked.path, asked.query) == (got.path, got.query)
    if _is_named(place, url) or same or "#" in url or SESSION.search(answer.url):
        return url
    return answer.url


SESSION = pattern_of("sess?ion|[?&]t(?:oken|s)?=", re.I)


def _reports_in(place: Place, taken: Iterable[Taken], owner: str) -> frozenset[tuple[str, int]]:
    """Whose reports of which years a column shows; its owner's, where they name nobody."""
    reports = (entry for entry in taken if is_report(entry, place.county.units))
    return frozenset(
        (entry.unit or owner or body_in(entry.item.title, place.county.county), entry.year)
        for entry in reports
        if entry.year is not None
    )


def _follow_notice(place: Place, notes: Notes, way: Way, url: str, answer: Answer) -> None:
    """A column that says where it has gone is not the one: its new place is looked at."""
    source = replace(place.source, url=url)
    gone_to = moved_to(list_page(answer, source, presets()[UNRECOGNISED]), source)
    for target in gone_to:
        notes.read.discard(key_of(target))
        _queue(place, notes, _onwards(way, Link("", target, "reports"), answer))
    notes.moved[url] = gone_to


def _found(place: Place, notes: Notes) -> Compared:
    """The columns that are in use, of all that were read."""
    there = {key_of(url) for url in notes.columns}
    gone = {url for url, targets in notes.moved.items() if there & {*map(key_of, targets)}}
    columns = distinct([each for each in notes.columns.values() if each.url not in gone])
    return in_use(columns, [entry.url for entry in place.county.columns])


def _is_column(probed: Probe, first: Found | None) -> bool:
    """Whether it is the column of reports: by what it is like, or calls itself and leads to."""
    if probed.likeness.is_column:
        return proof_says(probed.taken) or _is_whole(first)
    called = any(_calls_itself_so(page) for page in probed.listing.answers[:1])
    return called and _is_whole(first) and probed.likeness.name in ("years", "menu", "unclear")


def proof_says(taken: Iterable[Taken]) -> bool:
    """Whether any entry says by its title that it is a report."""
    return any(entry.kind == "report" and entry.year for entry in taken)


def _is_whole(first: Found | None) -> bool:
    """Whether what was read is a report indeed."""
    if first is None:
        return False
    return bool(first.report.table_forms) or len(first.report.sections) >= MANY


def _is_one_report(probed: Probe) -> bool:
    """Whether a page is the report itself: a column only where a menu calls it so."""
    pages = {key_of(page.url) for page in probed.listing.answers[:1]}
    known = presets().get(probed.listing.preset)
    by_year = known is not None and known.engine == "document"
    return not by_year and {key_of(entry.item.url) for entry in probed.taken} == pages


def _column(place: Place, url: str, seen: Evidence, probed: Probe, proof: Taken) -> Column:
    reports = [entry for entry in probed.taken if is_report(entry, place.county.units)]
    return Column(
        url,
        probed.listing.preset or UNRECOGNISED,
        proof,
        probed.listing.state,
        expect=_expected(seen.page, probed.listing.preset),
        units=tuple(dict.fromkeys(entries_of(seen, place.county))),
        years=tuple(sorted({entry.year for entry in reports if entry.year}, reverse=True)),
        entries=frozenset(key_of(entry.item.url) for entry in reports),
        confirmed=seen.first is not None,
        taken=tuple(reports),
    )


def _expected(page: Answer, preset: str) -> str:
    """Words by which the column calls itself from year to year; empty where none are sure."""
    name = column_name(page)
    known = presets().get(preset)
    found = OF_REPORTS.search(name)
    if found is None or re.search("20[0-4][0-9]", name) or known is None:
        return ""
    if known.engine == "document" or not is_expected(page, found[0]):
        return ""
    return found[0]


def _unproven(place: Place, notes: Notes, way: Way, probed: Probe) -> None:
    """Why a page is not written as a column; in doubt where it calls itself one."""
    state, likeness = probed.listing.state, probed.likeness
    zh, en = STATES[state.name]
    why = likeness.said or f"没有以往年度的年报（{zh}） / no report of an earlier year ({en})"
    if any(BEING_BUILT.search(page.shown) for page in probed.listing.answers[:1]):
        why = "栏目建设中 / the column is being built"
    notes.tell(way.unit, way.link.url, why)
    called = any(_calls_itself_so(page) for page in probed.listing.answers[:1])
    if (likeness.is_column or called) and way.link.kind in COLUMNS:
        _doubt(place, notes, way, why)


BEING_BUILT = pattern_of("(?:栏目|页面|网站|内容)?(?:正在)?(?:建设|整理|完善|升级)中|敬请期待")


def _keep_mixed(
    place: Place, notes: Notes, way: Way, seen: Evidence, probed: Probe, proof: Taken
) -> None:
    """Reports among other documents: a column for those alone of whom no other is found."""
    column = _column(place, way.link.url, seen, probed, proof)
    is_front = probed.likeness.name == "front_page"
    if len(column.entries) >= SEVERAL and not is_front and not owner_of(seen, place.county).doubt:
        notes.mixed[way.link.url] = column
    notes.tell(way.unit, way.link.url, probed.likeness.said)
    _keep_leads(notes, probed.taken)


def _keep_bodies(place: Place, notes: Notes, seen: Evidence, url: str, own: str) -> None:
    """The bodies of a column that are in no county's file, with their newest year."""
    names = [own] if own else [name for name in bodies_of(seen, place.county) if name]
    for name in dict.fromkeys(names):
        years = [e.year for e in seen.taken if e.year and (own or name in e.item.title)]
        known = notes.bodies.get(name)
        year = max([*years, (known.year if known else 0) or 0], default=0)
        notes.bodies[name] = Body(name, url, year or None)


def _first_report(place: Place, notes: Notes, proof: Taken, page: Answer) -> Step:
    """The report that proves a column, as it was read; None where it could not be."""
    item = proof.item
    answer = yield from _get(place, notes, item.url, page.url)
    if transport_state(answer) is not None and not is_file(answer):
        return None
    examined = yield Task(partial(place.reader.page, answer))
    found = [each for each in examined.found if isinstance(each, Found)]
    if found and _is_whole(found[0]):
        return found[0]
    for link in linked_files(item, found, answer, place.source)[:1]:
        reply = yield from _get(place, notes, link.url, answer.url)
        if reply.error or reply.status != 200:
            continue
        read = yield Task(partial(place.reader.file, reply.body))
        found = [*(each for each in read if isinstance(each, Found)), *found]
    return next(iter(found), None)


MANY = 3  # sections of a report


# ---- where units are left


def left(county: CountyEntry, columns: Iterable[Column]) -> list[UnitEntry]:
    """The units of which no column is found."""
    shown = _units_shown(columns)
    return [unit for unit in county.units if unit.name not in shown and not unit.until]


def _units_shown(columns: Iterable[Column]) -> frozenset[str]:
    return frozenset(name for column in columns for name in column.shown)


def _look_for_leads(place: Place, notes: Notes, answer: Answer) -> None:
    """Reports that a page links beside other things: theirs may name their column."""
    if not re.search("年报|年度报告", answer.text):
        return
    page = list_page(answer, replace(place.source, url=answer.url), presets()[UNRECOGNISED])
    named: list[str] = []
    for item in page.likely:
        for name, unit in place.names.units.items():
            if name in item.title and not item.doubt:
                notes.leads.setdefault(unit, item.url)
                named.append(unit)
    if len(page.likely) >= SEVERAL and named:
        notes.lists[answer.asked or answer.url] = frozenset(named)


def _keep_leads(notes: Notes, taken: Iterable[Taken]) -> None:
    for entry in taken:
        if entry.unit and not entry.item.doubt:
            notes.leads.setdefault(entry.unit, entry.item.url)


def _by_leads(place: Place, notes: Notes) -> Step:
    """The pages of reports that were seen anywhere: their trail of crumbs names their column."""
    waiting = [unit.name for unit in left(place.county, _found(place, notes).columns)]
    for name in [name for name in waiting if name in notes.leads][:MOST_LEADS]:
        answer = yield from _get(place, notes, notes.leads[name])
        if transport_state(answer) is None and is_mark_up(answer):
            for link in links_on(answer, place.names):
                if link.kind in COLUMNS:
                    _queue(place, notes, Way(link, link.unit or name, 1, answer.url))


def _by_search(place: Place, notes: Notes) -> Step:
    """The site's own search, where its front page has a plain form for it."""
    front = notes.answers.get(root_of(place.start))
    url = _search_of(front) if front is not None else ""
    if not url or not _is_own(place, url):
        return
    answer = yield from _get(place, notes, url, place.start)
    if transport_state(answer) is None and is_mark_up(answer):
        _look_for_leads(place, notes, answer)
        yield from _by_leads(place, notes)


def _search_of(front: Answer) -> str:
    """The address at which a site's search answers; empty where it has none of the plain kind."""
    for form in soup_of(front).find_all("form"):
        method, action = str(form.get("method") or "get").lower(), form.get("action")
        fields = form.find_all("input", attrs={"type": ["text", "search"]})
        name = fields[0].get("name") if len(fields) == 1 else None
        if method == "get" and isinstance(action, str) and isinstance(name, str):
            joint = "&" if "?" in action else "?"
            return front.joined(f"{action}{joint}{name}={menus().asked_of_search}")
    return ""


def _by_lists(place: Place, notes: Notes) -> Step:
    """Pages that show reports among other documents, for those of whom nothing else is found."""
    waiting = {unit.name for unit in left(place.county, _found(place, notes).columns)}
    showing = [url for url, units in notes.lists.items() if units & waiting]
    for url in showing[:MOST_LEADS]:
        answer = yield from _get(place, notes, url)
        yield from _as_column(place, notes, Way(Link("", url, "section"), "", 0, ""), answer)


def _by_map(place: Place, notes: Notes) -> Step:
    """sitemap.xml, where there is one: its addresses are hints, and what they hold is read."""
    answer = yield from _get(place, notes, root_of(place.start) + "sitemap.xml")
    if answer.error or answer.status != 200:
        return
    listed = re.findall(r"<loc>\s*([^<\s]+)\s*</loc>", answer.text)
    hints = [url for url in listed if re.search(menus().address_hints, url)]
    for url in hints[:MOST_HINTS]:
        _queue(place, notes, Way(Link("", url, "reports"), "", 1, place.start))


# ---- what it came to


def _told(place: Place, notes: Notes, host: HostProof, seen: State, *, ended: bool) -> Discovery:
    found = _found(place, notes)
    columns = [*found.columns]
    for column in notes.mixed.values():
        missing = {unit.name for unit in left(place.county, columns)}
        if missing & column.shown and column.state.complete:
            columns.append(column)
    without = left(place.county, columns)
    newest = max((column.newest for column in columns), default=0)
    for column in found.left_behind:
        why = why_left_behind(column, newest)
        notes.doubtful[column.url] = Doubtful(column.url, tuple(sorted(column.shown)), why)
        for name in column.shown:
            notes.tell(name, column.url, why)
    return Discovery(
        host,
        seen,
        columns=tuple(columns),
        doubtful=tuple(_asked(notes, columns, without)),
        older=found.older,
        without=tuple(_without(unit, notes, place, columns) for unit in without),
        bodies=tuple(notes.bodies.values()),
        plain=notes.plain,
        ended=ended,
        gone=tuple(notes.gone),
    )


def _asked(
    notes: Notes, columns: Sequence[Column], without: Sequence[UnitEntry]
) -> Iterator[Doubtful]:
    """What a person must say: of whom a column is found, nobody need ask where else it may be."""
    written, names = {column.url for column in columns}, {unit.name for unit in without}
    for each in notes.doubtful.values():
        open_ones = tuple(name for name in each.units if name in names)
        settled = each.units and not open_ones and each.url in notes.elsewhere
        if each.url not in written and not settled:
            yield each._replace(units=open_ones or each.units)


def _without(unit: UnitEntry, notes: Notes, place: Place, columns: Sequence[Column]) -> Without:
    tried = [Tried(url, why) for url, why in notes.tried.get(unit.name, {}).items()]
    for column in columns:
        if not column.unit and not column.body:
            tried.append(Tried(column.url, "栏目里没有它的年报 / the column shows none of it"))
    zh = "目录还有其他页，打不开"
    tried += [Tried(url, f"{zh} / more pages that can't be opened") for url in notes.cut]
    nothing = Tried(place.start, "没有指向它的链接 / no link names it")
    return Without(unit.name, tuple(tried[:MOST_TRIED]) or (nothing,))


MOST_TRIED = 6  # pages that are told of a unit


def distinct(columns: Sequence[Column]) -> list[Column]:
    """Without those whose reports another column of the same owner shows, too."""
    kept: list[Column] = []
    for n, column in enumerate(columns):
        others = [*columns[:n], *columns[n + 1 :]]
        if not any(_holds(other, column, before=i < n) for i, other in enumerate(others)):
            kept.append(column)
    return kept


def _holds(other: Column, column: Column, *, before: bool) -> bool:
    """Whether one shows all that another does; of two that show the same, the first is kept."""
    same_owner = (other.unit, other.body) == (column.unit, column.body)
    as_whole = other.state.complete or not column.state.complete
    if not same_owner or not as_whole or not column.entries <= other.entries:
        return False
    return before or column.entries != other.entries or column.state.complete < other.state.complete
