"""Whether what is told of a store has changed, told without reading it: what was written, and what
the calendar has changed by now though nobody wrote it down yet.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nianbao.storage.models import StandingRow
from nianbao.storage.revision import Revision


class Pulse(NamedTuple):
    """It is asked before what it is told with: then the answer is at the least as new."""

    revision: Revision

    def mark(self, s: Session, now: datetime) -> str:
        return f"{self.revision.mark()} {_of_calendar(s, now)}"


def _of_calendar(s: Session, now: datetime) -> str:
    """What the calendar has changed by now though nobody wrote it down yet: each by an index."""
    due = select(func.max(StandingRow.next_change_at)).where(StandingRow.next_change_at <= now)
    ahead = (
        select(func.min(moment)).where(moment > now)
        for moment in (StandingRow.since, StandingRow.evidence_at)
    )
    told = s.execute(select(*(each.scalar_subquery() for each in (due, *ahead)))).one()
    return " ".join(str(each) for each in told)
