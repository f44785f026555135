"""All that is known in one file, to be brought back on another machine.

A tar that any tool opens: the database as SQLite's, whatever it was, the configuration, the
evidence as in its folder, and at the end what must be in it. Without that end it is no backup.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nianbao.storage.archive import hashes
from nianbao.storage.copying import carry, marks_of, refuse_full, tables_with_rows, unlike
from nianbao.storage.evidence import MOST_BYTES, DeletedError, Evidence, EvidenceError, unpacked
from nianbao.storage.lease import lives, me
from nianbao.storage.people import end_sessions
from nianbao.storage.store import HEAD, open_store, session, unmoved

DATABASE, END = "nianbao.db.gz", "backup.json"
CONFIG = re.compile(r"config/(nianbao\.toml|counties/[^/]+\.yaml)")
PIECE = re.compile(r"evidence/([0-9a-f]{2})/([0-9a-f]{2})/(?P<name>\1\2[0-9a-f]{60})\.gz")
TOMBSTONE = re.compile(r"evidence/([0-9a-f]{2})/([0-9a-f]{2})/(?P<name>\1\2[0-9a-f]{60})\.gone")
MOST_CONFIG = 16 * 1024 * 1024
MOST_END = 64 * 1024 * 1024
MOST_STONE = 1024 * 1024
MOST_PIECE = MOST_BYTES + 1024 * 1024  # packed, what can't be packed is a little longer
# A database of a release that did not write how large it is: so many times what is packed.
MOST_TIMES, LEAST_ROOM = 100, 64 * 1024 * 1024
CHUNK = 1024 * 1024

Told = Callable[[str, int], None]


class BackupError(Exception):
    """A backup that can't be made or brought back; a line for each thing that is wrong."""


class End(NamedTuple):
    """What a backup says of itself, behind all else."""

    made: str
    version: str  # of the program
    revision: str  # of the database
    database: str  # the hash of its file
    marks: dict[str, str]  # of each table
    pieces: int
    lost: dict[str, str]  # what was not whole when it was made, and why
    deleted: str = ""  # the mark of its tombstones; empty in those of before there were any
    # What releases before did not write.
    config: dict[str, str] | None = None  # the hash of each of its files
    named: str = ""  # the mark of the pieces' names
    size: int = 0  # of the database, unpacked


@dataclass
class Backup:
    """What stands in a file that was looked through."""

    file: Path
    database: Path
    end: End
    config: dict[str, bytes] = field(default_factory=dict)
    pieces: set[str] = field(default_factory=set)
    # Of what was deleted as the settings said, the hash of each tombstone.
    deleted: dict[str, str] = field(default_factory=dict)
    packed: str = ""  # the hash of the database as it stands there

    @property
    def is_config_proven(self) -> bool:
        """Whether the configuration is surely what it was; a release before did not hash it."""
        return not self.config or self.end.config is not None

    @property
    def lost(self) -> dict[str, str]:
        return self.end.lost


# ---- making one


def back_up(
    engine: Engine,
    evidence: Evidence,
    file: Path,
    config: Mapping[str, bytes],
    version: str,
    now: datetime,
    told: Told = lambda *_: None,
) -> Backup:
    """While others work on the store: as it is at one moment. Raises BackupError, OSError."""
    if file.exists():
        raise BackupError(
            f"{file} 已存在，请另起文件名 / {file} is there already, name another one"
        )
    for name, body in config.items():
        if fault := _misplaced(_entry(f"config/{name}", len(body), now), ()):
            raise BackupError(fault)
    with _beside(file) as folder:
        copied = folder / "nianbao.db"
        with unmoved(engine) as s:
            marks = _copied(s, copied, told)
            wanted = hashes(s)
        size = copied.stat().st_size
        packed = _packed(copied, folder / DATABASE)
        whole = folder / "whole.tar"
        with whole.open("xb") as out:
            os.chmod(whole, 0o600)
            with _writing(out) as tar:
                _add_file(tar, DATABASE, packed, now)
                for name, body in config.items():
                    _add(tar, f"config/{name}", body, now)
                added = _add_evidence(tar, evidence, wanted, now, told)
                end = End(
                    made=now.isoformat(),
                    version=version,
                    revision=HEAD,
                    database=_hash_of(packed),
                    marks=marks,
                    **added._asdict(),
                    config={name: _mark_of(body) for name, body in config.items()},
                    size=size,
                )
                _add(tar, END, _written(end), now)
            out.flush()
            os.fsync(out.fileno())
        found = look_through(whole, folder / "again", told)
        if unlike(_marks_in(found.database), marks):
            raise BackupError("写成的备份与数据库不符 / the backup is not what the database was")
        os.replace(whole, file)
        _keep_name(file.parent)
    return replace(found, file=file)


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder beside it for what is not whole yet; what one that died left there goes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for old in file.parent.glob(f".{file.name}.*.new"):
        holder = old.name.removeprefix(f".{file.name}.").removesuffix(".new")
        if holder == me() or not lives(holder):
            shutil.rmtree(old, ignore_errors=True)
    folder = file.parent / f".{file.name}.{me()}.new"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(s: Session, file: Path, told: Told) -> dict[str, str]:
    """Every row into a new file of SQLite; what each table holds."""
    target = open_store(f"sqlite:///{file}")
    try:
        with session(target) as new:
            return carry(s, new, told).marks
    finally:
        target.dispose()


def _marks_in(database: Path) -> dict[str, str]:
    engine = open_store(f"sqlite:///{database}")
    try:
        with unmoved(engine) as s:
            return marks_of(s)
    finally:
        engine.dispose()


def _packed(file: Path, packed: Path) -> Path:
    with file.open("rb") as source, gzip.open(packed, "xb", 6) as target:
        shutil.copyfileobj(source, target, CHUNK)
    file.unlink()
    return packed


def _hash_of(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


class Added(NamedTuple):
    """Of the evidence, as the end tells it."""

    pieces: int
    lost: dict[str, str]
    deleted: str
    named: str


def _add_evidence(
    tar: tarfile.TarFile, evidence: Evidence, wanted: set[str], now: datetime, told: Told
) -> Added:
    """All that is there and all that must be; of what was deleted, its tombstone. What is not
    whole is told of, not copied.
    """
    lost: dict[str, str] = {}
    deleted: dict[str, str] = {}
    pieces: set[str] = set()
    there = {*evidence.names(), *evidence.tombstones()}
    for name in sorted(there | wanted):
        place = f"evidence/{name[:2]}/{name[2:4]}/{name}"
        try:
            packed = evidence.packed(name)
            unpacked(name, packed)
        except DeletedError:
            stone = evidence.tombstone(name)
            _add(tar, f"{place}.gone", stone, now)
            deleted[name] = _mark_of(stone)
        except EvidenceError as error:
            lost[name] = str(error)
        else:
            _add(tar, f"{place}.gz", packed, now)
            pieces.add(name)
            told("evidence", 1)
    return Added(len(pieces), lost, _mark_of_all(deleted), _mark_of_names(pieces))


def _mark_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _mark_of_all(deleted: Mapping[str, str]) -> str:
    """Of all tombstones, in whatever order they come; empty where there are none."""
    lines = [f"{name} {mark}\n" for name, mark in sorted(deleted.items())]
    return _mark_of("".join(lines).encode()) if lines else ""


def _mark_of_names(pieces: Collection[str]) -> str:
    return _mark_of("\n".join(sorted(pieces)).encode())


def _written(end: End) -> bytes:
    """With the mark of itself."""
    told = end._asdict()
    return json.dumps({**told, "mark": _mark_of_told(told)}, ensure_ascii=False).encode()


def _mark_of_told(told: Mapping[str, Any]) -> str:
    return _mark_of(json.dumps(told, sort_keys=True).encode())


@contextmanager
def _writing(out: BinaryIO) -> Iterator[tarfile.TarFile]:
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        yield tar


def _add(tar: tarfile.TarFile, name: str, body: bytes, now: datetime) -> None:
    tar.addfile(_entry(name, len(body), now), BytesIO(body))
    _forget(tar)


def _forget(tar: tarfile.TarFile) -> None:
    """It remembers what went through it, which for millions of pieces fills the memory."""
    tar.members.clear()  # type: ignore[attr-defined]


def _add_file(tar: tarfile.TarFile, name: str, file: Path, now: datetime) -> None:
    with file.open("rb") as source:
        tar.addfile(_entry(name, file.stat().st_size, now), source)


def _entry(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, int(now.timestamp()), 0o600
    return entry


def _keep_name(folder: Path) -> None:
    """The name of a file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---- looking through one


def look_through(file: Path, folder: Path, told: Told = lambda *_: None) -> Backup:
    """Every byte of it held against what it must be; its database is put into the folder.

    Raises BackupError, OSError.
    """
    end = _end_in(file)
    found = Backup(file, folder / "nianbao.db", end)
    folder.mkdir(parents=True, exist_ok=True)
    with _members(file) as members:
        wrong = [fault for name, body in members for fault in _taken(found, name, body, told)]
    if found.packed != end.database:
        raise BackupError(f"{file} 中的数据库已损坏 / the database in {file} is damaged")
    there, due = len(found.pieces), end.pieces
    if there != due:
        zh, en = f"证据 {there} 件，应为 {due} 件", f"{there} pieces of evidence, not {due}"
        wrong.append(f"{zh} / {en}")
    elif end.config is not None and _mark_of_names(found.pieces) != end.named:
        wrong.append("证据与备份时不同 / its evidence is not that which it had")
    if _mark_of_all(found.deleted) != end.deleted:
        wrong.append("证据的删除记录与备份时不同 / its tombstones are not those that it had")
    if end.config is not None:
        wrong += _unlike_config(found.config, end.config)
    if wrong:
        raise BackupError("\n".join(wrong))
    return found


def _unlike_config(config: Mapping[str, bytes], due: Mapping[str, str]) -> list[str]:
    there = {name: _mark_of(body) for name, body in config.items()}
    return [
        f"配置文件 {name} 与备份时不同 / {name} is not what it was"
        for name in sorted({*there, *due})
        if there.get(name) != due.get(name)
    ]


def _taken(found: Backup, name: str, body: IO[bytes], told: Told) -> list[str]:
    """What is wrong with a member; what is right is put where it belongs."""
    if match := PIECE.fullmatch(name):
        found.pieces.add(match["name"])
        told("evidence", 1)
        return _faults(match["name"], body.read())
    if match := TOMBSTONE.fullmatch(name):
        found.deleted[match["name"]] = _mark_of(body.read())
    elif name == DATABASE:
        found.packed = _put_database(body, found)
    elif name != END:
        found.config[name.removeprefix("config/")] = body.read()
    return []


# ---- what may stand in one

# How long each may be; what is none of them is foreign.
KINDS: tuple[tuple[re.Pattern[str], int | None], ...] = (
    (re.compile(re.escape(DATABASE)), None),
    (re.compile(re.escape(END)), MOST_END),
    (CONFIG, MOST_CONFIG),
    (PIECE, MOST_PIECE),
    (TOMBSTONE, MOST_STONE),
)


def _end_in(file: Path) -> End:
    """What it says of itself, before anything of it is unpacked: by its members' heads alone.

    Raises BackupError, also where a member has no place in it.
    """
    names: set[str] = set()
    end: End | None = None
    with _opened(file) as tar:
        for entry in _entries(tar):
            if fault := _misplaced(entry, names):
                raise BackupError(f"{file}：{fault}")
            names.add(entry.name)
            if entry.name == END and (body := tar.extractfile(entry)) is not None:
                end = _end_of(body.read())
    if end is None or DATABASE not in names:
        raise BackupError(f"{file} 不是完整的备份 / {file} is no whole backup")
    return end


def _misplaced(entry: tarfile.TarInfo, names: Collection[str]) -> str:
    """Why a member can't be what a backup holds; empty where it can."""
    name = entry.name if entry.name.isprintable() else ascii(entry.name)
    most = next((most for kind, most in KINDS if kind.fullmatch(entry.name)), 0)
    if most == 0 or not entry.isreg() or entry.issparse() or not entry.name.isprintable():
        return f"其中有不属于备份的内容：{name} / it holds what is no part of a backup: {name}"
    if entry.name in names or _other_of(entry.name) in names:
        return f"{name} 在其中有两份 / {name} is in it twice"
    if entry.size < 0 or (most is not None and entry.size > most):
        return f"{name} 过大（{entry.size}）/ {name} is too large ({entry.size})"
    return ""


def _other_of(name: str) -> str:
    """A piece is there, or was deleted."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}{dot}{OTHER[ending]}" if name.startswith("evidence/") else ""


OTHER = {"gz": "gone", "gone": "gz"}


@contextmanager
def _members(file: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """What stands in it, in its order. Raises BackupError where it is no tar, or is cut."""
    with _opened(file) as tar:
        yield _files_in(tar)


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except BROKEN as error:
        said = str(error)
        raise BackupError(
            f"{file} 不是备份，或不完整（{said}）/ {file} is no backup, or not whole ({said})"
        ) from None


# What the reader of a tar raises of bytes that are none.
BROKEN = (
    *(tarfile.TarError, gzip.BadGzipFile, zlib.error),
    *(EOFError, ValueError, OverflowError, RecursionError),
)


def _files_in(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for entry in _entries(tar):
        body = tar.extractfile(entry) if entry.isreg() else None
        if body is not None:
            yield entry.name, body


def _entries(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (entry := tar.next()) is not None:
        _forget(tar)
        yield entry


def _put_database(body: IO[bytes], found: Backup) -> str:
    """Unpacked where it is looked at, if it is what was packed; the hash of that."""
    file, end = found.database, found.end
    packed = file.with_suffix(".gz")
    with packed.open("wb") as out:
        shutil.copyfileobj(body, out, CHUNK)
    name = _hash_of(packed)
    if name == end.database:
        most = end.size or packed.stat().st_size * MOST_TIMES + LEAST_ROOM
        _unpack(packed, file, most, found.file)
    packed.unlink()
    return name


def _unpack(packed: Path, file: Path, most: int, backup: Path) -> None:
    """Raises BackupError as soon as there is more than there may be."""
    left = most
    with gzip.open(packed) as source, file.open("wb") as target:
        while chunk := source.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                zh = f"{backup} 中的数据库比应有的大（超过 {most} 字节）"
                en = f"the database in {backup} is larger than it may be ({most} bytes)"
                raise BackupError(f"{zh} / {en}")
            target.write(chunk)


def _faults(name: str, packed: bytes) -> list[str]:
    try:
        unpacked(name, packed)
    except EvidenceError as error:
        return [str(error)]
    return []


def _end_of(body: bytes) -> End | None:
    """None where it is none, or is not what its own mark says."""
    try:
        told = json.loads(body)
        mark = told.pop("mark", None)
        end = End(**told)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    is_marked = MARKED.isdisjoint(told) if mark is None else _mark_of_told(told) == mark
    return end if is_marked and _is_sound(end) else None


MARKED = frozenset(("config", "named", "size"))  # what no release wrote without a mark


def _is_sound(end: End) -> bool:
    """Whether all in it is of its kind."""
    texts = (end.made, end.version, end.revision, end.database, end.deleted, end.named)
    tables = (end.marks, end.lost, {} if end.config is None else end.config)
    if not all(isinstance(table, dict) for table in tables):
        return False
    told = chain(texts, *(table.values() for table in tables))
    numbers = (type(end.pieces), type(end.size))
    return numbers == (int, int) and all(isinstance(text, str) for text in told)


# ---- bringing it back


def bring_back(
    found: Backup, target: Engine, evidence: Evidence, told: Told = lambda *_: None
) -> int:
    """Into an empty store; how many rows. Begun again, it goes on with what is there.

    The rows come last and all at once: with them it is done. Raises BackupError, StoreError.
    """
    refuse_others(found, target, evidence)
    with _members(found.file) as members:
        for name, body in members:
            if match := PIECE.fullmatch(name):
                evidence.put(match["name"], body.read())
                told("evidence", 1)
            elif match := TOMBSTONE.fullmatch(name):
                evidence.put_tombstone(match["name"], body.read())
    source = open_store(f"sqlite:///{found.database}")  # of an older release: brought up to date
    try:
        with unmoved(source) as old, session(target) as new:
            refuse_full(new)
            if faults := missing_from(evidence, hashes(old), found.lost):
                raise BackupError("\n".join(faults))
            rows = carry(old, new, told).rows
            end_sessions(new)  # whoever was put out since sits there no more
            return rows
    finally:
        source.dispose()


def missing_from(evidence: Evidence, wanted: set[str], lost: Mapping[str, str]) -> list[str]:
    """What is wrong with the evidence, but for what was so when the backup was made."""
    return [problem for name, problem in evidence.verify(wanted) if name not in lost]


def refuse_others(found: Backup, target: Engine, evidence: Evidence) -> None:
    """Raises BackupError where something is known already, or the evidence is another store's.

    Its own may be there: a database is lost more easily than files that never change.
    """
    with unmoved(target) as s:
        is_full = bool(tables_with_rows(s))
    if is_full:
        raise BackupError(
            "目标数据库不是空的；恢复只写入空库，请用 --store 另指数据库，"
            "并用 --evidence 另指证据库 / the database is not empty, "
            "and a backup is brought back into an empty one only: name "
            "another with --store, and another place with --evidence"
        )
    there = set(evidence.names())
    if there and not there & found.pieces:
        raise BackupError(
            f"证据库 {evidence.root} 中是别处的证据（{len(there)} 件）：请用 --evidence 另指一处"
            f" / the {len(there)} pieces in {evidence.root} are somebody else's: name another "
            "place with --evidence"
        )
