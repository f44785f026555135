"""What a saved page prints that can't have been there when it is said to have been saved.

A day of publication behind that of saving, or the report of a year that was not over. Days that
are still to come prove nothing: they are planned, or misprinted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from nianbao.crawler.answers import Answer
from nianbao.crawler.articles import publication_of, without_neighbours
from nianbao.crawler.belonging import PUBLISHING, page_kind, years_in
from nianbao.crawler.listing.listed import Item
from nianbao.crawler.reading import Found, Reads
from nianbao.crawler.saved import Saved, SavedError
from nianbao.parser.patterns import pattern_of
from nianbao.storage.dates import begins, in_beijing


class Witness(NamedTuple):
    """Something on a page, and the first day on which it can have been there."""

    day: date
    zh: str
    en: str


def refuse_belied(name: str, witnesses: Iterable[Witness], moment: datetime, now: datetime) -> None:
    """Raises SavedError."""
    saved, today = in_beijing(moment), in_beijing(now)
    later = [witness for witness in witnesses if saved < witness.day <= today]
    if later:
        day, zh, en = max(later)
        raise SavedError(
            f"{name}：{zh}（{day}），不会是 {saved} 保存的",
            f"{name}: {en} ({day}), so it was not saved on {saved}",
        )


def of_entries(items: Iterable[Item]) -> Iterator[Witness]:
    """What a list shows."""
    for item in items:
        if item.date is not None:
            yield Witness(item.date, "列有之后发布的条目", "it lists what was published later")
        if page_kind(item.title) == "report":
            yield from _of_years(years_in(item.title))


def of_article(page: Saved, answer: Answer, reader: Reads) -> Iterator[Witness]:
    """What an article, or a print of one, shows."""
    if page.is_print:
        yield from _of_print(page)
        found = [each for each in reader.file(page.page) if isinstance(each, Found)]
        printed = [each.report.publication for each in found]
    else:
        found = [each for each in reader.page(answer).found if isinstance(each, Found)]
        printed = [without_neighbours(each.report.publication, answer) for each in found]
        printed = printed or [publication_of(answer)]
    for source, day in (told for each in printed for told in each.dates):
        if PUBLISHING.search(source):
            yield Witness(day, "写明之后才发布", "it says that it was published later")
    yield from _of_years(each.report.year for each in found if each.report.year is not None)


def _of_years(years: Iterable[int]) -> Iterator[Witness]:
    """Of a title with two years nobody knows whose report it is."""
    told = set(years)
    if len(told) == 1:
        year = told.pop()
        yield Witness(
            begins(year),
            f"有 {year} 年的年报，最早",
            f"it shows a report of {year}, at the earliest",
        )


def _of_print(page: Saved) -> Iterator[Witness]:
    """When its file was made, as the program that printed it wrote it."""
    for match in MADE.finditer(page.file):
        zone = (match["zone"] or b"+0800").decode().replace("'", "")
        with suppress(ValueError, OverflowError):
            made = datetime.strptime(f"{match['at'].decode()}{zone}", "%Y%m%d%H%M%S%z")
            yield Witness(in_beijing(made), "文件是之后制作的", "the file was made later")


MADE = pattern_of(rb"/CreationDate\s*\(D:(?P<at>\d{14})(?P<zone>Z|[+-]\d\d'?\d\d)?")
