"""A look with pages that a person saved in a browser (人工查看), where a portal lets no program in.

They are read as a sweep reads a portal's answers, and prove no more than those would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nianbao.crawler.belied import of_article, of_entries, refuse_belied
from nianbao.crawler.listing.columns import read_column
from nianbao.crawler.listing.engines.document import of_year
from nianbao.crawler.probe import converse
from nianbao.crawler.reading import Reads
from nianbao.crawler.recorder import OURS, Hand, Recorder
from nianbao.crawler.saved import Saved, SavedError, SavedPages, place_of, shown
from nianbao.crawler.states import STATES, State
from nianbao.crawler.visit import Wanted, source_of, visit_column, visit_left
from nianbao.storage.dates import BEIJING, in_beijing
from nianbao.storage.models import Column
from nianbao.storage.registry import ColumnEntry, CountyEntry
from nianbao.storage.visits import last_whole

ALIKE = timedelta(minutes=1)  # clocks of two machines


@dataclass(frozen=True)
class Found:
    """A column of which a person saved the page."""

    entry: ColumnEntry
    column: Column
    page: Saved


def told_of(pages: Sequence[Saved], url: str, when: datetime | None) -> list[Saved]:
    """With what a person says where the files do not. Raises SavedError, also where he says
    something else than they do.
    """
    without = [page.name for page in pages if not page.url]
    if len(without) > 1 or (without and not url):
        raise SavedError(
            f"文件中没有写明网址：{'、'.join(without)}；请逐个用 --url 给出",
            f"the files do not tell their address: {', '.join(without)}; give each with --url",
        )
    if url and not without and place_of(url) not in {place_of(page.url) for page in pages}:
        raise _belied(pages[0].name, "网址", "address", (pages[0].url, url), "--url")
    told = [page if page.url else page._replace(url=url) for page in pages]
    for page in told:
        if when is not None and page.at is not None and abs(page.at - when) > APART:
            raise _belied(page.name, "时间", "time", (shown(page.at), shown(when)), "--when")
    told = [page if page.at is not None else page._replace(at=when) for page in told]
    if undated := [page.name for page in told if page.at is None]:
        raise SavedError(
            f"文件中没有写明保存时间：{'、'.join(undated)}；请用 --when 给出",
            f"the files do not tell when they were saved: {', '.join(undated)}; say --when",
        )
    _refuse_twice(told)
    return told


def _refuse_twice(pages: Iterable[Saved]) -> None:
    """Raises SavedError of one address that was saved in two states: nobody can tell which of them
    is meant, and the other may show what this one does not.
    """
    seen: dict[str, Saved] = {}
    for page in pages:
        other = seen.setdefault(place_of(page.url), page)
        if other.page != page.page:
            raise SavedError(
                f"{other.name}、{page.name}：同一网址（{page.url}）保存了两次而内容不同，"
                "请只提交后保存的",
                f"{other.name}, {page.name}: one address ({page.url}) in two states: bring only "
                "what was saved later",
            )


APART = timedelta(hours=1)  # what a person remembers, and what his browser wrote


def _belied(name: str, zh: str, en: str, both: tuple[str, str], option: str) -> SavedError:
    written, said = both
    return SavedError(
        f"{name}：文件中写明的{zh}是 {written}，与 {option} 给出的 {said} 不符",
        f"{name}: the {en} in the file is {written}, and {option} says {said}",
    )


def moment_of(pages: Iterable[Saved], now: datetime) -> datetime:
    """When they were saved: the first of them counts. Raises SavedError."""
    moments = [page.at for page in pages if page.at is not None]
    first, last = min(moments), max(moments)
    if first < EARLIEST:
        raise SavedError(
            f"保存时间 {first:%Y-%m-%d} 早于 2008 年，那时还没有年报",
            f"saved on {first:%Y-%m-%d}: there were no annual reports before 2008",
        )
    if last > now + ALIKE:
        raise SavedError(
            f"保存时间 {last:%Y-%m-%d %H:%M} 晚于现在", f"saved later than now: {last}"
        )
    if in_beijing(first) != in_beijing(last):
        raise SavedError(
            "不是同一天保存的，请分开提交",
            "they were saved on several days: bring each day's alone",
        )
    return first


EARLIEST = datetime(2008, 1, 1, tzinfo=BEIJING)


def refuse_older(pages: Iterable[Saved], moment: datetime, now: datetime, reader: Reads) -> None:
    """Raises SavedError of a page that prints what was published after it was saved."""
    for page in pages:
        answer = SavedPages([page], {}).answer_of(page)
        try:
            witnesses = list(of_article(page, answer, reader))
        except OURS:
            raise
        except Exception:  # what nobody thought of is told where it is read as an article
            continue
        refuse_belied(page.name, witnesses, moment, now)


def columns_in(
    recorder: Recorder, county: CountyEntry, pages: Sequence[Saved], moment: datetime
) -> list[Found]:
    """The columns of a county whose pages are among them. Raises SavedError."""
    saved = {place_of(page.url): page for page in pages}
    entries = {entry.url: entry for entry in county.columns}
    found = []
    for column in recorder.columns(county.code):
        entry = entries.get(column.url)
        if entry is None:
            continue
        source = source_of(recorder, county, entry, column, Wanted(unconditional=True))
        page = saved.get(place_of(of_year(source.url, source.year)))
        if page is not None:
            _refuse(recorder, column, page, moment)
            listing = converse(read_column(source), SavedPages(pages, {}))
            if listing.state.name not in READ:
                raise SavedError(*_no_list(page, listing.state))
            refuse_belied(page.name, of_entries(listing.items), moment, recorder.now())
            found.append(Found(entry, column, page))
    return found


def left_in(
    recorder: Recorder, county: CountyEntry, pages: Sequence[Saved]
) -> list[tuple[ColumnEntry, Column]]:
    """The columns of which reports were listed, and not reached, that are among them."""
    saved = {place_of(page.url) for page in pages}
    entries = {entry.url: entry for entry in county.columns}
    found = []
    for column in recorder.columns(county.code):
        known = recorder.known(column.id).values()
        left = (place_of(row.item.url) for row in known if row.retry)
        if column.url in entries and saved.intersection(left):
            found.append((entries[column.url], column))
    return found


def _refuse(recorder: Recorder, column: Column, page: Saved, moment: datetime) -> None:
    """What tells nothing of its list, or nothing that is not known better."""
    if page.is_print:
        raise SavedError(
            f"{page.name}：打印件看不出列表是否完整，请另存为网页（.mhtml 或 .html）",
            f"{page.name}: a print does not show whether the list is whole: save the page itself",
        )
    if (whole := last_whole(recorder.engine, column.id)) is not None and whole >= moment:
        day = f"{in_beijing(whole)}"
        raise SavedError(
            f"{page.name}：{day}已完整查看过这个栏目，无需更早的人工查看",
            f"{page.name}: its column was read whole on {day}, no earlier page is needed",
        )


READ = ("ok", "ok_empty", "partial")


def _no_list(page: Saved, state: State) -> tuple[str, str]:
    zh, en = STATES[state.name]
    return f"{page.name}：保存的不是栏目内容（{zh}）", f"{page.name}: that is no column ({en})"


def visit_by_hand(
    recorder: Recorder,
    county: CountyEntry,
    columns: Sequence[Found],
    pages: Sequence[Saved],
    reader: Reads,
) -> set[str]:
    """Look at columns with what was saved of them, and read what was left of others. Returns the
    files that were used.
    """
    hand = recorder.hand
    if hand is None:
        raise ValueError("nobody saved it")
    told = {"x-saved-by": hand.who, "x-saved-at": hand.at.isoformat()}
    answers = SavedPages(pages, told)
    if columns:
        _look(recorder, county, columns, answers, reader)
    for entry, column in left_in(recorder, county, pages):
        left = visit_left(recorder, county, entry, column, answers.has, reader=reader)
        converse(left, answers)
    return answers.used


def _look(
    recorder: Recorder,
    county: CountyEntry,
    columns: Sequence[Found],
    answers: SavedPages,
    reader: Reads,
) -> None:
    sweep = recorder.begin(county.code, part=True)
    wanted = Wanted(unconditional=True, by_hand=True)
    for each in columns:
        visit = visit_column(
            recorder, sweep, county, each.entry, each.column, wanted=wanted, reader=reader
        )
        converse(visit, answers)
    recorder.end(sweep)


def hand_of(who: str, moment: datetime, pages: Iterable[Saved]) -> Hand:
    return Hand(who, moment, {page.sha256: page.file for page in pages})
