"""The product's commands: in a process of their own, or in this one where only the words count."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from nianbao.monitor.cli import main

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"}


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
    return subprocess.run(
        command(folder, *arguments),
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
        cwd=folder,
    )


def swept(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, "sweep", "--config", str(config), "--allow-private", "--pause", "0")


class Said(NamedTuple):
    code: int
    out: str
    err: str


def said(folder: Path, *arguments: str) -> Said:
    """A command in this process, where only what it says and its exit code count."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setenv("COLUMNS", ENVIRONMENT["COLUMNS"])
        patch.setattr(sys, "argv", ["nianbao", *arguments])
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


def run_plain(folder: Path, *arguments: str) -> str:
    """What a command tells of the store in a folder."""
    done = said(folder, *arguments, "--store", f"sqlite:///{folder}/n.db")
    assert done.code == 0, done.err
    return done.out
