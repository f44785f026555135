"""Entries that a page holds as data and its script draws: objects, rows, calls, mark-up or records
of XML with a title, an address and maybe a day. They are seen; whether they are all, a script
decides, but where they are ordered by date and reach back past the season.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import chain, islice

from nianbao.crawler.answers import Answer, sound
from nianbao.crawler.listing.empty import fetches
from nianbao.crawler.listing.entries import SAYS_REPORT, from_markup, may_be_report
from nianbao.crawler.listing.listed import Item, Source, date_in, may_be_followed, once, over_http
from nianbao.crawler.listing.ordered import read_back_by_script
from nianbao.crawler.presets import UNRECOGNISED, presets
from nianbao.crawler.proof import NONE, Proof
from nianbao.parser.patterns import pattern_of

RECORD = pattern_of(r"[{\[]([^{}\[\]]{12,800})[}\]]")
# The value of a key that is an object or a row itself: its fields are the record's.
INNER = pattern_of(r"(['\"\w]\s*:\s*)[{\[]([^{}\[\]]{0,300})[}\]]")
DEEPEST = 3
# addItem('标题', '/art/1.html', '2026-01-20')
CALLED = pattern_of(r"\b\w{2,40}\(\s*(['\"][^(){}\[\]]{12,500})\)")
STRING = pattern_of(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
ADDRESS = pattern_of(
    r"(?:https?:)?/[^\s<>]+$|[\w./-]+\.(?:s?html?|jspx?|aspx?|docx?|pdf|ofd)\b[^\s<>]*$"
)
PICTURE = pattern_of(r"\.(?:png|jpe?g|gif|webp|svg|bmp|ico)$", re.I)
MOST_RECORDS = 2000
RECORD_OF_XML = pattern_of(r"<(record|item|row)>(.{12,1500}?)</\1>", re.S)
FIELD = pattern_of(r"<\w+>(?:<!\[CDATA\[)?([^<>]+?)(?:\]\]>)?</\w+>")
A_LINK = ("<a ", "href=", "</a>")


def items_in_scripts(answer: Answer, source: Source) -> tuple[Item, ...]:
    texts = _told(answer)
    records = chain(chain.from_iterable(map(_records, texts)), _records_of_xml(answer))
    written = [part for text in texts for part in _markup(text)][:MOST_RECORDS]
    drawn = from_markup(written, answer, source, presets()[UNRECOGNISED]) if written else []
    found = chain(_items(records, answer, source), (i for i in drawn if not i.doubt))
    return tuple(once(i for i in found if may_be_report(i.title, source.names)))


def proof_of(items: tuple[Item, ...], answer: Answer, source: Source) -> Proof:
    """That a script draws all of a list: ordered by date, past the season, and nothing else in
    the page's data speaks of a report or of a unit that is not among them.
    """
    if fetches(answer):
        return NONE
    titles = {item.title for item in items}
    lists = {item.title for item in items if source.year and str(source.year) in item.title}
    silent = [name for name in source.names if not any(name in title for title in lists)]
    for said in _strings(answer):
        if said in titles or any(title in said for title in titles if "<" in said):
            continue
        if may_be_report(said, source.names, dated=False) or any(name in said for name in silent):
            return NONE
    return read_back_by_script(items, source.year, source.names)


def _told(answer: Answer) -> list[str]:
    """The page's scripts, and its lists in attributes, that may speak of years."""
    scripts = (script.text or "" for script in answer.page.iter("script"))
    texts = chain(scripts, answer.page.xpath("//@*[starts-with(normalize-space(), '[{')]"))
    return [text for text in texts if "年" in text or "\\u5e74" in text]


def _strings(answer: Answer) -> Iterator[str]:
    """What the data of a page says, string by string."""
    for text in _told(answer):
        for double, single in STRING.findall(text):
            yield _plain(double or single)
    for record in _records_of_xml(answer):
        yield from record


def _records(text: str) -> Iterator[list[str]]:
    for _ in range(DEEPEST):
        text = INNER.sub(r"\1 \2 ", text)
    found = chain(RECORD.finditer(text), CALLED.finditer(text))
    for record in islice(found, MOST_RECORDS):
        yield [_plain(double or single) for double, single in STRING.findall(record[1])]


def _markup(text: str) -> Iterator[str]:
    """Rows that a script writes as they are, without a variable."""
    for double, single in STRING.findall(text) if "<a " in text else ():
        said = _plain(double or single)
        if all(part in said for part in A_LINK):
            yield said


def _records_of_xml(answer: Answer) -> Iterator[list[str]]:
    """The fields of records in <xml> or a script, which no browser shows."""
    _, begun, rest = answer.text.partition("<xml")
    island = rest.rpartition("</xml>")[0] if begun else ""
    scripts = (text for text in _told(answer) if "</" in text)
    for record in islice(RECORD_OF_XML.finditer("\n".join([island, *scripts])), MOST_RECORDS):
        yield [unescape(field).strip() for field in FIELD.findall(record[2])]


def _items(records: Iterable[list[str]], answer: Answer, source: Source) -> Iterator[Item]:
    for said in records:
        titles = [word for word in said if SAYS_REPORT.search(word)]
        urls = {word for word in said if ADDRESS.match(word) and not PICTURE.search(word)}
        if len(urls) != 1 or not titles or not may_be_report(titles[0], source.names):
            continue
        url = over_http(answer.joined(next(iter(urls))), source)
        if may_be_followed(url, answer, source):
            days = (date_in(word) for word in said if word not in titles and word not in urls)
            yield Item(titles[0], url, next(filter(None, days), None))


def _plain(written: str) -> str:
    """A string of a script as it reads."""
    try:
        return sound(json.loads(f'"{written}"')) if "\\" in written else written
    except ValueError:
        return written
