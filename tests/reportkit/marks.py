"""Marks around the digits of a report: what is struck, raised or hidden beside what counts.

They are written into the text of a box, `12⟦struck:48⟧3`; the raw writers (write_raw_*.py) draw them.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from tests.reportkit.printed import Box, Printed, Table

LOOKS = ("struck", "raised", "hidden")
SHARE = 0.3  # of the numbers that get a mark
MARK = re.compile("⟦([a-z]+):([^⟧]*)⟧")


class Piece(NamedTuple):
    text: str
    look: str = "shown"


def pieces(text: str) -> list[Piece]:
    """The text of a box, taken apart at its marks."""
    found, at = [], 0
    for match in MARK.finditer(text):
        found += [Piece(text[at : match.start()]), Piece(match[2], match[1])]
        at = match.end()
    return [piece for piece in (*found, Piece(text[at:])) if piece.text]


def bare(text: str) -> str:
    return MARK.sub("", text)


def with_marks(
    printed: Printed, seed: int, looks: tuple[str, ...] = LOOKS, share: float = SHARE
) -> Printed:
    """Marks before, between and behind the digits of some of the numbers."""
    chance = random.Random(seed)

    def marked(box: Box) -> Box:
        if not box.text.isdigit() or chance.random() > share:
            return box
        at = chance.randint(0, len(box.text))
        others = [digit for digit in "123456789" if digit not in box.text]
        mark = f"⟦{chance.choice(looks)}:{chance.choice(others)}⟧"
        return box._replace(text=box.text[:at] + mark + box.text[at:])

    return tuple(
        Table(tuple(tuple(map(marked, row)) for row in block.rows))
        if isinstance(block, Table)
        else block
        for block in printed
    )
