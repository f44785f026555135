"""The product's commands: in a process of their own, or in the test's, where only what they answer is looked at.

A process of its own costs a second or more. What a command does to signals, to its standard streams
or to Scrapy's one reactor is seen only there: those tests start one.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.monitor.cli import main
from tests.worlds.processes import process_of

WIDE = "200"  # columns, so that no sentence is broken


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": WIDE}


def command(folder: Path, *arguments: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "nianbao.monitor.cli",
        *arguments,
        "--store",
        f"sqlite:///{folder}/n.db",
        "--evidence",
        f"{folder}/evidence",
    ]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return process_of(command(folder, *arguments)[3:], ENVIRONMENT, folder)


def swept(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, "sweep", "--config", str(config), "--allow-private", "--pause", "0")


def run_plain(folder: Path, *arguments: str) -> str:
    """What a command tells of the store in a folder."""
    done = run_here(folder, *arguments, "--store", f"sqlite:///{folder}/n.db")
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_here(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    out, err = stream(), stream()
    code = 0
    with (
        standing_in(folder, arguments, more),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        often = gc.get_threshold()  # a command looks for what goes more seldom, and ends
        try:
            main()
        except SystemExit as ended:
            code = code_of(ended)
        finally:
            gc.set_threshold(*often)
    return subprocess.CompletedProcess(arguments, code, text_of(out), text_of(err))


@contextlib.contextmanager
def standing_in(
    folder: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> Iterator[None]:
    before = dict(os.environ)  # by which a command tells its children where its settings are
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.argv", ["nianbao", *arguments])
        for name, value in {"COLUMNS": WIDE, **environment}.items():
            patch.setenv(name, value)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def text_of(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def code_of(ended: SystemExit) -> int:
    """As the shell sees it."""
    if ended.code is None:
        return 0
    return ended.code if isinstance(ended.code, int) else 1
