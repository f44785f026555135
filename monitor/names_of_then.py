"""What a unit was called when its report came."""

from __future__ import annotations

from nianbao.crawler.belonging import names_of
from nianbao.storage.registry import CountyEntry
from nianbao.storage.units import entry_of


def names_in(county: CountyEntry | None, unit: str, name: str, year: int) -> tuple[str, ...]:
    """All that a unit, known by its key and its name of now, was called in a year."""
    entry = entry_of(county, unit, name) if county is not None else None
    return (name,) if entry is None else tuple(dict.fromkeys((name, *names_of(entry, year))))
