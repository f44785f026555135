"""Pages that a person saved in a browser: what each holds, and what it tells of where and when.

As it was saved whole (HTML, SingleFile, MHTML), or printed (PDF). Pure.
"""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from nianbao.crawler.addresses import as_asked, key_of
from nianbao.crawler.answers import Answer, Ask
from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.sniff import sniff
from nianbao.storage.dates import BEIJING

HEAD = 16 * 1024  # bytes in which a browser writes what it saved
MOST_BYTES = 64 * 1024 * 1024
NOTHING = "not_saved"  # what is answered of a page that nobody saved


class SavedError(Exception):
    """A file that is no saved page; the sentence says what it is."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


class Saved(NamedTuple):
    """A page as a person saved it."""

    name: str  # the file's
    file: bytes
    page: bytes  # what stands in it
    url: str = ""  # empty where it does not tell
    at: datetime | None = None
    is_print: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.file).hexdigest()


def saved_in(name: str, file: bytes) -> Saved:
    """Raises SavedError."""
    if len(file) > MOST_BYTES:
        raise SavedError("文件过大", "the file is too large")
    try:
        kind = sniff(file)
    except ReadError:
        kind = ""
    if kind == "pdf":
        return Saved(name, file, file, is_print=True)
    if kind == "html":
        return _of_page(name, file)
    if kind == "word" and MHTML.search(BLANK.split(file[:HEAD].lstrip(), 1)[0]):
        return _of_web_archive(name, file)
    raise SavedError(
        "不是浏览器保存的网页（.html、.mhtml）或打印的 PDF",
        "no page that a browser saved (.html, .mhtml), and no printed PDF",
    )


MHTML = pattern_of(rb"^content-type:\s*multipart/related", re.I | re.M)
BLANK = pattern_of(rb"\r?\n\r?\n")


class Mark(NamedTuple):
    """What a browser wrote of where and when, in what it saved."""

    url: str
    at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.url} {shown(self.at)}" if self.at is not None else self.url


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _of_page(name: str, file: bytes) -> Saved:
    """Saved whole; or by SingleFile, which tells the time, too."""
    marks = list(dict.fromkeys(marks_in(file[:HEAD].decode("utf-8", "replace"))))
    if len(marks) > 1:
        raise _differ(marks)
    mark = next(iter(marks), Mark(""))
    return Saved(name, file, file, _address(mark.url), mark.at)


def marks_in(head: str) -> Iterator[Mark]:
    """Those that stand where browsers write them: before <html>, and SingleFile's right behind it.

    What stands in the page itself is the page's own, whatever it says.
    """
    prolog = BEFORE.match(head)
    before = prolog[0] if prolog is not None else ""
    opened = OPENED.match(head, len(before))
    behind = opened["comments"] if opened is not None else ""
    for comment in COMMENT.findall(before):
        if (whole := SAVED_FROM.fullmatch(comment)) is not None:
            yield Mark(whole["url"])
    for comment in COMMENT.findall(before + behind):
        if (single := SINGLE_FILE.match(comment)) is not None:
            yield Mark(single["url"], _written(single["date"] or ""))


COMMENT = pattern_of(r"<!--(.*?)-->", re.S)
BEFORE = pattern_of(r"\ufeff?(?:\s+|<\?xml[^>]*>|<!doctype[^>]*>|<!--.*?-->)*+", re.I | re.S)
OPENED = pattern_of(
    r"""<html(?:\s(?:"[^"]*"|'[^']*'|[^>"'])*+)?>(?P<comments>(?:\s+|<!--.*?-->)*+)""",
    re.I | re.S,
)
SAVED_FROM = pattern_of(r"\s*saved from url=\(\d+\)(?P<url>\S+)\s*")
SINGLE_FILE = pattern_of(
    r"\s*Page saved with SingleFile\s+url:\s*(?P<url>\S+)(?:\s+saved date:\s*(?P<date>[^\n]+))?"
)


def _differ(marks: Sequence[Mark]) -> SavedError:
    zh, en = "；".join(map(str, marks)), "; ".join(map(str, marks))
    return SavedError(
        f"文件中有几处互不相符的保存记录：{zh}。请另存为 .mhtml",
        f"it is marked as saved in ways that differ: {en}. Save it as .mhtml",
    )


def _address(told: str) -> str:
    """Raises SavedError of a copy that was saved again: nobody knows when its site was asked."""
    if told.lower().startswith("file:"):
        raise SavedError(
            f"保存的是本机上的副本（{told}），不是网站上的网页",
            f"saved from a copy on a disk ({told}), not from the site",
        )
    return as_asked(told)


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
WRITTEN = pattern_of(
    rf"(?P<month>{MONTHS.replace(' ', '|')}) (?P<day>\d\d?) (?P<year>20\d\d) "
    r"(?P<clock>\d\d:\d\d:\d\d) GMT(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)"
)


def _written(text: str) -> datetime | None:
    """As JavaScript writes a time: Mon Feb 01 2027 09:30:00 GMT+0800 (中国标准时间)."""
    match = WRITTEN.search(text)
    if match is None:
        return None
    apart = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    zone = timezone(apart if match["sign"] == "+" else -apart)
    month = MONTHS.split().index(match["month"]) + 1
    try:
        day = f"{match['year']}-{month:02}-{int(match['day']):02}"
        return datetime.fromisoformat(f"{day} {match['clock']}").replace(tzinfo=zone)
    except ValueError:
        return None


def _of_web_archive(name: str, file: bytes) -> Saved:
    """The page in an MHTML file; its pictures and frames are left out."""
    message = email.message_from_bytes(file)
    location = _address(_only(message, "Snapshot-Content-Location"))
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    own = [part for part in pages if not location or as_asked(_location(part)) in (location, "")]
    page = next(iter(own), None)
    body = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(body, bytes):
        raise SavedError("网页存档中没有网页", "there is no page in the web archive")
    url = location or _address(_location(page))
    return Saved(name, file, body, url, _told_in(message))


def _location(part: Message) -> str:
    return str(part.get("Content-Location", "")).strip()


def _only(message: Message, header: str) -> str:
    """What a header says, if it is there. Raises SavedError where it says two things."""
    told = list(dict.fromkeys(str(each).strip() for each in message.get_all(header, [])))
    if len(told) > 1:
        raise _differ([Mark(each) for each in told])
    return "".join(told)


def _told_in(message: Message) -> datetime | None:
    try:
        told = parsedate_to_datetime(_only(message, "Date"))
        return told.replace(tzinfo=told.tzinfo or UTC).astimezone(BEIJING)
    except (ValueError, TypeError, OverflowError):
        return None


# ---- answered from what was saved


class SavedPages:
    """Answers as a portal would, with what a person saved of it; nothing is asked for."""

    def __init__(self, pages: Sequence[Saved], headers: Mapping[str, str]) -> None:
        self.pages = {place_of(page.url): page for page in pages}
        self.headers = dict(headers)
        self.used: set[str] = set()  # the files, by their hashes

    def has(self, url: str) -> bool:
        return place_of(url) in self.pages

    def fetch(self, ask: Ask) -> Answer:
        page = self.pages.get(place_of(ask.url)) if ask.method == "GET" else None
        if page is None:
            return Answer(ask.url, error=NOTHING, asked=ask.url)
        self.used.add(page.sha256)
        return self.answer_of(page, ask.url)

    def answer_of(self, page: Saved, asked: str = "") -> Answer:
        headers = {**self.headers, FILE: page.sha256}
        return Answer(page.url, 200, headers, page.page, "", asked or page.url)


FILE = "x-saved-file"  # the hash of the file that a page stood in


def place_of(url: str) -> str:
    """The same for a page, in whatever way a browser shows its address."""
    key = re.sub("^https?://", "", key_of(url))
    return re.sub(r"/index\.s?html?$", "/", key)
