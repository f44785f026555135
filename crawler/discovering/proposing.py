"""What was found against the county's file that stands: what to add, what moved, what to say.

The file is changed only where a person says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nianbao.crawler.addresses import key_of, split
from nianbao.crawler.discovering.found import Column, Discovery
from nianbao.storage.registry import ColumnEntry, CountyEntry, UnitEntry
from nianbao.storage.rewriting import with_columns


class Moved(NamedTuple):
    """A column of the file that is not there any more, and where its reports are now."""

    url: str
    to: str  # empty where nothing was found instead


@dataclass(frozen=True)
class Proposal:
    """How the county's file would change."""

    new: tuple[ColumnEntry, ...]
    moved: tuple[Moved, ...]
    stay: tuple[str, ...]  # columns of the file that are there as they were
    units: tuple[UnitEntry, ...] = ()  # departments that a person wants added

    @property
    def changes(self) -> bool:
        return bool(self.new or self.units or any(each.to for each in self.moved))


def proposed(county: CountyEntry, found: Discovery, *, departments: bool = False) -> Proposal:
    """`departments`: also the columns of bodies that are not in the file, and these bodies."""
    standing = {_key(entry.url) for entry in county.columns}
    fitting = [each for each in found.columns if departments or not each.body]
    new = [column for column in fitting if _key(column.url) not in standing]
    moved = tuple(_moved(entry, new) for entry in county.columns if entry.url in found.gone)
    gone = {each.url for each in moved}
    stay = tuple(entry.url for entry in county.columns if entry.url not in gone)
    units: tuple[UnitEntry, ...] = ()
    if departments:
        units = tuple(UnitEntry(body.name, kind="department") for body in found.bodies)
    return Proposal(tuple(map(_entry, new)), moved, stay, units)


def _key(url: str) -> str:
    """The same for one column; a fragment may tell which."""
    return f"{key_of(url)}#{url.partition('#')[2]}"


def _moved(entry: ColumnEntry, new: Sequence[Column]) -> Moved:
    """Where a column went: to a new one of the same unit, or for many where it was for many."""
    same = [column.url for column in new if (column.unit or column.body) == entry.unit]
    return Moved(entry.url, next(iter(same), ""))


def _entry(column: Column) -> ColumnEntry:
    return ColumnEntry(column.url, column.preset, column.unit or column.body, column.expect)


def file_text(text: str, county: CountyEntry, found: Discovery, wanted: Proposal) -> str:
    """The file as it would be. What people wrote in it stays."""
    host = ""
    if found.host is not None and not county.host:
        host = found.host.host
    return with_columns(
        text,
        wanted.new,
        dropped=[each.url for each in wanted.moved if each.to],
        host=host,
        scheme="http" if found.plain else "",
        notes=notes_of(found),
    )


def notes_of(found: Discovery) -> list[str]:
    """What a person must know of what is not written: a line each."""
    notes = [
        f"存疑，未写入 {each.url}（{'、'.join(each.units) or '单位不明'}）：{each.why}"
        for each in found.doubtful
    ]
    for each in found.without:
        tried = "；".join(f"{path_of(one.url)} {one.why}" for one in each.tried)
        notes.append(f"没有找到栏目：{each.unit}（试过 {tried}）")
    return [" ".join(note.split()) for note in notes]


def path_of(url: str) -> str:
    """An address without its host."""
    parts = split(url)
    return url.partition(parts.netloc)[2] or "/" if parts.netloc else url
