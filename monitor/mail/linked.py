"""Where a mail's reader finds the pages that tell the same, where the settings name them."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from nianbao.monitor.ledger.scope import Registry
from nianbao.storage.scope import Scope


def county_at(public: str, county: str, year: int) -> str:
    """Empty where the settings name no address."""
    return f"{public.rstrip('/')}/c/{quote(county, safe='')}/{year}" if public else ""


def unit_at(public: str, unit: str, year: int) -> str:
    return f"{public.rstrip('/')}/u/{quote(unit, safe='')}/{year}" if public else ""


def page_at(public: str, scope: Scope, said: str, year: int, registry: Registry) -> str:
    """The page of a reader's scope: a unit's, a county's, or the overview."""
    if not public:
        return ""
    if scope.units and not scope.prefixes:
        return unit_at(public, scope.units[0], year) if len(scope.units) == 1 else ""
    counties = registry.meant(scope)
    if len(counties) == 1:
        return county_at(public, counties[0].code, year)
    asked = {"scope": said, "year": year} if said else {"year": year}
    return f"{public.rstrip('/')}/?{urlencode(asked)}"
