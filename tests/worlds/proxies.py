"""A real reverse proxy before the pages: Caddy, as others reach them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CADDY = shutil.which("caddy") or shutil.which("caddy", path=str(Path(sys.executable).parent))


def hash_for_caddy(password: str) -> str:
    line = [str(CADDY), "hash-password", "--plaintext", password]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def caddy(folder: Path, settings: str, port: int) -> Iterator[None]:
    """One that answers."""
    (folder / "Caddyfile").write_text(settings, "utf-8")
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PATH": "/usr/bin:/bin"}
    line = [str(CADDY), "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(line, cwd=folder, env=home, stdout=log, stderr=log)
    try:
        for _ in range(300):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)
