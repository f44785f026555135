"""From a sweep to the mail that tells of it: the log's lines that hold the ids of both."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from nianbao.monitor.logs import log
from nianbao.storage.outbox import Due
from nianbao.storage.visits import newest_sweeps

MOST = 200  # sweeps that a line names: of a nation's digest the newest


def queued(s: Session, kind: str, mark: str, counties: Iterable[str]) -> None:
    """What was queued, with the sweeps that it stands on."""
    sweeps = sorted(newest_sweeps(s, [*dict.fromkeys(counties)]).values())
    told = {"kind": kind, "mail": mark, "sweeps": sweeps[-MOST:]}
    more = {"older": len(sweeps) - MOST} if len(sweeps) > MOST else {}
    log.info("queued", extra={"told": {**told, **more}})


def handed_over(due: Due) -> None:
    log.info("handed over", extra={"told": {"kind": due.kind, "mail": due.mark}})


def refused(due: Due, why: str, *, lasting: bool) -> None:
    told = {"kind": due.kind, "mail": due.mark, "why": why, "lasting": lasting}
    log.warning("refused", extra={"told": told})
