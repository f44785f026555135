"""Pages that a person saved in a browser: what each holds, and what it tells of where and when.

As it was saved whole (HTML, SingleFile, MHTML), or printed (PDF). Pure.
"""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from nianbao.crawler.addresses import as_asked, key_of
from nianbao.crawler.answers import Answer, Ask
from nianbao.parser.errors import ReadError
from nianbao.parser.sniff import sniff

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
    if kind == "word" and MHTML.search(file[:HEAD]):
        return _of_web_archive(name, file)
    raise SavedError(
        "不是浏览器保存的网页（.html、.mhtml）或打印的 PDF",
        "no page that a browser saved (.html, .mhtml), and no printed PDF",
    )


MHTML = re.compile(rb"^content-type:\s*multipart/related", re.I | re.M)


def _of_page(name: str, file: bytes) -> Saved:
    """Saved whole; or by SingleFile, which tells the time, too."""
    head = file[:HEAD].decode("utf-8", "replace")
    if (single := SINGLE_FILE.search(head)) is not None:
        return Saved(name, file, file, as_asked(single["url"]), _written(single["date"] or ""))
    whole = SAVED_FROM.search(head)
    return Saved(name, file, file, as_asked(whole["url"]) if whole is not None else "")


SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(?P<url>\S+)\s*-->")
SINGLE_FILE = re.compile(
    r"<!--\s*Page saved with SingleFile\s+url:\s*(?P<url>\S+)(?:\s+saved date:\s*(?P<date>[^\n]+))?"
)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
WRITTEN = re.compile(
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
    location = str(message.get("Snapshot-Content-Location", "")).strip()
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    own = [part for part in pages if location and _location(part) == location]
    page = next(iter(own or pages), None)
    if page is None:
        raise SavedError("网页存档中没有网页", "there is no page in the web archive")
    body = page.get_payload(decode=True)
    if not isinstance(body, bytes):
        raise SavedError("网页存档中没有网页", "there is no page in the web archive")
    url = as_asked(location or _location(page))
    return Saved(name, file, body, url, _told_in(message))


def _location(part: Message) -> str:
    return str(part.get("Content-Location", "")).strip()


def _told_in(message: Message) -> datetime | None:
    try:
        told = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError, OverflowError):
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


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
