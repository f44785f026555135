"""Work on fetched documents in child processes, with bounded time and memory.

A hostile file costs itself alone.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from nianbao.crawler.answers import Answer
from nianbao.crawler.limits import limit_memory, safe_path
from nianbao.crawler.page_state import transport_state
from nianbao.crawler.states import State
from nianbao.parser.document import Document
from nianbao.parser.errors import ReadError
from nianbao.parser.passages import head_of, words_of
from nianbao.parser.report import Named, Outcome, Report, read_many, to_json
from nianbao.parser.sniff import sniff
from nianbao.parser.steps import Step, told_to

MOST_MEMORY = 1536 * 1024**2
MOST_SECONDS = 180.0
QUIET_SECONDS = 20.0  # while somebody waits for it
# Readings that a child remembers: what was just read is judged next.
KEPT = 300

Outcomes = list[Report | ReadError]
_read: OrderedDict[str, Outcomes] = OrderedDict()


def read_here(body: bytes) -> Outcomes:
    """The reports in some bytes.

    One for a page or file, several for an archive.
    """
    name = hashlib.sha256(body).hexdigest()
    if name not in _read:
        outcomes: Outcomes = []
        for outcome in read_many([("", body)]):
            outcomes.append(outcome.report or outcome.error or ReadError("not_a_report"))
        _read[name] = outcomes
        if len(_read) > KEPT:
            _read.popitem(last=False)
    _read.move_to_end(name)
    return _read[name]


class Found(NamedTuple):
    """What a sweep needs of a reading.

    The report comes without its paragraphs.
    """

    report: Report
    content: dict[str, Any]  # the JSON of `nianbao read`
    words: str  # its passages, a line each
    text: str  # their fingerprint
    head: str = ""  # who publishes and compiles it, as the page around it says


def find_here(body: bytes) -> list[Found | ReadError]:
    outcomes: list[Found | ReadError] = []
    for outcome in read_here(body):
        if isinstance(outcome, Report):
            bare = replace(outcome, document=Document(outcome.document.format, ()))
            found = Found(bare, to_json(outcome), *words_of(outcome), head_of(outcome))
            outcomes.append(found)
        else:
            outcomes.append(outcome)
    return outcomes


class Examined(NamedTuple):
    """What a fetched page is instead of a report's, else what it holds."""

    state: State | None
    found: list[Found | ReadError]


def examine_here(answer: Answer) -> Examined:
    if (state := transport_state(answer)) is not None:
        return Examined(state, [])
    return Examined(None, find_here(answer.body))


# ---- files that somebody hands over


def outcomes_here(files: list[Named]) -> list[Outcome]:
    return list(read_many(files))


def read_apart(
    files: Iterable[Named], listener: Step | None = None, seconds: float = QUIET_SECONDS
) -> Iterator[Outcome]:
    """As `read_many`, in one child for all files: a hostile one costs itself alone."""
    with Reader(seconds, children=1, listener=listener) as reader:
        yield from read_with(reader, files)


def read_with(reader: Reader, files: Iterable[Named]) -> Iterator[Outcome]:
    """The same in a child that does other work, too."""
    for chunk in _chunks(files):
        outcomes = _apart(reader, chunk)
        if outcomes is None:
            for file in chunk:
                yield from _apart(reader, [file]) or ()
        else:
            yield from outcomes


def _apart(reader: Reader, chunk: list[Named]) -> list[Outcome] | None:
    """None where one of several files ended the child: nobody knows which."""
    try:
        outcomes: list[Outcome] = reader.call(outcomes_here, chunk)
    except (ChildError, MemoryError) as error:
        if len(chunk) > 1:
            return None
        return [Outcome(chunk[0][0], None, as_read_error(error))]
    return outcomes


def _chunks(files: Iterable[Named]) -> Iterator[list[Named]]:
    """File by file; old Word files together, for LibreOffice takes long to start."""
    chunk: list[Named] = []
    for file in files:
        together = _is_old_word(file[1])
        if chunk and (not together or len(chunk) >= MOST_TOGETHER):
            yield chunk
            chunk = []
        if together:
            chunk.append(file)
        else:
            yield [file]
    if chunk:
        yield chunk


MOST_TOGETHER = 32


def _is_old_word(data: bytes | ReadError) -> bool:
    if isinstance(data, ReadError):
        return False
    try:
        return sniff(data) == "word"
    except Exception:  # whatever a damaged file makes a library raise: told when it is read
        return False


class Reads(Protocol):
    """Whoever reads what was fetched."""

    def page(self, answer: Answer, about: str = "") -> Examined: ...
    def file(self, body: bytes, about: str = "") -> list[Found | ReadError]: ...
    def call(self, function: Callable[..., Any], *arguments: Any, about: str = "") -> Any: ...


class ReadHere:
    """In this process, for what is known to be harmless."""

    def page(self, answer: Answer, about: str = "") -> Examined:
        return examine_here(answer)

    def file(self, body: bytes, about: str = "") -> list[Found | ReadError]:
        return find_here(body)

    def call(self, function: Callable[..., Any], *arguments: Any, about: str = "") -> Any:
        return function(*arguments)


class ChildError(Exception):
    """A child died or took too long; `code` is one of the parser's."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class Reader:
    """A few children, each doing one call at a time; one that dies or takes too long is replaced.

    Calls with the same `about` go to the same child, which remembers what it read.
    """

    def __init__(
        self,
        seconds: float = MOST_SECONDS,
        memory: int = MOST_MEMORY,
        children: int = 0,
        listener: Step | None = None,
    ) -> None:
        """`seconds` is how long a child may be at work without a sign of life."""
        self.seconds = seconds
        count = children or min(2, os.cpu_count() or 1)
        self.children = [_Child(memory, listener) for _ in range(count)]

    def page(self, answer: Answer, about: str = "") -> Examined:
        try:
            examined: Examined = self.call(examine_here, replace(answer), about=about)
            return examined
        except (ChildError, MemoryError) as error:
            return Examined(None, [as_read_error(error)])

    def file(self, body: bytes, about: str = "") -> list[Found | ReadError]:
        try:
            outcomes: list[Found | ReadError] = self.call(find_here, body, about=about)
            return outcomes
        except (ChildError, MemoryError) as error:
            return [as_read_error(error)]

    def call(self, function: Callable[..., Any], *arguments: Any, about: str = "") -> Any:
        """Run an importable function in a child.

        Raises ChildError, or what the function raised.
        """
        return self.children[crc32(about.encode()) % len(self.children)].call(
            function, arguments, self.seconds
        )

    def close(self) -> None:
        for child in self.children:
            child.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def as_read_error(error: ChildError | MemoryError) -> ReadError:
    if isinstance(error, ChildError):
        return ReadError(error.code, detail=error.detail)
    return ReadError("too_complex", detail="memory")


class _Child:
    def __init__(self, memory: int, listener: Step | None = None) -> None:
        self.memory = memory
        self.listener = listener
        self.turn = Lock()
        self.process: Any = None
        self.pipe: Connection | None = None

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
        with self.turn:
            return self._call(function, arguments, seconds)

    def _call(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
    ) -> Any:
        pipe = self._started()
        try:
            pipe.send((function, arguments))
            while True:
                if not pipe.poll(seconds):
                    self.close()
                    raise ChildError("timeout", f"{seconds:g}")
                end, value = pipe.recv()
                if end != "step":
                    break
                if self.listener is not None:
                    self.listener(value)
        except (EOFError, OSError):
            self.close()
            raise ChildError("too_complex", "the reading process ended") from None
        if end == "failed":
            raise value
        return value

    def _started(self) -> Connection:
        if self.pipe is None or not self.process.is_alive():
            context = multiprocessing.get_context("spawn")
            self.pipe, theirs = context.Pipe()
            self.process = context.Process(target=_work, args=(theirs, self.memory), daemon=True)
            with safe_path():
                self.process.start()
            theirs.close()
        return self.pipe

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None
        if self.pipe is not None:
            self.pipe.close()
            self.pipe = None


def _work(pipe: Connection, memory: int) -> None:
    limit_memory(memory)
    with told_to(lambda what: pipe.send(("step", what))):
        while True:
            try:
                function, arguments = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send(("done", function(*arguments)))
            except Exception as error:
                pipe.send(("failed", error))
