"""A number of a paragraph, as far as lists must know it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from nianbao.parser.quantities import Quantity


class Token(NamedTuple):
    """A number of a paragraph."""

    number: Quantity
    sentence: int
    depth: int  # of brackets
    gap: str  # the words since the number before, or since the sentence began
    right: str  # the words behind it
    is_aside: bool  # of another year, or a difference: neither whole nor part
    is_request: bool = False
    # in: what came in; out: what was answered or is carried. No part of one another
    flow: Literal["", "in", "out"] = ""

    @property
    def unit(self) -> str:
        return SAME_UNIT.get(self.number.unit, self.number.unit)


SAME_UNIT = {"件次": "件", "条次": "条", "场次": "场"}
