"""One visit to a column, as a conversation.

Its list, then what is new on it, then attachments.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache, partial
from typing import Any, NamedTuple

from nianbao.crawler.addresses import is_address, key_of
from nianbao.crawler.answers import Answer, Ask, Task, sound
from nianbao.crawler.articles import (
    Linked,
    absence,
    has_frames_elsewhere,
    jump_target,
    linked_files,
    not_yet,
    publication_of,
    without_neighbours,
)
from nianbao.crawler.belonging import (
    Belonging,
    belongs,
    kind_of_title,
    names_of,
    page_kind,
    published_on,
    units_named,
    years_in,
)
from nianbao.crawler.comparing import compared
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.engines.document import of_unit
from nianbao.crawler.listing.entries import called, is_name_and_year, may_be_report
from nianbao.crawler.listing.listed import Item, Listing, Source
from nianbao.crawler.page_state import header_state, is_sent_home
from nianbao.crawler.proof import NONE
from nianbao.crawler.reading import Examined, Found, ReadHere, Reads
from nianbao.crawler.recorder import OURS, Known, Reading, Recorder, Remembered
from nianbao.crawler.states import State
from nianbao.parser.errors import ReadError
from nianbao.parser.heading import Publication
from nianbao.parser.patterns import pattern_of
from nianbao.parser.report import Report
from nianbao.storage.content import clean
from nianbao.storage.dates import CORRECTED, FIRST, OF_ASKING, in_beijing
from nianbao.storage.doubts import RETRY
from nianbao.storage.kinds import LookState
from nianbao.storage.models import Column
from nianbao.storage.registry import ColumnEntry, CountyEntry, UnitEntry
from nianbao.storage.units import entry_of, unit_id

BEIJING = timezone(timedelta(hours=8))
SEVERAL = 2  # entries whose one day is no chance
MOST_ATTACHMENTS = 4
MOST_PARTS = 80  # of an article that carries a file for each of many towns
# Articles in a row that could not be fetched: the column is left alone.
BREAKER = 3
# After which an article is fetched again, to see whether it was edited.
RECHECK_DAYS = 7
MOST_DAYS = 400  # after which it no longer is

Visit = Generator[Ask | Task, Any, LookState]


@dataclass(frozen=True)
class Wanted:
    """Which years' reports are read, and whether articles are read again."""

    since: int | None = None
    until: int | None = None
    recheck: bool = False
    # Whether lists are asked for as if nothing were known of them.
    unconditional: bool = False
    # The only columns that are looked at; none: all.
    columns: frozenset[int] = frozenset()
    # Whether pages that a person saved are all there is: others are not out of reach.
    by_hand: bool = False

    def has(self, year: int | None) -> bool:
        return year is None or (self.since or 0) <= year <= (self.until or year)

    def means(self, column: int) -> bool:
        return not self.columns or column in self.columns


@dataclass(frozen=True)
class Place:
    """The column that is visited, with all that stays the same meanwhile."""

    recorder: Recorder
    county: CountyEntry
    column: Column
    source: Source
    own: UnitEntry | None  # whose column it is, if it is one unit's
    reader: Reads
    # The county's name, where its list shows it: only then another county's tells anything.
    called: str = ""
    # Kinds of title of which people said that they are of no report.
    refused: frozenset[str] = frozenset()


def visit_column(
    recorder: Recorder,
    sweep: int,
    county: CountyEntry,
    entry: ColumnEntry,
    column: Column,
    *,
    wanted: Wanted | None = None,
    reader: Reads | None = None,
) -> Visit:
    """Returns the state's name.

    The look is written last: a crash before it means, look again.
    """
    wanted = wanted or Wanted()
    source = source_of(recorder, county, entry, column, wanted)
    own = unit_called(entry.unit, county)
    place = Place(recorder, county, column, source, own, reader or ReadHere())
    listing: Listing = yield from read_column(place.source)
    listing = _without_todays(_unless_a_neighbours(listing, place), in_beijing(recorder.seen_at()))
    if wanted.by_hand:
        listing = _unless_stripped(listing)
    listing = replace(
        listing, items=tuple(item._replace(title=clean(item.title)) for item in listing.items)
    )
    listed = listing.items
    yield Task(lambda: recorder.readdress(column.id, listed))
    refused = frozenset(map(kind_of_title, recorder.refused(column.portal)))
    place = replace(place, called=_shown_name(place, listing), refused=refused)
    known = recorder.known(column.id)
    earlier, lately = recorder.listed_before(column.id, place.source.year)
    listing = compared(listing, [] if entry.one_year else earlier, lately)
    failures = 0
    for item in (*_new(listing, known, place), *_to_check(listing, known, place, wanted)):
        before = known.get(item.url)
        if (before is None or before.retry) and _is_unwanted(item, place, wanted):
            continue
        if item.doubt:
            yield Task(partial(_keep_doubt, place, item))
            continue
        if before is not None and before.item.title != item.title:
            before = before._replace(settled=False)  # what was decided was said of another title
        fetched = yield from _article_or_fault(place, item, before)
        if not fetched and before is not None and not before.retry:
            # What was read before and is not there now: the list is no worse
            # for it.
            continue
        failures += 1
        if fetched:
            failures = 0
        if failures >= BREAKER and not wanted.by_hand:
            state = State("partial", f"{BREAKER} articles in a row could not be fetched")
            listing = replace(listing, state=state)
            break
    unseen = (item for item in listing.items if item.url not in known)
    others = [item for item in unseen if not _may_be_report(item, place)]
    asked_by = source.validators
    yield Task(lambda: recorder.look(sweep, column.id, listing, others, validators=asked_by))
    return listing.state.name


def visit_left(
    recorder: Recorder,
    county: CountyEntry,
    entry: ColumnEntry,
    column: Column,
    is_there: Callable[[str], bool],
    *,
    reader: Reads,
) -> Generator[Ask | Task, Any, None]:
    """Articles of a column that were not reached when they were listed, without its list."""
    source = source_of(recorder, county, entry, column, Wanted(unconditional=True))
    place = Place(recorder, county, column, source, unit_called(entry.unit, county), reader)
    place = replace(place, called=_shown_name(place, Listing(State("ok"))))
    for row in recorder.known(column.id).values():
        if row.retry and is_there(row.item.url):
            yield from _article_or_fault(place, row.item, row)


def visit_said(
    recorder: Recorder, county: CountyEntry, reader: Reads
) -> Generator[Ask | Task, Any, None]:
    """What people said to be reports in columns that the county's file has no longer."""
    waiting: list[tuple[Column, set[str]]] = yield Task(lambda: recorder.said_and_left(county.code))
    for column, urls in waiting:
        unit = entry_of(county, column.unit, "") if column.unit is not None else None
        entry = ColumnEntry(column.url, column.preset, unit.name if unit is not None else "")
        yield from visit_left(recorder, county, entry, column, urls.__contains__, reader=reader)


def _without_todays(listing: Listing, today: date) -> Listing:
    """A list whose every entry is of today prints the day of asking, and no day of its own."""
    days = {item.date for item in listing.items if item.date is not None}
    if days != {today} or len(listing.items) < SEVERAL:
        return listing
    return replace(listing, items=tuple(item._replace(date=None) for item in listing.items))


def _unless_stripped(listing: Listing) -> Listing:
    """Without its scripts, as some browsers save it, a page that shows no sign of more proves
    nothing: the pager may be what a script draws.
    """
    pages = [answer.body.lower() for answer in listing.answers[:1]]
    if listing.proof.kind != "single" or any(b"<script" in page for page in pages):
        return listing
    zh = "保存的网页中没有脚本，看不出是否还有其他页，请另存为“网页，全部”"
    said = f"{zh} / saved without its scripts, it does not show if there is more: save all of it"
    return replace(listing, state=State("partial", said), proof=NONE, fingerprint="")


def _unless_a_neighbours(listing: Listing, place: Place) -> Listing:
    """What a unit's own column held; nothing where it leads to another unit's, or says it is."""
    first = next(iter(listing.answers), None)
    if place.own is None or first is None or listing.state.name == "unchanged":
        return listing
    if not (theirs := _whose_column(first, place.own, place)):
        return listing
    said = f"是{theirs}的栏目 / it is the column of {theirs}"
    return replace(listing, state=State("column_moved", said), items=(), proof=NONE, fingerprint="")


def _whose_column(page: Answer, own: UnitEntry, place: Place) -> str:
    """Whose column answers instead of a unit's own: by its address, or by what it calls itself."""
    columns = {key_of(column.url): column.unit for column in place.county.columns}
    here = columns.get(key_of(page.url), "")
    if key_of(page.url) != key_of(place.column.url) and here not in ("", own.name, *own.aliases):
        return here
    names = [unit for said in called(page) for unit in _units_in(place, said)]
    return "" if own in names else "".join(unit.name for unit in names[:1])


def _shown_name(place: Place, listing: Listing) -> str:
    """The county's name, if its list calls itself so."""
    name = place.county.county
    pages = [answer for answer in listing.answers if answer.body]
    pages = pages or [Answer(place.source.url, body=place.recorder.last_page(place.column.id))]
    stem = name[:-1] if len(name) > 2 else name
    return name if any(stem in page.text for page in pages) else ""


def unit_called(name: str, county: CountyEntry) -> UnitEntry | None:
    """The unit of a name or alias; None where no unit is named."""
    for unit in county.units:
        if name and name in (unit.name, *unit.aliases):
            return unit
    return None


def _is_unwanted(item: Item, place: Place, wanted: Wanted) -> bool:
    """Whether an article is of a year that nobody asked for.

    It is written down and not fetched.
    """
    belonging = _by_title(place, item)
    if wanted.has(belonging.year):
        return False
    unit = _id(place.county, belonging)
    place.recorder.sighted(place.column.id, item, kind="report", unit=unit, year=belonging.year)
    return True


def source_of(
    recorder: Recorder, county: CountyEntry, entry: ColumnEntry, column: Column, wanted: Wanted
) -> Source:
    now = recorder.now()
    url = entry.url
    if entry.area:
        url = of_unit(url, entry.area, now.year - 1)
    source = Source(
        url,
        entry.preset or county.preset,
        county.allow,
        entry.expect,
        entry.accept_empty,
        year=now.astimezone(BEIJING).year - 1,
        plain=county.http.get("scheme") == "http",
        names=tuple(name for unit in county.units for name in names_of(unit)),
        had_reports=recorder.had_reports(column.id),
        list=entry.list,
        item=entry.item,
        paging=entry.paging,
    )
    remembered = recorder.remembered(column.id)
    if wanted.unconditional or not _is_fresh(remembered, now):
        return source
    source = replace(source, fingerprint=remembered.fingerprint)
    if _is_of_today(remembered, now):
        source = replace(source, validators=remembered.validators)
    if remembered.shortcut:
        source = replace(source, shortcut=Ask(**remembered.shortcut))
    return source


def _is_fresh(remembered: Remembered, now: datetime) -> bool:
    """Whether a first page that is as it was may be taken for the whole list.

    It tells nothing of the others: it is taken for the list only on the day, in
    Beijing, on which all of it was read. Deadlines end with the day, so such a look
    never proves what a whole one would not.
    """
    return not remembered.paged or _is_of_today(remembered, now)


def _is_of_today(remembered: Remembered, now: datetime) -> bool:
    """Whether the list was read on this day: some servers say for ever that nothing changed."""
    if remembered.whole is None:
        return False
    return remembered.whole.astimezone(BEIJING).date() == now.astimezone(BEIJING).date()


def _may_be_report(item: Item, place: Place) -> bool:
    """By its title; or because of where it stands or what it names.

    Then its text decides.
    """
    kind = page_kind(item.title)
    belonging = _by_title(place, item)
    if belonging.unit is None and not belonging.doubt:
        return False  # another body's
    if belonging.unit is None and _is_refused(item, place):
        return False
    if kind != "other":
        return kind == "report"
    named = bool(years_in(item.title)) and bool(_units_in(place, item.title))
    unnamed = SAYS_NOTHING.fullmatch(item.title) is not None or is_name_and_year(item.title)
    return place.own is not None or named or unnamed or may_be_report(item.title)


# The title of an entry whose text alone can tell what it is.
SAYS_NOTHING = pattern_of(
    r"(?:20\d\d|年度?|年报|报告|查看|详情|下载|打开|浏览|点击|全文|附件|[\W\d_])+"
)


def _is_refused(item: Item, place: Place) -> bool:
    """Whether people said of such a title in another year that it is of no report."""
    kind = kind_of_title(item.title)
    return kind != "" and kind in place.refused


def _by_title(place: Place, item: Item) -> Belonging:
    """Whose an article is by its title, and by the column that it stands in."""
    return _of_title(item.title, place.county.units, place.own, place.called)


@lru_cache(1024)  # each title is asked for by all that a look does with its entry
def _of_title(
    title: str, units: tuple[UnitEntry, ...], own: UnitEntry | None, county: str
) -> Belonging:
    return belongs(title, units, column_unit=own, county=county)


def _new(listing: Listing, known: dict[str, Known], place: Place) -> list[Item]:
    """Articles never seen, or listed otherwise than before, or not reached when they were.

    Those that could not be reached last.
    """
    new = [
        item
        for item in listing.items
        if _is_new(item, known.get(item.url)) and _may_be_report(item, place)
    ]
    listed = {item.url: item for item in listing.items}
    for url, row in known.items():
        if row.retry and (url in listed or listing.state.name == "unchanged"):
            new.append(listed.get(url, row.item))
    return new


def _is_new(item: Item, row: Known | None) -> bool:
    if row is None:
        return True
    corrected = item.title != row.item.title or (item.date or row.item.date) != row.item.date
    return corrected and not row.retry and row.checked is not None


def _to_check(
    listing: Listing, known: dict[str, Known], place: Place, wanted: Wanted
) -> list[Item]:
    """Articles that were read some time ago: an edit after publication shows nowhere else.

    And those that a whole list no longer shows: one that is still there at its
    own address was not withdrawn.
    """
    if not listing.state.complete:
        return []
    now = place.recorder.now()
    due = now - timedelta(days=int(place.county.http.get("recheck", RECHECK_DAYS)))
    listed = {item.url for item in listing.items}
    whole = listing.state.name != "unchanged"

    def is_due(row: Known) -> bool:
        if row.checked is None or row.retry or not wanted.has(row.year):
            return False
        if wanted.recheck or row.mended:
            return True
        if row.first_seen <= now - timedelta(days=MOST_DAYS):
            return False
        missed = row.item.url not in listed if whole else row.unlisted
        unlisted = missed and row.unit is not None
        if row.unsure and in_beijing(row.checked) < in_beijing(now):
            return True
        return row.checked <= due or ((unlisted or row.gone) and row.checked < now)

    shown = {item.url: item for item in listing.items}
    return [
        shown.get(row.item.url, row.item)
        for row in known.values()
        if is_due(row) and not _is_new(shown.get(row.item.url, row.item), row)
    ]


def _keep_doubt(place: Place, item: Item) -> None:
    """A link that may be a report and can't be followed: a person must look."""
    belonging = _by_title(place, item)
    place.recorder.sighted(
        place.column.id,
        item,
        kind="report",
        unit=_id(place.county, belonging),
        year=belonging.year,
        review=item.doubt,
        may_be=_ids(place.county, belonging.may_be),
    )


def _id(county: CountyEntry, belonging: Belonging) -> str | None:
    if belonging.unit is None:
        return None
    return unit_id(county, belonging.unit)


def _ids(county: CountyEntry, units: Iterable[UnitEntry]) -> list[str]:
    return [unit_id(county, unit) for unit in units]


Reached = Generator[Ask | Task, Any, bool]


def _article_or_fault(place: Place, item: Item, known: Known | None) -> Reached:
    """An article whose page holds what nobody thought of costs itself alone."""
    try:
        return (yield from _article(place, item, known))
    except OURS:
        raise
    except Exception as error:
        return (yield from _not_reached(place, item, known, fault_state(error)))


def fault_state(error: Exception) -> State:
    """A page that ended the program's reading of it."""
    return State("structure_changed", f"{type(error).__name__}: {sound(str(error))[:200]}")


def _done(run: Callable[[], Any]) -> Generator[Ask | Task, Any, Any]:
    """Work whose faults are those of the article that it is about."""
    outcome = yield Task(partial(_outcome, run))
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _outcome(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except Exception as error:
        return error


def _article(place: Place, item: Item, known: Known | None) -> Reached:
    """Read an article and, where its page has no tables, its files and frames.

    False if it was not fetched.
    """
    answer: Answer = yield from page_at(item.url, place.source.url)
    article = yield from read_article(place, item, known, answer)
    if isinstance(article, State):
        return (yield from _not_reached(place, item, known, article))
    yield from _done(lambda: _keep_all(place, article))
    return True


def page_at(url: str, referer: str) -> Generator[Ask | Task, Any, Answer]:
    """A page, or the one that it leads to by itself."""
    answer = yield from _asked(url, referer)
    if target := jump_target(answer):
        answer = yield from _asked(target, answer.url)
    return answer


def read_article(
    place: Place, item: Item, known: Known | None, answer: Answer
) -> Generator[Ask | Task, Any, Article | State]:
    """What an article holds, with its files and frames where its page has no tables; or why it
    holds nothing.
    """
    examined = Examined(header_state(answer), [])
    if examined.state is None:
        examined = yield from _done(lambda: place.reader.page(answer, place.county.code))
    problem = absence(answer) if is_sent_home(answer) else examined.state
    if problem is not None:
        return problem
    read, why = _read_and_why(examined.found)
    held = Held([Part(found, answer, "") for found in read], why)
    if not any(found.report.table_forms for found in read):
        held = yield from _beside(place, item, held, answer)
    if not any(like_a_report(part.found.report) for part in held.parts):
        problem = absence(answer)
        if problem is None and not held.files:
            problem = not_yet(answer)
        if problem is None and known is not None and _was_read(known) and not held.files:
            problem = State("structure_changed", "no report in it any more")
        if problem is not None:
            return problem
    printed = without_neighbours(
        read[0].report.publication if read else publication_of(answer), answer
    )
    today = in_beijing(place.recorder.seen_at())
    published = published_on(item.date, _without(today, printed, item))
    return Article(item, known, answer, published, held, today)


def _without(today: date, printed: Publication, item: Item) -> Publication:
    """A page's dates but for today's, which some print always, where the list does not say so."""
    dates = (told for told in printed.dates if not _is_of_asking(*told, item, today))
    return replace(printed, dates=tuple(dates))


def _is_of_asking(source: str, day: date, item: Item, today: date) -> bool:
    return day == today != item.date and not source.startswith(FIRST)


def _asked(url: str, referer: str) -> Generator[Ask | Task, Any, Answer]:
    answer = Answer(url, error="bad_address")
    if is_address(url):
        answer = yield Ask(url, headers={"Referer": referer})
    return replace(answer, asked=url)


def _was_read(known: Known) -> bool:
    return not known.retry and known.unit is not None and known.checked is not None


def _read_and_why(outcomes: Sequence[Found | ReadError]) -> tuple[list[Found], str]:
    """What was read, and why the first that could not be read was not."""
    read = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    for outcome in outcomes:
        if isinstance(outcome, ReadError):
            return read, f"{outcome.code}: {outcome.zh}"
    return read, ""


def _not_reached(place: Place, item: Item, known: Known | None, problem: State) -> Reached:
    """Written down, so that it is asked for again.

    One that was read before and is gone is told apart.
    """
    if known is not None and not known.retry:
        gone = problem.name in ("column_gone", "soft_404")
        yield Task(lambda: place.recorder.checked(place.column.id, item.url, gone=gone))
        return gone
    belonging = _by_title(place, item)
    unit, year = _id(place.county, belonging), belonging.year
    if known is not None and known.settled and known.year is not None:
        unit, year = known.unit, known.year
    review = f"{RETRY}{problem.name} {problem.detail}".strip()
    yield Task(
        lambda: place.recorder.sighted(
            place.column.id,
            item,
            kind="report",
            unit=unit,
            year=year,
            review=review,
            may_be=_ids(place.county, belonging.may_be),
        )
    )
    return False


# ---- the files and frames of an article


class Part(NamedTuple):
    """A report that was read, where, and what the article calls it."""

    found: Found
    answer: Answer
    label: str


@dataclass(frozen=True)
class Held:
    """What an article held."""

    parts: list[Part]
    why: str  # why nothing better could be read
    files: int = 0  # files and frames that it has
    several: bool = False  # it carries a file for each of several units
    unread: tuple[str, ...] = ()  # what it calls those that could not be read
    missed: str = ""  # why its files and frames could not be read, where no tables were


def _beside(
    place: Place, item: Item, held: Held, answer: Answer
) -> Generator[Ask | Task, Any, Held]:
    """The first file or frame of an article that holds tables, or why there is none.

    All of them, where it carries one for each of several units.
    """
    links = linked_files(item, [part.found for part in held.parts], answer, place.source)
    several = _is_of_several(place, item, links)
    parts: list[Part] = []
    unread: list[str] = []
    why = ""
    for link in links[: MOST_PARTS if several else MOST_ATTACHMENTS]:
        read, trouble = yield from _file(place, link, answer)
        parts += read
        if not (parts and trouble.startswith("not_a_report")):
            why = why or trouble
        if not read:
            unread.append(link.label)
        if parts and not several:
            break
    if several or parts:
        return Held(parts, why, len(links), several, tuple(unread))
    if not links and has_frames_elsewhere(answer, place.source):
        why = "elsewhere: 正文在另一网站的框架中"
    return Held(held.parts, why or held.why, len(links), missed=why)


def _is_of_several(place: Place, item: Item, links: Sequence[Linked]) -> bool:
    """Whether the files are each another unit's, by what the article calls them."""
    if place.own is not None or _by_title(place, item).unit is not None:
        return False
    named = [_units_in(place, link.label) for link in links]
    return len({unit for units in named for unit in units}) > 1


def _units_in(place: Place, text: str) -> list[UnitEntry]:
    return units_named(text, place.county.units, county=place.called)


def _file(
    place: Place, link: Linked, answer: Answer
) -> Generator[Ask | Task, Any, tuple[list[Part], str]]:
    """The reports with tables in a file or frame, or why there is none."""
    reply: Answer = yield from _asked(link.url, answer.url)
    if reply.error or reply.status != 200 or not reply.body:
        return [], _not_fetched(reply)
    if CAPTCHA.search(reply.body[:4000].decode("utf-8", "replace")):
        return [], "attachment_captcha"
    outcomes = yield from _done(partial(place.reader.file, reply.body, place.county.code))
    read, trouble = _read_and_why(outcomes)
    return [Part(found, reply, link.label) for found in read if found.report.table_forms], trouble


CAPTCHA = pattern_of("createimage\\.jsp|请输入验证码")


def _not_fetched(reply: Answer) -> str:
    if reply.status in (429, 503):
        return "rate_limited"
    return f"attachment: {reply.error or reply.status}"


# ---- what an article held, written down


@dataclass(frozen=True)
class Article:
    """A fetched article, with what is known of it beside the reports in it."""

    item: Item
    known: Known | None
    answer: Answer
    published: tuple[date | None, str]
    held: Held
    today: date

    @property
    def why(self) -> str:
        """Why nothing better could be read."""
        return self.held.why

    @property
    def is_settled(self) -> bool:
        """Whether a person decided what it is."""
        return self.known is not None and self.known.settled


def _keep_all(place: Place, article: Article) -> None:
    """What an article held.

    Of an archive, or of files for several units, each report belongs where its own
    name and text say.
    """
    parts = article.held.parts
    if len(parts) > 1 or article.held.several:
        _keep_parts(place, article, parts)
        return
    only = next((part.found for part in parts), None)
    documents = documents_of(article, parts)
    if _is_no_report(article, only):
        place.recorder.sighted(place.column.id, article.item, kind="other", read=True)
        return
    _keep(place, article, _belonging(place, article, only), only, documents)


def documents_of(article: Article, parts: Sequence[Part]) -> list[Answer]:
    """The one that a report stands in, then those that led there."""
    files = [part.answer for part in parts if part.answer is not article.answer]
    return [*reversed(files), article.answer]


def _keep_parts(place: Place, article: Article, parts: Sequence[Part]) -> None:
    """Each part as a report of its own; who is named and could not be read is in doubt."""
    kept = [_keep_part(place, article, part) for part in parts]
    labels = (article.item.title, *article.held.unread)
    named = [unit for label in labels for unit in _units_in(place, label)]
    missed = [unit for unit in dict.fromkeys(named) if unit not in kept]
    years = years_in(article.item.title)
    review = ""
    if missed or (article.why and not article.held.several):
        why = article.why.partition(":")[0] or "—"
        review = f"有文件未能读取（{why}） / some of its files could not be read ({why})"
    place.recorder.sighted(
        place.column.id,
        article.item,
        kind="report",
        year=years.pop() if review and len(years) == 1 else None,
        review=review,
        may_be=_ids(place.county, missed),
        read=True,
    )


def _keep_part(place: Place, article: Article, part: Part) -> UnitEntry | None:
    """Whose report it was kept as."""
    report = part.found.report
    name = report.unit or "".join(unit.name for unit in _units_in(place, part.label)[:1])
    item = article.item._replace(url=f"{article.item.url}#{name}", title=report.title)
    belonging = belongs(part.label, place.county.units, report=report, county=place.called)
    held = replace(article.held, why="")
    own = replace(article, item=item, known=None, held=held)
    _keep(place, own, belonging, part.found, (part.answer,))
    return belonging.unit


def _is_no_report(article: Article, only: Found | None) -> bool:
    """Whether a person decided so.

    Or neither its title nor its text is a report's.
    """
    if article.is_settled:
        return article.known is not None and article.known.year is None
    kind = page_kind(article.item.title)
    if kind != "other":
        return kind != "report"
    if only is None:
        return article.why.startswith("not_a_report")
    return not like_a_report(only.report)


def _belonging(place: Place, article: Article, only: Found | None) -> Belonging:
    title, county = article.item.title, place.county
    if only is not None:
        return belongs(
            title,
            county.units,
            column_unit=place.own,
            report=only.report,
            county=place.called,
            head=only.head,
        )
    belonging = _by_title(place, article.item)
    if page_kind(title) == "other" and not article.is_settled:
        doubt = f"标题不像年报，内容无法读取：{article.why} / neither title nor text tells"
        return belonging._replace(doubt=doubt)
    return belonging


def like_a_report(report: Report) -> bool:
    return bool(report.table_forms) or len(report.sections) >= 3


def _keep(
    place: Place,
    article: Article,
    belonging: Belonging,
    outcome: Found | None,
    documents: Sequence[Answer],
) -> None:
    """A report that is there and can't be read is published all the same.

    Its numbers are unreadable.
    """
    unit, known = _id(place.county, belonging), article.known
    if known is not None and known.settled and known.year is not None:
        # A person decided whose it is.
        belonging, unit = Belonging(None, known.year), known.unit
    reading = reading_of(place, article, belonging, outcome, documents)
    place.recorder.sighted(
        place.column.id,
        article.item,
        kind="report",
        unit=unit,
        year=belonging.year,
        review=belonging.doubt,
        may_be=_ids(place.county, belonging.may_be),
        reading=reading,
    )


def reading_of(
    place: Place,
    article: Article,
    belonging: Belonging,
    outcome: Found | None,
    documents: Sequence[Answer],
) -> Reading:
    """What is kept of a report."""
    content, words, text = _unreadable(article.item, belonging, article.why), "", ""
    if outcome is not None:
        content, words, text = outcome.content, outcome.words, outcome.text
        if why := _without_tables(article, outcome.report):
            unread = {"cell": "*", "raw": "", "why": why}
            content = {**content, "unreadable": [*content["unreadable"], unread]}

    def read_again(body: bytes) -> Found | None:
        read, _ = _read_and_why(place.reader.file(body, place.county.code))
        return next(iter(read), None)

    dates = _dates(article, outcome)
    return Reading(content, words, text, documents, *article.published, dates, read_again)


def _without_tables(article: Article, report: Report) -> str:
    """Why the tables of a page are not known, where they must be somewhere."""
    if report.table_forms:
        return ""
    if not like_a_report(report):
        return article.held.missed or article.why or "no_tables: 页面中没有年报的表格"
    return article.held.missed if (report.year or 0) >= FIRST_FORM else ""


FIRST_FORM = 2019  # the first year whose report has tables


def _dates(article: Article, outcome: Found | None) -> list[list[str]]:
    """Every date that was printed, with where: the list's first.

    Those of a corrected edition, and of the day of asking, are told apart.
    """
    item, dates = article.item, []
    if item.date is not None:
        dates.append(["list", item.date.isoformat()])
    if outcome is not None:
        dates += [
            [_place_of(source, day, article), day.isoformat()]
            for source, day in _printed(article, outcome)
        ]
    if not _is_corrected(item, outcome):
        return dates
    return [
        [source if source.startswith((FIRST, OF_ASKING)) else CORRECTED + source, day]
        for source, day in dates
    ]


def _printed(article: Article, outcome: Found) -> Sequence[tuple[str, date]]:
    """The dates of the page that the report was read from."""
    if any(part.found is outcome and part.answer is article.answer for part in article.held.parts):
        return without_neighbours(outcome.report.publication, article.answer).dates
    return outcome.report.publication.dates


def _place_of(source: str, day: date, article: Article) -> str:
    of_asking = _is_of_asking(source, day, article.item, article.today)
    return OF_ASKING + source if of_asking else source


def _is_corrected(item: Item, outcome: Found | None) -> bool:
    """Whether an edition says that it was not the first."""
    titles, head = [item.title], ""
    if outcome is not None:
        titles, head = [item.title, outcome.report.title], outcome.head
    if any(ANOTHER_EDITION.search(text) for text in (*titles, head)):
        return True
    return any(CHANGED_SINCE.search(title) for title in titles)


ANOTHER_EDITION = pattern_of(
    "更正|勘误|订正|补正|修[订正改]版|更新版|重新(?:发布|公开|上传|公布)|重发"
)
# In titles alone: what stands above a report names the law as it was revised.
CHANGED_SINCE = pattern_of(
    r"(?:修[订正改]|更新|调整|改正|纠正)[后稿]|[（(\[【〔](?:已|再次|第.次|最新)?(?:修[订正改]|更新|更换|替换|调整|改正|纠正|新版?)[）)\]】〕]"
)


def _unreadable(item: Item, belonging: Belonging, why: str) -> dict[str, Any]:
    """The JSON of a report that could not be read."""
    unit = ""
    if belonging.unit is not None:
        unit = belonging.unit.name
    return {
        "title": item.title,
        "unit": unit,
        "year": belonging.year,
        "form": None,
        "signed": None,
        "proactive": {},
        "requests": {},
        "disputes": {},
        "claims": [],
        "sections": [],
        "unreadable": [{"cell": "*", "raw": "", "why": why}],
    }
