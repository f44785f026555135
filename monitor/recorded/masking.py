"""An answer's bytes without what is of a person; all that a reader goes by stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple
from zipfile import ZipFile, is_zipfile

from nianbao.crawler.answers import Answer
from nianbao.crawler.reading import ChildError, Reads, read_here
from nianbao.monitor.paper.drawn import PARTS
from nianbao.parser.document import Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.private import hidden_in, masked
from nianbao.parser.report import Report
from nianbao.parser.sniff import sniff


class Bare(NamedTuple):
    """Bytes as they may be passed on; or why they may not."""

    body: bytes
    why: str = ""


def bare(answer: Answer, reader: Reads, about: str) -> Bare:
    """Texts are masked. A file can't be: it is passed on where nothing of a person stands in it."""
    if kind_of(answer.body) not in TEXTS:
        return _file(answer.body, reader, about)
    shown = without_persons(answer.text)
    if shown == answer.text:
        return Bare(answer.body)
    return Bare(shown.encode(answer.encoding, "replace"))


TEXTS = ("html", "text", "empty")


def kind_of(body: bytes) -> str:
    try:
        return sniff(body)
    except ReadError as error:
        return error.code


def _file(body: bytes, reader: Reads, about: str) -> Bare:
    try:
        words = reader.call(words_in, body, about=about)
    except ChildError:
        words = None
    if words is None:
        return Bare(b"", UNREAD)
    if masked(words) != words:
        return Bare(b"", OF_PERSONS)
    return Bare(body)


def words_in(body: bytes) -> str | None:
    """All that is written anywhere in a file; None where not all of it can be read."""
    outcomes = read_here(body)
    reports = [each for each in outcomes if isinstance(each, Report)]
    if not reports or len(reports) < len(outcomes) or _size_of(body) > MOST_UNPACKED:
        return None
    words = [*_parts(body)]
    for report in reports:
        for block in report.document.blocks:
            if isinstance(block, Paragraph):
                words.append(block.text)
            else:
                words += (cell.text for cell in block.cells)
        words += report.document.meta.values()
    return "\n".join(words)


MOST_UNPACKED = 64 * 1024 * 1024
PARAGRAPH_ENDS = re.compile(r"</(?:\w+:)?(?:p|tc|c|si|TextObject)>")
ANY_TAG = re.compile(r"<[^<>]*>")


def _parts(body: bytes) -> Iterator[str]:
    """The texts of all parts of a package, heads, feet and notes among them; and its links."""
    if not is_zipfile(BytesIO(body)):
        return
    with ZipFile(BytesIO(body)) as package:
        for entry in package.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                text = package.read(entry).decode("utf-8", "replace")
                bare_text = ANY_TAG.sub("", PARAGRAPH_ENDS.sub("\n", text))
                yield text if entry.filename.endswith(".rels") else bare_text


def _size_of(body: bytes) -> int:
    """Of a package, unpacked."""
    if not is_zipfile(BytesIO(body)):
        return 0
    with ZipFile(BytesIO(body)) as package:
        return sum(entry.file_size for entry in package.infolist())


UNREAD = "内容无法读取，不能确认没有个人信息 / it can't be read: nobody knows what it holds"
OF_PERSONS = "含个人信息 / it holds personal data"


# ---- in mark-up

TAG = re.compile(
    r"<(?P<name>[/!?]?[a-z][\w:-]*)(?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>|<!--[^<>]{0,200}-->", re.I
)
# Signs that mark-up may write by their numbers.
CODED = re.compile(r"&#(?:x(?P<hex>[0-9a-f]{1,4})|(?P<number>[0-9]{1,5}));", re.I)
ENDS = re.compile(r"[\s\"'<>()，。；：、\u4e00-\u9fff]")


def without_persons(text: str) -> str:
    """A page, script or JSON with stars where something of a person stands."""
    opened = CODED.sub(_opened, text)
    hidden = [*_of_texts(opened), *_of_marks(opened)]
    if not hidden:
        return text
    letters = list(opened)
    for begin, end in hidden:
        letters[begin:end] = "*" * (end - begin)
    return "".join(letters)


def _opened(found: re.Match[str]) -> str:
    code = int(found["hex"], 16) if found["hex"] else int(found["number"])
    letter = chr(code) if 32 < code < 127 else ""
    return letter if letter.isalnum() or letter in ("@", ".", "-") else found[0]


def _of_texts(text: str) -> Iterator[tuple[int, int]]:
    """What people see: a tag that only styles parts nothing."""
    shown: list[str] = []
    places: list[int] = []
    begin = 0
    scripts = list(_scripts(text.lower()))
    is_markup = TAG.search(text) is not None
    for found in TAG.finditer(text):
        shown.append(text[begin : found.start()])
        places += range(begin, found.start())
        name = (found["name"] or "").lower().lstrip("/")
        if name in PARTS:
            shown.append("\n")
            places.append(found.start())
        begin = found.end()
    shown.append(text[begin:])
    places += range(begin, len(text))
    for first, last in hidden_in("".join(shown)):
        spans = [(places[n], places[n] + 1) for n in range(first, last)]
        where = spans[0][0]
        in_script = not is_markup or any(a <= where < b for a, b in scripts)
        if not (in_script and _is_of_address(text, where)):
            yield from spans


def _scripts(text: str) -> Iterator[tuple[int, int]]:
    begin = text.find("<script")
    while begin >= 0:
        end = text.find("</script", begin)
        yield begin, end if end >= 0 else len(text)
        begin = text.find("<script", end) if end >= 0 else -1


def _of_marks(text: str) -> Iterator[tuple[int, int]]:
    """What stands within tags: titles, values, telephone links."""
    for found in TAG.finditer(text):
        for first, last in hidden_in(found[0]):
            begin = found.start() + first
            if not _is_of_address(text, begin):
                yield begin, found.start() + last


def _is_of_address(text: str, place: int) -> bool:
    """Whether digits are a part of where a link leads: they name an article, and nobody."""
    before = ENDS.split(text[max(place - 300, 0) : place])[-1].lower()
    return "/" in before and not before.startswith(("tel:", "mailto:", "sms:"))
