"""A season of the invented county, lived for the pages to show. What it lives by, a portal, a
mailbox and all that sweeps, is imported for it alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from nianbao.monitor.demo.county import CODE
from nianbao.monitor.demo.mailbox import receiving
from nianbao.monitor.demo.season import OFFICE, begun, year_over
from nianbao.monitor.settings import Daemon, Public, Settings

ENDS = (2, 12)  # a day on which something is to be done


@contextlib.contextmanager
def living(folder: Path) -> Iterator[Callable[[], datetime]]:
    """Its clock; its portal can be looked at again."""
    year = year_over(date.today())
    until = date(year + 1, *ENDS)
    with receiving() as box, begun(folder, box, lambda day, counts: None, year, until) as clock:
        yield clock


def settings_in(folder: Path) -> Settings:
    """Of the pages of a season that was lived in a folder: everybody may see its county."""
    return Settings(
        store=f"sqlite:///{folder}/nianbao.db",
        evidence=str(folder / "evidence"),
        counties=str(folder / "counties"),
        daemon=Daemon(allow_private=True, pause=0.0),
        office=OFFICE,
        public=Public((CODE,)),
    )
