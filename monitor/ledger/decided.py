"""Where units stand, with what a person decided not to hold against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from nianbao.monitor.ledger.lines import Line
from nianbao.parser.private import masked
from nianbao.storage.facts import OF_STANDING
from nianbao.storage.queries import waivers_of


def with_decisions(s: Session, lines: Sequence[Line], as_of: datetime | None = None) -> list[Line]:
    """The same lines; of those that are late or withdrawn it is known why that is not held against
    them. `as_of`: the end of a day that is over.
    """
    rules = tuple(OF_STANDING.values())
    units = {line.unit for line in lines if line.standing.name in OF_STANDING}
    why = {
        (unit, year, rule): masked(said)
        for year in sorted({line.year for line in lines})
        for (unit, rule), said in waivers_of(s, year, rules, units, as_of).items()
    }
    return [replace(line, waived=why.get(_key(line), "")) if why else line for line in lines]


def _key(line: Line) -> tuple[str, int, str]:
    return line.unit, line.year, OF_STANDING.get(line.standing.name, "")
