"""Limits that a process is given by its system, behind one interface: where there are none it is
said.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Literal

Kind = Literal["all", "data"]  # of memory: with what is mapped of files; its own alone

MISSING = (
    "此系统没有进程内存限制，恶意文件可能耗尽内存"
    " / this system sets processes no limits: a hostile file may take all memory"
)


def limit_memory(size: int, kind: Kind = "all") -> bool:
    """From now on this process, and those that it starts, get no more. False where none is set."""
    try:
        import resource
    except ImportError:
        return False
    what = {"all": resource.RLIMIT_AS, "data": resource.RLIMIT_DATA}[kind]
    _, most = resource.getrlimit(what)
    if most != resource.RLIM_INFINITY:
        size = min(size, most)
    try:
        resource.setrlimit(what, (size, size))
    except (OSError, ValueError):  # a system that has the name and not the thing
        return False
    return True


def has_limits() -> bool:
    try:
        import resource
    except ImportError:
        return False
    return hasattr(resource, "RLIMIT_AS")


def before_start(size: int) -> Callable[[], None] | None:
    """What a process that is begun does first, as subprocess wants to be told."""
    if not has_limits():
        return None

    def limited() -> None:
        limit_memory(size, "data")

    return limited


# A child that is told so ends with whoever began it: its standard input is that one's.
CHILD = "NIANBAO_CHILD"


def end_with_parent() -> None:
    """Nobody may be asked when those who asked for it are gone: with all that it started, this
    process ends where its standard input does. It must lead its own group.
    """
    Thread(target=_until_alone, daemon=True).start()


def _until_alone() -> None:
    while os.read(0, 4096):  # unbuffered: a buffer's lock would abort a process that ends by itself
        pass
    os.killpg(0, signal.SIGKILL)


SAFE_PATH = "PYTHONSAFEPATH"
_starting = Lock()


@contextmanager
def safe_path() -> Iterator[None]:
    """A child that starts meanwhile takes no module from the folder it is started in."""
    with _starting:
        before = os.environ.get(SAFE_PATH)
        os.environ[SAFE_PATH] = "1"
        try:
            yield
        finally:
            if before is None:
                os.environ.pop(SAFE_PATH, None)
            else:
                os.environ[SAFE_PATH] = before
