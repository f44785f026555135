"""Drafts that were handed over: in a folder of this process, under an address that nobody can
guess, for half an hour. Nothing of them is in the store, the archive or the log.
"""

from __future__ import annotations

import pickle
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from nianbao.crawler.reading import Reader
from nianbao.monitor.checking import (
    Draft,
    File,
    Listener,
    judged,
    pictures_in,
    placed_apart,
    read_drafts,
    reader_of,
    with_typed,
)
from nianbao.monitor.engine.jobs import Job, Kind, Progress, Tell
from nianbao.monitor.engine.local import Local
from nianbao.monitor.rules.engine import Assessment
from nianbao.monitor.rules.subject import Context
from nianbao.parser.report import Report
from nianbao.storage.scope import EVERYTHING, Scope
from nianbao.storage.units import UnitRef

MOST_FILES = 20
MOST_BYTES = 32 * 1024 * 1024  # of all files that are handed over together
MOST_KEPT = 30  # times that somebody handed over files
MOST_KEPT_BYTES = 256 * 1024 * 1024
KEPT_SECONDS = 1800.0
AT_ONCE = 2  # of them that are read at a time


class Earlier(NamedTuple):
    """A report of an earlier year that a draft was held against."""

    year: int
    document: str  # its hash in the archive; empty where it was handed over
    name: str  # of the file that was handed over


class Checked(NamedTuple):
    """A draft, as it was read and judged."""

    draft: Draft
    report: Report | None  # with what was typed in
    judged: Assessment | None
    unit: UnitRef | None  # whose it is, where the store knows
    like: Sequence[UnitRef]  # whose it may be
    earlier: Sequence[Earlier]


@dataclass(frozen=True)
class Asked:
    """What somebody handed over, and said of it."""

    files: tuple[File, ...]
    previous: tuple[File, ...] = ()
    unit: str = ""  # the key or name of the unit
    year: int | None = None
    typed: Mapping[tuple[int, str], str] = field(default_factory=dict)  # by draft and cell
    before: str = ""  # which was handed over before these were mended
    by: str = ""  # who handed it over
    seen: Scope = EVERYTHING  # what they may see


@dataclass
class Kept:
    """Something that was handed over, until it is forgotten."""

    id: str
    folder: Path
    asked: Asked
    until: float
    size: int
    job: str = ""
    round: int = 0  # how often it was judged
    gone: frozenset[int] = frozenset()  # the drafts that were deleted

    def result(self) -> list[Checked] | None:
        found: list[Checked] | None = _loaded(self.folder / f"checked-{self.round}")
        return found

    def drafts(self) -> list[Draft] | None:
        """As they were read; None before that."""
        found: list[Draft] | None = _loaded(self.folder / "drafts")
        return found

    def pictures(self) -> list[dict[str, bytes]]:
        """Of the cells of each draft that could not be read for sure."""
        return _loaded(self.folder / "pictures") or []

    def previous(self) -> list[Draft]:
        return _loaded(self.folder / "previous") or []


NOTHING = Draft("", None, None)


def _without(kept: Kept, number: int, result: list[Checked], gone: frozenset[int]) -> Kept:
    """What is kept, with nothing in the place of one draft."""
    drafts, pictures = kept.drafts() or [], kept.pictures()
    drafts[number : number + 1] = [NOTHING]
    pictures[number : number + 1] = [{}]
    result[number : number + 1] = [EMPTY]
    for old in kept.folder.glob("checked-*"):
        old.unlink()
    _kept(kept.folder / "drafts", drafts)
    _kept(kept.folder / "pictures", pictures)
    _kept(kept.folder / f"checked-{kept.round}", result)
    own = {draft.path for n, draft in enumerate(drafts) if n not in gone}
    files = tuple(file for file in kept.asked.files if file.path in own)
    for file in set(kept.asked.files) - set(files):  # an archive was read whole
        file.path.unlink(missing_ok=True)
    typed = {key: text for key, text in kept.asked.typed.items() if key[0] != number}
    return replace(kept, asked=replace(kept.asked, files=files, typed=typed), gone=gone)


EMPTY = Checked(NOTHING, None, None, None, (), ())


def _loaded(path: Path) -> Any:
    """What this process has written there itself."""
    try:
        return pickle.loads(path.read_bytes())
    except FileNotFoundError:
        return None


def _kept(path: Path, what: object) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(pickle.dumps(what))
    beside.replace(path)


class Held(NamedTuple):
    """What a draft is held against."""

    context: Context
    unit: UnitRef | None
    like: Sequence[UnitRef]
    earlier: Sequence[Earlier]


HeldOf = Callable[[Reader, Report, Sequence[Draft], Asked], Held]


def _check(tell: Tell, kept: Kept, held_of: HeldOf) -> None:
    """Read what was not read yet, and judge all of it: in one limited child."""
    listener = Listener(tell)
    with reader_of(listener) as reader:
        drafts = kept.drafts()
        if drafts is None:
            drafts = read_drafts(reader, listener, kept.asked.files)
            _kept(kept.folder / "pictures", [pictures_in(reader, draft) for draft in drafts])
            _kept(kept.folder / "drafts", drafts)
        before = kept.previous()
        if kept.asked.previous and not before:
            before = read_drafts(reader, listener, kept.asked.previous)
            _kept(kept.folder / "previous", before)
        checked = []
        for number, draft in enumerate(drafts):
            tell(Progress(number, len(drafts), f"核对 {draft.name}", f"judging {draft.name}"))
            checked.append(_checked(reader, draft, number, before, kept.asked, held_of))
    if kept.folder.exists():  # nobody wanted it gone meanwhile
        _kept(kept.folder / f"checked-{kept.round}", checked)


def _checked(
    reader: Reader,
    draft: Draft,
    number: int,
    before: Sequence[Draft],
    asked: Asked,
    held_of: HeldOf,
) -> Checked:
    report = _with_typed(draft, number, asked)
    if report is None:
        return Checked(draft, None, None, None, (), ())
    held = held_of(reader, report, before, asked)
    found = judged(reader, report, held.context)
    return Checked(draft, report, found, held.unit, held.like, held.earlier)


def _with_typed(draft: Draft, number: int, asked: Asked) -> Report | None:
    if draft.report is None:
        return None
    typed = {cell: text for (of, cell), text in asked.typed.items() if of == number}
    return with_typed(draft.report, typed)


class Found(NamedTuple):
    """What was found in what was handed over, or how far that is."""

    result: list[Checked] | None
    job: Job | None  # as it stood before the result was looked for

    @property
    def is_lost(self) -> bool:
        return self.result is None and (self.job is None or self.job.has_ended)


# What is done for whoever waits: each in a limited child, begun by a thread of ours.
RUNS = (("check", _check), ("places", placed_apart))


class Drafts:
    """All that was handed over and is not forgotten yet."""

    def __init__(self, seconds: float = KEPT_SECONDS, most: int = MOST_KEPT) -> None:
        self.seconds, self.most = seconds, most
        self._kept: dict[str, Kept] = {}
        self._turn = threading.RLock()
        self._jobs: Local | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def jobs(self) -> Local:
        """Who reads them; nobody before the first."""
        with self._turn:
            if self._jobs is None:
                kinds = [Kind(name, run, False, AT_ONCE, seconds=900.0) for name, run in RUNS]
                self._jobs = Local(kinds, at_once=AT_ONCE)
            return self._jobs

    def room(self) -> Path:
        """A new folder."""
        with self._turn:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="nianbao-drafts-")
            return Path(tempfile.mkdtemp(dir=self._folder.name))

    def begin(self, folder: Path, asked: Asked, held_of: HeldOf) -> Kept:
        """Keep what is in a folder, and have it read. Raises BusyError."""
        size = sum(file.path.stat().st_size for file in (*asked.files, *asked.previous))
        until = time.monotonic() + self.seconds
        kept = Kept(secrets.token_urlsafe(24), folder, asked, until, size)
        try:
            kept.job = self._submit(kept, held_of)
        except Exception:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with self._turn:
            self._kept[kept.id] = kept
            self._stay(kept)
            self._forget_old()
        return kept

    def again(self, kept: Kept, asked: Asked, held_of: HeldOf) -> Kept:
        """Judge it anew, with what else is said of it. Raises BusyError."""
        with self._turn:
            new = replace(kept, asked=asked, round=kept.round + 1)
            new.until = time.monotonic() + self.seconds
            self.jobs.cancel(kept.job)
            if asked.previous != kept.asked.previous:
                (kept.folder / "previous").unlink(missing_ok=True)
            new.job = self._submit(new, held_of)
            self._kept[new.id] = new
            self._stay(new)
            return new

    def _submit(self, kept: Kept, held_of: HeldOf) -> str:
        return self.jobs.submit("check", {"kept": kept, "held_of": held_of}).id

    def of(self, id: str) -> Kept | None:
        """None where there is none, or no more."""
        with self._turn:
            self._forget_old()
            return self._kept.get(id)

    def before(self, kept: Kept) -> list[Kept]:
        """What was handed over before it, the latest first, as far as it is there."""
        with self._turn:
            row: list[Kept] = []
            while (known := self._kept.get((row or [kept])[-1].asked.before)) is not None:
                row.append(known)
            return row

    def _stay(self, kept: Kept) -> None:
        """What it is compared with is there as long as it is."""
        for each in self.before(kept):
            each.until = max(each.until, kept.until)

    def found(self, kept: Kept) -> Found:
        """The job is asked first: one that has ended has written what it found."""
        job = self.jobs.job(kept.job)
        return Found(kept.result(), job)

    def forget(self, id: str) -> None:
        with self._turn:
            kept = self._kept.pop(id, None)
        if kept is not None:
            self.jobs.cancel(kept.job)
            shutil.rmtree(kept.folder, ignore_errors=True)

    def forget_one(self, id: str, number: int) -> bool:
        """One of several; nothing of it stays. False where it is being judged."""
        with self._turn:
            kept = self._kept.get(id)
            result = kept.result() if kept is not None else None
            if kept is None or result is None:
                return False
            gone = kept.gone | {number}
            if len(gone) == len(result):
                self.forget(id)
                return True
            self._kept[id] = _without(kept, number, result, gone)
            return True

    def _forget_old(self) -> None:
        now = time.monotonic()
        old = [kept.id for kept in self._kept.values() if kept.until < now]
        left = [kept for kept in self._kept.values() if kept.until >= now]
        while len(left) > self.most or sum(kept.size for kept in left) > MOST_KEPT_BYTES:
            old.append(left.pop(0).id)
        for id in old:
            self.forget(id)

    def close(self) -> None:
        with self._turn:
            for id in list(self._kept):
                self.forget(id)
            if self._jobs is not None:
                self._jobs.close()
            if self._folder is not None:
                self._folder.cleanup()
