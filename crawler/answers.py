"""What is asked of a portal and what comes back.

Plain data, whoever fetches it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from cssselect import SelectorError
from lxml import html as lxml_html

from nianbao.crawler.addresses import joined, split
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.charset import decode
from nianbao.parser.readers.page.joined import join


class Ask(NamedTuple):
    """A request that a reader of columns wants made."""

    url: str
    method: str = "GET"
    body: str = ""
    headers: Mapping[str, str] = {}


OPENING = 1600


class Task(NamedTuple):
    """Work that a conversation wants done meanwhile, off the network.

    Reading, keeping, judging.
    """

    run: Callable[[], Any]


@dataclass(frozen=True)
class Answer:
    """What came back, or why nothing did."""

    url: str  # the final one
    status: int = 0
    # Lower-case names.
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    # dns, connect, tls, timeout, reset, too_large, forbidden_address, robots …; empty: answered
    error: str = ""
    asked: str = ""

    @property
    def host(self) -> str:
        return split(self.url).netloc

    @property
    def told_at(self) -> datetime | None:
        """The time that its host says it is; what a store on the way has kept is older."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
            age = timedelta(seconds=int(self.headers.get("age") or 0))
            return told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC) + age
        except (ValueError, TypeError, OverflowError):
            return None

    @property
    def text(self) -> str:
        return self._decoded[0]

    @property
    def encoding(self) -> str:
        """In which its links' queries are written."""
        found = re.match("gb18030|big5", self._decoded[1])
        if found is None:
            return "utf-8"
        return found[0]

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        declared = re.search(r"charset=([\w-]+)", self.headers.get("content-type", ""), re.I)
        if declared and declared[1].lower() in ("gbk", "gb2312", "gb18030"):
            try:
                return self.body.decode("gb18030"), "gb18030"
            except UnicodeDecodeError:
                pass
        return decode(self.body)

    def joined(self, href: str) -> str:
        """Where a link of the page leads; empty where it leads nowhere."""
        return joined(self.base, AMPERSAND.sub("&", href), self.encoding)

    @property
    def page(self) -> lxml_html.HtmlElement:
        """The page as a tree; an empty one where it is none."""
        return self._parsed[0]

    @property
    def is_read_in_part(self) -> bool:
        """Whether its tree lacks what a browser shows: mark-up nested too deeply ends it."""
        return self._parsed[1]

    @cached_property
    def _parsed(self) -> tuple[lxml_html.HtmlElement, bool]:
        text = re.sub(r"^\s*<\?xml[^>]*\?>|[\x00-\x08\x0b\x0c\x0e-\x1f]", "", self.text)
        crowded = _is_crowded(text)
        if crowded:
            text = ""
        parser = lxml_html.HTMLParser()
        try:
            page = lxml_html.document_fromstring(
                text or "<html/>", parser=parser, ensure_head_body=True
            )
        except (lxml_html.etree.ParserError, lxml_html.etree.XMLSyntaxError, ValueError):
            page = _mended(text)
        is_part = crowded or any(TOO_DEEP.search(error.message) for error in parser.error_log)
        is_part = is_part or bool(SWALLOWED(page))
        join(page)
        mark_hidden(page)
        return page, is_part

    @cached_property
    def anchors(self) -> list[lxml_html.HtmlElement]:
        """Its links, in their order; one by one, for thousands may stand side by side."""
        return [anchor for anchor in self.page.iter("a") if anchor.get("href") is not None]

    @cached_property
    def shown(self) -> str:
        """The text that a person sees."""
        return _tidy(_texts(self.page))

    @cached_property
    def opening(self) -> str:
        """Its first words; enough to tell whether there are more."""
        parts, size = [], 0
        for text in _texts(self.page):
            parts.append(text)
            size += len(text.strip())
            if size > OPENING:
                break
        return _tidy(parts)

    @cached_property
    def title(self) -> str:
        return " ".join("".join(self.page.xpath("//title//text()")).split())

    @cached_property
    def base(self) -> str:
        """What relative links are joined to."""
        for href in self.page.xpath("//base/@href")[:1]:
            return joined(self.url, href, self.encoding) or self.url
        return self.url


# Scripts and JSON hold links as mark-up does.
AMPERSAND = pattern_of("&(?:amp|#38|#x26);", re.I)


def sound(text: str) -> str:
    """A text that can be stored: halves of characters joined or gone, nothing unseen in it."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", whole)


def number_in(text: str) -> int | None:
    """A count as machines print it; None where it is none."""
    match = re.fullmatch(r"\s*([0-9]{1,9})\s*", text)
    if match is None:
        return None
    return int(match[1])


# In a drawing these end with it; libxml2 takes all that follows for their text.
SWALLOWED = lxml_html.etree.XPath(
    "boolean(//svg//*[self::title or self::style or self::textarea][contains(., '</svg')])"
)
TOO_DEEP = pattern_of("excessive depth", re.I)
LONG_TAG = 64 * 1024
MOST_NAMES = 16 * 1024  # letters of a tag without its values
QUOTED = pattern_of("\"[^\"]*\"|'[^']*'")


def _is_crowded(text: str) -> bool:
    """Whether a tag has so many attributes that to read it takes minutes."""
    long = (part for part in text.split("<") if len(part) > LONG_TAG and part[0].isalpha())
    return any(len(QUOTED.sub("", part).partition(">")[0]) > MOST_NAMES for part in long)


def mark_hidden(page: lxml_html.HtmlElement) -> None:
    """What the page's own style sheets hide is marked as the attribute `hidden` does it."""
    sheets = (CSS_COMMENT.sub(" ", style.text or "") for style in page.iter("style"))
    hiding = (where for sheet in sheets for where, how in _rules(sheet) if HIDES.search(how))
    for selectors in islice(hiding, MOST_RULES):
        for element in _selected(page, selectors):
            element.set("hidden", "")


CSS_COMMENT = pattern_of(r"/\*(?:.*?\*/|.*)|<!--|-->", re.S)
HIDES = pattern_of(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
MOST_RULES = 200


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The rules of a style sheet, but for those of other media: what each is for, and its words."""
    depth, text, selectors = 0, "", ""
    for part in re.split("([{}])", sheet):
        if part == "{":
            depth += 1
            selectors = text if depth == 1 else selectors
        elif part == "}":
            if depth == 1:
                yield selectors.rpartition(";")[2], text
            depth = max(depth - 1, 0)
        else:
            text = part


def _selected(page: lxml_html.HtmlElement, selectors: str) -> Iterator[lxml_html.HtmlElement]:
    """What a rule is for; nothing where it is of a moment, as :hover, or no selector at all."""
    for selector in selectors.split(","):
        if ":" not in selector and selector.strip():
            with suppress(SelectorError, lxml_html.etree.XPathError):
                yield from page.cssselect(selector.strip())


def _mended(text: str) -> lxml_html.HtmlElement:
    """Mark-up that lxml refuses, such as nothing but a comment."""
    from bs4 import BeautifulSoup  # only where a page is looked at, not where one is told of

    soup = BeautifulSoup(text, "html.parser")
    body = soup.decode()
    if soup.body is not None:
        body = soup.body.decode_contents()
    return lxml_html.document_fromstring(f"<html><body>{body}</body></html>")


def note_clock(clocks: dict[str, float], answer: object, now: datetime) -> None:
    """By how many seconds ours is ahead of whoever answered: of each host the least."""
    if not isinstance(answer, Answer) or answer.told_at is None:
        return
    host = split(answer.url).hostname or ""
    apart = (now - answer.told_at).total_seconds()
    clocks[host] = min(clocks.get(host, apart), apart, key=abs)


UNSEEN = frozenset(("script", "style", "noscript", "head", "template"))


def _texts(root: lxml_html.HtmlElement) -> Iterator[str]:
    """The visible pieces of text, in their order."""
    skipping: lxml_html.HtmlElement | None = None
    events = ("start", "end", "comment", "pi")
    for event, element in lxml_html.etree.iterwalk(root, events=events):
        if event == "start":
            if skipping is None and element.tag in UNSEEN:
                skipping = element
            elif skipping is None and element.text:
                yield element.text
            continue
        if event == "end" and skipping is element:
            skipping = None
        if skipping is None and element.tail:
            yield element.tail


def _tidy(parts: Iterable[str]) -> str:
    return re.sub(r"\s+", " ", " ".join(parts)).strip()
