"""Drafts that somebody hands over: read and judged in a limited child, as `nianbao check` does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from nianbao.crawler.reading import MOST_SECONDS, ChildError, Reader, read_with
from nianbao.monitor.as_archived import report_in
from nianbao.monitor.engine.jobs import JobError, Progress, Tell
from nianbao.monitor.paper.comments import CommentError, commented
from nianbao.monitor.paper.marked import comments_of, said_of
from nianbao.monitor.rules.engine import Assessment, assess
from nianbao.monitor.rules.subject import Context
from nianbao.parser.errors import ReadError
from nianbao.parser.fill import Value, Where, cell_labels
from nianbao.parser.numbers import BLANK, Reading, read_cell
from nianbao.parser.pictured import pictures_of
from nianbao.parser.report import Report
from nianbao.parser.sniff import sniff
from nianbao.storage.evidence import Evidence, EvidenceError

BLANK_SAID = ("空白", "空", "blank")  # what is typed where the original has nothing
BY_HAND = "typed in by hand"
WAITS = MOST_SECONDS  # that a child may be silent: a page tells how far it is


class File(NamedTuple):
    """What was handed over, and where its bytes are."""

    name: str
    path: Path


class Draft(NamedTuple):
    """A report in a file, as it was read."""

    name: str
    report: Report | None
    error: ReadError | None
    path: Path | None = None  # of its own file; None for what came out of an archive


def steps_of(tell: Tell, done: int, total: int, name: str, what: str) -> None:
    """A sign of life of a child, as it is told: by file and page."""
    page = re.search(r"page (\d+)", what)
    zh = f"{name} 第{page[1]}页" if page else name
    en = f"{name}, page {page[1]}" if page else name
    tell(Progress(done, total, zh, en))


class Listener:
    """Passes the signs of life of a child on, by the file that it is at."""

    def __init__(self, tell: Tell) -> None:
        self.tell, self.done, self.total, self.name = tell, 0, 0, ""

    def __call__(self, what: str) -> None:
        steps_of(self.tell, self.done, self.total, self.name, what)


def reader_of(listener: Listener) -> Reader:
    """The limited child in which all of it is done."""
    return Reader(WAITS, children=1, listener=listener)


def read_drafts(reader: Reader, listener: Listener, files: Sequence[File]) -> list[Draft]:
    """Each file by itself: a hostile one costs itself alone."""
    found: list[Draft] = []
    for number, file in enumerate(files):
        listener.done, listener.total, listener.name = number, len(files), file.name
        listener.tell(Progress(number, len(files), file.name, file.name))
        found += _drafts_in(reader, file)
    return found


def _drafts_in(reader: Reader, file: File) -> Iterator[Draft]:
    for outcome in read_with(reader, [(file.name, file.path.read_bytes())]):
        own = file.path if outcome.name == file.name else None
        error = None
        if outcome.report is None:
            error = outcome.error or ReadError("not_a_report")
        yield Draft(outcome.name, outcome.report, error, own)


def judged(reader: Reader, report: Report, context: Context) -> Assessment | None:
    """None where that took too long or too much memory."""
    try:
        found: Assessment = reader.call(assess, report, context)
    except (ChildError, MemoryError):
        return None
    return found


def archived(
    reader: Reader, evidence: Evidence, document: str, names: Sequence[str]
) -> Report | None:
    """The report of a unit of these names in an archived document; None where it can't be read."""
    try:
        found: Report | None = reader.call(report_in, evidence, document, names)
    except (ChildError, MemoryError):
        return None
    return found


# ---- where something was read


class Placed(NamedTuple):
    """A report in the archive, read again: where each value stands, and what can't be read."""

    places: Mapping[str, Where]
    pictures: Mapping[str, bytes]  # PNG


def placed_apart(tell: Tell, evidence: Evidence, document: str, names: Sequence[str]) -> Placed:
    """Raises JobError where it can't be read."""
    listener = Listener(tell)
    listener.total, listener.name = 1, names[0]
    with reader_of(listener) as reader:
        try:
            placed: Placed | None = reader.call(placed_here, evidence, document, names)
        except EvidenceError as error:
            zh, _, en = str(error).partition(" / ")
            raise JobError(zh, en or zh) from None
        except (ChildError, MemoryError):
            placed = None
    if placed is None:
        raise JobError("原件这次没有读成", "it could not be read this time")
    return placed


def placed_here(evidence: Evidence, document: str, names: Sequence[str]) -> Placed | None:
    report = report_in(evidence, document, names)
    if report is None:
        return None
    places = {key: value.where for key, value in report.cells.items()}
    return Placed(places, pictured(evidence.read(document), report))


def pictured(data: bytes, report: Report) -> dict[str, bytes]:
    """The cells that could not be read for sure, as far as it is known where they stand."""
    unread = [key for key, value in report.cells.items() if value.state == "unreadable"]
    try:
        return pictures_of(data, report, unread) if unread else {}
    except ReadError:
        return {}


def pictures_in(reader: Reader, draft: Draft) -> dict[str, bytes]:
    """Of a draft in a file of its own."""
    if draft.path is None or draft.report is None or not draft.report.doubtful:
        return {}
    try:
        found: dict[str, bytes] = reader.call(pictured_here, draft.path, draft.report)
    except (ChildError, MemoryError):
        return {}
    return found


def pictured_here(path: Path, report: Report) -> dict[str, bytes]:
    return pictured(path.read_bytes(), report)


# ---- what a person reads for us


def typed_in(key: str, text: str) -> Reading | None:
    """A number that was typed in for a cell; None where it can't be one."""
    label = cell_labels().get(key)
    if label is None:
        return None
    if text.strip() in BLANK_SAID:
        return BLANK
    reading = read_cell(text.strip(), label.kind, label.unit)
    return reading if reading.state == "value" else None


def with_typed(report: Report, typed: Mapping[str, str]) -> Report:
    """With what was typed in where nothing was read for sure. What was read stays as it is."""
    cells = dict(report.cells)
    for key, text in typed.items():
        known, reading = cells.get(key), typed_in(key, text)
        if known is not None and known.state == "unreadable" and reading is not None:
            cells[key] = Value(reading.state, reading.number, text.strip(), known.where, BY_HAND)
    return replace(report, cells=cells)


# ---- what is taken along


def with_comments(path: Path, report: Report, judged: Assessment) -> bytes | None:
    """The writer's own .docx with comments; None where it is none, or can't be written again."""
    with Reader(WAITS, children=1) as reader:
        try:
            made: bytes | None = reader.call(commented_here, path, report, judged)
        except (ChildError, MemoryError):
            return None
    return made


def commented_here(path: Path, report: Report, judged: Assessment) -> bytes | None:
    data = path.read_bytes()
    try:
        if sniff(data) != "docx":
            return None
        comments = comments_of([said_of(finding) for finding in judged.findings])
        return commented(data, report.document, report.cells, comments)
    except (CommentError, ReadError):
        return None
