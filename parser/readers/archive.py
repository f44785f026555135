"""Zip archives: the files in them that may be reports,
without ever touching the disk.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.package import ENCRYPTED, open_package, unpack
from nianbao.parser.sniff import sniff


def members(data: bytes) -> list[tuple[str, bytes]]:
    """The readable files with their names, in the order of the archive. The
    names are for showing only.

    Files in a zip inside of the zip are among them. What can't be read for a
    reason that somebody can mend (a password, a rar in the zip, a zip in a zip
    in a zip) is among them too, so that its reason is told.
    """
    kind = sniff(data)
    if kind != "zip":
        raise ReadError("archive_kind", detail=kind)
    found = list(_members(data, _Room(), inside=False))
    if not found:
        raise ReadError("empty_archive", detail=f"{data.count(ENTRY_MARK)} entries")
    return found


MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
# up to this size anything may be packed as tightly as it likes
SMALL = 10 * 1024 * 1024
ENTRY_MARK = b"PK\x01\x02"


@dataclass(slots=True)
class _Room:
    """What may still be unpacked, over all levels."""

    left: int = MOST_UNPACKED


def _members(data: bytes, room: _Room, *, inside: bool) -> Iterator[tuple[str, bytes]]:
    package = open_package(data, "zip")
    entries = [(shown_name(entry), entry) for entry in package.infolist() if not entry.is_dir()]
    names = {name for name, _ in entries}
    entries = [
        (name, entry)
        for name, entry in entries
        if not _is_litter(name) and not _belongs_to_page(name, names)
    ]
    if any(entry.flag_bits & ENCRYPTED for _, entry in entries):
        raise ReadError("encrypted")
    for name, entry in entries:
        content = _content(package, entry, room)
        kind = _kind(content)
        if kind == "zip" and not inside:
            try:
                inner = list(_members(content, room, inside=True))
            except ReadError as error:
                if error.code == "bomb":
                    raise
                # one bad archive must not hide the files beside it
                yield name, content
                continue
            yield from ((f"{name}/{member}", member_content) for member, member_content in inner)
        elif kind not in UNREADABLE:
            yield name, content


UNREADABLE = frozenset(("binary", "empty", "unsupported"))


def _content(package: zipfile.ZipFile, entry: zipfile.ZipInfo, room: _Room) -> bytes:
    # What an entry declares may be a lie, so the bytes are counted as they
    # come.
    most = min(room.left, max(SMALL, entry.compress_size * MOST_RATIO))
    content = unpack(package, entry, most)
    room.left -= len(content)
    return content


def _kind(content: bytes) -> str:
    try:
        return sniff(content)
    except ReadError as error:
        return error.code


# ---- names


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name as the person who packed it saw it,
    with nothing in it that leads elsewhere.
    """
    name = entry.filename
    if not entry.flag_bits & UTF8:
        name = _rightly_decoded(name)
    steps = [step.strip() for step in re.split(r"[/\\]", UNPRINTABLE.sub("", name))]
    steps = [step for step in steps if step not in ("", ".", "..")]
    if steps and re.fullmatch("[A-Za-z]:", steps[0]):
        steps = steps[1:]
    return "/".join(steps)[-MOST_NAME:] or "?"


def _rightly_decoded(name: str) -> str:
    """Chinese Windows packs names in GBK without saying so; macOS in UTF-8."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


UTF8 = 0x800
MOST_NAME = 200
UNPRINTABLE = pattern_of("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _is_litter(name: str) -> bool:
    last = name.rpartition("/")[2]
    return (
        name.startswith("__MACOSX/")
        or last.startswith(("~$", "._"))
        or last.lower() in ("thumbs.db", ".ds_store", "desktop.ini")
        or last.lower().endswith((".css", ".js", ".tmp"))
    )


def _belongs_to_page(name: str, names: set[str]) -> bool:
    """The pictures and scripts that a browser saves beside a page: 年报.htm
    and 年报_files/ or 年报.files/.
    """
    folder = re.match(r"(.+?)(?:_files|\.files)/", name)
    return folder is not None and any(
        folder[1] + suffix in names for suffix in (".htm", ".html", ".mht")
    )
