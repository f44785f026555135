"""Whether what is written in one colour on another can be seen."""

from __future__ import annotations

import re
from typing import NamedTuple

from nianbao.parser.seen import Look


class Colour(NamedTuple):
    red: int
    green: int
    blue: int


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
UNSEEN = 20  # steps of 255 that nobody tells apart
FAINT = 60


# fonts whose digits are pictures
SYMBOLS = frozenset(("wingdings", "wingdings 2", "wingdings 3", "webdings"))


def ink(colour: Colour, ground: Colour = WHITE) -> Look:
    """Ink of the paper's own colour is hidden; of nearly that, some see it and some do not."""
    apart = max(abs(a - b) for a, b in zip(colour, ground, strict=True))
    if apart <= UNSEEN:
        return "hidden"
    return "odd" if apart <= FAINT else "shown"


def hex_colour(text: str | None) -> Colour | None:
    """FF8000, FFFF8000 (with its strength in front) or #FF8000; None for what is no colour."""
    match = re.fullmatch("#?(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})", text or "")
    if match is None:
        return None
    red, green, blue = bytes.fromhex(match[1])
    return Colour(red, green, blue)
