"""A daemon as its operator starts it, and what is asked of it while it runs."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from nianbao.monitor.standing import BEIJING
from tests.worlds.commands import ENVIRONMENT
from tests.worlds.mailbox import Mailbox


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_file(folder: Path, box: Mailbox | None, port: int) -> Path:
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[datetime.now(BEIJING).weekday()]
    lines = [
        f'store = "sqlite:///{folder}/n.db"', f'evidence = "{folder}/evidence"', f'counties = "{folder}/counties"',
        "[daemon]", f"port = {port}", "pause = 0.0", "allow_private = true",
        "[digest]", f'weekday = "{weekday}"', 'time = "00:00"',
    ]  # fmt: skip
    if box is not None:
        lines += ["[mail]", 'host = "127.0.0.1"', f"port = {box.port}", 'security = "none"', 'sender = "office@pingan.example"',
                  "per_minute = 600", "[[recipients]]", 'address = "supervisor@pingan.example"']  # fmt: skip
    file = folder / "nianbao.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@contextmanager
def daemon(folder: Path, file: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "daemon.log").open("ab") as out:
        process = subprocess.Popen([sys.executable, "-m", "nianbao.monitor.cli", "daemon", "--settings", str(file), *arguments],
                                   env=ENVIRONMENT, cwd=folder, stdout=out, stderr=out)  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError("it did not come about in time")


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""
