"""What the daemon does so that what is kept stays within its bounds: old evidence, old logs."""

from __future__ import annotations

import calendar
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from nianbao.monitor.settings import Retention
from nianbao.monitor.standing import BEIJING
from nianbao.storage.evidence import Evidence
from nianbao.storage.retention import Prunable, prune


def months_before(now: datetime, months: int) -> datetime:
    """The same day of an earlier month, or its last one."""
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, calendar.monthrange(years, month + 1)[1])
    return now.replace(year=years, month=month + 1, day=day)


def delete_old(
    engine: Engine, evidence: str, retention: Retention, now: datetime
) -> list[Prunable]:
    """Nothing, unless the settings set a period."""
    if not retention.evidence_months:
        return []
    before = months_before(now, retention.evidence_months)
    why = f"[retention] evidence_months = {retention.evidence_months}"
    return prune(engine, Evidence(evidence), before, who="nianbao daemon", why=why, now=now)


def turn_over(log: Path, retention: Retention, now: datetime) -> None:
    """A log goes on in a new file each month; those of old months are deleted."""
    if log.exists():
        last = datetime.fromtimestamp(log.stat().st_mtime, BEIJING)
        beside = log.with_name(f"{log.stem}-{last:%Y-%m}{log.suffix}")
        if f"{last:%Y-%m}" < f"{now.astimezone(BEIJING):%Y-%m}" and not beside.exists():
            log.rename(beside)
    oldest = f"{months_before(now.astimezone(BEIJING), retention.log_months):%Y-%m}"
    for path in log.parent.glob(f"{log.stem}-????-??{log.suffix}"):
        if path.stem.removeprefix(f"{log.stem}-") < oldest:
            path.unlink(missing_ok=True)
