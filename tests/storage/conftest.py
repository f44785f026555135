"""Both databases: SQLite in a file, and a PostgreSQL of our own on a socket where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def _programs() -> Path | None:
    found = shutil.which("pg_ctl") and Path(str(shutil.which("pg_ctl"))).parent
    places = [*([found] if found else []), *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    return next((place for place in places if (place / "initdb").exists()), None)


def _as_postgres(command: list[str]) -> list[str]:
    """The server refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    programs = _programs()
    if programs is None or (os.getuid() == 0 and not shutil.which("runuser")):
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="nianbao-pg-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        run = {"check": True, "capture_output": True, "timeout": 120, "cwd": name}
        subprocess.run(_as_postgres([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "nianbao"]), **run)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        start = [str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"]
        subprocess.run(_as_postgres(start), check=True, timeout=120, cwd=name, stdout=subprocess.DEVNULL)
        try:
            yield f"postgresql+psycopg://nianbao@/postgres?host={folder}"
        finally:
            stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
            subprocess.run(_as_postgres(stop), **run)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store/nianbao.db"
    return str(request.getfixturevalue("postgres"))
