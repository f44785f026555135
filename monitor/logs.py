"""What a server logs: a line of JSON for each thing that happened, whoever tells it."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

LOG = "NIANBAO_LOG"  # json: a command tells what it did in such lines, too
log = logging.getLogger("nianbao")


class JsonLines(logging.Formatter):
    """A line of JSON for each thing that happened."""

    def format(self, record: logging.LogRecord) -> str:
        told: Mapping[str, Any] = getattr(record, "told", {})
        line = {
            "at": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **told,
        }
        if record.name != log.name:
            line["of"] = record.name
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to(stream: Any = None) -> None:
    """Ours, the scheduler's, Twisted's, warnings, and what nobody caught."""
    from twisted.logger import globalLogBeginner  # what only looks waits for no network

    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(is_told)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log.handlers.clear()
    log.setLevel(logging.INFO)
    # Else it prints what is critical by itself; whoever runs it passes the rest on to logging.
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda each: _uncaught(
        each.exc_type, each.exc_value or each.exc_type(), each.exc_traceback
    )


def is_told(record: logging.LogRecord) -> bool:
    """Of others no more than warnings: Scrapy sets the level to where it tells each request."""
    return record.name == log.name or record.levelno >= logging.WARNING


def _uncaught(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    log.critical("uncaught", exc_info=(kind, error, at))


# ---- read again


class Logged(NamedTuple):
    """A line of a log."""

    at: str
    level: str
    event: str
    told: Mapping[str, Any]


MOST_READ = 256 * 1024  # bytes of a log's end


def last_lines(log: Path, most: int = MOST_READ) -> list[Logged]:
    """The end of a log, the latest line first. A line that is none of ours stands as it is.

    Raises OSError.
    """
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - most))
        data = file.read(most)
    lines = data.decode("utf-8", "replace").splitlines()
    if size > most:
        lines = lines[1:]  # the first was cut
    return [_logged(line) for line in reversed(lines) if line.strip()]


def _logged(line: str) -> Logged:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Logged("", "", line, {})
    rest = {key: value for key, value in told.items() if key not in ("at", "level", "event")}
    at, level, event = (str(told.get(key, "")) for key in ("at", "level", "event"))
    return Logged(at, level, event, rest)
