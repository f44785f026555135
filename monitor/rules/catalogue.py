"""The catalogue of rules: data that drives the code and the documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from nianbao.monitor.rules.finding import Severity

KINDS = {"exact": "●", "heuristic": "◐", "people": "○"}


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    family: str
    # Report, years, county, watch or people: what the rule must know.
    scope: str
    kind: str  # exact, heuristic (worded as a question), people
    severity: Severity
    law: str  # what the law, the form or practice says
    title_zh: str
    title_en: str
    zh: str  # message with named arguments
    en: str
    example: str


@cache
def catalogue() -> Mapping[str, Entry]:
    source = resources.files("nianbao.monitor.rules").joinpath("catalogue.yaml")
    raw = yaml.load(
        source.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    found: dict[str, Entry] = {}
    for family, entries in raw.items():
        for each in entries:
            title, message = each["title"], each.get("message", {})
            found[each["id"]] = Entry(
                id=each["id"],
                family=family,
                scope=each["scope"],
                kind=each["kind"],
                severity=each["severity"],
                law=each.get("law", ""),
                title_zh=title["zh"],
                title_en=title["en"],
                zh=message.get("zh", ""),
                en=message.get("en", ""),
                example=each.get("example", ""),
            )
    return found


def entry(rule: str) -> Entry:
    return catalogue()[rule]
