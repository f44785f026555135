"""Files that a person hands over: read to an end that is known beforehand."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_TABLE = 64 * 1024 * 1024  # bytes of a table or report that a command is given


def bytes_in(path: Path, most: int) -> bytes:
    """Raises OSError, also of a file that has more than so many."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def regular(path: Path) -> Path:
    """The path. Raises OSError of a device, a pipe or a folder, before anything waits for it."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.ENXIO, "not a regular file", str(path))
    return path
