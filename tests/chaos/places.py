"""What the processes of a season tell each other, as files in its folder."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from datetime import time as hour
from pathlib import Path
from typing import NamedTuple

STORM, CALM, TELLING = hour(6, 0), hour(8, 0), hour(9, 0)
HOURS = {"storm": STORM, "calm": CALM, "telling": TELLING}


class At(NamedTuple):
    """Where the daemon is: on which day, and whether the storm of that day is over."""

    day: date
    part: str  # "storm", "calm"; on many machines then "telling"


def put(file: Path, text: str) -> None:
    """Whole or not at all."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)


def where(folder: Path) -> At:
    day, _, part = (folder / "at").read_text().partition(" ")
    return At(date.fromisoformat(day), part)


def go_to(folder: Path, at: At) -> None:
    put(folder / "at", f"{at.day} {at.part}")


def allow(folder: Path, at: At) -> None:
    (folder / f"go {at.day} {at.part}").touch()


def is_allowed(folder: Path, at: At) -> bool:
    return (folder / f"go {at.day} {at.part}").exists()


def jump(folder: Path, seconds: float) -> None:
    """Put the clock off; 0: it is right again."""
    put(folder / "jump", str(seconds))


def jumped(folder: Path) -> float:
    with suppress(OSError, ValueError):
        return float((folder / "jump").read_text())
    return 0.0
