"""Files that are there whole, or as they were before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO


@contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """What is written gets the name when all of it is there; a full disk, or an end halfway, leaves
    what had the name before. What is no file, such as /dev/stdout, is written to as it is.
    """
    place = Path(os.path.realpath(target))
    if place.exists() and not place.is_file():
        with place.open("wb") as file:
            yield file
        return
    try:
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    except OSError as error:  # by the name that the user gave
        raise OSError(error.errno, error.strerror, str(target)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(handle)
        os.chmod(beside, place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask())
        os.replace(beside, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


@contextmanager
def whole_text(target: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """The same of text, its line ends as they are written."""
    with whole(target) as out:
        file = TextIOWrapper(out, encoding=encoding, newline="", write_through=True)
        try:
            yield file
        finally:
            file.detach()


def write_whole(target: Path, content: bytes) -> None:
    with whole(target) as file:
        file.write(content)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
