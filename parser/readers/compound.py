"""OLE compound files (.doc, .xls, .wps, .et): what stands in the root, read in
bounded time from hostile bytes too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from nianbao.parser.errors import ReadError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Stream(NamedTuple):
    start: int  # its first sector
    size: int


class Compound:
    """The streams and storages in the root of a compound file, by name.

    A Word file that holds an Excel table has a stream Workbook as well, one
    storage further down: only the root says what a file is.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < HEADER:
            raise _cut("header")
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise _broken("sector size")
        self._sector, self._mini = 1 << shift, 1 << mini_shift
        self._most = len(data) // self._sector + 1
        self._fat_sectors = self._locate_fat()
        directory = self._chained(struct.unpack_from("<I", data, 48)[0], MOST_DIRECTORY)
        self.streams, self._mini_stream = _root(directory)

    def content(self, name: str, most: int) -> bytes:
        """The first `most` bytes of a stream in the root."""
        stream = self.streams[name]
        wanted = min(stream.size, most)
        content = (
            self._chained(stream.start, wanted)
            if stream.size >= SMALL
            else self._small(stream.start, wanted)
        )
        if len(content) < wanted:
            raise _cut(name)
        return content[:wanted]

    def _locate_fat(self) -> list[int]:
        """The sectors that hold the allocation table: 109 in the header, the
        rest in a chain of their own.
        """
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        following = struct.unpack_from("<I", self._data, 68)[0]
        per = self._sector // 4
        while following < SPECIAL and len(sectors) <= self._most:
            table = struct.unpack(f"<{per}I", self._at(following))
            sectors.extend(table[:-1])
            following = table[-1]
        return sectors

    def _chained(self, start: int, most: int) -> bytes:
        parts = []
        wanted = most
        for sector in self._chain(start):
            if wanted <= 0:
                break
            parts.append(self._at(sector, whole=False))
            wanted -= self._sector
        return b"".join(parts)

    def _chain(self, start: int) -> Iterator[int]:
        per = self._sector // 4
        sector = start
        for _ in range(self._most):
            if sector >= SPECIAL:
                return
            yield sector
            which = sector // per
            if which >= len(self._fat_sectors) or self._fat_sectors[which] >= SPECIAL:
                raise _broken("sector chain")
            sector = struct.unpack_from("<I", self._at(self._fat_sectors[which]), sector % per * 4)[
                0
            ]
        raise _broken("sector chain without end")

    def _small(self, start: int, wanted: int) -> bytes:
        """Short streams lie in small sectors inside a stream of the root, with
        a table of their own.
        """
        holder = self._chained(
            self._mini_stream.start, min(self._mini_stream.size, len(self._data))
        )
        table = self._chained(
            struct.unpack_from("<I", self._data, 60)[0], len(holder) // self._mini * 4
        )
        parts = []
        sector = start
        for _ in range(SMALL // self._mini):
            if sector >= SPECIAL or wanted <= 0:
                break
            parts.append(holder[sector * self._mini : (sector + 1) * self._mini])
            wanted -= self._mini
            if sector * 4 + 4 > len(table):
                break
            sector = struct.unpack_from("<I", table, sector * 4)[0]
        return b"".join(parts)

    def _at(self, sector: int, *, whole: bool = True) -> bytes:
        begin = (sector + 1) * self._sector
        content = self._data[begin : begin + self._sector]
        # Some programs leave out the padding behind the last sector.
        if not content or (whole and len(content) < self._sector):
            raise _cut("OLE sector")
        return content


def compound_of(name: str, content: bytes) -> bytes:
    """A compound file with this one stream: a reader that trusts every pointer
    can be given it without fear.
    """
    content = content.ljust(SMALL, b"\0")
    sectors = -(-len(content) // 512)
    tables = 1
    while tables * 128 < tables + 1 + sectors:
        tables += 1
    if tables > 109:
        raise ReadError("too_complex", detail=f"{len(content) // 1024 // 1024} MB of tables")
    fat = [FAT] * tables + [END] + list(range(tables + 2, tables + 1 + sectors)) + [END]
    fat += [FREE] * (tables * 128 - len(fat))
    header = MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, tables, tables, 0, SMALL, END, 0, END, 0)
    header += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    directory = _record("Root Entry", ROOT, 1, END, 0) + _record(
        name, STREAM, FREE, tables + 1, len(content)
    )
    return b"".join(
        (
            header,
            struct.pack(f"<{len(fat)}I", *fat),
            directory.ljust(512, b"\0"),
            content.ljust(sectors * 512, b"\0"),
        )
    )


def _record(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    named = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded) + 2, kind, 1)
    return named + struct.pack("<III36xIII", FREE, FREE, child, start, size, 0)


def _root(directory: bytes) -> tuple[dict[str, Stream], Stream]:
    entries = [
        _entry(directory[i : i + ENTRY]) for i in range(0, len(directory) - ENTRY + 1, ENTRY)
    ]
    if not entries or entries[0].kind != ROOT:
        raise _broken("directory")
    found = {}
    seen = {0}
    waiting = [entries[0].child]
    while waiting:
        at = waiting.pop()
        if at in seen or at >= len(entries):
            continue
        seen.add(at)
        entry = entries[at]
        waiting += (entry.left, entry.right)
        if entry.name:
            found[entry.name] = entry.stream
    return found, entries[0].stream


class _Entry(NamedTuple):
    name: str
    kind: int
    left: int
    right: int
    child: int
    stream: Stream


def _entry(record: bytes) -> _Entry:
    length, kind = struct.unpack_from("<HB", record, 64)
    left, right, child = struct.unpack_from("<III", record, 68)
    start, size = struct.unpack_from("<II", record, 116)
    name = record[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace")
    return _Entry(name, kind, left, right, child, Stream(start, size))


def _cut(where: str) -> ReadError:
    return ReadError("truncated", detail=where)


def _broken(why: str) -> ReadError:
    return ReadError("broken", kind="OLE", detail=why)


HEADER = 512
ENTRY = 128
STREAM, ROOT = 2, 5
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SMALL = 4096  # streams below this size lie in small sectors
# sector numbers from here on are marks: end of chain, free, …
SPECIAL = 0xFFFFFFFA
MOST_DIRECTORY = 2 * 1024 * 1024
