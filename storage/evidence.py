"""Fetched bytes under their SHA-256.

Stored once, written whole or not at all, checked when read.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from nianbao.storage.second_hash import sm3_of
from nianbao.storage.shelves import AwayError, WrongPlaceError, shelf_at

PROBE = b"nianbao doctor\n"  # what is kept to see whether anything can be
NO_OTHERS: Mapping[str, str] = {}
MOST_BYTES = 256 * 1024 * 1024


class EvidenceError(Exception):
    """Bytes that are missing or are not what they were."""


class DeletedError(EvidenceError):
    """Bytes that were deleted as the settings say; their tombstone is there."""


class Deleted(NamedTuple):
    """What is left of bytes that were deleted."""

    sha256: str
    sm3: str  # empty where it is not known
    at: str
    who: str
    why: str


class Exchange(NamedTuple):
    """One answer of a server, as it is exported."""

    url: str
    sha256: str
    fetched: datetime
    status: int
    headers: dict[str, Any]


class Evidence:
    """A store in a folder, or of objects: s3://BUCKET/PATH?endpoint=https://HOST.

    Whatever is asked of one that is far may raise AwayError: then nobody knows.
    """

    def __init__(self, where: str | Path) -> None:
        self.where = str(where)
        try:
            self.shelf = shelf_at(self.where)
        except WrongPlaceError as error:
            raise EvidenceError(str(error)) from None
        self.root = self.shelf.root

    def keep(self, data: bytes) -> str:
        """Store bytes, unless they are there, and return their hash.

        What was damaged meanwhile is whole again.
        """
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        if not self.shelf.is_far and self._is_whole(name):
            return name
        packed = gzip.compress(data, 6, mtime=0)
        if not self.shelf.is_far or self.shelf.size(path) != len(packed):
            self.shelf.put(path, packed)
        return name

    def try_writing(self) -> None:
        """Raises OSError where nothing can be kept: by a piece that is there for a moment."""
        path = f"{self.root}/doctor-{os.getpid()}"
        self.shelf.put(path, b"")
        self.shelf.remove(path)

    def read(self, name: str) -> bytes:
        packed = self.packed(name)
        try:
            return unpacked(name, packed)
        except EvidenceError:
            if not self.shelf.is_far:
                raise
        return unpacked(name, self.packed(name))  # an answer that was cut on its way

    def packed(self, name: str) -> bytes:
        """A piece as it lies there. Raises EvidenceError where it does not."""
        try:
            return self.shelf.get(self._path(name))
        except FileNotFoundError:
            self._tell_deleted(name)
            raise EvidenceError(f"{name}: 证据不在库中（{self.root}）/ not in the store") from None
        except AwayError:
            raise
        except OSError as error:
            raise EvidenceError(f"{name}: 证据已损坏（{error}）/ damaged") from None

    def put(self, name: str, packed: bytes) -> None:
        """A piece as it lay elsewhere, unless it is there. Raises EvidenceError of a broken one."""
        unpacked(name, packed)
        if not self._is_whole(name):
            self.shelf.put(self._path(name), packed)

    def _is_whole(self, name: str) -> bool:
        """Whether the right bytes are there."""
        try:
            self.read(name)
        except EvidenceError:
            return False
        return True

    def is_empty(self) -> bool:
        """Whether nothing was ever fetched."""
        own = f"{hashlib.sha256(PROBE).hexdigest()}.gz"
        fetched = all(path.endswith(own) for path in self.shelf.paths(".gz"))
        return fetched and not any(self.shelf.paths(".gone"))

    def delete(self, deleted: Deleted) -> None:
        """The tombstone first: whatever stops it, what is gone is explained."""
        path, stone = self._path(deleted.sha256), self._stone(deleted.sha256)
        told = json.dumps(deleted._asdict(), ensure_ascii=False).encode()
        self.shelf.put(stone, told)
        self.shelf.remove(path)

    def tombstones(self) -> Iterator[str]:
        """The hashes of what was deleted, and is not there again."""
        there = set(self.names())
        for path in sorted(self.shelf.paths(".gone")):
            name = path.rpartition("/")[2].removesuffix(".gone")
            if name not in there:
                yield name

    def tombstone(self, name: str) -> bytes:
        """As it lies there. Raises EvidenceError where it is damaged, OSError where none is."""
        stone = self.shelf.get(self._stone(name))
        deleted_of(name, stone)
        return stone

    def put_tombstone(self, name: str, stone: bytes) -> None:
        """As it lay elsewhere, unless its piece is there. Raises EvidenceError of a broken one."""
        deleted_of(name, stone)
        if not self._is_whole(name):
            self.shelf.put(self._stone(name), stone)

    def _tell_deleted(self, name: str) -> None:
        stone = self._stone(name)
        try:
            told = deleted_of(name, self.shelf.get(stone))
        except FileNotFoundError:
            return
        day = told.at[:10]
        zh = f"{name}: 已按保存期限删除（{day}，{told.who}）"
        raise DeletedError(f"{zh} / deleted on {day} as the settings say ({told.who})")

    def names(self) -> Iterator[str]:
        """The hashes of all that is stored."""
        for path in sorted(self.shelf.paths(".gz")):
            yield path.rpartition("/")[2].removesuffix(".gz")

    def verify(
        self, wanted: Iterable[str] = (), others: Mapping[str, str] = NO_OTHERS
    ) -> Iterator[tuple[str, str]]:
        """What is wrong with each broken or missing piece.

        `wanted` are hashes that must be there, or have a tombstone; `others` the SM3 of each,
        where it is known.
        """
        stored = set()
        for name in self.names():
            stored.add(name)
            try:
                data = self.read(name)
            except EvidenceError as error:
                yield name, str(error)
            else:
                if others.get(name) and (sm3_of(data) or others[name]) != others[name]:
                    yield name, f"{name}: SM3 不符 / its SM3 is another"
        for name in sorted(set(wanted) - stored):
            try:
                self._tell_deleted(name)
            except DeletedError:
                continue
            except EvidenceError as error:
                yield name, str(error)
            else:
                yield name, f"{name}: 证据缺失 / missing"

    def export_warc(self, exchanges: Iterable[Exchange], target: BinaryIO) -> int:
        """Write answers as a WARC file, which web archives and replay tools read; but for those
        that were deleted.
        """
        # slow to import, seldom needed
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter

        writer, count = WARCWriter(target, gzip=True), 0
        deleted = set(self.tombstones())
        for exchange in (each for each in exchanges if each.sha256 not in deleted):
            headers = [
                (key, str(value))
                for key, value in exchange.headers.items()
                if key.lower() not in ENCODED
            ]
            status = StatusAndHeaders(str(exchange.status), headers, protocol="HTTP/1.1")
            moment = exchange.fetched.strftime("%Y-%m-%dT%H:%M:%SZ")
            record = writer.create_warc_record(
                exchange.url,
                "response",
                payload=BytesIO(self.read(exchange.sha256)),
                http_headers=status,
                warc_headers_dict={"WARC-Date": moment},
            )
            writer.write_record(record)
            count += 1
        return count

    def _stone(self, name: str) -> str:
        return f"{self._path(name).removesuffix('.gz')}.gone"

    def _path(self, name: str) -> str:
        if len(name) != 64 or not all(c in "0123456789abcdef" for c in name):
            raise EvidenceError(f"{name[:80]!r} is no SHA-256")
        return f"{self.root}/{name[:2]}/{name[2:4]}/{name}.gz"


def deleted_of(name: str, stone: bytes) -> Deleted:
    """What a tombstone tells. Raises EvidenceError where it is not one of this name."""
    try:
        told = Deleted(**json.loads(stone))
    except (ValueError, TypeError):
        told = None
    if told is None or told.sha256 != name:
        raise EvidenceError(f"{name}: 删除记录已损坏 / its tombstone is damaged")
    return told


def unpacked(name: str, packed: bytes) -> bytes:
    """The bytes of a piece. Raises EvidenceError where they are not those of its name."""
    try:
        with gzip.open(BytesIO(packed)) as opened:
            data = opened.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise EvidenceError(f"{name}: 证据已损坏（{error}）/ damaged") from None
    if hashlib.sha256(data).hexdigest() != name:
        raise EvidenceError(f"{name}: 内容与指纹不符 / the content does not match its hash")
    return data


# Headers of the wire; the bytes that are kept are decoded.
ENCODED = frozenset(("content-encoding", "transfer-encoding", "content-length"))
