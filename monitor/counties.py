"""A county's file: whose it is, how it would change, and how it is written. What a person writes
meanwhile is never written over.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nianbao.monitor.standing import BEIJING
from nianbao.storage.nation import County, counties_named
from nianbao.storage.registry import (
    ConfigError,
    Counties,
    CountyEntry,
    UnitEntry,
    county_in,
    county_yaml,
    load_counties,
    text_of,
)
from nianbao.storage.rewriting import renamed, with_item_values, with_units, with_value

MOST_NAMED = 12


class CountyFileError(Exception):
    """Why a county's file can't be found, changed or written; the sentence says it."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh, en)


def the_county(named: str) -> County:
    """The county of a name or code, of the nation's. Raises CountyFileError."""
    known = counties_named(named)
    if not known:
        raise CountyFileError(f"{named}：没有找到", f"{named}: not found")
    if len(known) > 1:
        names = [county.full_name for county in known[:MOST_NAMED]]
        raise CountyFileError(
            f"{named}：有 {len(known)} 个：{'、'.join(names)}。请写全称",
            f"{named}: {len(known)} of that name: {', '.join(names)}. Give the full name",
        )
    return known[0]


# ---- the file that stands, or would


@dataclass(frozen=True)
class Here:
    """The county that is meant, and its file."""

    county: CountyEntry
    file: Path
    text: str  # as it is, or as a new one would begin
    mark: str  # of its bytes; empty where there is none
    standing: Counties  # of all files

    @cached_property
    def others(self) -> frozenset[str]:
        """The hosts of other counties' files."""
        code = self.county.code
        return frozenset(each.host for each in self.standing if each.code != code and each.host)

    @property
    def stands(self) -> bool:
        return bool(self.mark)

    @property
    def kept(self) -> Path:
        """Where a search that was broken off keeps what it saw."""
        return self.file.parent / ".discover" / f"{self.county.county}.jsonl"


def here_of(
    named: str, folder: Path, also: Sequence[str] = (), standing: Counties | None = None
) -> Here:
    """A county by its file that stands, else by the nation's list. Raises ConfigError where a
    file is faulty, CountyFileError where nobody knows the county. `standing`: all files, where who
    asks has them already; its own is read in any case.
    """
    if standing is None:
        standing = load_counties(folder) if any(folder.glob("*.yaml")) else Counties(())
    own = [code for code, name in standing.names.items() if named in (name, code)]
    county = standing.get(own[0]) if len(own) == 1 else None
    if county is None:
        chosen = the_county(named)
        county = standing.get(chosen.code)
        if county is None:
            file, text = free_file(chosen, folder), county_yaml(chosen)
            return _with_hosts(Here(county_in(text, file), file, text, "", standing), also)
    file = Path(county.file)
    mark, text = mark_of(file), text_of(file)
    return _with_hosts(Here(county_in(text, file), file, text, mark, standing), also)


def free_file(county: County, folder: Path) -> Path:
    """Where its file would be: several counties of the nation have one name."""
    names = (county.name, county.full_name, f"{county.name}{county.code}")
    free = (file for name in names if not (file := folder / f"{name}.yaml").exists())
    return next(free, folder / f"{names[-1]}.yaml")


def _with_hosts(here: Here, hosts: Sequence[str]) -> Here:
    """The same, where its portal may lead to more hosts."""
    if not hosts:
        return here
    text = with_value(here.text, "allow", list(dict.fromkeys((*here.county.allow, *hosts))))
    return replace(here, text=text, county=county_in(text, here.file))


def mark_of(file: Path) -> str:
    """The same for the same bytes; empty where there is no file."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


# ---- how it would change


class Edited(NamedTuple):
    """A unit as a person says it is."""

    was: str  # its name in the file; empty: it is new
    entry: UnitEntry
    renamed: str = ""  # the last day of its old name, where it has a new one


EDITABLE = ("name", "code", "kind", "aliases", "since", "until", "phone")


def with_edits(text: str, county: CountyEntry, edits: Sequence[Edited]) -> str:
    """The file with other units, and more. Raises CountyFileError where it can't be changed so,
    ConfigError where it would be faulty.
    """
    places = {unit.name: n for n, unit in enumerate(county.units)}
    changes: dict[int, Mapping[str, object]] = {}
    for edit in edits:
        if edit.was not in places:
            continue
        old = county.units[places[edit.was]]
        if changed := _changed(old, edit):
            changes[places[edit.was]] = changed
            text = renamed(text, old.name, edit.entry.name) if "name" in changed else text
    new = [edit.entry for edit in edits if not edit.was]
    try:
        text = with_item_values(text, "units", changes)
    except (ValueError, IndexError, LookupError):
        zh = "单位一段的写法无法自动修改，请直接编辑县配置文件"
        en = "its units are written in a way that can't be changed here: edit the file itself"
        raise CountyFileError(zh, en) from None
    if new:
        text, _ = with_units(text, new)
    county_in(text, Path(county.file))
    return text


def _changed(old: UnitEntry, edit: Edited) -> dict[str, object]:
    """What is not as it was."""
    new = edit.entry
    changed: dict[str, object] = {}
    for key in EDITABLE:
        value = getattr(new, key)
        if value != getattr(old, key):
            changed[key] = list(value) if key == "aliases" else value
    if "name" in changed and edit.renamed:
        former = [each._asdict() for each in old.former]
        changed["former"] = [*former, {"name": old.name, "until": edit.renamed}]
    return changed


def difference(before: str, after: str) -> list[str]:
    """What goes and what comes, a line each with its sign, and three lines around."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return list(lines)[2:]


def faults_among(text: str, file: Path, counties: Sequence[CountyEntry]) -> list[str]:
    """What would be wrong with it beside the other files."""
    try:
        entry = county_in(text, file)
    except ConfigError as error:
        return error.faults
    own = {entry.code, *(unit.code for unit in entry.units if unit.code)}
    for county in counties:
        if Path(county.file).name == file.name:
            continue
        for code in (county.code, *(unit.code for unit in county.units)):
            if code in own:
                return [f"代码 {code} 已在 {county.file} / code {code} is in {county.file}"]
    return []


# ---- it is written


CHANGED = (
    "县配置文件在此期间被改动过，没有写入；请重新打开后再改",
    "the county's file was changed meanwhile: nothing was written. Open it again",
)


def write(file: Path, text: str, mark: str, now: datetime) -> str:
    """The file with a text that was made of what had `mark`; where the copy of the old one is.
    Raises CountyFileError where it is another by now, OSError where it can't be written.
    """
    if mark_of(file) != mark:
        raise CountyFileError(*CHANGED)
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_name(f".{file.name}.{os.getpid()}.new")
    whole.write_text(text, encoding="utf-8")
    try:
        if not mark:
            _put(whole, file)
            return ""
        copy = _copied(file, now)
        shutil.copymode(file, whole)
        if mark_of(file) != mark:
            raise CountyFileError(*CHANGED)
        whole.replace(file)
        return str(copy)
    finally:
        whole.unlink(missing_ok=True)


def _put(whole: Path, file: Path) -> None:
    """Where there is none: one that somebody made meanwhile stays."""
    try:
        os.link(whole, file)
    except FileExistsError:
        raise CountyFileError(*CHANGED) from None
    except OSError:  # a file system without links
        with file.open("xb") as out:
            out.write(whole.read_bytes())


def _copied(file: Path, now: datetime) -> Path:
    copy = file.with_name(f"{file.name}.{now.astimezone(BEIJING):%Y%m%d-%H%M%S}.bak")
    shutil.copy2(file, copy)
    return copy
