"""The county's own report, which `nianbao sum --against` holds against the sum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import reason
from nianbao.monitor.details import in_chinese
from nianbao.monitor.files import MOST_TABLE, bytes_in
from nianbao.parser import ReadError, read, to_json


def content_of(file: Path) -> dict[str, Any]:
    """What a file says, as it is kept of a report; ends the command where it can't be read."""
    try:
        return to_json(read(bytes_in(file, MOST_TABLE)))
    except ReadError as error:
        end(2, f"{file}：{in_chinese(error.zh)}", f"{file}: {error.en}")
    except OSError as error:
        end(2, f"{file}: {reason(error)}")
