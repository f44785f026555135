"""`nianbao` in the process of the test, for where only what it is given and what it answers is looked at.

A process of its own costs a second or more. What a command does to signals, to its standard streams
or to Scrapy's one reactor is seen only there: those tests start one.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.monitor.cli import main

WIDE = "200"  # columns, so that no sentence is broken


def run_here(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    out, err = stream(), stream()
    code = 0
    with (
        standing_in(folder, arguments, more),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = code_of(ended)
    return subprocess.CompletedProcess(arguments, code, text_of(out), text_of(err))


@contextlib.contextmanager
def standing_in(
    folder: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.argv", ["nianbao", *arguments])
        for name, value in {"COLUMNS": WIDE, **environment}.items():
            patch.setenv(name, value)
        yield


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
