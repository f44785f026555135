"""A season of the invented county, lived for the pages to show. What it lives by, a portal, a
mailbox and all that sweeps, is imported for it alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from nianbao.monitor.demo.mailbox import receiving
from nianbao.monitor.demo.season import begun, year_over

ENDS = (2, 12)  # a day on which something is to be done


@contextlib.contextmanager
def living(folder: Path) -> Iterator[Callable[[], datetime]]:
    """Its clock; its portal can be looked at again."""
    year = year_over(date.today())
    until = date(year + 1, *ENDS)
    with receiving() as box, begun(folder, box, lambda day, counts: None, year, until) as clock:
        yield clock
