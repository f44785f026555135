"""Which versions of reports count: what a person brought and took back does not, from then on."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, or_, select

from nianbao.storage.models import Adoption, ReportVersion


@lru_cache(64)
def in_force(
    as_of: datetime | None = None, version: type[ReportVersion] = ReportVersion
) -> ColumnElement[bool]:
    """Now or at a time. What a column shows, too, counts whatever people say."""
    taken_back = select(Adoption.id).where(Adoption.ended.is_not(None))
    found: ColumnElement[bool] = version.found.is_not(None)
    if as_of is not None:
        taken_back = taken_back.where(Adoption.ended <= as_of)
        found = version.found <= as_of
    return or_(version.adoption.is_(None), version.adoption.not_in(taken_back), found)
