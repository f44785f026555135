"""What every page needs: when and of what it is asked, and the words that templates name."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from starlette.requests import Request

from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.words import FIRST_LOOK, QUALITIES, SEVERITIES, STANDINGS
from nianbao.monitor.web.county import mark_of
from nianbao.monitor.web.shell import lang_of, site_of
from nianbao.monitor.web.sight import registry_of
from nianbao.monitor.web.words import exact_of, moment_of, why_of


class Told(NamedTuple):
    """What a page says beside its own."""

    now: datetime
    registry: Registry


def asked_of(request: Request) -> Told:
    return Told(site_of(request).clock(), registry_of(request))


def words_of(request: Request, now: datetime) -> dict[str, Any]:
    """What templates name."""
    lang = lang_of(request)

    def moment(at: datetime) -> str:
        return moment_of(at, lang, now)

    return {
        "now": exact_of(now),
        "exact": exact_of,
        "moment": moment,
        "mark_of": mark_of,
        "why_of": why_of,
        "severities": SEVERITIES,
        "qualities": QUALITIES,
        "standings": [*STANDINGS.values(), FIRST_LOOK],
    }
