"""What a digest and a ledger tell, gathered from the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from monitor.paper.ledger import ledger
from storage.queries import findings, portals, reports, standings


def ledger_of(s: Session, year: int, now: datetime, *, counties: Sequence[str] = (), scope: str = "") -> bytes:
    """The workbook of some counties or of a recipient's scope."""
    rows = standings(s, year, (), counties, scope)
    inside = {each.unit for each in rows}
    names = sorted({each.county_name for each in rows})
    wrong = [each for each in findings(s, year, tuple(names)) if each.unit in inside] if names else []
    looked = [each for each in portals(s, scope) if each.name in names]
    printed = {
        each.unit: each.published.isoformat()
        for each in (reports(s, year, tuple(names)) if names else ())
        if each.published is not None
    }
    return ledger(names[0] if len(names) == 1 else "", year, now, rows, wrong, looked, printed)
