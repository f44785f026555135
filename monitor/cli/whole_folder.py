"""A folder that is there whole, or as it was before; never one that holds something of others."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

try:
    import fcntl
except ImportError:  # there nobody can remove what another one has open
    fcntl = None  # type: ignore[assignment]

MARK = ".nianbao-site"  # names every file that we wrote
EXCHANGE = 2
HERE = -100


class NotOursError(Exception):
    """A folder that holds what we did not write; names some of it."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(", ".join(names))


class Folder(NamedTuple):
    """One that is being written, beside that whose place it takes."""

    place: Path
    paths: set[str]

    def write(self, path: str, content: bytes) -> None:
        file = self.place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.paths.add(path)


@contextmanager
def whole_folder(target: Path) -> Iterator[Folder]:
    """What is written takes the folder's place at once when all of it is there; until then, and
    where it ends halfway, the folder is as it was. Of a machine that loses its power nothing is
    promised: it is written again. Raises NotOursError.
    """
    place = Path(os.path.realpath(target))
    refuse_others(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    _clear(place)
    beside = Path(tempfile.mkdtemp(prefix=_prefix(place), dir=place.parent))
    try:
        with (beside / MARK).open("w", encoding="utf-8") as mark:
            _lock(mark)  # while it is written
            folder = Folder(beside, set())
            yield folder
            mark.write("".join(f"{path}\n" for path in sorted(folder.paths)))
            mark.flush()
            mode = place.stat().st_mode & 0o777 if place.exists() else 0o777 & ~_umask()
            beside.chmod(mode)
            refuse_others(place)
            _take_place(beside, place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def refuse_others(place: Path) -> None:
    """Raises NotOursError where a folder holds anything that we did not write."""
    if not place.exists():
        return
    if not place.is_dir():
        raise NotOursError([place.name])
    known = {MARK}
    with suppress(OSError, UnicodeDecodeError):
        known.update((place / MARK).read_text("utf-8").splitlines())
    others = [name for name in _files(place) if name not in known]
    if others:
        raise NotOursError(sorted(others))


def _files(place: Path) -> Iterable[str]:
    for folder, inside, names in os.walk(place):
        links = [name for name in inside if Path(folder, name).is_symlink()]
        for name in (*names, *links):
            yield Path(folder, name).relative_to(place).as_posix()


def _take_place(beside: Path, place: Path) -> None:
    """Afterwards what was there before stands beside, and goes."""
    if not place.exists():
        os.rename(beside, place)
        return
    if not _exchanged(beside, place):
        # Where a disk can't exchange two names there is a moment in which neither has it.
        before = beside.with_name(f"{beside.name}-before")
        os.rename(place, before)
        try:
            os.rename(beside, place)
        except OSError:
            os.rename(before, place)
            raise
        os.rename(before, beside)


def _exchanged(one: Path, other: Path) -> bool:
    try:
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    if exchange(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0:
        return True
    wrong = ctypes.get_errno()
    if wrong in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(wrong, os.strerror(wrong), str(other))


def _prefix(place: Path) -> str:
    return f".{place.name}.new-"


def _clear(place: Path) -> None:
    """What ended halfway before; not what is written by another one now."""
    for left in place.parent.glob(f"{_prefix(place)}*"):
        before = left.name.endswith("-before")
        with suppress(OSError):
            left.rmdir()  # nothing was written into it yet
        with suppress(OSError):
            if before and not place.exists():
                os.rename(left, place)
                continue
            with (left / MARK).open("rb") as mark:
                _lock(mark, at_once=True)
                shutil.rmtree(left, ignore_errors=True)


def _lock(mark: IO[Any], *, at_once: bool = False) -> None:
    if fcntl is not None:
        fcntl.flock(mark, fcntl.LOCK_EX | (fcntl.LOCK_NB if at_once else 0))


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
