"""The product's commands: in a process of their own, or in this one where only the words count."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


def run_plain(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nianbao.monitor.cli", *arguments, "--store", f"sqlite:///{folder}/n.db"],
        capture_output=True, text=True, timeout=60, env=ENVIRONMENT, cwd=folder, check=True,
    )  # fmt: skip
    return done.stdout
