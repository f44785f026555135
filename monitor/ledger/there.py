"""Whether a report that is kept still is what one finds: withdrawn, gone, or replaced by another
version.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.words import EVENTS, Lang
from nianbao.monitor.standing import day_in_beijing
from nianbao.storage.queries import Gone, gone
from nianbao.storage.scope import Scope


class There(NamedTuple):
    """What has become of a report."""

    state: str  # there, or as the event is called by which it is gone
    since: date | None  # when that was
    version: int
    replaced: date | None  # when this version took the place of another

    def said(self, lang: Lang) -> str:
        """In words; nothing where it is as it was published."""
        told = []
        if self.since is not None:
            word = EVENTS[self.state].said(lang)
            told.append({"zh": f"{self.since}起{word}", "en": f"{word} since {self.since}"}[lang])
        if self.replaced is not None:
            zh = f"原文已替换，此为第{self.version}版（{self.replaced}起）"
            en = f"replaced, this is version {self.version} (since {self.replaced})"
            told.append({"zh": zh, "en": en}[lang])
        return {"zh": "；", "en": "; "}[lang].join(told)

    def row(self) -> dict[str, str | int | None]:
        """By keys."""
        return {
            "state": self.state,
            "since": self.since.isoformat() if self.since is not None else None,
            "version": self.version,
            "replaced": self.replaced.isoformat() if self.replaced is not None else None,
        }


class Kept:
    """The reports of a scope, of which some may be gone."""

    def __init__(self, s: Session, scope: Scope, year: int | None = None) -> None:
        self.gone: Mapping[tuple[str, int], Gone] = gone(s, scope, year)

    def there(self, unit: str, year: int, number: int, seen: datetime) -> There:
        """`number`: of its latest version, which is so since it was `seen`."""
        return there_of(self.gone.get((unit, year)), number, seen)


def there_of(found: Gone | None, number: int, seen: datetime) -> There:
    """`number`: of its latest version, which is so since it was `seen`."""
    return There(
        found.kind if found is not None else "there",
        day_in_beijing(found.at) if found is not None else None,
        number,
        day_in_beijing(seen) if number > 1 else None,
    )
