"""What a rule says: a finding with its proof, or why the rule can't tell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from nianbao.parser.private import uncut

Severity = Literal["error", "warning", "notice"]
State = Literal["pass", "fail", "verify", "cannot"]  # of a rule: 通过 异常 待核实 无法判断
Verdict = Literal["fail", "verify"]  # of a finding
Number = int | Decimal | None


class Suggestion(NamedTuple):
    """A cell and what it probably should say. Those of one
    option belong together."""

    cell: str
    value: Number
    option: int = 1


class Source(NamedTuple):
    """Another report that a text was copied from."""

    unit: str  # as it is printed there
    year: int | None
    quote: str  # the passage there


@dataclass(frozen=True, slots=True)
class Raised:
    """A finding as a rule yields it, before the catalogue gives it words."""

    rule: str
    # The arguments of its message.
    named: Mapping[str, object] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    expected: Number | str = None
    actual: Number | str = None
    suggestions: tuple[Suggestion, ...] = ()
    quote: str = ""  # at most 40 characters of the report
    other_quote: str = ""  # the passage that it does not agree with
    source: Source | None = None
    # Where it is milder or graver than the catalogue says.
    severity: Severity | None = None
    state: Verdict | None = None
    # What the fingerprint rests on beside the cells' numbers.
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CannotTell:
    rule: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    severity: Severity
    state: Verdict
    zh: str
    en: str
    fingerprint: str
    cells: tuple[str, ...] = ()
    expected: Number | str = None
    actual: Number | str = None
    suggestions: tuple[Suggestion, ...] = ()
    quote: str = ""
    other_quote: str = ""
    source: Source | None = None
    also: tuple[str, ...] = ()  # its fingerprints under former names of the unit


def fingerprint(rule: str, unit: str, year: int | None, facts: tuple[str, ...]) -> str:
    """The same for the same numbers, whatever the words: a
    person's decision hangs on it."""
    text = "\x1f".join((rule, unit, str(year), *sorted(facts)))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def quoted(text: str, at: int = 0, most: int = 40) -> str:
    """The part of a text around a place, short enough to be quoted."""
    plain = " ".join(text.split())
    begin = max(0, min(at - most // 2, len(plain) - most))
    return uncut(plain, begin, begin + most)
