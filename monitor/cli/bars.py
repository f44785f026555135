"""A line that moves while one waits."""

from __future__ import annotations

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from nianbao.monitor.cli.console import Screen


def bar() -> Progress:
    """On standard error, gone when it is over."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    return Progress(*columns, console=Screen(stderr=True), transient=True)
