"""`nianbao backup` and `restore`: all that is known in one file, and back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nianbao import __version__
from nianbao.monitor.cli.bars import bar
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import reason, say
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    EVIDENCE,
    Archive,
    Config,
    Store,
    settings_file,
    settings_in,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.deploying import written
from nianbao.storage.backup import (
    Backup,
    BackupError,
    back_up,
    bring_back,
    look_through,
    refuse_others,
)
from nianbao.storage.emptied import is_emptied
from nianbao.storage.evidence import Evidence
from nianbao.storage.outbox import waiting
from nianbao.storage.people import alive
from nianbao.storage.store import looking, open_store

TOML = "nianbao.toml"


def backup(
    file: Annotated[
        Path, typer.Argument(help="The file to write; it holds what is to be kept secret.")
    ],
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    config: Config = COUNTIES,
) -> None:
    """Everything in one file, while the daemon works: database, evidence, the counties' files,
    nianbao.toml. Its every byte is read again before it has its name.
    """
    engine = open_store(store, asks=True)
    if why := is_emptied(engine, evidence):
        end(2, why)
    with _progress() as told:
        try:
            made = back_up(engine, Evidence(evidence), file, _files(config), __version__,
                           datetime.now(UTC), told)  # fmt: skip
        except BackupError as error:
            end(2, str(error))
    size = file.stat().st_size / 1024**2
    echo(
        say(
            f"{file}：{size:.1f} MB，证据 {len(made.pieces)} 件，已核对",
            f"{file}: {size:.1f} MB, {len(made.pieces)} pieces of evidence, verified",
        )
    )
    _end_with_lost(made)


def restore(
    file: Annotated[Path, typer.Argument(help="What `nianbao backup` wrote.")],
    context: typer.Context,
    store: Store = DATABASE,
    evidence: Archive = EVIDENCE,
    config: Config = COUNTIES,
) -> None:
    """Bring a backup back on a bare machine: into an empty database, SQLite or PostgreSQL, and an
    empty place for the evidence. It is read through before and held against what was written
    after.

    Where no nianbao.toml is, that of the backup is put there and says where everything goes.
    Files that are there stay as they are. One that was ended halfway is begun again.
    """
    if not file.is_file():
        end(2, f"没有文件 {file}", f"there is no file {file}")
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder, _progress() as told:
        try:
            found = look_through(file, Path(folder), told)
            places = _places(context, found, Path(folder), (store, evidence, str(config)))
            target = open_store(places[0])
            refuse_others(found, target, Evidence(places[1]))
            _put_config(found, file, Path(places[2]))
            rows = bring_back(found, target, Evidence(places[1]), told)
        except BackupError as error:
            end(2, str(error))
    unsent = waiting(target)
    pieces = len(found.pieces)
    echo(
        say(
            f"已恢复并核对：{rows} 行，证据 {pieces} 件；等待发出的邮件 {unsent} 封",
            f"brought back and verified: {rows} rows, {pieces} pieces of evidence; "
            f"{unsent} mails wait to be sent",
        )
    )
    echo(
        say(
            "下一步：确认原机器上的守护进程已停止，再运行 nianbao doctor 和 nianbao daemon",
            "next: see that the old machine's daemon is stopped, then nianbao doctor and daemon",
        )
    )
    with looking(target) as s:
        there = alive(s, datetime.now(UTC))
    if any(there):
        accounts, tokens, doors = there
        made = found.end.made[:16].replace("T", " ")
        tell(
            f"用户{accounts}个、令牌{tokens}个、单位链接{doors}个仍如备份时（{made}）有效："
            "此后删除的用户、收回的令牌、作废的链接和改过的密码须重做一次，见 nianbao user list",
            f"{accounts} users, {tokens} tokens and {doors} units' links hold as they did when "
            f"it was made ({made}): who was removed, what was ended and which password was changed "
            "since must be so once more, see nianbao user list",
        )
    if not found.is_config_proven:
        tell(
            "备份由较早的版本制作，没有配置文件的指纹：未能核对配置，请人工查看",
            "the backup is of an older release, without hashes of its configuration: it could not "
            "be verified, look at it yourself",
        )
    _end_with_lost(found)


def _end_with_lost(made: Backup) -> None:
    for problem in made.lost.values():
        tell(problem)
    if made.lost:
        raise typer.Exit(1)


def _files(counties: Path) -> dict[str, bytes]:
    """The configuration, by its names in a backup."""
    files = {f"counties/{path.name}": path.read_bytes() for path in sorted(counties.glob("*.yaml"))}
    if (own := settings_file()).is_file():
        files[TOML] = own.read_bytes()
    return files


def _places(
    context: typer.Context, found: Backup, folder: Path, here: tuple[str, str, str]
) -> tuple[str, str, str]:
    """Store, evidence and counties: as the options say, else the settings here, else those of
    the backup.
    """
    if settings_file().is_file() or TOML not in found.config:
        return here
    brought = folder / TOML
    brought.write_bytes(found.config[TOML])
    settings = settings_in(brought)
    told = (settings.store, settings.evidence, settings.counties)
    named = [_is_named(context, name) for name in ("store", "evidence", "config")]
    store, evidence, counties = (
        mine if own else theirs for mine, theirs, own in zip(here, told, named, strict=True)
    )
    return store, evidence, counties


def _is_named(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT")


def _put_config(found: Backup, file: Path, counties: Path) -> None:
    """Over nothing that stands there; the rows don't wait for it."""
    for name, body in found.config.items():
        place = settings_file() if name == TOML else counties / Path(name).name
        try:
            other = written(place, body).stood and place.read_bytes() != body
        except OSError as error:
            zh = f"{place}：{reason(error)}；备份中的这份见 tar -xf {file} config/{name}"
            en = f"{place}: {reason(error)}; tar -xf {file} config/{name} has that of the backup"
            tell(zh, en)
            continue
        if other:
            zh = f"{place}：已存在，与备份中的不同，未改动"
            tell(zh, f"{place}: stood there, is not that of the backup, left as it is")


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    with bar() as progress:
        task = progress.add_task("", total=None)

        def told(what: str, count: int) -> None:
            progress.update(task, description=what, advance=count)

        yield told
