"""What jobs do in tests: importable, as they are in a child."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nianbao.monitor.engine.jobs import JobError, Progress, Tell
from nianbao.monitor.engine.where import Where


def counted(tell: Tell, many: int) -> int:
    for number in range(1, many + 1):
        tell(Progress(number, many, f"第{number}项", f"item {number}"))
    return many


def whose(tell: Tell) -> int:
    return os.getpid()


def echoed(tell: Tell, said: Any) -> Any:
    return said


def sleeping(tell: Tell, mark: str = "", seconds: float = 60.0) -> str:
    """It tells that it lives, until it is ended; and so does a child of its own."""
    tell(Progress(0, 0, str(os.getpid())))
    if mark:
        program = f"import time; time.sleep({seconds})"
        child = subprocess.Popen([sys.executable, "-c", program])
        Path(mark).write_text(f"{os.getpid()} {child.pid}", encoding="utf-8")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        tell(Progress())
        time.sleep(0.02)
    return "slept"


def until_there(tell: Tell, mark: str) -> str:
    """It is done when a file is there."""
    while not Path(mark).exists():
        tell(Progress())
        time.sleep(0.02)
    return mark


def closed(tell: Tell, **_: Any) -> None:
    raise JobError("网站不在允许的时段", "the portal is outside its window")


def refused(tell: Tell) -> None:
    raise JobError("网站不在允许的时段", "the portal is outside its window")


def faulty(tell: Tell) -> None:
    raise ValueError("secret")


def dying(tell: Tell) -> None:
    os._exit(9)


def greedy(tell: Tell) -> int:
    return len(bytearray(1024**3))


def unpicklable(tell: Tell) -> Callable[[], int]:
    return lambda: 1


GO = "{}.go"  # beside a place: what waits for it may end


def looked(tell: Tell, where: Where, **_: Any) -> dict[str, Any]:
    """As a look answers, once it may."""
    while not Path(GO.format(where.evidence)).exists():
        tell(Progress(0, 1, "正在查看", "looking"))
        time.sleep(0.02)
    return {"looks": [], "columns": 1, "changes": [], "problems": 0}


def written(tell: Tell, into: str, said: str, seconds: float = 0.0) -> str:
    """Two lines in a file that all jobs write to: it begins, it is done."""
    for word in ("began", "ended"):
        with Path(into).open("a", encoding="utf-8") as out:
            out.write(f"{word} {said} {os.getpid()}\n")
        if word == "began":
            time.sleep(seconds)
    return said
