"""Where things are: an option that is not given is what nianbao.toml says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.exits import end
from nianbao.monitor.settings import EVIDENCE as EVIDENCE_AT
from nianbao.monitor.settings import FILE, STORE, Settings, load_settings
from nianbao.storage.registry import ConfigError, Counties, load_counties

WHERE = "NIANBAO_SETTINGS"


def settings_in(file: Path) -> Settings:
    """The settings of a file; ends the command where they are faulty, or where a file that was
    named is not there.
    """
    if file != Path(FILE) and not file.is_file():
        end(2, f"没有设置文件 {file}", f"there is no settings file {file}")
    try:
        return load_settings(file)
    except ConfigError as error:
        end(2, str(error))


def counties_in(folder: Path) -> Counties:
    try:
        return load_counties(folder)
    except ConfigError as error:
        end(2, str(error))


def settings_file() -> Path:
    """Where the settings of this place are, or would be."""
    return Path(os.environ.get(WHERE) or FILE)


def settings_here() -> Settings:
    return settings_in(settings_file())


def _told(context: typer.Context) -> Settings:
    if file := context.params.get("settings"):
        return settings_in(file)
    return settings_here()


def _of(name: str) -> Callable[[typer.Context, str], str]:
    def given(context: typer.Context, value: str) -> str:
        if value or context.resilient_parsing:
            return value
        return str(getattr(_told(context), name))

    return given


def folder_of(context: typer.Context, value: Path | None) -> Path | None:
    if value or context.resilient_parsing:
        return value
    return Path(_told(context).counties)


ELSE = "; that of nianbao.toml if not given"
SettingsFile = Annotated[
    Path,
    typer.Option(
        "--settings", envvar=WHERE, is_eager=True, help="nianbao.toml: what is not of one county."
    ),
]
TOML = FILE
Store = Annotated[
    str,
    typer.Option(
        "--store",
        envvar=STORE,
        callback=_of("store"),
        show_default=False,
        help=f"The database, sqlite:///FILE or postgresql://…{ELSE}.",
    ),
]
Archive = Annotated[
    str,
    typer.Option(
        "--evidence",
        envvar=EVIDENCE_AT,
        callback=_of("evidence"),
        show_default=False,
        help=f"Folder or URL of the evidence{ELSE}.",
    ),
]
Config = Annotated[
    Path,
    typer.Option(
        "--config",
        callback=folder_of,
        show_default=False,
        help=f"The folder with the counties' files{ELSE}.",
    ),
]
Folder = Annotated[
    Path,
    typer.Option(
        "--folder",
        callback=folder_of,
        show_default=False,
        help=f"Where the counties' files are{ELSE}.",
    ),
]
DATABASE = EVIDENCE = ""
COUNTIES: Path = None  # type: ignore[assignment]  # filled in by the option's callback
