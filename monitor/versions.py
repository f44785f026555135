"""Which releases of what run here."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from typing import NamedTuple

from sqlalchemy import Engine

from nianbao import __version__

PATIENCE = 20.0  # seconds for a program to say which it is


class Version(NamedTuple):
    name: str
    told: str  # empty where it is not there


def versions(engine: Engine) -> Iterator[Version]:
    yield Version("nianbao", __version__)
    yield Version("Python", platform.python_version())
    yield Version(platform.system(), f"{platform.release()} {platform.machine()}")
    yield _database(engine)
    yield _program("LibreOffice", "soffice", "libreoffice")
    yield _program("Chromium", "chromium", "chromium-browser", "google-chrome")
    for name in ("rapidocr-onnxruntime", "pypdfium2", "Scrapy", "SQLAlchemy"):
        yield _package(name)


def _database(engine: Engine) -> Version:
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(engine.dialect.name, "")
    told = getattr(engine.dialect, "server_version_info", None)
    if told is None and engine.dialect.name == "sqlite":
        import sqlite3

        return Version(name, sqlite3.sqlite_version)
    return Version(name or engine.dialect.name, ".".join(map(str, told or ())))


def _program(name: str, *called: str) -> Version:
    found = next(filter(None, map(shutil.which, called)), None)
    if found is None:
        return Version(name, "")
    try:
        done = subprocess.run(
            [found, "--version"], capture_output=True, text=True, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return Version(name, "?")
    told = re.search(r"[0-9]+(?:\.[0-9]+)+", done.stdout)
    return Version(name, told[0] if told is not None else "?")


def _package(name: str) -> Version:
    try:
        return Version(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Version(name, "")
