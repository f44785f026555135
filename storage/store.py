"""Opening the database.

SQLite in a file by default, PostgreSQL by its URL; migrated first.
"""

from __future__ import annotations

import atexit
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from importlib import resources
from pathlib import Path
from sqlite3 import OperationalError
from threading import Lock
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from nianbao.storage import search
from nianbao.storage.models import Base, complete_for_postgresql
from nianbao.storage.packing import as_json

VERSIONS = resources.files("nianbao.storage.migrations.versions")
HEAD = max(file.name[:4] for file in VERSIONS.iterdir() if file.name[0] == "0")
SCRIPTS = str(resources.files("nianbao.storage") / "migrations")
# A server that is gone is found out, if the address says nothing else (seconds; milliseconds).
WATCHED = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "client_encoding": "utf8",  # whatever the machine speaks
}
DEFAULT = "sqlite:///nianbao.db"
# The revision of a store that is being copied into: no program works on it, of whatever release.
COPYING = "copying"
HALF = f"{COPYING} {HEAD}"


class StoreError(Exception):
    """The database can't be used; the sentence says why and what to do."""


class OldStoreError(StoreError):
    """It is of an older release, and whoever only reads it leaves it so."""

    def __init__(self, revision: str) -> None:
        zh = f"数据库由旧版本写成（{revision}），本命令不改动它"
        en = (
            f"the database is of an older release ({revision}), and this command leaves it as it "
            "is: `nianbao daemon` or `nianbao sweep` brings it up to date"
        )
        super().__init__(f"{zh}；运行 nianbao daemon 或 nianbao sweep 即升级 / {en}")


OPENED: WeakSet[Engine] = WeakSet()  # none is kept by this: its pool knows its engine


@atexit.register
def _close_all() -> None:
    """A program that ends leaves no `-wal` beside a file."""
    for engine in list(OPENED):
        engine.dispose()


def open_store(
    url: str = DEFAULT,
    *,
    upgrade: bool = True,
    known: bool = False,
    half: bool = False,
    asks: bool = False,
) -> Engine:
    """`known`: it must be there already; it may be read-only. `half`: it may be a copy that is not
    finished. `asks`: known, and nothing is written: one of an older release stays as it is.
    """
    known = known or asks
    parsed = address_of(url)
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(f"{backend} 数据库不受支持，请用 sqlite:///文件 或 postgresql://…")
    if backend == "postgresql":
        complete_for_postgresql()
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if backend == "postgresql":
        parsed = parsed.set(query={**WATCHED, **parsed.query})
    file = file_of(url)
    if file is not None and known and not file.exists():
        raise StoreError(" / ".join(not_there(file)))
    if file is not None and known and not _is_writable(file):
        parsed = _read_only(parsed, file)
    elif file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_own(file)
    engine = create_engine(parsed, pool_pre_ping=True, json_serializer=as_json)
    OPENED.add(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    if engine.dialect.name == "postgresql":
        _check_encoding(engine)
    revision = _revision(engine)
    if revision == HALF and half:
        return engine
    if revision.startswith(COPYING) and half:
        zh = "目标是由另一版本开始复制的，请另建空数据库"
        raise StoreError(f"{zh} / another release began to copy into it: make an empty one")
    if revision.startswith(COPYING):
        zh = "数据库是一份未完成的副本，请重新执行 nianbao store copy"
        raise StoreError(f"{zh} / the database is half a copy: run `nianbao store copy` again")
    if revision > HEAD:
        zh = f"数据库由更新的版本写成（{revision}），请升级 nianbao"
        en = f"the database was written by a newer version ({revision}), upgrade nianbao"
        raise StoreError(f"{zh} / {en}")
    if asks and revision not in ("", HEAD):
        raise OldStoreError(revision)
    if upgrade and revision != HEAD and parsed.query.get("mode") == "ro":
        zh = f"数据库 {file} 只读，且由旧版本写成（{revision}），请先在可写之处打开一次"
        en = f"the database {file} can't be written to, and is of an older version ({revision})"
        raise StoreError(f"{zh} / {en}")
    if upgrade and revision != HEAD and (revision or not _make(engine)):
        migrate(engine)
    return engine


def is_read_only(engine: Engine) -> bool:
    """Whether its file may not be written to by us."""
    return engine.url.query.get("mode") == "ro"


def address_of(url: str) -> URL:
    """The parts of a database's address; a password may hold any of @ / : ? # as they are.

    Raises ArgumentError, which tells nothing of what is in it.
    """
    scheme, mark, rest = url.partition("://")
    who, at, where = _parted(rest)
    if mark and at and not scheme.startswith("sqlite"):
        name, colon, word = who.partition(":")
        url = f"{scheme}://{_quoted(name)}{colon}{_quoted(word)}@{where}"
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise ArgumentError("not a database's address") from None


def _parted(rest: str) -> tuple[str, str, str]:
    """At the last "@" that is of no option behind the address: a password may hold all others."""
    who, at, where = rest.rpartition("@")
    while at and OPTION.search(who):
        who, at, more = who.rpartition("@")
        where = f"{more}@{where}"
    return who, at, where


# Where an "@" would stand in the value of what PostgreSQL takes: `?application_name=a@b`.
OPTION = re.compile(
    r"/[^?@/]*\?(?:[^&]*&)*(host|hostaddr|port|dbname|user|password|passfile|service|options|"
    "application_name|"
    r"fallback_application_name|client_encoding|connect_timeout|\w*ssl\w*|krbsrvname|"
    "target_session_attrs)=[^&]*$"
)


def _quoted(word: str) -> str:
    """What would end it is written in percent signs; those that are there stay."""
    return re.sub("[@/:?#]", lambda sign: f"%{ord(sign[0]):02X}", word)


def shown(url: str) -> str:
    """Where a database is, without who asks and by which password."""
    try:
        parsed = address_of(url)
    except ArgumentError:
        return "—"
    if parsed.get_backend_name() == "sqlite":
        return url
    port = f":{parsed.port}" if parsed.port else ""
    return f"{parsed.host or ''}{port}/{parsed.database or ''}"


def has_password(url: str) -> bool:
    try:
        return bool(address_of(url).password)
    except ArgumentError:
        return "@" in url


def _make(engine: Engine) -> bool:
    """The tables of a new store, at once as the last migration leaves them.

    False where it is not empty: then the migrations know what to do.
    """
    with engine.begin() as connection:
        _in_turn(connection)
        if inspect(connection).get_table_names():
            return False
        Base.metadata.create_all(connection, checkfirst=False)
        REVISION.create(connection)
        connection.execute(REVISION.insert().values(version_num=HEAD))
    return True


def _in_turn(connection: Connection) -> None:
    """Daemon, workers and pages are begun together: in PostgreSQL one of them makes the tables."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('nianbao tables'))"))


def is_half(s: Session) -> bool:
    """Whether it is a copy that is not finished."""
    return s.scalar(select(REVISION.c.version_num)) == HALF


def say_half(s: Session) -> None:
    s.execute(REVISION.update().values(version_num=HALF))


def say_whole(s: Session) -> None:
    s.execute(REVISION.update().values(version_num=HEAD))


# As Alembic makes it, which takes longer to import than all tables to make.
REVISION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def not_there(file: Path) -> tuple[str, str]:
    """What is said where a database is not, in Chinese and English."""
    return (
        f"没有数据库 {file}，请检查 --store 和 nianbao.toml；还没有巡检过的先用 nianbao sweep",
        f"there is no database {file}, see --store and nianbao.toml; `nianbao sweep` makes it",
    )


def file_of(url: str) -> Path | None:
    """Where a database in a file is; None of another one."""
    parsed = address_of(url)
    name = parsed.database if parsed.get_backend_name() == "sqlite" else ""
    return Path(name) if name and name != ":memory:" else None


def _is_writable(file: Path) -> bool:
    """Whether SQLite can work there: beside the file it writes two more."""
    return all(os.access(place, os.W_OK, effective_ids=True) for place in (file, file.parent))


def _read_only(parsed: URL, file: Path) -> URL:
    """Without the files beside it, which tell who reads and writes: nobody writes."""
    waiting = file.with_name(f"{file.name}-wal")
    query = {"mode": "ro", "uri": "true"}
    if not waiting.exists() or not waiting.stat().st_size:
        query["immutable"] = "1"
    return parsed.set(database=f"file:{quote(str(file.absolute()))}", query=query)


def _make_own(file: Path) -> None:
    """A new one is its owner's alone; what SQLite writes beside it has the same rights."""
    if not file.name.startswith("file:"):
        with suppress(OSError):  # it is there, or SQLite says why it can't be made
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def beside(file: Path) -> tuple[Path, ...]:
    """The files of a database, of which some may not be there."""
    return (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm")))


def _check_encoding(engine: Engine) -> None:
    with looking(engine) as s:
        encoding = s.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        zh = f"数据库的编码是 {encoding}，存不下中文；请用 CREATE DATABASE … ENCODING 'UTF8' 另建"
        en = f"the database's encoding is {encoding}: make one with ENCODING 'UTF8'"
        raise StoreError(f"{zh} / {en}")


def _revision(engine: Engine) -> str:
    """The revision that a database has; empty for a new one."""
    with looking(engine) as s:
        if not inspect(s.connection()).has_table("alembic_version"):
            return ""
        return str(s.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    """Readers don't wait, a second writer does, and references must hold."""
    # Transactions begin where SQLAlchemy begins them.
    connection.isolation_level = None
    search.prepare(connection)
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        with suppress(OperationalError):  # one that is read-only keeps what it has
            cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=15000", "foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    """Who will write says so at once.

    One that read first could be refused without waiting.
    """
    if connection.get_execution_options().get("reads", False):
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if seconds := connection.get_execution_options().get("seconds", 0):
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{int(seconds)}s'")


def hurried(engine: Engine, seconds: int) -> Engine:
    """The same, where each question has an end: a server that is up and slow says so itself."""
    return engine.execution_options(seconds=seconds)


def migrate(engine: Engine, to: str = "head") -> None:
    """Up to a revision, or down to one, also by how many before the present (-1)."""
    # A fifth of the time that a question takes, which needs none of it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    there = _revision(engine)
    is_down = to == "base" or to.startswith("-") or to < there
    if to in ("head", HEAD) and there < IN_PARTS:
        migrate(engine, IN_PARTS)
    if to in ("head", HEAD) and _revision(engine) == IN_PARTS:
        _pack_in_parts(engine)
    with engine.connect() as connection:
        # SQLite's tables are made anew to change them; references look away meanwhile.
        rebuilds = engine.dialect.name == "sqlite"
        raw: Any = connection.connection.dbapi_connection
        if rebuilds:
            raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            _in_turn(connection)
            config.attributes["connection"] = connection
            if is_down:
                command.downgrade(config, to)
            else:
                command.upgrade(config, to)
        if rebuilds:
            raw.execute("PRAGMA foreign_keys=ON")


IN_PARTS = "0011"  # after which each part of what is long is kept by itself


def _pack_in_parts(engine: Engine) -> None:
    """What a crash leaves is gone on with: the last migration, which packs the rest, is not there
    yet.
    """
    more = engine.dialect.name == "sqlite"
    while more:
        with engine.begin() as connection:
            more = search.pack_some(connection)


# SQLite has one writer; threads that wait for each other here need no retries.
_turns: dict[str, Lock] = {}


@contextmanager
def session(engine: Engine) -> Iterator[Session]:
    """One unit of work: all of it is kept, or nothing."""
    turn: AbstractContextManager[object] = nullcontext()
    if engine.dialect.name == "sqlite":
        turn = _turns.setdefault(str(engine.url), Lock())
    with turn, Session(engine, expire_on_commit=False) as opened, opened.begin():
        yield opened


@contextmanager
def looking(engine: Engine) -> Iterator[Session]:
    """Only to read: many at once, beside one that writes."""
    with Session(engine.execution_options(reads=True), expire_on_commit=False) as opened:
        yield opened


@contextmanager
def unmoved(engine: Engine) -> Iterator[Session]:
    """To read all of it as it is at one moment, whatever is written meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with looking(engine) as opened:
        yield opened


def answers(s: Session) -> None:
    """Raises what the database raises where it does not answer."""
    s.execute(text("SELECT 1"))
