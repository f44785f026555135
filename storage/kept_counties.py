"""What was read from counties' files, kept between commands: each under the hash of the file's
bytes, so that what is kept is of these very bytes or not there at all.

Kept in a folder of the user's (XDG_CACHE_HOME, else ~/.cache), and never needed: what can't be
read, or is another's, is as if it were not there; what can't be written is not.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

FEW = 32  # files; to read so many anew takes less than it takes to start
OTHERS = 0o022  # who may write beside the owner


def mark_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Known(NamedTuple):
    """What is kept: where each county stands in the bytes, so that none is read but those that
    are asked for.
    """

    apart: str = ""  # a mark of files of which no two share a code
    places: Mapping[str, Any] = {}  # code, name, first byte and length, by the marks of the files
    body: bytes = b""

    def packed(self, mark: str) -> tuple[str, str, bytes] | None:
        """A county's code and name, and it itself as JSON."""
        if (place := self.places.get(mark)) is None:
            return None
        code, name, first, length = place
        return code, name, self.body[first : first + length]


def mark_of_all(marks: Iterable[str]) -> str:
    """Of all files together, in whatever order."""
    return mark_of(" ".join(sorted(marks)).encode())


def _is_ours(told: os.stat_result) -> bool:
    """Nobody else may have written it; where a system has no owners of files it is not trusted."""
    owner = os.geteuid() if hasattr(os, "geteuid") else -1
    return told.st_uid == owner and not told.st_mode & OTHERS


def recalled(folder: Path, by: str) -> Known:
    """What is kept of a folder's files. `by`: the code that read them."""
    try:
        with _place(folder).open("rb") as file:
            told = os.fstat(file.fileno())
            if not _is_ours(told):
                return Known()
            head, _, whole = file.read().partition(b"\n")
        if head.decode() != _head(whole, by):
            return Known()
        index, _, body = whole.partition(b"\n")
        apart, places = json.loads(index)
    except (OSError, RuntimeError, ValueError):  # not there, no home, not whole
        return Known()
    return Known(apart, places, body)


def keep(
    folder: Path, by: str, apart: str, entries: Mapping[str, tuple[str, str, Any] | None]
) -> None:
    """All of it or nothing, whoever else does the same meanwhile. Each by the mark of its file:
    its code, its name and all of it, or nothing where it can't be kept.
    """
    places: dict[str, Any] = {}
    parts: list[bytes] = []
    first = 0
    for mark, entry in entries.items():
        places[mark] = None
        if entry is not None:
            code, name, packed = entry
            parts.append(_json(packed))
            places[mark] = code, name, first, len(parts[-1])
            first += len(parts[-1])
    whole = b"\n".join((_json([apart, places]), b"".join(parts)))
    with suppress(OSError, RuntimeError):
        place = _place(folder)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(dir=place.parent, prefix=place.name)
        try:
            with open(number, "wb") as file:
                file.write(_head(whole, by).encode() + b"\n" + whole)
            Path(beside).replace(place)
        except OSError:
            Path(beside).unlink(missing_ok=True)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _head(body: bytes, by: str) -> str:
    return f"{by} {mark_of(body)}"


def _place(folder: Path) -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    caches = Path(home) if home else Path.home() / ".cache"
    name = mark_of(str(folder.absolute()).encode())[:20]
    return caches / "nianbao" / f"counties-{name}.json"
