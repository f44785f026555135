"""OLE compound files with the streams that a test wants in them."""

from __future__ import annotations

import struct
from collections.abc import Mapping

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def write_compound(streams: Mapping[str, bytes]) -> bytes:
    """Every stream is filled up to the size at which it gets sectors of its own."""
    contents = [content.ljust(4096, b"\0") for content in streams.values()]
    contents.insert(0, _directory(list(streams), contents))
    sizes = [-(-len(content) // SECTOR) for content in contents]
    tables = 1
    while tables * SECTOR // 4 < sum(sizes) + tables:
        tables += 1
    fat = [FAT] * tables
    starts = []
    for size in sizes:
        starts.append(len(fat))
        fat += [len(fat) + i + 1 for i in range(size - 1)] + [END]
    fat += [FREE] * (tables * SECTOR // 4 - len(fat))
    contents[0] = _directory(list(streams), contents[1:], starts[1:])
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack("<IIIIIIIII", 0, tables, starts[0], 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    body = b"".join(
        content.ljust(size * SECTOR, b"\0") for content, size in zip(contents, sizes, strict=True)
    )
    return header + struct.pack(f"<{len(fat)}I", *fat) + body


def _directory(names: list[str], contents: list[bytes], starts: list[int] | None = None) -> bytes:
    entries = [_entry("Root Entry", 5, child=1 if names else FREE, start=END, size=0)]
    for i, (name, content) in enumerate(zip(names, contents, strict=True)):
        right = i + 2 if i + 1 < len(names) else FREE
        entries.append(
            _entry(name, 2, right=right, start=starts[i] if starts else 0, size=len(content))
        )
    return b"".join(entries)


def _entry(
    name: str, kind: int, *, start: int, size: int, right: int = FREE, child: int = FREE
) -> bytes:
    encoded = name.encode("utf-16-le")
    record = encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(encoded) + 2, kind, 1, FREE, right, child
    )
    return record + b"\0" * 36 + struct.pack("<III", start, size, 0)
