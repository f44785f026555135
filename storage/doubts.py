"""Links in doubt: why they are, and whose report of which year they may be."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from nianbao.storage.models import Sighting

RETRY = "retry: "  # before the reason why an article could not be fetched
DEAD = (f"{RETRY}column_gone", f"{RETRY}soft_404")  # it answers that there is nothing


class Doubt(NamedTuple):
    """What a link in doubt is taken for."""

    unit: str | None
    year: int | None
    review: str  # why
    may_be: Collection[str]  # the units whose it may be; none: anybody's of its column

    @property
    def is_dead(self) -> bool:
        """Whether it is known whose report it names, and that it leads nowhere."""
        return self.unit is not None and self.review.startswith(DEAD)

    def is_of_year(self, year: int) -> bool:
        return self.year in (None, year) or f"{year}年" in self.review

    def is_of(self, unit: str, *, here: bool) -> bool:
        """Whether it may be a unit's, `here` where its report must stand."""
        if self.unit is not None:
            return self.unit == unit
        return unit in self.may_be if self.may_be else here


def as_taken(row: Sighting) -> list[Any]:
    """What a link is taken for, to be remembered."""
    return [row.unit, row.year, row.review, row.may_be]


def doubt_of(row: Sighting, as_of: datetime | None) -> Doubt | None:
    """Why a link was in doubt, now or at a time; None where it was not."""
    if as_of is not None and row.first_seen > as_of:
        return None
    if as_of is not None and row.resolved is not None and row.resolved > as_of:
        # Of old ones only unit and year were kept.
        unit, year, *rest = row.before or [row.unit, row.year]
        review, may_be = rest or (row.review, [])
        return Doubt(unit, year, review or "", may_be or [])
    if row.review == "" and (row.checked is not None or row.page != "report"):
        return None
    return Doubt(row.unit, row.year, row.review, row.may_be)
